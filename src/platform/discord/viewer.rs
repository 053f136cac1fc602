//! Who asks, and where: what may be shown to them there.

use std::time::{Duration, Instant};

use super::Discord;
use super::api::{Failure, id};
use super::interactions::place_of;
use crate::bot::audience::{Audience, Place, Rule, Visibility};
use crate::config;
use crate::platform::shared::Memberships;

/// So long it is believed that somebody's roles in a guild have not changed.
const ROLES_HOLD: Duration = Duration::from_secs(60);

/// Somebody in a place.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    pub(super) guild: Option<u64>,
    pub(super) channel: u64,
    place: Place,
    roles: Vec<u64>,
}

impl Viewer {
    /// Whether something that was said in `place` can be seen here: the numbers on buttons are no secret.
    pub(super) fn is_in(&self, place: &str) -> bool {
        let around = match &self.place {
            Place::Group { channels, .. } => channels.as_slice(),
            Place::Direct { .. } => &[],
        };
        let mut channels = around.iter().chain([&self.channel]);
        channels.any(|channel| place_of(*channel) == place)
    }

    /// What everybody sees who is there.
    pub(super) fn aloud(&self, visibility: &Visibility) -> Audience {
        visibility.aloud(&self.place)
    }

    /// What this person sees there, if nobody else does.
    pub(super) fn alone(&self, visibility: &Visibility) -> Audience {
        visibility.alone(&self.place, &self.roles)
    }

    /// What is seen in a reply that only this person sees, or that all do.
    pub(super) fn audience(&self, visibility: &Visibility, private: bool) -> Audience {
        match private {
            true => self.alone(visibility),
            false => self.aloud(visibility),
        }
    }
}

/// Where something comes from, as far as Discord says.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin {
    pub(super) user: u64,
    pub(super) guild: Option<u64>,
    pub(super) channel: u64,
    /// The channel that a thread is a part of, where the channel is known to be one.
    pub(super) parent: Option<u64>,
    pub(super) roles: Vec<u64>,
}

impl Origin {
    /// Whoever it is, in a guild: nothing need be looked up.
    fn in_guild(self, guild: u64) -> Viewer {
        Viewer {
            guild: Some(guild),
            channel: self.channel,
            place: Place::Group {
                group: guild,
                channels: std::iter::once(self.channel).chain(self.parent).collect(),
            },
            roles: self.roles,
        }
    }
}

impl Discord {
    /// The one who asks, where that can be told without asking Discord.
    pub(super) fn viewer_at_once(&self, origin: &Origin) -> Option<Viewer> {
        let guild = origin.guild?;
        Some(origin.clone().in_guild(guild))
    }

    /// The one who asks. In direct messages it is looked up what they are in the guilds whose
    /// collections may be seen there.
    pub(super) async fn viewer(&self, origin: Origin) -> Viewer {
        if let Some(guild) = origin.guild {
            return origin.in_guild(guild);
        }
        let memberships = self.memberships(origin.user).await;
        Viewer {
            guild: None,
            channel: origin.channel,
            place: Place::Direct {
                memberships: memberships.into_iter().collect(),
            },
            roles: Vec::new(),
        }
    }

    async fn memberships(&self, user: u64) -> Memberships {
        let (memberships, failure) = self.look_up_memberships(user).await;
        if let Some(failure) = failure {
            tracing::warn!("discord: roles cannot be looked up: {failure}");
        }
        memberships
    }

    /// What somebody may see in direct messages; a failure where that cannot be told for sure.
    pub(super) async fn audience_alone(&self, user: u64) -> Result<Audience, Failure> {
        let (memberships, failure) = self.look_up_memberships(user).await;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let place = Place::Direct {
            memberships: memberships.into_iter().collect(),
        };
        Ok(self.visibility.aloud(&place))
    }

    /// What all may see in a channel; a failure where that cannot be told for sure.
    pub(super) async fn audience_in(&self, guild: u64, channel: u64) -> Result<Audience, Failure> {
        let parent = self.look_up_parent(channel).await?;
        let origin = Origin {
            guild: Some(guild),
            channel,
            parent,
            ..Origin::default()
        };
        Ok(origin.in_guild(guild).aloud(&self.visibility))
    }

    async fn look_up_memberships(&self, user: u64) -> (Memberships, Option<Failure>) {
        let groups = self.visibility.groups_of_direct_messages();
        if groups.is_empty() {
            return (Memberships::new(), None);
        }
        if let Some((at, known)) = self.memberships.get(&user)
            && at.elapsed() < ROLES_HOLD
        {
            return (known, None);
        }
        let at = Instant::now();
        let mut memberships = Memberships::new();
        let mut failed = None;
        for guild in groups {
            match self
                .api
                .get(&format!("/guilds/{guild}/members/{user}"))
                .await
            {
                Ok(member) => {
                    let roles = member["roles"].as_array().into_iter().flatten();
                    memberships.insert(guild, roles.filter_map(id).collect());
                }
                // No member, or the bot is none itself: nothing of that guild is shown.
                Err(failure) if matches!(failure.status(), 403 | 404) => {}
                Err(failure) => failed = Some(failure),
            }
        }
        if failed.is_none() {
            self.memberships.put(user, (at, memberships.clone()));
        }
        (memberships, failed)
    }

    /// The channel that a message's channel is a part of, looked up where rules may depend on it.
    pub(super) async fn parent_of(&self, channel: u64) -> Option<u64> {
        self.look_up_parent(channel)
            .await
            .unwrap_or_else(|failure| {
                tracing::warn!("discord: a channel cannot be looked up: {failure}");
                None
            })
    }

    async fn look_up_parent(&self, channel: u64) -> Result<Option<u64>, Failure> {
        if self
            .visibility
            .rules
            .iter()
            .all(|rule| rule.channel.is_none())
        {
            return Ok(None);
        }
        if let Some(parent) = self.parents.get(&channel) {
            return Ok(parent);
        }
        let found = self.api.get(&format!("/channels/{channel}")).await?;
        let parent = id(&found["parent_id"]).filter(|_| is_thread(found["type"].as_u64()));
        self.parents.put(channel, parent);
        Ok(parent)
    }
}

/// Whether a channel of this type is a thread: of announcements, public, private.
pub(super) fn is_thread(kind: Option<u64>) -> bool {
    matches!(kind, Some(10..=12))
}

/// The rules as the core knows them.
pub(super) fn visibility(config: &config::Discord) -> Visibility {
    let rule = |show: &config::Show| Rule {
        collections: (!show.collections.iter().any(|name| name == "*"))
            .then(|| show.collections.clone()),
        group: show.guild.0,
        channel: show.channel.map(|channel| channel.0),
        role: show.role.map(|role| role.0),
        direct: show.direct_messages,
    };
    Visibility {
        rules: config.show.iter().map(rule).collect(),
    }
}
