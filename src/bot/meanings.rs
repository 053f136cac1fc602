//! Search by meaning, as far as the passages' meanings are known.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::index::{Index, Meaning, Rows};
use crate::semantic::{Model, State, Vectors};

/// A model and what it made of the passages.
pub struct Meanings {
    /// The model.
    pub model: Model,
    /// The passages' meanings; more may come while questions are answered.
    pub vectors: RwLock<Vectors>,
    /// Whose the rows are, and of which state of the store.
    rows: Mutex<Option<(State, Arc<Rows>)>>,
}

impl Meanings {
    /// Meanings that `model` makes and `vectors` keeps.
    pub fn new(model: Model, vectors: Vectors) -> Meanings {
        Meanings {
            model,
            vectors: RwLock::new(vectors),
            rows: Mutex::default(),
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
