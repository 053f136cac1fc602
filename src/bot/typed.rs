//! Commands that are typed as words: which one is meant, what it needs, and what it was perhaps meant
//! to be. For platforms that have no commands of their own.

mod follow;

pub use follow::{FollowWish, follow};

use super::command::Command;
use crate::language::{fold, one_slip_apart};
use crate::question::restriction::{self, Filter};

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
    /// Where documents come from.
    Sources,
    /// What can be typed.
    Help,
}

impl Name {
    /// All there are, in the order in which they are told of.
    pub const ALL: [Name; 7] = [
        Name::Ask,
        Name::Status,
        Name::Positions,
        Name::Latest,
        Name::Document,
        Name::Sources,
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
            Name::Sources => &["sources", "kilder", "kjelder"],
            Name::Help => &["help", "hjelp"],
        }
    }

    fn of(word: &str) -> Option<Name> {
        let word = fold(word);
        let known = |name: &Name| name.words().iter().any(|known| fold(known) == word);
        Name::ALL.into_iter().find(known)
    }
}

/// Whether something begins with the name of a command as it is in English only.
pub fn is_english(text: &str) -> bool {
    let word = fold(first_word(text.trim()).0);
    let known = |name: &Name| match name.words() {
        [english, others @ ..] => fold(english) == word && !others.is_empty(),
        [] => false,
    };
    Name::ALL.iter().any(known)
}

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
}

/// What is typed after a prefix: a command, or else a question.
pub fn after_prefix(text: &str) -> Wish {
    let text = text.trim();
    let (word, rest) = first_word(text);
    if word.is_empty() {
        return Wish::Help;
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
    let name = Name::of(word).filter(|name| !asks && *name != Name::Ask);
    match name.and_then(|name| command(name, rest)) {
        // A word alone may be a question about the thing.
        Some(Wish::Lacks(_)) | None => question(text),
        Some(wish) => wish,
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
        Name::Sources if rest.is_empty() => Wish::Command(Command::Sources),
        // "siste nytt om taket" asks something.
        Name::Help | Name::Latest | Name::Sources => return None,
        _ if rest.is_empty() => Wish::Lacks(name),
        Name::Ask => question(rest),
        Name::Status => Wish::Command(Command::Status(owned())),
        Name::Document => Wish::Command(Command::Document(owned())),
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
    fn a_name_may_tell_the_language() {
        assert!(is_english("help") && is_english("Latest") && is_english("document: budsjett"));
        assert!(!is_english("status KARVE") && !is_english("hjelp") && !is_english("helping"));
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
