//! Single values: from a cell's text to what it means, refusing whatever could mean two things.

use std::borrow::Cow;

use domain::{AuthorId, Count, Fen, IdError, ItemId, Label, Platform, Post, Profile, Tier, TimeError, UnixTime};

use crate::Reason;

/// How far a source's clock may run ahead of ours, in seconds.
pub(crate) const CLOCK_TOLERANCE_S: u32 = 300;

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) reason: Reason,
    pub(crate) message: Cow<'static, str>,
}

impl Flaw {
    pub(crate) fn new(reason: Reason, message: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, message: message.into() }
    }

    pub(crate) fn empty() -> Self {
        Self::new(Reason::EmptyValue, "a value is required here")
    }

    pub(crate) fn negative() -> Self {
        Self::new(Reason::Negative, "below zero, which no count is; leave it empty when it is not known")
    }

    pub(crate) fn negative_id() -> Self {
        bad_id(IdError::Negative)
    }

    pub(crate) fn count_too_large() -> Self {
        Self::new(Reason::TooLarge, format!("above {}, which no count is", Count::MAX))
    }

    pub(crate) fn plays_too_large() -> Self {
        Self::new(Reason::TooLarge, format!("above {}, which no post has been played", Post::MAX_PLAYS))
    }

    pub(crate) fn followers_too_large() -> Self {
        Self::new(Reason::TooLarge, format!("above {}, which no creator is followed by", Profile::MAX_FOLLOWERS))
    }

    pub(crate) fn in_the_future() -> Self {
        Self::new(Reason::InTheFuture, "after the present; check the time zone and the clock of the source")
    }

    pub(crate) fn two_prices(other: Fen) -> Self {
        let message = format!("the file has {} yuan for the same tier; of the two the higher is kept", other.yuan());
        Self::new(Reason::TwoPrices, message)
    }

    pub(crate) fn captured_before_published() -> Self {
        Self::new(Reason::CapturedBeforePublished, "captured before the post was published")
    }
}

/// Whether a moment lies after the present, give or take the clocks.
pub fn is_future(moment: UnixTime, now: UnixTime) -> bool {
    moment.0 > now.0.saturating_add(CLOCK_TOLERANCE_S)
}

/// A plain decimal whole number. `3.9e6`, `1,234`, `12.3万`, `+5` and `1.0` are refused, not guessed.
pub(crate) fn whole_number(text: &str) -> Result<u64, Flaw> {
    if text.is_empty() {
        return Err(Flaw::empty());
    }
    let mut number: u64 = 0;
    let mut overflow = false;
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(not_whole(text));
        }
        match number.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(digit))) {
            Some(next) => number = next,
            None => overflow = true,
        }
    }
    if overflow {
        Err(Flaw::new(Reason::TooLarge, "a number of more than 19 digits, which no count is"))
    } else {
        Ok(number)
    }
}

fn not_whole(text: &str) -> Flaw {
    let digits = text.strip_prefix('-').unwrap_or("");
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Flaw::negative();
    }
    Flaw::new(
        Reason::NotAWholeNumber,
        "not a plain whole number; write all its digits and nothing else, such as 3900000",
    )
}

/// A count; empty means that the source did not tell.
pub(crate) fn count(text: &str) -> Result<Count, Flaw> {
    if text.is_empty() {
        return Ok(Count::UNKNOWN);
    }
    Count::new(whole_number(text)?).ok_or_else(Flaw::count_too_large)
}

/// A post's plays.
pub(crate) fn plays(text: &str) -> Result<u64, Flaw> {
    let plays = whole_number(text)?;
    if plays > Post::MAX_PLAYS { Err(Flaw::plays_too_large()) } else { Ok(plays) }
}

/// How many follow a creator; empty means that the source did not tell.
pub(crate) fn followers(text: &str) -> Result<Option<u64>, Flaw> {
    if text.is_empty() {
        return Ok(None);
    }
    let followers = whole_number(text)?;
    if followers > Profile::MAX_FOLLOWERS { Err(Flaw::followers_too_large()) } else { Ok(Some(followers)) }
}

/// A creator's name or category; empty means that the source did not tell.
pub(crate) fn label(text: &str) -> Result<Option<Label>, Flaw> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error: domain::LabelError| Flaw::new(Reason::BadText, error.to_string()))
}

/// A moment with its offset, not in the future.
pub(crate) fn moment(text: &str, now: UnixTime) -> Result<UnixTime, Flaw> {
    if text.is_empty() {
        return Err(Flaw::empty());
    }
    let moment = match utc_moment(text.as_bytes()) {
        Some(moment) => moment,
        None => text.parse::<UnixTime>().map_err(bad_time)?,
    };
    if is_future(moment, now) { Err(Flaw::in_the_future()) } else { Ok(moment) }
}

