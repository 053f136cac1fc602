//! Rooms: which invites are accepted, who is there, and one queue for each, so that answers come in the
//! order of the questions and a room that fails keeps no other waiting.

use std::sync::Arc;
use std::time::Duration;

use matrix_sdk::deserialized_responses::RawSyncOrStrippedState;
use matrix_sdk::ruma::events::room::tombstone::RoomTombstoneEventContent;
use matrix_sdk::ruma::{OwnedTransactionId, OwnedUserId, RoomOrAliasId};
use matrix_sdk::{Room, RoomMemberships, RoomState};
use tokio::sync::{mpsc, oneshot};

use super::Matrix;
use super::heard::Heard;
use super::send::{self, Failure, Place, brief};
use crate::language::Language;
use crate::platform::tasks::Begun;
use crate::render::matrix::Message;
use crate::render::phrases::matrix as phrases;

/// What a room's queue holds.
pub(super) enum Next {
    Heard(Box<Waiting>),
    Letter(Letter),
}

/// What is told unasked.
pub(super) struct Letter {
    pub(super) content: serde_json::Value,
    pub(super) id: OwnedTransactionId,
    /// Who waits for it, and is told what came of it.
    pub(super) done: oneshot::Sender<matrix_sdk::Result<()>>,
}

/// Something that waits in a room's queue to be handled.
pub(super) struct Waiting {
    pub(super) heard: Heard,
    /// The event itself, where it could not be decrypted.
    pub(super) encrypted: Option<Encrypted>,
    /// It counts as begun as long as it waits.
    pub(super) begun: Begun,
}

pub(super) type Encrypted = matrix_sdk::ruma::serde::Raw<
    matrix_sdk::ruma::events::room::encrypted::OriginalSyncRoomEncryptedEvent,
>;

impl Matrix {
    /// Puts something into the queue of its room.
    pub(super) fn enqueue(self: &Arc<Self>, room: &Room, next: Next) {
        let mut queues = self.queues();
        let id = room.room_id();
        let queue = queues.entry(id.to_string()).or_insert_with(|| {
            let (queue, mut waiting) = mpsc::unbounded_channel::<Next>();
            let (matrix, room) = (self.clone(), room.clone());
            tokio::spawn(async move {
                while let Some(next) = waiting.recv().await {
                    match next {
                        Next::Heard(heard) => matrix.handle(&room, *heard).await,
                        Next::Letter(letter) => send::deliver(&room, letter).await,
                    }
                }
            });
            queue
        });
        // It ends only with the program.
        let _ = queue.send(next);
    }

    /// Whether there is nobody in a room but the bot and one other.
    pub(super) async fn is_direct(&self, room: &Room) -> Result<bool, Failure> {
        Ok(match room.active_members_count() {
            // Not told by the server.
            0 => {
                let members = self.members(room).await?;
                members.is_some_and(|members| members.len() <= 1)
            }
            members => members <= 2,
        })
    }

    /// Who is in a room, or was invited to it, besides the bot; nothing where the server does not say.
    pub(super) async fn members(&self, room: &Room) -> Result<Option<Vec<String>>, Failure> {
        match self.insist(|| self.members_now(room)).await {
            Ok(members) => Ok(Some(members)),
            Err(Failure::Ending) => Err(Failure::Ending),
            Err(failure) => {
                tracing::warn!("matrix: who is in a room is not known: {failure}");
                Ok(None)
            }
        }
    }

    /// The same, asked once only.
    pub(super) async fn members_now(&self, room: &Room) -> matrix_sdk::Result<Vec<String>> {
        let members = room.members(RoomMemberships::ACTIVE).await?;
        let ids = members.iter().map(|member| member.user_id().to_string());
        Ok(ids.filter(|id| *id != self.me).collect())
    }

    /// Accepts invites of those who may invite, and refuses others.
    pub(super) fn invited(self: &Arc<Self>, room: Room) {
        let (matrix, begun) = (self.clone(), self.tasks.begin());
        tokio::spawn(async move {
            matrix.decide(&room).await;
            drop(begun);
        });
    }

