//! Runs every platform that the configuration enables, until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::live::{self, Update};
use super::{App, Meaning};
use crate::bot::audience::Audience;
use crate::config::{Invalid, Secret};
use crate::ingest::Progress;
use crate::platform::{Shared, discord, matrix, post};
use crate::sources;
use crate::store::Store;
use crate::subscription::Schedule;
use crate::web;

impl App {
    /// Runs what is enabled. Ends well when it is told to stop, and with an error when nothing that was
    /// enabled runs any more.
    pub fn serve(&self, progress: &dyn Progress) -> anyhow::Result<()> {
        let config = &self.config;
        if !config.web.enabled && !config.discord.enabled && !config.matrix.enabled {
            return Err(Invalid::new(
                "nothing is enabled: set web.enabled, discord.enabled or matrix.enabled = true, or talk in the terminal with `referent chat`",
            )
            .into());
        }
        let token = config
            .discord
            .enabled
            .then(|| Secret::from_environment(discord::TOKEN));
        let token = token.transpose()?;
        let login = config.matrix.enabled.then(matrix::Login::from_environment);
        let login = login.transpose()?;
        let knowledge = self.knowledge()?;
        self.schedule()?;
        let bot = self.bot(Meaning::AsFarAsKnown, progress)?;
        let library = Arc::new(self.library()?);
        let shared = Shared::new(bot, Store::open(&config.data.path)?)?;
        let shared = shared.with_retention(config.feedback);
        shared.forget()?;
        let shared = shared.with_sources(config.source.clone(), library.clone());
        let shared = Arc::new(shared.with_schedule(self.schedule()?));
        let post = self.post();
        // What is completed while somebody types must be there at once.
        let all = shared.bots.bot(&Audience::Everything)?;
        all.names();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("cannot start the threads that wait for the network")?;
        let (stop, stopped) = watch::channel(false);
        std::thread::scope(|scope| {
            let (embedding, watching) = (stopped.clone(), stopped.clone());
            let (to_embed, to_keep) = (&*shared, &*shared);
            scope.spawn(move || live::embed(self, to_embed, &embedding));
            scope.spawn(move || {
                let told = |update: &Update| self.tell(update);
                told(&Update::first(all));
                live::keep_up(self, to_keep, &watching, &told);
            });
            let ended = runtime.block_on(async {
                let mut platforms = JoinSet::new();
                if config.web.enabled {
                    let page = web::run(
                        shared.clone(),
                        config.web.clone(),
                        knowledge,
                        stopped.clone(),
                    );
                    platforms.spawn(async move { ("web", page.await) });
                }
                if let Some(token) = token {
                    let (chats, config, stopped) =
                        (shared.clone(), config.discord.clone(), stopped.clone());
                    platforms.spawn(async move {
                        (
                            "discord",
                            discord::run(chats, &config, token, stopped).await,
                        )
                    });
                }
                if let Some(login) = login {
                    let (chats, data) = (shared.clone(), config.data.path.clone());
                    let (config, stopped) = (config.matrix.clone(), stopped.clone());
                    platforms.spawn(async move {
                        let ended = matrix::run(chats, &config, &data, login, stopped);
                        ("matrix", ended.await)
                    });
                }
                let fetching = sources::run(library, config.source.clone(), stopped.clone());
                let fetching = tokio::spawn(fetching);
                let forgetting = tokio::spawn(forget_daily(shared.clone()));
                let posting = tokio::spawn(post::run(shared.clone(), post, stopped.clone()));
                let ended = until_told(platforms, &stop).await;
                forgetting.abort();
                fetching.abort();
                posting.abort();
                ended
            });
            stop.send_replace(true);
            ended
        })
    }

    /// Hands on what changed: called at the start, when there is nothing to compare with, and whenever
    /// new documents are answered from. It is not called again for what was indexed before a crash, so
    /// whoever must miss nothing compares with a note of its own each time.
    fn tell(&self, update: &Update) {
        let [before, after] = [&update.before, &update.after].map(|bot| bot.entries().len());
        tracing::debug!("answering from {after} files, before from {before}");
        for change in &update.changes {
            tracing::debug!("{}: {:?}", change.path, change.what);
        }
    }
}

impl App {
    /// When digests are told.
    pub(super) fn schedule(&self) -> Result<Schedule, Invalid> {
        let follow = &self.config.follow;
        Schedule::new(&follow.time_zone, &follow.digest_at, &follow.digest_day)
            .map_err(|error| Invalid::new(format!("[follow]: {error}")))
    }

    /// How the post works.
    fn post(&self) -> post::Rules {
        const A_DAY: i64 = 24 * 60 * 60;
        let address = self.config.web.public_url.trim_end_matches('/');
        post::Rules {
            knowledge: self.config.knowledge.path.clone(),
            max_age: i64::from(self.config.follow.max_age_days) * A_DAY,
            page: (!address.is_empty()).then(|| format!("{address}/nytt")),
        }
    }
}

/// Waits for the platforms. One that fails does not stop the others.
async fn until_told(
    mut platforms: JoinSet<(&'static str, anyhow::Result<()>)>,
    stop: &watch::Sender<bool>,
) -> anyhow::Result<()> {
    let mut told = std::pin::pin!(told_to_stop());
    let mut failed = None;
    loop {
        let ended = tokio::select! {
            () = &mut told, if !*stop.borrow() => {
                eprintln!("referent: finishing what was begun");
                stop.send_replace(true);
                continue;
            }
            ended = platforms.join_next() => ended,
        };
        match ended {
            None => break,
            Some(Ok((_, Ok(())))) => {}
            Some(Ok((name, Err(error)))) => {
                // What is to be corrected says where by itself.
                let error = match error.is::<Invalid>() {
                    true => error,
                    false => error.context(name),
                };
                match platforms.is_empty() {
                    true => failed = Some(error),
                    false => eprintln!("referent: {error:#}"),
                }
            }
            Some(Err(error)) => failed = Some(error.into()),
        }
    }
    match failed {
        Some(error) if !*stop.borrow() => Err(error),
        _ => Ok(()),
    }
}

/// Forgets day by day what is too old to be kept.
async fn forget_daily(shared: Arc<Shared>) {
    const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
    loop {
        tokio::time::sleep(A_DAY).await;
        let shared = shared.clone();
        let forgotten = tokio::task::spawn_blocking(move || shared.forget()).await;
        if let Ok(Err(error)) = forgotten {
            tracing::error!("old answers cannot be forgotten: {error:#}");
        }
    }
}

/// Waits for Ctrl-C, or for the signal that services are stopped with.
async fn told_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else {
            return interrupted.await;
        };
        tokio::select! {
            () = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}
