//! A row of `snapshots`, to and from [`Snapshot`].

use domain::{AuthorId, CpInfo, CreatorKey, Fen, PerTier, Range, Snapshot, SnapshotSource, Tier, UnixTime};
use store::{StoreError, hot_item_kept, hot_item_of};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::error::{column, other};

/// The columns, in the order in which [`Values`] writes and [`read`] reads them.
pub(crate) const COLUMNS: &str = "author_id, platform, source, number, method, as_of, recorded_at, expected_views, \
     expected_interactions, p25_views, p75_views, hot_item_bp, \
     price_1_20_fen, price_21_60_fen, price_over_60_fen, price_single_fen, \
     cpm_1_20_fen, cpm_21_60_fen, cpm_over_60_fen, cpm_single_fen, \
     cpe_1_20_fen, cpe_21_60_fen, cpe_over_60_fen, cpe_single_fen";

/// How many columns there are.
pub(crate) const COLUMN_COUNT: usize = 24;

/// The last columns, which are numbers all of one type.
const NUMBERS: usize = 19;

/// The columns' types.
pub(crate) fn types() -> [Type; COLUMN_COUNT] {
    std::array::from_fn(|column| match column {
        0 | 4 => Type::TEXT,
        1 | 2 => Type::INT2,
        _ => Type::INT8,
    })
}

/// A snapshot with its place in the history of its source, and when it was recorded.
pub(crate) struct SnapshotRow {
    /// 1 for the first of the creator, platform and source.
    pub(crate) number: i64,
    /// When the import ran that added it.
    pub(crate) recorded_at: UnixTime,
    /// The snapshot.
    pub(crate) snapshot: Snapshot,
}

/// A row as the driver takes it.
pub(crate) struct Values<'a> {
    author_id: String,
    platform: i16,
    source: i16,
    number: i64,
    method: &'a str,
    numbers: [Option<i64>; NUMBERS],
}

impl<'a> Values<'a> {
    /// # Errors
    /// [`StoreError::Database`] when a figure is 2^63 or more.
    pub(crate) fn of(row: &'a SnapshotRow) -> Result<Self, StoreError> {
        let SnapshotRow { number, recorded_at, snapshot } = row;
        let head = [
            Some(u64::from(snapshot.as_of.0)),
            Some(u64::from(recorded_at.0)),
            Some(snapshot.info.expected_views),
            snapshot.expected_interactions,
            snapshot.range.map(|range| range.p25),
            snapshot.range.map(|range| range.p75),
            Some(u64::from(hot_item_kept(snapshot.info.hot_item_bp))),
        ];
        let amounts = [snapshot.prices, snapshot.info.cpm, snapshot.info.cpe].into_iter().flat_map(PerTier::to_array);
        let counts = head.into_iter().chain(amounts.map(|amount| amount.map(|fen| fen.0)));
        let mut numbers = [None; NUMBERS];
        for (number, count) in numbers.iter_mut().zip(counts) {
            let count = count.map(i64::try_from).transpose();
            *number = count.map_err(|_| other("a figure of 2^63 or more cannot be stored"))?;
        }
        Ok(Self {
            author_id: id_text(&snapshot.author_id),
            platform: i16::from(snapshot.platform.number()),
            source: i16::from(snapshot.source.number()),
            number: *number,
            method: &snapshot.method,
            numbers,
        })
    }

    /// The values in the order of the columns.
    pub(crate) fn to_array(&self) -> [&(dyn ToSql + Sync); COLUMN_COUNT] {
        let mut values: [&(dyn ToSql + Sync); COLUMN_COUNT] = [&self.number; COLUMN_COUNT];
        values[0] = &self.author_id;
        values[1] = &self.platform;
        values[2] = &self.source;
        values[4] = &self.method;
        for (value, number) in values[COLUMN_COUNT - NUMBERS..].iter_mut().zip(&self.numbers) {
            *value = number;
        }
        values
    }
}

/// Reads a row of [`COLUMNS`]; whose it is, is known from the question.
///
/// # Errors
/// [`StoreError::Corrupt`] when a column holds what is never written.
pub(crate) fn read(key: &CreatorKey, row: &Row) -> Result<SnapshotRow, StoreError> {
    let source = u8::try_from(column::<i16>(row, 2)?).ok().and_then(SnapshotSource::from_number);
    let (p25, p75) = (count(row, 9)?, count(row, 10)?);
    let info = CpInfo {
        expected_views: known(count(row, 7)?)?,
        hot_item_bp: hot_item_of(small(row, 11)?),
        cpm: amounts(row, 16)?,
        cpe: amounts(row, 20)?,
    };
    let snapshot = Snapshot {
        author_id: key.author_id.clone(),
        platform: key.platform,
        source: known(source)?,
        method: column::<String>(row, 4)?.into(),
        as_of: UnixTime(small(row, 5)?),
        info,
        expected_interactions: count(row, 8)?,
        range: p25.zip(p75).map(|(p25, p75)| Range { p25, p75 }),
        prices: amounts(row, 12)?,
    };
    Ok(SnapshotRow { number: column(row, 3)?, recorded_at: UnixTime(small(row, 6)?), snapshot })
}

/// The text of an id, as the key columns hold it.
pub(crate) fn id_text(id: &AuthorId) -> String {
    id.write(&mut itoa::Buffer::new()).to_owned()
}

/// The amounts of the tiers, in columns side by side.
pub(crate) fn amounts(row: &Row, first_column: usize) -> Result<PerTier<Option<Fen>>, StoreError> {
    let mut amounts = PerTier::default();
    for tier in Tier::ALL {
        amounts[tier] = count(row, first_column + usize::from(tier.number()))?.map(Fen);
    }
    Ok(amounts)
}

/// A number that is never negative.
pub(crate) fn count(row: &Row, at: usize) -> Result<Option<u64>, StoreError> {
    column::<Option<i64>>(row, at)?.map(|number| known(u64::try_from(number).ok())).transpose()
}

/// A number of 32 bits.
pub(crate) fn small(row: &Row, at: usize) -> Result<u32, StoreError> {
    known(u32::try_from(column::<i64>(row, at)?).ok())
}

fn known<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::Corrupt("a snapshot with a figure out of range".into()))
}
