//! An Excel workbook (ECMA-376): real numbers, dates and texts under a frozen header with a filter, totals on a second sheet.
//! Which creator a row is about stays in sight too; on paper the columns share a page's width, under the header on each page. The parts that a
//! workbook must have are few, and written here: a library for all of Excel would be the largest of our dependencies.

mod zip;

use std::fmt::Write;

use catalog::{Lang, Text};
use domain::UnixTime;

use super::{Cell, Kind, Table, width_of};

const RESULT: Text = Text::new("Result", "结果");
const TOTALS: Text = Text::new("Totals", "汇总");

/// A table as a workbook, its totals on a sheet of their own.
pub(super) fn bytes(table: &Table, lang: Lang) -> std::io::Result<Vec<u8>> {
    let sheets = sheets(table, lang);
    let mut zip = zip::Zip::default();
    zip.add("[Content_Types].xml", &content_types(sheets.len()))?;
    zip.add("_rels/.rels", RELATIONS)?;
    zip.add("xl/workbook.xml", &workbook(&sheets))?;
    zip.add("xl/_rels/workbook.xml.rels", &workbook_relations(sheets.len()))?;
    zip.add("xl/styles.xml", STYLES)?;
    for ((_, table), number) in sheets.iter().zip(1..) {
        zip.add(&format!("xl/worksheets/sheet{number}.xml"), &sheet(table, lang))?;
    }
    Ok(zip.end())
}

/// The sheets, by their names.
fn sheets(table: &Table, lang: Lang) -> Vec<(&'static str, &Table)> {
    let totals = table.totals.as_deref().map(|totals| (TOTALS.of(lang), totals));
    [(RESULT.of(lang), table)].into_iter().chain(totals).collect()
}

macro_rules! xml {
    ($($part:literal)*) => { concat!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n", $($part),*) };
}

fn content_types(sheets: usize) -> String {
    let part = |number| {
        format!(
            "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" \
             ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        )
    };
    format!(
        xml!(
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
            "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
            "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
            "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
            "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"
            "{}</Types>"
        ),
        (1..=sheets).map(part).collect::<String>()
    )
}

const RELATIONS: &str = xml!(
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/>"
    "</Relationships>"
);

/// The styles are the first part, the sheets follow in their order.
fn workbook_relations(sheets: usize) -> String {
    let part = |number| {
        format!(
            "<Relationship Id=\"rId{}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
             Target=\"worksheets/sheet{number}.xml\"/>",
            number + 1
        )
    };
    format!(
        xml!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
            "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/>"
            "{}</Relationships>"
        ),
        (1..=sheets).map(part).collect::<String>()
    )
}

/// Styles by number: 0 text, 1 header, 2 whole, 3 two decimals, 4 percent, 5 moment.
const STYLES: &str = xml!(
    "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
    "<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm\"/></numFmts>"
    "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
    "<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>"
    "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFE8EDF3\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>"
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
    "<cellXfs count=\"6\">"
    "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\"/>"
    "<xf numFmtId=\"3\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"4\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"10\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
    "</cellXfs>"
    "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>"
    "</styleSheet>"
);

fn workbook(sheets: &[(&str, &Table)]) -> String {
    let (mut named, mut ranges) = (String::new(), String::new());
    for ((name, table), at) in sheets.iter().zip(0..) {
        let (number, relation) = (at + 1, at + 2);
        // Writing to a string cannot fail.
        let _ = write!(named, "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{relation}\"/>");
        let letters = column_letters(table.columns.len().saturating_sub(1));
        let _ = write!(
            ranges,
            "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"{at}\" hidden=\"1\">'{name}'!$A$1:${letters}${}</definedName>\
             <definedName name=\"_xlnm.Print_Titles\" localSheetId=\"{at}\">'{name}'!$1:$1</definedName>",
            table.rows.len() + 1
        );
    }
    format!(
        xml!(
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" "
            "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">"
            "<sheets>{}</sheets><definedNames>{}</definedNames></workbook>"
        ),
        named, ranges
    )
}

