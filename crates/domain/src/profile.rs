//! What is known of a creator besides posts and prices.

use std::fmt;
use std::str::FromStr;

use crate::{Spoken, UnixTime};

/// What a source told, and when. Of two the later wins, of one second the larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told<T> {
    /// When it was told. First, for the later one wins.
    pub as_of: UnixTime,
    /// What was told.
    pub value: T,
}

/// A short text about a creator on one line: its name, or its category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(Box<str>);

/// Why a text is no [`Label`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Nothing but spaces.
    #[error("empty")]
    Empty,
    /// More than [`Label::CHARS_MAX`] characters.
    #[error("longer than {} characters", Label::CHARS_MAX)]
    TooLong,
    /// A line break or another control character.
    #[error("has a line break or another control character in it")]
    Control,
}

impl Spoken for LabelError {
    fn chinese(&self) -> String {
        match self {
            Self::Empty => "为空".into(),
            Self::TooLong => format!("超过 {} 个字符", Label::CHARS_MAX),
            Self::Control => "含有换行或其他控制字符".into(),
        }
    }
}

/// A creator's profile on one platform. Whatever no source told is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// How many follow the creator.
    pub followers: Option<Told<u64>>,
    /// What the creator's posts are about, such as Xingtu's first-level tag.
    pub category: Option<Told<Label>>,
    /// The name shown to people.
    pub name: Option<Told<Label>>,
}

impl<T> Told<T> {
    /// The same, with the value borrowed.
    pub fn as_ref(&self) -> Told<&T> {
        Told { as_of: self.as_of, value: &self.value }
    }
}

impl Label {
    /// The longest label, in characters.
    pub const CHARS_MAX: usize = 64;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Label {
    type Err = LabelError;

    /// Takes a text; spaces around it do not count.
    fn from_str(text: &str) -> Result<Self, LabelError> {
        let text = text.trim();
        if text.is_empty() {
            Err(LabelError::Empty)
        } else if text.chars().any(char::is_control) {
            Err(LabelError::Control)
        } else if text.chars().count() > Self::CHARS_MAX {
            Err(LabelError::TooLong)
        } else {
            Ok(Self(text.into()))
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Profile {
    /// The most followers taken from a file: 2^40. A larger figure is a mistake in the source.
    pub const MAX_FOLLOWERS: u64 = 1 << 40;

    /// What one source told at one moment.
    pub fn of(as_of: UnixTime, followers: Option<u64>, category: Option<Label>, name: Option<Label>) -> Self {
        let label = |label: Option<Label>| label.map(|value| Told { as_of, value });
        Self { followers: followers.map(|value| Told { as_of, value }), category: label(category), name: label(name) }
    }

    /// Whether nothing was told.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Joins what another source told into this. Commutative, associative, idempotent.
    pub fn merge(&mut self, other: Profile) {
        self.followers = self.followers.max(other.followers);
        self.category = self.category.take().max(other.category);
        self.name = self.name.take().max(other.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(as_of: u32, followers: Option<u64>, category: Option<&str>) -> Profile {
        let category = category.map(|text| text.parse().expect("a label"));
        Profile::of(UnixTime(as_of), followers, category, None)
    }

    #[test]
    fn the_later_wins_part_by_part_in_any_order() {
        let told = [
            profile(1, Some(900), Some("美食")),
            profile(3, Some(700), None),
            profile(2, None, Some("美妆")),
            profile(3, Some(800), None),
        ];
        let expected = (Some(Told { as_of: UnixTime(3), value: 800 }), "美妆");
        for first in 0..told.len() {
            let mut merged = Profile::default();
            let (before, after) = told.split_at(first);
            // Twice, for repetition changes nothing.
            after.iter().chain(before).chain(&told).for_each(|part| merged.merge(part.clone()));
            let category = merged.category.as_ref().expect("a category");
            assert_eq!((merged.followers, category.value.as_str()), expected, "from {first}");
        }
    }

    #[test]
    fn a_label_is_a_short_line() {
        assert_eq!(" 美妆 ".parse::<Label>().expect("a label").as_str(), "美妆");
        assert!("妆".repeat(64).parse::<Label>().is_ok());
        assert_eq!("妆".repeat(65).parse::<Label>(), Err(LabelError::TooLong));
        assert_eq!("  ".parse::<Label>(), Err(LabelError::Empty));
        assert_eq!("a\nb".parse::<Label>(), Err(LabelError::Control));
    }
}
