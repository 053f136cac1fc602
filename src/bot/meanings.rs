//! Search by meaning, as far as the passages' meanings are known.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use anyhow::Context;

use crate::index::{Index, Meaning, Rows};
use crate::semantic::{Model, State, TokenStates, Vectors};

/// So many passages are remembered token by token.
const REMEMBERED: usize = 32;

/// A model and what it made of the passages.
pub struct Meanings {
    /// The model.
    pub model: Arc<Model>,
    /// The passages' meanings; more may come while questions are answered.
    pub vectors: Arc<RwLock<Vectors>>,
    /// Whose the rows are, and of which state of the store.
    rows: Mutex<Option<(State, Arc<Rows>)>>,
    /// Passages that were compared token by token, the oldest first.
    tokens: Mutex<VecDeque<(String, Arc<TokenStates>)>>,
}

impl Meanings {
    /// Meanings that `model` makes and `vectors` keeps.
    pub fn new(model: Model, vectors: Vectors) -> Meanings {
        Meanings::sharing(Arc::new(model), Arc::new(RwLock::new(vectors)))
    }

    /// The same meanings, for another index with passages of the same documents.
    pub fn again(&self) -> Meanings {
        Meanings::sharing(self.model.clone(), self.vectors.clone())
    }

    fn sharing(model: Arc<Model>, vectors: Arc<RwLock<Vectors>>) -> Meanings {
        Meanings {
            model,
            vectors,
            rows: Mutex::default(),
            tokens: Mutex::default(),
        }
    }

    /// How many passages of `index` have a meaning, and how many there are.
    pub fn known(&self, index: &Index) -> anyhow::Result<(usize, usize)> {
        let vectors = self.vectors.read().unwrap_or_else(PoisonError::into_inner);
        Ok(self.rows(index, &vectors).known())
    }

    /// Calls `search` with what `text` means; with nothing while passages lack a meaning, as those that
    /// have one would come before the others.
    pub fn with<R>(
        &self,
        index: &Index,
        text: &str,
        search: impl FnOnce(Option<&Meaning>) -> anyhow::Result<R>,
    ) -> anyhow::Result<R> {
        let vectors = self.vectors.read().unwrap_or_else(PoisonError::into_inner);
        let rows = self.rows(index, &vectors);
        let (known, all) = rows.known();
        if known < all || all == 0 {
            return search(None);
        }
        let cosines = vectors.scores(&self.model.question(text)?);
        search(Some(&Meaning {
            rows: &rows,
            cosines: &cosines,
        }))
    }

    /// What the model makes of each token of passages; those that were asked for lately are remembered.
    pub fn passage_tokens(&self, texts: &[&str]) -> anyhow::Result<Vec<Arc<TokenStates>>> {
        let lock = || self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known: Vec<Option<Arc<TokenStates>>> = {
            let kept = lock();
            let of = |text: &&str| {
                let found = kept.iter().find(|(of, _)| of == text);
                found.map(|(_, states)| states.clone())
            };
            texts.iter().map(of).collect()
        };
        let lacking = || {
            texts
                .iter()
                .zip(&known)
                .filter(|(_, known)| known.is_none())
        };
        let new: Vec<&str> = lacking().map(|(text, _)| *text).collect();
        let mut made = self.model.passage_tokens(&new)?.into_iter().map(Arc::new);
        let mut kept = lock();
        for (text, known) in texts.iter().zip(&mut known) {
            if known.is_some() {
                continue;
            }
            let states = made.next().context("a passage without tokens")?;
            if kept.len() == REMEMBERED {
                kept.pop_front();
            }
            kept.push_back(((*text).to_owned(), states.clone()));
            *known = Some(states);
        }
        Ok(known.into_iter().flatten().collect())
    }

    fn rows(&self, index: &Index, vectors: &Vectors) -> Arc<Rows> {
        let mut kept = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let state = vectors.state();
        if let Some((of, rows)) = &*kept
            && *of == state
        {
            return rows.clone();
        }
        let rows = Arc::new(index.rows(|key| vectors.row(key)));
        *kept = Some((state, rows.clone()));
        rows
    }
}
