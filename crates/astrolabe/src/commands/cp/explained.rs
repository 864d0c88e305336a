//! An explanation as people read it: formulas, posts used and left out, paid placements beside other posts.

use catalog::{Lang, Text};
use domain::UnixTime;
use estimator::{Answered, ExplainedKind, ExplainedPost, Explanation};

use crate::tables::fit::{Shape, Sheet};
use crate::tables::wrap::wrapped;
use crate::tables::{Cell, told};

/// The explanation, in a terminal of so many columns; its own sentences are in the language they were made in.
pub(super) fn text(explanation: &Explanation, lang: Lang, width: Option<usize>) -> String {
    let steps = explanation.steps.iter().map(|step| [step.figure.clone(), step.formula.clone(), step.result.clone()]);
    let columns = [
        (Text::new("figure", "指标"), Shape::Word),
        (Text::new("formula", "公式"), Shape::Prose),
        (Text::new("result", "结果"), Shape::Prose),
    ];
    let steps = Sheet::with_json(columns, steps, &[0, 1, 2], lang).text(lang, width);
    let (method, window, rounding) = (&explanation.method, &explanation.window, &explanation.rounding);
    let (before, after) = match lang {
        Lang::En => (format!("Method {method}. Posts used: {window}."), format!("Rounding: {rounding}.")),
        Lang::Zh => (format!("方法：{method}。所用作品：{window}。"), format!("取整方式：{rounding}。")),
    };
    let answered =
        explanation.answered.as_ref().map(|answered| answered_text(answered, lang, width)).unwrap_or_default();
    let (kinds, posts) = (kinds_text(&explanation.kinds, lang, width), posts_text(&explanation.posts, lang, width));
    format!("\n{answered}{before}\n{steps}\n{after}\n\n{kinds}{posts}")
}

/// The figures that are answered and are not the explained ones, and why.
fn answered_text(answered: &Answered, lang: Lang, width: Option<usize>) -> String {
    let note = match lang {
        Lang::En => format!("Note: {}.", answered.note),
        Lang::Zh => format!("注意：{}。", answered.note),
    };
    let note = width.map_or(note.clone(), |width| wrapped(&note, width).join("\n"));
    if answered.figures.is_empty() {
        return format!("{note}\n\n");
    }
    let columns = [
        (Text::new("figure", "指标"), Shape::Word),
        (Text::new("answered", "当前答案"), Shape::Prose),
        (Text::new("explained here", "以下说明"), Shape::Prose),
    ];
    let told = |figure: &Option<String>| figure.clone().unwrap_or_else(|| "–".to_owned());
    let rows = answered
        .figures
        .iter()
        .map(|differs| [differs.figure.clone(), told(&differs.answered), told(&differs.explained)]);
    format!("{note}\n{}\n\n", Sheet::with_json(columns, rows, &[0, 1, 2], lang).text(lang, width))
}

/// Paid placements and other posts side by side, where posts tell which they are.
fn kinds_text(kinds: &[ExplainedKind], lang: Lang, width: Option<usize>) -> String {
    if kinds.is_empty() {
        return String::new();
    }
    let columns = [
        (Text::new("posts that are", "作品类型"), Shape::Word),
        (Text::new("posts", "作品数"), Shape::Number),
        (Text::new("median plays", "播放量中位数"), Shape::Number),
        (Text::new("interactions per 10,000 plays", "每万次播放的互动量"), Shape::Number),
    ];
    let rows = kinds.iter().map(|kind| {
        [
            kind_name(kind.sponsored).of(lang).to_owned(),
            kind.posts.to_string(),
            count(Some(kind.median_views), lang),
            count(kind.interactions_per_10000, lang),
        ]
    });
    format!("{}\n\n", Sheet::with_json(columns, rows, &[], lang).text(lang, width))
}

/// The columns of posts that stay where there is little room: which post, what was seen of it, what became of it.
const POSTS_FIRST: [usize; 6] = [0, 3, 6, 1, 2, 7];
/// The same, where plays are grown: what they are grown to, and from which age on.
const GROWN_FIRST: [usize; 6] = [0, 3, 9, 1, 8, 6];

