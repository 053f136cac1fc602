//! A question's words → what is asked: the content words, the kind of answer, the period, the holder.

mod intent;
pub mod restriction;

use crate::corpus::Date;
use crate::corpus::metadata::month_of;
use crate::language::abbreviation::{Abbreviation, content_terms};
use crate::language::lexicon::{norwegian, synonyms};
use crate::language::{
    Language, detect, fold, grams, is_party, is_question_word, is_role, means_union, similarity,
    term, terms, words,
};
use intent::{POSITION, WISHES, asks_what_is, carries_intent, course, folded, intent};
use restriction::Restrictions;

pub use intent::{Course, Intent};

/// A word of the question that is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyword {
    /// The word as it was asked.
    pub word: String,
    /// Its term.
    pub term: String,
    /// Terms of other words for the same thing, Norwegian ones for an English word.
    pub alternatives: Vec<String>,
    /// Terms that only together say the same: the words that an abbreviation stands for.
    pub expansions: Vec<Vec<String>>,
    /// How much such another word counts beside the one that was asked with.
    pub alternative_weight: f32,
    /// Whether it is written as a name or an abbreviation inside the question.
    pub name: bool,
    /// Whether it is the holder whose view is asked for.
    pub holder: bool,
    /// Whether it names somebody whose view is asked for, and of whom the documents only tell.
    pub told_of: bool,
    /// Whether it is from an earlier question of the conversation.
    pub remembered: bool,
    /// Whether it is what is counted: "ansatte" in "hvor mange ansatte".
    pub counted: bool,
}

/// How much another Norwegian word for the same thing counts beside the word that was asked with.
const SYNONYM: f32 = 0.7;
/// How much a Norwegian word counts beside the English word of the question.
const TRANSLATION: f32 = 0.9;

/// How much the words that an abbreviation stands for count beside it.
pub const EXPANSION: f32 = 0.8;

impl Keyword {
    /// Whether the word is the year, the month or the day of a period.
    pub fn names(&self, period: Date) -> bool {
        self.word.parse() == Ok(period.year())
            || period.day().is_some_and(|day| self.word.parse() == Ok(day))
            || period.month().is_some() && month_of(&self.word) == period.month()
    }

    /// Whether the union is meant whose minutes are asked; "Fagforbundet" inside a question is a name.
    pub fn means_union(&self) -> bool {
        !self.name && means_union(&self.word)
    }

    /// Whether it may be what the holder `name` is called.
    pub fn names_holder(&self, name: &str) -> bool {
        let name: Vec<String> = terms(name).into_iter().map(|term| term.text).collect();
        self.served_by(&name) > 0.6
    }

    /// How well the terms of a text serve for this keyword, from 0 to 1.
    pub fn served_by(&self, terms: &[String]) -> f32 {
        let best = |asked: &str| {
            terms
                .iter()
                .map(|found| similarity(asked, found))
                .fold(0.0, f32::max)
        };
        let whole = |terms: &Vec<String>| terms.iter().map(|term| best(term)).fold(1.0, f32::min);
        let alternatives = self
            .alternatives
            .iter()
            .map(|term| self.alternative_weight * best(term));
        let expansions = self.expansions.iter().map(|terms| EXPANSION * whole(terms));
        alternatives
            .chain(expansions)
            .fold(best(&self.term), f32::max)
    }
}

/// A question, understood as far as words tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// As it was asked.
    pub text: String,
    /// The same without what only restricts.
    pub bare: String,
    /// Its language.
    pub language: Language,
    /// What kind of answer is asked for.
    pub intent: Intent,
    /// What the asker restricts.
    pub restrictions: Restrictions,
    /// The words that are looked for, each term once.
    pub keywords: Vec<Keyword>,
    /// The month or year that is asked about.
    pub period: Option<Date>,
    /// Whether it goes on with what was asked before; set by the conversation.
    pub leans: bool,
    /// Whether a person is asked for.
    pub asks_who: bool,
    /// Whether the meaning of a word is asked for, and not only what something is.
    pub asks_meaning: bool,
    /// Whether a name is asked for: "Hva heter lederen?".
    pub asks_name: bool,
    /// Whether money is asked for: "Hva koster ombyggingen?".
    pub asks_amount: bool,
    /// Whether it is about one meeting, named by its date.
    pub about_meeting: bool,
    /// Whether it is told as something that has happened.
    pub in_past: bool,
    /// Whether it asks what came of a matter.
    pub asks_outcome: bool,
    /// What of a matter's course it asks for, if it asks for it as a whole.
    pub course: Option<Course>,
}

