//! Creators by CPM and expected views: the good ones are at the upper left.

use catalog::{Lang, Text};
use domain::{Fen, Range};

use crate::canvas::{COLOURS, Canvas, Point};
use crate::labels;
use crate::numbers::short;
use crate::plot::Plot;
use crate::scale::Scale;

/// A creator in the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dot {
    /// What it is called: beside the dot, where there is room, and while the pointer is over it.
    pub name: String,
    /// The category, which its colour tells.
    pub category: Option<String>,
    /// Cost per mille views.
    pub cpm: Fen,
    /// Expected views.
    pub views: u64,
    /// Their quartiles.
    pub range: Option<Range>,
}

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 620.0;
const TOP: f64 = 92.0;
/// Above so many dots, names would be chosen by chance.
const NAMED_MAX: usize = 40;
/// Above so many, their ranges are drawn faint.
const CLEAR_MAX: usize = 80;

const TITLE: Text = Text::new("CPM against expected views", "CPM 与预期播放量");
const X: Text = Text::new("CPM, yuan (log scale)", "CPM，元（对数刻度）");
const Y: Text = Text::new("Expected views (log scale)", "预期播放量（对数刻度）");
const NOTE: Text = Text::new(
    "A dot is a creator; its line is the range from p25 to p75. Cheaper views lie further left.",
    "每个点是一位达人，竖线为 p25–p75 区间；越靠左，单位播放成本越低。",
);
const NOTE_WITHOUT_RANGES: Text = Text::new(
    "A dot is a creator; the source of the figures tells no range. Cheaper views lie further left.",
    "每个点是一位达人，数据来源未给出区间；越靠左，单位播放成本越低。",
);
const OTHERS: Text = Text::new("others", "其他");

/// Draws creators, the most important first. Those without views or CPM have no place on the axes and are left out.
pub fn scatter(dots: &[Dot], lang: Lang) -> String {
    let dots: Vec<&Dot> = dots.iter().filter(|dot| dot.views > 0 && dot.cpm.0 > 0).collect();
    let note = note(&dots, lang);
    let described = format!("{} {note}", described(&dots, lang));
    let mut canvas = Canvas::new(WIDTH, HEIGHT, lang, TITLE.of(lang), &described);
    canvas.text(Point::new(24.0, 36.0), "title", TITLE.of(lang));
    canvas.text(Point::new(24.0, 58.0), "soft", &note);
    let ends = dots.iter().flat_map(|dot| dot.range.map_or([dot.views; 2], |range| [range.p25, range.p75]));
    let plot = Plot {
        left: 92.0,
        top: TOP,
        width: WIDTH - 92.0 - 32.0,
        height: HEIGHT - TOP - 64.0,
        x: Scale::log(dots.iter().map(|dot| yuan(dot.cpm))),
        y: Scale::log(ends.chain(dots.iter().map(|dot| dot.views)).map(|views| views as f64)),
    };
    plot.draw_x(&mut canvas, X.of(lang), lang);
    plot.draw_y(&mut canvas, Y.of(lang), lang);
    plot.draw_base(&mut canvas);
    let categories = categories(&dots);
    draw_legend(&mut canvas, &categories, lang);
    let colour = |dot: &Dot| categories.iter().take(COLOURS).position(|name| Some(*name) == dot.category.as_deref());
    // The most important last, on top of the others.
    for dot in dots.iter().rev() {
        let colour = if categories.is_empty() { 0 } else { colour(dot).unwrap_or(COLOURS) };
        canvas.hint(&hint(dot, lang), |canvas| draw_dot(canvas, &plot, dot, colour, dots.len() > CLEAR_MAX));
    }
    draw_names(&mut canvas, &plot, &dots);
    canvas.finish()
}

fn draw_dot(canvas: &mut Canvas, plot: &Plot, dot: &Dot, colour: usize, among_many: bool) {
    let x = yuan(dot.cpm);
    if let Some(range) = dot.range {
        let (low, high) = (plot.at(x, range.p25 as f64), plot.at(x, range.p75 as f64));
        let class = format!("range{} s{colour}", if among_many { " faint" } else { "" });
        canvas.line(low, high, &class);
        for end in [low, high] {
            canvas.line(end.moved(-3.0, 0.0), end.moved(3.0, 0.0), &class);
        }
    }
    canvas.circle(plot.at(x, dot.views as f64), 4.5, &format!("dot c{colour}"));
}

