//! `astrolabe plan`: which creators to book for a budget, from the local data or from a server.

mod table;

use std::path::PathBuf;

use anyhow::anyhow;
use catalog::Text;
use catalog::plan_wire::{PlanCap, PlanGoal, PlanPick, PlanQuestion};
use chart::{Dot, scatter};
use clap::{Args, ValueEnum};
use domain::{AuthorId, Fen, Platform, Range, Tier};

use crate::cli::Common;
use crate::commands::market::{Answers, ServerFlags};
use crate::flags::{parse_count, parse_fen, parse_limit, parse_platform, parse_tier};
use crate::lang;
use crate::output;
use crate::tables::{OutArgs, check_writable, write_whole};

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
    #[arg(long, value_name = "YUAN", value_parser = parse_fen, allow_negative_numbers = true)]
    budget: Fen,
    /// What the plan is to be best at
    #[arg(long, value_enum, default_value_t = GoalArg::Views)]
    goal: GoalArg,
    /// The fewest expected views in total, with --goal cpe
    #[arg(long, value_name = "VIEWS", required_if_eq("goal", "cpe"))]
    #[arg(value_parser = parse_count, allow_negative_numbers = true)]
    min_views: Option<u64>,
    /// SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT or SHORT_DRAMA
    #[arg(long, default_value_t = Platform::ShortVideo, value_parser = parse_platform)]
    platform: Platform,
    /// A length that will do: 1-20, 21-60, 60 or single; may be given several times [default: all]
    #[arg(long = "tier", value_name = "TIER", value_parser = parse_tier)]
    tiers: Vec<Tier>,
    /// A creator that must be in the plan; may be given several times, or with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    must: Vec<AuthorId>,
    /// A creator that must not be; may be given several times, or with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    exclude: Vec<AuthorId>,
    /// At most so many picks of a category; may be given several times
    #[arg(long = "cap", value_name = "CATEGORY=PICKS", value_parser = picks_cap)]
    caps: Vec<PlanCap>,
    /// What all picks of a category may cost together, in yuan; may be given several times
    #[arg(long = "cap-yuan", value_name = "CATEGORY=YUAN", value_parser = budget_cap)]
    budget_caps: Vec<PlanCap>,
    /// At most so many picks in all
    #[arg(long, value_name = "COUNT", value_parser = parse_limit, allow_negative_numbers = true)]
    picks: Option<usize>,
    /// A creator to weigh, in place of a filter; may be given several times, or with commas
    #[arg(long = "creator", value_name = "ID", value_delimiter = ',')]
    #[arg(conflicts_with_all = ["category", "min_followers", "max_followers"])]
    creators: Vec<AuthorId>,
    /// Weigh creators of this category alone
    #[arg(long)]
    category: Option<String>,
    /// Weigh creators with at least so many followers
    #[arg(long, value_name = "COUNT", value_parser = parse_count, allow_negative_numbers = true)]
    min_followers: Option<u64>,
    /// Weigh creators with at most so many followers
    #[arg(long, value_name = "COUNT", value_parser = parse_count, allow_negative_numbers = true)]
    max_followers: Option<u64>,
    #[command(flatten)]
    server: ServerFlags,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    /// Print the whole plan as JSON for programs
    #[arg(long, conflicts_with = "out")]
    json: bool,
    /// Also draw the picks into this file, by CPM and expected views
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

const RIGHT_CAP: Text =
    Text::new("right would be a category and a number of picks, such as 美食=3", "应为类目与人选数，如 美食=3");
const RIGHT_BUDGET_CAP: Text = Text::new(
    "right would be a category and an amount in yuan, such as 美食=50000",
    "应为类目与金额，单位为元，如 美食=50000",
);

/// Reads `美食=3`.
fn picks_cap(text: &str) -> Result<PlanCap, String> {
    let told = text.rsplit_once('=').and_then(|(category, picks)| Some((category, picks.parse().ok()?)));
    let (category, picks) = told.ok_or_else(|| RIGHT_CAP.of(lang::spoken()))?;
    Ok(PlanCap { category: category.to_owned(), picks: Some(picks), budget_yuan: None })
}

/// Reads `美食=50000`.
fn budget_cap(text: &str) -> Result<PlanCap, String> {
    let (category, yuan) = text.rsplit_once('=').ok_or_else(|| RIGHT_BUDGET_CAP.of(lang::spoken()))?;
    parse_fen(yuan)?;
    Ok(PlanCap { category: category.to_owned(), picks: None, budget_yuan: Some(yuan.to_owned()) })
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, args: &PlanArgs) -> anyhow::Result<()> {
    let lang = args.out.lang();
    args.out.check()?;
    args.svg.as_deref().map_or(Ok(()), check_writable)?;
    let answers = Answers::of(common, &args.server, lang).await?;
    let plan = match answers.plan(&args.question()).await {
        Ok(plan) => plan,
        Err(why) => {
            let category = answers.no_such_category(args.platform, args.category.as_deref(), lang).await?;
            return Err(category.map_or(why, |category| anyhow!(category)));
        }
    };
    answers.tell_cost(lang);
    if let Some(file) = &args.svg {
        let dots: Vec<Dot> = plan.picks.iter().filter_map(dot).collect();
        write_whole(file, scatter(&dots, lang).as_bytes())?;
    }
    if args.json {
        return output::json(&plan);
    }
    args.out.put(&table::picks(&plan, lang))?;
    output::result(&table::summary(&plan, lang))
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
            budget_yuan: self.budget.yuan().to_string(),
            views_min: self.min_views,
            platform: Some(self.platform.name().to_owned()),
            tiers: self.tiers.iter().map(|tier| tier.name().to_owned()).collect(),
            must_have: texts(&self.must),
            exclude: texts(&self.exclude),
            caps: self.caps(),
            picks_max: self.picks,
            o_author_ids: (!self.creators.is_empty()).then(|| texts(&self.creators)),
            category: self.category.clone(),
            min_followers: self.min_followers,
            max_followers: self.max_followers,
        }
    }

    /// Both limits of a category as one cap. A limit given twice stays two, which is refused like any question that says so.
    fn caps(&self) -> Vec<PlanCap> {
        let mut caps = self.caps.clone();
        for of_money in &self.budget_caps {
            let is_same = |cap: &&mut PlanCap| cap.category == of_money.category && cap.budget_yuan.is_none();
            match caps.iter_mut().find(is_same) {
                Some(cap) => cap.budget_yuan.clone_from(&of_money.budget_yuan),
                None => caps.push(of_money.clone()),
            }
        }
        caps
    }
}

fn dot(pick: &PlanPick) -> Option<Dot> {
    let cpm = Fen::from_yuan_text(pick.cpm_yuan.as_deref()?).ok()?;
    let range = pick.views_p25.zip(pick.views_p75).map(|(p25, p75)| Range { p25, p75 });
    let name = pick.name.clone().unwrap_or_else(|| pick.o_author_id.clone());
    Some(Dot { name, category: pick.category.clone(), cpm, views: pick.expected_views, range })
}
