//! What cannot be made anew: answers that were given, with the verdicts on them, threads that the
//! bot opened, who follows what and what they were told, and how the sources of documents are doing. One
//! SQLite file, and the only module with SQL.

mod answers;
mod changes;
mod documents;
mod outbox;
mod sources;
mod subscriptions;
mod threads;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

pub use answers::{Given, Judged, Verdict};
pub use changes::{Change, Changes, Present, What};
pub use outbox::{Compared, Enclosed, Kind, Letter, Notice, Post, Version};
pub use sources::{SourceItem, SourceState};
pub use threads::Thread;

/// The file, under the data folder.
const FILE: &str = "referent.sqlite";

/// The steps from an empty file to what this version needs; only ever added to.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
    include_str!("migrations/6.sql"),
];

/// So long another process may keep the file.
const PATIENCE: Duration = Duration::from_secs(5);
/// After so long it is looked at again.
const A_MOMENT: Duration = Duration::from_millis(20);

/// An open store.
pub struct Store {
    connection: Mutex<Connection>,
    folder: Option<PathBuf>,
}

impl Store {
    /// Opens the store under `data`, or makes an empty one.
    pub fn open(data: &Path) -> anyhow::Result<Store> {
        let path = data.join(FILE);
        let open = || -> anyhow::Result<Store> {
            std::fs::create_dir_all(data)?;
            let mut store = Store::of(Connection::open(&path)?)?;
            store.folder = Some(data.to_owned());
            Ok(store)
        };
        // SQLite waits for no other program while it begins to write ahead, as the first of several that
        // open a new file at the same time does.
        let begun = Instant::now();
        let mut opened = open();
        while opened.as_ref().is_err_and(is_busy) && begun.elapsed() < PATIENCE {
            std::thread::sleep(A_MOMENT);
            opened = open();
        }
        opened.map_err(|error| {
            let mend = mend(&error);
            error.context(format!("cannot open {}: {mend}", path.display()))
        })
    }

