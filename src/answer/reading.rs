//! A document made ready for choosing words from it: its sentences and their terms.

use std::ops::Range;
use std::sync::OnceLock;

use super::holder::{self, Word};
use super::matter::Standing;
use super::people::People;
use crate::corpus::passage::{Unit, units};
use crate::corpus::{Document, Span};
use crate::language::cues::folded;
use crate::language::terms;

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
