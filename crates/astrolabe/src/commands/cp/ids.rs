//! Files of creators' ids: one a line, or CSV with a header.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use catalog::Text;
use domain::{CreatorKey, Platform};

use crate::figures;
use crate::lang::{self, told};
use crate::tables::words;

/// Names of the columns, beside those that our own tables have; Xingtu calls the id `star_id`.
const IDS: [&str; 4] = ["author_id", "oAuthorId", "id", "star_id"];
const PLATFORMS: [&str; 1] = ["platform"];
const SEPARATORS: [char; 3] = [',', ';', '\t'];

const WORKBOOK: Text = Text::new(
    "it is an Excel workbook: save it in Excel as \"CSV UTF-8 (Comma delimited)\" and name that file",
    "这是 Excel 工作簿：请在 Excel 中另存为“CSV UTF-8（逗号分隔）”，再指定该文件",
);
const NOT_UTF8: Text = Text::new(
    "it is not UTF-8 (GBK or UTF-16, perhaps): save it in Excel as \"CSV UTF-8 (Comma delimited)\"",
    "不是 UTF-8 编码（可能是 GBK 或 UTF-16）：请在 Excel 中另存为“CSV UTF-8（逗号分隔）”",
);
const NEITHER: Text = Text::new(
    "neither an id nor a heading with a column author_id (or 达人 ID)",
    "既不是 ID，也不是含 author_id（或 达人 ID）列的表头",
);
const ROUNDED: Text = Text::new(
    "a spreadsheet has rounded this id: keep ids as text",
    "该 ID 已被表格软件改为科学计数法而失真：请将 ID 列设为文本格式",
);

/// Reads the creators that a file names; on `platform` where it does not say.
pub(super) fn read(file: &Path, platform: Platform) -> anyhow::Result<Vec<CreatorKey>> {
    let bytes = std::fs::read(file).with_context(|| lang::cannot_read(file))?;
    let keys = text(bytes).and_then(|text| parse(&text, platform)).with_context(|| file.display().to_string())?;
    if keys.is_empty() {
        let file = file.display();
        bail!(told!(
            lang::spoken(),
            "{file} names no creator: write an id on each line",
            "{file} 中没有达人：请每行写一个 ID"
        ));
    }
    Ok(keys)
}

fn text(bytes: Vec<u8>) -> anyhow::Result<String> {
    // A zip, as .xlsx is, and the container of .xls.
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        bail!(WORKBOOK.of(lang::spoken()));
    }
    String::from_utf8(bytes).map_err(|_| anyhow!(NOT_UTF8.of(lang::spoken())))
}

fn parse(text: &str, platform: Platform) -> anyhow::Result<Vec<CreatorKey>> {
    let lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty()).peekable();
    let first_line = lines.peek().map_or("", |(_, line)| line.trim());
    let separator = SEPARATORS.into_iter().find(|separator| first_line.contains(*separator));
    let fields = |line| fields(line, separator);
    let header = lines.next_if(|(_, line)| fields(line).any(|field| is_named(field, &IDS, "author_id")));
    let place = |names: &[&str], ours: &str| {
        header.and_then(|(_, line)| fields(line).position(|field| is_named(field, names, ours)))
    };
    let (id_at, platform_at) = (place(&IDS, "author_id").unwrap_or(0), place(&PLATFORMS, "platform"));
    let first = header.is_none().then(|| lines.peek().map(|(number, _)| *number)).flatten();
    lines
        .map(|(number, line)| {
            let at_line = || told!(lang::spoken(), "line {number}", "第 {number} 行");
            let id = fields(line).nth(id_at).unwrap_or_default();
            let author_id = match id.parse() {
                // The name of a column is a valid id too.
                _ if first == Some(number) && !id.contains(|letter: char| letter.is_ascii_digit()) => {
                    Err(anyhow!(NEITHER.of(lang::spoken())))
                }
                Err(_) if id.contains("E+") => Err(anyhow!(ROUNDED.of(lang::spoken()))),
                Err(_) if first == Some(number) => Err(anyhow!(NEITHER.of(lang::spoken()))),
                parsed => parsed.map_err(|error: domain::IdError| error.into()),
            };
            let author_id = author_id.with_context(at_line)?;
            let named = platform_at.and_then(|at| fields(line).nth(at)).filter(|name| !name.is_empty());
            let platform = named.map_or(Ok(platform), platform_of).with_context(at_line)?;
            Ok(CreatorKey { author_id, platform })
        })
        .collect()
}

