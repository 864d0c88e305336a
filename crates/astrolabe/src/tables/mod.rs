//! Results as tables: typed columns that become a table on the terminal, CSV, JSON, NDJSON, an Excel workbook or Parquet. What
//! programs read has the columns' names; what people read has their titles and units, in their language.

mod csv;
pub(crate) mod fit;
mod format;
mod json;
mod parquet;
pub(crate) mod terminal;
mod whole;
pub(crate) mod words;
pub(crate) mod wrap;
mod xlsx;

use std::path::{Path, PathBuf};

use anyhow::bail;
use catalog::{Lang, Text};
use clap::Args;
use domain::{Fen, UnixTime};

use crate::lang::{self, told};
use crate::output::{self, counted, thousands};
use crate::tables::format::Format;
pub(crate) use crate::tables::whole::{check_writable, write_whole};
use crate::tables::words::Words;

/// Where a table goes, and in which language it is.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct OutArgs {
    /// Write the result to this file instead, whole or not at all; the name tells the form: .csv, .json, .ndjson, .xlsx or .parquet
    #[arg(long, value_name = "FILE", value_parser = format::with_format)]
    pub(crate) out: Option<PathBuf>,
    /// The language of what people read: en or zh [default: that of LC_ALL, LC_MESSAGES or LANG]
    #[arg(long)]
    pub(crate) lang: Option<Lang>,
}

impl OutArgs {
    /// The language that is wanted.
    pub(crate) fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(lang::of_locale)
    }

    /// The language of sentences in the result. A workbook is read by people, as its headings are; other files are the same in all
    /// languages, for programs.
    pub(crate) fn lang_inside(&self) -> Lang {
        match self.out.as_deref().map(Format::of) {
            None | Some(Ok(Format::Xlsx)) => self.lang(),
            Some(_) => Lang::En,
        }
    }

    /// Looks whether the file could be written, where one is wanted: before anything is done or paid for.
    ///
    /// # Errors
    /// When it could not.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        self.out.as_deref().map_or(Ok(()), check_writable)
    }

    /// Looks whether the file may have so many rows: before the work that makes them.
    ///
    /// # Errors
    /// When its form holds fewer.
    pub(crate) fn check_rows(&self, rows: usize) -> anyhow::Result<()> {
        let max = self.out.as_deref().and_then(|path| Format::of(path).ok()?.rows_max());
        let Some(max) = max.filter(|max| rows > *max) else { return Ok(()) };
        let (rows, max) = (thousands(rows as u64), thousands(max as u64));
        bail!(told!(
            self.lang(),
            "{rows} rows do not fit a sheet of Excel, which has {max} beside the heading: name a .csv or .parquet file",
            "{rows} 行超出 Excel 工作表的上限（除表头外 {max} 行）：请改用 .csv 或 .parquet 文件"
        ))
    }

    /// Puts a table where it is wanted: into the file, or on stdout.
    pub(crate) fn put(&self, table: &Table) -> anyhow::Result<()> {
        let Some(path) = &self.out else { return output::result(&terminal::text(table, self.lang(), output::width())) };
        self.check_rows(table.rows.len())?;
        write_file(path, table, self.lang())?;
        let (path, rows) = (path.display(), table.rows.len());
        let counted = counted(rows as u64, "row");
        output::person(&told!(self.lang(), "{path}: {counted}", "{path}：共 {rows} 行"));
        Ok(())
    }
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Its name for programs, with its unit: `cpm_1_20s_yuan`.
    pub(crate) name: &'static str,
    /// Its title for people.
    pub(crate) title: Text,
    /// The title where a terminal has little room.
    short: Option<Text>,
    pub(crate) kind: Kind,
    /// What people read in place of the names it holds.
    words: Option<Words>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Ids, which are kept as they are.
    Id,
    /// Words.
    Text,
    /// Whole numbers.
    Whole,
    /// Amounts, in yuan.
    Yuan,
    /// Shares, in percent.
    Percent,
    /// Other numbers, with two decimals.
    Number,
    /// Moments: for programs in UTC, for people by the clock of their language.
    Moment,
    /// Whether something is so: true or false for programs, a check mark for people.
    Flag,
}

impl Kind {
    /// The unit, as it stands behind a title.
    fn unit(self) -> Option<Text> {
        match self {
            Self::Yuan => Some(Text::new("yuan", "元")),
            Self::Percent => Some(Text::new("%", "%")),
            Self::Moment => Some(Text::new(Lang::En.clock(), Lang::Zh.clock())),
            Self::Id | Self::Text | Self::Whole | Self::Number | Self::Flag => None,
        }
    }
}

impl Column {
    pub(crate) const fn new(name: &'static str, kind: Kind, en: &'static str, zh: &'static str) -> Self {
        Self { name, title: Text::new(en, zh), short: None, kind, words: None }
    }

    /// The same with a title for where there is little room.
    pub(crate) const fn short(self, en: &'static str, zh: &'static str) -> Self {
        Self { short: Some(Text::new(en, zh)), ..self }
    }

    /// The same of names that people read as words.
    pub(crate) const fn of(self, words: Words) -> Self {
        Self { words: Some(words), ..self }
    }

    /// What people read in place of the name that a cell holds, where there is a word for it.
    fn word(&self, cell: &Cell, lang: Lang) -> Option<&'static str> {
        match cell {
            Cell::Text(name) => self.words.and_then(|words| words(name)).map(|word| word.of(lang)),
            _ => None,
        }
    }

    /// The title with the unit.
    fn heading(&self, lang: Lang) -> String {
        let title = self.title.of(lang);
        match (self.kind.unit(), lang) {
            (None, _) => title.to_owned(),
            (Some(unit), Lang::En) => format!("{title}, {}", unit.en),
            (Some(unit), Lang::Zh) => format!("{title}（{}）", unit.zh),
        }
    }
}

