//! How long plans take: `plans CANDIDATES`, which `cargo xtask bench plan` runs. Prints a line for each question, and the
//! longest at the end.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Instant;

use domain::{AuthorId, Fen, PerTier, Range, Tier};
use planner::{Candidate, Cap, Goal, Question, plan};

const CATEGORIES: [&str; 20] = [
    "beauty",
    "food",
    "games",
    "cars",
    "travel",
    "fashion",
    "sport",
    "music",
    "film",
    "parenting",
    "pets",
    "home",
    "tech",
    "health",
    "finance",
    "books",
    "dance",
    "comedy",
    "farming",
    "photo",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args().nth(1).ok_or("expected CANDIDATES")?.parse()?;
    let mut random = fastrand::Rng::with_seed(6);
    let market = (0..count).map(|at| candidate(at, &USUAL, &mut random)).collect::<Result<Vec<_>, _>>()?;
    let even: Vec<Candidate> = market.iter().map(at_an_even_price).collect();
    let mut out = std::io::stdout();
    let mut longest = 0.0_f64;
    let tailed = (0..count).map(|at| candidate(at, &TAILED, &mut random)).collect::<Result<Vec<_>, _>>()?;
    for (name, candidates) in [("market", &market), ("dear and cheap", &tailed), ("even prices", &even)] {
        for (what, question) in questions() {
            let start = Instant::now();
            let told = plan(candidates, &question);
            let seconds = start.elapsed().as_secs_f64();
            longest = longest.max(seconds);
            let told = match told {
                Ok(plan) => format!("{:>5} picks, gap {:.5} %", plan.picks.len(), plan.gap * 100.0),
                Err(why) => why.to_string(),
            };
            writeln!(out, "{name:<14} {:>8} yuan, {what:<36} {seconds:>6.3} s  {told}", question.budget.0 / 100)?;
        }
    }
    writeln!(out, "longest {longest:.3}")?;
    Ok(())
}

/// The hardest there is for an exact choice: all views cost the same but for a fixed part, so that no creator stands out.
fn at_an_even_price(one: &Candidate) -> Candidate {
    let price = Fen((one.views / 3 + 7000) / 100 * 100);
    Candidate { prices: PerTier::from_fn(|tier| (tier != Tier::Single).then_some(price)), ..one.clone() }
}

/// How far views and prices of a market spread: deviations of their logarithms, the price's beside what follows from views.
struct Spread {
    views: f64,
    price: f64,
    /// How much of the logarithm of views is in that of the price.
    follows: f64,
    /// What that is multiplied by.
    level: f64,
}

const USUAL: Spread = Spread { views: 1.3, price: 0.5, follows: 0.7, level: 3.0 };
/// Few creators have most of the views and cost a tenth of a budget each; hundreds cost next to nothing.
const TAILED: Spread = Spread { views: 2.2, price: 0.7, follows: 0.85, level: 0.6 };

/// Views and prices as in a real marketplace: both spread over some orders of magnitude, prices follow views loosely and are whole
/// hundreds of yuan.
fn candidate(at: i64, spread: &Spread, random: &mut fastrand::Rng) -> Result<Candidate, domain::IdError> {
    let mut normal = || (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
    let log_views = 11.0 + spread.views * normal();
    let price = (log_views * spread.follows + spread.price * normal()).exp() * spread.level;
    let (views, spread) = (log_views.exp(), (0.5 + 0.1 * normal()).exp());
    let yuan = |factor: f64| Some(Fen((price * factor / 100.0).ceil() as u64 * 10_000));
    Ok(Candidate {
        id: AuthorId::from_integer(at)?,
        category: Some(CATEGORIES[random.usize(..CATEGORIES.len())].into()),
        views: views as u64,
        interactions: Some((views * (0.01 + 0.05 * random.f64())) as u64),
        range: Some(Range { p25: (views / spread) as u64, p75: (views * spread) as u64 }),
        prices: PerTier::from_fn(|tier| match tier {
            Tier::From1To20s => yuan(0.7),
            Tier::From21To60s => yuan(1.0),
            Tier::Over60s => yuan(1.4),
            Tier::Single => None,
        }),
    })
}

fn questions() -> Vec<(&'static str, Question)> {
    let each = |cap: Cap| CATEGORIES.iter().map(|name| ((*name).to_owned(), cap)).collect::<BTreeMap<_, _>>();
    let capped = each(Cap { picks: Some(3), budget: None });
    let mut questions = Vec::new();
    for yuan in [20_000, 100_000, 1_000_000, 10_000_000] {
        let base = Question {
            goal: Goal::Views,
            budget: Fen(yuan * 100),
            tiers: vec![Tier::From1To20s, Tier::From21To60s, Tier::Over60s],
            must: Vec::new(),
            exclude: Vec::new(),
            caps: BTreeMap::new(),
            picks_max: None,
            weighed_max: usize::MAX,
        };
        let floor = Goal::CostPerInteraction { views_min: yuan * 30 };
        let (few, caps) = (Some(10), capped.clone());
        let spread = each(Cap { picks: None, budget: Some(Fen(yuan * 8)) });
        let both = each(Cap { picks: Some(3), budget: Some(Fen(yuan * 8)) });
        questions.extend([
            ("views", base.clone()),
            ("interactions", Question { goal: Goal::Interactions, ..base.clone() }),
            ("views, 3 of a category", Question { caps: caps.clone(), ..base.clone() }),
            ("views, 10 picks", Question { picks_max: few, ..base.clone() }),
            ("lowest CPE at a floor", Question { goal: floor, ..base.clone() }),
            ("lowest CPE, floor, 3 of a category", Question { goal: floor, caps, ..base.clone() }),
            ("views, 8 % on a category", Question { caps: spread.clone(), ..base.clone() }),
            ("views, 8 % and 3 of a category", Question { caps: both, ..base.clone() }),
            (
                "interactions, 8 %, 10 picks",
                Question { goal: Goal::Interactions, caps: spread.clone(), picks_max: few, ..base.clone() },
            ),
            ("lowest CPE, floor, 8 % on a category", Question { goal: floor, caps: spread, ..base }),
        ]);
    }
    questions
}
