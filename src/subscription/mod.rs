//! Who follows what: subscriptions, what of a new document concerns them, when they hear of it, and
//! what a correction changed. Pure: no disk, no network, and the time is given.

pub mod correction;
pub mod matching;
pub mod rhythm;

use serde::{Deserialize, Serialize};

use crate::language::Language;

pub use correction::{Correction, correction};
pub use matching::{Found, Matcher, Part, Pattern, parts};
pub use rhythm::{InvalidSchedule, Rhythm, Schedule};

/// Words of a topic that are looked for, at most.
pub const MAX_WORDS: usize = 12;
/// Characters of a topic, at most.
pub const MAX_TOPIC: usize = 200;

/// What somebody follows: all that is given must hold, and where nothing is given, everything does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct What {
    /// The words of a topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Words that must not stand beside them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Whose positions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Of which meeting body or publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Of which collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
}

impl What {
    /// Whether it takes the words of a document to tell that it is concerned.
    pub fn reads(&self) -> bool {
        self.topic.is_some() || self.holder.is_some()
    }
}

/// Where somebody hears of what is new: a place on a platform, the platform's name before it. What the
/// place is called is the platform's own affair.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target(String);

impl Target {
    /// The place `place` on `platform`.
    pub fn new(platform: &str, place: &str) -> Target {
        Target(format!("{platform}:{place}"))
    }

    /// What it is kept as.
    pub fn kept(text: &str) -> Target {
        Target(text.to_owned())
    }

    /// The platform's name.
    pub fn platform(&self) -> &str {
        self.0.split_once(':').map_or("", |(platform, _)| platform)
    }

    /// The place on the platform.
    pub fn place(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, place)| place)
    }

    /// The text it is kept as.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether somebody hears of what they follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It was shown and is not confirmed yet.
    Draft,
    /// They do.
    Active,
    /// They want to hear nothing for now.
    Paused,
    /// They cannot be reached, and why.
    Lost(String),
}

/// Somebody follows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its number.
    pub id: i64,
    /// Who set it up: a user, the platform's name before it.
    pub owner: String,
    /// Where it is told.
    pub target: Target,
    /// Where its owner is reached alone.
    pub direct: Target,
    /// What is followed.
    pub what: What,
    /// When it is told.
    pub rhythm: Rhythm,
    /// The language of the words round the quotes.
    pub language: Language,
    /// Whether it is told.
    pub state: State,
    /// Since when, in seconds since 1970.
    pub since: i64,
}
