//! A creator's figures over time: expected views with their range, those of other sources, and what later posts did; below, CPM.

use catalog::{Lang, Text};
use domain::{Fen, PerTier, Range, Tier, UnixTime};

use crate::canvas::{Canvas, Point};
use crate::labels;
use crate::numbers::short;
use crate::plot::Plot;
use crate::scale::Scale;
use crate::time_axis::{day, ticks};

/// The figures from one moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Since when the views are as they are.
    pub at: UnixTime,
    /// Since when the costs are: of a price that came later, since then.
    pub costs_at: UnixTime,
    /// Expected views.
    pub views: u64,
    /// Their quartiles.
    pub range: Option<Range>,
    /// Cost per mille views, by length.
    pub cpm: PerTier<Option<Fen>>,
}

/// What a post did after it was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaterPost {
    /// When it was published.
    pub at: UnixTime,
    /// Its plays.
    pub plays: u64,
}

/// Figures of another source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// What the source is called.
    pub name: String,
    /// Its figures, oldest first.
    pub moments: Vec<Moment>,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Whose it is.
    pub name: String,
    /// What the source of the figures is called.
    pub source: String,
    /// Figures, oldest first.
    pub moments: Vec<Moment>,
    /// Figures of other sources, drawn dashed.
    pub beside: Vec<Beside>,
    /// Posts to hold them against.
    pub posts: Vec<LaterPost>,
}

const WIDTH: f64 = 960.0;
const LEFT: f64 = 92.0;
const PLOT: f64 = WIDTH - LEFT - 32.0;
const HEIGHT: f64 = 640.0;
const TICKS: usize = 7;
/// The colour of the figures.
const OWN: usize = 0;
/// The colours of other sources' figures.
const BESIDE: [usize; 2] = [6, 7];

const TITLE: Text = Text::new("Expected views and CPM over time", "预期播放量与 CPM 变化");
const VIEWS: Text = Text::new("Expected views (log scale)", "预期播放量（对数刻度）");
const CPM: Text = Text::new("CPM, yuan", "CPM，元");
const RANGE: Text = Text::new("range p25 to p75", "p25–p75 区间");
const POSTS: Text = Text::new("posts, by day of publishing", "作品实际播放（按发布日）");
const NOTHING: Text = Text::new("No figures yet.", "暂无数据。");

impl History {
    /// The figures of all sources.
    fn all(&self) -> impl Iterator<Item = &Moment> {
        self.moments.iter().chain(self.beside.iter().flat_map(|beside| &beside.moments))
    }
}

/// Draws a history.
pub fn history(history: &History, lang: Lang) -> String {
    let title = format!("{}{}{}", history.name, lang.colon(), TITLE.of(lang));
    let mut canvas = Canvas::new(WIDTH, HEIGHT, lang, &title, &described(history, lang));
    canvas.text(Point::new(24.0, 36.0), "title", &title);
    let Some((from, to)) = span(history) else {
        canvas.text(Point::new(24.0, 72.0), "soft", NOTHING.of(lang));
        return canvas.finish();
    };
    let time = Scale::Linear { low: f64::from(from.0), high: f64::from(to.0) };
    let views = views_plot(history, time);
    let cpm = Plot { top: 426.0, height: 156.0, y: Scale::from_zero(costs(history)), ..views };
    let ticks = ticks(from, to, TICKS);
    for (plot, name) in [(&views, VIEWS), (&cpm, CPM)] {
        plot.draw_y(&mut canvas, name.of(lang), lang);
        for (tick, told) in &ticks {
            plot.draw_x_tick(&mut canvas, f64::from(tick.0), Some(told));
        }
        plot.draw_base(&mut canvas);
    }
    draw_views(&mut canvas, &views, history, to, lang);
    draw_legend(&mut canvas, &views, history, lang);
    draw_cpm(&mut canvas, &cpm, history, to, lang);
    canvas.finish()
}

/// From the first to the last moment or post, with a little room.
fn span(history: &History) -> Option<(UnixTime, UnixTime)> {
    let figures = || history.all().flat_map(|moment| [moment.at, moment.costs_at]);
    let moments = || figures().chain(history.posts.iter().map(|post| post.at));
    let (from, to) = (moments().min()?, moments().max()?);
    let room = (to.seconds_since(from) / 40).max(UnixTime::DAY / 2);
    Some((UnixTime(from.0.saturating_sub(room)), UnixTime(to.0.saturating_add(room))))
}

