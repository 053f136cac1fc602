//! How fast people may ask: so much a minute, saved up to a minute's worth.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Limits for users and for groups of them.
pub(super) struct Limits {
    user_per_minute: f64,
    group_per_minute: f64,
    buckets: Mutex<HashMap<Asker, Bucket>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Asker {
    User(u64),
    Group(u64),
}

struct Bucket {
    left: f64,
    at: Instant,
}

/// So many are kept count of; those who have asked nothing for a minute need not be.
const MANY: usize = 10_000;
const MINUTE: Duration = Duration::from_secs(60);

impl Limits {
    pub(super) fn new(user_per_minute: u32, group_per_minute: u32) -> Limits {
        Limits {
            user_per_minute: f64::from(user_per_minute),
            group_per_minute: f64::from(group_per_minute),
            buckets: Mutex::default(),
        }
    }

    /// Counts a question; where it comes too soon, says for how long to wait, and counts nothing.
    pub(super) fn take(&self, user: u64, group: Option<u64>, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > MANY {
            buckets.retain(|_, bucket| now.duration_since(bucket.at) < MINUTE);
        }
        let askers = [
            Some((Asker::User(user), self.user_per_minute)),
            group.map(|group| (Asker::Group(group), self.group_per_minute)),
        ];
        let mut wait = Duration::ZERO;
        for (asker, per_minute) in askers.into_iter().flatten() {
            let bucket = buckets.entry(asker).or_insert(Bucket {
                left: per_minute,
                at: now,
            });
            let minutes = now.duration_since(bucket.at).as_secs_f64() / 60.0;
            bucket.left = (bucket.left + minutes * per_minute).min(per_minute);
            bucket.at = now;
            if bucket.left < 1.0 {
                let missing = (1.0 - bucket.left) / per_minute * 60.0;
                wait = wait.max(Duration::from_secs_f64(missing));
            }
        }
        if wait > Duration::ZERO {
            return Err(wait);
        }
        for (asker, _) in askers.into_iter().flatten() {
            if let Some(bucket) = buckets.get_mut(&asker) {
                bucket.left -= 1.0;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_fast_waits_and_others_do_not() {
        let limits = Limits::new(2, 3);
        let now = Instant::now();
        let take = |user, after| limits.take(user, Some(9), now + Duration::from_secs(after));
        assert!(take(1, 0).is_ok() && take(1, 0).is_ok());
        let wait = take(1, 0).unwrap_err();
        assert!((29..=30).contains(&wait.as_secs()), "{wait:?}");
        assert!(take(2, 0).is_ok());
        assert!(take(2, 0).is_err(), "the group has had its three");
        assert!(take(1, 31).is_ok());
    }
}
