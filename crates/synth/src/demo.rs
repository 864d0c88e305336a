//! One creator made by hand: by the default method its figures are those of the contract page's example. Nothing of
//! the answer is stored, only posts and prices it follows from.

use domain::{AuthorId, Count, Fen, ItemId, Platform, Post, Price, RateCard, Tier, UnixTime};

use crate::marketplace::{Marketplace, empty_rows};
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

/// A post: age in hours, length in seconds, plays, and likes, comments, shares, collects.
type DemoPost = (u32, u16, u32, [u32; 4]);

/// Four posts under seven days old, whose plays are still growing; 25 of the last 90 days; six older ones.
const POSTS: [DemoPost; 35] = [
    (14, 41, 1_311_402, [15_417, 741, 1_181, 1_446]),
    (56, 45, 2_904_817, [63_482, 1_664, 4_120, 6_542]),
    (99, 34, 3_120_558, [67_135, 1_680, 2_590, 6_468]),
    (149, 56, 5_277_310, [102_973, 2_151, 9_201, 9_979]),
    (199, 18, 3_911_820, [88_443, 2_372, 6_839, 4_449]),
    (251, 41, 6_207_433, [98_233, 1_802, 5_730, 9_770]),
    (312, 27, 14_873_206, [271_905, 9_751, 11_110, 36_026]),
    (364, 19, 4_512_806, [59_193, 2_066, 2_881, 4_021]),
    (416, 63, 2_748_915, [50_614, 1_338, 2_255, 3_601]),
    (477, 41, 4_873_492, [112_078, 1_710, 8_612, 8_013]),
    (551, 18, 9_418_377, [231_222, 7_316, 11_619, 12_525]),
    (641, 74, 1_986_540, [29_536, 1_113, 2_020, 2_630]),
    (738, 19, 7_350_128, [123_668, 3_804, 5_157, 11_002]),
    (812, 47, 3_207_664, [53_925, 2_980, 4_021, 4_594]),
    (889, 34, 5_128_790, [122_856, 3_470, 12_721, 14_832]),
    (959, 52, 2_290_411, [49_796, 877, 2_529, 3_045]),
    (1_045, 27, 17_216_085, [239_471, 6_306, 23_437, 22_238]),
    (1_115, 38, 3_860_274, [85_722, 2_150, 8_112, 7_075]),
    (1_185, 74, 6_614_902, [132_074, 4_353, 12_333, 13_261]),
    (1_268, 63, 4_102_338, [65_329, 1_205, 4_526, 7_330]),
    (1_362, 18, 1_573_926, [31_717, 924, 1_536, 1_846]),
    (1_439, 27, 8_240_517, [202_820, 4_006, 10_506, 17_408]),
    (1_509, 58, 5_590_163, [105_088, 3_704, 6_588, 10_809]),
    (1_599, 41, 2_914_450, [49_655, 1_599, 4_233, 4_719]),
    (1_676, 41, 19_407_312, [393_182, 16_911, 13_460, 43_603]),
    (1_759, 52, 3_377_281, [63_617, 2_763, 5_407, 7_435]),
    (1_829, 27, 4_866_105, [83_130, 4_426, 2_609, 11_734]),
    (1_915, 18, 7_012_574, [187_746, 5_021, 11_819, 13_543]),
    (2_001, 34, 2_651_839, [54_850, 3_050, 2_888, 3_089]),
    (2_248, 45, 3_518_266, [62_662, 1_512, 3_125, 8_761]),
    (2_292, 52, 6_120_937, [180_356, 5_300, 11_460, 17_593]),
    (2_412, 47, 2_217_504, [41_113, 1_066, 3_519, 2_132]),
    (2_532, 34, 4_955_012, [116_300, 3_860, 8_947, 7_628]),
    (2_652, 45, 3_045_871, [57_832, 1_704, 3_722, 3_336]),
    (2_772, 45, 8_870_349, [135_880, 6_303, 6_138, 26_203]),
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
    let prices = PRICES.map(|(tier, price_yuan)| PriceRow { creator, platform, tier, price_yuan });
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
    use domain::{PerTier, cost_per_interaction, cost_per_mille};

    use super::*;

    const WEEK_S: u32 = 7 * UnixTime::DAY;

    /// The latest short videos that had a week to gather their plays.
    fn mature(demo: &DemoCreator) -> Vec<&Post> {
        let mut posts: Vec<&Post> = demo.posts.iter().filter(|post| post.age_s() >= WEEK_S).collect();
        posts.sort_by_key(|post| std::cmp::Reverse(post.key()));
        posts
    }

    fn expected_views(demo: &DemoCreator) -> u64 {
        let mut plays: Vec<u64> = mature(demo)[..10].iter().map(|post| post.plays).collect();
        plays.sort_unstable();
        (plays[4] + plays[5]) / 2
    }

    fn expected_interactions(demo: &DemoCreator) -> u64 {
        let posts = &mature(demo)[..10];
        let plays: u64 = posts.iter().map(|post| post.plays).sum();
        let interactions: u64 = posts.iter().filter_map(|post| post.interactions()).sum();
        expected_views(demo) * interactions / plays
    }

    #[test]
    fn the_figures_are_the_contract_pages() {
        let demo = demo_creator(crate::Plan::NEWEST);
        let views = expected_views(&demo);
        let interactions = expected_interactions(&demo);
        let fen = |cost: &dyn Fn(Fen) -> Option<Fen>| {
            PerTier::from_fn(|tier| demo.rate_card.price(tier).and_then(|price| cost(price.fen))).to_array()
        };
        assert_eq!(views, 4_693_149);
        assert!((103_960..=104_123).contains(&interactions), "{interactions}");
        let cpm = fen(&|price| cost_per_mille(price, views));
        assert_eq!(cpm, [Some(Fen(5_618)), Some(Fen(14_043)), Some(Fen(14_043)), None]);
        let cpe = fen(&|price| cost_per_interaction(price, interactions));
        assert_eq!(cpe, [Some(Fen(253)), Some(Fen(633)), Some(Fen(633)), None]);
    }

    #[test]
    fn three_of_the_latest_25_posts_of_90_days_are_hot() {
        let demo = demo_creator(crate::Plan::NEWEST);
        let views = expected_views(&demo);
        let recent: Vec<&Post> = mature(&demo).into_iter().filter(|post| post.age_s() <= 90 * UnixTime::DAY).collect();
        assert_eq!(recent.len(), 25);
        assert_eq!(recent.iter().filter(|post| post.plays >= 3 * views).count() * 10_000 / 25, 1_200);
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
