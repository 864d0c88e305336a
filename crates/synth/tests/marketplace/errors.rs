//! What cannot be made is an error with its reason, and leaves nothing behind.

use std::fs;

use domain::UnixTime;
use synth::{Format, Plan, SynthError};

fn error(plan: &Plan) -> SynthError {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let error = synth::write(plan, dir.path(), Format::Csv, &mut |_, _| {}).expect_err("an impossible plan");
    assert_eq!(fs::read_dir(dir.path()).expect("the directory").count(), 0, "{error}");
    error
}

#[test]
fn impossible_plans_are_refused() {
    let plan = Plan::new(10, 100, 1);
    assert!(matches!(error(&Plan { creators: 0, ..plan }), SynthError::NoCreators));
    assert!(matches!(error(&Plan { posts: 9, ..plan }), SynthError::TooFewPosts { posts: 9, creators: 10 }));
    assert!(matches!(error(&Plan { posts: u64::MAX, ..plan }), SynthError::TooManyPosts { .. }));
    for newest in [UnixTime(0), UnixTime(u32::MAX)] {
        assert!(matches!(error(&Plan { newest, ..plan }), SynthError::NewestOutOfRange { .. }));
    }
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("file");
    fs::write(&file, "in the way").expect("a file");
    let plan = Plan::new(1, 1, 1);
    let error = synth::write(&plan, &file, Format::Parquet, &mut |_, _| {}).expect_err("a file is no directory");
    assert!(error.to_string().contains("file"), "{error}");
    fs::create_dir(dir.path().join("posts.csv")).expect("a directory");
    let error = synth::write(&plan, dir.path(), Format::Csv, &mut |_, _| {}).expect_err("a directory in the way");
    assert!(error.to_string().contains("posts.csv"), "{error}");
    assert!(!dir.path().join("posts.csv.partial").exists());
}

#[test]
fn the_smallest_marketplace_is_one_post() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut steps = Vec::new();
    let plan = Plan { newest: "2037-12-31T00:00:00Z".parse().expect("a time"), ..Plan::new(1, 1, u64::MAX) };
    let written = synth::write(&plan, dir.path(), Format::Parquet, &mut |done, total| steps.push((done, total)));
    assert_eq!(written.expect("a marketplace").posts, 1);
    assert!(steps.last().is_some_and(|(done, total)| done == total), "{steps:?}");
    assert!(steps.is_sorted_by_key(|(done, _)| *done), "{steps:?}");
}
