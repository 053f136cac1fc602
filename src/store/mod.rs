//! What cannot be made anew: answers that were given, with the verdicts on them, and threads that the
//! bot opened. One SQLite file, and the only module with SQL.

mod answers;
mod documents;
mod threads;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use rusqlite::Connection;

pub use answers::{Given, Verdict};
pub use threads::Thread;

/// The file, under the data folder.
const FILE: &str = "referent.sqlite";

/// The steps from an empty file to what this version needs; only ever added to.
const MIGRATIONS: &[&str] = &[include_str!("migrations/1.sql")];

/// So long another process may keep the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open store.
pub struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens the store under `data`, or makes an empty one.
    pub fn open(data: &Path) -> anyhow::Result<Store> {
        let path = data.join(FILE);
        let open = || -> anyhow::Result<Store> {
            std::fs::create_dir_all(data)?;
            Store::of(Connection::open(&path)?)
        };
        open().with_context(|| {
            format!(
                "cannot open {}: choose another [data] path, or move the file away",
                path.display()
            )
        })
    }

    fn of(mut connection: Connection) -> anyhow::Result<Store> {
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let transaction = connection.transaction()?;
        let done: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        anyhow::ensure!(
            done <= MIGRATIONS.len(),
            "it was written by a newer version of this program"
        );
        for migration in &MIGRATIONS[done..] {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
        transaction.commit()?;
        Ok(Store {
            connection: Mutex::new(connection),
        })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
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
    }

    #[test]
    fn a_document_is_as_old_as_its_contents() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.see([("a", "1"), ("b", "1")], 10).unwrap();
        let seen = store.see([("a", "1"), ("b", "2")], 20).unwrap();
        assert_eq!((seen["a"], seen["b"]), (10, 20));
        let seen = store.see([("b", "2")], 30).unwrap();
        assert_eq!((seen.get("a"), seen["b"]), (None, 20));
    }
}
