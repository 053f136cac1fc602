//! Commands that are typed as words: which one is meant, what it needs, and what it was perhaps meant
//! to be. For platforms that have no commands of their own.

mod follow;

use super::command::Command;
use crate::language::{Language, fold, one_slip_apart};
use crate::question::restriction::{self, Filter};
use crate::subscription::{Rhythm, What};

/// The name of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// An answer to a question.
    Ask,
    /// Where a matter stands.
    Status,
    /// Who holds which position.
    Positions,
    /// What was indexed last.
    Latest,
    /// The facts of a document.
    Document,
    /// A message when something new comes.
    Follow,
    /// What is followed.
    Following,
    /// No messages for now.
    Pause,
    /// Messages again.
    Resume,
    /// No messages any more.
    Unfollow,
    /// Where documents come from.
    Sources,
    /// To add a document.
    Add,
    /// What can be typed.
    Help,
}

impl Name {
    /// All there are, in the order in which they are told of.
    pub const ALL: [Name; 13] = [
        Name::Ask,
        Name::Status,
        Name::Positions,
        Name::Latest,
        Name::Document,
        Name::Follow,
        Name::Following,
        Name::Pause,
        Name::Resume,
        Name::Unfollow,
        Name::Sources,
        Name::Add,
        Name::Help,
    ];

    /// How it is typed: in English, in Norwegian, and how else.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Name::Ask => &["ask", "spør"],
            Name::Status => &["status"],
            Name::Positions => &[
                "positions",
                "standpunkter",
                "standpunkt",
                "syn",
                "synspunkter",
                "posisjoner",
            ],
            Name::Latest => &["latest", "siste"],
            Name::Document => &["document", "dokument"],
            Name::Follow => &["follow", "følg", "følge", "følgje", "abonner"],
            Name::Following => &["following", "følger", "følgjer", "abonnement"],
            Name::Pause => &["pause"],
            Name::Resume => &["resume", "gjenoppta", "gjenopptak"],
            Name::Unfollow => &["unfollow", "slutt", "avfølg"],
            Name::Sources => &["sources", "kilder", "kjelder"],
            Name::Add => &["add", "legg til"],
            Name::Help => &["help", "hjelp"],
        }
    }

    fn of(word: &str) -> Option<Name> {
        let word = fold(word);
        let known = |name: &Name| name.words().iter().any(|known| fold(known) == word);
        Name::ALL.into_iter().find(known)
    }
}

/// The language of the name of a command with which something begins, where that is one only.
pub fn language(text: &str) -> Option<Language> {
    let word = fold(first_word(text.trim()).0);
    let known = |name: &Name| match name.words() {
        [english, others @ ..] => fold(english) == word && !others.is_empty(),
        [] => false,
    };
    match word.as_str() {
        word if NYNORSK.iter().any(|known| fold(known) == word) => Some(Language::Nynorsk),
        _ => Name::ALL.iter().any(known).then_some(Language::English),
    }
}

/// Names of commands in Nynorsk only.
const NYNORSK: [&str; 3] = ["følgje", "følgjer", "kjelder"];

/// What somebody wants who typed something.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// This.
    Command(Command),
    /// To know what can be typed.
    Help,
    /// Perhaps a command with these words after it, but it was spelt otherwise.
    Meant(&'static str, String),
    /// A command without what it is about.
    Lacks(Name),
    /// To hear what is new of something, and how often, where that is said.
    Follow(What, Option<Rhythm>),
    /// To see what is followed here.
    Following,
    /// To do something with what is followed here: its number, or words of it; nothing where there is
    /// only one.
    Change(Change, String),
    /// To add a document, to this collection where one is named.
    Add(Option<String>),
}

/// What is done with something that is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is not told for now.
    Pause,
    /// It is told again.
    Resume,
    /// It is followed no longer.
    Unfollow,
}

/// Whether something says yes, or no.
pub fn yes_or_no(text: &str) -> Option<bool> {
    match fold(text.trim().trim_end_matches(['.', '!'])).as_str() {
        "ja" | "jo" | "yes" | "y" | "j" | "ok" | "lagre" | "save" => Some(true),
        "nei" | "no" | "n" | "avbryt" | "cancel" => Some(false),
        _ => None,
    }
}

