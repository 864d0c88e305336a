//! What is wrong with settings that cannot even be read: no TOML, names that are none, values of another type.

use std::path::Path;

use catalog::{Lang, Text};
use figment::Error;
use figment::error::{Actual, Kind};

use super::upstreams::RawUpstream;
use crate::lang::told;

/// What is wrong, with where it stands: in the file, or in the environment.
pub(super) fn told_of(error: &Error, file: Option<&Path>, lang: Lang) -> String {
    let is_of_environment = error.metadata.as_ref().is_some_and(|metadata| metadata.name.contains("environment"));
    let place = match file.filter(|_| !is_of_environment) {
        Some(file) => file.display().to_string(),
        None if is_of_environment => {
            let name = error.path.join("__").to_ascii_uppercase();
            told!(lang, "the environment variable ASTROLABE_{name}", "环境变量 ASTROLABE_{name}")
        }
        None => return what(error, lang),
    };
    [place, what(error, lang)].join(lang.colon())
}

fn what(error: &Error, lang: Lang) -> String {
    let setting = setting(&error.path);
    match &error.kind {
        _ if is_misnamed(error, &setting) => told!(
            lang,
            "{setting} is not where an upstream goes: each is a table of its own, begun with [[upstreams]]; [upstream] holds what all have in common",
            "{setting} 的位置不对：每个上游各为一节，以 [[upstreams]] 开头；[upstream] 为所有上游共有的设置"
        ),
        Kind::UnknownField(_, known) => {
            let known = known.join(Text::new(", ", "、").of(lang));
            told!(lang, "there is no setting {setting}: there are {known}", "不存在设置项 {setting}：可用的有 {known}")
        }
        Kind::MissingField(missing) => told!(lang, "{setting} needs {missing}", "{setting} 缺少 {missing}"),
        Kind::InvalidType(found, right) | Kind::InvalidValue(found, right) => {
            let (found, right) = (found_text(found, &setting, lang), right_text(right, lang));
            told!(lang, "{setting} is {found}: right would be {right}", "{setting} 为{found}，应为{right}")
        }
        Kind::Message(message) => syntax(message, lang),
        other => other.to_string(),
    }
}

/// Whether an upstream stands where the settings of all are, or in one table where each has one of its own.
fn is_misnamed(error: &Error, setting: &str) -> bool {
    let is_table = matches!(error.kind, Kind::InvalidType(Actual::Map, _));
    match &error.kind {
        Kind::UnknownField(unknown, _) => {
            setting.starts_with("upstream.") && RawUpstream::NAMES.contains(&unknown.as_str())
        }
        _ => is_table && (setting.starts_with("upstream[") || setting == "upstreams"),
    }
}

/// The name of a setting: `upstreams[0].name`.
fn setting(path: &[String]) -> String {
    let mut name = String::new();
    for part in path {
        match part.parse::<usize>() {
            Ok(place) => name += &format!("[{place}]"),
            Err(_) if name.is_empty() => name += part,
            Err(_) => name += &format!(".{part}"),
        }
    }
    // The environment has upper case.
    name.to_ascii_lowercase()
}

/// What was found. Texts of upstreams are not repeated: they may be tokens in the wrong place.
fn found_text(found: &Actual, setting: &str, lang: Lang) -> String {
    let kind = match found {
        Actual::Str(text) if !setting.starts_with("upstreams") => {
            return told!(lang, "the text {text:?}", "文本 {text:?}");
        }
        Actual::Str(_) => Text::new("a text", "文本"),
        Actual::Bool(value) => return told!(lang, "{value}", " {value}"),
        Actual::Unsigned(value) => return told!(lang, "{value}", " {value}"),
        Actual::Signed(value) => return told!(lang, "{value}", " {value}"),
        Actual::Float(value) => return told!(lang, "{value}", " {value}"),
        Actual::Seq => Text::new("a list", "列表"),
        Actual::Map => Text::new("a table", "表"),
        other => return other.to_string(),
    };
    kind.of(lang).to_owned()
}