fn views_plot(history: &History, time: Scale) -> Plot {
    let figures = history.all().flat_map(|moment| {
        let range = moment.range.map_or([moment.views; 2], |range| [range.p25, range.p75]);
        [moment.views, range[0], range[1]]
    });
    let all = figures.chain(history.posts.iter().map(|post| post.plays)).map(|views| views as f64);
    Plot { left: LEFT, top: 88.0, width: PLOT, height: 280.0, x: time, y: Scale::log(all) }
}

fn costs(history: &History) -> impl Iterator<Item = f64> {
    history.all().flat_map(|moment| moment.cpm.to_array().into_iter().flatten()).map(yuan)
}

fn draw_views(canvas: &mut Canvas, plot: &Plot, history: &History, to: UnixTime, lang: Lang) {
    let (moments, at) = (&history.moments, |moment: &Moment| moment.at);
    for stretch in stretches(moments, at, |moment| moment.range) {
        let upper = steps(plot, &stretch, to, |range| range.p75 as f64);
        let lower = steps(plot, &stretch, to, |range| range.p25 as f64);
        let outline: Vec<Point> = upper.into_iter().chain(lower.into_iter().rev()).collect();
        canvas.path(&outline, true, "band c0");
    }
    for stretch in stretches(moments, at, |moment| Some(moment.views)) {
        canvas.path(&steps(plot, &stretch, to, |views| *views as f64), false, "line s0");
    }
    for post in &history.posts {
        let told = format!("{}{}{}", day(post.at), lang.colon(), short(post.plays as f64, lang));
        let place = plot.at(f64::from(post.at.0), post.plays as f64);
        canvas.hint(&told, |canvas| canvas.circle(place, 4.0, "dot c1"));
    }
    draw_points(canvas, plot, &history.source, moments, OWN, lang);
    for (beside, colour) in history.beside.iter().zip(BESIDE) {
        for stretch in stretches(&beside.moments, at, |moment| Some(moment.views)) {
            canvas.path(&steps(plot, &stretch, to, |views| *views as f64), false, &format!("line dashed s{colour}"));
        }
        draw_points(canvas, plot, &beside.name, &beside.moments, colour, lang);
    }
}

fn draw_points(canvas: &mut Canvas, plot: &Plot, source: &str, moments: &[Moment], colour: usize, lang: Lang) {
    for moment in moments {
        let place = plot.at(f64::from(moment.at.0), moment.views as f64);
        let told = format!("{source} {}", hint(moment, lang));
        canvas.hint(&told, |canvas| canvas.circle(place, 4.0, &format!("dot c{colour}")));
    }
}

/// What is in the picture of views, and nothing else.
fn draw_legend(canvas: &mut Canvas, plot: &Plot, history: &History, lang: Lang) {
    let beside = history.beside.iter().zip(BESIDE).map(|(beside, colour)| (format!("dot c{colour}"), &*beside.name));
    let any_range = history.moments.iter().any(|moment| moment.range.is_some());
    let named = [(format!("dot c{OWN}"), &*history.source)].into_iter().chain(beside);
    let band = any_range.then(|| (format!("band c{OWN}"), RANGE.of(lang)));
    let posts = (!history.posts.is_empty()).then(|| ("dot c1".to_owned(), POSTS.of(lang)));
    let (mut x, y) = (LEFT, plot.top - 18.0);
    for (shape, name) in named.chain(band).chain(posts) {
        match shape.starts_with("band") {
            true => canvas.rectangle(Point::new(x, y - 6.0), 16.0, 12.0, &shape),
            false => canvas.circle(Point::new(x + 8.0, y), 4.0, &shape),
        }
        canvas.text(Point::new(x + 22.0, y + 4.0), "label", name);
        x += 44.0 + labels::width(name);
    }
}

