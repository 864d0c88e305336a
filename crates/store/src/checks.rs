//! Whether a store can be trusted: its books balance, its files are whole and can be written, and the tokens' key at hand is the
//! one that they were hashed with.

use async_trait::async_trait;
use domain::{AccountId, MicroYuan, TokenHash, TokenId};

use crate::StoreError;

/// What a book says, beside the sum that it must be equal to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imbalance {
    /// Whose book.
    pub account_id: AccountId,
    /// Of which token, where it is not the account's own book.
    pub token_id: Option<TokenId>,
    /// Which of the sums.
    pub sum: Sum,
    /// What the book says.
    pub book: MicroYuan,
    /// What the rows sum up to.
    pub rows: MicroYuan,
}

/// A sum that books must agree with: docs/money.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// What was credited: top-ups less withdrawals.
    Credited,
    /// What was charged: that of the account's tokens.
    ChargedToTokens,
    /// What was charged: usage.
    ChargedByUsage,
    /// What is held: that of the account's tokens.
    HeldByTokens,
    /// What is held: the holds there are.
    HeldByHolds,
    /// What was charged is at least what listed calls were charged; those that are forgotten were too.
    ChargedByCalls,
    /// What is held: the calls that are.
    HeldByCalls,
    /// What was credited is at least what was charged and is held.
    Spent,
}

impl Sum {
    /// Every sum, in the order of its number in the stores' statements.
    pub const ALL: [Self; 8] = [
        Self::Credited,
        Self::ChargedToTokens,
        Self::ChargedByUsage,
        Self::HeldByTokens,
        Self::HeldByHolds,
        Self::ChargedByCalls,
        Self::HeldByCalls,
        Self::Spent,
    ];

    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Credited => "credited",
            Self::ChargedToTokens => "charged_to_tokens",
            Self::ChargedByUsage => "charged_by_usage",
            Self::HeldByTokens => "held_by_tokens",
            Self::HeldByHolds => "held_by_holds",
            Self::ChargedByCalls => "charged_by_calls",
            Self::HeldByCalls => "held_by_calls",
            Self::Spent => "spent",
        }
    }
}

/// Where books and rows differ, as both databases read it: number in [`Sum::ALL`], account, token, book, rows. One statement reads everything
/// as of one moment.
pub const IMBALANCES: &str = "
    WITH topped_up AS (
            SELECT account_id, sum(amount) AS amount FROM (
                SELECT account_id, amount_micro_yuan AS amount FROM top_ups
                UNION ALL SELECT account_id, -amount_micro_yuan FROM withdrawals) AS moved
            GROUP BY account_id),
        of_tokens AS (
            SELECT account_id, sum(charged_micro_yuan) AS charged, sum(held_micro_yuan) AS held
            FROM token_books JOIN tokens USING (token_id) GROUP BY account_id),
        used AS (
            SELECT account_id, token_id, sum(charged_micro_yuan) AS charged FROM usage GROUP BY account_id, token_id),
        used_of_accounts AS (SELECT account_id, sum(charged) AS charged FROM used GROUP BY account_id),
        holding AS (
            SELECT token_id, sum(price_micro_yuan) AS held FROM holds JOIN calls USING (call_id)
            WHERE state = 0 GROUP BY token_id),
        compared (sum, account_id, token_id, book, total) AS (
            SELECT 0, account_id, CAST(NULL AS bigint), credited_micro_yuan, coalesce(amount, 0)
            FROM account_books LEFT JOIN topped_up USING (account_id)
            UNION ALL SELECT 1, account_id, CAST(NULL AS bigint), charged_micro_yuan, coalesce(charged, 0)
            FROM account_books LEFT JOIN of_tokens USING (account_id)
            UNION ALL SELECT 2, account_id, CAST(NULL AS bigint), charged_micro_yuan, coalesce(charged, 0)
            FROM account_books LEFT JOIN used_of_accounts USING (account_id)
            UNION ALL SELECT 2, tokens.account_id, token_id, charged_micro_yuan, coalesce(charged, 0)
            FROM token_books JOIN tokens USING (token_id) LEFT JOIN used USING (token_id)
            UNION ALL SELECT 3, account_id, CAST(NULL AS bigint), held_micro_yuan, coalesce(held, 0)
            FROM account_books LEFT JOIN of_tokens USING (account_id)
            UNION ALL SELECT 4, account_id, token_id, held_micro_yuan, coalesce(held, 0)
            FROM token_books JOIN tokens USING (token_id) LEFT JOIN holding USING (token_id)
            UNION ALL SELECT 7, account_id, CAST(NULL AS bigint), credited_micro_yuan, charged_micro_yuan + held_micro_yuan
            FROM account_books WHERE charged_micro_yuan + held_micro_yuan > credited_micro_yuan)
    SELECT sum, account_id, token_id, book, CAST(total AS bigint) FROM compared WHERE book <> total ORDER BY account_id, token_id, sum";

/// The same of books and calls.
pub const IMBALANCES_OF_CALLS: &str = "
    WITH listed AS (
            SELECT token_id, sum(charged_micro_yuan) AS charged,
                coalesce(sum(price_micro_yuan) FILTER (WHERE state = 0), 0) AS held
            FROM calls GROUP BY token_id),
        compared (sum, account_id, token_id, book, total) AS (
            SELECT 5, account_id, token_id, charged_micro_yuan, charged
            FROM token_books JOIN tokens USING (token_id) JOIN listed USING (token_id)
            WHERE charged > charged_micro_yuan
            UNION ALL SELECT 6, account_id, token_id, held_micro_yuan, coalesce(held, 0)
            FROM token_books JOIN tokens USING (token_id) LEFT JOIN listed USING (token_id))
    SELECT sum, account_id, token_id, book, CAST(total AS bigint) FROM compared WHERE book <> total ORDER BY account_id, token_id, sum";

/// Looks at what it keeps, and changes none of it but the mark of a key.
#[async_trait]
pub trait CheckedStore: Send + Sync {
    /// Where the books do not balance, by account; all of one moment, whatever servers do meanwhile. Single calls are not read.
    async fn imbalances(&self) -> Result<Vec<Imbalance>, StoreError>;

    /// Where the books and the calls do not agree. Reads every call.
    async fn imbalances_of_calls(&self) -> Result<Vec<Imbalance>, StoreError>;

    /// What is damaged of the files themselves, in the database's words. Reads all of them.
    async fn damages(&self) -> Result<Vec<String>, StoreError>;

    /// Whether changes can be kept.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] when they cannot.
    async fn check_writable(&self) -> Result<(), StoreError>;

    /// The mark of the key that tokens are hashed with; none before the first one is kept.
    async fn token_key_mark(&self) -> Result<Option<TokenHash>, StoreError>;

    /// Keeps the mark of a key where there is none, and gives the one that is kept.
    async fn keep_token_key_mark(&self, mark: TokenHash) -> Result<TokenHash, StoreError>;

    /// Replaces the mark: tokens of another key are never found again. Noted in the audit log.
    async fn replace_token_key_mark(&self, mark: TokenHash) -> Result<(), StoreError>;
}
