//! The blobs: what is written is read back, and no bytes whatever make reading panic.

use domain::{Count, Fen, ItemId, PerTier, Post, PostHistory, Price, RateCard, Reported, Tier, UnixTime};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use store::StoreError;
use store_sqlite::codec::{
    decode_posts, decode_rate_card, decode_reported, encode_posts, encode_rate_card, encode_reported,
};

fn moment() -> impl Strategy<Value = UnixTime> {
    prop_oneof![any::<u32>(), 1_700_000_000..1_800_000_000_u32, Just(0), Just(u32::MAX)].prop_map(UnixTime)
}

fn item_id() -> impl Strategy<Value = ItemId> {
    let number = prop_oneof![
        0..=i64::MAX,
        Just(0_i64),
        Just(i64::MAX),
        7_000_000_000_000_000_000..7_100_000_000_000_000_000_i64
    ];
    let number = number.prop_map(|number| ItemId::from_integer(number).expect("a number from zero on"));
    let text = "[0-9A-Za-z_-]{1,32}".prop_map(|text| text.parse().expect("an id"));
    prop_oneof![4 => number, 1 => text]
}

fn count() -> impl Strategy<Value = Count> {
    let told = prop_oneof![0..=Count::MAX, 0..1_000_u64, Just(Count::MAX)];
    prop_oneof![1 => Just(Count::UNKNOWN), 4 => told.prop_map(|count| Count::new(count).expect("up to the largest"))]
}

fn post() -> impl Strategy<Value = Post> {
    let plays = prop_oneof![any::<u64>(), 0..=Post::MAX_PLAYS];
    let counts = (count(), count(), count(), count(), count());
    (item_id(), plays, moment(), moment(), counts, option::of(any::<bool>())).prop_map(
        |(item_id, plays, published_at, captured_at, (duration_s, likes, comments, shares, collects), sponsored)| {
            Post { item_id, plays, published_at, captured_at, duration_s, likes, comments, shares, collects, sponsored }
        },
    )
}

fn history() -> impl Strategy<Value = PostHistory> {
    vec(post(), 0..80).prop_map(|posts| posts.into_iter().collect())
}

fn amounts() -> impl Strategy<Value = PerTier<Option<Fen>>> {
    proptest::array::uniform4(option::of(any::<u64>().prop_map(Fen)))
        .prop_map(|amounts| PerTier::from_fn(|tier| amounts[usize::from(tier.number())]))
}

fn rate_card() -> impl Strategy<Value = RateCard> {
    proptest::array::uniform4(option::of((any::<u64>(), moment()))).prop_map(|prices| {
        let mut rate_card = RateCard::default();
        for (tier, price) in Tier::ALL.into_iter().zip(prices) {
            if let Some((fen, as_of)) = price {
                rate_card.add(tier, Price { as_of, fen: Fen(fen) });
            }
        }
        rate_card
    })
}

fn reported() -> impl Strategy<Value = Reported> {
    (moment(), any::<u64>(), amounts(), amounts()).prop_map(|(as_of, expected_views, cpe, prices)| Reported {
        as_of,
        expected_views,
        cpe,
        prices,
    })
}

fn encoded<T>(value: &T, encode: impl Fn(&T, &mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(value, &mut bytes);
    bytes
}

fn is_corrupt<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Corrupt(_)))
}

proptest! {
    #[test]
    fn posts_are_read_back(history in history()) {
        let bytes = encoded(&history, encode_posts);
        prop_assert_eq!(decode_posts(&bytes).expect("what was written"), history);
    }

    #[test]
    fn rate_cards_and_reports_are_read_back(rate_card in rate_card(), reported in reported()) {
        let bytes = encoded(&rate_card, encode_rate_card);
        prop_assert_eq!(decode_rate_card(&bytes).expect("what was written"), rate_card);
        let bytes = encoded(&reported, encode_reported);
        prop_assert_eq!(decode_reported(&bytes).expect("what was written"), reported);
    }

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in vec(any::<u8>(), 0..200), versioned in any::<bool>()) {
        if let (true, Some(first)) = (versioned, bytes.first_mut()) {
            *first = 1;
        }
        for refused in [
            decode_posts(&bytes).map(drop),
            decode_rate_card(&bytes).map(drop),
            decode_reported(&bytes).map(drop),
        ] {
            prop_assert!(refused.is_ok() || is_corrupt(&refused));
        }
    }

    #[test]
    fn a_blob_cut_short_or_too_long_is_refused(history in history(), at in any::<prop::sample::Index>()) {
        let mut bytes = encoded(&history, encode_posts);
        prop_assert!(is_corrupt(&decode_posts(&bytes[..at.index(bytes.len())])));
        bytes.push(0);
        prop_assert!(is_corrupt(&decode_posts(&bytes)));
    }

    #[test]
    fn a_damaged_byte_never_panics(history in history(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encoded(&history, encode_posts);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let read = decode_posts(&bytes);
        prop_assert!(read.is_ok() || is_corrupt(&read));
    }
}

#[test]
fn an_unknown_version_is_refused() {
    for bytes in [&[][..], &[0], &[2, 0], &[255, 1, 1]] {
        assert!(is_corrupt(&decode_posts(bytes)), "{bytes:?}");
        assert!(is_corrupt(&decode_rate_card(bytes)), "{bytes:?}");
        assert!(is_corrupt(&decode_reported(bytes)), "{bytes:?}");
    }
}

#[test]
fn an_ordinary_post_takes_at_most_28_bytes() {
    let history: PostHistory = (0..60)
        .map(|index: u32| {
            let published_at = UnixTime(1_760_000_000 + index * 260_000);
            Post {
                item_id: ItemId::from_integer((i64::from(published_at.0) << 32) + 0x9e37_79b9).expect("an id"),
                plays: 1_000_000 + u64::from(index),
                published_at,
                captured_at: UnixTime(published_at.0 + 20 * UnixTime::DAY),
                duration_s: Count::from(45),
                likes: Count::from(30_000),
                comments: Count::from(2_000),
                shares: Count::from(3_000),
                collects: Count::from(5_000),
                sponsored: Some(false),
            }
        })
        .collect();
    let bytes = encoded(&history, encode_posts).len();
    assert!(bytes <= 28 * 60, "{bytes} bytes");
}
