//! Letters to channels and users: what followers hear.

use std::sync::Arc;

use super::Discord;
use super::api::{Failure, Target as To};
use super::messages::is_lack_of_rights;
use crate::bot::audience::Audience;
use crate::platform::courier::{Courier, Errand, Refused, Tidings};
use crate::render::discord::{Message, follow};
use crate::subscription::Target;

/// The platform's name.
pub(super) const PLATFORM: &str = "discord";

/// Takes letters to Discord.
pub(super) struct ToDiscord(pub(super) Arc<Discord>);

/// A place that a letter goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Channel { guild: u64, channel: u64 },
    User(u64),
}

/// A channel of a guild, as a place that letters go to.
pub(super) fn channel(guild: u64, channel: u64) -> Target {
    Target::new(PLATFORM, &format!("{guild}/{channel}"))
}

/// A user alone, as a place that letters go to.
pub(super) fn user(user: u64) -> Target {
    Target::new(PLATFORM, &format!("@{user}"))
}

fn place(target: &Target) -> Result<Place, Refused> {
    let place = target.place();
    let found = match place.strip_prefix('@') {
        Some(user) => user.parse().ok().map(Place::User),
        None => place.split_once('/').and_then(|(guild, channel)| {
            Some(Place::Channel {
                guild: guild.parse().ok()?,
                channel: channel.parse().ok()?,
            })
        }),
    };
    found.ok_or_else(|| Refused::Never(format!("\"{place}\" is no place on Discord")))
}

/// Why a letter was not taken, as the post understands it.
fn refused(failure: Failure) -> Refused {
    const UNKNOWN_CHANNEL: u64 = 10_003;
    let said = match &failure {
        Failure::Refused { message, .. } if !message.is_empty() => message.clone(),
        other => other.to_string(),
    };
    match failure.status() {
        // What stands before Discord refuses too, and knows nothing of rights.
        403 | 404 if failure.code() == 0 => Refused::Later(said, None),
        403 | 404 => Refused::Rights(said),
        _ if failure.code() == UNKNOWN_CHANNEL || is_lack_of_rights(&failure) => {
            Refused::Rights(said)
        }
        400..=499 if failure.status() != 401 => Refused::Never(failure.to_string()),
        _ => Refused::Later(failure.to_string(), None),
    }
}

impl ToDiscord {
    async fn channel_of(&self, place: Place) -> Result<u64, Refused> {
        let user = match place {
            Place::Channel { channel, .. } => return Ok(channel),
            Place::User(user) => user,
        };
        if let Some(known) = self.0.direct.get(&user) {
            return Ok(known);
        }
        let channel = self.0.api.direct_channel(user).await.map_err(refused)?;
        self.0.direct.put(user, channel);
        Ok(channel)
    }

    async fn post(&self, channel: u64, message: &Message, key: &str) -> Result<(), Refused> {
        let to = To::Letter {
            channel,
            key: key.to_owned(),
        };
        match self.0.api.send(&to, message).await {
            Ok(_) => Ok(()),
            // Where embeds may not be shown, words still may.
            Err(failure) if is_lack_of_rights(&failure) => {
                let plain = message.without_embeds();
                self.0.api.send(&to, &plain).await.map_err(refused)?;
                Ok(())
            }
            Err(failure) => Err(refused(failure)),
        }
    }
}

impl Courier for ToDiscord {
    fn platform(&self) -> &'static str {
        PLATFORM
    }

    fn audience<'a>(&'a self, target: &'a Target) -> Errand<'a, Audience> {
        Box::pin(async move {
            let audience = match place(target)? {
                Place::Channel { guild, channel } => self.0.audience_in(guild, channel).await,
                Place::User(user) => self.0.audience_alone(user).await,
            };
            audience.map_err(refused)
        })
    }

    fn send<'a>(&'a self, target: &'a Target, letter: &'a Tidings, key: &'a str) -> Errand<'a, ()> {
        Box::pin(async move {
            let channel = self.channel_of(place(target)?).await?;
            let message = match letter {
                Tidings::News {
                    news,
                    page,
                    language,
                } => follow::news(news, page.as_deref(), key, *language),
                Tidings::Lost {
                    subscription,
                    reason,
                } => follow::lost(subscription, reason),
            };
            self.post(channel, &message, key).await
        })
    }

    fn is_there<'a>(&'a self, target: &'a Target, key: &'a str) -> Errand<'a, bool> {
        Box::pin(async move {
            let channel = self.channel_of(place(target)?).await?;
            let path = format!("/channels/{channel}/messages?limit=100");
            let latest = match self.0.api.get(&path).await {
                Ok(latest) => latest,
                // Without the right to read the history nobody can tell.
                Err(failure) if is_lack_of_rights(&failure) => return Ok(false),
                Err(failure) => return Err(refused(failure)),
            };
            // The button under it has the key.
            let button = format!("\"following:{key}\"");
            Ok(latest.to_string().contains(&button))
        })
    }
}
