//! Following: the commands, the buttons under answers and lists, and what comes back.

use std::sync::Arc;

use serenity::model::Permissions;
use serenity::model::application::{CommandInteraction, ComponentInteraction};

use super::Discord;
use super::api::{Acknowledge, Interaction, Target};
use super::courier;
use super::interactions::{of_locale, origin};
use super::viewer::{Origin, Viewer};
use crate::bot::audience::Audience;
use crate::bot::command::Following;
use crate::clock::{now, today};
use crate::language::Language;
use crate::platform::following::{Follower, Outcome};
use crate::render::discord::{Message, follow, limit, shortened};
use crate::render::phrases::{chat, follow as phrases};
use crate::subscription::{Rhythm, What};

/// What the bot needs in a channel to tell what is new.
const NEEDED: Permissions = Permissions::VIEW_CHANNEL.union(Permissions::EMBED_LINKS);

/// What a button is for, as its id has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Press {
    /// To follow the matter of an answer.
    This(i64),
    /// To do something with what is followed; in a message of its own, or in place of the one with the button.
    Wish { wish: Following, apart: bool },
}

impl Press {
    pub(super) fn parse(custom_id: &str) -> Option<Press> {
        let (what, rest) = custom_id.split_once(':')?;
        let id = || rest.parse().ok();
        let wish = match what {
            "follow" => return id().map(Press::This),
            "confirm" => Following::Confirm(id()?),
            "drop" => Following::Drop(id()?),
            "following" => Following::List,
            "subscription" => Following::Show(id()?),
            "pause" => Following::Pause(id()?),
            "resume" => Following::Resume(id()?),
            "unfollow" => Following::Unfollow(id()?),
            "rhythm" => {
                let (id, rhythm) = rest.split_once(':')?;
                Following::Change(id.parse().ok()?, Rhythm::of(rhythm)?)
            }
            _ => return None,
        };
        // The list under what is new is seen by the one who asks for it.
        let apart = wish == Following::List && !rest.is_empty();
        Some(Press::Wish { wish, apart })
    }
}

/// Whether somebody may decide what is told in a channel.
fn manages(permissions: Option<Permissions>) -> bool {
    let manages = Permissions::MANAGE_CHANNELS | Permissions::ADMINISTRATOR;
    permissions.is_some_and(|own| own.intersects(manages))
}

