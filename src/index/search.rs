//! Query → ranked passages.
//!
//! Every passage that holds any word of the query is scored, from several sources that are added up:
//! words, the parts of compounds, character 4-grams, the document, words near each other, and the
//! passages before and after. Adding up in plain arrays, term by term, costs a few nanoseconds an
//! occurrence; so the whole of a large corpus can be weighed, and no passage is lost to an early
//! choice.

use anyhow::Context;
use tantivy::schema::{Field, Value};
use tantivy::{TantivyDocument, Term};

use super::records::{Occurrences, Searched, inverse_frequency};
use super::vocabulary::Vocabulary;
use super::{Index, MEND};
use crate::corpus::DocumentId;
use crate::corpus::passage::{Passage, Quotation};

/// What to search for, as terms and grams of the same words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// The terms of the words that were asked with.
    pub terms: Vec<String>,
    /// Terms of other words for the same things, with how much each counts.
    pub alternatives: Vec<(String, f32)>,
    /// Character 4-grams.
    pub grams: Vec<String>,
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its document.
    pub document: DocumentId,
    /// The passage.
    pub passage: Passage,
    /// How well it fits; comparable within one search only.
    pub score: f32,
}

/// How much the parts of a score count beside the BM25 of the passage's terms. Chosen on the
/// validation questions of a Norwegian news corpus.
mod weight {
    /// BM25 of the character 4-grams.
    pub const GRAMS: f32 = 0.5;
    /// BM25 of the parts of compounds.
    pub const PARTS: f32 = 0.2;
    /// BM25 of the whole document's terms.
    pub const DOCUMENT: f32 = 1.3;
    /// BM25 of pairs of words near each other.
    pub const PAIRS: f32 = 0.7;
    /// Mean score of the passages before and after.
    pub const NEIGHBOURS: f32 = 0.1;
    /// A word that a typing error makes of one that nobody wrote.
    pub const MISTYPED: f32 = 0.7;
}

/// Passages whose words are looked at for being near each other.
const PAIRED: usize = 200;
/// Words so far apart, at most, are near each other.
const NEAR: u32 = 10;
/// Words that a mistyped one may stand for, at most.
const MAX_MISTYPED: usize = 3;

impl Index {
    /// The passages that fit `query` best, best first.
    pub fn search(&self, query: &Query, limit: usize) -> anyhow::Result<Vec<Hit>> {
        let records = &self.records;
        let terms = self.weighted(query)?;
        let mut scores = vec![0.0; records.passages()];
        let mut documents = vec![0.0; records.documents.len()];
        for (term, weight) in &terms {
            let found = self.occurrences(self.fields.terms, term)?;
            records.add(Searched::Terms, &found, *weight, &mut scores);
            let found = self.occurrences(self.fields.document_terms, term)?;
            records.add(Searched::Documents, &found, *weight, &mut documents);
        }
        for gram in &query.grams {
            let found = self.occurrences(self.fields.grams, gram)?;
            records.add(Searched::Grams, &found, weight::GRAMS, &mut scores);
        }
        for part in self.parts(query)? {
            let found = self.compounds(part)?;
            records.add(Searched::Terms, &found, weight::PARTS, &mut scores);
        }
        for (row, score) in scores.iter_mut().enumerate() {
            if *score > 0.0 {
                *score += weight::DOCUMENT * documents[records.document(row)];
            }
        }
        self.add_pairs(query, &mut scores)?;
        let alone = scores.clone();
        for (row, score) in scores.iter_mut().enumerate() {
            if *score > 0.0 {
                let beside: f32 = records.beside(row).map(|other| alone[other]).sum();
                *score = rounded(*score + weight::NEIGHBOURS * beside / 2.0);
            }
        }
        let mut best = highest(&scores, limit);
        best.sort_by(|&a, &b| {
            let place = |row: usize| (&records.documents[records.document(row)], row);
            scores[b]
                .total_cmp(&scores[a])
                .then_with(|| place(a).cmp(&place(b)))
        });
        best.truncate(limit);
        let hit = |row: usize| Hit {
            document: records.documents[records.document(row)].clone(),
            passage: records.passage(row),
            score: scores[row],
        };
        Ok(best.into_iter().map(hit).collect())
    }

    /// In how many passages each term occurs, and how many passages there are.
    pub fn passage_frequencies(&self, terms: &[String]) -> anyhow::Result<(Vec<u64>, u64)> {
        let frequencies = terms
            .iter()
            .map(|term| Ok(self.occurrences(self.fields.terms, term)?.len() as u64))
            .collect::<anyhow::Result<_>>()?;
        Ok((frequencies, self.records.passages() as u64))
    }

