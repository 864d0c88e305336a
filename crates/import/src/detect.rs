//! What kind a file is, from its first bytes.

use std::collections::BTreeSet;
use std::fmt;

use domain::{Sentence, Text};
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::Kind;
use crate::csv_rows;
use crate::encoding::{NOT_UTF8, WORKBOOK, is_gbk, is_workbook};
use crate::error::Problem;
use crate::rows::{POSTS_TELLING, RATE_CARDS_TELLING, TableKind};

/// How many bytes are looked at.
pub(crate) const PEEK_BYTES: usize = 64 * 1024;

/// The byte order mark that some spreadsheets put before UTF-8.
pub(crate) const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// Whether these are the first bytes of a Parquet file.
pub(crate) fn is_parquet(start: &[u8]) -> bool {
    start.starts_with(b"PAR1")
}

const EMPTY: Text = Text::new("the file is empty", "文件为空");
const UTF16: Text = Text::new(
    "the text is UTF-16: save it as UTF-8, in Excel as \"CSV UTF-8 (Comma delimited)\"",
    "文本为 UTF-16 编码：请存为 UTF-8，在 Excel 中另存为“CSV UTF-8（逗号分隔）”",
);
const NO_TABLE: Text = Text::new(
    "neither Parquet nor JSON, and in the first ten lines there is no header of posts (item_id,author_id,published_at,captured_at,\
     plays,…) or rate cards (author_id,platform,tier,price_yuan), separated by commas, semicolons or tabs",
    "既非 Parquet 亦非 JSON，前十行中也没有作品（item_id,author_id,published_at,captured_at,plays,… 或 作品ID,达人ID,发布时间,采集时间,播放量,…）\
     或报价表（author_id,platform,tier,price_yuan 或 达人ID,内容类型,时长档位,报价）的表头，各列以逗号、分号或制表符分隔",
);
const NO_KNOWN_JSON: Text = Text::new(
    "JSON, but neither posts (item_id, plays, …), rate cards (author_id, tier, price_yuan) nor a Xingtu reply (authors)",
    "是 JSON，但既非作品（item_id、plays 等）、报价表（author_id、tier、price_yuan），也非星图响应（authors）",
);
const JSON_ARRAY: Text = Text::new(
    "a JSON array of rows; write one object a line, without brackets and commas",
    "是由多行组成的 JSON 数组：请每行写一个对象，不加方括号与逗号",
);

/// The kind of a file that is not Parquet.
pub(crate) fn of_text(start: &[u8]) -> Result<Kind, Problem> {
    if start.is_empty() {
        return Err(unrecognised(EMPTY));
    }
    if is_workbook(start) {
        return Err(unrecognised(WORKBOOK));
    }
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Err(unrecognised(UTF16));
    }
    let start = start.strip_prefix(UTF8_BOM).unwrap_or(start).trim_ascii_start();
    match start.first() {
        Some(b'{' | b'[') => of_json(start),
        _ => of_header(start),
    }
}

fn unrecognised(what: impl Into<Sentence>) -> Problem {
    Problem::Unrecognised(what.into())
}

fn of_header(start: &[u8]) -> Result<Kind, Problem> {
    match header_lines(start).find_map(kind_of_header) {
        Some(TableKind::RateCards) => Ok(Kind::RateCardsCsv),
        Some(TableKind::Posts) => Ok(Kind::PostsCsv),
        None if header_lines(start).any(is_gbk) => Err(unrecognised(NOT_UTF8)),
        None => Err(unrecognised(NO_TABLE)),
    }
}

/// What stands between the fields of a table that starts so.
pub(crate) fn separator(start: &[u8]) -> u8 {
    let mut lines = header_lines(start);
    let header = lines.clone().find(|line| kind_of_header(line).is_some()).or_else(|| lines.next());
    csv_rows::separator(header.unwrap_or_default())
}

/// The lines of which one may be the header.
fn header_lines(start: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let lines = start.strip_prefix(UTF8_BOM).unwrap_or(start).split(|byte| b"\r\n".contains(byte));
    let is_blank = |line: &&[u8]| line.iter().all(|byte| byte.is_ascii_whitespace() || b",;".contains(byte));
    lines.filter(move |line| !is_blank(line)).take(csv_rows::HEADER_ROWS_MAX)
}

fn kind_of_header(line: &[u8]) -> Option<TableKind> {
    let text = String::from_utf8_lossy(line);
    let separator = char::from(csv_rows::separator(line));
    TableKind::of_headings(text.split(separator).map(|name| name.trim().trim_matches('"')))
}

fn of_json(start: &[u8]) -> Result<Kind, Problem> {
    let keys = first_keys(start);
    let has = |name: &str| keys.contains(name);
    let array = start.starts_with(b"[");
    // A row of a table may have a key of any name besides its own, a reply has none of these.
    let is_row = ["item_id", "plays", "price_yuan"].into_iter().any(has);
    if !is_row && ["authors", "data", "base_resp", "code"].into_iter().any(has) {
        return Ok(Kind::XingtuReplies);
    }
    let kind = if RATE_CARDS_TELLING.iter().copied().any(has) {
        Kind::RateCardsNdjson
    } else if POSTS_TELLING.iter().copied().any(has) {
        Kind::PostsNdjson
    } else {
        return Err(unrecognised(NO_KNOWN_JSON));
    };
    if array {
        return Err(unrecognised(JSON_ARRAY));
    }
    Ok(kind)
}

/// The keys of the first object, or of the first object in an array, as far as `start` reaches.
fn first_keys(start: &[u8]) -> BTreeSet<String> {
    let mut keys = Keys::default();
    // An error only says that the bytes looked at end, or that the rest is broken: the reader will tell.
    let _ = serde_json::Deserializer::from_slice(start).deserialize_any(&mut keys);
    keys.0
}

#[derive(Default)]
struct Keys(BTreeSet<String>);

impl<'de> Visitor<'de> for &mut Keys {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.0.insert(key);
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        seq.next_element_seed(self)?;
        Ok(())
    }
}

impl<'de> serde::de::DeserializeSeed<'de> for &mut Keys {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}