fn sheet(table: &Table, lang: Lang) -> String {
    let last = format!("{}{}", column_letters(table.columns.len().saturating_sub(1)), table.rows.len() + 1);
    let mut xml = format!(
        xml!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
            "<sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><dimension ref=\"A1:{last}\"/>"
            "<sheetViews><sheetView workbookViewId=\"0\">{pane}</sheetView></sheetViews><cols>"
        ),
        last = last,
        pane = pane(table)
    );
    // Writing to a string cannot fail.
    for (at, column) in table.columns.iter().enumerate() {
        let width = |row: &Vec<Cell>| column.word(&row[at], lang).map_or_else(|| shown_width(&row[at]), text_width);
        let cells = table.rows.iter().map(width).max().unwrap_or_default();
        // A heading has the button of the filter beside it.
        let width = cells.max(width_of(&column.heading(lang)) + 3).clamp(8, 60);
        let number = at + 1;
        let _ = write!(xml, "<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>");
    }
    xml.push_str("</cols><sheetData><row r=\"1\">");
    for (at, column) in table.columns.iter().enumerate() {
        push_text(&mut xml, at, 1, 1, &heading(column, lang));
    }
    xml.push_str("</row>");
    for (row, number) in table.rows.iter().zip(2..) {
        let _ = write!(xml, "<row r=\"{number}\">");
        for (at, cell) in row.iter().enumerate() {
            match table.columns[at].word(cell, lang) {
                Some(word) => push_text(&mut xml, at, number, 0, word),
                None => push_cell(&mut xml, (at, number), cell, lang),
            }
        }
        xml.push_str("</row>");
    }
    let _ = write!(xml, "</sheetData><autoFilter ref=\"A1:{last}\"/>{PAGE}</worksheet>");
    xml
}

/// Lying on A4, all columns on a page's width, as many pages as the rows need.
const PAGE: &str = "<pageMargins left=\"0.4\" right=\"0.4\" top=\"0.5\" bottom=\"0.5\" header=\"0.3\" footer=\"0.3\"/>\
                    <pageSetup paperSize=\"9\" orientation=\"landscape\" fitToWidth=\"1\" fitToHeight=\"0\"/>";

/// What stays in sight: the header, and the leading columns that tell which creator a row is about.
fn pane(table: &Table) -> String {
    let tells = |column: &&super::Column| column.kind == Kind::Id || column.name == "name";
    match table.columns.iter().take_while(tells).count() {
        0 => "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>".to_owned(),
        columns => format!(
            "<pane xSplit=\"{columns}\" ySplit=\"1\" topLeftCell=\"{}2\" activePane=\"bottomRight\" state=\"frozen\"/>",
            column_letters(columns)
        ),
    }
}

/// A heading; of shares without the sign, which each cell shows.
fn heading(column: &super::Column, lang: Lang) -> String {
    if column.kind == Kind::Percent { column.title.of(lang).to_owned() } else { column.heading(lang) }
}

fn push_cell(xml: &mut String, (at, row): (usize, usize), cell: &Cell, lang: Lang) {
    let (style, number) = match cell {
        Cell::Empty => return,
        Cell::Text(text) => return push_text(xml, at, row, 0, text),
        Cell::Whole(_) => (2, cell.plain()),
        Cell::Yuan(_) | Cell::Number(_) => (3, cell.plain()),
        Cell::Share(basis_points) => (4, (*basis_points as f64 / 10_000.0).to_string()),
        Cell::Flag(is_so) => return Cell::mark(*is_so).into_iter().for_each(|mark| push_text(xml, at, row, 0, mark)),
        Cell::Moment(moment) => (5, serial(*moment, lang).to_string()),
    };
    let _ = write!(xml, "<c r=\"{}{row}\" s=\"{style}\"><v>{number}</v></c>", column_letters(at));
}

fn push_text(xml: &mut String, at: usize, row: usize, style: u8, text: &str) {
    let place = column_letters(at);
    let _ = write!(xml, "<c r=\"{place}{row}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    for (start, letter) in text.char_indices() {
        match letter {
            '_' if is_read_as_another(&text[start..]) => xml.push_str("_x005F_"),
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '\t' | '\n' | '\r' => xml.push(letter),
            // XML has no way to say these.
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => xml.push('\u{fffd}'),
            letter => xml.push(letter),
        }
    }
    xml.push_str("</t></is></c>");
}

/// Whether a text starts as `_x0041_` does, for which readers put the letter of that number: an underscore of a text that does so is
/// written in this form itself (ECMA-376, `ST_Xstring`).
fn is_read_as_another(text: &str) -> bool {
    matches!(text.as_bytes(), [b'_', b'x', digits @ .., ] if digits.get(4) == Some(&b'_') && digits[..4].iter().all(u8::is_ascii_hexdigit))
}

/// A moment as Excel counts: days since 1899-12-30, by the clock that the heading names.
fn serial(moment: UnixTime, lang: Lang) -> f64 {
    25_569.0 + (f64::from(moment.0) + f64::from(lang.ahead_of_utc_s())) / 86_400.0
}

/// How wide a cell is, in letters.
fn shown_width(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text_width(text),
        Cell::Moment(_) => 18,
        // The thousands apart.
        cell => cell.plain().len() * 4 / 3 + 2,
    }
}

fn text_width(text: &str) -> usize {
    text.lines().map(width_of).max().unwrap_or_default() + 2
}

