//! The real rows of the development data, where they are there.

use std::path::PathBuf;

use domain::{UnixTime, cost_per_mille};
use import::{Input, Kind, Options, Reason, read};
use serde_json::Value;

fn now() -> UnixTime {
    "2026-01-01T00:00:00Z".parse().expect("a moment")
}

/// A file of the development data; says so when it is not there.
fn data(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if !path.exists() {
        eprintln!("skipped: {name} is not there");
        return None;
    }
    Some(path)
}

#[test]
fn every_real_post_is_taken_but_those_captured_before_they_were_published() {
    let Some(path) = data("tiktok_posts_dev.csv") else { return };
    let text = std::fs::read_to_string(&path).expect("readable");
    let too_early = |line: &&str| {
        let cells: Vec<&str> = line.split(',').collect();
        cells[4] < cells[3]
    };
    let expected = text.lines().skip(1).filter(too_early).count() as u64;

    let mut rejects = Vec::new();
    let imported = read(Input::path(path), &Options::at(now()), &mut rejects, &|_| {}).expect("readable");
    let summary = imported.summary();
    assert_eq!(summary.kind, Kind::PostsCsv);
    assert_eq!((summary.rows, summary.merged, rejects.len() as u64), (24_822, 24_822 - expected, expected));
    assert!(rejects.iter().all(|reject| reject.reason == Reason::CapturedBeforePublished));
    assert_eq!(summary.creators, 890);
    assert!(imported.into_sorted().all(|(_, state)| !state.posts.posts().is_empty()));
}

#[test]
fn costs_per_mille_of_real_creators_are_xingtus_own() {
    let Some(path) = data("xingtu_search_dev.json") else { return };
    let reply: Value = serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("JSON");
    let mut rejects = Vec::new();
    let imported = read(Input::path(path), &Options::at(now()), &mut rejects, &|_| {}).expect("readable");
    assert_eq!(rejects, []);
    assert_eq!((imported.summary().kind, imported.summary().creators), (Kind::XingtuReplies, 38));
    assert_eq!(imported.summary().rows, 38 + 380);

    let mut compared = 0;
    for (key, state) in imported.into_sorted() {
        assert_eq!(state.posts.posts().len(), 10);
        assert!(state.profile.followers.is_some() && state.profile.category.is_some(), "{key:?}");
        let reported = state.reported.expect("a report");
        let authors = reply["authors"].as_array().expect("authors");
        let own = authors.iter().find(|author| author["star_id"] == key.author_id.to_string()).expect("the creator");
        for (tier, figure) in key.platform.tiers().iter().zip(["1_20", "20_60", "60"]) {
            let Some(price) = state.rate_card.price(*tier) else { continue };
            assert_eq!(reported.prices[*tier], Some(price.fen));
            let own = own["attribute_datas"][format!("prospective_{figure}_cpm")].as_str().expect("a CPM");
            let own_fen = (own.parse::<f64>().expect("a number") * 100.0 + 1e-6).floor();
            let ours = cost_per_mille(price.fen, reported.expected_views).expect("a CPM").0 as f64;
            assert!((ours - own_fen).abs() <= 1.0, "{} {tier}: {ours} fen, Xingtu {own_fen}", key.author_id);
            assert!(reported.cpe[*tier].is_some());
            compared += 1;
        }
    }
    assert_eq!(compared, 113);
}
