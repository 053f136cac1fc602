//! Norwegian analysis: from words as written to the terms that are indexed and searched.
//!
//! One function, [`terms`], composes the steps and serves index and query alike: [`words()`] →
//! [`fold()`] → [`written`] (nynorsk forms meet their bokmål ones) → [`mod@stem`]. [`grams`] gives the
//! character 4-grams that find compounds, inflection and typing errors. A language rule is one file
//! here and a table test. Nothing here knows the index.

pub mod abbreviation;
pub mod compound;
pub mod cues;
mod detect;
mod fold;
pub mod lexicon;
mod party;
mod phrase;
mod similar;
pub mod stem;
mod stop;
mod words;
pub mod written;

pub use detect::{Language, detect};
pub use fold::fold;
pub use party::{is_party, is_role, means_union};
pub use phrase::Phrase;
pub use similar::{one_slip_apart, similarity};
pub use stop::is_question_word;
pub use words::words;

/// A term and the place of the word it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The folded, stemmed form.
    pub text: String,
    /// First byte of the word in the text.
    pub start: usize,
    /// First byte after the word.
    pub end: usize,
    /// The word's number in the text; the parts of "11-5" share one.
    pub position: usize,
}

/// The terms of `text`, for index and query alike.
pub fn terms(text: &str) -> Vec<Term> {
    words(text)
        .into_iter()
        .map(|word| Term {
            text: term(&text[word.start..word.end]),
            start: word.start,
            end: word.end,
            position: word.position,
        })
        .collect()
}

/// The term of a single word.
pub fn term(word: &str) -> String {
    let folded = fold(word);
    stem::stem(&written::bokmal(&folded))
}

/// The character 4-grams of the words of `text`, each word by itself; a shorter word is its own gram.
pub fn grams(text: &str) -> Vec<Term> {
    let mut grams = Vec::new();
    for word in words(text) {
        let folded = written::bokmal(&fold(&text[word.start..word.end]));
        let letters: Vec<char> = folded.chars().collect();
        let windows: Vec<String> = if letters.len() <= GRAM {
            vec![folded]
        } else {
            letters
                .windows(GRAM)
                .map(|gram| gram.iter().collect())
                .collect()
        };
        for gram in windows {
            grams.push(Term {
                text: gram,
                start: word.start,
                end: word.end,
                position: grams.len(),
            });
        }
    }
    grams
}

/// Letters in a gram: 4 was the best of 3 to 5 on Norwegian news and encyclopedia text.
const GRAM: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_without_its_letter_is_no_word() {
        assert!(terms("\u{363} \u{301}").is_empty());
        let found = terms("\u{363}ide\u{301}");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].start, found[0].text.as_str()), (2, "ide"));
    }

    #[test]
    fn nynorsk_and_bokmal_meet_in_one_term() {
        for (nynorsk, bokmal) in [
            ("arbeidsgivaren", "arbeidsgiveren"),
            ("arbeidsgivarane", "arbeidsgiverne"),
            ("tenestene", "tjenestene"),
            ("ikkje", "ikke"),
            ("leiarar", "ledere"),
            ("møta", "møtene"),
            ("tydeleg", "tydelig"),
            ("saka", "saken"),
            ("kommunane", "kommunene"),
            ("moglegheiter", "muligheter"),
        ] {
            assert_eq!(term(nynorsk), term(bokmal), "{nynorsk} {bokmal}");
        }
    }

    #[test]
    fn inflection_goes_and_different_words_stay_apart() {
        for forms in [
            &["møte", "møtet", "møter", "møtene", "møtets"][..],
            &[
                "forhandling",
                "forhandlinger",
                "forhandlingene",
                "forhandlingen",
            ],
            &["FASA", "FASAs", "fasa"],
            &["skrive", "skriver", "skrev", "skrevet", "skreiv"],
            &["foreslå", "foreslår", "foreslo", "foreslått"],
            &["vedta", "vedtar", "vedtok", "vedtatt", "vedteke"],
            &["gjennomføre", "gjennomført", "gjennomførte"],
            &["ansatt", "ansatte"],
        ] {
            let terms: Vec<String> = forms.iter().map(|form| term(form)).collect();
            assert!(terms.iter().all(|t| *t == terms[0]), "{terms:?}");
        }
        for (a, b) in [
            ("år", "ar"),
            ("lån", "lønn"),
            ("vær", "var"),
            ("møte", "måte"),
        ] {
            assert_ne!(term(a), term(b));
        }
    }

    #[test]
    fn terms_keep_their_places() {
        let text = "Sak § 11-5: VFS-kontorene";
        let found: Vec<(String, &str, usize)> = terms(text)
            .into_iter()
            .map(|t| (t.text, &text[t.start..t.end], t.position))
            .collect();
        let expected = [
            ("sak", "Sak", 0),
            ("11-5", "11-5", 1),
            ("11", "11", 1),
            ("5", "5", 2),
            ("vfs", "VFS", 3),
            ("kontor", "kontorene", 4),
        ];
        assert_eq!(
            found,
            expected.map(|(term, word, position)| (term.to_owned(), word, position))
        );
    }
}
