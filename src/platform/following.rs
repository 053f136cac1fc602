//! What people do with what they follow, on any platform.

use crate::bot::audience::Audience;
use crate::bot::command::{Command, Following};
use crate::bot::follow::{Preview, Unfit};
use crate::corpus::Date;
use crate::language::{Language, detect};
use crate::subscription::{State, Subscription, Target, What};

use super::shared::Shared;

/// Subscriptions that are told at one place, at most.
pub const MOST: usize = 25;

/// Who wants something, and where it would be told.
#[derive(Debug, Clone)]
pub struct Follower {
    /// The user, the platform's name before it.
    pub owner: String,
    /// Where it is told: a channel or room, or the owner alone.
    pub target: Target,
    /// Where the owner is reached alone.
    pub direct: Target,
    /// Whether the owner may decide what is told in the channel or room they are in.
    pub manages: bool,
    /// The channel or room they are in.
    pub here: Target,
    /// What may be seen where it would be told.
    pub audience: Audience,
    /// The language of the words round the quotes.
    pub language: Language,
}

/// What comes back.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// What it would have told in the last year; it is to be confirmed.
    Tried(Subscription, Preview),
    /// It is followed from now on.
    Followed(Subscription),
    /// It is not followed.
    Dropped,
    /// What is followed here, and what the owner hears alone.
    List(Vec<Subscription>),
    /// One subscription.
    One(Subscription),
    /// It is followed no longer.
    Unfollowed(Subscription),
    /// It is followed already.
    Already(Subscription),
    /// So many are followed there that no more fit.
    TooMany(usize),
    /// It is not theirs to decide.
    NotTheirs,
    /// There is no such subscription.
    Unknown,
    /// It cannot be followed.
    Unfit(Unfit),
}

impl Shared {
    /// Does what somebody wants with what they follow. `today` is the last day of the year that is looked
    /// back on, `now` the time in seconds since 1970.
    pub fn following(
        &self,
        who: &Follower,
        wish: &Following,
        today: Date,
        now: i64,
    ) -> anyhow::Result<Outcome> {
        let number = match wish {
            Following::Try(what, rhythm) => {
                let draft = Subscription {
                    id: 0,
                    owner: who.owner.clone(),
                    target: who.target.clone(),
                    direct: who.direct.clone(),
                    what: what.clone(),
                    rhythm: *rhythm,
                    language: language_of(what, who.language),
                    state: State::Draft,
                    since: now,
                };
                return self.try_out(who, draft, today);
            }
            Following::List => return Ok(Outcome::List(self.followed(who)?)),
            Following::Confirm(id)
            | Following::Drop(id)
            | Following::Show(id)
            | Following::Pause(id)
            | Following::Resume(id)
            | Following::Change(id, _)
            | Following::Unfollow(id) => *id,
        };
        let Some(mut known) = self.store.subscription(number)? else {
            return Ok(Outcome::Unknown);
        };
        // The numbers on buttons are no secret.
        let in_place = known.target == who.here || known.direct == who.direct;
        if !in_place {
            return Ok(Outcome::Unknown);
        }
        let own = known.target == known.direct && known.owner == who.owner;
        let set_up = known.owner == who.owner
            && matches!(
                wish,
                Following::Pause(_) | Following::Resume(_) | Following::Unfollow(_)
            );
        let manages = own || set_up || known.target == who.here && who.manages;
        let confirms = known.state == State::Draft && known.owner == who.owner;
        if !matches!(wish, Following::Show(_)) && !manages && !confirms {
            return Ok(Outcome::NotTheirs);
        }
        match wish {
            Following::Confirm(_) if known.state == State::Draft => {
                let there = self.store.subscriptions_at(&known.target)?;
                if there.len() >= MOST {
                    return Ok(Outcome::TooMany(MOST));
                }
                if let Some(same) = there.into_iter().find(|one| one.what == known.what) {
                    self.store.unfollow(number)?;
                    return Ok(Outcome::Already(same));
                }
                self.store.set_state(number, &State::Active)?;
                known.state = State::Active;
                Ok(Outcome::Followed(known))
            }
            // Pressed twice.
            Following::Confirm(_) => Ok(Outcome::Followed(known)),
            Following::Drop(_) => {
                if known.state == State::Draft {
                    self.store.unfollow(number)?;
                }
                Ok(Outcome::Dropped)
            }
            _ if known.state == State::Draft => Ok(Outcome::Unknown),
            Following::Pause(_) | Following::Resume(_) => {
                known.state = match wish {
                    Following::Pause(_) => State::Paused,
                    _ => State::Active,
                };
                self.store.set_state(number, &known.state)?;
                // What waited is told.
                self.news.notify_one();
                Ok(Outcome::One(known))
            }
            Following::Change(_, rhythm) => {
                self.store
                    .set_rhythm(number, *rhythm, self.schedule.due(*rhythm, now))?;
                self.news.notify_one();
                known.rhythm = *rhythm;
                Ok(Outcome::One(known))
            }
            Following::Unfollow(_) => {
                self.store.unfollow(number)?;
                Ok(Outcome::Unfollowed(known))
            }
            _ => Ok(Outcome::One(known)),
        }
    }

