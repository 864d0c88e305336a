//! The admin API under `/v1/admin`: what operators see and change, on a listener of its own. JSON, one admin key, RFC 9457
//! problems. `server` accepts, `key` lets the operator in, `routes` finds the resource; then a file for each resource. Every
//! change is in the store's audit log. How it is used: `docs/operations.md`.

mod accounts;
mod audit;
mod calls;
mod key;
mod limits;
mod movements;
mod policy;
mod prices;
mod problem;
mod request;
mod rotate;
mod routes;
mod server;
mod tokens;
mod upstreams;
mod usage;

use std::sync::Arc;

use domain::AddressRange;
use store::{AccountStore, LedgerStore};
use tokio::sync::Mutex;

use crate::failures::Failures;
use crate::moment::Clock;
use crate::state::Gateway;
use crate::token::TokenKey;

pub use audit::{subject_kept, subject_told};
pub use key::{AdminKey, AdminSecret};
pub use server::serve;

/// What the admin API works on.
pub struct Admin {
    /// Accounts and tokens.
    pub accounts: Arc<dyn AccountStore>,
    /// Books, limits, calls, prices, upstreams, the audit log.
    pub ledger: Arc<dyn LedgerStore>,
    /// The server beside it, whose metrics are told here too.
    pub gateway: Arc<Gateway>,
    /// The names of the configured upstreams.
    pub upstreams: Vec<String>,
    /// What the operator must show.
    pub key: AdminKey,
    /// Proxies whose `X-Forwarded-For` says from where a request comes.
    pub trusted_proxies: &'static [AddressRange],
    /// What tokens and the admin key are hashed with.
    pub token_key: TokenKey,
    /// Tells the moment.
    pub clock: Clock,
}

/// The running admin API.
struct State {
    admin: Admin,
    /// How often each address sent a wrong key.
    failures: Failures,
    /// Held by a change: some read what they change a part of, and none of them may go between.
    changing: Mutex<()>,
}

impl State {
    /// Addresses whose wrong keys are counted.
    const ADDRESSES_WATCHED: usize = 10_000;

    fn new(admin: Admin) -> Self {
        let failures = Failures::new(
            Self::ADDRESSES_WATCHED,
            key::FAILURES,
            "too many wrong admin keys come from this address: the right one passes",
        );
        Self { admin, failures, changing: Mutex::new(()) }
    }
}
