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
