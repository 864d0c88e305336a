//! Settles unknown calls, each by itself: one that cannot be settled leaves the others as they are settled, and to say the same once
//! more changes nothing.

use std::collections::HashSet;

use anyhow::bail;
use catalog::{Lang, Text};
use domain::{Call, CallId, CallState, MicroYuan};
use ledger::Refusal;
use serde_json::{Value, json};
use store::{AccountStore, MeterStore, Reconciled};

use super::super::names::{AccountNames, call_json, state_text};
use super::super::no_such_call;
use crate::amounts::put_amount;
use crate::lang::{self, told};
use crate::output::{self, thousands};

/// What became of a call that was to be settled.
enum End {
    /// It is settled, and so much was charged for it or given back.
    Settled(MicroYuan),
    /// It stood so before.
    Already,
    /// It is not settled, and this is why.
    Failed(String),
}

/// A call that was to be settled.
struct Tried {
    id: CallId,
    /// As it stands now, where there is one.
    call: Option<Call>,
    end: End,
}

/// Settles one call.
pub(super) async fn one(
    store: &(impl AccountStore + MeterStore + ?Sized),
    id: CallId,
    wanted: CallState,
    json: bool,
) -> anyhow::Result<()> {
    let lang = lang::spoken();
    let Tried { call, end, .. } = settle(store, id, wanted, lang).await?;
    match (&call, end) {
        (_, End::Failed(why)) => bail!(why),
        (Some(call), End::Settled(_)) => output::person(&told!(
            lang,
            "call {id} is {} now; charged for it: {} yuan",
            "调用 {id} 现为“{}”；扣费：{} 元",
            state_text(call.state, lang),
            call.charged
        )),
        _ => output::person(&told!(
            lang,
            "call {id} is {} already; nothing changes",
            "调用 {id} 已是“{}”，未作更改",
            state_text(wanted, lang)
        )),
    }
    match call {
        Some(call) if json => output::json(&call_json(&call, &AccountNames::read(store).await?)),
        _ => Ok(()),
    }
}

/// Settles calls, and sums up what became of them.
///
/// # Errors
/// When some of them could not be settled, the others are; when the store fails, those after that one are not.
pub(super) async fn many(
    store: &(impl AccountStore + MeterStore + ?Sized),
    ids: &[CallId],
    wanted: CallState,
    json: bool,
) -> anyhow::Result<()> {
    let lang = lang::spoken();
    let (mut seen, mut tried, mut broke_off) = (HashSet::new(), Vec::with_capacity(ids.len()), None);
    for id in ids.iter().filter(|id| seen.insert(**id)) {
        match settle(store, *id, wanted, lang).await {
            Ok(one) => {
                if let End::Failed(why) = &one.end {
                    output::person(why);
                }
                tried.push(one);
            }
            Err(error) => {
                // What was done until then is told all the same.
                broke_off = Some(error);
                break;
            }
        }
    }
    let sums = Sums::of(&tried, wanted);
    match json {
        true => output::json(&sums.json(&tried, &AccountNames::read(store).await?))?,
        false => output::person(&sums.told(lang)),
    }
    if let Some(error) = broke_off {
        return Err(error);
    }
    if sums.failed > 0 {
        let [failed, all] = [sums.failed, tried.len() as u64].map(thousands);
        bail!(told!(lang, "{failed} of {all} calls could not be settled", "{all} 次调用中有 {failed} 次未能结清"));
    }
    Ok(())
}

/// What became of many calls.
struct Sums {
    wanted: CallState,
    settled: u64,
    already: u64,
    failed: u64,
    moved: MicroYuan,
}

impl Sums {
    fn of(tried: &[Tried], wanted: CallState) -> Self {
        let mut sums = Self { wanted, settled: 0, already: 0, failed: 0, moved: MicroYuan::ZERO };
        for Tried { end, .. } in tried {
            match end {
                End::Settled(moved) => {
                    sums.settled += 1;
                    sums.moved = sums.moved.plus(*moved);
                }
                End::Already => sums.already += 1,
                End::Failed(_) => sums.failed += 1,
            }
        }
        sums
    }

    fn told(&self, lang: Lang) -> String {
        let Self { settled, already, failed, moved, .. } = self;
        let [settled, already, failed] = [settled, already, failed].map(|count| thousands(*count));
        let state = state_text(self.wanted, lang);
        let way = match self.wanted {
            CallState::Succeeded => Text::new("charged", "扣费"),
            _ => Text::new("given back", "退还"),
        };
        let way = way.of(lang);
        told!(
            lang,
            "settled as {state}: {settled} ({way}: {moved} yuan); so already: {already}; not settled: {failed}",
            "结清为“{state}”：{settled} 次（{way} {moved} 元）；此前已是：{already} 次；未能结清：{failed} 次"
        )
    }

    fn json(&self, tried: &[Tried], names: &AccountNames) -> Value {
        let calls = tried.iter().map(|Tried { id, call, end }| {
            let mut value =
                call.as_ref().map_or_else(|| json!({ "id": id.to_string() }), |call| call_json(call, names));
            let (outcome, error) = match end {
                End::Settled(_) => ("settled", None),
                End::Already => ("already", None),
                End::Failed(why) => ("failed", Some(why)),
            };
            value["outcome"] = json!(outcome);
            value["error"] = json!(error);
            value
        });
        let (settled, already, failed) = (self.settled, self.already, self.failed);
        let mut value = json!({ "settled": settled, "already": already, "failed": failed });
        let way = if self.wanted == CallState::Succeeded { "charged" } else { "given_back" };
        put_amount(&mut value, way, self.moved);
        value["calls"] = calls.collect();
        value
    }
}

/// Settles a call in one transaction.
async fn settle(
    store: &(impl MeterStore + ?Sized),
    id: CallId,
    wanted: CallState,
    lang: Lang,
) -> anyhow::Result<Tried> {
    let before = store.call(id).await?.map_or(MicroYuan::ZERO, |call| call.charged);
    let settled = store.reconcile(id, wanted == CallState::Succeeded).await?;
    let Some(call) = store.call(id).await? else {
        return Ok(Tried { id, call: None, end: End::Failed(no_such_call(id).to_string()) });
    };
    let end = match settled {
        Reconciled::Settled => {
            End::Settled(call.charged.minus(before).or_else(|| before.minus(call.charged)).unwrap_or_default())
        }
        Reconciled::Refused(refusal) => End::Failed(told!(
            lang,
            "call {id} stays unknown, nothing is charged: {}",
            "调用 {id} 的结果仍未知，未扣费：{}",
            why(refusal, lang)
        )),
        Reconciled::NotUnknown if call.state == wanted => End::Already,
        Reconciled::NotUnknown if call.state == CallState::Held => End::Failed(told!(
            lang,
            "call {id} is still held: it ends by itself, or becomes unknown when its hold expires",
            "调用 {id} 尚未决：它会自行结束，或在预留到期后变为结果未知"
        )),
        Reconciled::NotUnknown => End::Failed(told!(
            lang,
            "call {id} is {}, which is final: only unknown calls are settled",
            "调用 {id} 为“{}”，已是最终结果：只有结果未知的调用可以结清",
            state_text(call.state, lang)
        )),
    };
    Ok(Tried { id, call: Some(call), end })
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
