//! A server before a stand-in upstream, with a price and a balance.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{CallState, MicroYuan, Note};
use gateway::{Settings, SourceKind, Sources, Stores, UpstreamSource};
use simulator::{Fault, Script, Simulator};
use store::{AccountStore, BoughtFilter, CallFilter, LedgerStore, MeterStore};
use store::{Moved, Movement, MovementKind, UpstreamStore};
use store_sqlite::SqliteStore;
use upstream::{Secret, UpstreamSettings};

use super::{CP, Reply, START, TestServer};

/// What callers pay.
pub(crate) const PRICE: MicroYuan = MicroYuan(100_000);
/// What the operator pays.
pub(crate) const COST: MicroYuan = MicroYuan(50_000);

/// The upstream's token.
pub(crate) const UPSTREAM_TOKEN: &str = "upstream-secret";

const EVERYWHERE: [Option<SourceKind>; 3] =
    [Some(SourceKind::Local), Some(SourceKind::Cache), Some(SourceKind::Upstream)];

/// A server before a simulator, with a price and a balance.
pub(crate) struct Place {
    pub(crate) server: TestServer,
    pub(crate) simulator: Simulator,
}

impl Place {
    pub(crate) async fn start(sources: Sources) -> Self {
        Self::start_with(sources, |_| {}).await
    }

    pub(crate) async fn start_with(sources: Sources, change: impl FnOnce(&mut UpstreamSource)) -> Self {
        Self::start_on(sources, change, |store| store).await
    }

    /// With something put around the ledger.
    pub(crate) async fn start_on<L: LedgerStore + 'static>(
        sources: Sources,
        change: impl FnOnce(&mut UpstreamSource),
        around: impl FnOnce(Arc<SqliteStore>) -> Arc<L>,
    ) -> Self {
        let simulator = Simulator::start(simulator::Settings::new(UPSTREAM_TOKEN)).await.expect("a simulator");
        let upstream = UpstreamSettings {
            price: COST,
            ..UpstreamSettings::new("main", simulator.base_url(), Secret::new(UPSTREAM_TOKEN))
        };
        let settings = upstream::Settings {
            budget: Duration::from_secs(5),
            attempt_min: Duration::from_millis(500),
            backoff_first: Duration::from_millis(1),
            backoff_max: Duration::from_millis(5),
            ..upstream::Settings::default()
        };
        let stores = |store: Arc<SqliteStore>| {
            let mut source = UpstreamSource { upstreams: vec![upstream], settings };
            change(&mut source);
            Stores { upstreams: Some(source), meter: around(store.clone()), ..Stores::of(store) }
        };
        let server = TestServer::start_on(Settings { sources, ..Settings::default() }, stores).await;
        let place = Self { server, simulator };
        place.server.store.set_price(catalog::AUTHOR_CP_INFO.number, PRICE).await.expect("a price");
        place.top_up(1_000 * PRICE.0, "first").await;
        place.server.until("/v1/account", |reply| reply.json()["priceYuan"]["author_cp_info"] == "0.1").await;
        place
    }

    pub(crate) async fn top_up(&self, amount: u64, key: &str) {
        let account_id = self.server.store.account("team").await.expect("the account").id;
        let at_ms = u64::from(START.0) * 1000;
        let top_up = Movement {
            kind: MovementKind::TopUp,
            account_id,
            amount: MicroYuan(amount),
            key: key.parse().expect("a key"),
            at_ms,
            note: Note::default(),
        };
        assert!(matches!(self.server.store.move_money(top_up).await, Ok(Moved::Now(_))));
    }

    pub(crate) async fn ask(&self, author: &str, headers: &[&str]) -> Reply {
        let authorization = format!("Authorization: Bearer {}", self.server.token.expose());
        let headers: Vec<&str> = headers.iter().copied().chain([authorization.as_str()]).collect();
        self.server.send("GET", &format!("{CP}?oAuthorId={author}"), &headers).await
    }

    pub(crate) fn fails(&self, fault: Fault) {
        self.simulator.set_script(Script::always(fault));
    }

    /// What was charged to the account; the books balance, and no hold is open.
    pub(crate) async fn charged(&self) -> u64 {
        let account_id = self.server.store.account("team").await.expect("the account").id;
        let book = self.server.store.account_book(account_id).await.expect("a book");
        let calls =
            self.server.store.calls(CallFilter { limit: 100_000, ..CallFilter::default() }).await.expect("calls");
        assert_eq!(book.held, MicroYuan::ZERO, "no hold is open");
        assert_eq!(calls.iter().map(|call| call.charged.0).sum::<u64>(), book.charged.0, "the books balance");
        book.charged.0
    }

    pub(crate) async fn states(&self) -> Vec<CallState> {
        let calls = self.server.store.calls(CallFilter { limit: 100, ..CallFilter::default() }).await.expect("calls");
        calls.into_iter().rev().map(|call| call.state).collect()
    }

    pub(crate) async fn spent(&self) -> u64 {
        let day = ledger::Day::of(u64::from(START.0) * 1000);
        self.server.store.upstream_record("main", day).await.expect("a record").spent.0
    }

    pub(crate) async fn bought(&self) -> usize {
        let filter = BoughtFilter { limit: 1000, ..BoughtFilter::default() };
        self.server.store.bought(filter).await.expect("a list").len()
    }
}

/// Everywhere, in the usual order; what was bought is fresh for 100 s and may be served for 1,000 more.
pub(crate) fn sources() -> Sources {
    Sources { order: EVERYWHERE, cache_max_age_s: 100, stale_max_age_s: Some(1_000), ..Sources::default() }
}

/// Waits for what the server does in its own time.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so().await {
        assert!(Instant::now() < deadline, "it never came to that");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
