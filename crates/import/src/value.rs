//! Single values: from a cell's text to what it means, refusing whatever could mean two things.

use domain::{
    AuthorId, Count, Fen, IdError, ItemId, Label, Platform, Post, Profile, Sentence, Spoken, Text, Tier, TimeError,
    UnixTime, sentence,
};

use crate::zone::{Civil, NotInZone};
use crate::{Options, Reason};

/// How far a source's clock may run ahead of ours, in seconds.
pub(crate) const CLOCK_TOLERANCE_S: u32 = 300;

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) reason: Reason,
    pub(crate) message: Sentence,
}

impl Flaw {
    pub(crate) fn new(reason: Reason, message: impl Into<Sentence>) -> Self {
        Self { reason, message: message.into() }
    }

    pub(crate) fn empty() -> Self {
        Self::new(Reason::EmptyValue, Text::new("a value is required here", "此处必须有值"))
    }

    pub(crate) fn negative() -> Self {
        const NEGATIVE: Text =
            Text::new("below zero, which no count is; leave it empty when it is not known", "数值为负；未知时请留空");
        Self::new(Reason::Negative, NEGATIVE)
    }

    pub(crate) fn negative_id() -> Self {
        bad_id(IdError::Negative)
    }

    pub(crate) fn count_too_large() -> Self {
        let most = Count::MAX;
        Self::new(Reason::TooLarge, sentence!("above {most}, which no count is", "大于 {most}，不是可能的数值"))
    }

    pub(crate) fn plays_too_large() -> Self {
        let most = Post::MAX_PLAYS;
        let message = sentence!("above {most}, which no post has been played", "大于 {most}，不是可能的播放量");
        Self::new(Reason::TooLarge, message)
    }

    pub(crate) fn followers_too_large() -> Self {
        let most = Profile::MAX_FOLLOWERS;
        let message = sentence!("above {most}, which no creator is followed by", "大于 {most}，不是可能的粉丝数");
        Self::new(Reason::TooLarge, message)
    }

    pub(crate) fn in_the_future() -> Self {
        const FUTURE: Text = Text::new(
            "after the present; check the time zone and the clock of the source",
            "时间晚于当前；请检查来源的时区与时钟",
        );
        Self::new(Reason::InTheFuture, FUTURE)
    }

    pub(crate) fn two_prices(other: Fen) -> Self {
        let other = other.yuan();
        let message = sentence!(
            "the file has {other} yuan for the same tier; of the two the higher is kept",
            "文件中同一时长另有报价 {other} 元；以较高者为准"
        );
        Self::new(Reason::TwoPrices, message)
    }

    pub(crate) fn captured_before_published() -> Self {
        const BEFORE: Text = Text::new("captured before the post was published", "采集时间早于作品的发布时间");
        Self::new(Reason::CapturedBeforePublished, BEFORE)
    }
}

/// Whether a moment lies after the present, give or take the clocks.
pub fn is_future(moment: UnixTime, now: UnixTime) -> bool {
    moment.0 > now.0.saturating_add(CLOCK_TOLERANCE_S)
}

/// What stands before a point with only zeros behind it, as tools write the integers of a column in which some are missing: 29 of
/// `29.0`. Other texts stay as they are, `1.000` among them, which is a thousand where points separate thousands.
fn without_fraction(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, zeros)) if !whole.is_empty() && is_nothing(zeros) => whole,
        _ => text,
    }
}

fn is_nothing(decimals: &str) -> bool {
    !matches!(decimals.len(), 0 | 3) && decimals.bytes().all(|digit| digit == b'0')
}

/// A plain decimal whole number, perhaps with zeros behind a point. `3.9e6`, `1,234`, `12.3万` and `+5` are refused, not guessed.
pub(crate) fn whole_number(text: &str) -> Result<u64, Flaw> {
    if text.is_empty() {
        return Err(Flaw::empty());
    }
    let text = without_fraction(text);
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
        const DIGITS: Text =
            Text::new("a number of more than 19 digits, which no count is", "数字超过 19 位，不是可能的数值");
        Err(Flaw::new(Reason::TooLarge, DIGITS))
    } else {
        Ok(number)
    }
}

