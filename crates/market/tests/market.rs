//! Ranking, paging, peers and fair prices, against answers found the plain way.

use domain::{
    AuthorId, CpInfo, CreatorKey, Fen, PerTier, Platform, Profile, Range, Snapshot, SnapshotSource, Tier, UnixTime,
    cost_per_interaction, cost_per_mille,
};
use market::{Band, Bounds, Builder, By, Cursor, Filter, Listed, Market, PEERS_MIN, Scope, Search, Sort, Value};
use proptest::prelude::*;

const TIER: Tier = Tier::From21To60s;

/// What a test says of a creator.
#[derive(Debug, Clone)]
struct Told {
    id: String,
    views: u64,
    interactions: Option<u64>,
    hot: Option<u32>,
    hot_posts: Option<u8>,
    price: Option<u64>,
    followers: Option<u64>,
    category: Option<&'static str>,
    name: Option<&'static str>,
}

fn market(told: &[Told]) -> Market {
    let mut told: Vec<&Told> = told.iter().collect();
    told.sort_by(|a, b| a.id.cmp(&b.id));
    let mut builder = Builder::default();
    for told in told {
        let label = |text: Option<&str>| text.map(|text| text.parse().expect("a label"));
        let profile = Profile::of(UnixTime(1), told.followers, label(told.category), label(told.name));
        builder.add(&snapshot(told), &profile);
    }
    builder.build()
}

fn snapshot(told: &Told) -> Snapshot {
    let prices = PerTier::from_fn(|tier| told.price.filter(|_| tier == TIER).map(Fen));
    let of = |cost: &dyn Fn(Fen) -> Option<Fen>| PerTier::from_fn(|tier| prices[tier].and_then(cost));
    Snapshot {
        author_id: told.id.parse().expect("an id"),
        platform: Platform::ShortVideo,
        source: SnapshotSource::Estimated,
        method: "plain/1".into(),
        as_of: UnixTime(7),
        info: CpInfo {
            expected_views: told.views,
            cpm: of(&|price| cost_per_mille(price, told.views)),
            cpe: of(&|price| cost_per_interaction(price, told.interactions?)),
            hot_item_bp: told.hot,
        },
        expected_interactions: told.interactions,
        range: Some(Range { p25: told.views / 2, p75: told.views }),
        prices,
        priced_at: None,
        hot_posts: told.hot_posts,
        bought_at: None,
    }
}

