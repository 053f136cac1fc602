//! The bot on Discord. serenity holds the connection and reads events; requests go through `api.rs`.
//!
//! An event becomes a command for the core and what comes back becomes a message: `typed.rs` for
//! commands, `buttons.rs` for what stands under answers, `messages.rs` for what people write, `viewer.rs`
//! for what may be shown to whom.

mod adding;
mod api;
mod buttons;
mod check;
mod commands;
mod courier;
mod following;
mod interactions;
mod messages;
mod typed;
mod viewer;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serenity::async_trait;
use serenity::client::{Context, EventHandler};
use serenity::gateway::GatewayError;
use serenity::http::HttpBuilder;
use serenity::model::application::Interaction as Interacted;
use serenity::model::channel::Message as Written;
use serenity::model::event::MessageUpdateEvent;
use serenity::model::gateway::{GatewayIntents, Ready};
use tokio::sync::watch;

use super::Shared;
use super::limits::Limits;
use super::recent::Recent;
use super::shared::Memberships;
use super::tasks::Tasks;
use crate::bot::audience::Visibility;
use crate::config::{self, Secret};
use crate::language::Language;
use crate::render::discord::Message;
use crate::render::phrases::chat;
use api::{Api, Failure, Target};

pub use check::check;

/// The environment variable that holds the token.
pub const TOKEN: &str = "REFERENT_DISCORD_TOKEN";

/// So many events are remembered, to see when one comes twice.
const EVENTS: usize = 10_000;
/// So many channels, users or questions are remembered.
const MANY: usize = 1_000;

/// The bot on Discord, as its tasks share it.
pub(super) struct Discord {
    shared: Arc<Shared>,
    api: Api,
    visibility: Visibility,
    /// Who may add documents.
    add: Vec<config::Add>,
    limits: Limits,
    message_content: bool,
    /// The guild that commands are registered in, if not everywhere.
    development: Option<u64>,
    /// The bot's own id, once it is known.
    me: AtomicU64,
    /// Whether the commands have been looked at.
    registered: AtomicBool,
    /// Events that came, by id.
    events: Recent<u64, ()>,
    memberships: Recent<u64, (Instant, Memberships)>,
    parents: Recent<u64, Option<u64>>,
    /// The channels in which the bot is alone with users.
    direct: Recent<u64, u64>,
    /// The last message that came in each channel where the bot is talked to, and the guild.
    channels: Recent<u64, messages::Last>,
    /// What was asked in a message, and which message answers it.
    asked: Recent<u64, messages::Asked>,
    /// Threads that the bot opened.
    threads: Mutex<HashSet<u64>>,
    tasks: Tasks,
}

/// Receives events.
struct Events(Arc<Discord>);

#[async_trait]
impl EventHandler for Events {
    async fn ready(&self, _: Context, ready: Ready) {
        let discord = &self.0;
        let again = discord.me.swap(ready.user.id.get(), Ordering::SeqCst) != 0;
        if again {
            // A new session: what was written since the old one broke off is not sent again.
            discord.catch_up().await;
            return;
        }
        let guilds = ready.guilds.len();
        let servers = if guilds == 1 { "server" } else { "servers" };
        eprintln!(
            "referent: on Discord as {}, in {guilds} {servers}",
            ready.user.name
        );
        if discord.registered.swap(true, Ordering::SeqCst) {
            return;
        }
        let application = ready.application.id.get();
        match commands::register(&discord.api, application, discord.development).await {
            Ok(true) => eprintln!("referent: Discord has the commands now"),
            Ok(false) => tracing::info!("Discord has the commands already"),
            Err(failure) => tracing::error!("discord: commands cannot be registered: {failure}"),
        }
    }

    async fn interaction_create(&self, _: Context, interaction: Interacted) {
        let _begun = self.0.tasks.begin();
        if self.0.events.put(interaction.id().get(), ()) {
            self.0.interaction(interaction).await;
        }
    }

    async fn message(&self, _: Context, message: Written) {
        let _begun = self.0.tasks.begin();
        self.0.message(message).await;
    }

    async fn message_update(
        &self,
        _: Context,
        _: Option<Written>,
        _: Option<Written>,
        event: MessageUpdateEvent,
    ) {
        let _begun = self.0.tasks.begin();
        self.0.edited(event).await;
    }
}

impl Discord {
    fn threads(&self) -> std::sync::MutexGuard<'_, HashSet<u64>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_own_thread(&self, channel: u64) -> bool {
        self.threads().contains(&channel)
    }

    fn me(&self) -> u64 {
        self.me.load(Ordering::SeqCst)
    }

    /// Says that something went wrong, under an id that the log has too.
    async fn apologise(
        &self,
        target: &Target,
        event: u64,
        error: &anyhow::Error,
        language: Language,
    ) {
        let id = format!("{:08x}", (event >> 12) & 0xFFFF_FFFF);
        tracing::error!("discord: {id}: {error:#}");
        let message = Message::plain(chat::failed(&id, language));
        if let Err(failure) = self.api.send(target, &message).await {
            tracing::error!("discord: {id}: this could not be said: {failure}");
        }
    }
}

