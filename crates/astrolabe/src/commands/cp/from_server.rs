//! A list of creators asked of a server, in batches under keys of their own: what broke off is not charged again when it is asked
//! again.

use anyhow::{Context, anyhow, bail};
use catalog::{BATCH_MAX, Lang, Text};
use client::{Batch, BatchRow, Client, ClientError};
use domain::{CreatorKey, MicroYuan};
use indicatif::ProgressBar;

use super::many::Rows;
use super::tally::{Tally, status};
use super::{CpArgs, again, many, short_of};
use crate::errors;
use crate::figures::Figures;
use crate::lang::told;
use crate::output::{self, counted, shell_word, thousands};
use crate::tables::Cell;

const LEFT: Text =
    Text::new("not asked: the cost of all would be above --max-cost", "未查询：查询全部的费用将超过 --max-cost");

/// What came of a list.
pub(super) struct Asked {
    pub(super) rows: Rows,
    key: String,
    tally: Tally,
    /// What of the account and token does not cover it all, in a trial.
    short_of: Vec<String>,
}

/// Asks for the creators.
pub(super) async fn ask(
    client: &Client,
    args: &CpArgs,
    creators: &[CreatorKey],
    bar: &ProgressBar,
) -> anyhow::Result<Asked> {
    let (lang, key) = (args.out.lang(), args.key.clone().map_or_else(again::random_key, Ok)?);
    // Before anything is paid for: whoever is stopped, or cannot write the result, can go on with it.
    if args.key.is_none() && !args.dry_run {
        output::person(&again::told(args, &key));
    }
    let batches = batches(creators, args, &key);
    let (is_one, before) = (batches.len() == 1, charged_before(client, args, &batches).await?);
    let minus = |left: MicroYuan, charged: &MicroYuan| left.minus(*charged).unwrap_or_default();
    let mut left = args.max_cost.map(|most| before.iter().fold(most, minus));
    let (mut rows, mut all) = (Rows::new(), Tally::default());
    for ((number, batch), before) in (1..).zip(batches).zip(before) {
        // What was charged before counts for the server's cap.
        let batch = Batch { cost_max: left.map(|left| left.plus(before)), ..batch };
        let mut tally = Tally::default();
        let summary = client.batch(&batch, |row| {
            tally.count_row(&row);
            if let Some(of) = batch.creators.get(row.row.wrapping_sub(1)) {
                rows.insert(of.clone(), cells(of, row, args.out.lang_inside()));
            }
            bar.inc(1);
        });
        let summary = summary.await.map_err(|error| broken_off(error, &key, args))?;
        tally.charged = MicroYuan::from_yuan_text(&summary.charged_yuan)?;
        tally.quota = summary.quota as u64;
        left = left.map(|left| minus(left, &tally.charged));
        if !is_one {
            let told = tally.text(args.dry_run, lang);
            bar.suspend(|| output::person(&told!(lang, "batch {number}: {told}", "第 {number} 批：{told}")));
        }
        all.add(&tally);
    }
    let short_of = if args.dry_run { short_of::told(client, &all, lang).await? } else { Vec::new() };
    Ok(Asked { rows, key, tally: all, short_of })
}

fn batches(creators: &[CreatorKey], args: &CpArgs, key: &str) -> Vec<Batch> {
    let batch = |(number, creators): (usize, &[CreatorKey])| Batch {
        creators: creators.to_vec(),
        dry_run: args.dry_run,
        cost_max: None,
        key: Some(format!("{key}/{number}")),
    };
    (1..).zip(creators.chunks(BATCH_MAX)).map(batch).collect()
}

impl Asked {
    /// Says what came of it, and what to do.
    ///
    /// # Errors
    /// When creators were refused who may be answered another time.
    pub(super) fn told(&self, args: &CpArgs) -> anyhow::Result<()> {
        let (lang, tally) = (args.out.lang(), &self.tally);
        output::person(&tally.text(args.dry_run, lang));
        self.short_of.iter().for_each(|told| output::person(told));
        if tally.left > 0 {
            output::person(&self.left_text(args));
        }
        let Some(refused) = tally.refused_text(lang) else { return Ok(()) };
        match args.dry_run {
            true => bail!(refused),
            false => bail!("{refused}\n{}", again::with_key(&self.key, lang)),
        }
    }

    /// How many creators the cap left, and what to do.
    fn left_text(&self, args: &CpArgs) -> String {
        let (creators, key) = (self.tally.left as u64, shell_word(&self.key));
        let (counted, creators) = (counted(creators, "creator"), thousands(creators));
        match (args.dry_run, args.out.lang()) {
            (true, Lang::En) => format!("{counted} would be left: give a larger --max-cost"),
            (true, Lang::Zh) => format!("将有 {creators} 位达人未查询：请提高 --max-cost"),
            (false, Lang::En) => format!("{counted} left: run again with --key {key} and a larger --max-cost"),
            (false, Lang::Zh) => format!("还有 {creators} 位达人未查询：请以 --key {key} 并提高 --max-cost 再次运行"),
        }
    }
}

/// Why a batch broke off, and how it goes on; a trial is simply tried again.
fn broken_off(error: ClientError, key: &str, args: &CpArgs) -> anyhow::Error {
    let (error, lang) = (anyhow::Error::new(error), args.out.lang());
    if args.dry_run {
        return error;
    }
    anyhow!("{}\n{}", errors::text(&error, lang), again::with_key(key, lang))
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

fn cells(key: &CreatorKey, row: BatchRow, lang: Lang) -> Vec<Cell> {
    let status = status(&row);
    match &row.data {
        Some(data) => Figures::of_row(key.clone(), &row, data).cells(status),
        // The server calls the cap by its own name.
        None if status == "left" => many::without_figures(key, status, Some(LEFT.of(lang))),
        None => many::without_figures(key, status, row.message.as_deref()),
    }
}
