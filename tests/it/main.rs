//! All integration tests, one binary. A conversation with the bot goes into `conversation`, one on Discord into `discord`, on Matrix into `matrix`, what the web page answers into `web`, a command
//! of the program into `cli`, what a file format must give into `formats`, broken and hostile input into
//! `robustness`, a rule about the source into `architecture`, something that must hold for any input
//! into `properties`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod architecture;
mod cli;
mod conversation;
mod discord;
mod following;
mod formats;
mod matrix;
mod matters;
mod properties;
mod robustness;
mod semantic;
mod support;
mod verbatim;
mod web;
