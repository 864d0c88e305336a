//! The files' columns, order, ids and sums, the same in both formats.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch, StringArray};
use domain::{ItemId, Platform, Tier, UnixTime};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use synth::{Format, Plan};

use crate::files::{PostRow, header, make, rows};

fn plan() -> Plan {
    Plan { demo: true, ..Plan::new(700, 30_000, 5) }
}

#[test]
fn there_are_exactly_as_many_posts_and_creators_as_asked_for() {
    let (posts, prices, written) = rows(&Plan::new(700, 30_000, 5));
    let items: HashSet<&str> = posts.iter().map(|post| post.item_id.as_str()).collect();
    let authors: HashSet<&str> = posts.iter().map(|post| post.author_id.as_str()).collect();
    let groups: HashSet<(&str, &str)> = posts.iter().map(|post| (&*post.author_id, &*post.platform)).collect();
    assert_eq!((items.len(), authors.len()), (30_000, 700));
    assert_eq!((written.posts, written.creators), (30_000, 700));
    assert_eq!(written.post_rows, posts.len() as u64);
    assert_eq!(written.price_rows, prices.len() as u64);
    assert_eq!(written.groups, groups.len() as u64);
}

#[test]
fn rows_are_in_order_of_time_then_id_then_capture() {
    let (posts, ..) = rows(&plan());
    let order = |post: &PostRow| {
        let item: i64 = post.item_id.parse().expect("a number");
        (post.published_at, item, post.captured_at)
    };
    assert!(posts.is_sorted_by(|a, b| order(a) < order(b)));
    assert!(posts.is_sorted_by_key(|post| post.item_id.parse::<i64>().expect("a number")), "ids follow time");
}

#[test]
fn every_row_is_one_that_the_import_takes() {
    let (posts, prices, _) = rows(&plan());
    for post in &posts {
        assert!(post.published_at < post.captured_at && post.captured_at <= Plan::NEWEST, "{post:?}");
        assert!(post.item_id.len() == 19 && matches!(post.author_id.len(), 13..=19), "{post:?}");
        let platform: Platform = post.platform.parse().expect("a platform");
        assert_eq!(post.duration_s.is_none(), platform == Platform::PictureText, "{post:?}");
        assert!(post.counts[1..].iter().all(|count| *count <= post.counts[0]), "{post:?}");
    }
    let mut once = HashSet::new();
    for price in &prices {
        let (platform, tier): (Platform, Tier) =
            (price.platform.parse().expect("known"), price.tier.parse().expect("known"));
        assert!(platform.tiers().contains(&tier) && price.yuan > 0, "{price:?}");
        assert!(once.insert((&price.author_id, platform, tier)), "{price:?} twice");
    }
}

#[test]
fn a_second_capture_is_later_and_its_counts_have_grown() {
    let (posts, ..) = rows(&Plan::new(700, 30_000, 5));
    let mut first: HashMap<&str, &PostRow> = HashMap::new();
    let (mut twice, mut young, mut grown) = (0, 0, 0);
    for post in &posts {
        let Some(before) = first.insert(&post.item_id, post) else { continue };
        twice += 1;
        assert!(before.captured_at < post.captured_at && before.author_id == post.author_id, "{before:?} {post:?}");
        assert!(before.counts.iter().zip(post.counts).all(|(before, after)| *before <= after), "{before:?} {post:?}");
        if before.age_days() < 3.0 && post.counts[0] > 100 {
            young += 1;
            grown += u32::from(before.counts[0] < post.counts[0]);
        }
    }
    assert!((600..1_200).contains(&twice), "{twice} of 30,000 posts are captured twice");
    assert!(young > 0 && grown == young, "{grown} of {young} young posts have grown");
}

#[test]
fn most_posts_are_short_videos_of_all_lengths_and_a_tenth_is_sponsored() {
    let (posts, ..) = rows(&Plan::new(700, 30_000, 5));
    let share =
        |test: &dyn Fn(&PostRow) -> bool| posts.iter().filter(|post| test(post)).count() as f64 / posts.len() as f64;
    let short_videos = share(&|post| post.platform == "SHORT_VIDEO");
    assert!((0.65..0.80).contains(&short_videos), "{short_videos}");
    for platform in Platform::ALL {
        assert!(share(&|post| post.platform == platform.name()) > 0.03, "{platform}");
    }
    for (from, to) in [(1, 20), (21, 60), (61, 900)] {
        let share =
            share(&|post| post.platform == "SHORT_VIDEO" && post.duration_s.is_some_and(|s| (from..=to).contains(&s)));
        assert!(share > 0.05, "{from} to {to} s: {share}");
    }
    let sponsored = share(&|post| post.sponsored == Some(true));
    assert!((0.08..0.12).contains(&sponsored), "{sponsored}");
}

