//! A bound on what any plan can be worth. The budget, what may be spent on a category and the floor of views are given prices
//! instead: with any prices, none below zero, the best choice by what items are then worth is at least as good as the best
//! plan. The lowest such bound is sought by cutting planes (Kelley, 1960): each choice is a line below
//! which the bound cannot lie, and a small linear program tells where the lines leave it lowest.

use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, SolveOutcome, Variable};

use crate::choice::{Choice, choose, losses};
use crate::problem::Problem;

/// Steps are few: each costs a pass over the items, and any prices give a bound that holds.
const STEPS_MAX: usize = 200;
/// Relative distance from the lowest bound at which the search for it ends.
const CLOSE: f64 = 1e-9;
/// The most that the budget or the floor may be worth, as a multiple of a good plan's worth.
const WORTH_MAX: f64 = 1000.0;

/// Categories whose budget is given a price, at most.
const GROUPS_MAX: usize = 64;

/// The lowest bound that was found.
pub(crate) struct Relaxed {
    /// No plan is worth more.
    pub(crate) bound: f64,
    /// The choice that gives it; it may break what has a price instead.
    pub(crate) taken: Vec<bool>,
    /// What items are worth in it.
    pub(crate) weights: Vec<f64>,
    /// How much lower the bound lies, at least, for plans in which an item is not what it is in the choice.
    pub(crate) losses: Vec<f64>,
    /// What the whole budget is worth in it, and the whole floor of views.
    pub(crate) budget_worth: f64,
    pub(crate) floor_worth: f64,
    /// Whether what may be spent on a category is worth anything in it.
    pub(crate) category_binds: bool,
}

/// A limit that is a sum: the shares of the items taken add up to 1 at most, or, of the floor, to −1.
struct Row {
    /// Items and their shares.
    shares: Vec<(usize, f64)>,
    right: f64,
}

/// Finds the bound; `scale` is about what a good plan is worth.
pub(crate) fn relax(problem: &Problem, scale: f64) -> Relaxed {
    let rows = rows(problem);
    let mut best = Evaluated::at(problem, &rows, vec![0.0; rows.len()]);
    let mut lines = Lines::new(rows.iter().map(|row| row.right), scale);
    add(&mut lines, &rows, &best, problem);
    for _ in 0..STEPS_MAX {
        let Some((lowest, worths)) = lines.lowest() else { break };
        if best.bound - lowest <= CLOSE * best.bound.abs().max(scale) {
            break;
        }
        let halfway = best.worths.iter().zip(worths).map(|(best, lowest)| f64::midpoint(*best, lowest)).collect();
        let next = Evaluated::at(problem, &rows, halfway);
        add(&mut lines, &rows, &next, problem);
        if next.bound < best.bound {
            best = next;
        }
    }
    let losses = losses(&best.choice, &best.weights, problem.items, problem.limits);
    let floor_worth = if problem.limits.views_min > 0 { best.worths[1] } else { 0.0 };
    let of_categories = 1 + usize::from(problem.limits.views_min > 0);
    Relaxed {
        bound: best.bound,
        taken: best.choice.taken,
        weights: best.weights,
        losses,
        budget_worth: best.worths[0],
        floor_worth,
        category_binds: best.worths[of_categories..].iter().any(|worth| *worth > 0.0),
    }
}

/// Adds the line of a choice: its value, and what it leaves of each row.
fn add(lines: &mut Lines, rows: &[Row], found: &Evaluated, problem: &Problem) {
    let is_taken = |at: &usize| found.choice.taken[*at];
    let value = (0..problem.items.len()).filter(is_taken).map(|at| problem.items[at].value).sum::<f64>();
    let used = |row: &Row| row.shares.iter().filter(|(at, _)| is_taken(at)).map(|(_, share)| share).sum::<f64>();
    lines.add(rows.iter().map(|row| row.right - used(row)), value);
}

