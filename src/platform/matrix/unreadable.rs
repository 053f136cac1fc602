//! Messages that cannot be decrypted: their keys may come late, and where they do not, it is said once.

use std::sync::Arc;
use std::time::Duration;

use matrix_sdk::Room;
use matrix_sdk::deserialized_responses::{
    TimelineEventKind, UnableToDecryptInfo, UnableToDecryptReason, WithheldCode,
};

use super::Matrix;
use super::heard::{self, Heard};
use super::listen::json_of;
use super::rooms::{Encrypted, Next, Waiting};
use super::send::{Failure, Place};
use crate::language::Language;
use crate::platform::tasks::Begun;
use crate::render::matrix::Message;
use crate::render::phrases::matrix as phrases;

/// What is kept beside what the library keeps: whose messages cannot be read where.
pub(super) const KEPT: &str = "referent.unreadable";

impl Matrix {
    /// Waits for the key of a message; where none comes, says once that it cannot be read.
    pub(super) async fn unreadable(
        self: &Arc<Self>,
        room: &Room,
        heard: Heard,
        encrypted: Option<Encrypted>,
        begun: Begun,
    ) {
        // Keys often come a moment after what they open.
        const WAIT: [u64; 5] = [1, 1, 2, 3, 5];
        let mut withheld = false;
        if let Some(encrypted) = &encrypted {
            for seconds in WAIT {
                let mut stop = self.stop.clone();
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
                    _ = stop.wait_for(|stop| *stop) => return,
                }
                let Ok(event) = room.decrypt_event(encrypted, None).await else {
                    continue;
                };
                if let TimelineEventKind::UnableToDecrypt { utd_info, .. } = &event.kind {
                    withheld = is_withheld(utd_info);
                    continue;
                }
                return match heard::read(&json_of(&event), &self.me) {
                    Some(heard) => self.enqueue(
                        room,
                        Next::Heard(Box::new(Waiting {
                            heard,
                            encrypted: None,
                            begun,
                        })),
                    ),
                    None => self.done(&heard.id).await,
                };
            }
        }
        if self.note_unreadable(room, &heard.sender, true).await {
            tracing::warn!(
                "matrix: a message in {} cannot be decrypted{}",
                room.room_id(),
                if withheld {
                    ": its key is withheld"
                } else {
                    ""
                }
            );
            // What it was written in is not known.
            let languages = [Language::Bokmal, Language::English];
            let words = languages.map(|language| phrases::unreadable(withheld, language));
            let words = Message::plain(&words.join("\n\n"));
            let place = Place::Reply(heard.id.clone());
            match self
                .say(room, &words, &place, &heard.id, "unreadable")
                .await
            {
                Ok(_) => {}
                Err(Failure::Ending) => {
                    self.note_unreadable(room, &heard.sender, false).await;
                    return;
                }
                Err(failure) => tracing::warn!("matrix: that could not be said: {failure}"),
            }
        }
        self.done(&heard.id).await;
    }

    /// Something of a sender could be read: when that changes, it is said anew.
    pub(super) async fn readable(&self, room: &Room, sender: &str) {
        if room.encryption_state().is_encrypted() {
            self.note_unreadable(room, sender, false).await;
        }
    }

    /// Takes note whether a sender's messages in a room cannot be read. Says whether that is new.
    async fn note_unreadable(&self, room: &Room, sender: &str, cannot: bool) -> bool {
        let name = format!("{} {sender}", room.room_id());
        let mut unreadable = self.unreadable.lock().await;
        let new = match cannot {
            true => unreadable.insert(name),
            false => unreadable.remove(&name),
        };
        if new {
            let all = serde_json::to_vec(&*unreadable).unwrap_or_default();
            self.put(KEPT, all).await;
        }
        new
    }
}

fn is_withheld(info: &UnableToDecryptInfo) -> bool {
    matches!(
        &info.reason,
        UnableToDecryptReason::MissingMegolmSession {
            withheld_code: Some(WithheldCode::Unverified | WithheldCode::Blacklisted)
        }
    )
}
