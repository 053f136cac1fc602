//! Listening: what the server tells of rooms goes into their queues, once each, whatever breaks off.
//!
//! The library keeps how far it has come before the bot has answered. So the bot keeps its own place (see
//! `progress.rs`), and after a start it reads again what came after that.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::Context;
use matrix_sdk::config::SyncSettings;
use matrix_sdk::deserialized_responses::{TimelineEvent, TimelineEventKind};
use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::TransactionId;
use matrix_sdk::ruma::api::client::filter::FilterDefinition;
use matrix_sdk::ruma::api::client::sync::sync_events::v3;
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::sync::SyncResponse;
use matrix_sdk::{Client, Room};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::heard::{self, Membership};
use super::progress::Kept;
use super::rooms::{Next, Waiting};
use super::send::brief;
use super::{Matrix, session};
use crate::clock::now;

/// What the bot's place is kept under, beside what the library keeps.
const PLACE: &[u8] = b"referent.progress";
/// So many events of a room come at once, at most; further ones are asked for.
const AT_ONCE: u32 = 50;
/// So many times further ones are asked for, before a room is taken to have gone on without the bot.
const FURTHER: usize = 20;
/// So long the server waits for something to tell.
const WAIT: Duration = Duration::from_secs(30);

/// What the bot need not hear. Servers give the same answer again to what they take for the same request, for
/// minutes: what is asked for anew has a mark that tells it apart and leaves nothing out.
fn filter(mark: &str) -> anyhow::Result<FilterDefinition> {
    let filter = json!({
        "presence": {"types": [], "not_types": [mark]},
        "account_data": {"types": ["m.direct", "m.secret_storage.*", "m.cross_signing.*", "m.megolm_backup.*", "m.push_rules"]},
        "room": {
            "ephemeral": {"types": []},
            "account_data": {"types": []},
            "state": {"lazy_load_members": true},
            "timeline": {"limit": AT_ONCE, "lazy_load_members": true},
        },
    });
    serde_json::from_value(filter).context("a filter that is none")
}

/// What came in a room.
struct Came {
    room: Room,
    events: Vec<TimelineEvent>,
    /// Where events before these may be had, if some were left out.
    before: Option<String>,
}

/// The place that is kept from an earlier run.
pub(super) async fn kept(client: &Client) -> anyhow::Result<Option<Kept>> {
    let kept = client.state_store().get_custom_value(PLACE).await?;
    kept.map(|kept| serde_json::from_slice(&kept).context("the kept place is damaged"))
        .transpose()
}

/// The first sync with a server: nothing that comes with it is answered.
pub(super) async fn first(client: &Client) -> Result<Kept, matrix_sdk::Error> {
    let settings = SyncSettings::new().timeout(Duration::ZERO);
    let filter = filter("").unwrap_or_default();
    let first = now() * 1000;
    let response = client.sync_once(settings.filter(filter.into())).await?;
    Ok(Kept {
        since: response.next_batch,
        first,
        done: Vec::new(),
    })
}

/// Keeps the place after it.
pub(super) async fn keep_first(client: &Client, kept: &Kept) -> anyhow::Result<()> {
    let kept = serde_json::to_vec(kept)?;
    client.state_store().set_custom_value(PLACE, kept).await?;
    Ok(())
}

