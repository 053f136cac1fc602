//! What the bot says goes through here: as a notice, which nobody is told of and no program answers, that
//! mentions nobody, with a transaction id that is the same however often it is tried. What people follow is
//! told as text.

use std::time::{Duration, Instant};

use matrix_sdk::ruma::OwnedTransactionId;
use matrix_sdk::ruma::api::client::media::create_content;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::{HttpError, Room};
use serde_json::{Value, json};
use sha2::Digest;

use super::Matrix;
use super::rooms::Letter;
use crate::render::matrix::Message;
use crate::render::timeline::Picture;

/// Where in a room something is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// To all.
    Room,
    /// In reply to a message.
    Reply(String),
    /// In the thread with this root, in reply to a message of it.
    Thread { root: String, to: String },
    /// In place of a message of the bot.
    Instead(String),
}

/// Why something could not be said.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The server does not let the bot say it here.
    #[error("the server refuses it ({0})")]
    Refused(String),
    /// The end came first: it is said after the next start.
    #[error("the program ends")]
    Ending,
    /// It cannot be encrypted, or the like.
    #[error("{0}")]
    Other(matrix_sdk::Error),
}

/// What a message says, as an event's content.
pub(super) fn content(message: &Message, place: &Place) -> Value {
    let said = json!({
        "msgtype": "m.notice",
        "body": message.body,
        "format": "org.matrix.custom.html",
        "formatted_body": message.html,
        "m.mentions": {},
    });
    let mut content = said.clone();
    match place {
        Place::Room => {}
        Place::Reply(to) => content["m.relates_to"] = json!({"m.in_reply_to": {"event_id": to}}),
        Place::Thread { root, to } => {
            content["m.relates_to"] = json!({
                "rel_type": "m.thread",
                "event_id": root,
                "is_falling_back": true,
                "m.in_reply_to": {"event_id": to},
            });
        }
        Place::Instead(of) => {
            // For clients that do not know edits. All of it twice could be more than an event holds.
            const FIRST: usize = 300;
            let first: String = message.body.chars().take(FIRST).collect();
            let more = if first == message.body { "" } else { " …" };
            content = json!({
                "msgtype": "m.notice",
                "body": format!("* {first}{more}"),
                "m.mentions": {},
                "m.new_content": said,
                "m.relates_to": {"rel_type": "m.replace", "event_id": of},
            });
        }
    }
    content
}

/// Where the content of a letter has its key.
pub(super) const LETTER: &str = "org.referent.letter";

/// What a letter says. It is text and not a notice, as nobody is told of notices, and who follows something
/// wants to be. No program is made to answer it without end: it answers nothing itself, and comes once.
pub(super) fn letter(message: &Message, key: &str) -> Value {
    let mut content = content(message, &Place::Room);
    content["msgtype"] = "m.text".into();
    content[LETTER] = key.into();
    content
}

/// Tries to send a letter, if anybody still waits for that; it is tried again where it cannot be sent.
pub(super) async fn deliver(room: &Room, letter: Letter) {
    if letter.done.is_closed() {
        return;
    }
    let sent = room.send_raw("m.room.message", letter.content);
    let sent = sent.with_transaction_id(&letter.id).await;
    // Who waits no longer asks later whether it is there.
    let _ = letter.done.send(sent.map(|_| ()));
}

/// The type of pictures.
const PNG: &str = "image/png";

/// A picture, as an event's content.
fn picture_content(picture: &Picture, (key, file): (&str, Value), place: &Place) -> Value {
    let mut content = json!({
        "msgtype": "m.image",
        // Clients show it where the picture is not seen, and screen readers read it.
        "body": picture.description,
        "filename": "timeline.png",
        "info": {
            "mimetype": PNG, "size": picture.png.len(), "w": picture.width, "h": picture.height,
        },
        "m.mentions": {},
    });
    content[key] = file;
    let relation = &mut self::content(&Message::default(), place)["m.relates_to"];
    if !relation.is_null() {
        content["m.relates_to"] = relation.take();
    }
    content
}

