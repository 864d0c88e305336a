//! Comma-separated tables with a header, as RFC 4180 has them, with any line ending.

use std::io::BufRead;

use csv_core::ReadRecordResult;
use domain::Text;

use crate::error::Problem;
use crate::reject::{Position, Reason, Reject};
use crate::rows::{self, TableKind};
use crate::session::{self, Session};
use crate::table::{COLUMNS_MAX, Cells, Located};

/// The longest record, in bytes. A longer one is a quote that is never closed, and reading on would swallow the file.
const RECORD_BYTES_MAX: usize = 1 << 20;
/// The most columns of a file.
const FIELDS_MAX: usize = 4096;

const NO_HEADER: Text = Text::new("there is no header", "没有表头");

/// Reads a table to its end.
pub(crate) fn read(session: &mut Session<'_, '_>, kind: TableKind, content: impl BufRead) -> Result<(), Problem> {
    let mut records = Records::new(content);
    if !records.next()? {
        return Err(Problem::Unrecognised(NO_HEADER.into()));
    }
    let header: Vec<String> = records.fields().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let located = kind.table().locate(header.iter().map(String::as_str))?;
    located.ignored.iter().for_each(|name| session.ignore_column(name));
    while records.next()? {
        session.count_row();
        take(session, kind, &records, header.len(), &located)?;
    }
    Ok(())
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
        let message = format!("{} fields where the header has {width}", records.ends.len());
        return session.rejects.row(position, Reason::FieldCount, &records.beginning(), message);
    }
    let Some(cells) = records.cells(located) else {
        let message = "not UTF-8; save the file as UTF-8".to_owned();
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
    /// How many line ends have been passed, and whether the last byte was one.
    lines: u64,
    line_ended: bool,
}

impl<R: BufRead> Records<R> {
    fn new(content: R) -> Self {
        let (bytes, ends) = (Vec::new(), Vec::new());
        Self { content, parser: csv_core::Reader::new(), bytes, ends, line: 0, lines: 0, line_ended: false }
    }

    /// Goes to the next record; false when there is none.
    fn next(&mut self) -> Result<bool, Problem> {
        let (mut length, mut fields, mut quotes) = (0, 0, 0);
        self.bytes.resize(self.bytes.capacity().max(4096), 0);
        self.ends.resize(self.ends.capacity().max(64), 0);
        let found = loop {
            let input = self.content.fill_buf().map_err(Problem::from_io)?;
            let at_end = input.is_empty();
            let (result, read, written, ended) =
                self.parser.read_record(input, &mut self.bytes[length..], &mut self.ends[fields..]);
            quotes += input[..read].iter().filter(|byte| **byte == b'"').count();
            self.lines += input[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
            self.line_ended = input[..read].last().map_or(self.line_ended, |byte| *byte == b'\n');
            self.content.consume(read);
            length += written;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.grow_bytes()?,
                ReadRecordResult::OutputEndsFull => self.grow_fields()?,
                ReadRecordResult::Record if at_end && quotes % 2 == 1 => {
                    let cause = "a quoted field is not closed".to_owned();
                    return Err(Problem::CutShort { line: self.lines + 1, cause });
                }
                ReadRecordResult::Record => break true,
                ReadRecordResult::End => break false,
            }
        };
        self.bytes.truncate(length);
        self.ends.truncate(fields);
        self.line = self.line_of_record();
        Ok(found)
    }

    /// From the line ends passed, those that belong to the record are taken back: the one behind it, and those inside.
    /// (Of a carriage return and line feed the parser leaves the latter for later.)
    fn line_of_record(&self) -> u64 {
        let inside = self.bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        (self.lines + 1).saturating_sub(u64::from(self.line_ended) + inside)
    }

    fn grow_bytes(&mut self) -> Result<(), Problem> {
        if self.bytes.len() >= RECORD_BYTES_MAX {
            let cause = format!("a record of more than {RECORD_BYTES_MAX} bytes; is a quote never closed?");
            return Err(Problem::Broken { line: self.lines + 1, cause });
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
