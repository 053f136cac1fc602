//! What every platform that runs for long needs: the bot, the store, who may see what, and a place
//! where the work is done without keeping others waiting.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use anyhow::Context;
use tokio::sync::{Notify, Semaphore, watch};

use super::courier::Couriers;
use super::recent::Recent;
use crate::answer::Excerpt;
use crate::answer::card::Freshness;
use crate::bot::ask::Conversation;
use crate::bot::audience::Audience;
use crate::bot::command::{Command, Reply, Seen};
use crate::bot::{Bot, Handle};
use crate::clock::{now, today};
use crate::config::{Feedback, Source};
use crate::corpus::DocumentId;
use crate::language::Language;
use crate::metrics::Metrics;
use crate::question::restriction::Filter;
use crate::render::phrases;
use crate::render::timeline::{Picture, picture};
use crate::sources::{Library, failing, freshness};
use crate::store::{Given, Present, Store};
use crate::subscription::Schedule;

/// So many conversations are remembered; older ones are taken up from the store.
const CONVERSATIONS: usize = 2000;

/// Letters that were sent are remembered for so many seconds: 90 days.
const REMEMBERED: i64 = 90 * A_DAY;
const A_DAY: i64 = 24 * 60 * 60;

/// What platforms share.
pub struct Shared {
    /// Leads to the bot of each audience.
    pub bots: Handle,
    /// What outlives a restart.
    pub store: Store,
    /// What is counted.
    pub metrics: Metrics,
    retention: Feedback,
    /// Those who take letters to places on the platforms that run.
    pub couriers: Couriers,
    /// When digests are told.
    pub(super) schedule: Schedule,
    /// Told where something may be new, or to be sent: the post looks then.
    pub news: Notify,
    seen: RwLock<Arc<Seen>>,
    conversations: Recent<String, Conversation>,
    /// As many questions are worked on at once as there are processors: more would only take longer.
    workers: Arc<Semaphore>,
    /// Counts how often the bot was replaced.
    editions: watch::Sender<u64>,
    /// Where documents come from by themselves.
    sources: Vec<Source>,
    /// Where documents go that people add.
    library: Option<Arc<Library>>,
}

/// A question, and the conversation that it is a part of.
pub(crate) struct Job {
    pub(crate) command: Command,
    pub(crate) audience: Audience,
    /// What the conversation is remembered by, where there is one.
    pub(crate) conversation: Option<String>,
    /// What was wanted in it before, should it not be remembered.
    pub(crate) before: Option<Command>,
    /// Where it was asked, with the platform's name before it.
    pub(crate) channel: String,
}

/// What came of a question.
pub(crate) struct Done {
    pub(crate) reply: Reply,
    /// The number under which an answer is kept.
    pub(crate) answer: Option<i64>,
    /// What shows a matter over time, where it was drawn.
    pub(crate) picture: Option<Picture>,
    pub(crate) said: Conversation,
}

/// An answer that was given before, as far as an audience may see it now.
pub(crate) struct Again {
    pub(crate) bot: Arc<Bot>,
    /// Where it was asked, with the platform's name before it.
    pub(crate) channel: String,
    /// What was wanted: an answer or a card.
    pub(crate) command: Command,
    /// The question, or the topic.
    pub(crate) question: String,
    pub(crate) language: Language,
    pub(crate) filter: Filter,
    /// Whether it was declined when it was given.
    pub(crate) declined: bool,
    pub(crate) excerpts: Vec<Excerpt>,
    /// Whether this is all that was shown.
    pub(crate) complete: bool,
}

impl Shared {
    /// What is shared, on a bot and an open store.
    pub fn new(bot: Bot, store: Store) -> anyhow::Result<Shared> {
        let shared = Shared {
            bots: Handle::new(bot),
            store,
            metrics: Metrics::new(),
            retention: Feedback::default(),
            couriers: Couriers::default(),
            schedule: Schedule::default(),
            news: Notify::new(),
            seen: RwLock::default(),
            conversations: Recent::new(CONVERSATIONS),
            workers: Arc::new(Semaphore::new(
                std::thread::available_parallelism().map_or(2, usize::from),
            )),
            editions: watch::Sender::new(0),
            sources: Vec::new(),
            library: None,
        };
        shared.see()?;
        Ok(shared)
    }

    /// The same, with answers kept as long as that says.
    pub fn with_retention(self, retention: Feedback) -> Shared {
        Shared { retention, ..self }
    }

    /// The same, with digests told at other times.
    pub fn with_schedule(self, schedule: Schedule) -> Shared {
        Shared { schedule, ..self }
    }

    /// Forgets what is old; called every day.
    pub fn forget(&self) -> anyhow::Result<()> {
        let now = now();
        let since = |days: u32| now - i64::from(days) * A_DAY;
        let Feedback { days, judged_days } = self.retention;
        let forgotten = self.store.forget(since(days), since(judged_days))?;
        self.store.forget_drafts(now - A_DAY)?;
        self.store.forget_letters(now - REMEMBERED)?;
        if forgotten > 0 {
            tracing::info!("{forgotten} old answers are forgotten");
        }
        Ok(())
    }

