//! Tables with a header, as RFC 4180 has them, with any line ending; with commas, semicolons or tabs between.

use std::io::BufRead;

use csv_core::ReadRecordResult;
use domain::{Text, sentence};

use crate::encoding::is_gbk;
use crate::error::Problem;
use crate::reject::{Position, Reason, Reject};
use crate::rows::{self, TableKind};
use crate::session::{self, Session};
use crate::table::{COLUMNS_MAX, Cells, Located};

/// The longest record, in bytes. A longer one is a quote that is never closed, and reading on would swallow the file.
const RECORD_BYTES_MAX: usize = 1 << 20;
/// How many rows are looked at for the heading of a table, blank ones not counted.
pub const HEADER_ROWS_MAX: usize = 10;
/// The most columns of a file.
const FIELDS_MAX: usize = 4096;

const NO_HEADER: Text = Text::new("there is no header", "没有表头");

/// What stands between the fields: the first of comma, semicolon and tab in the line of the header.
pub(crate) fn separator(header: &[u8]) -> u8 {
    header.iter().copied().find(|byte| b",;\t".contains(byte)).unwrap_or(b',')
}

/// Reads a table to its end.
pub(crate) fn read(
    session: &mut Session<'_, '_>,
    kind: TableKind,
    separator: u8,
    content: impl BufRead,
) -> Result<(), Problem> {
    let mut records = Records::new(content, separator);
    let located = header(kind, &mut records)?;
    let width = records.ends.len();
    located.ignored.iter().for_each(|name| session.ignore_column(name));
    session.unnamed.clone_from(&located.unnamed);
    while records.next()? {
        session.count_row();
        take(session, kind, &records, width, &located)?;
    }
    Ok(())
}

/// Goes to the table's header, above which titles may stand, and finds its columns.
///
/// # Errors
/// Where no row is one: what is wrong with the one that comes nearest.
fn header<R: BufRead>(kind: TableKind, records: &mut Records<R>) -> Result<Located, Problem> {
    let mut first: Option<(bool, Problem)> = None;
    for _ in 0..HEADER_ROWS_MAX {
        if !records.next()? {
            break;
        }
        if is_gbk(&records.bytes) {
            return Err(Problem::Gbk { line: records.line });
        }
        let names: Vec<_> = records.fields().map(String::from_utf8_lossy).collect();
        let names: Vec<&str> = names.iter().map(|name| name.trim()).collect();
        let is_near = TableKind::of_headings(names.iter().copied()) == Some(kind);
        match kind.table().locate(&names) {
            Ok(located) => return Ok(located),
            Err(problem) if first.as_ref().is_none_or(|(was_near, _)| is_near && !was_near) => {
                first = Some((is_near, problem));
            }
            Err(_) => {}
        }
    }
    Err(first.map_or_else(|| Problem::Unrecognised(NO_HEADER.into()), |(_, problem)| problem))
}

fn take<R>(
    session: &mut Session<'_, '_>,
    kind: TableKind,
    records: &Records<R>,
    width: usize,
    located: &Located,
) -> Result<(), Problem> {
    let position = Position::Line(records.line);
    if records.ends.len() != width {
        let fields = records.ends.len();
        let message = sentence!(
            "{fields} fields where the header has {width}",
            "有 {fields} 个字段，而表头有 {width} 个；含逗号的值须加引号"
        );
        return session.rejects.row(position, Reason::FieldCount, &records.beginning(), message);
    }
    let Some(cells) = records.cells(located) else {
        if is_gbk(&records.bytes) {
            return Err(Problem::Gbk { line: records.line });
        }
        let message = Reason::NotUtf8.told().into();
        return session.rejects.row(position, Reason::NotUtf8, &records.beginning(), message);
    };
    rows::take(session, kind, records.line, &cells)
}

/// The records of a file, one at a time.
struct Records<R> {
    content: R,
    parser: csv_core::Reader,
    /// The fields of the current record, one behind the other, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The line on which the current record begins, from 1.
    line: u64,
    /// How many line ends have been passed, and the last byte.
    lines: u64,
    last: u8,
}

impl<R: BufRead> Records<R> {
    fn new(content: R, separator: u8) -> Self {
        let (bytes, ends) = (Vec::new(), Vec::new());
        let parser = csv_core::ReaderBuilder::new().delimiter(separator).build();
        Self { content, parser, bytes, ends, line: 0, lines: 0, last: 0 }
    }