    /// The terms of a query, and those that a mistyped one may stand for.
    fn weighted(&self, query: &Query) -> anyhow::Result<Vec<(String, f32)>> {
        let mut terms: Vec<(String, f32)> =
            query.terms.iter().map(|term| (term.clone(), 1.0)).collect();
        terms.extend(query.alternatives.iter().cloned());
        for term in &query.terms {
            if self.occurrences(self.fields.terms, term)?.is_empty() {
                let near = self.vocabulary()?.mistyped(term);
                let near = near.into_iter().take(MAX_MISTYPED);
                terms.extend(near.map(|term| (term.to_owned(), weight::MISTYPED)));
            }
        }
        Ok(terms)
    }

    fn occurrences(&self, field: Field, term: &str) -> anyhow::Result<Occurrences> {
        let term = Term::from_field_text(field, term);
        Ok(self.records.occurrences(&self.searcher, &term)?)
    }

    /// The words of the corpus.
    fn vocabulary(&self) -> anyhow::Result<&Vocabulary> {
        if let Some(vocabulary) = self.vocabulary.get() {
            return Ok(vocabulary);
        }
        let vocabulary = Vocabulary::read(&self.searcher, self.fields.terms, &[])?;
        Ok(self.vocabulary.get_or_init(|| vocabulary))
    }

    /// The parts that the words of a query are made of, each once.
    fn parts<'a>(&self, query: &'a Query) -> anyhow::Result<Vec<&'a str>> {
        let vocabulary = self.vocabulary()?;
        let mut parts: Vec<&str> = query
            .terms
            .iter()
            .flat_map(|term| vocabulary.parts(term))
            .collect();
        parts.sort_unstable();
        parts.dedup();
        Ok(parts)
    }

    /// Where a word or a compound with it occurs.
    fn compounds(&self, part: &str) -> anyhow::Result<Occurrences> {
        let mut found = self.occurrences(self.fields.terms, part)?;
        for compound in self.vocabulary()?.compounds(part) {
            found.extend(self.occurrences(self.fields.terms, compound)?);
        }
        found.sort_unstable();
        found.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        Ok(found)
    }

    /// Adds to the best passages what it is worth that two words of the query stand near each other.
    fn add_pairs(&self, query: &Query, scores: &mut [f32]) -> anyhow::Result<()> {
        let mut rows = highest(scores, PAIRED);
        rows.sort_unstable();
        let mut places = Vec::with_capacity(query.terms.len());
        let mut rarity = Vec::with_capacity(query.terms.len());
        for term in &query.terms {
            let term = Term::from_field_text(self.fields.terms, term);
            places.push(self.records.positions(&self.searcher, &term, &rows)?);
            let found = self.records.occurrences(&self.searcher, &term)?.len();
            rarity.push(inverse_frequency(found, scores.len()));
        }
        for first in 0..places.len() {
            for second in first + 1..places.len() {
                let rarity = (rarity[first] + rarity[second]) / 2.0;
                for (i, row) in rows.iter().enumerate() {
                    let together = near(&places[first][i], &places[second][i]) as f32;
                    scores[*row] += weight::PAIRS * rarity * together / (together + 1.2);
                }
            }
        }
        Ok(())
    }

    /// The words of a hit, with what a citation of them needs.
    pub fn quotation(&self, hit: &Hit) -> anyhow::Result<Option<Quotation>> {
        let Some(row) = self.records.row(&hit.document, hit.passage.ordinal) else {
            return Ok(None);
        };
        let record: TantivyDocument = self.searcher.doc(self.records.address(row))?;
        let json = record
            .get_first(self.fields.quotation)
            .and_then(|value| value.as_str())
            .context(MEND)?;
        Ok(serde_json::from_str(json)?)
    }
}

/// How many pairs there are of a place in `a` and one in `b` near each other.
fn near(a: &[u32], b: &[u32]) -> usize {
    a.iter()
        .map(|a| b.iter().filter(|b| a.abs_diff(**b) <= NEAR).count())
        .sum()
}

/// The rows with the highest scores over 0, and all others with as high a score as the last of them.
fn highest(scores: &[f32], count: usize) -> Vec<usize> {
    let mut found: Vec<f32> = scores
        .iter()
        .copied()
        .filter(|score| *score > 0.0)
        .collect();
    let least = if found.len() > count && count > 0 {
        *found
            .select_nth_unstable_by(count - 1, |a, b| b.total_cmp(a))
            .1
    } else {
        0.0
    };
    let high = |(_, score): &(usize, &f32)| **score > 0.0 && **score >= least;
    scores
        .iter()
        .enumerate()
        .filter(high)
        .map(|(row, _)| row)
        .collect()
}

/// A score without the last digits, which depend on the order in which its parts were added up, and so
/// on the segments of the index.
fn rounded(score: f32) -> f32 {
    (score * 1000.0).round() / 1000.0
}
