//! The words that the passages hold, for what cannot be looked up by the word itself: compounds with
//! a word in them, and words a typing error away.

use std::collections::HashMap;

use tantivy::schema::Field;
use tantivy::{Searcher, Term};

use super::records::Records;
use crate::language::compound::Splitter;
use crate::language::one_slip_apart;

/// Every term of the passages, and which compounds it is a part of.
pub struct Vocabulary {
    terms: Vec<(String, u32)>,
    splitter: Splitter,
    /// For each part, the compounds that hold it.
    compounds: HashMap<String, Vec<u32>>,
}

/// A shorter word has too many others within a slip.
const MIN_MISTYPED: usize = 5;

impl Vocabulary {
    /// Reads the terms of `field` that `records` have; `list` holds further words that compounds may be
    /// made of.
    pub fn read(
        searcher: &Searcher,
        records: &Records,
        field: Field,
        list: &[String],
    ) -> tantivy::Result<Vocabulary> {
        let mut frequencies: HashMap<String, u32> = HashMap::new();
        for segment in searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut stream = index.terms().stream()?;
            while let Some((term, info)) = stream.next() {
                if let Ok(term) = std::str::from_utf8(term) {
                    match frequencies.get_mut(term) {
                        Some(frequency) => *frequency += info.doc_freq,
                        None => {
                            frequencies.insert(term.to_owned(), info.doc_freq);
                        }
                    }
                }
            }
        }
        if records.narrowed() {
            for (term, frequency) in &mut frequencies {
                let found = records.find(searcher, &Term::from_field_text(field, term))?;
                *frequency = records.frequency(searcher, &found)? as u32;
            }
            frequencies.retain(|_, frequency| *frequency > 0);
        }
        let mut terms: Vec<(String, u32)> = frequencies.into_iter().collect();
        terms.sort_unstable();
        let splitter = Splitter::new(
            terms
                .iter()
                .map(|(term, frequency)| (term.as_str(), *frequency)),
            list.iter().map(String::as_str),
        );
        let mut compounds: HashMap<String, Vec<u32>> = HashMap::new();
        for (i, (term, _)) in (0..).zip(&terms) {
            for part in splitter.parts(term) {
                match compounds.get_mut(part) {
                    Some(known) => known.push(i),
                    None => {
                        compounds.insert(part.to_owned(), vec![i]);
                    }
                }
            }
        }
        Ok(Vocabulary {
            terms,
            splitter,
            compounds,
        })
    }

    /// The parts of a term, or the term itself.
    pub fn parts<'a>(&'a self, term: &'a str) -> Vec<&'a str> {
        let parts = self.splitter.parts(term);
        if parts.is_empty() { vec![term] } else { parts }
    }

    /// The compounds that hold `part`.
    pub fn compounds(&self, part: &str) -> impl Iterator<Item = &str> {
        let found = self.compounds.get(part).map_or(&[][..], Vec::as_slice);
        found.iter().map(|i| self.terms[*i as usize].0.as_str())
    }

    /// The terms that a slip of the finger makes `term` of, the most frequent first.
    pub fn mistyped(&self, term: &str) -> Vec<&str> {
        let letters = term.chars().count();
        if letters < MIN_MISTYPED || !term.chars().all(char::is_alphabetic) {
            return Vec::new();
        }
        let near = |known: &&(String, u32)| {
            known.0.len().abs_diff(term.len()) <= 2 && one_slip_apart(term, &known.0)
        };
        let mut found: Vec<&(String, u32)> = self.terms.iter().filter(near).collect();
        found.sort_by_key(|(_, frequency)| std::cmp::Reverse(*frequency));
        found.into_iter().map(|(term, _)| term.as_str()).collect()
    }
}