fn rows(problem: &Problem) -> Vec<Row> {
    let limits = problem.limits;
    // Of no budget, only what is free may be taken.
    let budget = limits.budget.max(1) as f64;
    let shares = problem.items.iter().map(|item| item.price as f64 / budget).enumerate().collect();
    let mut rows = vec![Row { shares, right: limits.budget as f64 / budget }];
    if limits.views_min > 0 {
        let floor = limits.views_min as f64;
        let shares = problem.items.iter().map(|item| -(item.views as f64) / floor).enumerate().collect();
        rows.push(Row { shares, right: -1.0 });
    }
    rows.extend(dearest(problem).into_iter().map(|group| {
        let most = limits.groups[group].price as f64;
        let of_group = problem.items.iter().enumerate().filter(|(_, item)| item.group == Some(group));
        Row { shares: of_group.map(|(at, item)| (at, item.price as f64 / most)).collect(), right: 1.0 }
    }));
    rows
}

/// The groups whose items together cost more than may be spent on them, of many those that do most. The others go without a price,
/// which gives a bound that holds.
fn dearest(problem: &Problem) -> Vec<usize> {
    let limits = &problem.limits.groups;
    let mut together = vec![0_u64; limits.len()];
    for item in problem.items {
        if let Some(group) = item.group {
            together[group] = together[group].saturating_add(item.price);
        }
    }
    let mut beyond: Vec<usize> = (0..limits.len()).filter(|at| together[*at] > limits[*at].price).collect();
    let times = |at: &usize| together[*at] as f64 / limits[*at].price as f64;
    beyond.sort_by(|a, b| times(b).total_cmp(&times(a)));
    beyond.truncate(GROUPS_MAX);
    beyond
}

/// The bound at given prices of the rows.
struct Evaluated {
    worths: Vec<f64>,
    bound: f64,
    weights: Vec<f64>,
    choice: Choice,
}

impl Evaluated {
    fn at(problem: &Problem, rows: &[Row], worths: Vec<f64>) -> Self {
        let mut weights: Vec<f64> = problem.items.iter().map(|item| item.value).collect();
        for (row, worth) in rows.iter().zip(&worths) {
            if *worth > 0.0 {
                row.shares.iter().for_each(|(at, share)| weights[*at] -= worth * share);
            }
        }
        let choice = choose(&weights, problem.items, problem.limits);
        let bound = choice.weight + rows.iter().zip(&worths).map(|(row, worth)| row.right * worth).sum::<f64>();
        Self { worths, bound, weights, choice }
    }
}

/// The lines found so far, as a linear program in what the rows are worth and the bound.
pub(crate) struct Lines {
    scale: f64,
    bound: Variable,
    worths: Vec<Variable>,
    solved: Option<SolveOutcome>,
}

impl Lines {
    /// With the line of taking nothing, which leaves `rights`.
    pub(crate) fn new(rights: impl Iterator<Item = f64>, scale: f64) -> Self {
        let mut problem = microlp::Problem::new(OptimizationDirection::Minimize);
        let bound = problem.add_var(1.0, (-WORTH_MAX * WORTH_MAX, f64::INFINITY));
        let of_rows: Vec<(Variable, f64)> =
            rights.map(|right| (problem.add_var(0.0, (0.0, WORTH_MAX)), right)).collect();
        problem.add_constraint(line(bound, of_rows.iter().copied()), ComparisonOp::Ge, 0.0);
        let worths = of_rows.into_iter().map(|(worth, _)| worth).collect();
        Self { scale, bound, worths, solved: problem.solve().ok() }
    }

    /// Adds the line of a choice: what it leaves of each row, and its value.
    pub(crate) fn add(&mut self, left: impl Iterator<Item = f64>, value: f64) {
        let line = line(self.bound, self.worths.iter().copied().zip(left));
        let solution = self.solved.take().and_then(|outcome| outcome.into_solution().ok());
        self.solved =
            solution.and_then(|solution| solution.add_constraint(line, ComparisonOp::Ge, value / self.scale).ok());
    }

    /// The least that the bound can be by these lines, and where; none where the program cannot be solved, which ends the
    /// search with the bound there is.
    pub(crate) fn lowest(&self) -> Option<(f64, Vec<f64>)> {
        let solution = self.solved.as_ref()?.solution()?;
        let worths = self.worths.iter().map(|worth| solution.var_value(*worth).max(0.0) * self.scale).collect();
        Some((solution.objective() * self.scale, worths))
    }
}

/// bound − Σ left × worth, which is at least the value of the choice.
fn line(bound: Variable, left: impl Iterator<Item = (Variable, f64)>) -> LinearExpr {
    let mut line = LinearExpr::empty();
    line.add(bound, 1.0);
    left.for_each(|(worth, left)| line.add(worth, -left));
    line
}
