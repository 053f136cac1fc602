//! The living records of an index, numbered: what scoring goes by.
//!
//! tantivy numbers records by segment, and keeps those that were replaced until it merges. Scores
//! must depend on the documents alone, so passages get rows of their own, in the order of the
//! segments, and lengths and frequencies are counted over these only. All is held in columns of plain
//! numbers: some 20 bytes a passage.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, Postings as _, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, InvertedIndexReader, Searcher, TERMINATED, Term};

use super::schema::{ENTRY, Fields, KEY, OWNER, PASSAGE, PLACE};
use crate::corpus::passage::Passage;
use crate::corpus::{DocumentId, Span};

/// The row of a record that is not counted.
const NONE: u32 = u32::MAX;

/// Passages and documents, numbered.
#[derive(Default)]
pub struct Records {
    /// For each segment and record: the row of a passage, the number of an entry's document.
    rows: Vec<Vec<u32>>,
    /// Where each passage is.
    addresses: Vec<DocAddress>,
    /// The document of each passage.
    document: Vec<u32>,
    /// The place of each passage in its document.
    places: Vec<[u32; PLACE.len()]>,
    /// The documents.
    pub documents: Vec<DocumentId>,
    /// What tells each passage's text from others.
    pub keys: Vec<u64>,
    numbers: HashMap<DocumentId, u32>,
    /// The row of each document's first passage.
    first: Vec<u32>,
    terms: Lengths,
    grams: Lengths,
    document_terms: Lengths,
    /// Whether records are left out that tantivy counts.
    narrowed: bool,
}

/// How long each record is in one field.
#[derive(Default)]
struct Lengths {
    /// As tantivy rounds them, one byte each.
    coded: Vec<u8>,
    /// BM25's share of length, for each code.
    damping: Vec<f32>,
}

/// Where a term's occurrences are listed, in each segment that has any.
pub struct Postings(Vec<(usize, Arc<InvertedIndexReader>, TermInfo)>);

/// BM25's usual constants.
const K1: f32 = 1.2;
const B: f32 = 0.75;
/// K1 for whole documents: that a word is in them tells nearly all.
const DOCUMENT_K1: f32 = 0.3;

impl Records {
    /// Numbers the records that `searcher` sees, those of the documents in `only` where some are named.
    pub fn number(
        searcher: &Searcher,
        fields: Fields,
        only: Option<&HashSet<DocumentId>>,
    ) -> tantivy::Result<Records> {
        let mut records = Records {
            narrowed: only.is_some(),
            ..Records::default()
        };
        for (segment_ord, segment) in (0..).zip(searcher.segment_readers()) {
            let mut rows = vec![NONE; segment.max_doc() as usize];
            let fast = segment.fast_fields();
            let owners = fast.str(OWNER)?;
            let places = PLACE
                .iter()
                .map(|name| fast.u64(name))
                .collect::<Result<Vec<_>, _>>()?;
            let keys = fast.u64(KEY)?;
            let lengths = [fields.terms, fields.grams, fields.document_terms]
                .map(|field| segment.get_fieldnorms_reader(field));
            let [terms, grams, document_terms] = lengths;
            let (terms, grams, document_terms) = (terms?, grams?, document_terms?);
            let inverted = segment.inverted_index(fields.record)?;
            let mut kinds = vec![None; rows.len()];
            for kind in [PASSAGE, ENTRY] {
                let term = Term::from_field_text(fields.record, kind);
                let Some(mut found) = inverted.read_postings(&term, IndexRecordOption::Basic)?
                else {
                    continue;
                };
                while found.doc() != tantivy::TERMINATED {
                    kinds[found.doc() as usize] = Some(kind == PASSAGE);
                    found.advance();
                }
            }
            // Owners are few beside records: each name is read once.
            let mut known: HashMap<u64, Option<u32>> = HashMap::new();
            for (doc, is_passage) in (0..).zip(kinds) {
                let Some(is_passage) = is_passage.filter(|_| !segment.is_deleted(doc)) else {
                    continue;
                };
                let Some(owners) = &owners else { continue };
                let Some(ord) = owners.term_ords(doc).next() else {
                    continue;
                };
                let document = match known.get(&ord) {
                    Some(document) => *document,
                    None => {
                        let mut name = String::new();
                        owners.ord_to_str(ord, &mut name)?;
                        let id = DocumentId::from(name.as_str());
                        let counts = only.is_none_or(|only| only.contains(&id));
                        let document = counts.then(|| records.number_of(id));
                        known.insert(ord, document);
                        document
                    }
                };
                let Some(document) = document else { continue };
                if !is_passage {
                    rows[doc as usize] = document;
                    records.document_terms.coded[document as usize] =
                        document_terms.fieldnorm_id(doc);
                    continue;
                }
                let row = u32::try_from(records.addresses.len()).unwrap_or(NONE);
                rows[doc as usize] = row;
                let first = &mut records.first[document as usize];
                *first = row.min(*first);
                records.addresses.push(DocAddress::new(segment_ord, doc));
                records.document.push(document);
                let mut place = [0; PLACE.len()];
                for (number, column) in place.iter_mut().zip(&places) {
                    *number = column
                        .first(doc)
                        .and_then(|number| u32::try_from(number).ok())
                        .unwrap_or_default();
                }
                records.places.push(place);
                records.keys.push(keys.first(doc).unwrap_or_default());
                records.terms.coded.push(terms.fieldnorm_id(doc));
                records.grams.coded.push(grams.fieldnorm_id(doc));
            }
            records.rows.push(rows);
        }
        records.terms.weigh(K1);
        records.grams.weigh(K1);
        records.document_terms.weigh(DOCUMENT_K1);
        Ok(records)
    }

