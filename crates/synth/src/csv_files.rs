//! The rows as CSV: a header, plain digits, times in RFC 3339 in UTC, nothing where nothing is known.

use std::io::Write;

use csv::{ByteRecord, Writer};
use domain::UnixTime;

use crate::output::RowsError;
use crate::row::{PriceRow, Row};

/// The columns of posts, in both formats.
pub(crate) const POST_COLUMNS: [&str; 12] = [
    "item_id",
    "author_id",
    "platform",
    "published_at",
    "captured_at",
    "duration_s",
    "sponsored",
    "plays",
    "likes",
    "comments",
    "shares",
    "collects",
];

/// The columns of rate cards, in both formats.
pub(crate) const PRICE_COLUMNS: [&str; 7] =
    ["author_id", "platform", "tier", "price_yuan", "followers", "category", "name"];

/// Writes posts; `tell` is told of every so many rows.
pub(crate) fn write_posts(
    out: &mut impl Write,
    authors: &[i64],
    days: impl Iterator<Item = Vec<Row>>,
    tell: &mut dyn FnMut(usize),
) -> Result<(), RowsError> {
    let mut writer = Writer::from_writer(out);
    writer.write_record(POST_COLUMNS)?;
    let mut record = ByteRecord::new();
    let mut digits = itoa::Buffer::new();
    for day in days {
        for row in &day {
            fill(&mut record, &mut digits, row, authors[row.creator as usize]);
            writer.write_byte_record(&record)?;
        }
        tell(day.len());
    }
    Ok(writer.flush()?)
}

fn fill(record: &mut ByteRecord, digits: &mut itoa::Buffer, row: &Row, author: i64) {
    record.clear();
    record.push_field(digits.format(row.item_id()).as_bytes());
    record.push_field(digits.format(author).as_bytes());
    record.push_field(row.platform.name().as_bytes());
    record.push_field(UnixTime(row.published_s).to_string().as_bytes());
    record.push_field(UnixTime(row.captured_s).to_string().as_bytes());
    record.push_field(row.duration_s().map_or(b"", |seconds| digits.format(seconds).as_bytes()));
    record.push_field(match row.sponsored.told() {
        Some(true) => b"true",
        Some(false) => b"false",
        None => b"",
    });
    record.push_field(digits.format(row.plays).as_bytes());
    for count in row.interactions {
        record.push_field(digits.format(count).as_bytes());
    }
}

/// Writes rate cards.
pub(crate) fn write_prices(out: &mut impl Write, authors: &[i64], prices: &[PriceRow]) -> Result<(), RowsError> {
    let mut writer = Writer::from_writer(out);
    writer.write_record(PRICE_COLUMNS)?;
    let [mut author, mut yuan, mut followers] = [(); 3].map(|()| itoa::Buffer::new());
    for price in prices {
        writer.write_record([
            author.format(authors[price.creator as usize]),
            price.platform.name(),
            price.tier.name(),
            yuan.format(price.price_yuan),
            followers.format(price.profile.followers),
            price.profile.category(),
            &price.name(),
        ])?;
    }
    Ok(writer.flush()?)
}
