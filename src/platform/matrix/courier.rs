//! Letters to rooms and users: what followers hear.

use std::sync::Arc;
use std::time::Duration;

use matrix_sdk::room::MessagesOptions;
use matrix_sdk::ruma::events::room::member::MembershipState;
use matrix_sdk::ruma::{OwnedTransactionId, RoomId, UserId};
use matrix_sdk::{Room, RoomState};
use tokio::sync::oneshot;

use super::Matrix;
use super::listen::{decrypted, json_of};
use super::rooms::{Letter, Next};
use super::send::{self, Lasting, brief, lasting};
use crate::bot::audience::Audience;
use crate::platform::courier::{Courier, Errand, Refused, Tidings};
use crate::render::matrix::follow;
use crate::subscription::Target;

/// The platform's name.
pub(super) const PLATFORM: &str = "matrix";

/// A letter waits for so long in its room's queue, before it is tried again later.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many of the last events of a room are looked through for a letter.
const LAST: u32 = 100;

/// Takes letters to Matrix.
pub(super) struct ToMatrix(pub(super) Arc<Matrix>);

/// A room, as a place that letters go to.
pub(super) fn room(id: &str) -> Target {
    Target::new(PLATFORM, id)
}

/// A user alone, as a place that letters go to.
pub(super) fn user(id: &str) -> Target {
    Target::new(PLATFORM, id)
}

/// What the room is kept under in which the bot is alone with a user.
fn direct_key(user: &str) -> String {
    format!("referent.direct.{user}")
}

/// Why a letter was not taken, as the post understands it.
fn refused(error: &matrix_sdk::Error) -> Refused {
    match lasting(error) {
        // Time mends it; how long the server wants to be left alone, the library has waited already.
        Lasting::No | Lasting::Perhaps => Refused::Later(brief(error), None),
        Lasting::Refused(why) if is_lack_of_rights(error) => Refused::Rights(why),
        Lasting::Refused(why) => Refused::Never(why),
    }
}

fn is_lack_of_rights(error: &matrix_sdk::Error) -> bool {
    let status = error.as_client_api_error().map(|api| api.status_code);
    match status {
        Some(status) => status == 403 || status == 404,
        None => matches!(error, matrix_sdk::Error::WrongRoomState(_)),
    }
}

impl Matrix {
    /// Takes note of the room in which the bot is alone with a user.
    pub(super) async fn note_direct(&self, user: &str, room: &Room) {
        let id = room.room_id().as_str().as_bytes().to_vec();
        self.put(&direct_key(user), id).await;
    }
}

impl ToMatrix {
    async fn room(&self, target: &Target) -> Result<Room, Refused> {
        let place = target.place();
        if place.starts_with('@') {
            return self.direct(place).await;
        }
        let id = RoomId::parse(place)
            .map_err(|_| Refused::Never(format!("\"{place}\" is no room on Matrix")))?;
        let known = self.0.client.get_room(&id);
        known
            .filter(|room| room.state() == RoomState::Joined)
            .ok_or_else(|| Refused::Rights("M_FORBIDDEN".to_owned()))
    }

    /// The room in which the bot is alone with a user; one is made where there is none.
    async fn direct(&self, user: &str) -> Result<Room, Refused> {
        let matrix = &self.0;
        let id = UserId::parse(user)
            .map_err(|_| Refused::Never(format!("\"{user}\" is no user on Matrix")))?;
        let store = matrix.client.state_store();
        let kept = store.get_custom_value(direct_key(user).as_bytes()).await;
        let kept = kept
            .ok()
            .flatten()
            .and_then(|kept| String::from_utf8(kept).ok());
        let kept = kept.and_then(|kept| RoomId::parse(kept).ok());
        let kept = kept.and_then(|kept| matrix.client.get_room(&kept));
        let mut left = false;
        for room in kept.into_iter().chain(matrix.client.get_dm_rooms(&id)) {
            if room.state() != RoomState::Joined {
                continue;
            }
            let member = room
                .get_member(&id)
                .await
                .map_err(|error| refused(&error))?;
            let membership = member.map(|member| member.membership().clone());
            match membership {
                Some(MembershipState::Join | MembershipState::Invite)
                    if room.active_members_count() <= 2 =>
                {
                    return Ok(room);
                }
                Some(MembershipState::Leave | MembershipState::Ban) => left = true,
                _ => {}
            }
        }
        if left {
            // Who went away is not called back.
            return Err(Refused::Rights("M_FORBIDDEN".to_owned()));
        }
        let made = matrix.client.create_dm(&id).await;
        let room = made.map_err(|error| refused(&error))?;
        matrix.note_direct(user, &room).await;
        Ok(room)
    }
}

impl Courier for ToMatrix {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn audience<'a>(&'a self, target: &'a Target) -> Errand<'a, Audience> {
        Box::pin(async move {
            let room = self.room(target).await?;
            let members = match self.0.places.need_members() {
                true => self
                    .0
                    .members_now(&room)
                    .await
                    .map_err(|error| refused(&error))?,
                false => Vec::new(),
            };
            Ok(self.0.places.audience(room.room_id().as_str(), &members))
        })
    }

    fn send<'a>(&'a self, target: &'a Target, letter: &'a Tidings, key: &'a str) -> Errand<'a, ()> {
        Box::pin(async move {
            let room = self.room(target).await?;
            let prefix = &self.0.prefixes[0];
            let message = match letter {
                Tidings::News {
                    news,
                    page,
                    language,
                } => follow::news(news, page.as_deref(), prefix, *language),
                Tidings::Lost {
                    subscription,
                    reason,
                } => follow::lost(subscription, reason, prefix),
            };
            let (done, sent) = oneshot::channel();
            let letter = Letter {
                content: send::letter(&message, key),
                id: transaction(key),
                done,
            };
            self.0.enqueue(&room, Next::Letter(letter));
            // What is answered there comes first; and where that takes long, others need not wait.
            match tokio::time::timeout(PATIENCE, sent).await {
                Ok(Ok(Ok(()))) => Ok(()),
                Ok(Ok(Err(error))) => Err(refused(&error)),
                Ok(Err(_)) | Err(_) => Err(Refused::Later(
                    "the room has much to answer".to_owned(),
                    None,
                )),
            }
        })
    }

    fn is_there<'a>(&'a self, target: &'a Target, key: &'a str) -> Errand<'a, bool> {
        Box::pin(async move {
            let room = self.room(target).await?;
            let mut options = MessagesOptions::backward();
            options.limit = LAST.into();
            let last = room
                .messages(options)
                .await
                .map_err(|error| refused(&error))?;
            for event in last.chunk {
                let event = match event.kind.is_utd() {
                    true => decrypted(&room, event.into_raw()).await,
                    false => event,
                };
                let event = json_of(&event);
                let same = event["content"][send::LETTER] == key
                    || event["unsigned"]["transaction_id"] == transaction(key).as_str();
                if same && event["sender"] == self.0.me.as_str() {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }
}

/// The transaction id of a letter: the server takes one only once from a device.
fn transaction(key: &str) -> OwnedTransactionId {
    format!("referent-letter-{key}").into()
}
