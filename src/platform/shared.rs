//! What every platform that runs for long needs: the bot, the store, who may see what, and a place
//! where the work is done without keeping others waiting.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context;
use tokio::sync::Semaphore;

use super::recent::Recent;
use crate::answer::Excerpt;
use crate::bot::ask::Conversation;
use crate::bot::audience::Audience;
use crate::bot::command::{Command, Reply, Seen};
use crate::bot::{Bot, Handle};
use crate::clock::{now, today};
use crate::corpus::DocumentId;
use crate::language::Language;
use crate::question::restriction::Filter;
use crate::render::phrases;
use crate::store::{Given, Store};

/// So many conversations are remembered; older ones are taken up from the store.
const CONVERSATIONS: usize = 2000;

/// What platforms share.
pub struct Shared {
    /// Leads to the bot of each audience.
    pub bots: Handle,
    /// What outlives a restart.
    pub store: Store,
    seen: RwLock<Arc<Seen>>,
    conversations: Recent<String, Conversation>,
    /// As many questions are worked on at once as there are processors: more would only take longer.
    workers: Arc<Semaphore>,
}

/// A question, and the conversation that it is a part of.
pub(super) struct Job {
    pub(super) command: Command,
    pub(super) audience: Audience,
    /// What the conversation is remembered by, where there is one.
    pub(super) conversation: Option<String>,
    /// What was asked in it before, should it not be remembered.
    pub(super) before: Option<String>,
    /// Where it was asked, with the platform's name before it.
    pub(super) channel: String,
}

/// What came of a question.
pub(super) struct Done {
    pub(super) reply: Reply,
    /// The number under which an answer is kept.
    pub(super) answer: Option<i64>,
    pub(super) said: Conversation,
}

/// An answer that was given before, as far as an audience may see it now.
pub(super) struct Again {
    pub(super) bot: Arc<Bot>,
    pub(super) question: String,
    pub(super) language: Language,
    pub(super) filter: Filter,
    /// Whether it was declined when it was given.
    pub(super) declined: bool,
    pub(super) excerpts: Vec<Excerpt>,
    /// Whether this is all that was shown.
    pub(super) complete: bool,
}

impl Shared {
    /// What is shared, on a bot and an open store.
    pub fn new(bot: Bot, store: Store) -> anyhow::Result<Shared> {
        let shared = Shared {
            bots: Handle::new(bot),
            store,
            seen: RwLock::default(),
            conversations: Recent::new(CONVERSATIONS),
            workers: Arc::new(Semaphore::new(
                std::thread::available_parallelism().map_or(2, usize::from),
            )),
        };
        shared.see()?;
        Ok(shared)
    }

    /// Takes note of which documents there are, and since when.
    fn see(&self) -> anyhow::Result<()> {
        let bot = self.bots.bot(&Audience::Everything)?;
        let entries = bot.entries().iter();
        let documents = entries.map(|entry| (entry.id.as_str(), entry.hash.as_str()));
        let seen = self.store.see(documents, now())?;
        let seen = seen
            .into_iter()
            .map(|(id, since)| (DocumentId::from(id.as_str()), since));
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(seen.collect());
        Ok(())
    }

    /// Does work that takes time, beside what must not wait.
    pub(super) async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Shared) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let permit = self.workers.clone().acquire_owned().await?;
        let shared = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&shared);
            drop(permit);
            done
        });
        done.await.context("the work was given up")?
    }

    /// Answers, and keeps the answer.
    pub(super) fn perform(&self, job: &Job) -> anyhow::Result<Done> {
        let bot = self.bots.bot(&job.audience)?;
        let remembered = job
            .conversation
            .as_ref()
            .and_then(|key| self.conversations.get(key));
        let mut conversation = match (remembered, &job.before) {
            (Some(conversation), _) => conversation,
            (None, Some(before)) => {
                let mut conversation = Conversation::default();
                bot.ask_in(before, &mut conversation)?;
                conversation
            }
            (None, None) => Conversation::default(),
        };
        let seen = self
            .seen
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let reply = bot.reply(&job.command, &mut conversation, &seen, today()?)?;
        let answer = self.keep(&reply, job)?;
        Ok(Done {
            reply,
            answer,
            said: conversation,
        })
    }

    /// Remembers a conversation by something else too: by the message that answered.
    pub(super) fn remember(&self, key: String, conversation: Conversation) {
        self.conversations.put(key, conversation);
    }

    fn keep(&self, reply: &Reply, job: &Job) -> anyhow::Result<Option<i64>> {
        let (Reply::Answer(answer, _), Command::Ask(_, filter)) = (reply, &job.command) else {
            return Ok(None);
        };
        let reason = answer.declined.as_ref();
        let given = Given {
            at: now(),
            channel: job.channel.clone(),
            question: answer.question.clone(),
            language: answer.language.code().to_owned(),
            filter: serde_json::to_string(filter)?,
            reason: reason.map(|reason| phrases::reason(reason, answer.language)),
            shown: serde_json::to_string(&answer.excerpts)?,
        };
        self.store.keep(&given).map(Some)
    }

    /// An answer that was given before, as far as `audience` may see it and it still stands.
    pub(super) fn again(&self, answer: i64, audience: &Audience) -> anyhow::Result<Option<Again>> {
        let Some(given) = self.store.given(answer)? else {
            return Ok(None);
        };
        let bot = self.bots.bot(audience)?;
        let shown: Vec<Excerpt> = serde_json::from_str(&given.shown)?;
        let all = shown.len();
        let excerpts = bot.standing(shown)?;
        Ok(Some(Again {
            complete: excerpts.len() == all,
            declined: given.reason.is_some(),
            language: serde_json::from_value(given.language.into())?,
            filter: serde_json::from_str(&given.filter)?,
            question: given.question,
            excerpts,
            bot,
        }))
    }
}

/// Memberships of users in groups, as far as they were looked up a short time ago.
pub(super) type Memberships = HashMap<u64, Vec<u64>>;
