//! The audit log: what operators changed, in the words in which every store keeps it.

use domain::{Account, AccountId, CallId, CallState, Limits, MicroYuan, Token, TokenId, TokenPolicy, UnixTime};

use crate::{Forgotten, Movement, MovementKind};

/// What an operator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditAction {
    /// Makes an account.
    AccountCreate,
    /// Changes an account's limits.
    AccountLimit,
    /// Credits an account.
    AccountTopUp,
    /// Takes money out of an account again.
    AccountWithdraw,
    /// Makes a token.
    TokenCreate,
    /// Lets a token be used again.
    TokenEnable,
    /// Lets a token be used no more.
    TokenDisable,
    /// Says from when on a token is refused.
    TokenExpiry,
    /// Says what a token may do.
    TokenPolicy,
    /// Replaces the lost key of all tokens.
    TokenKey,
    /// Sets the price of an endpoint.
    PriceSet,
    /// Settles an unknown call.
    CallReconcile,
    /// Deletes what is held of a creator.
    CreatorDelete,
    /// Ends the parking of an upstream.
    UpstreamUnpark,
    /// Makes the key of the admin API anew.
    AdminKey,
}

impl AuditAction {
    /// Its name in the log: the kind of what is changed, a dot, and what is done; `admin.key` names what is made.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccountCreate => "account.create",
            Self::AccountLimit => "account.limit",
            Self::AccountTopUp => "account.topup",
            Self::AccountWithdraw => "account.withdraw",
            Self::TokenCreate => "token.create",
            Self::TokenEnable => "token.enable",
            Self::TokenDisable => "token.disable",
            Self::TokenExpiry => "token.expiry",
            Self::TokenPolicy => "token.policy",
            Self::TokenKey => "token.key",
            Self::PriceSet => "price.set",
            Self::CallReconcile => "call.reconcile",
            Self::CreatorDelete => "creator.delete",
            Self::UpstreamUnpark => "upstream.unpark",
            Self::AdminKey => "admin.key",
        }
    }
}

/// A change that an operator makes: what a store notes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is done.
    pub action: AuditAction,
    /// To what: `account 1`, `token 7`, `endpoint 1`, `call …`, `a creator`, `upstream …`, `admin key`, `token key`.
    pub subject: String,
    /// How it is from then on; never a secret.
    pub detail: String,
}

/// What the subject of an endpoint begins with, before its number.
pub const ENDPOINT_SUBJECT: &str = "endpoint ";

impl Change {
    fn of_account(id: AccountId, action: AuditAction, detail: impl Into<String>) -> Self {
        Self { action, subject: format!("account {id}"), detail: detail.into() }
    }

    fn of_token(id: TokenId, action: AuditAction, detail: impl Into<String>) -> Self {
        Self { action, subject: format!("token {id}"), detail: detail.into() }
    }

    /// An account is made.
    pub fn account_made(account: &Account) -> Self {
        Self::of_account(account.id, AuditAction::AccountCreate, account.name.as_str())
    }

    /// An account has these limits from now on.
    pub fn account_limited(id: AccountId, limits: Limits) -> Self {
        Self::of_account(id, AuditAction::AccountLimit, limits.to_string())
    }

    /// Money goes into an account, or out of it again.
    pub fn money_moved(movement: &Movement) -> Self {
        let Movement { kind, account_id, amount, key, note, .. } = movement;
        let action = match kind {
            MovementKind::TopUp => AuditAction::AccountTopUp,
            MovementKind::Withdrawal => AuditAction::AccountWithdraw,
        };
        Self::of_account(*account_id, action, format!("{amount} yuan, key {key}, note {:?}", note.as_str()))
    }

    /// A token is made that may do what `policy` says.
    pub fn token_made(token: &Token, policy: &TokenPolicy) -> Self {
        let Token { id, account_id, hint, expires_at, .. } = token;
        let detail = format!("of account {account_id}, {hint}, expires {}, {policy}", expiry(*expires_at));
        Self::of_token(*id, AuditAction::TokenCreate, detail)
    }

