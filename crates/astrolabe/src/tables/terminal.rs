//! A table on the terminal: thousands apart in English, 万 in Chinese.

use catalog::Lang;

use super::{Cell, Column, Kind, Table, width_of};
use crate::output::{self, thousands};

/// A table for people, in a terminal of so many columns: the last columns of the table, which matter least, are left out where
/// they do not fit.
pub(super) fn text(table: &Table, lang: Lang, width: Option<usize>) -> String {
    let mut lines = vec![table.columns.iter().map(|column| column.heading(lang)).collect::<Vec<_>>()];
    let texts =
        |row: &Vec<Cell>| table.columns.iter().zip(row).map(|(column, cell)| text_in(column, cell, lang)).collect();
    lines.extend(table.rows.iter().map(texts));
    let fit = width.map_or(table.columns.len(), |width| fitting(&lines, width));
    lines.iter_mut().for_each(|line| line.truncate(fit));
    let right: Vec<usize> = (0..fit).filter(|at| table.columns[*at].kind != Kind::Text).collect();
    let mut rows = lines.into_iter();
    let drawn = output::table_of_rows(rows.next().unwrap_or_default(), &right, rows);
    match table.columns.len() - fit {
        0 => drawn,
        left => format!("{drawn}\n{}", left_out(left, lang)),
    }
}

/// How many of the columns fit, with a frame around each; three at least, in which lines wrap.
fn fitting(lines: &[Vec<String>], width: usize) -> usize {
    let columns = lines.first().map_or(0, Vec::len);
    let of_column = |at: usize| lines.iter().map(|line| width_of(&line[at])).max().unwrap_or_default() + 3;
    let fit = (0..columns)
        .scan(1, |used, at| {
            *used += of_column(at);
            Some(*used)
        })
        .take_while(|used| *used <= width)
        .count();
    fit.max(3).min(columns)
}

fn left_out(columns: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{columns} more columns do not fit: --out FILE has all of them"),
        Lang::Zh => format!("另有 {columns} 列未能显示；使用 --out 文件名 可得到全部"),
    }
}

/// A cell as it stands in its column.
fn text_in(column: &Column, cell: &Cell, lang: Lang) -> String {
    match (cell, column.words) {
        (Cell::Text(name), Some(words)) => words(name).map_or_else(|| name.clone(), |word| word.of(lang).to_owned()),
        _ => cell_text(cell, lang),
    }
}

pub(super) fn cell_text(cell: &Cell, lang: Lang) -> String {
    match (cell, lang) {
        (Cell::Empty, _) => "–".to_owned(),
        (Cell::Text(text), _) => text.clone(),
        (Cell::Whole(whole), Lang::Zh) if *whole >= WAN => wan(*whole, 1),
        (Cell::Whole(whole), _) => thousands(*whole),
        (Cell::Yuan(fen), Lang::Zh) if fen.0 / 100 >= WAN => wan(fen.0, 100),
        (Cell::Yuan(fen), _) => format!("{}.{:02}", thousands(fen.0 / 100), fen.0 % 100),
        (Cell::Share(_), _) => cell.plain(),
        (Cell::Number(number), _) => format!("{number:.2}"),
        (Cell::Moment(moment), _) => output::moment(*moment),
    }
}

/// Ten thousand, by which large numbers are told in Chinese.
const WAN: u64 = 10_000;

/// A number of so many parts each, in units of ten thousand with two decimals, rounded: `469.31万`.
fn wan(number: u64, parts: u64) -> String {
    let hundredths = (u128::from(number) * 100 + u128::from(parts * WAN / 2)) / u128::from(parts * WAN);
    format!("{}.{:02}万", thousands((hundredths / 100) as u64), hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;
    use domain::Fen;

    #[test]
    fn large_numbers_are_told_as_people_tell_them() {
        let both = |cell: Cell| [Lang::En, Lang::Zh].map(|lang| cell_text(&cell, lang));
        assert_eq!(both(Cell::Whole(4_693_149)), ["4,693,149", "469.31万"]);
        assert_eq!(both(Cell::Whole(9_999)), ["9,999", "9,999"]);
        assert_eq!(both(Cell::Yuan(Fen(26_370_000))), ["263,700.00", "26.37万"]);
        assert_eq!(both(Cell::Yuan(Fen(820_050))), ["8,200.50", "8,200.50"]);
        assert_eq!(both(Cell::Whole(u64::MAX))[1], "1,844,674,407,370,955.16万");
        assert_eq!(both(Cell::Share(1205)), ["12.05", "12.05"]);
    }

    #[test]
    fn titles_are_in_the_language_with_their_units() {
        let [en, zh] = [Lang::En, Lang::Zh].map(|lang| text(&sample(), lang, None));
        assert!(en.contains("CPM, yuan") && en.contains("expected views") && en.contains("140.43"), "{en}");
        assert!(zh.contains("CPM（元）") && zh.contains("预期播放量") && zh.contains("469.31万"), "{zh}");
    }

    #[test]
    fn a_table_fits_its_terminal() {
        for width in 60..100 {
            let text = text(&sample(), Lang::Zh, Some(width));
            let widest = text.lines().map(width_of).max();
            assert!(widest <= Some(width), "{width}:\n{text}");
        }
        assert!(text(&sample(), Lang::En, Some(60)).contains("more columns do not fit"));
    }
}
