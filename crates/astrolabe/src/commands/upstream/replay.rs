//! `astrolabe upstream replay`: what was bought, read again by this release.

mod changes;

use std::collections::BTreeMap;
use std::io::{self, Read};

use anyhow::bail;
use catalog::{Lang, Text};
use clap::Args;
use domain::{CpInfo, CreatorKey, Spoken};
use serde_json::{Value, json};
use store::{Bought, BoughtFilter, MeterStore, UpstreamStore};
use upstream::{BODY_BYTES_MAX, Drift, Failure};

use self::changes::{changes, data};
use crate::amounts::of_ms;
use crate::commands::upstream_names;
use crate::config::Config;
use crate::errors;
use crate::lang::{self, told};
use crate::output::{self, counted, thousands};

/// Answers read from the store at once.
const PAGE: u32 = 1000;

/// Answers that differ, told one by one; the others are counted, and told all by `--json`.
const LISTED_MAX: u64 = 20;

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Only an upstream's
    #[arg(long, value_name = "NAME")]
    upstream: Option<String>,
    /// Only a creator's, on a platform: 6826128263245070349 or 6826128263245070349:SHORT_VIDEO
    #[arg(long, value_name = "ID[:PLATFORM]", value_parser = creator)]
    creator: Option<CreatorKey>,
    /// Keep the figures as they are read now, where they differ
    #[arg(long)]
    write: bool,
    /// Print every answer as a line of JSON: the kept figures, those read now, whether they differ, and its body
    #[arg(long)]
    json: bool,
}

fn creator(text: &str) -> Result<CreatorKey, String> {
    let (id, platform) = text.split_once(':').unwrap_or((text, "SHORT_VIDEO"));
    let author_id = id.parse().map_err(|error: domain::IdError| errors::of_value(&error))?;
    let platform = platform
        .parse()
        .map_err(|_| told!(lang::spoken(), "{platform} is not a platform", "没有内容类型 {platform}"))?;
    Ok(CreatorKey { author_id, platform })
}

/// Counts of what was read.
#[derive(Default)]
struct Summary {
    answers: u64,
    without_body: u64,
    damaged: u64,
    unreadable: u64,
    differing: u64,
    written: u64,
    drift: BTreeMap<Drift, u64>,
}

/// Reads the kept bodies again and tells what differs.
///
/// # Errors
/// When there is nothing of the upstream that is named, bodies are damaged, or the store fails.
pub(super) async fn run(
    store: &(impl UpstreamStore + MeterStore + ?Sized),
    config: &Config,
    args: &ReplayArgs,
) -> anyhow::Result<()> {
    if let Some(name) = &args.upstream {
        upstream_names::check(store, config, name).await?;
    }
    let mut filter = BoughtFilter {
        key: args.creator.clone(),
        upstream: args.upstream.clone(),
        limit: PAGE,
        ..BoughtFilter::default()
    };
    let mut summary = Summary::default();
    loop {
        let page = store.bought(filter.clone()).await?;
        let Some(last) = page.last() else { break };
        filter.after = last.number;
        for bought in &page {
            replay(store, args, bought, &mut summary).await?;
        }
    }
    tell(&summary, args.write, lang::spoken())
}

/// Tells what was counted.
///
/// # Errors
/// When bodies are damaged.
fn tell(summary: &Summary, write: bool, lang: Lang) -> anyhow::Result<()> {
    let Summary { answers, without_body, damaged, unreadable, differing, written, drift } = summary;
    if *differing > LISTED_MAX {
        let more = differing - LISTED_MAX;
        output::person(&told!(lang, "and {more} more: --json tells all", "另有 {more} 个：--json 可列出全部"));
    }
    let kept = match write {
        true => told!(
            lang,
            "{written} kept as read now; figures that cannot be read now are left as they are",
            "{written} 个已更新为本次解析的结果，无法解析的保留原值"
        ),
        false => {
            let kept = Text::new(
                "left as they are: --write keeps them as read now",
                "未作更改：使用 --write 可更新为本次解析的结果",
            );
            kept.of(lang).to_owned()
        }
    };
    output::person(&told!(
        lang,
        "{}: {without_body} without a body any more, {damaged} damaged, {unreadable} without figures that can be \
         read, {differing} whose figures differ from those kept ({kept})",
        "共 {} 个响应：{without_body} 个已不再保存原文，{damaged} 个原文已损坏，{unreadable} 个没有可解析的数值，\
         {differing} 个的数值与所存不同（{kept}）",
        match lang {
            Lang::En => counted(*answers, "answer"),
            Lang::Zh => thousands(*answers),
        }
    ));
    for (drift, count) in drift {
        let drift = drift.text(lang);
        output::person(&told!(lang, "drift: {drift} × {count}", "格式变化：{drift} × {count}"));
    }
    if *damaged > 0 {
        bail!(told!(lang, "{damaged} bodies are damaged", "{damaged} 个响应的原文已损坏"));
    }
    Ok(())
}

