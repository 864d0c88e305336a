//! JSON as it was sent, read strictly: an object in UTF-8, no name twice in one. What is wrong is told in our own words, in both languages,
//! with its place; nothing is repeated but one character and names that may be.

use std::fmt;

use catalog::repeated;
use domain::{Spoken, Text};
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why bytes are no JSON object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// They are no UTF-8 from this place on.
    NotUtf8(Place),
    /// They begin as something else.
    NoObject,
    /// They end before the object does.
    CutShort,
    /// A name is there twice: itself, as it is repeated.
    Twice(String, Place),
    /// There is something else than JSON.
    Syntax {
        /// The character.
        found: Option<char>,
        at: Place,
        /// Whether an input method seems to have written its own quotation marks, commas or colons.
        is_full_width: bool,
    },
}

/// A place in a text, by lines and characters, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    line: usize,
    column: usize,
}

/// What some programs put before a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Reads an object.
pub(crate) fn read(bytes: &[u8]) -> Result<Map<String, Value>, JsonError> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let right = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        JsonError::NotUtf8(Place::behind(&right))
    })?;
    // A list would be read as the fields in their order, which nobody means.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(JsonError::NoObject);
    }
    let (mut twice, mut json) = (None, serde_json::Deserializer::from_str(text));
    let value = Strict { twice: &mut twice }.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    match value {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(JsonError::NoObject),
        Err(error) if error.is_eof() => Err(JsonError::CutShort),
        Err(error) => {
            let before = before(text, &error);
            Err(match twice {
                Some(name) => JsonError::Twice(name, Place::behind(before)),
                None => syntax(text, before),
            })
        }
    }
}

/// The text before the character at which an error was found.
fn before<'t>(text: &'t str, error: &serde_json::Error) -> &'t str {
    let lines = error.line().saturating_sub(1);
    let line = text.match_indices('\n').map(|(at, _)| at + 1).nth(lines.wrapping_sub(1)).unwrap_or_default();
    // A column is how many bytes of the line were looked at: none, where that was the end of the line before.
    let mut end = (line + error.column()).saturating_sub(1).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn syntax(text: &str, before: &str) -> JsonError {
    let found = text[before.len()..].chars().next();
    let is_full_width = found.is_some_and(|found| FULL_WIDTH.contains(found)) || before.contains(['“', '”']);
    JsonError::Syntax { found, at: Place::behind(before), is_full_width }
}

/// What input methods write in place of JSON's own.
const FULL_WIDTH: &str = "“”‘’，：｛｝［］【】\u{3000}";

impl Place {
    /// That of the character behind a text.
    fn behind(text: &str) -> Self {
        let line = text.rsplit('\n').next().unwrap_or_default();
        Self { line: text.matches('\n').count() + 1, column: line.chars().count() + 1 }
    }
}

/// Takes any value, and notes a name that is there twice in one object.
struct Strict<'n> {
    twice: &'n mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict { twice: &mut *self.twice })? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if object.contains_key(&name) {
                *self.twice = Some(repeated(&name).to_owned());
                return Err(de::Error::custom("a name is there twice"));
            }
            let value = fields.next_value_seed(Strict { twice: &mut *self.twice })?;
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

const INPUT_METHOD: Text = Text::new(
    "; quotation marks, commas and colons of an input method, such as “ ” ， ：, are none of JSON: use \" , :",
    "；请将输入法的全角引号、逗号、冒号（“ ” ， ：）改为半角（\" , :）",
);

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |Place { line, column }: &Place| format!("line {line}, column {column}");
        match self {
            Self::NotUtf8(at) => write!(f, "the body is not in UTF-8 at {}: send it in that encoding", place(at)),
            Self::NoObject => f.write_str("the body must be a JSON object: {…}"),
            Self::CutShort => {
                f.write_str("the body ends in the middle of its JSON: a bracket or a quotation mark is missing")
            }
            Self::Twice(name, at) => {
                write!(f, "the body has the field {name:?} twice: the second one is at {}", place(at))
            }
            Self::Syntax { found, at, is_full_width } => {
                let found = found.map_or_else(|| "something".to_owned(), |found| format!("{found:?}"));
                let hint = if *is_full_width { INPUT_METHOD.en } else { "" };
                write!(f, "the body is no valid JSON: {found} is out of place at {}{hint}", place(at))
            }
        }
    }
}

impl std::error::Error for JsonError {}

