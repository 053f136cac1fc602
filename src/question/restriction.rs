//! What an asker restricts: phrases between quotation marks, words with a hyphen before them that
//! must not stand there, and filters as `kind:referat` or `fra:2021-06`. A restriction is honoured or
//! refused, never ignored.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::corpus::Date;
use crate::corpus::metadata::Kind;
use crate::language::{Language, Phrase, fold, is_question_word, term, terms, words};

/// What a filter goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Whose view it is.
    Holder,
    /// The meeting body or publisher.
    Body,
    /// What the document is.
    Kind,
    /// The collection it lies in.
    Collection,
    /// The first day.
    From,
    /// The last day.
    To,
}

impl Key {
    /// The key of this name, in Norwegian or English.
    pub fn of(name: &str) -> Option<Key> {
        Some(match fold(name).as_str() {
            "holder" | "part" | "hvem" | "kven" => Key::Holder,
            "body" | "organ" => Key::Body,
            "kind" | "type" => Key::Kind,
            "collection" | "samling" => Key::Collection,
            "from" | "fra" | "frå" => Key::From,
            "to" | "til" => Key::To,
            _ => return None,
        })
    }
}

/// A restriction that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No document has this value.
    #[error("there is no {} \"{value}\": {}", name(*.key), there_are(.known))]
    Unknown {
        /// What was restricted.
        key: Key,
        /// To what.
        value: String,
        /// What there is instead.
        known: Vec<String>,
    },
    /// A value that is no date.
    #[error("\"{0}\" is not a date: write a day (2021-06-16), a month (2021-06) or a year (2021)")]
    NoDate(String),
    /// A period that ends before it begins.
    #[error("no day is from {from} on and not after {to}: put the earlier date into from")]
    Reversed {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
}

fn name(key: Key) -> &'static str {
    match key {
        Key::Holder => "holder",
        Key::Body => "body",
        Key::Kind => "kind",
        Key::Collection => "collection",
        Key::From => "from",
        Key::To => "to",
    }
}

fn there_are(known: &[String]) -> String {
    if known.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are {}", known.join(", "))
    }
}

/// Which documents and whose views may answer. Of the values for one key any will do; all keys must
/// fit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// Names of holders of views.
    pub holders: Vec<String>,
    /// Meeting bodies or publishers.
    pub bodies: Vec<String>,
    /// Kinds of document.
    pub kinds: Vec<Kind>,
    /// Collections.
    pub collections: Vec<String>,
    /// The first day, month or year.
    pub from: Option<Date>,
    /// The last day, month or year.
    pub to: Option<Date>,
}

/// The kinds of document with the words that mean them, the contract's own first.
const KINDS: &[(Kind, &[&str])] = &[
    (
        Kind::Minutes,
        &["minutes", "referat", "møtereferat", "protokoll", "møtebok"],
    ),
    (
        Kind::Report,
        &["report", "reports", "rapport", "utredning", "utgreiing"],
    ),
    (
        Kind::Slides,
        &[
            "slides",
            "lysark",
            "presentasjon",
            "lysbilde",
            "foil",
            "foiler",
        ],
    ),
    (
        Kind::Policy,
        &[
            "policy",
            "retningslinje",
            "strategi",
            "reglement",
            "avtale",
            "instruks",
        ],
    ),
    (Kind::Other, &["other", "annet", "anna", "andre"]),
];

/// The terms of the words that mean the kinds of document, worked out once: every passage found is asked
/// whether its document is meant.
fn kind_terms() -> impl Iterator<Item = &'static (Kind, String)> {
    static TERMS: LazyLock<Vec<(Kind, String)>> = LazyLock::new(|| {
        let of = |(kind, words): &(Kind, &[&str])| {
            let kind = *kind;
            let terms = words.iter().map(move |word| (kind, term(word)));
            terms.collect::<Vec<_>>()
        };
        KINDS.iter().flat_map(of).collect()
    });
    TERMS.iter()
}

/// The kind of document that a word means: "lysarkene" are slides.
pub fn kind_of(word: &str) -> Option<Kind> {
    let asked = term(word);
    let mut kinds = kind_terms();
    kinds
        .find(|(_, term)| *term == asked)
        .map(|(kind, _)| *kind)
}

