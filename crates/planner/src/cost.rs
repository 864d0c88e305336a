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
/// Chords are few: each costs a relaxation, and any of them gives a bound that holds.
const CHORDS_MAX: usize = 12;
/// How close to the highest price the search for it ends, as a share of what is then unknown of the cost.
const CLOSE: f64 = 0.05;
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
            let lowest = lowest_possible(prepared, bound, price_of_one);
            gap = if lowest < price_of_one { 1.0 - lowest / price_of_one } else { 0.0 };
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
    let solved = best_sum(&Problem { items: &by_views, limits: &without_floor }, Vec::new());
    let total = prepared.total(&solved.chosen);
    let (floor, most) = (prepared.limits.views_min, total.views);
    if most < floor {
        // Where the most is not proven, what it is below may be possible.
        let beyond = (solved.bound - solved.value).ceil() as u64;
        let possible = most.saturating_add(beyond);
        return Err(match possible < floor {
            true => Infeasible::FloorOutOfReach { floor, most, possible },
            false => Infeasible::FloorNotReached { floor, most, possible },
        });
    }
    let most = solved.chosen;
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

/// What an interaction costs at least in any plan, where no plan is worth more than `bound` at the price `price_of_one`.
///
/// A plan of e interactions that costs r for each is worth e × (t − r) at the price t, so r is at least t − bound ÷ e, and e is at
/// least the fewest interactions of any plan. That takes the bound for what the smallest plan could save, often many times too much.
/// But the most that a plan is worth is convex in t, being the greatest of straight lines, so it lies below every chord between two of
/// its bounds: where the chord to `bound` from a lower price, at which the relaxation bounds it below nothing, crosses nothing, no
/// plan is worth anything, so none costs less. Such prices are sought by halves, up to the highest there is.
fn lowest_possible(prepared: &Prepared, bound: f64, price_of_one: f64) -> f64 {
    let scale = prepared.total(&Vec::from_iter(0..prepared.free.len())).interactions.max(1) as f64;
    if bound <= price_of_one * scale * ROUNDING {
        return price_of_one;
    }
    let negative = items(prepared, |one| -(one.interactions as f64));
    let relaxed = relax(&Problem { items: &negative, limits: &prepared.left }, scale);
    let fewest = prepared.total(&[]).interactions as f64 - relaxed.bound;
    let mut best = if fewest > 0.0 { (price_of_one - bound / fewest).max(0.0) } else { 0.0 };
    let crossing = |low: f64, worth: f64| low - worth * (price_of_one - low) / (bound - worth);
    let (mut low, mut high) = (0.0, price_of_one);
    for _ in 0..CHORDS_MAX {
        let next = if best < high { f64::midpoint(low, high).max(best) } else { f64::midpoint(low, high) };
        let worth = worth_at_most(prepared, next, price_of_one * scale);
        if worth > 0.0 {
            high = next;
        } else {
            low = next;
            best = best.max(crossing(low, worth));
        }
        if high - low <= CLOSE * (price_of_one - best) {
            break;
        }
    }
    best.min(price_of_one)
}

/// The most that a plan can be worth at a price for an interaction, by the relaxation.
fn worth_at_most(prepared: &Prepared, price_of_one: f64, scale: f64) -> f64 {
    let worth = |one: &Bookable| price_of_one * one.interactions as f64 - one.price.0 as f64;
    let items = items(prepared, worth);
    let musts: f64 = prepared.musts.iter().map(worth).sum();
    let relaxed =
        if items.is_empty() { 0.0 } else { relax(&Problem { items: &items, limits: &prepared.left }, scale).bound };
    relaxed + musts
}

fn items(prepared: &Prepared, worth: impl Fn(&Bookable) -> f64) -> Vec<Item> {
    prepared.free.iter().map(|one| one.item(worth(one))).collect()
}

#[cfg(test)]
mod tests {
    use domain::{AuthorId, Fen, PerTier, Tier};
    use proptest::prelude::*;

