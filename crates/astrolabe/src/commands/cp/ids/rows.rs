//! The rows of a list: a value a line, or CSV as RFC 4180 has it, with commas, semicolons or tabs. What the cells mean is decided by
//! the caller.

use anyhow::bail;
use catalog::Text;

use crate::lang::{self, told};

const SEPARATORS: [u8; 3] = *b",;\t";
const NOT_CLOSED: Text =
    Text::new("a quoted cell that begins in this row is not closed", "该行中以引号开头的单元格没有结束引号");

/// A row that holds something.
pub(super) struct Row {
    /// The line on which it begins, from 1: a quoted cell may have several.
    pub(super) line: usize,
    /// What its cells hold, without what keeps a spreadsheet from taking an id for a number: a tab before it, quotes, `="…"`.
    pub(super) cells: Vec<String>,
}

impl Row {
    /// The cell in a column; empty where the row is shorter.
    pub(super) fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }

    /// The cells that hold something.
    pub(super) fn filled(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty())
    }

    /// Where it is, for people.
    pub(super) fn place(&self) -> String {
        let line = self.line;
        told!(lang::spoken(), "line {line}", "第 {line} 行")
    }
}

/// The rows of a text.
pub(super) fn of(text: &str) -> anyhow::Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(text))
        .from_reader(text.as_bytes());
    let (mut rows, mut line, mut begin) = (Vec::new(), 1, 0);
    for record in reader.records() {
        let record = record?;
        let place = record.position().map_or(begin, |place| place.byte() as usize);
        // The place is before the line ends that were passed over.
        let passed = text[place..].bytes().take_while(|byte| b"\r\n".contains(byte)).count();
        line += text[begin..place + passed].matches('\n').count();
        begin = place + passed;
        rows.push(Row { line, cells: record.iter().map(|cell| plain(cell).to_owned()).collect() });
    }
    // What follows such a quote would be taken for a part of its cell.
    let is_odd = text[begin..].matches('"').count() % 2 == 1;
    if let Some(last) = rows.last().filter(|row| is_odd && row.cells.iter().any(|cell| cell.contains('\n'))) {
        bail!("{}{}{}", last.place(), lang::spoken().colon(), NOT_CLOSED.of(lang::spoken()));
    }
    rows.retain(|row| row.filled().next().is_some());
    Ok(rows)
}

/// What stands between cells: the first that is in no quotes.
fn separator(text: &str) -> u8 {
    let mut is_quoted = false;
    let found = text.bytes().find(|byte| {
        is_quoted ^= *byte == b'"';
        !is_quoted && SEPARATORS.contains(byte)
    });
    found.unwrap_or(SEPARATORS[0])
}

fn plain(cell: &str) -> &str {
    cell.trim_matches(|letter: char| "\"'=".contains(letter) || letter.is_whitespace())
}
