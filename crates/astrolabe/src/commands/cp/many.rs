//! `astrolabe cp --file`: the figures of many creators as a table, from the local data or from a server.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use anyhow::Context;
use catalog::{BATCH_MAX, Lang, Text};
use client::{Batch, BatchRow, BatchSummary, Client};
use domain::{CreatorKey, MicroYuan, Platform};
use indicatif::{ProgressBar, ProgressStyle};

use super::{CpArgs, figures_of};
use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::figures::{self, Figures};
use crate::lang::told;
use crate::now::now;
use crate::output::{self, counted, shell_word, thousands};
use crate::tables::{Cell, Table};

/// Shows these creators.
pub(super) async fn run(common: &Common, args: &CpArgs, keys: &[CreatorKey]) -> anyhow::Result<()> {
    let bar = ProgressBar::new(keys.len() as u64);
    let template = Text::new("{bar:40} {pos}/{len} creators {eta}", "{bar:40} {pos}/{len} 位达人 {eta}");
    bar.set_style(ProgressStyle::with_template(template.of(args.out.lang()))?);
    args.out.check()?;
    args.out.check_rows(keys.len())?;
    let mut table = figures::table();
    let done = match args.server.client()? {
        Some(client) => {
            // What a file holds is the same in all languages.
            let client = if args.out.out.is_some() { client.speaking(Lang::En) } else { client };
            asked(&client, args, keys, &bar, &mut table).await
        }
        None => local(common, keys, &bar, &mut table).await.map(|()| None),
    };
    bar.finish_and_clear();
    let left = done?;
    args.out.put(&table)?;
    if let Some(left) = left {
        output::person(&left);
    }
    Ok(())
}

async fn local(common: &Common, keys: &[CreatorKey], bar: &ProgressBar, table: &mut Table) -> anyhow::Result<()> {
    let data = DataDir::open(common)?;
    let store = operator_store(&data).await?;
    for key in keys {
        let latest = store.latest(key).await?;
        let is_known = latest.is_some();
        let snapshot = latest.and_then(|latest| figures_of(latest, &data.config));
        table.rows.push(match snapshot {
            Some(snapshot) => Figures::of_snapshot(&snapshot, now()).cells("answered"),
            None => {
                let why = if is_known { "no post with plays is known" } else { "unknown" };
                without_figures(key, why, table.columns.len())
            }
        });
        bar.inc(1);
    }
    Ok(())
}

/// Asks a server, in batches under keys of their own: what broke off is not charged again when it is asked again. Each creator is
/// asked once, however often it is named. Tells what is left to do, where the cap left some.
async fn asked(
    client: &Client,
    args: &CpArgs,
    keys: &[CreatorKey],
    bar: &ProgressBar,
    table: &mut Table,
) -> anyhow::Result<Option<String>> {
    let key = match &args.key {
        Some(key) => key.clone(),
        None => random_key()?,
    };
    // Before anything is paid for: whoever is stopped, or cannot write the result, can go on with it.
    if args.key.is_none() && !args.dry_run {
        output::person(&going_on(args, &key));
    }
    let mut named = HashSet::new();
    let creators: Vec<CreatorKey> = keys.iter().filter(|creator| named.insert(*creator)).cloned().collect();
    bar.set_length(creators.len() as u64);
    let batches = (1..).zip(creators.chunks(BATCH_MAX)).map(|(number, creators)| Batch {
        creators: creators.to_vec(),
        dry_run: args.dry_run,
        cost_max: None,
        key: Some(format!("{key}/{number}")),
    });
    let batches: Vec<Batch> = batches.collect();
    let before = charged_before(client, args, &batches).await?;
    let minus = |left: MicroYuan, charged: &MicroYuan| left.minus(*charged).unwrap_or_default();
    let mut left = args.max_cost.map(|most| before.iter().fold(most, minus));
    let mut rows: HashMap<CreatorKey, Vec<Cell>> = HashMap::new();
    let mut creators_left = 0;
    for ((number, batch), before) in (1..).zip(batches).zip(before) {
        // What was charged before counts for the server's cap.
        let batch = Batch { cost_max: left.map(|left| left.plus(before)), ..batch };
        let summary = client.batch(&batch, |row| {
            if let Some(of) = batch.creators.get(row.row.wrapping_sub(1)) {
                rows.insert(of.clone(), cells(of, row, table.columns.len()));
            }
            bar.inc(1);
        });
        let summary = match (summary.await, args.dry_run) {
            // A trial is simply tried again.
            (summary, true) => summary?,
            (summary, false) => summary.with_context(|| going_on(args, &key))?,
        };
        let charged = MicroYuan::from_yuan_text(&summary.charged_yuan)?;
        left = left.map(|left| minus(left, &charged));
        creators_left += summary.left;
        bar.suspend(|| output::person(&summed_up(number, &summary, args)));
    }
    table.rows.extend(keys.iter().filter_map(|of| rows.get(of).cloned()));
    Ok((creators_left > 0).then(|| told_left(creators_left, &key, args)))
}

