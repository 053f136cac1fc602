//! How fast people may ask, as the other platforms have it, for names in place of numbers.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use crate::platform::limits::Limits;
use crate::platform::recent::Recent;

/// So many are remembered who were told to wait.
const MANY: usize = 1_000;

/// How fast people may ask. Who was told so is not told again for a while.
pub(super) struct Pace {
    limits: Limits,
    told: Recent<u64, Instant>,
    turns: Recent<u64, Turns>,
}

/// How often somebody in a room was answered without a prefix.
#[derive(Debug, Clone, Copy)]
struct Turns {
    since: Instant,
    number: u32,
}

/// Within so long a time,
const WHILE: Duration = Duration::from_secs(10 * 60);
/// so many turns: no person asks more, and two programs that answer each other go on for ever.
const TURNS: u32 = 30;

impl Pace {
    pub(super) fn new(user_per_minute: u32, room_per_minute: u32) -> Pace {
        Pace {
            limits: Limits::new(user_per_minute, room_per_minute),
            told: Recent::new(MANY),
            turns: Recent::new(MANY),
        }
    }

    /// Counts a question without a prefix. Fails where somebody asks more than a person would; says whether
    /// this is the first time.
    pub(super) fn goes_on(&self, user: &str, room: &str) -> Result<(), bool> {
        self.goes_on_at(number(&format!("{room} {user}")), Instant::now())
    }

    fn goes_on_at(&self, who: u64, now: Instant) -> Result<(), bool> {
        let anew = Turns {
            since: now,
            number: 1,
        };
        let counted = self.turns.change(&who, |turns| {
            *turns = match now.duration_since(turns.since) < WHILE {
                true => Turns {
                    number: turns.number.saturating_add(1),
                    ..*turns
                },
                false => anew,
            };
            turns.number
        });
        let Some(number) = counted else {
            self.turns.put(who, anew);
            return Ok(());
        };
        match number <= TURNS {
            true => Ok(()),
            false => Err(number == TURNS + 1),
        }
    }

    /// Counts a question. Where it comes too soon, says for how many seconds to wait; nothing to one who
    /// was told so a moment ago, or two programs could go on telling each other.
    pub(super) fn take(&self, user: &str, room: &str) -> Result<(), Option<u64>> {
        const AGAIN: Duration = Duration::from_secs(60);
        let (user, now) = (number(user), Instant::now());
        let taken = self.limits.take(user, Some(number(room)), now);
        taken.map_err(|wait| {
            let told = self.told.get(&user);
            let told = told.is_some_and(|at| now.duration_since(at) < AGAIN);
            if !told {
                self.told.put(user, now);
            }
            (!told).then(|| wait.as_secs() + 1)
        })
    }
}

fn number(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_fast_is_told_so_once() {
        let pace = Pace::new(1, 10);
        assert_eq!(pace.take("@a:b", "!r"), Ok(()));
        assert!(matches!(pace.take("@a:b", "!r"), Err(Some(59..=61))));
        assert_eq!(pace.take("@a:b", "!r"), Err(None));
        assert_eq!(pace.take("@c:b", "!r"), Ok(()));
    }

    #[test]
    fn two_programs_do_not_answer_each_other_for_ever() {
        let pace = Pace::new(1, 1);
        let now = Instant::now();
        for second in 0..30 {
            assert_eq!(
                pace.goes_on_at(1, now + Duration::from_secs(second)),
                Ok(())
            );
        }
        assert_eq!(pace.goes_on_at(1, now), Err(true));
        assert_eq!(pace.goes_on_at(1, now), Err(false));
        assert_eq!(pace.goes_on_at(2, now), Ok(()));
        assert_eq!(pace.goes_on_at(1, now + WHILE), Ok(()));
    }
}
