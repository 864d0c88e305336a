//! Where an answer ended, as a text that callers hand back.

use std::fmt;
use std::str::FromStr;

use domain::{AuthorId, Spoken};

use crate::search::{By, Sort};

/// The last creator of a page. The text form is for handing back, not for reading: `EDITION.BY.TIER.asc.VALUE.ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The edition of the market that the page is of.
    pub edition: u64,
    /// How the page is sorted; the next one has to be sorted the same.
    pub sort: Sort,
    /// What the last creator is sorted by.
    pub value: Value,
    /// The last creator.
    pub author_id: AuthorId,
}

/// What a creator is sorted by, as every edition understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A figure.
    Figure(u64),
    /// The name of a category: its number is another one where there are other categories.
    Category(String),
}

impl Value {
    /// A figure as a hexadecimal number, a name as its bytes in hexadecimal: whatever is in it, no point is.
    fn parse(text: &str, by: By) -> Result<Self, BadCursor> {
        if by != By::Category {
            return u64::from_str_radix(text, 16).map(Self::Figure).map_err(|_| BadCursor);
        }
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = pairs.iter().map(|pair| byte(pair)).collect();
        let name = bytes.filter(|_| rest.is_empty()).and_then(|bytes| String::from_utf8(bytes).ok());
        name.filter(|name| !name.is_empty()).map(Self::Category).ok_or(BadCursor)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Figure(figure) => write!(f, "{figure:x}"),
            Self::Category(name) => name.bytes().try_for_each(|byte| write!(f, "{byte:02x}")),
        }
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of an earlier answer")]
pub struct BadCursor;

impl Spoken for BadCursor {
    fn chinese(&self) -> String {
        "不是先前答案中的游标".into()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sort { by, tier, descending } = self.sort;
        let direction = if descending { "desc" } else { "asc" };
        write!(f, "{:x}.{by}.{tier}.{direction}.{}.{}", self.edition, self.value, self.author_id)
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let parts: Vec<&str> = text.split('.').collect();
        let [edition, by, tier, direction, value, id] = parts[..] else { return Err(BadCursor) };
        let descending = match direction {
            "desc" => true,
            "asc" => false,
            _ => return Err(BadCursor),
        };
        let by = by.parse().map_err(|_| BadCursor)?;
        Ok(Self {
            edition: u64::from_str_radix(edition, 16).map_err(|_| BadCursor)?,
            sort: Sort { by, tier: tier.parse().map_err(|_| BadCursor)?, descending },
            value: Value::parse(value, by)?,
            author_id: id.parse().map_err(|_| BadCursor)?,
        })
    }
}
