//! A table on the terminal: thousands apart in English, 万 and 亿 in Chinese.

use catalog::{Lang, Text};
use domain::CHINESE_UNITS;

use super::fit::{REST_IN_FILE, Shape, Sheet, Shown};
use super::{Cell, Column, Kind, Table};
use crate::output::thousands;

/// A table for people, in a terminal of so many columns. What no row has a value of is left out, and so is what matters least
/// where there is no room for all.
pub(crate) fn text(table: &Table, lang: Lang, width: Option<usize>) -> String {
    if table.rows.is_empty() {
        return Text::new("no creator", "没有达人").of(lang).to_owned();
    }
    let is_used = |at: &usize| table.rows.iter().any(|row| !row[*at].is_blank());
    let used: Vec<usize> = (0..table.columns.len()).filter(is_used).collect();
    let place = |name: &&str| used.iter().position(|at| table.columns[*at].name == *name);
    let first: Vec<usize> = table.first.iter().filter_map(place).collect();
    let texts = |row: &Vec<Cell>| used.iter().map(|at| text_in(&table.columns[*at], &row[*at], lang)).collect();
    let sheet = Sheet {
        columns: used.iter().map(|at| shown(&table.columns[*at], lang)).collect(),
        rows: table.rows.iter().map(texts).collect(),
        first: &first,
        rest: REST_IN_FILE,
    };
    sheet.text(lang, width)
}

fn shown(column: &Column, lang: Lang) -> Shown {
    let shape = match column.kind {
        Kind::Id => Shape::Word,
        Kind::Text | Kind::Flag => Shape::Prose,
        Kind::Moment => Shape::Moment,
        Kind::Whole => Shape::Number,
        // Prices are whole yuan nearly always; costs, shares and changes are not, and stand beside each other.
        Kind::Yuan if column.name.contains("price") => Shape::Number,
        Kind::Yuan | Kind::Percent | Kind::Number => Shape::Decimal,
    };
    let short = Column { title: column.short.unwrap_or(column.title), ..*column };
    Shown { heading: column.heading(lang), short: short.heading(lang), shape }
}

/// A cell as it stands in its column.
fn text_in(column: &Column, cell: &Cell, lang: Lang) -> String {
    column.word(cell, lang).map_or_else(|| cell_text(cell, lang), str::to_owned)
}

pub(super) fn cell_text(cell: &Cell, lang: Lang) -> String {
    match (cell, lang) {
        (Cell::Empty, _) => "–".to_owned(),
        (Cell::Text(text), _) => domain::shown(text),
        (Cell::Whole(whole), Lang::Zh) if *whole >= WAN => in_units(*whole, 1),
        (Cell::Whole(whole), _) => thousands(*whole),
        (Cell::Yuan(fen), Lang::Zh) if fen.0 / 100 >= WAN => in_units(fen.0, 100),
        (Cell::Yuan(fen), _) => format!("{}.{:02}", thousands(fen.0 / 100), fen.0 % 100),
        (Cell::Share(_), _) => cell.plain(),
        (Cell::Number(number), _) => format!("{number:.2}"),
        (Cell::Moment(moment), _) => moment.on_clock(lang),
        (Cell::Flag(is_so), _) => Cell::mark(*is_so).unwrap_or("–").to_owned(),
    }
}

/// From how much on numbers are told in larger units in Chinese: the smaller of these.
const WAN: u64 = CHINESE_UNITS[1].0;

/// A number of so many parts each in 万 or 亿 with two decimals, rounded: `469.31万`, `1.20亿`. What rounds up to 1亿 is told so.
fn in_units(number: u64, parts: u64) -> String {
    let hundredths = |unit: u64| {
        let unit = u128::from(parts) * u128::from(unit);
        ((u128::from(number) * 100 + unit / 2) / unit) as u64
    };
    let [(yi, yi_name), (wan, wan_name)] = CHINESE_UNITS;
    let (told, name) = match hundredths(wan) {
        of_wan if of_wan < yi / wan * 100 => (of_wan, wan_name),
        _ => (hundredths(yi), yi_name),
    };
    format!("{}.{:02}{name}", thousands(told / 100), told % 100)
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::super::width_of;
    use super::*;
    use domain::Fen;

    #[test]
    fn large_numbers_are_told_as_people_tell_them() {
        let both = |cell: Cell| [Lang::En, Lang::Zh].map(|lang| cell_text(&cell, lang));
        assert_eq!(both(Cell::Whole(4_693_149)), ["4,693,149", "469.31万"]);
        assert_eq!(both(Cell::Whole(9_999)), ["9,999", "9,999"]);
        assert_eq!(both(Cell::Yuan(Fen(26_370_000))), ["263,700.00", "26.37万"]);
        assert_eq!(both(Cell::Yuan(Fen(820_050))), ["8,200.50", "8,200.50"]);
        assert_eq!(both(Cell::Whole(u64::MAX))[1], "184,467,440,737.10亿");
        let zh = |number| cell_text(&Cell::Whole(number), Lang::Zh);
        assert_eq!(
            [120_000_000, 99_999_999, 99_999_949, 99_990_000].map(zh),
            ["1.20亿", "1.00亿", "9,999.99万", "9,999.00万"]
        );
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

    #[test]
    fn what_a_terminal_would_obey_is_blank_and_the_frame_stays_straight() {
        let mut table = sample();
        table.rows[1][0] = Cell::Text("\u{1b}]0;x\u{7}a\u{202e}b\nc\u{9b}2J".to_owned());
        let text = text(&table, Lang::En, None);
        assert!(text.contains("│  ]0;x a b c 2J "), "{text}");
        let framed = text.lines().map(width_of).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(framed.len(), 1, "{text}");
    }

    #[test]
    fn columns_without_values_are_left_out() {
        let mut table = sample();
        table.rows.remove(0);
        let shown = text(&table, Lang::En, None);
        assert!(shown.contains("creator") && !shown.contains("CPM"), "{shown}");
        table.rows.clear();
        assert_eq!([Lang::En, Lang::Zh].map(|lang| text(&table, lang, None)), ["no creator", "没有达人"]);
    }
}