impl Question {
    /// Understands `text`. `parties` are names of holders that the documents are known to have, so that
    /// "vfs" is known for VFS.
    pub fn parse_with(text: &str, parties: &[String]) -> Question {
        let mut question = Question::parse(text);
        let known = |keyword: &Keyword| {
            is_party(&keyword.word) || parties.iter().any(|party| term(party) == keyword.term)
        };
        // "vil fasa ha …", "what does the board want"
        let wished = |keyword: &Keyword| {
            let (folded, word) = (folded(&question.bare), fold(&keyword.word));
            WISHES.iter().any(|wish| {
                folded.contains(&format!(" {wish} {word} "))
                    || folded.contains(&format!(" {word} {wish} "))
            })
        };
        if matches!(question.intent, Intent::Fact | Intent::List)
            && question
                .keywords
                .iter()
                .any(|keyword| known(keyword) && wished(keyword))
        {
            question.intent = Intent::Position;
        }
        if question.intent == Intent::Position
            && question.keywords.len() > 1
            && question.holder().is_none()
        {
            let holder = question.keywords.iter_mut().find(|keyword| known(keyword));
            holder.into_iter().for_each(|keyword| keyword.holder = true);
        }
        question
    }

    /// Lets abbreviations and the words they stand for serve for each other, as far as the documents
    /// explain them.
    pub fn expand<'a>(&mut self, known: impl IntoIterator<Item = &'a Abbreviation>) {
        let asked = content_terms(&self.bare);
        for pair in known {
            let long = &pair.long_terms;
            let spelt_out = pair.is_spelt_out(&asked);
            for keyword in &mut self.keywords {
                if pair.is_written(&keyword.word) && !keyword.expansions.contains(long) {
                    keyword.expansions.push(long.clone());
                } else if spelt_out && long.contains(&keyword.term) {
                    let short = term(&pair.short);
                    if !keyword.alternatives.contains(&short) {
                        keyword.alternatives.push(short);
                    }
                }
            }
        }
    }

    /// The same with its words taken for English ones: "dogs" alone tells no language. Nothing where it is
    /// in English already, or none of them is known.
    pub fn in_english(&self) -> Option<Question> {
        let keywords = keywords(&self.bare, Language::English, self.intent);
        let known = keywords
            .iter()
            .any(|keyword| !keyword.alternatives.is_empty());
        (self.language != Language::English && known).then(|| Question {
            language: Language::English,
            keywords,
            ..self.clone()
        })
    }

    /// Understands `text` by itself.
    pub fn parse(text: &str) -> Question {
        let asked = text;
        let restriction::Parsed {
            restrictions,
            text,
            frame,
        } = restriction::parse(asked);
        let text = text.as_str();
        let language = detect(text);
        let intent = intent(&frame);
        let mut keywords = keywords(text, language, intent);
        if !restrictions.phrases.is_empty() {
            keywords.retain(|keyword| !WORD.contains(&fold(&keyword.word).as_str()));
        }
        let folded = folded(&frame);
        let has = |list: &[&str]| {
            list.iter()
                .any(|phrase| folded.contains(&format!(" {phrase} ")))
        };
        let period = period(text);
        Question {
            text: asked.to_owned(),
            bare: text.to_owned(),
            language,
            intent,
            restrictions,
            keywords,
            period,
            leans: false,
            asks_who: has(&["hvem", "kven", "who", "whom"])
                || has(&["hva heter", "kva heiter", "name of"]) && folded.split(' ').any(is_role),
            asks_meaning: intent == Intent::Definition && !asks_what_is(&folded),
            asks_name: has(&[
                "hva heter",
                "kva heiter",
                "name of",
                "navnet på",
                "namnet på",
                "hvem ble",
                "kven vart",
                "kven blei",
                "hvem møtte",
                "kven møtte",
                "who became",
                "who attended",
                "who represented",
            ]),
            asks_amount: has(AMOUNT),
            about_meeting: has(&["møtet", "møte", "meeting"])
                && period.is_some_and(|period| period.day().is_some()),
            asks_outcome: has(OUTCOME),
            course: course(&frame),
            in_past: has(&[
                "ble", "vart", "blei", "var", "hadde", "fikk", "fekk", "kom", "endte", "enda",
                "was", "were", "did", "had", "came", "ended", "ble det",
            ]),
        }
    }

    /// The holder whose view is asked for.
    pub fn holder(&self) -> Option<&Keyword> {
        self.keywords.iter().find(|keyword| keyword.holder)
    }

    /// Whose view is asked for: the holder, or somebody of whom the documents only tell.
    pub fn whose_view(&self) -> Option<String> {
        if let Some(holder) = self.holder() {
            return Some(holder.word.clone());
        }
        let told_of = self.keywords.iter().filter(|keyword| keyword.told_of);
        let words: Vec<&str> = told_of.map(|keyword| keyword.word.as_str()).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// The 4-grams of the keywords.
    pub fn grams(&self) -> Vec<String> {
        let mut found: Vec<String> = self
            .keywords
            .iter()
            .flat_map(|keyword| grams(&keyword.word))
            .map(|gram| gram.text)
            .collect();
        found.sort();
        found.dedup();
        found
    }

    /// Whether the question names a matter of its own: "når kommer saken opp igjen" does not.
    pub fn names_matter(&self) -> bool {
        const MOVES: &[&str] = &[
            "kommer", "komme", "kjem", "tas", "take", "come", "comes", "gang",
        ];
        self.keywords.iter().any(|keyword| {
            let folded = fold(&keyword.word);
            let said = |list: &[&str]| list.contains(&folded.as_str());
            !keyword.remembered && !keyword.holder && !said(MATTER) && !said(MOVES)
        })
    }

    /// Whether the question leans on what was said before: it opens with a conjunction, or points
    /// ("det", "saken", "that") and names little itself.
    pub fn is_follow_up(&self) -> bool {
        let folded: Vec<String> = words(&self.bare)
            .into_iter()
            .map(|word| fold(&self.bare[word.start..word.end]))
            .collect();
        let is = |list: &[&str], word: &String| list.contains(&word.as_str());
        let opens = folded.first().is_some_and(|word| is(OPENING, word));
        let points = folded.iter().any(|word| is(POINTING, word));
        // "saken om lønn" names its matter, "saken" alone does not.
        let matter = folded.iter().enumerate().any(|(i, word)| {
            is(MATTER, word)
                && !folded
                    .get(i + 1)
                    .is_some_and(|next| next == "om" || next == "of")
        });
        let own = self
            .keywords
            .iter()
            .filter(|keyword| !is(MATTER, &fold(&keyword.word)))
            .count();
        let open_ended = matches!(
            self.intent,
            Intent::Position | Intent::Status | Intent::Date
        );
        opens || matter && own <= 3 || points && own <= 2 || open_ended && own <= 1
    }
}

