//! Which language a text is in, by its function words.

use super::lexicon::norwegian;
use super::{fold, term, words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The languages that are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Language {
    /// Norwegian bokmål, and what cannot be told.
    #[default]
    #[serde(rename = "nb")]
    Bokmal,
    /// Norwegian nynorsk.
    #[serde(rename = "nn")]
    Nynorsk,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Its code: "nb", "nn" or "en".
    pub fn code(self) -> &'static str {
        match self {
            Language::Bokmal => "nb",
            Language::Nynorsk => "nn",
            Language::English => "en",
        }
    }
}

const BOKMAL: &[&str] = &[
    "ikke", "hva", "hvem", "hvordan", "hvorfor", "hvilke", "hvilken", "hvilket", "hvor", "jeg",
    "fra", "mer", "noen", "noe", "være", "ble", "blir", "en", "et", "mye", "bare", "seg", "de",
    "dem", "deres", "sier", "mener", "gjør", "kommer", "sammen", "hver", "selv", "også", "uten",
    "flere", "enn", "nå", "da",
];
const NYNORSK: &[&str] = &[
    "ikkje",
    "kva",
    "kven",
    "korleis",
    "kvifor",
    "kor",
    "kvar",
    "eg",
    "frå",
    "meir",
    "nokon",
    "noko",
    "nokre",
    "vere",
    "vart",
    "vert",
    "ein",
    "eit",
    "ei",
    "mykje",
    "berre",
    "dei",
    "deira",
    "seier",
    "meiner",
    "gjer",
    "kjem",
    "saman",
    "kvart",
    "sjølv",
    "òg",
    "utan",
    "fleire",
    "no",
    "då",
    "me",
    "vore",
    "meinte",
    "svara",
    "tilsette",
    "arbeidsgivar",
    "høve",
];
/// Words of both written forms.
const NORWEGIAN: &[&str] = &[
    "og", "er", "om", "på", "det", "som", "til", "av", "med", "har", "den", "vil", "skal", "kan",
    "var", "vi", "ved", "eller", "når", "enige", "mot", "etter",
];
const ENGLISH: &[&str] = &[
    "the",
    "of",
    "what",
    "is",
    "are",
    "was",
    "were",
    "and",
    "to",
    "did",
    "does",
    "do",
    "how",
    "which",
    "who",
    "when",
    "where",
    "why",
    "about",
    "with",
    "they",
    "that",
    "this",
    "has",
    "have",
    "had",
    "been",
    "will",
    "would",
    "should",
    "an",
    "as",
    "by",
    "from",
    "it",
    "be",
    "on",
    "their",
    "according",
    "say",
    "said",
    "not",
    "than",
];

/// The language of `text`; bokmål where nothing tells.
pub fn detect(text: &str) -> Language {
    let (mut bokmal, mut nynorsk, mut either, mut english) = (0, 0, 0, 0);
    for word in words(text) {
        let word = fold(&text[word.start..word.end]);
        let word = word.as_str();
        bokmal += usize::from(BOKMAL.contains(&word));
        nynorsk += usize::from(NYNORSK.contains(&word)) * 2;
        either += usize::from(NORWEGIAN.contains(&word));
        english += usize::from(ENGLISH.contains(&word));
    }
    let norwegian = bokmal.max(nynorsk) + either;
    if english > norwegian || english + norwegian == 0 && is_english_topic(text) {
        Language::English
    } else if nynorsk > bokmal {
        Language::Nynorsk
    } else {
        Language::Bokmal
    }
}

/// A topic has no function words: it is English if all its words are, but names and words of both languages,
/// and one of them is no Norwegian word.
fn is_english_topic(text: &str) -> bool {
    let found = words(text);
    let mut english = 0;
    let all = found.iter().enumerate().all(|(at, word)| {
        let word = &text[word.start..word.end];
        let norwegian = norwegian(word);
        let is_english = !norwegian.is_empty() && !norwegian.contains(&term(word));
        english += usize::from(is_english);
        let is_name = at > 0 && word.starts_with(char::is_uppercase);
        is_english || is_name || !norwegian.is_empty() || PREPOSITIONS.contains(&word)
    });
    all && english > 0 && (2..=MAX_TOPIC).contains(&found.len())
}

/// Short words of a topic that are no Norwegian function words.
const PREPOSITIONS: &[&str] = &["at", "for", "in", "a", "s"];

/// So many words of a text are looked up at most.
const MAX_TOPIC: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_known_by_their_function_words() {
        for (question, language) in [
            ("Hva mener forbundet om hjemmekontor?", Language::Bokmal),
            ("Kva meiner forbundet om heimekontor?", Language::Nynorsk),
            ("When will the budget be ready?", Language::English),
            ("siste om lønnsforhandlingene", Language::Bokmal),
            (
                "Er VFS og arbeidsgiver enige om at planen er god?",
                Language::Bokmal,
            ),
            ("local pay talks", Language::English),
            ("air quality at Bakken school", Language::English),
            ("new system for parkering", Language::Bokmal),
            ("plan for parkering", Language::Bokmal),
            (
                "Who led the working group for VFS-kontor?",
                Language::English,
            ),
        ] {
            assert_eq!(detect(question), language, "{question}");
        }
    }
}
