//! Calls with the names people know their parts by, as rows and as JSON.

use std::collections::HashMap;

use catalog::{Lang, Text};
use domain::{AccountId, Call, CallState, CreatorKey, LostPurchase, MicroYuan};
use serde_json::{Value, json};
use store::AccountStore;

use crate::amounts::{made_at, of_ms, put_amount};
use crate::lang::told;
use crate::tables::fit::{Shape, Sheet};

const CALL: Text = Text::new("call", "调用");
const CREATOR: Text = Text::new("creator", "达人");
const PLATFORM: Text = Text::new("platform", "内容类型");
const ACCOUNT: Text = Text::new("account", "账户");
const STATE: Text = Text::new("state", "状态");
const CHARGED: Text = Text::new("charged (yuan)", "扣费（元）");

/// The names of accounts.
pub(crate) struct AccountNames(HashMap<AccountId, String>);

impl AccountNames {
    /// The names there are.
    pub(crate) async fn read(store: &(impl AccountStore + ?Sized)) -> anyhow::Result<Self> {
        let accounts = store.accounts().await?;
        Ok(Self(accounts.into_iter().map(|account| (account.id, account.name)).collect()))
    }

    /// The name of an account.
    pub(crate) fn name(&self, id: AccountId) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| format!("number {id}"))
    }
}

/// The short name of an endpoint.
pub(crate) fn endpoint_name(number: u8) -> String {
    catalog::endpoint_by_number(number).map_or_else(|| format!("number {number}"), |endpoint| endpoint.name.to_owned())
}

/// Calls as a table; endpoints are left to `show`.
pub(super) fn call_table(calls: &[Call], names: &AccountNames, lang: Lang, width: Option<usize>) -> String {
    let rows = calls.iter().map(|call| {
        [
            call.id.to_string(),
            made_at(call.id).on_clock(lang),
            names.name(call.account_id),
            call.token_id.to_string(),
            of_key(call, |key| key.author_id.to_string()),
            of_key(call, |key| key.platform.word().of(lang).to_owned()),
            state_text(call.state, lang).to_owned(),
            charged_of(call, lang),
        ]
    });
    let columns = [
        (CALL, Shape::Word),
        (Text::new("made", "时间"), Shape::Moment),
        (ACCOUNT, Shape::Word),
        (Text::new("token", "令牌"), Shape::Number),
        (CREATOR, Shape::Word),
        (PLATFORM, Shape::Word),
        (STATE, Shape::Word),
        (CHARGED, Shape::Number),
    ];
    Sheet::with_json(columns, rows, &[0, 1, 6, 7, 4, 5], lang).text(lang, width)
}

/// Calls that are to be looked for in an upstream's bill, as a table: by the creator, and by when the upstream was asked or, where
/// that is not known, when the call was held.
pub(super) fn lost_table(calls: &[Call], names: &AccountNames, lang: Lang, width: Option<usize>) -> String {
    let rows = calls.iter().map(|call| {
        let lost = |fact: fn(&LostPurchase) -> &str| call.lost.as_ref().map_or("–", fact).to_owned();
        [
            call.id.to_string(),
            call.lost.as_ref().map_or_else(|| made_at(call.id), |lost| of_ms(lost.sent_at_ms)).on_clock(lang),
            of_key(call, |key| key.author_id.to_string()),
            of_key(call, |key| key.platform.word().of(lang).to_owned()),
            lost(|lost| &lost.upstream),
            call.lost.as_ref().map_or_else(|| without_end(call).of(lang).to_owned(), |lost| lost.failure.clone()),
            state_text(call.state, lang).to_owned(),
            names.name(call.account_id),
            charged_of(call, lang),
        ]
    });
    let columns = [
        (CALL, Shape::Word),
        (Text::new("sent or held", "发出或预留时间"), Shape::Moment),
        (CREATOR, Shape::Word),
        (PLATFORM, Shape::Word),
        (Text::new("upstream", "上游"), Shape::Word),
        (Text::new("failure", "失败原因"), Shape::Prose),
        (STATE, Shape::Word),
        (ACCOUNT, Shape::Word),
        (CHARGED, Shape::Number),
    ];
    Sheet::with_json(columns, rows, &[0, 1, 2, 4, 5, 6], lang).text(lang, width)
}

