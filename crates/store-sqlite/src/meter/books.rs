//! The books a transaction works on: each is read once, changed in memory by the functions of `ledger`, and written back
//! once.

use std::collections::BTreeMap;

use domain::{AccountId, MicroYuan, TokenId};
use ledger::{AccountBook, Day, Quota, TokenBook};
use rusqlite::{Connection, OptionalExtension, Row, params};
use store::{Standing, StoreError};

use super::usage;
use crate::error::from_sqlite;

const SELECT_ACCOUNT: &str =
    "SELECT credited_micro_yuan, charged_micro_yuan, held_micro_yuan, quota_day, quota_used, daily_quota
    FROM account_books WHERE account_id = ?1";
const SELECT_TOKEN: &str = "SELECT charged_micro_yuan, held_micro_yuan, quota_day, quota_used, daily_quota,
    spending_cap_micro_yuan, account_id FROM token_books JOIN tokens USING (token_id) WHERE token_id = ?1";

/// Successes and what they cost, of one row of `usage`.
#[derive(Default)]
struct UsageDelta {
    calls: i64,
    charged_micro_yuan: i64,
}

/// The books and the usage that a transaction has touched.
pub(super) struct Books<'c> {
    connection: &'c Connection,
    accounts: BTreeMap<i64, AccountBook>,
    tokens: BTreeMap<i64, (AccountId, TokenBook)>,
    usage: BTreeMap<(i32, i64, i64, u8), UsageDelta>,
}

/// The two books a call is about.
pub(super) struct Pair<'b> {
    pub(super) account: &'b mut AccountBook,
    pub(super) token: &'b mut TokenBook,
}

impl<'c> Books<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, accounts: BTreeMap::new(), tokens: BTreeMap::new(), usage: BTreeMap::new() }
    }

    /// The books of an account and a token of it.
    ///
    /// # Errors
    /// [`StoreError::NoSuchToken`] when the token is none of the account's.
    pub(super) fn pair(&mut self, account_id: AccountId, token_id: TokenId) -> Result<Pair<'_>, StoreError> {
        if !self.tokens.contains_key(&token_id.0) {
            let token = read_token(self.connection, token_id)?.ok_or(StoreError::NoSuchToken(token_id.0))?;
            self.tokens.insert(token_id.0, token);
        }
        // Before the account is read: that there is none of this number is the same mistake.
        if self.tokens.get(&token_id.0).is_none_or(|(owner, _)| *owner != account_id) {
            return Err(StoreError::NoSuchToken(token_id.0));
        }
        if !self.accounts.contains_key(&account_id.0) {
            self.accounts.insert(account_id.0, read_account(self.connection, account_id)?);
        }
        match (self.accounts.get_mut(&account_id.0), self.tokens.get_mut(&token_id.0)) {
            (Some(account), Some((_, token))) => Ok(Pair { account, token }),
            _ => Err(StoreError::NoSuchToken(token_id.0)),
        }
    }

    /// Counts a success, or takes one back.
    pub(super) fn count(&mut self, place: (Day, AccountId, TokenId, u8), calls: i64, charged: MicroYuan) {
        let (day, account_id, token_id, endpoint) = place;
        let delta = self.usage.entry((day.number(), account_id.0, token_id.0, endpoint)).or_default();
        delta.calls += calls;
        delta.charged_micro_yuan += calls * signed(charged);
    }

    /// Writes everything back.
    pub(super) fn save(self) -> Result<(), StoreError> {
        for (account_id, book) in &self.accounts {
            write_account(self.connection, *account_id, book)?;
        }
        for (token_id, (_, book)) in &self.tokens {
            write_token(self.connection, *token_id, book)?;
        }
        let take_back = "UPDATE usage SET calls = calls + ?5, charged_micro_yuan = charged_micro_yuan + ?6
            WHERE day = ?1 AND account_id = ?2 AND token_id = ?3 AND endpoint = ?4";
        for ((day, account_id, token_id, endpoint), delta) in &self.usage {
            // The row to insert must be valid by itself, even where it only updates.
            let sql = if delta.calls < 0 { take_back } else { usage::ADD };
            let values = params![day, account_id, token_id, endpoint, delta.calls, delta.charged_micro_yuan];
            self.connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
        }
        Ok(())
    }
}

