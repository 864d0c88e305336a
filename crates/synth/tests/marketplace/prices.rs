//! Prices follow the views a creator may expect, rise with length and are near round numbers.

use std::collections::{BTreeMap, HashSet};

use synth::Plan;

use crate::files::{PriceRow, rows};

fn short_video_prices(prices: &[PriceRow]) -> BTreeMap<&str, BTreeMap<&str, u64>> {
    let mut by_author: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for price in prices.iter().filter(|price| price.platform == "SHORT_VIDEO") {
        by_author.entry(&price.author_id).or_default().insert(&price.tier, price.yuan);
    }
    by_author
}

#[test]
fn longer_videos_are_dearer() {
    let (_, prices, _) = rows(&Plan::new(2_000, 10_000, 4));
    for (author, tiers) in short_video_prices(&prices) {
        if let (Some(short), Some(middle)) = (tiers.get("1_20"), tiers.get("21_60")) {
            assert!(short < middle, "{author}: {tiers:?}");
        }
        if let (Some(middle), Some(long)) = (tiers.get("21_60"), tiers.get("60")) {
            assert!(middle <= long, "{author}: {tiers:?}");
        }
    }
}

#[test]
fn some_creators_lack_a_price_or_all() {
    let (posts, prices, _) = rows(&Plan::new(2_000, 10_000, 4));
    let creators = posts.iter().map(|post| &post.author_id).collect::<HashSet<_>>().len();
    let cards = short_video_prices(&prices);
    let complete = cards.values().filter(|tiers| tiers.len() == 3).count();
    assert!((1_500..1_900).contains(&cards.len()), "{} of {creators} creators have prices", cards.len());
    assert!(complete < cards.len() && complete > cards.len() * 4 / 5, "{complete} of {} are complete", cards.len());
}

#[test]
fn prices_are_round_and_in_hundreds() {
    let (_, prices, _) = rows(&Plan::new(2_000, 10_000, 4));
    assert!(prices.iter().all(|price| price.yuan.is_multiple_of(100)));
    let large: Vec<u64> = prices.iter().map(|price| price.yuan).filter(|yuan| *yuan >= 10_000).collect();
    let thousands = large.iter().filter(|yuan| yuan.is_multiple_of(1_000)).count();
    assert!(thousands * 10 > large.len() * 6, "{thousands} of {} prices are whole thousands", large.len());
}

#[test]
fn a_thousand_views_cost_ten_to_sixty_yuan() {
    let (posts, prices, _) = rows(&Plan::new(1_000, 100_000, 4));
    let mut plays: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for post in posts.iter().filter(|post| post.platform == "SHORT_VIDEO" && post.age_days() > 30.0) {
        plays.entry(&post.author_id).or_default().push(post.counts[0]);
    }
    let mut cpm_yuan: Vec<f64> = Vec::new();
    for (author, tiers) in short_video_prices(&prices) {
        let (Some(price), Some(plays)) = (tiers.get("21_60"), plays.get_mut(author)) else { continue };
        plays.sort_unstable();
        let median = plays[plays.len() / 2];
        if plays.len() >= 20 && median >= 10_000 {
            cpm_yuan.push(*price as f64 * 1_000.0 / median as f64);
        }
    }
    cpm_yuan.sort_by(f64::total_cmp);
    let quantile = |share: f64| cpm_yuan[(cpm_yuan.len() as f64 * share) as usize];
    assert!(cpm_yuan.len() > 300, "{}", cpm_yuan.len());
    assert!((22.0..31.0).contains(&quantile(0.5)), "median {}", quantile(0.5));
    assert!(quantile(0.1) > 10.0 && quantile(0.9) < 60.0, "{} to {}", quantile(0.1), quantile(0.9));
}
