//! Query → ranked passages.

use std::collections::HashMap;

use tantivy::collector::TopDocs;
use tantivy::columnar::{Column, StrColumn};
use tantivy::query::{BooleanQuery, BoostQuery, Occur, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, SegmentReader, Term};

use super::Index;
use super::meaning::Meaning;
use super::schema::{ENTRY, OWNER, PASSAGE, PLACE};
use super::statistics::{Statistics, records_with};
use crate::corpus::passage::Passage;
use crate::corpus::{DocumentId, Span};

/// What to search for, as terms and grams of the same words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// Terms, with how much each counts.
    pub terms: Vec<(String, f32)>,
    /// Character 4-grams, with how much each counts.
    pub grams: Vec<(String, f32)>,
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
    /// BM25 of the whole document's terms.
    pub const DOCUMENT: f32 = 1.0;
    /// Mean score of the passages before and after.
    pub const NEIGHBOURS: f32 = 0.3;
}

/// How many passages are looked at before neighbours and documents have their say.
const CANDIDATES: usize = 200;

impl Index {
    /// The passages that fit `query` best, and its meaning if that is known, best first.
    pub fn search(
        &self,
        query: &Query,
        meaning: Option<&Meaning>,
        limit: usize,
    ) -> anyhow::Result<Vec<Hit>> {
        let terms = self.clauses(self.fields.terms, &query.terms, 1.0);
        let grams = self.clauses(self.fields.grams, &query.grams, weight::GRAMS);
        let passages = self.best(
            PASSAGE,
            terms.into_iter().chain(grams).collect(),
            CANDIDATES.max(limit * 2),
        )?;
        let documents = self.document_scores(query)?;
        let columns = self.columns()?;
        let mut found = Vec::with_capacity(passages.len());
        for (score, address) in passages {
            let Some((owner, passage)) = columns.passage(address)? else {
                continue;
            };
            let document = documents.get(&owner).copied().unwrap_or(0.0);
            let hit = Hit {
                score: score + weight::DOCUMENT * document,
                document: owner,
                passage,
            };
            found.push((address, hit));
        }
        add_neighbours(&mut found);
        if let Some(meaning) = meaning {
            self.add_meaning(&mut found, &columns, meaning)?;
        }
        let mut hits: Vec<Hit> = found.into_iter().map(|(_, hit)| hit).collect();
        for hit in &mut hits {
            hit.score = rounded(hit.score);
        }
        hits.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then_with(|| a.document.cmp(&b.document))
                .then(a.passage.ordinal.cmp(&b.passage.ordinal))
        });
        hits.truncate(limit);
        Ok(hits)
    }

    /// In how many passages each term occurs, and how many passages there are.
    pub fn passage_frequencies(&self, terms: &[String]) -> anyhow::Result<(Vec<u64>, u64)> {
        let frequencies = terms
            .iter()
            .map(|term| {
                let term = Term::from_field_text(self.fields.terms, term);
                records_with(&self.searcher, &term)
            })
            .collect::<Result<_, _>>()?;
        let passages = records_with(&self.searcher, &self.record(PASSAGE))?;
        Ok((frequencies, passages))
    }

    fn document_scores(&self, query: &Query) -> anyhow::Result<HashMap<DocumentId, f32>> {
        let clauses = self.clauses(self.fields.document_terms, &query.terms, 1.0);
        let columns = self.columns()?;
        let mut scores = HashMap::new();
        for (score, address) in self.best(ENTRY, clauses, CANDIDATES)? {
            scores.extend(columns.owner(address)?.map(|owner| (owner, score)));
        }
        Ok(scores)
    }

    fn clauses(
        &self,
        field: Field,
        words: &[(String, f32)],
        boost: f32,
    ) -> Vec<(Occur, Box<dyn tantivy::query::Query>)> {
        let clause = |(word, weight): &(String, f32)| {
            let term = TermQuery::new(
                Term::from_field_text(field, word),
                IndexRecordOption::WithFreqs,
            );
            let boosted: Box<dyn tantivy::query::Query> =
                Box::new(BoostQuery::new(Box::new(term), boost * weight));
            (Occur::Should, boosted)
        };
        words.iter().map(clause).collect()
    }

    fn best(
        &self,
        record: &str,
        clauses: Vec<(Occur, Box<dyn tantivy::query::Query>)>,
        limit: usize,
    ) -> anyhow::Result<Vec<(f32, DocAddress)>> {
        let records = records_with(&self.searcher, &self.record(record))?;
        let statistics = Statistics {
            searcher: &self.searcher,
            tokens: &self.tokens,
            records,
        };
        let query = BooleanQuery::new(clauses);
        Ok(self.searcher.search_with_statistics_provider(
            &query,
            &TopDocs::with_limit(limit).order_by_score(),
            &statistics,
        )?)
    }
}

