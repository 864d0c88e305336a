//! Any file whose kind and compression are found out from its content.

#![no_main]

use import::Input;
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: fuzz::pass_parquet_panics(), |bytes: &[u8]| {
    let _ = fuzz::read(None, Input::bytes("input", bytes.to_vec()));
});
