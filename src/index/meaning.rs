//! Meaning beside words: which row of the store of meanings is whose, and what a passage's nearness to
//! the question adds to its score.

use std::collections::{BTreeMap, HashMap};

use super::{Index, writer};
use crate::corpus::passage::Passage;
use crate::corpus::{Document, DocumentId};

/// How much meaning counts beside words, of one. Chosen on the validation questions of a Norwegian
/// news corpus.
const WEIGHT: f32 = 0.4;
/// So many of the nearest passages are candidates whatever their words.
const NEAREST: usize = 200;
/// A passage without a meaning.
const NONE: u32 = u32::MAX;

/// The rows of an index's passages in a store of meanings.
#[derive(Debug, Default)]
pub struct Rows {
    /// For each passage the row of its meaning.
    of: Vec<u32>,
    known: usize,
}

/// What a question means, as far as the passages go.
#[derive(Debug, Clone, Copy)]
pub struct Meaning<'a> {
    /// Whose the scores are.
    pub rows: &'a Rows,
    /// The cosine of the question with each row.
    pub cosines: &'a [f32],
}

impl Rows {
    /// How many passages have a meaning, and how many there are.
    pub fn known(&self) -> (usize, usize) {
        (self.known, self.of.len())
    }
}

impl Meaning<'_> {
    /// How near the passage of a row is to the question; nothing where its meaning is not known.
    pub(super) fn cosine(&self, row: usize) -> Option<f32> {
        self.cosines.get(*self.rows.of.get(row)? as usize).copied()
    }

    /// The rows of the passages that are nearest to the question, of those that `admitted` leaves.
    pub(super) fn nearest(&self, admitted: impl Fn(usize) -> bool) -> Vec<usize> {
        let near = |row: usize| Some((self.cosine(row)?, row));
        let rows = (0..self.rows.of.len()).filter(|row| admitted(*row));
        let mut all: Vec<(f32, usize)> = rows.filter_map(near).collect();
        let nearer = |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0);
        if all.len() > NEAREST {
            all.select_nth_unstable_by(NEAREST, nearer);
            all.truncate(NEAREST);
        }
        all.into_iter().map(|(_, row)| row).collect()
    }

    /// Adds to the scores of the candidates how near they are to the question. Both kinds of score
    /// count from the worst candidate to the best; afterwards they are as large as scores of words
    /// alone.
    pub(super) fn add(&self, candidates: &mut [(usize, f32)]) {
        let best = candidates
            .iter()
            .map(|(_, score)| *score)
            .fold(0.0, f32::max);
        let best = if best > 0.0 { best } else { 1.0 };
        let cosines: Vec<Option<f32>> = candidates
            .iter()
            .map(|(row, _)| self.cosine(*row))
            .collect();
        let ends = (f32::MAX, f32::MIN);
        let (least, most) = cosines
            .iter()
            .flatten()
            .fold(ends, |(least, most), cosine| {
                (least.min(*cosine), most.max(*cosine))
            });
        let span = (most - least).max(f32::EPSILON);
        for ((_, score), cosine) in candidates.iter_mut().zip(cosines) {
            let nearness = cosine.map_or(0.0, |cosine| (cosine - least) / span);
            *score = (1.0 - WEIGHT) * *score + WEIGHT * nearness * best;
        }
    }
}

impl Index {
    /// What tells each passage's text from others, once for every passage.
    pub fn passage_keys(&self) -> &[u64] {
        &self.records.keys
    }

    /// The rows of all passages; `row` tells which one a key has.
    pub fn rows(&self, row: impl Fn(u64) -> Option<u32>) -> Rows {
        let keys = self.passage_keys().iter();
        let of: Vec<u32> = keys.map(|key| row(*key).unwrap_or(NONE)).collect();
        let known = of.iter().filter(|row| **row != NONE).count();
        Rows { of, known }
    }

    /// The passages whose key is not `known`, by document; of those with the same text one.
    pub fn passages_without(
        &self,
        known: impl Fn(u64) -> bool,
    ) -> BTreeMap<DocumentId, Vec<(u64, Passage)>> {
        let keys = self.passage_keys().iter().enumerate();
        let missing: HashMap<u64, usize> = keys
            .filter(|(_, key)| !known(**key))
            .map(|(row, key)| (*key, row))
            .collect();
        let mut by_document: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (key, row) in missing {
            let document = self.records.documents[self.records.document(row)].clone();
            let passage = self.records.passage(row);
            by_document
                .entry(document)
                .or_default()
                .push((key, passage));
        }
        by_document
    }
}

/// The text of a passage that its meaning is made from, and its key.
pub fn meant_text(document: &Document, passage: &Passage) -> String {
    writer::searched_text(document, passage)
}
