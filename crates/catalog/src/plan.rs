//! The endpoint that plans: which creators to book for a budget.

use crate::about_caller::PAID;
use crate::answers::{PLAN_ANSWER, PLAN_BODY};
use crate::author_cp_info::PAID_CODES;
use crate::{Billing, Body, Endpoint, Style, Text};

/// The most creators that a question names to be weighed.
pub const PLAN_CANDIDATES_MAX: usize = 10_000;

/// The most categories that a question caps: Douyin knows some forty.
pub const PLAN_CAPS_MAX: usize = 200;

/// The most creators that are weighed, once those are put aside who cannot matter to the best plan.
pub const PLAN_WEIGHED_MAX: usize = 50_000;

/// Which creators to book for a budget.
pub const PLAN: Endpoint = Endpoint {
    number: 10,
    path: "/v1/plan",
    operation_id: "plan",
    name: "plan",
    slug: "astrolabe-apis/plan",
    title: Text::new("Plan", "投放方案"),
    summary: Text::new(
        "Which creators to book for a budget: the set with the most expected views or interactions, or the lowest cost per interaction, with the range of its views and a runner-up for each pick.",
        "在给定预算内该选哪些达人：预期播放量或互动量最高、或单次互动成本最低的组合，并给出总播放量区间及每个人选的替补。",
    ),
    notes: &[
        Text::new(
            "The set is the best there is, or gapPercent tells how much better the best can be at most. Weighed are the creators with figures (imported, or bought from an upstream) that pass the filter and have a price at one of the lengths; or the creators named. Whoever cannot matter to the best set is put aside first; of more than 50,000 others, those are weighed that cost least for what they bring or bring most: then the set is the best of those weighed, and leftOutBy.limit tells how many were not. The page /en/plan tells how.",
            "返回的组合为最优解；否则 gapPercent 给出与最优解的最大差距。参与比较的是有数据（导入或从上游购买）、符合筛选条件且有相应档位报价的达人，或请求中指定的达人。不可能影响最优解的达人先行排除；其余超过 50,000 位时，仅取性价比最高与贡献最大者参与比较，此时所谓最优仅就参与比较的达人而言，leftOutBy.limit 给出未参与比较的人数。算法见 /zh/plan 页。",
        ),
        Text::new(
            "Where no set keeps all limits, the answer is code 400 with the limit that rules it out, and costs nothing.",
            "若无任何组合满足全部条件，则返回 400 并指明是哪一项限制所致，不计费。",
        ),
        PAID,
    ],
    style: Style::Plain,
    billing: Billing::Success,
    segment: None,
    parameters: &[],
    body: Some(Body {
        fields: PLAN_BODY,
        // 10,000 creators to weigh and as many to exclude, in ids of 32 characters, a line each.
        bytes_max: 1 << 20,
        by_row: false,
        example: r#"{"goal":"views","budgetYuan":"100000","tiers":["21_60"],"picksMax":10,"caps":[{"category":"美妆","picks":3,"budgetYuan":"40000"}]}"#,
    }),
    lines: false,
    translated: false,
    answer: PLAN_ANSWER,
    codes: PAID_CODES,
};
