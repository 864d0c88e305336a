//! Money and limits: what `store::MeterStore` promises, a module for each kind of operation.
//!
//! Everything is decided under the locks of rows. Whoever takes some takes them in this order, each kind by its key, so that
//! nobody waits for one that waits for it: a hold, calls, account books, token books, whatever else is an account's; the row
//! of `meta` last. What cannot keep to that order waits for nothing (`SKIP LOCKED`).

mod books;
mod calls;
mod movement;
mod once;
mod policy;
mod resolve;
mod standing;
mod take;
mod unanswered;
mod usage;
mod values;

use std::mem;

use async_trait::async_trait;
use domain::{
    AccountId, Call, CallId, Limits, LimitsChange, MicroYuan, PolicyChange, TokenHash, TokenId, TokenPolicy, UnixTime,
};
use ledger::{AccountBook, Day};
use store::{
    AuditEntry, AuditFilter, Batch, CallFilter, Caller, Change, CheckedStore, Committed, Done, FaultsOf, LedgerStore,
    MeterStore, Moved, Movement, MovementFilter, PastMovement, Reconciled, Resolved, ServerId, Standing, StoreError,
    Take, Taken, Unanswered, Unsettled, Usage, write_bought, write_spending,
};
use tokio::runtime::Handle;

use crate::PostgresStore;
use crate::meter::take::Way;
use crate::transaction::Transaction;

pub(crate) use policy::write_policy;
pub(crate) use values::Id;

#[async_trait]
impl MeterStore for PostgresStore {
    async fn charge_noting(&self, takes: Vec<Take>, note: Option<Unanswered>) -> Result<Vec<Taken>, StoreError> {
        self.take_all(&takes, Way::Charge { note }).await
    }

    async fn note(&self, note: Unanswered) -> Result<(), StoreError> {
        self.put_note(&note).await
    }

    async fn notes(&self) -> Result<Vec<(ServerId, i64)>, StoreError> {
        self.list_notes().await
    }

    async fn give_up(&self, server: ServerId, beat: i64) -> Result<Option<u64>, StoreError> {
        self.give_up_server(server, beat).await
    }

    async fn answered(&self, ids: Vec<CallId>) -> Result<(), StoreError> {
        self.answered_after_all(&ids).await
    }

    async fn undo(&self, ids: Vec<CallId>) -> Result<(), StoreError> {
        self.take_back(&ids).await
    }

    async fn hold_as(
        &self,
        takes: Vec<Take>,
        expires_at_ms: u64,
        server: Option<ServerId>,
    ) -> Result<Vec<Taken>, StoreError> {
        self.take_all(&takes, Way::Hold { expires_at_ms, server }).await
    }

    async fn resolve_noting(&self, resolved: Vec<Resolved>, note: Option<Unanswered>) -> Result<Vec<bool>, StoreError> {
        self.resolve_holds(&resolved, note).await
    }

    async fn expire_holds(&self, now_ms: u64) -> Result<Vec<CallId>, StoreError> {
        self.expire(now_ms).await
    }

    async fn give_up_holds(&self, server: ServerId) -> Result<Vec<CallId>, StoreError> {
        self.end_holds_of(server).await
    }

    async fn held_calls(&self, day: Day) -> Result<Vec<(AccountId, TokenId, u64)>, StoreError> {
        self.count_held(day).await
    }

    async fn unsettled(&self) -> Result<Unsettled, StoreError> {
        self.count_unsettled().await
    }

    async fn reconcile(&self, id: CallId, succeeded: bool) -> Result<Reconciled, StoreError> {
        self.settle_unknown(id, succeeded).await
    }

    async fn standing(&self, account_id: AccountId, token_id: TokenId) -> Result<Standing, StoreError> {
        self.read_standing(account_id, token_id).await
    }

    async fn account_book(&self, account_id: AccountId) -> Result<AccountBook, StoreError> {
        self.read_account(account_id).await
    }

    async fn done_once(&self, account_id: AccountId, key: &str, now_ms: u64) -> Result<Option<Done>, StoreError> {
        self.read_once(account_id, key, now_ms).await
    }

