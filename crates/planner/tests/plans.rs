//! Plans against every possible one: small questions of all kinds, whose best answer is found by trying all sets.

use domain::{AuthorId, Fen, PerTier, Tier};
use planner::{Candidate, Cap, Goal, Infeasible, Plan, Question, plan};
use proptest::prelude::*;

const CATEGORIES: [&str; 3] = ["美食", "美妆", "游戏"];

fn id(at: usize) -> AuthorId {
    AuthorId::from_integer(at as i64).expect("an id")
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let price = || prop::option::weighted(0.8, (0_u64..60).prop_map(Fen));
    let one = (0_usize..5, 0_u64..40, prop::option::weighted(0.8, 0_u64..12), price(), price(), price());
    prop::collection::vec(one, 0..9).prop_map(|told| {
        let candidate = |(at, (category, views, interactions, short, middle, long))| Candidate {
            id: id(at),
            category: CATEGORIES.get(category).map(|name: &&str| Box::from(*name)),
            views,
            interactions,
            range: None,
            prices: PerTier::from_fn(|tier| match tier {
                Tier::From1To20s => short,
                Tier::From21To60s => middle,
                Tier::Over60s => long,
                Tier::Single => None,
            }),
        };
        told.into_iter().enumerate().map(candidate).collect()
    })
}

fn questions() -> impl Strategy<Value = Question> {
    let goal = prop_oneof![
        Just(Goal::Views),
        Just(Goal::Interactions),
        (1_u64..120).prop_map(|views_min| Goal::CostPerInteraction { views_min }),
    ];
    let tiers = prop::sample::subsequence(vec![Tier::From1To20s, Tier::From21To60s, Tier::Over60s], 1..=3);
    let ids = |most| prop::collection::vec((0_usize..10).prop_map(id), 0..most);
    let cap = (prop::option::weighted(0.6, 0_usize..4), prop::option::weighted(0.6, (0_u64..90).prop_map(Fen)));
    let cap = cap.prop_map(|(picks, budget)| Cap { picks, budget });
    let category = prop::sample::select(&CATEGORIES[..]).prop_map(String::from);
    let caps = prop::collection::btree_map(category, cap, 0..=3);
    (goal, 0_u64..200, tiers, ids(2), ids(3), caps, prop::option::weighted(0.3, 0_usize..6)).prop_map(
        |(goal, budget, tiers, must, exclude, caps, picks_max)| Question {
            goal,
            budget: Fen(budget),
            tiers,
            must,
            exclude,
            caps,
            picks_max,
            weighed_max: 100,
        },
    )
}

/// The candidates of a set at their cheapest allowed prices; none where one has none, or a limit but the floor is broken.
fn sums(candidates: &[Candidate], question: &Question, set: &[usize]) -> Option<(u64, u64, u64)> {
    let price = |at: &usize| question.tiers.iter().filter_map(|tier| candidates[*at].prices[*tier]).min();
    let prices: Option<Vec<u64>> = set.iter().map(|at| price(at).map(|Fen(fen)| fen)).collect();
    let prices = prices?;
    let within = |(category, cap): (&String, &Cap)| {
        let is_in = |at: usize| candidates[at].category.as_deref() == Some(category.as_str());
        let of = || set.iter().zip(&prices).filter(|(at, _)| is_in(**at));
        cap.picks.is_none_or(|most| of().count() <= most)
            && cap.budget.is_none_or(|Fen(most)| of().map(|(_, price)| price).sum::<u64>() <= most)
    };
    let kept = prices.iter().sum::<u64>() <= question.budget.0
        && question.picks_max.is_none_or(|most| set.len() <= most)
        && question.must.iter().all(|must| set.iter().any(|at| candidates[*at].id == *must))
        && !set.iter().any(|at| question.exclude.contains(&candidates[*at].id))
        && question.caps.iter().all(within)
        && (question.goal == Goal::Views || set.iter().all(|at| candidates[*at].interactions.is_some()));
    let views = set.iter().map(|at| candidates[*at].views).sum();
    let interactions = set.iter().filter_map(|at| candidates[*at].interactions).sum();
    kept.then_some((prices.iter().sum(), views, interactions))
}

/// How good sums are by the goal, greater is better; none where they break the floor.
fn worth(goal: Goal, (price, views, interactions): (u64, u64, u64)) -> Option<f64> {
    match goal {
        Goal::Views => Some(views as f64),
        Goal::Interactions => Some(interactions as f64),
        Goal::CostPerInteraction { views_min } => {
            (views >= views_min && interactions > 0).then(|| -(price as f64) / interactions as f64)
        }
    }
}

