//! The places for open connections of a listener. When they run out, an address that has many gets no more, so that nobody takes
//! all of them alone; and the log says so.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::AddressRange;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::failures::{network, told};
use crate::forwarded::is_trusted;
use crate::server::accept;

/// An address may have this many times as many places as are free: nine of ten, while nobody else has any.
const TIMES_FREE: usize = 9;

/// How long what goes on is not told again.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// The places of a listener.
pub(crate) struct Places {
    max: usize,
    free: Arc<Semaphore>,
    /// Proxies of the operator's: who is behind them is not known before a request, so each has as many as it takes.
    trusted: &'static [AddressRange],
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    /// By address; of IPv6, by network.
    of: HashMap<IpAddr, usize>,
    full_told: Option<Instant>,
    refused_told: Option<Instant>,
}

/// A place that is taken, until this is dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    /// The address it is counted for; of IPv6, the network.
    holder: IpAddr,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(crate) fn new(max: usize, trusted: &'static [AddressRange]) -> Arc<Self> {
        Arc::new(Self { max, free: Arc::new(Semaphore::new(max)), trusted, taken: Mutex::default() })
    }

    /// Accepts the next connection once a place is free. One from an address that has too many is closed.
    pub(crate) async fn accept(self: &Arc<Self>, listener: &TcpListener) -> (TcpStream, IpAddr, Place) {
        loop {
            let permit = self.permit().await;
            let (stream, address) = accept(listener).await;
            if let Some(place) = self.take(permit, address) {
                return (stream, address, place);
            }
        }
    }

    /// Waits until every connection has ended.
    pub(crate) async fn all_free(&self) {
        let _ = self.free.acquire_many(u32::try_from(self.max).unwrap_or(u32::MAX)).await;
    }

    async fn permit(&self) -> OwnedSemaphorePermit {
        loop {
            if let Ok(permit) = self.free.clone().try_acquire_owned() {
                return permit;
            }
            if is_news(&mut self.lock().full_told, Instant::now()) {
                tracing::warn!(connections = self.max, "every place for connections is taken: further ones wait");
            }
            // Fails only with the semaphore, which is never closed.
            if let Ok(permit) = self.free.clone().acquire_owned().await {
                return permit;
            }
        }
    }

    fn take(self: &Arc<Self>, permit: OwnedSemaphorePermit, address: IpAddr) -> Option<Place> {
        let holder = network(address);
        let mut taken = self.lock();
        let taken = &mut *taken;
        let held = taken.of.get(&holder).copied().unwrap_or(0);
        if held > 0 && held >= TIMES_FREE * self.free.available_permits() && !is_trusted(self.trusted, address) {
            if is_news(&mut taken.refused_told, Instant::now()) {
                let address = told(holder);
                tracing::warn!(%address, held, connections = self.max, "an address has nearly every place: its further connections are closed");
            }
            return None;
        }
        taken.of.insert(holder, held + 1);
        Some(Place { places: self.clone(), holder, _permit: permit })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        match taken.of.get_mut(&self.holder) {
            Some(held) if *held > 1 => *held -= 1,
            _ => {
                taken.of.remove(&self.holder);
            }
        }
    }
}

/// Whether it was not told lately; it is now.
fn is_news(told: &mut Option<Instant>, now: Instant) -> bool {
    let is_news = told.is_none_or(|at| now.duration_since(at) >= TOLD_AGAIN);
    if is_news {
        *told = Some(now);
    }
    is_news
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `wanted` further connections an address gets; each is kept.
    fn get(places: &Arc<Places>, address: &str, wanted: usize, kept: &mut Vec<Place>) -> usize {
        let before = kept.len();
        for _ in 0..wanted {
            let Ok(permit) = places.free.clone().try_acquire_owned() else { break };
            kept.extend(places.take(permit, address.parse().expect("an address")));
        }
        kept.len() - before
    }

    #[tokio::test]
    async fn nobody_takes_all_places_alone_but_a_trusted_proxy() {
        let range = |text: &str| text.parse().expect("a range");
        let trusted: &[AddressRange] = vec![range("10.0.0.0/8"), range("2001:db8:1::7")].leak();
        let places = Places::new(100, trusted);
        let mut kept = Vec::new();
        assert_eq!(get(&places, "192.0.2.7", 200, &mut kept), 90);
        assert_eq!(get(&places, "192.0.2.8", 1, &mut kept), 1);
        assert_eq!(get(&places, "192.0.2.7", 1, &mut kept), 0);
        assert_eq!(get(&places, "2001:db8::1", 4, &mut kept), 4);
        assert_eq!(get(&places, "10.0.0.1", 200, &mut kept), 5);
        assert_eq!(places.free.available_permits(), 0);
        kept.clear();
        places.all_free().await;
        assert!(places.lock().of.is_empty());
        assert_eq!(get(&places, "10.0.0.1", 200, &mut kept), 100);
        kept.clear();
        assert_eq!(
            get(&places, "2001:db8:1::8", 200, &mut kept),
            90,
            "a neighbour in the network of one that is trusted"
        );
        assert_eq!(get(&places, "2001:db8:1::7", 200, &mut kept), 10);
    }

    #[tokio::test]
    async fn the_only_place_is_for_whoever_comes() {
        let places = Places::new(1, &[]);
        let mut kept = Vec::new();
        for address in ["192.0.2.7", "192.0.2.8"] {
            assert_eq!(get(&places, address, 2, &mut kept), 1);
            kept.clear();
        }
    }

    #[test]
    fn what_goes_on_is_told_once_a_minute() {
        let (mut told, now) = (None, Instant::now());
        let later = now + TOLD_AGAIN;
        let news = [now, now, later, later].map(|at| is_news(&mut told, at));
        assert_eq!(news, [true, false, true, false]);
    }
}
