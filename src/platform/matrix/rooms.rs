//! Rooms: which invites are accepted, who is there, and one queue for each, so that answers come in the
//! order of the questions and a room that fails keeps no other waiting.

use std::sync::Arc;
use std::time::Duration;

use matrix_sdk::{Room, RoomMemberships, RoomState};
use tokio::sync::mpsc;

use super::heard::Heard;
use super::send::{Place, brief};
use super::{Begun, Matrix};
use crate::language::Language;
use crate::render::matrix::Message;
use crate::render::phrases::matrix as phrases;

/// Something that waits in a room's queue.
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
    pub(super) fn enqueue(self: &Arc<Self>, room: &Room, waiting: Waiting) {
        let mut queues = self.queues();
        let id = room.room_id();
        let queue = queues.entry(id.to_string()).or_insert_with(|| {
            let (queue, mut waiting) = mpsc::unbounded_channel::<Waiting>();
            let (matrix, room) = (self.clone(), room.clone());
            tokio::spawn(async move {
                while let Some(next) = waiting.recv().await {
                    matrix.handle(&room, next).await;
                }
            });
            queue
        });
        // It ends only with the program.
        let _ = queue.send(waiting);
    }

    /// Whether there is nobody in a room but the bot and one other.
    pub(super) async fn is_direct(&self, room: &Room) -> bool {
        match room.active_members_count() {
            // Not told by the server.
            0 => self.members(room).await.len() <= 1,
            members => members <= 2,
        }
    }

    /// Who is in a room, or was invited to it, besides the bot.
    pub(super) async fn members(&self, room: &Room) -> Vec<String> {
        match room.members(RoomMemberships::ACTIVE).await {
            Ok(members) => {
                let ids = members.iter().map(|member| member.user_id().to_string());
                ids.filter(|id| *id != self.me).collect()
            }
            Err(error) => {
                tracing::warn!("matrix: who is in a room is not known: {}", brief(&error));
                Vec::new()
            }
        }
    }

    /// Accepts invites of those who may invite, and refuses others.
    pub(super) fn invited(self: &Arc<Self>, room: Room) {
        let begun = self.begin();
        tokio::spawn(async move { begun.0.decide(&room).await });
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
        let direct = self.is_direct(room).await;
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