    /// The number of a document; a new one for one that has none yet.
    fn number_of(&mut self, id: DocumentId) -> u32 {
        let next = u32::try_from(self.documents.len()).unwrap_or(NONE);
        let number = *self.numbers.entry(id.clone()).or_insert(next);
        if number == next {
            self.documents.push(id);
            self.first.push(NONE);
            self.document_terms.coded.push(0);
        }
        number
    }

    /// How many passages there are.
    pub fn passages(&self) -> usize {
        self.addresses.len()
    }

    /// Whether records are left out that tantivy counts.
    pub fn narrowed(&self) -> bool {
        self.narrowed
    }

    /// Where the passage of a row is.
    pub fn address(&self, row: usize) -> DocAddress {
        self.addresses[row]
    }

    /// The number of the document of a row.
    pub fn document(&self, row: usize) -> usize {
        self.document[row] as usize
    }

    /// Adds to the score of each passage that has any `weight` times the score of its document.
    pub fn add_documents(&self, weight: f32, documents: &[f32], scores: &mut [f32]) {
        // Which passages have a score is as good as random: choosing costs less than branching.
        for (score, document) in scores.iter_mut().zip(&self.document) {
            let any = if *score > 0.0 { weight } else { 0.0 };
            *score += any * documents[*document as usize];
        }
    }

    /// The passage of a row.
    pub fn passage(&self, row: usize) -> Passage {
        let [ordinal, start, end, section] = self.places[row].map(|number| number as usize);
        Passage {
            ordinal,
            span: Span::new(start, end),
            section,
        }
    }

    /// For each row whether its passage is among `found`.
    pub fn marked(&self, found: &HashSet<DocAddress>) -> Vec<bool> {
        self.addresses
            .iter()
            .map(|address| found.contains(address))
            .collect()
    }

    /// The row of a document's passage.
    pub fn row(&self, document: &DocumentId, ordinal: usize) -> Option<usize> {
        let first = self.first[*self.numbers.get(document)? as usize] as usize;
        let row = first.checked_add(ordinal)?;
        let place = self.places.get(row)?;
        (place[0] as usize == ordinal).then_some(row)
    }

    /// The rows of the passages before and after that of `row` in its document. A document's passages
    /// are written one after the other.
    pub fn beside(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        let ordinal = self.places[row][0];
        let here = move |other: &usize| {
            self.document.get(*other) == self.document.get(row)
                && self.places[*other][0].abs_diff(ordinal) == 1
        };
        [row.checked_sub(1), Some(row + 1)]
            .into_iter()
            .flatten()
            .filter(here)
    }

    /// Looks a term up, once for all that is asked of it.
    pub fn find(&self, searcher: &Searcher, term: &Term) -> tantivy::Result<Postings> {
        let mut postings = Postings(Vec::new());
        for (number, segment) in searcher.segment_readers().iter().enumerate() {
            let index = segment.inverted_index(term.field())?;
            if let Some(place) = index.get_term_info(term)? {
                postings.0.push((number, index, place));
            }
        }
        Ok(postings)
    }