    /// The same with the sources of documents, and where documents go that people add.
    pub fn with_sources(self, sources: Vec<Source>, library: Arc<Library>) -> Shared {
        Shared {
            sources,
            library: Some(library),
            ..self
        }
    }

    /// Where documents go that people add.
    pub(crate) fn library(&self) -> Option<&Arc<Library>> {
        self.library.as_ref()
    }

    /// How all sources are doing.
    pub(crate) fn freshness(&self) -> Vec<Freshness> {
        let told = self.sources.iter().filter_map(|source| {
            let told = freshness(&self.store, source);
            let failed = |error: &anyhow::Error| {
                tracing::error!("source {}: {error:#}", source.name);
            };
            told.inspect_err(failed).ok()
        });
        told.collect()
    }

    /// From now on `bot` answers.
    pub fn replace(&self, bot: Bot) -> anyhow::Result<()> {
        self.bots.replace(bot);
        let seen = self.see();
        self.editions.send_modify(|edition| *edition += 1);
        self.news.notify_one();
        seen
    }

    /// Changes whenever another bot answers.
    pub fn editions(&self) -> watch::Receiver<u64> {
        self.editions.subscribe()
    }

    /// Takes note of which documents there are, and since when.
    fn see(&self) -> anyhow::Result<()> {
        let bot = self.bots.bot(&Audience::Everything)?;
        let entries = bot.entries().iter();
        let documents = entries.map(|entry| (entry.id.as_str(), entry.hash.as_str()));
        let seen = self.store.see(documents, now())?;
        let present = bot.entries().iter().filter_map(|entry| {
            Some(Present {
                id: entry.id.as_str(),
                hash: &entry.hash,
                title: &entry.metadata()?.title,
                path: &entry.path,
                collection: &entry.collection,
            })
        });
        self.store
            .note_changes(&present.collect::<Vec<_>>(), now())?;
        let seen = seen
            .into_iter()
            .map(|(id, since)| (DocumentId::from(id.as_str()), since));
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(seen.collect());
        Ok(())
    }