/// What is known of a call whose server died: nothing of an upstream. One that is charged was answered before that.
fn without_end(call: &Call) -> Text {
    match call.charged == MicroYuan::ZERO {
        true => Text::new("held without an end: may have been sent", "预留后没有结果：可能已发出"),
        false => Text::new("answered: its reply may not have left", "已得出答案：响应可能未送达"),
    }
}

/// A part of which creator a call asked about, where it was one alone.
fn of_key(call: &Call, part: impl Fn(&CreatorKey) -> String) -> String {
    call.key.as_ref().map_or_else(|| "–".to_owned(), part)
}

/// What was charged for a call, and out of what, where that is not the same.
fn charged_of(call: &Call, lang: Lang) -> String {
    match call.charged == call.price {
        true => call.price.to_string(),
        false => told!(lang, "{} of {}", "{} / {}", call.charged, call.price),
    }
}

/// How a call stands, in a word.
pub(super) fn state_text(state: CallState, lang: Lang) -> &'static str {
    match (state, lang) {
        (state, Lang::En) => state.name(),
        (CallState::Held, Lang::Zh) => "未决",
        (CallState::Succeeded, Lang::Zh) => "成功",
        (CallState::Rejected, Lang::Zh) => "未成功",
        (CallState::Unknown, Lang::Zh) => "结果未知",
        (CallState::Unusable, Lang::Zh) => "响应不可用",
    }
}

/// A call as JSON.
pub(super) fn call_json(call: &Call, names: &AccountNames) -> Value {
    let mut value = json!({
        "id": call.id.to_string(), "made_at": made_at(call.id).to_string(),
        "account": names.name(call.account_id), "token_id": call.token_id.0,
        "endpoint": endpoint_name(call.endpoint), "author_id": call.key.as_ref().map(|key| key.author_id.to_string()),
        "platform": call.key.as_ref().map(|key| key.platform.name()), "state": call.state.name(),
        "upstream": call.lost.as_ref().map(|lost| &lost.upstream), "failure": call.lost.as_ref().map(|lost| &lost.failure),
        "sent_at": call.lost.as_ref().map(|lost| of_ms(lost.sent_at_ms).to_string()),
    });
    put_amount(&mut value, "price", call.price);
    put_amount(&mut value, "charged", call.charged);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::fit::table_width;
    use domain::{CallId, Platform, TokenId};

    #[test]
    fn calls_can_be_copied_from_a_narrow_terminal() {
        let id: CallId = "01a20cbc-2076-7069-a0b5-7298ea00b86c".parse().expect("an id");
        let author_id = "6826128263245070349".parse().expect("an id");
        let call = Call {
            id,
            account_id: AccountId(1),
            token_id: TokenId(1),
            endpoint: 1,
            key: Some(CreatorKey { author_id, platform: Platform::ShortVideo }),
            state: CallState::Unknown,
            price: MicroYuan(10_000),
            charged: MicroYuan(10_000),
            lost: Some(LostPurchase {
                upstream: "main".into(),
                failure: "timeout".into(),
                sent_at_ms: 1_779_950_000_000,
            }),
        };
        let names = AccountNames(HashMap::from([(AccountId(1), "market-team".to_owned())]));
        for lang in [Lang::En, Lang::Zh] {
            let calls = std::slice::from_ref(&call);
            let [listed, lost] = [call_table, lost_table].map(|table| table(calls, &names, lang, Some(80)));
            let in_full = [call_table, lost_table].map(|table| table(calls, &names, lang, None));
            let platform = format!("┆ {} ", Platform::ShortVideo.word().of(lang));
            assert!(in_full.iter().all(|told| told.contains(&platform)), "{in_full:#?}");
            for (told, parts) in
                [(listed, ["┆ 2026-11-24 ", " 0.01 │"]), (lost, ["┆ 2026-05-28 ", "┆ 6826128263245070349 │"])]
            {
                assert!(told.contains(&format!("│ {id} ┆")) && told.contains("--json"), "{told}");
                assert!(parts.iter().all(|part| told.contains(part)), "{parts:?} are not in\n{told}");
                assert!(table_width(&told) <= 80, "{told}");
            }
        }
    }
}