/// A value; of the kind of its column, or none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    Whole(u64),
    Yuan(Fen),
    /// A share in basis points: 1200 is 12 %.
    Share(u64),
    Number(f64),
    Moment(UnixTime),
    Flag(bool),
}

impl Cell {
    /// The cell of a value that may be absent.
    pub(crate) fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Empty, cell)
    }

    /// What people see of a flag: a check mark where something is so.
    fn mark(is_so: bool) -> Option<&'static str> {
        is_so.then_some("✓")
    }

    /// Whether there is nothing to see in it.
    fn is_blank(&self) -> bool {
        matches!(self, Self::Empty | Self::Flag(false))
    }

    /// The number of a cell in the unit of its column.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Empty | Self::Text(_) | Self::Moment(_) | Self::Flag(_) => None,
            Self::Whole(whole) => Some(*whole as f64),
            Self::Yuan(fen) => Some(fen.0 as f64 / 100.0),
            Self::Share(basis_points) => Some(*basis_points as f64 / 100.0),
            Self::Number(number) => Some(*number),
        }
    }

    /// The cell as programs read it: the number with a point, the moment as RFC 3339.
    fn plain(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Whole(whole) => whole.to_string(),
            Self::Yuan(Fen(hundredths)) | Self::Share(hundredths) => {
                format!("{}.{:02}", hundredths / 100, hundredths % 100)
            }
            Self::Number(number) => number.to_string(),
            Self::Moment(moment) => moment.to_string(),
            Self::Flag(is_so) => is_so.to_string(),
        }
    }
}

/// Rows of cells, each with a cell for each column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// The names of the columns that a terminal shows before others, those that matter most first. Files have all columns.
    pub(crate) first: Vec<&'static str>,
    /// What the rows come to, as a table of its own: a sheet of a workbook.
    pub(crate) totals: Option<Box<Table>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(columns: impl Into<Vec<Column>>, first: &[&'static str]) -> Self {
        Self { columns: columns.into(), rows: Vec::new(), first: first.to_vec(), totals: None }
    }

    /// The table for people, in full.
    pub(crate) fn text(&self, lang: Lang) -> String {
        terminal::text(self, lang, None)
    }
}

/// A value as people of a language read it.
pub(crate) fn told(cell: &Cell, lang: Lang) -> String {
    terminal::cell_text(cell, lang)
}

/// How wide a line is: Chinese letters are twice as wide as others.
pub(crate) fn width_of(line: &str) -> usize {
    line.chars().map(|letter| if letter >= '\u{2e80}' { 2 } else { 1 }).sum()
}

fn write_file(path: &Path, table: &Table, lang: Lang) -> anyhow::Result<()> {
    let bytes = match Format::of(path).map_err(anyhow::Error::msg)? {
        Format::Csv => csv::bytes(table),
        Format::Json => json::array(table)?,
        Format::Ndjson => json::lines(table)?,
        Format::Xlsx => xlsx::bytes(table, lang)?,
        Format::Parquet => parquet::bytes(table)?,
    };
    write_whole(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of every kind, and one of nothing.
    pub(super) fn sample() -> Table {
        let mut table = Table::new(
            [
                Column::new("author_id", Kind::Id, "creator", "达人 ID"),
                Column::new("expected_views", Kind::Whole, "expected views", "预期播放量"),
                Column::new("cpm_yuan", Kind::Yuan, "CPM", "CPM"),
                Column::new("hot_percent", Kind::Percent, "hot posts", "爆款率"),
                Column::new("ratio", Kind::Number, "ratio", "比值"),
                Column::new("as_of", Kind::Moment, "as of", "数据时间"),
                Column::new("implied", Kind::Flag, "implied", "推算"),
            ],
            &[],
        );
        table.rows.push(vec![
            Cell::Text("6826128263245070349".into()),
            Cell::Whole(4_693_149),
            Cell::Yuan(Fen(14_043)),
            Cell::Share(1205),
            Cell::Number(0.5),
            Cell::Moment(UnixTime(1_795_316_645)),
            Cell::Flag(true),
        ]);
        table.rows.push(vec![
            Cell::Text("a, \"b\" <&>\n达人".into()),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Flag(false),
        ]);
        table
    }

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("result.csv");
        std::fs::write(&path, "before").expect("written");
        write_file(&folder.path().join("none/result.csv"), &sample(), Lang::En).expect_err("no such folder");
        assert_eq!(std::fs::read(&path).expect("read"), b"before");
        write_file(&path, &sample(), Lang::En).expect("written");
        assert!(std::fs::read(&path).expect("read").len() > 50);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left");
    }

    #[test]
    fn more_rows_than_a_sheet_has_are_refused_before_the_work() {
        let out = |name: &str| OutArgs { out: Some(name.into()), lang: Some(Lang::En) };
        assert!(out("a.xlsx").check_rows(1_048_575).is_ok());
        let told = out("a.xlsx").check_rows(1_048_576).expect_err("too many").to_string();
        assert!(told.contains("1,048,575") && told.contains(".csv") && told.contains(".parquet"), "{told}");
        assert!(out("a.csv").check_rows(9_000_000).is_ok() && OutArgs::default().check_rows(9_000_000).is_ok());
    }

    #[test]
    fn a_workbook_speaks_as_people_do_and_other_files_as_programs_do() {
        let inside = |out: Option<&str>| OutArgs { out: out.map(Into::into), lang: Some(Lang::Zh) }.lang_inside();
        assert_eq!([None, Some("a.xlsx"), Some("a.csv")].map(inside), [Lang::Zh, Lang::Zh, Lang::En]);
    }
}