/// Words that ask for an amount of money.
const AMOUNT: &[&str] = &[
    "kroner", "kr", "koster", "kosta", "kostet", "kostar", "betaler", "betalar", "betalte",
    "prisen", "beløp", "cost", "costs", "pay", "pays", "paid", "spend", "spent", "price",
];
/// Words that ask what came of a matter.
const OUTCOME: &[&str] = &[
    "ble bestemt",
    "vart bestemt",
    "blei bestemt",
    "ble det bestemt",
    "ble vedtatt",
    "vart vedteke",
    "blei vedteke",
    "ble det vedtatt",
    "ble besluttet",
    "ble resultatet",
    "vart resultatet",
    "blei resultatet",
    "ble utfallet",
    "vart utfallet",
    "ble konklusjonen",
    "endte",
    "enda",
    "came out of",
    "was decided",
    "was the outcome",
    "was the result",
    "ble enige om",
    "vart einige om",
    "agree on",
];
/// What a word between quotation marks is called.
const WORD: &[&str] = &[
    "ordet",
    "begrepet",
    "omgrepet",
    "uttrykket",
    "ordene",
    "begrepene",
    "word",
    "term",
    "expression",
    "phrase",
];
/// Whether a folded word between "hvor mange" and what is counted describes that.
fn describes(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "nye",
        "ulike",
        "gamle",
        "store",
        "små",
        "faste",
        "andre",
        "felles",
        "ledige",
        "new",
        "different",
        "other",
        "vacant",
    ];
    WORDS.contains(&word) || word.ends_with("lige") || word.ends_with("iske")
}

