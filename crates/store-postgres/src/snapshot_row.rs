//! A row of `snapshots`, to and from [`Snapshot`].

use domain::{AuthorId, CpInfo, CreatorKey, Fen, PerTier, Platform, Range, Snapshot, SnapshotSource, Tier, UnixTime};
use store::{SNAPSHOT_COLUMN_COUNT, SnapshotNumbers, SnapshotRow, StoreError, hot_item_of};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::error::column;

/// The columns' types.
pub(crate) fn types() -> [Type; SNAPSHOT_COLUMN_COUNT] {
    std::array::from_fn(|column| match column {
        0 | 4 => Type::TEXT,
        1 | 2 => Type::INT2,
        _ => Type::INT8,
    })
}

/// A row as the driver takes it.
pub(crate) struct Values<'a> {
    author_id: String,
    platform: i16,
    source: i16,
    number: i64,
    method: &'a str,
    numbers: SnapshotNumbers,
}

impl<'a> Values<'a> {
    /// # Errors
    /// [`StoreError::Database`] when a figure is 2^63 or more.
    pub(crate) fn of(row: &'a SnapshotRow) -> Result<Self, StoreError> {
        let snapshot = &row.snapshot;
        Ok(Self {
            author_id: id_text(&snapshot.author_id),
            platform: i16::from(snapshot.platform.number()),
            source: i16::from(snapshot.source.number()),
            number: row.number,
            method: &snapshot.method,
            numbers: row.numbers()?,
        })
    }

    /// The values in the order of the columns.
    pub(crate) fn to_array(&self) -> [&(dyn ToSql + Sync); SNAPSHOT_COLUMN_COUNT] {
        let mut values: [&(dyn ToSql + Sync); SNAPSHOT_COLUMN_COUNT] = [&self.number; SNAPSHOT_COLUMN_COUNT];
        values[0] = &self.author_id;
        values[1] = &self.platform;
        values[2] = &self.source;
        values[4] = &self.method;
        for (value, number) in values[SNAPSHOT_COLUMN_COUNT - self.numbers.len()..].iter_mut().zip(&self.numbers) {
            *value = number;
        }
        values
    }
}

/// Reads a row of [`SNAPSHOT_COLUMNS`](store::SNAPSHOT_COLUMNS); whose it is, is known from the question.
///
/// # Errors
/// [`StoreError::Corrupt`] when a column holds what is never written.
pub(crate) fn read(key: &CreatorKey, row: &Row) -> Result<SnapshotRow, StoreError> {
    let source = known(u8::try_from(column::<i16>(row, 2)?).ok().and_then(SnapshotSource::from_number))?;
    let (p25, p75) = (count(row, 9)?, count(row, 10)?);
    let info = CpInfo {
        expected_views: known(count(row, 7)?)?,
        hot_item_bp: hot_item_of(small(row, 11)?),
        cpm: amounts(row, 16)?,
        cpe: amounts(row, 20)?,
    };
    let recorded_at = UnixTime(small(row, 6)?);
    let snapshot = Snapshot {
        author_id: key.author_id.clone(),
        platform: key.platform,
        source,
        method: column::<String>(row, 4)?.into(),
        as_of: UnixTime(small(row, 5)?),
        info,
        expected_interactions: count(row, 8)?,
        range: p25.zip(p75).map(|(p25, p75)| Range { p25, p75 }),
        prices: amounts(row, 12)?,
        priced_at: within(row, 24)?.map(UnixTime),
        hot_posts: within(row, 25)?,
        bought_at: (source == SnapshotSource::Upstream).then_some(recorded_at),
    };
    Ok(SnapshotRow { number: column(row, 3)?, recorded_at, snapshot })
}

/// The creator of a row that has `author_id, platform` from column `at` on.
pub(crate) fn key(row: &Row, at: usize) -> Result<CreatorKey, StoreError> {
    let damaged = || StoreError::Corrupt("a row of nobody".into());
    let author_id = AuthorId::parse(column::<&str>(row, at)?.as_bytes()).map_err(|_| damaged())?;
    let platform = u8::try_from(column::<i16>(row, at + 1)?).ok().and_then(Platform::from_number);
    Ok(CreatorKey { author_id, platform: platform.ok_or_else(damaged)? })
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

/// A number that fits its type, where there is one.
fn within<T: TryFrom<i64>>(row: &Row, at: usize) -> Result<Option<T>, StoreError> {
    column::<Option<i64>>(row, at)?.map(|number| known(T::try_from(number).ok())).transpose()
}

/// A number of 32 bits.
pub(crate) fn small(row: &Row, at: usize) -> Result<u32, StoreError> {
    known(u32::try_from(column::<i64>(row, at)?).ok())
}

fn known<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::Corrupt("a snapshot with a figure out of range".into()))
}