/// The common form `2026-11-22T03:04:05Z`, which tables are full of: several times faster than the general parser,
/// to which everything else is left.
fn utc_moment(text: &[u8]) -> Option<UnixTime> {
    let text: &[u8; 20] = text.try_into().ok()?;
    if [text[4], text[7], text[10], text[13], text[16], text[19]] != *b"--T::Z" {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        text[range].iter().try_fold(0u32, |number, byte| match byte.wrapping_sub(b'0') {
            digit @ 0..=9 => Some(number * 10 + u32::from(digit)),
            _ => None,
        })
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    // Only days that the month has in every year; the rest, leap seconds included, is for the general parser.
    let days_sure = if month == 2 { 28 } else { 30 };
    let plain = (1970..2106).contains(&year) && (1..=12).contains(&month) && (1..=days_sure).contains(&day);
    if !plain || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days since 1970-01-01, counting years from March so that the leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Some(UnixTime(days * UnixTime::DAY + hour * 3600 + minute * 60 + second))
}

pub(crate) fn bad_time(error: TimeError) -> Flaw {
    Flaw::new(Reason::BadTime, error.to_string())
}

pub(crate) fn bad_id(error: IdError) -> Flaw {
    match error {
        IdError::Empty => Flaw::empty(),
        _ => Flaw::new(Reason::BadId, error.to_string()),
    }
}

/// A creator's id.
pub(crate) fn author_id(text: &str) -> Result<AuthorId, Flaw> {
    AuthorId::parse(text.as_bytes()).map_err(|error| bad_id_text(text, error))
}

/// A post's id.
pub(crate) fn item_id(text: &str) -> Result<ItemId, Flaw> {
    ItemId::parse(text.as_bytes()).map_err(|error| bad_id_text(text, error))
}

/// What is wrong with an id; `6.83E+18` is what spreadsheets leave of one.
fn bad_id_text(text: &str, error: IdError) -> Flaw {
    let is_plain = |number: &str| number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match text.split_once("E+") {
        Some((digits, exponent)) if is_plain(digits) && is_plain(exponent) => {
            Flaw::new(Reason::BadId, "a spreadsheet has rounded this id; export it again with ids as text")
        }
        _ => bad_id(error),
    }
}

/// A platform, by its name or its word; empty means `SHORT_VIDEO`, the contract's default.
pub(crate) fn platform(text: &str) -> Result<Platform, Flaw> {
    if text.is_empty() {
        return Ok(Platform::ShortVideo);
    }
    Platform::of_word(text).map_err(|error| Flaw::new(Reason::UnknownPlatform, error.to_string()))
}

/// A tier of a platform.
pub(crate) fn tier(text: &str, platform: Platform) -> Result<Tier, Flaw> {
    if text.is_empty() {
        return Err(Flaw::empty());
    }
    let tier: Tier =
        text.parse().map_err(|error: domain::UnknownName| Flaw::new(Reason::UnknownTier, error.to_string()))?;
    platform.sold_as(tier).map_err(|error| Flaw::new(Reason::TierNotSold, error.to_string()))
}

/// Whether a post was paid for; empty means that the source did not tell.
pub(crate) fn flag(text: &str) -> Result<Option<bool>, Flaw> {
    match text {
        "" => Ok(None),
        "true" | "True" | "TRUE" | "1" => Ok(Some(true)),
        "false" | "False" | "FALSE" | "0" => Ok(Some(false)),
        _ => Err(Flaw::new(Reason::BadFlag, "neither true nor false; leave it empty when it is not known")),
    }
}

/// A price in yuan, above zero.
pub(crate) fn price(text: &str) -> Result<Fen, Flaw> {
    match listed_price(text)? {
        Fen(0) => Err(Flaw::new(Reason::ZeroPrice, "a price of zero, which no placement has")),
        fen => Ok(fen),
    }
}

/// A price of a rate card in yuan; zero withdraws the price held.
pub(crate) fn listed_price(text: &str) -> Result<Fen, Flaw> {
    if text.is_empty() {
        return Err(Flaw::new(Reason::EmptyValue, "a price is required here; 0 says that it is not offered any more"));
    }
    Fen::from_yuan_text(text).map_err(|error| Flaw::new(Reason::BadPrice, error.to_string()))
}

/// An amount of yuan with any number of decimals, truncated to whole fen, as the contract truncates costs.
pub(crate) fn yuan_truncated(text: &str) -> Result<Fen, Flaw> {
    let not_decimal = || Flaw::new(Reason::BadPrice, "not a plain decimal number of yuan, such as 1.9129");
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if !decimals.bytes().all(|byte| byte.is_ascii_digit()) || decimals.is_empty() {
        return Err(not_decimal());
    }
    // Digits are single bytes, so cutting behind two of them is safe.
    let exact = format!("{whole}.{}", &decimals[..decimals.len().min(2)]);
    Fen::from_yuan_text(&exact).map_err(|error| match error {
        domain::MoneyError::NotDecimal => not_decimal(),
        _ => Flaw::new(Reason::BadPrice, error.to_string()),
    })
}
