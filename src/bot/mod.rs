//! The core that every platform talks to: questions in, answers as data out.

pub mod ask;
pub mod audience;
pub mod command;
pub mod follow;
mod handle;
mod late_interaction;
pub mod matter;
mod meanings;
mod meeting;
mod names;
mod restrict;
pub mod typed;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use crate::answer::card::Failing;
use crate::answer::link::Reader;
use crate::answer::{Links, Reading};
use crate::corpus::DocumentId;
use crate::index::{Entry, Index};
use crate::language::abbreviation::Abbreviation;
use crate::matter::Matters;
pub use handle::Handle;
pub use meanings::Meanings;
pub use names::{Names, complete};

/// The bot: an open index and what an answer needs besides.
pub struct Bot {
    index: Index,
    entries: Vec<Entry>,
    /// The place of each document among the entries.
    places: HashMap<DocumentId, usize>,
    /// Names of the documents' authors, word by word.
    parties: Vec<String>,
    /// Short forms that the documents explain, each pair once.
    abbreviations: Vec<Abbreviation>,
    links: Links,
    meanings: Option<Meanings>,
    matters: OnceLock<Matters>,
    /// Documents made ready for choosing words from them, kept for the next question.
    ready: Mutex<HashMap<DocumentId, Arc<Reading>>>,
    /// What can be completed while somebody types; made when it is first needed.
    names: OnceLock<Names>,
    /// Sources that have given nothing for long, as far as it was told. All bots share it that were made
    /// of one another.
    failing: Arc<RwLock<Vec<Failing>>>,
}

/// So many documents are kept ready; beyond that all are made anew as they are needed.
const MAX_READY: usize = 200;

/// The abbreviations of all documents; one that is an ordinary word in any of them is one in all.
fn united(entries: &[Entry]) -> Vec<Abbreviation> {
    let all = || entries.iter().flat_map(|entry| &entry.abbreviations);
    let ordinary: HashSet<&str> = all()
        .filter(|pair| pair.ordinary)
        .map(|pair| pair.short.as_str())
        .collect();
    let mut seen = HashSet::new();
    let first = all().filter(|pair| seen.insert((pair.short.as_str(), &pair.long_terms)));
    first
        .map(|pair| Abbreviation {
            ordinary: ordinary.contains(pair.short.as_str()),
            ..pair.clone()
        })
        .collect()
}

impl Bot {
    /// A bot that answers from `index`; citations lead to files under `knowledge`.
    pub fn new(index: Index, knowledge: PathBuf) -> anyhow::Result<Bot> {
        Bot::with_links(index, Links::new(knowledge))
    }

    /// The bot that there would be if these collections were all there are.
    fn only(&self, collections: &BTreeSet<String>) -> anyhow::Result<Bot> {
        let entries = self.entries.iter();
        let of = entries.filter(|entry| collections.contains(&entry.collection));
        let index = self
            .index
            .only(of.map(|entry| entry.id.clone()).collect())?;
        Ok(Bot {
            meanings: self.meanings.as_ref().map(Meanings::again),
            failing: self.failing.clone(),
            ..Bot::with_links(index, self.links.clone())?
        })
    }

    /// The bot on what the index holds now; this one goes on with what it held.
    pub fn fresh(&self) -> anyhow::Result<Bot> {
        Ok(Bot {
            meanings: self.meanings.as_ref().map(Meanings::again),
            failing: self.failing.clone(),
            ..Bot::with_links(self.index.fresh()?, self.links.clone())?
        })
    }

    fn with_links(index: Index, links: Links) -> anyhow::Result<Bot> {
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
        let places = entries.iter().enumerate();
        Ok(Bot {
            places: places.map(|(i, entry)| (entry.id.clone(), i)).collect(),
            parties,
            abbreviations: united(&entries),
            ready: Mutex::default(),
            meanings: None,
            matters: OnceLock::new(),
            index,
            entries,
            links,
            names: OnceLock::new(),
            failing: Arc::default(),
        })
    }

    /// Takes note of which sources have given nothing for long.
    pub fn note_failing(&self, failing: Vec<Failing>) {
        *self.failing.write().unwrap_or_else(PoisonError::into_inner) = failing;
    }

    /// The sources that have given nothing for long, of those whose documents can be seen. Of others it
    /// is not told that they exist.
    fn failing(&self) -> Vec<Failing> {
        let failing = self.failing.read().unwrap_or_else(PoisonError::into_inner);
        let seen = |failing: &&Failing| {
            let mut entries = self.entries.iter();
            entries.any(|entry| entry.collection == failing.collection)
        };
        failing.iter().filter(seen).cloned().collect()
    }

    /// The bot, its citations leading to pages on which documents can be read.
    pub fn with_reader(self, reader: Reader) -> Bot {
        Bot {
            links: self.links.with_reader(reader),
            ..self
        }
    }

    /// The bot, with search by meaning.
    pub fn with_meanings(self, meanings: Meanings) -> Bot {
        Bot {
            meanings: Some(meanings),
            ..self
        }
    }

    /// What search by meaning goes by, if there is a model.
    pub fn meanings(&self) -> Option<&Meanings> {
        self.meanings.as_ref()
    }

    /// Every file that is known, ordered by path.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What is known of the document `id`.
    fn entry(&self, id: &DocumentId) -> Option<&Entry> {
        self.entries.get(*self.places.get(id)?)
    }

    /// The document `id`, ready for choosing words from it.
    fn ready(&self, id: &DocumentId) -> anyhow::Result<Option<Arc<Reading>>> {
        let lock = || self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reading) = lock().get(id) {
            return Ok(Some(reading.clone()));
        }
        let Some(document) = self.index.document(id)? else {
            return Ok(None);
        };
        let reading = Arc::new(Reading::new(document));
        let mut ready = lock();
        if ready.len() >= MAX_READY {
            ready.clear();
        }
        ready.insert(id.clone(), reading.clone());
        Ok(Some(reading))
    }

    /// The index.
    pub fn index(&self) -> &Index {
        &self.index
    }
}
