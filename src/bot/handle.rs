//! A bot that runs for long: shared between platforms, replaced when documents change, and made
//! anew for each audience.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::Bot;
use super::audience::Audience;

/// So many audiences are remembered; each costs some bytes a passage.
const MAX_AUDIENCES: usize = 64;

/// Leads to the bot that an audience gets.
pub struct Handle {
    state: RwLock<Arc<State>>,
}

struct State {
    all: Arc<Bot>,
    /// The bots of those who may not see everything.
    narrowed: Mutex<HashMap<BTreeSet<String>, Arc<Bot>>>,
}

impl Handle {
    /// A handle on `bot`.
    pub fn new(bot: Bot) -> Handle {
        Handle {
            state: RwLock::new(Arc::new(State::new(bot))),
        }
    }

    /// From now on `bot` answers.
    pub fn replace(&self, bot: Bot) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        *state = Arc::new(State::new(bot));
    }

    /// The bot that knows what `audience` may see, and nothing else.
    pub fn bot(&self, audience: &Audience) -> anyhow::Result<Arc<Bot>> {
        let state = self
            .state
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Audience::Collections(collections) = audience else {
            return Ok(state.all.clone());
        };
        // Collections that do not exist must not fill the memory.
        let known = state.all.entries().iter().map(|entry| &entry.collection);
        let seen: BTreeSet<String> = known
            .filter(|collection| collections.contains(*collection))
            .cloned()
            .collect();
        if state
            .all
            .entries()
            .iter()
            .all(|entry| seen.contains(&entry.collection))
        {
            return Ok(state.all.clone());
        }
        let mut narrowed = state
            .narrowed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(bot) = narrowed.get(&seen) {
            return Ok(bot.clone());
        }
        let bot = Arc::new(state.all.only(&seen)?);
        if narrowed.len() >= MAX_AUDIENCES {
            narrowed.clear();
        }
        narrowed.insert(seen, bot.clone());
        Ok(bot)
    }
}

impl State {
    fn new(bot: Bot) -> State {
        State {
            all: Arc::new(bot),
            narrowed: Mutex::default(),
        }
    }
}
