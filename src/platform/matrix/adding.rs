//! Documents that people add: a file with "add" under it, or as a reply to it. Who may is for
//! `[[matrix.add]]` to say.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use matrix_sdk::Room;
use matrix_sdk::ruma::MxcUri;
use matrix_sdk::ruma::events::room::EncryptedFile;
// The library's own, so that it trusts the same certificates.
use matrix_sdk::reqwest;
use matrix_sdk_base::crypto::AttachmentDecryptor;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::Matrix;
use super::answers::Question;
use super::heard::{self, File};
use super::send::Failure;
use crate::config::AddOnMatrix;
use crate::language::Language;
use crate::platform::adding::Outcome;
use crate::render::matrix::{Message, label};
use crate::render::phrases::added::NotAdded;
use crate::render::phrases::{chat, matrix as phrases};
use crate::sources::upload::is_named_well;

/// So much of a title is repeated.
const TITLE: usize = 200;
/// So long a file may take to come.
const PATIENCE: Duration = Duration::from_secs(300);

impl Matrix {
    /// Adds the file that a message has or replies to. Says what came of it.
    pub(super) async fn add(
        self: &Arc<Self>,
        room: &Room,
        question: &Question<'_>,
        wanted: Option<&str>,
        language: Language,
    ) -> Result<Message, Failure> {
        let allowed = may_add_to(&self.add, room.room_id().as_str(), question.sender);
        let not = |reason| Ok(said(&Outcome::Not(reason), language));
        let collection = match (wanted, &allowed[..]) {
            (_, []) => return not(NotAdded::Forbidden),
            (Some(wanted), all) => match all.iter().find(|name| *name == wanted) {
                Some(name) => name.clone(),
                None => return not(NotAdded::Which(allowed)),
            },
            (None, [one]) => one.clone(),
            (None, _) => return not(NotAdded::Which(allowed)),
        };
        let file = match (&question.file, &question.replies_to) {
            (Some(file), _) => Some(file.clone()),
            (None, Some(to)) => {
                let event = self.event(room, to).await?;
                event.and_then(|event| heard::file_of(&event["content"]))
            }
            (None, None) => None,
        };
        let Some(file) = file else {
            let words = phrases::add_what(&self.prefixes[0], language);
            return Ok(Message::plain(&words));
        };
        if !is_named_well(&file.name) {
            return not(NotAdded::Kind);
        }
        match self.fetched(collection, &file).await {
            Ok(outcome) => {
                if !matches!(outcome, Outcome::Not(_)) {
                    // Whoever runs the bot must be able to see who put what there.
                    let who = question.sender;
                    tracing::info!("matrix: user {who} added a document: {outcome:?}");
                }
                Ok(said(&outcome, language))
            }
            Err(error) => {
                let id = super::answers::error_id(question.event);
                tracing::error!("matrix: {id}: {error:#}");
                Ok(Message::plain(&chat::failed(&id, language)))
            }
        }
    }

    async fn fetched(self: &Arc<Self>, collection: String, file: &File) -> anyhow::Result<Outcome> {
        let library = self.shared.library().context("no documents can be added")?;
        let limit = library.file_mib;
        let too_large = || Ok(Outcome::Not(NotAdded::TooLarge(limit)));
        if file.size.is_some_and(|size| size > limit << 20) {
            return too_large();
        }
        let part = Scratch(library.scratch()?);
        match self.download(&file.address, limit << 20, &part.0).await {
            Ok(true) => {}
            Ok(false) => return too_large(),
            Err(error) => {
                tracing::warn!("matrix: a file cannot be fetched: {error:#}");
                return Ok(Outcome::Not(NotAdded::Lost));
            }
        }
        let plain = match &file.keys {
            None => part,
            Some(keys) => {
                let Ok(keys) = serde_json::from_value::<EncryptedFile>(keys.clone()) else {
                    return Ok(Outcome::Not(NotAdded::Lost));
                };
                let plain = Scratch(library.scratch()?);
                let (from, to) = (part.0.clone(), plain.0.clone());
                let decrypted = self.shared.work(move |_| decrypt(&from, &to, keys)).await;
                if let Err(error) = decrypted {
                    tracing::warn!("matrix: a file cannot be decrypted: {error:#}");
                    return Ok(Outcome::Not(NotAdded::Lost));
                }
                plain
            }
        };
        let path = plain.0.clone();
        self.shared.add(collection, file.name.clone(), path).await
    }

