//! Keeps what is answered from up to date with the knowledge folder, while everything else goes on.
//!
//! The folder is watched, and looked at every so often besides, as network drives tell of nothing. A
//! burst of changes is waited for, so that it is one update; a file that somebody is writing is left as
//! it was until it stands still. What another process indexes meanwhile is taken over too.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::watch;

use super::App;
use crate::bot::Bot;
use crate::bot::audience::Audience;
use crate::index::Busy;
use crate::ingest::change::{Change, changes};
use crate::ingest::glance::Glance;
use crate::ingest::{Check, Progress, Report, ingest_but};
use crate::platform::Shared;

/// So often the program looks whether there is something to do.
const TICK: Duration = Duration::from_millis(200);
/// Changes are over when nothing has changed for so long.
const QUIET: Duration = Duration::from_secs(1);
/// Changes that go on for longer are taken in parts.
const PATIENCE: Duration = Duration::from_secs(30);
/// So long after a failure, or while another process writes, it is tried again.
const AGAIN: Duration = Duration::from_secs(30);
const BUSY: Duration = Duration::from_secs(2);
/// A file that is open for writing, and was not written to for so long, is read as it is.
const FORGOTTEN: Duration = Duration::from_secs(10 * 60);
/// So few new passages get their meaning before they are answered from: with passages that have none,
/// nothing is searched by meaning.
const FEW: usize = 100;

/// What changed, once it is answered from.
pub(super) struct Update {
    /// The documents that are not as they were.
    pub(super) changes: Vec<Change>,
    /// What was answered from so far.
    pub(super) before: Arc<Bot>,
    /// What is answered from now.
    pub(super) after: Arc<Bot>,
}

impl Update {
    /// What is answered from at the start, which is compared with nothing.
    pub(super) fn first(bot: Arc<Bot>) -> Update {
        Update {
            changes: Vec::new(),
            before: bot.clone(),
            after: bot,
        }
    }
}

/// Brings up to date what `shared` answers from, again and again until it is told to stop. `told` hears
/// of every update once it is answered from.
pub(super) fn keep_up(
    app: &App,
    shared: &Shared,
    stop: &watch::Receiver<bool>,
    told: &dyn Fn(&Update),
) {
    let root = match app.knowledge() {
        Ok(root) => root,
        Err(error) => return tracing::error!("{error:#}; new documents are not seen"),
    };
    let keeper = Keeper {
        app,
        shared,
        stop,
        told,
        folder: Folder::watch(root, &app.config.data.path),
        edition: Vec::new(),
        said: None,
    };
    keeper.run();
}

/// Gives passages their meaning, beginning anew whenever another bot answers.
pub(super) fn embed(app: &App, shared: &Shared, stop: &watch::Receiver<bool>) {
    let mut editions = shared.editions();
    while !*stop.borrow() {
        editions.mark_unchanged();
        let go_on = |_, _| match *stop.borrow() || editions.has_changed().unwrap_or(true) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let embedded = shared
            .bots
            .bot(&Audience::Everything)
            .and_then(|bot| app.embed(&bot, &mut { go_on }));
        if let Err(error) = embedded {
            tracing::warn!("{error:#}; searching by words only");
        }
        while !*stop.borrow() && !editions.has_changed().unwrap_or(true) {
            std::thread::sleep(TICK);
        }
    }
}

/// Changes that were noticed and are not taken over yet.
struct Burst {
    since: Instant,
    /// Since when nothing has been heard of the folder.
    quiet: Instant,
    /// How it looked then.
    glance: Glance,
}

struct Keeper<'a> {
    app: &'a App,
    shared: &'a Shared,
    stop: &'a watch::Receiver<bool>,
    told: &'a dyn Fn(&Update),
    folder: Folder,
    /// What of the index is answered from.
    edition: Vec<u8>,
    /// What was said of a failure last, so that it is said once.
    said: Option<String>,
}

/// Nobody watches, and it may be stopped.
struct Unwatched<'a>(&'a watch::Receiver<bool>);

impl Progress for Unwatched<'_> {
    fn file(&self, _done: usize, _total: usize, _path: &str) {}
    fn passages(&self, _done: usize, _total: usize) {}
    fn stop(&self) -> bool {
        *self.0.borrow()
    }
}

