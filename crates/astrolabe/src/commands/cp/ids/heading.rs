//! The heading of a list: which row it is, and where it puts what counts.

use anyhow::bail;
use catalog::Text;
use domain::{CreatorKey, Platform};
use import::{AUTHOR_ID_HEADINGS, HEADER_ROWS_MAX, PLATFORM_HEADINGS, is_heading};

use super::id;
use super::rows::Row;
use crate::lang;

/// The least number that is none of a telephone.
const LONG_NUMBER: i64 = 100_000_000_000;

const TOO_WIDE: Text = Text::new(
    "more values than the heading has columns: is a value with a comma in it not quoted?",
    "值比表头的列多：含逗号的值可能没有加引号",
);
const NO_ID: Text = Text::new(
    "there is no id: give it, or delete the row where it names no creator",
    "该行没有 ID：请补上；如该行并非达人（如表尾说明），请删除",
);

/// Where a heading puts what counts.
pub(super) struct Heading {
    pub(super) id_at: usize,
    platform_at: Option<usize>,
    width: usize,
}

impl Heading {
    /// The heading of a list, and which of its rows it is: titles may stand above it, but no creator, who would be left out.
    pub(super) fn find(rows: &[Row]) -> Option<(usize, Self)> {
        let titles = rows.iter().take(HEADER_ROWS_MAX).take_while(|row| !may_name_creator(row));
        titles.enumerate().find_map(|(at, row)| Some((at, Self::of(row)?)))
    }

    fn of(row: &Row) -> Option<Self> {
        // What our own tables call it in English may as well be a name.
        let ids = AUTHOR_ID_HEADINGS.iter().copied().chain(["id", "creator"]);
        let (id_at, platform_at) = (place(row, ids)?, place(row, PLATFORM_HEADINGS.iter().copied()));
        Some(Self { id_at, platform_at, width: row.cells.len() })
    }

    /// The column that names platforms, another one than `asked` among them, and is not read as such.
    pub(super) fn unread_platforms<'r>(&self, named: &'r Row, rows: &[Row], asked: Platform) -> Option<&'r str> {
        let is_unread = |at: &usize| {
            let named = |row: &Row| Some(row.cell(*at)).filter(|cell| !cell.is_empty()).map(Platform::of_word);
            let platforms: Option<Vec<_>> = rows.iter().filter_map(named).map(Result::ok).collect();
            platforms.is_some_and(|named| named.iter().any(|platform| *platform != asked))
        };
        let others = (0..self.width).filter(|at| *at != self.id_at && self.platform_at.is_none());
        others.into_iter().find(is_unread).map(|at| named.cell(at))
    }

    /// The creator of a row below.
    pub(super) fn key(&self, row: &Row, platform: Platform) -> anyhow::Result<CreatorKey> {
        // Behind a comma that splits a value every column is another one.
        if row.cells.iter().skip(self.width).any(|cell| !cell.is_empty()) {
            bail!(TOO_WIDE.of(lang::spoken()));
        }
        let id = row.cell(self.id_at);
        if id.is_empty() {
            bail!(NO_ID.of(lang::spoken()));
        }
        let named = self.platform_at.map(|at| row.cell(at)).filter(|name| !name.is_empty());
        Ok(CreatorKey { author_id: id::of(id)?, platform: named.map_or(Ok(platform), Platform::of_word)? })
    }
}

/// Whether a row may name a creator: a number alone, or a long one. Dates, budgets and telephones in titles are shorter, or not alone.
fn may_name_creator(row: &Row) -> bool {
    let numbers: Vec<i64> = row.filled().filter_map(|cell| id::of(cell).ok()?.as_integer()).collect();
    (row.filled().count() == 1 && !numbers.is_empty()) || numbers.iter().any(|number| *number >= LONG_NUMBER)
}

/// The column of a heading that has one of the names, first come first.
fn place<'n>(heading: &Row, mut names: impl Iterator<Item = &'n str>) -> Option<usize> {
    names.find_map(|name| heading.cells.iter().position(|cell| is_heading(cell, name)))
}

#[cfg(test)]
mod tests {
    use super::super::rows;
    use super::*;

    #[test]
    fn a_column_that_names_other_platforms_and_is_not_read_is_told() {
        let unread = |text: &str| {
            let rows = rows::of(text).expect("rows");
            let (_, heading) = Heading::find(&rows).expect("a heading");
            heading.unread_platforms(&rows[0], &rows[1..], Platform::ShortVideo).map(str::to_owned)
        };
        assert_eq!(unread("id,投放方式\n42,图文\n43,短视频\n44,\n").as_deref(), Some("投放方式"));
        for text in ["id,备注\n42,图文\n43,好\n", "id,形式\n42,图文\n", "id,a\n42,短视频\n", "id,a\n42,\n"]
        {
            assert_eq!(unread(text), None, "{text}");
        }
    }
}
