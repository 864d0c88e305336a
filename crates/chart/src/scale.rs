//! From values to the length of an axis, and the values worth a line across.

/// How values lie along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    /// Evenly.
    Linear { low: f64, high: f64 },
    /// By their logarithm; above zero only.
    Log { low: f64, high: f64 },
}

impl Scale {
    /// Evenly from zero to a little above the largest value.
    pub(crate) fn from_zero(values: impl Iterator<Item = f64>) -> Self {
        let most = values.fold(0.0, f64::max);
        Self::Linear { low: 0.0, high: if most > 0.0 { most * 1.08 } else { 1.0 } }
    }

    /// By logarithm over all values above zero, with room at both ends.
    pub(crate) fn log(values: impl Iterator<Item = f64>) -> Self {
        let above_zero = values.filter(|value| *value > 0.0);
        let (low, high) =
            above_zero.fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self::Log { low: 1.0, high: 10.0 };
        }
        let room = (high / low).powf(0.06).max(1.25);
        Self::Log { low: low / room, high: high * room }
    }

    /// Where a value lies, from 0 to 1; what is beyond an end lies at the end.
    pub(crate) fn at(self, value: f64) -> f64 {
        let place = match self {
            Self::Linear { low, high } => (value - low) / (high - low),
            Self::Log { low, high } => (value.max(low) / low).ln() / (high / low).ln(),
        };
        if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Round values within the axis, about `count` of them.
    pub(crate) fn ticks(self, count: usize) -> Vec<f64> {
        match self {
            Self::Linear { low, high } => linear_ticks(low, high, count),
            Self::Log { low, high } => {
                let of = |parts: &'static [f64]| log_ticks(low, high, parts);
                let choices = [of(&[1.0, 2.0, 5.0]), of(&[1.0, 3.0]), of(&[1.0])];
                let few_enough = choices.iter().find(|ticks| ticks.len() <= count + 2);
                let ticks = few_enough.unwrap_or(&choices[2]).clone();
                if ticks.len() < 3 { linear_ticks(low, high, count) } else { ticks }
            }
        }
    }
}

fn linear_ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let wanted = (high - low) / count.max(1) as f64;
    let power = 10_f64.powf(wanted.log10().floor());
    let steps = [0.5, 1.0, 2.0, 5.0, 10.0].map(|part| part * power);
    let widest = steps.iter().position(|step| *step >= wanted).unwrap_or(steps.len() - 1);
    let ticks = |step: f64| -> Vec<f64> {
        let first = (low / step).ceil() as i64;
        (first..first + 50).map(|at| at as f64 * step).take_while(|tick| *tick <= high).collect()
    };
    let wide = ticks(steps[widest]);
    // Two say little of what lies between and above them.
    if wide.len() < 3 && widest > 0 { ticks(steps[widest - 1]) } else { wide }
}

fn log_ticks(low: f64, high: f64, parts: &[f64]) -> Vec<f64> {
    let decades = low.log10().floor() as i32..=high.log10().floor() as i32;
    let ticks = decades.flat_map(|decade| parts.iter().map(move |part| part * 10_f64.powi(decade)));
    ticks.filter(|tick| (low..=high).contains(tick)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(Scale::Linear { low: 0.0, high: 43.0 }.ticks(5), [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(Scale::Linear { low: 0.0, high: 35.6 }.ticks(3), [0.0, 10.0, 20.0, 30.0]);
        assert_eq!(Scale::Log { low: 800.0, high: 12_000.0 }.ticks(5), [1e3, 2e3, 5e3, 1e4]);
        assert_eq!(Scale::Log { low: 8.0, high: 2e6 }.ticks(5), [1e1, 1e2, 1e3, 1e4, 1e5, 1e6]);
        assert_eq!(Scale::Log { low: 110.0, high: 190.0 }.ticks(4), [120.0, 140.0, 160.0, 180.0]);
    }

    #[test]
    fn every_value_lies_on_the_axis() {
        for scale in [Scale::log([].into_iter()), Scale::log([7.0].into_iter()), Scale::from_zero([0.0].into_iter())] {
            for value in [0.0, 1.0, 7.0, 1e300, f64::NAN, -5.0] {
                assert!((0.0..=1.0).contains(&scale.at(value)), "{scale:?} {value}");
            }
            assert!(scale.ticks(5).len() >= 2, "{scale:?}");
        }
    }
}
