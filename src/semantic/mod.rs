//! Search by meaning: a sentence model that runs in this process, and the store of what it made of
//! the passages.
//!
//! A text becomes some hundred numbers, a *meaning*; texts that say the same in other words lie near
//! each other. The model is a folder of three files as model hubs have them. Its layers are kept in
//! memory; its table of words, which is four times their size, stays on the disk.

pub mod fetch;
mod late_interaction;
mod layers;
mod model;
mod tokenizer;
mod vectors;
mod weights;

pub use late_interaction::{Similarities, TokenStates, similarities};
pub use model::{FILES, Model};
pub use vectors::{State, Vectors};
