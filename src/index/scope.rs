//! Which passages a search may find at all: a condition inside the query, so that even a rare one
//! leaves as many hits as are asked for.

use tantivy::Term;
use tantivy::collector::DocSetCollector;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, Occur, PhraseQuery, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::Index;
use crate::corpus::DocumentId;

/// Conditions on passages; those of an empty scope hold for all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    /// The documents they may be from; any where there is none.
    pub documents: Option<Vec<DocumentId>>,
    /// For each condition the names of the holders one of whose views they must tell.
    pub holders: Vec<Vec<String>>,
    /// For each phrase the sequences of terms one of which they, with their headings, must have.
    pub phrases: Vec<Vec<Vec<String>>>,
    /// Terms that neither they nor their headings may have.
    pub excluded: Vec<String>,
}

type Clause = (Occur, Box<dyn Query>);

impl Index {
    /// For each row whether its passage is in the scope; `None` where all are.
    pub(super) fn admitted(&self, scope: &Scope) -> anyhow::Result<Option<Vec<bool>>> {
        let conditions = self.conditions(scope);
        if conditions.is_empty() {
            return Ok(None);
        }
        let found = self
            .searcher
            .search(&BooleanQuery::new(conditions), &DocSetCollector)?;
        Ok(Some(self.records.marked(&found)))
    }

    fn conditions(&self, scope: &Scope) -> Vec<Clause> {
        let mut conditions: Vec<Clause> = Vec::new();
        if let Some(documents) = &scope.documents {
            let ids = documents.iter().map(DocumentId::as_str);
            conditions.push((Occur::Must, any_of(self.fields.owner, ids)));
        }
        for names in &scope.holders {
            let names = names.iter().map(String::as_str);
            conditions.push((Occur::Must, any_of(self.fields.holder, names)));
        }
        for sequences in &scope.phrases {
            let any = sequences
                .iter()
                .map(|sequence| (Occur::Should, self.in_sequence(sequence)));
            let any = BooleanQuery::new(any.collect());
            conditions.push((Occur::Must, unscored(Box::new(any))));
        }
        for term in &scope.excluded {
            let found = self.in_sequence(std::slice::from_ref(term));
            conditions.push((Occur::MustNot, found));
        }
        // A query of nothing but exclusions finds nothing.
        if !conditions.is_empty() && conditions.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            conditions.push((Occur::Must, unscored(Box::new(AllQuery))));
        }
        conditions
    }

    fn in_sequence(&self, terms: &[String]) -> Box<dyn Query> {
        let mut terms: Vec<Term> = terms
            .iter()
            .map(|term| Term::from_field_text(self.fields.terms, term))
            .collect();
        match (terms.pop(), terms.is_empty()) {
            (Some(only), true) => Box::new(TermQuery::new(only, IndexRecordOption::Basic)),
            (Some(last), false) => {
                terms.push(last);
                Box::new(PhraseQuery::new(terms))
            }
            (None, _) => Box::new(tantivy::query::EmptyQuery),
        }
    }
}

fn any_of<'a>(field: Field, values: impl IntoIterator<Item = &'a str>) -> Box<dyn Query> {
    let terms = values
        .into_iter()
        .map(|value| Term::from_field_text(field, value));
    unscored(Box::new(TermSetQuery::new(terms)))
}

/// A condition that adds nothing to the score.
fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}