/// Every set of candidates.
fn sets(of: usize) -> impl Iterator<Item = Vec<usize>> {
    (0_u32..1 << of).map(move |set| (0..of).filter(|at| set >> at & 1 == 1).collect())
}

fn best(candidates: &[Candidate], question: &Question) -> Option<f64> {
    let worths = sets(candidates.len()).filter_map(|set| worth(question.goal, sums(candidates, question, &set)?));
    worths.max_by(f64::total_cmp)
}

/// With its runner-up in its place, the plan is the best that a single exchange of a pick gives.
fn check_runners_up(candidates: &[Candidate], question: &Question, plan: &Plan) -> Result<(), TestCaseError> {
    // A must-have may be replaced too: that is what its runner-up is for.
    let question = &Question { must: Vec::new(), ..question.clone() };
    let set: Vec<usize> = plan.picks.iter().map(|pick| pick.candidate).collect();
    for (place, pick) in plan.picks.iter().enumerate() {
        let with = |other: usize| {
            let mut changed = set.clone();
            changed[place] = other;
            worth(question.goal, sums(candidates, question, &changed)?)
        };
        let free = (0..candidates.len()).filter(|other| !set.contains(other));
        let best = free.filter_map(with).max_by(f64::total_cmp);
        prop_assert_eq!(pick.runner_up.and_then(|next| with(next.candidate)), best);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn no_set_is_better_than_the_plan(candidates in candidates(), question in questions()) {
        let expected = best(&candidates, &question);
        match plan(&candidates, &question) {
            Ok(plan) => {
                let set: Vec<usize> = plan.picks.iter().map(|pick| pick.candidate).collect();
                let (price, views, interactions) = sums(&candidates, &question, &set).expect("the plan keeps the limits");
                let told = plan.totals;
                prop_assert_eq!((told.price.0, told.views), (price, views));
                prop_assert!(told.interactions.is_none_or(|told| told == interactions));
                let value = worth(question.goal, (price, views, interactions)).expect("the plan reaches the floor");
                let best = expected.expect("a set");
                prop_assert!((value - best).abs() <= 1e-9 * best.abs(), "{} is not {}", value, best);
                prop_assert_eq!(plan.gap, 0.0);
                check_runners_up(&candidates, &question, &plan)?;
            }
            Err(Infeasible::FloorOutOfReach { most, .. }) => {
                prop_assert_eq!(expected, None);
                let views = sets(candidates.len()).filter_map(|set| Some(sums(&candidates, &question, &set)?.1)).max();
                prop_assert_eq!(Some(most), views);
            }
            Err(
                Infeasible::NoCandidates
                | Infeasible::NoPicks
                | Infeasible::AllExcluded(_)
                | Infeasible::NonePriced(_)
                | Infeasible::NoneWithInteractions(_)
                | Infeasible::AllOverBudget { .. }
                | Infeasible::AllOverCaps(_),
            ) => {
                prop_assert!(expected.is_none_or(|best| best <= 0.0) && question.must.is_empty());
            }
            Err(_) => prop_assert_eq!(expected, None),
        }
    }
}

/// A whole number of two digits and zeros.
fn two_digits(number: f64) -> u64 {
    let unit = 10_f64.powf((number.log10() - 1.0).floor().max(0.0));
    ((number / unit).round() * unit) as u64
}

/// Creators whose views and prices spread over four orders of magnitude, as in a real marketplace: few dear ones have most
/// of the views, and hundreds of others cost next to nothing. Prices are whole hundreds of yuan, of two digits.
fn dear_and_cheap(seed: u64) -> Vec<Candidate> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut normal = || (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
    let mut candidate = |at: usize| {
        let log_views = 11.4 + 1.9 * normal();
        let price = (log_views * 0.83 - 6.0 + 0.73 * normal()).exp();
        Candidate {
            id: id(at),
            category: CATEGORIES.get(at % 4).map(|name| Box::from(*name)),
            views: log_views.exp() as u64,
            interactions: None,
            range: None,
            prices: PerTier::from_fn(|tier| {
                (tier == Tier::From21To60s).then_some(Fen(two_digits(price.max(2.0)) * 10_000))
            }),
        }
    };
    (0..1700).map(&mut candidate).collect()
}

const BUDGET_MAX: usize = 6000;

/// The most views for each budget up to `budget`, in hundreds of yuan, by dynamic programming.
fn most_views<'c>(candidates: impl Iterator<Item = &'c Candidate>, budget: usize) -> Vec<u64> {
    let mut most = vec![0; budget + 1];
    for one in candidates {
        let price = one.prices[Tier::From21To60s].map_or(usize::MAX, |Fen(fen)| (fen / 10_000) as usize);
        for left in (price..=budget).rev() {
            most[left] = most[left].max(most[left - price] + one.views);
        }
    }
    most
}

