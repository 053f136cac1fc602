//! How far the bot has come: up to which place in the stream of events everything is answered, and what
//! is answered beyond it. After a restart events from that place on are read again, so that nothing is
//! lost, and what is answered beyond it is not answered again.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};

/// What is kept of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Everything before this place in the stream is done.
    pub(super) since: String,
    /// When the bot first listened, in milliseconds since 1970: what is older is history.
    pub(super) first: i64,
    /// What is done after it.
    pub(super) done: Vec<String>,
}

/// How far the bot has come.
#[derive(Debug, Default)]
pub(super) struct Progress {
    since: String,
    first: i64,
    /// What came with each answer of the server that is not done with, in order.
    batches: VecDeque<Batch>,
    /// What is done of these.
    done: HashSet<String>,
}

#[derive(Debug)]
struct Batch {
    /// The place in the stream after it.
    next: String,
    events: Vec<String>,
    open: HashSet<String>,
}

impl Progress {
    pub(super) fn new(kept: Kept) -> Progress {
        Progress {
            since: kept.since,
            first: kept.first,
            batches: VecDeque::new(),
            done: kept.done.into_iter().collect(),
        }
    }

    /// The place in the stream that a reading must begin at.
    pub(super) fn since(&self) -> &str {
        &self.since
    }

    /// When the bot first listened.
    pub(super) fn first(&self) -> i64 {
        self.first
    }

    /// Whether an event is done, or is being done.
    pub(super) fn knows(&self, event: &str) -> bool {
        self.done.contains(event) || self.batches.iter().any(|batch| batch.open.contains(event))
    }

    /// Takes note of what came, and of the place in the stream after it. Says whether the place to begin at
    /// is another now.
    pub(super) fn begin(&mut self, next: String, events: Vec<String>) -> bool {
        let open = events.iter();
        let open = open.filter(|event| !self.done.contains(*event));
        self.batches.push_back(Batch {
            next,
            open: open.cloned().collect(),
            events,
        });
        self.advance()
    }

    /// Takes note that an event is done.
    pub(super) fn done(&mut self, event: &str) {
        self.done.insert(event.to_owned());
        for batch in &mut self.batches {
            batch.open.remove(event);
        }
        self.advance();
    }

    fn advance(&mut self) -> bool {
        let before = self.batches.len();
        while let Some(first) = self.batches.front()
            && first.open.is_empty()
            && let Some(first) = self.batches.pop_front()
        {
            self.since = first.next;
            // What a later reading brings once more must be known still.
            let later = |event: &String| {
                let mut batches = self.batches.iter();
                batches.any(|batch| batch.events.contains(event))
            };
            for event in first.events {
                if !later(&event) {
                    self.done.remove(&event);
                }
            }
        }
        self.batches.len() < before
    }

    /// What is to be kept.
    pub(super) fn kept(&self) -> Kept {
        let mut done: Vec<String> = self.done.iter().cloned().collect();
        done.sort();
        Kept {
            since: self.since.clone(),
            first: self.first,
            done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_place_moves_on_when_all_before_it_is_done() {
        let mut progress = Progress::new(Kept {
            since: "s0".to_owned(),
            ..Kept::default()
        });
        assert!(!progress.begin("s1".to_owned(), events(&["a", "b"])));
        assert!(!progress.begin("s2".to_owned(), events(&["c"])));
        assert!(!progress.begin("s3".to_owned(), Vec::new()));
        progress.done("c");
        let kept = progress.kept();
        assert_eq!((kept.since.as_str(), kept.done), ("s0", events(&["c"])));
        progress.done("a");
        progress.done("b");
        let kept = progress.kept();
        assert_eq!((kept.since.as_str(), kept.done), ("s3", events(&[])));
    }

    #[test]
    fn what_was_done_before_a_restart_is_known_after_it() {
        let mut progress = Progress::new(Kept {
            since: "s0".to_owned(),
            first: 7,
            done: events(&["b"]),
        });
        assert!(progress.knows("b") && !progress.knows("a"));
        progress.begin("s1".to_owned(), events(&["a", "b"]));
        progress.done("a");
        let kept = progress.kept();
        assert_eq!((kept.since.as_str(), kept.first), ("s1", 7));
        assert!(kept.done.is_empty());
    }
}
