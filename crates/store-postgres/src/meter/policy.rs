//! Limits, policies and prices: what operators set.

use std::fmt::Display;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::LazyLock;

use domain::{
    AccountId, Limits, LimitsChange, MicroYuan, PolicyChange, PolicyError, Rate, TokenHash, TokenId, TokenPolicy,
    UnixTime,
};
use store::{Caller, Change, QuotaOf, StoreError, signed};
use tokio_postgres::Row;

use super::books::no_such_account;
use super::usage::begin_quota;
use super::values::{amount, number_opt, small};
use crate::PostgresStore;
use crate::accounts::token;
use crate::connection::Values;
use crate::error::{column, known};
use crate::transaction::Transaction;

const LIMIT_COLUMNS: &str = "rate_per_s, rate_burst, concurrent_max, daily_quota";

/// The limits come first.
const POLICY_COLUMNS: &str = "b.rate_per_s, b.rate_burst, b.concurrent_max, b.daily_quota, b.spending_cap_micro_yuan,
    b.header_only, b.scopes, b.addresses";

/// How many columns a policy and a token have.
const POLICY_LEN: usize = 8;
const TOKEN_LEN: usize = 6;

static ACCOUNT_LIMITS: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {LIMIT_COLUMNS} FROM account_books WHERE account_id = $1"));

static TOKEN_POLICY: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {POLICY_COLUMNS} FROM token_books AS b WHERE token_id = $1"));

/// Waits for whoever changes the same, and for charges.
static ACCOUNT_LIMITS_LOCKED: LazyLock<String> = LazyLock::new(|| format!("{} FOR UPDATE", *ACCOUNT_LIMITS));
static TOKEN_POLICY_LOCKED: LazyLock<String> = LazyLock::new(|| format!("{} FOR UPDATE", *TOKEN_POLICY));

static CALLER: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT t.token_id, t.account_id, t.hint, t.enabled, t.created_at, t.expires_at, {POLICY_COLUMNS},
                a.rate_per_s, a.rate_burst, a.concurrent_max, a.daily_quota
         FROM tokens AS t JOIN token_books AS b USING (token_id) JOIN account_books AS a USING (account_id)
         WHERE t.hash = $1"
    )
});

impl PostgresStore {
    /// The limits of an account.
    pub(super) async fn limits_of(&self, id: AccountId) -> Result<Limits, StoreError> {
        let row = self.pool.query_opt(ACCOUNT_LIMITS.as_str(), &[&id.0]).await?;
        limits(&row.ok_or_else(|| no_such_account(id))?, 0)
    }

    /// Changes what is named of an account's limits, under the lock of its book.
    pub(super) async fn change_limits(&self, id: AccountId, change: &LimitsChange) -> Result<Limits, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let row = transaction.query_opt(ACCOUNT_LIMITS_LOCKED.as_str(), &[&id.0]).await?;
        let before = limits(&row.ok_or_else(|| no_such_account(id))?, 0)?;
        let limits = change.applied_to(before)?;
        let sql = "UPDATE account_books SET rate_per_s = $2, rate_burst = $3, concurrent_max = $4, daily_quota = $5
            WHERE account_id = $1";
        let [per_second, burst, concurrent, quota] = columns(limits);
        transaction.execute(sql, &[&id.0, &per_second, &burst, &concurrent, &quota]).await?;
        if limits.begin_a_quota(&before) {
            begin_quota(&transaction, QuotaOf::Account(id)).await?;
        }
        self.commit_change(transaction, &Change::account_limited(id, limits)).await?;
        Ok(limits)
    }

    /// What a token may do.
    pub(super) async fn policy_of(&self, id: TokenId) -> Result<TokenPolicy, StoreError> {
        let row = self.pool.query_opt(TOKEN_POLICY.as_str(), &[&id.0]).await?;
        policy(&row.ok_or(StoreError::NoSuchToken(id.0))?, 0)
    }

    /// Changes what is named of what a token may do, under the lock of its book.
    pub(super) async fn change_policy(&self, id: TokenId, change: &PolicyChange) -> Result<TokenPolicy, StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let row = transaction.query_opt(TOKEN_POLICY_LOCKED.as_str(), &[&id.0]).await?;
        let before = policy(&row.ok_or(StoreError::NoSuchToken(id.0))?, 0)?;
        let limits_before = before.limits;
        let policy = change.applied_to(before)?;
        write_policy(&transaction, id, &policy).await?;
        if policy.limits.begin_a_quota(&limits_before) {
            begin_quota(&transaction, QuotaOf::Token(id)).await?;
        }
        self.commit_change(transaction, &Change::token_limited(id, &policy)).await?;
        Ok(policy)
    }

    /// From when on a token is refused.
    pub(super) async fn expire_token(&self, id: TokenId, at: Option<UnixTime>) -> Result<(), StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        let seconds = at.map(|at| i64::from(at.0));
        let sql = "UPDATE tokens SET expires_at = $2 WHERE token_id = $1";
        if transaction.execute(sql, &[&id.0, &seconds]).await? == 0 {
            return Err(StoreError::NoSuchToken(id.0));
        }
        self.commit_change(transaction, &Change::token_expires(id, at)).await
    }

    /// The token of a keyed hash, with what limits it: of one moment.
    pub(super) async fn caller_of(&self, hash: &TokenHash) -> Result<Option<Caller>, StoreError> {
        let row = self.pool.query_opt(CALLER.as_str(), &[&hash.0.as_slice()]).await?;
        let caller = |row: &Row| {
            let account_limits = limits(row, TOKEN_LEN + POLICY_LEN)?;
            Ok(Caller { token: token(row)?, policy: policy(row, TOKEN_LEN)?, account_limits })
        };
        row.as_ref().map(caller).transpose()
    }

    /// The prices of endpoints.
    pub(super) async fn list_prices(&self) -> Result<Vec<(u8, MicroYuan)>, StoreError> {
        let rows = self.pool.query("SELECT endpoint, price_micro_yuan FROM prices ORDER BY endpoint", &[]).await?;
        rows.iter().map(|row| Ok((small(row, 0)?, amount(row, 1)?))).collect()
    }

    /// Sets the price of an endpoint.
    pub(super) async fn price(&self, endpoint: u8, price: MicroYuan) -> Result<(), StoreError> {
        let sql = "INSERT INTO prices (endpoint, price_micro_yuan) VALUES ($1, $2)
            ON CONFLICT (endpoint) DO UPDATE SET price_micro_yuan = excluded.price_micro_yuan";
        let transaction = Transaction::begin(&self.pool).await?;
        transaction.execute(sql, &[&i16::from(endpoint), &signed(price.0)]).await?;
        self.commit_change(transaction, &Change::priced(endpoint, price)).await
    }
}

