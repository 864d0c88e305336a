//! What is asked of a plan, and what it answers.

use super::market::{INTERACTIONS_IMPLIED, PRICE_IMPLIED, SOURCE};
use crate::answer::AnswerKind::{DecimalText, Flag, Object, Objects, OneOf, SomeOf, Text, Texts, Whole};
use crate::answer::field;
use crate::author_cp_info::PLATFORMS;
use crate::{AnswerField, Form, PLAN_CANDIDATES_MAX, PLAN_CAPS_MAX, WHOLE_MAX};

const TIERS: &[&str] = &["1_20", "21_60", "60", "single"];
const GOALS: &[&str] = &["views", "interactions", "cpe"];

pub(crate) const PLAN_BODY: &[AnswerField] = &[
    field(
        "goal",
        OneOf(GOALS),
        "The most expected views, the most expected interactions, or the lowest cost per interaction.",
        "目标：预期播放量最高、预期互动量最高，或单次互动成本最低。",
    ),
    field("budgetYuan", DecimalText, "What all picks may cost together.", "全部人选的总预算。")
        .in_unit("yuan", "元")
        .of_form(Form::Fen),
    field(
        "viewsMin",
        Whole,
        "The fewest expected views in total; required with the goal cpe, and for no other.",
        "预期总播放量下限；目标为 cpe 时必填，其他目标不可填。",
    )
    .in_unit("views", "次")
    .of_form(Form::Whole(1, WHOLE_MAX))
    .or_absent(),
    field("platform", OneOf(PLATFORMS), "The platform; SHORT_VIDEO when absent.", "内容类型；缺省为 SHORT_VIDEO。")
        .or_absent(),
    field("tiers", SomeOf(TIERS), "The lengths that will do; all when absent.", "可接受的时长档位；缺省为全部。")
        .or_absent(),
    field("mustHave", Texts, "Ids of creators that must be in the plan.", "必选达人 ID。")
        .of_form(Form::AuthorId)
        .or_absent(),
    field("exclude", Texts, "Ids of creators that must not be.", "排除的达人 ID。").of_form(Form::AuthorId).or_absent(),
    field(
        "caps",
        Objects(CAPS),
        "Limits by category, each at most once, at most 200: of picks, of money, or of both.",
        "类目上限，每个类目至多一条，最多 200 条：可限人选数、费用，或两者。",
    )
    .of_items(0, PLAN_CAPS_MAX)
    .or_absent(),
    field("picksMax", Whole, "How many picks at most.", "人选数上限。")
        .in_unit("creators", "位")
        .of_form(Form::WHOLE)
        .or_absent(),
    field(
        "oAuthorIds",
        Texts,
        "The creators to weigh, at most 10,000, in place of a filter.",
        "参与比较的达人 ID，最多 10,000 个；指定后不再筛选。",
    )
    .of_form(Form::AuthorId)
    .of_items(0, PLAN_CANDIDATES_MAX)
    .or_absent(),
    field("category", Text, "Creators of this category alone.", "仅限该类目的达人。").or_absent(),
    field("minFollowers", Whole, "The least followers.", "最低粉丝数。")
        .in_unit("people", "人")
        .of_form(Form::WHOLE)
        .or_absent(),
    field("maxFollowers", Whole, "The most followers.", "最高粉丝数。")
        .in_unit("people", "人")
        .of_form(Form::WHOLE)
        .or_absent(),
];

const CAPS: &[AnswerField] = &[
    field("category", Text, "The category.", "类目。").of_form(Form::NotEmpty),
    field("picks", Whole, "So many picks of it at most.", "该类目人选数上限。")
        .in_unit("creators", "位")
        .of_form(Form::WHOLE)
        .or_absent(),
    field("budgetYuan", DecimalText, "What all picks of it may cost together.", "该类目全部人选的总费用上限。")
        .in_unit("yuan", "元")
        .of_form(Form::Fen)
        .or_absent(),
];

