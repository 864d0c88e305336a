//! Values as bars side by side, in panels: scores of methods.

use catalog::Lang;

use crate::canvas::{Canvas, Point};

/// A value of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it is the value of.
    pub name: String,
    /// Its length; none where there is no value.
    pub value: Option<f64>,
    /// The value in words, behind the bar.
    pub told: String,
}

/// Bars under one heading; the shortest ones stand out.
#[derive(Debug, Clone, PartialEq)]
pub struct BarPanel {
    /// The heading.
    pub title: String,
    /// The bars, from above.
    pub bars: Vec<Bar>,
}

const ROW: f64 = 28.0;
const NAMES: f64 = 190.0;
const BAR: f64 = 190.0;
const PANEL: f64 = 560.0;
const TOP: f64 = 100.0;

/// Draws panels beside one another, with a note below them; all texts are in the language.
pub fn bars(title: &str, note: &str, panels: &[BarPanel], lang: Lang) -> String {
    let rows = panels.iter().map(|panel| panel.bars.len()).max().unwrap_or(0) as f64;
    let (width, height) = (PANEL * panels.len().max(1) as f64 + 40.0, TOP + rows * ROW + 60.0);
    let mut canvas = Canvas::new(width, height, lang, title, note);
    canvas.text(Point::new(24.0, 36.0), "title", title);
    for (at, panel) in panels.iter().enumerate() {
        draw_panel(&mut canvas, Point::new(24.0 + at as f64 * PANEL, TOP), panel);
    }
    canvas.text(Point::new(24.0, height - 22.0), "soft", note);
    canvas.finish()
}

fn draw_panel(canvas: &mut Canvas, corner: Point, panel: &BarPanel) {
    canvas.text(corner.moved(0.0, -22.0), "strong", &panel.title);
    let values = || panel.bars.iter().filter_map(|bar| bar.value);
    let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::MIN_POSITIVE, f64::max));
    for (row, bar) in panel.bars.iter().enumerate() {
        let left = corner.moved(0.0, row as f64 * ROW);
        canvas.text(left.moved(0.0, 13.5), "", &bar.name);
        let Some(value) = bar.value else { continue };
        let length = BAR * value / most;
        let class = if value <= least { "c0" } else { "pale" };
        canvas.rectangle(left.moved(NAMES, 0.0), length, 18.0, class);
        canvas.text(left.moved(NAMES + length + 8.0, 13.5), if value <= least { "strong" } else { "" }, &bar.told);
    }
}