const OPENING: &[&str] = &["og", "men", "and", "but", "enn"];
const MATTER: &[&str] = &["saken", "saka", "matter"];
const POINTING: &[&str] = &[
    "det", "dette", "den", "denne", "de", "dei", "disse", "desse", "der", "da", "then", "that",
    "this", "it", "they", "those", "these",
];

/// The words of a question that are looked for, with other words for the same things.
fn keywords(text: &str, language: Language, intent: Intent) -> Vec<Keyword> {
    let found = words(text);
    let mut keywords: Vec<Keyword> = Vec::new();
    let mut i = 0;
    while let Some(word) = found.get(i) {
        // Two words that a dictionary has as one thing are one keyword: "opening hours".
        let phrase = found
            .get(i + 1)
            .map(|next| &text[word.start..next.end])
            .filter(|phrase| {
                !alternatives(phrase, language).is_empty() && phrase.split(' ').count() == 2
            });
        let asked = phrase.unwrap_or(&text[word.start..word.end]);
        let folded = fold(asked);
        let first = i == 0;
        let before = |back: usize| {
            i.checked_sub(back)
                .map(|at| fold(&text[found[at].start..found[at].end]))
                .unwrap_or_default()
        };
        let many = |at: usize| {
            matches!(before(at).as_str(), "mange" | "many")
                && matches!(before(at + 1).as_str(), "hvor" | "kor" | "how")
        };
        let counted = many(1) || many(2) && describes(&before(1));
        i += if phrase.is_some() { 2 } else { 1 };
        let stopped = is_question_word(&folded, language) || carries_intent(&folded, intent);
        if stopped || keywords.iter().any(|keyword| keyword.term == term(asked)) {
            continue;
        }
        let capital = asked.starts_with(char::is_uppercase);
        let abbreviation = asked.chars().filter(|c| c.is_uppercase()).count() >= 2;
        keywords.push(Keyword {
            word: asked.to_owned(),
            term: term(asked),
            alternatives: alternatives(asked, language),
            expansions: Vec::new(),
            alternative_weight: if language == Language::English {
                TRANSLATION
            } else {
                SYNONYM
            },
            name: abbreviation || capital && !first,
            holder: false,
            told_of: false,
            remembered: false,
            counted,
        });
    }
    if intent == Intent::Position && keywords.len() > 1 {
        let folded = folded(text);
        let party = |keyword: &Keyword| is_party(&keyword.word) || keyword.means_union();
        // Of several parties the one that the verb is beside is asked about: "i etaten, mener VFS".
        let beside = |keyword: &Keyword, after: bool| {
            let word = fold(&keyword.word);
            let pair = |cue: &&str| match after {
                true => format!(" {cue} {word} "),
                false => format!(" {word} {cue} "),
            };
            let sources = ["ifølge", "according to", "according to the"];
            let mut cues = POSITION.iter().chain(&sources);
            cues.any(|cue| folded.contains(&pair(cue)))
        };
        let find = |after: bool| {
            keywords
                .iter()
                .position(|keyword| party(keyword) && beside(keyword, after))
        };
        let holder = find(true)
            .or_else(|| find(false))
            .or_else(|| keywords.iter().position(party));
        if let Some(holder) = holder {
            keywords[holder].holder = true;
        } else {
            named_after_verb(text, &mut keywords);
        }
    }
    keywords
}

/// Marks the name of somebody unknown whose view is asked for: "Hva mener Nordbygd kommune om …?".
fn named_after_verb(text: &str, keywords: &mut [Keyword]) {
    let found = words(text);
    let word = |i: usize| found.get(i).map_or("", |word| &text[word.start..word.end]);
    let is_cue = |i: &usize| POSITION.contains(&fold(word(*i)).as_str());
    let Some(first) = (0..found.len()).find(is_cue).map(|cue| cue + 1) else {
        return;
    };
    let end = (first..(first + MAX_NAME).min(found.len()))
        .find(|&i| AFTER_NAMES.contains(&fold(word(i)).as_str()));
    let Some(end) = end.filter(|_| word(first).starts_with(char::is_uppercase)) else {
        return;
    };
    let name: Vec<&str> = (first..end).map(word).collect();
    for keyword in keywords {
        keyword.told_of = name.contains(&keyword.word.as_str());
    }
}

/// A name has so many words, at most.
const MAX_NAME: usize = 5;
/// What follows a name in a question for a view.
const AFTER_NAMES: &[&str] = &[
    "om", "til", "på", "at", "når", "av", "about", "on", "of", "to",
];

