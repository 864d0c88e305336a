//! What is told of a creator beside its prices: followers and category.

use crate::facts::*;
use crate::random::{Purpose, Stream};

/// A creator's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) followers: u64,
    /// The place in [`CATEGORIES`].
    pub(crate) category: u8,
}

impl Profile {
    /// The profile of the creator at a place, whose posts are played `level` in logs.
    pub(crate) fn new(seed: u64, place: u32, level: f64) -> Self {
        let mut stream = Stream::new(seed, Purpose::Profile, u64::from(place));
        let followers = stream.lognormal(FOLLOWERS_PER_VIEW * libm::exp(level), FOLLOWERS_LOG_SD);
        // The square root makes the later ones larger, in proportion to their place.
        let category = (libm::sqrt(stream.uniform()) * CATEGORIES.len() as f64) as u8;
        Self { followers: followers.min(FOLLOWERS_MAX) as u64, category }
    }

    /// The category's name.
    pub(crate) fn category(self) -> &'static str {
        CATEGORIES[usize::from(self.category)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_creators_and_the_last_the_most() {
        let mut counts = [0_u32; CATEGORIES.len()];
        for place in 0..20_000 {
            counts[usize::from(Profile::new(1, place, 11.0).category)] += 1;
        }
        assert!(counts.iter().all(|count| *count > 30), "{counts:?}");
        assert_eq!(counts.iter().max(), counts.last(), "{counts:?}");
    }
}
