//! `astrolabe cp`: what a placement with a creator costs for what it brings, from the local data or from a server; of many
//! creators (`many.rs`) as a table. What is behind the figures is told in `explained.rs`.

mod again;
mod explained;
mod from_server;
mod held;
mod ids;
mod many;
mod short_of;
mod tally;

use std::fmt::Display;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use catalog::{Lang, Text};
use clap::Args;
use domain::{AuthorId, CreatorKey, MicroYuan, Platform};
use estimator::Explanation;

use crate::cli::Common;
use crate::commands::cp::held::Held;
use crate::commands::market::ServerFlags;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::errors;
use crate::figures::Figures;
use crate::flags::{parse_amount, parse_platform};
use crate::lang::told;
use crate::now::now;
use crate::output;
use crate::tables::OutArgs;

#[derive(Debug, Args)]
pub(crate) struct CpArgs {
    /// The creator's id
    #[arg(required_unless_present = "file")]
    author_id: Option<AuthorId>,
    /// The creators of this file instead, as a table: an id a line, or CSV with a column author_id and perhaps platform; - is the
    /// standard input. A server is asked in batches of 1,000
    #[arg(long, value_name = "FILE", conflicts_with_all = ["author_id", "explain"])]
    file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    /// With --file and --url: the most that all of it may cost, in yuan
    #[arg(long, value_name = "YUAN", requires_all = ["file", "url"], value_parser = parse_amount)]
    max_cost: Option<MicroYuan>,
    /// With --url: go on with what broke off under this key, without being charged again
    #[arg(long, value_name = "KEY", requires = "url", conflicts_with_all = ["json", "explain"])]
    key: Option<String>,
    /// With --file and --url: only tell which are known and what it would cost
    #[arg(long, requires_all = ["file", "url"])]
    dry_run: bool,
    /// SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT or SHORT_DRAMA
    #[arg(long, default_value_t = Platform::ShortVideo, value_parser = parse_platform)]
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

impl CpArgs {
    /// The language of what is behind the figures: programs are told the same in every locale.
    fn language_behind(&self) -> Lang {
        if self.json { Lang::En } else { self.out.lang() }
    }
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, args: &CpArgs) -> anyhow::Result<()> {
    let keys = match (&args.file, &args.author_id) {
        (Some(_), _) if args.json => bail!(TABLE_AS_JSON.of(args.out.lang())),
        (Some(file), _) => ids::read(file, args.platform)?,
        (None, Some(author_id)) => vec![CreatorKey { author_id: author_id.clone(), platform: args.platform }],
        (None, None) => bail!(
            Text::new("name a creator, or a --file of creators", "请指定达人，或以 --file 指定达人文件")
                .of(args.out.lang())
        ),
    };
    let [key] = keys.as_slice() else { return many::run(common, args, &keys).await };
    if args.file.is_some() || args.out.out.is_some() || args.key.is_some() {
        return many::run(common, args, &keys).await;
    }
    match args.server.client()? {
        Some(client) => {
            let reply = client.author_cp_info(key).await?;
            let explanation = if args.explain { explained_by(client, key, args).await } else { None };
            show(&Figures::of_reply(key.clone(), &reply, explanation.as_ref()), explanation.as_ref(), args)
        }
        None => local(common, args, key).await,
    }
}

/// What is behind the figures that a server answered with; figures that were paid for are shown without it too, and why is told.
async fn explained_by(client: client::Client, key: &CreatorKey, args: &CpArgs) -> Option<Explanation> {
    let asked = client.speaking(args.language_behind()).explain(key).await;
    let read = asked.map_err(anyhow::Error::new).and_then(|told| Ok(serde_json::from_value(told)?));
    read.inspect_err(|error| tell_unexplained(&errors::text(error, args.out.lang()), args)).ok()
}

/// Tells people that the figures come alone, and why.
fn tell_unexplained(why: &str, args: &CpArgs) {
    output::person(&told!(
        args.out.lang(),
        "the figures come without an explanation: {why}",
        "以下数值没有说明：{why}"
    ));
}

const TABLE_AS_JSON: Text = Text::new(
    "a table is not printed as JSON, but written as such into a file: --out FILE.json in place of --json (or FILE.ndjson, an object a line)",
    "表格不以 JSON 打印，而是写入文件：请以 --out 文件.json（或每行一个对象的 文件.ndjson）代替 --json",
);

const NOT_ESTIMATED: Text = Text::new(
    "no estimate can be made of what was imported: import posts to have one that can be explained",
    "已导入的数据不足以预估：导入作品后才有可解释的预估",
);

async fn local(common: &Common, args: &CpArgs, key: &CreatorKey) -> anyhow::Result<()> {
    let (data, lang) = (DataDir::held(common)?, args.out.lang());
    let store = operator_store(&data).await?;
    let held = Held::read(&*store, key).await?.ok_or_else(|| anyhow!(unknown(key, &data.place(), lang)))?;
    let snapshot = held.figures(&data.config).ok_or_else(|| anyhow!(without_plays(key, lang)))?;
    let figures = Figures::of_snapshot(&snapshot, now());
    let explanation = args.explain.then(|| held.explain(&snapshot, &data.config, args.language_behind())).flatten();
    if args.explain && explanation.is_none() {
        tell_unexplained(NOT_ESTIMATED.of(lang), args);
    }
    show(&figures, explanation.as_ref(), args)
}

/// That nothing is known of a creator, and what to do.
pub(super) fn unknown(key: &CreatorKey, place: &impl Display, lang: Lang) -> String {
    let CreatorKey { author_id, platform } = key;
    match lang {
        Lang::En => format!(
            "creator {author_id} is unknown on {platform} in {place}: import this creator's posts, or name another --data \
             or --platform"
        ),
        Lang::Zh => format!(
            "{place} 中没有达人 {author_id} 的{}数据：请导入该达人的作品，或另行指定 --data 或 --platform",
            platform.word().zh
        ),
    }
}

fn without_plays(key: &CreatorKey, lang: Lang) -> String {
    match lang {
        Lang::En => format!("no post with plays is known of creator {}: import some", key.author_id),
        Lang::Zh => format!("达人 {} 尚无有播放量的作品：请先导入", key.author_id),
    }
}

fn show(figures: &Figures, explanation: Option<&Explanation>, args: &CpArgs) -> anyhow::Result<()> {
    if args.json {
        let mut value = figures.json();
        if let Some(explanation) = explanation {
            value["explanation"] = serde_json::to_value(explanation)?;
        }
        return output::json(&value);
    }
    let lang = args.out.lang();
    output::result(&figures.text(lang))?;
    match explanation {
        Some(explanation) => output::result(&explained::text(explanation, lang, output::width())),
        None => Ok(()),
    }
}
