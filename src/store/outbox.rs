//! What is to be told, and what was: a document's version is compared and what it gives is put here in
//! one transaction, so that nothing is told twice and nothing is lost.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::Store;
use crate::subscription::{Correction, Target};

/// The file beside the store that tells whether an older store was put in its place.
const MARK: &str = "referent.mark";

/// A document as it is now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Version {
    /// Its id.
    pub document: String,
    /// What tells its content from others.
    pub hash: String,
    /// What tells that another file has the same minutes.
    pub minutes: Option<String>,
    /// Its sentences.
    pub sentences: Vec<String>,
}

/// That a follower is to hear of a matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Whose subscription it is.
    pub subscription: i64,
    /// The matter's key in the document; empty where the document as a whole is meant.
    pub matter: String,
    /// What it corrects.
    pub correction: Option<Correction>,
    /// When it is told.
    pub due: i64,
}

/// A version of a document that was compared, and who is to hear of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The version.
    pub version: Version,
    /// Who hears what of it.
    pub notices: Vec<Notice>,
}

/// A message that is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Its number.
    pub id: i64,
    /// Where it goes.
    pub target: Target,
    /// What platforms know a second copy by: at most 25 letters and digits.
    pub key: String,
    /// What it tells.
    pub kind: Kind,
    /// How often it could not be sent.
    pub tries: u32,
    /// When it was last tried, in seconds since 1970.
    pub tried: Option<i64>,
    /// Why it could not be sent.
    pub error: Option<String>,
    /// When it was written.
    pub at: i64,
}

/// What a letter tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// What is new.
    News,
    /// That a subscription cannot be told any more, with its number and why.
    Lost(i64, String),
}

/// A part of a letter with news.
#[derive(Debug, Clone, PartialEq)]
pub struct Enclosed {
    /// Its number.
    pub id: i64,
    /// The subscription's number.
    pub subscription: i64,
    /// The version.
    pub hash: String,
    /// The document.
    pub document: String,
    /// The matter's key in the document.
    pub matter: String,
    /// What it corrects.
    pub correction: Option<Correction>,
}

/// What became of letters, for `doctor`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Post {
    /// Notices that wait for their hour, or for their owner.
    pub waiting: usize,
    /// Letters that are being sent.
    pub open: usize,
    /// Letters that were given up.
    pub dead: usize,
}

const LETTER: &str = "id, target, key, kind, about, tries, tried, error, at";

fn letter(row: &Row) -> rusqlite::Result<Letter> {
    let target: String = row.get(1)?;
    let kind: String = row.get(3)?;
    let about: String = row.get(4)?;
    Ok(Letter {
        id: row.get(0)?,
        target: Target::kept(&target),
        key: row.get(2)?,
        kind: match kind.as_str() {
            "lost" => serde_json::from_str(&about)
                .map(|(subscription, reason)| Kind::Lost(subscription, reason))
                .unwrap_or(Kind::News),
            _ => Kind::News,
        },
        tries: row.get(5)?,
        tried: row.get(6)?,
        error: row.get(7)?,
        at: row.get(8)?,
    })
}

/// A key that no other letter has, in this store or one whose place it takes.
const NEW_KEY: &str = "lower(hex(randomblob(10)))";

impl Store {
    /// Contents that were compared already; nothing where none ever were.
    pub fn compared(&self) -> anyhow::Result<Option<HashSet<String>>> {
        let connection = self.connection();
        let mut query = connection.prepare("SELECT hash FROM compared")?;
        let all = query.query_map([], |row| row.get(0))?;
        let all: HashSet<String> = all.collect::<Result<_, _>>()?;
        Ok(all.contains("").then_some(all))
    }

    /// The content that each document was last seen with.
    pub fn versions(&self) -> anyhow::Result<HashMap<String, String>> {
        let connection = self.connection();
        let mut query = connection.prepare("SELECT document, hash FROM version")?;
        let all = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(all.collect::<Result<_, _>>()?)
    }

    /// The version that this one takes the place of: the same document's, or the same minutes'.
    pub fn before(&self, version: &Version) -> anyhow::Result<Option<Version>> {
        let connection = self.connection();
        let read = |row: &Row| {
            let sentences: String = row.get(3)?;
            Ok(Version {
                document: row.get(0)?,
                hash: row.get(1)?,
                minutes: row.get(2)?,
                sentences: serde_json::from_str(&sentences).unwrap_or_default(),
            })
        };
        let found = connection
            .query_row(
                "SELECT document, hash, minutes, sentences FROM version
                 WHERE (document = ?1 OR minutes = ?2) AND hash <> ?3 ORDER BY document = ?1 DESC LIMIT 1",
                params![version.document, version.minutes, version.hash],
                read,
            )
            .optional()?;
        Ok(found)
    }

