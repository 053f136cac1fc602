//! What people think of answers: the reactions that say so, kept so that they can be changed and taken back.

use std::sync::Arc;

use matrix_sdk::Room;
use sha2::Digest;

use super::Matrix;
use super::answers::key;
use crate::clock::now;

impl Matrix {
    /// Keeps what somebody thinks of an answer.
    pub(super) async fn reacted(
        self: &Arc<Self>,
        room: &Room,
        (reaction, sender): (String, String),
        to: String,
        sign: &str,
    ) -> bool {
        let Some(good) = verdict(sign) else {
            return true;
        };
        match self
            .reacted_to_shown(room, (&reaction, &sender), &to, good)
            .await
        {
            Ok(true) => return true,
            Ok(false) => {}
            Err(_) => return false,
        }
        let place = key(room.room_id().as_str());
        let kept = self
            .shared
            .work(move |shared| {
                let Some((answer, given)) = shared.store.given_in(&to)? else {
                    return Ok(None);
                };
                if given.channel != place {
                    return Ok(None);
                }
                let voter = voter(&sender, answer);
                shared.store.judge(answer, &voter, good, None, now())?;
                Ok(Some((answer, voter)))
            })
            .await;
        match kept {
            Ok(Some((answer, voter))) => {
                self.votes_change(answer, &voter, |votes| {
                    votes.retain(|(known, _)| *known != reaction);
                    votes.push((reaction.clone(), good));
                })
                .await;
                let of = serde_json::to_vec(&(answer, &voter)).unwrap_or_default();
                self.put(&reaction_key(&reaction), of).await;
            }
            Ok(None) => {}
            Err(error) => tracing::error!("matrix: a verdict cannot be kept: {error:#}"),
        }
        true
    }

    /// Takes back what somebody thought of an answer, if that is what was taken back: what they said of it
    /// otherwise holds again.
    pub(super) async fn taken_back(self: &Arc<Self>, event: String) -> bool {
        let store = self.client.state_store();
        let key = reaction_key(&event);
        let Ok(Some(of)) = store.remove_custom_value(key.as_bytes()).await else {
            return true;
        };
        let Ok((answer, voter)) = serde_json::from_slice::<(i64, String)>(&of) else {
            return true;
        };
        let left = self
            .votes_change(answer, &voter, |votes| {
                votes.retain(|(known, _)| *known != event)
            })
            .await;
        let last = left.last().map(|(_, good)| *good);
        let kept = self
            .shared
            .work(move |shared| match last {
                Some(good) => shared.store.judge(answer, &voter, good, None, now()),
                None => shared.store.withdraw(answer, &voter),
            })
            .await;
        if let Err(error) = kept {
            tracing::error!("matrix: a verdict cannot be taken back: {error:#}");
        }
        true
    }

    /// Changes which reactions somebody has to an answer; returns them, the last one last.
    async fn votes_change(
        &self,
        answer: i64,
        voter: &str,
        change: impl FnOnce(&mut Vec<(String, bool)>),
    ) -> Vec<(String, bool)> {
        let key = format!("referent.votes.{answer}.{voter}");
        let known = self
            .client
            .state_store()
            .get_custom_value(key.as_bytes())
            .await;
        let known = known.ok().flatten();
        let mut votes: Vec<(String, bool)> = known
            .and_then(|votes| serde_json::from_slice(&votes).ok())
            .unwrap_or_default();
        change(&mut votes);
        self.put(&key, serde_json::to_vec(&votes).unwrap_or_default())
            .await;
        votes
    }

    /// Keeps something beside what the library keeps.
    pub(super) async fn put(&self, key: &str, value: Vec<u8>) {
        let kept = self
            .client
            .state_store()
            .set_custom_value(key.as_bytes(), value);
        if let Err(error) = kept.await {
            tracing::error!("matrix: something cannot be kept: {error}");
        }
    }
}

fn reaction_key(event: &str) -> String {
    format!("referent.reaction.{event}")
}

/// Whether a sign says that an answer is good, or that it is bad; in whatever colour.
fn verdict(sign: &str) -> Option<bool> {
    match sign.chars().next()? {
        '👍' => Some(true),
        '👎' => Some(false),
        _ => None,
    }
}

/// What tells those who judge an answer apart: nobody is named by it, and nobody has two verdicts.
fn voter(user: &str, answer: i64) -> String {
    let digest = sha2::Sha256::digest(format!("matrix:{user}:{answer}"));
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbs_of_any_colour_are_verdicts_and_nothing_else_is() {
        assert_eq!(
            ["👍", "👍🏽", "👎", "👎️"].map(verdict),
            [Some(true), Some(true), Some(false), Some(false)]
        );
        assert_eq!(["❤️", "", "up"].map(verdict), [None; 3]);
    }
}