fn not_whole(text: &str) -> Flaw {
    let digits = text.strip_prefix('-').unwrap_or("");
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Flaw::negative();
    }
    const NOT_WHOLE: Text = Text::new(
        "not a plain whole number; write all its digits and nothing else, such as 3900000",
        "不是整数；应只写全部数字，如 3900000（而非 390万 或 3,900,000）",
    );
    Flaw::new(Reason::NotAWholeNumber, NOT_WHOLE)
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
    text.parse().map(Some).map_err(|error: domain::LabelError| Flaw::new(Reason::BadText, error.sentence()))
}

/// A moment with its offset or, where the caller names the zone of those without one, as clocks there show it; not in the future.
pub(crate) fn moment(text: &str, options: &Options) -> Result<UnixTime, Flaw> {
    if text.is_empty() {
        return Err(Flaw::empty());
    }
    let moment = match utc_moment(text.as_bytes()) {
        Some(moment) => moment,
        None => text.parse::<UnixTime>().or_else(|error| match error {
            TimeError::NotRfc3339 => without_offset(text, options),
            TimeError::OutOfRange => Err(bad_time(error)),
        })?,
    };
    if is_future(moment, options.now) { Err(Flaw::in_the_future()) } else { Ok(moment) }
}

fn without_offset(text: &str, options: &Options) -> Result<UnixTime, Flaw> {
    const NO_OFFSET: Text = Text::new(
        "a time that does not say its offset, as +08:00 does; --time-zone Asia/Shanghai reads those of the file as Beijing's",
        "时间未注明时区（如 +08:00）；若文件中的时间均为北京时间，请加 --time-zone Asia/Shanghai",
    );
    let civil = Civil::read(text).ok_or_else(|| unreadable_time(text, options))?;
    let zone = options.time_zone.as_ref().ok_or_else(|| Flaw::new(Reason::BadTime, NO_OFFSET))?;
    zone.moment(civil).map_err(not_in_zone)
}

/// What is wrong with a time of no form that is read.
fn unreadable_time(text: &str, options: &Options) -> Flaw {
    const SERIAL: Text = Text::new(
        "the number by which a spreadsheet keeps a time; format the column as text such as 2026-09-05 08:05 before saving",
        "这是电子表格内部表示时间的数字；请先将该列的格式设为 2026-09-05 08:05 一类再保存",
    );
    const FORM: Text = Text::new(
        "not a time that is read; write the year first, such as 2026-09-05 08:05 or 2026-09-05T08:05:00+08:00",
        "无法识别的时间写法；应以年份开头，如 2026-09-05 08:05 或 2026-09-05T08:05:00+08:00",
    );
    // Days since 1900, in this century; seconds since 1970 have more digits.
    let is_serial = text.parse::<f64>().is_ok_and(|days| (36_526.0..73_051.0).contains(&days));
    match options.time_zone {
        _ if is_serial => Flaw::new(Reason::BadTime, SERIAL),
        Some(_) => Flaw::new(Reason::BadTime, FORM),
        None => bad_time(TimeError::NotRfc3339),
    }
}

pub(crate) fn not_in_zone(error: NotInZone) -> Flaw {
    const SKIPPED: Text = Text::new(
        "clocks in that time zone showed this never, or twice, when they were set anew; write the time with its offset",
        "该时区调整时钟时，此时间不存在或出现两次；请注明时区偏移",
    );
    match error {
        NotInZone::Skipped => Flaw::new(Reason::BadTime, SKIPPED),
        NotInZone::Outside(error) => bad_time(error),
    }
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
    Flaw::new(Reason::BadTime, error.sentence())
}

