//! How what is new reaches those who follow it: one courier a platform, and a loop that knows none of them.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::bot::audience::Audience;
use crate::bot::follow::News;
use crate::language::Language;
use crate::subscription::{Subscription, Target};

/// What a courier does, in the background.
pub type Errand<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refused>> + Send + 'a>>;

/// Takes letters to places on one platform.
pub trait Courier: Send + Sync {
    /// The platform's name, which stands before the places it can reach.
    fn platform(&self) -> &'static str;

    /// Who is at a place: what may be told there aloud. A document that they may not see is neither told of
    /// nor counted.
    fn audience<'a>(&'a self, target: &'a Target) -> Errand<'a, Audience>;

    /// Sends a letter. `key` is the same each time it is tried, and at most 25 letters and digits: two
    /// letters with one key must be seen once.
    fn send<'a>(&'a self, target: &'a Target, letter: &'a Tidings, key: &'a str) -> Errand<'a, ()>;

    /// Whether a letter with this key is there already: asked where so much time has passed since the last
    /// try that the platform may have forgotten the key. Where that cannot be told, it is not.
    fn is_there<'a>(&'a self, target: &'a Target, key: &'a str) -> Errand<'a, bool> {
        let _ = (target, key);
        Box::pin(async { Ok(false) })
    }
}

/// What a letter says: data, which each platform renders.
#[derive(Debug, Clone, PartialEq)]
pub enum Tidings {
    /// What is new, and where to read what has no room.
    News {
        /// Documents, in the order in which they came.
        news: Vec<News>,
        /// The address of the page with what is new, where there is one.
        page: Option<String>,
        /// The language of the words round the quotes.
        language: Language,
    },
    /// That something that is followed cannot be told any more.
    Lost {
        /// What is followed, where it was told.
        subscription: Box<Subscription>,
        /// Why, in the platform's words.
        reason: String,
    },
}

/// Why a letter was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The place cannot be written to any more: rights were lost, or it is gone.
    #[error("{0}")]
    Rights(String),
    /// It cannot be sent now; where the platform says so, not before this time has passed.
    #[error("{0}")]
    Later(String, Option<Duration>),
    /// It can never be sent.
    #[error("{0}")]
    Never(String),
}

/// The couriers of all platforms that run.
#[derive(Default)]
pub struct Couriers {
    all: RwLock<BTreeMap<&'static str, Arc<dyn Courier>>>,
}

impl Couriers {
    /// From now on letters to this platform are taken.
    pub fn add(&self, courier: Arc<dyn Courier>) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(courier.platform(), courier);
    }

    /// The courier to a platform, where it runs.
    pub fn to(&self, platform: &str) -> Option<Arc<dyn Courier>> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.get(platform).cloned()
    }
}
