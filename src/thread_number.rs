//! A small number for each thread, which no other thread has while it lives.
//!
//! Nobody waits for one: a process may fork while another of its threads takes or returns its number.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many numbers there are. Threads beyond that have none.
pub(crate) const NUMBERS: usize = 512;

const BITS: usize = u64::BITS as usize;

/// A bit for each number: set while a thread has it.
static TAKEN: [AtomicU64; NUMBERS / BITS] = [const { AtomicU64::new(0) }; NUMBERS / BITS];

/// The number of this thread, below [`NUMBERS`]; none at the very end of the thread, or if all are taken.
pub(crate) fn of_this_thread() -> Option<usize> {
    thread_local! {
        static MINE: Number = Number::take();
    }
    MINE.try_with(|mine| mine.0).ok().flatten()
}

struct Number(Option<usize>);

impl Number {
    fn take() -> Number {
        let mut words = TAKEN.iter().enumerate();
        Number(words.find_map(|(index, word)| Some(index * BITS + take_bit(word)?)))
    }
}

impl Drop for Number {
    /// The thread that takes it next sees all that this thread wrote.
    fn drop(&mut self) {
        if let Some(number) = self.0
            && let Some(word) = TAKEN.get(number / BITS)
        {
            word.fetch_and(!(1 << (number % BITS)), Ordering::Release);
        }
    }
}

fn take_bit(word: &AtomicU64) -> Option<usize> {
    let mut bits = word.load(Ordering::Relaxed);
    while bits != u64::MAX {
        let bit = bits.trailing_ones();
        match word.compare_exchange_weak(bits, bits | 1 << bit, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return Some(bit as usize),
            Err(changed) => bits = changed,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    /// The numbers of threads that live at the same time.
    fn numbers(threads: usize) -> Vec<Option<usize>> {
        let all_are_there = Barrier::new(threads);
        thread::scope(|scope| {
            let number = || {
                let number = of_this_thread();
                assert_eq!(of_this_thread(), number, "it does not change");
                all_are_there.wait();
                number
            };
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(number)).collect();
            threads.into_iter().map(|thread| thread.join().expect("a number")).collect()
        })
    }

    /// One test, since all tests share the numbers.
    #[test]
    fn threads_that_live_at_the_same_time_have_different_numbers_while_there_are_some() {
        // More in all than there are numbers: those of threads that ended are taken again.
        for _ in 0..40 {
            let numbers: HashSet<_> =
                numbers(20).into_iter().map(|number| number.expect("a number")).collect();
            assert_eq!(numbers.len(), 20);
            assert!(numbers.iter().all(|number| *number < NUMBERS));
        }

        let numbers = numbers(NUMBERS + 8);
        let taken: HashSet<_> = numbers.iter().flatten().collect();
        assert_eq!(taken.len(), numbers.iter().flatten().count());
        assert!(numbers.iter().filter(|number| number.is_none()).count() >= 8);
    }
}
