//! How often and how many at once: what one token, or one account, has in use. Kept for as long as the server runs, by
//! number, so that a changed limit changes nothing about what was used.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{AccountId, Rate, TokenId};
use ledger::{Admission, Bucket, Day};

use crate::known::NUMBERS;

/// What a token or an account has in use.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    bucket: Mutex<Bucket>,
    in_flight: AtomicU32,
    /// Successes that cost nothing and count against nothing, by whether their day's number is odd, and by the endpoint's number; not
    /// yet added to the usage, which they are every second: two days are all there are.
    free_calls: [[AtomicU64; NUMBERS]; 2],
}

/// A place among the requests being answered; given back when dropped, whatever becomes of the request.
#[derive(Debug)]
pub(crate) struct Place(Arc<Limiter>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Limiter {
    /// Takes one request from the bucket.
    pub(crate) fn admit(&self, rate: Rate, now_us: u64) -> Admission {
        lock(&self.bucket).take(rate, now_us)
    }

    /// A place among at most `max` requests being answered, where one is free.
    pub(crate) fn enter(self: &Arc<Self>, max: NonZeroU32) -> Option<Place> {
        // One that has no room is not counted, not even for an instant: another one that has would be refused for it.
        let one_more = |taken| (taken < max.get()).then_some(taken + 1);
        self.in_flight.fetch_update(Ordering::AcqRel, Ordering::Relaxed, one_more).ok()?;
        Some(Place(self.clone()))
    }

    /// Counts successes of an endpoint that cost nothing.
    pub(crate) fn count_free(&self, day: Day, endpoint: u8, calls: u64) {
        if let Some(counter) = self.free_calls[usize::from(is_odd(day))].get(usize::from(endpoint)) {
            counter.fetch_add(calls, Ordering::Relaxed);
        }
    }

    /// The successes counted since the last time, by their day and the endpoint's number; none of those without any. Those of a day
    /// before yesterday, where the store failed for so long, are taken for later ones.
    pub(crate) fn take_free(&self, today: impl Fn() -> Day) -> Vec<(Day, u8, u64)> {
        let mut taken = Vec::new();
        for (is_odd_day, counters) in [false, true].into_iter().zip(&self.free_calls) {
            for (endpoint, counter) in (0..).zip(counters) {
                let calls = counter.swap(0, Ordering::Relaxed);
                if calls > 0 {
                    // Asked once they are taken: none of them is of a later day then.
                    let today = today();
                    let day = if is_odd(today) == is_odd_day { today } else { Day::from_number(today.number() - 1) };
                    taken.push((day, endpoint, calls));
                }
            }
        }
        taken
    }
}

fn is_odd(day: Day) -> bool {
    day.number() & 1 == 1
}

/// A token's limiter, and whose token it is.
type OfToken = (AccountId, Arc<Limiter>);

/// Every limiter in use. As many as there are tokens and accounts that called.
#[derive(Debug, Default)]
pub(crate) struct Limiters {
    tokens: Mutex<HashMap<TokenId, OfToken>>,
    accounts: Mutex<HashMap<AccountId, Arc<Limiter>>>,
}

impl Limiters {
    /// A token's.
    pub(crate) fn of_token(&self, account_id: AccountId, id: TokenId) -> Arc<Limiter> {
        lock(&self.tokens).entry(id).or_insert_with(|| (account_id, Arc::default())).1.clone()
    }

    /// An account's.
    pub(crate) fn of_account(&self, id: AccountId) -> Arc<Limiter> {
        lock(&self.accounts).entry(id).or_default().clone()
    }

    /// Every token's.
    pub(crate) fn all_tokens(&self) -> Vec<(TokenId, OfToken)> {
        lock(&self.tokens).iter().map(|(id, of)| (*id, of.clone())).collect()
    }
}

/// Nothing panics between two states of what is behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn no_more_enter_than_there_are_places_and_each_is_given_back() {
        let (limiter, two) = (Arc::new(Limiter::default()), NonZeroU32::new(2).expect("not zero"));
        let (first, second) = (limiter.enter(two), limiter.enter(two));
        assert!(first.is_some() && second.is_some() && limiter.enter(two).is_none());
        drop(first);
        assert!(limiter.enter(two).is_some());
        drop(second);
        assert_eq!(limiter.in_flight.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn who_has_no_room_takes_nobody_elses() {
        let (limiter, is_over) = (Arc::new(Limiter::default()), AtomicBool::new(false));
        let [one, two] = [1, 2].map(|max| NonZeroU32::new(max).expect("not zero"));
        let _first = limiter.enter(one);
        std::thread::scope(|threads| {
            // Its limit is lower, as that of a request is which came before the limit was changed.
            threads.spawn(|| {
                let entered = (0..2_000_000).filter(|_| limiter.enter(one).is_some()).count();
                is_over.store(true, Ordering::SeqCst);
                assert_eq!(entered, 0);
            });
            while !is_over.load(Ordering::SeqCst) {
                assert!(limiter.enter(two).is_some());
            }
        });
    }
}
