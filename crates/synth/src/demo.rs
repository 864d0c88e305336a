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
    (14, 41, 1_471_372, [17_394, 836, 1_332, 1_631]),
    (56, 45, 3_259_159, [71_627, 1_877, 4_648, 7_380]),
    (99, 34, 3_501_218, [75_748, 1_895, 2_922, 7_297]),
    (149, 56, 5_921_060, [116_184, 2_426, 10_381, 11_258]),
    (199, 18, 4_389_005, [99_790, 2_676, 7_716, 5_020]),
    (251, 41, 6_964_644, [110_836, 2_032, 6_465, 11_023]),
    (312, 27, 16_687_507, [306_791, 11_001, 12_535, 40_647]),
    (364, 19, 5_063_298, [66_787, 2_330, 3_250, 4_537]),
    (416, 63, 3_084_240, [57_107, 1_509, 2_544, 4_063]),
    (477, 41, 5_467_982, [126_458, 1_929, 9_717, 9_040]),
    (551, 18, 10_567_273, [260_888, 8_254, 13_109, 14_131]),
    (641, 74, 2_228_866, [33_325, 1_255, 2_279, 2_967]),
    (738, 19, 8_246_730, [139_534, 4_291, 5_818, 12_413]),
    (812, 47, 3_598_949, [60_844, 3_362, 4_537, 5_183]),
    (889, 34, 5_754_423, [138_618, 3_915, 14_352, 16_735]),
    (959, 52, 2_569_806, [56_185, 989, 2_853, 3_435]),
    (1_045, 27, 19_316_182, [270_195, 7_115, 26_444, 25_091]),
    (1_115, 38, 4_331_167, [96_720, 2_425, 9_153, 7_983]),
    (1_185, 74, 7_421_817, [149_019, 4_911, 13_914, 14_962]),
    (1_268, 63, 4_602_760, [73_710, 1_359, 5_106, 8_270]),
    (1_362, 18, 1_765_920, [35_786, 1_042, 1_732, 2_082]),
    (1_439, 27, 9_245_732, [228_842, 4_519, 11_854, 19_641]),
    (1_509, 58, 6_272_077, [118_571, 4_179, 7_432, 12_195]),
    (1_599, 41, 3_269_967, [56_025, 1_804, 4_775, 5_324]),
    (1_676, 41, 21_774_704, [443_628, 19_080, 15_186, 49_197]),
    (1_759, 52, 3_789_257, [71_778, 3_117, 6_100, 8_388]),
    (1_829, 27, 5_459_694, [93_796, 4_993, 2_943, 13_239]),
    (1_915, 18, 7_867_999, [211_834, 5_665, 13_335, 15_280]),
    (2_001, 34, 2_975_322, [61_887, 3_441, 3_258, 3_485]),
    (2_248, 45, 3_947_440, [70_701, 1_706, 3_525, 9_885]),
    (2_292, 52, 6_867_597, [203_496, 5_980, 12_930, 19_850]),
    (2_412, 47, 2_488_004, [46_388, 1_202, 3_970, 2_405]),
    (2_532, 34, 5_559_446, [131_221, 4_355, 10_094, 8_606]),
    (2_652, 45, 3_417_419, [65_251, 1_922, 4_199, 3_764]),
    (2_772, 45, 9_952_394, [153_314, 7_112, 6_925, 29_564]),
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
