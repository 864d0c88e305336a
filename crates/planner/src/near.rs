//! The good sets of one category by itself. Its budget and its picks are given prices, so that each item is taken or left by what it
//! is then worth; to take one that should be left, or the reverse, costs what it is worth. Sets are then told by such changes, the
//! dearest first, as long as they cost no more than is allowed; and of sets of which one brings as much as another and uses no
//! more, the other is dropped (Nemhauser and Ullmann, 1969).

use crate::problem::{Item, Part, Problem};
use crate::undominated::{Counted, undominated};

/// The items of a category, or those of none that is capped.
pub(crate) struct Category {
    pub(crate) items: Vec<usize>,
    pub(crate) limit: Part,
}

/// A set of items, by what it uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub(crate) price: u64,
    pub(crate) picks: usize,
    pub(crate) views: u64,
    /// What it is worth in the problem.
    pub(crate) value: f64,
    /// What it is worth by the weights asked for.
    pub(crate) weight: f64,
    /// How far it is from a bound on what sets are worth at the prices asked for.
    pub(crate) loss: f64,
    /// How it was made, in a list of such.
    pub(crate) link: usize,
}

/// The good sets of a category.
pub(crate) struct Near {
    /// Those within its limits.
    pub(crate) states: Vec<State>,
    /// No set is worth more, at the weights asked for.
    pub(crate) bound: f64,
    /// Every set whose loss is no more than this is among the states, or one that is as good and uses no more.
    pub(crate) complete: f64,
    /// Whether sets were dropped for being too many.
    pub(crate) is_cut: bool,
    /// Changes, each with the one before it.
    changes: Vec<(usize, usize)>,
    /// Items taken where nothing is changed.
    base: Vec<usize>,
}

/// How far to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Losses of sets at most.
    pub(crate) allowed: f64,
    /// Sets that are kept after each change at most.
    pub(crate) states: usize,
    /// Sets that are kept after all changes together at most, or a few after each.
    pub(crate) work: usize,
}

/// The prices of a category's budget and of its picks, and what its sets are worth at most by them.
struct Frame {
    fen: f64,
    pick: f64,
    worth: f64,
    price: u64,
}

/// Sets that are kept after each change however many there are.
const STATES_MIN: usize = 16;
/// Steps by halves to the price of a budget.
const HALVES: usize = 40;

impl Category {
    /// The sets whose worth by `weights` is near the bound.
    pub(crate) fn near(&self, problem: &Problem, weights: &[f64], effort: Effort, counted: Counted) -> Near {
        let frame = self.frame(problem, weights);
        let items = problem.items;
        let gain = |at: usize| weights[at] - frame.fen * items[at].price as f64 - frame.pick;
        let base: Vec<usize> = self.items.iter().copied().filter(|at| gain(*at) > 0.0).collect();
        let mut open: Vec<usize> = self.items.iter().copied().filter(|at| gain(*at).abs() <= effort.allowed).collect();
        open.sort_by(|a, b| gain(*b).abs().total_cmp(&gain(*a).abs()).then(a.cmp(b)));
        let states_max = (effort.work / open.len().max(1)).min(effort.states).max(STATES_MIN);
        let (mut may_add, mut may_free) = (0_u128, 0_u128);
        for at in &open {
            *(if gain(*at) > 0.0 { &mut may_free } else { &mut may_add }) += u128::from(items[*at].price);
        }
        let counted = Counted { picks: counted.picks || self.limit.picks < self.items.len(), ..counted };
        let mut near = Near {
            states: vec![of(&base, problem, weights)],
            bound: frame.worth,
            complete: effort.allowed,
            is_cut: false,
            changes: Vec::new(),
            base,
        };
        for at in open {
            let is_in = gain(at) > 0.0;
            *(if is_in { &mut may_free } else { &mut may_add }) -= u128::from(items[at].price);
            near.change(&items[at], is_in, gain(at).abs(), weights[at]);
            let can_end = |state: &State| {
                let unspent = u128::from(self.limit.price).saturating_sub(u128::from(state.price) + may_add);
                u128::from(state.price) <= u128::from(self.limit.price) + may_free
                    && state.loss + frame.fen * unspent as f64 <= near.complete
            };
            near.states.retain(can_end);
            near.drop_worse(at, counted, states_max);
        }
        near.end(self.limit, &frame);
        if near.is_cut && near.states.is_empty() {
            let within = near.base_within(self.limit, problem, weights);
            near.states.push(within);
        }
        near
    }

    fn frame(&self, problem: &Problem, weights: &[f64]) -> Frame {
        let worthy: Vec<(f64, u64)> = self
            .items
            .iter()
            .map(|at| (weights[*at], problem.items[*at].price))
            .filter(|(weight, _)| *weight > 0.0)
            .collect();
        let mut best = self.frame_at(&worthy, 0.0);
        if best.price <= self.limit.price {
            return best;
        }
        let (mut low, mut high) = (0.0, 0.0_f64);
        for (weight, price) in &worthy {
            high = high.max(weight / (*price).max(1) as f64);
        }
        for _ in 0..HALVES {
            let frame = self.frame_at(&worthy, f64::midpoint(low, high));
            *(if frame.price > self.limit.price { &mut low } else { &mut high }) = frame.fen;
            if frame.worth < best.worth {
                best = frame;
            }
        }
        best
    }