/// The kind of document that a compound means, and what it says of it: "strategilysarkene" are slides
/// on a strategy.
pub fn compound_kind_of(word: &str) -> Option<(Kind, String)> {
    let asked = term(word);
    kind_terms().find_map(|(kind, term)| {
        let about = asked.strip_suffix(term.as_str())?;
        (about.chars().count() >= 3).then(|| (*kind, about.to_owned()))
    })
}

impl Filter {
    /// Adds a value for `key`.
    pub fn add(&mut self, key: Key, value: &str) -> Result<(), Refusal> {
        let value = value.trim();
        match key {
            Key::Holder => self.holders.push(value.to_owned()),
            Key::Body => self.bodies.push(value.to_owned()),
            Key::Collection => self.collections.push(value.to_owned()),
            Key::Kind => {
                let kind = kind_of(value).ok_or_else(|| Refusal::Unknown {
                    key,
                    value: value.to_owned(),
                    known: KINDS.iter().map(|(_, words)| words[0].to_owned()).collect(),
                })?;
                self.kinds.push(kind);
            }
            Key::From => self.from = self.from.max(Some(date(value)?)),
            Key::To => {
                let to = date(value)?;
                self.to = Some(self.to.map_or(to, |known| known.min(to)));
            }
        }
        match (self.from, self.to) {
            (Some(from), Some(to)) if first_day(from) > last_day(to) => {
                Err(Refusal::Reversed { from, to })
            }
            _ => Ok(()),
        }
    }

    /// Whether nothing is restricted.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// Whether a document of this date is inside: one that may be, as far as its date is known, is.
    /// A document of June 2021 is both from 15 June on and before it; one without a date is outside
    /// of any period.
    pub fn covers(&self, date: Option<Date>) -> bool {
        let Some(date) = date else {
            return self.from.is_none() && self.to.is_none();
        };
        self.from
            .is_none_or(|from| last_day(date) >= first_day(from))
            && self.to.is_none_or(|to| first_day(date) <= last_day(to))
    }
}

fn date(value: &str) -> Result<Date, Refusal> {
    let no_date = || Refusal::NoDate(value.to_owned());
    // A date is followed by a time in file properties, by something meant otherwise here.
    if value.contains(char::is_whitespace) {
        return Err(no_date());
    }
    value.parse().map_err(|_| no_date())
}

fn first_day(date: Date) -> (u16, u8, u8) {
    (
        date.year(),
        date.month().unwrap_or(1),
        date.day().unwrap_or(1),
    )
}

fn last_day(date: Date) -> (u16, u8, u8) {
    (
        date.year(),
        date.month().unwrap_or(12),
        date.day().unwrap_or(31),
    )
}

/// Whether `asked` names `name`, or a part of it: "mbu" names "medbestemmelsesutvalget (MBU)".
pub fn is_named(asked: &str, name: &str) -> bool {
    let terms_of =
        |text| -> Vec<String> { terms(text).into_iter().map(|term| term.text).collect() };
    let (asked, name) = (terms_of(asked), terms_of(name));
    !asked.is_empty() && name.windows(asked.len()).any(|run| run == asked)
}

/// What a question or a search restricts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Restrictions {
    /// Filters that must all fit.
    pub filters: Vec<Filter>,
    /// What must stand in a passage.
    pub phrases: Vec<Phrase>,
    /// Terms that must not stand in a passage or in the headings over it.
    pub excluded: Vec<String>,
    /// Phrases that must not stand there.
    pub excluded_phrases: Vec<Phrase>,
    /// The first of them that cannot be kept.
    pub refused: Option<Refusal>,
}

impl Restrictions {
    /// Whether nothing is restricted.
    pub fn is_empty(&self) -> bool {
        *self == Restrictions::default()
    }

    /// Whether words that must not be there are in `text`.
    pub fn exclude(&self, text: &str) -> bool {
        !self.excluded.is_empty()
            && terms(text)
                .iter()
                .any(|found| self.excluded.contains(&found.text))
            || self
                .excluded_phrases
                .iter()
                .any(|phrase| phrase.stands_in(text))
    }

    /// Whether the view of `holder` may answer.
    pub fn admit_holder(&self, holder: Option<&str>) -> bool {
        self.filters.iter().all(|filter| {
            filter.holders.is_empty()
                || holder
                    .is_some_and(|name| filter.holders.iter().any(|asked| is_named(asked, name)))
        })
    }

