//! `astrolabe calls reconcile`: the operator says how unknown calls ended.

mod settle;

use catalog::{Lang, Text};
use clap::{ArgGroup, Args};
use domain::{Call, CallId, CallState, LostPurchase, MicroYuan};
use store::{AccountStore, CallFilter, MeterStore, UpstreamStore};

use super::names::{AccountNames, call_json, lost_table};
use super::{for_each, for_each_unknown, parse_id};
use crate::commands::upstream_names;
use crate::config::Config;
use crate::flags::{When, parse_when, period};
use crate::lang::{self, told};
use crate::output::{self, counted, thousands};

/// At most so many are shown to people at once.
const SHOWN_MAX: usize = 100;

const HOW_TO_SETTLE: Text = Text::new(
    "\
To settle some, look for the creator and time of each in the upstream's bill (calls that asked for the same at once were one there;
the call's id is not sent), or for its id in the caller's log, and say how they ended:
  astrolabe calls reconcile ID… --succeeded   they were answered: each price is charged, unless it is already
  astrolabe calls reconcile ID… --rejected    they were not: what was charged is given back
In place of ids --upstream NAME, --from and --to name all that are listed with them.
Until then nothing changes by itself, and an unknown call is never sent again.",
    "\
如需结清，请在上游账单中按达人与时间逐一查找（同时询问同一达人的调用在上游只有一次；调用 ID 不会发给上游），
或在调用方日志中按 ID 查找，并说明其结果：
  astrolabe calls reconcile ID… --succeeded   已返回结果：按价格扣费（已扣则不再扣）
  astrolabe calls reconcile ID… --rejected    未返回结果：退还已扣金额
除 ID 外，也可用 --upstream 名称、--from 与 --to 指定以相同条件列出的全部调用。
在此之前不会自行变化；结果未知的调用绝不会再次发出。",
);

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("outcome").args(["succeeded", "rejected"]))]
#[command(group = ArgGroup::new("which").args(["ids", "upstream", "from", "to"]).multiple(true))]
pub(crate) struct ReconcileArgs {
    /// The calls' ids [default: list the unknown calls]
    #[arg(value_name = "ID", value_parser = parse_id, requires = "outcome", conflicts_with_all = ["upstream", "from", "to"])]
    ids: Vec<CallId>,
    /// All unknown calls that this upstream may have billed; without --succeeded or --rejected they are only listed
    #[arg(long, value_name = "NAME")]
    upstream: Option<String>,
    /// All unknown calls since a day in Asia/Shanghai, or a moment: 2026-11-24, 2026-11-24T08:30:00Z
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    from: Option<When>,
    /// All unknown calls up to a day or a moment, which is included
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    to: Option<When>,
    /// They were answered: charge the price of each, unless it is charged already
    #[arg(long, requires = "which")]
    succeeded: bool,
    /// They were not answered: give back what was charged
    #[arg(long, requires = "which")]
    rejected: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

impl ReconcileArgs {
    /// Whether an unknown call is one of those named other than by ids.
    fn names(&self, call: &Call) -> bool {
        let of_upstream = |lost: &LostPurchase| Some(&lost.upstream) == self.upstream.as_ref();
        self.is_within(call) && (self.upstream.is_none() || call.lost.as_ref().is_some_and(of_upstream))
    }

    /// Whether the upstream that is named may have billed an unknown call that does not tell which one it asked, if any: its server died
    /// before its end was known, so nothing is charged for it.
    fn may_name(&self, call: &Call) -> bool {
        self.upstream.is_some() && self.is_within(call) && call.lost.is_none() && call.charged == MicroYuan::ZERO
    }

