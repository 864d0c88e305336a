//! Who calls: accounts and the tokens they call with.

use std::fmt;

use crate::UnixTime;

/// An account's number, given by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub i64);

/// A token's number, given by the store. Not secret: it names the token in lists and commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenId(pub i64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Somebody who may call: a person, a team, a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's number.
    pub id: AccountId,
    /// The name the operator gave it; unique.
    pub name: String,
    /// When it was made.
    pub created_at: UnixTime,
}

impl Account {
    /// Whether a text may be an account's name: 1 to 64 characters, without control characters and outer spaces.
    pub fn is_name(text: &str) -> bool {
        (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control) && text.trim() == text
    }
}

/// What every token begins with, so that a leaked one is recognised.
pub const TOKEN_PREFIX: &str = "astro_";

/// What every admin key begins with, so that a leaked one is recognised, and never taken for a token.
pub const ADMIN_KEY_PREFIX: &str = "astroadmin_";

/// The keyed hash of a token: all that is kept of its secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// A token to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Whose token.
    pub account_id: AccountId,
    /// The keyed hash of the secret.
    pub hash: TokenHash,
    /// The secret's first and last four characters, to recognise it by: `astr…9x2Q`.
    pub hint: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// From when on it is refused; never, when none.
    pub expires_at: Option<UnixTime>,
}

/// A token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The token's number.
    pub id: TokenId,
    /// Whose token.
    pub account_id: AccountId,
    /// The secret's first and last four characters.
    pub hint: String,
    /// Whether the operator lets it be used.
    pub enabled: bool,
    /// When it was made.
    pub created_at: UnixTime,
    /// From when on it is refused; never, when none.
    pub expires_at: Option<UnixTime>,
}

impl Token {
    /// Whether the token may be used at `now`.
    pub fn is_active(&self, now: UnixTime) -> bool {
        self.enabled && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}