    /// Whether it matters whose view is told.
    pub fn ask_for_holder(&self) -> bool {
        self.filters.iter().any(|filter| !filter.holders.is_empty())
    }
}

/// A text taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What is restricted.
    pub restrictions: Restrictions,
    /// The text without filters, excluded words and quotation marks.
    pub text: String,
    /// The same without the words of phrases, a letter in place of each phrase: what is quoted tells
    /// nothing of the kind of answer that is asked for.
    pub frame: String,
}

/// Takes the restrictions out of `text`.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed {
        restrictions: Restrictions::default(),
        text: String::new(),
        frame: String::new(),
    };
    let mut filter = Filter::default();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let before = text[..at].chars().next_back();
        let free = before.is_none_or(|c| c.is_whitespace() || c == '(');
        if free && let Some((key, value, length)) = key_and_value(rest) {
            let added = filter.add(key, value);
            parsed.restrictions.refused = parsed.restrictions.refused.or(added.err());
            at += length;
        } else if free && let Some(length) = parsed.exclude(rest) {
            at += length;
        } else if before.is_none_or(|c| !c.is_alphanumeric())
            && let Some((quoted, length)) = quotation(rest)
        {
            parsed.text.push_str(quoted);
            parsed.frame.push(PLACEHOLDER);
            parsed.restrictions.phrases.extend(Phrase::new(quoted));
            at += length;
        } else {
            // A mark that opens or closes nothing is no part of a word.
            parsed.push(if is_quotation_mark(c) { ' ' } else { c });
            at += c.len_utf8();
        }
    }
    if !filter.is_empty() {
        parsed.restrictions.filters.push(filter);
    }
    parsed
}

/// Stands for a phrase where only the question round it counts.
const PLACEHOLDER: char = 'x';

impl Parsed {
    fn push(&mut self, c: char) {
        self.text.push(c);
        self.frame.push(c);
    }

    /// Notes the word or phrase that `rest` begins with as one to leave out, where a hyphen says so;
    /// how long that is.
    fn exclude(&mut self, rest: &str) -> Option<usize> {
        let after = rest.strip_prefix('-')?;
        if let Some((quoted, length)) = quotation(after) {
            self.restrictions
                .excluded_phrases
                .push(Phrase::new(quoted)?);
            return Some(1 + length);
        }
        let word = after.split(char::is_whitespace).next().unwrap_or_default();
        let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let folded = fold(word);
        // "-Hva sa de?" opens a speech, "arbeidstid og -sted" leaves out a part of a compound.
        let speech = [Language::Bokmal, Language::English]
            .iter()
            .any(|language| is_question_word(&folded, *language));
        let last = self.text.trim_end().rsplit(char::is_whitespace).next();
        let compound = matches!(
            last.map(fold).as_deref(),
            Some("og" | "eller" | "and" | "or")
        );
        if !word.starts_with(char::is_alphabetic) || speech || compound {
            return None;
        }
        if words(word).len() == 1 {
            self.restrictions.excluded.push(term(word));
        } else {
            self.restrictions.excluded_phrases.push(Phrase::new(word)?);
        }
        Some(1 + word.len())
    }
}

/// The filter that `rest` begins with, and how long it is: a known key, a colon and, without a space,
/// a value.
fn key_and_value(rest: &str) -> Option<(Key, &str, usize)> {
    let (key, _) = rest.split_once(':')?;
    let after = &rest[key.len() + 1..];
    let known = Key::of(key)?;
    let (value, length) = quotation(after).or_else(|| {
        let word = after.split(char::is_whitespace).next().unwrap_or_default();
        let word = word.trim_end_matches([',', ';', '.', '?', '!', ')']);
        (!word.is_empty()).then_some((word, word.len()))
    })?;
    Some((known, value, key.len() + 1 + length))
}

/// The quotation that `rest` begins with, its marks left out, and how long it is with them.
fn quotation(rest: &str) -> Option<(&str, usize)> {
    let open = rest.chars().next()?;
    let closing: &[char] = match open {
        '"' => &['"'],
        '«' => &['»'],
        '“' => &['”', '"'],
        '„' => &['“', '”', '"'],
        '”' => &['”'],
        _ => return None,
    };
    let inside = &rest[open.len_utf8()..];
    let end = inside.find(closing)?;
    let close = inside[end..].chars().next()?;
    Some((&inside[..end], open.len_utf8() + end + close.len_utf8()))
}

