//! A row of `snapshots`, to and from [`Snapshot`].

use domain::{AuthorId, CpInfo, CreatorKey, Fen, PerTier, Platform, Range, Snapshot, SnapshotSource, Tier, UnixTime};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use store::{SnapshotRow, StoreError, hot_item_of};

use crate::bulk_insert::Binder;

/// Binds a row to the next [`SNAPSHOT_COLUMN_COUNT`](store::SNAPSHOT_COLUMN_COUNT) parameters.
///
/// # Errors
/// [`StoreError::Database`] when a figure is 2^63 or more.
pub(crate) fn bind(binder: &mut Binder<'_, '_>, row: &SnapshotRow) -> Result<(), StoreError> {
    let snapshot = &row.snapshot;
    with_text(&snapshot.author_id, |id| binder.bind(id))?;
    binder.bind(snapshot.platform.number())?;
    binder.bind(snapshot.source.number())?;
    binder.bind(row.number)?;
    binder.bind(snapshot.method.as_ref())?;
    row.numbers()?.into_iter().try_for_each(|number| binder.bind(number))
}

/// Reads a row of [`SNAPSHOT_COLUMNS`](store::SNAPSHOT_COLUMNS); whose it is, is known from the question.
pub(crate) fn read(key: &CreatorKey, row: &Row<'_>) -> rusqlite::Result<SnapshotRow> {
    let (p25, p75): (Option<u64>, Option<u64>) = (row.get::<_, Unsigned>(9)?.0, row.get::<_, Unsigned>(10)?.0);
    let source = row.get::<_, Source>(2)?.0;
    let info = CpInfo {
        expected_views: row.get::<_, Unsigned>(7)?.0.unwrap_or_default(),
        hot_item_bp: hot_item_of(row.get(11)?),
        cpm: amounts(row, 16)?,
        cpe: amounts(row, 20)?,
    };
    let recorded_at = UnixTime(row.get(6)?);
    let snapshot = Snapshot {
        author_id: key.author_id.clone(),
        platform: key.platform,
        source,
        method: row.get::<_, String>(4)?.into(),
        as_of: UnixTime(row.get(5)?),
        info,
        expected_interactions: row.get::<_, Unsigned>(8)?.0,
        range: p25.zip(p75).map(|(p25, p75)| Range { p25, p75 }),
        prices: amounts(row, 12)?,
        priced_at: row.get::<_, Option<u32>>(24)?.map(UnixTime),
        hot_posts: row.get(25)?,
        bought_at: (source == SnapshotSource::Upstream).then_some(recorded_at),
    };
    Ok(SnapshotRow { number: row.get(3)?, recorded_at, snapshot })
}

/// The amounts of the tiers, in columns side by side.
pub(crate) fn amounts(row: &Row<'_>, first_column: usize) -> rusqlite::Result<PerTier<Option<Fen>>> {
    let mut amounts = PerTier::default();
    for tier in Tier::ALL {
        let column = first_column + usize::from(tier.number());
        amounts[tier] = row.get::<_, Unsigned>(column)?.0.map(Fen);
    }
    Ok(amounts)
}

/// An integer column that is never negative.
struct Unsigned(Option<u64>);

impl FromSql for Unsigned {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let Some(number) = value.as_i64_or_null()? else { return Ok(Self(None)) };
        u64::try_from(number).map(|number| Self(Some(number))).map_err(|_| FromSqlError::OutOfRange(number))
    }
}

/// The column `source`.
struct Source(SnapshotSource);

impl FromSql for Source {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        let source = u8::try_from(number).ok().and_then(SnapshotSource::from_number);
        source.map(Self).ok_or(FromSqlError::OutOfRange(number))
    }
}

/// Reads whose row of [`SNAPSHOT_COLUMNS`](store::SNAPSHOT_COLUMNS) it is.
pub(crate) fn key(row: &Row<'_>) -> rusqlite::Result<CreatorKey> {
    let damaged = |at, error: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Null, error)
    };
    let author_id = AuthorId::parse(row.get_ref(0)?.as_bytes()?).map_err(|error| damaged(0, error.into()))?;
    let number: u8 = row.get(1)?;
    let out_of_range = || damaged(1, FromSqlError::OutOfRange(i64::from(number)).into());
    Ok(CreatorKey { author_id, platform: Platform::from_number(number).ok_or_else(out_of_range)? })
}

/// The text of an id, as the key columns hold it.
pub(crate) fn with_text<T>(id: &AuthorId, use_text: impl FnOnce(&str) -> T) -> T {
    use_text(id.write(&mut itoa::Buffer::new()))
}