/// What is typed after a prefix: a command, or else a question.
pub fn after_prefix(text: &str) -> Wish {
    let text = text.trim();
    let (word, rest) = first_word(text);
    if word.is_empty() {
        return Wish::Help;
    }
    if let Some(wish) = add(text) {
        return wish;
    }
    if let Some(name) = Name::of(word) {
        return command(name, rest).unwrap_or_else(|| question(text));
    }
    let mut all = Name::ALL.iter().flat_map(|name| name.words());
    let letters = word.chars().count();
    // Of short words, too many are one letter apart.
    let near = all.find(|known| letters >= 4 && one_slip_apart(&fold(word), &fold(known)));
    match near {
        Some(known) => Wish::Meant(known, rest.to_owned()),
        None => question(text),
    }
}

/// What is said to the bot in plain words: a question, unless it begins with the name of a command and
/// asks nothing.
pub fn said(text: &str) -> Wish {
    let text = text.trim();
    let (word, rest) = first_word(text.trim_start_matches(['/', '!']));
    let asks = text.ends_with('?');
    if let Some(wish) = add(text.trim_start_matches(['/', '!'])).filter(|_| !asks) {
        return wish;
    }
    let name = Name::of(word).filter(|name| !asks && *name != Name::Ask);
    match name.and_then(|name| command(name, rest)) {
        Some(lacks @ Wish::Lacks(Name::Follow)) => lacks,
        // A word alone may be a question about the thing.
        Some(Wish::Lacks(_)) | None => question(text),
        // "Pause i mars" asks something.
        Some(Wish::Change(_, what)) if what.parse::<usize>().is_err() => question(text),
        Some(wish) => wish,
    }
}

/// "add", or "legg til", with at most the name of a collection after it.
fn add(text: &str) -> Option<Wish> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let folded: Vec<String> = words.iter().map(|word| fold(word)).collect();
    let rest = match folded.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["add", ..] => &words[1..],
        ["legg", "til" | "inn", ..] => &words[2..],
        _ => return None,
    };
    match rest {
        [] => Some(Wish::Add(None)),
        [collection] => Some(Wish::Add(Some((*collection).to_owned()))),
        _ => None,
    }
}

fn question(text: &str) -> Wish {
    Wish::Command(Command::Ask(text.to_owned(), Filter::default()))
}

/// The command, where these words can stand after it.
fn command(name: Name, rest: &str) -> Option<Wish> {
    let owned = || rest.to_owned();
    Some(match name {
        Name::Help if rest.split_whitespace().count() < 2 => Wish::Help,
        Name::Latest if rest.is_empty() => Wish::Command(Command::Latest),
        Name::Following if rest.is_empty() => Wish::Following,
        Name::Sources if rest.is_empty() => Wish::Command(Command::Sources),
        // "siste nytt om taket" asks something.
        Name::Help | Name::Latest | Name::Following | Name::Sources => return None,
        // What is one, was taken before.
        Name::Add => return None,
        Name::Pause => Wish::Change(Change::Pause, owned()),
        Name::Resume => Wish::Change(Change::Resume, owned()),
        Name::Unfollow => {
            // "slutt å følge 2" is what one would say.
            let after = ["å følge", "å følgje"].into_iter();
            let mut after = after.filter_map(|words| rest.strip_prefix(words));
            let what = after.find(|rest| rest.is_empty() || rest.starts_with(' '));
            Wish::Change(Change::Unfollow, what.unwrap_or(rest).trim().to_owned())
        }
        _ if rest.is_empty() => Wish::Lacks(name),
        Name::Ask => question(rest),
        Name::Status => Wish::Command(Command::Status(owned())),
        Name::Document => Wish::Command(Command::Document(owned())),
        Name::Follow => match follow::followed(rest) {
            Some((what, rhythm)) => Wish::Follow(what, rhythm),
            None => Wish::Lacks(Name::Follow),
        },
        Name::Positions => {
            let parsed = restriction::parse(rest);
            let mut filters = parsed.restrictions.filters.into_iter();
            let holder = filters.find_map(|filter| filter.holders.into_iter().next());
            let topic = match holder {
                Some(_) => parsed.text.trim().to_owned(),
                None => owned(),
            };
            match topic.is_empty() {
                true => Wish::Lacks(name),
                false => Wish::Command(Command::Positions(topic, holder)),
            }
        }
    })
}

