//! `astrolabe calls show`.

use catalog::{Lang, Text};
use clap::Args;
use domain::{CallId, CallState, CreatorKey, LostPurchase, MicroYuan};
use store::{AccountStore, MeterStore};

use super::names::{AccountNames, call_json, endpoint_name, state_text};
use super::{no_such_call, parse_id};
use crate::amounts::{made_at, of_ms};
use crate::lang::{self, told};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The call's id: the requestId of its answer
    #[arg(value_parser = parse_id)]
    id: CallId,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Shows a call.
pub(super) async fn run(store: &(impl AccountStore + MeterStore + ?Sized), args: &ShowArgs) -> anyhow::Result<()> {
    let call = store.call(args.id).await?.ok_or_else(|| no_such_call(args.id))?;
    let names = AccountNames::read(store).await?;
    if args.json {
        return output::json(&call_json(&call, &names));
    }
    let lang = lang::spoken();
    let none = || Text::new("none in particular", "不特定").of(lang).to_owned();
    let about = |text: &dyn Fn(&CreatorKey) -> String| call.key.as_ref().map_or_else(none, text);
    let yuan = |amount: MicroYuan| told!(lang, "{amount} yuan", "{amount} 元");
    let state = [state_text(call.state, lang), meaning(call.state).of(lang)].join(lang.colon());
    let facts = [
        (Text::new("call", "调用"), call.id.to_string()),
        (Text::new("made", "时间"), made_at(call.id).told(lang)),
        (Text::new("account", "账户"), names.name(call.account_id)),
        (Text::new("token", "令牌"), told!(lang, "number {}", "编号 {}", call.token_id)),
        (Text::new("endpoint", "接口"), endpoint_name(call.endpoint)),
        (Text::new("creator", "达人"), about(&|key| key.author_id.to_string())),
        (Text::new("platform", "内容类型"), about(&|key| key.platform.word().of(lang).to_owned())),
        (Text::new("state", "状态"), state),
        (Text::new("price", "价格"), yuan(call.price)),
        (Text::new("charged", "扣费"), yuan(call.charged)),
    ];
    let facts = facts.into_iter().chain(call.lost.iter().flat_map(|lost| about_lost(lost, lang)));
    output::result(&output::facts(facts.map(|(name, value)| (name.of(lang), value))))
}

/// What is to be looked for in an upstream's bill.
fn about_lost(lost: &LostPurchase, lang: Lang) -> [(Text, String); 3] {
    [
        (Text::new("upstream", "上游"), lost.upstream.clone()),
        (Text::new("failure", "失败原因"), lost.failure.clone()),
        (Text::new("sent", "发出时间"), of_ms(lost.sent_at_ms).told(lang)),
    ]
}

fn meaning(state: CallState) -> Text {
    match state {
        CallState::Held => Text::new("its price is set aside until its end is known", "已预留其价格，待结果确定"),
        CallState::Succeeded => Text::new("answered and charged", "已返回结果并扣费"),
        CallState::Rejected => Text::new("no success, nothing is charged", "未扣费"),
        CallState::Unknown => Text::new(
            "nobody knows its end; `astrolabe calls reconcile` tells how to settle it",
            "`astrolabe calls reconcile` 说明如何结清",
        ),
        CallState::Unusable => Text::new(
            "the source said yes and sent nothing usable, nothing is charged",
            "来源表示成功，但未返回可用的数据，未扣费",
        ),
    }
}
