//! The search index, and the only module that names tantivy.
//!
//! One index holds two kinds of record: the *passages* that are searched, and one *entry* per file
//! with the document's text and metadata (or the reason why the file could not be read). A file's
//! records change in one commit, so whoever opens the index sees the old or the new state of each
//! document, never half. Everything here can be thrown away and made anew from the knowledge folder.

mod meaning;
mod records;
mod schema;
mod scope;
mod search;
mod tokenizer;
mod vocabulary;
mod writer;

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tantivy::directory::{Directory, INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::query::TermQuery;
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{Searcher, TantivyDocument, Term};

use crate::corpus::{Document, DocumentId, Metadata};
use crate::language::abbreviation::Abbreviation;
use crate::language::cues::fingerprint;
use crate::matter::Agenda;
use records::Records;
use schema::Fields;
use vocabulary::Vocabulary;

pub use meaning::{Meaning, Rows, meant_text};
pub use scope::Scope;
pub use search::{Hit, Query};
pub use writer::{Busy, Writer};

/// What the index knows of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The document's id.
    pub id: DocumentId,
    /// Its path under the knowledge folder.
    pub path: String,
    /// Its collection.
    pub collection: String,
    /// SHA-256 of file and sidecar.
    pub hash: String,
    /// Size and time of last change, to see without reading that a file is the same.
    pub stamp: String,
    /// What became of it.
    pub state: State,
    /// What of the file was left out or only partly read.
    pub problems: Vec<String>,
    /// Whose views its sentences tell, each name once.
    pub holders: Vec<String>,
    /// Short forms that it explains.
    pub abbreviations: Vec<Abbreviation>,
}

/// Whether a file could be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is a document that can be searched.
    Indexed {
        /// What the document is.
        metadata: Box<Metadata>,
        /// How many passages it has.
        passages: usize,
        /// How many characters its text has.
        characters: usize,
        /// How many pages it has, where it has pages.
        pages: Option<u32>,
    },
    /// It could not be read, and why.
    Skipped {
        /// The reason and how to mend it.
        reason: String,
    },
}

impl Entry {
    /// The metadata, if the file is a document that can be searched.
    pub fn metadata(&self) -> Option<&Metadata> {
        match &self.state {
            State::Indexed { metadata, .. } => Some(metadata),
            State::Skipped { .. } => None,
        }
    }
}

/// An open index, for searching.
pub struct Index {
    inner: tantivy::Index,
    fields: Fields,
    searcher: Searcher,
    records: Records,
    /// Made when it is first needed: reading every word takes longer than most questions.
    vocabulary: OnceLock<Vocabulary>,
    /// Words that compounds may be made of, besides those of the passages.
    words: Vec<String>,
    folder: Option<PathBuf>,
    /// The documents that can be seen; all where none are named.
    only: Option<HashSet<DocumentId>>,
}

/// What helps where the index can be opened and yet not be read.
const MEND: &str = "the index cannot be read: remove the data folder and run `referent index`";

impl Index {
    /// Opens the index under `data`, or makes an empty one. An index of another schema version, or
    /// one that cannot be opened or has been damaged, is thrown away.
    pub fn open(data: &Path) -> anyhow::Result<Index> {
        let folder = folder(data);
        remove_other_versions(data);
        let error = match Self::open_sound(&folder) {
            Err(error) if folder.exists() => error,
            opened => return opened,
        };
        if is_forbidden(&folder) {
            return Err(error.context(format!(
                "no permission to write in {}: make it yours or choose another folder with --data",
                folder.display()
            )));
        }
        // While somebody writes to it an index may look damaged, and must not be taken away.
        let directory = MmapDirectory::open(&folder)?;
        let Ok(lock) = directory.acquire_lock(&INDEX_WRITER_LOCK) else {
            return Err(error.context(Busy));
        };
        tracing::warn!(folder = %folder.display(), "the index cannot be opened and is made anew: {error:#}");
        drop(lock);
        std::fs::remove_dir_all(&folder).with_context(|| {
            format!(
                "cannot remove the damaged index: remove {} by hand",
                folder.display()
            )
        })?;
        Self::open_folder(&folder)
    }

    /// Opens the index if all its files are as they were written.
    fn open_sound(folder: &Path) -> anyhow::Result<Index> {
        // tantivy checks its files when asked, but panics over some that it cannot even check.
        let open = AssertUnwindSafe(|| -> anyhow::Result<Index> {
            let damaged = Self::in_folder(folder)?.0.validate_checksum()?;
            anyhow::ensure!(damaged.is_empty(), "damaged files: {damaged:?}");
            Self::open_folder(folder)
        });
        std::panic::catch_unwind(open).unwrap_or_else(|_| Err(anyhow::anyhow!("a damaged file")))
    }

