//! Following: the commands that are typed, the yes or no to what was shown, and what comes back.

use std::sync::Arc;

use matrix_sdk::Room;
use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::events::StateEventType;
use serde::{Deserialize, Serialize};

use super::answers::Question;
use super::send::{Failure, Place};
use super::{Matrix, courier};
use crate::bot::command::Following;
use crate::bot::typed::{Change, Wish};
use crate::clock::{now, today};
use crate::language::Language;
use crate::platform::following::{Follower, Outcome};
use crate::render::matrix::{Message, follow};
use crate::render::phrases::{chat, follow as phrases, matrix as own};
use crate::subscription::{Subscription, What};

/// What was shown to somebody in a room, and waits for a yes or no.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Shown {
    draft: i64,
    /// The message that shows it.
    event: String,
    /// The thread that it is in.
    thread: Option<String>,
    language: Language,
}

/// What it is kept under: one for each user and room.
fn shown_key(room: &Room, user: &str) -> String {
    format!("referent.shown.{} {user}", room.room_id())
}

/// What comes back, and the draft that it shows.
type Told = (Message, Option<i64>);

impl Matrix {
    /// What is to be done about something with what is followed; nothing for anything else.
    pub(super) async fn follow_wish(
        self: &Arc<Self>,
        room: &Room,
        question: &Question<'_>,
        language: Language,
    ) -> Result<Option<Message>, Failure> {
        let told = match &question.wish {
            Wish::Follow(what, rhythm) => {
                let wish = Following::Try(what.clone(), rhythm.unwrap_or_default());
                let who = self.follower(room, question.sender, language).await?;
                let told = self.follow(who.clone(), wish).await;
                // To follow it again, at other times, is to change when it is told.
                match (told, rhythm) {
                    (Ok((Outcome::Already(known), _)), Some(rhythm)) if known.rhythm != *rhythm => {
                        self.follow(who, Following::Change(known.id, *rhythm)).await
                    }
                    (told, _) => told,
                }
            }
            Wish::Following => {
                let who = self.follower(room, question.sender, language).await?;
                self.follow(who, Following::List).await
            }
            Wish::Change(change, which) => {
                let who = self.follower(room, question.sender, language).await?;
                match self.followed_here(&who).await.map(|all| pick(&all, which)) {
                    Ok(Some(id)) => {
                        let wish = match change {
                            Change::Pause => Following::Pause(id),
                            Change::Resume => Following::Resume(id),
                            Change::Unfollow => Following::Unfollow(id),
                        };
                        self.follow(who, wish).await
                    }
                    Ok(None) => {
                        let words = own::not_followed(&self.prefixes[0], language);
                        return Ok(Some(Message::plain(&words)));
                    }
                    Err(error) => Err(error),
                }
            }
            _ => return Ok(None),
        };
        let (message, draft) = self.following_told(told, question.event, language);
        if let Some(draft) = draft {
            let said = self.say(room, &message, &question.place, question.event, "answer");
            let shown = Shown {
                draft,
                event: said.await?,
                thread: question.thread.clone(),
                language,
            };
            let shown = serde_json::to_vec(&shown).unwrap_or_default();
            self.put(&shown_key(room, question.sender), shown).await;
        }
        Ok(Some(message))
    }

    /// The outcome as a message.
    fn following_told(
        &self,
        told: anyhow::Result<(Outcome, Follower)>,
        event: &str,
        language: Language,
    ) -> Told {
        let prefix = &self.prefixes[0];
        let (outcome, who) = match told {
            Ok(told) => told,
            Err(error) => {
                let id = super::answers::error_id(event);
                tracing::error!("matrix: {id}: {error:#}");
                return (Message::plain(&chat::failed(&id, language)), None);
            }
        };
        let named = |what: &What| phrases::what(what, language);
        let plain = |words: &str| Message::plain(&crate::render::matrix::inert(words));
        let message = match &outcome {
            Outcome::Tried(draft, preview) => {
                return (follow::preview(draft, preview, language), Some(draft.id));
            }
            Outcome::Followed(known) => follow::followed(known, prefix, language),
            Outcome::Dropped => plain(phrases::dropped(language)),
            Outcome::List(all) => follow::list(&here(all, &who), prefix, language),
            Outcome::One(known) => Message::plain(&follow::line(known, language)),
            Outcome::Unfollowed(known) => {
                plain(&phrases::unfollowed(&named(&known.what), language))
            }
            Outcome::Already(known) => plain(&phrases::already(&named(&known.what), language)),
            Outcome::TooMany(most) => plain(&phrases::too_many(*most, language)),
            Outcome::NotTheirs => plain(own::not_theirs(language)),
            Outcome::Unknown => plain(phrases::unknown(language)),
            Outcome::Unfit(unfit) => plain(&phrases::unfit(unfit, language)),
        };
        (message, None)
    }

    /// A yes or no, where something was shown to somebody that waits for one.
    pub(super) async fn confirmed(
        self: &Arc<Self>,
        room: &Room,
        sender: &str,
        yes: bool,
        event: &str,
    ) -> Result<Option<Message>, Failure> {
        let Some(shown) = self.shown(room, sender).await else {
            return Ok(None);
        };
        let who = self.follower(room, sender, shown.language).await?;
        let wish = match yes {
            true => Following::Confirm(shown.draft),
            false => Following::Drop(shown.draft),
        };
        let told = self.follow(who, wish).await;
        let store = self.client.state_store();
        let key = shown_key(room, sender);
        if let Err(error) = store.remove_custom_value(key.as_bytes()).await {
            tracing::error!("matrix: something cannot be forgotten: {error}");
        }
        Ok(Some(self.following_told(told, event, shown.language).0))
    }