/// The transaction id of what is said to an event: the server takes one only once from a device.
fn transaction(to: &str, what: &str) -> String {
    let digest = sha2::Sha256::digest(format!("{what}:{to}"));
    let hex: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("referent-{hex}")
}

impl Matrix {
    /// Says something, however long that takes: a server that is away comes back. `to` is what it is said
    /// to, and `what` tells apart several things that are said to the same. Returns the event's id.
    pub(super) async fn say(
        &self,
        room: &Room,
        message: &Message,
        place: &Place,
        to: &str,
        what: &str,
    ) -> Result<String, Failure> {
        let content = content(message, place);
        self.send(room, content, to, what).await
    }

    /// Shows a picture with the words that describe it. It stands under an answer, which is complete
    /// without it: where it cannot be shown, that is logged.
    pub(super) async fn show(&self, room: &Room, picture: &Picture, place: &Place, to: &str) {
        let shown = async {
            let file = self
                .upload(room, &picture.png)
                .await
                .map_err(|error| brief(&error))?;
            let content = picture_content(picture, file, place);
            let sent = self.send(room, content, to, "picture").await;
            sent.map_err(|failure| failure.to_string())
        };
        if let Err(why) = shown.await {
            tracing::warn!("matrix: a picture cannot be shown: {why}");
        }
    }

    /// Brings a file to the server, encrypted where the room is; returns where it is, as a part of an
    /// event's content.
    async fn upload(&self, room: &Room, file: &[u8]) -> matrix_sdk::Result<(&'static str, Value)> {
        let encrypted = room.latest_encryption_state().await?.is_encrypted();
        if encrypted {
            let mut reader = std::io::Cursor::new(file);
            let file = self.client.upload_encrypted_file(&mut reader).await?;
            return Ok(("file", json!(file)));
        }
        let mut request = create_content::v3::Request::new(file.to_owned());
        request.content_type = Some(PNG.to_owned());
        let uploaded = self.client.send(request).await?;
        Ok(("url", json!(uploaded.content_uri)))
    }

    async fn send(
        &self,
        room: &Room,
        content: Value,
        to: &str,
        what: &str,
    ) -> Result<String, Failure> {
        let content = &content;
        let id = &OwnedTransactionId::from(transaction(to, what));
        let sent = self.insist(|| async move {
            let sent = room.send_raw("m.room.message", content.clone());
            sent.with_transaction_id(id).await
        });
        Ok(sent.await?.response.event_id.to_string())
    }

    /// Asks the server for something until it answers: one that is away comes back.
    pub(super) async fn insist<T, A>(&self, ask: impl Fn() -> A) -> Result<T, Failure>
    where
        A: Future<Output = matrix_sdk::Result<T>>,
    {
        const LONGEST: Duration = Duration::from_secs(30);
        // So often what is odd is tried: keys of others, say, may come a little later.
        const TRIES: usize = 5;
        // What is a day late nobody waits for, and the bot's place would stay where it is.
        const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);
        let mut pause = Duration::from_secs(1);
        let (mut odd, began) = (0, Instant::now());
        loop {
            let error = match ask().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match lasting(&error) {
                Lasting::Refused(why) => return Err(Failure::Refused(why)),
                Lasting::No => {}
                Lasting::Perhaps => odd += 1,
            }
            if odd == TRIES || began.elapsed() > PATIENCE {
                return Err(Failure::Other(error));
            }
            tracing::warn!("matrix: {}; trying again", brief(&error));
            let mut stop = self.stop.clone();
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stop.wait_for(|stop| *stop) => return Err(Failure::Ending),
            }
            pause = (pause * 2).min(LONGEST);
        }
    }
}

/// Whether an error lasts.
pub(super) enum Lasting {
    /// Time mends it.
    No,
    Perhaps,
    Refused(String),
}

