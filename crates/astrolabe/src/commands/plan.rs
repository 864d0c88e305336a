//! `astrolabe plan`: which creators to book for a budget, from the local data or from a server.

use std::path::PathBuf;

use anyhow::Context;
use catalog::Lang;
use catalog::plan_wire::{PlanAnswer, PlanCap, PlanGoal, PlanPick, PlanQuestion};
use chart::{Dot, scatter};
use clap::{Args, ValueEnum};
use domain::{AuthorId, Fen, Platform, Range, Tier};

use crate::cli::Common;
use crate::commands::market::{Answers, ServerFlags};
use crate::commands::rank::parse_tier;
use crate::output::{self, facts, table_of_ids, thousands};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GoalArg {
    /// The most expected views
    Views,
    /// The most expected interactions
    Interactions,
    /// The lowest cost per interaction, at a floor of views
    Cpe,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// What all picks may cost together, in yuan
    #[arg(long, value_name = "YUAN")]
    budget: String,
    /// What the plan is to be best at
    #[arg(long, value_enum, default_value_t = GoalArg::Views)]
    goal: GoalArg,
    /// The fewest expected views in total, with --goal cpe
    #[arg(long, value_name = "VIEWS")]
    min_views: Option<u64>,
    /// SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT or SHORT_DRAMA
    #[arg(long, default_value_t = Platform::ShortVideo)]
    platform: Platform,
    /// A length that will do: 1-20, 21-60, 60 or single; may be given several times [default: all]
    #[arg(long = "tier", value_name = "TIER", value_parser = parse_tier)]
    tiers: Vec<Tier>,
    /// A creator that must be in the plan; may be given several times
    #[arg(long, value_name = "ID")]
    must: Vec<AuthorId>,
    /// A creator that must not be; may be given several times
    #[arg(long, value_name = "ID")]
    exclude: Vec<AuthorId>,
    /// At most so many picks of a category; may be given several times
    #[arg(long = "cap", value_name = "CATEGORY=PICKS", value_parser = cap)]
    caps: Vec<PlanCap>,
    /// At most so many picks in all
    #[arg(long, value_name = "COUNT")]
    picks: Option<usize>,
    /// A creator to weigh, in place of a filter; may be given several times
    #[arg(long = "creator", value_name = "ID", conflicts_with_all = ["category", "min_followers", "max_followers"])]
    creators: Vec<AuthorId>,
    /// Weigh creators of this category alone
    #[arg(long)]
    category: Option<String>,
    /// Weigh creators with at least so many followers
    #[arg(long, value_name = "COUNT")]
    min_followers: Option<u64>,
    /// Weigh creators with at most so many followers
    #[arg(long, value_name = "COUNT")]
    max_followers: Option<u64>,
    #[command(flatten)]
    server: ServerFlags,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
    /// Also draw the picks into this file, by CPM and expected views
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Reads `美食=3`.
fn cap(text: &str) -> Result<PlanCap, String> {
    let told = text.rsplit_once('=').and_then(|(category, picks)| Some((category, picks.parse().ok()?)));
    let (category, picks) = told.ok_or("right would be a category and a number of picks, such as 美食=3")?;
    Ok(PlanCap { category: category.to_owned(), picks })
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, args: &PlanArgs) -> anyhow::Result<()> {
    let plan = Answers::of(common, &args.server).await?.plan(&args.question()).await?;
    if let Some(file) = &args.svg {
        let dots: Vec<Dot> = plan.picks.iter().filter_map(dot).collect();
        std::fs::write(file, scatter(&dots, Lang::En)).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if args.json { output::json(&plan) } else { output::result(&text(&plan)) }
}

impl PlanArgs {
    fn question(&self) -> PlanQuestion {
        let texts = |ids: &[AuthorId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        PlanQuestion {
            goal: match self.goal {
                GoalArg::Views => PlanGoal::Views,
                GoalArg::Interactions => PlanGoal::Interactions,
                GoalArg::Cpe => PlanGoal::Cpe,
            },
            budget_yuan: self.budget.clone(),
            views_min: self.min_views,
            platform: Some(self.platform.name().to_owned()),
            tiers: self.tiers.iter().map(|tier| tier.name().to_owned()).collect(),
            must_have: texts(&self.must),
            exclude: texts(&self.exclude),
            caps: self.caps.clone(),
            picks_max: self.picks,
            o_author_ids: (!self.creators.is_empty()).then(|| texts(&self.creators)),
            category: self.category.clone(),
            min_followers: self.min_followers,
            max_followers: self.max_followers,
        }
    }
}

fn dot(pick: &PlanPick) -> Option<Dot> {
    let cpm = Fen::from_yuan_text(pick.cpm_yuan.as_deref()?).ok()?;
    let range = pick.views_p25.zip(pick.views_p75).map(|(p25, p75)| Range { p25, p75 });
    let name = pick.name.clone().unwrap_or_else(|| pick.o_author_id.clone());
    Some(Dot { name, category: pick.category.clone(), cpm, views: pick.expected_views, range })
}

fn text(plan: &PlanAnswer) -> String {
    let count = |number: Option<u64>| number.map_or_else(|| "–".to_owned(), thousands);
    let rows = plan.picks.iter().map(|pick| {
        let runner_up = pick.runner_up.as_ref();
        [
            pick.o_author_id.clone(),
            pick.category.clone().unwrap_or_else(|| "–".into()),
            pick.tier.clone(),
            pick.price_yuan.clone(),
            thousands(pick.expected_views),
            count(pick.expected_interactions),
            pick.cpm_yuan.clone().unwrap_or_else(|| "–".into()),
            runner_up.map_or_else(|| "–".into(), |next| next.o_author_id.clone()),
        ]
    });
    let header = ["creator", "category", "length", "price, yuan", "views", "interactions", "CPM, yuan", "runner-up"];
    format!("{}\n{}", table_of_ids(header, &[3, 4, 5, 6], rows), facts(summary(plan)))
}

fn summary(plan: &PlanAnswer) -> Vec<(&'static str, String)> {
    let totals = &plan.totals;
    let mut told = vec![
        ("picks", format!("{} of {} weighed, {} left out", totals.picks, plan.considered, plan.left_out)),
        ("price", format!("{} yuan", totals.price_yuan)),
        ("expected views", thousands(totals.expected_views)),
    ];
    if let Some(interactions) = totals.expected_interactions {
        told.push(("expected interactions", thousands(interactions)));
    }
    for (name, cost) in [("CPM", &totals.cpm_yuan), ("CPE", &totals.cpe_yuan)] {
        told.extend(cost.as_ref().map(|cost| (name, format!("{cost} yuan"))));
    }
    if let Some(range) = &plan.range {
        let between = |low, high| format!("{} and {}", thousands(low), thousands(high));
        told.push(("views, in the middle", thousands(range.p50)));
        told.push(("views, half between", between(range.p25, range.p75)));
        told.push(("views, 80 % between", between(range.p10, range.p90)));
    }
    told.push(match plan.gap_percent.as_str() {
        "0" => ("best", "proven".to_owned()),
        gap => ("best", format!("to within {gap} %")),
    });
    if !plan.unknown.is_empty() {
        told.push(("without figures", plan.unknown.join(", ")));
    }
    told
}
