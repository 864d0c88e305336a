//! One creator made by hand: by the default method its figures are those of the contract page's example. Nothing of
//! the answer is stored, only posts and prices it follows from.

use domain::{AuthorId, Count, Fen, ItemId, Platform, Post, Price, RateCard, Tier, UnixTime};

use crate::facts::CATEGORIES;
use crate::ids::low_apart;
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

/// An invented id, which no generated creator has.
pub(crate) const AUTHOR_ID: i64 = 6_826_128_263_245_070_349;

/// Prices in yuan.
const PRICES: [(Tier, u64); 3] = [(Tier::From1To20s, 263_700), (Tier::From21To60s, 659_100), (Tier::Over60s, 659_100)];

/// Of the category with the most creators.
const PROFILE: Profile = Profile { followers: 9_420_000, category: CATEGORIES.len() as u8 - 1 };

/// A post: age in hours, length in seconds, plays, and likes, comments, shares, collects.
type DemoPost = (u32, u16, u32, [u32; 4]);

/// Four posts under seven days old, whose plays are still growing; 25 of the last 90 days; six older ones.
const POSTS: [DemoPost; 35] = [
    (14, 41, 1_567_230, [18_527, 890, 1_419, 1_737]),
    (56, 45, 3_471_488, [76_294, 1_999, 4_951, 7_861]),
    (99, 34, 3_729_316, [80_683, 2_018, 3_113, 7_772]),
    (149, 56, 6_306_807, [123_753, 2_584, 11_058, 11_991]),
    (199, 18, 4_674_941, [106_291, 2_851, 8_219, 5_347]),
    (251, 41, 7_418_379, [118_057, 2_165, 6_886, 11_741]),
    (312, 27, 17_774_671, [326_778, 11_717, 13_352, 43_295]),
    (364, 19, 5_393_164, [71_138, 2_481, 3_462, 4_832]),
    (416, 63, 3_285_173, [60_828, 1_607, 2_710, 4_328]),
    (477, 41, 5_824_212, [134_697, 2_055, 10_351, 9_629]),
    (551, 18, 11_255_714, [277_885, 8_792, 13_963, 15_051]),
    (641, 74, 2_374_073, [35_497, 1_336, 2_428, 3_160]),
    (738, 19, 8_783_991, [148_624, 4_570, 6_197, 13_221]),
    (812, 47, 3_833_415, [64_808, 3_581, 4_832, 5_520]),
    (889, 34, 6_129_314, [147_649, 4_170, 15_287, 17_825]),
    (959, 52, 2_737_225, [59_845, 1_053, 3_039, 3_659]),
    (1_045, 27, 20_574_599, [287_797, 7_579, 28_167, 26_726]),
    (1_115, 38, 4_613_336, [103_021, 2_583, 9_750, 8_503]),
    (1_185, 74, 7_905_336, [158_727, 5_231, 14_821, 15_937]),
    (1_268, 63, 4_902_622, [78_512, 1_448, 5_438, 8_809]),
    (1_362, 18, 1_880_966, [38_118, 1_110, 1_845, 2_217]),
    (1_439, 27, 9_848_076, [243_751, 4_813, 12_627, 20_921]),
    (1_509, 58, 6_680_693, [126_296, 4_451, 7_917, 12_990]),
    (1_599, 41, 3_483_000, [59_675, 1_922, 5_086, 5_671]),
    (1_676, 41, 23_193_290, [472_529, 20_323, 16_175, 52_402]),
    (1_759, 52, 4_036_121, [76_455, 3_320, 6_497, 8_934]),
    (1_829, 27, 5_815_384, [99_906, 5_318, 3_135, 14_102]),
    (1_915, 18, 8_380_586, [225_634, 6_034, 14_204, 16_275]),
    (2_001, 34, 3_169_159, [65_919, 3_665, 3_471, 3_713]),
    (2_248, 45, 4_204_609, [75_308, 1_817, 3_755, 10_529]),
    (2_292, 52, 7_315_009, [216_754, 6_370, 13_773, 21_143]),
    (2_412, 47, 2_650_094, [49_410, 1_281, 4_228, 2_561]),
    (2_532, 34, 5_921_635, [139_770, 4_639, 10_751, 9_167]),
    (2_652, 45, 3_640_058, [69_502, 2_047, 4_472, 4_009]),
    (2_772, 45, 10_600_776, [163_302, 7_576, 7_376, 31_490]),
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
        // Some minutes more, for nobody publishes on the hour; ids by an odd factor, so that they differ.
        let extra_s = place as u32 * 1_357 % 3_000;
        Row {
            published_s: newest.0.saturating_sub(age_hours * 3_600 + extra_s),
            item_low: low_apart((place as u32 + 1).wrapping_mul(0x5bd1_e995)),
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
