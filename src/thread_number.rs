//! A small number for each thread, its own for as long as it lives.
//!
//! Nobody waits for one: a process may fork while another of its threads takes its own or gives it back.

use std::sync::atomic::{AtomicU64, Ordering};

/// More threads than this have none.
pub(crate) const NUMBERS: usize = 512;

const BITS: usize = u64::BITS as usize;

/// A bit for each number that a thread has.
static TAKEN: [AtomicU64; NUMBERS / BITS] = [const { AtomicU64::new(0) }; NUMBERS / BITS];

/// The number of this thread, below [`NUMBERS`]; none at the thread's very end, or if too many have one.
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
    /// Whoever takes it next has seen all that this thread wrote.
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

    /// The numbers of so many threads that live at the same time.
    fn numbers(threads: usize) -> Vec<Option<usize>> {
        let all_are_there = Barrier::new(threads);
        thread::scope(|scope| {
            let number = || {
                let number = of_this_thread();
                assert_eq!(of_this_thread(), number, "it stays the same");
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
