//! A creator's figures over time.

use crate::AnswerField;
use crate::answer::AnswerKind::{DecimalText, Flag, Moment, Number, Object, Objects, OneOf, Text, Whole};
use crate::answer::field;
use crate::answers::market::HOT_ITEM_POSTS;

pub(crate) const HISTORY_ANSWER: &[AnswerField] = &[
    field("oAuthorId", Text, "The creator's id.", "达人 ID。"),
    field("platform", Text, "The platform.", "内容类型。"),
    field(
        "snapshots",
        Objects(SNAPSHOT),
        "The figures, oldest first; at most the newest 500.",
        "各次数据，由旧到新；至多最新的 500 条。",
    ),
];

const SNAPSHOT: &[AnswerField] = &[
    field("recordedAt", Moment, "When they were recorded.", "记录时间。"),
    field("asOf", Moment, "Of when their facts are.", "数据时间。"),
    field(
        "pricedAt",
        Moment,
        "When the newest of the prices was seen, or withdrawn: a change of a price is of then, not of asOf; null where no price was told or it is not known.",
        "最近一个报价的采集（或下架）时间：报价的变化发生于此时，而非 asOf；没有报价或时间未知时为 null。",
    )
    .or_null(),
    field(
        "source",
        OneOf(&["estimated", "reported", "upstream"]),
        "Whether they are the server's own estimate, Xingtu's figures, or bought from an upstream.",
        "来源：estimated 为本服务估算，reported 为星图数据，upstream 为上游购得。",
    ),
    field("method", Text, "Name and version of the method.", "方法名称与版本。"),
    field("expectedViews", Whole, "Expected views of the next placement.", "预期播放量。").in_unit("views", "次"),
    field("viewsP25", Whole, "One in four posts does worse; null without a range.", "播放量下四分位；无区间时为 null。").in_unit("views", "次").or_null(),
    field("viewsP75", Whole, "One in four posts does better; null likewise.", "播放量上四分位；同上。").in_unit("views", "次").or_null(),
    field("expectedInteractions", Whole, "Expected interactions; null where not known.", "预期互动量；未知时为 null。").or_null(),
    field(
        "hotItemBp",
        Whole,
        "The share of hot posts; null where none was recent.",
        "爆款率；无近期作品时为 null。",
    )
    .in_unit("basis points", "万分之一")
    .or_null(),
    HOT_ITEM_POSTS,
    change("viewsChange", "The change of expected views since the figures before of the same source; null for the first.", "预期播放量相对同一来源上一条的变化；首条为 null。").or_null(),
    change("interactionsChange", "The change of expected interactions; null likewise.", "预期互动量的变化；同上可为 null。").or_null(),
    field("tiers", Objects(TIER), "Prices and costs of each length that is sold. A length that was withdrawn stands once more, without any, in the first figures after that.", "各在售时长档位的报价与成本。已下架的档位在下架后的首条数据中再列一次，不含报价与成本。"),
    field("later", Object(LATER), "What posts did that were published after asOf and were at least 7 days old when captured; null where there is none.", "asOf 之后发布且采集时已满 7 天的作品的实际表现；没有时为 null。").or_null(),
];

const TIER: &[AnswerField] = &[
    field("tier", Text, "The length: 1_20, 21_60, 60 or single.", "时长档位：1_20、21_60、60 或 single。"),
    field(
        "offer",
        OneOf(&["new", "withdrawn"]),
        "new where the length has a price and had none in the figures before, which knew that of another length; withdrawn where its price is no more; null where neither is so.",
        "new 表示该档位新增报价（此前的数据仅有其他档位的报价），withdrawn 表示不再提供；均非时为 null。",
    )
    .or_null(),
    yuan("priceYuan", "The price of a placement; null without one.", "报价；无则为 null。"),
    yuan("cpmYuan", "The cost of a thousand views; null without one.", "千次播放成本；无则为 null。"),
    yuan("cpeYuan", "The cost of an interaction; null without one.", "单次互动成本；无则为 null。"),
    field(
        "cpmChange",
        Object(CHANGE),
        "How the CPM changed, by the price and by the views; null where no price was known before or after.",
        "CPM 的变化，拆分为报价与播放量两部分；前后任一报价未知时为 null。",
    )
    .or_null(),
    field(
        "cpeChange",
        Object(CHANGE),
        "How the CPE changed, by the price and by the interactions; null likewise.",
        "CPE 的变化，拆分为报价与互动量两部分；同上可为 null。",
    )
    .or_null(),
];

const CHANGE: &[AnswerField] = &[
    change("total", "All of the change: the sum of its parts.", "总变化，等于两部分之和。"),
    change("byPrice", "What the price contributed.", "报价的贡献。"),
    change("byCount", "What the views, or the interactions, contributed.", "播放量（或互动量）的贡献。"),
];

const LATER: &[AnswerField] = &[
    field("posts", Whole, "How many there are, of those that are held.", "作品数（以已存作品计）。"),
    field("medianPlays", Whole, "The median of their plays.", "播放量中位数。").in_unit("views", "次"),
    field(
        "inside",
        Whole,
        "How many were inside the range; null without a range.",
        "落在区间内的作品数；无区间时为 null。",
    )
    .or_null(),
    field(
        "medianInside",
        Flag,
        "Whether the median was inside; null likewise.",
        "中位数是否落在区间内；同上可为 null。",
    )
    .or_null(),
    change(
        "logError",
        "The median over the expected views; null where either is zero.",
        "中位数与预期播放量之比；任一为零时为 null。",
    )
    .or_null(),
];

const fn change(name: &'static str, en: &'static str, zh: &'static str) -> AnswerField {
    field(name, Number, en, zh).in_unit("natural logarithm of a ratio", "比值的自然对数")
}

const fn yuan(name: &'static str, en: &'static str, zh: &'static str) -> AnswerField {
    field(name, DecimalText, en, zh).in_unit("yuan", "元").or_null()
}
