//! Categories by themselves. Where what may be spent on categories binds, each leaves a rest too small for anybody, which a price of
//! its budget does not see. So only what binds categories to each other is given a price: the whole budget, the number of picks
//! and the floor of views; and each category is solved by itself, exactly (`near.rs`), which gives a bound that knows of the rests
//! (Geoffrion, 1974). Then the good sets of each are put together (`combine.rs`): what loses less than the best plan so far is
//! complete, so that the plan is proven where effort suffices.

use crate::combine::{Found, combine};
use crate::near::{Category, Effort, Near};
use crate::problem::{Part, Problem};
use crate::relaxation::{Lines, Relaxed};
use crate::undominated::Counted;

/// Steps to the lowest bound: each solves every category.
const STEPS_MAX: usize = 15;
/// How close to the lowest bound the search for it ends, as a share of it.
const CLOSE: f64 = 1e-5;
/// Sets of a category that are kept at most on the way to the bound, and to put them together.
const STATES_OF_BOUND: usize = 400;
const STATES: usize = 20_000;
/// Changes of sets that are looked at for a category at most on the way to the bound, and for all of them in each round.
const WORK_OF_BOUND: usize = 40_000;
const WORK: usize = 3_000_000;
/// The first losses that are looked at, as a share of what a good plan is worth.
const ALLOWED_FIRST: f64 = 1e-3;
/// How much further each round looks, and how often.
const FURTHER: f64 = 2.5;
const ROUNDS_MAX: usize = 8;

/// Pairs of sets that are put together in all rounds, beyond which there are no more.
const PAIRS_MAX: usize = 3_000_000;
/// Rounds one after the other that neither see all they look for nor find a better plan, beyond which there are no more.
const FRUITLESS_MAX: usize = 1;

/// The best that was found.
pub(crate) struct Solved {
    /// A set within the limits, if any was found.
    pub(crate) chosen: Option<Vec<usize>>,
    /// No set is worth more than this or than the best that is known.
    pub(crate) bound: f64,
}

/// What binds categories to each other, as shares of it.
pub(crate) struct Bonds {
    budget: f64,
    picks: Option<f64>,
    floor: Option<f64>,
}

/// What the bonds are worth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Worths {
    pub(crate) budget: f64,
    pub(crate) picks: f64,
    pub(crate) floor: f64,
}

/// The categories of a problem at the worths that give the lowest bound.
struct Bound {
    worths: Worths,
    bound: f64,
    weights: Vec<f64>,
}

/// Looks for a set that is better than `value`; one that is better by up to `slack` need not be found.
pub(crate) fn apart(problem: &Problem, relaxed: &Relaxed, scale: f64, value: f64, slack: f64) -> Solved {
    let categories = categories(problem);
    let bonds = Bonds::of(problem);
    let lowest = lowest(problem, &categories, &bonds, relaxed, scale);
    let mut solved = Solved { chosen: None, bound: lowest.bound };
    let mut best = value;
    // What is worth nothing does not bind: sets are found without it, and looked at in the end.
    let is_floored = lowest.worths.floor > 0.0;
    let mut counted = Counted { picks: lowest.worths.picks > 0.0, views: false, by_weight: is_floored };
    let mut allowed = (scale * ALLOWED_FIRST).min(lowest.bound - best);
    let (mut fruitless, mut looked_at) = (0, 0);
    for _ in 0..ROUNDS_MAX {
        if solved.bound <= best + slack || fruitless > FRUITLESS_MAX || looked_at > PAIRS_MAX {
            break;
        }
        let effort = Effort { allowed, states: STATES, work: WORK / categories.len() };
        let near = |category: &Category| good_sets((problem, &lowest.weights), category, allowed, effort, counted);
        let lists: Vec<Near> = categories.iter().map(near).collect();
        let at_most = lists.iter().map(|near| near.bound).sum::<f64>() + bonds.worth(lowest.worths);
        let Found { chosen, value, complete, most, pairs } =
            combine((problem, &bonds, lowest.worths), &lists, allowed, counted);
        looked_at += pairs;
        let chosen = chosen.filter(|_| value > best);
        fruitless = if complete < allowed && chosen.is_none() { fruitless + 1 } else { 0 };
        if let Some(chosen) = chosen {
            (solved.chosen, best) = (Some(chosen), value);
        }
        if !counted.by_weight {
            solved.bound = solved.bound.min(most.max(at_most - complete));
        }
        let unknown = (at_most.min(lowest.bound) - best).max(slack);
        if counted.by_weight && allowed >= unknown {
            // By weight a good set was found; that there is no better one takes all that floors tell apart.
            counted = Counted { views: true, by_weight: false, ..counted };
            allowed = unknown / FURTHER;
        } else {
            // Somewhat more than what is unknown, for sums are rounded.
            allowed = (allowed * FURTHER).min(unknown * (1.0 + CLOSE) + slack);
        }
    }
    solved
}

