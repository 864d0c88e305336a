//! Our own estimate: posts in, expected views and interactions with their range out.

use domain::{
    CpInfo, CreatorKey, Fen, PerTier, Post, PostHistory, Range, RateCard, Snapshot, SnapshotSource, Tier, UnixTime,
    cost_per_interaction, cost_per_mille,
};

use crate::choice::{Chosen, Window, choose_mature_first};
use crate::hot::{HotShare, hot_share};
use crate::recent::Recent;
use crate::{Method, Quantiles, Settings};

/// What a creator's posts say of the next placement, before prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Estimate {
    pub(crate) method: Method,
    pub(crate) as_of: UnixTime,
    pub(crate) views: Quantiles,
    pub(crate) rate: InteractionRate,
    pub(crate) hot: HotShare,
}

/// Interactions per play over the posts used, as the two sums. Posts whose source told no interactions do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct InteractionRate {
    pub(crate) interactions: u64,
    pub(crate) plays: u64,
}

impl InteractionRate {
    /// Of the newest `latest` of the chosen posts.
    pub(crate) fn of(chosen: &Chosen<'_>, latest: usize) -> Self {
        Self::of_posts(chosen.iter().take(latest))
    }

    pub(crate) fn of_posts<'a>(posts: impl Iterator<Item = &'a Post>) -> Self {
        let told = posts.filter_map(|post| post.interactions().map(|interactions| (interactions, post.plays)));
        told.fold(Self::default(), |sum, (interactions, plays)| Self {
            interactions: sum.interactions + interactions,
            plays: sum.plays + plays,
        })
    }

    /// Expected interactions at `views`, rounded down; none where no post told interactions.
    pub(crate) fn at(self, views: u64) -> Option<u64> {
        let product = u128::from(views) * u128::from(self.interactions);
        u64::try_from(product.checked_div(u128::from(self.plays))?).ok()
    }
}

/// The posts the method may use.
pub(crate) fn window(settings: &Settings) -> Window {
    let mature_days = if settings.method.takes_young() { 0 } else { settings.mature_days };
    Window { latest: settings.method.window(), since: UnixTime(0), mature_days }
}

/// Estimates from a creator's posts; `None` when there is no post with plays.
pub(crate) fn estimate(history: &PostHistory, settings: &Settings) -> Option<Estimate> {
    let posts = history.posts();
    let as_of = history.captured_at()?;
    let (chosen, _) = choose_mature_first(posts, window(settings), |_, _| {});
    if chosen.len() == 0 {
        return None;
    }
    let views = settings.method.forecast(&Recent::by(settings.method, &chosen), settings.coefficients);
    Some(Estimate {
        method: settings.method,
        as_of,
        views,
        rate: InteractionRate::of(&chosen, settings.method.window()),
        hot: hot_share(posts, as_of, views.p50, settings, |_, _| {}),
    })
}

impl Estimate {
    /// The snapshot this estimate gives with a creator's prices.
    pub(crate) fn snapshot(&self, key: &CreatorKey, rate_card: &RateCard, settings: &Settings) -> Snapshot {
        let prices = rate_card.fen();
        let expected_views = self.views.p50;
        let expected_interactions = self.rate.at(expected_views);
        Snapshot {
            author_id: key.author_id.clone(),
            platform: key.platform,
            source: SnapshotSource::Estimated,
            method: self.method.name_with(settings.coefficients),
            as_of: self.as_of,
            info: CpInfo {
                expected_views,
                cpm: per_price(prices, |price| cost_per_mille(price, expected_views)),
                cpe: per_price(prices, |price| cost_per_interaction(price, expected_interactions?)),
                hot_item_bp: self.hot.basis_points(),
            },
            expected_interactions,
            range: Some(Range { p25: self.views.p25, p75: self.views.p75 }),
            prices,
            priced_at: rate_card.as_of(),
            hot_posts: self.hot.rests_on(),
            bought_at: None,
        }
    }
}