impl Matrix {
    /// Listens until the end is asked for, or the session is ended from elsewhere.
    pub(super) async fn listen(
        self: &Arc<Self>,
        mut stop: watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        const LONGEST: Duration = Duration::from_secs(30);
        let mut pause = Duration::from_secs(1);
        let mut caught_up = false;
        let mut since = self.progress().since().to_owned();
        let settings = SyncSettings::new().timeout(WAIT).filter(filter("")?.into());
        loop {
            let one = async {
                if !caught_up {
                    self.catch_up().await?;
                }
                let response = self.client.sync_once(settings.clone()).await?;
                let next = response.next_batch.clone();
                self.receive(response, &since).await?;
                Ok(next)
            };
            let heard = tokio::select! {
                heard = one => heard,
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
            };
            match heard {
                Ok(next) => {
                    caught_up = true;
                    pause = Duration::from_secs(1);
                    since = next;
                }
                Err(error) if session::is_ended(&error) => return Err(session::ended()),
                Err(error) => {
                    // The library may have seen what was not put into the queues.
                    caught_up = false;
                    tracing::warn!(
                        "matrix: {}; trying again in {} s",
                        brief(&error),
                        pause.as_secs()
                    );
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        _ = stop.wait_for(|stop| *stop) => return Ok(()),
                    }
                    pause = (pause * 2).min(LONGEST);
                }
            }
        }
    }

    /// Reads again what came after the place that the bot has come to. The library has seen some of it, and
    /// would not tell it again.
    async fn catch_up(self: &Arc<Self>) -> Result<(), matrix_sdk::Error> {
        let since = self.progress().since().to_owned();
        let mut request = v3::Request::new();
        request.since = Some(since.clone());
        request.timeout = Some(Duration::ZERO);
        let mark = TransactionId::new();
        request.filter = filter(mark.as_str()).ok().map(Into::into);
        let response = self.client.send(request).await?;
        let mut came = Vec::new();
        for (id, joined) in response.rooms.join {
            // Rooms that the library does not know yet come with the next sync.
            let Some(room) = self.client.get_room(&id) else {
                continue;
            };
            let mut events = Vec::new();
            for event in joined.timeline.events {
                events.push(decrypted(&room, event).await);
            }
            came.push(Came {
                room,
                events,
                before: joined
                    .timeline
                    .prev_batch
                    .filter(|_| joined.timeline.limited),
            });
        }
        self.hear(came, &since, response.next_batch).await?;
        for room in self.client.invited_rooms() {
            self.invited(room);
        }
        for room in self.client.joined_rooms() {
            self.upgraded(&room);
        }
        Ok(())
    }

    async fn receive(
        self: &Arc<Self>,
        response: SyncResponse,
        since: &str,
    ) -> Result<(), matrix_sdk::Error> {
        for id in response.rooms.invited.keys() {
            if let Some(room) = self.client.get_room(id) {
                self.invited(room);
            }
        }
        let joined = response.rooms.joined.into_iter();
        let came = joined.filter_map(|(id, update)| {
            Some(Came {
                room: self.client.get_room(&id)?,
                events: update.timeline.events,
                before: update
                    .timeline
                    .prev_batch
                    .filter(|_| update.timeline.limited),
            })
        });
        self.hear(came.collect(), since, response.next_batch).await
    }

    /// Puts what came between two places of the stream into the queues.
    async fn hear(
        self: &Arc<Self>,
        came: Vec<Came>,
        since: &str,
        next: String,
    ) -> Result<(), matrix_sdk::Error> {
        let (mut heard, mut answered) = (Vec::new(), HashSet::new());
        for came in came {
            let room = came.room.clone();
            self.upgraded(&room);
            for event in self.to_hear(came, since).await? {
                let json = json_of(&event);
                answered.extend(heard::answered(&json, &self.me));
                let Some(read) = heard::read(&json, &self.me) else {
                    continue;
                };
                let encrypted = match event.kind {
                    TimelineEventKind::UnableToDecrypt { event, .. } => {
                        Some(event.cast_unchecked())
                    }
                    _ => None,
                };
                heard.push((room.clone(), read, encrypted));
            }
        }
        let moved = {
            let mut progress = self.progress();
            // What was caught up with comes once more with the first sync.
            heard.retain(|(_, heard, _)| {
                // After a folder of keys was put back that is older than the bot's answers, say.
                !answered.contains(&heard.id)
                    && !progress.knows(&heard.id)
                    && self.events.put(heard.id.clone(), ())
            });
            let ids = heard.iter().map(|(_, heard, _)| heard.id.clone());
            progress.begin(next, ids.collect())
        };
        for (room, heard, encrypted) in heard {
            let waiting = Waiting {
                heard,
                encrypted,
                begun: self.tasks.begin(),
            };
            self.enqueue(&room, Next::Heard(Box::new(waiting)));
        }
        if moved {
            self.keep().await;
        }
        Ok(())
    }

    /// The events of a room that are to be heard, in their order: those since the bot was invited, with
    /// those that the server left out.
    async fn to_hear(
        &self,
        came: Came,
        since: &str,
    ) -> Result<Vec<TimelineEvent>, matrix_sdk::Error> {
        let Came {
            room,
            mut events,
            before,
        } = came;
        if let Some(from) = self.first_to_hear(&events) {
            events.drain(..from);
            // The invite may be older than the bot.
            let first = self.progress().first();
            events.retain(|event| heard::sent_at(&json_of(event)) >= first);
            return Ok(events);
        }
        let Some(mut before) = before else {
            return Ok(events);
        };
        let mut earlier: Vec<TimelineEvent> = Vec::new();
        for _ in 0..FURTHER {
            let mut options = MessagesOptions::backward().from(before.as_str());
            options.to = Some(since.to_owned());
            options.limit = AT_ONCE.into();
            let further = match room.messages(options).await {
                Ok(further) => further,
                // The server would say so again.
                Err(error) if session::is_refusal(&error) => {
                    tracing::warn!("matrix: what was missed cannot be read: {}", brief(&error));
                    break;
                }
                Err(error) => return Err(error),
            };
            let mut chunk = further.chunk;
            chunk.reverse();
            let first = self.first_to_hear(&chunk);
            chunk.drain(..first.unwrap_or(0));
            let empty = chunk.is_empty();
            chunk.extend(earlier);
            earlier = chunk;
            match further.end {
                Some(end) if first.is_none() && !empty => before = end,
                _ => break,
            }
        }
        earlier.extend(events);
        Ok(earlier)
    }

    /// The first of some events after the bot became a member, if it became one with them. Who invites it
    /// may ask at once, so what came after the invite counts.
    fn first_to_hear(&self, events: &[TimelineEvent]) -> Option<usize> {
        let mut found = None;
        for (i, event) in events.iter().enumerate() {
            match (heard::membership(&json_of(event), &self.me), found) {
                (Some(Membership::Joined), Some((_, Membership::Invited))) | (None, _) => {}
                (Some(how), _) => found = Some((i + 1, how)),
            }
        }
        found.map(|(i, _)| i)
    }

    /// Takes note that an event is done with.
    pub(super) async fn done(&self, event: &str) {
        self.progress().done(event);
        self.keep().await;
    }

    /// Keeps the place that the bot has come to. One at a time, so that a later place is not overwritten.
    async fn keep(&self) {
        let _one_at_a_time = self.keeping.lock().await;
        let kept = self.progress().kept();
        let kept = serde_json::to_vec(&kept).unwrap_or_default();
        let store = self.client.state_store();
        if let Err(error) = store.set_custom_value(PLACE, kept).await {
            tracing::error!("matrix: how far the bot has come cannot be kept: {error}");
        }
    }

    pub(super) fn progress(&self) -> std::sync::MutexGuard<'_, super::progress::Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn json_of(event: &TimelineEvent) -> Value {
    serde_json::from_str(event.raw().json().get()).unwrap_or_default()
}

/// An event, decrypted where that can be done.
pub(super) async fn decrypted(
    room: &Room,
    event: Raw<matrix_sdk::ruma::events::AnySyncTimelineEvent>,
) -> TimelineEvent {
    let is_encrypted =
        matches!(event.get_field::<String>("type"), Ok(Some(kind)) if kind == "m.room.encrypted");
    if is_encrypted && let Ok(event) = room.decrypt_event(event.cast_ref_unchecked(), None).await {
        return event;
    }
    TimelineEvent::from_plaintext(event)
}
