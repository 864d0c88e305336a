//! How many posts each creator has: heavy-tailed, at least one, exactly so many in all.

use crate::facts::POSTS_LOG_SD;
use crate::random::{Purpose, Stream};

/// The number of posts of each creator. `posts` must be no less than `creators`.
pub(crate) fn by_creator(seed: u64, creators: u64, posts: u64) -> Vec<u32> {
    let mut stream = Stream::new(seed, Purpose::PostCounts, 0);
    let weights: Vec<f64> = (0..creators).map(|_| stream.lognormal(1.0, POSTS_LOG_SD)).collect();
    let beyond_first = posts - creators;
    let posts_per_weight = beyond_first as f64 / weights.iter().sum::<f64>();
    // Rounding the running total rather than each number makes the numbers add up.
    let (mut weight_so_far, mut given) = (0.0, 0);
    let mut counts: Vec<u32> = Vec::with_capacity(weights.len());
    for weight in weights {
        weight_so_far += weight;
        let due = ((weight_so_far * posts_per_weight) as u64).min(beyond_first);
        counts.push((1 + due - given) as u32);
        given = due;
    }
    if let Some(last) = counts.last_mut() {
        *last += (beyond_first - given) as u32;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_add_up_and_nobody_is_without_a_post() {
        for (creators, posts) in [(1, 1), (1, 1000), (3, 3), (7, 100), (1000, 1001), (2000, 100_000)] {
            let counts = by_creator(1, creators, posts);
            assert_eq!(counts.len() as u64, creators);
            assert_eq!(counts.iter().map(|count| u64::from(*count)).sum::<u64>(), posts);
            assert!(counts.iter().all(|count| *count >= 1));
        }
    }

    #[test]
    fn a_few_creators_have_many_of_the_posts() {
        let mut counts = by_creator(1, 10_000, 400_000);
        counts.sort_unstable();
        let top: u32 = counts[9_000..].iter().sum();
        assert!((120_000..240_000).contains(&top), "the top tenth has {top} of 400,000 posts");
    }
}
