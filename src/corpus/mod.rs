//! What a document of minutes is.
pub mod format;
