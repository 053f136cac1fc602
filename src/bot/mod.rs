//! The core that every platform talks to: questions in, answers as data out.

pub mod ask;

use std::path::PathBuf;

use crate::answer::Links;
use crate::index::{Entry, Index};

/// The bot: an open index and what an answer needs besides.
pub struct Bot {
    index: Index,
    entries: Vec<Entry>,
    /// Names of the documents' authors, word by word.
    parties: Vec<String>,
    links: Links,
}

impl Bot {
    /// A bot that answers from `index`; citations lead to files under `knowledge`.
    pub fn new(index: Index, knowledge: PathBuf) -> anyhow::Result<Bot> {
        let entries = index.entries()?;
        let authors = entries
            .iter()
            .filter_map(|entry| entry.metadata()?.author.as_deref());
        let mut parties: Vec<String> = authors
            .flat_map(|author| author.split(' '))
            .filter(|word| word.chars().all(char::is_uppercase))
            .map(str::to_owned)
            .collect();
        parties.sort();
        parties.dedup();
        Ok(Bot {
            parties,
            index,
            entries,
            links: Links::new(knowledge),
        })
    }

    /// Every file that is known, ordered by path.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The index.
    pub fn index(&self) -> &Index {
        &self.index
    }
}