fn draw_cpm(canvas: &mut Canvas, plot: &Plot, history: &History, to: UnixTime, lang: Lang) {
    let (mut x, y) = (LEFT, plot.top - 18.0);
    let beside = history.beside.iter().map(|beside| (beside.name.as_str(), &beside.moments, "line dashed"));
    let sources = || [(history.source.as_str(), &history.moments, "line")].into_iter().chain(beside.clone());
    for (colour, tier) in (2..).zip(Tier::ALL) {
        let mut any = false;
        for (source, moments, line) in sources() {
            for stretch in stretches(moments, |moment| moment.costs_at, |moment| moment.cpm[tier]) {
                any = true;
                canvas.path(&steps(plot, &stretch, to, |cpm| yuan(*cpm)), false, &format!("{line} s{colour}"));
                for (at, cpm) in &stretch.values {
                    let (day, colon, tier) = (day(*at), lang.colon(), tier_name(tier, lang));
                    let told = format!("{source} {day}{colon}CPM {} ({tier})", cpm.yuan());
                    let place = plot.at(f64::from(at.0), yuan(*cpm));
                    canvas.hint(&told, |canvas| canvas.circle(place, 3.5, &format!("dot c{colour}")));
                }
            }
        }
        if any {
            let name = tier_name(tier, lang);
            canvas.circle(Point::new(x + 8.0, y), 4.0, &format!("c{colour}"));
            canvas.text(Point::new(x + 22.0, y + 4.0), "label", name);
            x += 44.0 + labels::width(name);
        }
    }
}

/// Neighbouring moments that have a value.
struct Stretch<T> {
    values: Vec<(UnixTime, T)>,
    /// Where the next moment has none; the last stretch goes on.
    until: Option<UnixTime>,
}

fn stretches<T>(
    moments: &[Moment],
    at: impl Fn(&Moment) -> UnixTime,
    of: impl Fn(&Moment) -> Option<T>,
) -> Vec<Stretch<T>> {
    let mut stretches: Vec<Stretch<T>> = Vec::new();
    let mut is_open = false;
    for moment in moments {
        let (at, value) = (at(moment), of(moment));
        match (value, stretches.last_mut().filter(|_| is_open)) {
            (Some(value), Some(open)) => open.values.push((at, value)),
            (Some(value), None) => {
                stretches.push(Stretch { values: vec![(at, value)], until: None });
                is_open = true;
            }
            (None, Some(open)) => {
                open.until = Some(at);
                is_open = false;
            }
            (None, None) => {}
        }
    }
    stretches
}

/// Figures hold until the next ones come: level lines with steps between them.
fn steps<T>(plot: &Plot, stretch: &Stretch<T>, to: UnixTime, of: impl Fn(&T) -> f64) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for (at, value) in &stretch.values {
        let point = plot.at(f64::from(at.0), of(value));
        if let Some(before) = points.last().copied() {
            points.push(Point::new(point.x, before.y));
        }
        points.push(point);
    }
    if let Some(last) = points.last().copied() {
        points.push(Point::new(plot.at(f64::from(stretch.until.unwrap_or(to).0), 0.0).x, last.y));
    }
    points
}

fn tier_name(tier: Tier, lang: Lang) -> &'static str {
    let name = match tier {
        Tier::From1To20s => Text::new("1–20 s", "1–20 秒"),
        Tier::From21To60s => Text::new("21–60 s", "21–60 秒"),
        Tier::Over60s => Text::new("over 60 s", "60 秒以上"),
        Tier::Single => Text::new("one price", "统一报价"),
    };
    name.of(lang)
}

fn hint(moment: &Moment, lang: Lang) -> String {
    let range = moment.range.map(|range| (short(range.p25 as f64, lang), short(range.p75 as f64, lang)));
    let range = range.map_or(String::new(), |(low, high)| match lang {
        Lang::En => format!(" ({low} to {high})"),
        Lang::Zh => format!("（{low}–{high}）"),
    });
    format!("{}{}{}{range}", day(moment.at), lang.colon(), short(moment.views as f64, lang))
}

fn described(history: &History, lang: Lang) -> String {
    let (Some(first), Some(last)) = (history.moments.first(), history.moments.last()) else {
        return NOTHING.of(lang).to_owned();
    };
    let (from, to, posts) = (day(first.at), day(last.at), history.posts.len());
    let (before, after) = (short(first.views as f64, lang), short(last.views as f64, lang));
    match lang {
        Lang::En => {
            format!(
                "From {from} to {to} expected views went from {before} to {after}; {posts} later posts are shown beside them."
            )
        }
        Lang::Zh => {
            format!("{from} 至 {to}，预期播放量由 {before} 变为 {after}；另示出 {posts} 条后续作品的实际播放。")
        }
    }
}

fn yuan(fen: Fen) -> f64 {
    fen.0 as f64 / 100.0
}
