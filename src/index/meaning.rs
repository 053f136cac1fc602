//! Meaning beside words: which row of the store of meanings is whose, and what a passage's nearness to
//! the question adds to its score.

use std::collections::{BTreeMap, HashMap};

use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId, SegmentReader};

use super::schema::KEY;
use super::search::{Columns, Hit};
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
    /// For each segment the row of each record.
    segments: Vec<Vec<u32>>,
    known: usize,
    passages: usize,
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
        (self.known, self.passages)
    }
}

impl Meaning<'_> {
    fn cosine(&self, address: DocAddress) -> Option<f32> {
        let rows = self.rows.segments.get(address.segment_ord as usize)?;
        let row = *rows.get(address.doc_id as usize)?;
        self.cosines.get(row as usize).copied()
    }

    /// The passages that are nearest to the question.
    fn nearest(&self) -> Vec<DocAddress> {
        let mut all: Vec<(f32, DocAddress)> = Vec::with_capacity(self.rows.known);
        for (segment, rows) in (0..).zip(&self.rows.segments) {
            for (doc, row) in (0..).zip(rows) {
                if let Some(cosine) = self.cosines.get(*row as usize) {
                    all.push((*cosine, DocAddress::new(segment, doc)));
                }
            }
        }
        if all.len() > NEAREST {
            all.select_nth_unstable_by(NEAREST, |a, b| b.0.total_cmp(&a.0));
            all.truncate(NEAREST);
        }
        all.into_iter().map(|(_, address)| address).collect()
    }
}

impl Index {
    /// What tells each passage's text from others, once for every passage.
    pub fn passage_keys(&self) -> anyhow::Result<Vec<u64>> {
        let mut keys = Vec::new();
        self.each_key(|_, _, key| keys.push(key))?;
        Ok(keys)
    }

    /// The rows of all passages; `row` tells which one a key has.
    pub fn rows(&self, row: impl Fn(u64) -> Option<u32>) -> anyhow::Result<Rows> {
        let segments = self.searcher.segment_readers().iter();
        let mut rows = Rows {
            segments: segments
                .map(|segment| vec![NONE; segment.max_doc() as usize])
                .collect(),
            ..Rows::default()
        };
        let Rows {
            segments,
            known,
            passages,
        } = &mut rows;
        self.each_key(|segment, doc, key| {
            *passages += 1;
            if let Some(row) = row(key) {
                segments[segment][doc as usize] = row;
                *known += 1;
            }
        })?;
        Ok(rows)
    }

    /// The passages whose key is not `known`, by document; of those with the same text one.
    pub fn passages_without(
        &self,
        known: impl Fn(u64) -> bool,
    ) -> anyhow::Result<BTreeMap<DocumentId, Vec<(u64, Passage)>>> {
        let mut missing = HashMap::new();
        self.each_key(|segment, doc, key| {
            if !known(key) {
                missing.insert(key, DocAddress::new(segment as u32, doc));
            }
        })?;
        let columns = self.columns()?;
        let mut by_document: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (key, address) in missing {
            if let Some((document, passage)) = columns.passage(address)? {
                by_document
                    .entry(document)
                    .or_default()
                    .push((key, passage));
            }
        }
        Ok(by_document)
    }

    /// Calls `act` with segment, record and key of every passage.
    fn each_key(&self, mut act: impl FnMut(usize, DocId, u64)) -> anyhow::Result<()> {
        for (i, segment) in self.searcher.segment_readers().iter().enumerate() {
            let keys = keys(segment)?;
            for doc in segment.doc_ids_alive() {
                if let Some(key) = keys.first(doc) {
                    act(i, doc, key);
                }
            }
        }
        Ok(())
    }

    /// Adds to each of `found` how near it is to the question, and those that are near and not yet found.
    pub(super) fn add_meaning(
        &self,
        found: &mut Vec<(DocAddress, Hit)>,
        columns: &Columns,
        meaning: &Meaning,
    ) -> anyhow::Result<()> {
        let known: std::collections::HashSet<DocAddress> =
            found.iter().map(|(address, _)| *address).collect();
        // Both kinds of score count from the worst candidate to the best; afterwards they are as large
        // as scores of words alone.
        let best = found.iter().map(|(_, hit)| hit.score).fold(0.0, f32::max);
        let best = if best > 0.0 { best } else { 1.0 };
        for address in meaning.nearest() {
            if !known.contains(&address)
                && let Some((document, passage)) = columns.passage(address)?
            {
                let hit = Hit {
                    document,
                    passage,
                    score: 0.0,
                };
                found.push((address, hit));
            }
        }
        let cosines: Vec<Option<f32>> = found
            .iter()
            .map(|(address, _)| meaning.cosine(*address))
            .collect();
        let (least, most) = cosines
            .iter()
            .flatten()
            .fold((f32::MAX, f32::MIN), |(least, most), cosine| {
                (least.min(*cosine), most.max(*cosine))
            });
        let span = (most - least).max(f32::EPSILON);
        for ((_, hit), cosine) in found.iter_mut().zip(cosines) {
            let nearness = cosine.map_or(0.0, |cosine| (cosine - least) / span);
            hit.score = (1.0 - WEIGHT) * hit.score + WEIGHT * nearness * best;
        }
        Ok(())
    }
}

/// The text of a passage that its meaning is made from, and its key.
pub fn meant_text(document: &Document, passage: &Passage) -> String {
    writer::searched_text(document, passage)
}

fn keys(segment: &SegmentReader) -> anyhow::Result<Column<u64>> {
    Ok(segment.fast_fields().u64(KEY)?)
}