impl Keeper<'_> {
    fn run(mut self) {
        let every = Duration::from_secs(60 * u64::from(self.app.config.knowledge.rescan_minutes));
        let mut rescan = Instant::now() + every;
        let mut burst: Option<Burst> = None;
        // What changed between the first look and the beginning of the watch is seen at once.
        let mut touched = true;
        let mut not_before = Instant::now();
        while !*self.stop.borrow() {
            touched |= self.folder.listen(TICK);
            let now = Instant::now();
            if now >= rescan {
                (touched, rescan) = (true, now + every);
            }
            if now < not_before {
                continue;
            }
            match self.step(&mut burst, &mut touched) {
                Ok(None) => {}
                Ok(Some(wait)) => not_before = now + wait,
                Err(error) => {
                    self.say(format!("{error:#}; answering from what is indexed so far"));
                    // A folder that was away is another one when it is back.
                    self.folder.lost = true;
                    (burst, touched) = (None, true);
                    not_before = now + AGAIN;
                }
            }
        }
    }

    /// Does what there is to do now, and says how long nothing more is to be done.
    fn step(
        &mut self,
        burst: &mut Option<Burst>,
        touched: &mut bool,
    ) -> anyhow::Result<Option<Duration>> {
        let now = Instant::now();
        let Some(waiting) = burst else {
            if *touched || self.edition()? != self.edition {
                *touched = false;
                *burst = Some(Burst {
                    since: now,
                    quiet: now,
                    glance: self.glance()?,
                });
            }
            return Ok(None);
        };
        if std::mem::take(touched) {
            waiting.quiet = now;
        }
        let late = now - waiting.since >= PATIENCE;
        if now - waiting.quiet < QUIET && !late {
            return Ok(None);
        }
        let glance = self.glance()?;
        // What is known to be written to is heard of again when it is closed.
        let mut held = self.folder.written_to();
        let mut moving = glance.moving(&waiting.glance);
        moving.retain(|path| !held.contains(path));
        if !moving.is_empty() && !late {
            (waiting.quiet, waiting.glance) = (now, glance);
            return Ok(None);
        }
        let go_on = !moving.is_empty();
        held.extend(moving);
        if !self.update(&held)? {
            return Ok(Some(BUSY));
        }
        self.said = None;
        *burst = go_on.then_some(Burst {
            since: now,
            quiet: now,
            glance,
        });
        Ok(None)
    }

    /// How the folder looks. One where there is nothing any more is rather a drive that is away than
    /// one where everything was removed, and what was there is still answered from.
    fn glance(&mut self) -> anyhow::Result<Glance> {
        self.folder.again();
        let bot = self.shared.bots.bot(&Audience::Everything)?;
        let glance = Glance::at(&self.folder.root, bot.index().folder()).map_err(|error| {
            let folder = self.folder.root.display();
            anyhow::anyhow!("cannot look into the knowledge folder {folder}: {error}")
        })?;
        anyhow::ensure!(
            !glance.is_empty() || bot.entries().len() < 2,
            "the knowledge folder {} is empty all of a sudden: put the documents back, or run `referent index` if they are to be forgotten",
            self.folder.root.display()
        );
        Ok(glance)
    }

    fn edition(&self) -> anyhow::Result<Vec<u8>> {
        let bot = self.shared.bots.bot(&Audience::Everything)?;
        bot.index().edition()
    }

    /// Brings the index up to date, but for what is held, and answers from it. Says whether it could be
    /// done, as another process may be at it.
    fn update(&mut self, held: &HashSet<String>) -> anyhow::Result<bool> {
        let before = self.shared.bots.bot(&Audience::Everything)?;
        let mut index = before.index().fresh()?;
        let progress = Unwatched(self.stop);
        let (root, extractor) = (&self.folder.root, &self.app.extractor);
        let ingested = ingest_but(root, held, &mut index, extractor, Check::Stamps, &progress);
        let report = match ingested {
            Err(error) if error.downcast_ref::<Busy>().is_some() => return Ok(false),
            ingested => ingested?,
        };
        if *self.stop.borrow() {
            return Ok(true);
        }
        // What is committed later than this is seen by the next look at it.
        let edition = before.index().edition()?;
        if edition != self.edition {
            self.answer_from(before, &report)?;
            self.edition = edition;
        }
        Ok(true)
    }

    fn answer_from(&self, before: Arc<Bot>, report: &Report) -> anyhow::Result<()> {
        let fresh = before.fresh()?;
        let changes = changes(before.entries(), fresh.entries());
        if changes.is_empty() && before.entries() == fresh.entries() {
            return Ok(());
        }
        // What is completed while somebody types must be there at once.
        fresh.names();
        if few_are_new(&before, &fresh).unwrap_or_default() {
            let go_on = |_, _| ControlFlow::Continue(());
            if let Err(error) = self.app.embed(&fresh, &mut { go_on }) {
                tracing::warn!("{error:#}; searching by words only");
            }
        }
        self.shared.replace(fresh)?;
        tracing::info!(
            "up to date: {} of {} documents changed",
            changes.len(),
            report.unchanged + report.added.len() + report.changed.len()
        );
        (self.told)(&Update {
            changes,
            before,
            after: self.shared.bots.bot(&Audience::Everything)?,
        });
        Ok(())
    }

    fn say(&mut self, what: String) {
        if self.said.as_ref() != Some(&what) {
            tracing::warn!("{what}");
            self.said = Some(what);
        }
    }
}

