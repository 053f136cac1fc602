//! Tests of the program from outside: what a person who runs `referent` sees.

mod formats;
mod robustness;
mod support;
