//! Referent answers questions about minutes and reports with cited, verbatim excerpts.
pub mod corpus;