pub(crate) fn bad_id(error: IdError) -> Flaw {
    match error {
        IdError::Empty => Flaw::empty(),
        _ => Flaw::new(Reason::BadId, error.sentence()),
    }
}

/// A creator's id.
pub(crate) fn author_id(text: &str) -> Result<AuthorId, Flaw> {
    AuthorId::parse(text.as_bytes()).map_err(bad_id)
}

/// A post's id.
pub(crate) fn item_id(text: &str) -> Result<ItemId, Flaw> {
    ItemId::parse(text.as_bytes()).map_err(bad_id)
}

/// A platform, by its name or its word; empty means `SHORT_VIDEO`, the contract's default.
pub(crate) fn platform(text: &str) -> Result<Platform, Flaw> {
    if text.is_empty() {
        return Ok(Platform::ShortVideo);
    }
    Platform::of_word(text).map_err(|error| Flaw::new(Reason::UnknownPlatform, error.sentence()))
}

/// A tier of a platform, by its name or as people write it.
pub(crate) fn tier(text: &str, platform: Platform) -> Result<Tier, Flaw> {
    if text.is_empty() {
        return Err(Flaw::empty());
    }
    let tier = Tier::of_word(text).map_err(|error| Flaw::new(Reason::UnknownTier, error.sentence()))?;
    platform.sold_as(tier).map_err(|error| Flaw::new(Reason::TierNotSold, error.sentence()))
}

/// As people and programs write yes, whatever the case of its letters.
const YES: [&str; 5] = ["true", "1", "yes", "y", "是"];
const NO: [&str; 5] = ["false", "0", "no", "n", "否"];

/// Whether a post was paid for; empty means that the source did not tell.
pub(crate) fn flag(text: &str) -> Result<Option<bool>, Flaw> {
    let text = without_fraction(text);
    let is_one_of = |words: [&str; 5]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match text {
        "" => Ok(None),
        _ if is_one_of(YES) => Ok(Some(true)),
        _ if is_one_of(NO) => Ok(Some(false)),
        _ => Err(Flaw::new(Reason::BadFlag, Reason::BadFlag.told())),
    }
}

/// A price in yuan, above zero.
pub(crate) fn price(text: &str) -> Result<Fen, Flaw> {
    match listed_price(text)? {
        Fen(0) => Err(Flaw::new(Reason::ZeroPrice, Text::new("a price of zero, which no placement has", "报价为零"))),
        fen => Ok(fen),
    }
}

/// A price of a rate card in yuan; zero withdraws the price held.
pub(crate) fn listed_price(text: &str) -> Result<Fen, Flaw> {
    if text.is_empty() {
        const NO_PRICE: Text = Text::new(
            "a price is required here; 0 says that it is not offered any more",
            "此处必须有报价；0 表示不再提供该时长",
        );
        return Err(Flaw::new(Reason::EmptyValue, NO_PRICE));
    }
    Fen::from_yuan_text(text).map_err(|error| Flaw::new(Reason::BadPrice, error.sentence()))
}

/// An amount of yuan with any number of decimals, truncated to whole fen, as the contract truncates costs.
pub(crate) fn yuan_truncated(text: &str) -> Result<Fen, Flaw> {
    const NOT_DECIMAL: Text =
        Text::new("not a plain decimal number of yuan, such as 1.9129", "应为以元为单位的小数，如 1.9129");
    let not_decimal = || Flaw::new(Reason::BadPrice, NOT_DECIMAL);
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if !decimals.bytes().all(|byte| byte.is_ascii_digit()) || decimals.is_empty() {
        return Err(not_decimal());
    }
    // Digits are single bytes, so cutting behind two of them is safe.
    let exact = format!("{whole}.{}", &decimals[..decimals.len().min(2)]);
    Fen::from_yuan_text(&exact).map_err(|error| match error {
        domain::MoneyError::NotDecimal => not_decimal(),
        _ => Flaw::new(Reason::BadPrice, error.sentence()),
    })
}
