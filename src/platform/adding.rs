//! Documents that people add in chats, as far as it is the same on every platform.
//!
//! A platform looks whether somebody may add here (its own configuration says who), fetches the file into
//! `Library::scratch` – no more of it than `Library::file_mib` – and calls [`Shared::add`], which checks
//! it, puts it where documents lie and waits until it can be asked about. [`Outcome::words`] says what
//! came of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use super::Shared;
use crate::bot::audience::Audience;
use crate::corpus::Date;
use crate::index::State;
use crate::language::Language;
use crate::render::phrases::added::{self, NotAdded};
use crate::sources::upload::{self, Added, Refused};

/// So long somebody waits to hear how a document was read.
const PATIENCE: Duration = Duration::from_secs(90);

/// What came of a document that somebody added.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// It can be asked about.
    Added {
        title: String,
        date: Option<Date>,
        passages: usize,
    },
    /// It lies there under this name, and is not read yet.
    WillBeRead(String),
    /// It was there already, under this title or name.
    Same(String),
    /// It was not added.
    Not(NotAdded),
}

impl Outcome {
    /// What is said of it; `inert` makes words of others harmless where it is said.
    pub(crate) fn words(&self, language: Language, inert: &dyn Fn(&str) -> String) -> String {
        match self {
            Outcome::Added {
                title,
                date,
                passages,
            } => added::added(&inert(title), *date, *passages, language),
            Outcome::WillBeRead(name) => added::will_be_read(&inert(name), language),
            Outcome::Same(title) => added::already_there(&inert(title), language),
            Outcome::Not(reason) => added::not_added(reason, language),
        }
    }
}

impl Shared {
    /// Adds a file that somebody calls `name` to a collection; it is gone from where it was.
    pub(crate) async fn add(
        self: &Arc<Self>,
        collection: String,
        name: String,
        file: PathBuf,
    ) -> anyhow::Result<Outcome> {
        let library = self.library().context("no documents can be added")?.clone();
        // Seen from here on: it may be answered from before this goes on.
        let mut editions = self.editions();
        editions.mark_unchanged();
        let put = self
            .work(move |_| {
                let put = upload::add(&library, &collection, &name, &file);
                let _ = std::fs::remove_file(&file);
                Ok(put)
            })
            .await?;
        let path = match put {
            Ok(Added::New(path)) => path,
            Ok(Added::Same(path)) => {
                let title = self.known(&path)?.map(|(title, ..)| title);
                return Ok(Outcome::Same(title.unwrap_or_else(|| name_of(&path))));
            }
            Err(refused) => {
                return Ok(Outcome::Not(match refused {
                    Refused::Kind => NotAdded::Kind,
                    Refused::TooLarge(limit) => NotAdded::TooLarge(limit),
                    Refused::Other => NotAdded::Other,
                    Refused::Unreadable(reason) => NotAdded::Unreadable(reason),
                    Refused::Disk(reason) => anyhow::bail!(reason),
                }));
            }
        };
        let read = async {
            loop {
                if let Some((title, date, passages)) = self.known(&path)? {
                    return anyhow::Ok(Outcome::Added {
                        title,
                        date,
                        passages,
                    });
                }
                editions.changed().await?;
            }
        };
        match tokio::time::timeout(PATIENCE, read).await {
            Ok(read) => read,
            Err(_) => Ok(Outcome::WillBeRead(name_of(&path))),
        }
    }

    /// The title, the date and the number of passages of the document at `path`, once it is answered from.
    fn known(&self, path: &str) -> anyhow::Result<Option<(String, Option<Date>, usize)>> {
        let bot = self.bots.bot(&Audience::Everything)?;
        let entry = bot.entries().iter().find(|entry| entry.path == path);
        Ok(entry.and_then(|entry| match &entry.state {
            State::Indexed {
                metadata, passages, ..
            } => Some((metadata.title.clone(), metadata.date, *passages)),
            State::Skipped { .. } => None,
        }))
    }
}

fn name_of(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}