    /// Since when documents are as they are.
    pub(crate) fn seen(&self) -> Arc<Seen> {
        let seen = self.seen.read();
        seen.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does work that takes time, beside what must not wait.
    pub(crate) async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Shared) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let waiting = Waiting::new(&self.metrics);
        let permit = self.workers.clone().acquire_owned().await?;
        drop(waiting);
        let shared = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&shared);
            drop(permit);
            done
        });
        done.await.context("the work was given up")?
    }

    /// Answers, and keeps the answer.
    pub(crate) fn perform(&self, job: &Job) -> anyhow::Result<Done> {
        let begun = Instant::now();
        let done = self.answered(job);
        let platform = job.channel.split(':').next().unwrap_or_default();
        match &done {
            Ok(done) => {
                let declined = told(&done.reply).is_some_and(|(reason, _)| reason.is_some());
                let command = job.command.parts().map_or("other", |(name, ..)| name);
                let took = begun.elapsed();
                self.metrics.answered(platform, command, declined, took);
            }
            Err(_) => self.metrics.failed(platform),
        }
        done
    }

    fn answered(&self, job: &Job) -> anyhow::Result<Done> {
        let bot = self.bots.bot(&job.audience)?;
        let remembered = job
            .conversation
            .as_ref()
            .and_then(|key| self.conversations.get(key));
        let mut conversation = match (remembered, &job.before) {
            (Some(conversation), _) => conversation,
            (None, Some(before)) => {
                let mut conversation = Conversation::default();
                self.reply(&bot, before, &mut conversation, false)?;
                conversation
            }
            (None, None) => Conversation::default(),
        };
        let everything = job.audience == Audience::Everything;
        let reply = self.reply(&bot, &job.command, &mut conversation, everything)?;
        // An answer that cannot be kept is an answer, only without buttons.
        let answer = self.keep(&reply, job).unwrap_or_else(|error| {
            tracing::error!("an answer cannot be kept: {error:#}");
            None
        });
        Ok(Done {
            picture: None,
            reply,
            answer,
            said: conversation,
        })
    }

    fn reply(
        &self,
        bot: &Bot,
        command: &Command,
        conversation: &mut Conversation,
        everything: bool,
    ) -> anyhow::Result<Reply> {
        let sources = self.freshness();
        bot.note_failing(failing(&sources));
        let mut reply = bot.reply(command, conversation, &self.seen(), today()?)?;
        if let Reply::Sources(shown, _) = &mut reply {
            // Of what somebody may not see it is not told that it exists.
            let collections = bot.entries().iter().map(|entry| &entry.collection);
            let known = |name: &String| collections.clone().any(|known| known == name);
            *shown = sources;
            shown.retain(|source| everything || known(&source.collection));
        }
        Ok(reply)
    }

    /// What comes of a command for `audience`, without keeping it.
    pub(crate) fn look(&self, audience: &Audience, command: &Command) -> anyhow::Result<Reply> {
        let bot = self.bots.bot(audience)?;
        let everything = *audience == Audience::Everything;
        self.reply(&bot, command, &mut Conversation::default(), everything)
    }

    /// The documents that came last, as far as `audience` may see them.
    pub(crate) fn newest(
        &self,
        audience: &Audience,
        most: usize,
    ) -> anyhow::Result<Vec<crate::bot::command::Recent>> {
        Ok(self.bots.bot(audience)?.latest(&self.seen(), most))
    }

    /// Remembers a conversation by something else too: by the message that answered.
    pub(crate) fn remember(&self, key: String, conversation: Conversation) {
        self.conversations.put(key, conversation);
    }

    fn keep(&self, reply: &Reply, job: &Job) -> anyhow::Result<Option<i64>> {
        let (Some((reason, language)), Some((command, question, filter))) =
            (told(reply), job.command.parts())
        else {
            return Ok(None);
        };
        let given = Given {
            at: now(),
            channel: job.channel.clone(),
            command: command.to_owned(),
            question: question.to_owned(),
            language: language.code().to_owned(),
            filter: serde_json::to_string(&filter)?,
            reason,
            shown: serde_json::to_string(&reply.excerpts())?,
        };
        self.store.keep(&given).map(Some)
    }

    /// What was wanted last in a thread that the bot opened.
    pub(crate) fn before_in_thread(&self, thread: &str) -> Option<Command> {
        let known = self.store.thread(thread).unwrap_or_else(|error| {
            tracing::error!("a thread cannot be looked up: {error:#}");
            None
        })?;
        Command::of(&known.command, known.question, Filter::default())
    }

    /// What was wanted where a message answers it.
    pub(crate) fn before_message(&self, message: &str) -> Option<Command> {
        let known = self.store.given_in(message).unwrap_or_else(|error| {
            tracing::error!("an answer cannot be looked up: {error:#}");
            None
        });
        let (_, given) = known?;
        let filter = serde_json::from_str(&given.filter).unwrap_or_default();
        Command::of(&given.command, given.question, filter)
    }

    /// Takes note of what was wanted in a thread and found, for after a restart.
    pub(crate) fn note_in_thread(&self, thread: &str, command: &Command, done: &Done) {
        let (Some((name, asked, _)), Some((None, _))) = (command.parts(), told(&done.reply)) else {
            return;
        };
        if let Err(error) = self.store.keep_thread(thread, "", name, asked, now()) {
            tracing::error!("a thread cannot be kept: {error:#}");
        }
    }

    /// An answer that was given before, as far as `audience` may see it and it still stands.
    pub(crate) fn again(&self, answer: i64, audience: &Audience) -> anyhow::Result<Option<Again>> {
        let Some(given) = self.store.given(answer)? else {
            return Ok(None);
        };
        let bot = self.bots.bot(audience)?;
        let shown: Vec<Excerpt> = serde_json::from_str(&given.shown)?;
        let all = shown.len();
        let excerpts = bot.standing(shown)?;
        let filter: Filter = serde_json::from_str(&given.filter)?;
        let command = Command::of(&given.command, given.question.clone(), filter.clone());
        Ok(Some(Again {
            complete: excerpts.len() == all,
            declined: given.reason.is_some(),
            language: serde_json::from_value(given.language.into())?,
            filter,
            channel: given.channel,
            command: command.context("an answer of a kind that is not known")?,
            question: given.question,
            excerpts,
            bot,
        }))
    }
}

/// A question that waits for a processor, as long as this is there.
struct Waiting(Metrics);

impl Waiting {
    fn new(metrics: &Metrics) -> Waiting {
        metrics.waiting.inc();
        Waiting(metrics.clone())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.dec();
    }
}

impl Done {
    /// The same, with a picture where one shows more than the words.
    pub(super) fn drawn(self) -> Done {
        let picture = match &self.reply {
            Reply::Status(status) => picture(status),
            _ => None,
        };
        Done { picture, ..self }
    }
}

impl Again {
    /// What its command gives now.
    pub(crate) fn anew(&self, shared: &Shared) -> anyhow::Result<Reply> {
        shared.reply(
            &self.bot,
            &self.command,
            &mut Conversation::default(),
            false,
        )
    }
}

/// Why an answer or a card shows nothing, if it does not, and its language.
fn told(reply: &Reply) -> Option<(Option<String>, Language)> {
    Some(match reply {
        Reply::Answer(answer, _) => {
            let reason = answer.declined.as_ref();
            let reason = reason.map(|reason| phrases::reason(reason, answer.language));
            (reason, answer.language)
        }
        Reply::Status(status) => {
            let nothing = status.timeline.is_empty();
            (nothing.then(|| phrases::no_status(status)), status.language)
        }
        Reply::Positions(positions, _) => {
            let nothing = positions.holders.is_empty();
            let reason = nothing.then(|| phrases::no_positions(positions));
            (reason, positions.language)
        }
        _ => return None,
    })
}

/// Memberships of users in groups, as far as they were looked up a short time ago.
pub(super) type Memberships = HashMap<u64, Vec<u64>>;
