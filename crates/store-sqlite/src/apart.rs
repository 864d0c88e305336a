//! Takes the ledger out of a file of the time when creators and ledger were in one.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use store::StoreError;

use crate::connection::{self, Holds};
use crate::error::from_sqlite;
use crate::migrate::{CREATORS, LAST_WITH_LEDGER, LEDGER, migrate, migrate_in, version};

/// Everything of the ledger, in an order in which each row finds what it refers to. Books are made by triggers before they are
/// copied.
const COPY: &str = "
    UPDATE meta SET accounts_generation = (SELECT accounts_generation FROM old.meta);
    INSERT INTO accounts SELECT * FROM old.accounts;
    INSERT INTO tokens SELECT * FROM old.tokens;
    INSERT OR REPLACE INTO account_books SELECT * FROM old.account_books;
    INSERT OR REPLACE INTO token_books SELECT * FROM old.token_books;
    INSERT INTO top_ups SELECT * FROM old.top_ups;
    INSERT INTO calls SELECT * FROM old.calls;
    INSERT INTO holds SELECT * FROM old.holds;
    INSERT INTO usage SELECT * FROM old.usage;
    INSERT INTO done_once SELECT * FROM old.done_once;
    INSERT INTO prices SELECT * FROM old.prices;
    INSERT INTO audit SELECT * FROM old.audit;
";

/// Moves the ledger of a creators' file of old to a file of its own; does nothing where that was done.
///
/// The ledger is copied and durable before the creators' file gives it up, under the write lock of that file, so nobody
/// changes it meanwhile and a crash loses nothing.
///
/// # Errors
/// [`StoreError::TwoLedgers`] when there is another ledger: which one counts is not for us to say.
pub(crate) fn move_ledger(
    creators: &mut Connection,
    path: &Path,
    ledger_path: &Path,
    busy_timeout: Duration,
) -> Result<(), StoreError> {
    if !(1..=LAST_WITH_LEDGER).contains(&version(creators)?) {
        return Ok(());
    }
    migrate(creators, &CREATORS.until(LAST_WITH_LEDGER)).or_else(moved_meanwhile)?;
    let transaction = creators.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_sqlite)?;
    if version(&transaction)? == LAST_WITH_LEDGER {
        copy(path, ledger_path, busy_timeout)?;
        migrate_in(&transaction, &CREATORS.until(LAST_WITH_LEDGER + 1))?;
    }
    transaction.commit().map_err(from_sqlite)
}

/// Another process may have been faster.
fn moved_meanwhile(error: StoreError) -> Result<(), StoreError> {
    match error {
        StoreError::NewerSchema { found, .. } if found <= CREATORS.known_version() => Ok(()),
        error => Err(error),
    }
}

/// Copies everything of the ledger, in one transaction.
fn copy(path: &Path, ledger_path: &Path, busy_timeout: Duration) -> Result<(), StoreError> {
    connection::create_file(ledger_path)?;
    let mut ledger = connection::open_writer(ledger_path, Holds::Ledger, busy_timeout)?;
    let old = path.to_str().ok_or_else(|| StoreError::Corrupt("the path of the file is no UTF-8".into()))?;
    ledger.execute("ATTACH ?1 AS old", [old]).map_err(from_sqlite)?;
    // An immediate one would begin to write to the old file too, which is locked; nobody else is at this one.
    let transaction = ledger.transaction_with_behavior(TransactionBehavior::Deferred).map_err(from_sqlite)?;
    if version(&transaction)? > 0 {
        return Err(StoreError::TwoLedgers { old: path.to_owned(), new: ledger_path.to_owned() });
    }
    migrate_in(&transaction, &LEDGER.until(1))?;
    transaction.execute_batch(COPY).map_err(from_sqlite)?;
    transaction.commit().map_err(from_sqlite)
}
