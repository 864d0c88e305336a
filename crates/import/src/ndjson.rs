//! Tables of one JSON object a line.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, Read};

use domain::{Sentence, sentence};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::encoding::is_gbk;
use crate::error::{Problem, json_cause};
use crate::reject::{Position, Reason};
use crate::rows::{self, TableKind};
use crate::session::Session;
use crate::table::{COLUMNS_MAX, Table};

/// The longest line, in bytes.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// Reads a table to its end.
pub(crate) fn read(session: &mut Session<'_, '_>, kind: TableKind, mut content: impl BufRead) -> Result<(), Problem> {
    let mut bytes = Vec::new();
    for line in 1u64.. {
        bytes.clear();
        let read = content.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes).map_err(Problem::from_io)?;
        if read == 0 {
            break;
        }
        if read as u64 == LINE_BYTES_MAX && bytes.last() != Some(&b'\n') {
            let cause = format!("a line of more than {LINE_BYTES_MAX} bytes");
            return Err(Problem::Broken { line, cause });
        }
        let ended = bytes.last() == Some(&b'\n');
        let text = bytes.trim_ascii();
        if !text.is_empty() {
            session.count_row();
            take(session, kind, Line { number: line, text, ended })?;
        }
    }
    Ok(())
}

/// A line without the spaces around it, and whether it is a whole one.
struct Line<'a> {
    number: u64,
    text: &'a [u8],
    ended: bool,
}

fn take(session: &mut Session<'_, '_>, kind: TableKind, row: Line<'_>) -> Result<(), Problem> {
    let Line { number: line, text: bytes, ended } = row;
    let Ok(text) = std::str::from_utf8(bytes) else {
        if is_gbk(bytes) {
            return Err(Problem::Gbk { line });
        }
        return session.rejects.row(Position::Line(line), Reason::NotUtf8, bytes, Reason::NotUtf8.told().into());
    };
    let fields: Fields<'_> = match serde_json::from_str(text) {
        Ok(fields) => fields,
        Err(error) if error.classify() == Category::Eof && !ended => {
            return Err(Problem::CutShort {
                line,
                cause: sentence!("the JSON object is not closed ({})", "JSON 对象不完整（{}）", json_cause(&error)),
            });
        }
        // Of JSON spread over lines each line would be a reject.
        Err(_) if session.rows == 1 && matches!(text, "{" | "[") => {
            let cause = "JSON that is spread over several lines; write one object a line".to_owned();
            return Err(Problem::Broken { line, cause });
        }
        Err(error) => {
            let (cause, column) = (json_cause(&error), error.column());
            let message = sentence!(
                "not a JSON object of plain values: {cause}, at byte {column} of the line",
                "不是由普通值组成的 JSON 对象：{cause}，在该行第 {column} 字节"
            );
            return session.rejects.row(Position::Line(line), Reason::BadJson, bytes, message);
        }
    };
    let mut texts: [Cow<'_, str>; COLUMNS_MAX] = Default::default();
    if let Err(message) = place(session, kind.table(), fields, &mut texts) {
        return session.rejects.row(Position::Line(line), Reason::BadJson, bytes, message);
    }
    rows::take(session, kind, line, &texts.each_ref().map(|text| &**text))
}

/// Puts the fields of an object where the table's columns are.
fn place<'t>(
    session: &mut Session<'_, '_>,
    table: &Table,
    fields: Fields<'t>,
    texts: &mut [Cow<'t, str>; COLUMNS_MAX],
) -> Result<(), Sentence> {
    let mut seen = [false; COLUMNS_MAX];
    for (key, value) in fields.0 {
        let Some(column) = table.find(&key) else {
            session.ignore_column(&key);
            continue;
        };
        if std::mem::replace(&mut seen[column], true) {
            return Err(sentence!("the key {key} is there more than once", "键 {key} 重复出现"));
        }
        texts[column] = cell_text(value.get())
            .ok_or_else(|| sentence!("the value of {key} is not a plain value", "{key} 的值不是普通值"))?;
    }
    Ok(())
}

/// The text of a JSON value as a cell of a table: null is empty, a number keeps the digits it was written with, so that
/// `3.9e6` is seen as such. `None` for arrays and objects.
pub(crate) fn cell_text(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str::<Text<'_>>(raw).ok().map(|text| text.0),
        b'{' | b'[' => None,
        b'n' => Some(Cow::Borrowed("")),
        _ => Some(Cow::Borrowed(raw)),
    }
}

/// A JSON string, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The keys and values of an object as they are written. Keys may repeat.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::with_capacity(COLUMNS_MAX);
                while let Some((Text(key), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    fields.push((key, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
