//! Ids that look like Douyin's, unique by construction: no set of used ids is held.
//!
//! A number of 31 bits is scrambled one to one by the seed, so that other ordinals have other ids. The demo creator's
//! own posts have the last bit that these have not.

use crate::random::{Purpose, Stream, mix};

const MASK: u32 = (1 << 31) - 1;

/// The most ids of a kind.
pub(crate) const MAX: u64 = MASK as u64 + 1;

/// A one-to-one mapping of 31-bit numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scramble {
    offset: u32,
    flip: u32,
}

impl Scramble {
    fn new(seed: u64, purpose: Purpose) -> Self {
        let bits = Stream::new(seed, purpose, 0).bits();
        Self { offset: bits as u32 & MASK, flip: (bits >> 32) as u32 & MASK }
    }

    /// Each step (adding, flipping, an odd factor, a shifted xor) is one to one on 31 bits, so the whole is.
    fn apply(self, ordinal: u32) -> u32 {
        let mut x = ordinal.wrapping_add(self.offset) & MASK;
        for factor in [0x2c1b_3c6d_u32, 0x297a_2d39] {
            x ^= x >> 15;
            x = x.wrapping_mul(factor) & MASK;
        }
        (x ^ (x >> 16)) ^ self.flip
    }
}

/// The ids of posts: 19 digits in order of time, the seconds of publishing above 32 bits that tell posts apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ItemIds(Scramble);

impl ItemIds {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Scramble::new(seed, Purpose::ItemIds))
    }

    /// The lower half of the id of the post with an ordinal below [`MAX`].
    pub(crate) fn low(self, ordinal: u32) -> u32 {
        low(self.0.apply(ordinal))
    }
}

/// The lower half of an id: 31 bits, and a last one that they decide, so that ids end in all digits alike.
fn low(unique: u32) -> u32 {
    (unique << 1) | (mix(u64::from(unique)) >> 63) as u32
}

/// A lower half that no generated id has.
pub(crate) fn low_apart(unique: u32) -> u32 {
    low(unique & MASK) ^ 1
}

/// The id of a post published at a second before 2038.
pub(crate) fn item_id(published_s: u32, low: u32) -> i64 {
    (i64::from(published_s) << 32) | i64::from(low)
}

/// The ids of creators: 13 to 16 digits for the older ones, 19 for the rest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuthorIds(Scramble);

impl AuthorIds {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Scramble::new(seed, Purpose::AuthorIds))
    }

    /// The id of the creator with an ordinal below [`MAX`].
    pub(crate) fn id(self, ordinal: u32) -> i64 {
        let unique = self.0.apply(ordinal);
        let bits = mix(u64::from(unique));
        match bits % 100 {
            0..15 => short(13, unique, bits),
            15..18 => short(14, unique, bits),
            18..23 => short(15, unique, bits),
            23..30 => short(16, unique, bits),
            _ => by_registration(unique, bits),
        }
    }
}

/// An id of so many digits: each number has a range of ids to itself and `bits` choose one of it.
fn short(digits: u32, unique: u32, bits: u64) -> i64 {
    let first = 10_i64.pow(digits - 1);
    let width = 9 * first / MAX as i64;
    first + i64::from(unique) * width + (bits >> 8) as i64 % width
}

/// An id of 19 digits with a second of 2017 to 2024, when the account was opened, in its upper half.
fn by_registration(unique: u32, bits: u64) -> i64 {
    const OPENED_FROM_S: i64 = 1_485_000_000;
    const OPENED_WITHIN_S: i64 = 240_000_000;
    let opened_s = OPENED_FROM_S + (bits >> 8) as i64 % OPENED_WITHIN_S;
    (opened_s << 32) | i64::from(low(unique))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::AUTHOR_ID;

    #[test]
    fn ids_are_unique_and_of_the_length_of_real_ones() {
        let (authors, items) = (AuthorIds::new(3), ItemIds::new(3));
        let ids: HashSet<i64> = (0..300_000).map(|ordinal| authors.id(ordinal)).collect();
        assert_eq!(ids.len(), 300_000);
        assert!(ids.iter().all(|id| matches!(id.to_string().len(), 13..=16 | 19)));
        let ids: HashSet<i64> = (0..300_000).map(|ordinal| item_id(1_793_491_200, items.low(ordinal))).collect();
        assert_eq!(ids.len(), 300_000);
        assert!(ids.iter().all(|id| id.to_string().len() == 19));
    }

    /// As often as those of the marketplace, so that no more of them look rounded by a spreadsheet.
    #[test]
    fn one_id_in_10_000_ends_in_four_zeros() {
        let (authors, items) = (AuthorIds::new(3), ItemIds::new(3));
        let long = |ordinal| Some(authors.id(ordinal)).filter(|id| id.to_string().len() == 19);
        let of_authors: Vec<i64> = (0..1_000_000).filter_map(long).collect();
        let of_items: Vec<i64> = (0..1_000_000).map(|ordinal| item_id(1_793_491_200, items.low(ordinal))).collect();
        for ids in [of_authors, of_items] {
            let (zeros, expected) = (ids.iter().filter(|id| **id % 10_000 == 0).count(), ids.len() / 10_000);
            assert!(zeros.abs_diff(expected) < 40, "{zeros} where {expected} are to be expected");
        }
    }

    #[test]
    fn no_generated_id_is_one_of_the_demo_creators() {
        for unique in 0..1_000 {
            assert_eq!((low(unique) >> 1, low_apart(unique) >> 1), (unique, unique));
            assert_ne!(low(unique), low_apart(unique));
        }
        let unique = (AUTHOR_ID as u32) >> 1;
        assert_ne!(by_registration(unique, mix(u64::from(unique))), AUTHOR_ID);
    }

    #[test]
    fn the_last_ordinals_have_ids_of_their_own_too() {
        let items = ItemIds::new(u64::MAX);
        assert_ne!(items.low(MASK), items.low(MASK - 1));
        assert!(AuthorIds::new(0).id(MASK) > 0);
    }
}
