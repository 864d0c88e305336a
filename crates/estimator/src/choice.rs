//! Which posts an estimate looks at, and why not at the others. The one place where that is decided.

use std::borrow::Cow;

use domain::{Post, Text, UnixTime};

/// Why a post is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// It was captured too soon after it was published: its counts were still growing.
    TooYoung,
    /// There are enough newer posts, or it was published before the window.
    OutsideWindow,
    /// It has no plays: withdrawn, hidden or not counted yet.
    NoPlays,
    /// There is a later capture of the same item, under another time of publishing.
    OlderCapture,
}

impl LeftOut {
    /// The reason in a few words.
    pub fn reason(self) -> Text {
        match self {
            Self::TooYoung => Text::new("still growing when captured", "采集时播放量仍在增长"),
            Self::OutsideWindow => Text::new("older than the window", "早于所取的作品"),
            Self::NoPlays => Text::new("no plays", "没有播放量"),
            Self::OlderCapture => Text::new("an older capture of the same item", "同一作品较早的一次采集"),
        }
    }
}

/// Which posts may be used: at most the latest `latest` published from `since` on, mature by `mature_days`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) latest: usize,
    pub(crate) since: UnixTime,
    pub(crate) mature_days: u32,
}

/// The most posts any window takes.
pub(crate) const MAX_CHOSEN: usize = 32;

/// Posts chosen, newest first; kept on the stack, for millions of creators are estimated in one import.
pub(crate) struct Chosen<'a> {
    posts: [Option<&'a Post>; MAX_CHOSEN],
    len: usize,
}

impl<'a> Chosen<'a> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a Post> + '_ {
        self.posts[..self.len].iter().copied().flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn push(&mut self, post: &'a Post) {
        self.posts[self.len] = Some(post);
        self.len += 1;
    }
}

/// Chooses among `posts` (oldest first), telling `verdict` of each post, newest first, whether it is used.
pub(crate) fn choose<'a>(
    posts: &'a [Post],
    window: Window,
    mut verdict: impl FnMut(&'a Post, Result<(), LeftOut>),
) -> Chosen<'a> {
    let latest = window.latest.min(MAX_CHOSEN);
    let mut chosen = Chosen { posts: [None; MAX_CHOSEN], len: 0 };
    for post in posts.iter().rev() {
        let judged = if post.plays == 0 {
            Err(LeftOut::NoPlays)
        } else if !post.is_mature(window.mature_days) {
            Err(LeftOut::TooYoung)
        } else if chosen.len == latest || post.published_at < window.since {
            Err(LeftOut::OutsideWindow)
        } else if post.is_superseded_in(posts) {
            Err(LeftOut::OlderCapture)
        } else {
            chosen.push(post);
            Ok(())
        };
        verdict(post, judged);
    }
    chosen
}

/// As [`choose`]; when no post is mature, the young ones, for a figure that is told to be too low beats none.
pub(crate) fn choose_mature_first<'a>(
    posts: &'a [Post],
    window: Window,
    mut verdict: impl FnMut(&'a Post, Result<(), LeftOut>),
) -> (Chosen<'a>, bool) {
    let is_mature = |post: &Post| post.plays > 0 && post.is_mature(window.mature_days);
    let any_mature = posts.iter().any(|post| is_mature(post) && !post.is_superseded_in(posts));
    let mature_days = if any_mature { window.mature_days } else { 0 };
    (choose(posts, Window { mature_days, ..window }, &mut verdict), any_mature)
}

/// The posts without older captures of the same items: what a history says now.
pub fn latest_captures(posts: &[Post]) -> Cow<'_, [Post]> {
    match posts.iter().any(|post| post.is_superseded_in(posts)) {
        true => posts.iter().filter(|post| !post.is_superseded_in(posts)).cloned().collect(),
        false => Cow::Borrowed(posts),
    }
}