/// The most views of two parts of the market together.
fn together(one: &[u64], other: &[u64], budget: usize) -> Vec<u64> {
    let of = |budget: usize| (0..other.len().min(budget + 1)).map(|spent| other[spent] + one[budget - spent]).max();
    (0..=budget).map(|budget| of(budget).unwrap_or(0)).collect()
}

/// That the plan has at least that share of the best one's views, and tells truly how far from it it can be.
fn check(plan: &Plan, best: u64, share: f64) -> Result<(), TestCaseError> {
    let (views, best) = (plan.totals.views as f64, best as f64);
    prop_assert!(views >= share * best, "{} of {}", views, best);
    prop_assert!(best <= views / (1.0 - plan.gap) + 0.5, "{} is beyond {} with a gap of {}", best, views, plan.gap);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn where_few_creators_are_dear_and_many_are_cheap_plans_are_the_best_or_nearly(
        seed in any::<u64>(), budget in 500_usize..=BUDGET_MAX, share in 10_usize..40,
    ) {
        let candidates = dear_and_cheap(seed);
        let (_, base) = three();
        let question = Question { caps: [].into(), weighed_max: 2000, ..base };
        let most = most_views(candidates.iter(), BUDGET_MAX);
        for budget in (500..=BUDGET_MAX).step_by(500) {
            let question = Question { budget: Fen(budget as u64 * 10_000), ..question.clone() };
            let plan = plan(&candidates, &question).expect("a plan");
            check(&plan, most[budget], 0.999)?;
        }

        // What may be spent on each category, of all but the creators without one.
        let cap = budget * share / 100;
        let of = |category: Option<&'static str>| candidates.iter().filter(move |one| one.category.as_deref() == category);
        let mut most = most_views(of(None), budget);
        for category in CATEGORIES {
            most = together(&most, &most_views(of(Some(category)), cap), budget);
        }
        let budget_of_each = Cap { picks: None, budget: Some(Fen(cap as u64 * 10_000)) };
        let caps = CATEGORIES.iter().map(|name| ((*name).to_owned(), budget_of_each)).collect();
        let question = Question { budget: Fen(budget as u64 * 10_000), caps, ..question };
        let plan = plan(&candidates, &question).expect("a plan");
        check(&plan, most[budget], 0.995)?;
    }
}

/// Three creators: 1 in 美食, 2 and 3 in 美妆, for 100, 200 and 300 yuan, with ten views and an interaction a yuan.
fn three() -> (Vec<Candidate>, Question) {
    let candidate = |at: u64, category: &str| Candidate {
        id: id(at as usize),
        category: Some(category.into()),
        views: at * 1000,
        interactions: Some(at * 100),
        range: None,
        prices: PerTier::from_fn(|tier| (tier == Tier::From21To60s).then_some(Fen(at * 10_000))),
    };
    let question = Question {
        goal: Goal::Views,
        budget: Fen(50_000),
        tiers: vec![Tier::From21To60s],
        must: Vec::new(),
        exclude: Vec::new(),
        caps: [("美妆".to_owned(), Cap { picks: Some(1), budget: None })].into(),
        picks_max: None,
        weighed_max: 100,
    };
    (vec![candidate(1, "美食"), candidate(2, "美妆"), candidate(3, "美妆")], question)
}

#[test]
fn a_plan_tells_its_picks_and_who_would_replace_each() {
    let (candidates, question) = three();
    let plan = plan(&candidates, &question).expect("a plan");
    let picks: Vec<_> =
        plan.picks.iter().map(|pick| (pick.candidate, pick.runner_up.map(|next| next.candidate))).collect();
    // In place of 3 its category allows 2; in place of 1 it allows none.
    assert_eq!(picks, [(2, Some(1)), (0, None)]);
    assert_eq!((plan.totals.price, plan.totals.views, plan.totals.interactions), (Fen(40_000), 4000, Some(400)));
    assert_eq!((plan.gap, plan.considered, plan.outlook.spread_assumed), (0.0, 3, 2));
}