fn first_word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word.trim_end_matches([':', ',']), rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str) -> Wish {
        question(text)
    }

    #[test]
    fn what_follows_the_prefix_is_a_command_or_a_question() {
        let status = |topic: &str| Wish::Command(Command::Status(topic.to_owned()));
        let positions = |topic: &str, holder: Option<&str>| {
            Wish::Command(Command::Positions(
                topic.to_owned(),
                holder.map(str::to_owned),
            ))
        };
        for (typed, wish) in [
            ("", Wish::Help),
            ("Hjelp", Wish::Help),
            ("help status", Wish::Help),
            ("status hjemmekontor", status("hjemmekontor")),
            ("STATUS: hjemmekontor", status("hjemmekontor")),
            ("status", Wish::Lacks(Name::Status)),
            ("siste", Wish::Command(Command::Latest)),
            ("siste nytt om taket", ask("siste nytt om taket")),
            ("Kjelder", Wish::Command(Command::Sources)),
            ("kilder til støy", ask("kilder til støy")),
            ("spør Når stenges KARVE?", ask("Når stenges KARVE?")),
            ("Når stenges KARVE?", ask("Når stenges KARVE?")),
            (
                "positions KARVE holder:FASA",
                positions("KARVE", Some("FASA")),
            ),
            ("syn KARVE", positions("KARVE", None)),
            ("syn hvem:FASA", Wish::Lacks(Name::Positions)),
            (
                "document budsjett",
                Wish::Command(Command::Document("budsjett".to_owned())),
            ),
        ] {
            assert_eq!(after_prefix(typed), wish, "{typed}");
        }
    }

    #[test]
    fn a_slip_in_a_command_is_not_answered_as_a_question() {
        for (typed, meant, rest) in [
            ("staus hjemmekontor", "status", "hjemmekontor"),
            ("hjlep", "hjelp", ""),
            ("lastest", "latest", ""),
            ("positons tak", "positions", "tak"),
        ] {
            assert_eq!(after_prefix(typed), Wish::Meant(meant, rest.to_owned()));
        }
        assert_eq!(after_prefix("har FASA svart?"), ask("har FASA svart?"));
    }

    #[test]
    fn what_is_followed_is_said_in_words() {
        let what = |topic: &str| What {
            topic: Some(topic.to_owned()),
            ..What::default()
        };
        for (typed, wish) in [
            (
                "følg hjemmekontor",
                Wish::Follow(what("hjemmekontor"), None),
            ),
            (
                "Følg: taket hver uke",
                Wish::Follow(what("taket"), Some(Rhythm::Weekly)),
            ),
            ("følg taket fra:2024", Wish::Lacks(Name::Follow)),
            ("følg", Wish::Lacks(Name::Follow)),
            ("følger", Wish::Following),
            ("følger FASA opp?", ask("følger FASA opp?")),
            (
                "slutt å følge 2",
                Wish::Change(Change::Unfollow, "2".to_owned()),
            ),
            ("pause", Wish::Change(Change::Pause, String::new())),
        ] {
            assert_eq!(after_prefix(typed), wish, "{typed}");
        }
        assert_eq!(
            said("Slutt på lønnsoppgjøret"),
            ask("Slutt på lønnsoppgjøret")
        );
        assert_eq!(said("følg taket"), Wish::Follow(what("taket"), None));
        assert_eq!(
            ["Ja!", "nei", "kanskje"].map(yes_or_no),
            [Some(true), Some(false), None]
        );
    }

    #[test]
    fn a_document_is_added_in_words() {
        let add = |collection: &str| Wish::Add(Some(collection.to_owned()));
        assert_eq!(after_prefix("add"), Wish::Add(None));
        assert_eq!(after_prefix("Legg til"), Wish::Add(None));
        assert_eq!(after_prefix("legg til styret"), add("styret"));
        assert_eq!(said("add mote"), add("mote"));
        let other = "legg til rette for hjemmekontor";
        assert_eq!((after_prefix(other), said(other)), (ask(other), ask(other)));
    }

    #[test]
    fn a_name_may_tell_the_language() {
        for (text, told) in [
            ("help", Some(Language::English)),
            ("Latest", Some(Language::English)),
            ("document: budsjett", Some(Language::English)),
            ("følgjer", Some(Language::Nynorsk)),
            ("status KARVE", None),
            ("hjelp", None),
            ("helping", None),
        ] {
            assert_eq!(language(text), told, "{text}");
        }
    }

    #[test]
    fn plain_words_are_a_question_first() {
        for question in [
            "Status for taket?",
            "Når stenges KARVE?",
            "status",
            "Spør FASA om taket",
            "Hjelp til flytting",
        ] {
            assert_eq!(said(question), ask(question));
        }
        assert_eq!(said("/help"), Wish::Help);
        assert_eq!(
            said("status taket"),
            Wish::Command(Command::Status("taket".to_owned()))
        );
        assert_eq!(said("siste"), Wish::Command(Command::Latest));
    }
}
