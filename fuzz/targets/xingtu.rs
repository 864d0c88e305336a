//! Xingtu's replies: one, an array of them, or one a line.

#![no_main]

use import::Kind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzz::read_text(Kind::XingtuReplies, bytes));
