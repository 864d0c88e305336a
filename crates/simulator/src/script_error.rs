//! What is wrong with a text that is to be a script, in both languages.

use domain::{Spoken, Text};

/// A text that is not a script.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// It cannot be read: no JSON, or names and types that a script has none of.
    #[error(transparent)]
    Unread(#[from] serde_json::Error),
    /// A rule that can fit no request, or whose fault cannot be sent.
    #[error("rule {number}: {}", why.en)]
    Senseless {
        /// The rule, counted from 1.
        number: usize,
        /// What is wrong and what would be right.
        why: Text,
    },
}

impl Spoken for ScriptError {
    fn chinese(&self) -> String {
        match self {
            Self::Senseless { number, why } => format!("第 {number} 条规则：{}", why.zh),
            Self::Unread(error) => of_json(error),
        }
    }
}

/// Where it is, and what: in Chinese, as far as it is about what a script has; the rest is the words of the library.
fn of_json(error: &serde_json::Error) -> String {
    let (line, column, told) = (error.line(), error.column(), error.to_string());
    let place = format!(" at line {line} column {column}");
    let reason = told.strip_suffix(&place).unwrap_or(&told);
    let is_script = error.is_data();
    let what = if is_script { of_data(reason) } else { format!("不是有效的 JSON（{reason}）") };
    if line == 0 { what } else { format!("第 {line} 行第 {column} 列：{what}") }
}

/// What JSON of another kind has that a script has not, or the other way round.
fn of_data(reason: &str) -> String {
    let quoted = |start: &str| {
        let (name, rest) = reason.strip_prefix(start)?.strip_prefix('`')?.split_once('`')?;
        Some((name, rest.strip_prefix(", expected ").map(known)))
    };
    match (quoted("unknown field "), quoted("unknown variant "), quoted("missing field "), quoted("duplicate field ")) {
        (Some((name, known)), ..) => format!("没有字段 `{name}`{}", known.unwrap_or_default()),
        (_, Some((name, known)), ..) => format!("没有种类 `{name}`{}", known.unwrap_or_default()),
        (_, _, Some((name, _)), _) => format!("缺少字段 `{name}`"),
        (.., Some((name, _))) => format!("字段 `{name}` 重复"),
        _ => format!("类型或取值有误（{reason}）"),
    }
}

/// The names there are, as serde lists them: `a`, or `a` or `b`, or one of `a`, `b`, `c`.
fn known(expected: &str) -> String {
    let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    format!("，可用的有 {}", names.join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Script;

    fn told(text: &str) -> (String, String) {
        let error = Script::from_json(text).expect_err(text);
        (error.to_string(), error.chinese())
    }

    #[test]
    fn what_is_a_scripts_own_is_told_in_chinese_too() {
        for (text, english, chinese) in [
            (
                r#"[{"wenn": {}}]"#,
                "unknown field `wenn`",
                "第 1 行第 8 列：没有字段 `wenn`，可用的有 when、delay_ms、fault",
            ),
            (r#"[{"fault": {"kind": "explode"}}]"#, "unknown variant `explode`", "没有种类 `explode`，可用的有 code、"),
            (r#"[{"fault": {"kind": "code"}}]"#, "missing field `code`", "缺少字段 `code`"),
            (r#"[{"delay_ms": 1, "delay_ms": 2}]"#, "duplicate field `delay_ms`", "字段 `delay_ms` 重复"),
            (r#"[{"delay_ms": "long"}]"#, "invalid type", "类型或取值有误（invalid type"),
            ("[{]", "at line 1 column 3", "第 1 行第 3 列：不是有效的 JSON（"),
        ] {
            let told = told(text);
            assert!(told.0.contains(english) && told.1.contains(chinese), "{told:?}");
            assert!(!told.1.contains("expected one of") && !told.1.contains(" at line"), "{told:?}");
        }
    }

    #[test]
    fn a_rule_that_can_never_mean_anything_is_refused() {
        for (rule, english, chinese) in [
            (r#"{"when": {"requests": [3, 1]}}"#, "the first is after the last", "首个在最后一个之后"),
            (r#"{"when": {"requests": [0, 0]}}"#, "counted from 1", "从 1 开始"),
            (r#"{"when": {"probability": 2}}"#, "from 0 to 1", "0 至 1"),
            (r#"{"when": {"probability": -0.1}}"#, "from 0 to 1", "0 至 1"),
            (r#"{"when": {"author_id": "some one"}}"#, "no creator's id", "不是达人 ID"),
            (r#"{"when": {"author_id": "1"}, "fault": {"kind": "reset_on_connect"}}"#, "by number", "按连接的序号"),
            (r#"{"fault": {"kind": "html", "http": 20}}"#, "200 to 599", "200 至 599"),
            (r#"{"fault": {"kind": "code", "code": 301, "http": 1000}}"#, "200 to 599", "200 至 599"),
        ] {
            let told = told(&format!(r#"[{{"delay_ms": 1}}, {rule}]"#));
            assert!(told.0.starts_with("rule 2: ") && told.0.contains(english), "{told:?}");
            assert!(told.1.starts_with("第 2 条规则：") && told.1.contains(chinese), "{told:?}");
        }
        for right in [
            r#"[{"when": {"requests": [1, 1], "probability": 0}}, {"when": {"requests": [0, 2], "probability": 1}}]"#,
            r#"[{"when": {"author_id": "42"}, "fault": {"kind": "code", "code": 0, "http": 503}}]"#,
        ] {
            assert!(Script::from_json(right).is_ok(), "{right}");
        }
    }
}