    /// Whether a call is of the time that is named: by when its upstream was asked or, where that is not known, by when it was made, as
    /// they are listed.
    fn is_within(&self, call: &Call) -> bool {
        let at_ms = call.lost.as_ref().map_or_else(|| call.id.unix_ms(), |lost| lost.sent_at_ms);
        self.from.is_none_or(|when| when.begins_ms <= at_ms) && self.to.is_none_or(|when| at_ms < when.ends_ms)
    }
}

/// Settles calls, or lists those to settle.
///
/// # Errors
/// When there is nothing of the upstream that is named, some could not be settled, or the store fails.
pub(super) async fn run(
    store: &(impl AccountStore + MeterStore + UpstreamStore + ?Sized),
    config: &Config,
    args: &ReconcileArgs,
) -> anyhow::Result<()> {
    period(args.from, args.to)?;
    if let Some(name) = &args.upstream {
        upstream_names::check(store, config, name).await?;
    }
    let wanted = match (args.succeeded, args.rejected) {
        (true, _) => CallState::Succeeded,
        (_, true) => CallState::Rejected,
        _ => {
            list(&unknown(store, args).await?, &AccountNames::read(store).await?, args)?;
            return tell_settled(store, args).await;
        }
    };
    match args.ids.as_slice() {
        [] => {
            let ids: Vec<CallId> = unknown(store, args).await?.iter().map(|call| call.id).collect();
            settle::many(store, &ids, wanted, args.json).await
        }
        [id] => settle::one(store, *id, wanted, args.json).await,
        ids => settle::many(store, ids, wanted, args.json).await,
    }
}

/// The unknown calls that are named, newest first. Says how many others the upstream may have billed.
async fn unknown(store: &(impl MeterStore + ?Sized), args: &ReconcileArgs) -> anyhow::Result<Vec<Call>> {
    let (mut unknown, mut others) = (Vec::new(), 0);
    for_each_unknown(store, |call| {
        others += u64::from(args.may_name(&call));
        unknown.extend(Some(call).filter(|call| args.names(call)));
    })
    .await?;
    if others > 0 {
        output::person(&told_others(others, lang::spoken()));
    }
    Ok(unknown)
}

/// What is said of calls that belong to no upstream, and may be in the bill of any.
fn told_others(others: u64, lang: Lang) -> String {
    told!(
        lang,
        "Not among those of --upstream: {} whose server died before the end was known. They may have been sent, and be in the bill of any \
         upstream, or of none; without --upstream they are listed too.",
        "未计入 --upstream 的还有 {} 次调用：其服务器在得知结果之前中断。它们可能已经发出，可能出现在任何一个上游的账单中，也可能都没有；不带 --upstream 可一并列出。",
        match lang {
            Lang::En => counted(others, "call"),
            Lang::Zh => thousands(others),
        }
    )
}

/// Says how many calls that are named an upstream billed for nothing, or may have, though there is nothing to settle about them.
async fn tell_settled(store: &(impl MeterStore + ?Sized), args: &ReconcileArgs) -> anyhow::Result<()> {
    let mut settled = 0;
    for_each(store, CallFilter { lost: true, ..CallFilter::default() }, |call| {
        settled += u64::from(args.names(&call) && call.state != CallState::Unknown);
    })
    .await?;
    if settled > 0 {
        let lang = lang::spoken();
        let count = match lang {
            Lang::En => counted(settled, "other call"),
            Lang::Zh => thousands(settled),
        };
        output::person(&told!(
            lang,
            "Nothing is to be settled of {count} that an upstream billed for nothing, or may have: a stale answer went out, nothing was \
             charged, or it is settled. `astrolabe calls list --lost` lists them.",
            "另有 {count} 次调用，上游已白白计费或可能已计费，但无须结清：其调用方得到的是已过期的答案，或没有扣费，或已经结清。`astrolabe calls list --lost` 可列出。"
        ));
    }
    Ok(())
}

fn list(calls: &[Call], names: &AccountNames, args: &ReconcileArgs) -> anyhow::Result<()> {
    let lang = lang::spoken();
    if args.json {
        return output::json(&calls.iter().map(|call| call_json(call, names)).collect::<Vec<_>>());
    }
    if calls.is_empty() {
        let none = match args.upstream.is_none() && args.from.is_none() && args.to.is_none() {
            true => Text::new("no call is unknown: there is nothing to settle", "没有结果未知的调用，无须结清"),
            false => Text::new(
                "no such call is unknown; without --upstream, --from and --to all unknown calls are listed",
                "没有符合条件的结果未知的调用；不带 --upstream、--from 与 --to 可列出全部",
            ),
        };
        output::person(none.of(lang));
        return Ok(());
    }
    let shown = &calls[..calls.len().min(SHOWN_MAX)];
    output::result(&lost_table(shown, names, lang, output::width()))?;
    output::person(&told_sums(calls, lang));
    if shown.len() < calls.len() {
        output::person(&told!(
            lang,
            "The newest {SHOWN_MAX} are shown; --json lists all.",
            "仅显示最新的 {SHOWN_MAX} 次；--json 可列出全部。"
        ));
    }
    output::person(HOW_TO_SETTLE.of(lang));
    Ok(())
}

/// How many there are, and what either outcome would move.
fn told_sums(calls: &[Call], lang: Lang) -> String {
    let sum = |of: fn(&Call) -> MicroYuan| calls.iter().map(of).fold(MicroYuan::ZERO, MicroYuan::plus);
    let back = sum(|call| call.charged);
    let charge = sum(|call| call.price.minus(call.charged).unwrap_or_default());
    let count = calls.len() as u64;
    told!(
        lang,
        "{}: --succeeded would charge {charge} yuan, --rejected would give {back} yuan back.",
        "共 {} 次调用：--succeeded 将扣费 {charge} 元，--rejected 将退还 {back} 元。",
        match lang {
            Lang::En => counted(count, "call"),
            Lang::Zh => thousands(count),
        }
    )
}