    /// An index in memory, for tests.
    pub fn in_memory() -> anyhow::Result<Index> {
        let (schema, fields) = schema::schema();
        Self::of(tantivy::Index::create_in_ram(schema), fields, None)
    }

    fn open_folder(folder: &Path) -> anyhow::Result<Index> {
        let (inner, fields) = Self::in_folder(folder)?;
        Self::of(inner, fields, Some(folder.to_owned()))
    }

    fn in_folder(folder: &Path) -> anyhow::Result<(tantivy::Index, Fields)> {
        std::fs::create_dir_all(folder).with_context(|| {
            format!(
                "cannot make the folder {}: choose another [data] path or --data",
                folder.display()
            )
        })?;
        let (schema, fields) = schema::schema();
        let directory = MmapDirectory::open(folder)
            .with_context(|| format!("cannot open {}", folder.display()))?;
        let inner = tantivy::Index::open_or_create(directory, schema)
            .with_context(|| format!("cannot open the index in {}", folder.display()))?;
        Ok((inner, fields))
    }

    /// The index, with a list of further words that compounds may be made of.
    pub fn with_words(self, words: Vec<String>) -> Index {
        Index {
            words,
            vocabulary: OnceLock::new(),
            ..self
        }
    }

    /// Where its files are; nowhere for one in memory.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    fn of(inner: tantivy::Index, fields: Fields, folder: Option<PathBuf>) -> anyhow::Result<Index> {
        tokenizer::register(&inner);
        let (searcher, records) = latest(&inner, fields, None)?;
        Ok(Index {
            inner,
            fields,
            searcher,
            records,
            vocabulary: OnceLock::new(),
            words: Vec::new(),
            folder,
            only: None,
        })
    }

    /// The same state of the index as if it held these documents and no others: nothing that can be
    /// asked of it, no count and no score either, tells that there are more.
    pub fn only(&self, documents: HashSet<DocumentId>) -> anyhow::Result<Index> {
        Ok(Index {
            inner: self.inner.clone(),
            fields: self.fields,
            searcher: self.searcher.clone(),
            records: Records::number(&self.searcher, self.fields, Some(&documents))?,
            vocabulary: OnceLock::new(),
            words: self.words.clone(),
            folder: self.folder.clone(),
            only: Some(documents),
        })
    }

    fn shows(&self, id: &DocumentId) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(id))
    }

    /// Starts to change the index. Only one writer can be open at a time, in all processes.
    pub fn writer(&self) -> anyhow::Result<Writer> {
        Writer::new(&self.inner, self.fields)
    }

    /// The index with what has been committed to it last, by whatever process, while this one stays as
    /// it is.
    pub fn fresh(&self) -> anyhow::Result<Index> {
        let (searcher, records) = latest(&self.inner, self.fields, self.only.as_ref())?;
        Ok(Index {
            inner: self.inner.clone(),
            fields: self.fields,
            searcher,
            records,
            vocabulary: OnceLock::new(),
            words: self.words.clone(),
            folder: self.folder.clone(),
            only: self.only.clone(),
        })
    }

    /// What tells the state that was committed last from all others; it costs the reading of a small
    /// file.
    pub fn edition(&self) -> anyhow::Result<Vec<u8>> {
        let state = Path::new("meta.json");
        self.inner.directory().atomic_read(state).context(MEND)
    }

    /// Sees what has been committed since the index was opened.
    pub fn reload(&mut self) -> anyhow::Result<()> {
        (self.searcher, self.records) = latest(&self.inner, self.fields, self.only.as_ref())?;
        self.vocabulary = OnceLock::new();
        Ok(())
    }

    /// Every file that the index knows, ordered by path.
    pub fn entries(&self) -> anyhow::Result<Vec<Entry>> {
        self.all_entries().context(MEND)
    }

    fn all_entries(&self) -> anyhow::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        self.each_entry(|entry, _| {
            entries.push(entry);
            Ok(())
        })?;
        entries.sort_by(|a: &Entry, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    /// The agenda items of every document, ordered by path.
    pub fn agendas(&self) -> anyhow::Result<Vec<Agenda>> {
        let mut agendas = Vec::new();
        self.each_entry(|entry, record| {
            if let Some(metadata) = entry.metadata() {
                let agenda = Agenda {
                    date: metadata.date,
                    items: self.parse(record, self.fields.items)?,
                    document: entry.id.clone(),
                    language: metadata.language.clone().unwrap_or_default(),
                };
                agendas.push((entry.path.clone(), agenda));
            }
            Ok(())
        })
        .context(MEND)?;
        agendas.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(agendas.into_iter().map(|(_, agenda)| agenda).collect())
    }

    fn each_entry(
        &self,
        mut act: impl FnMut(Entry, &TantivyDocument) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        for segment in self.searcher.segment_readers() {
            let store = segment.get_store_reader(8)?;
            let postings = segment
                .inverted_index(self.fields.record)?
                .read_postings(&self.record(schema::ENTRY), IndexRecordOption::Basic)?;
            let Some(mut postings) = postings else {
                continue;
            };
            loop {
                let doc = tantivy::DocSet::doc(&postings);
                if doc == tantivy::TERMINATED {
                    break;
                }
                if !segment.is_deleted(doc) {
                    let record = store.get::<TantivyDocument>(doc)?;
                    let entry: Entry = self.parse(&record, self.fields.entry)?;
                    if self.shows(&entry.id) {
                        act(entry, &record)?;
                    }
                }
                tantivy::DocSet::advance(&mut postings);
            }
        }
        Ok(())
    }

    /// The document with this id, its text and all.
    pub fn document(&self, id: &DocumentId) -> anyhow::Result<Option<Document>> {
        if !self.shows(id) {
            return Ok(None);
        }
        let id = TermQuery::new(
            Term::from_field_text(self.fields.entry_id, id.as_str()),
            IndexRecordOption::Basic,
        );
        let found = self.searcher.search(
            &id,
            &tantivy::collector::TopDocs::with_limit(1).order_by_score(),
        )?;
        let Some((_, address)) = found.into_iter().next() else {
            return Ok(None);
        };
        let record = self.searcher.doc::<TantivyDocument>(address)?;
        if record.get_first(self.fields.document).is_none() {
            return Ok(None);
        }
        self.parse(&record, self.fields.document).map(Some)
    }

    fn record(&self, kind: &str) -> Term {
        Term::from_field_text(self.fields.record, kind)
    }

    fn parse<T: serde::de::DeserializeOwned>(
        &self,
        record: &TantivyDocument,
        field: tantivy::schema::Field,
    ) -> anyhow::Result<T> {
        let json = record
            .get_first(field)
            .and_then(|value| value.as_str())
            .context(MEND)?;
        Ok(serde_json::from_str(json)?)
    }
}