    fn of(mut connection: Connection) -> anyhow::Result<Store> {
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // What was sent must be known to have been, whatever happens to the machine.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // Not begun with reading: SQLite would wait for no other program before it begins to write.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        anyhow::ensure!(done <= MIGRATIONS.len(), Newer);
        for migration in &MIGRATIONS[done..] {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
        transaction.commit()?;
        Ok(Store {
            connection: Mutex::new(connection),
            folder: None,
        })
    }

    /// Forgets answers that nobody judged and threads where nothing was asked since `since`, and since
    /// `judged_since` answers that somebody judged. Says how many answers.
    pub fn forget(&self, since: i64, judged_since: i64) -> anyhow::Result<usize> {
        let connection = self.connection();
        connection.execute("DELETE FROM thread WHERE at < ?1", [since])?;
        Ok(connection.execute(
            "DELETE FROM answer WHERE at < ?2
             OR at < ?1 AND NOT EXISTS (SELECT 1 FROM feedback WHERE feedback.answer = answer.id)",
            [since, judged_since],
        )?)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file was written by a program that knows more steps.
#[derive(Debug, thiserror::Error)]
#[error("it was written by a newer version of this program")]
struct Newer;

/// What SQLite calls what went wrong.
fn code(error: &anyhow::Error) -> Option<ErrorCode> {
    let error: Option<&rusqlite::Error> = error.downcast_ref();
    error.and_then(rusqlite::Error::sqlite_error_code)
}

/// Whether another program keeps the file to itself.
fn is_busy(error: &anyhow::Error) -> bool {
    matches!(
        code(error),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// What to do where the file cannot be opened.
fn mend(error: &anyhow::Error) -> &'static str {
    if error.is::<Newer>() {
        return "run the newer version, or move the file away";
    }
    match code(error) {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "end the program that keeps it to itself"
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            "move the file away, and a new one is made"
        }
        Some(ErrorCode::DiskFull) => "make room on the disk",
        _ => "choose another [data] path, or correct its rights",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let given = Given {
            at: 1,
            channel: "discord:1".to_owned(),
            command: "ask".to_owned(),
            question: "Når?".to_owned(),
            language: "nb".to_owned(),
            filter: "{}".to_owned(),
            reason: None,
            shown: "[]".to_owned(),
        };
        let id = Store::open(folder.path()).unwrap().keep(&given).unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.keep_message(id, "77").unwrap();
        assert_eq!(store.given(id).unwrap(), Some(given.clone()));
        assert_eq!(store.given_in("77").unwrap(), Some((id, given)));
        assert_eq!(store.given(id + 1).unwrap(), None);
        // In a file that took another's place, no number of the other one is given again.
        assert!(id > 1_700_000_000, "{id}");
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let said = || format!("{:#}", Store::open(folder.path()).err().unwrap());
        std::fs::write(&path, "this is no database, but a text that somebody wrote").unwrap();
        assert!(
            said().contains("referent.sqlite: move the file away"),
            "{}",
            said()
        );
        std::fs::remove_file(&path).unwrap();
        let newer = Connection::open(&path).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        drop(newer);
        assert!(said().contains("run the newer version"), "{}", said());
    }

    #[test]
    fn what_another_program_keeps_for_a_moment_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let keep = || {
            let path = folder.path().join(FILE);
            let other = Connection::open(path).unwrap();
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(200));
                drop(other);
            })
        };
        Store::open(folder.path()).unwrap();
        let other = keep();
        let store = Store::open(folder.path()).unwrap();
        other.join().unwrap();
        let other = keep();
        store.see([("a", "1")], 1).unwrap();
        other.join().unwrap();
        // Several that make the file at the same time.
        let fresh = tempfile::tempdir().unwrap();
        let opened = std::thread::scope(|scope| {
            let open = || Store::open(fresh.path()).map(|_| ());
            let all: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            let all = all.into_iter().map(|one| one.join().unwrap());
            all.collect::<Vec<_>>()
        });
        assert!(opened.iter().all(Result::is_ok), "{opened:?}");
    }

    #[test]
    fn a_person_has_one_verdict_and_may_change_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let id = store.keep(&Given::default()).unwrap();
        store.judge(id, "a", true, None, 1).unwrap();
        store.judge(id, "b", true, None, 2).unwrap();
        store.judge(id, "a", false, None, 3).unwrap();
        store.judge(id, "a", false, Some("utdatert"), 4).unwrap();
        // Events may come in another order than they were sent.
        store.judge(id, "a", false, None, 4).unwrap();
        let verdicts = store.verdicts(id).unwrap();
        let [a, b] = &verdicts[..] else {
            panic!("{verdicts:?}")
        };
        assert_eq!((a.good, a.reason.as_deref()), (false, Some("utdatert")));
        assert_eq!((b.good, b.reason.as_deref()), (true, None));
        assert!(!store.judge(id + 1, "a", true, None, 5).unwrap());
        assert!(store.withdraw(id, "a").unwrap() && !store.withdraw(id, "a").unwrap());
        assert_eq!(store.verdicts(id).unwrap().len(), 1);
    }

    #[test]
    fn what_is_old_is_forgotten_and_what_was_judged_is_kept_longer() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let at = |at| {
            let given = Given {
                at,
                ..Given::default()
            };
            store.keep(&given).unwrap()
        };
        let [older, judged, unjudged, newer] = [10, 20, 20, 30].map(at);
        store.judge(older, "a", true, None, 40).unwrap();
        store.judge(judged, "a", true, None, 40).unwrap();
        store.keep_thread("7", "1", "ask", "Når?", 20).unwrap();
        store.keep_thread("8", "1", "ask", "Når?", 20).unwrap();
        store.keep_thread("8", "", "ask", "Hvem?", 30).unwrap();
        assert_eq!(store.forget(25, 15).unwrap(), 2);
        let kept = |id| store.given(id).unwrap().is_some();
        assert_eq!(
            [older, judged, unjudged, newer].map(kept),
            [false, true, false, true]
        );
        assert!(store.verdicts(older).unwrap().is_empty());
        assert_eq!(store.threads().unwrap(), ["8"]);
    }

    #[test]
    fn a_document_is_as_old_as_its_contents() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.see([("a", "1"), ("b", "1")], 10).unwrap();
        let seen = store.see([("a", "1"), ("b", "2")], 20).unwrap();
        assert_eq!((seen["a"], seen["b"]), (10, 20));
        assert_eq!(store.changed().unwrap(), ["b".to_owned()].into());
        let seen = store.see([("b", "2")], 30).unwrap();
        assert_eq!((seen.get("a"), seen["b"]), (None, 20));
    }
}
