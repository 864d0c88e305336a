//! `astrolabe cp`: what a placement with a creator costs for what it brings, from the local data or from a server; of many
//! creators (`many.rs`) as a table.

mod ids;
mod many;

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use domain::{AuthorId, CreatorKey, MicroYuan, Platform, Snapshot};
use estimator::{ExplainedKind, Explanation};
use store::{CreatorStore, Latest};

use crate::cli::Common;
use crate::commands::market::ServerFlags;
use crate::commands::operator_store;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::figures::Figures;
use crate::flags::parse_amount;
use crate::now::now;
use crate::output::{self, thousands};
use crate::tables::OutArgs;

#[derive(Debug, Args)]
pub(crate) struct CpArgs {
    /// The creator's id
    #[arg(required_unless_present = "file")]
    author_id: Option<AuthorId>,
    /// The creators of this file instead, as a table: an id a line, or CSV with a column author_id and perhaps platform. A server
    /// is asked in batches of 1,000
    #[arg(long, value_name = "FILE", conflicts_with_all = ["author_id", "json", "explain"])]
    file: Option<PathBuf>,
    #[command(flatten)]
    out: OutArgs,
    /// With --file and --url: the most that all of it may cost, in yuan
    #[arg(long, value_name = "YUAN", requires_all = ["file", "url"], value_parser = parse_amount)]
    max_cost: Option<MicroYuan>,
    /// With --file and --url: go on with what broke off under this key, without being charged again
    #[arg(long, value_name = "KEY", requires_all = ["file", "url"])]
    key: Option<String>,
    /// With --file and --url: only tell which are known and what it would cost
    #[arg(long, requires_all = ["file", "url"])]
    dry_run: bool,
    /// SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT or SHORT_DRAMA
    #[arg(long, default_value_t = Platform::ShortVideo)]
    platform: Platform,
    #[command(flatten)]
    server: ServerFlags,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
    /// Tell everything behind the figures: posts used and left out and why, formulas, rounding
    #[arg(long)]
    explain: bool,
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, args: &CpArgs) -> anyhow::Result<()> {
    let keys = match (&args.file, &args.author_id) {
        (Some(file), _) => ids::read(file, args.platform)?,
        (None, Some(author_id)) => vec![CreatorKey { author_id: author_id.clone(), platform: args.platform }],
        (None, None) => bail!("name a creator, or a --file of creators"),
    };
    let [key] = keys.as_slice() else { return many::run(common, args, &keys).await };
    if args.file.is_some() || args.out.out.is_some() {
        return many::run(common, args, &keys).await;
    }
    match args.server.client()? {
        Some(client) => {
            let reply = client.author_cp_info(key).await?;
            let explanation: Option<Explanation> = match args.explain {
                true => Some(serde_json::from_value(client.explain(key).await?)?),
                false => None,
            };
            show(&Figures::of_reply(key.clone(), &reply), explanation.as_ref(), args)
        }
        None => local(common, args, key).await,
    }
}

async fn local(common: &Common, args: &CpArgs, key: &CreatorKey) -> anyhow::Result<()> {
    let data = DataDir::open(common)?;
    let store = operator_store(&data).await?;
    let Some(latest) = store.latest(key).await? else {
        bail!(
            "creator {} is unknown on {} in {}: import this creator's posts, or name another --data or --platform",
            key.author_id,
            key.platform,
            data.place()
        )
    };
    let snapshot = figures_of(latest, &data.config)
        .with_context(|| format!("no post with plays is known of creator {}: import some", key.author_id))?;
    let figures = Figures::of_snapshot(&snapshot, now());
    let explanation = match args.explain {
        true => Some(explain(&*store, key, &snapshot, &data.config).await?),
        false => None,
    };
    show(&figures, explanation.as_ref(), args)
}

/// The snapshot to show now.
fn figures_of(latest: Latest, config: &Config) -> Option<Snapshot> {
    config.gateway.choose(latest.reported, latest.estimated, |snapshot| snapshot.as_of, now())
}

async fn explain(
    store: &(impl CreatorStore + ?Sized),
    key: &CreatorKey,
    snapshot: &Snapshot,
    config: &Config,
) -> anyhow::Result<Explanation> {
    let state = store.state(key).await?.context("the creator was removed just now")?;
    if !estimator::snapshots(key, &state, &config.estimate).contains(snapshot) {
        output::person(
            "note: the settings changed since these figures were made; import the creator again to renew them",
        );
    }
    estimator::explain(key, &state, snapshot.source, &config.estimate).context("the settings allow no estimate")
}

fn show(figures: &Figures, explanation: Option<&Explanation>, args: &CpArgs) -> anyhow::Result<()> {
    if args.json {
        let mut value = figures.json();
        if let Some(explanation) = explanation {
            value["explanation"] = serde_json::to_value(explanation)?;
        }
        return output::json(&value);
    }
    output::result(&figures.text(args.out.lang()))?;
    match explanation {
        Some(explanation) => output::result(&explanation_text(explanation)),
        None => Ok(()),
    }
}

/// Paid placements and other posts side by side, where posts tell which they are.
fn kinds_text(kinds: &[ExplainedKind]) -> String {
    if kinds.is_empty() {
        return String::new();
    }
    let rows = kinds.iter().map(|kind| {
        [
            if kind.sponsored { "paid" } else { "organic" }.to_owned(),
            kind.posts.to_string(),
            thousands(kind.median_views),
            kind.interactions_per_10000.map_or_else(|| "–".into(), thousands),
        ]
    });
    let header = ["posts that are", "posts", "median plays", "interactions per 10,000 plays"];
    format!("{}\n\n", output::table(header, &[1, 2, 3], rows))
}

fn explanation_text(explanation: &Explanation) -> String {
    let steps = explanation.steps.iter().map(|step| [step.figure.clone(), step.formula.clone(), step.result.clone()]);
    let posts = explanation.posts.iter().map(|post| {
        [
            post.item_id.clone(),
            post.published_at.clone(),
            format!("{} days", post.age_days),
            thousands(post.plays),
            post.interactions.map_or_else(|| "–".into(), thousands),
            match post.sponsored {
                Some(true) => "paid".into(),
                Some(false) => "organic".into(),
                None => "–".into(),
            },
            post.left_out_because.as_ref().map_or_else(|| "used".into(), |why| format!("left out: {why}")),
            match post.hot {
                Some(true) => "hot".into(),
                Some(false) => "no".into(),
                None => "–".to_owned(),
            },
        ]
    });
    let kinds = kinds_text(&explanation.kinds);
    format!(
        "\nMethod {}. Posts used: {}.\n{}\nRounding: {}.\n\n{kinds}{}",
        explanation.method,
        explanation.window,
        output::table(["figure", "formula", "result"], &[], steps),
        explanation.rounding,
        output::table(
            ["post", "published", "age at capture", "plays", "interactions", "paid", "expected views", "hot"],
            &[2, 3, 4],
            posts
        )
    )
}
