//! A creator's rate card: prices that follow the views it may expect, near round numbers as creators ask for.

use domain::{Platform, Tier};

use crate::creator::Creator;
use crate::facts::*;
use crate::profiles::Profile;
use crate::random::{Purpose, Stream};
use crate::row::PriceRow;

/// The rows of a creator's rate card, in order of platform and tier; none where it has none.
pub(crate) fn rate_card(seed: u64, place: u32, creator: &Creator, rows: &mut Vec<PriceRow>) {
    let mut stream = Stream::new(seed, Purpose::Prices, u64::from(place));
    if stream.chance(NO_RATE_CARD_SHARE) {
        return;
    }
    let short_video = creator.levels[usize::from(Platform::ShortVideo.number())];
    let profile = Profile::new(seed, place, short_video.unwrap_or(LEVEL_MEAN));
    for platform in Platform::ALL {
        let Some(level) = creator.levels[usize::from(platform.number())] else { continue };
        if level < libm::log(PRICED_VIEWS_MIN) {
            continue;
        }
        let mut offer = |tier, price_yuan| {
            if !stream.chance(NO_TIER_SHARE) {
                rows.push(PriceRow { creator: place, platform, tier, price_yuan, profile });
            }
        };
        let mut ask = Stream::new(seed, Purpose::Prices, u64::from(place) << 8 | u64::from(platform.number() + 1));
        let median_plays = libm::exp(level - MEDIAN_BELOW_LEVEL);
        let yuan = ask.lognormal(CPM_YUAN, CPM_LOG_SD) * median_plays / 1000.0;
        match platform {
            Platform::ShortVideo => by_length(&mut ask, yuan).into_iter().for_each(|(tier, price)| offer(tier, price)),
            _ => offer(Tier::Single, round(yuan, figures(&mut ask))),
        }
    }
}

/// The prices of the three lengths, each dearer than the one before; over 60 s possibly the same as 21–60 s.
fn by_length(ask: &mut Stream, middle_yuan: f64) -> [(Tier, u64); 3] {
    let figures = figures(ask);
    let short_yuan = middle_yuan / ask.between(MIDDLE_OVER_SHORT.0, MIDDLE_OVER_SHORT.1);
    let same = ask.chance(LONG_AS_MIDDLE_SHARE);
    let ratio = ask.between(LONG_OVER_MIDDLE.0, LONG_OVER_MIDDLE.1);
    let short = round(short_yuan, figures);
    let middle = round(middle_yuan, figures).max(short + UNIT_YUAN);
    let long = if same { middle } else { round(middle_yuan * ratio, figures).max(middle) };
    [(Tier::From1To20s, short), (Tier::From21To60s, middle), (Tier::Over60s, long)]
}

/// How many figures a creator's prices have.
fn figures(ask: &mut Stream) -> u32 {
    if ask.chance(THREE_FIGURES_SHARE) { 3 } else { 2 }
}

/// No price is finer than this, nor lower.
const UNIT_YUAN: u64 = 100;

/// The nearest number of so many figures, in whole hundreds.
fn round(yuan: f64, figures: u32) -> u64 {
    let digits = (yuan as u64).max(1).ilog10() + 1;
    let unit = 10_u64.pow(digits.saturating_sub(figures)).max(UNIT_YUAN);
    ((libm::round(yuan / unit as f64) as u64) * unit).max(UNIT_YUAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_rounded_to_their_figures_and_to_hundreds() {
        assert_eq!(round(138_349.0, 3), 138_000);
        assert_eq!(round(138_349.0, 2), 140_000);
        assert_eq!(round(8_249.0, 3), 8_200);
        assert_eq!(round(3.0, 2), 100);
    }

    #[test]
    fn longer_is_dearer() {
        let mut ask = Stream::new(1, Purpose::Prices, 1);
        for step in 0..5_000 {
            let [(_, short), (_, middle), (_, long)] = by_length(&mut ask, f64::from(step * step));
            assert!(short < middle && middle <= long, "{short} {middle} {long}");
        }
    }
}