    /// Goes to the next record that is not blank; false when there is none.
    fn next(&mut self) -> Result<bool, Problem> {
        while self.next_of_any()? {
            if !self.is_blank() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether every field is blank, as in the rows that spreadsheets leave below a table.
    fn is_blank(&self) -> bool {
        // The first byte tells it of nearly every other row.
        !self.bytes.first().is_some_and(u8::is_ascii_graphic)
            && std::str::from_utf8(&self.bytes).is_ok_and(|text| text.trim_start().is_empty())
    }

    /// Goes to the next record, which may be blank.
    fn next_of_any(&mut self) -> Result<bool, Problem> {
        let (mut length, mut fields, mut quotes) = (0, 0, 0);
        self.bytes.resize(self.bytes.capacity().max(4096), 0);
        self.ends.resize(self.ends.capacity().max(64), 0);
        let found = loop {
            let input = self.content.fill_buf().map_err(Problem::from_io)?;
            let at_end = input.is_empty();
            let (result, read, written, ended) =
                self.parser.read_record(input, &mut self.bytes[length..], &mut self.ends[fields..]);
            quotes += input[..read].iter().filter(|byte| **byte == b'"').count();
            self.lines += line_ends(&input[..read], self.last);
            self.last = input[..read].last().copied().unwrap_or(self.last);
            self.content.consume(read);
            length += written;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.grow_bytes()?,
                ReadRecordResult::OutputEndsFull => self.grow_fields()?,
                ReadRecordResult::Record if at_end && quotes % 2 == 1 => {
                    const NOT_CLOSED: Text = Text::new(
                        "a quoted field of the row that begins here is not closed",
                        "自此开始的行中，以引号开头的字段没有结束引号",
                    );
                    let line = self.line_of_record(length, false);
                    return Err(Problem::CutShort { line, cause: NOT_CLOSED.into() });
                }
                ReadRecordResult::Record => break true,
                ReadRecordResult::End => break false,
            }
        };
        self.bytes.truncate(length);
        self.ends.truncate(fields);
        self.line = self.line_of_record(length, b"\r\n".contains(&self.last));
        Ok(found)
    }

    /// The line on which the record of `length` bytes begins. From the line ends passed, those that belong to the record are
    /// taken back: the one behind it, where it has `ended` with one, and those inside. (Of a carriage return and line feed the
    /// parser leaves the latter for later.)
    fn line_of_record(&self, length: usize, ended: bool) -> u64 {
        (self.lines + 1).saturating_sub(u64::from(ended) + line_ends(&self.bytes[..length], 0))
    }

    fn grow_bytes(&mut self) -> Result<(), Problem> {
        let length = self.bytes.len();
        if length >= RECORD_BYTES_MAX {
            let cause = format!("a row of more than {RECORD_BYTES_MAX} bytes begins here; is a quote never closed?");
            return Err(Problem::Broken { line: self.line_of_record(length, false), cause });
        }
        self.bytes.resize(self.bytes.len() * 2, 0);
        Ok(())
    }

    fn grow_fields(&mut self) -> Result<(), Problem> {
        if self.ends.len() >= FIELDS_MAX {
            let cause = format!("a record of more than {FIELDS_MAX} fields");
            return Err(Problem::Broken { line: self.lines + 1, cause });
        }
        self.ends.resize(self.ends.len() * 2, 0);
        Ok(())
    }
}

/// How many lines end in `bytes`, `before` being the byte before them: at a line feed, a carriage return, or the two together.
fn line_ends(bytes: &[u8], before: u8) -> u64 {
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    let returns = bytes.iter().filter(|byte| **byte == b'\r').count();
    let inside = if returns == 0 { 0 } else { bytes.windows(2).filter(|pair| *pair == b"\r\n").count() };
    let across = usize::from(before == b'\r' && bytes.first() == Some(&b'\n'));
    (feeds + returns - inside - across) as u64
}

impl<R> Records<R> {
    fn field(&self, place: usize) -> std::ops::Range<usize> {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        start..self.ends[place]
    }

    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|place| &self.bytes[self.field(place)])
    }

    /// The fields with commas between, as far as a reject can tell of them.
    fn beginning(&self) -> Vec<u8> {
        let mut row = Vec::new();
        for (at, field) in self.fields().enumerate().take_while(|(at, _)| *at < Reject::VALUE_CHARS_MAX) {
            if at > 0 {
                row.push(b',');
            }
            row.extend_from_slice(session::beginning(field));
        }
        row
    }

    /// The cells of the table's columns, or `None` when the record is not UTF-8.
    fn cells(&self, located: &Located) -> Option<Cells<'_>> {
        let text = std::str::from_utf8(&self.bytes).ok()?;
        let mut cells = [""; COLUMNS_MAX];
        for (cell, place) in cells.iter_mut().zip(located.places) {
            if let Some(place) = place {
                // Two fields, each half of a character, would be valid together; `get` refuses them.
                *cell = text.get(self.field(place))?;
            }
        }
        Some(cells)
    }
}