    /// Takes note of versions that were compared, and of who is to hear of them: all or nothing. What another
    /// run has taken note of already is left as it is. Says how many notices are new.
    pub fn note(&self, all: &[Compared], now: i64) -> anyhow::Result<usize> {
        let mut notices = 0;
        self.change(|transaction| {
            transaction.execute(
                "INSERT OR IGNORE INTO compared (hash, at) VALUES ('', ?1)",
                [now],
            )?;
            for Compared { version, notices: of } in all {
                let new = transaction.execute(
                    "INSERT OR IGNORE INTO compared (hash, at) VALUES (?1, ?2)",
                    params![version.hash, now],
                )?;
                transaction.execute(
                    "INSERT INTO version (document, hash, minutes, sentences) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (document) DO UPDATE SET hash = ?2, minutes = ?3, sentences = ?4",
                    params![
                        version.document,
                        version.hash,
                        version.minutes,
                        serde_json::to_string(&version.sentences)?
                    ],
                )?;
                if new == 0 {
                    // Known, but in another place: perhaps one where those may see it who could not be told.
                    notices += transaction.execute(
                        "UPDATE notice SET state = 'waiting', letter = NULL
                         WHERE hash = ?1 AND state = 'void' AND letter IS NOT NULL",
                        [&version.hash],
                    )?;
                    continue;
                }
                for notice in of {
                    // What nobody has heard of yet is told as it is now, and is no correction.
                    let unheard = transaction.execute(
                        "UPDATE notice SET state = 'void' WHERE state = 'waiting' AND subscription = ?1 AND document = ?2
                             AND matter = ?3 AND correction IS NULL",
                        params![notice.subscription, version.document, notice.matter],
                    )?;
                    let correction = notice.correction.as_ref().filter(|_| unheard == 0);
                    notices += transaction.execute(
                        "INSERT OR IGNORE INTO notice (subscription, hash, document, matter, correction, at, due, state)
                         SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting' FROM subscription WHERE id = ?1",
                        params![
                            notice.subscription,
                            version.hash,
                            version.document,
                            notice.matter,
                            correction.map(serde_json::to_string).transpose()?,
                            now,
                            notice.due
                        ],
                    )?;
                }
            }
            Ok(())
        })?;
        Ok(notices)
    }

    /// Puts what is due into letters: one to each place, and none where one is on its way.
    pub fn gather(&self, now: i64) -> anyhow::Result<usize> {
        let due: bool = self.connection().query_row(
            "SELECT EXISTS (SELECT 1 FROM notice WHERE state = 'waiting' AND due <= ?1)",
            [now],
            |row| row.get(0),
        )?;
        if !due {
            return Ok(0);
        }
        let mut written = 0;
        self.change(|transaction| {
            let targets: Vec<String> = {
                let mut query = transaction.prepare(
                    "SELECT DISTINCT target FROM notice JOIN subscription ON subscription.id = notice.subscription
                     WHERE notice.state = 'waiting' AND due <= ?1 AND subscription.state = 'active'
                         AND target NOT IN (SELECT target FROM letter WHERE state = 'open' AND kind = 'news')",
                )?;
                let targets = query.query_map([now], |row| row.get(0))?;
                targets.collect::<Result<_, _>>()?
            };
            for target in targets {
                // One place hears of a matter once, by however many subscriptions.
                transaction.execute(
                    "UPDATE notice SET state = 'void' WHERE state = 'waiting' AND due <= ?1
                         AND subscription IN (SELECT id FROM subscription WHERE target = ?2)
                         AND EXISTS (SELECT 1 FROM notice AS other JOIN subscription ON subscription.id = other.subscription
                             WHERE subscription.target = ?2 AND other.hash = notice.hash AND other.matter = notice.matter
                                 AND other.state IN ('taken', 'told'))",
                    params![now, target],
                )?;
                transaction.execute(
                    &format!("INSERT INTO letter (target, key, kind, state, at, next) VALUES (?1, {NEW_KEY}, 'news', 'open', ?2, ?2)"),
                    params![target, now],
                )?;
                let letter = transaction.last_insert_rowid();
                let taken = transaction.execute(
                    "UPDATE notice SET state = 'taken', letter = ?3 WHERE state = 'waiting' AND due <= ?1
                         AND subscription IN (SELECT id FROM subscription WHERE target = ?2 AND state = 'active')",
                    params![now, target, letter],
                )?;
                match taken {
                    0 => drop(transaction.execute("DELETE FROM letter WHERE id = ?1", [letter])?),
                    _ => written += 1,
                }
            }
            Ok(())
        })?;
        Ok(written)
    }

