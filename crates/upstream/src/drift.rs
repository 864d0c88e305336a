//! How an answer's shape differs from the contract's, as servers and people are told it.

use std::fmt;

use domain::{Spoken, Text, shown};
use serde_json::{Map, Value};

/// Differences told of one answer; more would tell nothing new.
const DRIFTS_MAX: usize = 16;
/// The longest key told, in characters: keys come from outside.
const KEY_CHARS_MAX: usize = 40;

/// A difference to the contract's shape, whether or not the figures could be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Drift {
    /// Where: `data.expect_cpm.cpm_0_20`.
    pub path: String,
    /// How it differs.
    pub kind: DriftKind,
}

/// How a field differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// The contract has no such field.
    Unknown,
    /// The contract has it, but not for the platform that was asked for.
    OtherPlatform,
    /// The contract has it, the answer does not.
    Missing,
    /// It is written in another type; read all the same where it is a number.
    OtherType,
    /// The status inside the data tells of a failure.
    Status,
}

impl DriftKind {
    const ALL: [Self; 5] = [Self::Unknown, Self::OtherPlatform, Self::Missing, Self::OtherType, Self::Status];

    const fn words(self) -> Text {
        match self {
            Self::Unknown => Text::new("is unknown", "为未知字段"),
            Self::OtherPlatform => Text::new("is another platform's", "属于其他内容类型"),
            Self::Missing => Text::new("is missing", "缺失"),
            Self::OtherType => Text::new("is of another type", "类型不同"),
            Self::Status => Text::new("is not 0", "不为 0"),
        }
    }
}

impl Drift {
    /// Reads what `Display` wrote, as servers tell it of themselves; none for what another release tells.
    pub fn read(told: &str) -> Option<Self> {
        DriftKind::ALL.into_iter().find_map(|kind| {
            let path = told.strip_suffix(kind.words().en)?.strip_suffix(' ')?;
            Some(Self { path: path.to_owned(), kind })
        })
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.kind.words().en)
    }
}

impl Spoken for Drift {
    fn chinese(&self) -> String {
        format!("{} {}", self.path, self.kind.words().zh)
    }
}

/// Collects the differences, at most [`DRIFTS_MAX`].
#[derive(Default)]
pub(crate) struct Drifts(Vec<Drift>);

impl Drifts {
    pub(crate) fn add(&mut self, parent: &str, key: &str, kind: DriftKind) {
        if self.0.len() < DRIFTS_MAX {
            let key: String = shown(key).chars().take(KEY_CHARS_MAX).collect();
            self.0.push(Drift { path: format!("{parent}.{key}"), kind });
        }
    }

    pub(crate) fn unknown_keys(&mut self, parent: &str, object: &Map<String, Value>, known: &[&str]) {
        object
            .keys()
            .filter(|key| !known.contains(&key.as_str()))
            .for_each(|key| self.add(parent, key, DriftKind::Unknown));
    }

    /// Tells a field that is missing, or is not what it has to be.
    pub(crate) fn unless(
        &mut self,
        parent: &str,
        object: &Map<String, Value>,
        key: &str,
        is_right: fn(&Value) -> bool,
    ) {
        match object.get(key) {
            None => self.add(parent, key, DriftKind::Missing),
            Some(value) if !is_right(value) => self.add(parent, key, DriftKind::OtherType),
            Some(_) => {}
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Drift> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_without_what_a_terminal_would_obey() {
        let object = Map::from_iter([("evil\u{1b}[31m\u{1b}]0;pwned\u{7}\0x\u{202e}\n".to_owned(), Value::Null)]);
        let mut drifts = Drifts::default();
        drifts.unknown_keys("data", &object, &[]);
        let told: Vec<String> = drifts.into_vec().iter().map(Drift::to_string).collect();
        assert_eq!(told, ["data.evil [31m ]0;pwned  x   is unknown"]);
    }
}