/// What has been committed to the index last, of the documents in `only` where some are named.
fn latest(
    inner: &tantivy::Index,
    fields: Fields,
    only: Option<&HashSet<DocumentId>>,
) -> anyhow::Result<(Searcher, Records)> {
    let reader = inner.reader_builder();
    let reader = reader.reload_policy(tantivy::ReloadPolicy::Manual);
    let searcher = reader.try_into()?.searcher();
    let records = Records::number(&searcher, fields, only)?;
    Ok((searcher, records))
}

/// Whether this user may not write in a folder or to a file in it. Even reading an index takes a lock,
/// which is a file; an index that cannot be locked is not damaged.
fn is_forbidden(folder: &Path) -> bool {
    let denied = |path: &Path| {
        let opened = std::fs::OpenOptions::new().append(true).open(path);
        opened.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
    };
    let probe = folder.join(".write-probe");
    let made = std::fs::write(&probe, []);
    let _ = std::fs::remove_file(&probe);
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    made.is_err()
        || files
            .map(|file| file.path())
            .any(|path| path.extension().is_some_and(|e| e == "lock") && denied(&path))
}

/// Whose views passages tell is stored, so other cues make another index.
fn folder(data: &Path) -> PathBuf {
    data.join(format!("index-{}-{:08x}", schema::VERSION, fingerprint()))
}

/// Indexes that other versions of the program, or of the cues, left, which nobody will read again.
fn remove_other_versions(data: &Path) {
    let keep = folder(data);
    for entry in std::fs::read_dir(data).into_iter().flatten().flatten() {
        let is_index = entry
            .file_name()
            .to_string_lossy()
            .strip_prefix("index-")
            .is_some_and(|version| version.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'));
        if is_index && entry.path() != keep && std::fs::remove_dir_all(entry.path()).is_err() {
            tracing::warn!(folder = %entry.path().display(), "an index of another version cannot be removed");
        }
    }
}