/// A figure of each tier that has a price.
pub(crate) fn per_price(prices: PerTier<Option<Fen>>, of: impl Fn(Fen) -> Option<Fen>) -> PerTier<Option<Fen>> {
    PerTier::from_fn(|tier: Tier| prices[tier].and_then(&of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Count, ItemId};

    const NOW: u32 = 1_790_000_000;

    fn post(item: i64, age_days: u32, plays: u64) -> Post {
        Post {
            item_id: ItemId::from_integer(item).expect("an id"),
            plays,
            published_at: UnixTime(NOW - age_days * UnixTime::DAY),
            captured_at: UnixTime(NOW),
            duration_s: Count::UNKNOWN,
            likes: Count::new(plays / 50).expect("a count"),
            comments: Count::UNKNOWN,
            shares: Count::UNKNOWN,
            collects: Count::UNKNOWN,
            sponsored: None,
        }
    }

    fn by(method: Method) -> Settings {
        Settings { method, ..Settings::default() }
    }

    fn views(posts: Vec<Post>) -> Option<(u64, u64, u64)> {
        let views = estimate(&posts.into_iter().collect(), &by(Method::Median10))?.views;
        Some((views.p25, views.p50, views.p75))
    }

    #[test]
    fn the_estimate_is_the_median_of_the_latest_ten_mature_posts() {
        let mut posts: Vec<Post> = (0..10).map(|i| post(i, 10 + i as u32, 100 * (i as u64 + 1))).collect();
        assert_eq!(views(posts.clone()), Some((325, 550, 775)));
        posts.push(post(90, 40, 1_000_000)); // Older than the ten.
        posts.push(post(91, 6, 1_000_000)); // Younger than seven days.
        posts.push(post(92, 8, 0)); // Without plays.
        assert_eq!(views(posts), Some((325, 550, 775)));
    }

    #[test]
    fn young_posts_are_used_only_when_there_are_no_others() {
        assert_eq!(views(vec![post(1, 2, 50)]), Some((50, 50, 50)));
        assert_eq!(views(vec![post(1, 2, 50), post(2, 7, 90)]), Some((90, 90, 90)));
    }

    #[test]
    fn without_a_played_post_there_is_no_estimate() {
        assert_eq!(views(vec![]), None);
        assert_eq!(views(vec![post(1, 10, 0)]), None);
    }

    #[test]
    fn an_item_published_twice_counts_once() {
        assert_eq!(views(vec![post(1, 10, 100), post(1, 20, 900)]), Some((100, 100, 100)));
    }

    #[test]
    fn of_two_captures_of_an_item_the_later_one_counts_whenever_it_says_it_was_published() {
        let second = |post: Post, captured_at: u32| Post {
            published_at: UnixTime(post.published_at.0 - 1),
            captured_at: UnixTime(captured_at),
            ..post
        };
        let first: Vec<Post> = (0..20).map(|i| post(i, 10 + i as u32, 1000)).collect();
        let again = first.iter().map(|post| Post { plays: 5000, ..second(post.clone(), NOW + 86_400) });
        let both: Vec<Post> = first.iter().cloned().chain(again.clone()).collect();
        let of = |posts: Vec<Post>| estimate(&posts.into_iter().collect(), &by(Method::Ensemble));
        assert_eq!(of(both), of(again.collect()));
        // Nor does an older capture keep a creator without other posts from having figures, by being the only mature one.
        let young = Post { published_at: UnixTime(NOW), ..second(post(1, 0, 700), NOW + 86_400) };
        assert_eq!(views(vec![post(1, 9, 50), young]), Some((700, 700, 700)));
    }

    #[test]
    fn interactions_follow_the_rate_of_the_posts_that_told_them() {
        let mut silent = post(2, 11, 1_000_000);
        silent.likes = Count::UNKNOWN;
        let history: PostHistory = [post(1, 10, 1000), silent].into_iter().collect();
        let estimate = estimate(&history, &by(Method::Median10)).expect("an estimate");
        assert_eq!(estimate.rate, InteractionRate { interactions: 20, plays: 1000 });
        assert_eq!(estimate.rate.at(50_000), Some(1000));
    }

    proptest::proptest! {
        #[test]
        fn the_order_posts_come_in_changes_nothing_and_the_percentiles_are_in_order(
            told in proptest::collection::vec((0..40_i64, 0..120_u32, 0..2_000_000_u64), 0..90),
            seed: usize,
        ) {
            let posts: Vec<Post> = told.into_iter().map(|(item, age, plays)| post(item, age, plays)).collect();
            let mut turned = posts.clone();
            let turns = if turned.is_empty() { 0 } else { seed % turned.len() };
            turned.rotate_left(turns);
            turned.reverse();
            let (first, second): (PostHistory, PostHistory) = (posts.into_iter().collect(), turned.into_iter().collect());
            for method in Method::ALL {
                let estimated = estimate(&first, &by(method));
                proptest::prop_assert_eq!(estimated, estimate(&second, &by(method)));
                if let Some(Estimate { views, hot, .. }) = estimated {
                    proptest::prop_assert!(views.to_array().is_sorted() && views.p10 > 0);
                    proptest::prop_assert!(hot.basis_points().is_none_or(|share| share <= 10_000));
                }
            }
        }
    }

    #[test]
    fn the_hot_share_counts_posts_of_ninety_days_at_three_times_the_expected_views() {
        let mut posts: Vec<Post> = (0..24).map(|i| post(i, 10 + i as u32, 100)).collect();
        posts.push(post(50, 60, 300));
        posts.push(post(51, 91, 900)); // Before the window.
        let estimate = estimate(&posts.into_iter().collect(), &by(Method::Median10)).expect("an estimate");
        assert_eq!(estimate.hot, HotShare { threshold: 300, posts: 25, hot: 1 });
        assert_eq!(estimate.hot.basis_points(), Some(400));
    }

    #[test]
    fn of_no_recent_post_the_hot_share_is_unknown() {
        let mut old: Vec<Post> = (0..9).map(|i| post(i, 100 + i as u32, 100)).collect();
        // The newest capture is of a post that is still growing.
        old.push(post(50, 1, 100));
        let estimate = estimate(&old.into_iter().collect(), &by(Method::Median10)).expect("an estimate");
        assert_eq!((estimate.hot.posts, estimate.hot.basis_points()), (0, None));
    }
}
