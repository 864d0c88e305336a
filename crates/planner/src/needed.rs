//! Who cannot be in a best plan because others that are at least as good and cost no more would all have to be in it too.
//!
//! Of the best plans take the one whose picks come earliest in the order below. Where it has a pick, it has everybody who is at least
//! as good, costs no more and comes earlier: an exchange of the pick for one that is missing would be as good and earlier. So
//! a creator for whom all these leave no room is in no such plan.

use std::cmp::Reverse;

use crate::prepare::Bookable;
use crate::problem::Limits;

/// How many others are looked at for each creator: enough where budgets are small, which is where it matters.
const LOOKED_AT: usize = 1000;

/// Those of whom a best plan can be made; `brings` is what the goal counts.
pub(crate) fn needed(free: &[Bookable], limits: &Limits, brings: impl Fn(&Bookable) -> u64) -> Vec<Bookable> {
    let mut order: Vec<&Bookable> = free.iter().collect();
    order.sort_by_key(|one| (one.price, Reverse(brings(one)), Reverse(one.views), one.candidate));
    let is_needed = |at: &usize| {
        let one = order[*at];
        let is_before = |other: &&&Bookable| {
            let may_replace = other.group.is_none() || other.group == one.group;
            may_replace && brings(other) >= brings(one) && other.views >= one.views
        };
        has_room(one, order[..*at].iter().rev().take(LOOKED_AT).filter(is_before), limits)
    };
    let mut needed: Vec<Bookable> = (0..order.len()).filter(is_needed).map(|at| *order[at]).collect();
    needed.sort_by_key(|one| one.candidate);
    needed
}

/// Whether a booking fits beside all the others.
fn has_room<'b>(one: &Bookable, others: impl Iterator<Item = &'b &'b Bookable>, limits: &Limits) -> bool {
    let mut budget = limits.budget.saturating_sub(one.price.0);
    let mut picks = limits.picks_max.saturating_sub(1);
    let mut of_group = one.group.map_or(usize::MAX, |group| limits.groups[group].saturating_sub(1));
    for other in others {
        let is_of_group = usize::from(other.group.is_some());
        if other.price.0 > budget || picks == 0 || of_group < is_of_group {
            return false;
        }
        budget -= other.price.0;
        picks -= 1;
        of_group -= is_of_group;
    }
    true
}
