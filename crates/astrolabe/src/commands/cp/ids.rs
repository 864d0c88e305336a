//! Files of creators' ids: one a line, or CSV with a heading; `rows.rs` reads the cells.

mod rows;

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use catalog::Text;
use domain::{AuthorId, CreatorKey, IdError, Platform};
use import::{
    AUTHOR_ID_HEADINGS, NOT_UTF8, PLATFORM_HEADINGS, WORKBOOK, are_rounded, is_heading, is_workbook, may_be_rounded,
};

use crate::commands::import::is_stdin;
use crate::errors;
use crate::lang::{self, told};
use crate::output::{self, counted, thousands};

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
    "neither an id nor a heading with a column author_id, star_id or 达人 ID (or 星图 ID)",
    "既不是 ID，也不是含 author_id、star_id、达人 ID 或 星图 ID 列的表头",
);
const SEVERAL: Text = Text::new(
    "several values and no heading: write an id on each line, or a heading with a column author_id, star_id or 达人 ID",
    "有多个值而没有表头：请每行写一个 ID，或加上含 author_id、star_id 或 达人 ID 列的表头",
);
const TOO_WIDE: Text = Text::new(
    "more values than the heading has columns: is a value with a comma in it not quoted?",
    "值比表头的列多：含逗号的值可能没有加引号",
);
const NO_ID: Text = Text::new(
    "there is no id: give it, or delete the row where it names no creator",
    "该行没有 ID：请补上；如该行并非达人（如表尾说明），请删除",
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
    let heading = rows.first().and_then(Heading::of);
    let is_first = |row: &Row| rows.first().is_some_and(|first| std::ptr::eq(first, row));
    let (mut keys, mut bad) = (Vec::new(), Vec::new());
    for row in &rows[usize::from(heading.is_some())..] {
        let read = match &heading {
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
    if let (Some(heading), Some((named, rows))) = (&heading, rows.split_first())
        && let Some(column) = heading.unread_platforms(named, rows, platform)
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

/// Where a heading puts what counts.
struct Heading {
    id_at: usize,
    platform_at: Option<usize>,
    width: usize,
}

impl Heading {
    fn of(row: &Row) -> Option<Self> {
        // What our own tables call it in English may as well be a name.
        let ids = AUTHOR_ID_HEADINGS.iter().copied().chain(["id", "creator"]);
        let (id_at, platform_at) = (place(row, ids)?, place(row, PLATFORM_HEADINGS.iter().copied()));
        Some(Self { id_at, platform_at, width: row.cells.len() })
    }

    /// The column that names platforms, another one than `asked` among them, and is not read as such.
    fn unread_platforms<'r>(&self, named: &'r Row, rows: &[Row], asked: Platform) -> Option<&'r str> {
        let is_unread = |at: &usize| {
            let named = |row: &Row| Some(row.cell(*at)).filter(|cell| !cell.is_empty()).map(Platform::of_word);
            let platforms: Option<Vec<_>> = rows.iter().filter_map(named).map(Result::ok).collect();
            platforms.is_some_and(|named| named.iter().any(|platform| *platform != asked))
        };
        let others = (0..self.width).filter(|at| *at != self.id_at && self.platform_at.is_none());
        others.into_iter().find(is_unread).map(|at| named.cell(at))
    }

    fn key(&self, row: &Row, platform: Platform) -> anyhow::Result<CreatorKey> {
        // Behind a comma that splits a value every column is another one.
        if row.cells.iter().skip(self.width).any(|cell| !cell.is_empty()) {
            bail!(TOO_WIDE.of(lang::spoken()));
        }
        let id = row.cell(self.id_at);
        if id.is_empty() {
            bail!(NO_ID.of(lang::spoken()));
        }
        let named = self.platform_at.map(|at| row.cell(at)).filter(|name| !name.is_empty());
        Ok(CreatorKey { author_id: id.parse()?, platform: named.map_or(Ok(platform), Platform::of_word)? })
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
    id.parse().map_err(|error| match error {
        IdError::Rounded => anyhow!(error),
        _ if is_first => anyhow!(NEITHER.of(lang::spoken())),
        error => anyhow!(error),
    })
}

/// The column of a heading that has one of the names, first come first.
fn place<'n>(heading: &Row, mut names: impl Iterator<Item = &'n str>) -> Option<usize> {
    names.find_map(|name| heading.cells.iter().position(|cell| is_heading(cell, name)))
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
        let names =
            ["星图ID", "抖音星图ID", "创作者ID", "达人编号", "author id", "o_author_id", "oAuthorId", "Star ID"];
        for name in names {
            assert_eq!(read(&format!("名称,{name}\n甲,42\n")), one, "{name}");
        }
        assert_eq!(read("id,达人编号,星图ID\n1,2,42\n"), one);
        assert_eq!(read("creator,author_id\n甲,42\n"), one);
        let told = read("名称,编号\n甲,42\n").expect_err("no column of ids");
        assert!(["author_id", "star_id", "达人 ID"].iter().all(|name| told.contains(name)), "{told}");
    }

    #[test]
    fn a_column_of_platforms_is_read_or_told() {
        for name in ["platform", "内容类型", "内容形式", "视频形式", "形式"] {
            let asked = read(&format!("达人ID,{name}\n42,图文\n43,\n"));
            assert_eq!(asked, Ok(vec!["42 PICTURE_TEXT".to_owned(), "43 SHORT_VIDEO".to_owned()]), "{name}");
        }
        let unread = |text: &str| {
            let rows = rows::of(text).expect("rows");
            let heading = Heading::of(&rows[0]).expect("a heading");
            heading.unread_platforms(&rows[0], &rows[1..], Platform::ShortVideo).map(str::to_owned)
        };
        assert_eq!(unread("id,投放方式\n42,图文\n43,短视频\n44,\n").as_deref(), Some("投放方式"));
        for text in ["id,备注\n42,图文\n43,好\n", "id,形式\n42,图文\n", "id,a\n42,短视频\n", "id,a\n42,\n"]
        {
            assert_eq!(unread(text), None, "{text}");
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
