//! Reading the newest figures and the profiles of all creators, on a connection of its own: what imports brought in one
//! statement, and beside it the answers bought last.

use std::sync::LazyLock;
use std::vec;

use domain::{CreatorKey, Fen, PerTier, Profile, Snapshot};
use store::{SNAPSHOT_COLUMN_COUNT, SNAPSHOT_COLUMNS, StoreError, SurveyMark, SurveyRows, Surveyed, survey_order};
use tokio::runtime::Builder;
use tokio_postgres::Row;

use crate::codec::decode_rate_card;
use crate::connection::Connection;
use crate::error::{column, from_postgres, other};
use crate::target::Target;
use crate::upstreams::bought::{LAST_NUMBER_SQL, newest_of_each_sql};
use crate::{profile_row, snapshot_row};

/// Of each creator and source the row with the largest number, in the order of the key, to be fetched by and by.
static DECLARE: LazyLock<String> = LazyLock::new(|| {
    let (columns, profile) = (SNAPSHOT_COLUMNS, profile_row::COLUMNS);
    format!(
        "DECLARE survey NO SCROLL CURSOR FOR SELECT newest.*, {profile}
         FROM (SELECT DISTINCT ON (author_id, platform, source) {columns} FROM snapshots
               ORDER BY author_id, platform, source, number DESC) AS newest
         LEFT JOIN profiles USING (author_id, platform)
         ORDER BY author_id, platform, source"
    )
});

/// The next rows.
const FETCH: &str = "FETCH 5000 FROM survey";

/// The same of bought answers, with the rate card behind the profile. An own cursor: sorted together with the other, all rows would
/// have to be read before the first is given.
static DECLARE_BOUGHT: LazyLock<String> = LazyLock::new(|| {
    let (newest, profile) = (newest_of_each_sql(), profile_row::COLUMNS);
    format!(
        "DECLARE bought_last NO SCROLL CURSOR FOR SELECT newest.*, {profile}, rate_card
         FROM ({newest}) AS newest
         LEFT JOIN profiles USING (author_id, platform) LEFT JOIN creators USING (author_id, platform)
         ORDER BY author_id, platform"
    )
});

const FETCH_BOUGHT: &str = "FETCH 5000 FROM bought_last";

/// Where the profile's columns begin, and where the rate card is behind them.
const PROFILE_AT: usize = SNAPSHOT_COLUMN_COUNT;
const RATE_CARD_AT: usize = PROFILE_AT + 6;

static MARK: LazyLock<String> =
    LazyLock::new(|| format!("SELECT creators_generation, {LAST_NUMBER_SQL}, reread_generation FROM meta"));

/// All statements see one moment, and nothing is written.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Gives all creators to `take`; answers with the mark they are of.
pub(crate) fn survey(target: &Target, take: &mut (dyn FnMut(Surveyed) + Send)) -> Result<SurveyMark, StoreError> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(other)?;
    runtime.block_on(async {
        let connection = Connection::open(target, from_postgres).await?;
        connection.batch(BEGIN).await.map_err(from_postgres)?;
        let meta = connection.query(MARK.as_str(), &[]).await.map_err(from_postgres)?;
        let meta = meta.first().ok_or_else(|| StoreError::Corrupt("meta has no row".into()))?;
        let number = |at| column::<i64>(meta, at).map(i64::unsigned_abs);
        let mark = SurveyMark { creators: number(0)?, bought: number(1)?, reread: number(2)? };
        for declare in [&DECLARE, &DECLARE_BOUGHT] {
            connection.batch(declare).await.map_err(from_postgres)?;
        }
        read(&connection, take).await?;
        Ok(mark)
    })
}

async fn read(connection: &Connection, take: &mut (dyn FnMut(Surveyed) + Send)) -> Result<(), StoreError> {
    let mut imported = Feed::new(connection, FETCH);
    let mut answers = Feed::new(connection, FETCH_BOUGHT);
    let mut answer = Bought::next(&mut answers).await?;
    let mut rows = SurveyRows::new(take);
    while let Some(row) = imported.next().await? {
        let key = snapshot_row::key(&row, 0)?;
        let snapshot = snapshot_row::read(&key, &row)?.snapshot;
        if !rows.is_at(&key) {
            while let Some(before) = answer.take_if(|answer| survey_order(&answer.key, &key).is_lt()) {
                before.add(&mut rows);
                answer = Bought::next(&mut answers).await?;
            }
            let same = answer.take_if(|answer| answer.key == key);
            rows.begin(key, profile_row::read(&row, PROFILE_AT)?, PerTier::default());
            if let Some(same) = same {
                rows.add(same.snapshot);
                answer = Bought::next(&mut answers).await?;
            }
        }
        rows.add(snapshot);
    }
    while let Some(behind) = answer {
        behind.add(&mut rows);
        answer = Bought::next(&mut answers).await?;
    }
    rows.finish();
    Ok(())
}

/// The rows of a cursor.
struct Feed<'c> {
    connection: &'c Connection,
    fetch: &'static str,
    rows: vec::IntoIter<Row>,
}

impl<'c> Feed<'c> {
    fn new(connection: &'c Connection, fetch: &'static str) -> Self {
        Self { connection, fetch, rows: Vec::new().into_iter() }
    }

    async fn next(&mut self) -> Result<Option<Row>, StoreError> {
        if let Some(row) = self.rows.next() {
            return Ok(Some(row));
        }
        self.rows = self.connection.query(self.fetch, &[]).await.map_err(from_postgres)?.into_iter();
        Ok(self.rows.next())
    }
}

/// A creator's answer bought last, with what imports know of the creator.
struct Bought {
    key: CreatorKey,
    snapshot: Snapshot,
    profile: Profile,
    prices: PerTier<Option<Fen>>,
}

impl Bought {
    async fn next(answers: &mut Feed<'_>) -> Result<Option<Self>, StoreError> {
        let Some(row) = answers.next().await? else { return Ok(None) };
        let key = snapshot_row::key(&row, 0)?;
        let rate_card = column::<Option<&[u8]>>(&row, RATE_CARD_AT)?.map(decode_rate_card).transpose()?;
        Ok(Some(Self {
            snapshot: snapshot_row::read(&key, &row)?.snapshot,
            profile: profile_row::read(&row, PROFILE_AT)?,
            prices: rate_card.unwrap_or_default().fen(),
            key,
        }))
    }

    /// Adds the creator, of whom there are no other figures.
    fn add(self, rows: &mut SurveyRows<'_>) {
        rows.begin(self.key, self.profile, self.prices);
        rows.add(self.snapshot);
    }
}
