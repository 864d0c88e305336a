//! Xingtu's own figures as a snapshot: served exactly while its prices stand; at a newer price, CPM and CPE are of that one.

use std::borrow::Cow;

use domain::{
    CpInfo, CreatorKey, CreatorState, Fen, PerTier, RateCard, Reported, Snapshot, SnapshotSource, Tier, cost_at_price,
    cost_per_mille,
};

use crate::Settings;
use crate::estimate::per_price;
use crate::hot::hot_share;

/// The name and version kept with snapshots of Xingtu's own figures.
pub(crate) const METHOD: &str = "xingtu-reported/1";

/// The snapshot of a creator's report. The reply carries no hot share, so that one figure is ours, from the posts held.
pub(crate) fn snapshot(key: &CreatorKey, state: &CreatorState, settings: &Settings) -> Option<Snapshot> {
    let reported = state.reported.as_ref()?;
    let views = reported.expected_views;
    let prices = state.rate_card.fen();
    let hot = hot_share(state.posts.posts(), reported.as_of, views, settings, |_, _| {});
    Some(Snapshot {
        author_id: key.author_id.clone(),
        platform: key.platform,
        source: SnapshotSource::Reported,
        method: Cow::Borrowed(METHOD),
        as_of: reported.as_of,
        info: CpInfo {
            expected_views: views,
            cpm: per_price(prices, |price| cost_per_mille(price, views)),
            cpe: PerTier::from_fn(|tier| cpe(reported, &state.rate_card, tier)),
            hot_item_bp: hot.basis_points(),
        },
        expected_interactions: None,
        range: None,
        prices,
        priced_at: state.rate_card.as_of(),
        hot_posts: hot.rests_on(),
        bought_at: None,
    })
}

/// The cost per interaction as reported, at the price of today.
fn cpe(reported: &Reported, rate_card: &RateCard, tier: Tier) -> Option<Fen> {
    let told = reported.cpe[tier]?;
    match reported.prices[tier] {
        Some(told_at) => cost_at_price(told, told_at, rate_card.fen()[tier]?),
        None => Some(told),
    }
}

/// The price a tier was reported at and the one it has now, where it has another.
pub(crate) fn repriced(reported: &Reported, rate_card: &RateCard, tier: Tier) -> Option<(Fen, Fen)> {
    let (told_at, price) = (reported.prices[tier]?, rate_card.fen()[tier]?);
    (told_at != price).then_some((told_at, price))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Lang, Platform, Price, UnixTime};

    const TIER: Tier = Tier::From1To20s;

    /// A report at 8,200 yuan, then a rate card.
    fn state(then: Option<Price>) -> (CreatorKey, CreatorState) {
        let told = |fen| PerTier::from_fn(|tier| (tier == TIER).then_some(fen));
        let as_of = UnixTime(1_795_000_000);
        let (cpe, prices) = (told(Fen(97)), told(Fen(820_000)));
        let reported = Some(Reported { as_of, expected_views: 380_245, cpe, prices });
        let mut state = CreatorState { reported, ..CreatorState::default() };
        state.rate_card.add(TIER, Price { as_of, fen: Fen(820_000) });
        then.into_iter().for_each(|price| state.rate_card.add(TIER, price));
        (CreatorKey { author_id: "42".parse().expect("an id"), platform: Platform::ShortVideo }, state)
    }

    fn costs(then: Option<Price>) -> [Option<Fen>; 3] {
        let (key, state) = state(then);
        let snapshot = snapshot(&key, &state, &Settings::default()).expect("a report");
        [snapshot.prices[TIER], snapshot.info.cpm[TIER], snapshot.info.cpe[TIER]]
    }

    #[test]
    fn a_later_price_wins_over_that_of_the_report() {
        let price = |as_of, fen| Some(Price { as_of: UnixTime(as_of), fen: Fen(fen) });
        let as_reported = [820_000, 2156, 97].map(|fen| Some(Fen(fen)));
        assert_eq!(costs(None), as_reported);
        assert_eq!(costs(price(1_794_999_999, 410_000)), as_reported);
        assert_eq!(costs(price(1_795_000_001, 410_000)), [410_000, 1078, 48].map(|fen| Some(Fen(fen))));
    }

    #[test]
    fn the_explanation_tells_how_a_cost_was_moved_to_another_price() {
        let (key, state) = state(Some(Price { as_of: UnixTime(1_796_000_000), fen: Fen(410_000) }));
        let settings = Settings::default();
        let answered = &snapshot(&key, &state, &settings).expect("a report");
        let asked = crate::Asked { key: &key, state: &state, source: SnapshotSource::Reported, answered };
        let told = crate::explain(asked, &settings, Lang::En).expect("an explanation");
        let formula = |figure: &str| &told.steps.iter().find(|step| step.figure == figure).expect("a step").formula;
        assert_eq!(formula("cpm_1_20"), "4,100 yuan × 1,000 ÷ 380,245 views");
        assert_eq!(formula("cpe_1_20"), "0.97 yuan as Xingtu reported it × 4,100 yuan ÷ 8,200 yuan, its price then");
    }
}