    /// Fetches what the server keeps under an address, no more of it than `most` bytes; says whether that
    /// was all.
    async fn download(&self, address: &str, most: u64, to: &Path) -> anyhow::Result<bool> {
        let address = <&MxcUri>::from(address);
        let (server, id) = address.parts().context("no address of a file")?;
        let server = utf8_percent_encode(server.as_str(), NON_ALPHANUMERIC);
        let id = utf8_percent_encode(id, NON_ALPHANUMERIC);
        let homeserver = self.client.homeserver();
        let homeserver = homeserver.as_str().trim_end_matches('/');
        let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
        let token = self.client.access_token().context("nobody is logged in")?;
        // Older servers keep files where anybody may fetch them.
        let places = ["client/v1/media/download", "media/v3/download"];
        let mut answer = None;
        for place in places {
            let address = format!("{homeserver}/_matrix/{place}/{server}/{id}");
            let asked = client.get(address).bearer_auth(&token).send().await;
            let got = asked.map_err(reqwest::Error::without_url)?;
            let unknown = matches!(got.status().as_u16(), 400 | 404 | 405);
            answer = Some(got);
            if !unknown {
                break;
            }
        }
        let answer = answer.context("the server says nothing")?;
        anyhow::ensure!(
            answer.status().is_success(),
            "the server answers with status {}",
            answer.status().as_u16()
        );
        let mut answer = answer;
        let mut file = std::fs::File::create(to)?;
        let mut length = 0;
        while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            length += chunk.len() as u64;
            if length > most {
                return Ok(false);
            }
            file.write_all(&chunk)?;
        }
        Ok(true)
    }
}

/// A file that is gone when nobody needs it any more.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn decrypt(from: &Path, to: &Path, keys: EncryptedFile) -> anyhow::Result<()> {
    let mut from = std::fs::File::open(from)?;
    let mut plain = AttachmentDecryptor::new(&mut from, keys.into())?;
    let mut to = std::fs::File::create(to)?;
    // At the end it is held against what its sender says that it is.
    std::io::copy(&mut plain, &mut to)?;
    Ok(())
}

/// The collections that somebody may add to, in a room.
fn may_add_to(rules: &[AddOnMatrix], room: &str, user: &str) -> Vec<String> {
    let fits = |rule: &&AddOnMatrix| {
        let here = rule.room.as_deref().is_none_or(|named| named == room);
        here && rule.users.iter().any(|named| named == user)
    };
    let rules = rules.iter().filter(fits);
    let mut names: Vec<String> = rules.map(|rule| rule.collection.clone()).collect();
    names.sort();
    names.dedup();
    names
}

fn said(outcome: &Outcome, language: Language) -> Message {
    let inert = |words: &str| label(words, TITLE);
    Message::plain(&outcome.words(language, &inert))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_add_is_named_for_all_rooms_or_one() {
        let rule = |collection: &str, room: Option<&str>, user: &str| AddOnMatrix {
            collection: collection.to_owned(),
            room: room.map(str::to_owned),
            users: vec![user.to_owned()],
        };
        let rules = [
            rule("moter", None, "@k:a.no"),
            rule("styret", Some("!s:a.no"), "@k:a.no"),
            rule("styret", Some("!s:a.no"), "@o:a.no"),
        ];
        assert_eq!(
            may_add_to(&rules, "!s:a.no", "@k:a.no"),
            ["moter", "styret"]
        );
        assert_eq!(may_add_to(&rules, "!x:a.no", "@k:a.no"), ["moter"]);
        assert!(may_add_to(&rules, "!x:a.no", "@o:a.no").is_empty());
        assert!(may_add_to(&rules, "!s:a.no", "@s:a.no").is_empty());
    }
}