/// Whether a heading is one of the names, or what our own column is called in either language; spaces do not count.
fn is_named(heading: &str, names: &[&str], ours: &str) -> bool {
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    let ours = figures::columns().into_iter().filter(|column| column.name == ours);
    let titles = ours.flat_map(|column| [column.title.en, column.title.zh]);
    names.iter().copied().chain(titles).any(|name| plain(name) == plain(heading))
}

/// A platform by its name, or by the word for it in either language.
fn platform_of(text: &str) -> Result<Platform, domain::UnknownName> {
    let is_word =
        |platform: &Platform| words::platform(platform.name()).is_some_and(|word| [word.en, word.zh].contains(&text));
    Platform::ALL.into_iter().find(is_word).map_or_else(|| text.parse(), Ok)
}

/// The fields of a line; ids and platforms have no separator in them. What keeps a spreadsheet from taking an id for a number is left
/// out: a tab before it, quotes, `="…"`.
fn fields(line: &str, separator: Option<char>) -> impl Iterator<Item = &str> {
    let line = if separator.is_none() { line.trim() } else { line };
    let is_separator = move |letter| separator.map_or(SEPARATORS.contains(&letter), |separator| letter == separator);
    line.split(is_separator)
        .map(|field| field.trim_matches(|letter: char| "\"'=".contains(letter) || letter.is_whitespace()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let keys = parse(text, Platform::ShortVideo).map_err(|error| format!("{error:#}"))?;
        Ok(keys.iter().map(|key| format!("{} {}", key.author_id, key.platform)).collect())
    }

    #[test]
    fn ids_stand_alone_or_in_their_column() {
        let two = Ok(vec!["42 SHORT_VIDEO".to_owned(), "43 SHORT_VIDEO".to_owned()]);
        assert_eq!(read("42\n\n43\r\n"), two);
        assert_eq!(read("\u{feff}name,author_id\n\"a\",\"42\"\nb,43\n"), two);
        assert_eq!(read("oAuthorId\tplatform\n42\tPICTURE_TEXT\n"), Ok(vec!["42 PICTURE_TEXT".to_owned()]));
        assert_eq!(read("star_id,name\n42,a\n43,b\n"), two);
        assert_eq!(read("author_id,name\n\"\t42\",a\n=\"43\",b\n"), two);
        assert_eq!(read("\t42\n\t43\n"), two);
        assert_eq!(read("name\tid\na\t42\n\t43\n"), two);
        assert_eq!(read("id\n"), Ok(vec![]));
        assert!(read("42\nno id\n").is_err_and(|error| error.contains('2')));
        assert!(read("id,platform\n42,TV\n").is_err_and(|error| error.contains('2')));
    }

    #[test]
    fn files_of_chinese_excel_are_read_or_told_how_to_be_saved() {
        let one = Ok(vec!["42 PICTURE_TEXT".to_owned()]);
        for heading in ["达人ID;内容类型", "达人 ID,内容类型", "creator\tplatform", "AUTHOR_ID;Platform"] {
            let separator = heading.matches([';', ',', '\t']).next().unwrap_or_default();
            for platform in ["PICTURE_TEXT", "图文"] {
                assert_eq!(read(&format!("{heading}\n42{separator}{platform}\n")), one, "{heading}");
            }
        }
        let told = |bytes: &[u8]| text(bytes.to_vec()).expect_err("no text").to_string();
        assert!(told(b"PK\x03\x04rest").contains("CSV UTF-8"));
        assert!(told(b"\xb4\xef\xc8\xcbID\n42\n").contains("not UTF-8"));
        assert!(told(b"\xff\xfe4\x002\x00").contains("not UTF-8"));
        for heading in ["编号", "kol_name,number"] {
            let told = read(&format!("{heading}\n42,43\n"));
            assert!(told.is_err_and(|error| error.starts_with("line 1") && error.contains("author_id")), "{heading}");
        }
        assert!(read("id\n6.82613E+18\n").is_err_and(|error| error.contains("rounded")));
    }
}
