//! Creators among others.

use crate::AnswerField;
use crate::answer::AnswerKind::{DecimalText, Flag, Moment, Object, Objects, OneOf, Text, Texts, Whole};
use crate::answer::field;

const EDITION: AnswerField =
    field("edition", Text, "The edition of the market that the answer is of.", "答案所依据的市场版本。");

const LISTED: AnswerField = field("creators", Objects(CREATOR), "The creators.", "达人列表。");

pub(crate) const CREATORS_ANSWER: &[AnswerField] = &[
    EDITION,
    field(
        "editionChanged",
        Flag,
        "Whether the page before was of another edition, which is gone: then creators may have moved in between.",
        "上一页所依据的版本是否已失效；若是，达人位置可能有变动。",
    ),
    field("total", Whole, "Creators that pass, on all pages together.", "符合条件的达人总数（所有页合计）。")
        .in_unit("creators", "位"),
    field(
        "bySource",
        Object(BY_SOURCE),
        "These by the source of their figures. Figures of different sources are not on one scale.",
        "按数据来源分列的人数。不同来源的数据口径不同。",
    ),
    LISTED,
    field("next", Text, "The cursor of the next page; null on the last.", "下一页的游标；末页为 null。").or_null(),
];

const BY_SOURCE: &[AnswerField] = &[
    field("estimated", Whole, "Our estimates.", "估算值。").in_unit("creators", "位"),
    field("reported", Whole, "Xingtu's own figures.", "星图自有数据。").in_unit("creators", "位"),
    field("upstream", Whole, "Answers bought from an upstream.", "从上游购买的答案。").in_unit("creators", "位"),
];

pub(crate) const COMPARE_ANSWER: &[AnswerField] = &[
    EDITION,
    field("creators", Objects(CREATOR), "The creators, in the order asked for.", "达人列表，顺序与请求一致。"),
    field("unknown", Texts, "Ids of which there are no figures.", "没有数据的达人 ID。"),
];

const CREATOR: &[AnswerField] = &[
    field("oAuthorId", Text, "The creator's id.", "达人 ID。"),
    field("platform", Text, "The platform.", "内容类型。"),
    field("name", Text, "The name shown to people; null where not known.", "达人名称；未知时为 null。").or_null(),
    field("category", Text, "What the posts are about; null where not known.", "类目；未知时为 null。").or_null(),
    field("followers", Whole, "How many follow the creator; null where not known.", "粉丝数；未知时为 null。")
        .in_unit("people", "人")
        .or_null(),
    field("size", OneOf(SIZES), "The band of the followers; null where not known.", "粉丝量级；未知时为 null。")
        .or_null(),
    field("asOf", Moment, "Of when the figures are.", "数据时间。"),
    SOURCE,
    field("expectedViews", Whole, "Expected views of the next placement.", "下一次投放的预期播放量。")
        .in_unit("views", "次"),
    field(
        "viewsP25",
        Whole,
        "One in four posts does worse; null without a range.",
        "四分之一作品低于此值；无区间时为 null。",
    )
    .in_unit("views", "次")
    .or_null(),
    field(
        "viewsP75",
        Whole,
        "One in four posts does better; null without a range.",
        "四分之一作品高于此值；无区间时为 null。",
    )
    .in_unit("views", "次")
    .or_null(),
    field("expectedInteractions", Whole, "Expected interactions; null where not known.", "预期互动量；未知时为 null。")
        .in_unit("interactions", "次")
        .or_null(),
    INTERACTIONS_IMPLIED,
    field(
        "hotItemBp",
        Whole,
        "The hot share: 1200 is 12 %; null where no post is recent.",
        "爆款率：1200 即 12 %；无近期作品时为 null。",
    )
    .in_unit("basis points", "万分之一")
    .or_null(),
    HOT_ITEM_POSTS,
    field("tiers", Objects(TIERS), "Prices and costs of each length that is sold.", "各在售时长档位的报价与成本。"),
    percentile("viewsPercentile", "Where the expected views stand among the peers'.", "预期播放量在同类中的百分位。"),
    percentile("hotPercentile", "Where the hot share stands among the peers'.", "爆款率在同类中的百分位。"),
    field(
        "peers",
        Object(PEERS),
        "Whom the creator is compared with; null without any.",
        "对比的同类达人；无同类时为 null。",
    )
    .or_null(),
];

