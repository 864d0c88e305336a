//! `astrolabe rank`: creators sorted by what they cost and bring, from the local data or from a server.

use std::path::PathBuf;

use anyhow::anyhow;
use catalog::market_wire::{BySource, CreatorsPage};
use catalog::{
    CREATORS, Lang, MARKET_CREATORS_MAX, PARAM_BY, PARAM_CATEGORY, PARAM_CPM, PARAM_CURSOR, PARAM_FOLLOWERS, PARAM_HOT,
    PARAM_LIMIT, PARAM_ORDER, PARAM_PLATFORM, PARAM_PREFIX, PARAM_PRICE, PARAM_TIER, PARAM_VIEWS,
};
use clap::Args;
use clap::builder::PossibleValuesParser;
use domain::{Fen, Platform, Tier};
use market::By;

use crate::cli::Common;
use crate::commands::market::{Answers, ServerFlags, drawn, mixed_sources, query, ranked};
use crate::errors;
use crate::flags::{parse_count, parse_fen, parse_limit, parse_platform, parse_tier};
use crate::lang::told;
use crate::output::{self, thousands};
use crate::tables::{OutArgs, check_writable, write_whole};

#[derive(Debug, Args)]
pub(crate) struct RankArgs {
    /// What to sort by
    #[arg(long, default_value = "cpm", value_parser = values_of(PARAM_BY))]
    by: String,
    /// The direction [default: the best first]
    #[arg(long, value_parser = values_of(PARAM_ORDER))]
    order: Option<String>,
    /// The length whose prices and costs count: 1-20, 21-60, 60 or single [default: 21-60 for short videos]
    #[arg(long, value_parser = parse_tier)]
    tier: Option<Tier>,
    /// SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT or SHORT_DRAMA
    #[arg(long, default_value_t = Platform::ShortVideo, value_parser = parse_platform)]
    platform: Platform,
    /// Only this category, such as 美妆
    #[arg(long)]
    category: Option<String>,
    /// Only ids or names that begin so
    #[arg(long)]
    prefix: Option<String>,
    /// The least followers
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    min_followers: Option<u64>,
    /// The most followers
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    max_followers: Option<u64>,
    /// The lowest price, in yuan
    #[arg(long, value_name = "YUAN", value_parser = parse_fen, allow_negative_numbers = true)]
    min_price: Option<Fen>,
    /// The highest price, in yuan
    #[arg(long, value_name = "YUAN", value_parser = parse_fen, allow_negative_numbers = true)]
    max_price: Option<Fen>,
    /// The lowest CPM, in yuan
    #[arg(long, value_name = "YUAN", value_parser = parse_fen, allow_negative_numbers = true)]
    min_cpm: Option<Fen>,
    /// The highest CPM, in yuan
    #[arg(long, value_name = "YUAN", value_parser = parse_fen, allow_negative_numbers = true)]
    max_cpm: Option<Fen>,
    /// The least expected views
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    min_views: Option<u64>,
    /// The most expected views
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    max_views: Option<u64>,
    /// The least hot share, in basis points: 1200 is 12 %
    #[arg(long, value_name = "BP", value_parser = parse_count, allow_negative_numbers = true)]
    min_hot: Option<u64>,
    /// How many creators; of a server, each hundred is a call of its own
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = parse_limit, allow_negative_numbers = true)]
    limit: usize,
    #[command(flatten)]
    server: ServerFlags,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    /// Print JSON for programs
    #[arg(long, conflicts_with = "out")]
    json: bool,
    /// Also draw CPM against expected views into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// The values that the endpoint's parameter may have.
fn values_of(parameter: &str) -> PossibleValuesParser {
    let values = CREATORS.parameter(parameter).map(|parameter| parameter.values).unwrap_or_default();
    PossibleValuesParser::new(values.iter().copied())
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, args: &RankArgs) -> anyhow::Result<()> {
    args.out.check()?;
    args.svg.as_deref().map_or(Ok(()), check_writable)?;
    let answers = Answers::of(common, &args.server, args.out.lang()).await?;
    let Ranked { page, broke_off } = pages(&answers, args).await?;
    answers.tell_cost(args.out.lang());
    let missing = broke_off.map(|why| missing(&page, &why, args));
    put(&page, args)?;
    if let Some(missing) = missing {
        return Err(missing);
    }
    if page.total == 0 && !args.json {
        output::person(&nobody(&answers, args).await?);
    }
    Ok(())
}

/// Writes what there is.
fn put(page: &CreatorsPage, args: &RankArgs) -> anyhow::Result<()> {
    let tier = args.tier.unwrap_or_else(|| args.platform.usual_tier());
    if let Some(file) = &args.svg {
        let picture = drawn(&page.creators, tier, args.out.lang());
        write_whole(file, picture.as_bytes())?;
    }
    if args.json {
        return output::json(page);
    }
    args.out.put(&ranked(&page.creators, tier, args.by.parse().unwrap_or(By::Cpm)))?;
    if page.total > 0 {
        let (told, total) = (thousands(page.creators.len() as u64), thousands(page.total));
        output::person(&match args.out.lang() {
            Lang::En => format!("{told} of {total} creators"),
            Lang::Zh => format!("共 {total} 位达人，列出 {told} 位"),
        });
        let listed = || BySource::count(page.creators.iter().map(|creator| creator.source.as_str()));
        if let Some(mixed) = mixed_sources(page.by_source.unwrap_or_else(listed), args.out.lang()) {
            output::person(&mixed);
        }
    }
    Ok(())
}