fn alternatives(phrase: &str, language: Language) -> Vec<String> {
    match language {
        Language::English => norwegian(phrase),
        Language::Bokmal | Language::Nynorsk => synonyms(phrase),
    }
}

/// The month and year, or the year, that a question names.
fn period(text: &str) -> Option<Date> {
    let words: Vec<&str> = words(text)
        .into_iter()
        .map(|word| &text[word.start..word.end])
        .collect();
    let year = |word: &str| {
        word.parse::<u16>()
            .ok()
            .filter(|year| (1990..2100).contains(year))
    };
    words.iter().enumerate().find_map(|(i, word)| {
        let found = year(word)?;
        let month = i.checked_sub(1).and_then(|before| month_of(words[before]));
        let day = month
            .and(i.checked_sub(2))
            .and_then(|before| words[before].parse::<u8>().ok());
        Date::new(found, month, day).or_else(|| Date::new(found, month, None))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_answer_is_told_by_the_question() {
        for (question, intent) in [
            ("Hvor mange ansatte har fått varsel?", Intent::Number),
            ("Kva meiner forbundet om reisetida?", Intent::Position),
            ("hva er siste nytt om flyttingen", Intent::Status),
            ("Hva står HMS for?", Intent::Definition),
            ("Hva betyr HMS?", Intent::Definition),
            ("Hva er vaktordningen?", Intent::Definition),
            ("Hva legger utvalget i ordet sone?", Intent::Definition),
            ("When does the trial end?", Intent::Date),
            ("Hvilke krav stilte forbundet?", Intent::List),
            ("Hvem leder arbeidsgruppen?", Intent::Fact),
            ("Hva skjer hvis systemet svikter?", Intent::Fact),
            (
                "Hvem vil FASA ha med når et nytt system lages?",
                Intent::Fact,
            ),
            ("Bør gruppene få fortsette, ifølge FASA?", Intent::Position),
            ("Hva virker bra, ifølge lysarkene?", Intent::Fact),
        ] {
            assert_eq!(Question::parse(question).intent, intent, "{question}");
        }
    }

    #[test]
    fn only_words_that_are_looked_for_are_kept() {
        let question = Question::parse("Hva mente VFS om hjemmekontor i juni 2023?");
        let words: Vec<(&str, bool)> = question
            .keywords
            .iter()
            .map(|keyword| (keyword.word.as_str(), keyword.name))
            .collect();
        assert_eq!(
            words,
            [
                ("VFS", true),
                ("hjemmekontor", false),
                ("juni", false),
                ("2023", false)
            ]
        );
        assert_eq!(
            question.period.map(|date| date.to_string()).as_deref(),
            Some("2023-06")
        );
    }

    #[test]
    fn what_only_describes_what_is_asked_about_is_not_looked_for() {
        let words = |question: &str| -> Vec<(String, bool)> {
            let keywords = Question::parse(question).keywords.into_iter();
            keywords
                .map(|keyword| (keyword.word, keyword.counted))
                .collect()
        };
        let word = |word: &str, counted| (word.to_owned(), counted);
        assert_eq!(
            words("Hvor mange nye plasser er det?"),
            [word("nye", true), word("plasser", true)]
        );
        assert_eq!(words("Hva menes med ordet «sone»?"), [word("sone", false)]);
        assert_eq!(
            words("How do they share, e.g. rooms?"),
            [word("share", false), word("rooms", false)]
        );
    }

    #[test]
    fn of_several_parties_the_one_beside_the_verb_is_asked_about() {
        for (question, holder) in [
            ("Hva kan etaten vinne på det, mener FASA?", "FASA"),
            ("Hva mener VFS om forslaget fra FASA?", "VFS"),
            (
                "Hva svarte arbeidsgiver på kritikken fra FASA?",
                "arbeidsgiver",
            ),
        ] {
            let question = Question::parse(question);
            let found = question.holder().map(|keyword| keyword.word.as_str());
            assert_eq!(found, Some(holder), "{}", question.text);
        }
    }

    #[test]
    fn follow_ups_lean_on_what_was_said() {
        for (question, expected) in [
            ("og hva svarte arbeidsgiver?", true),
            ("når kommer saken opp igjen?", true),
            ("Hva mener forbundet om reisetid i tjenesten?", false),
        ] {
            assert_eq!(
                Question::parse(question).is_follow_up(),
                expected,
                "{question}"
            );
        }
    }
}
