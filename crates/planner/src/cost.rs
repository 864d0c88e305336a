//! The lowest cost per interaction: a quotient, made a series of sums (Dinkelbach, 1967). At a price t for an interaction a plan is
//! worth t × interactions − price; the best plan by that sum is cheaper per interaction than t, and the next t is its own cost;
//! when no plan is worth more than nothing, t is the lowest cost.

use crate::Infeasible;
use crate::prepare::{Bookable, Prepared};
use crate::problem::{Item, Limits, Problem};
use crate::relaxation::relax;
use crate::search::{best_sum, solve};

/// Rounds are few: costs fall faster than any geometric series.
const ROUNDS_MAX: usize = 30;
/// Worth below this share of the plan's price is the rounding of sums.
const ROUNDING: f64 = 1e-9;

/// The plan of the lowest cost per interaction, and how far above the lowest it can be at most, as a share of its cost.
pub(crate) fn cheapest(prepared: &Prepared) -> Result<(Vec<usize>, f64), Infeasible> {
    let mut chosen = reaching_floor(prepared)?;
    let mut gap = 1.0;
    for _ in 0..ROUNDS_MAX {
        let now = prepared.total(&chosen);
        let price_of_one = now.price as f64 / now.interactions as f64;
        let (next, bound) = round(prepared, chosen.clone(), price_of_one);
        if !prepared.total(&next).costs_less_than(&now) {
            gap = relative_gap(prepared, bound, price_of_one);
            break;
        }
        chosen = next;
    }
    Ok((chosen, gap))
}

/// A plan that reaches the floor of views and has interactions.
fn reaching_floor(prepared: &Prepared) -> Result<Vec<usize>, Infeasible> {
    let without_floor = Limits { views_min: 0, ..prepared.left.clone() };
    let by_views = items(prepared, |one| one.views as f64);
    let most = best_sum(&Problem { items: &by_views, limits: &without_floor }, Vec::new()).chosen;
    let total = prepared.total(&most);
    if total.views < prepared.limits.views_min {
        return Err(Infeasible::FloorOutOfReach { floor: prepared.limits.views_min, most: total.views });
    }
    if total.interactions > 0 {
        return Ok(most);
    }
    let by_interactions = items(prepared, |one| one.interactions as f64);
    let most = best_sum(&Problem { items: &by_interactions, limits: &prepared.left }, most).chosen;
    if prepared.total(&most).interactions > 0 { Ok(most) } else { Err(Infeasible::NoInteractions) }
}

/// The best plan at a price for an interaction, and a bound on the worth of any.
fn round(prepared: &Prepared, start: Vec<usize>, price_of_one: f64) -> (Vec<usize>, f64) {
    let worth = |one: &Bookable| price_of_one * one.interactions as f64 - one.price.0 as f64;
    let items = items(prepared, worth);
    let scale = prepared.total(&start).price.max(1) as f64;
    let solved = solve(&Problem { items: &items, limits: &prepared.left }, start, scale, scale * ROUNDING);
    let musts: f64 = prepared.musts.iter().map(worth).sum();
    (solved.chosen, solved.bound + musts)
}

/// A plan of e interactions that costs r for each is worth e × (t − r) at the price t, so r is at least t − bound ÷ e, and e is
/// at least the fewest interactions that any plan within the limits has.
fn relative_gap(prepared: &Prepared, bound: f64, price_of_one: f64) -> f64 {
    let scale = prepared.total(&Vec::from_iter(0..prepared.free.len())).interactions.max(1) as f64;
    if bound <= price_of_one * scale * ROUNDING {
        return 0.0;
    }
    let negative = items(prepared, |one| -(one.interactions as f64));
    let relaxed = relax(&Problem { items: &negative, limits: &prepared.left }, scale);
    let fewest = prepared.total(&[]).interactions as f64 - relaxed.bound;
    if fewest > 0.0 { (bound / (fewest * price_of_one)).min(1.0) } else { 1.0 }
}

fn items(prepared: &Prepared, worth: impl Fn(&Bookable) -> f64) -> Vec<Item> {
    prepared.free.iter().map(|one| one.item(worth(one))).collect()
}