#[test]
fn a_cap_that_no_candidate_is_under_limits_nothing_and_is_told() {
    let (candidates, base) = three();
    let none = Cap { picks: Some(0), budget: None };
    let capped = Question { caps: [("美装".to_owned(), none), ("音乐".to_owned(), none)].into(), ..base.clone() };
    let free = Question { caps: [].into(), ..base.clone() };
    let (capped, free) = [capped, free].map(|question| plan(&candidates, &question).expect("a plan")).into();
    assert_eq!((&capped.picks, free.unused_caps), (&free.picks, Vec::<String>::new()));
    assert_eq!(capped.unused_caps, ["美装", "音乐"]);
    assert!(plan(&candidates, &base).expect("a plan").unused_caps.is_empty());
}

#[test]
fn a_category_may_have_a_budget_of_its_own_beside_a_number_of_picks() {
    let (candidates, base) = three();
    let picks = |cap: Cap| {
        let caps = [("美妆".to_owned(), cap)].into();
        let plan = plan(&candidates, &Question { caps, ..base.clone() }).expect("a plan");
        plan.picks.iter().map(|pick| (pick.candidate, pick.runner_up.map(|next| next.candidate))).collect::<Vec<_>>()
    };
    let budget = |fen| Cap { picks: None, budget: Some(Fen(fen)) };
    // The whole budget has room for 2 and 3; what may be spent on their category, for both, for either or for 2 alone.
    assert_eq!(picks(budget(50_000)), [(2, Some(0)), (1, Some(0))]);
    assert_eq!(picks(budget(49_999)), [(2, Some(1)), (0, None)]);
    assert_eq!(picks(budget(29_999)), [(1, None), (0, None)]);
    assert_eq!(picks(budget(19_999)), [(0, None)]);
    assert_eq!(picks(Cap { picks: Some(1), ..budget(50_000) }), [(2, Some(1)), (0, None)]);
}

#[test]
fn of_lengths_that_cost_the_same_the_longest_is_booked() {
    let (mut candidates, question) = three();
    candidates[0].prices = PerTier::from_fn(|tier| Some(Fen(if tier == Tier::From1To20s { 9_000 } else { 7_000 })));
    let question = Question { tiers: vec![Tier::From1To20s, Tier::From21To60s, Tier::Over60s], ..question };
    let plan = plan(&candidates[..1], &question).expect("a plan");
    assert_eq!((plan.picks[0].tier, plan.picks[0].price), (Tier::Over60s, Fen(7_000)));
}

