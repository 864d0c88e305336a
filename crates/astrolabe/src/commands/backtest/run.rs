//! Scoring on several threads: which creator goes to which thread changes no byte, for the sums are whole numbers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use catalog::Text;
use estimator::{Backtest, Method, Settings};
use indicatif::{ProgressBar, ProgressStyle};

use crate::commands::read_posts::{Series, creators, histories};
use crate::lang;

/// How many creators a thread takes at a time.
const AT_ONCE: usize = 256;

const FORECASTING: Text =
    Text::new("forecasting {bar:40} {pos}/{len} creators {eta}", "预测 {bar:40} {pos}/{len} 位达人 {eta}");

/// Scores methods on all creators.
pub(crate) fn backtest(all: &[Series], methods: &[Method], settings: &Settings, threads: usize) -> Backtest {
    let creators: Vec<&[Series]> = creators(all).collect();
    let bar = ProgressBar::new(creators.len() as u64);
    if let Ok(style) = ProgressStyle::with_template(FORECASTING.of(lang::spoken())) {
        bar.set_style(style);
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut scores = Backtest::new(methods, settings);
        loop {
            let from = next.fetch_add(AT_ONCE, Ordering::Relaxed);
            let Some(some) = creators.get(from..(from + AT_ONCE).min(creators.len())).filter(|some| !some.is_empty())
            else {
                return scores;
            };
            some.iter().for_each(|creator| scores.add(histories(creator)));
            bar.inc(some.len() as u64);
        }
    };
    let scores = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut scores = work();
        for other in others {
            scores.merge(&other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        scores
    });
    bar.finish_and_clear();
    scores
}
