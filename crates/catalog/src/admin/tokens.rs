//! Tokens: made, shown, changed, replaced.

use super::accounts::{LIMIT_FIELDS, NAME};
use super::shared::{DONE, status};
use super::{AdminMethod, AdminOperation, AdminPath, AdminPlace, Field, FieldKind, Status};
use crate::Text;

const NUMBER: Option<Text> = Some(Text { en: "The token's number.", zh: "令牌编号。" });

const MADE: Status =
    status(201, "The token with its secret, which is told this once.", "令牌及其密文；密文仅此一次返回。");

/// After how long a token is refused.
const EXPIRES_IN: Field = Field {
    name: "expiresInS",
    kind: FieldKind::Whole(1),
    required: false,
    nullable: true,
    description: Text {
        en: "After how many seconds it is refused; never, when null.",
        zh: "多少秒后失效；null 为永不失效。",
    },
};

const POLICY: Field = Field {
    name: "policy",
    kind: FieldKind::Object(&[
        Field {
            name: "limits",
            kind: FieldKind::Object(LIMIT_FIELDS),
            required: false,
            nullable: false,
            description: Text {
                en: "Its limits, apart from those of its account.", zh: "自身限制，与账户限制并行。"
            },
        },
        Field {
            name: "spendingCapYuan",
            kind: FieldKind::Yuan,
            required: false,
            nullable: true,
            description: Text { en: "The most it may ever spend.", zh: "累计消费上限。" },
        },
        Field {
            name: "scopes",
            kind: FieldKind::Texts,
            required: false,
            nullable: true,
            description: Text {
                en: "Where it may ask: author_cp_info, author_cp_info:SHORT_VIDEO, *; everywhere, when empty.",
                zh: "可访问的范围：author_cp_info、author_cp_info:SHORT_VIDEO、*；为空则不限。",
            },
        },
        Field {
            name: "headerOnly",
            kind: FieldKind::Flag,
            required: false,
            nullable: true,
            description: Text {
                en: "Whether it is refused in the query string.", zh: "是否拒绝置于查询串中。"
            },
        },
        Field {
            name: "addresses",
            kind: FieldKind::Texts,
            required: false,
            nullable: true,
            description: Text {
                en: "From where it may ask: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32; from everywhere, when empty.",
                zh: "可发起请求的地址：192.0.2.7、192.0.2.0/24、2001:db8::/32；为空则不限。",
            },
        },
    ]),
    required: false,
    nullable: false,
    description: Text {
        en: "What it may do; what is named changes, null lifts it.",
        zh: "权限；仅更改所列字段，null 表示取消。",
    },
};

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
                Field {
                    name: "enabled",
                    kind: FieldKind::Flag,
                    required: false,
                    nullable: true,
                    description: Text { en: "Whether it may be used.", zh: "是否可用。" },
                },
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
            Field {
                name: "overlapS",
                kind: FieldKind::Whole(0),
                required: false,
                nullable: false,
                description: Text {
                    en: "How many seconds the old token goes on: a week, when absent.",
                    zh: "旧令牌继续有效的秒数；缺省为一周。",
                },
            },
            Field {
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