/// How many creators the cap left, and what to do.
fn told_left(creators: usize, key: &str, args: &CpArgs) -> String {
    let (counted, key) = (counted(creators as u64, "creator"), shell_word(key));
    let creators = thousands(creators as u64);
    match (args.dry_run, args.out.lang()) {
        (true, Lang::En) => format!("{counted} would be left: give a larger --max-cost"),
        (true, Lang::Zh) => format!("将有 {creators} 位达人未查询：请提高 --max-cost"),
        (false, Lang::En) => format!("{counted} left: run again with --key {key} and a larger --max-cost"),
        (false, Lang::Zh) => format!("还有 {creators} 位达人未查询：请以 --key {key} 并提高 --max-cost 再次运行"),
    }
}

/// What came of a batch.
fn summed_up(number: usize, summary: &BatchSummary, args: &CpArgs) -> String {
    let (answered, rows, yuan) = (summary.answered, summary.rows, &summary.charged_yuan);
    match (args.dry_run, args.out.lang()) {
        (true, Lang::En) => format!("batch {number}: {answered} of {rows} would be answered, for {yuan} yuan at most"),
        (true, Lang::Zh) => format!("第 {number} 批：{rows} 位中可返回 {answered} 位，费用不超过 {yuan} 元"),
        (false, Lang::En) => format!("batch {number}: {answered} of {rows} answered, {yuan} yuan charged"),
        (false, Lang::Zh) => format!("第 {number} 批：{rows} 位中已返回 {answered} 位，扣费 {yuan} 元"),
    }
}

/// What each batch was charged when it was sent before under the key that was given, where a cap holds for all of it.
async fn charged_before(client: &Client, args: &CpArgs, batches: &[Batch]) -> anyhow::Result<Vec<MicroYuan>> {
    let mut before = vec![MicroYuan::ZERO; batches.len()];
    if args.max_cost.is_some() && args.key.is_some() {
        for (before, batch) in before.iter_mut().zip(batches) {
            let summary = client.batch(&Batch { dry_run: true, ..batch.clone() }, |_| {}).await?;
            let told = summary.charged_before_yuan.with_context(|| {
                told!(
                    args.out.lang(),
                    "this server does not tell what was charged before under a key: give --max-cost without --key",
                    "该服务器不说明此前以同一键扣除的费用：请仅使用 --max-cost，不指定 --key"
                )
            });
            *before = MicroYuan::from_yuan_text(&told?)?;
        }
    }
    Ok(before)
}

fn cells(key: &CreatorKey, row: BatchRow, columns: usize) -> Vec<Cell> {
    match row.data {
        Some(data) => Figures::of_data(key.clone(), &data, row.source, row.age_seconds).cells(&row.status),
        None => without_figures(key, row.message.as_deref().unwrap_or(&row.status), columns),
    }
}

/// The row of a creator of whom there is no answer.
fn without_figures(key: &CreatorKey, why: &str, columns: usize) -> Vec<Cell> {
    let mut cells = vec![Cell::Empty; columns];
    cells[0] = Cell::Text(key.author_id.to_string());
    cells[1] = Cell::Text(key.platform.name().to_owned());
    cells[2] = Cell::Text(why.to_owned());
    cells
}

/// How what breaks off goes on.
fn going_on(args: &CpArgs, key: &str) -> String {
    let path = |flag: &str, path: Option<&PathBuf>| {
        path.map_or_else(String::new, |path| format!(" {flag}{}", shell_word(&path.to_string_lossy())))
    };
    let id = args.author_id.as_ref().map_or_else(String::new, |id| format!(" {id}"));
    let (file, out) = (path("--file ", args.file.as_ref()), path("--out ", args.out.out.as_ref()));
    let (platform, server) = (args.platform, args.server.again());
    let platform = if platform == Platform::default() { String::new() } else { format!(" --platform {platform}") };
    let cost = args.max_cost.map_or_else(String::new, |cost| format!(" --max-cost {cost}"));
    let lang = args.out.lang.map_or_else(String::new, |lang| format!(" --lang {}", lang.code()));
    let key = shell_word(key);
    let command = format!("astrolabe cp{id}{file}{platform}{server}{cost}{out}{lang} --key {key}");
    told!(
        args.out.lang(),
        "to go on without being charged again, should this break off, within 24 hours: {command}",
        "如中途中断，24 小时内运行以下命令可继续且不重复扣费：{command}"
    )
}

fn random_key() -> anyhow::Result<String> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    Ok(format!("cp-{:016x}", u64::from_ne_bytes(random)))
}
