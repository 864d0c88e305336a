//! CSV: UTF-8 with a byte order mark, without which Excel takes Chinese for something else; lines end as RFC 4180 has them.
//! Texts of others are written so that no spreadsheet takes one for a formula.

use ::import::csv_text;

use super::{Cell, Kind, Table};

/// A table as CSV.
pub(super) fn bytes(table: &Table) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    push_line(&mut text, table.columns.iter().map(|column| column.name.to_owned()));
    for row in &table.rows {
        push_line(&mut text, table.columns.iter().zip(row).map(|(column, cell)| field(column.kind, cell)));
    }
    text.into_bytes()
}

fn field(kind: Kind, cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if kind == Kind::Text => csv_text(text).into_owned(),
        cell => cell.plain(),
    }
}

fn push_line(text: &mut String, fields: impl Iterator<Item = String>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            text.push(',');
        }
        match field.contains([',', '"', '\r', '\n']) {
            true => text.push_str(&format!("\"{}\"", field.replace('"', "\"\""))),
            false => text.push_str(&field),
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::super::Column;
    use super::super::tests::sample;
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(
            String::from_utf8(bytes(&sample())).expect("text"),
            "\u{feff}author_id,expected_views,cpm_yuan,hot_percent,ratio,as_of,implied\r\n\
             6826128263245070349,4693149,140.43,12.05,0.5,2026-11-22T03:04:05Z,true\r\n\
             \"a, \"\"b\"\" <&>\n达人\",,,,,,false\r\n"
        );
    }

    #[test]
    fn texts_are_no_formulas_and_ids_stay_as_they_are() {
        let columns =
            [("author_id", Kind::Id), ("name", Kind::Text)].map(|(name, kind)| Column::new(name, kind, "", ""));
        let mut table = Table::new(columns, &[]);
        table.rows.push(["-42", "=cmd|'/C calc'!A0"].map(|text| Cell::Text(text.to_owned())).into());
        assert_eq!(
            String::from_utf8(bytes(&table)).expect("text"),
            "\u{feff}author_id,name\r\n-42,'=cmd|'/C calc'!A0\r\n"
        );
    }
}
