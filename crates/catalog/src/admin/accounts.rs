//! Accounts: made, shown, limited, credited.

use super::shared::{DONE, LIMIT, SINCE_DAY, U32_MAX, UNTIL_DAY, status};
use super::{AdminMethod, AdminOperation, AdminPath, AdminPlace};
use crate::answer::field;
use crate::{AnswerField, AnswerKind, Form, Text};

pub(super) const NAME: Option<Text> =
    Some(Text { en: "The account's name, percent-encoded.", zh: "账户名称，经百分号编码。" });

pub(super) const ACCOUNTS: AdminPath = AdminPath {
    place: AdminPlace::Accounts,
    path: "/v1/admin/accounts",
    segment: None,
    operations: &[
        AdminOperation {
            method: AdminMethod::Get,
            operation_id: "adminListAccounts",
            summary: Text { en: "Lists the accounts.", zh: "列出账户。" },
            parameters: &[],
            once: false,
            body: &[],
            statuses: &[DONE],
        },
        AdminOperation {
            method: AdminMethod::Post,
            operation_id: "adminCreateAccount",
            summary: Text { en: "Makes an account.", zh: "新建账户。" },
            parameters: &[],
            once: false,
            body: &[field(
                "name",
                AnswerKind::Text,
                "Its name, unique: 1 to 64 characters, without control characters and outer spaces.",
                "名称，唯一：1 至 64 个字符，不含控制字符，首尾无空格。",
            )],
            statuses: &[
                status(201, "The account.", "新账户。"),
                status(409, "An account has that name.", "名称已被占用。"),
            ],
        },
    ],
};

pub(super) const ACCOUNT: AdminPath = AdminPath {
    place: AdminPlace::Account,
    path: "/v1/admin/accounts/{name}",
    segment: NAME,
    operations: &[AdminOperation {
        method: AdminMethod::Get,
        operation_id: "adminShowAccount",
        summary: Text {
            en: "Shows an account: its money, limits, what is left of its quota, its tokens.",
            zh: "查看账户：金额、限制、剩余配额与令牌。",
        },
        parameters: &[],
        once: false,
        body: &[],
        statuses: &[DONE],
    }],
};

/// The limits that accounts and tokens both have.
pub(super) const LIMIT_FIELDS: &[AnswerField] = &[
    field("ratePerSecond", AnswerKind::Whole, "Requests a second in the long run.", "长期每秒请求数。")
        .of_form(Form::Whole(1, U32_MAX))
        .or_absent()
        .or_null(),
    field(
        "rateBurst",
        AnswerKind::Whole,
        "Requests at once after a pause; it belongs to a rate and is as large as it unless set.",
        "停顿后可一次发出的请求数；须有速率，未设时与速率相同。",
    )
    .of_form(Form::Whole(1, U32_MAX))
    .or_absent()
    .or_null(),
    field("concurrent", AnswerKind::Whole, "Requests being answered at the same time.", "同时处理的请求数。")
        .of_form(Form::Whole(1, U32_MAX))
        .or_absent()
        .or_null(),
    field(
        "dailyQuota",
        AnswerKind::Whole,
        "Successes a calendar day in Asia/Shanghai.",
        "每个自然日（上海时区）的成功次数。",
    )
    .of_form(Form::WHOLE)
    .or_absent()
    .or_null(),
];

pub(super) const LIMITS: AdminPath = AdminPath {
    place: AdminPlace::AccountLimits,
    path: "/v1/admin/accounts/{name}/limits",
    segment: NAME,
    operations: &[AdminOperation {
        method: AdminMethod::Patch,
        operation_id: "adminLimitAccount",
        summary: Text {
            en: "Limits an account, all its tokens together: what is named changes, null lifts it.",
            zh: "限制账户（其全部令牌合计）：仅更改所列字段，null 表示取消限制。",
        },
        parameters: &[],
        once: false,
        body: LIMIT_FIELDS,
        statuses: &[DONE],
    }],
};

/// How much money is moved, and why.
const MOVED: &[AnswerField] = &[
    field("amountYuan", AnswerKind::DecimalText, "How much, more than nothing.", "金额，须大于零。")
        .in_unit("yuan", "元")
        .of_form(Form::MicroYuan),
    field("note", AnswerKind::Text, "What is to be remembered: at most 200 characters.", "备注：最多 200 个字符。")
        .or_absent(),
];

pub(super) const TOP_UPS: AdminPath = AdminPath {
    place: AdminPlace::AccountTopUps,
    path: "/v1/admin/accounts/{name}/top-ups",
    segment: NAME,
    operations: &[AdminOperation {
        method: AdminMethod::Post,
        operation_id: "adminTopUpAccount",
        summary: Text {
            en: "Credits an account, once for each Idempotency-Key, for ever.",
            zh: "为账户充值；同一 Idempotency-Key 永远只入账一次。",
        },
        parameters: &[],
        once: true,
        body: MOVED,
        statuses: &[
            status(201, "It is credited.", "已入账。"),
            status(200, "It was credited before, under the same key.", "此前已用同一键入账。"),
            status(
                409,
                "The account cannot hold that much; roomYuan tells what it can.",
                "超出账户可持金额；roomYuan 为可充余量。",
            ),
            status(422, "The key credited another account or amount.", "该键已用于其他账户或金额。"),
        ],
    }],
};

pub(super) const WITHDRAWALS: AdminPath = AdminPath {
    place: AdminPlace::AccountWithdrawals,
    path: "/v1/admin/accounts/{name}/withdrawals",
    segment: NAME,
    operations: &[AdminOperation {
        method: AdminMethod::Post,
        operation_id: "adminWithdrawFromAccount",
        summary: Text {
            en: "Takes money out of an account again, once for each Idempotency-Key, for ever.",
            zh: "从账户扣回金额；同一 Idempotency-Key 永远只扣回一次。",
        },
        parameters: &[],
        once: true,
        body: MOVED,
        statuses: &[
            status(201, "It is taken out.", "已扣回。"),
            status(200, "It was taken out before, under the same key.", "此前已用同一键扣回。"),
            status(409, "The balance is less; balanceYuan tells it.", "余额不足；balanceYuan 为余额。"),
            status(422, "The key took out of another account, or another amount.", "该键已用于其他账户或金额。"),
        ],
    }],
};

pub(super) const MOVEMENTS: AdminPath = AdminPath {
    place: AdminPlace::AccountMovements,
    path: "/v1/admin/accounts/{name}/movements",
    segment: NAME,
    operations: &[AdminOperation {
        method: AdminMethod::Get,
        operation_id: "adminListMovements",
        summary: Text {
            en: "Lists the top-ups and withdrawals of an account, newest first, each with what was credited in all after it.",
            zh: "列出账户的充值与扣回，最新的在前，各附其后的累计净充值。",
        },
        parameters: &[SINCE_DAY, UNTIL_DAY, LIMIT],
        once: false,
        body: &[],
        statuses: &[DONE],
    }],
};