    async fn decide(&self, room: &Room) {
        let inviter = match room.invite_details().await {
            Ok(invite) => invite.inviter_id.to_string(),
            Err(error) => {
                return tracing::warn!("matrix: an invite cannot be read: {}", brief(&error));
            }
        };
        if !may_invite(&self.inviters, &inviter) {
            tracing::warn!(
                "matrix: an invite by {inviter} is refused, who is not among matrix.allowed_inviters"
            );
            if let Err(error) = room.leave().await {
                tracing::warn!("matrix: it cannot be refused: {}", brief(&error));
            }
            return;
        }
        const TRIES: u32 = 6;
        for attempt in 0..TRIES {
            match room.join().await {
                Ok(()) => return self.greet(room).await,
                Err(_) if room.state() == RoomState::Joined => return self.greet(room).await,
                Err(error) => {
                    tracing::warn!("matrix: a room cannot be joined: {}", brief(&error));
                }
            }
            let mut stop = self.stop.clone();
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1 << attempt)) => {}
                // What was not accepted is found again at the next start.
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    async fn greet(&self, room: &Room) {
        let direct = self.is_direct(room).await.unwrap_or(false);
        let languages = [Language::Bokmal, Language::English];
        let words =
            languages.map(|language| phrases::greeting(&self.prefixes[0], direct, language));
        let message = Message::plain(&words.join("\n\n"));
        let id = room.room_id().as_str();
        if let Err(failure) = self.say(room, &message, &Place::Room, id, "greeting").await {
            tracing::warn!("matrix: a greeting cannot be said: {failure}");
        }
    }
}

impl Matrix {
    /// Goes on from a room that was upgraded to the one in its place, where who did that may invite the bot.
    pub(super) fn upgraded(self: &Arc<Self>, room: &Room) {
        if !room.is_tombstoned() || !self.upgraded.put(room.room_id().to_string(), ()) {
            return;
        }
        let (matrix, room, begun) = (self.clone(), room.clone(), self.tasks.begin());
        tokio::spawn(async move {
            matrix.go_on_from(&room).await;
            drop(begun);
        });
    }

    async fn go_on_from(&self, room: &Room) {
        let (old, Some(next)) = (room.room_id(), room.successor_room()) else {
            return;
        };
        if self.places.name(old.as_str()) {
            tracing::error!(
                "matrix: {old} was upgraded, and matrix.show names it: name {} in its place",
                next.room_id
            );
        }
        let there = self.client.get_room(&next.room_id);
        if there.is_some_and(|there| there.state() == RoomState::Joined) {
            return;
        }
        let tombstone = room.get_state_event_static::<RoomTombstoneEventContent>();
        let by = match tombstone.await {
            Ok(Some(RawSyncOrStrippedState::Sync(event))) => event.get_field("sender"),
            _ => Ok(None),
        };
        let Ok(Some(by)): Result<Option<OwnedUserId>, _> = by else {
            return tracing::warn!("matrix: who upgraded {old} is not known");
        };
        if !may_invite(&self.inviters, by.as_str()) {
            return tracing::warn!(
                "matrix: {old} was upgraded by {by}, who is not among matrix.allowed_inviters"
            );
        }
        let id = <&RoomOrAliasId>::from(&*next.room_id);
        let via = &[by.server_name().to_owned()];
        let joined = self.insist(|| self.client.join_room_by_id_or_alias(id, via));
        match joined.await {
            Ok(_) => tracing::info!(
                "matrix: {old} was upgraded: the bot is in {} now",
                next.room_id
            ),
            // Whoever upgrades a room that one must be invited to invites its members to the new one.
            Err(failure) => {
                tracing::info!(
                    "matrix: the bot waits for an invite to {}: {failure}",
                    next.room_id
                );
            }
        }
    }
}

/// Whether invites by a user are accepted.
fn may_invite(allowed: &[String], user: &str) -> bool {
    let server = user.split_once(':').map(|(_, server)| server);
    allowed
        .iter()
        .any(|allowed| allowed == user || Some(allowed.as_str()) == server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_users_and_servers_may_invite() {
        let allowed = ["@kari:a.no".to_owned(), "b.no".to_owned()];
        for (user, may) in [
            ("@kari:a.no", true),
            ("@ola:a.no", false),
            ("@ola:b.no", true),
            ("@ola:sub.b.no", false),
            ("@b.no:c.no", false),
        ] {
            assert_eq!(may_invite(&allowed, user), may, "{user}");
        }
        assert!(!may_invite(&[], "@kari:a.no"));
    }
}
