//! Money and limits: what `store::MeterStore` promises, a module for each kind of operation.

mod batch;
mod books;
mod calls;
mod movement;
mod policy;
mod resolve;
mod take;
mod unanswered;
mod usage;

use async_trait::async_trait;
use domain::{
    AccountId, Call, CallId, CallState, Limits, LimitsChange, MicroYuan, PolicyChange, TokenHash, TokenId, TokenPolicy,
    UnixTime,
};
use ledger::{AccountBook, Day};
use rusqlite::{Connection, TransactionBehavior};
use store::{
    AuditEntry, AuditFilter, CallFilter, Caller, Change, Done, MeterStore, Moved, Movement, MovementFilter,
    PastMovement, QuotaOf, Reconciled, Resolved, ServerId, Standing, StoreError, Take, Taken, Unanswered, Unsettled,
    Usage,
};

use crate::SqliteStore;
use crate::audit;
use crate::error::from_sqlite;
use crate::meter::take::Way;

pub(crate) use policy::write_policy;

#[async_trait]
impl MeterStore for SqliteStore {
    async fn charge_noting(&self, takes: Vec<Take>, note: Option<Unanswered>) -> Result<Vec<Taken>, StoreError> {
        self.change_books(move |connection| take::charge_noting(connection, &takes, note.as_ref())).await
    }

    async fn note(&self, note: Unanswered) -> Result<(), StoreError> {
        self.change_books(move |connection| unanswered::put(connection, &note, &[])).await
    }

    async fn notes(&self) -> Result<Vec<(ServerId, i64)>, StoreError> {
        self.ledger.read(unanswered::list).await
    }

    async fn give_up(&self, server: ServerId, beat: i64) -> Result<Option<u64>, StoreError> {
        self.change_books(move |connection| unanswered::give_up(connection, server, beat)).await
    }

    async fn answered(&self, ids: Vec<CallId>) -> Result<(), StoreError> {
        self.change_books(move |connection| unanswered::answered(connection, &ids)).await
    }

    async fn undo(&self, ids: Vec<CallId>) -> Result<(), StoreError> {
        self.change_books(move |connection| resolve::undo(connection, &ids)).await
    }

    async fn hold_as(
        &self,
        takes: Vec<Take>,
        expires_at_ms: u64,
        server: Option<ServerId>,
    ) -> Result<Vec<Taken>, StoreError> {
        let way = Way::Hold { expires_at_ms, server };
        self.change_books(move |connection| take::take_all(connection, &takes, way)).await
    }

    async fn resolve_noting(&self, resolved: Vec<Resolved>, note: Option<Unanswered>) -> Result<Vec<bool>, StoreError> {
        self.change_books(move |connection| resolve::resolve_noting(connection, &resolved, note.as_ref())).await
    }

    async fn expire_holds(&self, now_ms: u64) -> Result<Vec<CallId>, StoreError> {
        // Asked every second: what has nothing to do must not take the write lock that charges need.
        match self.ledger.read(move |connection| resolve::is_due(connection, now_ms)).await? {
            true => self.change_books(move |connection| resolve::expire(connection, now_ms)).await,
            false => Ok(Vec::new()),
        }
    }

    async fn give_up_holds(&self, server: ServerId) -> Result<Vec<CallId>, StoreError> {
        self.change_books(move |connection| resolve::give_up(connection, server)).await
    }

    async fn held_calls(&self, day: Day) -> Result<Vec<(AccountId, TokenId, u64)>, StoreError> {
        self.ledger.read(move |connection| calls::held(connection, day)).await
    }

    async fn unsettled(&self) -> Result<Unsettled, StoreError> {
        self.ledger.read(calls::unsettled).await
    }

    async fn reconcile(&self, id: CallId, succeeded: bool) -> Result<Reconciled, StoreError> {
        let change = Change::reconciled(id, if succeeded { CallState::Succeeded } else { CallState::Rejected });
        self.change_accounts(move |connection| Ok((resolve::reconcile(connection, id, succeeded)?, change))).await
    }

    async fn standing(&self, account_id: AccountId, token_id: TokenId) -> Result<Standing, StoreError> {
        self.ledger.read(move |connection| books::standing(connection, account_id, token_id)).await
    }

    async fn account_book(&self, account_id: AccountId) -> Result<AccountBook, StoreError> {
        self.ledger.read(move |connection| books::read_account(connection, account_id)).await
    }

    async fn done_once(&self, account_id: AccountId, key: &str, now_ms: u64) -> Result<Option<Done>, StoreError> {
        let key = key.to_owned();
        self.ledger.read(move |connection| take::done_once(connection, account_id, &key, now_ms)).await
    }

