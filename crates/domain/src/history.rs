//! The bounded state of one creator on one platform: the latest posts.

use std::cmp::Ordering;

use crate::{Post, UnixTime};

/// What a history is made of: posts, in whatever form they are held.
pub trait Capture {
    /// Compares the keys of two captures, in the order of [`Post::key`]; captures of the same post have equal keys.
    fn cmp_key(&self, other: &Self) -> Ordering;

    /// Joins another capture of the same post into this one, as [`Post::join`] does.
    fn join(&mut self, other: Self);
}

impl Capture for Post {
    fn cmp_key(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }

    fn join(&mut self, other: Self) {
        Post::join(self, other);
    }
}

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

    /// The history of posts that are in order already, which is checked: what is not is put in order.
    pub fn from_ordered(posts: Vec<Post>) -> Self {
        let ordered = posts.len() <= Self::LIMIT && posts.is_sorted_by(|a, b| a.key() < b.key());
        if ordered { Self { posts } } else { posts.into_iter().collect() }
    }

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
        add_to_tail(&mut self.posts, 0, post, Self::LIMIT);
    }

    /// Adds one capture of a post to `posts[from..]`, which hold one history, for those who keep many histories in one
    /// vector. Some more than [`PostHistory::LIMIT`] posts are kept until [`PostHistory::trim_tail`], so that not
    /// every new post moves all others.
    #[inline]
    pub fn add_to_tail<C: Capture>(posts: &mut Vec<C>, from: usize, post: C) {
        add_to_tail(posts, from, post, Self::LIMIT * 2);
    }

    /// Drops the oldest of `posts[from..]` beyond [`PostHistory::LIMIT`].
    pub fn trim_tail<C>(posts: &mut Vec<C>, from: usize) {
        let excess = (posts.len() - from).saturating_sub(Self::LIMIT);
        posts.drain(from..from + excess);
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
}

/// Adds a post to the history in `posts[from..]`, which is cut to [`PostHistory::LIMIT`] when it has `room` posts.
#[inline]
fn add_to_tail<C: Capture>(posts: &mut Vec<C>, from: usize, post: C, room: usize) {
    match posts[from..].last_mut().map(|last| (post.cmp_key(last), last)) {
        Some((Ordering::Equal, last)) => last.join(post),
        Some((Ordering::Less, _)) => insert(posts, from, post, room),
        None | Some((Ordering::Greater, _)) => {
            if posts.len() - from >= room {
                // One place is needed, and with more room the oldest beyond the limit go at once.
                posts.drain(from..posts.len() + 1 - PostHistory::LIMIT);
            }
            posts.push(post);
        }
    }
}

fn insert<C: Capture>(posts: &mut Vec<C>, from: usize, post: C, room: usize) {
    let length = posts.len() - from;
    match posts[from..].binary_search_by(|held| held.cmp_key(&post)) {
        Ok(at) => posts[from + at].join(post),
        // Older than as many as are kept.
        Err(at) if length - at >= PostHistory::LIMIT => {}
        Err(at) => {
            posts.insert(from + at, post);
            if length >= room {
                posts.drain(from..from + length + 1 - PostHistory::LIMIT);
            }
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