pub(crate) const PLAN_ANSWER: &[AnswerField] = &[
    field("edition", Text, "The edition of the market that the figures are of.", "数据所依据的市场版本。"),
    field("goal", OneOf(GOALS), "The goal asked for.", "请求的目标。"),
    field("totals", Object(TOTALS), "What the picks cost and bring together.", "全部人选的合计。"),
    field(
        "gapPercent",
        DecimalText,
        "How much better the best set of the creators weighed can be at most; 0 where this is proven the best of those. Of all who pass, where leftOutBy.limit is 0.",
        "与参与比较的达人所能组成的最优解的最大可能差距；0 表示已证明在其中最优。leftOutBy.limit 为 0 时，即为全部符合条件者中的最优。",
    )
    .in_unit("percent", "%"),
    field(
        "range",
        Object(RANGE),
        "The range of total views, by simulation.",
        "总播放量区间（模拟得出）。",
    ),
    field("picks", Objects(PICKS), "Whom to book, those that bring most first.", "人选，按贡献由高到低。"),
    field("considered", Whole, "Creators that were weighed.", "参与比较的达人数。").in_unit("creators", "位"),
    field(
        "leftOut",
        Whole,
        "Creators that pass the filter, or are named and known, and were not weighed.",
        "符合筛选条件（或被指定且有数据）但未参与比较的达人数。",
    )
    .in_unit("creators", "位"),
    field(
        "leftOutBy",
        Object(LEFT_OUT_BY),
        "Why they were not weighed; each counts once, by the first reason that holds in this order.",
        "未参与比较的原因；每位达人只计入按此顺序首个成立的原因。",
    ),
    field("unknown", Texts, "Ids of which there are no figures.", "没有数据的达人 ID。"),
    field(
        "unusedCaps",
        Texts,
        "Categories with a cap that no creator weighed is of, such as misspelt ones.",
        "设有上限、但参与比较的达人中无人所属的类目，例如拼写有误的类目。",
    ),
    field(
        "unusedExcludes",
        Texts,
        "Excluded ids that nobody has who passes the filter or is named, such as misspelt ones.",
        "符合筛选条件（或被指定）的达人中无人使用的被排除 ID，例如填写有误的 ID。",
    ),
];

const LEFT_OUT_BY: &[AnswerField] = &[
    counted("excluded", "They are excluded.", "被排除。"),
    counted("price", "They have no price at the lengths asked for.", "在所选时长档位均无报价。"),
    counted(
        "interactions",
        "The goal counts interactions, and theirs are unknown.",
        "目标涉及互动量，而其互动量未知。",
    ),
    counted(
        "budget",
        "They cost more than the budget, or than the must-haves leave of it.",
        "报价超出预算，或超出必选达人之外的剩余预算。",
    ),
    counted(
        "caps",
        "The cap of their category, or the number of picks, has no room for them.",
        "其类目上限或人选数上限已无余量。",
    ),
    counted(
        "limit",
        "They are more than can be weighed. A better set may have some of them.",
        "超出可比较的人数上限；更优的组合可能包含其中的达人。",
    ),
];

const TOTALS: &[AnswerField] = &[
    field("picks", Whole, "How many picks there are.", "人选数。").in_unit("creators", "位"),
    field("priceYuan", DecimalText, "What they cost.", "总费用。").in_unit("yuan", "元"),
    field("expectedViews", Whole, "The sum of their expected views.", "预期播放量之和。").in_unit("views", "次"),
    field(
        "expectedInteractions",
        Whole,
        "The sum of their expected interactions; null where those of a pick are unknown.",
        "预期互动量之和；任一人选未知时为 null。",
    )
    .in_unit("interactions", "次")
    .or_null(),
    CPM,
    field(
        "cpeYuan",
        DecimalText,
        "What an interaction costs; null where interactions are unknown or none.",
        "单次互动成本；互动量未知或为零时为 null。",
    )
    .in_unit("yuan", "元")
    .or_null(),
];

