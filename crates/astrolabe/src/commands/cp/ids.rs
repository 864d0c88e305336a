//! Files of creators' ids: one a line, or CSV with a heading; `rows.rs` reads the cells.

mod rows;

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use catalog::Text;
use domain::{AuthorId, CreatorKey, Platform};

use crate::figures;
use crate::lang::{self, told};
use crate::tables::words;

use rows::Row;

/// Names of the columns, beside those that our own tables have; Xingtu calls the id `star_id`.
const IDS: [&str; 4] = ["author_id", "oAuthorId", "id", "star_id"];
const PLATFORMS: [&str; 1] = ["platform"];

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
const SEVERAL: Text = Text::new(
    "several values and no heading: write an id on each line, or a heading with a column author_id (or 达人 ID)",
    "有多个值而没有表头：请每行写一个 ID，或加上含 author_id（或 达人 ID）列的表头",
);
const TOO_WIDE: Text = Text::new(
    "more values than the heading has columns: is a value with a comma in it not quoted?",
    "值比表头的列多：含逗号的值可能没有加引号",
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
    let rows = rows::of(text.trim_start_matches('\u{feff}'))?;
    let heading = rows.first().and_then(Heading::of);
    let rows = &rows[usize::from(heading.is_some())..];
    let key = |(at, row): (usize, &Row)| {
        let read = match &heading {
            Some(heading) => heading.key(row, platform),
            None => lone_id(row, at == 0).map(|author_id| CreatorKey { author_id, platform }),
        };
        read.with_context(|| row.place())
    };
    rows.iter().enumerate().map(key).collect()
}

/// Where a heading puts what counts.
struct Heading {
    id_at: usize,
    platform_at: Option<usize>,
    width: usize,
}

impl Heading {
    fn of(row: &Row) -> Option<Self> {
        let place = |names: &[&str], ours: &str| row.cells.iter().position(|cell| is_named(cell, names, ours));
        let (id_at, platform_at) = (place(&IDS, "author_id")?, place(&PLATFORMS, "platform"));
        Some(Self { id_at, platform_at, width: row.cells.len() })
    }

    fn key(&self, row: &Row, platform: Platform) -> anyhow::Result<CreatorKey> {
        // Behind a comma that splits a value every column is another one.
        if row.cells.iter().skip(self.width).any(|cell| !cell.is_empty()) {
            bail!(TOO_WIDE.of(lang::spoken()));
        }
        let named = self.platform_at.map(|at| row.cell(at)).filter(|name| !name.is_empty());
        Ok(CreatorKey { author_id: id_of(row.cell(self.id_at))?, platform: named.map_or(Ok(platform), platform_of)? })
    }
}

/// The id of a row without a heading, which may be the first.
fn lone_id(row: &Row, is_first: bool) -> anyhow::Result<AuthorId> {
    let mut filled = row.filled();
    let id = filled.next().unwrap_or_default();
    // The name of a column is a valid id too.
    if is_first && !id.contains(|letter: char| letter.is_ascii_digit()) {
        bail!(NEITHER.of(lang::spoken()));
    }
    if filled.next().is_some() {
        bail!(SEVERAL.of(lang::spoken()));
    }
    id_of(id).map_err(|error| if is_first && !is_rounded(id) { anyhow!(NEITHER.of(lang::spoken())) } else { error })
}

fn id_of(text: &str) -> anyhow::Result<AuthorId> {
    if is_rounded(text) {
        bail!(ROUNDED.of(lang::spoken()));
    }
    Ok(text.parse::<AuthorId>()?)
}

fn is_rounded(id: &str) -> bool {
    id.contains("E+")
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
    fn a_quoted_cell_is_one_cell() {
        let two = Ok(vec!["6810192629811763370 SHORT_VIDEO".to_owned(), "43 SHORT_VIDEO".to_owned()]);
        assert_eq!(read("名称,粉丝数,达人 ID\n甲,\"1,234,567\",6810192629811763370\n乙,\"9\",43\n"), two);
        assert_eq!(read("\"名称\r\n（昵称）\",达人 ID\r\n\"甲\n\n\"\"乙\"\"\",6810192629811763370\r\n乙,43\r\n"), two);
        assert_eq!(read("\"粉丝, 万\";star_id\n\"1;2\";6810192629811763370\n3;43\n"), two);
        let refused = |text: &str, line: &str, why: &str| {
            let told = read(text).expect_err(text);
            assert!(told.starts_with(line) && told.contains(why), "{text:?}: {told}");
        };
        refused("name,id\n\"a\nb\",42\n\nc,no id\n", "line 5: ", "character");
        refused("id,fans,name\n42,1,234,567,a\n", "line 2: ", "columns");
        refused("id,name\n42,\"a\n43,b\n44,c\n", "line 2: ", "not closed");
    }

    #[test]
    fn no_id_of_a_line_is_left_out_in_silence() {
        assert_eq!(read("42,\n,43\n"), Ok(vec!["42 SHORT_VIDEO".to_owned(), "43 SHORT_VIDEO".to_owned()]));
        for text in ["42,43,44\n", "41\n42\t43\n"] {
            assert!(read(text).is_err_and(|told| told.contains("an id on each line")), "{text:?}");
        }
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
