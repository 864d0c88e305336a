//! Reading creators: one statement, and so one moment of the database, per question.

use std::sync::LazyLock;

use async_trait::async_trait;
use domain::{CreatorKey, CreatorState, Snapshot, SnapshotSource, UnixTime};
use store::{CreatorStore, Generations, Latest, SNAPSHOT_COLUMNS, StoreError, SurveyMark, Surveyed};
use tokio_postgres::Row;

use crate::PostgresStore;
use crate::codec::{decode_posts, decode_rate_card, decode_reported};
use crate::error::column;
use crate::snapshot_row::{self, id_text};
use crate::{profile_row, survey, upstreams};

/// One seek in the key for each source: the row before the end of its numbers. A creator that was imported without snapshots
/// is a row of NULLs.
static LATEST_SQL: LazyLock<String> = LazyLock::new(|| {
    let bought = upstreams::bought::snapshots_sql();
    let newest = newest_sql("$1", "$2");
    let columns =
        SNAPSHOT_COLUMNS.split(", ").map(|column| format!("newest.{}", column.trim())).collect::<Vec<_>>().join(", ");
    format!(
        "SELECT {columns} FROM creators LEFT JOIN LATERAL ({newest}) AS newest ON TRUE
         WHERE creators.author_id = $1 AND creators.platform = $2
         UNION ALL ({bought} ORDER BY number DESC LIMIT 1)"
    )
});

static STATE_SQL: LazyLock<String> = LazyLock::new(|| {
    let profile = profile_row::COLUMNS;
    format!(
        "SELECT posts, rate_card, reported, {profile} FROM creators LEFT JOIN profiles USING (author_id, platform)
         WHERE author_id = $1 AND platform = $2"
    )
});

static STATES_SQL: LazyLock<String> = LazyLock::new(|| {
    let profile = profile_row::COLUMNS;
    format!(
        "SELECT posts, rate_card, reported, {profile}, author_id, platform
         FROM creators LEFT JOIN profiles USING (author_id, platform)
         WHERE (author_id, platform) > ($1, $2) ORDER BY author_id, platform LIMIT $3"
    )
});

/// Where the key is in its rows.
const KEY_AT: usize = 9;

static HISTORY_SQL: LazyLock<String> = LazyLock::new(|| {
    let bought = upstreams::bought::snapshots_sql();
    format!(
        "SELECT * FROM (SELECT {SNAPSHOT_COLUMNS} FROM snapshots WHERE author_id = $1 AND platform = $2 UNION ALL {bought}) AS every
         ORDER BY recorded_at DESC, source = 2 DESC, number DESC, source LIMIT $3"
    )
});

static GENERATIONS_SQL: LazyLock<String> = LazyLock::new(|| {
    let bought = upstreams::bought::LAST_NUMBER_SQL;
    format!("SELECT creators_generation, accounts_generation, {bought}, reread_generation FROM meta")
});

/// The newest snapshot of each source of one creator.
pub(crate) fn newest_sql(author_id: &str, platform: &str) -> String {
    let of_source = |source: SnapshotSource| {
        let source = source.number();
        format!(
            "(SELECT {SNAPSHOT_COLUMNS} FROM snapshots
              WHERE author_id = {author_id} AND platform = {platform} AND source = {source}
              ORDER BY number DESC LIMIT 1)"
        )
    };
    format!("{} UNION ALL {}", of_source(SnapshotSource::Estimated), of_source(SnapshotSource::Reported))
}

#[async_trait]
impl CreatorStore for PostgresStore {
    async fn latest(&self, key: &CreatorKey) -> Result<Option<Latest>, StoreError> {
        let rows = self.of_creator(LATEST_SQL.as_str(), key).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut latest = Latest::default();
        for row in &rows {
            if column::<Option<i16>>(row, 2)?.is_some() {
                let snapshot = snapshot_row::read(key, row)?.snapshot;
                match snapshot.source {
                    SnapshotSource::Estimated => latest.estimated = Some(snapshot),
                    SnapshotSource::Reported => latest.reported = Some(snapshot),
                    SnapshotSource::Upstream => latest.bought = Some(snapshot),
                }
            }
        }
        Ok(Some(latest))
    }

    async fn state(&self, key: &CreatorKey) -> Result<Option<CreatorState>, StoreError> {
        self.of_creator(STATE_SQL.as_str(), key).await?.first().map(read_state).transpose()
    }

    async fn states(
        &self,
        behind: Option<&CreatorKey>,
        limit: u32,
    ) -> Result<Vec<(CreatorKey, CreatorState)>, StoreError> {
        // No id is empty.
        let (id, platform) =
            behind.map_or((String::new(), 0), |key| (id_text(&key.author_id), i16::from(key.platform.number())));
        let rows = self.pool.query(STATES_SQL.as_str(), &[&id, &platform, &i64::from(limit)]).await?;
        rows.iter().map(|row| Ok((snapshot_row::key(row, KEY_AT)?, read_state(row)?))).collect()
    }

    async fn history(&self, key: &CreatorKey, limit: u32) -> Result<Vec<(UnixTime, Snapshot)>, StoreError> {
        let (id, platform) = (id_text(&key.author_id), i16::from(key.platform.number()));
        let rows = self.pool.query(HISTORY_SQL.as_str(), &[&id, &platform, &i64::from(limit)]).await?;
        let rows = rows.iter().map(|row| snapshot_row::read(key, row));
        rows.map(|row| row.map(|row| (row.recorded_at, row.snapshot))).collect()
    }

    async fn generations(&self) -> Result<Generations, StoreError> {
        let row = self.pool.query_one(GENERATIONS_SQL.as_str(), &[]).await?;
        let generation = |at| column::<i64>(&row, at).map(i64::unsigned_abs);
        let [creators, accounts, bought, reread] = [generation(0)?, generation(1)?, generation(2)?, generation(3)?];
        Ok(Generations { creators, accounts, bought, reread })
    }

    async fn creator_count(&self) -> Result<u64, StoreError> {
        let row = self.pool.query_one("SELECT creator_count FROM meta", &[]).await?;
        column::<i64>(&row, 0).map(i64::unsigned_abs)
    }

    fn survey(&self, take: &mut (dyn FnMut(Surveyed) + Send)) -> Result<SurveyMark, StoreError> {
        survey::survey(&self.target, take)
    }
}

impl PostgresStore {
    async fn of_creator(&self, sql: &'static str, key: &CreatorKey) -> Result<Vec<Row>, StoreError> {
        self.pool.query(sql, &[&id_text(&key.author_id), &i16::from(key.platform.number())]).await
    }
}

/// Reads a row that begins with `posts, rate_card, reported` and the profile.
pub(crate) fn read_state(row: &Row) -> Result<CreatorState, StoreError> {
    Ok(CreatorState {
        posts: decode_posts(column(row, 0)?)?,
        rate_card: column::<Option<&[u8]>>(row, 1)?.map(decode_rate_card).transpose()?.unwrap_or_default(),
        reported: column::<Option<&[u8]>>(row, 2)?.map(decode_reported).transpose()?,
        profile: profile_row::read(row, 3)?,
    })
}
