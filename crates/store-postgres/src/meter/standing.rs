//! How accounts and tokens stand, read without locks.

use domain::{AccountId, TokenId};
use ledger::AccountBook;
use store::{Standing, StoreError};

use super::books::{ACCOUNT_COLUMNS, account_book, no_such_account, token_book};
use crate::PostgresStore;

impl PostgresStore {
    /// How an account and a token of it stand: both of one moment.
    pub(super) async fn read_standing(&self, account_id: AccountId, token_id: TokenId) -> Result<Standing, StoreError> {
        let sql = "SELECT a.credited_micro_yuan, a.charged_micro_yuan, a.held_micro_yuan, a.quota_day, a.quota_used,
                a.daily_quota, b.charged_micro_yuan, b.held_micro_yuan, b.quota_day, b.quota_used, b.daily_quota,
                b.spending_cap_micro_yuan
            FROM tokens AS t JOIN account_books AS a USING (account_id) JOIN token_books AS b USING (token_id)
            WHERE t.token_id = $1 AND t.account_id = $2";
        let row = self.pool.query_opt(sql, &[&token_id.0, &account_id.0]).await?;
        let row = row.ok_or(StoreError::NoSuchToken(token_id.0))?;
        Ok(Standing { account: account_book(&row, 0)?, token: token_book(&row, ACCOUNT_COLUMNS)? })
    }

    /// An account's book.
    pub(super) async fn read_account(&self, id: AccountId) -> Result<AccountBook, StoreError> {
        let sql = "SELECT credited_micro_yuan, charged_micro_yuan, held_micro_yuan, quota_day, quota_used, daily_quota
            FROM account_books WHERE account_id = $1";
        let row = self.pool.query_opt(sql, &[&id.0]).await?;
        account_book(&row.ok_or_else(|| no_such_account(id))?, 0)
    }
}
