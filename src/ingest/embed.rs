//! Gives a meaning to the passages that have none yet.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::{PoisonError, RwLock};

use crate::index::{Index, meant_text};
use crate::semantic::{Model, Vectors};

/// So many passages are read and stored at once: what a stopped run loses at most.
const BATCH: usize = 32;

/// Embeds every passage of `index` that `vectors` does not know, and forgets passages that are gone.
/// `progress` hears how many of how many are done, and may stop the work.
pub fn embed(
    index: &Index,
    model: &Model,
    vectors: &RwLock<Vectors>,
    progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> anyhow::Result<()> {
    let read = || vectors.read().unwrap_or_else(PoisonError::into_inner);
    let write = || vectors.write().unwrap_or_else(PoisonError::into_inner);
    // What another process has made need not be made again.
    write().refresh()?;
    let missing = index.passages_without(|key| read().row(key).is_some());
    let total = missing.values().map(Vec::len).sum();
    let mut done = 0;
    let mut batch: Vec<(u64, String)> = Vec::new();
    let mut store = |batch: &mut Vec<(u64, String)>| -> anyhow::Result<ControlFlow<()>> {
        let (keys, texts): (Vec<u64>, Vec<String>) = batch.drain(..).unzip();
        let new: Vec<_> = keys.into_iter().zip(model.passages(&texts)?).collect();
        write().append(&new)?;
        done += new.len();
        Ok(progress(done, total))
    };
    for (id, passages) in missing {
        let Some(document) = index.document(&id)? else {
            continue;
        };
        for (key, passage) in passages {
            batch.push((key, meant_text(&document, &passage)));
            if batch.len() == BATCH && store(&mut batch)?.is_break() {
                return Ok(());
            }
        }
    }
    if !batch.is_empty() && store(&mut batch)?.is_break() {
        return Ok(());
    }
    let keys: HashSet<u64> = index.passage_keys().iter().copied().collect();
    // A passage that is gone may come back, and its row costs little.
    if read().len() > keys.len() * 3 / 2 {
        write().retain(&keys)?;
    }
    Ok(())
}
