//! One creator made by hand: by the default method its figures are those of the contract page's example. Nothing of
//! the answer is stored, only posts and prices it follows from.

use domain::{AuthorId, Count, Fen, ItemId, Platform, Post, Price, RateCard, Tier, UnixTime};

use crate::facts::CATEGORIES;
use crate::marketplace::{Marketplace, empty_rows};
use crate::profiles::Profile;
use crate::row::{PriceRow, Row};

/// The creator of the demo: only short videos, captured at the newest moment of the marketplace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoCreator {
    /// Its id, the same in every marketplace.
    pub author_id: AuthorId,
    /// Its posts on SHORT_VIDEO, newest first.
    pub posts: Vec<Post>,
    /// Its prices on SHORT_VIDEO.
    pub rate_card: RateCard,
}

/// An invented id. Odd, which no generated creator's id of 19 digits is.
const AUTHOR_ID: i64 = 6_826_128_263_245_070_349;

/// Prices in yuan.
const PRICES: [(Tier, u64); 3] = [(Tier::From1To20s, 263_700), (Tier::From21To60s, 659_100), (Tier::Over60s, 659_100)];

/// Of the category with the most creators.
const PROFILE: Profile = Profile { followers: 9_420_000, category: CATEGORIES.len() as u8 - 1 };

/// A post: age in hours, length in seconds, plays, and likes, comments, shares, collects.
type DemoPost = (u32, u16, u32, [u32; 4]);

/// Four posts under seven days old, whose plays are still growing; 25 of the last 90 days; six older ones.
const POSTS: [DemoPost; 35] = [
    (14, 41, 1_489_323, [17_606, 846, 1_348, 1_651]),
    (56, 45, 3_298_921, [72_501, 1_900, 4_705, 7_470]),
    (99, 34, 3_543_933, [76_672, 1_918, 2_958, 7_386]),
    (149, 56, 5_993_297, [117_601, 2_456, 10_508, 11_395]),
    (199, 18, 4_442_551, [101_007, 2_709, 7_810, 5_081]),
    (251, 41, 7_049_613, [112_188, 2_057, 6_544, 11_157]),
    (312, 27, 16_891_096, [310_534, 11_135, 12_688, 41_143]),
    (364, 19, 5_125_071, [67_602, 2_358, 3_290, 4_592]),
    (416, 63, 3_121_868, [57_804, 1_527, 2_575, 4_113]),
    (477, 41, 5_534_692, [128_001, 1_953, 9_836, 9_150]),
    (551, 18, 10_696_195, [264_071, 8_355, 13_269, 14_303]),
    (641, 74, 2_256_058, [33_732, 1_270, 2_307, 3_003]),
    (738, 19, 8_347_341, [141_236, 4_343, 5_889, 12_564]),
    (812, 47, 3_642_857, [61_586, 3_403, 4_592, 5_246]),
    (889, 34, 5_824_627, [140_309, 3_963, 14_527, 16_939]),
    (959, 52, 2_601_158, [56_870, 1_001, 2_888, 3_477]),
    (1_045, 27, 19_551_841, [273_491, 7_202, 26_767, 25_397]),
    (1_115, 38, 4_384_008, [97_900, 2_455, 9_265, 8_080]),
    (1_185, 74, 7_512_364, [150_837, 4_971, 14_084, 15_145]),
    (1_268, 63, 4_658_914, [74_609, 1_376, 5_168, 8_371]),
    (1_362, 18, 1_787_464, [36_223, 1_055, 1_753, 2_107]),
    (1_439, 27, 9_358_531, [231_634, 4_574, 11_999, 19_881]),
    (1_509, 58, 6_348_597, [120_018, 4_230, 7_523, 12_344]),
    (1_599, 41, 3_309_861, [56_709, 1_826, 4_833, 5_389]),
    (1_676, 41, 22_040_357, [449_040, 19_313, 15_371, 49_797]),
    (1_759, 52, 3_835_486, [72_654, 3_155, 6_174, 8_490]),
    (1_829, 27, 5_526_303, [94_940, 5_054, 2_979, 13_401]),
    (1_915, 18, 7_963_989, [214_418, 5_734, 13_498, 15_466]),
    (2_001, 34, 3_011_621, [62_642, 3_483, 3_298, 3_528]),
    (2_248, 45, 3_995_599, [71_564, 1_727, 3_568, 10_006]),
    (2_292, 52, 6_951_382, [205_979, 6_053, 13_088, 20_092]),
    (2_412, 47, 2_518_358, [46_954, 1_217, 4_018, 2_434]),
    (2_532, 34, 5_627_272, [132_822, 4_408, 10_217, 8_711]),
    (2_652, 45, 3_459_112, [66_047, 1_945, 4_250, 3_810]),
    (2_772, 45, 10_073_814, [155_184, 7_199, 7_009, 29_925]),
];

