//! `astrolabe compare`: some creators side by side, from the local data or from a server.

use anyhow::bail;
use catalog::market_wire::BySource;
use catalog::{Lang, PARAM_AUTHORS, PARAM_PLATFORM, Text};
use clap::Args;
use domain::{AuthorId, Platform, Tier};

use crate::cli::Common;
use crate::commands::market::{Answers, ServerFlags, compared, mixed_sources, query};
use crate::flags::{parse_platform, parse_tier};
use crate::output;
use crate::tables::OutArgs;

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The creators' ids
    #[arg(required = true, num_args = 1..=catalog::MARKET_CREATORS_MAX)]
    author_ids: Vec<AuthorId>,
    /// SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT or SHORT_DRAMA
    #[arg(long, default_value_t = Platform::ShortVideo, value_parser = parse_platform)]
    platform: Platform,
    /// The length whose prices and costs are shown: 1-20, 21-60, 60 or single [default: 21-60 for short videos]
    #[arg(long, value_parser = parse_tier)]
    tier: Option<Tier>,
    #[command(flatten)]
    server: ServerFlags,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    /// Print JSON for programs
    #[arg(long, conflicts_with = "out")]
    json: bool,
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, args: &CompareArgs) -> anyhow::Result<()> {
    let lang = args.out.lang();
    args.out.check()?;
    let ids: Vec<String> = args.author_ids.iter().map(AuthorId::to_string).collect();
    let platform = args.platform.name().to_owned();
    let query = query([(PARAM_AUTHORS, Some(ids.join(","))), (PARAM_PLATFORM, Some(platform))]);
    let answers = Answers::of(common, &args.server, lang).await?;
    let comparison = answers.compare(&query).await?;
    answers.tell_cost(lang);
    if !comparison.unknown.is_empty() {
        let (platform, unknown) = (args.platform, &comparison.unknown);
        output::person(&match lang {
            Lang::En => format!("no figures are held on {platform} of: {}", unknown.join(", ")),
            Lang::Zh => format!("以下达人没有{}数据：{}", platform.word().zh, unknown.join("、")),
        });
    }
    if comparison.creators.is_empty() {
        bail!(Text::new("there is nobody to compare", "没有可对比的达人").of(lang));
    }
    if args.json {
        return output::json(&comparison);
    }
    args.out.put(&compared(&comparison.creators, args.tier.unwrap_or_else(|| args.platform.usual_tier())))?;
    let by_source = BySource::count(comparison.creators.iter().map(|creator| creator.source.as_str()));
    if let Some(mixed) = mixed_sources(by_source, lang) {
        output::person(&mixed);
    }
    Ok(())
}
