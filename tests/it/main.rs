//! Tests of the program from outside: what a person who runs `referent` sees.

// A test that cannot go on should say where, and that is what these do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod formats;
mod robustness;
mod support;
