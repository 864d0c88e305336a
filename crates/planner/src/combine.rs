//! Sets of several categories together: of each category one of its good sets, such that what binds them to each other is kept.
//! Categories are joined one by one; what loses too much, or can no longer come within the limits whatever is joined, is dropped.

use crate::apart::{Bonds, Worths};
use crate::near::{Near, State};
use crate::problem::Problem;
use crate::undominated::{Counted, undominated};

/// Pairs of sets that are looked at for each category at most; more are cut to those that lose least.
const PAIRS_MAX: usize = 200_000;
/// Steps by halves to the losses at which pairs are no more than that.
const HALVES: usize = 30;

/// The best set that was found.
pub(crate) struct Found {
    pub(crate) chosen: Option<Vec<usize>>,
    pub(crate) value: f64,
    /// No set that loses no more than this is worth more than `most`.
    pub(crate) complete: f64,
    pub(crate) most: f64,
    /// How many pairs were looked at.
    pub(crate) pairs: usize,
}

/// What sets of the categories that are still to be joined use together, at least and at most.
#[derive(Debug, Clone, Copy, Default)]
struct Rest {
    price: [u64; 2],
    picks: [usize; 2],
    views: [u64; 2],
}

/// The best of all sets that are made of the lists, looking at those that lose no more than `allowed` of what the bonds are worth.
pub(crate) fn combine(
    (problem, bonds, worths): (&Problem, &Bonds, Worths),
    lists: &[Near],
    allowed: f64,
    counted: Counted,
) -> Found {
    let mut within = allowed;
    let mut rests = vec![Rest::default()];
    for near in lists.iter().skip(1).rev() {
        let next = rests[rests.len() - 1].with(&near.states);
        rests.push(next);
    }
    let mut joined = lists.first().map(|near| near.states.clone()).unwrap_or_default();
    let mut pairs: Vec<Vec<(usize, usize)>> = Vec::new();
    for (near, rest) in lists.iter().skip(1).zip(rests.iter().rev().skip(1)) {
        let (mut next, links, looked) = join(&joined, &near.states, within);
        within = looked;
        next.retain(|state| rest.can_end(state, (problem, bonds, worths), counted, within));
        undominated(&mut next, counted);
        next.sort_by(|a, b| a.loss.total_cmp(&b.loss));
        pairs.push(links);
        joined = next;
    }
    let limits = problem.limits;
    let is_within = |state: &&State| {
        state.price <= limits.budget && state.picks <= limits.picks_max && state.views >= limits.views_min
    };
    let best = joined.iter().filter(is_within).max_by(|a, b| a.value.total_cmp(&b.value));
    let chosen = best.map(|state| items(state, &pairs, lists));
    Found {
        chosen,
        value: best.map_or(f64::NEG_INFINITY, |state| state.value),
        complete: lists.iter().map(|near| near.complete).fold(within, f64::min),
        pairs: pairs.iter().map(Vec::len).sum(),
        most: joined.iter().map(|state| state.value).fold(f64::NEG_INFINITY, f64::max),
    }
}

/// Every pair of sets that loses no more than `allowed` together, or fewer; where their links lead, and what they lose at most.
fn join(some: &[State], others: &[State], allowed: f64) -> (Vec<State>, Vec<(usize, usize)>, f64) {
    let mut within = allowed;
    if count(some, others, within) > PAIRS_MAX {
        let mut low = 0.0;
        for _ in 0..HALVES {
            let middle = f64::midpoint(low, within);
            *(if count(some, others, middle) > PAIRS_MAX { &mut within } else { &mut low }) = middle;
        }
        within = low;
    }
    let (mut joined, mut links) = (Vec::new(), Vec::new());
    for one in some {
        for (other_at, other) in others.iter().enumerate() {
            if one.loss + other.loss > within {
                break;
            }
            joined.push(one.beside(other, links.len()));
            links.push((one.link, other_at));
        }
    }
    (joined, links, within)
}

/// How many pairs lose no more than `allowed`; both lists begin with what loses least.
fn count(some: &[State], others: &[State], allowed: f64) -> usize {
    let mut end = others.len();
    let mut pairs = 0;
    for one in some {
        while end > 0 && one.loss + others[end - 1].loss > allowed {
            end -= 1;
        }
        if end == 0 {
            break;
        }
        pairs += end;
    }
    pairs
}

impl Rest {
    fn with(self, states: &[State]) -> Self {
        let ends = |used: &dyn Fn(&State) -> u64| {
            [states.iter().map(used).min().unwrap_or(0), states.iter().map(used).max().unwrap_or(0)]
        };
        let [price, picks, views] =
            [ends(&|state| state.price), ends(&|state| state.picks as u64), ends(&|state| state.views)];
        Self {
            price: [self.price[0].saturating_add(price[0]), self.price[1].saturating_add(price[1])],
            picks: [self.picks[0] + picks[0] as usize, self.picks[1] + picks[1] as usize],
            views: [self.views[0].saturating_add(views[0]), self.views[1].saturating_add(views[1])],
        }
    }

    /// Whether a set can still come within the limits without losing more than `allowed` by what it leaves of them.
    fn can_end(
        &self,
        state: &State,
        (problem, bonds, worths): (&Problem, &Bonds, Worths),
        counted: Counted,
        allowed: f64,
    ) -> bool {
        let limits = problem.limits;
        // Where sets are not told apart by it, one that cannot come within a limit may stand for one that can.
        if state.price.saturating_add(self.price[0]) > limits.budget
            || (counted.picks && state.picks + self.picks[0] > limits.picks_max)
            || (counted.views && state.views.saturating_add(self.views[1]) < limits.views_min)
        {
            return false;
        }
        let left = bonds.left(
            state.price.saturating_add(self.price[1]) as f64,
            (state.picks + self.picks[1]) as f64,
            state.views.saturating_add(self.views[0]) as f64,
        );
        let lost: f64 = left.iter().zip(worths.each()).map(|(left, worth)| left.max(0.0) * worth).sum();
        state.loss + lost <= allowed
    }
}

/// The items of a set that was joined from one of each list.
fn items(state: &State, pairs: &[Vec<(usize, usize)>], lists: &[Near]) -> Vec<usize> {
    let mut items = Vec::new();
    let mut link = state.link;
    for (pairs, near) in pairs.iter().zip(&lists[1..]).rev() {
        let (before, of_other) = pairs[link];
        items.extend(near.items(near.states[of_other].link));
        link = before;
    }
    items.extend(lists.first().map(|near| near.items(link)).unwrap_or_default());
    items
}
