//! Snapshots and bought figures as rows: what every database keeps of them, and in which order.

use domain::{CpInfo, PerTier, Snapshot, UnixTime};

use crate::{StoreError, hot_item_kept};

/// The columns of a snapshot. Those behind the method are the numbers of [`SnapshotRow::numbers`].
pub const SNAPSHOT_COLUMNS: &str = "author_id, platform, source, number, method, as_of, recorded_at, expected_views, \
     expected_interactions, p25_views, p75_views, hot_item_bp, \
     price_1_20_fen, price_21_60_fen, price_over_60_fen, price_single_fen, \
     cpm_1_20_fen, cpm_21_60_fen, cpm_over_60_fen, cpm_single_fen, \
     cpe_1_20_fen, cpe_21_60_fen, cpe_over_60_fen, cpe_single_fen, priced_at, hot_posts";

/// How many columns a snapshot has.
pub const SNAPSHOT_COLUMN_COUNT: usize = 26;

/// The numbers of a snapshot, as databases keep them.
pub type SnapshotNumbers = [Option<i64>; 21];

/// The columns of a bought answer's figures, in the order of [`bought_figures`].
pub const FIGURE_COLUMNS: &str = "expected_views, hot_item_bp, cpm_1_20_fen, cpm_21_60_fen, cpm_over_60_fen, \
     cpm_single_fen, cpe_1_20_fen, cpe_21_60_fen, cpe_over_60_fen, cpe_single_fen";

/// The figures of a bought answer, as databases keep them.
pub type BoughtFigures = [Option<i64>; 10];

/// A snapshot with its place in the history of its source, and when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    /// 1 for the first of the creator, platform and source.
    pub number: i64,
    /// When the import ran that added it.
    pub recorded_at: UnixTime,
    /// The snapshot.
    pub snapshot: Snapshot,
}

impl SnapshotRow {
    /// The row that a snapshot adds behind the newest one of its source; none where that one says the same. That a price was seen
    /// again is no news: the row that has it keeps the moment at which it had come, which is when costs moved.
    pub fn behind(newest: Option<&Self>, mut snapshot: Snapshot, recorded_at: UnixTime) -> Option<Self> {
        let Some(newest) = newest else { return Some(Self { number: 1, recorded_at, snapshot }) };
        let priced_at = std::mem::replace(&mut snapshot.priced_at, newest.snapshot.priced_at);
        if snapshot == newest.snapshot {
            return None;
        }
        snapshot.priced_at = priced_at;
        Some(Self { number: newest.number + 1, recorded_at, snapshot })
    }

    /// Its numbers, in the order of [`SNAPSHOT_COLUMNS`].
    ///
    /// # Errors
    /// [`StoreError::Database`] when a figure is 2^63 or more.
    pub fn numbers(&self) -> Result<SnapshotNumbers, StoreError> {
        let Self { recorded_at, snapshot, .. } = self;
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
        let tail = [snapshot.priced_at.map(|moment| u64::from(moment.0)), snapshot.hot_posts.map(u64::from)];
        signed(head.into_iter().chain(amounts.map(|amount| amount.map(|fen| fen.0))).chain(tail))
    }
}

/// The figures of a bought answer, nothing where it has none.
///
/// # Errors
/// [`StoreError::Database`] when a figure is 2^63 or more.
pub fn bought_figures(info: Option<&CpInfo>) -> Result<BoughtFigures, StoreError> {
    let Some(info) = info else { return Ok(BoughtFigures::default()) };
    let head = [Some(info.expected_views), Some(u64::from(hot_item_kept(info.hot_item_bp)))];
    let costs = [info.cpm, info.cpe].into_iter().flat_map(PerTier::to_array);
    signed(head.into_iter().chain(costs.map(|cost| cost.map(|fen| fen.0))))
}

/// Numbers as databases have them; as many as there are places.
fn signed<const N: usize>(numbers: impl Iterator<Item = Option<u64>>) -> Result<[Option<i64>; N], StoreError> {
    let mut signed = [None; N];
    for (place, number) in signed.iter_mut().zip(numbers) {
        let number = number.map(i64::try_from).transpose();
        *place = number.map_err(|_| StoreError::Database("a figure of 2^63 or more cannot be stored".into()))?;
    }
    Ok(signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_columns_as_values() {
        let columns = |names: &str| names.split(',').count();
        assert_eq!(columns(SNAPSHOT_COLUMNS), SNAPSHOT_COLUMN_COUNT);
        let (_, numbers) = SNAPSHOT_COLUMNS.split_once("method, ").expect("the method");
        assert_eq!(columns(numbers), SnapshotNumbers::default().len());
        assert_eq!(columns(FIGURE_COLUMNS), BoughtFigures::default().len());
    }
}