async fn replay(
    store: &(impl UpstreamStore + ?Sized),
    args: &ReplayArgs,
    bought: &Bought,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    summary.answers += 1;
    if bought.body.is_empty() {
        summary.without_body += 1;
        return if args.json { output::data(&line(bought, None).to_string()) } else { Ok(()) };
    }
    let body = match unpacked(&bought.body) {
        Ok(body) => body,
        Err(error) => {
            summary.damaged += 1;
            let answer = named(bought);
            output::person(&told!(
                lang::spoken(),
                "the body of {answer} is damaged: {error}",
                "{answer}的原文已损坏：{error}"
            ));
            return if args.json { output::data(&line(bought, None).to_string()) } else { Ok(()) };
        }
    };
    let (reread, drift) = upstream::read_archived(bought.key.platform, &body);
    for drift in drift {
        *summary.drift.entry(drift).or_default() += 1;
    }
    if args.json {
        output::data(&line(bought, Some((&body[..], &reread))).to_string())?;
    }
    summary.unreadable += u64::from(reread.is_err());
    let info = reread.ok();
    if info == bought.info {
        return Ok(());
    }
    summary.differing += 1;
    if !args.json && summary.differing <= LISTED_MAX {
        let platform = bought.key.platform;
        let changes = changes(&data(platform, bought.info.as_ref()), &data(platform, info.as_ref()), lang::spoken());
        output::result(&[named(bought), changes].join(lang::spoken().colon()))?;
    }
    // Figures that were paid for are not given up because this release cannot read them.
    if args.write && info.is_some() && store.reread_bought(&bought.key, bought.number, info).await? {
        summary.written += 1;
    }
    Ok(())
}

/// An answer, by what tells it from others.
fn named(bought: &Bought) -> String {
    let Bought { number, key, upstream, .. } = bought;
    let (creator, platform, word) = (&key.author_id, key.platform, key.platform.word().zh);
    told!(
        lang::spoken(),
        "bought answer {number} ({creator} on {platform}, from {upstream})",
        "已购响应 {number}（达人 {creator}，{word}，来自 {upstream}）"
    )
}

/// An answer for programs, as it is kept and, with its body, as it is read now; a body that is damaged, or kept no more, is none.
fn line(bought: &Bought, body: Option<(&[u8], &Result<CpInfo, Failure>)>) -> Value {
    let platform = bought.key.platform;
    let (body, reread) = body.unzip();
    let info = reread.and_then(|reread| reread.as_ref().ok());
    json!({
        "number": bought.number,
        "oAuthorId": bought.key.author_id.to_string(),
        "platform": platform.name(),
        "upstream": bought.upstream,
        "receivedAt": of_ms(bought.received_at_ms).to_string(),
        "priceYuan": bought.price.to_string(),
        "damaged": body.is_none() && !bought.body.is_empty(),
        "stored": data(platform, bought.info.as_ref()),
        "reread": data(platform, info),
        "failure": reread.and_then(|reread| reread.as_ref().err()).map(Failure::to_string),
        "differs": body.is_some().then(|| info != bought.info.as_ref()),
        "body": body.map(String::from_utf8_lossy),
    })
}

/// The body as it came.
///
/// # Errors
/// When it is not what was compressed: no body taken from an upstream is over [`BODY_BYTES_MAX`].
fn unpacked(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    zstd::stream::read::Decoder::new(body)?.take(BODY_BYTES_MAX as u64 + 1).read_to_end(&mut unpacked)?;
    if unpacked.len() > BODY_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("over {BODY_BYTES_MAX} bytes")));
    }
    Ok(unpacked)
}
