//! The same plan gives the same bytes, however many threads made them; another seed gives others.

use std::fs;

use sha2::{Digest, Sha256};
use synth::{Format, Plan};

use crate::files::make;

/// The digests of both files, in hexadecimal.
fn digests(plan: &Plan, format: Format) -> [String; 2] {
    let (_dir, written) = make(plan, format);
    [written.posts_file, written.rate_cards_file].map(|path| {
        let digest = Sha256::digest(fs::read(path).expect("the file"));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    })
}

#[test]
fn threads_and_repetition_leave_no_trace() {
    let plan = Plan { demo: true, threads: 1, ..Plan::new(3_000, 60_000, 11) };
    for format in [Format::Csv, Format::Parquet] {
        let once = digests(&plan, format);
        assert_eq!(once, digests(&plan, format), "{format:?}, again");
        for threads in [2, 3, 0] {
            assert_eq!(once, digests(&Plan { threads, ..plan }, format), "{format:?}, {threads} threads");
        }
    }
}

#[test]
fn another_seed_or_size_is_another_marketplace() {
    let plan = Plan::new(100, 2_000, 1);
    let others = [Plan { seed: 2, ..plan }, Plan { posts: 2_001, ..plan }, Plan { creators: 101, ..plan }];
    for format in [Format::Csv, Format::Parquet] {
        let [posts, _] = digests(&plan, format);
        for other in others {
            assert_ne!(posts, digests(&other, format)[0], "{other:?}");
        }
    }
}

/// Catches what depends on the machine, such as a rounding: wherever this runs, the digests are these. A change of a
/// parameter changes them; the new ones are in the failure's output.
#[test]
fn the_bytes_are_the_same_on_every_machine() {
    let plan = Plan { demo: true, ..Plan::new(200, 5_000, 42) };
    assert_eq!(plan.newest.to_string(), "2026-11-01T00:00:00Z");
    assert_eq!(
        digests(&plan, Format::Csv),
        [
            "ea2297d0259096f661e5ec5dee64edfadee2b596a6d817a4adbcaf05d630923d",
            "89d45cf47d02fae9b551b3bff8e157c66b35d77d81e8bb2ee14eb351196fbd34"
        ]
    );
}
