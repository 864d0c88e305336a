//! One row of the posts file, in plain integers: 40 bytes, for tens of millions are held until they are in order.

use domain::Platform;

use crate::ids;
use crate::profiles::Profile;

/// A post as one capture saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) published_s: u32,
    /// The lower half of the post's id.
    pub(crate) item_low: u32,
    pub(crate) captured_s: u32,
    /// The creator's place among all.
    pub(crate) creator: u32,
    pub(crate) plays: u32,
    /// Likes, comments, shares, collects.
    pub(crate) interactions: [u32; 4],
    /// Zero where a post has no length.
    pub(crate) duration_s: u16,
    pub(crate) platform: Platform,
    pub(crate) sponsored: Sponsored,
}

/// Whether a post was a paid placement, in one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sponsored {
    No,
    Yes,
    Untold,
}

impl Sponsored {
    pub(crate) fn told(self) -> Option<bool> {
        match self {
            Self::No => Some(false),
            Self::Yes => Some(true),
            Self::Untold => None,
        }
    }
}

impl From<Option<bool>> for Sponsored {
    fn from(told: Option<bool>) -> Self {
        match told {
            Some(false) => Self::No,
            Some(true) => Self::Yes,
            None => Self::Untold,
        }
    }
}

impl Row {
    /// The order of the file: by time, posts of one second by their id, captures of one post by their time. No two rows
    /// have the same, so the order does not depend on how the rows were made.
    pub(crate) fn order(&self) -> (i64, u32) {
        (self.item_id(), self.captured_s)
    }

    pub(crate) fn item_id(&self) -> i64 {
        ids::item_id(self.published_s, self.item_low)
    }

    pub(crate) fn duration_s(&self) -> Option<u16> {
        (self.duration_s != 0).then_some(self.duration_s)
    }
}

/// A row of the rate cards file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PriceRow {
    /// The creator's place among all.
    pub(crate) creator: u32,
    pub(crate) platform: Platform,
    pub(crate) tier: domain::Tier,
    pub(crate) price_yuan: u64,
    /// The creator's, the same in each of its rows.
    pub(crate) profile: Profile,
}

impl PriceRow {
    /// The creator's name.
    pub(crate) fn name(&self) -> String {
        format!("达人{}", self.creator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_forty_bytes() {
        assert_eq!(size_of::<Row>(), 40);
    }
}