/// Runs until `stop` says so, or something stands in the way that time does not mend.
pub async fn run(
    shared: Arc<Shared>,
    config: &config::Discord,
    token: Secret,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let api = Api::new(&config.api_url, token.clone())?;
    let Some(gateway) = gateway(&api, &mut stop).await? else {
        return Ok(());
    };
    let threads = shared.work(|shared| shared.store.threads()).await?;
    let threads = threads.iter().filter_map(|id| id.parse().ok()).collect();
    let discord = Arc::new(Discord {
        shared,
        api,
        visibility: viewer::visibility(config),
        add: config.add.clone(),
        limits: Limits::new(config.user_per_minute, config.guild_per_minute),
        message_content: config.message_content,
        development: config.guild.map(|guild| guild.0),
        me: AtomicU64::new(0),
        registered: AtomicBool::new(false),
        events: Recent::new(EVENTS),
        memberships: Recent::new(MANY),
        parents: Recent::new(MANY),
        direct: Recent::new(MANY),
        channels: Recent::new(MANY),
        asked: Recent::new(MANY),
        threads: Mutex::new(threads),
        tasks: Tasks::default(),
    });
    discord
        .shared
        .couriers
        .add(Arc::new(courier::ToDiscord(discord.clone())));
    discord.shared.news.notify_one();
    let mut intents = GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
    intents.set(GatewayIntents::MESSAGE_CONTENT, config.message_content);
    // Only the address of the gateway is asked for through this client.
    let http = HttpBuilder::new(token.reveal())
        .proxy(config.api_url.trim_end_matches('/'))
        .ratelimiter_disabled(true)
        .build();
    let mut client = serenity::client::ClientBuilder::new_with_http(http, intents)
        .event_handler(Events(discord.clone()))
        .await
        .context("Discord cannot be reached")?;
    client.ws_url.lock().await.clone_from(&gateway.url);
    let shards = client.shard_manager.clone();
    let ended = tokio::select! {
        ended = client.start_shards(gateway.shards) => Some(ended),
        () = discord.api.until_refused() => Some(Err(GatewayError::InvalidAuthentication.into())),
        _ = stop.wait_for(|stop| *stop) => None,
    };
    let result = match ended {
        // The one that was refused has ended already and cannot be waited for.
        Some(Err(error)) => {
            tokio::spawn(async move { shards.shutdown_all().await });
            Err(in_words(error))
        }
        _ => {
            shards.shutdown_all().await;
            Ok(())
        }
    };
    // Nothing new comes in, and what was begun is finished.
    if !discord.tasks.finish().await {
        tracing::warn!("discord: some answers were not finished in time");
    }
    result
}

/// Where to connect, and with how many shards.
struct Gateway {
    url: String,
    shards: u32,
}

/// Asks where to connect, for as long as it takes; nothing where the end comes first.
async fn gateway(api: &Api, stop: &mut watch::Receiver<bool>) -> anyhow::Result<Option<Gateway>> {
    const LONGEST: Duration = Duration::from_secs(60);
    let mut pause = Duration::from_secs(1);
    loop {
        let asked = tokio::select! {
            asked = api.get("/gateway/bot") => asked,
            _ = stop.wait_for(|stop| *stop) => return Ok(None),
        };
        match asked {
            Ok(answer) => {
                let left = answer["session_start_limit"]["remaining"].as_u64();
                let after = answer["session_start_limit"]["reset_after"].as_u64();
                match (left, after) {
                    // To go on would cost the token.
                    (Some(0), Some(milliseconds)) => {
                        pause = Duration::from_millis(milliseconds);
                        tracing::warn!(
                            "Discord allows no further session for {} minutes",
                            milliseconds / 60_000
                        );
                    }
                    _ => {
                        let url = answer["url"].as_str().ok_or_else(|| api.no_discord())?;
                        let shards = answer["shards"].as_u64().unwrap_or(1);
                        return Ok(Some(Gateway {
                            url: url.to_owned(),
                            shards: u32::try_from(shards).unwrap_or(1).max(1),
                        }));
                    }
                }
            }
            Err(failure @ Failure::Refused { .. }) => return Err(api.first_failure(failure)),
            Err(failure) => {
                tracing::warn!("discord: {failure}; trying again in {} s", pause.as_secs())
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => return Ok(None),
        }
        pause = (pause * 2).min(LONGEST);
    }
}

const REFUSED_TOKEN: &str = "Discord refuses the token in REFERENT_DISCORD_TOKEN: copy it anew from \"Bot\" in the developer portal";

/// Why the connection ended, and how to mend it.
fn in_words(error: serenity::Error) -> anyhow::Error {
    match error {
        serenity::Error::Gateway(GatewayError::InvalidAuthentication) => {
            anyhow::anyhow!(REFUSED_TOKEN)
        }
        serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents) => anyhow::anyhow!(
            "Discord refuses to send the content of messages: switch \"Message Content Intent\" on under \"Bot\" in the developer portal, or set discord.message_content = false"
        ),
        error => anyhow::anyhow!("the connection to Discord ended: {error}"),
    }
}
