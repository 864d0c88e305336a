//! Rows collected in any order and handed out by time. Each is put into the slice of its day when made, so that only
//! a day at a time is ever sorted, and its memory given back once it is written.

use crate::row::Row;

const DAY_S: u32 = 86_400;

/// Rows by their day of publishing, as one thread collects them.
#[derive(Default)]
pub(crate) struct Rows {
    first_day: u32,
    days: Vec<Vec<Row>>,
}

impl Rows {
    /// For rows published from `from_s` to `to_s`.
    pub(crate) fn new(from_s: u32, to_s: u32) -> Self {
        let first_day = from_s / DAY_S;
        let days = (first_day..=to_s / DAY_S).map(|_| Vec::new()).collect();
        Self { first_day, days }
    }

    pub(crate) fn add(&mut self, row: Row) {
        self.days[(row.published_s / DAY_S - self.first_day) as usize].push(row);
    }

    pub(crate) fn len(&self) -> u64 {
        self.days.iter().map(|day| day.len() as u64).sum()
    }
}

/// The rows of all threads, which must have been collected for the same time, a day at a time, in [`Row::order`].
pub(crate) fn in_order(mut parts: Vec<Rows>) -> impl Iterator<Item = Vec<Row>> + Send {
    let days = parts.iter().map(|part| part.days.len()).max().unwrap_or(0);
    (0..days).map(move |day| {
        let mut rows = Vec::new();
        for part in &mut parts {
            let of_part = std::mem::take(&mut part.days[day]);
            if rows.is_empty() { rows = of_part } else { rows.extend(of_part) }
        }
        rows.sort_unstable_by_key(Row::order);
        rows
    })
}
