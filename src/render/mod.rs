//! Answers → text. All words that users read are in [`phrases`].

pub mod discord;
pub mod phrases;
pub mod plain;
