//! The books where the store is slow, fails in one part, or takes the thread that writes them with it.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::{
    AccountId, Call, CallId, CallState, CpInfo, CreatorKey, Limits, LimitsChange, MicroYuan, PolicyChange, TokenHash,
    TokenId, TokenPolicy, UnixTime,
};
use gateway::{Settings, Stores};
use ledger::{AccountBook, Day};
use store::*;
use store_sqlite::SqliteStore;
use support::place::{PRICE, Place, sources};
use support::{CP, START, TestServer};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

/// A real store that does badly what the test says.
struct Moody {
    inner: Arc<SqliteStore>,
    /// Told when free calls are about to be counted.
    counting: Notify,
    counts_slowly: AtomicBool,
    cannot_count: AtomicBool,
    cannot_tell: AtomicBool,
    /// Told when charges are about to be committed.
    charging: Notify,
    charges_slowly: AtomicBool,
    /// Commits the ends of holds, and says that it cannot.
    loses_ends: AtomicBool,
    panics: AtomicBool,
}

impl Moody {
    fn around(inner: Arc<SqliteStore>) -> Arc<Self> {
        let [counting, charging] = Default::default();
        let [counts_slowly, cannot_count, cannot_tell, charges_slowly, loses_ends, panics] = Default::default();
        Arc::new(Self {
            inner,
            counting,
            counts_slowly,
            cannot_count,
            cannot_tell,
            charging,
            charges_slowly,
            loses_ends,
            panics,
        })
    }
}

/// A trait of the store: methods that do as the real one does, then those that do not.
macro_rules! moody {
    ($of:ident { $(async $name:ident($($argument:ident: $type:ty),*) -> $gives:ty;)* } but { $($own:tt)* }) => {
        #[async_trait]
        impl $of for Moody {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$gives, StoreError> {
                self.inner.$name($($argument),*).await
            })*
            $($own)*
        }
    };
}

moody! {
    MeterStore {
        async charge_noting(takes: Vec<Take>, note: Option<Unanswered>) -> Vec<Taken>;
        async note(note: Unanswered) -> ();
        async notes() -> Vec<(ServerId, i64)>;
        async give_up(server: ServerId, beat: i64) -> Option<u64>;
        async answered(ids: Vec<CallId>) -> ();
        async undo(ids: Vec<CallId>) -> ();
        async hold_as(takes: Vec<Take>, expires_at_ms: u64, server: Option<ServerId>) -> Vec<Taken>;
        async resolve_noting(resolved: Vec<Resolved>, note: Option<Unanswered>) -> Vec<bool>;
        async expire_holds(now_ms: u64) -> Vec<CallId>;
        async give_up_holds(server: ServerId) -> Vec<CallId>;
        async held_calls(day: Day) -> Vec<(AccountId, TokenId, u64)>;
        async unsettled() -> Unsettled;
        async reconcile(id: CallId, succeeded: bool) -> Reconciled;
        async standing(account_id: AccountId, token_id: TokenId) -> Standing;
        async account_book(account_id: AccountId) -> AccountBook;
        async done_once(account_id: AccountId, key: &str, now_ms: u64) -> Option<Done>;
        async costs_once(account_id: AccountId, keys: Vec<String>, now_ms: u64) -> Vec<Option<MicroYuan>>;
        async move_money(movement: Movement) -> Moved;
        async movements(filter: MovementFilter) -> Vec<PastMovement>;
        async caller(hash: &TokenHash) -> Option<Caller>;
        async token_policy(id: TokenId) -> TokenPolicy;
        async change_token_policy(id: TokenId, change: PolicyChange) -> TokenPolicy;
        async set_token_expiry(id: TokenId, expires_at: Option<UnixTime>) -> ();
        async account_limits(id: AccountId) -> Limits;
        async change_account_limits(id: AccountId, change: LimitsChange) -> Limits;
        async prices() -> Vec<(u8, MicroYuan)>;
        async set_price(endpoint: u8, price: MicroYuan) -> ();
        async call(id: CallId) -> Option<Call>;
        async calls(filter: CallFilter) -> Vec<Call>;
        async usage(account_id: Option<AccountId>, from: Day, to: Day) -> Vec<Usage>;
        async audit_log(filter: AuditFilter) -> Vec<AuditEntry>;
        async note_change(change: Change) -> ();
        async forget_calls(before_ms: u64, limit: u32) -> u64;
    } but {
        async fn count_free(&self, usage: Vec<Usage>) -> Result<(), StoreError> {
            self.counting.notify_one();
            if self.counts_slowly.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            match self.cannot_count.load(Ordering::SeqCst) {
                true => Err(StoreError::Busy),
                false => self.inner.count_free(usage).await,
            }
        }
    }
}