    /// What is told where somebody is, and what they hear alone.
    pub fn followed(&self, who: &Follower) -> anyhow::Result<Vec<Subscription>> {
        let mut all = self.store.subscriptions_at(&who.direct)?;
        if who.here != who.direct {
            all.extend(self.store.subscriptions_at(&who.here)?);
        }
        Ok(all)
    }

    /// What to follow to hear more of what an answer tells: the matter that it is from, or what was asked.
    /// Nothing where the answer is not remembered, or was not given where `is_here` says.
    pub(super) fn matter_of(
        &self,
        answer: i64,
        audience: &Audience,
        is_here: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Option<String>> {
        let again = self.again(answer, audience)?;
        let Some(again) = again.filter(|again| is_here(&again.channel)) else {
            return Ok(None);
        };
        let first = match again.command {
            Command::Ask(..) => again.excerpts.first(),
            // A card is called what was asked for.
            _ => None,
        };
        let heading = first.and_then(|shown| shown.heading.clone());
        // "Eventuelt" is no matter.
        let matter = heading.filter(|heading| again.bot.names().matters.contains(heading));
        Ok(Some(matter.unwrap_or(again.question)))
    }

    fn try_out(
        &self,
        who: &Follower,
        mut draft: Subscription,
        today: Date,
    ) -> anyhow::Result<Outcome> {
        if draft.target != draft.direct && !who.manages {
            return Ok(Outcome::NotTheirs);
        }
        let bot = self.bots.bot(&who.audience)?;
        if let Err(unfit) = bot.can_follow(&draft.what) {
            return Ok(Outcome::Unfit(unfit));
        }
        let there = self.store.subscriptions_at(&draft.target)?;
        if let Some(same) = there.iter().find(|one| one.what == draft.what) {
            return Ok(Outcome::Already(same.clone()));
        }
        if there.len() >= MOST {
            return Ok(Outcome::TooMany(MOST));
        }
        let preview = bot.preview(&draft.what, year_before(today))?;
        draft.id = self.store.follow(&draft)?;
        Ok(Outcome::Tried(draft, preview))
    }
}

/// The language of a topic, where it tells one; else that of the one who follows it.
fn language_of(what: &What, own: Language) -> Language {
    let told = what.topic.as_deref().map(detect);
    // A word or two are taken for bokmål where nothing tells.
    told.filter(|told| *told == Language::Nynorsk)
        .unwrap_or(own)
}

/// The same day of the year before.
fn year_before(today: Date) -> Date {
    let year = today.year().saturating_sub(1);
    let day = Date::new(year, today.month(), today.day());
    // The 29th of February has none.
    let day = day.or_else(|| Date::new(year, today.month(), None));
    day.unwrap_or(today)
}