#[test]
fn what_is_impossible_is_told_by_the_limit_that_makes_it_so() {
    let (mut candidates, base) = three();
    candidates[1].interactions = None;
    let refused = |changed: Question| plan(&candidates, &changed).expect_err("no plan").to_string();
    let must = |ids: &[usize]| Question { must: ids.iter().copied().map(id).collect(), ..base.clone() };
    assert_eq!(refused(must(&[9])), "the must-have 9 is not among the candidates");
    assert_eq!(refused(Question { exclude: vec![id(1)], ..must(&[1]) }), "creator 1 is both a must-have and excluded");
    assert_eq!(
        refused(Question { tiers: vec![Tier::Over60s], ..must(&[1]) }),
        "the must-have 1 has no price at the lengths asked for"
    );
    assert_eq!(refused(must(&[2, 3])), "the category 美妆 has more must-haves (2) than its cap allows (1)");
    let capped = |fen| [("美妆".to_owned(), Cap { picks: Some(2), budget: Some(Fen(fen)) })].into();
    assert_eq!(
        refused(Question { caps: capped(49_950), ..must(&[2, 3]) }),
        "the must-haves in the category 美妆 cost 500 yuan, 0.50 yuan more than the 499.50 yuan allowed for it"
    );
    assert_eq!(
        refused(Question { picks_max: Some(1), ..must(&[1, 2]) }),
        "there are more must-haves (2) than picks allowed (1)"
    );
    assert_eq!(
        refused(Question { budget: Fen(39_999), ..must(&[1, 3]) }),
        "the must-haves cost 400 yuan, 0.01 yuan more than the budget of 399.99 yuan"
    );
    assert_eq!(
        refused(Question { goal: Goal::Interactions, ..must(&[2]) }),
        "the interactions of the must-have 2 are unknown, which this goal counts"
    );
    assert_eq!(
        refused(Question { goal: Goal::CostPerInteraction { views_min: 4001 }, ..base.clone() }),
        "the floor of 4,001 views is out of reach: the most that these limits allow is 4,000"
    );
    assert_eq!(
        refused(Question { budget: Fen(9_999), ..base.clone() }),
        "the cheapest candidate costs 100 yuan, 0.01 yuan more than the budget of 99.99 yuan"
    );
    assert_eq!(
        refused(Question { picks_max: Some(0), ..base.clone() }),
        "no pick is allowed: the most picks asked for are 0"
    );
    assert_eq!(
        refused(Question { exclude: vec![id(1), id(2), id(3)], ..base.clone() }),
        "every candidate is excluded, 3 in all"
    );
    assert_eq!(
        refused(Question { tiers: vec![Tier::Over60s], exclude: vec![id(1)], ..base.clone() }),
        "no candidate has a price at the lengths asked for, of 2 in all"
    );
    let exclude = vec![id(1), id(3)];
    assert_eq!(
        refused(Question { goal: Goal::Interactions, exclude, ..base.clone() }),
        "this goal counts interactions, and of no candidate with a price are they known, of 1 in all"
    );
    let none_of = |category: &str| [(category.to_owned(), Cap { picks: Some(0), budget: None })].into();
    assert_eq!(
        refused(Question { caps: none_of("美妆"), exclude: vec![id(1)], budget: Fen(20_000), ..base.clone() }),
        "the caps of categories leave out every candidate that the budget covers, 1 in all"
    );
    assert_eq!(
        plan(&[], &base).expect_err("no plan").to_string(),
        "there is no candidate: no creator with figures passes the filter or is among those named"
    );
}

proptest! {
    #[test]
    fn whoever_is_not_weighed_is_counted_by_why_and_a_plan_of_all_weighed_is_the_best(
        candidates in candidates(), question in questions(), weighed_max in 1_usize..6,
    ) {
        let expected = best(&candidates, &question);
        let Ok(plan) = plan(&candidates, &Question { weighed_max, ..question.clone() }) else { return Ok(()) };
        prop_assert_eq!(plan.considered + plan.left_out.total(), candidates.len());
        let is_excluded = |one: &&Candidate| question.exclude.contains(&one.id);
        prop_assert_eq!(plan.left_out.excluded, candidates.iter().filter(is_excluded).count());
        let set: Vec<usize> = plan.picks.iter().map(|pick| pick.candidate).collect();
        let value = worth(question.goal, sums(&candidates, &question, &set).expect("the plan keeps the limits"));
        let (value, best) = (value.expect("the floor is reached"), expected.expect("a set"));
        let is_best = (value - best).abs() <= 1e-9 * best.abs();
        prop_assert!(is_best || plan.left_out.over_limit > 0, "{} is not {}", value, best);
    }
}

#[test]
fn with_few_picks_those_that_bring_most_are_weighed_however_many_are_cheaper() {
    let (three, base) = three();
    let market = |cheap: u64| -> Vec<Candidate> {
        let of = |at: u64, views, fen| Candidate {
            id: id(at as usize),
            category: None,
            views,
            prices: PerTier::from_fn(|tier| (tier == Tier::From21To60s).then_some(Fen(fen))),
            ..three[0].clone()
        };
        let cheap = (0..cheap).map(|at| of(at, 1000 + at, 1000 + at));
        cheap.chain([of(9_000, 50_000, 900_000), of(9_001, 60_000, 990_000)]).collect()
    };
    let question = Question { budget: Fen(10_000_000), caps: [].into(), weighed_max: 10, ..base };
    let views = |cheap, picks_max| {
        let plan = plan(&market(cheap), &Question { picks_max, ..question.clone() }).expect("a plan");
        (plan.totals.views, plan.left_out.over_limit)
    };
    // A dearer one brings more, so that nobody can be put aside: some are over the limit, but none of the two.
    assert_eq!(views(100, Some(2)), (110_000, 92));
    // Where all could be booked, half of those weighed are the cheapest for their views and half those that bring most.
    assert_eq!(views(100, None), (110_000 + (1000..1005).sum::<u64>() + (1097..1100).sum::<u64>(), 92));
}