impl Discord {
    /// A command with what is followed; nothing is done for any other.
    pub(super) async fn follow(
        self: &Arc<Self>,
        typed: &CommandInteraction,
        by: &Interaction,
        origin: Origin,
    ) {
        let language = of_locale(&typed.locale);
        let private = Acknowledge::Message {
            private: origin.guild.is_some(),
        };
        if let Err(failure) = self.api.acknowledge(by, private).await {
            return tracing::warn!("discord: too late to answer a command: {failure}");
        }
        let target = Target::Original(by.clone());
        let member = typed.member.as_ref();
        let member = member.and_then(|member| member.permissions);
        let text = |name: &str| {
            let mut options = typed.data.options.iter();
            let value = options.find(|option| option.name == name)?.value.as_str()?;
            Some(value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let here = origin.guild.is_some()
            && typed
                .data
                .options
                .iter()
                .any(|option| option.name == "here" && option.value.as_bool() == Some(true));
        let wish = match typed.data.name.as_str() {
            "follow" => {
                let words = text("without").unwrap_or_default();
                let words = words.split(',').map(str::trim);
                let what = What {
                    topic: text("topic"),
                    without: words
                        .filter(|word| !word.is_empty())
                        .map(str::to_owned)
                        .collect(),
                    holder: text("holder"),
                    body: text("body"),
                    collection: text("collection"),
                };
                let rhythm = text("how-often").and_then(|name| Rhythm::of(&name));
                Following::Try(what, rhythm.unwrap_or_default())
            }
            "unfollow" => match text("followed").map(|id| id.parse()) {
                Some(Ok(id)) => Following::Unfollow(id),
                _ => Following::List,
            },
            _ => Following::List,
        };
        if here && !may_write(typed.app_permissions, is_thread(typed)) {
            let message = follow::said(phrases::cannot_write(language));
            return self.say(&target, by.id, &message, language).await;
        }
        let done = async {
            let who = self
                .follower(origin, manages(member), here, language)
                .await?;
            self.wish(who, wish).await
        };
        match done.await {
            Ok(message) => self.say(&target, by.id, &message, language).await,
            Err(error) => self.apologise(&target, by.id, &error, language).await,
        }
    }

    /// A button for what is followed.
    pub(super) async fn pressed_to_follow(
        self: &Arc<Self>,
        pressed: &ComponentInteraction,
        by: &Interaction,
        press: Press,
    ) {
        let language = of_locale(&pressed.locale);
        let origin = origin(
            pressed.guild_id.map(u64::from),
            pressed.channel_id.get(),
            pressed.channel.as_ref(),
            pressed.member.as_ref(),
            &pressed.user,
        );
        let apart = matches!(press, Press::This(_) | Press::Wish { apart: true, .. });
        let how = match apart {
            true => Acknowledge::Message {
                private: origin.guild.is_some(),
            },
            false => Acknowledge::Update,
        };
        if let Err(failure) = self.api.acknowledge(by, how).await {
            return tracing::warn!("discord: too late to answer a button: {failure}");
        }
        let target = Target::Original(by.clone());
        let member = pressed.member.as_ref();
        let member = member.and_then(|member| member.permissions);
        let done = async {
            let wish = match press {
                Press::Wish { wish, .. } => wish,
                Press::This(answer) => match self.matter_of(origin.clone(), answer).await? {
                    Some(what) => Following::Try(what, Rhythm::default()),
                    None => return Ok(Message::plain(chat::forgotten(language))),
                },
            };
            let who = self
                .follower(origin, manages(member), false, language)
                .await?;
            self.wish(who, wish).await
        };
        match done.await {
            Ok(message) => self.say(&target, by.id, &message, language).await,
            Err(error) => self.apologise(&target, by.id, &error, language).await,
        }
    }

    /// Somebody who follows, or wants to: in the channel they are in, or alone.
    async fn follower(
        self: &Arc<Self>,
        origin: Origin,
        manages: bool,
        here: bool,
        language: Language,
    ) -> anyhow::Result<Follower> {
        let direct = courier::user(origin.user);
        let place = match origin.guild {
            Some(guild) => courier::channel(guild, origin.channel),
            None => direct.clone(),
        };
        let audience = match (origin.guild, here) {
            (Some(guild), true) => self.audience_in(guild, origin.channel).await?,
            _ => self.audience_alone(origin.user).await?,
        };
        Ok(Follower {
            owner: format!("{}:{}", courier::PLATFORM, origin.user),
            target: if here { place.clone() } else { direct.clone() },
            direct,
            manages,
            here: place,
            audience,
            language,
        })
    }

    async fn wish(self: &Arc<Self>, who: Follower, wish: Following) -> anyhow::Result<Message> {
        let language = who.language;
        let outcome = self
            .shared
            .work(move |shared| shared.following(&who, &wish, today()?, now()))
            .await?;
        let named = |what: &What| phrases::what(what, language);
        Ok(match &outcome {
            Outcome::Tried(draft, preview) => follow::preview(draft, preview, language),
            Outcome::Followed(known) => follow::followed(known, language),
            Outcome::Dropped => follow::said(phrases::dropped(language)),
            Outcome::List(all) => follow::list(all, language),
            Outcome::One(known) => follow::one(known, language),
            Outcome::Unfollowed(known) => {
                follow::said(&phrases::unfollowed(&named(&known.what), language))
            }
            Outcome::Already(known) => {
                follow::said(&phrases::already(&named(&known.what), language))
            }
            Outcome::TooMany(most) => follow::said(&phrases::too_many(*most, language)),
            Outcome::NotTheirs => follow::said(phrases::not_theirs(language)),
            Outcome::Unknown => follow::said(phrases::unknown(language)),
            Outcome::Unfit(unfit) => follow::said(&phrases::unfit(unfit, language)),
        })
    }

    /// What to follow to hear more of what an answer tells: the matter that it is from, or what was asked.
    async fn matter_of(
        self: &Arc<Self>,
        origin: Origin,
        answer: i64,
    ) -> anyhow::Result<Option<What>> {
        let viewer: Viewer = self.viewer(origin.clone()).await;
        let audience = viewer.alone(&self.visibility);
        self.shared
            .work(move |shared| {
                let topic = shared.matter_of(answer, &audience, |place| viewer.is_in(place))?;
                Ok(topic.map(|topic| What {
                    topic: Some(topic),
                    ..What::default()
                }))
            })
            .await
    }

    /// What is followed, to choose from while somebody types.
    pub(super) async fn followed(
        self: &Arc<Self>,
        origin: Origin,
        typed: &str,
        language: Language,
    ) -> anyhow::Result<Vec<(String, String)>> {
        let direct = courier::user(origin.user);
        let here = match origin.guild {
            Some(guild) => courier::channel(guild, origin.channel),
            None => direct.clone(),
        };
        let who = Follower {
            owner: format!("{}:{}", courier::PLATFORM, origin.user),
            target: direct.clone(),
            direct,
            manages: false,
            here,
            audience: Audience::Collections(Default::default()),
            language,
        };
        let all = self
            .shared
            .work(move |shared| shared.followed(&who))
            .await?;
        let typed = typed.to_lowercase();
        let choice = |one: &crate::subscription::Subscription| {
            let name = follow::choice(one, language);
            (shortened(&name, limit::NAME), one.id.to_string())
        };
        let all = all.iter().map(choice);
        let all = all.filter(|(name, _)| name.to_lowercase().contains(&typed));
        Ok(all.take(limit::CHOICES).collect())
    }
}

/// Whether the bot may write in a channel, as far as Discord says.
fn may_write(permissions: Option<Permissions>, thread: bool) -> bool {
    let send = match thread {
        true => Permissions::SEND_MESSAGES_IN_THREADS,
        false => Permissions::SEND_MESSAGES,
    };
    permissions
        .is_none_or(|own| own.contains(Permissions::ADMINISTRATOR) || own.contains(NEEDED | send))
}

fn is_thread(typed: &CommandInteraction) -> bool {
    typed
        .channel
        .as_ref()
        .is_some_and(super::interactions::is_in_thread)
}
