//! The figures of a creator, derived from its id: the same on every machine and every day.

use domain::{CpInfo, CreatorKey, Fen, PerTier, Tier, cost_per_interaction, cost_per_mille};

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// The figures that a simulator answers for a creator.
pub fn figures(key: &CreatorKey) -> CpInfo {
    // FNV-1a, then drawn from as from a seed: an algorithm of a few lines that will not change.
    let id = key.author_id.to_string();
    let seed = id
        .bytes()
        .chain([key.platform.number()])
        .fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
    let part = |bits: u32, below: u64| (seed >> bits) % below;
    let views = 1_000 + part(7, 5_000_000);
    let interactions = 1 + views * (1 + part(23, 80)) / 1_000;
    let price_yuan = 100 + part(41, 100_000);
    let price = |tier: Tier| {
        let percent = match tier {
            Tier::From1To20s => 60,
            Tier::From21To60s | Tier::Single => 100,
            Tier::Over60s => 150,
        };
        key.platform.tiers().contains(&tier).then_some(Fen(price_yuan * percent))
    };
    CpInfo {
        expected_views: views,
        cpm: PerTier::from_fn(|tier| price(tier).and_then(|price| cost_per_mille(price, views))),
        cpe: PerTier::from_fn(|tier| price(tier).and_then(|price| cost_per_interaction(price, interactions))),
        hot_item_bp: u32::try_from(part(13, 10_001)).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Platform;

    #[test]
    fn figures_depend_on_the_creator_and_the_platform_only() {
        let key = |id: &str, platform| CreatorKey { author_id: id.parse().expect("an id"), platform };
        let video = figures(&key("42", Platform::ShortVideo));
        assert_eq!(video, figures(&key("42", Platform::ShortVideo)));
        assert_ne!(video, figures(&key("43", Platform::ShortVideo)));
        let live = figures(&key("42", Platform::LiveStreaming));
        assert_eq!(live.cpm.to_array().map(|cost| cost.is_some()), [false, false, false, true]);
        assert_eq!(video.cpm.to_array().map(|cost| cost.is_some()), [true, true, true, false]);
        // Whoever keeps an archive of a simulator's answers should find them again.
        assert_eq!(video.expected_views, figures(&key("42", Platform::ShortVideo)).expected_views);
    }
}
