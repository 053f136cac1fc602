//! Threads that the bot opened.

use rusqlite::{OptionalExtension, params};

use super::Store;

/// A thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The channel that it is a part of.
    pub parent: String,
    /// What was wanted there last: the name of a [`Command`](crate::bot::command::Command).
    pub command: String,
    /// What was asked there last, or the topic.
    pub question: String,
    /// Whether it was said there that messages cannot be read.
    pub hinted: bool,
}

impl Store {
    /// Remembers a thread, or what was asked in it last.
    pub fn keep_thread(
        &self,
        id: &str,
        parent: &str,
        command: &str,
        question: &str,
        at: i64,
    ) -> anyhow::Result<()> {
        self.connection().execute(
            "INSERT INTO thread (id, parent, command, question, at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET command = ?3, question = ?4, at = ?5",
            params![id, parent, command, question, at],
        )?;
        Ok(())
    }

    /// The thread with this id, if the bot opened it.
    pub fn thread(&self, id: &str) -> anyhow::Result<Option<Thread>> {
        let found = self.connection().query_row(
            "SELECT parent, command, question, hinted FROM thread WHERE id = ?1",
            [id],
            |row| {
                Ok(Thread {
                    parent: row.get(0)?,
                    command: row.get(1)?,
                    question: row.get(2)?,
                    hinted: row.get(3)?,
                })
            },
        );
        Ok(found.optional()?)
    }

    /// The ids of all threads.
    pub fn threads(&self) -> anyhow::Result<Vec<String>> {
        let connection = self.connection();
        let mut query = connection.prepare("SELECT id FROM thread")?;
        let ids = query.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Remembers that it was said in a thread that messages cannot be read. Says whether it had not
    /// been said before.
    pub fn hint(&self, id: &str) -> anyhow::Result<bool> {
        let changed = self.connection().execute(
            "UPDATE thread SET hinted = 1 WHERE id = ?1 AND hinted = 0",
            [id],
        )?;
        Ok(changed > 0)
    }
}
