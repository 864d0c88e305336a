//! `astrolabe cp --file`: the figures of many creators as a table, from the local data or from a server (`from_server.rs`).

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
use crate::now::now;
use crate::output;
use crate::tables::{Cell, Table};

const NOT_HELD: Text = Text::new("nothing is known of this creator on this platform", "没有该达人在该内容类型下的数据");
const NOT_PLAYED: Text = Text::new("no post with plays is known", "没有有播放量的作品");

/// Shows these creators.
pub(super) async fn run(common: &Common, args: &CpArgs, keys: &[CreatorKey]) -> anyhow::Result<()> {
    let (lang, bar) = (args.out.lang(), ProgressBar::new(keys.len() as u64));
    let template = Text::new("{bar:40} {pos}/{len} creators {eta}", "{bar:40} {pos}/{len} 位达人 {eta}");
    bar.set_style(ProgressStyle::with_template(template.of(lang))?);
    args.out.check()?;
    args.out.check_rows(keys.len())?;
    let mut table = figures::table();
    let told_in = args.out.lang_inside();
    let Some(client) = args.server.client()? else {
        let tally = local(common, keys, told_in, &bar, &mut table).await;
        bar.finish_and_clear();
        let tally = tally?;
        args.out.put(&table)?;
        tally.unknown_text(lang).iter().for_each(|told| output::person(told));
        return Ok(());
    };
    let asked = from_server::ask(&client.speaking(told_in), args, keys, &bar, &mut table).await;
    bar.finish_and_clear();
    let asked = asked?;
    args.out.put(&table)?;
    asked.told(args)
}

async fn local(
    common: &Common,
    keys: &[CreatorKey],
    lang: Lang,
    bar: &ProgressBar,
    table: &mut Table,
) -> anyhow::Result<Tally> {
    let data = DataDir::held(common)?;
    let store = operator_store(&data).await?;
    let mut tally = Tally::default();
    for key in keys {
        let held = Held::read(&*store, key).await?;
        let figures = held.as_ref().and_then(|held| {
            let snapshot = held.figures(&data.config)?;
            Some(Figures::of_snapshot(&snapshot, now()).named(held.name()))
        });
        tally.count(figures.is_some());
        table.rows.push(match figures {
            Some(figures) => figures.cells("answered"),
            None => without_figures(key, UNKNOWN, Some(if held.is_some() { NOT_PLAYED } else { NOT_HELD }.of(lang))),
        });
        bar.inc(1);
    }
    Ok(tally)
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
