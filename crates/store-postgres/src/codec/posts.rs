//! Posts: the length of the id and its text; seconds of publishing and capture; plays; duration, likes, comments, shares
//! and collects, all bits set where the source told none; whether sponsored (0 not told, 1 no, 2 yes).

use bytes::{Buf, BufMut};
use domain::{Count, ItemId, Post, PostHistory, UnixTime};
use store::StoreError;

use super::{Damage, VERSION, decode};

/// What stands for a count that the source did not tell.
const UNKNOWN: u32 = u32::MAX;

/// Bytes of a post whose id is a number of 19 digits.
const POST_BYTES: usize = 57;

/// What `sponsored` is written as: its place here.
const SPONSORED: [Option<bool>; 3] = [None, Some(false), Some(true)];

/// The bytes of a history.
pub(crate) fn encode_posts(history: &PostHistory) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + history.posts().len() * POST_BYTES);
    bytes.put_u8(VERSION);
    for post in history.posts() {
        encode_post(post, &mut bytes);
    }
    bytes
}

fn encode_post(post: &Post, bytes: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    let item_id = post.item_id.write(&mut buffer);
    // At most 32 characters, which is what makes it an id.
    bytes.put_u8(item_id.len() as u8);
    bytes.put_slice(item_id.as_bytes());
    bytes.put_u32(post.published_at.0);
    bytes.put_u32(post.captured_at.0);
    bytes.put_u64(post.plays);
    for count in [post.duration_s, post.likes, post.comments, post.shares, post.collects] {
        bytes.put_u32(count.get().unwrap_or(UNKNOWN));
    }
    bytes.put_u8(SPONSORED.iter().position(|value| *value == post.sponsored).unwrap_or_default() as u8);
}

/// Reads the bytes of a history.
///
/// # Errors
/// [`StoreError::Corrupt`] when the bytes are not what [`encode_posts`] writes.
pub(crate) fn decode_posts(bytes: &[u8]) -> Result<PostHistory, StoreError> {
    decode(bytes, "posts", |bytes| {
        let mut posts: Vec<Post> = Vec::with_capacity(bytes.len() / POST_BYTES + 1);
        while !bytes.is_empty() {
            let post = decode_post(bytes)?;
            if posts.last().is_some_and(|last| last.key() >= post.key()) {
                return Err(Damage::Value("out of order"));
            }
            posts.push(post);
        }
        if posts.len() > PostHistory::LIMIT {
            return Err(Damage::Value("more than are kept"));
        }
        Ok(PostHistory::from_ordered(posts))
    })
}

fn decode_post(bytes: &mut &[u8]) -> Result<Post, Damage> {
    let len = usize::from(bytes.try_get_u8()?);
    let (item_id, rest) = bytes.split_at_checked(len).ok_or(Damage::Short)?;
    *bytes = rest;
    Ok(Post {
        item_id: ItemId::parse(item_id).map_err(|_| Damage::Value("of an id that is none"))?,
        published_at: UnixTime(bytes.try_get_u32()?),
        captured_at: UnixTime(bytes.try_get_u32()?),
        plays: bytes.try_get_u64()?,
        duration_s: decode_count(bytes)?,
        likes: decode_count(bytes)?,
        comments: decode_count(bytes)?,
        shares: decode_count(bytes)?,
        collects: decode_count(bytes)?,
        sponsored: *SPONSORED.get(usize::from(bytes.try_get_u8()?)).ok_or(Damage::Value("of an unknown flag"))?,
    })
}

fn decode_count(bytes: &mut &[u8]) -> Result<Count, Damage> {
    Ok(Count::new(u64::from(bytes.try_get_u32()?)).unwrap_or(Count::UNKNOWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history() -> PostHistory {
        let post = |id: &str, published_at: u32, sponsored| Post {
            item_id: id.parse().expect("an id"),
            plays: u64::MAX,
            published_at: UnixTime(published_at),
            captured_at: UnixTime(u32::MAX),
            duration_s: Count::UNKNOWN,
            likes: Count::new(Count::MAX).expect("a count"),
            comments: Count::from(0),
            shares: Count::from(7),
            collects: Count::UNKNOWN,
            sponsored,
        };
        [post("7", 0, None), post("-----a-----b-----c-----d-----32c", 1, Some(true)), post("07", u32::MAX, Some(false))]
            .into_iter()
            .collect()
    }

    #[test]
    fn what_is_written_is_read() {
        for history in [history(), PostHistory::default()] {
            assert_eq!(decode_posts(&encode_posts(&history)).expect("a history"), history);
        }
    }

    #[test]
    fn bytes_that_nobody_wrote_are_an_error() {
        let bytes = encode_posts(&history());
        let ends_of_posts = [1, 1 + 1 + 1 + 37, 1 + 2 * 37 + 2 + 1 + 32];
        for len in (0..bytes.len()).filter(|len| !ends_of_posts.contains(len)) {
            assert!(matches!(decode_posts(&bytes[..len]), Err(StoreError::Corrupt(_))), "{len}");
        }
        let twice = [&bytes[..], &bytes[1..]].concat();
        assert!(decode_posts(&twice).is_err(), "out of order");
        for at in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0xff;
            // Whatever it gives, it does not panic.
            let _ = decode_posts(&bytes);
        }
    }
}
