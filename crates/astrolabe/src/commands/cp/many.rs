//! `astrolabe cp --file`: the figures of many creators as a table, from the local data or from a server (`from_server.rs`). Each creator
//! is looked up and counted once, and has as many rows as the list has for it.

use std::collections::{HashMap, HashSet};

use catalog::{Lang, Text};
use domain::CreatorKey;
use indicatif::{ProgressBar, ProgressStyle};

use super::held::Held;
use super::tally::{Tally, UNKNOWN};
use super::{CpArgs, from_server};
use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;
use crate::figures::{self, Figures};
use crate::lang::told;
use crate::now::now;
use crate::output::{self, counted, thousands};
use crate::tables::Cell;

const NOT_HELD: Text = Text::new("nothing is known of this creator on this platform", "没有该达人在该内容类型下的数据");
const NOT_PLAYED: Text = Text::new("no post with plays is known", "没有有播放量的作品");

/// The row of each creator.
pub(super) type Rows = HashMap<CreatorKey, Vec<Cell>>;

/// Shows these creators.
pub(super) async fn run(common: &Common, args: &CpArgs, keys: &[CreatorKey]) -> anyhow::Result<()> {
    let mut named = HashSet::new();
    let creators: Vec<CreatorKey> = keys.iter().filter(|creator| named.insert(*creator)).cloned().collect();
    let (lang, bar) = (args.out.lang(), ProgressBar::new(creators.len() as u64));
    let template = Text::new("{bar:40} {pos}/{len} creators {eta}", "{bar:40} {pos}/{len} 位达人 {eta}");
    bar.set_style(ProgressStyle::with_template(template.of(lang))?);
    args.out.check()?;
    args.out.check_rows(keys.len())?;
    let told_in = args.out.lang_inside();
    let Some(client) = args.server.client()? else {
        let local = local(common, &creators, told_in, &bar).await;
        bar.finish_and_clear();
        let (tally, rows) = local?;
        put(args, keys, &rows)?;
        tally.unknown_text(lang).iter().for_each(|told| output::person(told));
        return Ok(());
    };
    let asked = from_server::ask(&client.speaking(told_in), args, &creators, &bar).await;
    bar.finish_and_clear();
    let asked = asked?;
    put(args, keys, &asked.rows)?;
    asked.told(args)
}

/// Writes the table, a row for each of the list, and says how many of them name a creator again.
fn put(args: &CpArgs, keys: &[CreatorKey], rows: &Rows) -> anyhow::Result<()> {
    let mut table = figures::table();
    table.rows.extend(keys.iter().filter_map(|creator| rows.get(creator).cloned()));
    args.out.put(&table)?;
    let (all, again) = (table.rows.len() as u64, (table.rows.len() - rows.len()) as u64);
    if again > 0 {
        let (again, counted, all) = (thousands(again), counted(all, "row"), thousands(all));
        output::person(&told!(
            args.out.lang(),
            "note: repeated creators in {again} of {counted}: sums over the result count them more than once",
            "注意：{all} 行中有 {again} 行的达人与前面的行重复，对结果求和会重复计入"
        ));
    }
    Ok(())
}

async fn local(
    common: &Common,
    creators: &[CreatorKey],
    lang: Lang,
    bar: &ProgressBar,
) -> anyhow::Result<(Tally, Rows)> {
    let data = DataDir::held(common)?;
    let store = operator_store(&data).await?;
    let (mut tally, mut rows) = (Tally::default(), Rows::new());
    for key in creators {
        let held = Held::read(&*store, key).await?;
        let figures = held.as_ref().and_then(|held| {
            let snapshot = held.figures(&data.config)?;
            Some(Figures::of_snapshot(&snapshot, now()).named(held.name()))
        });
        tally.count(figures.is_some());
        let row = match figures {
            Some(figures) => figures.cells("answered"),
            None => without_figures(key, UNKNOWN, Some(if held.is_some() { NOT_PLAYED } else { NOT_HELD }.of(lang))),
        };
        rows.insert(key.clone(), row);
        bar.inc(1);
    }
    Ok((tally, rows))
}

/// The row of a creator of whom there is no answer.
pub(super) fn without_figures(key: &CreatorKey, status: &str, message: Option<&str>) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let cell = |name| match name {
        "author_id" => text(&key.author_id.to_string()),
        "platform" => text(key.platform.name()),
        "status" => text(status),
        "message" => Cell::of(message, text),
        _ => Cell::Empty,
    };
    figures::columns().iter().map(|column| cell(column.name)).collect()
}
