//! A document in Chinese, `docs/X.zh.md`, has the shape of the one in English, `docs/X.md`, and each opens with a link to the other: so what
//! is written into one of them alone is found, and so are commands and settings that differ.

use std::fmt;

use super::Finding;
use crate::workspace::SourceFile;

const FOLDER: &str = "docs/";
const ENGLISH: &str = ".md";
const CHINESE: &str = ".zh.md";

/// Every Chinese document is beside its English one and shaped like it.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    files
        .iter()
        .filter_map(|file| Some((file, name(&file.path)?)))
        .flat_map(|(file, name)| of(name, file, files))
        .collect()
}

/// `X` of `docs/X.zh.md`.
fn name(path: &str) -> Option<&str> {
    path.strip_prefix(FOLDER)?.strip_suffix(CHINESE)
}

fn of(name: &str, chinese: &SourceFile, files: &[SourceFile]) -> Vec<Finding> {
    let path = format!("{FOLDER}{name}{ENGLISH}");
    let Some(english) = files.iter().find(|file| file.path == path) else {
        return vec![Finding::at(chinese, 1, format!("{path}, which it translates, is missing"))];
    };
    let to_chinese = opens_with(english, format!("[中文]({name}{CHINESE})"));
    let to_english = opens_with(chinese, format!("[English]({name}{ENGLISH})"));
    to_chinese.into_iter().chain(to_english).chain(first_difference(english, chinese)).collect()
}

/// A finding unless the first line is this link and the second one empty: the portal leaves both out where it serves a document.
fn opens_with(file: &SourceFile, link: String) -> Option<Finding> {
    let opening = format!("{link}\n\n");
    (!file.text.starts_with(&opening))
        .then(|| Finding::at(file, 1, format!("open with the line {link} and an empty one")))
}

