//! Accounts and tokens.

use async_trait::async_trait;
use domain::{Account, NewToken, Token, TokenHash, TokenId, TokenPolicy, UnixTime};

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

    /// Stores a new token, enabled, that may do from its first moment on what `policy` says.
    async fn create_limited_token(&self, token: NewToken, policy: TokenPolicy) -> Result<Token, StoreError>;

    /// Stores a new token, enabled, that may do everything.
    async fn create_token(&self, token: NewToken) -> Result<Token, StoreError> {
        self.create_limited_token(token, TokenPolicy::default()).await
    }

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