/// The places in [`POSTS`] of paid placements.
const SPONSORED: [usize; 4] = [4, 13, 19, 27];

/// The demo creator as captured at `newest`.
pub fn demo_creator(newest: UnixTime) -> DemoCreator {
    let mut rate_card = RateCard::default();
    for (tier, yuan) in PRICES {
        rate_card.add(tier, Price { as_of: newest, fen: Fen(yuan * 100) });
    }
    let author_id = AuthorId::from_integer(AUTHOR_ID).expect("the id is not negative");
    DemoCreator { author_id, posts: rows(newest, 0).iter().map(post).collect(), rate_card }
}

/// Adds the demo creator behind all others.
pub(crate) fn add_to(marketplace: &mut Marketplace, newest: UnixTime) {
    let creator = marketplace.authors.len() as u32;
    let mut collected = empty_rows(newest);
    rows(newest, creator).into_iter().for_each(|row| collected.add(row));
    let platform = Platform::ShortVideo;
    let prices = PRICES.map(|(tier, price_yuan)| PriceRow { creator, platform, tier, price_yuan, profile: PROFILE });
    marketplace.authors.push(AUTHOR_ID);
    marketplace.prices.extend(prices);
    marketplace.rows.push(collected);
    marketplace.posts += POSTS.len() as u64;
    marketplace.groups += 1;
}

fn rows(newest: UnixTime, creator: u32) -> Vec<Row> {
    let row = |(place, (age_hours, duration_s, plays, interactions)): (usize, DemoPost)| {
        // Some minutes more, for nobody publishes on the hour; ids by an odd factor, so that they differ and are odd.
        let extra_s = place as u32 * 1_357 % 3_000;
        Row {
            published_s: newest.0.saturating_sub(age_hours * 3_600 + extra_s),
            item_low: ((place as u32 + 1).wrapping_mul(0x5bd1_e995) << 1) | 1,
            captured_s: newest.0,
            creator,
            plays,
            interactions,
            duration_s,
            platform: Platform::ShortVideo,
            sponsored: Some(SPONSORED.contains(&place)).into(),
        }
    };
    POSTS.into_iter().enumerate().map(row).collect()
}

fn post(row: &Row) -> Post {
    let [likes, comments, shares, collects] =
        row.interactions.map(|count| Count::new(u64::from(count)).unwrap_or_default());
    Post {
        item_id: ItemId::from_integer(row.item_id()).expect("31 bits of seconds make no negative id"),
        plays: u64::from(row.plays),
        published_at: UnixTime(row.published_s),
        captured_at: UnixTime(row.captured_s),
        duration_s: row.duration_s().map_or(Count::UNKNOWN, Count::from),
        likes,
        comments,
        shares,
        collects,
        sponsored: row.sponsored.told(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK_S: u32 = 7 * UnixTime::DAY;

    /// What the default method makes of the posts, and the contract's page shows. That it does is a test of the whole
    /// server (`the_demo_answers_with_the_example_of_the_page`), for this crate knows no methods.
    const EXPECTED_VIEWS: u64 = 4_693_149;

    /// The latest short videos that had a week to gather their plays.
    fn mature(demo: &DemoCreator) -> Vec<&Post> {
        let mut posts: Vec<&Post> = demo.posts.iter().filter(|post| post.age_s() >= WEEK_S).collect();
        posts.sort_by_key(|post| std::cmp::Reverse(post.key()));
        posts
    }

    #[test]
    fn three_of_the_latest_25_posts_of_90_days_are_hot() {
        let demo = demo_creator(crate::Plan::NEWEST);
        let recent: Vec<&Post> = mature(&demo).into_iter().filter(|post| post.age_s() <= 90 * UnixTime::DAY).collect();
        assert_eq!(recent.len(), 25);
        assert_eq!(recent.iter().filter(|post| post.plays >= 3 * EXPECTED_VIEWS).count() * 10_000 / 25, 1_200);
    }

    #[test]
    fn it_looks_like_other_creators() {
        let demo = demo_creator(crate::Plan::NEWEST);
        assert_eq!(demo.author_id.as_integer(), Some(AUTHOR_ID));
        assert!(demo.posts.iter().any(|post| post.age_s() < UnixTime::DAY), "no post of the last day");
        assert_eq!(demo.posts.iter().filter(|post| post.sponsored == Some(true)).count(), SPONSORED.len());
        let ids: std::collections::HashSet<_> = demo.posts.iter().map(|post| &post.item_id).collect();
        assert_eq!(ids.len(), demo.posts.len());
        assert!(ids.iter().all(|id| id.to_string().len() == 19));
    }
}