#[test]
fn the_demo_creator_is_added_to_both_files() {
    let (posts, prices, written) = rows(&plan());
    let demo = synth::demo_creator(Plan::NEWEST);
    let author = demo.author_id.to_string();
    let items: HashSet<ItemId> =
        posts.iter().filter(|post| post.author_id == author).map(|post| post.item_id.parse().expect("an id")).collect();
    assert_eq!(items, demo.posts.iter().map(|post| post.item_id.clone()).collect());
    let yuan: Vec<u64> = prices.iter().filter(|price| price.author_id == author).map(|price| price.yuan).collect();
    assert_eq!(yuan, [263_700, 659_100, 659_100]);
    assert_eq!((written.creators, written.posts), (701, 30_000 + demo.posts.len() as u64));
}

#[test]
fn a_creator_has_one_profile() {
    let (_, prices, _) = rows(&plan());
    let mut profiles = HashMap::new();
    for price in &prices {
        let profile = (price.followers, &price.category, &price.name);
        assert_eq!(*profiles.entry(&price.author_id).or_insert(profile), profile, "{price:?}");
    }
    let sizes = profiles.values().map(|profile| profile.0.max(1).ilog10()).collect::<HashSet<_>>();
    assert!(sizes.len() >= 5, "{sizes:?}");
}

#[test]
fn csv_has_the_tidy_columns() {
    let (_dir, written) = make(&plan(), Format::Csv);
    assert_eq!(
        header(&written.posts_file),
        "item_id,author_id,platform,published_at,captured_at,duration_s,sponsored,plays,likes,comments,shares,collects"
    );
    assert_eq!(header(&written.rate_cards_file), "author_id,platform,tier,price_yuan,followers,category,name");
}

#[test]
fn parquet_holds_the_same_rows_as_csv() {
    let (posts, prices, _) = rows(&plan());
    let (_dir, written) = make(&plan(), Format::Parquet);
    let mut from_csv = posts.iter();
    for batch in batches(&written.posts_file) {
        for row in 0..batch.num_rows() {
            let post = from_csv.next().expect("no more rows than in CSV");
            assert_eq!(text(&batch, "item_id", row), post.item_id);
            assert_eq!(text(&batch, "author_id", row), post.author_id);
            assert_eq!(text(&batch, "platform", row), post.platform);
            assert_eq!(time(&batch, "published_at", row), post.published_at);
            assert_eq!(time(&batch, "captured_at", row), post.captured_at);
            let duration = batch["duration_s"].as_primitive::<Int32Type>();
            assert_eq!(duration.is_valid(row).then(|| duration.value(row) as u32), post.duration_s);
            let sponsored = batch["sponsored"].as_boolean();
            assert_eq!(sponsored.is_valid(row).then(|| sponsored.value(row)), post.sponsored);
            for (name, count) in ["plays", "likes", "comments", "shares", "collects"].into_iter().zip(post.counts) {
                assert_eq!(text(&batch, name, row), count.to_string());
            }
        }
    }
    assert_eq!(from_csv.len(), 0);
    let mut from_csv = prices.iter();
    for batch in batches(&written.rate_cards_file) {
        for row in 0..batch.num_rows() {
            let price = from_csv.next().expect("no more rows than in CSV");
            let found = ["author_id", "platform", "tier", "price_yuan", "followers", "category"]
                .map(|name| text(&batch, name, row));
            let (yuan, followers) = (price.yuan.to_string(), price.followers.to_string());
            let expected = [&price.author_id, &price.platform, &price.tier, &yuan, &followers, &price.category];
            assert_eq!(found.each_ref(), expected);
            assert_eq!(batch["name"].as_string::<i32>().value(row), price.name);
        }
    }
    assert_eq!(from_csv.len(), 0);
}

fn batches(path: &Path) -> Vec<RecordBatch> {
    let file = File::open(path).expect("the file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|builder| builder.build()).expect("Parquet");
    reader.map(|batch| batch.expect("a batch")).collect()
}

/// A 64-bit integer, or a name out of a dictionary, as text.
fn text(batch: &RecordBatch, column: &str, row: usize) -> String {
    let column = &batch[column];
    match column.as_primitive_opt::<Int64Type>() {
        Some(integers) => integers.value(row).to_string(),
        None => {
            let names = column.as_dictionary::<Int32Type>().downcast_dict::<StringArray>().expect("names");
            names.values().value(names.keys().value(row) as usize).to_owned()
        }
    }
}

fn time(batch: &RecordBatch, column: &str, row: usize) -> UnixTime {
    let millis = batch[column].as_primitive::<TimestampMillisecondType>().value(row);
    UnixTime::from_seconds(millis / 1000).expect("a time")
}
