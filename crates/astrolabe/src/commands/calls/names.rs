//! Calls with the names people know their parts by, as rows and as JSON.

use std::collections::HashMap;

use catalog::Lang;
use domain::{AccountId, Call, CallState};
use serde_json::{Value, json};
use store::AccountStore;

use crate::amounts::{made_at, put_amount};
use crate::lang::told;
use crate::output;

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

/// Calls as a table; endpoints and platforms are left to `show`, so that it fits a terminal.
pub(super) fn call_table(calls: &[Call], names: &AccountNames, lang: Lang) -> String {
    let rows = calls.iter().map(|call| {
        [
            call.id.to_string(),
            output::moment(made_at(call.id)),
            names.name(call.account_id),
            call.token_id.to_string(),
            call.key.as_ref().map_or_else(|| "–".to_owned(), |key| key.author_id.to_string()),
            state_text(call.state, lang).to_owned(),
            match call.charged == call.price {
                true => call.price.to_string(),
                false => told!(lang, "{} of {}", "{} / {}", call.charged, call.price),
            },
        ]
    });
    let header = match lang {
        Lang::En => ["call", "made", "account", "token", "creator", "state", "charged (yuan)"],
        Lang::Zh => ["调用", "时间", "账户", "令牌", "达人", "状态", "扣费（元）"],
    };
    output::table_of_ids(header, &[3, 6], rows)
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
    });
    put_amount(&mut value, "price", call.price);
    put_amount(&mut value, "charged", call.charged);
    value
}
