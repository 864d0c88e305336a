//! The bounded state of one creator on one platform: the latest posts.

use std::cmp::Ordering;

use crate::{Post, UnixTime};

/// A creator's latest posts on one platform, oldest first, no post twice.
///
/// At most [`PostHistory::LIMIT`] posts: those published last (of one second, those with the larger id). Adding and
/// merging are commutative, associative and idempotent, so rows may come in any order, split over any files, twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostHistory {
    posts: Vec<Post>,
}

impl PostHistory {
    /// The most posts kept of a creator on a platform.
    pub const LIMIT: usize = 64;

    /// The posts, oldest first.
    pub fn posts(&self) -> &[Post] {
        &self.posts
    }

    /// The moment the newest capture was made, which is what an estimate from these posts is "as of".
    pub fn captured_at(&self) -> Option<UnixTime> {
        self.posts.iter().map(|post| post.captured_at).max()
    }

    /// Adds one capture of a post.
    pub fn add(&mut self, post: Post) {
        match self.posts.last().map(|last| post.key().cmp(&last.key())) {
            None | Some(Ordering::Greater) => self.append(post),
            Some(Ordering::Equal) => {
                if let Some(last) = self.posts.last_mut() {
                    last.join(post);
                }
            }
            Some(Ordering::Less) => self.insert(post),
        }
    }

    /// Adds all of another history.
    pub fn merge(&mut self, other: PostHistory) {
        if self.posts.is_empty() {
            *self = other;
            return;
        }
        // Newest first: once the history is full, an older post is turned down at its first comparison.
        for post in other.posts.into_iter().rev() {
            self.add(post);
        }
    }

    fn append(&mut self, post: Post) {
        if self.posts.len() == Self::LIMIT {
            self.posts.remove(0);
        }
        self.posts.push(post);
    }

    fn insert(&mut self, post: Post) {
        match self.posts.binary_search_by(|held| held.key().cmp(&post.key())) {
            Ok(at) => self.posts[at].join(post),
            Err(0) if self.posts.len() == Self::LIMIT => {}
            Err(at) if self.posts.len() == Self::LIMIT => {
                self.posts[..at].rotate_left(1);
                self.posts[at - 1] = post;
            }
            Err(at) => self.posts.insert(at, post),
        }
    }
}

impl FromIterator<Post> for PostHistory {
    fn from_iter<I: IntoIterator<Item = Post>>(posts: I) -> Self {
        let mut history = Self::default();
        posts.into_iter().for_each(|post| history.add(post));
        history
    }
}
