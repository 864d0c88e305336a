//! Accounts and tokens.

use async_trait::async_trait;
use domain::{Account, AccountId, NewToken, Token, TokenHash, TokenId, TokenPolicy, UnixTime};
use store::{AccountStore, Change, StoreError};
use tokio_postgres::Row;

use crate::PostgresStore;
use crate::audit;
use crate::error::column;
use crate::meter::write_policy;
use crate::transaction::Transaction;

#[async_trait]
impl AccountStore for PostgresStore {
    async fn create_account(&self, name: &str, now: UnixTime) -> Result<Account, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let sql = "INSERT INTO accounts (name, created_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING
                   RETURNING account_id, name, created_at";
        let row = transaction.query_opt(sql, &[&name, &i64::from(now.0)]).await?;
        let row = row.ok_or_else(|| StoreError::AccountExists(name.to_owned()))?;
        let account = account(&row)?;
        self.commit_change(transaction, &Change::account_made(&account)).await?;
        Ok(account)
    }

    async fn account(&self, name: &str) -> Result<Account, StoreError> {
        let sql = "SELECT account_id, name, created_at FROM accounts WHERE name = $1";
        let row = self.pool.query_opt(sql, &[&name]).await?;
        account(&row.ok_or_else(|| StoreError::NoSuchAccount(name.to_owned()))?)
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let sql = "SELECT account_id, name, created_at FROM accounts ORDER BY account_id";
        self.pool.query(sql, &[]).await?.iter().map(account).collect()
    }

    async fn create_limited_token(&self, token: NewToken, policy: TokenPolicy) -> Result<Token, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let token = self::token(&insert_token(&transaction, &token).await?)?;
        write_policy(&transaction, token.id, &policy).await?;
        self.commit_change(transaction, &Change::token_made(&token, &policy)).await?;
        Ok(token)
    }

    async fn tokens(&self) -> Result<Vec<(String, Token)>, StoreError> {
        let sql = "SELECT token_id, account_id, hint, enabled, tokens.created_at, expires_at, name
                   FROM tokens JOIN accounts USING (account_id) ORDER BY token_id";
        let rows = self.pool.query(sql, &[]).await?;
        rows.iter().map(|row| Ok((column(row, 6)?, token(row)?))).collect()
    }

    async fn set_token_enabled(&self, id: TokenId, enabled: bool) -> Result<(), StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let sql = "UPDATE tokens SET enabled = $2 WHERE token_id = $1 AND enabled <> $2";
        if transaction.execute(sql, &[&id.0, &enabled]).await? > 0 {
            return self.commit_change(transaction, &Change::token_enabled(id, enabled)).await;
        }
        let known = transaction.query_opt("SELECT 1 FROM tokens WHERE token_id = $1", &[&id.0]).await?;
        transaction.commit().await?;
        known.map(|_| ()).ok_or(StoreError::NoSuchToken(id.0))
    }

    async fn token_by_hash(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        let sql = "SELECT token_id, account_id, hint, enabled, created_at, expires_at FROM tokens WHERE hash = $1";
        let row = self.pool.query_opt(sql, &[&hash.0.as_slice()]).await?;
        row.as_ref().map(token).transpose()
    }
}

impl PostgresStore {
    /// Commits, tells every process that an account or a token is not what it was, and notes the change in the audit log.
    ///
    /// The counter is grown last: its row is locked from then to the commit, and whoever changes accounts needs it.
    pub(crate) async fn commit_change(&self, transaction: Transaction, change: &Change) -> Result<(), StoreError> {
        transaction.execute("UPDATE meta SET accounts_generation = accounts_generation + 1", &[]).await?;
        audit::note(&transaction, &self.actor, change).await?;
        transaction.commit().await
    }
}

async fn insert_token(transaction: &Transaction, token: &NewToken) -> Result<Row, StoreError> {
    let sql = "INSERT INTO tokens (account_id, hash, hint, enabled, created_at, expires_at)
               VALUES ($1, $2, $3, TRUE, $4, $5)
               RETURNING token_id, account_id, hint, enabled, created_at, expires_at";
    let NewToken { account_id, hash, hint, created_at, expires_at } = token;
    let hash = hash.0.as_slice();
    let created_at = i64::from(created_at.0);
    let expires_at = expires_at.map(|moment| i64::from(moment.0));
    let missing = || StoreError::NoSuchAccount(format!("number {account_id}"));
    transaction.insert_referring(sql, &[&account_id.0, &hash, hint, &created_at, &expires_at], missing).await
}

fn account(row: &Row) -> Result<Account, StoreError> {
    Ok(Account { id: AccountId(column(row, 0)?), name: column(row, 1)?, created_at: moment(column(row, 2)?)? })
}

/// A token whose columns come first.
pub(crate) fn token(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: TokenId(column(row, 0)?),
        account_id: AccountId(column(row, 1)?),
        hint: column(row, 2)?,
        enabled: column(row, 3)?,
        created_at: moment(column(row, 4)?)?,
        expires_at: column::<Option<i64>>(row, 5)?.map(moment).transpose()?,
    })
}

fn moment(seconds: i64) -> Result<UnixTime, StoreError> {
    UnixTime::from_seconds(seconds).map_err(|error| StoreError::Corrupt(error.to_string()))
}
