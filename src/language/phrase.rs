//! Words that are looked for exactly as they were written, one after the other.

use super::{fold, term, words};

/// A run of words that a text must have verbatim: case and accents do not count, nor do line breaks
/// and the hyphens at the ends of lines, but inflection does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// The words as they were written.
    pub text: String,
    letters: Vec<char>,
}

/// Stands between two words.
const GAP: char = ' ';
/// Stands where a hyphen may join two words or break one: "VFS-kontor", "med-␤bestemmelse".
const HYPHEN: char = '-';

impl Phrase {
    /// The phrase `text`, if it has a word.
    pub fn new(text: &str) -> Option<Phrase> {
        let letters = letters(text);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!letters.is_empty()).then_some(Phrase { text, letters })
    }

    /// Whether `word` is one of its words.
    pub fn has_word(&self, word: &str) -> bool {
        Phrase::new(word).is_some_and(|word| word.stands_in(&self.text))
    }

    /// Whether `text` has the words, in sequence.
    pub fn stands_in(&self, text: &str) -> bool {
        let text = letters(text);
        let starts_word = |at: &usize| {
            at.checked_sub(1)
                .is_none_or(|before| matches!(text[before], GAP | HYPHEN))
        };
        (0..text.len())
            .filter(starts_word)
            .any(|at| self.begins(&text[at..]))
    }

    fn begins(&self, text: &[char]) -> bool {
        let (mut at, mut own) = (0, 0);
        loop {
            match (text.get(at), self.letters.get(own)) {
                (found, None) => return matches!(found, None | Some(&GAP | &HYPHEN)),
                (None, Some(_)) => return false,
                (Some(a), Some(b)) if a == b => (at, own) = (at + 1, own + 1),
                (Some(&HYPHEN), Some(&GAP)) | (Some(&GAP), Some(&HYPHEN)) => {
                    (at, own) = (at + 1, own + 1);
                }
                (Some(&HYPHEN), _) => at += 1,
                (_, Some(&HYPHEN)) => own += 1,
                _ => return false,
            }
        }
    }

    /// The sequences of terms one of which every text with the phrase has: as it was written, without
    /// its hyphens, and with one of its words broken by a hyphen at any place.
    pub fn term_sequences(&self) -> Vec<Vec<String>> {
        let split = |between: &[char]| -> Vec<String> {
            self.letters
                .split(|c| between.contains(c))
                .filter(|word| !word.is_empty())
                .map(|word| word.iter().filter(|c| **c != HYPHEN).collect())
                .collect()
        };
        let term_of = |words: &[String]| words.iter().map(|word| term(word)).collect();
        let apart = split(&[GAP, HYPHEN]);
        let mut sequences: Vec<Vec<String>> = vec![term_of(&apart), term_of(&split(&[GAP]))];
        for (i, word) in apart.iter().enumerate() {
            for (at, _) in word.char_indices().skip(1) {
                let mut broken = apart.clone();
                broken.splice(i..=i, [word[..at].to_owned(), word[at..].to_owned()]);
                sequences.push(term_of(&broken));
            }
        }
        sequences.sort();
        sequences.dedup();
        sequences
    }
}

/// The folded letters of a text with what stands between its words.
fn letters(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = Vec::new();
    let mut end = None;
    for word in words(text) {
        let written = &text[word.start..word.end];
        // Of a joined number only the parts count.
        if written.contains(|c: char| c.is_ascii_punctuation()) {
            continue;
        }
        if let Some(end) = end {
            let broken = letters.last().is_some_and(|c| c.is_alphabetic())
                && written.starts_with(char::is_alphabetic)
                && is_hyphen(&text[end..word.start]);
            letters.push(if broken { HYPHEN } else { GAP });
        }
        letters.extend(fold(written).chars());
        end = Some(word.end);
    }
    letters
}

/// Whether what stands between two words is a hyphen, alone or at the end of a line.
fn is_hyphen(between: &str) -> bool {
    let mut rest = between.chars();
    let first = rest.next();
    let rest = rest.as_str();
    matches!(first, Some('-' | '\u{2010}' | '\u{2011}' | '\u{AD}'))
        && (rest.is_empty() || rest.contains('\n') && rest.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_sequence_over_line_breaks_and_hyphens() {
        for (phrase, text, expected) in [
            ("det sorte hullet", "… «Det sorte\nhullet» er …", true),
            ("det sorte hullet", "det sorte hullets plass", false),
            ("sorte hull", "det sorte hullet", false),
            ("hullet sorte", "det sorte hullet", false),
            ("medbestemmelse", "om med-\nbestemmelse her", true),
            ("medbestemmelse", "om med\u{AD}bestemmelse her", true),
            ("med bestemmelse", "om medbestemmelse her", false),
            ("Lokal-kontor", "et lokal-kontor", true),
            ("lokalkontor", "et lokal-kontor", true),
            ("lokal-kontor", "et lokalkontor", true),
            ("lønns- og", "lønns-\nog arbeidsvilkår", true),
            ("§ 11-5", "etter § 11-5 i loven", true),
            ("§ 11-5", "etter § 11-6 i loven", false),
        ] {
            let phrase = Phrase::new(phrase).unwrap();
            assert_eq!(phrase.stands_in(text), expected, "{phrase:?} in {text}");
        }
        assert_eq!(Phrase::new(" – "), None);
    }

    #[test]
    fn every_way_to_write_it_is_a_sequence_of_terms() {
        let sequences = Phrase::new("nye lokal-kontor").unwrap().term_sequences();
        for text in [
            "nye lokal-kontor",
            "nye lokalkontor",
            "nye lokal-kon-\ntor",
            "ny-\ne lokal kontor",
        ] {
            let terms: Vec<String> = super::super::terms(text)
                .into_iter()
                .map(|term| term.text)
                .collect();
            assert!(sequences.contains(&terms), "{terms:?}");
        }
    }
}
