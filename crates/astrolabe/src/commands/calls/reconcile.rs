//! `astrolabe calls reconcile`: the operator says how an unknown call ended.

use anyhow::bail;
use catalog::{Lang, Text};
use clap::Args;
use domain::{CallId, CallState};
use ledger::Refusal;
use store::{AccountStore, CallFilter, MeterStore, Reconciled};

use super::names::{AccountNames, call_json, lost_table, state_text};
use super::{no_such_call, parse_id};
use crate::lang::{self, told};
use crate::output;

/// At most so many are listed at once.
const LISTED_MAX: u32 = 100;

const HOW_TO_SETTLE: Text = Text::new(
    "\
To settle one, look for its creator and time in the upstream's bill (calls that asked for the same at once were one there; the
call's id is not sent), or for its id in the caller's log, and say how it ended:
  astrolabe calls reconcile ID --succeeded   it was answered: its price is charged, unless it is already
  astrolabe calls reconcile ID --rejected    it was not: what was charged is given back
Until then nothing changes by itself, and an unknown call is never sent again.",
    "\
如需结清，请在上游账单中按达人与时间查找（同时询问同一达人的调用在上游只有一次；调用 ID 不会发给上游），
或在调用方日志中按 ID 查找，并说明其结果：
  astrolabe calls reconcile ID --succeeded   已返回结果：按价格扣费（已扣则不再扣）
  astrolabe calls reconcile ID --rejected    未返回结果：退还已扣金额
在此之前不会自行变化；结果未知的调用绝不会再次发出。",
);

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("outcome").args(["succeeded", "rejected"]))]
pub(crate) struct ReconcileArgs {
    /// The call's id [default: list the unknown calls]
    #[arg(value_parser = parse_id, requires = "outcome")]
    id: Option<CallId>,
    /// It was answered: charge its price, unless it is charged already
    #[arg(long, requires = "id")]
    succeeded: bool,
    /// It was not answered: give back what was charged
    #[arg(long, requires = "id")]
    rejected: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Settles a call, or lists those to settle.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ReconcileArgs) -> anyhow::Result<()> {
    match args.id {
        Some(id) => settle(store, id, args).await,
        None => list(store, args.json).await,
    }
}

async fn list(store: &(impl AccountStore + MeterStore + ?Sized), json: bool) -> anyhow::Result<()> {
    let state = Some(CallState::Unknown);
    let calls = store.calls(CallFilter { state, limit: LISTED_MAX, ..CallFilter::default() }).await?;
    let (names, lang) = (AccountNames::read(store).await?, lang::spoken());
    if json {
        return output::json(&calls.iter().map(|call| call_json(call, &names)).collect::<Vec<_>>());
    }
    if calls.is_empty() {
        let none = Text::new("no call is unknown: there is nothing to settle", "没有结果未知的调用，无须结清");
        output::person(none.of(lang));
        return Ok(());
    }
    output::result(&lost_table(&calls, &names, lang, output::width()))?;
    if calls.len() >= LISTED_MAX as usize {
        output::person(&told!(
            lang,
            "The newest {LISTED_MAX}; `astrolabe calls list --state unknown` pages through all.",
            "以上为最新的 {LISTED_MAX} 次；`astrolabe calls list --state unknown` 可逐页列出全部。"
        ));
    }
    output::person(HOW_TO_SETTLE.of(lang));
    Ok(())
}

async fn settle(
    store: &(impl AccountStore + MeterStore + ?Sized),
    id: CallId,
    args: &ReconcileArgs,
) -> anyhow::Result<()> {
    let settled = store.reconcile(id, args.succeeded).await?;
    let call = store.call(id).await?.ok_or_else(|| no_such_call(id))?;
    let lang = lang::spoken();
    let state = state_text(call.state, lang);
    match settled {
        Reconciled::Settled => output::person(&told!(
            lang,
            "call {id} is {state} now; charged for it: {} yuan",
            "调用 {id} 现为“{state}”；扣费：{} 元",
            call.charged
        )),
        Reconciled::Refused(refusal) => bail!(told!(
            lang,
            "call {id} stays unknown, nothing is charged: {}",
            "调用 {id} 的结果仍未知，未扣费：{}",
            why(refusal, lang)
        )),
        Reconciled::NotUnknown if call.state == wanted(args) => {
            output::person(&told!(
                lang,
                "call {id} is {state} already; nothing changes",
                "调用 {id} 已是“{state}”，未作更改"
            ));
        }
        Reconciled::NotUnknown if call.state == CallState::Held => bail!(told!(
            lang,
            "call {id} is still held: it ends by itself, or becomes unknown when its hold expires",
            "调用 {id} 尚未决：它会自行结束，或在预留到期后变为结果未知"
        )),
        Reconciled::NotUnknown => bail!(told!(
            lang,
            "call {id} is {state}, which is final: only unknown calls are settled",
            "调用 {id} 为“{state}”，已是最终结果：只有结果未知的调用可以结清"
        )),
    }
    match args.json {
        true => output::json(&call_json(&call, &AccountNames::read(store).await?)),
        false => Ok(()),
    }
}

/// How the call stands when what was asked for is done.
fn wanted(args: &ReconcileArgs) -> CallState {
    if args.succeeded { CallState::Succeeded } else { CallState::Rejected }
}

/// Why its price cannot be charged, and what to do.
fn why(refusal: Refusal, lang: Lang) -> String {
    match refusal {
        Refusal::AccountQuota { daily_quota } => told!(
            lang,
            "the account's {daily_quota} successes of the day are used up; `astrolabe account limit` gives it more",
            "账户当日的 {daily_quota} 次成功已用尽；`astrolabe account limit` 可提高配额"
        ),
        Refusal::TokenQuota { daily_quota } => told!(
            lang,
            "the token's {daily_quota} successes of the day are used up; `astrolabe token limit` gives it more",
            "令牌当日的 {daily_quota} 次成功已用尽；`astrolabe token limit` 可提高配额"
        ),
        Refusal::SpendingCap { spending_cap } => told!(
            lang,
            "the token would spend more than its cap of {spending_cap} yuan; `astrolabe token limit --cap` raises it",
            "令牌将超出其 {spending_cap} 元的消费上限；`astrolabe token limit --cap` 可提高上限"
        ),
        Refusal::Balance { balance } => told!(
            lang,
            "the account has only {balance} yuan; `astrolabe account topup` credits it",
            "账户仅余 {balance} 元；`astrolabe account topup` 可充值"
        ),
    }
}
