//! What the caller's account and token may still spend.

use catalog::ACCOUNT;
use serde::Deserialize;

use crate::{Client, ClientError};

/// What `/v1/account` answers, as far as it is told on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AccountPage {
    /// The account that the token belongs to.
    pub account: AccountStanding,
    /// The token that asks.
    pub token: TokenStanding,
}

/// How an account stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountStanding {
    /// What can still be spent, in yuan.
    pub balance_yuan: String,
    /// Successes left today; none without a quota.
    pub daily_quota_left: Option<u64>,
}

/// How a token stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenStanding {
    /// What it spent, in yuan.
    pub spent_yuan: String,
    /// The most it may ever spend, in yuan; none without a cap.
    pub spending_cap_yuan: Option<String>,
    /// Successes left today; none without a quota.
    pub daily_quota_left: Option<u64>,
}

impl Client {
    /// Asks how the caller's account and token stand; nothing is charged.
    ///
    /// # Errors
    /// As [`Client::author_cp_info`].
    pub async fn account(&self) -> Result<AccountPage, ClientError> {
        self.plain(&ACCOUNT, "").await
    }
}
