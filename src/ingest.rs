//! Brings the index up to date with the knowledge folder: source → reader → sections → passages →
//! index, for what changed since last time.

pub mod change;
pub mod embed;
pub mod extract;
pub mod glance;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::Context;

use crate::answer::{Reading, admitted::holders};
use crate::corpus::format::{Extracted, Unreadable};
use crate::corpus::metadata::{self, Kind, Stated};
use crate::corpus::passage::{Passage, passages};
use crate::corpus::segment::segment;
use crate::corpus::source::{SourceFile, walk};
use crate::corpus::{Document, DocumentId};
use crate::index::{Entry, Index, State, Writer};
use crate::language::{abbreviation::abbreviations, detect};
use crate::matter;
use extract::Extractor;

/// A commit comes after this long, so that a killed run has not worked for nothing.
const COMMIT_EVERY: Duration = Duration::from_secs(5);

/// How closely to look at files that seem unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Size and time of last change: at the start of every command.
    Stamps,
    /// The content itself: `referent index`.
    Content,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Paths that are new.
    pub added: Vec<String>,
    /// Paths whose content or sidecar changed.
    pub changed: Vec<String>,
    /// Paths that are gone.
    pub removed: Vec<String>,
    /// How many are as they were.
    pub unchanged: usize,
    /// Every file that is not searchable, new or not, and why.
    pub skipped: Vec<Skipped>,
    /// Notes on files that are searchable but not wholly.
    pub notes: Vec<Skipped>,
}

/// A path and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// Path under the knowledge folder.
    pub path: String,
    /// What is wrong and how to mend it.
    pub reason: String,
}

impl Report {
    /// Adds what the index itself knows to be wrong, and puts all in order.
    fn complete(&mut self, entries: &[Entry]) {
        for entry in entries {
            if let State::Skipped { reason } = &entry.state {
                self.skipped.push(Skipped {
                    path: entry.path.clone(),
                    reason: reason.clone(),
                });
            }
            let notes = entry.problems.iter().map(|problem| Skipped {
                path: entry.path.clone(),
                reason: problem.clone(),
            });
            self.notes.extend(notes);
        }
        for paths in [&mut self.added, &mut self.changed, &mut self.removed] {
            paths.sort();
        }
        self.skipped.sort_by(|a, b| a.path.cmp(&b.path));
        self.skipped.dedup();
    }
}

/// Tells how far a run has come.
pub trait Progress {
    /// `done` of `total` files that had to be read are read; `path` is the latest.
    fn file(&self, done: usize, total: usize, path: &str);
    /// `done` of `total` passages that had no meaning have one.
    fn passages(&self, done: usize, total: usize);
    /// Whether the rest is to be left for another time.
    fn stop(&self) -> bool {
        false
    }
}

/// Progress that nobody watches.
pub struct Silent;

impl Progress for Silent {
    fn file(&self, _done: usize, _total: usize, _path: &str) {}
    fn passages(&self, _done: usize, _total: usize) {}
}

/// A file to read, with what was seen of it before reading.
struct Job {
    file: SourceFile,
    hash: String,
    stamp: String,
    known: bool,
}

/// Brings `index` up to date with the folder `knowledge`.
pub fn ingest(
    knowledge: &Path,
    index: &mut Index,
    extractor: &Extractor,
    check: Check,
    progress: &dyn Progress,
) -> anyhow::Result<Report> {
    ingest_but(
        knowledge,
        &HashSet::new(),
        index,
        extractor,
        check,
        progress,
    )
}

