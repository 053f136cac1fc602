//! Referent answers questions about minutes and reports with cited, verbatim excerpts.
pub mod answer;
pub mod app;
pub mod bot;
pub mod cli;
pub mod config;
pub mod corpus;
pub mod evaluate;
pub mod index;
pub mod ingest;
pub mod language;
pub mod platform;
pub mod question;
pub mod render;
