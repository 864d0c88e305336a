//! Who would replace a pick: of all that were left, the one with which the plan is best when nothing else changes, for the
//! money that the pick frees and what was left of the budget.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::Goal;
use crate::prepare::{Bookable, Prepared, Total};
use crate::problem::{Limits, Used};

/// For each pick of a plan its runner-up; none where no other fits.
pub(crate) fn runners_up(prepared: &Prepared, picks: &[Bookable], goal: Goal) -> Vec<Option<Bookable>> {
    let picked: BTreeSet<usize> = picks.iter().map(|pick| pick.candidate).collect();
    let mut left: Vec<Bookable> =
        prepared.others.iter().filter(|one| !picked.contains(&one.candidate)).copied().collect();
    if !matches!(goal, Goal::CostPerInteraction { .. }) {
        // The better ones first, so that the first that fits is the best, and the others need not be looked at.
        left.sort_by_key(|one| (Reverse(goal.counted(one.views, one.interactions)), one.price));
    }
    let (mut used, mut total) = (Used::nothing(&prepared.limits), Total::default());
    for pick in picks {
        used.add(&pick.item(0.0));
        total = total.with(pick);
    }
    let runner_up = |pick: &Bookable| {
        let (kept, total) = (used.without(&pick.item(0.0)), total.without(pick));
        best_beside(&kept, total, &left, &prepared.limits, goal)
    };
    picks.iter().map(runner_up).collect()
}

/// The best of those left, which come in the order of what they bring where that decides, beside picks that use `kept` and come to `total`.
fn best_beside(kept: &Used, total: Total, left: &[Bookable], limits: &Limits, goal: Goal) -> Option<Bookable> {
    let fits = |one: &&Bookable| {
        let reached = kept.views.saturating_add(one.views) >= limits.views_min;
        let has_cost = !matches!(goal, Goal::CostPerInteraction { .. }) || total.with(one).interactions > 0;
        reached && has_cost && kept.has_room(&one.item(0.0), limits)
    };
    let mut fitting = left.iter().filter(fits).copied();
    match goal {
        Goal::Views | Goal::Interactions => fitting.next(),
        Goal::CostPerInteraction { .. } => {
            let better = |best, one| if total.with(&one).costs_less_than(&total.with(&best)) { one } else { best };
            fitting.reduce(better)
        }
    }
}
