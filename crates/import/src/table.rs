//! The two tables an import reads, posts and rate cards: their columns, and how a row of text cells becomes facts.
//!
//! CSV and NDJSON hand over cells; Parquet has typed columns and only shares the column lists and the checks in
//! [`crate::value`].

use domain::{CreatorKey, Fen, Post, Price, Profile, Text, Tier, UnixTime};

use crate::Options;
use crate::error::Problem;
use crate::headings::{AUTHOR_ID_HEADINGS, PLATFORM_HEADINGS, is_heading};
use crate::reject::Reject;
use crate::value::{self, Flaw};

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    /// What spreadsheets call it; of several in one file the first here counts.
    headings: &'static [&'static str],
}

/// A table's columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    pub(crate) columns: &'static [Column],
    /// Its required columns, in Chinese with what spreadsheets call them.
    required: Text,
}

const fn required(name: &'static str, headings: &'static [&'static str]) -> Column {
    Column { name, required: true, headings }
}

const fn optional(name: &'static str, headings: &'static [&'static str]) -> Column {
    Column { name, required: false, headings }
}

/// The most columns a table has.
pub(crate) const COLUMNS_MAX: usize = 12;

/// Posts.
pub(crate) static POSTS: Table = Table {
    columns: &[
        required("item_id", &["item_id", "作品 ID", "视频 ID"]),
        required("author_id", AUTHOR_ID_HEADINGS),
        optional("platform", PLATFORM_HEADINGS),
        required("published_at", &["published_at", "发布时间", "作品发布时间", "视频发布时间"]),
        required("captured_at", &["captured_at", "采集时间", "抓取时间"]),
        optional("duration_s", &["duration_s", "时长（秒）", "时长", "视频时长（秒）", "视频时长"]),
        optional("sponsored", &["sponsored", "商单", "是否商单"]),
        required("plays", &["plays", "播放量", "播放数", "播放"]),
        optional("likes", &["likes", "点赞", "点赞数", "点赞量"]),
        optional("comments", &["comments", "评论", "评论数", "评论量"]),
        optional("shares", &["shares", "分享", "分享数", "分享量", "转发", "转发数", "转发量"]),
        optional("collects", &["collects", "收藏", "收藏数", "收藏量"]),
    ],
    required: Text::new(
        "item_id, author_id, published_at, captured_at, plays",
        "item_id（作品 ID）、author_id（达人 ID）、published_at（发布时间）、captured_at（采集时间）、plays（播放量），亦可用括号中的列名",
    ),
};

/// Prices, and beside each what is known of its creator.
pub(crate) static RATE_CARDS: Table = Table {
    columns: &[
        required("author_id", AUTHOR_ID_HEADINGS),
        optional("platform", PLATFORM_HEADINGS),
        required("tier", &["tier", "时长档位", "档位"]),
        required("price_yuan", &["price_yuan", "报价（元）", "报价", "价格（元）", "价格"]),
        optional("followers", &["followers", "粉丝数", "粉丝量"]),
        optional("category", &["category", "类目", "达人类目"]),
        optional("name", &["name", "达人昵称", "昵称", "达人名称", "名称"]),
    ],
    required: Text::new(
        "author_id, tier, price_yuan",
        "author_id（达人 ID）、tier（时长档位）、price_yuan（报价（元）），亦可用括号中的列名",
    ),
};

/// Where a row of [`RATE_CARDS`] has its price.
pub(crate) const PRICE: usize = 3;

impl Table {
    /// Which column has this name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Which column a spreadsheet calls this.
    pub(crate) fn headed(&self, heading: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.headings.iter().any(|name| is_heading(heading, name)))
    }

    /// Finds the table's columns among the headings of a file, for each its place, and the headings nobody knows: what has a column's
    /// name is it, else what people call it in spreadsheets.
    pub(crate) fn locate(&self, headings: &[&str]) -> Result<Located, Problem> {
        let mut places = self.named(headings)?;
        for (place, column) in places.iter_mut().zip(self.columns).filter(|(place, _)| place.is_none()) {
            let at =
                |name: &&'static str| headings.iter().position(|heading| is_heading(heading, name)).zip(Some(*name));
            let Some((first, name)) = column.headings.iter().find_map(at) else { continue };
            if headings[first + 1..].iter().any(|heading| is_heading(heading, name)) {
                return Err(Problem::RepeatedColumn(headings[first].to_owned()));
            }
            *place = Some(first);
        }
        self.complete(places, headings)
    }

    /// Where the names of columns are.
    fn named(&self, names: &[&str]) -> Result<Places, Problem> {
        let mut places = [None; COLUMNS_MAX];
        for (place, name) in names.iter().enumerate() {
            match self.find(name) {
                Some(column) if places[column].is_some() => return Err(Problem::RepeatedColumn((*name).to_owned())),
                Some(column) => places[column] = Some(place),
                None => {}
            }
        }
        Ok(places)
    }

    fn complete(&self, places: Places, names: &[&str]) -> Result<Located, Problem> {
        for (column, place) in self.columns.iter().zip(places) {
            if column.required && place.is_none() {
                return Err(Problem::MissingColumn { missing: column.name, required: self.required });
            }
        }
        let others = names.iter().enumerate().filter(|(place, _)| !places.contains(&Some(*place)));
        let (named, unnamed): (Vec<_>, Vec<_>) = others.partition(|(_, name)| !name.trim().is_empty());
        let cut = |(_, name): (usize, &&str)| name.chars().take(Reject::VALUE_CHARS_MAX).collect();
        let (ignored, unnamed) = (named.into_iter().map(cut).collect(), unnamed.iter().map(|(at, _)| at + 1).collect());
        Ok(Located { places, ignored, unnamed })
    }
}

/// The place of each column of a table, where a file has it.
type Places = [Option<usize>; COLUMNS_MAX];

/// Where the columns of a table are in a file.
#[derive(Debug)]
pub(crate) struct Located {
    pub(crate) places: Places,
    /// The names of the file's other columns.
    pub(crate) ignored: Vec<String>,
    /// Where those are that have no name, from 1.
    pub(crate) unnamed: Vec<usize>,
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
pub(crate) fn post(cells: &Cells<'_>, options: &Options) -> Result<(CreatorKey, Post), CellFlaw> {
    let [item_id, author_id, platform, published_at, captured_at, duration_s, sponsored, plays, counts @ ..] = *cells;
    let [likes, comments, shares, collects] = counts;
    let item_id = in_column(0, value::item_id(item_id))?;
    let author_id = in_column(1, value::author_id(author_id))?;
    let platform = in_column(2, value::platform(platform))?;
    let published_at = in_column(3, value::moment(published_at, options))?;
    let captured_at = in_column(4, value::moment(captured_at, options))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_has_its_name_and_headings_that_no_other_has() {
        for table in [&POSTS, &RATE_CARDS] {
            for (at, column) in table.columns.iter().enumerate() {
                assert_eq!(column.headings[0], column.name);
                for heading in column.headings {
                    assert_eq!(table.headed(heading), Some(at), "{heading}");
                }
            }
        }
    }
}
