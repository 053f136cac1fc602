//! Answers that were given, and what people thought of them.

use rusqlite::{OptionalExtension, Row, params};

use super::Store;

/// An answer that was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// When, in seconds since 1970.
    pub at: i64,
    /// Where it was asked, with the platform's name before it.
    pub channel: String,
    /// What was wanted: the name of a [`Command`](crate::bot::command::Command).
    pub command: String,
    /// The question, or the topic.
    pub question: String,
    /// Code of its language.
    pub language: String,
    /// What it was restricted to, as JSON.
    pub filter: String,
    /// Why it was declined, in words.
    pub reason: Option<String>,
    /// The excerpts that were shown, as JSON.
    pub shown: String,
}

/// What somebody thought of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it was good.
    pub good: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// An answer with what people thought of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The number under which it is kept.
    pub id: i64,
    /// The answer.
    pub given: Given,
    /// What people thought of it.
    pub verdicts: Vec<Verdict>,
}

const COLUMNS: &str = "at, channel, question, language, filter, reason, shown, command";

impl Store {
    /// Keeps an answer and returns its number.
    pub fn keep(&self, given: &Given) -> anyhow::Result<i64> {
        let connection = self.connection();
        connection.execute(
            "INSERT INTO answer (at, channel, question, language, filter, reason, shown, command)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                given.at,
                given.channel,
                given.question,
                given.language,
                given.filter,
                given.reason,
                given.shown,
                given.command
            ],
        )?;
        Ok(connection.last_insert_rowid())
    }

    /// Remembers which message holds an answer.
    pub fn keep_message(&self, answer: i64, message: &str) -> anyhow::Result<()> {
        self.connection().execute(
            "UPDATE answer SET message = ?2 WHERE id = ?1",
            params![answer, message],
        )?;
        Ok(())
    }

    /// The answer with this number.
    pub fn given(&self, answer: i64) -> anyhow::Result<Option<Given>> {
        let query = format!("SELECT {COLUMNS} FROM answer WHERE id = ?1");
        let connection = self.connection();
        Ok(connection.query_row(&query, [answer], read).optional()?)
    }

    /// The answer that a message holds, the last one where it was changed, and its number.
    pub fn given_in(&self, message: &str) -> anyhow::Result<Option<(i64, Given)>> {
        let query = format!("SELECT {COLUMNS}, id FROM answer WHERE message = ?1 ORDER BY id DESC");
        let connection = self.connection();
        let found = connection.query_row(&query, [message], |row| Ok((row.get(8)?, read(row)?)));
        Ok(found.optional()?)
    }

    /// Keeps what somebody thought of an answer, in place of what they thought before; a reason stays with
    /// the same verdict. Says whether there is such an answer.
    pub fn judge(
        &self,
        answer: i64,
        voter: &str,
        good: bool,
        reason: Option<&str>,
        at: i64,
    ) -> anyhow::Result<bool> {
        let changed = self.connection().execute(
            "INSERT INTO feedback (answer, voter, at, good, reason)
             SELECT id, ?2, ?3, ?4, ?5 FROM answer WHERE id = ?1
             ON CONFLICT (answer, voter) DO UPDATE SET at = ?3, good = ?4,
                 reason = coalesce(?5, CASE WHEN good = ?4 THEN reason END)",
            params![answer, voter, at, good, reason],
        )?;
        Ok(changed > 0)
    }

    /// Forgets what somebody thought of an answer. Says whether they had thought anything.
    pub fn withdraw(&self, answer: i64, voter: &str) -> anyhow::Result<bool> {
        let changed = self.connection().execute(
            "DELETE FROM feedback WHERE answer = ?1 AND voter = ?2",
            params![answer, voter],
        )?;
        Ok(changed > 0)
    }

    /// What was declined since `since`, the newest first.
    pub fn declined(&self, since: i64) -> anyhow::Result<Vec<Judged>> {
        self.judged("reason IS NOT NULL", since)
    }

    /// What somebody disliked of what was answered since `since`, the newest first.
    pub fn disliked(&self, since: i64) -> anyhow::Result<Vec<Judged>> {
        let some = "EXISTS (SELECT 1 FROM feedback WHERE feedback.answer = answer.id AND NOT good)";
        self.judged(some, since)
    }

    /// The answers that a condition holds for, with what people thought of them.
    fn judged(&self, condition: &str, since: i64) -> anyhow::Result<Vec<Judged>> {
        let query = format!(
            "SELECT {COLUMNS}, id FROM answer WHERE at >= ?1 AND {condition} ORDER BY at DESC, id DESC"
        );
        let found: Vec<(i64, Given)> = {
            let connection = self.connection();
            let mut query = connection.prepare(&query)?;
            let found = query.query_map([since], |row| Ok((row.get(8)?, read(row)?)))?;
            found.collect::<Result<_, _>>()?
        };
        let with_verdicts = found.into_iter().map(|(id, given)| {
            Ok(Judged {
                id,
                given,
                verdicts: self.verdicts(id)?,
            })
        });
        with_verdicts.collect()
    }

    /// What people thought of an answer.
    pub fn verdicts(&self, answer: i64) -> anyhow::Result<Vec<Verdict>> {
        let connection = self.connection();
        let mut query = connection
            .prepare("SELECT good, reason FROM feedback WHERE answer = ?1 ORDER BY voter")?;
        let found = query.query_map([answer], |row| {
            Ok(Verdict {
                good: row.get(0)?,
                reason: row.get(1)?,
            })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

fn read(row: &Row) -> rusqlite::Result<Given> {
    Ok(Given {
        at: row.get(0)?,
        channel: row.get(1)?,
        question: row.get(2)?,
        language: row.get(3)?,
        filter: row.get(4)?,
        reason: row.get(5)?,
        shown: row.get(6)?,
        command: row.get(7)?,
    })
}
