//! The blobs of the SQLite store: what decodes is what would be written, so nothing changes by being read and kept.

#![no_main]

use libfuzzer_sys::fuzz_target;
use store_sqlite::codec::{
    decode_posts, decode_rate_card, decode_reported, encode_posts, encode_rate_card, encode_reported,
};

fuzz_target!(|bytes: &[u8]| {
    let mut again = Vec::new();
    if let Ok(posts) = decode_posts(bytes) {
        encode_posts(&posts, &mut again);
        assert_eq!(decode_posts(&again).ok(), Some(posts));
    }
    again.clear();
    if let Ok(rate_card) = decode_rate_card(bytes) {
        encode_rate_card(&rate_card, &mut again);
        assert_eq!(decode_rate_card(&again).ok(), Some(rate_card));
    }
    again.clear();
    if let Ok(reported) = decode_reported(bytes) {
        encode_reported(&reported, &mut again);
        assert_eq!(decode_reported(&again).ok(), Some(reported));
    }
});