fn first_difference(english: &SourceFile, chinese: &SourceFile) -> Option<Finding> {
    let (originals, translations) = (parts(&english.text), parts(&chinese.text));
    let part = |parts: &[(usize, Part<'_>)], at: usize| parts.get(at).map(|(_, part)| part.to_string());
    let longer = originals.len().max(translations.len());
    let at = (0..longer).find(|at| part(&originals, *at) != part(&translations, *at))?;
    let end = "its end".to_owned();
    let here = part(&translations, at).unwrap_or_else(|| end.clone());
    let there = part(&originals, at).unwrap_or(end);
    let line_of = |parts: &[(usize, Part<'_>)], file: &SourceFile| {
        parts.get(at).map_or_else(|| file.text.lines().count(), |(line, _)| *line)
    };
    let place = format!("{}:{}", english.path, line_of(&originals, english));
    let message = format!("here is {here}, where {place} has {there}: bring both to one shape");
    Some(Finding::at(chinese, line_of(&translations, chinese), message))
}

/// What a document has alike in every language.
enum Part<'a> {
    /// A heading of so many `#`.
    Heading(usize),
    /// A row of a table, of so many cells.
    Row(usize),
    /// An item of a list.
    Item,
    /// The beginning of a block of code in a language.
    Block(&'a str),
    /// A line of code, less its comment. Blocks without a language are drawings, which have words.
    Code(&'a str),
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heading(level) => write!(f, "a heading of level {level}"),
            Self::Row(cells) => write!(f, "a table's row of {cells} cells"),
            Self::Item => f.write_str("an item of a list"),
            Self::Block(language) => write!(f, "a block of code in {language:?}"),
            Self::Code(code) => write!(f, "the code `{code}`"),
        }
    }
}

/// The parts of a document with their lines, from 1.
fn parts(text: &str) -> Vec<(usize, Part<'_>)> {
    let mut parts = Vec::new();
    let mut block: Option<&str> = None;
    for (number, line) in text.lines().enumerate() {
        let part = match (block, line.strip_prefix("```")) {
            (None, Some(language)) => {
                block = Some(language);
                Some(Part::Block(language))
            }
            (Some(_), Some(_)) => {
                block = None;
                None
            }
            (Some(language), None) => (!language.is_empty()).then(|| Part::Code(without_comment(line))),
            (None, None) => of_prose(line),
        };
        parts.extend(part.map(|part| (number + 1, part)));
    }
    parts
}

/// What a line outside code begins, where it is no running text.
fn of_prose(line: &str) -> Option<Part<'static>> {
    if line.starts_with('|') {
        let bars = line.replace("\\|", "").matches('|').count();
        return Some(Part::Row(bars.saturating_sub(1)));
    }
    let (mark, _) = line.trim_start().split_once(' ')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match mark {
        "-" => Some(Part::Item),
        _ if mark.bytes().all(|byte| byte == b'#') => Some(Part::Heading(mark.len())),
        _ => mark.strip_suffix('.').is_some_and(is_number).then_some(Part::Item),
    }
}

fn without_comment(line: &str) -> &str {
    let begins = |at: &usize| line[..*at].is_empty() || line[..*at].ends_with(' ');
    let comment = line.match_indices('#').map(|(at, _)| at).find(begins);
    line[..comment.unwrap_or(line.len())].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH_TEXT: &str = "[中文](a.zh.md)\n\n# A\n\nWords\nand more.\n\n1. one\n2. two\n\n| a | b |\n|---|---|\n\
        | `x\\|y` | c |\n\n```sh\nrun --fast   # quickly\n```\n\n```\na drawing\n```\n\n## B\n";
    const CHINESE_TEXT: &str = "[English](a.md)\n\n# 甲\n\n文字等。\n\n1. 一\n2. 二\n\n| 甲 | 乙 |\n|---|---|\n\
        | `x\\|y` | 丙 |\n\n```sh\nrun --fast   # 快\n```\n\n```\n图\n```\n\n## 乙\n";

    fn check_pair(english: &str, chinese: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let files = [file("docs/a.md", english), file("docs/a.zh.md", chinese), file("docs/b.md", "# alone\n")];
        check(&files).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_translation_of_the_same_shape_is_fine() {
        assert_eq!(check_pair(ENGLISH_TEXT, CHINESE_TEXT), Vec::<String>::new());
    }

    #[test]
    fn the_first_place_where_a_translation_differs_is_named() {
        let told = "bring both to one shape";
        for (from, to, found) in [
            (
                "## 乙",
                "### 乙",
                "docs/a.zh.md:22: here is a heading of level 3, where docs/a.md:23 has a heading of level 2",
            ),
            (
                "2. 二\n",
                "",
                "docs/a.zh.md:9: here is a table's row of 2 cells, where docs/a.md:9 has an item of a list",
            ),
            (
                "| 甲 | 乙 |",
                "| 甲 |",
                "docs/a.zh.md:10: here is a table's row of 1 cells, where docs/a.md:11 has a table's row of 2 cells",
            ),
            (
                "```sh",
                "```toml",
                "docs/a.zh.md:14: here is a block of code in \"toml\", where docs/a.md:15 has a block of code in \"sh\"",
            ),
            (
                "--fast",
                "--slow",
                "docs/a.zh.md:15: here is the code `run --slow`, where docs/a.md:16 has the code `run --fast`",
            ),
            ("\n## 乙\n", "", "docs/a.zh.md:20: here is its end, where docs/a.md:23 has a heading of level 2"),
        ] {
            let changed = CHINESE_TEXT.replace(from, to);
            assert_eq!(check_pair(ENGLISH_TEXT, &changed), [format!("{found}: {told}")]);
        }
    }

    #[test]
    fn each_opens_with_a_link_to_the_other() {
        let without = |text: &str| text.split_once("\n\n").map(|(_, rest)| rest.to_owned()).expect("a link");
        assert_eq!(
            check_pair(&without(ENGLISH_TEXT), &without(CHINESE_TEXT)),
            [
                "docs/a.md:1: open with the line [中文](a.zh.md) and an empty one",
                "docs/a.zh.md:1: open with the line [English](a.md) and an empty one",
            ]
        );
    }

    #[test]
    fn a_translation_of_nothing_is_found() {
        let chinese = SourceFile { path: "docs/a.zh.md".to_owned(), text: CHINESE_TEXT.to_owned() };
        assert_eq!(check(&[chinese])[0].to_string(), "docs/a.zh.md:1: docs/a.md, which it translates, is missing");
    }
}
