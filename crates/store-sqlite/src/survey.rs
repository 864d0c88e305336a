//! Reading the newest figures and the profiles of all creators: what imports brought in one statement, and beside it the answers
//! bought last.

use std::sync::LazyLock;
use std::vec;

use domain::{CreatorKey, Snapshot};
use rusqlite::{Connection, params};
use store::{SNAPSHOT_COLUMN_COUNT, SNAPSHOT_COLUMNS, StoreError, SurveyMark, SurveyRows, Surveyed, survey_order};

use crate::codec::decode_rate_card;
use crate::creators::{creators_generation, reread_generation};
use crate::error::from_sqlite;
use crate::pool::Pool;
use crate::upstreams::bought;
use crate::{profile_row, snapshot_row};

/// `max` makes the other columns those of the row that has the largest number. The order is that of the key, in which the
/// table is read, so nothing is sorted; asked for outside of the parentheses it would be.
static SQL: LazyLock<String> = LazyLock::new(|| {
    let (columns, profile) = (SNAPSHOT_COLUMNS, profile_row::COLUMNS);
    format!(
        "SELECT newest.*, {profile}
         FROM (SELECT {columns}, max(number) FROM snapshots
               GROUP BY author_id, platform, source ORDER BY author_id, platform, source) AS newest
         LEFT JOIN profiles USING (author_id, platform)"
    )
});

/// Where the profile's columns begin: behind those of the snapshot and `max`.
const PROFILE_AT: usize = SNAPSHOT_COLUMN_COUNT + 1;

/// What imports know of a creator of whom they brought no figures.
static WITHOUT_FIGURES_SQL: LazyLock<String> = LazyLock::new(|| {
    let profile = profile_row::COLUMNS;
    format!(
        "SELECT rate_card, {profile} FROM creators LEFT JOIN profiles USING (author_id, platform)
         WHERE author_id = ?1 AND platform = ?2"
    )
});

/// Bought answers read at one time.
const PAGE: usize = 1_000;

/// Gives all creators to `take`; answers with the mark of what imports brought.
pub(crate) fn survey(
    creators: &Connection,
    ledger: &Pool,
    take: &mut (dyn FnMut(Surveyed) + Send),
) -> Result<SurveyMark, StoreError> {
    let mark = SurveyMark {
        creators: creators_generation(creators)?,
        bought: ledger.read_here(bought::last_number)?,
        reread: ledger.read_here(reread_generation)?,
    };
    let mut answers = Answers::new(ledger)?;
    let mut statement = creators.prepare(&SQL).map_err(from_sqlite)?;
    let mut found = statement.query([]).map_err(from_sqlite)?;
    let mut rows = SurveyRows::new(take);
    while let Some(row) = found.next().map_err(from_sqlite)? {
        let key = snapshot_row::key(row).map_err(from_sqlite)?;
        let snapshot = snapshot_row::read(&key, row).map_err(from_sqlite)?.snapshot;
        if !rows.is_at(&key) {
            while let Some((before, answer)) = answers.take_if(|next| survey_order(next, &key).is_lt())? {
                add_bought(creators, before, answer, &mut rows)?;
            }
            let answer = answers.take_if(|next| *next == key)?;
            rows.begin(key, profile_row::read(row, PROFILE_AT).map_err(from_sqlite)?, Default::default());
            answer.into_iter().for_each(|(_, answer)| rows.add(answer));
        }
        rows.add(snapshot);
    }
    while let Some((behind, answer)) = answers.take_if(|_| true)? {
        add_bought(creators, behind, answer, &mut rows)?;
    }
    rows.finish();
    Ok(mark)
}

/// Adds a creator of whom there are no figures but those bought.
fn add_bought(
    creators: &Connection,
    key: CreatorKey,
    answer: Snapshot,
    rows: &mut SurveyRows<'_>,
) -> Result<(), StoreError> {
    let mut statement = creators.prepare_cached(&WITHOUT_FIGURES_SQL).map_err(from_sqlite)?;
    let mut buffer = itoa::Buffer::new();
    let values = params![key.author_id.write(&mut buffer), key.platform.number()];
    let mut found = statement.query(values).map_err(from_sqlite)?;
    let (profile, prices) = match found.next().map_err(from_sqlite)? {
        Some(row) => {
            let rate_card = row.get_ref(0).and_then(|value| Ok(value.as_blob_or_null()?)).map_err(from_sqlite)?;
            let prices = rate_card.map(decode_rate_card).transpose()?.unwrap_or_default().fen();
            (profile_row::read(row, 1).map_err(from_sqlite)?, prices)
        }
        None => Default::default(),
    };
    rows.begin(key.clone(), profile, prices);
    rows.add(answer);
    Ok(())
}

/// Every creator's answer bought last, in the order of a survey.
struct Answers<'p> {
    ledger: &'p Pool,
    page: vec::IntoIter<(CreatorKey, Option<Snapshot>)>,
    /// Behind whom the next page begins.
    last: Option<CreatorKey>,
    next: Option<(CreatorKey, Snapshot)>,
}

impl<'p> Answers<'p> {
    fn new(ledger: &'p Pool) -> Result<Self, StoreError> {
        let mut answers = Self { ledger, page: Vec::new().into_iter(), last: None, next: None };
        answers.advance()?;
        Ok(answers)
    }

    /// The next one, where it is wanted.
    fn take_if(&mut self, wanted: impl Fn(&CreatorKey) -> bool) -> Result<Option<(CreatorKey, Snapshot)>, StoreError> {
        let taken = self.next.take_if(|(key, _)| wanted(key));
        if taken.is_some() {
            self.advance()?;
        }
        Ok(taken)
    }

    /// Goes on to the next creator of whom there is a usable answer.
    fn advance(&mut self) -> Result<(), StoreError> {
        loop {
            for (key, answer) in self.page.by_ref() {
                self.next = answer.map(|answer| (key, answer));
                if self.next.is_some() {
                    return Ok(());
                }
            }
            let behind = self.last.as_ref();
            let page = self.ledger.read_here(|connection| bought::newest_of_each(connection, behind, PAGE))?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            self.last = Some(last.clone());
            self.page = page.into_iter();
        }
    }
}
