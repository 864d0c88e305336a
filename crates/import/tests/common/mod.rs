//! What the tests share: the present, reading from memory, and posts written in every format.
#![allow(dead_code)] // Each test file uses a part.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use domain::{CreatorKey, CreatorState, UnixTime};
use import::{ImportError, Input, Kind, Options, Reject, Summary, read};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

pub(crate) const HEADER: &str = "item_id,author_id,platform,published_at,captured_at,duration_s,sponsored,plays,likes,\
                          comments,shares,collects";

pub(crate) fn now() -> UnixTime {
    "2026-11-22T00:00:00Z".parse().expect("a moment")
}

/// All that reading a file gives.
pub(crate) struct Read {
    pub(crate) summary: Summary,
    pub(crate) states: Vec<(CreatorKey, CreatorState)>,
    pub(crate) rejects: Vec<Reject>,
}

pub(crate) fn read_as(bytes: impl Into<Vec<u8>>, options: &Options) -> Result<Read, ImportError> {
    let mut rejects = Vec::new();
    let imported = read(Input::bytes("test", bytes.into()), options, &mut rejects, &|_| {})?;
    let summary = imported.summary().clone();
    Ok(Read { summary, states: imported.into_sorted().collect(), rejects })
}

pub(crate) fn read_bytes(bytes: impl Into<Vec<u8>>) -> Result<Read, ImportError> {
    read_as(bytes, &Options::at(now()))
}

pub(crate) fn forced(kind: Kind) -> Options {
    Options { kind: Some(kind), ..Options::at(now()) }
}

/// A row of posts as the tests make them; everything else is the same for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) item: i64,
    pub(crate) author: i64,
    pub(crate) platform: &'static str,
    pub(crate) published: u32,
    pub(crate) captured: u32,
    pub(crate) plays: i64,
    pub(crate) likes: Option<i64>,
}

impl Row {
    fn cells(&self) -> [String; 12] {
        let moment = |seconds| UnixTime(seconds).to_string();
        let likes = self.likes.map_or_else(String::new, |likes| likes.to_string());
        let empty = String::new;
        let (item, author) = (self.item.to_string(), self.author.to_string());
        let (published, captured) = (moment(self.published), moment(self.captured));
        let [duration, sponsored, comments, shares, collects] = [empty(), empty(), empty(), empty(), empty()];
        let platform = self.platform.to_owned();
        let plays = self.plays.to_string();
        [item, author, platform, published, captured, duration, sponsored, plays, likes, comments, shares, collects]
    }
}

pub(crate) fn csv(rows: &[Row]) -> Vec<u8> {
    let lines = rows.iter().map(|row| row.cells().join(",") + "\n");
    format!("{HEADER}\n{}", lines.collect::<String>()).into_bytes()
}

pub(crate) fn ndjson(rows: &[Row]) -> Vec<u8> {
    let line = |row: &Row| {
        let cells = row.cells();
        let fields = HEADER.split(',').zip(&cells).filter(|(_, cell)| !cell.is_empty());
        let numbers = ["plays", "likes", "item_id"];
        let fields = fields.map(|(name, cell)| match numbers.contains(&name) {
            true => format!("\"{name}\":{cell}"),
            false => format!("\"{name}\":\"{cell}\""),
        });
        format!("{{{}}}\n", fields.collect::<Vec<_>>().join(","))
    };
    rows.iter().map(line).collect::<String>().into_bytes()
}

/// Parquet with ids as integers (or as text) and row groups of `group` rows.
pub(crate) fn parquet(rows: &[Row], group: usize, text_ids: bool) -> Vec<u8> {
    let id = |of: fn(&Row) -> i64| -> ArrayRef {
        match text_ids {
            true => Arc::new(StringArray::from_iter_values(rows.iter().map(|row| of(row).to_string()))),
            false => Arc::new(Int64Array::from_iter_values(rows.iter().map(of))),
        }
    };
    let time = |of: fn(&Row) -> u32| -> ArrayRef {
        let millis = rows.iter().map(|row| i64::from(of(row)) * 1000);
        Arc::new(TimestampMillisecondArray::from_iter_values(millis).with_timezone("UTC"))
    };
    let likes: Int32Array = rows.iter().map(|row| row.likes.map(|likes| likes as i32)).collect();
    table(
        vec![
            ("plays", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.plays)))),
            ("item_id", id(|row| row.item)),
            ("author_id", id(|row| row.author)),
            ("platform", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.platform)))),
            ("published_at", time(|row| row.published)),
            ("captured_at", time(|row| row.captured)),
            ("likes", Arc::new(likes)),
        ],
        group,
    )
}

/// Any columns as Parquet.
pub(crate) fn table(columns: Vec<(&str, ArrayRef)>, group: usize) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group.max(1))).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).expect("a schema");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    bytes
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("finished")
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("compressed")
}

/// Some rows of two creators.
pub(crate) fn some_rows(count: u32) -> Vec<Row> {
    let row = |number: u32| Row {
        item: i64::from(number),
        author: i64::from(number % 7 + 1),
        platform: if number.is_multiple_of(3) { "LIVE_STREAMING" } else { "SHORT_VIDEO" },
        published: 1_700_000_000 + number * 997 % 5000,
        captured: 1_760_000_000 + number,
        plays: i64::from(number) * 1000,
        likes: (!number.is_multiple_of(5)).then_some(i64::from(number)),
    };
    (0..count).map(row).collect()
}
