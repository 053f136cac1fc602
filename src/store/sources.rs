//! Where documents come from by themselves: how each source is doing, and what it listed.

use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};

use super::Store;

/// How a source is doing. Times are seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceState {
    /// Its name.
    pub name: String,
    /// Where it was looked at last.
    pub address: String,
    /// When it was looked at last.
    pub tried: Option<i64>,
    /// When that went well last.
    pub succeeded: Option<i64>,
    /// Since when it does not.
    pub failing_since: Option<i64>,
    /// Why, in words for the operator.
    pub reason: Option<String>,
    /// How often in a row it failed.
    pub failures: u32,
    /// It is not looked at before.
    pub next: i64,
    /// What the server called the state that was seen last.
    pub etag: Option<String>,
    /// And when that state was made.
    pub modified: Option<String>,
    /// How many links led to other servers.
    pub left_out: u32,
}

/// Something that a source lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceItem {
    /// Its address.
    pub url: String,
    /// Its title, as the source says.
    pub title: Option<String>,
    /// Its date, as the source says.
    pub date: Option<String>,
    /// What tells this state from others, as the source says.
    pub version: Option<String>,
    /// When it was listed last.
    pub listed: i64,
    /// The file that it was put into, under the knowledge folder.
    pub path: Option<String>,
    /// SHA-256 of that file as it was put there.
    pub hash: Option<String>,
    /// SHA-256 of its sidecar as it was put there.
    pub sidecar: Option<String>,
    /// The version that this is.
    pub fetched_version: Option<String>,
    /// What the server called it.
    pub etag: Option<String>,
    /// And when it was made.
    pub modified: Option<String>,
    /// When the server was asked last.
    pub checked: Option<i64>,
    /// How often in a row it could not be fetched.
    pub failures: u32,
    /// Why.
    pub reason: Option<String>,
    /// It is not asked for before.
    pub next: i64,
}

impl Store {
    /// How the source `name` is doing; as new where nothing is known.
    pub fn source(&self, name: &str) -> anyhow::Result<SourceState> {
        let connection = self.connection();
        let known = connection
            .query_row("SELECT * FROM source WHERE name = ?1", [name], state)
            .optional()?;
        Ok(known.unwrap_or_else(|| SourceState {
            name: name.to_owned(),
            ..SourceState::default()
        }))
    }

    /// Keeps how a source is doing.
    pub fn keep_source(&self, state: &SourceState) -> anyhow::Result<()> {
        self.connection().execute(
            "INSERT OR REPLACE INTO source (name, address, tried, succeeded, failing_since, reason,
                 failures, next, etag, modified, left_out)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                state.name,
                state.address,
                state.tried,
                state.succeeded,
                state.failing_since,
                state.reason,
                state.failures,
                state.next,
                state.etag,
                state.modified,
                state.left_out,
            ],
        )?;
        Ok(())
    }

    /// Everything that a source ever listed, ordered by address.
    pub fn source_items(&self, name: &str) -> anyhow::Result<Vec<SourceItem>> {
        let connection = self.connection();
        let mut query =
            connection.prepare("SELECT * FROM source_item WHERE source = ?1 ORDER BY url")?;
        let items = query.query_map([name], item)?;
        Ok(items.collect::<Result<_, _>>()?)
    }

    /// Takes note of what a source lists now, all or nothing.
    pub fn list_source_items(&self, name: &str, items: &[SourceItem]) -> anyhow::Result<()> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for item in items {
            transaction.execute(
                "INSERT INTO source_item (source, url, title, date, version, listed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (source, url)
                 DO UPDATE SET title = ?3, date = ?4, version = ?5, listed = ?6",
                params![
                    name,
                    item.url,
                    item.title,
                    item.date,
                    item.version,
                    item.listed
                ],
            )?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Keeps what became of something that a source lists.
    pub fn keep_source_item(&self, name: &str, item: &SourceItem) -> anyhow::Result<()> {
        self.connection().execute(
            "UPDATE source_item SET path = ?3, hash = ?4, sidecar = ?5, fetched_version = ?6,
                 etag = ?7, modified = ?8, checked = ?9, failures = ?10, reason = ?11, next = ?12
             WHERE source = ?1 AND url = ?2",
            params![
                name,
                item.url,
                item.path,
                item.hash,
                item.sidecar,
                item.fetched_version,
                item.etag,
                item.modified,
                item.checked,
                item.failures,
                item.reason,
                item.next,
            ],
        )?;
        Ok(())
    }

    /// Forgets something that a source lists no longer.
    pub fn forget_source_item(&self, name: &str, url: &str) -> anyhow::Result<()> {
        self.connection().execute(
            "DELETE FROM source_item WHERE source = ?1 AND url = ?2",
            [name, url],
        )?;
        Ok(())
    }

    /// The file under the knowledge folder, in a folder that begins so, that a source put there with
    /// this content.
    pub fn source_file(&self, folder: &str, hash: &str) -> anyhow::Result<Option<String>> {
        let connection = self.connection();
        let found = connection
            .query_row(
                "SELECT path FROM source_item
                 WHERE hash = ?2 AND substr(path, 1, length(?1)) = ?1 ORDER BY path LIMIT 1",
                [folder, hash],
                |row| row.get(0),
            )
            .optional()?;
        Ok(found)
    }
}

fn state(row: &Row) -> rusqlite::Result<SourceState> {
    Ok(SourceState {
        name: row.get("name")?,
        address: row.get("address")?,
        tried: row.get("tried")?,
        succeeded: row.get("succeeded")?,
        failing_since: row.get("failing_since")?,
        reason: row.get("reason")?,
        failures: row.get("failures")?,
        next: row.get("next")?,
        etag: row.get("etag")?,
        modified: row.get("modified")?,
        left_out: row.get("left_out")?,
    })
}

fn item(row: &Row) -> rusqlite::Result<SourceItem> {
    Ok(SourceItem {
        url: row.get("url")?,
        title: row.get("title")?,
        date: row.get("date")?,
        version: row.get("version")?,
        listed: row.get("listed")?,
        path: row.get("path")?,
        hash: row.get("hash")?,
        sidecar: row.get("sidecar")?,
        fetched_version: row.get("fetched_version")?,
        etag: row.get("etag")?,
        modified: row.get("modified")?,
        checked: row.get("checked")?,
        failures: row.get("failures")?,
        reason: row.get("reason")?,
        next: row.get("next")?,
    })
}
