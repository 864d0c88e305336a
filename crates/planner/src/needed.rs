//! Who cannot be in a best plan because others that are at least as good and cost no more would all have to be in it too.
//!
//! Of the best plans take the one whose picks come earliest in the order below. Where it has a pick, it has everybody who is at least
//! as good, costs no more and comes earlier: an exchange of the pick for one that is missing would be as good and earlier. So
//! a creator for whom all these leave no room is in no such plan.

use std::cmp::Reverse;

use crate::prepare::Bookable;
use crate::problem::{Limits, Part};

/// How many others are looked at for each creator at most: enough where budgets are small, which is where it matters.
const LOOKED_AT: usize = 1000;
/// How many are looked at for all creators of a round, of which this leaves at least [`LOOKED_AT_LEAST`] each.
const LOOKS: usize = 100_000_000;
const LOOKED_AT_LEAST: usize = 50;

/// Those of whom a best plan can be made; `brings` is what the goal counts. Of those left the same holds again, so it is asked
/// as long as it helps: of many creators, few are looked at in the first round.
pub(crate) fn needed(free: &[Bookable], limits: &Limits, brings: impl Fn(&Bookable) -> u64) -> Vec<Bookable> {
    let mut order = free.to_vec();
    order.sort_by_key(|one| (one.price, Reverse(brings(one)), Reverse(one.views), one.candidate));
    loop {
        let looked_at = (LOOKS / order.len().max(1)).clamp(LOOKED_AT_LEAST, LOOKED_AT);
        let is_needed = |at: &usize| {
            let one = &order[*at];
            let is_before = |other: &&Bookable| {
                let may_replace = other.group.is_none() || other.group == one.group;
                may_replace && brings(other) >= brings(one) && other.views >= one.views
            };
            has_room(one, order[..*at].iter().rev().take(looked_at).filter(is_before), limits)
        };
        let kept: Vec<Bookable> = (0..order.len()).filter(is_needed).map(|at| order[at]).collect();
        let helps = !kept.is_empty() && kept.len() <= order.len() / 2;
        order = kept;
        if !helps {
            break;
        }
    }
    order.sort_by_key(|one| one.candidate);
    order
}

/// Whether a booking fits beside all the others.
fn has_room<'b>(one: &Bookable, others: impl Iterator<Item = &'b Bookable>, limits: &Limits) -> bool {
    let whole = Part { picks: limits.picks_max, price: limits.budget };
    let of_group = one.group.map_or(Part::UNLIMITED, |group| limits.groups[group]);
    let alone = Part::default().with(&one.item(0.0));
    let (mut all, mut in_group) = (alone, alone);
    for other in others {
        all = all.with(&other.item(0.0));
        if other.group.is_some() {
            in_group = in_group.with(&other.item(0.0));
        }
        if !all.fits(whole) || !in_group.fits(of_group) {
            return false;
        }
    }
    true
}
