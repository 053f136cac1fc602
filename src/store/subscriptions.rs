//! Who follows what.

use rusqlite::{OptionalExtension, Row, ToSql, params};

use super::Store;
use crate::language::Language;
use crate::subscription::{Rhythm, State, Subscription, Target, What};

const COLUMNS: &str = "id, owner, target, direct, what, rhythm, language, state, reason, since";

/// A column that holds what it cannot.
fn damaged(column: usize, value: &str) -> rusqlite::Error {
    let error = format!("\"{value}\" cannot be read");
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
}

fn parts(state: &State) -> (&'static str, Option<&str>) {
    match state {
        State::Draft => ("draft", None),
        State::Active => ("active", None),
        State::Paused => ("paused", None),
        State::Lost(reason) => ("lost", Some(reason)),
    }
}

fn read(row: &Row) -> rusqlite::Result<Subscription> {
    let text = |column: usize| row.get::<_, String>(column);
    let (what, rhythm, language, state) = (text(4)?, text(5)?, text(6)?, text(7)?);
    let language: Option<Language> = serde_json::from_value(language.as_str().into()).ok();
    Ok(Subscription {
        id: row.get(0)?,
        owner: text(1)?,
        target: Target::kept(&text(2)?),
        direct: Target::kept(&text(3)?),
        what: serde_json::from_str::<What>(&what).map_err(|_| damaged(4, &what))?,
        rhythm: Rhythm::of(&rhythm).ok_or_else(|| damaged(5, &rhythm))?,
        language: language.unwrap_or_default(),
        state: match state.as_str() {
            "draft" => State::Draft,
            "active" => State::Active,
            "paused" => State::Paused,
            "lost" => State::Lost(row.get::<_, Option<String>>(8)?.unwrap_or_default()),
            _ => return Err(damaged(7, &state)),
        },
        since: row.get(9)?,
    })
}

impl Store {
    /// Keeps a subscription; returns the number that it gets.
    pub fn follow(&self, new: &Subscription) -> anyhow::Result<i64> {
        let (state, reason) = parts(&new.state);
        let connection = self.connection();
        connection.execute(
            "INSERT INTO subscription (owner, target, direct, what, rhythm, language, state, reason, since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                new.owner,
                new.target.as_str(),
                new.direct.as_str(),
                serde_json::to_string(&new.what)?,
                new.rhythm.name(),
                new.language.code(),
                state,
                reason,
                new.since
            ],
        )?;
        Ok(connection.last_insert_rowid())
    }

    /// The subscription with this number.
    pub fn subscription(&self, id: i64) -> anyhow::Result<Option<Subscription>> {
        let query = format!("SELECT {COLUMNS} FROM subscription WHERE id = ?1");
        let connection = self.connection();
        Ok(connection.query_row(&query, [id], read).optional()?)
    }

    /// All subscriptions but those that were never confirmed, the oldest first.
    pub fn subscriptions(&self) -> anyhow::Result<Vec<Subscription>> {
        self.subscriptions_where("state <> 'draft'", &[])
    }

    /// Those that are told at a place.
    pub fn subscriptions_at(&self, target: &Target) -> anyhow::Result<Vec<Subscription>> {
        self.subscriptions_where("state <> 'draft' AND target = ?1", &[&target.as_str()])
    }

    /// Those that are told, or may be again when they are resumed: lost ones wait for their owner.
    pub fn followers(&self) -> anyhow::Result<Vec<Subscription>> {
        self.subscriptions_where("state IN ('active', 'lost')", &[])
    }

    fn subscriptions_where(
        &self,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> anyhow::Result<Vec<Subscription>> {
        let query = format!("SELECT {COLUMNS} FROM subscription WHERE {condition} ORDER BY id");
        let connection = self.connection();
        let mut query = connection.prepare(&query)?;
        let found = query.query_map(values, read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Changes whether a subscription is told. Says whether there is such a one.
    pub fn set_state(&self, id: i64, state: &State) -> anyhow::Result<bool> {
        let (state, reason) = parts(state);
        let changed = self.connection().execute(
            "UPDATE subscription SET state = ?2, reason = ?3 WHERE id = ?1",
            params![id, state, reason],
        )?;
        Ok(changed > 0)
    }

    /// Changes when a subscription is told; what waits is told by the new rhythm.
    pub fn set_rhythm(&self, id: i64, rhythm: Rhythm, due: i64) -> anyhow::Result<bool> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let changed = transaction.execute(
            "UPDATE subscription SET rhythm = ?2 WHERE id = ?1",
            params![id, rhythm.name()],
        )?;
        transaction.execute(
            "UPDATE notice SET due = ?2 WHERE subscription = ?1 AND state = 'waiting'",
            params![id, due],
        )?;
        transaction.commit()?;
        Ok(changed > 0)
    }

    /// Forgets a subscription and what it waits for. Says whether there was such a one.
    pub fn unfollow(&self, id: i64) -> anyhow::Result<bool> {
        let removed = self
            .connection()
            .execute("DELETE FROM subscription WHERE id = ?1", [id])?;
        Ok(removed > 0)
    }

    /// Forgets subscriptions that were shown before `before` and never confirmed.
    pub fn forget_drafts(&self, before: i64) -> anyhow::Result<usize> {
        Ok(self.connection().execute(
            "DELETE FROM subscription WHERE state = 'draft' AND since < ?1",
            [before],
        )?)
    }
}
