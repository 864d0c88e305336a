//! `astrolabe cp`: what a placement with a creator costs for what it brings, from the local data or from a server.

use anyhow::{Context, bail};
use clap::Args;
use domain::{AuthorId, CreatorKey, Platform, Snapshot};
use estimator::Explanation;
use store::CreatorStore;

use crate::cli::Common;
use crate::commands::operator_store;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::figures::Figures;
use crate::now::now;
use crate::output::{self, thousands};

#[derive(Debug, Args)]
pub(crate) struct CpArgs {
    /// The creator's id
    author_id: AuthorId,
    /// SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT or SHORT_DRAMA
    #[arg(long, default_value_t = Platform::ShortVideo)]
    platform: Platform,
    /// Ask this server instead of the local data
    #[arg(long, requires = "token")]
    url: Option<String>,
    /// The token for the server; better given as the environment variable, which no process list shows
    #[arg(long, env = "ASTROLABE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
    /// Tell everything behind the figures: posts used and left out and why, formulas, rounding
    #[arg(long)]
    explain: bool,
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, args: &CpArgs) -> anyhow::Result<()> {
    let key = CreatorKey { author_id: args.author_id.clone(), platform: args.platform };
    match (&args.url, &args.token) {
        (Some(url), Some(token)) => {
            let client = client::Client::new(url, token.as_str())?;
            let reply = client.author_cp_info(&key).await?;
            let explanation: Option<Explanation> = match args.explain {
                true => Some(serde_json::from_value(client.explain(&key).await?)?),
                false => None,
            };
            show(&Figures::of_reply(key, &reply), explanation.as_ref(), args.json)
        }
        _ => local(common, args, &key).await,
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
    let (reported, estimated) = (latest.reported.as_ref(), latest.estimated.as_ref());
    let snapshot = data
        .config
        .gateway
        .choose(reported, estimated, |snapshot| snapshot.as_of, now())
        .with_context(|| format!("no post with plays is known of creator {}: import some", key.author_id))?;
    let figures = Figures::of_snapshot(snapshot, now());
    let explanation = match args.explain {
        true => Some(explain(&*store, key, snapshot, &data.config).await?),
        false => None,
    };
    show(&figures, explanation.as_ref(), args.json)
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

fn show(figures: &Figures, explanation: Option<&Explanation>, json: bool) -> anyhow::Result<()> {
    if json {
        let mut value = figures.json();
        if let Some(explanation) = explanation {
            value["explanation"] = serde_json::to_value(explanation)?;
        }
        return output::json(&value);
    }
    output::result(&figures.text())?;
    match explanation {
        Some(explanation) => output::result(&explanation_text(explanation)),
        None => Ok(()),
    }
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
    format!(
        "\nMethod {}. Posts used: {}.\n{}\nRounding: {}.\n\n{}",
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
