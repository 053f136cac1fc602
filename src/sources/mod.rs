//! Documents that arrive by themselves: feeds, web pages and WebDAV folders are looked at again and again,
//! and what they list is fetched into the knowledge folder, where it is seen as any other file is.
//!
//! A download is a file of the program's own until it is whole; then it is moved to where documents lie,
//! with a sidecar that says where the public reads it. What a source lists no longer stays, as feeds list
//! only what is new; but a file that is gone from a WebDAV folder is removed, unless somebody has changed
//! it here. What somebody removes here by hand is not fetched again until it changes at its source.

mod feed;
pub mod http;
mod keep;
mod name;
mod page;
pub mod upload;
mod webdav;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Url;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::answer::card::{Failing, Freshness};
use crate::clock::now;
use crate::config::{Secret, Source};
use crate::corpus::Date;
use crate::corpus::format::Unreadable;
use crate::corpus::source::is_bare;
use crate::store::{SourceItem, SourceState, Store};
use http::{Failure, Received, Validators, Visitor};
use keep::{Put, Said};
use name::Name;

/// So many documents are fetched in one visit; the others in the next.
const AT_ONCE: usize = 500;
/// So long what a page or a feed lists is not asked for again, where nothing tells that it changed.
const BELIEVED: i64 = 24 * 60 * 60;
/// After a failure it is tried again after so many seconds, and after twice that the next time.
const FIRST_RETRY: i64 = 5 * 60;
const LONGEST_RETRY: i64 = 24 * 60 * 60;
/// So many failures one after another are the server's, and not the documents'.
const IN_A_ROW: usize = 3;
/// A download that nothing was written to for so long was left by a program that was killed.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);
/// A source that fails for so long is told of where something was not found.
const LONG: i64 = 24 * 60 * 60;

/// Something that a source lists.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed {
    url: Url,
    title: Option<String>,
    date: Option<String>,
    version: Option<String>,
}

/// What a file says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Whether it has a title.
    pub title: bool,
    /// Whether it, or its name, has a date.
    pub date: bool,
}

/// Reads a file that is to be put at a path under the knowledge folder.
pub type Read = Box<dyn Fn(&Path, &str) -> Result<Told, Unreadable> + Send + Sync>;

/// Where documents go.
pub struct Library {
    /// Where it is kept how sources are doing.
    pub store: Store,
    /// The knowledge folder.
    pub knowledge: PathBuf,
    /// A folder for downloads that are not whole yet.
    pub downloads: PathBuf,
    /// Larger files are not fetched, in MiB.
    pub file_mib: u64,
    /// Tells what a file says of itself.
    pub read: Read,
    /// How many files were made in the folder for downloads.
    made: AtomicU64,
}

impl Library {
    /// Where documents go, with a folder for downloads under `data`. What a killed program has left there
    /// is removed.
    pub fn new(
        store: Store,
        knowledge: PathBuf,
        data: &Path,
        file_mib: u64,
        read: Read,
    ) -> std::io::Result<Library> {
        let downloads = data.join("downloads");
        std::fs::create_dir_all(&downloads)?;
        for left in std::fs::read_dir(&downloads)?.flatten() {
            // Another process may be at work there too.
            let modified = left.metadata().and_then(|it| it.modified()).ok();
            let age = modified.and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age > FORGOTTEN) {
                let _ = std::fs::remove_file(left.path());
            }
        }
        Ok(Library {
            store,
            knowledge,
            downloads,
            file_mib,
            read,
            made: AtomicU64::new(0),
        })
    }

    /// A name for a file that is not whole yet, where no document is looked for.
    pub fn scratch(&self) -> std::io::Result<PathBuf> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}.part", std::process::id());
        Ok(self.downloads.join(name))
    }
}

/// Looks at all sources again and again, until it is told to stop.
pub async fn run(library: Arc<Library>, sources: Vec<Source>, stop: watch::Receiver<bool>) {
    let mut all = JoinSet::new();
    for source in sources {
        all.spawn(keep_visiting(library.clone(), source, stop.clone()));
    }
    while all.join_next().await.is_some() {}
}

