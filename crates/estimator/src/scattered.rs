//! A creator's posts as a platform of another kind might count them: in an order that tells nothing, and scattered evenly
//! about the creator's median. `fit` learns from these copies too, so that the regression knows when to lean on the order
//! and on the floor that most posts reach, and when the middle of all posts says more.

use domain::{Post, PostHistory};

use crate::backtest;
use crate::quantiles::percentile;

/// The posts that can be forecast, each with the plays of another one, and every other of these mirrored at the median: what was
/// three times it is a third of it. Drawn by the times of publishing, so that the same posts give the same copy.
pub(crate) fn scattered(posts: &[Post], mature_days: u32) -> PostHistory {
    let counted: Vec<&Post> = backtest::targets(posts, mature_days).map(|(_, post)| post).collect();
    let mut sorted: Vec<u64> = counted.iter().map(|post| post.plays).collect();
    sorted.sort_unstable();
    if sorted.is_empty() {
        return PostHistory::default();
    }
    let middle = percentile(&sorted, 50) as f64;
    let mut drawn: Vec<(u64, u64)> =
        counted.iter().map(|post| (mixed(u64::from(post.published_at.0)), post.plays)).collect();
    drawn.sort_unstable();
    let scattered = counted.into_iter().zip(drawn).map(|(post, (lot, plays))| {
        let mirrored = (middle * middle / plays as f64) as u64;
        let plays = if lot & 1 == 0 { plays } else { mirrored.clamp(1, Post::MAX_PLAYS) };
        Post { plays, ..post.clone() }
    });
    scattered.collect()
}

/// A number that looks drawn by lot: the finaliser of the generator SplitMix64.
pub(crate) fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::tests::history;

    #[test]
    fn plays_are_those_of_the_posts_or_mirrored_and_their_order_is_lost() {
        let plays: Vec<u64> = (0..33).map(|number| 100 << number).collect();
        let scattered = scattered(&history(&plays), 7);
        assert_eq!(scattered.posts().len(), 33);
        // The median is 100 << 16: a mirrored post is a power of two of it as well.
        let exponents: Vec<u32> = scattered.posts().iter().map(|post| (post.plays / 100).ilog2()).collect();
        assert!(exponents.iter().all(|exponent| *exponent <= 32));
        let rises = exponents.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((10..=22).contains(&rises), "{exponents:?}");
        let high = exponents.iter().filter(|exponent| **exponent > 16).count();
        assert!((8..=24).contains(&high), "{exponents:?}");
    }
}
