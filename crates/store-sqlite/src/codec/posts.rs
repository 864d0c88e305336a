//! Posts, about 24 bytes each.
//!
//! `version, number of posts`, then for each post, oldest first: a byte of flags; the published time less that of the
//! post before; the item id; the captured time less that of the post before, unless a flag says it is the same; plays;
//! duration, likes, comments, shares and collects, each plus one, zero where the source told none.
//!
//! An item id that is a number is written as what it differs by from the nearer of two guesses: the id before it, or
//! the published time in the upper 32 bits, which is how the marketplace makes its ids.

use domain::{Count, ItemId, Post, PostHistory, UnixTime};
use store::StoreError;

use super::varint::{Buffer, Reader, zigzag};
use super::{VERSION, versioned};

/// The id is its length and its text.
const TEXT_ID: u8 = 1;
/// The id is told by its difference from the published time.
const ID_FROM_TIME: u8 = 1 << 1;
/// Captured in the same second as the post before.
const SAME_CAPTURE: u8 = 1 << 2;
/// Known to be no paid placement.
const NOT_SPONSORED: u8 = 1 << 3;
/// Known to be a paid placement.
const SPONSORED: u8 = 1 << 4;
/// Every bit that has a meaning.
const KNOWN_FLAGS: u8 = TEXT_ID | ID_FROM_TIME | SAME_CAPTURE | NOT_SPONSORED | SPONSORED;

/// What the next post is written relative to.
#[derive(Default)]
struct Previous {
    published_at: UnixTime,
    captured_at: Option<UnixTime>,
    item_number: i64,
}

/// Appends the blob of a history.
pub fn encode_posts(history: &PostHistory, bytes: &mut Vec<u8>) {
    let mut buffer = Buffer::new();
    buffer.byte(VERSION);
    buffer.number(history.posts().len() as u64);
    buffer.drain_to(bytes);
    let mut previous = Previous::default();
    for post in history.posts() {
        encode_post(post, &mut previous, &mut buffer);
        buffer.drain_to(bytes);
    }
}

fn encode_post(post: &Post, previous: &mut Previous, buffer: &mut Buffer) {
    let mut flags = match post.sponsored {
        None => 0,
        Some(false) => NOT_SPONSORED,
        Some(true) => SPONSORED,
    };
    buffer.byte(flags);
    buffer.number(u64::from(post.published_at.seconds_since(previous.published_at)));
    flags |= encode_item_id(post, previous, buffer);
    let captured_before = previous.captured_at.unwrap_or(post.published_at);
    if post.captured_at == captured_before {
        flags |= SAME_CAPTURE;
    } else {
        buffer.signed(i64::from(post.captured_at.0) - i64::from(captured_before.0));
    }
    buffer.number(post.plays);
    for count in [post.duration_s, post.likes, post.comments, post.shares, post.collects] {
        buffer.number(count.get().map_or(0, |count| u64::from(count) + 1));
    }
    buffer.set_first(flags);
    previous.published_at = post.published_at;
    previous.captured_at = Some(post.captured_at);
}

fn encode_item_id(post: &Post, previous: &mut Previous, buffer: &mut Buffer) -> u8 {
    let Some(number) = post.item_id.as_integer() else {
        buffer.text(post.item_id.write(&mut itoa::Buffer::new()));
        return TEXT_ID;
    };
    let from_time = number.wrapping_sub(number_of_time(post.published_at));
    let from_previous = number.wrapping_sub(previous.item_number);
    previous.item_number = number;
    if zigzag(from_time) < zigzag(from_previous) {
        buffer.signed(from_time);
        return ID_FROM_TIME;
    }
    buffer.signed(from_previous);
    0
}

/// The smallest id the marketplace makes at a moment.
fn number_of_time(moment: UnixTime) -> i64 {
    i64::from(moment.0) << 32
}

/// Reads the blob of a history.
///
/// # Errors
/// [`StoreError::Corrupt`] when the bytes are not what [`encode_posts`] writes.
pub fn decode_posts(bytes: &[u8]) -> Result<PostHistory, StoreError> {
    let mut reader = versioned(bytes, "posts")?;
    let len = reader.number()?;
    if len > PostHistory::LIMIT as u64 {
        return Err(reader.corrupt("more posts than are kept"));
    }
    let mut posts: Vec<Post> = Vec::with_capacity(len as usize);
    let mut previous = Previous::default();
    for _ in 0..len {
        let post = decode_post(&mut reader, &mut previous)?;
        if posts.last().is_some_and(|last| last.key() >= post.key()) {
            return Err(reader.corrupt("posts out of order"));
        }
        posts.push(post);
    }
    reader.finish()?;
    Ok(posts.into_iter().collect())
}

fn decode_post(reader: &mut Reader<'_>, previous: &mut Previous) -> Result<Post, StoreError> {
    let flags = reader.byte()?;
    if flags & !KNOWN_FLAGS != 0 {
        return Err(reader.corrupt("unknown flags"));
    }
    let published_at = previous.published_at.0.checked_add(reader.number_u32()?);
    let published_at = UnixTime(published_at.ok_or_else(|| reader.corrupt("a time out of range"))?);
    let item_id = decode_item_id(reader, flags, published_at, previous)?;
    let captured_at = decode_captured_at(reader, flags, previous.captured_at.unwrap_or(published_at))?;
    previous.published_at = published_at;
    previous.captured_at = Some(captured_at);
    Ok(Post {
        item_id,
        plays: reader.number()?,
        published_at,
        captured_at,
        duration_s: decode_count(reader)?,
        likes: decode_count(reader)?,
        comments: decode_count(reader)?,
        shares: decode_count(reader)?,
        collects: decode_count(reader)?,
        sponsored: decode_sponsored(reader, flags)?,
    })
}

fn decode_item_id(
    reader: &mut Reader<'_>,
    flags: u8,
    published_at: UnixTime,
    previous: &mut Previous,
) -> Result<ItemId, StoreError> {
    if flags & TEXT_ID != 0 {
        let len = usize::try_from(reader.number()?).unwrap_or(usize::MAX);
        return ItemId::parse(reader.take(len)?).map_err(|error| reader.corrupt(&error.to_string()));
    }
    let guess = if flags & ID_FROM_TIME != 0 { number_of_time(published_at) } else { previous.item_number };
    previous.item_number = guess.wrapping_add(reader.signed()?);
    ItemId::from_integer(previous.item_number).map_err(|error| reader.corrupt(&error.to_string()))
}

fn decode_captured_at(reader: &mut Reader<'_>, flags: u8, before: UnixTime) -> Result<UnixTime, StoreError> {
    if flags & SAME_CAPTURE != 0 {
        return Ok(before);
    }
    let seconds = i64::from(before.0).saturating_add(reader.signed()?);
    UnixTime::from_seconds(seconds).map_err(|error| reader.corrupt(&error.to_string()))
}

fn decode_count(reader: &mut Reader<'_>) -> Result<Count, StoreError> {
    match reader.number()?.checked_sub(1) {
        None => Ok(Count::UNKNOWN),
        Some(count) => Count::new(count).ok_or_else(|| reader.corrupt("a count out of range")),
    }
}

fn decode_sponsored(reader: &Reader<'_>, flags: u8) -> Result<Option<bool>, StoreError> {
    match (flags & NOT_SPONSORED != 0, flags & SPONSORED != 0) {
        (false, false) => Ok(None),
        (true, false) => Ok(Some(false)),
        (false, true) => Ok(Some(true)),
        (true, true) => Err(reader.corrupt("sponsored and not")),
    }
}
