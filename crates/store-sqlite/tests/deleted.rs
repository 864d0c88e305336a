//! What is deleted of a creator can be read in no file afterwards, though rows changed and moved between pages before.

use std::path::Path;

use domain::{AuthorId, CpInfo, CreatorKey, CreatorState, Label, MicroYuan, PerTier, Platform, Profile, UnixTime};
use rusqlite::Connection;
use store::{Bought, ImportRequest, ImportStore, UpstreamStore};
use store_sqlite::SqliteStore;

const CREATORS: u64 = 1_500;

fn id(index: u64) -> AuthorId {
    // In another order than they are imported in.
    (index.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 9_000_000_000_000_000_000).to_string().parse().expect("an id")
}

fn name(index: u64, round: u32) -> String {
    format!("the name of {} as told{}", id(index), " again".repeat(round as usize))
}

/// Creators of whom each round tells another name, some of them new.
fn import(store: &SqliteStore, round: u32) {
    let mut states = (0..CREATORS * u64::from(round) / 3).map(|index| {
        let name: Label = name(index, round).parse().expect("a label");
        let profile = Profile::of(UnixTime(1_770_000_000 + round), Some(index << (8 * round)), None, Some(name));
        let key = CreatorKey { author_id: id(index), platform: Platform::ShortVideo };
        (key, CreatorState { profile, ..CreatorState::default() })
    });
    let request = ImportRequest {
        states: &mut states,
        snapshots: &|_, _| Vec::new(),
        now: UnixTime(1_780_000_000),
        progress: &mut |_| {},
    };
    store.import(request).expect("an import");
}

fn body(index: u64) -> String {
    format!("what was bought of {}", id(index))
}

fn bought(index: u64) -> Bought {
    let cpm = PerTier::default();
    Bought {
        number: 0,
        key: CreatorKey { author_id: id(index), platform: Platform::ShortVideo },
        upstream: "main".into(),
        received_at_ms: 1_779_000_000_000,
        age_s: 0,
        price: MicroYuan(50),
        info: Some(CpInfo { expected_views: 7, cpm, cpe: cpm, hot_item_bp: Some(0) }),
        body: body(index).into_bytes(),
    }
}

/// Of how many of these texts something is in some file of a folder.
fn readable(folder: &Path, texts: &[String]) -> usize {
    let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    let read = |path| String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned();
    let files: Vec<String> = files.map(read).collect();
    texts.iter().filter(|text| files.iter().any(|file| file.contains(*text))).count()
}

#[test]
fn what_is_deleted_is_in_no_file_and_what_a_reader_holds_on_to_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("astrolabe.db");
    let store = SqliteStore::open(&path).expect("a store");
    (1..=3).for_each(|round| import(&store, round));
    let deleted: Vec<u64> = (0..10).map(|number| number * 37).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for index in 0..400 {
        runtime.block_on(store.keep_bought(bought(index))).expect("kept");
    }
    let names = deleted.iter().map(|index| format!("the name of {} ", id(*index)));
    let texts: Vec<String> = names.chain(deleted.iter().map(|index| body(*index))).collect();
    assert_eq!(readable(folder.path(), &texts), texts.len());

    let reader = Connection::open(&path).expect("a connection");
    reader.execute_batch("BEGIN; SELECT * FROM profiles").expect("read");
    for index in &deleted {
        let forgotten = store.forget(&id(*index)).expect("deleted");
        assert_eq!((forgotten.states, forgotten.bought), (1, 1));
    }
    let impatient = SqliteStore::open_with_timeout(&path, std::time::Duration::ZERO).expect("a store");
    assert!(!impatient.wipe_deleted().expect("written"), "somebody reads what was there before");
    reader.execute_batch("COMMIT").expect("an end");
    assert!(impatient.wipe_deleted().expect("written"));
    assert_eq!(readable(folder.path(), &texts), 0);
    assert_eq!(readable(folder.path(), &[name(1, 3), body(1)]), 2, "others are held as before");
}