    fn frame_at(&self, worthy: &[(f64, u64)], fen: f64) -> Frame {
        let mut gains: Vec<(f64, u64)> = worthy
            .iter()
            .map(|(weight, price)| (weight - fen * *price as f64, *price))
            .filter(|(gain, _)| *gain > 0.0)
            .collect();
        let mut pick = 0.0;
        if gains.len() > self.limit.picks {
            gains.select_nth_unstable_by(self.limit.picks, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            pick = gains[self.limit.picks].0;
            gains.truncate(self.limit.picks);
        }
        let spent = if fen > 0.0 { fen * self.limit.price as f64 } else { 0.0 };
        Frame {
            fen,
            pick,
            worth: spent + gains.iter().map(|(gain, _)| gain).sum::<f64>(),
            price: gains.iter().map(|(_, price)| price).sum(),
        }
    }
}

fn of(chosen: &[usize], problem: &Problem, weights: &[f64]) -> State {
    let mut state = State { price: 0, picks: 0, views: 0, value: 0.0, weight: 0.0, loss: 0.0, link: 0 };
    chosen.iter().for_each(|at| state.put_in(&problem.items[*at], weights[*at]));
    state
}

impl State {
    fn put_in(&mut self, item: &Item, weight: f64) {
        self.price = self.price.saturating_add(item.price);
        self.picks += 1;
        self.views = self.views.saturating_add(item.views);
        self.value += item.value;
        self.weight += weight;
    }

    fn take_out(&mut self, item: &Item, weight: f64) {
        self.price = self.price.saturating_sub(item.price);
        self.picks -= 1;
        self.views = self.views.saturating_sub(item.views);
        self.value -= item.value;
        self.weight -= weight;
    }

    /// Two sets of different categories together.
    pub(crate) fn beside(&self, other: &Self, link: usize) -> Self {
        Self {
            price: self.price.saturating_add(other.price),
            picks: self.picks + other.picks,
            views: self.views.saturating_add(other.views),
            value: self.value + other.value,
            weight: self.weight + other.weight,
            loss: self.loss + other.loss,
            link,
        }
    }
}

/// Marks a link as that of the set before a change.
const CHANGED: usize = 1 << 63;

impl Near {
    /// Adds what sets are with one more change.
    fn change(&mut self, item: &Item, is_in: bool, loss: f64, weight: f64) {
        let change = |state: &State| {
            let mut changed = State { loss: state.loss + loss, link: state.link | CHANGED, ..*state };
            if is_in {
                changed.take_out(item, weight)
            } else {
                changed.put_in(item, weight)
            }
            changed
        };
        let changed: Vec<State> =
            self.states.iter().filter(|state| state.loss + loss <= self.complete).map(change).collect();
        self.states.extend(changed);
    }

    /// Drops sets that others make needless, and of too many those that lose most.
    fn drop_worse(&mut self, at: usize, counted: Counted, most: usize) {
        undominated(&mut self.states, counted);
        if self.states.len() > most {
            let (_, first_dropped, _) = self.states.select_nth_unstable_by(most, |a, b| a.loss.total_cmp(&b.loss));
            // A set that loses just as much may have been dropped.
            self.complete = self.complete.min(first_dropped.loss.next_down());
            self.states.truncate(most);
            self.is_cut = true;
        }
        for state in &mut self.states {
            if state.link & CHANGED != 0 {
                self.changes.push((state.link & !CHANGED, at));
                state.link = self.changes.len();
            }
        }
    }

    /// Keeps what is within the limits, and counts what it leaves of them as lost.
    fn end(&mut self, limit: Part, frame: &Frame) {
        self.states.retain(|state| state.price <= limit.price && state.picks <= limit.picks);
        for state in &mut self.states {
            let money = if frame.fen > 0.0 { frame.fen * (limit.price - state.price) as f64 } else { 0.0 };
            let picks = if frame.pick > 0.0 { frame.pick * (limit.picks - state.picks) as f64 } else { 0.0 };
            state.loss += money + picks;
        }
        self.states.sort_by(|a, b| a.loss.total_cmp(&b.loss));
        // From the bound by prices to that by sets.
        let least = self.states.first().map_or(self.complete, |state| state.loss.min(self.complete));
        self.bound -= least;
        self.complete -= least;
        self.states.iter_mut().for_each(|state| state.loss -= least);
    }

    /// What of the items that are taken where nothing is changed is within the limits.
    fn base_within(&mut self, limit: Part, problem: &Problem, weights: &[f64]) -> State {
        let for_money = |at: usize| weights[at] / problem.items[at].price.max(1) as f64;
        let mut order = self.base.clone();
        order.sort_by(|a, b| for_money(*b).total_cmp(&for_money(*a)).then(a.cmp(b)));
        let (mut used, mut link) = (Part::default(), 0);
        let mut kept = Vec::new();
        for at in order {
            let with = used.with(&problem.items[at]);
            if with.fits(limit) {
                used = with;
                kept.push(at);
            } else {
                self.changes.push((link, at));
                link = self.changes.len();
            }
        }
        let state = of(&kept, problem, weights);
        State { loss: (self.bound - state.weight).max(0.0), link, ..state }
    }

    /// The items of the set that was made so.
    pub(crate) fn items(&self, mut link: usize) -> Vec<usize> {
        let mut items = self.base.clone();
        while link > 0 {
            let (before, at) = self.changes[link - 1];
            match items.iter().position(|item| *item == at) {
                Some(place) => _ = items.swap_remove(place),
                None => items.push(at),
            }
            link = before;
        }
        items
    }
}