impl Spoken for JsonError {
    fn chinese(&self) -> String {
        let place = |Place { line, column }: &Place| format!("第 {line} 行第 {column} 列");
        match self {
            Self::NotUtf8(at) => format!("请求体在{}不是 UTF-8：请以 UTF-8 编码发送", place(at)),
            Self::NoObject => "请求体应为 JSON 对象：{…}".into(),
            Self::CutShort => "请求体的 JSON 不完整：缺少括号或引号".into(),
            Self::Twice(name, at) => format!("请求体中字段 {name:?} 重复：第二处在{}", place(at)),
            Self::Syntax { found, at, is_full_width } => {
                let found = found.map_or_else(String::new, |found| format!("的 {found:?} "));
                let hint = if *is_full_width { INPUT_METHOD.zh } else { "" };
                format!("请求体不是有效的 JSON：{}{found}有误{hint}", place(at))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_object_is_told_with_its_place_in_both_languages() {
        const HINT: Text = INPUT_METHOD;
        for (body, english, chinese) in [
            (
                "{\"goal\": \"views\", \"budgetYuan\": \"1\",}",
                "the body is no valid JSON: '}' is out of place at line 1, column 37".to_owned(),
                "请求体不是有效的 JSON：第 1 行第 37 列的 '}' 有误".to_owned(),
            ),
            (
                "{\n  \"类目\": 美\n}",
                "the body is no valid JSON: '美' is out of place at line 2, column 9".to_owned(),
                "请求体不是有效的 JSON：第 2 行第 9 列的 '美' 有误".to_owned(),
            ),
            (
                "{“goal”: 1}",
                format!("the body is no valid JSON: '“' is out of place at line 1, column 2{}", HINT.en),
                format!("请求体不是有效的 JSON：第 1 行第 2 列的 '“' 有误{}", HINT.zh),
            ),
            (
                "{\"goal\": 1，\"a\": 2}",
                format!("the body is no valid JSON: '，' is out of place at line 1, column 11{}", HINT.en),
                format!("请求体不是有效的 JSON：第 1 行第 11 列的 '，' 有误{}", HINT.zh),
            ),
            (
                "{\"goal”: \"views\"}",
                format!("the body is no valid JSON: 'v' is out of place at line 1, column 11{}", HINT.en),
                format!("请求体不是有效的 JSON：第 1 行第 11 列的 'v' 有误{}", HINT.zh),
            ),
            (
                "{\"a\": {\"goal\": 1, \"goal\": 2}}",
                "the body has the field \"goal\" twice: the second one is at line 1, column 24".to_owned(),
                "请求体中字段 \"goal\" 重复：第二处在第 1 行第 24 列".to_owned(),
            ),
            (
                "{\"goal\": \"views\"",
                "the body ends in the middle of its JSON: a bracket or a quotation mark is missing".to_owned(),
                "请求体的 JSON 不完整：缺少括号或引号".to_owned(),
            ),
            ("[]", "the body must be a JSON object: {…}".to_owned(), "请求体应为 JSON 对象：{…}".to_owned()),
        ] {
            let error = read(body.as_bytes()).expect_err(body);
            assert_eq!([error.to_string(), error.chinese()], [english, chinese], "{body}");
        }
        assert_eq!(read("\u{feff} {\"a\": 1}".as_bytes()).map(Value::Object), Ok(json!({"a": 1})));
        let gbk = [&b"{\"category\": \""[..], &[0xC3, 0xC0], b"\"}"].concat();
        let error = read(&gbk).expect_err("no UTF-8");
        assert_eq!(error.to_string(), "the body is not in UTF-8 at line 1, column 15: send it in that encoding");
        assert_eq!(error.chinese(), "请求体在第 1 行第 15 列不是 UTF-8：请以 UTF-8 编码发送");
        let error = read(br#"{"astro_secret": 1, "astro_secret": 2}"#).expect_err("twice");
        assert!(!error.to_string().contains("secret") && !error.chinese().contains("secret"), "{error}");
    }

    /// What serde_json takes is the same here, and what it refuses is refused: of a text, and of all that a mistake makes of it.
    #[test]
    fn it_reads_as_serde_json_does() {
        let text = " {\"a\": [null, true, 1, -1, 1.5, 1e20, \"星\\n“\"],\n \"b\": {\"a\": {}}}\n";
        assert!(read(text.as_bytes()).is_ok());
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for put in ["", "{", "}", "]", "\"", ",", ":", "\\", "0", "x", "\n", "“", "，"] {
            for (number, at) in ends.iter().enumerate() {
                for until in ends.iter().skip(number).take(2) {
                    let text = format!("{}{put}{}", &text[..*at], &text[*until..]);
                    match (read(text.as_bytes()), serde_json::from_str::<Value>(&text)) {
                        (Ok(read), Ok(value)) => assert_eq!(Value::Object(read), value),
                        (Err(_), Ok(value)) => assert!(!value.is_object(), "{text}"),
                        (Ok(_), Err(_)) => panic!("{text}"),
                        (Err(error), Err(_)) => assert!(!error.to_string().is_empty()),
                    }
                }
            }
        }
    }
}