async fn keep_visiting(library: Arc<Library>, source: Source, mut stop: watch::Receiver<bool>) {
    loop {
        let wait = match library.store.source(&source.name) {
            Ok(state) => due(&state, &source) - now(),
            Err(error) => {
                tracing::error!("source {}: {error:#}", source.name);
                60
            }
        };
        let wait = Duration::from_secs(u64::try_from(wait).unwrap_or(0));
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let visited = tokio::select! {
            visited = visit(&library, &source) => visited,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        if let Err(error) = visited {
            tracing::error!("source {}: {error:#}", source.name);
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    }
}

/// When a source is to be looked at next.
fn due(state: &SourceState, source: &Source) -> i64 {
    let every = 60 * i64::from(source.every_minutes);
    match (state.address == source.address(), state.failing_since) {
        (false, _) => 0,
        // It may have been made more often since.
        (true, None) => state.next.min(state.succeeded.unwrap_or(0) + every),
        (true, Some(_)) => state.next,
    }
}

/// Looks at a source once, and keeps how it went.
pub async fn visit(library: &Library, source: &Source) -> anyhow::Result<()> {
    let mut state = library.store.source(&source.name)?;
    if state.address != source.address() {
        state = SourceState {
            name: source.name.clone(),
            address: source.address().to_owned(),
            ..SourceState::default()
        };
    }
    let every = 60 * i64::from(source.every_minutes);
    let looked = look(library, source, &mut state).await?;
    let at = now();
    state.tried = Some(at);
    match looked {
        Ok(()) => {
            state.succeeded = Some(at);
            (state.failing_since, state.reason, state.failures) = (None, None, 0);
            state.next = at + every;
        }
        Err(failure) => {
            state.failing_since.get_or_insert(at);
            state.reason = Some(failure.to_string());
            state.failures += 1;
            let asked = match failure {
                Failure::Wait { seconds, .. } => seconds.and_then(|it| i64::try_from(it).ok()),
                _ => None,
            };
            let retry = asked.unwrap_or_else(|| later(state.failures).min(every.max(FIRST_RETRY)));
            state.next = at + retry.max(1);
            tracing::warn!("source {}: {failure}", source.name);
        }
    }
    library.store.keep_source(&state)
}

/// After how long it is tried again that failed so often.
fn later(failures: u32) -> i64 {
    let doubled = FIRST_RETRY << failures.saturating_sub(1).min(16);
    doubled.min(LONGEST_RETRY)
}

/// What keeping fails with is the program's trouble, and what looking fails with the source's.
type Looked<T> = anyhow::Result<Result<T, Failure>>;

async fn look(library: &Library, source: &Source, state: &mut SourceState) -> Looked<()> {
    let visitor = password(source).and_then(|password| Visitor::new(source, password));
    let mut visitor = match visitor {
        Ok(visitor) => visitor,
        Err(failure) => return Ok(Err(failure)),
    };
    let listed = match list(&mut visitor, source, state).await {
        Ok(listed) => listed,
        Err(failure) => return Ok(Err(failure)),
    };
    let known = library.store.source_items(&source.name)?;
    if known.iter().any(|item| item.path.is_some()) && is_bare(&library.knowledge) {
        // What would be put there hides that it is away, or is hidden when it is back.
        let folder = library.knowledge.display();
        return Ok(Err(Failure::Disk(format!(
            "the knowledge folder {folder} is empty all of a sudden: nothing is fetched into it"
        ))));
    }
    if let Some((listed, validators)) = listed {
        let had = known.iter().filter(|item| item.path.is_some()).count();
        let is_feed = source.feed.is_some();
        if listed.is_empty() && (had > 1 || (!is_feed && source.webdav.is_none())) {
            let what = match source.page {
                Some(_) => "no link on the page leads to a document: look at select or link",
                None => "it is empty all of a sudden: what was fetched before is kept",
            };
            return Ok(Err(Failure::Content(what.to_owned())));
        }
        let all = listed.len();
        let (admitted, _): (Vec<Listed>, Vec<Listed>) = listed
            .into_iter()
            .partition(|item| visitor.admits(&item.url));
        state.left_out = u32::try_from(all - admitted.len()).unwrap_or(u32::MAX);
        // Later than what was listed before, even within the same second.
        let latest = known.iter().map(|item| item.listed).max().unwrap_or(0);
        let at = now().max(latest + 1);
        let items: Vec<SourceItem> = admitted.iter().map(|item| item_of(item, at)).collect();
        library.store.list_source_items(&source.name, &items)?;
        if source.webdav.is_some() {
            let there: HashSet<&str> = items.iter().map(|item| item.url.as_str()).collect();
            for item in known
                .iter()
                .filter(|item| !there.contains(item.url.as_str()))
            {
                if let (Some(path), Some(hash)) = (&item.path, &item.hash) {
                    keep::remove(&library.knowledge, path, hash, item.sidecar.as_deref());
                }
                library.store.forget_source_item(&source.name, &item.url)?;
            }
        }
        (state.etag, state.modified) = (validators.etag, validators.modified);
    }
    fetch_what_is_due(library, source, &mut visitor).await
}

fn item_of(listed: &Listed, at: i64) -> SourceItem {
    SourceItem {
        url: listed.url.to_string(),
        title: listed.title.clone(),
        date: listed.date.clone(),
        version: listed.version.clone(),
        listed: at,
        ..SourceItem::default()
    }
}

/// What the source lists now; nothing where it lists what it did before.
async fn list(
    visitor: &mut Visitor,
    source: &Source,
    state: &SourceState,
) -> Result<Option<(Vec<Listed>, Validators)>, Failure> {
    if source.webdav.is_some() {
        let listed = webdav::listed(visitor).await?;
        return Ok(Some((listed, Validators::default())));
    }
    let known = Validators {
        etag: state.etag.clone(),
        modified: state.modified.clone(),
    };
    let own = visitor.own().clone();
    let Some((received, bytes)) = visitor.list(&own, &known).await? else {
        return Ok(None);
    };
    let listed = match source.feed {
        Some(_) => feed::listed(&bytes, &received.url)?,
        None => page::listed(&bytes, &received.url, source)?,
    };
    Ok(Some((listed, received.validators)))
}

async fn fetch_what_is_due(
    library: &Library,
    source: &Source,
    visitor: &mut Visitor,
) -> Looked<()> {
    let items = library.store.source_items(&source.name)?;
    let latest = items.iter().map(|item| item.listed).max().unwrap_or(0);
    let at = now();
    let is_due = |item: &&SourceItem| {
        let is_new = item.checked.is_none();
        let changed = item.version.is_some() && item.version != item.fetched_version;
        // What an own folder lists tells by itself whether it changed.
        let is_old = source.webdav.is_none()
            && item.listed == latest
            && item.checked.is_some_and(|checked| at - checked >= BELIEVED);
        let failed = item.failures > 0;
        item.next <= at && (is_new || changed || is_old || failed)
    };
    let mut in_a_row = 0;
    for item in items.iter().filter(is_due).take(AT_ONCE) {
        let mut item = item.clone();
        let fetched = fetch(library, source, visitor, &mut item).await;
        let at = now();
        item.checked = Some(at);
        let failure = match fetched {
            Ok(()) => {
                item.fetched_version.clone_from(&item.version);
                (item.failures, item.reason, item.next) = (0, None, 0);
                None
            }
            Err(failure) => {
                item.failures += 1;
                item.reason = Some(failure.to_string());
                item.next = at + later(item.failures);
                Some(failure)
            }
        };
        library.store.keep_source_item(&source.name, &item)?;
        match failure {
            Some(failure @ Failure::Wait { .. }) => return Ok(Err(failure)),
            Some(failure) if failure.is_of_server() => {
                in_a_row += 1;
                if in_a_row >= IN_A_ROW {
                    return Ok(Err(failure));
                }
            }
            _ => in_a_row = 0,
        }
    }
    Ok(Ok(()))
}

/// Fetches one document, if it is another one than before, and puts it where documents lie.
async fn fetch(
    library: &Library,
    source: &Source,
    visitor: &mut Visitor,
    item: &mut SourceItem,
) -> Result<(), Failure> {
    let url = Url::parse(&item.url).map_err(|error| Failure::Address(error.to_string()))?;
    let disk = |error: std::io::Error| {
        let folder = library.downloads.display();
        Failure::Disk(format!("{folder} cannot be written: {error}"))
    };
    let file = library.scratch().map_err(disk)?;
    let known = Validators {
        etag: item.etag.clone(),
        modified: item.modified.clone(),
    };
    let fetched = visitor
        .document(&url, &known, library.file_mib, &file)
        .await;
    let kept = match fetched {
        Ok(Some(received)) => {
            let file = &file;
            tokio::task::block_in_place(|| {
                keep(library, source, visitor, item, &url, &received, file)
            })
        }
        Ok(None) => Ok(()),
        Err(failure) => Err(failure),
    };
    let _ = std::fs::remove_file(&file);
    kept
}

fn keep(
    library: &Library,
    source: &Source,
    visitor: &Visitor,
    item: &mut SourceItem,
    url: &Url,
    received: &Received,
    file: &Path,
) -> Result<(), Failure> {
    let head = keep::head_of(file).map_err(|error| Failure::Disk(error.to_string()))?;
    let name = name_of(url, received, item.title.as_deref(), &head)?;
    keep::check(&head, &name.ending)?;
    if name.ending.contains("htm") && !visitor.admits(&received.url) {
        let host = received.url.host_str().unwrap_or_default();
        return Err(Failure::Content(format!(
            "it is redirected to {host}: perhaps to log in"
        )));
    }
    if item.hash.as_ref() != Some(&received.hash) {
        put(library, source, item, url, received, file, &name)?;
        item.hash = Some(received.hash.clone());
    }
    item.etag.clone_from(&received.validators.etag);
    item.modified.clone_from(&received.validators.modified);
    Ok(())
}

/// Puts what came where documents lie.
fn put(
    library: &Library,
    source: &Source,
    item: &mut SourceItem,
    url: &Url,
    received: &Received,
    file: &Path,
    name: &Name,
) -> Result<(), Failure> {
    let collection = &source.collection;
    let own = item.path.as_deref().zip(item.hash.as_deref());
    let own = own.filter(|(path, _)| library.knowledge.join(path).exists());
    let path = match own {
        Some((path, _)) => path.to_owned(),
        None => format!("{collection}/{}", name.numbered(1)),
    };
    // Of what cannot be read something is said all the same.
    let told = (library.read)(file, &path).unwrap_or_default();
    let said = Said {
        title: item.title.clone().filter(|_| !told.title),
        date: item.date.clone().filter(|_| !told.date),
        // What needs a password is not where the public reads it.
        url: source.user.is_none().then(|| url.to_string()),
    };
    if let Some((path, hash)) = own {
        keep::replace(file, &library.knowledge, path, hash)?;
        let sidecar = keep::sidecar_of(&library.knowledge.join(path));
        let written = keep::write_sidecar(&sidecar, &said, item.sidecar.as_deref())?;
        item.sidecar = written.or(item.sidecar.take());
        return Ok(());
    }
    // The same under another address is one document.
    let elsewhere = library
        .store
        .source_file(&format!("{collection}/"), &received.hash);
    let elsewhere = elsewhere.map_err(|error| Failure::Disk(error.to_string()))?;
    if elsewhere.is_some_and(|path| library.knowledge.join(path).exists()) {
        (item.path, item.sidecar) = (None, None);
        return Ok(());
    }
    let put = keep::put(
        file,
        &received.hash,
        &library.knowledge,
        collection,
        name,
        &said,
    )?;
    (item.path, item.sidecar) = match put {
        Put::New(path, sidecar) => (Some(path), sidecar),
        // Left by a visit that was cut short, or else put there by somebody, and theirs.
        Put::Same(path) => {
            let sidecar = keep::sidecar_of(&library.knowledge.join(&path));
            match said.written(&sidecar) {
                Some(hash) => (Some(path), Some(hash)),
                None => (None, None),
            }
        }
    };
    Ok(())
}

/// What a document is called: as the server says, as its address ends, or as the source calls it.
fn name_of(
    url: &Url,
    received: &Received,
    title: Option<&str>,
    head: &[u8],
) -> Result<Name, Failure> {
    let given = received.file_name.as_deref();
    let addresses = [name::in_address(url), name::in_address(&received.url)];
    let written = given
        .into_iter()
        .chain(addresses.iter().map(String::as_str));
    if let Some(name) = written.clone().find_map(name::plain) {
        return Ok(name);
    }
    let kind = received.media_type.as_deref();
    let ending = match kind.and_then(name::ending_of) {
        Some(ending) => ending,
        None if head.starts_with(b"%PDF-") => "pdf",
        None => {
            return Err(Failure::Content(format!(
                "no reader takes what came ({})",
                kind.unwrap_or("no type")
            )));
        }
    };
    const NO_NAMES: &[&str] = &[
        "download", "file", "fil", "index", "last-ned", "view", "vis",
    ];
    let tells = |word: &&str| {
        let word = word.trim();
        let digits = word.chars().all(|c| c.is_ascii_digit());
        !digits && !NO_NAMES.contains(&word.to_lowercase().as_str())
    };
    let words = given.into_iter().chain([addresses[0].as_str()]).find(tells);
    let words = words.or(title).or(url.host_str()).unwrap_or_default();
    Ok(name::of_words(words, ending))
}

/// Whether a source can be reached, and how many documents it lists: nothing is fetched or kept.
pub async fn check(source: &Source) -> Result<usize, Failure> {
    let mut visitor = Visitor::new(source, password(source)?)?;
    let listed = list(&mut visitor, source, &SourceState::default()).await?;
    let listed = listed.map_or_else(Vec::new, |(listed, _)| listed);
    Ok(listed
        .iter()
        .filter(|item| visitor.admits(&item.url))
        .count())
}

fn password(source: &Source) -> Result<Option<Secret>, Failure> {
    let wanted = source.user.is_some();
    let password = wanted.then(|| Secret::from_environment(&source.variable()));
    password
        .transpose()
        .map_err(|error| Failure::Content(error.to_string()))
}

/// The sources that have given nothing for long.
pub fn failing(sources: &[Freshness]) -> Vec<Failing> {
    let failing = sources.iter().filter(|source| source.fails_for_long);
    let failing = failing.map(|source| Failing {
        name: source.name.clone(),
        collection: source.collection.clone(),
        since: source
            .succeeded
            .or(source.failing_since)
            .and_then(Date::of_seconds),
    });
    failing.collect()
}

/// How a source is doing.
pub fn freshness(store: &Store, source: &Source) -> anyhow::Result<Freshness> {
    let state = store.source(&source.name)?;
    let known = state.address == source.address();
    let state = match known {
        true => state,
        false => SourceState::default(),
    };
    let items = store.source_items(&source.name)?;
    let failed = || items.iter().filter(|item| item.failures > 0);
    let first = failed().next().and_then(|item| {
        let reason = item.reason.clone()?;
        Some((item.url.clone(), reason))
    });
    let long = LONG.max(3 * 60 * i64::from(source.every_minutes));
    Ok(Freshness {
        name: source.name.clone(),
        collection: source.collection.clone(),
        documents: items.iter().filter(|item| item.path.is_some()).count(),
        failed: failed().count(),
        first_failure: first,
        left_out: usize::try_from(state.left_out).unwrap_or(usize::MAX),
        tried: state.tried,
        succeeded: state.succeeded,
        failing_since: state.failing_since,
        fails_for_long: state
            .failing_since
            .is_some_and(|since| now() - since >= long),
        next: state.tried.map(|_| state.next),
        reason: state.reason,
    })
}
