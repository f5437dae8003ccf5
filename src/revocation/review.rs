//! When everything is read again, a part at each question, in case the store has changed unnoticed.

use std::sync::atomic::{AtomicU64, Ordering};

/// After so many questions it is due again: every ten minutes of a busy process at the default interval.
const QUESTIONS: u64 = 600;
/// No version of an entry.
const NONE: u64 = u64::MAX;

/// Without a lock, since a child may go on with it. Used by one thread at a time.
pub(super) struct Review {
    questions: AtomicU64,
    /// The version after which it goes on.
    next: AtomicU64,
}

impl Review {
    pub(super) fn new() -> Review {
        Review { questions: AtomicU64::new(0), next: AtomicU64::new(NONE) }
    }

    /// From the beginning, now.
    pub(super) fn begin(&self) {
        self.next.store(0, Ordering::Relaxed);
    }

    /// Where it goes on at this question, if it is due.
    pub(super) fn next(&self) -> Option<u64> {
        if self.questions.fetch_add(1, Ordering::Relaxed) >= QUESTIONS {
            self.questions.store(0, Ordering::Relaxed);
            let _ = self.next.compare_exchange(NONE, 0, Ordering::Relaxed, Ordering::Relaxed);
        }
        Some(self.next.load(Ordering::Relaxed)).filter(|next| *next != NONE)
    }

    pub(super) fn go_on_at(&self, next: Option<u64>) {
        self.next.store(next.unwrap_or(NONE), Ordering::Relaxed);
    }

    /// Everything has been read.
    pub(super) fn end(&self) {
        self.go_on_at(None);
        self.questions.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_after_many_questions_and_goes_on_where_it_was() {
        let review = Review::new();
        assert!((0..QUESTIONS).all(|_| review.next().is_none()));
        assert_eq!(review.next(), Some(0));
        review.go_on_at(Some(7));
        assert_eq!(review.next(), Some(7));
        review.go_on_at(None);
        assert!((1..QUESTIONS).all(|_| review.next().is_none()));
        assert_eq!(review.next(), Some(0));
        review.end();
        assert_eq!(review.next(), None);
        review.begin();
        assert_eq!(review.next(), Some(0));
    }
}
