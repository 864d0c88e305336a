//! What the targets of the import share: reading an input, and what must hold of any of them.

use std::io::{self, Read};
use std::panic;

use domain::{CreatorKey, CreatorState, UnixTime};
use import::{IgnoreRejects, ImportError, Input, Kind, Options, Summary, read as read_import};

/// 2026-11-22T00:00:00Z. An input must mean the same whenever it is run.
const NOW: UnixTime = UnixTime(1_795_305_600);

/// What an input brought.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    summary: Summary,
    states: Vec<(CreatorKey, CreatorState)>,
}

/// Reads an input as a file of `kind`, or of the kind it looks like, and checks what holds of every one: the states come sorted by the text of the
/// creator's id and one for each creator, and merging what was read once more changes nothing.
///
/// # Errors
/// The import's own.
pub fn read(kind: Option<Kind>, input: Input<'_>) -> Result<Outcome, ImportError> {
    let options = Options { kind, ..Options::at(NOW) };
    let imported = read_import(input, &options, &mut IgnoreRejects, &|_| {})?;
    let summary = imported.summary().clone();
    let states: Vec<_> = imported.into_sorted().collect();
    let place = |(key, _): &(CreatorKey, CreatorState)| (key.author_id.to_string(), key.platform.number());
    assert!(states.windows(2).all(|pair| place(&pair[0]) < place(&pair[1])), "unsorted or twice");
    for (_, state) in &states {
        let mut merged = state.clone();
        merged.merge(state.clone());
        assert_eq!(&merged, state);
    }
    Ok(Outcome { summary, states })
}

/// Reads a text twice, once byte by byte: where a buffer ends must not change what is read.
pub fn read_text(kind: Kind, bytes: &[u8]) {
    let whole = read(Some(kind), Input::bytes("input", bytes.to_vec()));
    let dripping = read(Some(kind), Input::reader("input", Dripping(bytes)));
    assert_eq!(whole.ok(), dripping.ok());
}

/// Lets panics inside the Parquet library pass, in silence: on a broken file it panics, which the import contains and
/// tells as an error. Every other panic stays the end of the run, those of the import's own Parquet code too.
pub fn pass_parquet_panics() {
    let ends_the_run = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let file = panic.location().map_or("", |location| location.file());
        if !["/parquet-", "/arrow-"].iter().any(|library| file.contains(library)) {
            ends_the_run(panic);
        }
    }));
}

/// A reader that gives one byte at a time.
struct Dripping<'a>(&'a [u8]);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(1);
        (&mut self.0).take(len as u64).read(buffer)
    }
}