/// Brings `index` up to date with the folder `knowledge`, but for the paths in `held`: they stay as
/// the index has them, as somebody is still writing there.
pub fn ingest_but(
    knowledge: &Path,
    held: &HashSet<String>,
    index: &mut Index,
    extractor: &Extractor,
    check: Check,
    progress: &dyn Progress,
) -> anyhow::Result<Report> {
    let walk = walk(knowledge, index.folder()).with_context(|| format!("cannot read the knowledge folder {}: make it, or name another with [knowledge] path or --knowledge", knowledge.display()))?;
    let known: HashMap<String, Entry> = index
        .entries()?
        .into_iter()
        .map(|entry| (entry.path.clone(), entry))
        .collect();
    let mut report = Report::default();
    for (path, reason) in walk.problems {
        report.skipped.push(Skipped { path, reason });
    }
    let present: HashSet<&str> = walk.files.iter().map(|file| file.path.as_str()).collect();
    // What could not be looked at is not gone: a folder without permission keeps its documents.
    let unseen = |path: &str| {
        report
            .skipped
            .iter()
            .any(|skipped| is_within(path, &skipped.path))
    };
    let gone: Vec<&Entry> = known
        .values()
        .filter(|entry| !present.contains(entry.path.as_str()) && !unseen(&entry.path))
        .filter(|entry| !held.contains(&entry.path))
        .collect();
    let mut jobs = Vec::new();
    for file in walk.files.iter().filter(|file| !held.contains(&file.path)) {
        match job(file, known.get(&file.path), check) {
            Ok(Some(job)) => jobs.push(job),
            Ok(None) => {
                let searchable = known
                    .get(&file.path)
                    .is_some_and(|entry| entry.metadata().is_some());
                report.unchanged += usize::from(searchable);
            }
            Err(error) => report.skipped.push(Skipped {
                path: file.path.clone(),
                reason: format!("cannot be read: {error}; check the file's permissions"),
            }),
        }
    }
    if !jobs.is_empty() || !gone.is_empty() {
        let mut writer = index.writer()?;
        for entry in gone {
            writer.remove(&entry.id);
            report.removed.push(entry.path.clone());
        }
        run(jobs, extractor, &mut writer, &mut report, progress)?;
        writer.finish()?;
        index.reload()?;
    }
    report.complete(&index.entries()?);
    Ok(report)
}

/// Whether `path` is `folder` itself or lies in it; everything lies in "", the knowledge folder.
fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| folder.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

/// The job for a file that is new or changed; `None` for one that is as it was.
fn job(file: &SourceFile, known: Option<&Entry>, check: Check) -> std::io::Result<Option<Job>> {
    let stamp = stamp(file)?;
    if check == Check::Stamps && known.is_some_and(|entry| entry.stamp == stamp) {
        return Ok(None);
    }
    let hash = file.content_hash()?;
    if known.is_some_and(|entry| entry.hash == hash) {
        return Ok(None);
    }
    Ok(Some(Job {
        file: file.clone(),
        hash,
        stamp,
        known: known.is_some(),
    }))
}

fn stamp(file: &SourceFile) -> std::io::Result<String> {
    let mut stamp = String::new();
    for path in std::iter::once(&file.absolute).chain(&file.sidecar) {
        let metadata = std::fs::metadata(path)?;
        let modified = metadata
            .modified()?
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        stamp.push_str(&format!("{} {};", metadata.len(), modified.as_nanos()));
    }
    Ok(stamp)
}