/// Some creators, none twice.
fn several(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Told>> {
    prop::collection::vec(told(), count).prop_map(|mut told| {
        told.sort_by(|a, b| a.id.cmp(&b.id));
        told.dedup_by(|a, b| a.id == b.id);
        told
    })
}

fn told() -> impl Strategy<Value = Told> {
    let id = prop_oneof![(0_u64..300).prop_map(|number| number.to_string()), "[a-c_]{1,3}"];
    let category = prop::option::of(prop::sample::select(vec!["美妆", "美食", "a.b", "Z", "😀"]));
    let name = prop::option::of(prop::sample::select(vec!["a1", "甲乙", "甲丙"]));
    let price = prop::option::of(prop::sample::select(vec![1_u64, 5_000, 5_001, 900_000]));
    let followers = prop::option::of(prop::sample::select(vec![0_u64, 9_999, 10_000, 5_000_000]));
    let hot = (0_u32..5, prop::option::of(1_u8..26));
    (id, 0_u64..40, prop::option::of(0_u64..4), hot, price, followers, category, name).prop_map(
        |(id, views, interactions, (hot, hot_posts), price, followers, category, name)| Told {
            id,
            views: views * 1_000,
            interactions,
            hot: (hot > 0).then_some(hot * 700),
            hot_posts,
            price,
            followers,
            category,
            name,
        },
    )
}

fn filter() -> impl Strategy<Value = Filter> {
    let bounds = |most: u64| {
        let one = || prop::option::weighted(0.3, 0..most);
        (one(), one()).prop_map(|(min, max)| Bounds { min, max })
    };
    let category = prop::option::weighted(0.4, prop::sample::select(vec!["美妆", "美食", "三农"]));
    let prefix = prop::option::weighted(0.3, prop::sample::select(vec!["1", "12", "a", "甲", "zz"]));
    (category, prefix, bounds(10_001), bounds(9_000), bounds(1_000), bounds(30_000), bounds(3_000)).prop_map(
        |(category, prefix, followers, price, cpm, views, hot)| Filter {
            category: category.map(str::to_owned),
            prefix: prefix.map(str::to_owned),
            followers,
            price,
            cpm,
            views,
            hot,
        },
    )
}

fn sort() -> impl Strategy<Value = Sort> {
    (prop::sample::select(By::ALL.to_vec()), any::<bool>()).prop_map(|(by, descending)| Sort {
        by,
        tier: TIER,
        descending,
    })
}

fn figure(listed: &Listed, by: By) -> Option<u64> {
    match by {
        By::Cpm => listed.cpm[TIER].map(|fen| fen.0),
        By::Cpe => listed.cpe[TIER].map(|fen| fen.0),
        By::Price => listed.prices[TIER].map(|fen| fen.0),
        By::Views => Some(listed.expected_views),
        By::Interactions => listed.expected_interactions,
        By::Hot => listed.hot_item_bp.map(|share| worth(share, listed.hot_posts)),
        By::Followers => listed.followers,
        By::Category => None,
    }
}

/// Hot posts and three more, of all posts and 25 more, in millionths. Posts that nobody tells are one, of which a part may be hot.
fn worth(share: u32, posts: Option<u8>) -> u64 {
    let share = u64::from(share);
    let (hot, posts) = posts.map_or((share, 1), |posts| {
        let hot = (0..).find(|hot| hot * 10_000 >= share * u64::from(posts)).expect("a number");
        (hot * 10_000, u64::from(posts))
    });
    (hot + 30_000) * 100 / (posts + 25)
}

/// What a creator is sorted by, as it compares.
fn sorted_by(listed: &Listed, by: By) -> Option<(u64, String)> {
    match by {
        By::Category => listed.category.clone().map(|name| (0, name)),
        _ => figure(listed, by).map(|figure| (figure, String::new())),
    }
}

fn passes(listed: &Listed, filter: &Filter) -> bool {
    let within = |figure: Option<u64>, bounds: Bounds| match (bounds, figure) {
        (Bounds { min: None, max: None }, _) => true,
        (_, None) => false,
        (Bounds { min, max }, Some(figure)) => {
            min.is_none_or(|min| figure >= min) && max.is_none_or(|max| figure <= max)
        }
    };
    filter.category.as_ref().is_none_or(|category| listed.category.as_ref() == Some(category))
        && filter.prefix.as_ref().is_none_or(|prefix| {
            let name = listed.name.as_deref().unwrap_or_default();
            listed.author_id.to_string().starts_with(prefix) || name.starts_with(prefix.as_str())
        })
        && within(listed.followers, filter.followers)
        && within(figure(listed, By::Price), filter.price)
        && within(figure(listed, By::Cpm), filter.cpm)
        && within(figure(listed, By::Views), filter.views)
        && within(listed.hot_item_bp.map(u64::from), filter.hot)
}

/// Every creator of a market, in the order of a question, found by looking at each.
fn plainly(told: &[Told], market: &Market, sort: Sort, filter: &Filter) -> Vec<String> {
    let mut found: Vec<((u64, String), String)> = Vec::new();
    for Told { id, .. } in told {
        let listed = market.find(&key(id)).expect("every creator is found");
        if let Some(value) = sorted_by(&listed, sort.by).filter(|_| passes(&listed, filter)) {
            found.push((value, id.clone()));
        }
    }
    found.sort_by(|(a, one), (b, other)| if sort.descending { b.cmp(a) } else { a.cmp(b) }.then(one.cmp(other)));
    found.into_iter().map(|(_, id)| id).collect()
}

fn key(id: &str) -> CreatorKey {
    CreatorKey { author_id: id.parse().expect("an id"), platform: Platform::ShortVideo }
}

fn pages(market: &Market, sort: Sort, filter: &Filter, limit: usize) -> (Vec<String>, Vec<usize>) {
    let mut search = Search { platform: Platform::ShortVideo, sort, filter: filter.clone(), limit, after: None };
    let (mut ids, mut totals) = (Vec::new(), Vec::new());
    loop {
        let found = market.search(&search);
        assert!(found.creators.len() <= limit);
        ids.extend(found.creators.iter().map(|listed| listed.author_id.to_string()));
        totals.push(found.total);
        match found.next {
            Some(next) => search.after = Some(next.to_string().parse().expect("a cursor can be read back")),
            None => return (ids, totals),
        }
    }
}

proptest! {
    #[test]
    fn pages_are_what_looking_at_each_creator_finds(
        told in several(0..60), sort in sort(), filter in filter(), limit in 1_usize..9,
    ) {
        let market = market(&told);
        let expected = plainly(&told, &market, sort, &filter);
        let (ids, totals) = pages(&market, sort, &filter, limit);
        prop_assert!(totals.iter().all(|total| *total == expected.len()));
        prop_assert_eq!(ids, expected);
    }

    /// Of those who are in both markets nobody is read twice and nobody is missed.
    #[test]
    fn a_cursor_goes_on_in_another_market(
        told in several(2..50), gone in prop::collection::vec(any::<bool>(), 50), sort in sort(),
    ) {
        let all = market(&told);
        let kept: Vec<Told> = told.iter().zip(gone).filter(|(_, gone)| !gone).map(|(told, _)| told.clone()).collect();
        let search = Search { platform: Platform::ShortVideo, sort, filter: Filter::default(), limit: 3, after: None };
        let first = all.search(&search);
        prop_assume!(first.next.is_some());
        let rest = market(&kept).search(&Search { after: first.next, limit: 100, ..search });
        let rest: Vec<String> = rest.creators.iter().map(|listed| listed.author_id.to_string()).collect();
        let is_kept = |id: &&String| kept.iter().any(|told| told.id == **id);
        let expected = plainly(&told, &all, sort, &Filter::default());
        let expected: Vec<&String> = expected[3..].iter().filter(is_kept).collect();
        prop_assert_eq!(rest.iter().collect::<Vec<_>>(), expected);
    }
}

fn plain(id: u64, views: u64, price: Option<u64>, followers: Option<u64>, category: Option<&'static str>) -> Told {
    Told {
        id: id.to_string(),
        views,
        interactions: Some(10),
        hot: Some(0),
        hot_posts: None,
        price,
        followers,
        category,
        name: None,
    }
}

#[test]
fn peers_are_the_narrowest_group_of_enough_creators() {
    let mut told: Vec<Told> =
        (0..8).map(|id| plain(100 + id, 1_000, Some(100 * (id + 1)), Some(20_000), Some("美妆"))).collect();
    told.extend((0..3).map(|id| plain(200 + id, 1_000, Some(10), Some(30_000), Some("美食"))));
    told.push(plain(300, 1_000, Some(10), Some(2_000_000), Some("美妆")));
    told.push(plain(301, 2_000, None, None, None));
    let market = market(&told);
    let scope = |id: &str| {
        let peers = market.find(&key(id)).expect("the creator").peers.expect("peers");
        (peers.scope, peers.count)
    };
    assert_eq!(scope("100"), (Scope::CategoryAndSize, 8));
    assert_eq!(scope("200"), (Scope::Size, 11));
    assert_eq!(scope("300"), (Scope::Platform, 13));
    assert_eq!(scope("301"), (Scope::Platform, 13));

    let few = self::market(&told[..7]);
    assert_eq!(few.find(&key("100")).expect("the creator").peers, None);
    assert_eq!(few.find(&key("100")).expect("the creator").percentiles, Default::default());
    assert_eq!(PEERS_MIN, 8);
}

#[test]
fn the_fair_price_is_where_the_creator_sits_at_the_median_of_its_peers() {
    // CPM 10, 20 … 80 fen: the median is 45.
    let told: Vec<Told> = (1..=8).map(|id| plain(id, 1_000 * id, Some(10 * id * id), Some(5), Some("美妆"))).collect();
    let market = market(&told);
    let listed = market.find(&key("8")).expect("the creator");
    assert_eq!(listed.cpm[TIER], Some(Fen(80)));
    assert_eq!(listed.peers.as_ref().expect("peers").cpm_median[TIER], Some(Fen(45)));
    assert_eq!(listed.fair_prices[TIER], Some(Fen(45 * 8_000 / 1_000)));
    assert_eq!(cost_per_mille(listed.fair_prices[TIER].expect("a price"), listed.expected_views), Some(Fen(45)));
    assert_eq!(listed.fair_prices[Tier::Over60s], None);
    // Seven below it, and half of itself.
    assert_eq!((listed.percentiles.cpm[TIER], listed.percentiles.views), (Some(94), Some(94)));
    assert_eq!(market.find(&key("1")).expect("the creator").percentiles.cpm[TIER], Some(6));
    // All have the same hot share.
    assert_eq!(listed.percentiles.hot, Some(50));
}

#[test]
fn markets_of_the_same_creators_are_one_edition() {
    let told: Vec<Told> = (0..20).map(|id| plain(id, 1_000, Some(id + 1), Some(5), Some("美妆"))).collect();
    let mut other = told.clone();
    assert_eq!(market(&told).edition(), market(&other).edition());
    other[3].category = Some("美食");
    assert_ne!(market(&told).edition(), market(&other).edition());
    assert_ne!(market(&told).edition(), market(&told[1..]).edition());
}

#[test]
fn any_limit_is_one() {
    let market = market(&[plain(1, 1_000, Some(1), None, None), plain(2, 1_000, Some(2), None, None)]);
    let sort = Sort { by: By::Price, tier: TIER, descending: false };
    for (limit, expected) in [(0, 0), (1, 1), (usize::MAX, 2)] {
        let search = Search { platform: Platform::ShortVideo, sort, filter: Filter::default(), limit, after: None };
        let found = market.search(&search);
        assert_eq!((found.creators.len(), found.total, found.next.is_some()), (expected, 2, limit == 1));
    }
}

#[test]
fn bands_begin_at_round_numbers() {
    let bands = [9_999, 10_000, 99_999, 100_000, 999_999, 1_000_000, 9_999_999, 10_000_000].map(Band::of);
    let [a, b, c, d, e] = Band::ALL;
    assert_eq!(bands, [a, b, b, c, c, d, d, e]);
}

#[test]
fn what_is_no_cursor_is_refused() {
    let cursor = Cursor {
        edition: 0xabc,
        sort: Sort { by: By::Hot, tier: Tier::Single, descending: true },
        value: Value::Figure(u64::MAX - 1),
        author_id: "a-_Z".parse::<AuthorId>().expect("an id"),
    };
    let text = cursor.to_string();
    assert_eq!(text.parse(), Ok(cursor));
    for cut in 0..text.len() {
        assert!(text[..cut].parse::<Cursor>().is_err() || cut > text.len() - 4, "{}", &text[..cut]);
    }
    for bad in ["", ".....", "1.cpm.60.up.1.x", "g.cpm.60.asc.1.x", "1.cpm.61.asc.1.x", "1.cpm.60.asc.1.x.y"] {
        assert!(bad.parse::<Cursor>().is_err(), "{bad}");
    }
}

#[test]
fn a_cursor_of_a_category_holds_its_name() {
    let sort = Sort { by: By::Category, tier: TIER, descending: false };
    let author_id: AuthorId = "7".parse().expect("an id");
    for name in ["美.妆", "a", "😀"] {
        let value = Value::Category(name.to_owned());
        let cursor = Cursor { edition: 1, sort, value, author_id: author_id.clone() };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
    for bad in ["", "e", "zz", "ff", "e7be"] {
        assert!(format!("1.category.60.asc.{bad}.7").parse::<Cursor>().is_err(), "{bad}");
    }
}