fn categories(problem: &Problem) -> Vec<Category> {
    let groups = problem.limits.groups.iter().map(|limit| Category { items: Vec::new(), limit: *limit });
    let mut categories: Vec<Category> = groups.collect();
    categories.push(Category { items: Vec::new(), limit: Part::UNLIMITED });
    let free = categories.len() - 1;
    for (at, item) in problem.items.iter().enumerate() {
        categories[item.group.unwrap_or(free)].items.push(at);
    }
    categories.retain(|category| !category.items.is_empty());
    categories
}

/// The good sets of a category: all that lose no more than `wanted` of what the best one is worth, where that are not too many.
fn good_sets(
    (problem, weights): (&Problem, &[f64]),
    category: &Category,
    wanted: f64,
    mut effort: Effort,
    counted: Counted,
) -> Near {
    loop {
        let near = category.near(problem, weights, effort, counted);
        if near.is_cut || (!near.states.is_empty() && near.complete >= wanted) {
            return near;
        }
        effort.allowed = if near.states.is_empty() {
            effort.allowed * FURTHER
        } else {
            // Somewhat more, for the difference is rounded.
            effort.allowed + (wanted - near.complete) * (1.0 + CLOSE) + effort.allowed * CLOSE
        };
    }
}

impl Bonds {
    fn of(problem: &Problem) -> Self {
        let limits = problem.limits;
        let has_picks = problem.items.len() > limits.picks_max;
        Self {
            budget: limits.budget as f64,
            picks: has_picks.then_some(limits.picks_max.max(1) as f64),
            floor: (limits.views_min > 0).then_some(limits.views_min as f64),
        }
    }

    /// What the limits themselves are worth.
    fn worth(&self, worths: Worths) -> f64 {
        self.left(0.0, 0.0, 0.0).iter().zip(worths.each()).map(|(left, worth)| left * worth).sum()
    }

    /// What is left of each by sets that use so much together, as a share.
    pub(crate) fn left(&self, price: f64, picks: f64, views: f64) -> [f64; 3] {
        let of = |limit: Option<f64>, used: f64| limit.map_or(0.0, |limit| 1.0 - used / limit);
        [(self.budget - price) / self.budget.max(1.0), of(self.picks, picks), -of(self.floor, views)]
    }

    fn weights(&self, problem: &Problem, worths: Worths) -> Vec<f64> {
        let (fen, pick) = (worths.budget / self.budget.max(1.0), self.picks.map_or(0.0, |picks| worths.picks / picks));
        let view = self.floor.map_or(0.0, |floor| worths.floor / floor);
        problem
            .items
            .iter()
            .map(|item| item.value - fen * item.price as f64 - pick + view * item.views as f64)
            .collect()
    }

    /// About what they are worth by the relaxation, where the lightest that is taken costs as much as a pick.
    fn worths(&self, problem: &Problem, relaxed: &Relaxed) -> Worths {
        let taken = || (0..relaxed.taken.len()).filter(|at| relaxed.taken[*at]);
        let lightest = taken().map(|at| relaxed.weights[at]).fold(f64::INFINITY, f64::min);
        let picks = self.picks.filter(|_| taken().count() == problem.limits.picks_max && lightest.is_finite());
        Worths {
            budget: relaxed.budget_worth,
            picks: picks.map_or(0.0, |picks| picks * lightest.max(0.0)),
            floor: relaxed.floor_worth,
        }
    }
}

impl Worths {
    pub(crate) fn each(self) -> [f64; 3] {
        [self.budget, self.picks, self.floor]
    }

    fn between(self, [budget, picks, floor]: [f64; 3]) -> Self {
        let between = f64::midpoint;
        Self {
            budget: between(self.budget, budget),
            picks: between(self.picks, picks),
            floor: between(self.floor, floor),
        }
    }
}