/// Whether nearly all passages have a meaning already, and all had one before.
fn few_are_new(before: &Bot, after: &Bot) -> anyhow::Result<bool> {
    let (Some(old), Some(new)) = (before.meanings(), after.meanings()) else {
        return Ok(false);
    };
    let (known, all) = old.known(before.index())?;
    let (known_now, all_now) = new.known(after.index())?;
    Ok(known == all && all_now - known_now <= FEW)
}

/// The knowledge folder, watched as far as the system tells of changes.
struct Folder {
    root: PathBuf,
    /// The program's own folder, which may lie in it.
    own: PathBuf,
    watcher: Option<RecommendedWatcher>,
    events: Receiver<notify::Result<Event>>,
    /// Whether it was away and must be watched anew.
    lost: bool,
    /// Files that somebody has opened for writing, and when something was written last.
    writing: HashMap<String, Instant>,
}

impl Folder {
    fn watch(root: PathBuf, own: &Path) -> Folder {
        let (sender, events) = channel();
        let config = notify::Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(sender, config);
        let mut folder = Folder {
            root,
            own: own.canonicalize().unwrap_or_else(|_| own.to_owned()),
            watcher: watcher.inspect_err(cannot_be_watched).ok(),
            events,
            lost: true,
            writing: HashMap::new(),
        };
        folder.again();
        folder
    }

    /// Watches the folder, where it is not watched.
    fn again(&mut self) {
        if !std::mem::take(&mut self.lost) {
            return;
        }
        if let Some(watcher) = &mut self.watcher {
            // Of a folder that is gone there is nothing to unwatch.
            let _ = watcher.unwatch(&self.root);
            let watched = watcher.watch(&self.root, RecursiveMode::Recursive);
            if let Err(error) = watched {
                cannot_be_watched(&error);
            }
        }
    }

    /// Listens for so long, and says whether the folder has to be looked at.
    fn listen(&mut self, time: Duration) -> bool {
        let mut touched = false;
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(Ok(event)) => touched |= self.hear(&event),
                Ok(Err(error)) => {
                    cannot_be_watched(&error);
                    touched = true;
                }
                Err(RecvTimeoutError::Timeout) => return touched,
                Err(RecvTimeoutError::Disconnected) => {
                    std::thread::sleep(left);
                    return touched;
                }
            }
        }
    }

    /// Whether the folder has to be looked at for what was heard.
    fn hear(&mut self, event: &Event) -> bool {
        let mut touched = event.need_rescan();
        for path in event
            .paths
            .iter()
            .filter(|path| !path.starts_with(&self.own))
        {
            let Some(path) = relative(&self.root, path) else {
                continue;
            };
            match event.kind {
                EventKind::Access(AccessKind::Close(AccessMode::Write))
                | EventKind::Remove(_)
                | EventKind::Modify(ModifyKind::Name(_)) => {
                    self.writing.remove(&path);
                    touched = true;
                }
                EventKind::Access(_) => {}
                // Linux tells when a file is closed; of one that is still open there is more to come.
                EventKind::Modify(ModifyKind::Data(_)) if cfg!(target_os = "linux") => {
                    touched |= self.writing.insert(path, Instant::now()).is_none();
                }
                _ => touched = true,
            }
        }
        touched
    }

    /// The documents that somebody is writing, whether the file itself or its sidecar.
    fn written_to(&mut self) -> HashSet<String> {
        self.writing.retain(|_, last| last.elapsed() < FORGOTTEN);
        let mut paths = HashSet::new();
        for path in self.writing.keys() {
            paths.extend(path.strip_suffix(".toml").map(str::to_owned));
            paths.insert(path.clone());
        }
        paths
    }
}

/// The path under the knowledge folder, as the index has it.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.components();
    let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

fn cannot_be_watched(error: &notify::Error) {
    tracing::warn!(
        "the knowledge folder cannot be watched ({error}): new documents are seen when all are looked at, every knowledge.rescan_minutes"
    );
}