fn draw_names(canvas: &mut Canvas, plot: &Plot, dots: &[&Dot]) {
    let places: Vec<Point> = dots.iter().map(|dot| plot.at(yuan(dot.cpm), dot.views as f64)).collect();
    let names: Vec<&str> = dots.iter().take(NAMED_MAX).map(|dot| dot.name.as_str()).collect();
    let named = labels::places(&places, &names, plot.left, plot.right());
    for (name, place) in names.iter().zip(named) {
        if let Some(place) = place {
            canvas.text(place.at, &format!("label name {}", place.anchor), name);
        }
    }
}

/// The categories, those of most creators first, of equal ones by name.
fn categories<'d>(dots: &[&'d Dot]) -> Vec<&'d str> {
    let mut counts = std::collections::BTreeMap::new();
    dots.iter().filter_map(|dot| dot.category.as_deref()).for_each(|name| *counts.entry(name).or_insert(0) += 1);
    let mut names: Vec<(&str, i32)> = counts.into_iter().collect();
    names.sort_by_key(|(_, count)| -count);
    names.into_iter().map(|(name, _)| name).collect()
}

fn draw_legend(canvas: &mut Canvas, categories: &[&str], lang: Lang) {
    let named = categories.iter().take(COLOURS).copied().enumerate();
    let others = (categories.len() > COLOURS).then_some((COLOURS, OTHERS.of(lang)));
    let mut x = 92.0;
    for (colour, name) in named.chain(others) {
        canvas.circle(Point::new(x + 5.0, TOP - 16.0), 4.5, &format!("c{colour}"));
        canvas.text(Point::new(x + 15.0, TOP - 12.0), "label", name);
        x += 34.0 + labels::width(name);
    }
}

fn hint(dot: &Dot, lang: Lang) -> String {
    let (cpm, views) = (dot.cpm.yuan(), short(dot.views as f64, lang));
    let range = dot.range.map(|range| (short(range.p25 as f64, lang), short(range.p75 as f64, lang)));
    let range = range.map_or(String::new(), |(low, high)| match lang {
        Lang::En => format!(" ({low} to {high})"),
        Lang::Zh => format!("（{low}–{high}）"),
    });
    let category = dot.category.as_deref().map_or(String::new(), |name| format!(" · {name}"));
    match lang {
        Lang::En => format!("{}{category}\nCPM {cpm} yuan\n{views} views{range}", dot.name),
        Lang::Zh => format!("{}{category}\nCPM {cpm} 元\n预期播放 {views}{range}", dot.name),
    }
}

/// What is drawn, and of how many no range is, for their sources tell none.
fn note(dots: &[&Dot], lang: Lang) -> String {
    let missing = dots.iter().filter(|dot| dot.range.is_none()).count();
    match (missing, lang) {
        (0, _) => NOTE.of(lang).to_owned(),
        (missing, _) if missing == dots.len() => NOTE_WITHOUT_RANGES.of(lang).to_owned(),
        (_, Lang::En) => format!(
            "A dot is a creator; its line is the range from p25 to p75, which {missing} of {} lack. Cheaper views lie further left.",
            dots.len()
        ),
        (_, Lang::Zh) => format!(
            "每个点是一位达人，竖线为 p25–p75 区间（{} 位中有 {missing} 位无区间）；越靠左，单位播放成本越低。",
            dots.len()
        ),
    }
}

fn described(dots: &[&Dot], lang: Lang) -> String {
    let best = dots.iter().min_by_key(|dot| dot.cpm);
    let Some(best) = best else {
        return Text::new("No creators.", "没有达人。").of(lang).to_owned();
    };
    let (count, name, cpm) = (dots.len(), &best.name, best.cpm.yuan());
    match lang {
        Lang::En => format!("{count} creators; the lowest CPM is {cpm} yuan, of {name}."),
        Lang::Zh => format!("共 {count} 位达人；CPM 最低的是 {name}，{cpm} 元。"),
    }
}

fn yuan(fen: Fen) -> f64 {
    fen.0 as f64 / 100.0
}