    async fn costs_once(
        &self,
        account_id: AccountId,
        keys: Vec<String>,
        now_ms: u64,
    ) -> Result<Vec<Option<MicroYuan>>, StoreError> {
        self.read_costs(account_id, &keys, now_ms).await
    }

    async fn move_money(&self, movement: Movement) -> Result<Moved, StoreError> {
        self.moved(&movement).await
    }

    async fn movements(&self, filter: MovementFilter) -> Result<Vec<PastMovement>, StoreError> {
        self.list_movements(filter).await
    }

    async fn caller(&self, hash: &TokenHash) -> Result<Option<Caller>, StoreError> {
        self.caller_of(hash).await
    }

    async fn token_policy(&self, id: TokenId) -> Result<TokenPolicy, StoreError> {
        self.policy_of(id).await
    }

    async fn change_token_policy(&self, id: TokenId, change: PolicyChange) -> Result<TokenPolicy, StoreError> {
        self.change_policy(id, &change).await
    }

    async fn set_token_expiry(&self, id: TokenId, expires_at: Option<UnixTime>) -> Result<(), StoreError> {
        self.expire_token(id, expires_at).await
    }

    async fn account_limits(&self, id: AccountId) -> Result<Limits, StoreError> {
        self.limits_of(id).await
    }

    async fn change_account_limits(&self, id: AccountId, change: LimitsChange) -> Result<Limits, StoreError> {
        self.change_limits(id, &change).await
    }

    async fn prices(&self) -> Result<Vec<(u8, MicroYuan)>, StoreError> {
        self.list_prices().await
    }

    async fn set_price(&self, endpoint: u8, price: MicroYuan) -> Result<(), StoreError> {
        self.price(endpoint, price).await
    }

    async fn call(&self, id: CallId) -> Result<Option<Call>, StoreError> {
        self.read_call(id).await
    }

    async fn calls(&self, filter: CallFilter) -> Result<Vec<Call>, StoreError> {
        self.list_calls(filter).await
    }

    async fn usage(&self, account_id: Option<AccountId>, from: Day, to: Day) -> Result<Vec<Usage>, StoreError> {
        self.list_usage(account_id, from, to).await
    }

    async fn audit_log(&self, filter: AuditFilter) -> Result<Vec<AuditEntry>, StoreError> {
        self.audit_entries(&filter).await
    }

    async fn note_change(&self, change: Change) -> Result<(), StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        self.commit_change(transaction, &change).await
    }

    async fn count_free(&self, usage: Vec<Usage>) -> Result<(), StoreError> {
        self.add_usage(&usage).await
    }

    async fn forget_calls(&self, before_ms: u64, limit: u32) -> Result<u64, StoreError> {
        self.forget_settled(before_ms, limit).await
    }
}

#[async_trait]
impl LedgerStore for PostgresStore {
    /// Part by part, on several connections: in one transaction they would have to keep to one order of locks. Calls come last: what
    /// is spent and bought does not wait for the disk, and their commits, which do, take everything before them there. So a power cut
    /// leaves no charge without the answer that it paid for.
    fn commit(&self, mut batch: Batch) -> Committed {
        let (spending, bought) = (mem::take(&mut batch.spending), mem::take(&mut batch.bought));
        let parts = async {
            let (spent, kept) = tokio::join!(write_spending(self, &spending), write_bought(self, bought));
            let (charged, held, ended) = batch.write_calls(self).await;
            Committed { charged, held, ended, spent, kept }
        };
        Handle::current().block_on(parts)
    }

    async fn looks_writable(&self) -> Result<(), StoreError> {
        self.check_writable().await
    }

    async fn prove_writable(&self) -> Result<(), StoreError> {
        let transaction = Transaction::begin(&self.pool).await?;
        transaction.execute("UPDATE meta SET accounts_generation = accounts_generation", &[]).await?;
        transaction.commit().await
    }

    fn faults(&self) -> Vec<FaultsOf> {
        vec![FaultsOf { store: "postgres", counts: self.pool.faults().counts() }]
    }
}
