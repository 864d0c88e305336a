//! Accounts and tokens.

use async_trait::async_trait;
use domain::{Account, AccountId, NewToken, Token, TokenHash, TokenId, TokenPolicy, UnixTime};
use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, TransactionBehavior, params};
use store::{AccountStore, Change, StoreError};

use crate::SqliteStore;
use crate::audit;
use crate::error::from_sqlite;
use crate::meter::write_policy;

/// What [`token`] reads.
pub(crate) const TOKEN_COLUMNS: &str = "token_id, account_id, hint, enabled, tokens.created_at, expires_at";

#[async_trait]
impl AccountStore for SqliteStore {
    async fn create_account(&self, name: &str, now: UnixTime) -> Result<Account, StoreError> {
        let name = name.to_owned();
        self.change_accounts(move |connection| {
            let account = insert_account(connection, name, now)?;
            let change = Change::account_made(&account);
            Ok((account, change))
        })
        .await
    }

    async fn account(&self, name: &str) -> Result<Account, StoreError> {
        let name = name.to_owned();
        self.ledger
            .read(move |connection| {
                let sql = "SELECT account_id, name, created_at FROM accounts WHERE name = ?1";
                let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
                let account = statement.query_row([&name], account).optional().map_err(from_sqlite)?;
                account.ok_or(StoreError::NoSuchAccount(name))
            })
            .await
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.ledger
            .read(|connection| {
                all(connection, "SELECT account_id, name, created_at FROM accounts ORDER BY account_id", account)
            })
            .await
    }

    async fn create_limited_token(&self, token: NewToken, policy: TokenPolicy) -> Result<Token, StoreError> {
        self.change_accounts(move |connection| {
            let token = insert_token(connection, token)?;
            write_policy(connection, token.id, &policy)?;
            let change = Change::token_made(&token, &policy);
            Ok((token, change))
        })
        .await
    }

    async fn tokens(&self) -> Result<Vec<(String, Token)>, StoreError> {
        self.ledger
            .read(|connection| {
                let sql = format!(
                    "SELECT {TOKEN_COLUMNS}, name FROM tokens JOIN accounts USING (account_id) ORDER BY token_id"
                );
                all(connection, &sql, |row| Ok((row.get("name")?, token(row)?)))
            })
            .await
    }

    async fn set_token_enabled(&self, id: TokenId, enabled: bool) -> Result<(), StoreError> {
        let change = Change::token_enabled(id, enabled);
        self.change_accounts(move |connection| Ok((enable_token(connection, id, enabled)?, change))).await
    }

    async fn token_by_hash(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        let hash = hash.0;
        self.ledger
            .read(move |connection| {
                let sql = format!("SELECT {TOKEN_COLUMNS} FROM tokens WHERE hash = ?1");
                let mut statement = connection.prepare_cached(&sql).map_err(from_sqlite)?;
                statement.query_row([&hash], token).optional().map_err(from_sqlite)
            })
            .await
    }
}

impl SqliteStore {
    /// Runs `work` in a transaction; if a row is not what it was, notes the change that it tells in the audit log and grows the
    /// generation of accounts.
    pub(crate) async fn change_accounts<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<(T, Change), StoreError> + Send + 'static,
    {
        let actor = self.actor.clone();
        self.ledger
            .write(move |connection| {
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_sqlite)?;
                let changes_before = transaction.total_changes();
                let (result, change) = work(&transaction)?;
                if transaction.total_changes() != changes_before {
                    audit::note(&transaction, &actor, &change)?;
                    let sql = "UPDATE meta SET accounts_generation = accounts_generation + 1";
                    transaction.execute(sql, []).map_err(from_sqlite)?;
                }
                transaction.commit().map_err(from_sqlite)?;
                Ok(result)
            })
            .await
    }
}

fn insert_account(connection: &Connection, name: String, now: UnixTime) -> Result<Account, StoreError> {
    let sql = "INSERT INTO accounts (name, created_at) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
    if connection.execute(sql, params![name, now.0]).map_err(from_sqlite)? == 0 {
        return Err(StoreError::AccountExists(name));
    }
    Ok(Account { id: AccountId(connection.last_insert_rowid()), name, created_at: now })
}

fn insert_token(connection: &Connection, token: NewToken) -> Result<Token, StoreError> {
    let sql = "INSERT INTO tokens (account_id, hash, hint, enabled, created_at, expires_at)
               VALUES (?1, ?2, ?3, TRUE, ?4, ?5)";
    let NewToken { account_id, hash, hint, created_at, expires_at } = token;
    let values = params![account_id.0, hash.0, hint, created_at.0, expires_at.map(|moment| moment.0)];
    connection.execute(sql, values).map_err(|error| no_such_account(error, account_id))?;
    Ok(Token { id: TokenId(connection.last_insert_rowid()), account_id, hint, enabled: true, created_at, expires_at })
}

fn no_such_account(error: rusqlite::Error, id: AccountId) -> StoreError {
    let is_foreign_key =
        error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY);
    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) && is_foreign_key {
        return StoreError::NoSuchAccount(format!("number {id}"));
    }
    from_sqlite(error)
}

fn enable_token(connection: &Connection, id: TokenId, enabled: bool) -> Result<(), StoreError> {
    let sql = "UPDATE tokens SET enabled = ?2 WHERE token_id = ?1 AND enabled <> ?2";
    if connection.execute(sql, params![id.0, enabled]).map_err(from_sqlite)? == 0 {
        let sql = "SELECT 1 FROM tokens WHERE token_id = ?1";
        let known = connection.query_row(sql, [id.0], |_| Ok(())).optional().map_err(from_sqlite)?;
        return known.ok_or(StoreError::NoSuchToken(id.0));
    }
    Ok(())
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(from_sqlite)?;
    let rows = statement.query_map([], map).map_err(from_sqlite)?;
    rows.collect::<rusqlite::Result<_>>().map_err(from_sqlite)
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account { id: AccountId(row.get(0)?), name: row.get(1)?, created_at: moment(row, 2)? })
}

/// A token of [`TOKEN_COLUMNS`].
pub(crate) fn token(row: &Row<'_>) -> rusqlite::Result<Token> {
    let expires_at = if row.get_ref(5)?.data_type() == Type::Null { None } else { Some(moment(row, 5)?) };
    Ok(Token {
        id: TokenId(row.get(0)?),
        account_id: AccountId(row.get(1)?),
        hint: row.get(2)?,
        enabled: row.get(3)?,
        created_at: moment(row, 4)?,
        expires_at,
    })
}

fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<UnixTime> {
    row.get(column).map(UnixTime)
}