/// Writes everything of what a token may do.
pub(crate) async fn write_policy(
    transaction: &Transaction,
    id: TokenId,
    policy: &TokenPolicy,
) -> Result<(), StoreError> {
    let sql = "UPDATE token_books SET rate_per_s = $2, rate_burst = $3, concurrent_max = $4, daily_quota = $5,
        spending_cap_micro_yuan = $6, header_only = $7, scopes = $8, addresses = $9 WHERE token_id = $1";
    let [per_second, burst, concurrent, quota] = columns(policy.limits);
    let cap = policy.spending_cap.map(|cap| signed(cap.0));
    let (scopes, addresses) = (list(&policy.scopes), list(&policy.addresses));
    let values: Values<'_> =
        &[&id.0, &per_second, &burst, &concurrent, &quota, &cap, &policy.header_only, &scopes, &addresses];
    match transaction.execute(sql, values).await? {
        0 => Err(StoreError::NoSuchToken(id.0)),
        _ => Ok(()),
    }
}

fn columns(limits: Limits) -> [Option<i64>; 4] {
    let number = |number: NonZeroU32| i64::from(number.get());
    [
        limits.rate.map(|rate| number(rate.per_second)),
        limits.rate.map(|rate| number(rate.burst)),
        limits.concurrent.map(number),
        limits.daily_quota.map(signed),
    ]
}

fn limits(row: &Row, at: usize) -> Result<Limits, StoreError> {
    let number = |at| {
        let number = column::<Option<i64>>(row, at)?.map(u32::try_from).transpose();
        Ok::<_, StoreError>(known(number)?.and_then(NonZeroU32::new))
    };
    let rate = number(at)?.zip(number(at + 1)?).map(|(per_second, burst)| Rate { per_second, burst });
    Ok(Limits { rate, concurrent: number(at + 2)?, daily_quota: number_opt(row, at + 3)? })
}

fn policy(row: &Row, at: usize) -> Result<TokenPolicy, StoreError> {
    Ok(TokenPolicy {
        limits: limits(row, at)?,
        spending_cap: number_opt(row, at + 4)?.map(MicroYuan),
        header_only: column(row, at + 5)?,
        scopes: read_list(column(row, at + 6)?)?,
        addresses: read_list(column(row, at + 7)?)?,
    })
}

/// A list as it is kept: texts without spaces, with spaces between.
fn list(items: &[impl Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn read_list<T: FromStr<Err = PolicyError>>(text: &str) -> Result<Vec<T>, StoreError> {
    known(text.split_ascii_whitespace().map(str::parse).collect())
}
