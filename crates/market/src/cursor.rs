//! Where an answer ended, as a text that callers hand back.

use std::fmt;
use std::str::FromStr;

use domain::AuthorId;

use crate::search::Sort;

/// The last creator of a page. The text form is for handing back, not for reading: `EDITION.BY.TIER.asc.VALUE.ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The edition of the market that the page is of.
    pub edition: u64,
    /// How the page is sorted; the next one has to be sorted the same.
    pub sort: Sort,
    /// The last creator's figure.
    pub value: u64,
    /// The last creator.
    pub author_id: AuthorId,
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of an earlier answer")]
pub struct BadCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sort { by, tier, descending } = self.sort;
        let direction = if descending { "desc" } else { "asc" };
        write!(f, "{:x}.{by}.{tier}.{direction}.{:x}.{}", self.edition, self.value, self.author_id)
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let parts: Vec<&str> = text.split('.').collect();
        let [edition, by, tier, direction, value, id] = parts[..] else { return Err(BadCursor) };
        let number = |text| u64::from_str_radix(text, 16).map_err(|_| BadCursor);
        let descending = match direction {
            "desc" => true,
            "asc" => false,
            _ => return Err(BadCursor),
        };
        let by = by.parse().map_err(|_| BadCursor)?;
        Ok(Self {
            edition: number(edition)?,
            sort: Sort { by, tier: tier.parse().map_err(|_| BadCursor)?, descending },
            value: number(value)?,
            author_id: id.parse().map_err(|_| BadCursor)?,
        })
    }
}
