//! Rows of text cells, from CSV or NDJSON, become facts or rejects here.

use crate::cell;
use crate::error::Problem;
use crate::reject::Position;
use crate::session::Session;
use crate::table::{self, CellFlaw, Cells, Table};
use crate::value::Flaw;

/// The columns that tell each table from others.
pub(crate) const RATE_CARDS_TELLING: &[&str] = &["price_yuan", "tier"];
pub(crate) const POSTS_TELLING: &[&str] = &["item_id", "plays", "published_at", "captured_at"];

/// Which of the two tables a text file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableKind {
    Posts,
    RateCards,
}

impl TableKind {
    /// Which of the two has headings like these. Rate cards first: a table of posts has no use for their columns.
    pub(crate) fn of_headings<'h>(headings: impl Iterator<Item = &'h str> + Clone) -> Option<Self> {
        let has = |kind: &Self, telling: &[&str]| {
            let is_telling = |column: usize| telling.contains(&kind.table().columns[column].name);
            headings.clone().any(|heading| kind.table().headed(heading).is_some_and(is_telling))
        };
        let telling = [(Self::RateCards, RATE_CARDS_TELLING), (Self::Posts, POSTS_TELLING)];
        telling.into_iter().find(|(kind, telling)| has(kind, telling)).map(|(kind, _)| kind)
    }

    pub(crate) fn table(self) -> &'static Table {
        match self {
            Self::Posts => &table::POSTS,
            Self::RateCards => &table::RATE_CARDS,
        }
    }
}

/// Takes one row.
pub(crate) fn take(
    session: &mut Session<'_, '_>,
    kind: TableKind,
    line: u64,
    cells: &Cells<'_>,
) -> Result<(), Problem> {
    let said = cells.map(cell::said);
    let taken = match kind {
        TableKind::Posts => table::post(&said, session.options).map(|(key, post)| session.post(key, post)),
        TableKind::RateCards => {
            let as_of = session.options.captured_at;
            session.assumes_capture = true;
            table::price(&said, as_of).and_then(|priced| {
                let other = session.facts.add_priced(priced, as_of);
                other.map_or(Ok(()), |other| Err(CellFlaw { column: table::PRICE, flaw: Flaw::two_prices(other) }))
            })
        }
    };
    match taken {
        Ok(()) => {
            session.merged += 1;
            Ok(())
        }
        Err(flaw) => {
            let cell = cells[flaw.column];
            session.rejects.cell(Position::Line(line), kind.table(), flaw, cell)
        }
    }
}
