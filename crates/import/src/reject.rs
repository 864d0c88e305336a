//! Rows that are not taken: what is told of them ([`Reject`]) and where they go ([`RejectSink`]).

use std::borrow::Cow;
use std::fmt;
use std::io;

use crate::csv_text;

/// Why a row is rejected. The names are stable: scripts count by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// A required value is empty or absent.
    EmptyValue,
    /// A line has more or fewer fields than the header.
    FieldCount,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The line is not one JSON object of plain values.
    BadJson,
    /// An id is longer than 32 characters or has a character outside `[0-9A-Za-z_-]`.
    BadId,
    /// No platform of that name.
    UnknownPlatform,
    /// No tier of that name.
    UnknownTier,
    /// The platform is not sold in that tier.
    TierNotSold,
    /// Not a plain whole number.
    NotAWholeNumber,
    /// A number below zero.
    Negative,
    /// A number larger than any real one.
    TooLarge,
    /// Not a time with its offset.
    BadTime,
    /// A time after the present.
    InTheFuture,
    /// Captured before it was published.
    CapturedBeforePublished,
    /// Neither true nor false.
    BadFlag,
    /// Not a price in yuan.
    BadPrice,
    /// A price of zero.
    ZeroPrice,
    /// Another price of the same tier at the same time is in the file.
    TwoPrices,
    /// A name or category that is too long or has a line break in it.
    BadText,
    /// A Xingtu reply that says it failed.
    FailedReply,
}

impl Reason {
    /// The stable name, in kebab case.
    pub fn name(self) -> &'static str {
        match self {
            Self::EmptyValue => "empty-value",
            Self::FieldCount => "field-count",
            Self::NotUtf8 => "not-utf8",
            Self::BadJson => "bad-json",
            Self::BadId => "bad-id",
            Self::UnknownPlatform => "unknown-platform",
            Self::UnknownTier => "unknown-tier",
            Self::TierNotSold => "tier-not-sold",
            Self::NotAWholeNumber => "not-a-whole-number",
            Self::Negative => "negative",
            Self::TooLarge => "too-large",
            Self::BadTime => "bad-time",
            Self::InTheFuture => "in-the-future",
            Self::CapturedBeforePublished => "captured-before-published",
            Self::BadFlag => "bad-flag",
            Self::BadPrice => "bad-price",
            Self::ZeroPrice => "zero-price",
            Self::TwoPrices => "two-prices",
            Self::BadText => "bad-text",
            Self::FailedReply => "failed-reply",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Where in a file a reject is. Everything counts from 1, but for the indices inside a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// A line of a text file.
    Line(u64),
    /// A row of a Parquet file.
    Row(u64),
    /// A place in a Xingtu reply: the number of the reply and the JSON pointer inside it.
    Reply {
        /// Which reply of the file.
        number: u64,
        /// Where inside it, such as `/authors/3/attribute_datas/price_60`.
        pointer: String,
    },
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Row(row) => write!(f, "row {row}"),
            Self::Reply { number, pointer } => write!(f, "reply {number} {pointer}"),
        }
    }
}

/// A row that is not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Where it is.
    pub position: Position,
    /// The column to blame; empty where it is the whole row.
    pub column: &'static str,
    /// The value found, cut to [`Reject::VALUE_CHARS_MAX`] characters.
    pub value: String,
    /// The reason, for counting.
    pub reason: Reason,
    /// The reason, for people: what is wrong and what would be right.
    pub message: Cow<'static, str>,
}

impl Reject {
    /// How many characters of the value are told.
    pub const VALUE_CHARS_MAX: usize = 80;
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.position)?;
        if !self.column.is_empty() {
            write!(f, ", {}", self.column)?;
        }
        write!(f, " {:?}: {} ({})", self.value, self.message, self.reason)
    }
}

/// Takes the rejects of a file, in the order of its rows.
pub trait RejectSink: Send {
    /// Takes one reject of the file named `file`.
    ///
    /// # Errors
    /// When it cannot be kept; the import of the file then fails.
    fn reject(&mut self, file: &str, reject: &Reject) -> io::Result<()>;
}

/// Drops every reject; they are still counted in the summary.
#[derive(Debug, Clone, Copy, Default)]
pub struct IgnoreRejects;

impl RejectSink for IgnoreRejects {
    fn reject(&mut self, _file: &str, _reject: &Reject) -> io::Result<()> {
        Ok(())
    }
}

impl RejectSink for Vec<Reject> {
    fn reject(&mut self, _file: &str, reject: &Reject) -> io::Result<()> {
        self.push(reject.clone());
        Ok(())
    }
}

/// Writes rejects as comma-separated lines `file,position,column,value,reason,message` under one header, which is
/// written with the first reject, so that a clean import leaves no file content behind. Values are written as [`csv_text`].
#[derive(Debug)]
pub struct CsvRejects<W: io::Write> {
    writer: csv::Writer<W>,
    written: u64,
}

impl<W: io::Write> CsvRejects<W> {
    /// A sink that writes to `writer`.
    pub fn new(writer: W) -> Self {
        Self { writer: csv::Writer::from_writer(writer), written: 0 }
    }

    /// How many rejects have been written.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes out what is still buffered.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Writes out what is still buffered and gives the writer back.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn into_inner(self) -> io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

impl<W: io::Write + Send> RejectSink for CsvRejects<W> {
    fn reject(&mut self, file: &str, reject: &Reject) -> io::Result<()> {
        if self.written == 0 {
            self.writer.write_record(["file", "position", "column", "value", "reason", "message"])?;
        }
        self.written += 1;
        let position = reject.position.to_string();
        let value = csv_text(&reject.value);
        let record = [file, &position, reject.column, &value, reject.reason.name(), &reject.message];
        self.writer.write_record(record).map_err(io::Error::from)
    }
}