/// The columns of every segment, opened once for a search.
pub(super) struct Columns(Vec<(Option<StrColumn>, Vec<Column<u64>>)>);

impl Index {
    pub(super) fn columns(&self) -> anyhow::Result<Columns> {
        let open = |segment: &SegmentReader| -> anyhow::Result<_> {
            let fast = segment.fast_fields();
            let place = PLACE
                .iter()
                .map(|name| fast.u64(name))
                .collect::<Result<_, _>>()?;
            Ok((fast.str(OWNER)?, place))
        };
        self.searcher
            .segment_readers()
            .iter()
            .map(open)
            .collect::<Result<_, _>>()
            .map(Columns)
    }
}

impl Columns {
    /// The document that a record belongs to.
    fn owner(&self, address: DocAddress) -> anyhow::Result<Option<DocumentId>> {
        let Some((Some(owners), _)) = self.0.get(address.segment_ord as usize) else {
            return Ok(None);
        };
        let Some(ord) = owners.term_ords(address.doc_id).next() else {
            return Ok(None);
        };
        let mut owner = String::new();
        owners.ord_to_str(ord, &mut owner)?;
        Ok(Some(DocumentId::from(owner.as_str())))
    }

    /// The document and the place of a passage.
    pub(super) fn passage(
        &self,
        address: DocAddress,
    ) -> anyhow::Result<Option<(DocumentId, Passage)>> {
        let Some(owner) = self.owner(address)? else {
            return Ok(None);
        };
        let Some((_, columns)) = self.0.get(address.segment_ord as usize) else {
            return Ok(None);
        };
        let place: Vec<usize> = columns
            .iter()
            .filter_map(|column| usize::try_from(column.first(address.doc_id)?).ok())
            .collect();
        let [ordinal, start, end, section] = place[..] else {
            return Ok(None);
        };
        Ok(Some((
            owner,
            Passage {
                ordinal,
                span: Span::new(start, end),
                section,
            },
        )))
    }
}

/// A score without the last digits, which depend on the order in which its parts were added up, and so
/// on the segments of the index.
fn rounded(score: f32) -> f32 {
    (score * 1000.0).round() / 1000.0
}

/// Adds to each hit the mean of its neighbours' scores: an answer often stands beside the passage
/// that names the matter.
fn add_neighbours(found: &mut [(DocAddress, Hit)]) {
    let scores: HashMap<(DocumentId, usize), f32> = found
        .iter()
        .map(|(_, hit)| ((hit.document.clone(), hit.passage.ordinal), hit.score))
        .collect();
    for (_, hit) in found {
        let beside = [
            hit.passage.ordinal.checked_sub(1),
            Some(hit.passage.ordinal + 1),
        ];
        let sum: f32 = beside
            .into_iter()
            .flatten()
            .filter_map(|ordinal| scores.get(&(hit.document.clone(), ordinal)))
            .sum();
        hit.score += weight::NEIGHBOURS * sum / 2.0;
    }
}
