//! Rows that are not taken: what is told of them ([`Reject`]) and where they go ([`RejectSink`]).

use std::fmt;
use std::io;

use domain::{Lang, Sentence, Text};

use crate::csv_text;

/// Why a row is rejected. The names are stable: scripts count by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// A required value is empty, absent, or said not to be known.
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

    /// What it means and what would be right, for whoever sees only how many rows there are of it.
    pub fn told(self) -> Text {
        match self {
            Self::EmptyValue => Text::new("a required value is empty", "缺少必填的值"),
            Self::FieldCount => Text::new(
                "more or fewer fields than the header; a value with a comma in it goes in quotes",
                "字段数与表头不符；含逗号的值须加引号",
            ),
            Self::NotUtf8 => Text::new("not UTF-8; save the file as UTF-8", "不是 UTF-8 编码；请将文件存为 UTF-8"),
            Self::BadJson => Text::new(
                "not JSON as it should be; of tables an object of plain values a line, such as {\"item_id\":\"1\",\"plays\":5}",
                "不是应有的 JSON；表格应为每行一个对象，其值为普通值，如 {\"item_id\":\"1\",\"plays\":5}",
            ),
            Self::BadId => Text::new(
                "not an id, such as 6826128263245070349: 1 to 32 characters of 0-9 A-Z a-z _ -",
                "ID 不正确；应为 1 至 32 个字符，限 0-9 A-Z a-z _ -，如 6826128263245070349",
            ),
            Self::UnknownPlatform => Text::new(
                "not one of SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT, SHORT_DRAMA",
                "没有该内容类型；应为短视频、直播、图文或短剧，或相应的 SHORT_VIDEO、LIVE_STREAMING、PICTURE_TEXT、SHORT_DRAMA",
            ),
            Self::UnknownTier => Text::new(
                "not one of 1_20, 21_60, 60 (short videos; 1-20s, 21-60s, 60s+ as well), single (other platforms)",
                "没有该时长；应为 1_20、21_60、60（短视频；亦可写作 1-20秒、21-60秒、60秒以上）或 single（其他内容类型）",
            ),
            Self::TierNotSold => Text::new(
                "short videos are sold as 1_20, 21_60, 60, other platforms as single",
                "该内容类型不按此时长报价；短视频为 1_20、21_60、60，其他内容类型为 single",
            ),
            Self::NotAWholeNumber => Text::new(
                "not a plain whole number, such as 3900000",
                "不是整数；应只写全部数字，如 3900000（而非 390万 或 3,900,000）",
            ),
            Self::Negative => Text::new("below zero; leave empty what is not known", "数值为负；未知时请留空"),
            Self::TooLarge => Text::new("larger than any real figure", "数值过大，不是可能的数值"),
            Self::BadTime => Text::new(
                "not a time, the year first, with its offset, such as 2026-11-22T11:04:05+08:00; --time-zone reads those without one, \
                 such as 2026-11-22 11:04",
                "时间不正确；应以年份开头并带时区，如 2026-11-22T11:04:05+08:00（北京时间）；未注明时区的时间（如 2026-11-22 11:04）以 --time-zone 指定时区",
            ),
            Self::InTheFuture => Text::new(
                "after the present; check the time zone: +08:00 is Beijing's, Z is UTC",
                "时间晚于当前；请检查时区：北京时间为 +08:00，Z 为 UTC",
            ),
            Self::CapturedBeforePublished => Text::new(
                "captured_at is before published_at; check both and their time zones",
                "采集时间早于发布时间；请检查两者及其时区",
            ),
            Self::BadFlag => Text::new(
                "neither yes nor no; write true or false, yes or no, 1 or 0, and leave empty what is not known",
                "既非是亦非否；请填是或否、true 或 false、1 或 0，未知时请留空",
            ),
            Self::BadPrice => Text::new(
                "not a plain number of yuan, such as 8200 or 8200.50",
                "报价不正确；应为以元为单位的数字，如 8200 或 8200.50",
            ),
            Self::ZeroPrice => Text::new("a price of zero, which no placement has", "报价为零"),
            Self::TwoPrices => Text::new(
                "another price of the same length at the same time; the higher is kept",
                "同一时长另有不同报价；以较高者为准",
            ),
            Self::BadText => Text::new(
                "a name or category of more than 64 characters, or with a line break",
                "名称或类目超过 64 个字符，或含换行",
            ),
            Self::FailedReply => {
                Text::new("a reply that says it failed; ask for it again", "星图响应本身为失败；请重新获取")
            }
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
    pub message: Sentence,
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
        write!(f, " {:?}: {} ({})", self.value, self.message.en, self.reason)
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
/// written with the first reject, so that a clean import leaves no file content behind. Values are written as [`csv_text`],
/// messages in one language. A byte order mark comes first, without which Excel takes Chinese for something else.
#[derive(Debug)]
pub struct CsvRejects<W: io::Write> {
    writer: csv::Writer<W>,
    lang: Lang,
    written: u64,
}

impl<W: io::Write> CsvRejects<W> {
    /// A sink that writes to `writer`, in a language.
    pub fn new(writer: W, lang: Lang) -> Self {
        Self { writer: csv::Writer::from_writer(writer), lang, written: 0 }
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
            self.writer.write_record(["\u{feff}file", "position", "column", "value", "reason", "message"])?;
        }
        self.written += 1;
        let position = reject.position.to_string();
        let value = csv_text(&reject.value);
        let record = [file, &position, reject.column, &value, reject.reason.name(), reject.message.of(self.lang)];
        self.writer.write_record(record).map_err(io::Error::from)
    }
}
