//! What became of documents, in the order in which it was noticed: for programs that keep up with them.

use std::collections::HashMap;

use rusqlite::{TransactionBehavior, params};
use sha2::{Digest, Sha256};

use super::Store;

/// A document as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present<'a> {
    /// Its id.
    pub id: &'a str,
    /// What changes when it changes.
    pub hash: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its path under the knowledge folder.
    pub path: &'a str,
    /// Its collection.
    pub collection: &'a str,
}

/// What can happen to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It appeared.
    Added,
    /// It is another.
    Changed,
    /// It is gone.
    Removed,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub what: What,
    /// The document's id.
    pub id: String,
    /// When it was noticed, in seconds since 1970.
    pub at: i64,
    /// Its title.
    pub title: String,
    /// Its path under the knowledge folder.
    pub path: String,
    /// Its collection.
    pub collection: String,
}

/// A part of the changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Whether it begins anew.
    pub reset: bool,
    /// The changes, the oldest first.
    pub list: Vec<Change>,
    /// Where to go on from.
    pub cursor: String,
    /// Whether there is more.
    pub more: bool,
}

impl Store {
    /// Takes note of all documents there are, as far as they are others than before.
    pub fn note_changes(&self, present: &[Present], now: i64) -> anyhow::Result<()> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Of each document: the hash and the number it appeared under, and whether it is gone.
        let mut known: HashMap<String, (String, i64, bool)> = HashMap::new();
        {
            let mut query =
                transaction.prepare("SELECT document, hash, born, removed FROM change")?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                known.insert(row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?));
            }
        }
        for document in present {
            let born = match known.remove(document.id) {
                Some((hash, _, false)) if hash == document.hash => continue,
                Some((_, born, false)) => Some(born),
                _ => None,
            };
            // It gets a number after all others; the one before is given up.
            transaction.execute("DELETE FROM change WHERE document = ?1", [document.id])?;
            transaction.execute(
                "INSERT INTO change (document, born, at, removed, hash, title, path, collection)
                 VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7)",
                params![
                    document.id,
                    born.unwrap_or(0),
                    now,
                    document.hash,
                    document.title,
                    document.path,
                    document.collection
                ],
            )?;
            if born.is_none() {
                let number = transaction.last_insert_rowid();
                transaction.execute("UPDATE change SET born = ?1 WHERE number = ?1", [number])?;
            }
        }
        for (id, (.., removed)) in known {
            if !removed {
                transaction.execute(
                    "INSERT OR REPLACE INTO change (document, born, at, removed, hash, title, path, collection)
                     SELECT document, born, ?2, 1, hash, title, path, collection
                     FROM change WHERE document = ?1",
                    params![id, now],
                )?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// At most `limit` changes since `cursor`, of documents in collections that are `admitted`; all documents
    /// there are where it is none of this store.
    pub fn changes(
        &self,
        cursor: Option<&str>,
        limit: usize,
        admitted: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Changes> {
        let connection = self.connection();
        let identity: String =
            connection.query_row("SELECT value FROM identity", [], |row| row.get(0))?;
        let newest: i64 =
            connection.query_row("SELECT coalesce(max(number), 0) FROM change", [], |row| {
                row.get(0)
            })?;
        let read = |cursor: &str| -> Option<i64> {
            let from = unveiled(&identity, cursor)?;
            (0..=newest).contains(&from).then_some(from)
        };
        let known = cursor.and_then(read);
        let from = known.unwrap_or(0);
        let mut query = connection.prepare(
            "SELECT number, document, born, at, removed, title, path, collection
             FROM change WHERE number > ?1 ORDER BY number",
        )?;
        let mut rows = query.query([from])?;
        let (mut list, mut last, mut more) = (Vec::new(), from, false);
        while let Some(row) = rows.next()? {
            let (number, born, removed): (i64, i64, bool) = (row.get(0)?, row.get(2)?, row.get(4)?);
            let collection: String = row.get(7)?;
            // A cursor that moves on would tell that something happened.
            if !admitted(&collection) {
                continue;
            }
            // Who never heard of it need not hear that it is gone.
            if removed && born > from {
                last = number;
                continue;
            }
            if list.len() == limit {
                more = true;
                break;
            }
            last = number;
            list.push(Change {
                what: match (removed, born > from) {
                    (true, _) => What::Removed,
                    (false, true) => What::Added,
                    (false, false) => What::Changed,
                },
                id: row.get(1)?,
                at: row.get(3)?,
                title: row.get(5)?,
                path: row.get(6)?,
                collection,
            });
        }
        Ok(Changes {
            reset: known.is_none(),
            list,
            cursor: veiled(&identity, last),
            more,
        })
    }
}

/// A cursor tells nothing of the number in it: numbers count what others may see, too. It is the number under a
/// permutation (a Feistel network) that only this store knows, so none can be made up either.
fn veiled(identity: &str, number: i64) -> String {
    let number = number.cast_unsigned();
    let halves = ((number >> 32) as u32, number as u32);
    let (left, right) = ROUNDS.fold(halves, |(left, right), round| {
        (right, left ^ mixed(identity, round, right))
    });
    format!("{left:08x}{right:08x}")
}

fn unveiled(identity: &str, cursor: &str) -> Option<i64> {
    let is_own = cursor.len() == 16 && cursor.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = is_own.then(|| u64::from_str_radix(cursor, 16).ok())??;
    let halves = ((number >> 32) as u32, number as u32);
    let (left, right) = ROUNDS.rev().fold(halves, |(left, right), round| {
        (right ^ mixed(identity, round, left), left)
    });
    Some((u64::from(left) << 32 | u64::from(right)).cast_signed())
}

const ROUNDS: std::ops::Range<u8> = 0..6;

fn mixed(identity: &str, round: u8, half: u32) -> u32 {
    let digest = Sha256::digest(format!("{identity}.{round}.{half}").as_bytes());
    digest
        .iter()
        .take(4)
        .fold(0, |mixed, byte| mixed << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present<'a>(id: &'a str, hash: &'a str) -> Present<'a> {
        Present {
            id,
            hash,
            title: "Møte",
            path: "styret/mote.md",
            collection: if id.starts_with('s') {
                "styret"
            } else {
                "mote"
            },
        }
    }

    #[test]
    fn who_asks_again_hears_what_happened_since_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Store::open(folder.path()).unwrap();
        let heard = |store: &Store, cursor: Option<&str>| {
            let changes = store.changes(cursor, 100, |_| true).unwrap();
            let told: Vec<(What, String)> = changes
                .list
                .into_iter()
                .map(|change| (change.what, change.id))
                .collect();
            (told, changes.cursor, changes.reset)
        };
        let is = |what, id: &str| (what, id.to_owned());
        open()
            .note_changes(&[present("a", "1"), present("b", "1")], 10)
            .unwrap();
        let (told, first, reset) = heard(&open(), None);
        assert_eq!(told, [is(What::Added, "a"), is(What::Added, "b")]);
        assert!(reset);
        // Nothing happened.
        open()
            .note_changes(&[present("a", "1"), present("b", "1")], 20)
            .unwrap();
        assert_eq!(heard(&open(), Some(&first)), (vec![], first.clone(), false));
        // "c" came and went before anybody asked.
        for now in [
            &[present("a", "2"), present("c", "1")][..],
            &[present("a", "3"), present("d", "1")],
        ] {
            open().note_changes(now, 30).unwrap();
        }
        let (told, second, _) = heard(&open(), Some(&first));
        assert_eq!(
            told,
            [
                is(What::Removed, "b"),
                is(What::Changed, "a"),
                is(What::Added, "d")
            ]
        );
        // It comes back.
        open()
            .note_changes(
                &[present("a", "3"), present("b", "1"), present("d", "1")],
                40,
            )
            .unwrap();
        assert_eq!(heard(&open(), Some(&second)).0, [is(What::Added, "b")]);
        // A cursor of another store, or none at all.
        for cursor in [
            "0123456789abcdef",
            "x",
            "",
            "åååååååå",
            &format!("{second}9999"),
        ] {
            let (told, _, reset) = heard(&open(), Some(cursor));
            assert!(reset && told.len() == 3, "{cursor}: {told:?}");
        }
    }

    #[test]
    fn changes_come_in_parts_and_only_of_what_may_be_seen() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let ids: Vec<String> = (0..5).map(|i| format!("m{i}")).collect();
        let mut all: Vec<Present> = ids.iter().map(|id| present(id, "1")).collect();
        all.push(present("s", "1"));
        store.note_changes(&all, 10).unwrap();
        let mut cursor = None;
        let mut told = Vec::new();
        loop {
            let part = store
                .changes(cursor.as_deref(), 2, |collection| collection == "mote")
                .unwrap();
            assert!(part.list.len() <= 2);
            told.extend(part.list.into_iter().map(|change| change.id));
            cursor = Some(part.cursor);
            if !part.more {
                break;
            }
        }
        assert_eq!(told, ids);
    }

    #[test]
    fn a_cursor_tells_nothing_of_what_may_not_be_seen() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let cursor = |since: Option<&str>| {
            let changes = store.changes(since, 100, |collection| collection == "mote");
            changes.unwrap().cursor
        };
        store.note_changes(&[present("m", "1")], 10).unwrap();
        let first = cursor(None);
        // What others see comes and changes.
        for hash in ["1", "2"] {
            let all = [present("m", "1"), present("s", hash)];
            store.note_changes(&all, 20).unwrap();
            assert_eq!(cursor(Some(&first)), first);
            assert_eq!(cursor(None), first);
        }
        // Numbers that follow each other do not show it.
        let veiled: Vec<String> = (0..100).map(|number| veiled("a", number)).collect();
        let read = veiled.iter().map(|cursor| unveiled("a", cursor).unwrap());
        assert!(read.eq(0..100));
        let near = veiled
            .windows(2)
            .filter(|pair| pair[0][..8] == pair[1][..8]);
        assert_eq!(near.count(), 0);
        assert_ne!(unveiled("b", &veiled[1]), Some(1));
    }
}
