//! The books a transaction works on: all are locked and read at once, changed in memory by the functions of `ledger`, and
//! written back at once.

use std::collections::BTreeMap;

use domain::{AccountId, MicroYuan, TokenId};
use ledger::{AccountBook, Day, Quota, TokenBook};
use store::{StoreError, signed};
use tokio_postgres::Row;

use super::usage::{Place, UsageDeltas};
use super::values::{amount, number, number_opt};
use crate::connection::Values;
use crate::error::column;
use crate::transaction::Transaction;

/// How many columns [`account_book`] reads.
pub(super) const ACCOUNT_COLUMNS: usize = 6;

/// Waits for whoever works on one of the books, and reads them as that one left them: at "read committed" a row that was
/// waited for is read anew.
pub(super) const LOCK_ACCOUNTS: &str =
    "SELECT credited_micro_yuan, charged_micro_yuan, held_micro_yuan, quota_day, quota_used, daily_quota, account_id
     FROM account_books WHERE account_id = ANY($1) ORDER BY account_id FOR UPDATE";

/// Only tokens of accounts that are locked before, so that nobody waits for one of them.
pub(super) const LOCK_TOKENS: &str =
    "SELECT b.charged_micro_yuan, b.held_micro_yuan, b.quota_day, b.quota_used, b.daily_quota,
            b.spending_cap_micro_yuan, t.account_id, t.token_id
     FROM token_books AS b JOIN tokens AS t USING (token_id)
     WHERE t.token_id = ANY($1) AND t.account_id = ANY($2) ORDER BY t.token_id FOR UPDATE OF b";

/// A book as it was read and as it is now.
struct Kept<B> {
    was: B,
    is: B,
}

impl<B: Copy> Kept<B> {
    fn new(book: B) -> Self {
        Self { was: book, is: book }
    }
}

/// The locked books, and the usage that the transaction has touched.
pub(super) struct Books {
    accounts: BTreeMap<i64, Kept<AccountBook>>,
    tokens: BTreeMap<i64, (AccountId, Kept<TokenBook>)>,
    usage: UsageDeltas,
}

/// The two books a call is about.
pub(super) struct Pair<'b> {
    pub(super) account: &'b mut AccountBook,
    pub(super) token: &'b mut TokenBook,
}

impl Books {
    /// Locks the books of accounts, then those of tokens, each kind by number: whoever does so cannot be waited for by
    /// one it waits for.
    pub(super) async fn lock(
        transaction: &Transaction,
        payers: impl IntoIterator<Item = (AccountId, TokenId)>,
    ) -> Result<Self, StoreError> {
        let (mut accounts, mut tokens): (Vec<i64>, Vec<i64>) =
            payers.into_iter().map(|(account_id, token_id)| (account_id.0, token_id.0)).unzip();
        for ids in [&mut accounts, &mut tokens] {
            ids.sort_unstable();
            ids.dedup();
        }
        transaction.prepare(&[LOCK_ACCOUNTS, LOCK_TOKENS]).await?;
        let (of_accounts, of_tokens): (Values<'_>, Values<'_>) = (&[&accounts], &[&tokens, &accounts]);
        let accounts = transaction.query(LOCK_ACCOUNTS, of_accounts);
        let tokens = transaction.query(LOCK_TOKENS, of_tokens);
        let (accounts, tokens) = tokio::try_join!(biased; accounts, tokens)?;
        let accounts = accounts.iter().map(|row| Ok((column(row, 6)?, Kept::new(account_book(row, 0)?))));
        let tokens = tokens
            .iter()
            .map(|row| Ok((column(row, 7)?, (AccountId(column(row, 6)?), Kept::new(token_book(row, 0)?)))));
        Ok(Self {
            accounts: accounts.collect::<Result<_, StoreError>>()?,
            tokens: tokens.collect::<Result<_, StoreError>>()?,
            usage: UsageDeltas::default(),
        })
    }

