//! One post of a creator as one capture saw it.

use crate::{Count, ItemId, UnixTime};

/// A post and its counts at the moment of capture. 56 bytes, for millions are held while an import runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The post's id.
    pub item_id: ItemId,
    /// How often it had been played when captured.
    pub plays: u64,
    /// When it was published.
    pub published_at: UnixTime,
    /// When the counts were read.
    pub captured_at: UnixTime,
    /// Its length in seconds.
    pub duration_s: Count,
    /// Likes when captured.
    pub likes: Count,
    /// Comments when captured.
    pub comments: Count,
    /// Shares when captured.
    pub shares: Count,
    /// Collects (收藏, saves) when captured.
    pub collects: Count,
    /// Whether it was a paid placement, where the source told.
    pub sponsored: Option<bool>,
}

impl Post {
    /// The largest number of plays taken from a file: 2^40. A larger figure is a mistake in the source.
    pub const MAX_PLAYS: u64 = 1 << 40;

    /// What makes two captures the same post, and orders posts by time of publishing.
    #[inline]
    pub fn key(&self) -> (UnixTime, &ItemId) {
        (self.published_at, &self.item_id)
    }

    /// The post's age when captured, in seconds.
    pub fn age_s(&self) -> u32 {
        self.captured_at.seconds_since(self.published_at)
    }

    /// Whether the post was so many days old when captured: younger ones are still growing.
    pub fn is_mature(&self, days: u32) -> bool {
        self.age_s() >= days.saturating_mul(UnixTime::DAY)
    }

    /// Likes + comments + shares + collects as far as told, or `None` where the source told none of the four.
    pub fn interactions(&self) -> Option<u64> {
        let counts = [self.likes, self.comments, self.shares, self.collects];
        counts.iter().any(|count| count.get().is_some()).then(|| counts.iter().map(|count| count.or_zero()).sum())
    }

    /// Whether `posts` hold a later capture of the same item, under another time of publishing; of two captures made at the
    /// same second the one published later counts. Only the latest tells what is true of an item.
    pub fn is_superseded_in(&self, posts: &[Post]) -> bool {
        let rank = |post: &Post| (post.captured_at, post.published_at);
        posts.iter().any(|other| other.item_id == self.item_id && rank(other) > rank(self))
    }

    /// Joins another capture of the same post into this one.
    ///
    /// The later capture's counts win whole, since counts grow together; of two at the same second, the larger figures.
    /// What does not change over time (duration, sponsored) is kept where either told it. The join is commutative,
    /// associative and idempotent, so the order in which files arrive does not matter.
    pub fn join(&mut self, other: Post) {
        let duration_s = larger(self.duration_s, other.duration_s);
        let sponsored = self.sponsored.max(other.sponsored);
        if other.capture() > self.capture() {
            *self = other;
        }
        self.duration_s = duration_s;
        self.sponsored = sponsored;
    }

    fn capture(&self) -> (UnixTime, u64, [Option<u32>; 4]) {
        let counts = [self.likes.get(), self.comments.get(), self.shares.get(), self.collects.get()];
        (self.captured_at, self.plays, counts)
    }
}

fn larger(a: Count, b: Count) -> Count {
    if a.get() >= b.get() { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_fits_one_cache_line() {
        assert!(size_of::<Post>() <= 56, "{}", size_of::<Post>());
    }
}
