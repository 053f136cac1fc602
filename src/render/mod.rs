//! Answers → text. All words that users read are in [`phrases`].

pub mod discord;
pub mod json;
pub mod matrix;
pub mod phrases;
pub mod plain;
pub mod timeline;
mod visible;

pub use visible::one_line;
