//! A document made ready for choosing words from it: its sentences and their terms.

use std::ops::Range;
use std::sync::OnceLock;

use crate::corpus::passage::{Unit, units};
use crate::corpus::{Document, Span};
use crate::language::terms;

/// A document, its units (sentences, items, rows) and, once asked for, their terms.
pub struct Reading {
    /// The document.
    pub document: Document,
    /// Its units in order.
    pub units: Vec<Unit>,
    terms: Vec<OnceLock<Vec<String>>>,
}

impl Reading {
    /// Makes `document` ready.
    pub fn new(document: Document) -> Reading {
        let units = units(&document);
        let terms = units.iter().map(|_| OnceLock::new()).collect();
        Reading {
            document,
            units,
            terms,
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
        (0..i)
            .rev()
            .find(|&before| self.units[before].ends_block)
            .map_or(0, |before| before + 1)
    }

    /// From the first byte of unit `range.start` to the last of the range.
    pub fn span(&self, range: &Range<usize>) -> Span {
        self.units[range.start]
            .span
            .cover(self.units[range.end - 1].span)
    }
}
