//! Tokens: made, shown, changed, replaced.

use super::accounts::{LIMIT_FIELDS, NAME};
use super::shared::{DONE, LIST_MAX, U32_MAX, status};
use super::{AdminMethod, AdminOperation, AdminPath, AdminPlace, Status};
use crate::answer::field;
use crate::{AnswerField, AnswerKind, Form, Text};

const NUMBER: Option<Text> = Some(Text { en: "The token's number.", zh: "令牌编号。" });

const MADE: Status =
    status(201, "The token with its secret, which is told this once.", "令牌及其密文；密文仅此一次返回。");

/// After how long a token is refused.
const EXPIRES_IN: AnswerField = field(
    "expiresInS",
    AnswerKind::Whole,
    "After how many seconds it is refused; never, when null.",
    "多少秒后失效；null 为永不失效。",
)
.of_form(Form::Whole(1, U32_MAX))
.or_absent()
.or_null();

const POLICY_FIELDS: &[AnswerField] = &[
    field(
        "limits",
        AnswerKind::Object(LIMIT_FIELDS),
        "Its limits, apart from those of its account.",
        "自身限制，与账户限制并行。",
    )
    .or_absent(),
    field("spendingCapYuan", AnswerKind::DecimalText, "The most it may ever spend.", "累计消费上限。")
        .in_unit("yuan", "元")
        .of_form(Form::MicroYuan)
        .or_absent()
        .or_null(),
    field(
        "scopes",
        AnswerKind::Texts,
        "Where it may ask: author_cp_info, author_cp_info:SHORT_VIDEO, *; everywhere, when empty.",
        "可访问的范围：author_cp_info、author_cp_info:SHORT_VIDEO、*；为空则不限。",
    )
    .of_items(0, LIST_MAX)
    .or_absent()
    .or_null(),
    field("headerOnly", AnswerKind::Flag, "Whether it is refused in the query string.", "是否拒绝置于查询串中。")
        .or_absent(),
    field(
        "addresses",
        AnswerKind::Texts,
        "From where it may ask: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32; from everywhere, when empty.",
        "可发起请求的地址：192.0.2.7、192.0.2.0/24、2001:db8::/32；为空则不限。",
    )
    .of_items(0, LIST_MAX)
    .or_absent()
    .or_null(),
];

const POLICY: AnswerField = field(
    "policy",
    AnswerKind::Object(POLICY_FIELDS),
    "What it may do; what is named changes, null lifts it.",
    "权限；仅更改所列字段，null 表示取消。",
)
.or_absent();

pub(super) const OF_ACCOUNT: AdminPath = AdminPath {
    place: AdminPlace::AccountTokens,
    path: "/v1/admin/accounts/{name}/tokens",
    segment: NAME,
    operations: &[AdminOperation {
        method: AdminMethod::Post,
        operation_id: "adminCreateToken",
        summary: Text { en: "Makes a token of an account.", zh: "为账户新建令牌。" },
        parameters: &[],
        once: false,
        body: &[EXPIRES_IN, POLICY],
        statuses: &[MADE],
    }],
};

pub(super) const TOKENS: AdminPath = AdminPath {
    place: AdminPlace::Tokens,
    path: "/v1/admin/tokens",
    segment: None,
    operations: &[AdminOperation {
        method: AdminMethod::Get,
        operation_id: "adminListTokens",
        summary: Text { en: "Lists the tokens, never their secrets.", zh: "列出令牌（不含密文）。" },
        parameters: &[],
        once: false,
        body: &[],
        statuses: &[DONE],
    }],
};

pub(super) const TOKEN: AdminPath = AdminPath {
    place: AdminPlace::Token,
    path: "/v1/admin/tokens/{number}",
    segment: NUMBER,
    operations: &[
        AdminOperation {
            method: AdminMethod::Get,
            operation_id: "adminShowToken",
            summary: Text {
                en: "Shows a token: what it may do, what it spent.", zh: "查看令牌：权限与已消费金额。"
            },
            parameters: &[],
            once: false,
            body: &[],
            statuses: &[DONE],
        },
        AdminOperation {
            method: AdminMethod::Patch,
            operation_id: "adminChangeToken",
            summary: Text { en: "Changes what is named of a token.", zh: "更改令牌的所列字段。" },
            parameters: &[],
            once: false,
            body: &[
                field("enabled", AnswerKind::Flag, "Whether it may be used.", "是否可用。").or_absent(),
                EXPIRES_IN,
                POLICY,
            ],
            statuses: &[DONE],
        },
    ],
};

pub(super) const ROTATE: AdminPath = AdminPath {
    place: AdminPlace::TokenRotate,
    path: "/v1/admin/tokens/{number}/rotate",
    segment: NUMBER,
    operations: &[AdminOperation {
        method: AdminMethod::Post,
        operation_id: "adminRotateToken",
        summary: Text {
            en: "Makes a token that may do the same as another one, which ends after a while.",
            zh: "新建同等权限的令牌以替换旧令牌；旧令牌在一段时间后失效。",
        },
        parameters: &[],
        once: false,
        body: &[
            field(
                "overlapS",
                AnswerKind::Whole,
                "How many seconds the old token goes on: a week, when absent.",
                "旧令牌继续有效的秒数；缺省为一周。",
            )
            .of_form(Form::Whole(0, U32_MAX))
            .or_absent(),
            AnswerField {
                description: Text {
                    en: "After how many seconds the new one is refused; never, when null; as long as the old one, when absent.",
                    zh: "新令牌多少秒后失效；null 为永不失效；缺省与旧令牌的期限相同。",
                },
                ..EXPIRES_IN
            },
        ],
        statuses: &[MADE, status(409, "The token is disabled.", "令牌已停用。")],
    }],
};
