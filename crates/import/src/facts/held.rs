//! A post as it is held while a file is read.

use std::cmp::Ordering;

use domain::{Capture, Count, CreatorKey, ItemId, Platform, Post, UnixTime};

/// A post whose id and author's id are numbers, and its platform. Smaller than [`Post`], and copied as plain bytes: many
/// millions are moved about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldPost {
    /// The item's id, not below zero.
    pub(crate) item_id: i64,
    pub(crate) plays: u64,
    pub(crate) published_at: UnixTime,
    pub(crate) captured_at: UnixTime,
    pub(crate) duration_s: Count,
    pub(crate) likes: Count,
    pub(crate) comments: Count,
    pub(crate) shares: Count,
    pub(crate) collects: Count,
    pub(crate) sponsored: Option<bool>,
    pub(crate) platform: Platform,
}

impl HeldPost {
    /// The author's number and the post, where both ids are numbers.
    pub(crate) fn of(key: &CreatorKey, post: &Post) -> Option<(i64, Self)> {
        let author = key.author_id.as_integer()?;
        Some((author, Self::with(post.item_id.as_integer()?, key.platform, post)))
    }

    fn with(item_id: i64, platform: Platform, post: &Post) -> Self {
        Self {
            item_id,
            plays: post.plays,
            published_at: post.published_at,
            captured_at: post.captured_at,
            duration_s: post.duration_s,
            likes: post.likes,
            comments: post.comments,
            shares: post.shares,
            collects: post.collects,
            sponsored: post.sponsored,
            platform,
        }
    }

    /// The post with `item_id`.
    pub(crate) fn with_id(&self, item_id: ItemId) -> Post {
        Post {
            item_id,
            plays: self.plays,
            published_at: self.published_at,
            captured_at: self.captured_at,
            duration_s: self.duration_s,
            likes: self.likes,
            comments: self.comments,
            shares: self.shares,
            collects: self.collects,
            sponsored: self.sponsored,
        }
    }

    /// The post.
    pub(crate) fn to_post(self) -> Post {
        self.with_id(ItemId::from_integer(self.item_id).expect("not below zero"))
    }
}

impl Capture for HeldPost {
    #[inline]
    fn cmp_key(&self, other: &Self) -> Ordering {
        (self.published_at, self.item_id).cmp(&(other.published_at, other.item_id))
    }

    fn join(&mut self, other: Self) {
        let mut post = self.to_post();
        post.join(other.to_post());
        *self = Self::with(self.item_id, self.platform, &post);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_post_takes_forty_eight_bytes() {
        assert_eq!(size_of::<HeldPost>(), 48);
    }
}