    /// A reaction, where it is the yes or no to what was shown. Says whether it was one.
    pub(super) async fn reacted_to_shown(
        self: &Arc<Self>,
        room: &Room,
        (reaction, sender): (&str, &str),
        to: &str,
        yes: bool,
    ) -> Result<bool, Failure> {
        let shown = self.shown(room, sender).await;
        let Some(shown) = shown.filter(|shown| shown.event == to) else {
            return Ok(false);
        };
        let Some(message) = self.confirmed(room, sender, yes, reaction).await? else {
            return Ok(false);
        };
        let place = match shown.thread {
            Some(root) if root.starts_with('$') => Place::Thread {
                root,
                to: to.to_owned(),
            },
            _ => Place::Reply(to.to_owned()),
        };
        match self.say(room, &message, &place, reaction, "answer").await {
            Err(Failure::Ending) => return Err(Failure::Ending),
            Err(failure) => tracing::error!("matrix: what is followed cannot be said: {failure}"),
            Ok(_) => {}
        }
        Ok(true)
    }

    async fn shown(&self, room: &Room, user: &str) -> Option<Shown> {
        let store = self.client.state_store();
        let key = shown_key(room, user);
        let shown = store.get_custom_value(key.as_bytes()).await.ok().flatten();
        shown.and_then(|shown| serde_json::from_slice(&shown).ok())
    }

    async fn follow(
        self: &Arc<Self>,
        who: Follower,
        wish: Following,
    ) -> anyhow::Result<(Outcome, Follower)> {
        self.shared
            .work(move |shared| {
                let outcome = shared.following(&who, &wish, today()?, now())?;
                Ok((outcome, who))
            })
            .await
    }

    async fn followed_here(self: &Arc<Self>, who: &Follower) -> anyhow::Result<Vec<Subscription>> {
        let who = who.clone();
        self.shared
            .work(move |shared| Ok(here(&shared.followed(&who)?, &who)))
            .await
    }

    /// Somebody who follows, or wants to: alone with the bot for themselves, elsewhere for the room.
    async fn follower(
        self: &Arc<Self>,
        room: &Room,
        sender: &str,
        language: Language,
    ) -> Result<Follower, Failure> {
        let alone = courier::user(sender);
        let is_direct = self.is_direct(room).await?;
        let here = match is_direct {
            true => alone.clone(),
            false => courier::room(room.room_id().as_str()),
        };
        if is_direct {
            self.note_direct(sender, room).await;
        }
        let members = match self.places.need_members() {
            true => self.members(room).await?.unwrap_or_default(),
            false => Vec::new(),
        };
        Ok(Follower {
            owner: format!("{}:{sender}", courier::PLATFORM),
            target: here.clone(),
            direct: alone,
            manages: is_direct || manages(room, sender).await,
            here,
            audience: self.places.audience(room.room_id().as_str(), &members),
            language,
        })
    }
}

/// Of what somebody hears, what is told where they are: in a room, the rest is nobody else's affair.
fn here(all: &[Subscription], who: &Follower) -> Vec<Subscription> {
    let here = all.iter().filter(|one| one.target == who.here);
    here.cloned().collect()
}

/// Whether somebody may decide what is told in a room: whoever may change its name, which comes nearest to
/// those who manage a channel elsewhere.
async fn manages(room: &Room, user: &str) -> bool {
    let Ok(user) = UserId::parse(user) else {
        return false;
    };
    let levels = room.power_levels().await;
    levels.is_ok_and(|levels| levels.user_can_send_state(&user, StateEventType::RoomName))
}

/// The one of these that is meant by its number or by words of it; where there is one only, that one.
fn pick(all: &[Subscription], which: &str) -> Option<i64> {
    if let Ok(number) = which.parse::<usize>() {
        return all.get(number.checked_sub(1)?).map(|one| one.id);
    }
    let words = which.to_lowercase();
    let mut fitting = all.iter().filter(|one| {
        let named = phrases::what(&one.what, Language::Bokmal);
        named.to_lowercase().contains(&words)
    });
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Some(one.id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subscription::{Rhythm, State};

    #[test]
    fn one_is_named_by_its_number_or_by_its_words() {
        let of = |id, topic: &str| Subscription {
            id,
            owner: "matrix:@k:a.no".to_owned(),
            target: courier::user("@k:a.no"),
            direct: courier::user("@k:a.no"),
            what: What {
                topic: Some(topic.to_owned()),
                ..What::default()
            },
            rhythm: Rhythm::Once,
            language: Language::Bokmal,
            state: State::Active,
            since: 0,
        };
        let all = [of(7, "Taket i Mølla"), of(9, "hjemmekontor")];
        assert_eq!(pick(&all, "2"), Some(9));
        assert_eq!(pick(&all, "taket"), Some(7));
        for nothing in ["0", "3", "", "kontoret", "e"] {
            assert_eq!(pick(&all, nothing), None, "{nothing}");
        }
        assert_eq!(pick(&all[..1], ""), Some(7));
    }
}
