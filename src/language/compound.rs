//! Compounds, taken apart with the corpus's own words.
//!
//! "skystrategi" is split where all parts are words that the documents use by themselves, linked by
//! nothing, "s" or "e". Of several ways the one with the largest geometric mean of the parts'
//! frequencies is taken, and none where the whole word is more frequent than that (Koehn and Knight,
//! "Empirical Methods for Compound Splitting", 2003). Works on terms, so that inflection is gone.

use std::collections::HashMap;

use super::stem::stem;

/// How often the words that compounds may be made of occur.
#[derive(Debug, Clone, Default)]
pub struct Splitter {
    frequencies: HashMap<String, u32>,
}

/// A way to make a word of parts.
struct Way<'a> {
    parts: Vec<&'a str>,
    /// The sum of the logarithms of their frequencies.
    logarithms: f32,
}

impl Way<'_> {
    /// The logarithm of the geometric mean of the frequencies.
    fn mean(&self) -> f32 {
        self.logarithms / self.parts.len().max(1) as f32
    }
}

/// A part has at least so many letters.
const MIN_PART: usize = 3;
/// Parts of a compound, at most.
const MAX_PARTS: usize = 4;
/// A longer word is no word, but an address or noise.
const MAX_LETTERS: usize = 40;
/// What a word of a list counts as, that the documents never use by itself.
const LISTED: u32 = 1;

impl Splitter {
    /// Learns from the terms of a corpus, with the number of passages that hold each, and from a list
    /// of words.
    pub fn new<'a>(
        corpus: impl IntoIterator<Item = (&'a str, u32)>,
        list: impl IntoIterator<Item = &'a str>,
    ) -> Splitter {
        let part =
            |word: &str| word.chars().count() >= MIN_PART && word.chars().all(char::is_alphabetic);
        let mut frequencies: HashMap<String, u32> = corpus
            .into_iter()
            .filter(|(word, _)| part(word))
            .map(|(word, frequency)| (word.to_owned(), frequency))
            .collect();
        for word in list.into_iter().filter(|word| part(word)) {
            frequencies.entry(super::term(word)).or_insert(LISTED);
        }
        Splitter { frequencies }
    }

    /// The parts of a term; nothing where it is no compound.
    pub fn parts<'a>(&'a self, term: &'a str) -> Vec<&'a str> {
        let letters = term.chars().count();
        if !(2 * MIN_PART..=MAX_LETTERS).contains(&letters)
            || !term.chars().all(char::is_alphabetic)
        {
            return Vec::new();
        }
        let whole = self
            .frequencies
            .get(term)
            .map_or(0.0, |frequency| (*frequency as f32).ln());
        match self.split(term, MAX_PARTS) {
            Some(way) if way.mean() >= whole => way.parts,
            _ => Vec::new(),
        }
    }

    /// The best way to make `term` of two to `most` parts.
    fn split<'a>(&'a self, term: &'a str, most: usize) -> Option<Way<'a>> {
        let mut best: Option<Way> = None;
        for (at, _) in term.char_indices().skip(MIN_PART) {
            let (head, tail) = term.split_at(at);
            if most < 2 || tail.chars().count() < MIN_PART {
                break;
            }
            let Some((first, frequency)) = self.head(head) else {
                continue;
            };
            let whole = self.tail(tail).map(|(part, frequency)| Way {
                parts: vec![part],
                logarithms: (frequency as f32).ln(),
            });
            let rest = [whole, self.split(tail, most - 1)]
                .into_iter()
                .flatten()
                .max_by(|a, b| a.mean().total_cmp(&b.mean()));
            let Some(mut way) = rest else { continue };
            way.parts.insert(0, first);
            way.logarithms += (frequency as f32).ln();
            // Of equal ways the one with the longer first part is taken.
            if best.as_ref().is_none_or(|best| way.mean() >= best.mean()) {
                best = Some(way);
            }
        }
        best
    }

    /// The word that stands at the end of a compound, which may be a verb's form: "tillitsvalgt".
    fn tail<'a>(&'a self, tail: &'a str) -> Option<(&'a str, u32)> {
        let known = |word: &str| self.frequencies.get_key_value(word);
        let (part, frequency) = known(tail).or_else(|| known(&stem(tail)))?;
        Some((part, *frequency))
    }

    /// The word that stands at the head of a compound, without what links it.
    fn head<'a>(&self, head: &'a str) -> Option<(&'a str, u32)> {
        let linked = ["", "s", "e"].into_iter().filter_map(|link| {
            let part = head.strip_suffix(link)?;
            Some((part, *self.frequencies.get(part)?))
        });
        linked.max_by_key(|(_, frequency)| *frequency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::term;

    #[test]
    fn compounds_come_apart_where_all_parts_are_words() {
        let words = [
            ("sky", 9),
            ("strategi", 20),
            ("leverandør", 14),
            ("arbeid", 50),
            ("miljø", 12),
            ("utvalg", 30),
            ("møte", 60),
            ("plan", 20),
            ("tillit", 5),
            ("valgt", 8),
            ("forhandling", 20),
            ("kontor", 30),
        ]
        .map(|(word, frequency)| (term(word), frequency));
        let splitter = Splitter::new(words.iter().map(|(w, f)| (w.as_str(), *f)), ["pensjon"]);
        for (word, parts) in [
            ("skystrategi", &["sky", "strategi"][..]),
            ("skyleverandørene", &["sky", "leverandør"]),
            ("arbeidsmiljøutvalget", &["arbeid", "miljø", "utvalg"]),
            ("møteplan", &["møte", "plan"]),
            ("forhandlingsutvalg", &["forhandling", "utvalg"]),
            ("kontorpensjon", &["kontor", "pensjon"]),
            ("tillitsvalgt", &["tillit", "valgt"]),
            ("strategi", &[]),
            ("kontorium", &[]),
            ("sky", &[]),
        ] {
            let term_of = term(word);
            let expected: Vec<String> = parts.iter().map(|part| term(part)).collect();
            assert_eq!(splitter.parts(&term_of), expected, "{word}");
        }
    }

    #[test]
    fn a_word_more_frequent_than_its_parts_stays_whole() {
        let splitter = Splitter::new([("tillit", 2), ("valgt", 3), ("tillitsvalgt", 90)], []);
        assert!(splitter.parts("tillitsvalgt").is_empty());
    }
}
