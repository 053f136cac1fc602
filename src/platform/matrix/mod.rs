//! The bot on Matrix. matrix-sdk holds rooms and keys; nothing else names it.
//!
//! What comes in (`listen.rs`) is read (`heard.rs`), waits in its room's queue (`rooms.rs`), is answered by
//! the core (`answers.rs`) and said (`send.rs`). `session.rs` logs in and signs the device, `progress.rs`
//! knows what is answered, `viewer.rs` what may be shown where, `pace.rs` how fast people may ask.
//! `adding.rs` is for documents that people add, `courier.rs` takes letters to those who follow something, `following.rs` is what they do with that;
//! `verdicts.rs` is for reactions, `unreadable.rs` for what cannot be decrypted, `check.rs` for `doctor`.

mod adding;
mod answers;
mod check;
mod courier;
mod following;
mod heard;
mod listen;
mod pace;
mod progress;
mod rooms;
mod send;
mod session;
mod unreadable;
mod verdicts;
mod viewer;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use matrix_sdk::Client;
use tokio::sync::{mpsc, watch};

use super::Shared;
use super::recent::Recent;
use super::tasks::Tasks;
use crate::config;
use progress::Progress;
use session::{Failure, Locked};

pub use check::check;
pub use session::Login;

/// So many questions, and messages of the bot, are remembered.
const MANY: usize = 2_000;
/// So many events are remembered, to see when one comes twice.
const EVENTS: usize = 10_000;

/// The bot on Matrix, as its tasks share it.
struct Matrix {
    shared: Arc<Shared>,
    client: Client,
    /// The bot's own id.
    me: String,
    /// The name that others see.
    name: Mutex<String>,
    prefixes: Vec<String>,
    inviters: Vec<String>,
    places: viewer::Places,
    add: Vec<config::AddOnMatrix>,
    pace: pace::Pace,
    progress: Mutex<Progress>,
    keeping: tokio::sync::Mutex<()>,
    unreadable: tokio::sync::Mutex<BTreeSet<String>>,
    queues: Mutex<HashMap<String, mpsc::UnboundedSender<rooms::Next>>>,
    /// What was asked in a message, and which message answers it.
    asked: Recent<String, answers::Asked>,
    /// Events that came in this run.
    events: Recent<String, ()>,
    /// Rooms that were seen to be upgraded in this run.
    upgraded: Recent<String, ()>,
    /// Whether messages are the bot's own.
    own: Recent<String, bool>,
    stop: watch::Receiver<bool>,
    tasks: Tasks,
    /// Nobody else uses the keys.
    _locked: Locked,
}

impl Matrix {
    fn queues(&self) -> MutexGuard<'_, HashMap<String, mpsc::UnboundedSender<rooms::Next>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name(&self) -> String {
        let name = self.name.lock().unwrap_or_else(PoisonError::into_inner);
        name.clone()
    }
}

/// Runs until `stop` says so, or something stands in the way that time does not mend.
pub async fn run(
    shared: Arc<Shared>,
    config: &config::Matrix,
    data: &Path,
    login: Login,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let locked = session::lock(data)?;
    let Some((client, progress)) = start(config, &login, data, &mut stop).await? else {
        return Ok(());
    };
    let me = client.user_id().context("nobody is logged in")?.to_string();
    if let Err(error) = session::sign(&client, &login).await {
        tracing::error!("matrix: {error:#}");
    }
    let name = client.account().get_display_name().await.ok().flatten();
    let unreadable = client
        .state_store()
        .get_custom_value(unreadable::KEPT.as_bytes())
        .await?;
    let unreadable = unreadable.and_then(|known| serde_json::from_slice(&known).ok());
    let rooms = client.joined_rooms().len();
    let matrix = Arc::new(Matrix {
        shared,
        me,
        name: Mutex::new(name.unwrap_or_default()),
        prefixes: config.prefixes.clone(),
        inviters: config.allowed_inviters.clone(),
        places: viewer::Places::new(&config.show),
        add: config.add.clone(),
        pace: pace::Pace::new(config.user_per_minute, config.room_per_minute),
        progress: Mutex::new(progress),
        keeping: tokio::sync::Mutex::default(),
        unreadable: tokio::sync::Mutex::new(unreadable.unwrap_or_default()),
        queues: Mutex::default(),
        asked: Recent::new(MANY),
        events: Recent::new(EVENTS),
        upgraded: Recent::new(MANY),
        own: Recent::new(MANY),
        stop: stop.clone(),
        tasks: Tasks::default(),
        _locked: locked,
        client,
    });
    let word = if rooms == 1 { "room" } else { "rooms" };
    eprintln!("referent: on Matrix as {}, in {rooms} {word}", matrix.me);
    if config.allowed_inviters.is_empty() {
        eprintln!(
            "referent: nobody may invite the bot: name users or servers in matrix.allowed_inviters"
        );
    }
    let courier = courier::ToMatrix(matrix.clone());
    matrix.shared.couriers.add(Arc::new(courier));
    matrix.shared.news.notify_one();
    let ended = matrix.listen(stop).await;
    // Nothing new comes in, and what was begun is finished.
    if !matrix.tasks.finish().await {
        tracing::warn!(
            "matrix: some answers were not finished in time; they are given after the next start"
        );
    }
    ended
}

/// Logs in and listens for the first time, for as long as it takes; nothing where the end comes first.
async fn start(
    config: &config::Matrix,
    login: &Login,
    data: &Path,
    stop: &mut watch::Receiver<bool>,
) -> anyhow::Result<Option<(Client, Progress)>> {
    const LONGEST: Duration = Duration::from_secs(60);
    let mut pause = Duration::from_secs(1);
    loop {
        let one = async {
            let client = session::open(config, login, data).await?;
            let kept = match listen::kept(&client).await? {
                Some(kept) => kept,
                None => first(&client).await?,
            };
            Ok((client, Progress::new(kept)))
        };
        let started: Result<_, Failure> = tokio::select! {
            started = one => started,
            _ = stop.wait_for(|stop| *stop) => return Ok(None),
        };
        match started {
            Ok(started) => return Ok(Some(started)),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Later(error)) => {
                tracing::warn!("matrix: {error:#}; trying again in {} s", pause.as_secs());
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => return Ok(None),
        }
        pause = (pause * 2).min(LONGEST);
    }
}

async fn first(client: &Client) -> Result<progress::Kept, Failure> {
    let kept = listen::first(client)
        .await
        .map_err(|error| match session::is_ended(&error) {
            true => Failure::Final(session::ended()),
            false => Failure::Later(anyhow::anyhow!(send::brief(&error))),
        })?;
    listen::keep_first(client, &kept).await?;
    Ok(kept)
}
