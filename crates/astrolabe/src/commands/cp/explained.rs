//! An explanation as people read it: formulas, posts used and left out, paid placements beside other posts.

use catalog::{Lang, Text};
use estimator::{ExplainedKind, ExplainedPost, Explanation};

use crate::output;
use crate::tables::{Cell, told};

/// The explanation; its own sentences are in the language they were made in.
pub(super) fn text(explanation: &Explanation, lang: Lang) -> String {
    let steps = explanation.steps.iter().map(|step| [step.figure.clone(), step.formula.clone(), step.result.clone()]);
    let header = [Text::new("figure", "指标"), Text::new("formula", "公式"), Text::new("result", "结果")];
    let steps = output::table(header.map(|title| title.of(lang)), &[], steps);
    let (method, window, rounding) = (&explanation.method, &explanation.window, &explanation.rounding);
    let (before, after) = match lang {
        Lang::En => (format!("Method {method}. Posts used: {window}."), format!("Rounding: {rounding}.")),
        Lang::Zh => (format!("方法：{method}。所用作品：{window}。"), format!("取整方式：{rounding}。")),
    };
    let (kinds, posts) = (kinds_text(&explanation.kinds, lang), posts_text(&explanation.posts, lang));
    format!("\n{before}\n{steps}\n{after}\n\n{kinds}{posts}")
}

/// Paid placements and other posts side by side, where posts tell which they are.
fn kinds_text(kinds: &[ExplainedKind], lang: Lang) -> String {
    if kinds.is_empty() {
        return String::new();
    }
    let header = [
        Text::new("posts that are", "作品类型"),
        Text::new("posts", "作品数"),
        Text::new("median plays", "播放量中位数"),
        Text::new("interactions per 10,000 plays", "每万次播放的互动量"),
    ];
    let rows = kinds.iter().map(|kind| {
        [
            kind_name(kind.sponsored).of(lang).to_owned(),
            kind.posts.to_string(),
            count(Some(kind.median_views), lang),
            count(kind.interactions_per_10000, lang),
        ]
    });
    format!("{}\n\n", output::table(header.map(|title| title.of(lang)), &[1, 2, 3], rows))
}

fn posts_text(posts: &[ExplainedPost], lang: Lang) -> String {
    let header = [
        Text::new("post", "作品 ID"),
        Text::new("published", "发布时间"),
        Text::new("age at capture", "采集时已发布"),
        Text::new("plays", "播放量"),
        Text::new("interactions", "互动量"),
        Text::new("paid", "商单"),
        Text::new("expected views", "预期播放量"),
        Text::new("hot", "爆款"),
    ];
    let rows = posts.iter().map(|post| {
        let days = post.age_days;
        [
            post.item_id.clone(),
            post.published_at.clone(),
            format!("{days} {}", Text::new("days", "天").of(lang)),
            count(Some(post.plays), lang),
            count(post.interactions, lang),
            post.sponsored.map_or("–", |sponsored| is_paid(sponsored).of(lang)).to_owned(),
            post.left_out_because.as_ref().map_or_else(
                || Text::new("used", "采用").of(lang).to_owned(),
                |why| format!("{}{}{why}", Text::new("left out", "未采用").of(lang), lang.colon()),
            ),
            post.hot.map_or("–", |hot| is_hot(hot).of(lang)).to_owned(),
        ]
    });
    output::table(header.map(|title| title.of(lang)), &[2, 3, 4], rows)
}

fn kind_name(sponsored: bool) -> Text {
    if sponsored { Text::new("paid", "商单") } else { Text::new("organic", "普通作品") }
}

fn is_paid(sponsored: bool) -> Text {
    if sponsored { Text::new("paid", "是") } else { Text::new("organic", "否") }
}

fn is_hot(hot: bool) -> Text {
    if hot { Text::new("hot", "爆款") } else { Text::new("no", "否") }
}

fn count(count: Option<u64>, lang: Lang) -> String {
    told(&Cell::of(count, Cell::Whole), lang)
}
