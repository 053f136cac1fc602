//! Which language a text is in, by its function words.

use super::{fold, words};
use serde::{Deserialize, Serialize};

/// The languages that are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    "flere", "etter", "enn", "nå", "da",
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
    "at",
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
    let (mut bokmal, mut nynorsk, mut english) = (0, 0, 0);
    for word in words(text) {
        let word = fold(&text[word.start..word.end]);
        let word = word.as_str();
        bokmal += usize::from(BOKMAL.contains(&word));
        nynorsk += usize::from(NYNORSK.contains(&word)) * 2;
        english += usize::from(ENGLISH.contains(&word));
    }
    let norwegian = bokmal.max(nynorsk);
    if english > norwegian {
        Language::English
    } else if nynorsk > bokmal {
        Language::Nynorsk
    } else {
        Language::Bokmal
    }
}

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
                "Who led the working group for VFS-kontor?",
                Language::English,
            ),
        ] {
            assert_eq!(detect(question), language, "{question}");
        }
    }
}
