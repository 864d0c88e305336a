//! The best set of items. The relaxation tells of most items what they are in every better plan; the few that it leaves
//! open go to the library's branch and bound, first the closest calls alone, then more, until nothing left out can matter.

use std::cmp::Reverse;

use microlp::{ComparisonOp, OptimizationDirection, SolveOptions, Variable};

use crate::apart::apart;
use crate::problem::{Item, Problem, Used};
use crate::relaxation::{Relaxed, relax};

/// Open items of the first round; each further round takes four times as many.
const OPEN_FIRST: usize = 64;
/// Open items of the last round at most.
const OPEN_MAX: usize = 4096;
/// Nodes of the first search among what is close, which need not prove anything.
const NODES_IMPROVING: usize = 3000;
/// Nodes of a search among what is close in a category, of which there are many.
const NODES_REARRANGING: usize = 500;
/// How often the best set is improved category by category, at most.
const IMPROVEMENTS_MAX: usize = 3;
/// How close to the bound, as a share of what a good set is worth, a set is good enough to begin proving.
const CLOSE_ENOUGH: f64 = 0.0005;
/// Items looked at to fill plans after exchanges.
const EXCHANGE_LOOKS: usize = 2_000_000;
/// Nodes of branch and bound in a round; fewer as its items are more, so that every round takes about as long.
const NODES: usize = 12_000;

/// How far off a whole number, or beyond a limit, the library may be: views in the hundreds of millions are told apart by one.
const PRECISION: f64 = 1e-9;

/// The best set that was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Solved {
    /// The items taken.
    pub(crate) chosen: Vec<usize>,
    /// What they are worth.
    pub(crate) value: f64,
    /// No set is worth more. The value itself where the set is proven best.
    pub(crate) bound: f64,
}

/// The best set where worths are whole numbers, from one that keeps the limits.
pub(crate) fn best_sum(problem: &Problem, start: Vec<usize>) -> Solved {
    let best_for_money = sorted(problem, |at| -(problem.items[at].value / problem.items[at].price.max(1) as f64));
    let scale = problem.used(&problem.fill(best_for_money.into_iter())).value.max(1.0);
    solve(problem, start, scale, 0.9)
}

/// Finds the best set, from one that keeps the limits; `scale` is about what a good set is worth, and sets whose worth differs
/// by up to `slack` count as equally good.
pub(crate) fn solve(problem: &Problem, start: Vec<usize>, scale: f64, slack: f64) -> Solved {
    if problem.items.is_empty() {
        return Solved { chosen: start, value: 0.0, bound: 0.0 };
    }
    let relaxed = relax(problem, scale);
    let mut best = Best { problem, value: problem.used(&start).value, chosen: start, slack };
    let mut bound = relaxed.bound;
    if relaxed.category_binds {
        let found = apart(problem, &relaxed, scale, best.value, slack);
        bound = bound.min(found.bound);
        best.offer(found.chosen.unwrap_or_default());
    }
    if !best.could_be_beaten(bound) || (relaxed.category_binds && bound - best.value <= scale * CLOSE_ENOUGH) {
        return best.solved(bound);
    }
    improve(&relaxed, scale, &mut best);
    let order = sorted(problem, |at| relaxed.losses[at]);
    let mut size = OPEN_FIRST;
    loop {
        let open = &order[..size.min(order.len())];
        let core = Core::new(problem, &relaxed.taken, open);
        let nodes = (NODES * OPEN_FIRST / open.len().max(1)).max(200);
        let among = core.search(nodes, &mut best).unwrap_or(relaxed.bound);
        let beyond = order.get(open.len()).map_or(f64::NEG_INFINITY, |at| relaxed.bound - relaxed.losses[*at]);
        bound = bound.min(among.max(beyond));
        let undecided = order.partition_point(|at| best.could_be_beaten(relaxed.bound - relaxed.losses[*at]));
        if !best.could_be_beaten(bound) || open.len() >= undecided.min(OPEN_MAX) {
            break;
        }
        size = undecided.min(size * 4).min(OPEN_MAX);
    }
    best.solved(bound)
}

/// All items, the one with the least `key` first.
fn sorted(problem: &Problem, key: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..problem.items.len()).collect();
    order.sort_by(|a, b| key(*a).total_cmp(&key(*b)));
    order
}

