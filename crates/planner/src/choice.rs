//! The best choice by weight alone: so many of each group, so many in all, whatever they cost. Taking the heaviest first is exact
//! here, for groups do not overlap and all lie within the whole; and what forcing one item in or out would cost follows from the
//! lightest taken and the heaviest left.

use crate::problem::{Item, Limits};

/// The items of the largest total weight, and what each deviation costs.
pub(crate) struct Choice {
    /// Whether each item is taken.
    pub(crate) taken: Vec<bool>,
    /// The total weight.
    pub(crate) weight: f64,
}

/// Takes the heaviest items of positive weight within the counts of `limits`.
pub(crate) fn choose(weights: &[f64], items: &[Item], limits: &Limits) -> Choice {
    let mut positive: Vec<usize> = (0..weights.len()).filter(|at| weights[*at] > 0.0).collect();
    if positive.len() > limits.picks_max || !limits.groups.is_empty() {
        positive.sort_unstable_by(|a, b| weights[*b].total_cmp(&weights[*a]).then(a.cmp(b)));
    }
    let mut left = limits.groups.clone();
    let mut choice = Choice { taken: vec![false; weights.len()], weight: 0.0 };
    let mut picks = 0;
    for at in positive {
        let room = items[at].group.is_none_or(|group| left[group].picks > 0);
        if room && picks < limits.picks_max {
            if let Some(group) = items[at].group {
                left[group].picks -= 1;
            }
            picks += 1;
            choice.taken[at] = true;
            choice.weight += weights[at];
        }
    }
    choice
}

/// The weight that the best choice loses at least when an item is forced to be what it is not, for each item.
pub(crate) fn losses(choice: &Choice, weights: &[f64], items: &[Item], limits: &Limits) -> Vec<f64> {
    let edges = Edges::of(choice, weights, items, limits);
    let loss = |at: usize| {
        let group = items[at].group;
        if choice.taken[at] { weights[at] - edges.substitute(group) } else { edges.displaced(group) - weights[at] }
    };
    (0..items.len()).map(|at| loss(at).max(0.0)).collect()
}

/// Where the choice ends: per group and over all.
struct Edges {
    /// Whether no more of a group, or of all, may be taken.
    full: Vec<bool>,
    all_full: bool,
    /// The lightest taken, by group and over all.
    lightest: Vec<f64>,
    lightest_of_all: f64,
    /// The heaviest left, by group, and over all items whose own group has room.
    heaviest: Vec<f64>,
    heaviest_free: f64,
}

impl Edges {
    fn of(choice: &Choice, weights: &[f64], items: &[Item], limits: &Limits) -> Self {
        let groups = limits.groups.len();
        let mut picks = vec![0; groups];
        let mut all = 0;
        for at in (0..items.len()).filter(|at| choice.taken[*at]) {
            all += 1;
            if let Some(group) = items[at].group {
                picks[group] += 1;
            }
        }
        let mut edges = Self {
            full: picks.iter().zip(&limits.groups).map(|(picks, most)| *picks >= most.picks).collect(),
            all_full: all >= limits.picks_max,
            lightest: vec![f64::INFINITY; groups],
            lightest_of_all: f64::INFINITY,
            heaviest: vec![0.0; groups],
            heaviest_free: 0.0,
        };
        for (at, item) in items.iter().enumerate() {
            edges.see(choice.taken[at], weights[at], item.group);
        }
        edges
    }

    fn see(&mut self, taken: bool, weight: f64, group: Option<usize>) {
        if taken {
            self.lightest_of_all = self.lightest_of_all.min(weight);
            if let Some(group) = group {
                self.lightest[group] = self.lightest[group].min(weight);
            }
            return;
        }
        if let Some(group) = group {
            self.heaviest[group] = self.heaviest[group].max(weight);
        }
        if group.is_none_or(|group| !self.full[group]) {
            self.heaviest_free = self.heaviest_free.max(weight);
        }
    }

    /// What takes the place of a taken item at best.
    fn substitute(&self, group: Option<usize>) -> f64 {
        let within = group.filter(|group| self.full[*group]).map_or(0.0, |group| self.heaviest[group]);
        if self.all_full { within.max(self.heaviest_free) } else { within }
    }

    /// What makes place for an item that was left.
    fn displaced(&self, group: Option<usize>) -> f64 {
        match group.filter(|group| self.full[*group]) {
            // Of a group that may have none, nothing can make place.
            Some(group) => self.lightest[group],
            None if self.all_full => self.lightest_of_all,
            None => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::problem::Part;

    fn best(weights: &[f64], items: &[Item], limits: &Limits, forced: Option<(usize, bool)>) -> f64 {
        let sets = (0_u32..1 << items.len()).filter(|set| {
            let has = |at: usize| set >> at & 1 == 1;
            let of_group = |group| (0..items.len()).filter(|at| has(*at) && items[*at].group == Some(group)).count();
            set.count_ones() as usize <= limits.picks_max
                && forced.is_none_or(|(at, taken)| has(at) == taken)
                && limits.groups.iter().enumerate().all(|(group, most)| of_group(group) <= most.picks)
        });
        let weight = |set: u32| (0..items.len()).filter(|at| set >> at & 1 == 1).map(|at| weights[at]).sum::<f64>();
        sets.map(weight).fold(f64::NEG_INFINITY, f64::max)
    }

    proptest! {
        #[test]
        fn the_choice_is_the_best_and_losses_are_never_overstated(
            told in prop::collection::vec((-4_i32..9, 0_usize..4), 1..9),
            groups in prop::collection::vec(0_usize..3, 3),
            picks_max in 0_usize..6,
        ) {
            let item = |group| Item { value: 0.0, price: 0, views: 0, group: (group < 3).then_some(group) };
            let items: Vec<Item> = told.iter().map(|(_, group)| item(*group)).collect();
            let weights: Vec<f64> = told.iter().map(|(weight, _)| f64::from(*weight)).collect();
            let groups = groups.into_iter().map(|picks| Part { picks, ..Part::UNLIMITED }).collect();
            let limits = Limits { budget: 0, picks_max, views_min: 0, groups };
            let choice = choose(&weights, &items, &limits);
            prop_assert_eq!(choice.weight, best(&weights, &items, &limits, None));
            for (at, loss) in losses(&choice, &weights, &items, &limits).into_iter().enumerate() {
                let forced = best(&weights, &items, &limits, Some((at, !choice.taken[at])));
                prop_assert_eq!(choice.weight - loss, forced, "item {}", at);
            }
        }
    }
}
