//! A daily quota that begins within a day: what both databases read and write for it. Successes that cost nothing and count against nothing
//! are in the usage alone until then (docs/money.md).

use domain::{AccountId, TokenId};

/// Whose quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaOf {
    /// An account's.
    Account(AccountId),
    /// A token's.
    Token(TokenId),
}

impl QuotaOf {
    /// Its number.
    pub const fn number(self) -> i64 {
        match self {
            Self::Account(id) => id.0,
            Self::Token(id) => id.0,
        }
    }

    /// The successes of the last day with any: the day and how many; `$1` is the number.
    pub const fn last_day(self) -> &'static str {
        match self {
            Self::Account(_) => {
                "SELECT day, CAST(sum(calls) AS bigint) FROM usage WHERE account_id = $1 AND calls > 0
                GROUP BY day ORDER BY day DESC LIMIT 1"
            }
            Self::Token(_) => {
                "SELECT day, CAST(sum(calls) AS bigint) FROM usage WHERE token_id = $1 AND calls > 0
                GROUP BY day ORDER BY day DESC LIMIT 1"
            }
        }
    }

    /// What the book has counted: the day and how many; `$1` is the number.
    pub const fn select(self) -> &'static str {
        match self {
            Self::Account(_) => "SELECT quota_day, quota_used FROM account_books WHERE account_id = $1",
            Self::Token(_) => "SELECT quota_day, quota_used FROM token_books WHERE token_id = $1",
        }
    }

    /// Writes that again: the day, how many, and the number, in the order in which SQLite numbers them.
    pub const fn update(self) -> &'static str {
        match self {
            Self::Account(_) => "UPDATE account_books SET quota_day = $1, quota_used = $2 WHERE account_id = $3",
            Self::Token(_) => "UPDATE token_books SET quota_day = $1, quota_used = $2 WHERE token_id = $3",
        }
    }

    /// How many of a day's calls on hold count against it.
    pub fn held(self, held: &[(AccountId, TokenId, u64)]) -> u64 {
        let own = held.iter().filter(|(account, token, _)| match self {
            Self::Account(id) => id == *account,
            Self::Token(id) => id == *token,
        });
        own.map(|(_, _, calls)| calls).sum()
    }
}
