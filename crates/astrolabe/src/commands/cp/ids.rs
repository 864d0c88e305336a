//! Files of creators' ids: one a line, or CSV with a heading (`heading.rs`); `rows.rs` reads the cells, `id.rs` the id in one.

mod heading;
mod id;
mod rows;

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use catalog::Text;
use domain::{AuthorId, CreatorKey, IdError, Platform};
use import::{NOT_UTF8, WORKBOOK, are_rounded, is_workbook, may_be_rounded};

use crate::commands::import::is_stdin;
use crate::errors;
use crate::lang::{self, told};
use crate::output::{self, counted, thousands};

use heading::Heading;
use rows::Row;

/// What a row of sums is called, which has no creator.
const SUMS: [&str; 7] = ["合计", "总计", "共计", "小计", "汇总", "total", "sum"];
/// What stands first in a row below a list, which has no creator either.
const FOOTERS: [&str; 9] =
    ["制表", "制表人", "制表日期", "制表时间", "填表人", "审核人", "导出时间", "数据来源", "备注"];
/// The most bad rows that are told at once.
const TOLD_MAX: usize = 10;

/// What files of gzip and zstd begin with.
const COMPRESSED: [&[u8]; 2] = [&[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd]];

const NEITHER: Text = Text::new(
    "this is no id, and in the first ten rows there is no heading with a column of ids: call the column author_id, star_id, \
     达人 ID or 星图 ID (titles above the heading may stay), or write an id on each line and nothing else",
    "此处不是 ID，前十行中也没有含 ID 列的表头：请将 ID 列的列名改为 author_id、star_id、达人 ID 或 星图 ID（其上方的标题行可以保留），\
     或每行只写一个 ID",
);
const SEVERAL: Text = Text::new(
    "several values and no heading: write an id on each line, or a heading with a column author_id, star_id or 达人 ID",
    "有多个值而没有表头：请每行写一个 ID，或加上含 author_id、star_id 或 达人 ID 列的表头",
);
const STDIN: Text = Text::new("standard input", "标准输入");

/// Reads the creators that a file names, or the standard input; on `platform` where it does not say.
pub(super) fn read(file: &Path, platform: Platform) -> anyhow::Result<Vec<CreatorKey>> {
    let (file, bytes) = match is_stdin(file) {
        true => (Path::new(STDIN.of(lang::spoken())), from_stdin()),
        false => (file, std::fs::read(file)),
    };
    let bytes = bytes.with_context(|| lang::cannot_read(file))?;
    let keys = text(bytes).and_then(|text| parse(&text, platform)).with_context(|| file.display().to_string())?;
    if keys.is_empty() {
        let file = file.display();
        bail!(told!(
            lang::spoken(),
            "{file} names no creator: write an id on each line",
            "{file} 中没有达人：请每行写一个 ID"
        ));
    }
    warn_of_rounded(&keys);
    Ok(keys)
}

fn from_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
}

fn text(bytes: Vec<u8>) -> anyhow::Result<String> {
    if is_workbook(&bytes) {
        bail!(WORKBOOK.of(lang::spoken()));
    }
    if COMPRESSED.iter().any(|start| bytes.starts_with(start)) {
        bail!(told!(lang::spoken(), "it is compressed: unpack it first", "文件经过压缩：请先解压"));
    }
    String::from_utf8(bytes).map_err(|_| anyhow!(NOT_UTF8.of(lang::spoken())))
}

