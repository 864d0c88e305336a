//! Random streams whose numbers are the same on every machine: an integer generator whose algorithm is fixed, and
//! functions from `libm` in place of the platform's, whose last bit differs between systems.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// What a stream is for, so that one seed gives unrelated streams.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    PostCounts = 1,
    Creator = 2,
    Prices = 3,
    AuthorIds = 4,
    ItemIds = 5,
    Profile = 6,
}

/// A stream of random numbers.
pub(crate) struct Stream {
    generator: Xoshiro256PlusPlus,
    /// Normal deviates are made in pairs; the second waits here.
    spare: Option<f64>,
}

impl Stream {
    /// The stream of a seed for a purpose; `index` tells creators apart.
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let key = mix(mix(seed ^ mix(purpose as u64)).wrapping_add(index));
        Self { generator: Xoshiro256PlusPlus::seed_from_u64(key), spare: None }
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Uniform over the open interval from 0 to 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        // 53 bits, moved by half a step so that neither end occurs and a logarithm is always finite.
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform over the open interval from `low` to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal (Marsaglia's polar method, which needs no sine).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 {
                let scale = libm::sqrt(-2.0 * libm::log(square) / square);
                self.spare = Some(y * scale);
                return x * scale;
            }
        }
    }

    /// The exponential of a normal with mean log `median.ln()` and the given sd of logs.
    pub(crate) fn lognormal(&mut self, median: f64, log_sd: f64) -> f64 {
        median * libm::exp(log_sd * self.normal())
    }

    /// Exponential with mean 1: the waiting time of what happens at random.
    pub(crate) fn waiting(&mut self) -> f64 {
        -libm::log(self.uniform())
    }

    /// Mean 0, sd 1, with the long tail downwards: a Gumbel minimum, standardised.
    pub(crate) fn skewed_down(&mut self) -> f64 {
        const EULER: f64 = 0.577_215_664_901_532_9;
        /// π / √6, the sd of the Gumbel distribution.
        const SD: f64 = 1.282_549_830_161_864;
        (libm::log(self.waiting()) + EULER) / SD
    }
}

/// Spreads 64 bits: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
pub(crate) fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_and_sd(draw: impl Fn(&mut Stream) -> f64) -> (f64, f64) {
        let mut stream = Stream::new(7, Purpose::Creator, 0);
        let values: Vec<f64> = (0..200_000).map(|_| draw(&mut stream)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance.sqrt())
    }

    #[test]
    fn deviates_have_the_mean_and_sd_they_claim() {
        for (name, (mean, sd), expected) in [
            ("normal", mean_and_sd(Stream::normal), (0.0, 1.0)),
            ("skewed_down", mean_and_sd(Stream::skewed_down), (0.0, 1.0)),
            ("waiting", mean_and_sd(Stream::waiting), (1.0, 1.0)),
            ("uniform", mean_and_sd(Stream::uniform), (0.5, 0.2887)),
        ] {
            assert!((mean - expected.0).abs() < 0.01 && (sd - expected.1).abs() < 0.01, "{name}: {mean} {sd}");
        }
    }

    #[test]
    fn streams_of_other_seeds_purposes_and_creators_differ() {
        let first = |seed, purpose, index| Stream::new(seed, purpose, index).bits();
        let base = first(1, Purpose::Creator, 1);
        assert_eq!(base, first(1, Purpose::Creator, 1));
        assert_ne!(base, first(2, Purpose::Creator, 1));
        assert_ne!(base, first(1, Purpose::Prices, 1));
        assert_ne!(base, first(1, Purpose::Creator, 2));
    }
}
