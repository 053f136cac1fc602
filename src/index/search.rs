//! Query → ranked passages.
//!
//! Every passage that holds any word of the query is scored, from several sources that are added up:
//! words, the parts of compounds, character 4-grams, the document, words near each other, and the
//! passages before and after. Adding up in plain arrays, term by term, costs a few nanoseconds an
//! occurrence; so the whole of a large corpus can be weighed, and no passage is lost to an early
//! choice.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use anyhow::Context;
use tantivy::schema::Value;
use tantivy::{TantivyDocument, Term};

use super::records::{Searched, inverse_frequency};
use super::vocabulary::Vocabulary;
use super::{Index, MEND, Meaning, Scope};
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
    /// Which passages may be found.
    pub scope: Scope,
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
    /// How near its meaning is to the question's, where both are known.
    pub cosine: Option<f32>,
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

/// Passages, at least, that are looked at for words near each other and for what stands round them.
const CANDIDATES: usize = 200;
/// Grams in more passages than this are left out: they tell the least and cost the most. Of 100,000
/// invented passages, a search with all of them took about half as long again.
const COMMON: usize = 20_000;
/// Words so far apart, at most, are near each other.
const NEAR: u32 = 10;
/// Words that a mistyped one may stand for, at most.
const MAX_MISTYPED: usize = 3;

impl Index {
    /// The passages that fit `query` best, and its meaning where that is known, best first.
    pub fn search(
        &self,
        query: &Query,
        meaning: Option<&Meaning>,
        limit: usize,
    ) -> anyhow::Result<Vec<Hit>> {
        let records = &self.records;
        let terms = self.weighted(query)?;
        let mut scores = vec![0.0; records.passages()];
        let mut documents = vec![0.0; records.documents.len()];
        for (term, weight) in &terms {
            self.add(Searched::Terms, term, *weight, &mut scores)?;
            self.add(Searched::Documents, term, *weight, &mut documents)?;
        }
        for gram in &query.grams {
            self.add(Searched::Grams, gram, weight::GRAMS, &mut scores)?;
        }
        self.add_parts(query, &mut scores)?;
        records.add_documents(weight::DOCUMENT, &documents, &mut scores);
        let admitted = self.admitted(&query.scope)?;
        if let Some(admitted) = &admitted {
            let any = query.terms.is_empty();
            for (score, admitted) in scores.iter_mut().zip(admitted) {
                *score = match admitted {
                    true if any => 1.0,
                    true => *score,
                    false => 0.0,
                };
            }
        }
        // What is costly to look at is looked at where it may change what is shown.
        let rows = highest(&scores, CANDIDATES.max(2 * limit));
        self.add_pairs(query, &rows, &mut scores)?;
        let with_beside = |row: usize| {
            let beside: f32 = records.beside(row).map(|other| scores[other]).sum();
            (row, scores[row] + weight::NEIGHBOURS * beside / 2.0)
        };
        let mut best: Vec<(usize, f32)> = rows.iter().copied().map(with_beside).collect();
        if let Some(meaning) = meaning {
            let new = |row: usize| {
                rows.binary_search(&row).is_err() && admitted.as_ref().is_none_or(|all| all[row])
            };
            best.extend(meaning.nearest(new).into_iter().map(|row| (row, 0.0)));
            meaning.add(&mut best);
        }
        best.iter_mut()
            .for_each(|(_, score)| *score = rounded(*score));
        best.sort_by(|a, b| {
            let place = |row: usize| (&records.documents[records.document(row)], row);
            b.1.total_cmp(&a.1)
                .then_with(|| place(a.0).cmp(&place(b.0)))
        });
        best.truncate(limit);
        let hit = |(row, score)| Hit {
            document: records.documents[records.document(row)].clone(),
            passage: records.passage(row),
            score,
            cosine: meaning.and_then(|meaning| meaning.cosine(row)),
        };
        Ok(best.into_iter().map(hit).collect())
    }

    /// In how many passages each term occurs, and how many passages there are.
    pub fn passage_frequencies(&self, terms: &[String]) -> anyhow::Result<(Vec<u64>, u64)> {
        let frequency = |term: &String| {
            let term = Term::from_field_text(self.fields.terms, term);
            let found = self.records.find(&self.searcher, &term)?;
            Ok(self.records.frequency(&self.searcher, &found)? as u64)
        };
        let frequencies = terms.iter().map(frequency).collect::<anyhow::Result<_>>()?;
        Ok((frequencies, self.records.passages() as u64))
    }

    /// The terms of a query, and those that a mistyped one may stand for.
    fn weighted(&self, query: &Query) -> anyhow::Result<Vec<(String, f32)>> {
        let mut terms: Vec<(String, f32)> =
            query.terms.iter().map(|term| (term.clone(), 1.0)).collect();
        terms.extend(query.alternatives.iter().cloned());
        let (frequencies, _) = self.passage_frequencies(&query.terms)?;
        for (term, _) in query.terms.iter().zip(frequencies).filter(|(_, f)| *f == 0) {
            let near = self.vocabulary()?.mistyped(term);
            let near = near.into_iter().take(MAX_MISTYPED);
            terms.extend(near.map(|term| (term.to_owned(), weight::MISTYPED)));
        }
        Ok(terms)
    }

