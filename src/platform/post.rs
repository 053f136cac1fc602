//! The post: what is indexed is held against what people follow, and what they are to hear is sent,
//! once each, whatever happens meanwhile.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::courier::{Refused, Tidings};
use super::shared::Shared;
use crate::bot::Bot;
use crate::bot::audience::Audience;
use crate::bot::follow::News;
use crate::clock;
use crate::corpus::DocumentId;
use crate::index::Entry;
use crate::store::{Compared, Enclosed, Kind, Letter, Notice, Version};

/// How the post works.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The folder with the documents, to see when one came.
    pub knowledge: std::path::PathBuf,
    /// A document that lies in the folder for longer when it is first seen is no news: so many seconds.
    pub max_age: i64,
    /// The address of the page with what is new, where there is one.
    pub page: Option<String>,
}

/// The post looks for what is new at least so often, should nobody tell it.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// A letter is given up after so many tries: some ten hours.
const MAX_TRIES: u32 = 20;
/// The first pause after a try that failed, and the longest, in seconds.
const PAUSE: i64 = 1;
const LONGEST_PAUSE: i64 = 3600;
/// Platforms may have forgotten a key after so many seconds.
const KEY_HOLDS: i64 = 120;
/// So many letters are taken at the same time.
const AT_ONCE: usize = 4;
/// A round that cannot be done is tried again after this long.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Compares and sends until `stop` says so.
pub async fn run(shared: Arc<Shared>, rules: Rules, mut stop: watch::Receiver<bool>) {
    let mut looked: Option<Instant> = None;
    loop {
        let next = async {
            if looked.is_none_or(|looked| looked.elapsed() >= LOOK_EVERY) {
                look(&shared, &rules, clock::now()).await?;
                looked = Some(Instant::now());
            }
            round(&shared, &rules, clock::now()).await
        };
        let wait = match next.await {
            Ok(next) => {
                let left = next.map(|next| next - clock::now());
                let left = left.and_then(|left| u64::try_from(left.max(0)).ok());
                // A courier that is not there yet must not be asked for without a pause.
                let left = left.map(|left| Duration::from_secs(left.max(1)));
                left.map_or(LOOK_EVERY, |left| left.min(LOOK_EVERY))
            }
            Err(error) => {
                tracing::error!("what is new cannot be told: {error:#}");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = shared.news.notified() => looked = None,
            () = tokio::time::sleep(wait) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Holds what is indexed against what people follow, as far as that was not done before. Says how many
/// notices are new.
pub async fn look(shared: &Arc<Shared>, rules: &Rules, now: i64) -> anyhow::Result<usize> {
    let rules = rules.clone();
    shared
        .work(move |shared| compare(shared, &rules, now))
        .await
}

fn compare(shared: &Shared, rules: &Rules, now: i64) -> anyhow::Result<usize> {
    let store = &shared.store;
    let put_back = store.was_put_back()?;
    if put_back {
        let held = store.accept_put_back(now)?;
        tracing::warn!(
            "an older store was put back: what came since is not told again; {held} letters are kept back, see `referent outbox`"
        );
    }
    let compared = store.compared()?;
    let silent = compared.is_none() || put_back;
    let compared = compared.unwrap_or_default();
    let versions = store.versions()?;
    let bot = shared.bots.bot(&Audience::Everything)?;
    let indexed = bot.entries().iter();
    let indexed = indexed.filter(|entry| entry.metadata().is_some());
    let changed: Vec<_> = indexed
        .filter(|entry| {
            !compared.contains(&entry.hash) || versions.get(entry.id.as_str()) != Some(&entry.hash)
        })
        .collect();
    if changed.is_empty() {
        // That there was nothing at first is something to remember too.
        return if silent { store.note(&[], now) } else { Ok(0) };
    }
    let followers = store.followers()?;
    let matcher = bot.matcher(followers.iter().map(|one| (one.id, &one.what)));
    let mut all = Vec::new();
    let mut new = 0;
    let mut hashes = HashSet::new();
    for entry in changed {
        let version = Version {
            document: entry.id.to_string(),
            hash: entry.hash.clone(),
            minutes: bot.minutes_key(entry),
            sentences: bot.sentences(&entry.id)?,
        };
        // The same content in two files is one.
        let known = compared.contains(&entry.hash) || !hashes.insert(entry.hash.as_str());
        let old = || {
            arrived(&rules.knowledge.join(&entry.path)).is_some_and(|at| now - at > rules.max_age)
        };
        let mut notices = Vec::new();
        if !known && !silent && !old() {
            let before = store.before(&version)?;
            let before = before.map(|before| before.sentences);
            let concerns = bot.concerns(&matcher, &entry.id, before.as_deref())?;
            notices.extend(
                concerns
                    .into_iter()
                    .map(|(subscription, matter, correction)| {
                        let of = followers.iter().find(|one| one.id == subscription);
                        let rhythm = of.map(|one| one.rhythm).unwrap_or_default();
                        Notice {
                            subscription,
                            matter,
                            correction,
                            due: shared.schedule.due(rhythm, now),
                        }
                    }),
            );
        }
        all.push(Compared { version, notices });
        if !silent {
            // One by one, so that what was compared stays so.
            new += store.note(&all, now)?;
            all.clear();
        }
    }
    if silent {
        new += store.note(&all, now)?;
    }
    Ok(new)
}

/// When a file came to where it is, in seconds since 1970, as far as the system knows: it may be older than
/// that.
fn arrived(path: &Path) -> Option<i64> {
    let metadata = std::fs::metadata(path).ok()?;
    let seconds = |time: std::time::SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok()
    };
    let times = [metadata.modified().ok(), metadata.created().ok()];
    let latest = times.into_iter().flatten().filter_map(seconds).max();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        latest.max(Some(metadata.ctime()))
    }
    #[cfg(not(unix))]
    latest
}

/// Sends what is due. Returns when something is due next.
pub async fn round(shared: &Arc<Shared>, rules: &Rules, now: i64) -> anyhow::Result<Option<i64>> {
    let due = shared
        .work(move |shared| {
            shared.store.gather(now)?;
            shared.store.letters_due(now)
        })
        .await?;
    let mut waiting = due.into_iter();
    let mut sending = JoinSet::new();
    loop {
        while sending.len() < AT_ONCE
            && let Some(letter) = waiting.next()
        {
            let (shared, rules) = (shared.clone(), rules.clone());
            sending.spawn(async move { deliver(&shared, &rules, letter, now).await });
        }
        match sending.join_next().await {
            None => break,
            Some(done) => done??,
        }
    }
    shared.work(|shared| shared.store.next_due()).await
}

/// Tries to send a letter, and takes note of what came of it.
async fn deliver(
    shared: &Arc<Shared>,
    rules: &Rules,
    letter: Letter,
    now: i64,
) -> anyhow::Result<()> {
    let Some(courier) = shared.couriers.to(letter.target.platform()) else {
        // The platform does not run: that is no try.
        return Ok(());
    };
    let target = letter.target.clone();
    let (id, tries) = (letter.id, letter.tries + 1);
    let outcome = async {
        let tried = shared
            .work(move |shared| shared.store.trying(id, now))
            .await;
        tried.map_err(|error| Refused::Later(format!("{error:#}"), None))?;
        let audience = courier.audience(&target).await?;
        let page = rules.page.clone();
        let written = letter.clone();
        let read = shared.work(move |shared| tidings(shared, &written, &audience, page));
        let read = read
            .await
            .map_err(|error| Refused::Later(format!("{error:#}"), None))?;
        let Some((tidings, told)) = read else {
            return Ok(Vec::new());
        };
        let forgotten = letter.tried.is_some_and(|tried| now - tried > KEY_HOLDS);
        if forgotten && courier.is_there(&target, &letter.key).await? {
            return Ok(told);
        }
        courier.send(&target, &tidings, &letter.key).await?;
        Ok(told)
    };
    let outcome = outcome.await;
    let name = target.as_str().to_owned();
    shared
        .work(move |shared| match outcome {
            Ok(told) => shared.store.sent(id, &told),
            Err(Refused::Rights(reason)) if letter.kind == Kind::News => {
                let lost = shared.store.lose(&target, &reason, now)?;
                tracing::error!(
                    "{name} cannot be told what is new: {reason}; {} subscriptions are paused, see `referent following`",
                    lost.len()
                );
                shared.news.notify_one();
                Ok(())
            }
            Err(Refused::Later(reason, after)) if tries < MAX_TRIES => {
                tracing::debug!("{name}: a letter is tried again: {reason}");
                let pause = (PAUSE << tries.min(12)).min(LONGEST_PAUSE);
                let after = after.and_then(|after| i64::try_from(after.as_secs() + 1).ok());
                let next = now + pause.max(after.unwrap_or(0));
                shared.store.not_sent(id, &reason, Some(next))
            }
            Err(refused) => {
                tracing::error!("{name}: letter {id} is given up: {refused}; `referent outbox --resend {id}` tries it again");
                shared.store.not_sent(id, &refused.to_string(), None)
            }
        })
        .await
}

/// Where the document of a notice is now: a file that was moved has another id, and one that lies in two
/// folders may be shown in one of them only.
fn place_of(bot: &Bot, enclosed: &Enclosed) -> DocumentId {
    let same = |entry: &&Entry| entry.metadata().is_some() && entry.hash == enclosed.hash;
    let entries = || bot.entries().iter().filter(same);
    let own = entries().find(|entry| entry.id.as_str() == enclosed.document);
    match own.or_else(|| entries().next()) {
        Some(entry) => entry.id.clone(),
        None => DocumentId::from(enclosed.document.as_str()),
    }
}

/// What a letter says to those who may see this much, and which of its parts that tells; nothing where
/// there is nothing left to tell.
fn tidings(
    shared: &Shared,
    letter: &Letter,
    audience: &Audience,
    page: Option<String>,
) -> anyhow::Result<Option<(Tidings, Vec<i64>)>> {
    if let Kind::Lost(subscription, reason) = &letter.kind {
        let subscription = shared.store.subscription(*subscription)?;
        return Ok(subscription.map(|subscription| {
            let lost = Tidings::Lost {
                subscription: Box::new(subscription),
                reason: reason.clone(),
            };
            (lost, Vec::new())
        }));
    }
    let bot = shared.bots.bot(audience)?;
    // A drive that is away is no reason to tell less.
    anyhow::ensure!(
        !shared.bots.bot(&Audience::Everything)?.entries().is_empty(),
        "there are no documents: is the knowledge folder away?"
    );
    // Documents, each with the parts of the letter that tell it.
    let mut all: Vec<(News, Vec<i64>)> = Vec::new();
    let mut matters: HashSet<(String, String)> = HashSet::new();
    let mut quotes: HashSet<(String, usize, usize)> = HashSet::new();
    let mut language = None;
    for enclosed in shared.store.enclosed(letter.id)? {
        let Some(subscription) = shared.store.subscription(enclosed.subscription)? else {
            continue;
        };
        let id = place_of(&bot, &enclosed);
        let known = all
            .iter()
            .position(|(news, _)| news.document.id == id.as_str());
        let place = match (known, bot.news(&id)?) {
            (Some(place), _) => place,
            (None, Some(news)) => {
                all.push((news, Vec::new()));
                all.len() - 1
            }
            // What they may not see is not there for them.
            (None, None) => continue,
        };
        let (news, told) = &mut all[place];
        if subscription.what.reads() {
            let Some(mut of) = bot.told(&subscription.what, &id, &enclosed.matter)? else {
                continue;
            };
            of.correction.clone_from(&enclosed.correction);
            // Whoever follows it by two subscriptions is told the same words once, …
            if quotes.insert((id.to_string(), of.quote.start, of.quote.end)) {
                // … and what changed in one matter once.
                if !matters.insert((id.to_string(), enclosed.matter)) {
                    (of.correction, of.change) = (None, None);
                }
                news.matters.push(of);
            }
        } else if news.correction.is_none() {
            news.correction.clone_from(&enclosed.correction);
        }
        news.corrected |= enclosed.correction.is_some();
        language.get_or_insert(subscription.language);
        told.push(enclosed.id);
    }
    all.retain(|(_, told)| !told.is_empty());
    let told = all
        .iter()
        .flat_map(|(_, told)| told.iter().copied())
        .collect();
    let news: Vec<News> = all.into_iter().map(|(news, _)| news).collect();
    let Some(language) = language.filter(|_| !news.is_empty()) else {
        return Ok(None);
    };
    let tidings = Tidings::News {
        news,
        page,
        language,
    };
    Ok(Some((tidings, told)))
}
