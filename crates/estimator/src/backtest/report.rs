//! Scores as they are told: by method, in groups of forecasts.

use serde::Serialize;

use super::paired::Difference;
use super::scores::{LENGTHS, SIZES, Scores};

/// The scores of a backtest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Creators with at least one forecast.
    pub creators: u64,
    /// Posts younger than this many days at capture were left out.
    pub mature_days: u32,
    /// A method each, in the order asked for.
    pub methods: Vec<ReportedMethod>,
}

/// The scores of one method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportedMethod {
    /// Name and version.
    pub method: String,
    /// All forecasts, then those by length of history, then by size of creator; groups without forecasts are absent.
    pub groups: Vec<ReportedGroup>,
    /// How its absolute error differs from that of the method in use, over all forecasts; none where that one is not scored.
    pub beside_in_use: Option<Difference>,
}

/// The scores of one method over one group of forecasts. Errors are of natural logarithms of plays.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportedGroup {
    /// Which forecasts.
    pub group: String,
    /// How many.
    pub forecasts: u64,
    /// Mean absolute error.
    pub mean_absolute_error: f64,
    /// Mean of forecast less outcome: above zero, forecasts are too high.
    pub bias: f64,
    /// Mean pinball loss at 10, 25, 50, 75 and 90 %.
    pub pinball_loss: [f64; 5],
    /// Share of outcomes within the range from p25 to p75.
    pub coverage_50: f64,
    /// Share of outcomes within the range from p10 to p90.
    pub coverage_80: f64,
    /// Mean absolute error of the logarithm of interactions plus one, where they are told.
    pub interactions_mean_absolute_error: Option<f64>,
}

impl ReportedMethod {
    /// The group of a name.
    pub fn group(&self, name: &str) -> Option<&ReportedGroup> {
        self.groups.iter().find(|group| group.group == name)
    }
}

/// The groups of a method's cells.
pub(super) fn groups(cells: &[Scores]) -> Vec<ReportedGroup> {
    let of = |name: &str, wanted: &dyn Fn(usize, usize) -> bool| {
        let mut sum = Scores::default();
        let wanted = cells.iter().enumerate().filter(|(at, _)| wanted(at / SIZES.len(), at % SIZES.len()));
        wanted.for_each(|(_, scores)| sum.merge(scores));
        (sum.forecasts > 0).then(|| group(name, &sum))
    };
    let full = LENGTHS.len() - 1;
    let mut groups = vec![
        of("all", &|_, _| true),
        of("3-14 earlier posts", &|length, _| length < full),
        of(LENGTHS[full].1, &|length, _| length == full),
    ];
    groups.extend(LENGTHS[..full].iter().enumerate().map(|(at, (_, name))| of(name, &move |length, _| length == at)));
    groups.extend(SIZES.iter().enumerate().map(|(at, (_, name))| of(name, &move |_, size| size == at)));
    groups.into_iter().flatten().collect()
}

fn group(name: &str, scores: &Scores) -> ReportedGroup {
    let [coverage_50, coverage_80] = scores.coverage().map(rounded);
    ReportedGroup {
        group: name.to_owned(),
        forecasts: scores.forecasts,
        mean_absolute_error: rounded(scores.mean_absolute()),
        bias: rounded(scores.bias()),
        pinball_loss: scores.pinball().map(rounded),
        coverage_50,
        coverage_80,
        interactions_mean_absolute_error: scores.interactions_mean_absolute().map(rounded),
    }
}

/// To six decimals.
fn rounded(number: f64) -> f64 {
    libm::round(number * 1e6) / 1e6
}