/// Good sets, before anything is proven. By loss alone the cheapest items are the closest calls, whatever they are worth; but what
/// is left of a budget is won or lost among items that are close for their price, and those that are dear.
fn improve(relaxed: &Relaxed, scale: f64, best: &mut Best) {
    let problem = best.problem;
    let for_money = |at: usize| relaxed.weights[at] / problem.items[at].price.max(1) as f64;
    let best_for_money = sorted(problem, |at| -for_money(at));
    let closest = sorted(problem, |at| for_money(at).abs());
    for order in [&sorted(problem, |at| -relaxed.weights[at]), &best_for_money] {
        let worthy = order.iter().filter(|at| problem.items[**at].value > 0.0 || relaxed.taken[**at]);
        best.offer(problem.fill(worthy.copied()));
    }
    Core::new(problem, &relaxed.taken, &closest[..OPEN_FIRST.min(closest.len())]).search(NODES_IMPROVING, best);
    for _ in 0..IMPROVEMENTS_MAX {
        if relaxed.bound - best.value <= scale * CLOSE_ENOUGH {
            break;
        }
        let before = best.value;
        rearrange(&closest, best);
        exchange(relaxed, &best_for_money, best);
        if best.value <= before {
            break;
        }
    }
}

/// Searches among what is close in each capped category, and among all, while all else stays: what each category leaves of its own
/// budget is not to be won by items that are close among all.
fn rearrange(closest: &[usize], best: &mut Best) {
    let problem = best.problem;
    for group in (0..problem.limits.groups.len()).map(Some).chain([None]) {
        let is_in = |at: &usize| group.is_none() || problem.items[*at].group == group;
        let open: Vec<usize> = closest.iter().copied().filter(is_in).take(OPEN_FIRST).collect();
        let taken = best.is_taken();
        Core::new(problem, &taken, &open).search(NODES_REARRANGING, best);
    }
}

/// Takes a dear item that is left, or leaves one that is taken, and fills the rest for money. Moving that much money from here to
/// there takes more exchanges than a search among a few items has.
fn exchange(relaxed: &Relaxed, for_money: &[usize], best: &mut Best) {
    let problem = best.problem;
    let is_open = |at: &usize| best.could_be_beaten(relaxed.bound - relaxed.losses[*at]);
    let mut dear: Vec<usize> = (0..problem.items.len()).filter(is_open).collect();
    dear.sort_by_key(|at| Reverse(problem.items[*at].price));
    dear.truncate(EXCHANGE_LOOKS / problem.items.len().max(1));
    for at in dear {
        let taken = best.is_taken();
        let is_other = |other: &&usize| **other != at;
        let first = (!taken[at]).then_some(&at);
        let kept = for_money.iter().filter(|other| taken[**other]).filter(is_other);
        let worthy = |other: &&usize| !taken[**other] && problem.items[**other].value > 0.0;
        let filled = for_money.iter().filter(worthy).filter(is_other);
        best.offer(problem.fill(first.into_iter().chain(kept).chain(filled).copied()));
    }
}

/// The best set so far.
struct Best<'a> {
    problem: &'a Problem<'a>,
    chosen: Vec<usize>,
    value: f64,
    slack: f64,
}

impl Best<'_> {
    /// Takes a set that keeps the limits and is worth more.
    fn offer(&mut self, chosen: Vec<usize>) {
        if let Some(value) = self.problem.worth(&chosen).filter(|value| *value > self.value) {
            (self.chosen, self.value) = (chosen, value);
        }
    }

    /// Whether each item is in it.
    fn is_taken(&self) -> Vec<bool> {
        let mut taken = vec![false; self.problem.items.len()];
        self.chosen.iter().for_each(|at| taken[*at] = true);
        taken
    }

    /// With a bound on what any set is worth.
    fn solved(self, bound: f64) -> Solved {
        let bound = if self.could_be_beaten(bound) { bound } else { self.value };
        Solved { chosen: self.chosen, value: self.value, bound }
    }

    /// Whether a set of that worth would be better.
    fn could_be_beaten(&self, bound: f64) -> bool {
        bound > self.value + self.slack
    }
}

/// The open items of a round; of all others it is settled whether they are taken.
struct Core<'a> {
    problem: &'a Problem<'a>,
    open: &'a [usize],
    /// The items taken that are not open.
    taken: Vec<usize>,
    used: Used,
}

