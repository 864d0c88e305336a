//! Tables that fit a terminal: which columns stay where there is no room for all, and what is broken into lines. Numbers and ids
//! never are, so that they can be read and copied.

use catalog::{Lang, Text};
use comfy_table::{CellAlignment, ContentArrangement};

use super::width_of;
use super::wrap::{widest_atom, wrapped};

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Numbers: to the right, whole. Where there is little room, decimals go that are zeros in all of the column.
    Number,
    /// Numbers whose decimals stay, since others stand beside them that have some.
    Decimal,
    /// Ids and other words to be copied: to the left, whole.
    Word,
    /// Moments by the clock of the language: to the left, the date above the time where there is little room.
    Moment,
    /// Texts: to the left, broken into lines where there is little room.
    Prose,
}

/// A column as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) heading: String,
    /// The heading where there is little room.
    pub(crate) short: String,
    pub(crate) shape: Shape,
}

impl Shown {
    /// A column whose heading is the same everywhere.
    pub(crate) fn new(heading: &str, shape: Shape) -> Self {
        Self { heading: heading.to_owned(), short: heading.to_owned(), shape }
    }
}

/// Rows under their columns.
pub(crate) struct Sheet<'s> {
    pub(crate) columns: Vec<Shown>,
    pub(crate) rows: Vec<Vec<String>>,
    /// The columns to keep where there is no room for all, those that matter most first; the others follow in their order.
    pub(crate) first: &'s [usize],
    /// Where the columns are that are left out.
    pub(crate) rest: Text,
}

/// Where the columns of a result are that are left out.
pub(crate) const REST_IN_FILE: Text = Text::new("--out FILE has all of them", "使用 --out 文件名 可得到全部");
/// Where the columns of something explained are that are left out.
pub(crate) const REST_IN_JSON: Text = Text::new("--json has all of them", "使用 --json 可得到全部");

/// As narrow as a column of texts may become.
const PROSE_MIN: usize = 16;
/// The frame of a column: two spaces and a line.
const FRAME: usize = 3;

impl<'s> Sheet<'s> {
    /// A table of something that --json has all of.
    pub(crate) fn with_json<const N: usize>(
        columns: [(Text, Shape); N],
        rows: impl IntoIterator<Item = [String; N]>,
        first: &'s [usize],
        lang: Lang,
    ) -> Self {
        let columns = columns.map(|(title, shape)| Shown::new(&heading(title, shape, lang), shape)).into();
        Self { columns, rows: rows.into_iter().map(Into::into).collect(), first, rest: REST_IN_JSON }
    }

    /// The table, in a terminal of so many columns or in full.
    pub(crate) fn text(mut self, lang: Lang, width: Option<usize>) -> String {
        let Some(room) = width.filter(|width| self.natural_width() > *width) else { return self.drawn() };
        let kept = self.kept(room);
        let (left_out, rest) = (self.columns.len() - kept.len(), self.rest);
        self.columns = kept.iter().map(|at| self.columns[*at].clone()).collect();
        self.rows = self.rows.iter().map(|row| kept.iter().map(|at| row[*at].clone()).collect()).collect();
        let drawn = match self.natural_width() > room {
            true => self.narrowed(room).drawn(),
            false => self.drawn(),
        };
        if left_out == 0 { drawn } else { format!("{drawn}\n{}", told_left_out(left_out, rest, lang)) }
    }

    /// How wide it is when nothing is shortened.
    fn natural_width(&self) -> usize {
        let of = |at: usize| self.cells_width(at).max(width_of(&self.columns[at].heading)) + FRAME;
        1 + (0..self.columns.len()).map(of).sum::<usize>()
    }

    fn cells_width(&self, at: usize) -> usize {
        self.rows.iter().flat_map(|row| row[at].lines()).map(width_of).max().unwrap_or_default()
    }

    /// The columns that fit, in their order; two of them always do.
    fn kept(&self, room: usize) -> Vec<usize> {
        let others = (0..self.columns.len()).filter(|at| !self.first.contains(at));
        let (mut kept, mut used) = (Vec::new(), 1);
        for at in self.first.iter().copied().chain(others) {
            let width = self.narrow_width(at);
            if used + width <= room || kept.len() < 2 {
                used += width;
                kept.push(at);
            }
        }
        kept.sort_unstable();
        kept
    }

    /// As narrow as the column may become, its frame included.
    fn narrow_width(&self, at: usize) -> usize {
        let column = &self.columns[at];
        let widest = |of: fn(&str) -> usize| self.rows.iter().map(|row| of(&row[at])).max().unwrap_or_default();
        let cells = match column.shape {
            Shape::Prose => self.cells_width(at).min(PROSE_MIN).max(widest(widest_atom)),
            Shape::Moment => widest(widest_atom),
            Shape::Number if self.is_of_wholes(at) => widest(|number| width_of(whole(number))),
            Shape::Number | Shape::Decimal | Shape::Word => self.cells_width(at),
        };
        let heading = in_two_lines(&column.short, cells);
        cells.max(heading.lines().map(width_of).max().unwrap_or_default()) + FRAME
    }

    /// As narrow as the whole may become, but for the first line of its frame.
    fn narrowest(&self) -> usize {
        (0..self.columns.len()).map(|at| self.narrow_width(at)).sum()
    }

    /// Whether the decimals of all its numbers are zeros.
    fn is_of_wholes(&self, at: usize) -> bool {
        self.rows
            .iter()
            .all(|row| !row[at].contains('.') || row[at].ends_with(".00") || row[at].ends_with(['万', '亿']))
    }

