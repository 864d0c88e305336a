//! Charts as SVG, in both languages: [`scatter`] of creators by CPM and expected views, [`history`] of one creator, and
//! [`bars`] of scores.
//!
//! Each is one file that needs nothing else: text stays text, a title and a description say what is shown, hovering names
//! what is under the pointer, and colours follow the reader's light or dark setting. Why no library draws them is in
//! `docs/decisions/2026-11-25-charts-of-our-own.md`.

mod bars;
mod canvas;
mod history;
mod labels;
mod numbers;
mod plot;
mod scale;
mod scatter;
mod time_axis;

pub use bars::{Bar, BarPanel, bars};
pub use history::{Beside, History, LaterPost, Moment, history};
pub use scatter::{Dot, scatter};
