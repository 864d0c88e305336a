//! `astrolabe upstream replay`: what was bought, read again by this release.

use std::collections::BTreeMap;
use std::io::Read;

use anyhow::Context;
use catalog::Text;
use clap::Args;
use domain::CreatorKey;
use serde_json::json;
use store::{Bought, BoughtFilter, UpstreamStore};

use crate::amounts::of_ms;
use crate::errors;
use crate::lang::{self, told};
use crate::output;

/// Answers read from the store at once.
const PAGE: u32 = 1000;

/// The longest body that can be: the limit of what is taken from an upstream.
const BODY_BYTES_MAX: u64 = 16 << 20;

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
    /// Print every answer as a line of JSON, its body included
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
    unreadable: u64,
    differing: u64,
    drift: BTreeMap<String, u64>,
}

/// Reads the kept bodies again and tells what differs.
pub(super) async fn run(store: &(impl UpstreamStore + ?Sized), args: &ReplayArgs) -> anyhow::Result<()> {
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
    let Summary { answers, without_body, unreadable, differing, drift } = summary;
    let lang = lang::spoken();
    let kept = match args.write {
        true => Text::new("kept as read now", "已改存本次解析的结果"),
        false => {
            Text::new("left as they are: --write keeps them as read now", "未作更改：--write 可改存本次解析的结果")
        }
    };
    output::person(&told!(
        lang,
        "{answers} answers: {without_body} without a body any more, {unreadable} without figures that can be read, \
         {differing} whose figures differ from those kept ({})",
        "共 {answers} 个响应：{without_body} 个已不再保存原文，{unreadable} 个没有可解析的数值，\
         {differing} 个的数值与所存不同（{}）",
        kept.of(lang)
    ));
    for (what, count) in drift {
        output::person(&told!(lang, "drift: {what} × {count}", "格式变化：{what} × {count}"));
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
        return Ok(());
    }
    let number = bought.number;
    let body = unpacked(&bought.body).with_context(|| format!("the body of bought answer {number} is damaged"))?;
    let info = match upstream::read_archived(&body) {
        Ok((info, drifts)) => {
            for drift in drifts {
                *summary.drift.entry(format!("{} {:?}", drift.path, drift.kind)).or_default() += 1;
            }
            Some(info)
        }
        Err(_) => {
            summary.unreadable += 1;
            None
        }
    };
    if args.json {
        let line = json!({
            "number": number,
            "oAuthorId": bought.key.author_id.to_string(),
            "platform": bought.key.platform.name(),
            "upstream": bought.upstream,
            "receivedAt": of_ms(bought.received_at_ms).to_string(),
            "priceYuan": bought.price.to_string(),
            "body": String::from_utf8_lossy(&body),
        });
        output::result(&line.to_string())?;
    }
    if info != bought.info {
        summary.differing += 1;
        if args.write {
            store.reread_bought(number, info).await?;
        }
    }
    Ok(())
}

fn unpacked(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    zstd::stream::read::Decoder::new(body)?.take(BODY_BYTES_MAX).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}
