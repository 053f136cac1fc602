//! A document made ready for choosing words from it: its sentences and their terms.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use super::holder::{self, Word};
use super::matter::Standing;
use super::people::People;
use crate::corpus::passage::{Unit, units};
use crate::corpus::{Document, Span};
use crate::language::cues::{cues, folded};
use crate::language::{fold, terms, words};

/// A document, its units (sentences, items, rows) and, once asked for, their terms and who has the word in
/// them.
pub struct Reading {
    /// The document.
    pub document: Document,
    /// Its units in order.
    pub units: Vec<Unit>,
    /// For each unit, the first of its block.
    block_starts: Vec<usize>,
    terms: Vec<OnceLock<Vec<String>>>,
    /// Each unit's is asked for by those after it too.
    words: Vec<OnceLock<Word>>,
    told: Vec<OnceLock<Option<(Standing, u8)>>>,
    people: OnceLock<People>,
    names: OnceLock<HashSet<String>>,
    author: OnceLock<Option<String>>,
}

/// The blocks at the top of a document that may name who wrote it.
const LETTERHEAD: usize = 3;
/// A longer line is no name.
const MAX_LETTERHEAD: usize = 12;

/// The union that a line of a letterhead begins with.
fn union_in(line: &str) -> Option<&str> {
    let first = line.split(' ').next().unwrap_or_default();
    let (holders, folded) = (&cues().holders, fold(first));
    // "Fagforbundet" is a "fagforbund".
    let base = folded.strip_suffix("et").unwrap_or(&folded);
    let union = holders.names.has(&folded) || holders.union.end(base);
    let apart = [" – ", " — ", " - ", ", ", ": "];
    let end = apart.iter().filter_map(|apart| line.find(apart)).min();
    let short = line.split(' ').count() <= MAX_LETTERHEAD && !line.ends_with('.');
    let name = &line[..end.unwrap_or(line.len())];
    (union && short && first.starts_with(char::is_uppercase)).then_some(name.trim())
}

impl Reading {
    /// Makes `document` ready.
    pub fn new(document: Document) -> Reading {
        let units = units(&document);
        let mut block_start = 0;
        let block_starts = units.iter().enumerate().map(|(i, unit)| {
            let next = if unit.ends_block { i + 1 } else { block_start };
            std::mem::replace(&mut block_start, next)
        });
        Reading {
            block_starts: block_starts.collect(),
            terms: units.iter().map(|_| OnceLock::new()).collect(),
            words: units.iter().map(|_| OnceLock::new()).collect(),
            told: units.iter().map(|_| OnceLock::new()).collect(),
            people: OnceLock::new(),
            names: OnceLock::new(),
            author: OnceLock::new(),
            document,
            units,
        }
    }

    /// The units that stand wholly in `span`, as a range of [`Reading::units`].
    pub fn within(&self, span: Span) -> Range<usize> {
        let start = self
            .units
            .partition_point(|unit| unit.span.start < span.start);
        let end = self.units.partition_point(|unit| unit.span.end <= span.end);
        start..end.max(start)
    }

    /// The words of unit `i`.
    pub fn text(&self, i: usize) -> &str {
        self.document.slice(self.units[i].span)
    }

    /// The terms of unit `i`.
    pub fn terms(&self, i: usize) -> &[String] {
        self.terms[i].get_or_init(|| {
            terms(self.text(i))
                .into_iter()
                .map(|term| term.text)
                .collect()
        })
    }

    /// The first unit of the block that unit `i` stands in.
    pub fn block_start(&self, i: usize) -> usize {
        self.block_starts[i]
    }

    /// What unit `i` says about who has the word.
    pub(super) fn word(&self, i: usize) -> &Word {
        self.words[i].get_or_init(|| holder::word(self, i))
    }

    /// Those who were at the meeting.
    pub(super) fn people(&self) -> &People {
        self.people.get_or_init(|| People::of(&self.document))
    }

    /// Whether unit `i` begins with the name of somebody who was at the meeting.
    pub(super) fn names_person(&self, i: usize) -> bool {
        let text = self.text(i);
        let begins = text.starts_with(|c: char| c.is_uppercase());
        begins && self.people().at(text, &folded(text), 0).is_some()
    }

    /// Whose words the document is: as its metadata say, or the union in its letterhead ("Parat Nordvik – nytt
    /// fra styret").
    pub(super) fn author(&self) -> Option<&str> {
        let stated = self.document.metadata.author.as_deref();
        stated.or_else(|| {
            let found = self.author.get_or_init(|| {
                let blocks = self.document.blocks.iter().take(LETTERHEAD);
                let mut lines = blocks.flat_map(|block| self.document.slice(block.span).lines());
                lines.find_map(union_in).map(str::to_owned)
            });
            found.as_deref()
        })
    }

    /// Whether a word, folded, is a name: the document writes it with a capital inside sentences, and never
    /// without.
    pub(super) fn is_name(&self, folded: &str) -> bool {
        self.names
            .get_or_init(|| {
                let (mut names, mut others) = (HashSet::new(), HashSet::new());
                for i in 0..self.units.len() {
                    let text = self.text(i);
                    for (at, word) in words(text).into_iter().enumerate() {
                        let spelled = &text[word.start..word.end];
                        let inside = at > 0 && text[..word.start].ends_with([' ', '-']);
                        let opens = text[..word.start]
                            .trim_end()
                            .ends_with([':', '.', '?', '!']);
                        if spelled.starts_with(char::is_lowercase) {
                            others.insert(fold(spelled));
                        } else if inside && !opens && spelled.starts_with(char::is_uppercase) {
                            names.insert(fold(spelled));
                        }
                    }
                }
                names.retain(|name| !others.contains(name));
                names
            })
            .contains(folded)
    }

    /// Whether the document is in English, which orders its words otherwise than Norwegian.
    pub(super) fn is_english(&self) -> bool {
        self.document.metadata.language.as_deref() == Some("en")
    }

    /// What unit `i` tells of a matter's state, and how strongly: as `tell` says when it is first asked.
    pub(super) fn told(
        &self,
        i: usize,
        tell: impl FnOnce() -> Option<(Standing, u8)>,
    ) -> Option<(Standing, u8)> {
        *self.told[i].get_or_init(tell)
    }

    /// From the first byte of unit `range.start` to the last of the range.
    pub fn span(&self, range: &Range<usize>) -> Span {
        self.units[range.start]
            .span
            .cover(self.units[range.end - 1].span)
    }
}