    async fn costs_once(
        &self,
        account_id: AccountId,
        keys: Vec<String>,
        now_ms: u64,
    ) -> Result<Vec<Option<MicroYuan>>, StoreError> {
        let read = move |connection: &Connection| {
            keys.iter().map(|key| take::cost_once(connection, account_id, key, now_ms)).collect()
        };
        self.ledger.read(read).await
    }

    async fn move_money(&self, movement: Movement) -> Result<Moved, StoreError> {
        let change = Change::money_moved(&movement);
        self.change_accounts(move |connection| Ok((movement::move_money(connection, &movement)?, change))).await
    }

    async fn movements(&self, filter: MovementFilter) -> Result<Vec<PastMovement>, StoreError> {
        self.ledger.read(move |connection| movement::list(connection, filter)).await
    }

    async fn caller(&self, hash: &TokenHash) -> Result<Option<Caller>, StoreError> {
        let hash = *hash;
        self.ledger.read(move |connection| policy::caller(connection, &hash)).await
    }

    async fn token_policy(&self, id: TokenId) -> Result<TokenPolicy, StoreError> {
        self.ledger.read(move |connection| policy::token_policy(connection, id)).await
    }

    async fn change_token_policy(&self, id: TokenId, change: PolicyChange) -> Result<TokenPolicy, StoreError> {
        self.change_accounts(move |connection| {
            let before = policy::token_policy(connection, id)?;
            let limits_before = before.limits;
            let policy = change.applied_to(before)?;
            write_policy(connection, id, &policy)?;
            if policy.limits.begin_a_quota(&limits_before) {
                usage::begin_quota(connection, QuotaOf::Token(id))?;
            }
            let change = Change::token_limited(id, &policy);
            Ok((policy, change))
        })
        .await
    }

    async fn set_token_expiry(&self, id: TokenId, expires_at: Option<UnixTime>) -> Result<(), StoreError> {
        let change = Change::token_expires(id, expires_at);
        self.change_accounts(move |connection| Ok((policy::set_expiry(connection, id, expires_at)?, change))).await
    }

    async fn account_limits(&self, id: AccountId) -> Result<Limits, StoreError> {
        self.ledger.read(move |connection| policy::account_limits(connection, id)).await
    }

    async fn change_account_limits(&self, id: AccountId, change: LimitsChange) -> Result<Limits, StoreError> {
        self.change_accounts(move |connection| {
            let before = policy::account_limits(connection, id)?;
            let limits = change.applied_to(before)?;
            policy::write_account_limits(connection, id, limits)?;
            if limits.begin_a_quota(&before) {
                usage::begin_quota(connection, QuotaOf::Account(id))?;
            }
            let change = Change::account_limited(id, limits);
            Ok((limits, change))
        })
        .await
    }

    async fn prices(&self) -> Result<Vec<(u8, MicroYuan)>, StoreError> {
        self.ledger.read(policy::prices).await
    }

    async fn set_price(&self, endpoint: u8, price: MicroYuan) -> Result<(), StoreError> {
        let change = Change::priced(endpoint, price);
        self.change_accounts(move |connection| Ok((policy::set_price(connection, endpoint, price)?, change))).await
    }

    async fn call(&self, id: CallId) -> Result<Option<Call>, StoreError> {
        self.ledger.read(move |connection| calls::read(connection, id)).await
    }

    async fn calls(&self, filter: CallFilter) -> Result<Vec<Call>, StoreError> {
        self.ledger.read(move |connection| calls::list(connection, filter)).await
    }

    async fn usage(&self, account_id: Option<AccountId>, from: Day, to: Day) -> Result<Vec<Usage>, StoreError> {
        self.ledger.read(move |connection| usage::list(connection, account_id, from, to)).await
    }

    async fn audit_log(&self, filter: AuditFilter) -> Result<Vec<AuditEntry>, StoreError> {
        self.ledger.read(move |connection| audit::list(connection, &filter)).await
    }

    async fn note_change(&self, change: Change) -> Result<(), StoreError> {
        let actor = self.actor.clone();
        self.change_books(move |connection| audit::note(connection, &actor, &change)).await
    }

    async fn count_free(&self, usage: Vec<Usage>) -> Result<(), StoreError> {
        self.change_books(move |connection| usage::add(connection, &usage)).await
    }

    async fn forget_calls(&self, before_ms: u64, limit: u32) -> Result<u64, StoreError> {
        match self.ledger.read(move |connection| calls::any_to_forget(connection, before_ms)).await? {
            true => self.change_books(move |connection| calls::forget(connection, before_ms, limit)).await,
            false => Ok(0),
        }
    }
}

impl SqliteStore {
    /// Runs `change` in a transaction. Books change with every call, so no generation grows with them.
    pub(crate) async fn change_books<T, F>(&self, change: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.ledger
            .write(move |connection| {
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(from_sqlite)?;
                let result = change(&transaction)?;
                transaction.commit().map_err(from_sqlite)?;
                Ok(result)
            })
            .await
    }
}
