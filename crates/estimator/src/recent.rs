//! What every method looks at: a creator's latest usable posts, newest first, with the logarithms of their plays.

use domain::UnixTime;

use crate::Method;
use crate::choice::{Chosen, MAX_CHOSEN};

/// Posts chosen for an estimate, as columns. On the stack, for millions of creators are estimated in one import.
pub(crate) struct Recent {
    len: usize,
    plays: [u64; MAX_CHOSEN],
    log_plays: [f64; MAX_CHOSEN],
    published_at: [UnixTime; MAX_CHOSEN],
    age_s: [u32; MAX_CHOSEN],
    interactions: [Option<u64>; MAX_CHOSEN],
}

impl Recent {
    /// The chosen posts, as a method looks at them: one that takes plays as they are gets no logarithms, which would be half of
    /// its time. Logarithms are libm's, the same bits on every machine.
    pub(crate) fn by(method: Method, chosen: &Chosen<'_>) -> Self {
        let mut recent = Self::without_logs(chosen);
        if method.takes_logs() {
            recent.add_logs();
        }
        recent
    }

    /// The chosen posts, for any method.
    pub(crate) fn of(chosen: &Chosen<'_>) -> Self {
        let mut recent = Self::without_logs(chosen);
        recent.add_logs();
        recent
    }

    fn add_logs(&mut self) {
        for (log, plays) in self.log_plays.iter_mut().zip(&self.plays[..self.len]) {
            *log = libm::log(*plays as f64);
        }
    }

    fn without_logs(chosen: &Chosen<'_>) -> Self {
        let mut recent = Self {
            len: chosen.len(),
            plays: [0; MAX_CHOSEN],
            log_plays: [0.0; MAX_CHOSEN],
            published_at: [UnixTime(0); MAX_CHOSEN],
            age_s: [0; MAX_CHOSEN],
            interactions: [None; MAX_CHOSEN],
        };
        for (at, post) in chosen.iter().enumerate() {
            recent.plays[at] = post.plays;
            recent.published_at[at] = post.published_at;
            recent.age_s[at] = post.age_s();
            recent.interactions[at] = post.interactions();
        }
        recent
    }

    /// Plays of the latest `latest` posts, newest first.
    pub(crate) fn plays(&self, latest: usize) -> &[u64] {
        &self.plays[..self.len.min(latest)]
    }

    /// Logarithms of the same.
    pub(crate) fn log_plays(&self, latest: usize) -> &[f64] {
        &self.log_plays[..self.len.min(latest)]
    }

    /// When the same were published.
    pub(crate) fn published_at(&self, latest: usize) -> &[UnixTime] {
        &self.published_at[..self.len.min(latest)]
    }

    /// Ages of the same when captured, in seconds.
    pub(crate) fn ages_s(&self, latest: usize) -> &[u32] {
        &self.age_s[..self.len.min(latest)]
    }

    /// Interactions of the same when captured, where told.
    pub(crate) fn interactions(&self, latest: usize) -> &[Option<u64>] {
        &self.interactions[..self.len.min(latest)]
    }

    /// The same as if there had been no posts before the newest `latest`.
    pub(crate) fn cut_to(mut self, latest: usize) -> Self {
        self.len = self.len.min(latest);
        self
    }
}