/// Reads the jobs' files, as many at a time as there are processors, and writes what comes back.
fn run(
    jobs: Vec<Job>,
    extractor: &Extractor,
    writer: &mut Writer,
    report: &mut Report,
    progress: &dyn Progress,
) -> anyhow::Result<()> {
    let total = jobs.len();
    let workers = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(total);
    let queue = Mutex::new(jobs.into_iter());
    // Bounded: readers that are faster than the index must not fill the memory with texts.
    let (results, finished) = mpsc::sync_channel(workers);
    std::thread::scope(|scope| -> anyhow::Result<()> {
        for _ in 0..workers {
            let (queue, results) = (&queue, results.clone());
            scope.spawn(move || {
                loop {
                    let next = queue
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .next();
                    let Some(job) = next else { break };
                    let extracted = extractor.extract(&job.file);
                    if results.send((job, extracted)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(results);
        let mut committed = Instant::now();
        // The receiver goes with this loop, so that a failure here lets waiting readers end.
        for (done, (job, extracted)) in finished.into_iter().enumerate() {
            progress.file(done + 1, total, &job.file.path);
            if progress.stop() {
                *queue
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner) = Vec::new().into_iter();
            }
            if extracted.is_ok() {
                let list = if job.known {
                    &mut report.changed
                } else {
                    &mut report.added
                };
                list.push(job.file.path.clone());
            }
            write(writer, &job, extracted)?;
            if committed.elapsed() >= COMMIT_EVERY {
                writer.commit()?;
                committed = Instant::now();
            }
        }
        Ok(())
    })
}

fn write(
    writer: &mut Writer,
    job: &Job,
    extracted: Result<Extracted, Unreadable>,
) -> anyhow::Result<()> {
    let mut entry = Entry {
        id: DocumentId::of_path(&job.file.path),
        path: job.file.path.clone(),
        collection: job.file.collection().to_owned(),
        hash: job.hash.clone(),
        stamp: job.stamp.clone(),
        state: State::Skipped {
            reason: String::new(),
        },
        problems: Vec::new(),
        holders: Vec::new(),
        abbreviations: Vec::new(),
    };
    let extracted = match extracted {
        Ok(extracted) => extracted,
        Err(unreadable) => {
            entry.state = State::Skipped {
                reason: unreadable.to_string(),
            };
            return writer.skip(&entry);
        }
    };
    let reading = Reading::new(document(&job.file, extracted));
    let document = &reading.document;
    let passages: Vec<(Passage, Vec<String>)> = passages(document)
        .into_iter()
        .map(|passage| {
            let holders = holders(&reading, passage.span);
            (passage, holders)
        })
        .collect();
    entry.holders = passages
        .iter()
        .flat_map(|(_, holders)| holders.iter().cloned())
        .collect();
    entry.abbreviations = abbreviations(&document.text);
    entry.holders.sort();
    entry.holders.dedup();
    entry.state = State::Indexed {
        metadata: Box::new(document.metadata.clone()),
        passages: passages.len(),
        characters: document.text.chars().count(),
        pages: document
            .blocks
            .iter()
            .flat_map(|block| {
                block
                    .page
                    .into_iter()
                    .chain(block.page_breaks.iter().map(|(_, page)| *page))
            })
            .max(),
    };
    entry.problems.clone_from(&document.problems);
    // What a report plans is no matter's course.
    let is_course = matches!(document.metadata.kind, Kind::Minutes | Kind::Other);
    let items = is_course.then(|| matter::items(document));
    writer.put(&entry, document, &passages, &items.unwrap_or_default())
}

/// The document that a file's blocks and everything said about it make.
pub fn document(file: &SourceFile, extracted: Extracted) -> Document {
    let mut problems = extracted.problems;
    let mut stated = Stated::default();
    let sidecar = file.sidecar.as_ref().map(|path| {
        (
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            std::fs::read_to_string(path).map_err(|error| error.to_string()),
        )
    });
    let front_matter = extracted
        .front_matter
        .map(|source| ("front matter".to_owned(), Ok(source)));
    for (name, source) in sidecar.into_iter().chain(front_matter) {
        match source
            .and_then(|source| Stated::from_toml(&source).map_err(|error| located(&error, &source)))
        {
            Ok(said) => stated = stated.or(said),
            Err(error) => problems.push(format!("{name} is left out: {error}")),
        }
    }
    let format = file.format.unwrap_or(crate::corpus::format::Format::Plain);
    let mut metadata = metadata::resolve(
        stated,
        extracted.properties,
        &extracted.blocks,
        &file.path,
        format,
    );
    let segmented = segment(extracted.blocks);
    // The text itself tells its language better than an office program's default does; only what a
    // person states is stronger, and "resolve" has put that in already.
    metadata.language.get_or_insert_with(|| {
        detect(
            segmented
                .text
                .get(..segmented.text.floor_char_boundary(20_000))
                .unwrap_or_default(),
        )
        .code()
        .to_owned()
    });
    Document {
        id: DocumentId::of_path(&file.path),
        path: file.path.clone(),
        collection: file.collection().to_owned(),
        metadata,
        text: segmented.text,
        blocks: segmented.blocks,
        sections: segmented.sections,
        problems,
    }
}

/// A TOML error in one sentence with its line.
fn located(error: &toml::de::Error, source: &str) -> String {
    let line = error.span().map(|span| {
        source[..span.start.min(source.len())]
            .lines()
            .count()
            .max(1)
    });
    let message = error.message().trim().replace('\n', ", ");
    line.map_or(message.clone(), |line| format!("line {line}: {message}"))
}
