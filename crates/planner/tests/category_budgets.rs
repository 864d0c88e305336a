//! Plans with a budget for each of many categories and a limit of picks, held against the best by dynamic programming: the
//! budgets together are within the whole budget, so that nothing but the picks binds the categories to each other.

use std::collections::BTreeMap;

use domain::{AuthorId, Fen, PerTier, Tier};
use planner::{Candidate, Cap, Goal, Infeasible, Question, plan};

const CATEGORIES: usize = 16;
/// What prices are multiples of: a hundred yuan.
const UNIT: u64 = 10_000;
/// The budget of each category, in units.
const CAP: usize = 300;
const PICKS: usize = 60;

/// Creators of categories from large to small; views and prices spread over orders of magnitude.
fn market(seed: u64) -> Vec<Candidate> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut candidate = |at: usize| {
        let mut normal = || (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        let log_views = 11.5 + 1.6 * normal();
        let price = (0.55 * log_views + 0.8 * normal() - 3.9).exp();
        let share = random.f64();
        Candidate {
            id: AuthorId::from_integer(at as i64).expect("an id"),
            category: Some(category((share * share * CATEGORIES as f64) as usize).into()),
            views: log_views.exp() as u64,
            interactions: Some((log_views.exp() * (0.01 + 0.05 * random.f64())) as u64),
            range: None,
            prices: PerTier::from_fn(|tier| (tier == Tier::From21To60s).then_some(Fen((price as u64 + 1) * UNIT))),
        }
    };
    (0..2600).map(&mut candidate).collect()
}

fn category(at: usize) -> String {
    format!("category {at}")
}

fn question(goal: Goal) -> Question {
    let cap = Cap { picks: None, budget: Some(Fen(CAP as u64 * UNIT)) };
    Question {
        goal,
        budget: Fen((CAP * CATEGORIES + 200) as u64 * UNIT),
        tiers: vec![Tier::From21To60s],
        must: Vec::new(),
        exclude: Vec::new(),
        caps: (0..CATEGORIES).map(|at| (category(at), cap)).collect(),
        picks_max: Some(PICKS),
        weighed_max: 10_000,
    }
}

/// The most that up to so many picks of one category bring within its budget, by the number of picks.
fn most_of<'c>(candidates: impl Iterator<Item = &'c Candidate>, brings: fn(&Candidate) -> u64) -> Vec<u64> {
    // A row for each number of picks, a column for each budget.
    let mut most = vec![vec![0; CAP + 1]; PICKS + 1];
    for one in candidates {
        let price = one.prices[Tier::From21To60s].map_or(usize::MAX, |Fen(fen)| (fen / UNIT) as usize);
        for picks in (1..=PICKS).rev() {
            let (fewer, more) = most.split_at_mut(picks);
            for spent in price..=CAP {
                more[0][spent] = more[0][spent].max(fewer[picks - 1][spent - price] + brings(one));
            }
        }
    }
    most.iter().map(|by_budget| by_budget[CAP]).collect()
}

/// The most that a plan can bring.
fn most(candidates: &[Candidate], brings: fn(&Candidate) -> u64) -> u64 {
    let mut by_category: BTreeMap<&str, Vec<&Candidate>> = BTreeMap::new();
    for one in candidates {
        by_category.entry(one.category.as_deref().expect("a category")).or_default().push(one);
    }
    let mut together = vec![0; PICKS + 1];
    for of_category in by_category.values() {
        let most = most_of(of_category.iter().copied(), brings);
        let with = |picks: usize| (0..=picks).map(|of| most[of] + together[picks - of]).max().unwrap_or(0);
        together = (0..=PICKS).map(with).collect();
    }
    together[PICKS]
}

const VIEWS: fn(&Candidate) -> u64 = |one| one.views;
const INTERACTIONS: fn(&Candidate) -> u64 = |one| one.interactions.unwrap_or(0);

#[test]
fn no_floor_that_a_plan_reaches_is_called_out_of_reach() {
    for seed in 0..2 {
        let candidates = market(seed);
        let most = most(&candidates, VIEWS);
        for below in [0, most / 100] {
            let floor = most - below;
            match plan(&candidates, &question(Goal::CostPerInteraction { views_min: floor })) {
                Ok(plan) => assert!(plan.totals.views >= floor, "{} is below {floor}", plan.totals.views),
                Err(Infeasible::FloorNotReached { possible, .. }) => assert!(possible >= most, "{possible} of {most}"),
                Err(why) => panic!("{most} is possible, but {why}"),
            }
        }
        let beyond = plan(&candidates, &question(Goal::CostPerInteraction { views_min: most * 2 }));
        let Err(Infeasible::FloorOutOfReach { possible, .. }) = beyond else { panic!("{most} is the most") };
        assert!(possible >= most, "{possible} is possible of {most}");
    }
}

#[test]
fn plans_are_the_best_or_nearly_and_tell_how_far_from_it_they_can_be() {
    for seed in 0..2 {
        let candidates = market(seed);
        for (goal, brings) in [(Goal::Views, VIEWS), (Goal::Interactions, INTERACTIONS)] {
            let most = most(&candidates, brings) as f64;
            let plan = plan(&candidates, &question(goal)).expect("a plan");
            let brought: u64 = plan.picks.iter().map(|pick| brings(&candidates[pick.candidate])).sum();
            assert!(brought as f64 >= 0.999 * most, "{brought} of {most}");
            assert!(most <= brought as f64 / (1.0 - plan.gap) + 0.5, "{most} with a gap of {}", plan.gap);
            assert!(plan.gap <= 0.001, "{}", plan.gap);
        }
    }
}