    /// Adds to `scores` the BM25 of a term, times `weight`.
    fn add(
        &self,
        searched: Searched,
        term: &str,
        weight: f32,
        scores: &mut [f32],
    ) -> anyhow::Result<()> {
        let field = match searched {
            Searched::Terms => self.fields.terms,
            Searched::Grams => self.fields.grams,
            Searched::Documents => self.fields.document_terms,
        };
        let term = Term::from_field_text(field, term);
        let found = self.records.find(&self.searcher, &term)?;
        let frequency = self.records.frequency(&self.searcher, &found)?;
        if searched == Searched::Grams && frequency > COMMON {
            return Ok(());
        }
        let worth = self.records.bm25(searched, frequency);
        let take = |row: usize, times| scores[row] += weight * worth(row, times);
        Ok(self.records.each_occurrence(&found, take)?)
    }

    /// The words of the corpus.
    fn vocabulary(&self) -> anyhow::Result<&Vocabulary> {
        if let Some(vocabulary) = self.vocabulary.get() {
            return Ok(vocabulary);
        }
        let vocabulary = Vocabulary::read(
            &self.searcher,
            &self.records,
            self.fields.terms,
            &self.words,
        )?;
        Ok(self.vocabulary.get_or_init(|| vocabulary))
    }

    /// Adds to `scores` what it is worth that a passage has a word of the query in a compound, or a
    /// part of a compound of the query.
    fn add_parts(&self, query: &Query, scores: &mut [f32]) -> anyhow::Result<()> {
        let vocabulary = self.vocabulary()?;
        let mut parts: Vec<&str> = query
            .terms
            .iter()
            .flat_map(|term| vocabulary.parts(term))
            .collect();
        parts.sort_unstable();
        parts.dedup();
        let mut times = vec![0_u32; scores.len()];
        let mut rows = Vec::new();
        for part in parts {
            if vocabulary.compounds(part).next().is_none() {
                self.add(Searched::Terms, part, weight::PARTS, scores)?;
                continue;
            }
            for term in std::iter::once(part).chain(vocabulary.compounds(part)) {
                let term = Term::from_field_text(self.fields.terms, term);
                let take = |row: usize, frequency| {
                    if times[row] == 0 {
                        rows.push(row);
                    }
                    times[row] += frequency;
                };
                let found = self.records.find(&self.searcher, &term)?;
                self.records.each_occurrence(&found, take)?;
            }
            let worth = self.records.bm25(Searched::Terms, rows.len());
            for row in rows.drain(..) {
                scores[row] += weight::PARTS * worth(row, std::mem::take(&mut times[row]));
            }
        }
        Ok(())
    }

    /// Adds to the scores of `rows`, which ascend, what it is worth that two words of the query stand
    /// near each other.
    fn add_pairs(&self, query: &Query, rows: &[usize], scores: &mut [f32]) -> anyhow::Result<()> {
        let mut places = Vec::with_capacity(query.terms.len());
        for term in &query.terms {
            let term = Term::from_field_text(self.fields.terms, term);
            places.push(self.records.positions(&self.searcher, &term, rows)?);
        }
        let (frequencies, _) = self.passage_frequencies(&query.terms)?;
        let rarity: Vec<f32> = frequencies
            .into_iter()
            .map(|frequency| inverse_frequency(frequency as usize, scores.len()))
            .collect();
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

/// The rows with the highest scores over 0, ascending, and all others with as high a score as the last
/// of them.
fn highest(scores: &[f32], count: usize) -> Vec<usize> {
    // The lowest of the highest so far is on top. Scores over 0 are ordered as their bits are, and one
    // comparison a score is what this costs.
    let bits = |score: &f32| score.to_bits() as i32;
    let mut heap = BinaryHeap::with_capacity(count + 1);
    let mut least = 0;
    for score in scores.iter().map(bits) {
        if score > least {
            heap.push(Reverse(score));
            if heap.len() > count {
                heap.pop();
                least = heap.peek().map_or(0, |lowest| lowest.0);
            }
        }
    }
    let least = match heap.peek() {
        Some(lowest) if heap.len() == count => lowest.0,
        _ => 1,
    };
    let high = |(_, score): &(usize, &f32)| bits(score) >= least;
    let found = scores.iter().enumerate().filter(high);
    found.map(|(row, _)| row).collect()
}

/// A score without the last digits, which depend on the order in which its parts were added up, and so
/// on the segments of the index.
fn rounded(score: f32) -> f32 {
    (score * 1000.0).round() / 1000.0
}