    /// A token may be used from now on, or not.
    pub fn token_enabled(id: TokenId, enabled: bool) -> Self {
        Self::of_token(id, if enabled { AuditAction::TokenEnable } else { AuditAction::TokenDisable }, "")
    }

    /// A token is refused from a moment on, or never.
    pub fn token_expires(id: TokenId, at: Option<UnixTime>) -> Self {
        Self::of_token(id, AuditAction::TokenExpiry, expiry(at))
    }

    /// A token may do what `policy` says from now on.
    pub fn token_limited(id: TokenId, policy: &TokenPolicy) -> Self {
        Self::of_token(id, AuditAction::TokenPolicy, policy.to_string())
    }

    /// All tokens are hashed with another key from now on.
    pub fn token_key_replaced() -> Self {
        Self { action: AuditAction::TokenKey, subject: "token key".to_owned(), detail: String::new() }
    }

    /// An endpoint, by its number, has this price from now on.
    pub fn priced(endpoint: u8, price: MicroYuan) -> Self {
        Self {
            action: AuditAction::PriceSet,
            subject: format!("{ENDPOINT_SUBJECT}{endpoint}"),
            detail: format!("{price} yuan"),
        }
    }

    /// An unknown call is settled so.
    pub fn reconciled(id: CallId, state: CallState) -> Self {
        Self { action: AuditAction::CallReconcile, subject: format!("call {id}"), detail: state.name().to_owned() }
    }

    /// So much of a creator was deleted. Not of whom: they asked for it.
    pub fn creator_deleted(Forgotten { states, snapshots, bought }: Forgotten) -> Self {
        let detail = format!("{states} states, {snapshots} snapshots, {bought} bought answers");
        Self { action: AuditAction::CreatorDelete, subject: "a creator".to_owned(), detail }
    }

    /// An upstream is asked again that was parked for a business code.
    pub fn unparked(upstream: &str, code: u16) -> Self {
        let detail = format!("asked again; was parked for code {code}");
        Self { action: AuditAction::UpstreamUnpark, subject: format!("upstream {upstream}"), detail }
    }

    /// The key of the admin API is made anew.
    pub fn admin_key_made() -> Self {
        Self { action: AuditAction::AdminKey, subject: "admin key".to_owned(), detail: String::new() }
    }
}

fn expiry(at: Option<UnixTime>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.to_string())
}

/// A change that an operator made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// 1, 2, 3 …
    pub number: i64,
    /// When, in milliseconds since the epoch.
    pub at_ms: u64,
    /// By whom: how the store was opened.
    pub actor: String,
    /// What was done: the [`AuditAction::name`] of this release or of another one.
    pub action: String,
    /// To what: see [`Change::subject`].
    pub subject: String,
    /// How it is from then on; never a secret.
    pub detail: String,
}

/// Which entries of the audit log are listed: newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Only what one actor did, by the whole name.
    pub actor: Option<String>,
    /// Only one action, such as `token.disable`, or all of a kind, such as `token`.
    pub action: Option<String>,
    /// Only what was done to this, such as `token 7`.
    pub subject: Option<String>,
    /// Only those of a period.
    pub period: Period,
    /// Only those before this number: the last one of the page before.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// From one moment to another, both in milliseconds since the epoch; all of time, by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// The first moment of it.
    pub since_ms: u64,
    /// The first moment behind it; it has no end, when none.
    pub until_ms: Option<u64>,
}

impl Period {
    /// Both ends as databases keep moments.
    pub fn ends(self) -> [i64; 2] {
        let until_ms = self.until_ms.and_then(|ms| i64::try_from(ms).ok()).unwrap_or(i64::MAX);
        [i64::try_from(self.since_ms).unwrap_or(i64::MAX), until_ms]
    }
}
