//! The answer, and how it is come by.

use domain::{AuthorId, Fen, Tier};

use crate::cost::cheapest;
use crate::outlook::{Outlook, outlook};
use crate::prepare::{Bookable, Prepared, Total, prepare};
use crate::problem::{Item, Problem};
use crate::runner_up::runners_up;
use crate::search::best_sum;
use crate::{Candidate, Goal, Infeasible, Question};

/// A set of creators to book.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The picks, those that bring most first.
    pub picks: Vec<Pick>,
    /// What they cost and bring together.
    pub totals: Totals,
    /// How much better the best plan can be at most, as a share: of the most that is possible, or, of a cost, of this
    /// plan's. Zero where this plan is proven best. Of plans with candidates over the limit of those weighed it tells nothing.
    pub gap: f64,
    /// The range of total views.
    pub outlook: Outlook,
    /// How many candidates were weighed: those that could be booked within the limits, the must-haves among them.
    pub considered: usize,
    /// How many were not, by why.
    pub left_out: LeftOut,
    /// The categories of caps that no candidate is under, so that they limit nothing: perhaps misspelt.
    pub unused_caps: Vec<String>,
    /// Who is excluded and no candidate, so that nobody is kept out: perhaps misspelt.
    pub unused_excludes: Vec<AuthorId>,
}

/// How many candidates were not weighed, each counted once, by the first of these that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// They are excluded.
    pub excluded: usize,
    /// They have no price at the lengths asked for.
    pub unpriced: usize,
    /// The goal counts interactions, and theirs are unknown.
    pub without_interactions: usize,
    /// They cost more than the budget, or than the must-haves leave of it.
    pub over_budget: usize,
    /// The cap of their category, or the number of picks, has no room for them.
    pub over_caps: usize,
    /// They could be booked, and are over the limit of those weighed. A better plan may have them.
    pub over_limit: usize,
}

impl LeftOut {
    /// All of them.
    pub fn total(&self) -> usize {
        let Self { excluded, unpriced, without_interactions, over_budget, over_caps, over_limit } = *self;
        excluded + unpriced + without_interactions + over_budget + over_caps + over_limit
    }
}

/// A creator to book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pick {
    /// Its place among the candidates.
    pub candidate: usize,
    /// The length to book.
    pub tier: Tier,
    /// What it costs.
    pub price: Fen,
    /// Who would replace it.
    pub runner_up: Option<RunnerUp>,
}

/// Who would replace a pick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunnerUp {
    /// Its place among the candidates.
    pub candidate: usize,
    /// The length to book.
    pub tier: Tier,
    /// What it costs.
    pub price: Fen,
}

/// What a plan costs and brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// The sum of prices.
    pub price: Fen,
    /// The sum of expected views.
    pub views: u64,
    /// The sum of expected interactions; none where those of a pick are unknown.
    pub interactions: Option<u64>,
}

/// Answers a question.
///
/// # Errors
/// [`Infeasible`] where no plan keeps the limits, with the limit.
pub fn plan(candidates: &[Candidate], question: &Question) -> Result<Plan, Infeasible> {
    let prepared = prepare(candidates, question)?;
    let brings = |one: &Bookable| question.goal.counted(one.views, one.interactions);
    let (chosen, gap) = match question.goal {
        Goal::Views | Goal::Interactions => most(&prepared, brings),
        Goal::CostPerInteraction { .. } => cheapest(&prepared)?,
    };
    let mut picks: Vec<Bookable> = prepared.musts.clone();
    picks.extend(chosen.iter().map(|at| prepared.free[*at]));
    picks.sort_by_key(|one| (std::cmp::Reverse(brings(one)), one.price, one.candidate));
    let runners_up = runners_up(&prepared, &picks, question.goal);
    let booked: Vec<&Candidate> = picks.iter().map(|one| &candidates[one.candidate]).collect();
    let total = picks.iter().fold(Total::default(), Total::with);
    Ok(Plan {
        totals: Totals {
            price: Fen(total.price),
            views: total.views,
            interactions: booked.iter().all(|one| one.interactions.is_some()).then_some(total.interactions),
        },
        gap,
        outlook: outlook(&booked, candidates),
        considered: prepared.considered,
        left_out: prepared.left_out,
        unused_caps: prepared.unused_caps,
        unused_excludes: prepared.unused_excludes,
        picks: picks.iter().zip(runners_up).map(|(one, next)| pick(one, next)).collect(),
    })
}

/// The choice that brings most, and how much more the best could bring at most.
fn most(prepared: &Prepared, brings: impl Fn(&Bookable) -> u64) -> (Vec<usize>, f64) {
    // What brings nothing is left out of the choice, for it would only cost.
    let places: Vec<usize> = (0..prepared.free.len()).filter(|at| brings(&prepared.free[*at]) > 0).collect();
    let item = |at: &usize| prepared.free[*at].item(brings(&prepared.free[*at]) as f64);
    let items: Vec<Item> = places.iter().map(item).collect();
    let solved = best_sum(&Problem { items: &items, limits: &prepared.left }, Vec::new());
    let musts: f64 = prepared.musts.iter().map(|one| brings(one) as f64).sum();
    let (value, bound) = (solved.value + musts, solved.bound + musts);
    let gap = if bound > value { (bound - value) / bound } else { 0.0 };
    (solved.chosen.iter().map(|at| places[*at]).collect(), gap)
}

fn pick(one: &Bookable, next: Option<Bookable>) -> Pick {
    let runner_up = next.map(|next| RunnerUp { candidate: next.candidate, tier: next.tier, price: next.price });
    Pick { candidate: one.candidate, tier: one.tier, price: one.price, runner_up }
}
