//! The area between two axes.

use catalog::Lang;

use crate::canvas::{Canvas, Point};
use crate::numbers::short;
use crate::scale::Scale;

/// Where values lie in the picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plot {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) x: Scale,
    pub(crate) y: Scale,
}

impl Plot {
    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        Point::new(self.left + self.width * self.x.at(x), self.bottom() - self.height * self.y.at(y))
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub(crate) fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Lines across with their values at the left, and the name of the axis above them.
    pub(crate) fn draw_y(&self, canvas: &mut Canvas, name: &str, lang: Lang) {
        for tick in self.y.ticks((self.height / 45.0) as usize) {
            let y = self.bottom() - self.height * self.y.at(tick);
            canvas.line(Point::new(self.left, y), Point::new(self.right(), y), "grid");
            canvas.text(Point::new(self.left - 8.0, y + 4.5), "soft end", &short(tick, lang));
        }
        canvas.upward(Point::new(self.left - 58.0, self.top + self.height / 2.0), "soft", name);
    }

    /// Lines upward with their values below, and the name of the axis under them.
    pub(crate) fn draw_x(&self, canvas: &mut Canvas, name: &str, lang: Lang) {
        for tick in self.x.ticks((self.width / 110.0) as usize) {
            self.draw_x_tick(canvas, tick, Some(&short(tick, lang)));
        }
        canvas.text(Point::new(self.left + self.width / 2.0, self.bottom() + 44.0), "soft mid", name);
    }

    /// One line upward.
    pub(crate) fn draw_x_tick(&self, canvas: &mut Canvas, tick: f64, label: Option<&str>) {
        let x = self.left + self.width * self.x.at(tick);
        canvas.line(Point::new(x, self.top), Point::new(x, self.bottom()), "grid");
        if let Some(label) = label {
            canvas.text(Point::new(x, self.bottom() + 20.0), "soft mid", label);
        }
    }

    pub(crate) fn draw_base(&self, canvas: &mut Canvas) {
        canvas.line(Point::new(self.left, self.bottom()), Point::new(self.right(), self.bottom()), "axis");
    }
}