    /// In how many living records a term occurs.
    pub fn frequency(&self, searcher: &Searcher, term: &Postings) -> tantivy::Result<usize> {
        let mut records = 0;
        for (number, index, place) in &term.0 {
            if !self.narrowed && !searcher.segment_readers()[*number].has_deletes() {
                records += place.doc_freq as usize;
                continue;
            }
            let rows = &self.rows[*number];
            let option = IndexRecordOption::Basic;
            let found = index.read_block_postings_from_terminfo(place, option)?;
            each_block(found, |block| {
                let docs = block.docs().iter();
                records += docs.filter(|doc| rows[**doc as usize] != NONE).count();
            });
        }
        Ok(records)
    }

    /// Calls `take` with the row of each living record that a term occurs in, and how often it does.
    pub fn each_occurrence(
        &self,
        term: &Postings,
        mut take: impl FnMut(usize, u32),
    ) -> tantivy::Result<()> {
        for (number, index, place) in &term.0 {
            let rows = &self.rows[*number];
            let option = IndexRecordOption::WithFreqs;
            let found = index.read_block_postings_from_terminfo(place, option)?;
            each_block(found, |block| {
                for (doc, frequency) in block.docs().iter().zip(block.freqs()) {
                    let row = rows[*doc as usize];
                    if row != NONE {
                        take(row as usize, *frequency);
                    }
                }
            });
        }
        Ok(())
    }

    /// Where in each of `rows`, which ascend, `term` stands, as numbers of words.
    pub fn positions(
        &self,
        searcher: &Searcher,
        term: &Term,
        rows: &[usize],
    ) -> tantivy::Result<Vec<Vec<u32>>> {
        let mut found = vec![Vec::new(); rows.len()];
        let mut next = rows.iter().zip(&mut found).peekable();
        for (ord, segment) in (0..).zip(searcher.segment_readers()) {
            let here = |row: &usize| self.addresses[*row].segment_ord == ord;
            let index = segment.inverted_index(term.field())?;
            let option = IndexRecordOption::WithFreqsAndPositions;
            let mut postings = index.read_postings(term, option)?;
            while let Some((row, positions)) = next.next_if(|(row, _)| here(row)) {
                let Some(postings) = &mut postings else {
                    continue;
                };
                let doc = self.addresses[*row].doc_id;
                if postings.doc() < doc {
                    postings.seek(doc);
                }
                if postings.doc() == doc && doc != TERMINATED {
                    postings.positions(positions);
                }
            }
        }
        Ok(found)
    }

    /// What BM25 gives for occurring in a record of `field`, where `frequency` records have the term:
    /// from the record's row and how often it occurs there.
    pub fn bm25(&self, field: Searched, frequency: usize) -> impl Fn(usize, u32) -> f32 + '_ {
        let lengths = match field {
            Searched::Terms => &self.terms,
            Searched::Grams => &self.grams,
            Searched::Documents => &self.document_terms,
        };
        let most = (K1 + 1.0) * inverse_frequency(frequency, lengths.coded.len());
        move |row, times| {
            let times = times as f32;
            most * times / (times + lengths.damping[usize::from(lengths.coded[row])])
        }
    }
}

/// Calls `take` with each block of a term's postings.
fn each_block(mut block: BlockSegmentPostings, mut take: impl FnMut(&BlockSegmentPostings)) {
    while block.block_len() > 0 {
        take(&block);
        block.advance();
    }
}

/// Robertson and Spärck Jones's inverse document frequency, as BM25 has it.
pub fn inverse_frequency(frequency: usize, records: usize) -> f32 {
    let (n, df) = (records as f32, frequency as f32);
    (1.0 + (n - df + 0.5).max(0.0) / (df + 0.5)).ln()
}

/// The fields that are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searched {
    /// The terms of passages.
    Terms,
    /// Their character 4-grams.
    Grams,
    /// The terms of documents.
    Documents,
}

impl Lengths {
    fn weigh(&mut self, k1: f32) {
        let length = |code: u8| FieldNormReader::id_to_fieldnorm(code) as f32;
        let sum: f64 = self.coded.iter().map(|code| f64::from(length(*code))).sum();
        let mean = ((sum / self.coded.len().max(1) as f64) as f32).max(1.0);
        self.damping = (0..=u8::MAX)
            .map(|code| k1 * (1.0 - B + B * length(code) / mean))
            .collect();
    }
}