/// The lowest bound, by cutting planes from the prices of the relaxation.
fn lowest(problem: &Problem, categories: &[Category], bonds: &Bonds, relaxed: &Relaxed, scale: f64) -> Bound {
    let mut lines = Lines::new(bonds.left(0.0, 0.0, 0.0).into_iter(), scale);
    let mut best = evaluated(problem, categories, bonds, bonds.worths(problem, relaxed), scale, &mut lines);
    for _ in 0..STEPS_MAX {
        let Some((lowest, worths)) = lines.lowest() else { break };
        if best.bound - lowest <= CLOSE * best.bound.abs().max(scale) {
            break;
        }
        let Ok(worths) = <[f64; 3]>::try_from(worths) else { break };
        let between = best.worths.between(worths);
        let next = evaluated(problem, categories, bonds, between, scale, &mut lines);
        if next.bound < best.bound {
            best = next;
        }
    }
    best
}

/// The bound at given worths, of which the line is added.
fn evaluated(
    problem: &Problem,
    categories: &[Category],
    bonds: &Bonds,
    worths: Worths,
    scale: f64,
    lines: &mut Lines,
) -> Bound {
    let weights = bonds.weights(problem, worths);
    let by_weight = Counted { picks: false, views: false, by_weight: true };
    let effort = Effort { allowed: scale * ALLOWED_FIRST / 8.0, states: STATES_OF_BOUND, work: WORK_OF_BOUND };
    let mut bound = bonds.worth(worths);
    let (mut price, mut picks, mut views, mut value) = (0.0, 0.0, 0.0, 0.0);
    for category in categories {
        let near = good_sets((problem, &weights), category, 0.0, effort, by_weight);
        bound += near.bound;
        if let Some(state) = near.states.first() {
            price += state.price as f64;
            picks += state.picks as f64;
            views += state.views as f64;
            value += state.value;
        }
    }
    lines.add(bonds.left(price, picks, views).into_iter(), value);
    Bound { worths, bound, weights }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::problem::{Item, Limits};
    use crate::relaxation::relax;

    fn problems() -> impl Strategy<Value = (Vec<Item>, Limits)> {
        let item = (-3_i32..40, 0_u64..30, 0_u64..20, 0_usize..4);
        let part = (prop::option::of(0_usize..4), prop::option::weighted(0.8, 0_u64..50));
        let floor = prop::option::of(1_u64..60);
        (prop::collection::vec(item, 1..11), prop::collection::vec(part, 3), 0_u64..150, 1_usize..12, floor).prop_map(
            |(told, parts, budget, picks_max, floor)| {
                let Part { picks, price } = Part::UNLIMITED;
                let part = |told: &(Option<usize>, Option<u64>)| Part {
                    picks: told.0.unwrap_or(picks),
                    price: told.1.unwrap_or(price),
                };
                let groups = parts.iter().map(part).collect();
                let item = |(value, price, views, group): &(i32, u64, u64, usize)| Item {
                    value: f64::from(*value),
                    price: *price,
                    views: *views,
                    group: (*group < 3).then_some(*group),
                };
                let items = told.iter().map(item).collect();
                (items, Limits { budget, picks_max, views_min: floor.unwrap_or(0), groups })
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn no_set_is_worth_more_than_the_bound_or_the_best_that_is_known(
            (items, limits) in problems(), known in 0_usize..3,
        ) {
            let problem = Problem { items: &items, limits: &limits };
            let sets = (0_u32..1 << items.len()).map(|set| (0..items.len()).filter(|at| set >> at & 1 == 1).collect());
            let worths = sets.filter_map(|set: Vec<usize>| problem.worth(&set));
            let best = worths.fold(f64::NEG_INFINITY, f64::max);
            let relaxed = relax(&problem, 100.0);
            // From nothing known to the best.
            let value = if best.is_finite() && known > 0 { best / 2.0 * known as f64 } else { -200.0 };
            let solved = apart(&problem, &relaxed, 100.0, value, 1e-6);
            let found = solved.chosen.map(|chosen| problem.worth(&chosen).expect("within the limits"));
            let reached = found.unwrap_or(value);
            prop_assert!(reached >= value);
            prop_assert!(solved.bound.max(reached) >= best - 1e-5, "{} {} of {}", solved.bound, reached, best);
            // So few can all be looked at.
            prop_assert!(limits.views_min > 0 || reached >= best - 1e-5, "{} of {}", reached, best);
        }
    }
}
