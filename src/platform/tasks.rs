//! What a platform has begun and not finished, so that the end of the program can wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// So long after the end was asked for, what was begun may take.
const FINISH: Duration = Duration::from_secs(25);

/// What was begun and is not finished.
#[derive(Default)]
pub(super) struct Tasks(Arc<Running>);

#[derive(Default)]
struct Running {
    number: AtomicUsize,
    finished: Notify,
}

/// Something that was begun; it is finished when this is dropped.
pub(super) struct Begun(Arc<Running>);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.number.fetch_sub(1, Ordering::SeqCst);
        self.0.finished.notify_waiters();
    }
}

impl Tasks {
    /// Begins something.
    pub(super) fn begin(&self) -> Begun {
        self.0.number.fetch_add(1, Ordering::SeqCst);
        Begun(self.0.clone())
    }

    /// Waits until all is finished; says whether it was in time.
    pub(super) async fn finish(&self) -> bool {
        let idle = async {
            loop {
                let finished = self.0.finished.notified();
                if self.0.number.load(Ordering::SeqCst) == 0 {
                    return;
                }
                finished.await;
            }
        };
        tokio::time::timeout(FINISH, idle).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_waits_for_what_was_begun() {
        let tasks = Arc::new(Tasks::default());
        assert!(tasks.finish().await);
        let begun = tasks.begin();
        let waiting = tasks.clone();
        let finished = tokio::spawn(async move { waiting.finish().await });
        tokio::task::yield_now().await;
        assert!(!finished.is_finished());
        drop(begun);
        assert!(finished.await.unwrap());
    }
}
