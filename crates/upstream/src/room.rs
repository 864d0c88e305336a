//! How many calls may be in flight: never more than configured, half as many after a 302, and one more again after a run
//! of calls without one (additive increase, multiplicative decrease).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// As many calls in a row without a 302 raise the limit by one.
const CALLS_TO_RAISE: u32 = 20;

/// The places of one upstream. Waiting callers get them in the order in which they came.
#[derive(Debug)]
pub(crate) struct Room {
    free: Arc<Semaphore>,
    max: u32,
    limit: Mutex<Limit>,
}

#[derive(Debug)]
struct Limit {
    now: u32,
    /// Places that are to vanish when they are given back, since they were in use when the limit was lowered.
    owed: u32,
    calls_without_302: u32,
    lowered_at: Option<Instant>,
}

/// A place; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    room: Arc<Room>,
    permit: Option<OwnedSemaphorePermit>,
    taken_at: Instant,
}

impl Room {
    pub(crate) fn new(max: u32) -> Arc<Self> {
        let limit = Limit { now: max, owed: 0, calls_without_302: 0, lowered_at: None };
        Arc::new(Self { free: Arc::new(Semaphore::new(max as usize)), max, limit: Mutex::new(limit) })
    }

    /// The next free place, or none until `deadline`.
    pub(crate) async fn enter(self: &Arc<Self>, deadline: Instant) -> Option<Place> {
        let permit = tokio::time::timeout_at(deadline, self.free.clone().acquire_owned()).await.ok()?.ok()?;
        Some(Place { room: self.clone(), permit: Some(permit), taken_at: Instant::now() })
    }

    /// The limit now.
    pub(crate) fn limit(&self) -> u32 {
        self.lock().now
    }

    /// Calls in flight now.
    pub(crate) fn in_flight(&self) -> u32 {
        let limit = self.lock();
        let free = u32::try_from(self.free.available_permits()).unwrap_or(u32::MAX);
        (limit.now + limit.owed).saturating_sub(free)
    }

    fn lock(&self) -> MutexGuard<'_, Limit> {
        self.limit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The call was rate limited: halves the limit. Calls that began before the last lowering were limited by the same
    /// cause, and lower nothing again.
    pub(crate) fn rate_limited(&self) {
        let mut limit = self.room.lock();
        limit.calls_without_302 = 0;
        if limit.lowered_at.is_some_and(|lowered_at| self.taken_at <= lowered_at) {
            return;
        }
        limit.lowered_at = Some(Instant::now());
        let lowered = (limit.now / 2).max(1);
        let fewer = limit.now - lowered;
        let forgotten = self.room.free.forget_permits(fewer as usize);
        limit.owed += fewer - u32::try_from(forgotten).unwrap_or(fewer);
        limit.now = lowered;
    }

    /// The call was not rate limited.
    pub(crate) fn went_through(&self) {
        let mut limit = self.room.lock();
        limit.calls_without_302 += 1;
        if limit.now == self.room.max || limit.calls_without_302 < CALLS_TO_RAISE {
            return;
        }
        limit.calls_without_302 = 0;
        limit.now += 1;
        match limit.owed {
            0 => self.room.free.add_permits(1),
            _ => limit.owed -= 1,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut limit = self.room.lock();
        let Some(permit) = self.permit.take() else { return };
        if limit.owed > 0 {
            limit.owed -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn place(room: &Arc<Room>) -> Option<Place> {
        room.enter(Instant::now() + Duration::from_millis(1)).await
    }

    #[tokio::test]
    async fn a_302_halves_the_limit_once_and_a_run_without_one_raises_it_slowly() {
        let room = Room::new(8);
        let mut places = Vec::new();
        for _ in 0..8 {
            places.push(place(&room).await.expect("a place"));
        }
        assert!(place(&room).await.is_none(), "never more than the limit");
        places.iter().for_each(Place::rate_limited);
        assert_eq!((room.limit(), room.in_flight()), (4, 8), "eight 302 of one cause halve once");
        places.truncate(4);
        assert_eq!(room.in_flight(), 4);
        assert!(place(&room).await.is_none(), "the places given back have vanished");
        places.truncate(3);
        let late = place(&room).await.expect("a place below the new limit");
        late.rate_limited();
        assert_eq!(room.limit(), 2);
        drop((late, places));
        assert_eq!(room.in_flight(), 0);
        for calls in 0..CALLS_TO_RAISE * 20 {
            assert_eq!(room.limit(), (2 + calls / CALLS_TO_RAISE).min(8));
            place(&room).await.expect("a place").went_through();
        }
        assert_eq!((room.limit(), room.in_flight()), (8, 0));
    }

    #[tokio::test]
    async fn one_place_always_stays() {
        let room = Room::new(1);
        place(&room).await.expect("a place").rate_limited();
        assert_eq!(room.limit(), 1);
        assert!(place(&room).await.is_some());
    }
}