fn posts_text(posts: &[ExplainedPost], lang: Lang, width: Option<usize>) -> String {
    let columns = [
        (Text::new("post", "作品 ID"), Shape::Word),
        (Text::new("published", "发布时间"), Shape::Moment),
        (Text::new("age at capture", "采集时已发布"), Shape::Number),
        (Text::new("plays", "播放量"), Shape::Number),
        (Text::new("interactions", "互动量"), Shape::Number),
        (Text::new("paid", "商单"), Shape::Word),
        (Text::new("expected views", "预期播放量"), Shape::Prose),
        (Text::new("hot", "爆款"), Shape::Word),
        (Text::new("captured", "采集时间"), Shape::Moment),
        (Text::new("grown plays", "补足后播放量"), Shape::Decimal),
    ];
    let is_grown = posts.iter().any(|post| post.grown_plays.is_some());
    let rows = posts.iter().map(|post| {
        let days = post.age_days;
        [
            post.item_id.clone(),
            on_clock(&post.published_at, lang),
            format!("{days} {}", Text::new("days", "天").of(lang)),
            count(Some(post.plays), lang),
            count(post.interactions, lang),
            post.sponsored.map_or("–", |sponsored| is_paid(sponsored).of(lang)).to_owned(),
            post.left_out_because.as_ref().map_or_else(
                || Text::new("used", "采用").of(lang).to_owned(),
                |why| format!("{}{}{why}", Text::new("left out", "未采用").of(lang), lang.colon()),
            ),
            post.hot.map_or("–", |hot| is_hot(hot).of(lang)).to_owned(),
            on_clock(&post.captured_at, lang),
            told(&Cell::of(post.grown_plays, Cell::Number), lang),
        ]
    });
    let mut sheet = Sheet::with_json(columns, rows, if is_grown { &GROWN_FIRST } else { &POSTS_FIRST }, lang);
    sheet.columns[9].short = Text::new("grown plays", "补足后 播放量").of(lang).to_owned();
    if !is_grown {
        sheet.columns.pop();
        sheet.rows.iter_mut().for_each(|row| row.truncate(columns.len() - 1));
    }
    // Where there is little room it is broken at the space.
    sheet.columns[2].short = Text::new("age at capture", "采集时 已发布").of(lang).to_owned();
    sheet.text(lang, width)
}

/// A moment of an explanation by the clock of the language; as it is where it is none.
fn on_clock(moment: &str, lang: Lang) -> String {
    moment.parse::<UnixTime>().map_or_else(|_| moment.to_owned(), |moment| moment.on_clock(lang))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::fit::table_width;

    #[test]
    fn posts_can_be_copied_from_a_narrow_terminal() {
        let post = ExplainedPost {
            item_id: "7694156644169418628".to_owned(),
            published_at: "2026-10-08T04:57:23Z".to_owned(),
            captured_at: "2026-10-27T01:00:00Z".to_owned(),
            age_days: 18,
            plays: 12_503_507,
            interactions: Some(100),
            sponsored: None,
            used: false,
            weight: None,
            grown_plays: None,
            left_out_because: Some("younger than 7 days at capture".to_owned()),
            hot: Some(true),
        };
        for lang in [Lang::En, Lang::Zh] {
            let told = posts_text(std::slice::from_ref(&post), lang, Some(80));
            for part in ["7694156644169418628", &count(Some(12_503_507), lang), "younger"] {
                assert!(told.contains(part), "{part:?} is not in\n{told}");
            }
            assert!(table_width(&told) <= 80, "{told}");
            // What a figure of grown plays comes from.
            let used =
                ExplainedPost { used: true, left_out_because: None, grown_plays: Some(14_126_000.52), ..post.clone() };
            let told = posts_text(&[used], lang, Some(80));
            let day = on_clock(&post.captured_at, lang);
            for part in ["7694156644169418628", "14126000.52", &day[..10]] {
                assert!(told.contains(part), "{part:?} is not in\n{told}");
            }
            assert!(table_width(&told) <= 80, "{told}");
        }
    }
}