    /// Letters that are to be tried now, the oldest first.
    pub fn letters_due(&self, now: i64) -> anyhow::Result<Vec<Letter>> {
        let query =
            format!("SELECT {LETTER} FROM letter WHERE state = 'open' AND next <= ?1 ORDER BY id");
        let connection = self.connection();
        let mut query = connection.prepare(&query)?;
        let found = query.query_map([now], letter)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Letters that are on their way or were given up, the oldest first.
    pub fn letters(&self) -> anyhow::Result<Vec<(Letter, bool)>> {
        let query = format!(
            "SELECT {LETTER}, state FROM letter WHERE state IN ('open', 'dead') ORDER BY id"
        );
        let connection = self.connection();
        let mut query = connection.prepare(&query)?;
        let found = query.query_map([], |row| {
            Ok((letter(row)?, row.get::<_, String>(9)? == "dead"))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// What a letter tells of.
    pub fn enclosed(&self, letter: i64) -> anyhow::Result<Vec<Enclosed>> {
        let connection = self.connection();
        let mut query = connection.prepare(
            "SELECT id, subscription, hash, document, matter, correction FROM notice WHERE letter = ?1 AND state = 'taken' ORDER BY id",
        )?;
        let found = query.query_map([letter], |row| {
            let correction: Option<String> = row.get(5)?;
            Ok(Enclosed {
                id: row.get(0)?,
                subscription: row.get(1)?,
                hash: row.get(2)?,
                document: row.get(3)?,
                matter: row.get(4)?,
                correction: correction.and_then(|json| serde_json::from_str(&json).ok()),
            })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// When something is to be done next, in seconds since 1970; nothing where nothing waits.
    pub fn next_due(&self) -> anyhow::Result<Option<i64>> {
        let next = self.connection().query_row(
            "SELECT min(at) FROM (SELECT min(next) AS at FROM letter WHERE state = 'open' UNION ALL
                 SELECT min(due) AS at FROM notice JOIN subscription ON subscription.id = notice.subscription
                 WHERE notice.state = 'waiting' AND subscription.state = 'active'
                     AND target NOT IN (SELECT target FROM letter WHERE state = 'open' AND kind = 'news'))",
            [],
            |row| row.get(0),
        )?;
        Ok(next)
    }

    /// Takes note that a letter is being tried: whatever happens after this, it may have come through.
    pub fn trying(&self, letter: i64, now: i64) -> anyhow::Result<()> {
        self.change(|transaction| {
            transaction.execute(
                "UPDATE letter SET tried = ?2 WHERE id = ?1",
                params![letter, now],
            )?;
            Ok(())
        })
    }

    /// Takes note that a letter was sent, and which of its parts it told; the others are told never.
    pub fn sent(&self, letter: i64, told: &[i64]) -> anyhow::Result<()> {
        self.change(|transaction| {
            for notice in told {
                transaction.execute("UPDATE notice SET state = 'told' WHERE id = ?1", [notice])?;
            }
            transaction.execute(
                "UPDATE notice SET state = 'void' WHERE letter = ?1 AND state = 'taken'",
                [letter],
            )?;
            let state = if told.is_empty() { "void" } else { "sent" };
            transaction.execute(
                "UPDATE letter SET state = CASE kind WHEN 'news' THEN ?2 ELSE 'sent' END, error = NULL WHERE id = ?1",
                params![letter, state],
            )?;
            Ok(())
        })
    }

    /// Takes note that a letter is to be tried again at `next`, or never where that is none.
    pub fn not_sent(&self, letter: i64, error: &str, next: Option<i64>) -> anyhow::Result<()> {
        self.change(|transaction| {
            transaction.execute(
                "UPDATE letter SET error = ?2, state = ?3, next = coalesce(?4, next), tries = tries + 1 WHERE id = ?1",
                params![
                    letter,
                    error,
                    if next.is_some() { "open" } else { "dead" },
                    next
                ],
            )?;
            Ok(())
        })
    }

    /// Pauses all subscriptions that are told at a place which cannot be reached, and writes to their owners.
    /// What they were to hear waits. Returns their numbers.
    pub fn lose(&self, target: &Target, reason: &str, now: i64) -> anyhow::Result<Vec<i64>> {
        let mut lost = Vec::new();
        self.change(|transaction| {
            let found: Vec<(i64, String)> = {
                let mut query = transaction.prepare(
                    "SELECT id, direct FROM subscription WHERE target = ?1 AND state = 'active' ORDER BY id",
                )?;
                let found =
                    query.query_map([target.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
                found.collect::<Result<_, _>>()?
            };
            for (id, direct) in found {
                transaction.execute(
                    "UPDATE subscription SET state = 'lost', reason = ?2 WHERE id = ?1",
                    params![id, reason],
                )?;
                // Who cannot be reached alone cannot be told so.
                if direct != target.as_str() {
                    transaction.execute(
                        &format!("INSERT INTO letter (target, key, kind, about, state, at, next) VALUES (?1, {NEW_KEY}, 'lost', ?2, 'open', ?3, ?3)"),
                        params![direct, serde_json::to_string(&(id, reason))?, now],
                    )?;
                }
                lost.push(id);
            }
            transaction.execute(
                "UPDATE notice SET state = 'waiting', letter = NULL WHERE state = 'taken'
                     AND letter IN (SELECT id FROM letter WHERE target = ?1 AND state = 'open')",
                [target.as_str()],
            )?;
            transaction.execute(
                "UPDATE letter SET state = 'void', error = ?2 WHERE target = ?1 AND state = 'open'",
                params![target.as_str(), reason],
            )?;
            Ok(())
        })?;
        Ok(lost)
    }

    /// Tries a letter again that was given up, or all of them. Says how many.
    pub fn resend(&self, letter: Option<i64>, now: i64) -> anyhow::Result<usize> {
        let mut again = 0;
        self.change(|transaction| {
            again = transaction.execute(
                "UPDATE letter SET state = 'open', tries = 0, next = ?2 WHERE state = 'dead' AND (?1 IS NULL OR id = ?1)",
                params![letter, now],
            )?;
            Ok(())
        })?;
        Ok(again)
    }

    /// How much waits, is being sent or was given up.
    pub fn post(&self) -> anyhow::Result<Post> {
        let connection = self.connection();
        let count = |query: &str| -> rusqlite::Result<usize> {
            connection.query_row(query, [], |row| row.get(0))
        };
        Ok(Post {
            waiting: count("SELECT count(*) FROM notice WHERE state = 'waiting'")?,
            open: count("SELECT count(*) FROM letter WHERE state = 'open'")?,
            dead: count("SELECT count(*) FROM letter WHERE state = 'dead'")?,
        })
    }

    /// Forgets letters and notices from before `before`; what was compared is never forgotten.
    pub fn forget_letters(&self, before: i64) -> anyhow::Result<()> {
        let connection = self.connection();
        connection.execute(
            "DELETE FROM notice WHERE state IN ('told', 'void') AND at < ?1",
            [before],
        )?;
        connection.execute(
            "DELETE FROM letter WHERE state IN ('sent', 'void') AND at < ?1
                 AND NOT EXISTS (SELECT 1 FROM notice WHERE notice.letter = letter.id)",
            [before],
        )?;
        Ok(())
    }

    /// Whether an older store took the place of this one: what came meanwhile may have been told already.
    pub fn was_put_back(&self) -> anyhow::Result<bool> {
        let Some(folder) = &self.folder else {
            return Ok(false);
        };
        let written = std::fs::read_to_string(folder.join(MARK)).unwrap_or_default();
        let written: i64 = written.trim().parse().unwrap_or(0);
        Ok(written > number(&self.connection())?)
    }

    /// Accepts that an older store was put back. What waited in it for an hour that has passed may have been
    /// told meanwhile: it is kept where it can be seen and sent again. Says how much that is.
    pub fn accept_put_back(&self, now: i64) -> anyhow::Result<usize> {
        const WHY: &str = "an older store was put back: this may have been sent already";
        self.gather(now)?;
        let mut held = 0;
        self.change(|transaction| {
            held = transaction.execute(
                "UPDATE letter SET state = 'dead', error = ?1 WHERE state = 'open'",
                [WHY],
            )?;
            Ok(())
        })?;
        if let Some(folder) = &self.folder {
            let number = number(&self.connection())?;
            write_mark(folder, number);
        }
        Ok(held)
    }

    /// A change after which the mark beside the store has moved on.
    fn change(
        &self,
        change: impl FnOnce(&Transaction) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        change(&transaction)?;
        transaction.execute("UPDATE mark SET number = number + 1", [])?;
        let number = number(&transaction)?;
        transaction.commit()?;
        if let Some(folder) = &self.folder {
            write_mark(folder, number);
        }
        Ok(())
    }
}

fn number(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT number FROM mark", [], |row| row.get(0))
}

/// Best effort: a mark that stays behind only makes that a store which was put back is not seen as such.
fn write_mark(folder: &Path, number: i64) {
    if let Err(error) = std::fs::write(folder.join(MARK), number.to_string()) {
        tracing::warn!("cannot write {}: {error}", folder.join(MARK).display());
    }
}
