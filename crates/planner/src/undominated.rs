//! Which sets may be forgotten: those beside which another brings as much and uses no more.

use crate::near::State;

/// What binds sets of a category to those of others, beside what they are worth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) picks: bool,
    pub(crate) views: bool,
    /// Whether sets are compared by their weight instead, which has the price of all that in it.
    pub(crate) by_weight: bool,
}

/// Steps in which picks and views are told apart; finer differences count as worse.
const STEPS: u64 = 63;

/// Keeps sets that no other makes needless, in the order of their prices.
pub(crate) fn undominated(states: &mut Vec<State>, counted: Counted) {
    let worth = |state: &State| if counted.by_weight { state.weight } else { state.value };
    states.sort_by(|a, b| a.price.cmp(&b.price).then(worth(b).total_cmp(&worth(a))));
    let picks = Steps::of(states.iter().map(|state| state.picks as u64), counted.picks);
    let views = Steps::of(states.iter().map(|state| state.views), counted.views);
    let mut table = Table::new(picks.count(), views.count());
    // Few picks and many views are good, so views are told from above.
    let from_above = |step: usize| views.count() - 1 - step;
    states.retain(|state| {
        let told = (picks.below(state.picks as u64), from_above(views.above(state.views)));
        if table.most(told) >= worth(state) {
            return false;
        }
        table.add((picks.above(state.picks as u64), from_above(views.below(state.views))), worth(state));
        true
    });
}

struct Steps {
    low: u64,
    high: u64,
    unit: u64,
}

impl Steps {
    fn of(amounts: impl Iterator<Item = u64>, are_counted: bool) -> Self {
        let ends = |ends: Option<(u64, u64)>, amount: u64| {
            Some(ends.map_or((amount, amount), |(low, high)| (amount.min(low), amount.max(high))))
        };
        match amounts.fold(None, ends).filter(|_| are_counted) {
            Some((low, high)) => Self { low, high, unit: (high - low).div_ceil(STEPS).max(1) },
            None => Self { low: 0, high: 0, unit: u64::MAX },
        }
    }

    fn count(&self) -> usize {
        self.above(self.high) + 1
    }

    fn below(&self, amount: u64) -> usize {
        ((amount - self.low) / self.unit) as usize
    }

    fn above(&self, amount: u64) -> usize {
        if self.unit == u64::MAX { 0 } else { (amount - self.low).div_ceil(self.unit) as usize }
    }
}

/// The most so far of what comes before a place in both directions (a binary indexed tree, Fenwick 1994).
struct Table {
    columns: usize,
    most: Vec<f64>,
}

impl Table {
    fn new(rows: usize, columns: usize) -> Self {
        Self { columns, most: vec![f64::NEG_INFINITY; rows * columns] }
    }

    fn most(&self, (row, column): (usize, usize)) -> f64 {
        let mut most = f64::NEG_INFINITY;
        for row in down(row) {
            for column in down(column) {
                most = most.max(self.most[(row - 1) * self.columns + column - 1]);
            }
        }
        most
    }

    fn add(&mut self, (row, column): (usize, usize), value: f64) {
        let rows = self.most.len() / self.columns;
        for row in up(row, rows) {
            for column in up(column, self.columns) {
                let most = &mut self.most[(row - 1) * self.columns + column - 1];
                *most = most.max(value);
            }
        }
    }
}

fn down(place: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(place + 1), |at| Some(at & (at - 1)).filter(|at| *at > 0))
}

fn up(place: usize, count: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(place + 1), move |at| Some(at + (at & at.wrapping_neg())))
        .take_while(move |at| *at <= count)
}
