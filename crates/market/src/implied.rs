//! What a snapshot does not tell and its costs imply. An answer bought from an upstream tells CPM and CPE alone, a report of
//! Xingtu no interactions.

use domain::{Fen, Snapshot, Tier};

/// The price at which the expected views cost the CPM, rounded to whole fen; none where that is nothing. Since the CPM is
/// truncated, the price may be lower than the real one by a thousandth of a fen for each view.
pub(crate) fn price(snapshot: &Snapshot, tier: Tier) -> Option<Fen> {
    let cpm = snapshot.info.cpm[tier]?;
    rounded(u128::from(cpm.0) * u128::from(snapshot.info.expected_views), 1000).map(Fen)
}

/// The interactions at which one costs the CPE when the expected views cost the CPM, rounded; none where that is nothing. Of
/// several tiers the one of the largest CPE tells them, of which truncation took the least part. Both costs were truncated, so each is
/// taken as half a fen more: otherwise there would be too many interactions, by a hundredth where one costs half a yuan.
pub(crate) fn interactions(snapshot: &Snapshot) -> Option<u64> {
    let info = &snapshot.info;
    let costs = snapshot.platform.tiers().iter().filter_map(|tier| info.cpm[*tier].zip(info.cpe[*tier]));
    let (cpm, cpe) = costs.max_by_key(|(_, cpe)| *cpe).filter(|(cpm, cpe)| cpm.0 > 0 && cpe.0 > 0)?;
    let half_fen = |cost: Fen| 2 * u128::from(cost.0) + 1;
    rounded(half_fen(cpm).checked_mul(info.expected_views.into())?, 1000 * half_fen(cpe))
}

/// A quotient that is something.
fn rounded(amount: u128, by: u128) -> Option<u64> {
    let quotient = (amount + by / 2).checked_div(by)?;
    u64::try_from(quotient).ok().filter(|quotient| *quotient > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{CpInfo, PerTier, Platform, SnapshotSource, UnixTime};

    /// With CPM and CPE of the two longer tiers.
    fn bought(expected_views: u64, middle: (u64, u64), long: (u64, u64)) -> Snapshot {
        let costs = |middle, long| {
            PerTier::from_fn(|tier| match tier {
                Tier::From21To60s => Some(Fen(middle)),
                Tier::Over60s => Some(Fen(long)),
                Tier::From1To20s | Tier::Single => None,
            })
        };
        Snapshot {
            author_id: "1".parse().expect("an id"),
            platform: Platform::ShortVideo,
            source: SnapshotSource::Upstream,
            method: "upstream/main".into(),
            as_of: UnixTime(1),
            info: CpInfo {
                expected_views,
                cpm: costs(middle.0, long.0),
                cpe: costs(middle.1, long.1),
                hot_item_bp: Some(0),
            },
            expected_interactions: None,
            range: None,
            prices: PerTier::default(),
            priced_at: None,
            hot_posts: None,
            bought_at: None,
        }
    }

    #[test]
    fn costs_imply_a_price_and_interactions() {
        // As the public example has it, whose price was 8,200 yuan.
        let answer = bought(380_245, (2_156, 97), (3_000, 135));
        assert_eq!(price(&answer, Tier::From21To60s), Some(Fen(819_808)));
        assert_eq!(price(&answer, Tier::From1To20s), None);
        assert_eq!(interactions(&answer), Some(8_420), "380245 × 3000.5 ÷ 135500 is 8420.2");
        // Xingtu's own CPE was 0.7177 yuan at 13,300 yuan.
        let reported = bought(540_000, (0, 0), (2_462, 71));
        let told = 13_300.0 / 0.7177;
        assert!((interactions(&reported).expect("interactions") as f64 / told - 1.0).abs() < 0.005);
        assert_eq!(price(&bought(1, (1_500, 0), (1_499, 0)), Tier::From21To60s), Some(Fen(2)));
        assert_eq!(price(&bought(1, (1_500, 0), (1_499, 0)), Tier::Over60s), Some(Fen(1)));
    }

    #[test]
    fn nothing_is_implied_where_it_would_be_nothing_or_too_much() {
        for nothing in [bought(0, (100, 1), (100, 1)), bought(1_000, (0, 0), (0, 0)), bought(4, (100, 9), (100, 9))] {
            assert_eq!((price(&nothing, Tier::Over60s), interactions(&nothing)), (None, None));
        }
        let most = bought(u64::MAX, (u64::MAX, 1), (u64::MAX, 1));
        assert_eq!((price(&most, Tier::Over60s), interactions(&most)), (None, None));
    }
}