impl<'a> Core<'a> {
    /// With what is `taken` of the items that are not open.
    fn new(problem: &'a Problem<'a>, taken: &[bool], open: &'a [usize]) -> Self {
        let mut closed = taken.to_vec();
        open.iter().for_each(|at| closed[*at] = false);
        let taken: Vec<usize> = (0..closed.len()).filter(|at| closed[*at]).collect();
        let used = problem.used(&taken);
        Self { problem, open, taken, used }
    }

    /// Searches, offers what it finds, and gives a bound on the worth of plans in which nothing but open items differs; none
    /// where the search came to no end.
    fn search(&self, nodes: usize, best: &mut Best) -> Option<f64> {
        if !self.used.fits(self.problem.limits) {
            return Some(f64::NEG_INFINITY);
        }
        let (program, variables) = self.program();
        let mut options = SolveOptions::default();
        options.node_limit = Some(nodes as u64);
        options.warm_start = self.hint(best, &variables);
        (options.int_tol, options.tolerances.feasibility) = (PRECISION, PRECISION);
        let outcome = match program.solve_with(options) {
            Ok(outcome) => outcome,
            Err(microlp::Error::Infeasible) => return Some(f64::NEG_INFINITY),
            Err(_) => return None,
        };
        if let Some(solution) = outcome.solution() {
            let is_taken = |(at, variable): (&usize, &Variable)| (solution.var_value(*variable) > 0.5).then_some(*at);
            let found = self.open.iter().zip(&variables).filter_map(is_taken);
            best.offer(self.taken.iter().copied().chain(found).collect());
        }
        outcome.stats().best_bound.map(|bound| bound + self.used.value)
    }

    fn program(&self) -> (microlp::Problem, Vec<Variable>) {
        let limits = self.problem.limits;
        let items = || self.open.iter().map(|at| &self.problem.items[*at]);
        let mut program = microlp::Problem::new(OptimizationDirection::Maximize);
        let variables: Vec<Variable> = items().map(|item| program.add_binary_var(item.value)).collect();
        let mut at_most = |amounts: Vec<u64>, left: u64| {
            // What all open items together keep is no limit.
            if amounts.iter().copied().fold(0, u64::saturating_add) <= left {
                return;
            }
            let divisor = amounts.iter().copied().fold(0, common_divisor).max(1);
            let unit = (amounts.iter().copied().max().unwrap_or(0) as f64 / divisor as f64 / 1000.0).max(1.0);
            let terms = variables.iter().zip(&amounts).filter(|(_, amount)| **amount > 0);
            let terms = terms.map(|(variable, amount)| (*variable, (*amount / divisor) as f64 / unit));
            program.add_constraint(terms, ComparisonOp::Le, (left / divisor) as f64 / unit);
        };
        at_most(items().map(|item| item.price).collect(), limits.budget - self.used.price);
        at_most(vec![1; self.open.len()], (limits.picks_max - self.used.picks) as u64);
        for (group, (most, used)) in limits.groups.iter().zip(&self.used.groups).enumerate() {
            let (left, is_in) = (most.less(*used), |item: &Item| item.group == Some(group));
            at_most(items().map(|item| u64::from(is_in(item))).collect(), left.picks as u64);
            at_most(items().map(|item| if is_in(item) { item.price } else { 0 }).collect(), left.price);
        }
        let missing = limits.views_min.saturating_sub(self.used.views) as f64;
        if missing > 0.0 {
            let unit = (items().map(|item| item.views).max().unwrap_or(0) as f64 / 1000.0).max(1.0);
            let terms = variables.iter().zip(items()).map(|(variable, item)| (*variable, item.views as f64 / unit));
            program.add_constraint(terms, ComparisonOp::Ge, missing / unit);
        }
        (program, variables)
    }

    /// The best set so far as values of the open items, where it agrees with what is closed.
    fn hint(&self, best: &Best, variables: &[Variable]) -> Option<Vec<(Variable, f64)>> {
        let in_best = best.is_taken();
        let open = self.open.iter().filter(|at| in_best[**at]).count();
        let agrees = self.taken.iter().all(|at| in_best[*at]) && open + self.taken.len() == best.chosen.len();
        agrees.then(|| {
            variables
                .iter()
                .zip(self.open)
                .map(|(variable, at)| (*variable, f64::from(u8::from(in_best[*at]))))
                .collect()
        })
    }
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