/// How an account and a token of it stand.
pub(super) fn standing(
    connection: &Connection,
    account_id: AccountId,
    token_id: TokenId,
) -> Result<Standing, StoreError> {
    let mut books = Books::new(connection);
    let pair = books.pair(account_id, token_id)?;
    Ok(Standing { account: *pair.account, token: *pair.token })
}

/// An account's book.
pub(super) fn read_account(connection: &Connection, id: AccountId) -> Result<AccountBook, StoreError> {
    let mut statement = connection.prepare_cached(SELECT_ACCOUNT).map_err(from_sqlite)?;
    let book = statement.query_row([id.0], account_book).optional().map_err(from_sqlite)?;
    book.ok_or_else(|| StoreError::NoSuchAccount(format!("number {id}")))
}

fn account_book(row: &Row<'_>) -> rusqlite::Result<AccountBook> {
    Ok(AccountBook {
        credited: amount(row, 0)?,
        charged: amount(row, 1)?,
        held: amount(row, 2)?,
        quota: quota(row, 3)?,
        daily_quota: row.get(5)?,
    })
}

fn read_token(connection: &Connection, id: TokenId) -> Result<Option<(AccountId, TokenBook)>, StoreError> {
    let mut statement = connection.prepare_cached(SELECT_TOKEN).map_err(from_sqlite)?;
    let row = statement.query_row([id.0], |row| {
        let spending_cap: Option<u64> = row.get(5)?;
        let book = TokenBook {
            charged: amount(row, 0)?,
            held: amount(row, 1)?,
            quota: quota(row, 2)?,
            daily_quota: row.get(4)?,
            spending_cap: spending_cap.map(MicroYuan),
        };
        Ok((AccountId(row.get(6)?), book))
    });
    row.optional().map_err(from_sqlite)
}

/// Writes an account's book; its quota's size is a limit, not ours to write.
pub(super) fn write_account(connection: &Connection, id: i64, book: &AccountBook) -> Result<(), StoreError> {
    let sql = "UPDATE account_books SET credited_micro_yuan = ?2, charged_micro_yuan = ?3, held_micro_yuan = ?4,
        quota_day = ?5, quota_used = ?6 WHERE account_id = ?1";
    let Quota { day, used } = book.quota;
    let values = params![id, signed(book.credited), signed(book.charged), signed(book.held), day.number(), used];
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
    Ok(())
}

fn write_token(connection: &Connection, id: i64, book: &TokenBook) -> Result<(), StoreError> {
    let sql = "UPDATE token_books SET charged_micro_yuan = ?2, held_micro_yuan = ?3, quota_day = ?4, quota_used = ?5
        WHERE token_id = ?1";
    let Quota { day, used } = book.quota;
    let values = params![id, signed(book.charged), signed(book.held), day.number(), used];
    connection.prepare_cached(sql).and_then(|mut sql| sql.execute(values)).map_err(from_sqlite)?;
    Ok(())
}

fn quota(row: &Row<'_>, column: usize) -> rusqlite::Result<Quota> {
    Ok(Quota { day: Day::from_number(row.get(column)?), used: row.get(column + 1)? })
}

/// An amount of a column.
pub(super) fn amount(row: &Row<'_>, column: usize) -> rusqlite::Result<MicroYuan> {
    row.get(column).map(MicroYuan)
}

/// An amount as the database has it. No amount reaches 2^63: see [`MicroYuan::MAX`].
pub(super) fn signed(amount: MicroYuan) -> i64 {
    store::signed(amount.0)
}
