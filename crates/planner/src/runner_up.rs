//! Who would replace a pick: of all that were left, the one with which the plan is best when nothing else changes, for the
//! money that the pick frees and what was left of the budget.

use std::collections::BTreeSet;

use crate::Goal;
use crate::prepare::{Bookable, Prepared, Total};
use crate::problem::Used;

/// For each pick of a plan its runner-up; none where no other fits.
pub(crate) fn runners_up(prepared: &Prepared, picks: &[Bookable], goal: Goal) -> Vec<Option<Bookable>> {
    let picked: BTreeSet<usize> = picks.iter().map(|pick| pick.candidate).collect();
    let left: Vec<Bookable> = prepared.others.iter().filter(|one| !picked.contains(&one.candidate)).copied().collect();
    picks.iter().map(|pick| runner_up(prepared, picks, pick, &left, goal)).collect()
}

fn runner_up(
    prepared: &Prepared,
    picks: &[Bookable],
    pick: &Bookable,
    left: &[Bookable],
    goal: Goal,
) -> Option<Bookable> {
    let mut kept = Used::nothing(&prepared.limits);
    picks.iter().filter(|one| one.candidate != pick.candidate).for_each(|one| kept.add(&one.item(0.0)));
    let total = picks.iter().fold(Total::default(), Total::with).without(pick);
    let fits = |one: &&Bookable| {
        let reached = kept.views.saturating_add(one.views) >= prepared.limits.views_min;
        let has_cost = !matches!(goal, Goal::CostPerInteraction { .. }) || total.with(one).interactions > 0;
        reached && has_cost && kept.has_room(&one.item(0.0), &prepared.limits)
    };
    let better = |best, one| if is_better(goal, &total.with(one), &total.with(best)) { one } else { best };
    left.iter().filter(fits).reduce(better).copied()
}

/// Whether a total is better by the goal, or as good and cheaper.
fn is_better(goal: Goal, one: &Total, other: &Total) -> bool {
    match goal {
        Goal::Views => (one.views, other.price) > (other.views, one.price),
        Goal::Interactions => (one.interactions, other.price) > (other.interactions, one.price),
        Goal::CostPerInteraction { .. } => one.costs_less_than(other),
    }
}
