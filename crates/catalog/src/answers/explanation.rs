//! The explanation of an answer.

use crate::AnswerField;
use crate::answer::AnswerKind::{Flag, Moment, Number, Object, Objects, OneOf, Text, Whole};
use crate::answer::field;

pub(crate) const EXPLANATION: &[AnswerField] = &[
    field("author_id", Text, "The creator's id.", "达人 ID。"),
    field("platform", Text, "The platform.", "内容类型。"),
    field(
        "source",
        OneOf(&["estimated", "reported"]),
        "Whether the figures are an estimate or Xingtu's own.",
        "数值为估算（estimated）或星图报告值（reported）。",
    ),
    field("method", Text, "The name and version of the method.", "方法名称及版本。"),
    field("as_of", Moment, "When the newest capture behind the figures was made.", "所依据数据的最新采集时间。"),
    field(
        "answered",
        Object(ANSWERED),
        "The figures that Author CP Info answers, where they are not those explained here: made before the settings or the coefficients \
         changed, or bought. Null where they are the same.",
        "性价比接口当前返回的数值；仅当与此处所说明的不同时给出：得出之后设置或系数有变，或购自上游。相同时为 null。",
    )
    .or_null(),
    field("window", Text, "The rule by which posts are chosen, with its numbers.", "选取作品的规则及其数值。"),
    field("steps", Objects(STEPS), "Every formula in the order it is computed.", "按计算顺序列出的全部公式。"),
    field(
        "terms",
        Objects(TERMS),
        "What each feature of the regression adds to the logarithm of the expected views, where it takes part.",
        "回归参与时，各特征对预期播放量对数的贡献。",
    ),
    field("rounding", Text, "How figures are rounded.", "取整方式。"),
    field("hot", Object(HOT), "How the hot share came about.", "爆款率的由来。"),
    field(
        "kinds",
        Objects(KINDS),
        "Paid placements and other posts side by side, where posts tell which they are.",
        "商单与普通作品的对比；仅限已知是否为商单的作品。",
    ),
    field("posts", Objects(POSTS), "Every post held, newest first.", "所持有的全部作品，最新的在前。"),
];

const ANSWERED: &[AnswerField] = &[
    field("note", Text, "Why they are others, and what to do.", "不同的原因及处理办法。"),
    field(
        "source",
        OneOf(&["estimated", "reported", "upstream"]),
        "Whether they are an estimate, Xingtu's own, or bought.",
        "数值为估算（estimated）、星图报告值（reported）或购自上游（upstream）。",
    ),
    field("method", Text, "The name and version of the method that made them.", "得出它们的方法名称及版本。"),
    field("as_of", Moment, "When the newest capture behind them was made.", "其所依据数据的最新采集时间。"),
    field(
        "figures",
        Objects(DIFFERING),
        "Every figure that differs; empty where another method came to the same.",
        "有差异的全部指标；方法不同而数值相同时为空。",
    ),
];

const DIFFERING: &[AnswerField] = &[
    field("figure", Text, "The figure, by the name it has in steps.", "指标名称，与 steps 一致。"),
    field(
        "answered",
        Text,
        "As it is answered, with its unit; null where it is not.",
        "当前答案中的值，带单位；没有时为 null。",
    )
    .or_null(),
    field(
        "explained",
        Text,
        "As it is explained here, with its unit; null where it is not.",
        "此处所说明的值，带单位；没有时为 null。",
    )
    .or_null(),
];

const STEPS: &[AnswerField] = &[
    field("figure", Text, "The figure, by the contract's name where it has one.", "指标名称，与接口字段一致。"),
    field("formula", Text, "The formula with its numbers.", "代入数值的公式。"),
    field("result", Text, "The result with its unit.", "带单位的结果。"),
];

const TERMS: &[AnswerField] = &[
    field("feature", Text, "The feature's name; the page on the method says what it is.", "特征名称；含义见方法页。"),
    field("value", Number, "Its value.", "特征值。"),
    field("weight", Number, "What it is multiplied by.", "所乘的权重。"),
    field("adds", Number, "The product.", "二者之积。"),
];

const HOT: &[AnswerField] = &[
    field("threshold_views", Whole, "From so many plays on a post is hot.", "达到该播放量即为爆款。")
        .in_unit("views", "次"),
    field("posts", Whole, "Posts looked at.", "参与统计的作品数。").in_unit("posts", "个"),
    field("hot", Whole, "Hot ones among them.", "其中的爆款数。").in_unit("posts", "个"),
];

const KINDS: &[AnswerField] = &[
    field("sponsored", Flag, "Paid placements, or posts that are none.", "是否为商单。"),
    field("posts", Whole, "Mature posts with plays of this kind.", "该类成熟且有播放量的作品数。")
        .in_unit("posts", "个"),
    field("median_views", Whole, "The median of their plays.", "播放量中位数。").in_unit("views", "次"),
    field(
        "interactions_per_10000",
        Whole,
        "Their interactions per 10,000 plays, rounded down; null where not told.",
        "每万次播放的互动量（向下取整）；未知时为 null。",
    )
    .in_unit("interactions", "次")
    .or_null(),
];

const POSTS: &[AnswerField] = &[
    field("item_id", Text, "The post's id.", "作品 ID。"),
    field("published_at", Moment, "When it was published.", "发布时间。"),
    field("captured_at", Moment, "When its counts were read.", "采集时间。"),
    field("age_days", Whole, "How old it was when captured.", "采集时的发布天数。").in_unit("days", "天"),
    field("plays", Whole, "Its plays.", "播放量。").in_unit("views", "次"),
    field(
        "interactions",
        Whole,
        "Its likes, comments, shares and collects; null where not told.",
        "点赞、评论、分享、收藏之和；未知时为 null。",
    )
    .in_unit("interactions", "次")
    .or_null(),
    field("sponsored", Flag, "Whether it was a paid placement; null where not told.", "是否为商单；未知时为 null。")
        .or_null(),
    field("used", Flag, "Whether the expected views come from it.", "是否用于计算预期播放量。"),
    field("left_out_because", Text, "Why it is not used; null where it is.", "未采用的原因；已采用时为 null。")
        .or_null(),
    field(
        "weight",
        Number,
        "Its share of the mean; null where the method does not weigh posts.",
        "在平均中所占份额；方法不对作品加权时为 null。",
    )
    .or_null(),
    field(
        "grown_plays",
        Number,
        "What its plays will come to, to two decimals; null where it is not used, or the method does not grow plays.",
        "补足后的播放量，保留两位小数；未采用或方法不补足播放量时为 null。",
    )
    .in_unit("views", "次")
    .or_null(),
    field(
        "hot",
        Flag,
        "Whether it is hot; null where it is not looked at for the hot share.",
        "是否爆款；未参与爆款率统计时为 null。",
    )
    .or_null(),
];
