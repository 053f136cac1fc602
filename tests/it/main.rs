//! All integration tests, one binary. A conversation with the bot goes into `conversation`, a command
//! of the program into `cli`, a rule about the source into `architecture`, something that must hold
//! for any input into `properties`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod architecture;
mod cli;
mod conversation;
mod properties;
mod support;
mod verbatim;
