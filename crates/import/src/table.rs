//! The two tables an import reads, posts and rate cards: their columns, and how a row of text cells becomes facts.
//!
//! CSV and NDJSON hand over cells; Parquet has typed columns and only shares the column lists and the checks in
//! [`crate::value`].

use domain::{CreatorKey, Fen, Post, Price, Profile, Tier, UnixTime};

use crate::error::Problem;
use crate::reject::Reject;
use crate::value::{self, Flaw};

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
}

/// A table's columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    pub(crate) columns: &'static [Column],
    required: &'static str,
}

const fn required(name: &'static str) -> Column {
    Column { name, required: true }
}

const fn optional(name: &'static str) -> Column {
    Column { name, required: false }
}

/// The most columns a table has.
pub(crate) const COLUMNS_MAX: usize = 12;

/// Posts.
pub(crate) static POSTS: Table = Table {
    columns: &[
        required("item_id"),
        required("author_id"),
        optional("platform"),
        required("published_at"),
        required("captured_at"),
        optional("duration_s"),
        optional("sponsored"),
        required("plays"),
        optional("likes"),
        optional("comments"),
        optional("shares"),
        optional("collects"),
    ],
    required: "item_id, author_id, published_at, captured_at, plays",
};

/// Prices, and beside each what is known of its creator.
pub(crate) static RATE_CARDS: Table = Table {
    columns: &[
        required("author_id"),
        optional("platform"),
        required("tier"),
        required("price_yuan"),
        optional("followers"),
        optional("category"),
        optional("name"),
    ],
    required: "author_id, tier, price_yuan",
};

/// Where a row of [`RATE_CARDS`] has its price.
pub(crate) const PRICE: usize = 3;

impl Table {
    /// Which column has this name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Finds the table's columns among the names of a file: for each its place, and the names nobody knows.
    pub(crate) fn locate<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<Located, Problem> {
        let mut located = Located { places: [None; COLUMNS_MAX], ignored: Vec::new() };
        for (place, name) in names.enumerate() {
            match self.find(name) {
                Some(column) if located.places[column].is_some() => {
                    return Err(Problem::RepeatedColumn(name.to_owned()));
                }
                Some(column) => located.places[column] = Some(place),
                None => located.ignored.push(name.chars().take(Reject::VALUE_CHARS_MAX).collect()),
            }
        }
        for (column, place) in self.columns.iter().zip(located.places) {
            if column.required && place.is_none() {
                return Err(Problem::MissingColumn { missing: column.name, required: self.required });
            }
        }
        Ok(located)
    }
}

/// Where the columns of a table are in a file.
#[derive(Debug)]
pub(crate) struct Located {
    /// The place of each column of the table, where the file has it.
    pub(crate) places: [Option<usize>; COLUMNS_MAX],
    /// The names of the file's other columns.
    pub(crate) ignored: Vec<String>,
}

/// The cells of one row in the order of the table's columns; an absent one is empty.
pub(crate) type Cells<'a> = [&'a str; COLUMNS_MAX];

/// A flaw and the column it is in.
#[derive(Debug)]
pub(crate) struct CellFlaw {
    pub(crate) column: usize,
    pub(crate) flaw: Flaw,
}

/// Names the column of a value's flaw.
fn in_column<T>(column: usize, value: Result<T, Flaw>) -> Result<T, CellFlaw> {
    value.map_err(|flaw| CellFlaw { column, flaw })
}

/// Reads a row of [`POSTS`].
pub(crate) fn post(cells: &Cells<'_>, now: UnixTime) -> Result<(CreatorKey, Post), CellFlaw> {
    let [item_id, author_id, platform, published_at, captured_at, duration_s, sponsored, plays, counts @ ..] = *cells;
    let [likes, comments, shares, collects] = counts;
    let item_id = in_column(0, value::item_id(item_id))?;
    let author_id = in_column(1, value::author_id(author_id))?;
    let platform = in_column(2, value::platform(platform))?;
    let published_at = in_column(3, value::moment(published_at, now))?;
    let captured_at = in_column(4, value::moment(captured_at, now))?;
    if captured_at < published_at {
        return Err(CellFlaw { column: 4, flaw: Flaw::captured_before_published() });
    }
    let post = Post {
        item_id,
        published_at,
        captured_at,
        duration_s: in_column(5, value::count(duration_s))?,
        sponsored: in_column(6, value::flag(sponsored))?,
        plays: in_column(7, value::plays(plays))?,
        likes: in_column(8, value::count(likes))?,
        comments: in_column(9, value::count(comments))?,
        shares: in_column(10, value::count(shares))?,
        collects: in_column(11, value::count(collects))?,
    };
    Ok((CreatorKey { author_id, platform }, post))
}

/// A row of [`RATE_CARDS`].
pub(crate) struct Priced {
    pub(crate) key: CreatorKey,
    pub(crate) tier: Tier,
    pub(crate) fen: Fen,
    pub(crate) profile: Profile,
}

impl Priced {
    /// The price, seen at a moment.
    pub(crate) fn price(&self, as_of: UnixTime) -> Price {
        Price { as_of, fen: self.fen }
    }
}

/// Reads a row of [`RATE_CARDS`], which was true at `as_of`.
pub(crate) fn price(cells: &Cells<'_>, as_of: UnixTime) -> Result<Priced, CellFlaw> {
    let [author_id, platform, tier, price_yuan, followers, category, name, ..] = *cells;
    let author_id = in_column(0, value::author_id(author_id))?;
    let platform = in_column(1, value::platform(platform))?;
    let tier = in_column(2, value::tier(tier, platform))?;
    let fen = in_column(PRICE, value::listed_price(price_yuan))?;
    let followers = in_column(4, value::followers(followers))?;
    let category = in_column(5, value::label(category))?;
    let profile = Profile::of(as_of, followers, category, in_column(6, value::label(name))?);
    Ok(Priced { key: CreatorKey { author_id, platform }, tier, fen, profile })
}
