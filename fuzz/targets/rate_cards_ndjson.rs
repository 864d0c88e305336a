//! Rate cards as NDJSON.

#![no_main]

use import::Kind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzz::read_text(Kind::RateCardsNdjson, bytes));
