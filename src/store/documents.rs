//! Since when documents are as they are: the index is made anew at times, and does not know.

use std::collections::{HashMap, HashSet};

use rusqlite::{TransactionBehavior, params};

use super::Store;

impl Store {
    /// Takes note of all documents there are, with their hashes, and returns since when each is as it
    /// is, in seconds since 1970.
    pub fn see<'a>(
        &self,
        documents: impl IntoIterator<Item = (&'a str, &'a str)>,
        now: i64,
    ) -> anyhow::Result<HashMap<String, i64>> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut known: HashMap<String, (String, i64)> = HashMap::new();
        {
            let mut query = transaction.prepare("SELECT id, hash, since FROM document")?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                known.insert(row.get(0)?, (row.get(1)?, row.get(2)?));
            }
        }
        let mut seen = HashMap::new();
        for (id, hash) in documents {
            let since = match known.remove(id) {
                Some((old, since)) if old == hash => since,
                _ => {
                    transaction.execute(
                        "INSERT INTO document (id, hash, since) VALUES (?1, ?2, ?3)
                         ON CONFLICT (id) DO UPDATE SET hash = ?2, since = ?3, changed = 1",
                        params![id, hash, now],
                    )?;
                    now
                }
            };
            seen.insert(id.to_owned(), since);
        }
        for id in known.keys() {
            transaction.execute("DELETE FROM document WHERE id = ?1", [id])?;
        }
        transaction.commit()?;
        Ok(seen)
    }

    /// The ids of documents that were known before they were as they are.
    pub fn changed(&self) -> anyhow::Result<HashSet<String>> {
        let connection = self.connection();
        let mut query = connection.prepare("SELECT id FROM document WHERE changed = 1")?;
        let ids = query.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}
