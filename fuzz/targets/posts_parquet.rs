//! Posts in a Parquet file.

#![no_main]

use import::{Input, Kind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::pass_parquet_panics(), |bytes: &[u8]| {
    let _ = fuzz::read(Some(Kind::PostsParquet), Input::bytes("input", bytes.to_vec()));
});
