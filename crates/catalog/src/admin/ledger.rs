//! Prices, calls, usage, the audit log.

use super::shared::{DONE, LIMIT, OF_ACCOUNT, SINCE_DAY, UNTIL_DAY, parameter, status};
use super::{AdminMethod, AdminOperation, AdminPath, AdminPlace};
use crate::about_caller::{FROM, TO};
use crate::answer::field;
use crate::{AnswerKind, Form, Parameter, Text};

const REQUEST_ID: Option<Text> = Some(Text { en: "The requestId of the answer.", zh: "响应中的 requestId。" });

pub(super) const PRICES: AdminPath = AdminPath {
    place: AdminPlace::Prices,
    path: "/v1/admin/prices",
    segment: None,
    operations: &[AdminOperation {
        method: AdminMethod::Get,
        operation_id: "adminListPrices",
        summary: Text {
            en: "Lists what a success of each endpoint costs.", zh: "列出各接口的单次成功价格。"
        },
        parameters: &[],
        once: false,
        body: &[],
        statuses: &[DONE],
    }],
};

pub(super) const PRICE: AdminPath = AdminPath {
    place: AdminPlace::Price,
    path: "/v1/admin/prices/{endpoint}",
    segment: Some(Text {
        en: "The endpoint's short name, such as author_cp_info.",
        zh: "接口短名，如 author_cp_info。",
    }),
    operations: &[AdminOperation {
        method: AdminMethod::Put,
        operation_id: "adminSetPrice",
        summary: Text { en: "Sets what a success costs, from now on.", zh: "设定此后单次成功的价格。" },
        parameters: &[],
        once: false,
        body: &[field("priceYuan", AnswerKind::DecimalText, "The price; 0 makes it free.", "价格；0 为免费。")
            .in_unit("yuan", "元")
            .of_form(Form::MicroYuan)],
        statuses: &[DONE],
    }],
};

pub(super) const CALLS: AdminPath = AdminPath {
    place: AdminPlace::Calls,
    path: "/v1/admin/calls",
    segment: None,
    operations: &[AdminOperation {
        method: AdminMethod::Get,
        operation_id: "adminListCalls",
        summary: Text {
            en: "Lists the paid calls, newest first, page by page.", zh: "分页列出付费调用，最新的在前。"
        },
        parameters: &[
            OF_ACCOUNT,
            parameter("token", "Only this token's, by its number.", "仅限该令牌（编号）。"),
            Parameter {
                values: &["held", "succeeded", "rejected", "unknown", "unusable"],
                ..parameter("state", "Only those that stand so.", "仅限该状态。")
            },
            Parameter {
                values: &["true"],
                ..parameter(
                    "lost",
                    "Only those for which an upstream was asked that billed them for nothing, or may have.",
                    "仅限曾询问上游而未得到可用答案，且上游已计费或可能已计费的调用。",
                )
            },
            SINCE_DAY,
            UNTIL_DAY,
            parameter(
                "before",
                "The requestId of the last call of the page before.",
                "上一页最后一次调用的 requestId。",
            ),
            LIMIT,
        ],
        once: false,
        body: &[],
        statuses: &[DONE],
    }],
};

pub(super) const CALL: AdminPath = AdminPath {
    place: AdminPlace::Call,
    path: "/v1/admin/calls/{requestId}",
    segment: REQUEST_ID,
    operations: &[AdminOperation {
        method: AdminMethod::Get,
        operation_id: "adminShowCall",
        summary: Text {
            en: "Shows a call: what was asked, how it ended, what it cost.",
            zh: "查看一次调用：问了什么、结果如何、花费多少。",
        },
        parameters: &[],
        once: false,
        body: &[],
        statuses: &[DONE],
    }],
};

pub(super) const RECONCILE: AdminPath = AdminPath {
    place: AdminPlace::CallReconcile,
    path: "/v1/admin/calls/{requestId}/reconcile",
    segment: REQUEST_ID,
    operations: &[AdminOperation {
        method: AdminMethod::Post,
        operation_id: "adminReconcileCall",
        summary: Text { en: "Settles a call nobody knows the end of.", zh: "结清结果未知的调用。" },
        parameters: &[],
        once: false,
        body: &[field(
            "succeeded",
            AnswerKind::Flag,
            "True: its price is charged, unless it is already. False: what was charged is given back.",
            "true：扣费（已扣则不再扣）；false：退还已扣金额。",
        )],
        statuses: &[
            DONE,
            status(
                409,
                "The call is not unknown, or nothing covers its price.",
                "调用并非结果未知，或余额、配额不足。",
            ),
        ],
    }],
};

pub(super) const USAGE: AdminPath = AdminPath {
    place: AdminPlace::Usage,
    path: "/v1/admin/usage",
    segment: None,
    operations: &[AdminOperation {
        method: AdminMethod::Get,
        operation_id: "adminUsage",
        summary: Text {
            en: "Tells what was used, by day, account, token and endpoint; at most 366 days.",
            zh: "按日、账户、令牌与接口统计用量；最多 366 天。",
        },
        parameters: &[FROM, TO, OF_ACCOUNT],
        once: false,
        body: &[],
        statuses: &[DONE],
    }],
};

pub(super) const AUDIT: AdminPath = AdminPath {
    place: AdminPlace::Audit,
    path: "/v1/admin/audit",
    segment: None,
    operations: &[AdminOperation {
        method: AdminMethod::Get,
        operation_id: "adminAudit",
        summary: Text {
            en: "Lists what operators changed, newest first, page by page.",
            zh: "分页列出运营人员的更改，最新的在前。",
        },
        parameters: &[
            parameter("actor", "Only what one actor did, by the whole name.", "仅限该操作者（全名）。"),
            parameter(
                "action",
                "Only one action, such as token.disable, or all of a kind, such as token.",
                "仅限该操作，如 token.disable；或一类操作，如 token。",
            ),
            parameter("subject", "Only what was done to this, such as token 7.", "仅限该对象，如 token 7。"),
            SINCE_DAY,
            UNTIL_DAY,
            parameter("before", "The number of the last entry of the page before.", "上一页最后一条的编号。"),
            LIMIT,
        ],
        once: false,
        body: &[],
        statuses: &[DONE],
    }],
};

#[cfg(test)]
mod tests {
    use super::*;
    use domain::CallState;

    #[test]
    fn the_states_are_the_calls_own() {
        let state = CALLS.operations[0].parameters.iter().find(|parameter| parameter.name == "state");
        assert_eq!(state.expect("the parameter").values, CallState::ALL.map(CallState::name));
    }
}