    /// Shortens what may be shortened: headings, decimals that are all zeros, and texts as far as the room makes it necessary.
    fn narrowed(mut self, room: usize) -> Self {
        let mut spare = room.saturating_sub(1 + self.narrowest());
        for at in 0..self.columns.len() {
            if self.columns[at].shape == Shape::Number && self.is_of_wholes(at) {
                self.rows.iter_mut().for_each(|row| row[at] = whole(&row[at]).to_owned());
            }
            let (cells, whole) = (self.narrow_width(at) - FRAME, self.cells_width(at));
            let column = &mut self.columns[at];
            if width_of(&column.heading) > cells {
                column.heading = in_two_lines(&column.short, cells);
            }
            if matches!(column.shape, Shape::Prose | Shape::Moment) {
                let width = match whole.max(cells) {
                    whole if whole <= cells + spare => whole,
                    _ if column.shape == Shape::Moment => cells,
                    _ => cells + spare,
                };
                spare -= width - cells;
                self.rows.iter_mut().for_each(|row| row[at] = wrapped(&row[at], width).join("\n"));
            }
        }
        self
    }

    fn drawn(&self) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
        table.set_header(self.columns.iter().map(|column| &column.heading));
        // Columns are as wide as what is in them.
        table.set_content_arrangement(ContentArrangement::Disabled).add_rows(self.rows.iter());
        for (at, shown) in self.columns.iter().enumerate() {
            let is_number = matches!(shown.shape, Shape::Number | Shape::Decimal);
            let Some(column) = table.column_mut(at).filter(|_| is_number) else { continue };
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.to_string()
    }
}

/// A title; of moments with the clock that they are told by, where the moments do not tell it themselves.
fn heading(title: Text, shape: Shape, lang: Lang) -> String {
    match (shape, lang) {
        (Shape::Moment, Lang::Zh) => format!("{}（{}）", title.of(lang), lang.clock()),
        _ => title.of(lang).to_owned(),
    }
}

fn told_left_out(columns: usize, rest: Text, lang: Lang) -> String {
    let rest = rest.of(lang);
    match (lang, columns) {
        (Lang::En, 1) => format!("1 more column does not fit: {rest}"),
        (Lang::En, _) => format!("{columns} more columns do not fit: {rest}"),
        (Lang::Zh, _) => format!("另有 {columns} 列未能显示；{rest}"),
    }
}

/// A number without decimals that are zeros.
fn whole(number: &str) -> &str {
    number.strip_suffix(".00").unwrap_or(number)
}

/// A heading in two lines, where the cells below it are narrower than it is.
fn in_two_lines(heading: &str, cells: usize) -> String {
    if width_of(heading) <= cells {
        return heading.to_owned();
    }
    let breaks = heading.char_indices().filter(|(_, letter)| [' ', '（'].contains(letter));
    let halves = breaks.map(|(at, _)| heading.split_at(at)).map(|(above, below)| (above, below.trim_start()));
    let narrowest = halves.min_by_key(|(above, below)| width_of(above).max(width_of(below)));
    narrowest.map_or_else(|| heading.to_owned(), |(above, below)| format!("{above}\n{below}"))
}

/// How wide the tables in a text are.
#[cfg(test)]
pub(crate) fn table_width(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with(['│', '┌'])).map(width_of).max().expect("a table")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet<'static> {
        let column = Shown::new;
        Sheet {
            columns: vec![
                column("post", Shape::Word),
                column("why it is so", Shape::Prose),
                column("expected views", Shape::Number),
                column("price, yuan", Shape::Number),
            ],
            rows: vec![
                ["6826128263245070349", "because of many things that are told here", "4,693,149", "263,700.00"]
                    .map(str::to_owned)
                    .into(),
                ["7", "short", "–", "8,200.00"].map(str::to_owned).into(),
            ],
            first: &[0, 2, 3],
            rest: REST_IN_FILE,
        }
    }

    #[test]
    fn numbers_and_ids_stay_whole_at_every_width() {
        for width in 20..120 {
            let text = sheet().text(Lang::En, Some(width));
            assert!(text.contains("6826128263245070349") && text.contains("4,693,149"), "{width}:\n{text}");
            assert!(table_width(&text) <= width.max(37), "{width}:\n{text}");
        }
    }

    #[test]
    fn what_matters_stays_and_what_is_left_out_is_told() {
        let [wide, some, few] = [200, 68, 50].map(|width| sheet().text(Lang::En, Some(width)));
        assert!(wide.contains("expected views") && wide.contains("263,700.00") && !wide.contains("fit"), "{wide}");
        assert!(some.contains("because of many") && some.contains("263,700 ") && !some.contains("fit"), "{some}");
        assert!(few.contains("263,700 ") && few.contains("1 more column does not fit: --out FILE"), "{few}");
    }

    #[test]
    fn a_moment_is_broken_before_its_time_or_not_at_all() {
        let columns = [(Text::new("post", "作品"), Shape::Word), (Text::new("at", "时间"), Shape::Moment)];
        let rows = || [["6826128263245070349".to_owned(), "2026-10-08 04:57:23Z".to_owned()]];
        for width in 20..60 {
            let text = Sheet::with_json(columns, rows(), &[], Lang::En).text(Lang::En, Some(width));
            let whole = text.contains("│ 6826128263245070349 ┆ 2026-10-08 04:57:23Z │");
            let broken = text.contains("│ 6826128263245070349 ┆ 2026-10-08 │") && text.contains("┆ 04:57:23Z ");
            assert_eq!((whole, broken), (width >= 46, width < 46), "{width}:\n{text}");
        }
    }
}
