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
    (14, 41, 1_505_167, [17_794, 855, 1_363, 1_668]),
    (56, 45, 3_334_016, [73_272, 1_920, 4_755, 7_550]),
    (99, 34, 3_581_634, [77_488, 1_939, 2_989, 7_465]),
    (149, 56, 6_057_055, [118_853, 2_482, 10_619, 11_517]),
    (199, 18, 4_489_812, [102_082, 2_737, 7_893, 5_135]),
    (251, 41, 7_124_608, [113_382, 2_079, 6_613, 11_276]),
    (312, 27, 17_070_787, [313_837, 11_254, 12_823, 41_581]),
    (364, 19, 5_179_592, [68_321, 2_384, 3_325, 4_641]),
    (416, 63, 3_155_079, [58_419, 1_544, 2_602, 4_156]),
    (477, 41, 5_593_571, [129_362, 1_973, 9_940, 9_248]),
    (551, 18, 10_809_983, [266_880, 8_444, 13_410, 14_456]),
    (641, 74, 2_280_059, [34_090, 1_284, 2_331, 3_035]),
    (738, 19, 8_436_141, [142_739, 4_390, 5_952, 12_698]),
    (812, 47, 3_681_610, [62_241, 3_439, 4_641, 5_302]),
    (889, 34, 5_886_591, [141_802, 4_005, 14_682, 17_119]),
    (959, 52, 2_628_829, [57_475, 1_012, 2_919, 3_514]),
    (1_045, 27, 19_759_837, [276_401, 7_278, 27_051, 25_667]),
    (1_115, 38, 4_430_646, [98_941, 2_481, 9_363, 8_166]),
    (1_185, 74, 7_592_282, [152_442, 5_024, 14_234, 15_306]),
    (1_268, 63, 4_708_476, [75_403, 1_390, 5_223, 8_460]),
    (1_362, 18, 1_806_480, [36_608, 1_066, 1_772, 2_130]),
    (1_439, 27, 9_458_089, [234_098, 4_623, 12_126, 20_092]),
    (1_509, 58, 6_416_134, [121_294, 4_275, 7_603, 12_475]),
    (1_599, 41, 3_345_072, [57_312, 1_845, 4_885, 5_446]),
    (1_676, 41, 22_274_827, [453_817, 19_518, 15_535, 50_327]),
    (1_759, 52, 3_876_289, [73_427, 3_189, 6_240, 8_581]),
    (1_829, 27, 5_585_093, [95_950, 5_108, 3_011, 13_543]),
    (1_915, 18, 8_048_712, [216_699, 5_795, 13_641, 15_631]),
    (2_001, 34, 3_043_659, [63_308, 3_520, 3_333, 3_565]),
    (2_248, 45, 4_038_105, [72_325, 1_745, 3_606, 10_112]),
    (2_292, 52, 7_025_332, [208_170, 6_117, 13_227, 20_306]),
    (2_412, 47, 2_545_149, [47_453, 1_230, 4_061, 2_460]),
    (2_532, 34, 5_687_136, [134_235, 4_455, 10_326, 8_804]),
    (2_652, 45, 3_495_911, [66_750, 1_966, 4_295, 3_850]),
    (2_772, 45, 10_180_981, [156_835, 7_275, 7_084, 30_243]),
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