/// Of a hot share.
pub(super) const HOT_ITEM_POSTS: AnswerField = field(
    "hotItemPosts",
    Whole,
    "On how many posts the hot share rests, at most 25; null where that is not known.",
    "爆款率所依据的作品数，至多 25 个；未知时为 null。",
)
.in_unit("posts", "个")
.or_null();

/// Of a creator's expected interactions.
pub(super) const INTERACTIONS_IMPLIED: AnswerField = field(
    "interactionsImplied",
    Flag,
    "Whether expected interactions are not told by the source, but implied by CPM and CPE.",
    "预期互动量是否并非来源给出，而是由 CPM 与 CPE 推算。",
);

/// Of figures.
pub(super) const SOURCE: AnswerField = field(
    "source",
    OneOf(&["estimated", "reported", "upstream"]),
    "Our estimate, Xingtu's own figures, or an answer bought from an upstream.",
    "估算值、星图自有数据，或从上游购买的答案。",
);

/// Of a price.
pub(super) const PRICE_IMPLIED: AnswerField = field(
    "priceImplied",
    Flag,
    "Whether the price is told by no source, but implied by CPM and expected views.",
    "报价是否并非来源给出，而是由 CPM 与预期播放量推算。",
);

const SIZES: &[&str] = &["under_10k", "10k_100k", "100k_1m", "1m_10m", "over_10m"];

const TIERS: &[AnswerField] = &[
    field("tier", OneOf(&["1_20", "21_60", "60", "single"]), "The length.", "时长档位。"),
    yuan("priceYuan", "The price of a placement; null where not offered.", "报价；不在售时为 null。"),
    PRICE_IMPLIED,
    yuan("cpmYuan", "The cost of a thousand views; null where not known.", "千次播放成本；未知时为 null。"),
    yuan("cpeYuan", "The cost of an interaction; null where not known.", "单次互动成本；未知时为 null。"),
    percentile(
        "cpmPercentile",
        "Where the CPM stands among the peers': low is cheap.",
        "CPM 在同类中的百分位，越低越便宜。",
    ),
    percentile(
        "cpePercentile",
        "Where the CPE stands among the peers': low is cheap.",
        "CPE 在同类中的百分位，越低越便宜。",
    ),
    yuan(
        "peersCpmYuan",
        "The median CPM of the peers; null where too few have one.",
        "同类 CPM 中位数；样本不足时为 null。",
    ),
    yuan(
        "fairPriceYuan",
        "The price at which the creator would sit at that median; null likewise.",
        "使其 CPM 等于该中位数的合理报价；同上可为 null。",
    ),
];

const PEERS: &[AnswerField] = &[
    field(
        "scope",
        OneOf(&["category_and_size", "size", "platform"]),
        "How they were chosen: by category and size, by size, or all of the platform.",
        "选取范围：同类目同量级、同量级，或该内容类型全部达人。",
    ),
    field("count", Whole, "How many they are, the creator among them.", "同类人数（含本人）。")
        .in_unit("creators", "位"),
];

const fn yuan(name: &'static str, en: &'static str, zh: &'static str) -> AnswerField {
    field(name, DecimalText, en, zh).in_unit("yuan", "元").or_null()
}

/// From 0 to 100.
const fn percentile(name: &'static str, en: &'static str, zh: &'static str) -> AnswerField {
    field(name, Whole, en, zh)
        .in_unit("percent, 0 to 100; null where too few peers have one", "%，0 至 100；样本不足时为 null")
        .or_null()
}
