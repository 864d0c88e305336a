//! How often each address showed something wrong: a token that nobody has, or another key than the operator's. Of IPv6 the
//! network of 64 bits counts as one: whoever has one address of it has them all.

use std::net::{IpAddr, Ipv6Addr};

use domain::Rate;
use ledger::{Admission, Bucket};

use crate::cache::Cache;
use crate::moment::Moment;

/// How long an address that goes on being wrong is not told of again.
const TOLD_AGAIN_MS: u64 = 60_000;

/// The failures of each address.
pub(crate) struct Failures {
    allowed: Rate,
    /// What the log says of an address that is wrong more often than allowed.
    warning: &'static str,
    of: Cache<IpAddr, OfAddress>,
}

#[derive(Clone, Default)]
struct OfAddress {
    bucket: Bucket,
    told_at_ms: u64,
}

impl Failures {
    /// Failures of so many addresses at most, and how many are allowed.
    pub(crate) fn new(addresses_max: usize, allowed: Rate, warning: &'static str) -> Self {
        Self { allowed, warning, of: Cache::new(addresses_max) }
    }

    /// After how many microseconds an address may be wrong again, where it may not now.
    pub(crate) fn too_many(&self, address: IpAddr, now: Moment) -> Option<u64> {
        let address = network(address);
        // Looked up first: an address that was never wrong takes no room.
        self.of.get(&address)?;
        self.of.update(address, |of| {
            let admission = { of.bucket }.take(self.allowed, now.unix_us());
            self.judge(address, of, admission, now)
        })
    }

    /// Counts a failure; where it is more than allowed, gives after how many microseconds there may be another.
    pub(crate) fn count(&self, address: IpAddr, now: Moment) -> Option<u64> {
        let address = network(address);
        self.of.update(address, |of| {
            let admission = of.bucket.take(self.allowed, now.unix_us());
            self.judge(address, of, admission, now)
        })
    }

    fn judge(&self, address: IpAddr, of: &mut OfAddress, admission: Admission, now: Moment) -> Option<u64> {
        let Admission::Refused { retry_in_us } = admission else { return None };
        if now.unix_ms.abs_diff(of.told_at_ms) >= TOLD_AGAIN_MS {
            of.told_at_ms = now.unix_ms;
            tracing::warn!(address = told(address), "{}", self.warning);
        }
        Some(retry_in_us)
    }
}

/// How many bits of an IPv6 address are those of its network.
const NETWORK_BITS: u32 = 64;

/// What an address counts as: itself, or the first address of its network.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> NETWORK_BITS << NETWORK_BITS).into(),
    }
}

/// What [`network`] gives, as it is told.
pub(crate) fn told(holder: IpAddr) -> String {
    match holder {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(network) => format!("{network}/{NETWORK_BITS}"),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn no_failure_is_lost_however_many_come_at_the_same_time() {
        let twenty = NonZeroU32::new(20).expect("not zero");
        let rate = Rate { per_second: twenty, burst: twenty };
        let (address, now) = (IpAddr::from([192, 0, 2, 7]), Moment { unix_ms: 1_795_316_645_000 });
        for _ in 0..20 {
            let failures = Failures::new(1_000, rate, "wrong");
            assert_eq!(failures.too_many(address, now), None);
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| (0..5).for_each(|_| assert_eq!(failures.count(address, now), None)));
                }
            });
            assert_eq!(failures.too_many(address, now), Some(50_000));
            assert_eq!(failures.count(address, now), Some(50_000));
            assert_eq!(failures.too_many(IpAddr::from([192, 0, 2, 8]), now), None);
        }
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_and_no_other_does() {
        let one = NonZeroU32::MIN;
        let failures = Failures::new(1_000, Rate { per_second: one, burst: one }, "wrong");
        let now = Moment { unix_ms: 1_795_316_645_000 };
        let count = |address: &str| failures.count(address.parse().expect("an address"), now).is_some();
        assert!(!count("2001:db8:0:1::1"));
        assert!(count("2001:db8:0:1:ffff::2"), "the same network");
        assert!(!count("2001:db8:0:2::1"), "another one");
        assert!(!count("192.0.2.1"));
        assert!(count("::ffff:192.0.2.1"), "the same address, as a socket for both kinds tells it");
        assert!(!count("192.0.2.2"), "of IPv4 each address counts by itself");
    }
}
