//! BM25 statistics over one kind of record. The index holds passages and whole documents side by
//! side; counted together, each would distort the other's average length.

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

/// The statistics of an index in which only `records` records count.
pub struct Statistics<'a> {
    pub searcher: &'a Searcher,
    pub records: u64,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.records)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        // Deleted records are counted in both until segments are merged; a term must not seem to
        // occur in more records than there are.
        Ok(Searcher::doc_freq(self.searcher, term)?.min(self.records))
    }
}
