//! BM25 statistics over one kind of record. The index holds passages and whole documents side by
//! side; counted together, each would distort the other's average length. Records that have been
//! replaced stay in their segment until it is merged; they are not counted either, so that an answer
//! depends on the documents and not on how the index came to be.

use std::collections::HashMap;

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

/// How many tokens the living records have in each field.
#[derive(Debug, Default)]
pub struct Tokens(HashMap<Field, u64>);

impl Tokens {
    /// Counts them, from the lengths that are stored with each record: these are rounded, but the
    /// same for a record in whatever segment it is.
    pub fn count(searcher: &Searcher, fields: &[Field]) -> tantivy::Result<Tokens> {
        let mut tokens = Tokens::default();
        for segment in searcher.segment_readers() {
            for field in fields {
                let lengths = segment.get_fieldnorms_reader(*field)?;
                let living = segment.doc_ids_alive();
                let sum: u64 = living.map(|doc| u64::from(lengths.fieldnorm(doc))).sum();
                *tokens.0.entry(*field).or_default() += sum;
            }
        }
        Ok(tokens)
    }
}

/// In how many living records `term` occurs.
pub fn records_with(searcher: &Searcher, term: &Term) -> tantivy::Result<u64> {
    let mut records = 0;
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(term.field())?;
        records += match segment.alive_bitset() {
            None => u64::from(index.doc_freq(term)?),
            Some(alive) => index
                .read_postings(term, IndexRecordOption::Basic)?
                .map_or(0, |found| u64::from(found.doc_freq_given_deletes(alive))),
        };
    }
    Ok(records)
}

/// The statistics of an index in which only `records` records count.
pub struct Statistics<'a> {
    pub searcher: &'a Searcher,
    pub tokens: &'a Tokens,
    pub records: u64,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        Ok(self.tokens.0.get(&field).copied().unwrap_or_default())
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.records)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        records_with(self.searcher, term)
    }
}