    use super::*;
    use crate::prepare::prepare;
    use crate::{Candidate, Cap, Goal, Question};

    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        let one = (any::<bool>(), 0_u64..400, 0_u64..120, 1_u64..600);
        prop::collection::vec(one, 2..10).prop_map(|told| {
            let candidate = |(at, (capped, views, interactions, price)): (_, (bool, _, _, _))| Candidate {
                id: AuthorId::from_integer(at).expect("an id"),
                category: capped.then(|| "美食".into()),
                views,
                interactions: Some(interactions),
                range: None,
                prices: PerTier::from_fn(|tier| (tier == Tier::From21To60s).then_some(Fen(price))),
            };
            (0..).zip(told).map(candidate).collect()
        })
    }

    fn questions() -> impl Strategy<Value = Question> {
        let musts = prop::collection::vec((0_i64..2).prop_map(|at| AuthorId::from_integer(at).expect("an id")), 0..2);
        (1_u64..900, 100_u64..2000, 50_u64..600, musts).prop_map(|(views_min, budget, cap, must)| Question {
            goal: Goal::CostPerInteraction { views_min },
            budget: Fen(budget),
            tiers: vec![Tier::From21To60s],
            must,
            exclude: Vec::new(),
            caps: [("美食".to_owned(), Cap { picks: Some(3), budget: Some(Fen(cap)) })].into(),
            picks_max: None,
            weighed_max: 100,
        })
    }

    /// The price and the interactions of every plan within the limits.
    fn plans(prepared: &Prepared) -> Vec<(f64, f64)> {
        let items = items(prepared, |_| 0.0);
        let problem = Problem { items: &items, limits: &prepared.left };
        let sets = (0_u32..1 << items.len()).map(|set| (0..items.len()).filter(|at| set >> at & 1 == 1).collect());
        let kept = sets.filter(|set: &Vec<usize>| problem.worth(set).is_some()).map(|set| prepared.total(&set));
        kept.map(|total| (total.price as f64, total.interactions as f64)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn no_plan_costs_less_than_what_is_told_as_possible(
            candidates in candidates(), question in questions(), above in 0.0_f64..0.5, loose in 0.0_f64..0.5,
        ) {
            let Ok(prepared) = prepare(&candidates, &question) else { return Ok(()) };
            let plans = plans(&prepared);
            let costs = plans.iter().filter(|(_, interactions)| *interactions > 0.0).map(|(price, ones)| price / ones);
            let Some(lowest) = costs.min_by(f64::total_cmp) else { return Ok(()) };
            // A plan that is not the best, with a bound that is not the tightest.
            let price_of_one = lowest * (1.0 + above);
            let worths = || plans.iter().map(|(price, ones)| price_of_one * ones - price);
            let most = worths().max_by(f64::total_cmp).expect("a plan");
            let bound = most + loose * most.abs().max(1.0);
            let told = lowest_possible(&prepared, bound, price_of_one);
            prop_assert!(told <= lowest * (1.0 + 1e-7), "{} costs less than {}", lowest, told);
            prop_assert!((0.0..=price_of_one).contains(&told), "{} is not a share of {}", told, price_of_one);
        }
    }

    /// One creator reaches the floor alone with a thousandth of the interactions of the cheapest plan.
    #[test]
    fn a_small_plan_that_is_possible_leaves_the_cost_of_a_large_one_no_more_open() {
        let of = |at: i64, views, price| Candidate {
            id: AuthorId::from_integer(at).expect("an id"),
            category: None,
            views,
            interactions: Some(views),
            range: None,
            prices: PerTier::from_fn(|tier| (tier == Tier::From21To60s).then_some(Fen(price))),
        };
        let question = Question {
            goal: Goal::CostPerInteraction { views_min: 1 },
            budget: Fen(10_000),
            tiers: vec![Tier::From21To60s],
            must: Vec::new(),
            exclude: Vec::new(),
            caps: [].into(),
            picks_max: None,
            weighed_max: 100,
        };
        let prepared = prepare(&[of(0, 1, 10), of(1, 1_000, 1_000)], &question).expect("a question");
        // At 1.02 the large one is worth 20, and nothing more than 25 is known to be impossible.
        let told = lowest_possible(&prepared, 25.0, 1.02);
        assert!((0.99..=1.0).contains(&told), "{told}");
    }
}