moody! {
    UpstreamStore {
        async keep_bought(bought: Bought) -> ();
        async bought(filter: BoughtFilter) -> Vec<Bought>;
        async reread_bought(key: &CreatorKey, number: u64, info: Option<CpInfo>) -> bool;
        async forget_bodies(before_ms: u64, limit: u32) -> u64;
        async upstream_record(upstream: &str, day: Day) -> UpstreamRecord;
        async park_upstream(upstream: &str, until_ms: u64, code: u16) -> ();
        async unpark_upstream(upstream: &str) -> bool;
        async set_breaker(upstream: &str, open_until_ms: u64, openings: u32) -> ();
        async reserve_spending(upstream: &str, day: Day, price: MicroYuan, budget: Option<MicroYuan>) -> bool;
        async release_spending(upstream: &str, day: Day, price: MicroYuan) -> ();
        async told_of_upstreams(since: UnixTime) -> Vec<ToldOfUpstream>;
        async forget_told(before: UnixTime) -> u64;
    } but {
        async fn tell_upstream(&self, server: &str, name: &str, at: UnixTime, status: &str) -> Result<(), StoreError> {
            match self.cannot_tell.load(Ordering::SeqCst) {
                true => Err(StoreError::Busy),
                false => self.inner.tell_upstream(server, name, at, status).await,
            }
        }
    }
}

moody! {
    LedgerStore {
        async looks_writable() -> ();
        async prove_writable() -> ();
    } but {
        fn commit(&self, batch: Batch) -> Committed {
            assert!(!self.panics.load(Ordering::SeqCst), "as the test wants it");
            if !batch.charges.is_empty() && self.charges_slowly.load(Ordering::SeqCst) {
                self.charging.notify_one();
                std::thread::sleep(Duration::from_millis(300));
            }
            let is_lost = !batch.resolved.is_empty() && self.loses_ends.load(Ordering::SeqCst);
            let committed = self.inner.commit(batch);
            match is_lost {
                true => Committed { ended: Err(Arc::new(StoreError::Busy)), ..committed },
                false => committed,
            }
        }

        fn faults(&self) -> Vec<FaultsOf> {
            self.inner.faults()
        }
    }
}

async fn start() -> (TestServer, Arc<Moody>) {
    let mut moody = None;
    let server = TestServer::start_on(Settings::default(), |store| {
        let meter = moody.insert(Moody::around(store.clone())).clone();
        Stores { meter, ..Stores::of(store) }
    })
    .await;
    (server, moody.expect("made"))
}

/// How many calls are in the usage.
async fn used(store: &SqliteStore) -> u64 {
    let day = Day::of(u64::from(START.0) * 1000);
    store.usage(None, day, day).await.expect("usage").iter().map(|usage| usage.calls).sum()
}

/// How the calls ended, the newest first.
async fn states(store: &SqliteStore) -> Vec<CallState> {
    let calls = store.calls(CallFilter { limit: 9, ..CallFilter::default() }).await.expect("calls");
    calls.iter().map(|call| call.state).collect()
}

/// A server whose books a moody store keeps, before an upstream.
async fn place() -> (Place, Arc<Moody>) {
    let mut moody = None;
    let place = Place::start_on(sources(), |_| {}, |store| moody.insert(Moody::around(store)).clone()).await;
    (place, moody.expect("made"))
}

#[tokio::test]
async fn what_a_round_is_adding_to_the_usage_when_the_server_stops_is_added() {
    let (server, moody) = start().await;
    moody.counts_slowly.store(true, Ordering::SeqCst);
    assert_eq!(server.get(&format!("{CP}?oAuthorId=42")).await.code(), 0);
    moody.counting.notified().await;
    server.ended().await;
    assert_eq!(used(&moody.inner).await, 1);
}