/// What came of a ranking.
struct Ranked {
    /// All pages that came, as one.
    page: CreatorsPage,
    /// Why the others did not.
    broke_off: Option<anyhow::Error>,
}

/// How many of those asked for are missing, and why.
fn missing(page: &CreatorsPage, why: &anyhow::Error, args: &RankArgs) -> anyhow::Error {
    let (lang, listed) = (args.out.lang(), page.creators.len());
    let asked = usize::try_from(page.total).unwrap_or(usize::MAX).min(args.limit);
    let (missing, asked) = (thousands(asked.saturating_sub(listed) as u64), thousands(asked as u64));
    let (listed, why) = (thousands(listed as u64), errors::text(why, lang));
    anyhow!(told!(
        lang,
        "{why}\nthe first {listed} of {asked} creators are listed; {missing} are missing",
        "{why}\n已列出前 {listed} 位达人（共应列出 {asked} 位），缺少 {missing} 位"
    ))
}

/// Why nobody is listed.
async fn nobody(answers: &Answers, args: &RankArgs) -> anyhow::Result<String> {
    let lang = args.out.lang();
    if let Some(why) = answers.no_such_category(args.platform, args.category.as_deref(), lang).await? {
        return Ok(why);
    }
    if !matches!(args.by.parse(), Ok(By::Cpm | By::Cpe | By::Price)) {
        return Ok(told!(
            lang,
            "no creator that has this figure passes the filter: loosen it",
            "没有具备该数值且符合筛选条件的达人：请放宽条件"
        ));
    }
    let tier = args.tier.unwrap_or_else(|| args.platform.usual_tier()).name().replace('_', "-");
    if !args.is_filtered() {
        return Ok(told!(
            lang,
            "no creator has a price for {tier}: import rate cards, or rank --by views",
            "所有达人均无 {tier} 档位的报价：请导入报价单，或以 --by views 排序"
        ));
    }
    Ok(told!(
        lang,
        "no creator with a price for {tier} passes the filter: loosen it, or rank --by views",
        "没有具备 {tier} 档位报价且符合筛选条件的达人：请放宽条件，或以 --by views 排序"
    ))
}

/// As many pages as the limit takes, as one. Pages that came stay, whatever becomes of the next: they may have been paid for.
async fn pages(answers: &Answers, args: &RankArgs) -> anyhow::Result<Ranked> {
    let mut all = answers.creators(&args.query(args.limit, None)).await?;
    args.out.check_rows(usize::try_from(all.total).unwrap_or(usize::MAX).min(args.limit))?;
    while let Some(cursor) = all.next.clone().filter(|_| all.creators.len() < args.limit) {
        let left = args.limit - all.creators.len();
        let page = match answers.creators(&args.query(left, Some(cursor))).await {
            Ok(page) => page,
            Err(why) => return Ok(Ranked { page: all, broke_off: Some(why) }),
        };
        all.creators.extend(page.creators);
        all.edition_changed |= page.edition_changed;
        (all.edition, all.next) = (page.edition, page.next);
    }
    Ok(Ranked { page: all, broke_off: None })
}

impl RankArgs {
    /// Whether creators are left out by anything but the figure sorted by.
    fn is_filtered(&self) -> bool {
        let texts = [&self.category, &self.prefix].into_iter().any(Option::is_some);
        let prices = [self.min_price, self.max_price, self.min_cpm, self.max_cpm].iter().any(Option::is_some);
        let counts = [self.min_followers, self.max_followers, self.min_views, self.max_views, self.min_hot];
        texts || prices || counts.iter().any(Option::is_some)
    }

    /// The question as the endpoint takes it.
    fn query(&self, limit: usize, cursor: Option<String>) -> String {
        let whole = |number: Option<u64>| number.map(|number| number.to_string());
        let yuan = |amount: Option<Fen>| amount.map(|amount| amount.yuan().to_string());
        let bounds = |[min, max]: [&'static str; 2], least, most| [(min, least), (max, most)];
        let parameters = [
            (PARAM_PLATFORM, Some(self.platform.name().to_owned())),
            (PARAM_TIER, self.tier.map(|tier| tier.name().to_owned())),
            (PARAM_BY, Some(self.by.clone())),
            (PARAM_ORDER, self.order.clone()),
            (PARAM_CATEGORY, self.category.clone()),
            (PARAM_PREFIX, self.prefix.clone()),
            (PARAM_HOT, whole(self.min_hot)),
            (PARAM_LIMIT, Some(limit.min(MARKET_CREATORS_MAX).to_string())),
            (PARAM_CURSOR, cursor),
        ];
        let bounds = [
            bounds(PARAM_FOLLOWERS, whole(self.min_followers), whole(self.max_followers)),
            bounds(PARAM_PRICE, yuan(self.min_price), yuan(self.max_price)),
            bounds(PARAM_CPM, yuan(self.min_cpm), yuan(self.max_cpm)),
            bounds(PARAM_VIEWS, whole(self.min_views), whole(self.max_views)),
        ];
        query(parameters.into_iter().chain(bounds.into_iter().flatten()))
    }
}