const RANGE: &[AnswerField] = &[
    percentile("p10", "One total in ten is below.", "十分之一的模拟结果低于此值。"),
    percentile("p25", "One total in four is below.", "四分之一的模拟结果低于此值。"),
    percentile("p50", "The middle of the totals.", "模拟结果的中位数。"),
    percentile("p75", "One total in four is above.", "四分之一的模拟结果高于此值。"),
    percentile("p90", "One total in ten is above.", "十分之一的模拟结果高于此值。"),
    field("draws", Whole, "How many totals were drawn.", "模拟次数。").in_unit("totals", "次"),
    field(
        "spreadAssumed",
        Whole,
        "Picks without a range of their own, such as those whose figures Xingtu reported: drawn with the median spread of the other picks, or, where no pick has a range, with that of forecasts in general.",
        "自身无区间（如数据为星图报告值）的人选数：按其他人选离散程度的中位数模拟；所有人选均无区间时，按预测的一般离散程度模拟。",
    )
    .in_unit("creators", "位"),
];

const PICKS: &[AnswerField] = &[
    field("oAuthorId", Text, "The creator's id.", "达人 ID。"),
    field("name", Text, "The name shown to people; null where not known.", "达人名称；未知时为 null。").or_null(),
    field("category", Text, "What the posts are about; null where not known.", "类目；未知时为 null。").or_null(),
    field("mustHave", Flag, "Whether it was a must-have.", "是否为必选达人。"),
    SOURCE,
    TIER,
    PRICE,
    PRICE_IMPLIED,
    VIEWS,
    views("viewsP25", "One in four posts does worse; null without a range.", "四分之一作品低于此值；无区间时为 null。"),
    views(
        "viewsP75",
        "One in four posts does better; null without a range.",
        "四分之一作品高于此值；无区间时为 null。",
    ),
    INTERACTIONS,
    INTERACTIONS_IMPLIED,
    CPM,
    field(
        "runnerUp",
        Object(RUNNER_UP),
        "Whom to book in its place, when nothing else changes; null where nobody fits.",
        "其他不变时的最佳替补；无合适者时为 null。",
    )
    .or_null(),
];

const RUNNER_UP: &[AnswerField] = &[
    field("oAuthorId", Text, "The creator's id.", "达人 ID。"),
    field("name", Text, "The name shown to people; null where not known.", "达人名称；未知时为 null。").or_null(),
    TIER,
    PRICE,
    PRICE_IMPLIED,
    VIEWS,
    INTERACTIONS,
    INTERACTIONS_IMPLIED,
];

const TIER: AnswerField = field("tier", OneOf(TIERS), "The length to book.", "应选的时长档位。");
const PRICE: AnswerField = field("priceYuan", DecimalText, "What it costs.", "报价。").in_unit("yuan", "元");
const VIEWS: AnswerField =
    field("expectedViews", Whole, "Expected views of the placement.", "预期播放量。").in_unit("views", "次");
const INTERACTIONS: AnswerField =
    field("expectedInteractions", Whole, "Expected interactions; null where not known.", "预期互动量；未知时为 null。")
        .in_unit("interactions", "次")
        .or_null();
const CPM: AnswerField = field(
    "cpmYuan",
    DecimalText,
    "What a thousand views cost; null without views.",
    "千次播放成本；无播放量时为 null。",
)
.in_unit("yuan", "元")
.or_null();

const fn counted(name: &'static str, en: &'static str, zh: &'static str) -> AnswerField {
    field(name, Whole, en, zh).in_unit("creators", "位")
}

const fn percentile(name: &'static str, en: &'static str, zh: &'static str) -> AnswerField {
    field(name, Whole, en, zh).in_unit("views", "次")
}

const fn views(name: &'static str, en: &'static str, zh: &'static str) -> AnswerField {
    percentile(name, en, zh).or_null()
}