    /// The books of an account and a token of it.
    ///
    /// # Errors
    /// [`StoreError::NoSuchToken`] when the token is none of the account's.
    pub(super) fn pair(&mut self, account_id: AccountId, token_id: TokenId) -> Result<Pair<'_>, StoreError> {
        match (self.accounts.get_mut(&account_id.0), self.tokens.get_mut(&token_id.0)) {
            (Some(account), Some((owner, token))) if *owner == account_id => {
                Ok(Pair { account: &mut account.is, token: &mut token.is })
            }
            _ => Err(StoreError::NoSuchToken(token_id.0)),
        }
    }

    /// The book of an account.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`].
    pub(super) fn account(&mut self, id: AccountId) -> Result<&mut AccountBook, StoreError> {
        self.accounts.get_mut(&id.0).map(|kept| &mut kept.is).ok_or_else(|| no_such_account(id))
    }

    /// Counts a success, or takes one back.
    pub(super) fn count(&mut self, place: Place, calls: i64, charged: MicroYuan) {
        self.usage.count(place, calls, charged);
    }

    /// Writes back what changed.
    pub(super) async fn save(&self, transaction: &Transaction) -> Result<(), StoreError> {
        tokio::try_join!(
            biased;
            self.save_accounts(transaction),
            self.save_tokens(transaction),
            self.usage.save(transaction)
        )?;
        Ok(())
    }

    /// A quota's size is a limit, not ours to write; nor is anything else that operators set.
    async fn save_accounts(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let mut columns = Columns::default();
        let mut credited = Vec::new();
        for (id, kept) in self.accounts.iter().filter(|(_, kept)| kept.is != kept.was) {
            credited.push(signed(kept.is.credited.0));
            columns.push(*id, kept.is.charged, kept.is.held, kept.is.quota);
        }
        if credited.is_empty() {
            return Ok(());
        }
        let sql = "UPDATE account_books SET charged_micro_yuan = now.charged, held_micro_yuan = now.held,
                          quota_day = now.day, quota_used = now.used, credited_micro_yuan = now.credited
                   FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[], $5::bigint[], $6::bigint[])
                        AS now (id, charged, held, day, used, credited) WHERE account_id = now.id";
        let Columns { ids, charged, held, days, used } = &columns;
        transaction.execute(sql, &[ids, charged, held, days, used, &credited]).await?;
        Ok(())
    }

    async fn save_tokens(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let mut columns = Columns::default();
        for (id, (_, kept)) in self.tokens.iter().filter(|(_, (_, kept))| kept.is != kept.was) {
            columns.push(*id, kept.is.charged, kept.is.held, kept.is.quota);
        }
        if columns.ids.is_empty() {
            return Ok(());
        }
        let sql = "UPDATE token_books SET charged_micro_yuan = now.charged, held_micro_yuan = now.held,
                          quota_day = now.day, quota_used = now.used
                   FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[], $5::bigint[])
                        AS now (id, charged, held, day, used) WHERE token_id = now.id";
        let Columns { ids, charged, held, days, used } = &columns;
        transaction.execute(sql, &[ids, charged, held, days, used]).await?;
        Ok(())
    }
}

/// What accounts and tokens both have, a list for each column.
#[derive(Default)]
struct Columns {
    ids: Vec<i64>,
    charged: Vec<i64>,
    held: Vec<i64>,
    days: Vec<i32>,
    used: Vec<i64>,
}

impl Columns {
    fn push(&mut self, id: i64, charged: MicroYuan, held: MicroYuan, quota: Quota) {
        self.ids.push(id);
        self.charged.push(signed(charged.0));
        self.held.push(signed(held.0));
        self.days.push(quota.day.number());
        self.used.push(signed(quota.used));
    }
}

/// An account's book, from the columns of [`LOCK_ACCOUNTS`] that begin at one.
pub(super) fn account_book(row: &Row, at: usize) -> Result<AccountBook, StoreError> {
    Ok(AccountBook {
        credited: amount(row, at)?,
        charged: amount(row, at + 1)?,
        held: amount(row, at + 2)?,
        quota: quota(row, at + 3)?,
        daily_quota: number_opt(row, at + 5)?,
    })
}

/// A token's book, from the columns of [`LOCK_TOKENS`] that begin at one.
pub(super) fn token_book(row: &Row, at: usize) -> Result<TokenBook, StoreError> {
    Ok(TokenBook {
        charged: amount(row, at)?,
        held: amount(row, at + 1)?,
        quota: quota(row, at + 2)?,
        daily_quota: number_opt(row, at + 4)?,
        spending_cap: number_opt(row, at + 5)?.map(MicroYuan),
    })
}

/// That no account has a number.
pub(super) fn no_such_account(id: AccountId) -> StoreError {
    StoreError::NoSuchAccount(format!("number {id}"))
}

fn quota(row: &Row, at: usize) -> Result<Quota, StoreError> {
    Ok(Quota { day: Day::from_number(column(row, at)?), used: number(row, at + 1)? })
}