#[tokio::test]
async fn what_a_batch_still_charges_when_its_client_has_left_is_over_before_the_server_is() {
    let (server, moody) = start().await;
    server.sell("1", "0.01").await;
    moody.charges_slowly.store(true, Ordering::SeqCst);
    let body = r#"{"creators":[{"oAuthorId":"42"}]}"#;
    let (path, token, length) = (catalog::BATCH.path, server.token.expose(), body.len());
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}");
    let mut stream = server.connect().await;
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.expect("sent");
    moody.charging.notified().await;
    drop(stream);
    server.ended().await;
    assert_eq!(states(&moody.inner).await, [CallState::Succeeded]);
    assert_eq!(moody.inner.notes().await.expect("notes"), []);
}

#[tokio::test]
async fn a_server_that_cannot_tell_of_its_upstreams_at_its_end_keeps_its_books_all_the_same() {
    let (place, moody) = place().await;
    moody.cannot_count.store(true, Ordering::SeqCst);
    assert_eq!(place.server.get("/v1/explain?oAuthorId=42").await.status, 200);
    moody.cannot_tell.store(true, Ordering::SeqCst);
    moody.cannot_count.store(false, Ordering::SeqCst);
    place.server.ended().await;
    assert_eq!(used(&moody.inner).await, 1);
}

/// Takes as long as it is tried to store what was paid for: 20 seconds.
#[tokio::test]
async fn what_was_charged_unknown_to_its_server_is_unknown_once_that_has_ended() {
    let (place, moody) = place().await;
    moody.loses_ends.store(true, Ordering::SeqCst);
    assert_eq!(place.ask("77", &[]).await.code(), 500);
    moody.loses_ends.store(false, Ordering::SeqCst);
    assert_eq!((place.charged().await, place.states().await), (PRICE.0, vec![CallState::Succeeded]));
    place.server.set_clock(60);
    assert_eq!(place.ask("78", &[]).await.code(), 0);
    place.server.ended().await;
    let states = states(&moody.inner).await;
    assert_eq!(states, [CallState::Succeeded, CallState::Unknown], "only what nobody saw is in doubt");
}

#[tokio::test]
async fn what_costs_nothing_is_in_the_usage_of_its_day_whenever_it_is_added() {
    let (server, moody) = start().await;
    moody.cannot_count.store(true, Ordering::SeqCst);
    let midnight_ms = 1_795_363_200_000; // 2026-11-22T16:00:00Z
    for (at_ms, calls) in [(midnight_ms - 1, 2), (midnight_ms, 1)] {
        server.set_clock_ms(at_ms);
        for _ in 0..calls {
            assert_eq!(server.get(&format!("{CP}?oAuthorId=42")).await.code(), 0);
        }
        // Counted, and given back.
        moody.counting.notified().await;
    }
    moody.cannot_count.store(false, Ordering::SeqCst);
    let usage =
        server.until("/v1/usage?from=2026-11-21&to=2026-11-23", |reply| reply.json()["calls"] == 3).await.json();
    let days: Vec<_> = usage["rows"].as_array().expect("rows").iter().map(|row| (&row["day"], &row["calls"])).collect();
    assert_eq!(serde_json::json!(days), serde_json::json!([["2026-11-22", 2], ["2026-11-23", 1]]));
}

#[tokio::test]
async fn a_server_whose_ledger_nobody_writes_any_more_is_not_ready() {
    let (server, moody) = start().await;
    server.sell("1", "0.01").await;
    assert_eq!(server.get("/readyz").await.status, 200);
    moody.panics.store(true, Ordering::SeqCst);
    assert_eq!(server.get(&format!("{CP}?oAuthorId=42")).await.code(), 500);
    moody.panics.store(false, Ordering::SeqCst);
    let reply = server.until("/readyz", |reply| reply.status != 200).await;
    assert_eq!((reply.status, reply.body.as_str()), (503, "the ledger cannot be written\n"));
    assert_eq!(server.get(&format!("{CP}?oAuthorId=42")).await.code(), 500);
    assert_eq!(server.get("/readyz").await.status, 503);
}