/// The letters of a column: A, B, … Z, AA, AB …
fn column_letters(column: usize) -> String {
    let (before, last) = (column / 26, char::from(b'A' + (column % 26) as u8));
    if before == 0 { last.to_string() } else { format!("{}{last}", column_letters(before - 1)) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::super::{Column, words};
    use super::*;

    #[test]
    fn columns_have_the_letters_of_excel() {
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(column_letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn totals_are_a_sheet_of_their_own() {
        let table = Table { totals: Some(Box::new(sample())), ..sample() };
        let text = |table: &Table| String::from_utf8_lossy(&bytes(table, Lang::En).expect("a workbook")).into_owned();
        assert!(text(&table).contains("xl/worksheets/sheet2.xml") && !text(&sample()).contains("sheet2.xml"));
        let (named, related) = (workbook(&sheets(&table, Lang::En)), workbook_relations(2));
        assert!(named.contains("<sheet name=\"Totals\" sheetId=\"2\" r:id=\"rId3\"/>"), "{named}");
        assert!(named.contains("localSheetId=\"1\" hidden=\"1\">'Totals'!$A$1:$G$3<"), "{named}");
        let named = workbook(&sheets(&table, Lang::Zh));
        assert!(named.contains("<sheet name=\"结果\" ") && named.contains(">'汇总'!$A$1:$G$3<"), "{named}");
        assert!(related.contains("Id=\"rId3\"") && related.contains("worksheets/sheet2.xml"), "{related}");
    }

    #[test]
    fn the_creator_stays_in_sight_and_pages_repeat_the_header() {
        let columns = ["author_id", "name", "category"];
        let columns =
            columns.map(|name| Column::new(name, if name == "author_id" { Kind::Id } else { Kind::Text }, name, name));
        let xml = sheet(&Table::new(columns, &[]), Lang::En);
        assert!(xml.contains("xSplit=\"2\" ySplit=\"1\" topLeftCell=\"C2\""), "{xml}");
        assert!(xml.contains("orientation=\"landscape\"") && xml.contains("fitToPage=\"1\""), "{xml}");
        let of_moments = Table::new([Column::new("as_of", Kind::Moment, "as of", "数据时间")], &[]);
        assert!(!sheet(&of_moments, Lang::En).contains("xSplit"));
        assert!(
            workbook(&sheets(&of_moments, Lang::Zh)).contains("_xlnm.Print_Titles\" localSheetId=\"0\">'结果'!$1:$1<")
        );
    }

    #[test]
    fn names_of_programs_are_words_for_people() {
        let column = Column::new("platform", Kind::Text, "platform", "内容类型").of(words::platform);
        let mut table = Table::new([column], &[]);
        table.rows.extend(["PICTURE_TEXT", "HOLOGRAM"].map(|name| vec![Cell::Text(name.to_owned())]));
        for (lang, word) in [(Lang::En, "Picture and text"), (Lang::Zh, "图文")] {
            let xml = sheet(&table, lang);
            assert!(xml.contains(&format!(">{word}<")) && xml.contains(">HOLOGRAM<"), "{xml}");
        }
    }

    #[test]
    fn an_id_that_looks_like_a_letter_by_its_number_is_read_as_it_is() {
        let written = |text: &str| {
            let mut xml = String::new();
            push_text(&mut xml, 0, 1, 0, text);
            xml.split_once("preserve\">").and_then(|(_, text)| text.split_once("</t>")).map(|(text, _)| text.to_owned())
        };
        for (text, xml) in [
            ("shop_x0041_1", "shop_x005F_x0041_1"),
            ("_x005F_", "_x005F_x005F_"),
            ("_x00e9__xAbCd_", "_x005F_x00e9__x005F_xAbCd_"),
            ("_x0041_x0042_", "_x005F_x0041_x005F_x0042_"),
            ("__x000D_", "__x005F_x000D_"),
        ] {
            assert_eq!(written(text).as_deref(), Some(xml));
        }
        for text in ["_x41_", "_x004g_", "_X0041_", "_x0041", "_x达_人_", "a_b_x"] {
            assert_eq!(written(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn numbers_are_numbers_and_ids_stay_whole() {
        let xml = sheet(&sample(), Lang::Zh);
        for part in [
            "<t xml:space=\"preserve\">CPM（元）</t>",
            "<t xml:space=\"preserve\">6826128263245070349</t>",
            "<c r=\"B2\" s=\"2\"><v>4693149</v></c>",
            "<c r=\"C2\" s=\"3\"><v>140.43</v></c>",
            "<c r=\"D2\" s=\"4\"><v>0.1205</v></c>",
            "a, \"b\" &lt;&amp;&gt;\n达人",
            "state=\"frozen\"",
            "<autoFilter ref=\"A1:G3\"/>",
        ] {
            assert!(xml.contains(part), "{part} is not in {xml}");
        }
        // 2026-11-22T03:04:05Z.
        assert!((serial(UnixTime(1_795_316_645), Lang::En) - 46_348.127_835).abs() < 1e-5);
        assert!((serial(UnixTime(1_795_316_645), Lang::Zh) - 46_348.461_169).abs() < 1e-5);
    }
}
