//! Accounts and tokens.

use async_trait::async_trait;
use domain::{Account, NewToken, Token, TokenHash, TokenId, UnixTime};

use crate::StoreError;

/// Keeps accounts and tokens. Every change grows [`crate::Generations::accounts`].
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Makes an account.
    ///
    /// # Errors
    /// [`StoreError::AccountExists`] when the name is taken.
    async fn create_account(&self, name: &str, now: UnixTime) -> Result<Account, StoreError>;

    /// The account of a name.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`] when there is none.
    async fn account(&self, name: &str) -> Result<Account, StoreError>;

    /// Every account, by number.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;

    /// Stores a new token, enabled.
    async fn create_token(&self, token: NewToken) -> Result<Token, StoreError>;

    /// Every token with the name of its account, by number.
    async fn tokens(&self) -> Result<Vec<(String, Token)>, StoreError>;

    /// Lets a token be used, or not; doing so twice is no error.
    ///
    /// # Errors
    /// [`StoreError::NoSuchToken`] when there is none.
    async fn set_token_enabled(&self, id: TokenId, enabled: bool) -> Result<(), StoreError>;

    /// The token whose secret has this keyed hash.
    async fn token_by_hash(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError>;
}