fn parse(text: &str, platform: Platform) -> anyhow::Result<Vec<CreatorKey>> {
    let rows = rows::of(text.trim_start_matches('\u{feff}'))?;
    let (titled, below) = match Heading::find(&rows) {
        Some((at, heading)) => (Some((heading, &rows[at])), &rows[at + 1..]),
        None => (None, &rows[..]),
    };
    let heading = titled.as_ref().map(|(heading, _)| heading);
    let is_first = |row: &Row| rows.first().is_some_and(|first| std::ptr::eq(first, row));
    let (mut keys, mut bad) = (Vec::new(), Vec::new());
    for row in below {
        let read = match heading {
            Some(heading) if is_footer(row, row.cell(heading.id_at)) => continue,
            None if is_footer(row, row.filled().next().unwrap_or_default()) => continue,
            Some(heading) => heading.key(row, platform),
            None => lone_id(row, is_first(row)).map(|author_id| CreatorKey { author_id, platform }),
        };
        match read {
            Ok(key) => keys.push((row, key)),
            // Without a column of ids no other row can be right.
            Err(error) if heading.is_none() && is_first(row) => return Err(error.context(row.place())),
            Err(error) => bad.push((row, error)),
        }
    }
    // Few that end so may be right.
    let asked: BTreeSet<&AuthorId> = keys.iter().map(|(_, key)| &key.author_id).collect();
    let looks_so = asked.iter().filter(|id| has_lost_digits(id)).count();
    if are_rounded(looks_so as u64, asked.len() as u64) {
        let rounded = keys.iter().filter(|(_, key)| has_lost_digits(&key.author_id));
        bad.extend(rounded.map(|(row, _)| (*row, anyhow!(IdError::Rounded))));
        bad.sort_by_key(|(row, _)| row.line);
    }
    if !bad.is_empty() {
        return Err(told_together(bad));
    }
    if let Some((heading, named)) = &titled
        && let Some(column) = heading.unread_platforms(named, below, platform)
    {
        output::person(&unread(column, platform));
    }
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

/// That a column of platforms is not read.
fn unread(column: &str, platform: Platform) -> String {
    let word = platform.word().zh;
    told!(
        lang::spoken(),
        "note: the column {column} is not read, and all creators are asked for on {platform}; if it says where a placement \
         runs, call it platform",
        "注意：未读取“{column}”列，全部达人均按{word}查询；如该列为内容类型，请将表头改为“内容类型”"
    )
}

/// What is wrong with rows, those that come first: who mends a file needs no run for each.
fn told_together(bad: Vec<(&Row, anyhow::Error)>) -> anyhow::Error {
    let (lang, rows) = (lang::spoken(), bad.len() as u64);
    let row_text =
        |(row, error): (&Row, anyhow::Error)| format!("{}{}{}", row.place(), lang.colon(), errors::text(&error, lang));
    let mut lines: Vec<String> = bad.into_iter().take(TOLD_MAX).map(row_text).collect();
    if rows > 1 {
        let counted = counted(rows, "row");
        let rows = thousands(rows);
        lines.insert(0, told!(lang, "{counted} cannot be read", "有 {rows} 行无法读取"));
    }
    let more = (rows as usize).saturating_sub(TOLD_MAX);
    if more > 0 {
        lines.push(told!(lang, "and {more} more", "另有 {more} 行"));
    }
    anyhow!(lines.join("\n"))
}

/// Whether a row stands below a list and names no creator: it has sums of the others, or says who made it. No id stands where one
/// would, or `总计：4人` does.
fn is_footer(row: &Row, id: &str) -> bool {
    let is_in = |names: &[&str], cell: &str| names.contains(&label(cell).as_str());
    let is_named = |cell: &str| is_in(&SUMS, cell) || is_in(&FOOTERS, cell);
    let may_be_id = id.parse::<AuthorId>().is_ok();
    match id.contains(|letter: char| letter.is_ascii_digit()) {
        true => !may_be_id && is_named(id),
        false => row.filled().any(|cell| is_in(&SUMS, cell)) || row.filled().next().is_some_and(is_named),
    }
}

/// What a cell says before a colon, a bracket or a number: `合计` of `合 计：4 人`.
fn label(cell: &str) -> String {
    let ends = |letter: &char| letter.is_ascii_digit() || ":：(（".contains(*letter);
    let letters = cell.chars().filter(|letter| !letter.is_whitespace());
    letters.take_while(|letter| !ends(letter)).collect::<String>().to_ascii_lowercase()
}

/// Whether an id may be one that a spreadsheet took for a number and rounded.
fn has_lost_digits(id: &AuthorId) -> bool {
    id.as_integer().is_some_and(import::has_lost_digits)
}

/// The ids that may be rounded, each once, on however many platforms it is asked for; none where chance would have as many.
fn rounded(keys: &[CreatorKey]) -> BTreeSet<&AuthorId> {
    let asked: BTreeSet<&AuthorId> = keys.iter().map(|key| &key.author_id).collect();
    let rounded: BTreeSet<&AuthorId> = asked.iter().copied().filter(|id| has_lost_digits(id)).collect();
    if may_be_rounded(rounded.len() as u64, asked.len() as u64) { rounded } else { BTreeSet::new() }
}

/// Tells which ids may be rounded, where it is not plain that they are.
fn warn_of_rounded(keys: &[CreatorKey]) {
    let rounded = rounded(keys);
    if !rounded.is_empty() {
        let lang = lang::spoken();
        let ids: Vec<String> = rounded.into_iter().take(TOLD_MAX).map(ToString::to_string).collect();
        let ids = ids.join(Text::new(", ", "、").of(lang));
        output::person(&told!(
            lang,
            "note: has a spreadsheet rounded these ids? They end in 0000: {ids}",
            "注意：以下 ID 以 0000 结尾，可能已被表格软件舍入：{ids}"
        ));
    }
}

/// The id of a row without a heading, which may be the first.
fn lone_id(row: &Row, is_first: bool) -> anyhow::Result<AuthorId> {
    let mut filled = row.filled();
    let id = filled.next().unwrap_or_default();
    // The name of a column is a valid id too.
    if is_first && !id::is_link(id) && !id.contains(|letter: char| letter.is_ascii_digit()) {
        bail!(NEITHER.of(lang::spoken()));
    }
    if filled.next().is_some() {
        bail!(SEVERAL.of(lang::spoken()));
    }
    id::of(id).map_err(|error| match error.downcast_ref() {
        Some(IdError::Empty | IdError::TooLong | IdError::BadCharacter | IdError::Negative) if is_first => {
            anyhow!(NEITHER.of(lang::spoken()))
        }
        _ => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let keys = parse(text, Platform::ShortVideo).map_err(|error| format!("{error:#}"))?;
        Ok(keys.iter().map(|key| format!("{} {}", key.author_id, key.platform)).collect())
    }

    #[test]
    fn an_id_that_may_be_rounded_is_told_once() {
        let text = "id,platform\n7198754162456940000,图文\n7198754162456940000,短视频\n42,\n43,\n44,\n";
        let keys = parse(text, Platform::ShortVideo).expect("ids");
        assert_eq!(rounded(&keys), BTreeSet::from([&keys[0].author_id]));
        // One of 1,000 ends so in one file of ten.
        let text: String = (1..1000).map(|id| format!("{id}1\n")).collect();
        let keys = parse(&format!("{text}7198754162456940000\n"), Platform::ShortVideo).expect("ids");
        assert_eq!(rounded(&keys), BTreeSet::new());
    }

    #[test]
    fn a_compressed_file_is_told_to_be_one() {
        for start in COMPRESSED {
            let told = super::text([start, b"\0\0"].concat()).expect_err("no text").to_string();
            assert!(told.contains("unpack"), "{told}");
        }
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
    fn rows_without_a_creator_are_passed_over_and_all_bad_ones_told() {
        let two = Ok(vec!["42 SHORT_VIDEO".to_owned(), "43 SHORT_VIDEO".to_owned()]);
        assert_eq!(read("名称,达人 ID,报价\n甲,42,1\n,,\n乙,43,2\n合计,,3\n"), two);
        assert_eq!(read("star_id,price\n42,1\n43,2\nTotal:,3\n,\n"), two);
        assert_eq!(read("42\n43\n合计\n"), two);
        assert_eq!(read("42\n43\n总计：2人\n"), two);
        for footer in ["制表人：小王,,", "合 计,,3", ",总计：2人,", "备注：仅供内部使用,,", "合计2人,,"]
        {
            assert_eq!(read(&format!("名称,达人 ID,报价\n甲,42,1\n乙,43,2\n{footer}\n")), two, "{footer}");
        }
        // No creator without an id is left out because a cell further behind looks like a footer.
        let told = read("名称,达人 ID,备注\n甲,42,\n乙,,备注：新人\n").expect_err("no id");
        assert!(told.contains("line 3: ") && told.contains("delete the row"), "{told}");
        let told = read("id,name\n42,a\n,b\n4 4,c\n").expect_err("two bad rows");
        assert!(told.contains("2 rows") && told.contains("line 3: ") && told.contains("line 4: "), "{told}");
        let told = read(&format!("id\n{}", "4 4\n".repeat(12))).expect_err("bad rows");
        assert!(told.contains("line 11: ") && !told.contains("line 12: ") && told.ends_with("and 2 more"), "{told}");
    }

    #[test]
    fn the_column_of_ids_is_known_by_what_people_call_it() {
        let one = Ok(vec!["42 SHORT_VIDEO".to_owned()]);
        let names = "星图ID 抖音星图ID 创作者ID 达人编号 author-id o_author_id oAuthorId Star_ID 星图达人ID 博主ID 达人uid 星图编号 KOL_ID";
        for name in names.split(' ') {
            assert_eq!(read(&format!("名称,{name}\n甲,42\n")), one, "{name}");
        }
        assert_eq!(read("id,达人编号,星图ID\n1,2,42\n"), one);
        assert_eq!(read("creator,author_id\n甲,42\n"), one);
        let told = read("名称,编号\n甲,42\n").expect_err("no column of ids");
        assert!(["author_id", "star_id", "达人 ID"].iter().all(|name| told.contains(name)), "{told}");
    }

    #[test]
    fn titles_may_stand_above_the_heading_and_creators_may_not() {
        let two = Ok(vec!["42 SHORT_VIDEO".to_owned(), "43 SHORT_VIDEO".to_owned()]);
        let list = "序号,达人ID,备注\n1,42,\n2,43,\n合计,,\n";
        for title in [
            "双十一达人名单,,\n,,\n",
            "2026-11-11,,\n项目经理,小王,13800138000\n预算（元）,500000,\n",
            "制表：小王,,\n",
            &"题,,\n\n".repeat(9),
        ] {
            assert_eq!(read(&format!("{title}{list}")), two, "{title}");
        }
        let told = read(&format!("{}{list}", "题,,\n".repeat(10))).expect_err("no heading");
        assert!(told.starts_with("line 1: ") && told.contains("in the first ten rows"), "{told}");
        for creator in ["41\n", "甲,6810192629811763370\n", "甲,https://www.xingtu.cn/author/6810192629811763370,\n"]
        {
            assert!(read(&format!("{creator}{list}")).is_err(), "{creator}");
        }
    }

    #[test]
    fn links_to_creators_pages_are_read_and_other_links_told() {
        let page = "https://www.xingtu.cn/ad/creator/author-homepage/douyin-video/6810192629811763370?tab=1";
        let one = Ok(vec!["6810192629811763370 SHORT_VIDEO".to_owned()]);
        assert_eq!(read(&format!("{page}\n")), one);
        assert_eq!(read(&format!("名称,达人ID\n甲,{page}\n")), one);
        for list in ["https://v.douyin.com/iRNBho6u/\n", "https://v.douyin.com/abc/\n", "id\nhttps://a.cn/42\n"] {
            assert!(read(list).is_err_and(|told| told.contains("a link, not an id")), "{list}");
        }
    }

    #[test]
    fn a_column_of_platforms_is_read() {
        for name in ["platform", "内容类型", "内容形式", "视频形式", "形式"] {
            let asked = read(&format!("达人ID,{name}\n42,图文\n43,\n"));
            assert_eq!(asked, Ok(vec!["42 PICTURE_TEXT".to_owned(), "43 SHORT_VIDEO".to_owned()]), "{name}");
        }
    }

    #[test]
    fn ids_that_a_spreadsheet_rounded_are_told() {
        let told = read("id\n6810192629811760000\n6826128263245070000\n6826128263245070349\n").expect_err("rounded");
        assert!(told.contains("line 2: ") && told.contains("line 3: ") && told.contains("rounded"), "{told}");
        // Two of ten cannot be by chance, which one of many may.
        let ids: String = (1..9).map(|last| format!("681019262981176337{last}\n")).collect();
        assert!(read(&format!("{ids}6810192629811760000\n6826128263245070000\n")).is_err());
        assert_eq!(read("6810192629811760000\n6826128263245070349\n").map(|ids| ids.len()), Ok(2));
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
