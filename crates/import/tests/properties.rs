//! What holds for any rows and any bytes.

mod common;

use std::collections::BTreeMap;

use common::*;
use domain::{AuthorId, CreatorKey, CreatorState, ItemId, Post, PostHistory, UnixTime};
use import::{Kind, Options};
use proptest::prelude::*;

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0..300i64, 1..4i64, any::<bool>(), 0..5u32, 0..1000i64, proptest::option::of(0..9i64)).prop_map(
        |(item, author, live, day, plays, likes)| Row {
            item,
            author,
            platform: if live { "LIVE_STREAMING" } else { "SHORT_VIDEO" },
            // Of the item alone: the same post is published at the same time in every capture.
            published: 1_700_000_000 + (item as u32 % 50) * 1000,
            captured: 1_750_000_000 + day * 86_400,
            plays,
            likes,
        },
    );
    proptest::collection::vec(row, 0..600)
}

type States = Vec<(CreatorKey, CreatorState)>;

fn merged(parts: Vec<States>) -> States {
    let mut states: BTreeMap<(String, u8), (CreatorKey, CreatorState)> = BTreeMap::new();
    for (key, state) in parts.into_iter().flatten() {
        let place = (key.author_id.to_string(), key.platform.number());
        states.entry(place).or_insert_with(|| (key, CreatorState::default())).1.merge(state);
    }
    states.into_values().collect()
}

/// The history as its documentation has it, by the plainest means.
fn model(posts: &[Post]) -> Vec<Post> {
    let mut latest: BTreeMap<(UnixTime, ItemId), Post> = BTreeMap::new();
    for post in posts {
        latest
            .entry((post.published_at, post.item_id.clone()))
            .and_modify(|held| held.join(post.clone()))
            .or_insert(post.clone());
    }
    let posts: Vec<Post> = latest.into_values().collect();
    posts[posts.len().saturating_sub(PostHistory::LIMIT)..].to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_any_split_and_any_threads_give_the_same_states(
        rows in rows(), shuffled in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), group in 1..200usize,
    ) {
        let expected = read_bytes(csv(&rows)).expect("readable").states;
        let mut other = rows.clone();
        if !other.is_empty() {
            let turn = shuffled.index(other.len());
            other.rotate_left(turn);
            other.reverse();
        }
        let options = Options { threads: 3, ..Options::at(now()) };
        prop_assert_eq!(&read_as(parquet(&other, group, false), &options).expect("readable").states, &expected);

        let (one, two) = other.split_at(if other.is_empty() { 0 } else { cut.index(other.len()) });
        let parts = |bytes: Vec<u8>| read_bytes(bytes).expect("readable").states;
        let (one, two) = (parts(csv(one)), if two.is_empty() { Vec::new() } else { parts(ndjson(two)) });
        prop_assert_eq!(&merged(vec![two.clone(), one.clone()]), &expected);
        // Once more changes nothing.
        prop_assert_eq!(&merged(vec![expected.clone(), one, two, expected.clone()]), &expected);
    }

    #[test]
    fn a_history_is_the_latest_posts_however_it_is_filled(
        posts in proptest::collection::vec((0..200i64, 0..3u32, 0..5u64), 0..400), limit in 0..400usize,
    ) {
        let posts: Vec<Post> = posts.into_iter().map(|(item, captured, plays)| Post {
            item_id: ItemId::from_integer(item).expect("an id"),
            plays,
            published_at: UnixTime(item as u32 / 2),
            captured_at: UnixTime(1000 + captured),
            duration_s: Default::default(),
            likes: Default::default(),
            comments: Default::default(),
            shares: Default::default(),
            collects: Default::default(),
            sponsored: None,
        }).collect();
        let history: PostHistory = posts.iter().cloned().collect();
        prop_assert_eq!(history.posts(), &model(&posts)[..]);
        let mut tail = posts[..limit.min(posts.len())].to_vec();
        let from = tail.len();
        posts.iter().cloned().for_each(|post| PostHistory::add_to_tail(&mut tail, from, post));
        PostHistory::trim_tail(&mut tail, from);
        prop_assert_eq!(&tail[from..], history.posts());
        prop_assert_eq!(PostHistory::from_ordered(tail[from..].to_vec()), history);
    }

    #[test]
    fn no_bytes_make_any_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for kind in Kind::ALL {
            let _ = read_as(bytes.clone(), &forced(kind));
        }
        let _ = read_bytes(bytes);
    }

    #[test]
    fn no_damage_makes_any_reader_panic(
        at in any::<prop::sample::Index>(), bit in 0..8u8, cut in any::<prop::sample::Index>(), shorten in any::<bool>(),
    ) {
        let rows = some_rows(40);
        let reply = r#"{"authors":[{"attribute_datas":{"id":"7","price_60":"5","last_10_items":"[{\"item_id\":\"1\"}]"}}]}"#;
        for bytes in [csv(&rows), ndjson(&rows), gzip(&csv(&rows)), zstd(&ndjson(&rows)), reply.as_bytes().to_vec()] {
            let mut damaged = bytes;
            let place = at.index(damaged.len());
            damaged[place] ^= 1 << bit;
            if shorten {
                damaged.truncate(cut.index(damaged.len()));
            }
            let _ = read_bytes(damaged);
        }
    }

    /// The Parquet library may panic on such files: that it becomes an error is what is tested, and that a file of
    /// which every row is read has the rows it claims.
    #[test]
    fn a_damaged_parquet_file_is_an_error_or_read_whole(
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), text_ids in any::<bool>(),
    ) {
        let mut bytes = parquet(&some_rows(60), 25, text_ids);
        let length = bytes.len();
        for (place, byte) in places {
            // Most of what matters is in the footer.
            bytes[length - 1 - place.index(length)] = byte;
        }
        if let Ok(found) = read_as(bytes, &forced(Kind::PostsParquet)) {
            prop_assert_eq!(found.summary.rows, found.summary.merged + found.summary.rejected_total());
        }
    }

    #[test]
    fn whole_numbers_are_read_or_refused_but_never_changed(text in "[-+0-9.,eE万 ]{0,22}") {
        let line = format!("1,2,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,\"{text}\"");
        let found = read_bytes(format!("item_id,author_id,published_at,captured_at,plays\n{line}\n")).expect("readable");
        match found.states.first() {
            Some((_, state)) => {
                let plays = state.posts.posts()[0].plays.to_string();
                let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
                prop_assert!(decimals.bytes().all(|byte| byte == b'0'), "{} from {}", plays, text);
                prop_assert!(whole.ends_with(&plays), "{} from {}", plays, text);
                prop_assert!(whole[..whole.len() - plays.len()].bytes().all(|byte| byte == b'0'), "{} from {}", plays, text);
            }
            None => prop_assert_eq!(found.rejects.len(), 1),
        }
    }

    #[test]
    fn states_come_in_the_order_of_their_ids_as_text(
        // No word for an unknown value has an underscore or a digit.
        ids in proptest::collection::vec("[0-9A-Za-z_-]{0,31}[0-9_]|[0-9]{1,19}", 1..50),
    ) {
        let lines: String = ids.iter().map(|id| format!("{id},60,5\n")).collect();
        let found = read_bytes(format!("author_id,tier,price_yuan\n{lines}")).expect("readable");
        let found: Vec<String> = found.states.iter().map(|(key, _)| key.author_id.to_string()).collect();
        let mut expected = ids.clone();
        expected.sort_unstable();
        expected.dedup();
        prop_assert_eq!(found, expected);
        prop_assert!(ids.iter().all(|id| id.parse::<AuthorId>().is_ok()));
    }
}
