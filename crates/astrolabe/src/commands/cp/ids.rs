//! Files of creators' ids: one a line, or CSV with a header.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use catalog::Text;
use domain::{CreatorKey, Platform};

use crate::figures;
use crate::lang::{self, told};
use crate::tables::Column;

/// Names of the columns, beside those that our own tables have.
const IDS: [&str; 3] = ["author_id", "oAuthorId", "id"];
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
    let lines = (1..).zip(text.trim_start_matches('\u{feff}').lines()).filter(|(_, line)| !line.trim().is_empty());
    let mut lines = lines.peekable();
    let [ours, our_platform, ..] = figures::table().columns[..] else { bail!("no columns") };
    let header = lines.next_if(|(_, line)| fields(line).any(|field| is_named(field, &IDS, &ours)));
    let place = |names: &[&str], ours: &Column| {
        header.and_then(|(_, line)| fields(line).position(|field| is_named(field, names, ours)))
    };
    let (id_at, platform_at) = (place(&IDS, &ours).unwrap_or(0), place(&PLATFORMS, &our_platform));
    let first = header.is_none().then(|| lines.peek().map(|(number, _)| *number)).flatten();
    lines
        .map(|(number, line)| {
            let at_line = || told!(lang::spoken(), "line {number}", "第 {number} 行");
            let id = fields(line).nth(id_at).unwrap_or_default();
            let author_id = id.parse().map_err(|error: domain::IdError| match () {
                () if id.contains("E+") => anyhow!(ROUNDED.of(lang::spoken())),
                () if first == Some(number) => anyhow!(NEITHER.of(lang::spoken())),
                () => error.into(),
            });
            let author_id = author_id.with_context(at_line)?;
            let named = platform_at.and_then(|at| fields(line).nth(at)).filter(|name| !name.is_empty());
            let platform = named.map_or(Ok(platform), str::parse).with_context(at_line)?;
            Ok(CreatorKey { author_id, platform })
        })
        .collect()
}

/// Whether a heading is one of the names, or what our own column is called in either language; spaces do not count.
fn is_named(heading: &str, names: &[&str], ours: &Column) -> bool {
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    let known = names.iter().copied().chain([ours.title.en, ours.title.zh]);
    known.into_iter().any(|name| plain(name) == plain(heading))
}

/// The fields of a line; ids and platforms have no separator in them.
fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split([',', ';', '\t']).map(|field| field.trim().trim_matches('"'))
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
        assert_eq!(read("id\n"), Ok(vec![]));
        assert!(read("42\nno id\n").is_err_and(|error| error.contains('2')));
        assert!(read("id,platform\n42,TV\n").is_err_and(|error| error.contains('2')));
    }

    #[test]
    fn files_of_chinese_excel_are_read_or_told_how_to_be_saved() {
        let one = Ok(vec!["42 PICTURE_TEXT".to_owned()]);
        for heading in ["达人ID;内容类型", "达人 ID,内容类型", "creator\tplatform", "AUTHOR_ID;Platform"] {
            let separator = heading.matches([';', ',', '\t']).next().unwrap_or_default();
            assert_eq!(read(&format!("{heading}\n42{separator}PICTURE_TEXT\n")), one, "{heading}");
        }
        let told = |bytes: &[u8]| text(bytes.to_vec()).expect_err("no text").to_string();
        assert!(told(b"PK\x03\x04rest").contains("CSV UTF-8"));
        assert!(told(b"\xb4\xef\xc8\xcbID\n42\n").contains("not UTF-8"));
        assert!(told(b"\xff\xfe4\x002\x00").contains("not UTF-8"));
        assert!(read("编号\n42\n").is_err_and(|error| error.starts_with("line 1") && error.contains("author_id")));
        assert!(read("id\n6.82613E+18\n").is_err_and(|error| error.contains("rounded")));
    }
}