pub(super) fn lasting(error: &matrix_sdk::Error) -> Lasting {
    let matrix_sdk::Error::Http(http) = error else {
        return match error {
            // The bot is no longer there.
            matrix_sdk::Error::WrongRoomState(state) => Lasting::Refused(state.to_string()),
            _ => Lasting::Perhaps,
        };
    };
    if super::session::is_ended(error) {
        return Lasting::Refused("the session has ended".to_owned());
    }
    match (&**http, http.as_client_api_error()) {
        (HttpError::Reqwest(_), _) => Lasting::No,
        (_, Some(api)) if api.status_code.is_server_error() || api.status_code == 429 => {
            Lasting::No
        }
        // A proxy's own page, while the server behind it is away.
        (_, Some(api)) if api.error_kind().is_none() && api.status_code == 404 => Lasting::No,
        (_, Some(api)) => Lasting::Refused(match api.error_kind() {
            Some(ErrorKind::Forbidden) => {
                "give the bot the right to send messages in the room".to_owned()
            }
            Some(kind) => kind.errcode().to_string(),
            None => format!("status {}", api.status_code),
        }),
        _ => Lasting::No,
    }
}

/// What went wrong, without addresses and words of messages.
pub(super) fn brief(error: &matrix_sdk::Error) -> String {
    match error {
        matrix_sdk::Error::Http(http) => match (&**http, http.as_client_api_error()) {
            (_, Some(api)) => format!("the server answers with status {}", api.status_code),
            (HttpError::Reqwest(error), _) if error.is_timeout() => {
                "the server takes too long".to_owned()
            }
            (HttpError::Reqwest(_), _) => "the server cannot be reached".to_owned(),
            _ => "the server answers with something else".to_owned(),
        },
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::matrix::MOST;

    #[test]
    fn whatever_is_said_is_a_notice_that_mentions_nobody() {
        let message = Message {
            body: "Hei ".repeat(MOST / 8),
            html: "Hei ".repeat(MOST / 8),
        };
        for place in [
            Place::Room,
            Place::Reply("$a".to_owned()),
            Place::Thread {
                root: "$r".to_owned(),
                to: "$a".to_owned(),
            },
            Place::Instead("$b".to_owned()),
        ] {
            let content = content(&message, &place);
            assert!(content.to_string().len() < MOST + 2_000);
            let mut said = vec![&content];
            said.extend(content.get("m.new_content"));
            for said in said {
                assert_eq!(said["msgtype"], "m.notice");
                assert_eq!(said["m.mentions"], json!({}));
            }
        }
    }

    #[test]
    fn a_letter_is_text_that_mentions_nobody() {
        let content = letter(&Message::plain("Nytt dokument"), "k1");
        assert_eq!(content["msgtype"], "m.text");
        assert_eq!(content["m.mentions"], json!({}));
        assert!(content.get("m.relates_to").is_none());
        assert_eq!(content[LETTER], "k1");
    }

    #[test]
    fn a_picture_is_told_in_words_and_stands_in_the_thread() {
        let picture = Picture {
            png: vec![1, 2, 3],
            width: 8,
            height: 4,
            description: "Tidslinje for saken «Kantine»".to_owned(),
        };
        let place = Place::Thread {
            root: "$r".to_owned(),
            to: "$a".to_owned(),
        };
        let content = picture_content(&picture, ("url", json!("mxc://a/b")), &place);
        assert_eq!(content["body"], "Tidslinje for saken «Kantine»");
        assert_eq!(content["info"]["size"], 3);
        assert_eq!(content["m.relates_to"]["event_id"], "$r");
        assert_eq!(content["m.mentions"], json!({}));
        assert_eq!(content["url"], "mxc://a/b");
        let content = picture_content(&picture, ("file", json!({"v": "v2"})), &Place::Room);
        assert!(content.get("m.relates_to").is_none() && content.get("url").is_none());
    }

    #[test]
    fn the_same_thing_has_the_same_transaction() {
        assert_eq!(transaction("$a", "answer"), transaction("$a", "answer"));
        assert_ne!(transaction("$a", "answer"), transaction("$b", "answer"));
        assert_ne!(transaction("$a", "answer"), transaction("$a", "failed"));
    }
}