/// What would be right, by the name that serde has for it.
fn right_text(right: &str, lang: Lang) -> String {
    let text = match right {
        "usize" | "u64" => Text::new("a whole number", "整数"),
        "u32" => Text::new("a whole number up to 4294967295", "不大于 4294967295 的整数"),
        "a string" | "path string" => Text::new("a text in quotes", "带引号的文本"),
        "a sequence" => Text::new("a list, such as [\"local\"]", "列表，如 [\"local\"]"),
        table if table.starts_with("struct ") => Text::new("a table", "表"),
        other => return other.to_owned(),
    };
    text.of(lang).to_owned()
}

/// A mistake of the parser's, without the line of the file that it shows: a token may stand there.
fn syntax(message: &str, lang: Lang) -> String {
    let mut lines = message.lines().filter(|line| !line.contains('|')).map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let reason = lines.collect::<Vec<_>>().join("; ");
    let at = first.strip_prefix("TOML parse error at line ").and_then(|at| at.split_once(", column "));
    match at {
        Some((line, column)) => told!(
            lang,
            "no TOML at line {line}, column {column}: {reason}",
            "第 {line} 行第 {column} 列不是有效的 TOML：{reason}"
        ),
        None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load_in;
    use super::*;

    #[test]
    fn settings_that_cannot_be_read_are_told_in_the_language() {
        for (text, english, chinese) in [
            (
                "[server]\nlissten = \"x\"",
                "there is no setting server.lissten: there are listen, ",
                "不存在设置项 server.lissten",
            ),
            (
                "[server]\nthreads = \"many\"",
                "server.threads is the text \"many\": right would be a whole number",
                "server.threads 为文本 \"many\"，应为整数",
            ),
            (
                "[server]\nthreads = -1",
                "server.threads is -1: right would be a whole number",
                "server.threads 为 -1，应为整数",
            ),
            ("[[upstreams]]\nname = \"x\"", "upstreams[0] needs base_url", "upstreams[0] 缺少 base_url"),
            (
                "[answer]\nsources = \"local\"",
                "answer.sources is the text \"local\": right would be a list",
                "，应为列表",
            ),
            ("server = 7", "server is 7: right would be a table", "server 为 7，应为表"),
        ] {
            for (lang, told) in [(Lang::En, english), (Lang::Zh, chinese)] {
                let mistakes = load_in(text, lang).expect_err(text);
                assert!(mistakes.contains(told) && mistakes.contains(lang.colon()), "{told}: {mistakes}");
            }
        }
    }

    #[test]
    fn an_upstream_in_the_wrong_table_is_shown_the_right_one() {
        let upstream = "name = \"x\"\nbase_url = \"global\"\ntoken_env = \"SECRET\"";
        for table in ["[[upstream]]", "[upstream]", "[upstreams]"] {
            for (lang, told) in [(Lang::En, "begun with [[upstreams]]"), (Lang::Zh, "以 [[upstreams]] 开头")] {
                let mistakes = load_in(&format!("{table}\n{upstream}"), lang).expect_err(table);
                assert!(mistakes.contains(told) && !mistakes.contains("SECRET"), "{table}: {mistakes}");
                assert!(!mistakes.contains("whole number") && !mistakes.contains("整数"), "{mistakes}");
            }
        }
        let other = load_in("[upstream]\nbudget = 5", Lang::En).expect_err("no such setting");
        assert!(other.contains("there is no setting upstream.budget: there are budget_s"), "{other}");
    }

    #[test]
    fn a_text_of_an_upstream_is_not_repeated() {
        for text in [
            "[[upstreams]]\nname = \"x\"\nbase_url = \"global\"\ntimeout_s = \"SECRET\"",
            "[[upstreams]]\nname = \"x\"\nbase_url = https://api.example.com/?token=SECRET",
        ] {
            for lang in Lang::ALL {
                let told = load_in(text, lang).expect_err("wrong");
                assert!(!told.contains("SECRET") && told.contains(['3', '[']), "{told}");
            }
        }
    }
}