fn is_quotation_mark(c: char) -> bool {
    matches!(c, '"' | '«' | '»' | '“' | '”' | '„')
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name(*self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restricted(text: &str) -> (Restrictions, String) {
        let parsed = parse(text);
        let bare = parsed.text.split_whitespace().collect::<Vec<_>>();
        (parsed.restrictions, bare.join(" "))
    }

    #[test]
    fn filters_are_known_keys_with_a_value() {
        let (found, text) =
            restricted("Lønn hvem:Vekt type:referat, samling:\"De to\" fra:2021-06 to:2022?");
        let expected = Filter {
            holders: vec!["Vekt".to_owned()],
            bodies: Vec::new(),
            kinds: vec![Kind::Minutes],
            collections: vec!["De to".to_owned()],
            from: Some("2021-06".parse().unwrap()),
            to: Some("2022".parse().unwrap()),
        };
        assert_eq!((found.filters, found.refused), (vec![expected], None));
        assert_eq!(text, "Lønn , ?");
        for plain in [
            "kl. 10:30",
            "se http://eksempel.no/a",
            "Sak: lønn",
            "type: referat",
            "apart:her",
        ] {
            let (found, text) = restricted(plain);
            assert!(found.is_empty() && text == plain, "{found:?}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        for (text, sentence) in [
            (
                "type:dikt",
                "there is no kind \"dikt\": there are minutes, report, slides, policy, other",
            ),
            ("fra:juni", "\"juni\" is not a date"),
            ("fra:\"2021 juni\"", "\"2021 juni\" is not a date"),
            ("from:2023 to:2022-05", "no day is from 2023 on"),
        ] {
            let refused = restricted(text).0.refused.unwrap().to_string();
            assert!(refused.starts_with(sentence), "{refused}");
        }
        assert_eq!(restricted("from:2022-05 to:2022").0.refused, None);
    }

    #[test]
    fn quotation_marks_of_all_kinds_make_phrases() {
        for quoted in [
            "\"grønne tak\"",
            "«grønne tak»",
            "“grønne tak”",
            "„grønne tak“",
            "”grønne tak”",
        ] {
            let parsed = parse(&format!("Hva er {quoted}?"));
            assert_eq!(parsed.restrictions.phrases[0].text, "grønne tak");
            assert_eq!(
                (parsed.text.as_str(), parsed.frame.as_str()),
                ("Hva er grønne tak?", "Hva er x?")
            );
        }
        let (found, text) = restricted("en skjerm på 27\" til \"alle");
        assert!(found.is_empty());
        assert_eq!(text, "en skjerm på 27 til alle");
    }

    #[test]
    fn a_hyphen_before_a_word_leaves_it_out() {
        let (found, text) = restricted("turnus -natt, -\"lange vakter\" -sone-takst");
        let phrases: Vec<&str> = found
            .excluded_phrases
            .iter()
            .map(|phrase| phrase.text.as_str())
            .collect();
        assert_eq!(
            (found.excluded.as_slice(), phrases.as_slice()),
            (&[term("natt")][..], &["lange vakter", "sone-takst"][..])
        );
        assert_eq!(text, "turnus ,");
        for plain in [
            "minst -5 grader",
            "HR-avdelingen",
            "lønn – pensjon",
            "lønn - pensjon",
            "arbeidstid og -sted",
            "-Hva sa de?",
        ] {
            assert_eq!(
                restricted(plain),
                (Restrictions::default(), plain.to_owned())
            );
        }
    }

    #[test]
    fn a_document_is_inside_if_its_date_may_be() {
        let mut filter = Filter::default();
        filter.add(Key::From, "2021-06-15").unwrap();
        filter.add(Key::To, "2022").unwrap();
        for (date, expected) in [
            ("2021-06-14", false),
            ("2021-06", true),
            ("2021", true),
            ("2022-12-31", true),
            ("2023", false),
        ] {
            assert_eq!(filter.covers(date.parse().ok()), expected, "{date}");
        }
        assert!(!filter.covers(None));
    }

    #[test]
    fn names_are_known_by_a_part_in_any_case() {
        assert!(is_named("mbu", "medbestemmelsesutvalget (MBU) i etaten"));
        assert!(is_named("arbeidsgivar", "Arbeidsgiveren"));
        assert!(!is_named("giver", "Arbeidsgiver"));
        assert!(!is_named("", "Arbeidsgiver"));
    }
}
