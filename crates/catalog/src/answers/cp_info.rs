//! `data` of Author CP Info.

use crate::AnswerField;
use crate::answer::AnswerKind::{Object, Text, Whole, WholeText};
use crate::answer::field;

pub(crate) const DATA: &[AnswerField] = &[
    field("base_resp", Object(BASE_RESP), "The status object of Xingtu's own reply.", "星图原始响应的状态对象。"),
    field(
        "expect_cpe",
        Object(CPE),
        "What an interaction (like, comment, share, collect) costs, by length; a length without a price is absent.",
        "各时长档位的单次互动成本（点赞、评论、分享、收藏）；未报价的档位不出现。",
    ),
    field(
        "expect_cpm",
        Object(CPM),
        "What a thousand views cost, by length; a length without a price is absent.",
        "各时长档位的千次播放成本；未报价的档位不出现。",
    ),
    field("expect_vv", Object(VIEWS), "Expected views of the next placement.", "下一次投放的预期播放量。"),
    field("hot_item", Object(HOT), "The share of recent posts that were hot.", "近期作品中的爆款占比。"),
];

const BASE_RESP: &[AnswerField] = &[
    field("status_code", Whole, "Always 0.", "固定为 0。"),
    field("status_message", Text, "Always empty.", "固定为空。"),
];

const CPE: &[AnswerField] = &[
    cost("cpe_1_20", "CPE of a video of 1 to 20 seconds; SHORT_VIDEO alone.", "1–20 秒视频的 CPE；仅 SHORT_VIDEO。"),
    cost("cpe_21_60", "CPE of a video of 21 to 60 seconds; SHORT_VIDEO alone.", "21–60 秒视频的 CPE；仅 SHORT_VIDEO。"),
    cost("cpe_60", "CPE of a video over 60 seconds; SHORT_VIDEO alone.", "60 秒以上视频的 CPE；仅 SHORT_VIDEO。"),
    cost("cpe", "CPE at the one price of the other platforms.", "其他内容类型（单一报价）的 CPE。"),
];

const CPM: &[AnswerField] = &[
    cost("cpm_1_20", "CPM of a video of 1 to 20 seconds; SHORT_VIDEO alone.", "1–20 秒视频的 CPM；仅 SHORT_VIDEO。"),
    cost("cpm_21_60", "CPM of a video of 21 to 60 seconds; SHORT_VIDEO alone.", "21–60 秒视频的 CPM；仅 SHORT_VIDEO。"),
    cost("cpm_60", "CPM of a video over 60 seconds; SHORT_VIDEO alone.", "60 秒以上视频的 CPM；仅 SHORT_VIDEO。"),
    cost("cpm", "CPM at the one price of the other platforms.", "其他内容类型（单一报价）的 CPM。"),
];

const VIEWS: &[AnswerField] = &[field("value", Whole, "The number of views.", "播放次数。").in_unit("views", "次")];

const HOT: &[AnswerField] =
    &[field("value", Whole, "The share: 1200 is 12.00 %.", "占比：1200 即 12.00 %。")
        .in_unit("basis points", "万分之一")];

const fn cost(name: &'static str, en: &'static str, zh: &'static str) -> AnswerField {
    field(name, WholeText, en, zh).in_unit("fen", "分").or_absent()
}
