//! The server goes away and comes back.

#[path = "support/creators.rs"]
mod creators;
mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use creators::{CREATORS, NOW, import, key, state};
use store::{AccountStore, CreatorStore, StoreError};
use store_postgres::PostgresStore;
use support::{Schema, server_url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

/// The number of accounts, once the server answers again: a store that knows it silent asks it only now and then.
async fn accounts_once_back(store: &PostgresStore) -> usize {
    let waiting = Instant::now();
    loop {
        match store.accounts().await {
            Ok(accounts) => return accounts.len(),
            Err(error) => assert!(waiting.elapsed() < Duration::from_secs(60), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Ends every connection of the stores of a schema.
async fn terminate(schema: &Schema) {
    let client = schema.client().await;
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
    let ended: i64 = client.query_one(sql, &[]).await.expect("an answer").get(0);
    assert!(ended > 0, "there was a connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_go_on_after_every_connection_was_ended() {
    let Some(schema) = Schema::new().await else { return };
    let store = schema.store().await;
    for round in 0..5 {
        // Several at once, so that several connections are ended.
        let reads = tokio::join!(store.accounts(), store.generations(), store.creator_count(), store.tokens());
        assert_eq!(reads.0.expect("the accounts").len(), round);
        terminate(&schema).await;
        if round % 2 == 0 {
            assert_eq!(store.accounts().await.expect("the accounts").len(), round);
            terminate(&schema).await;
        }
        store.create_account(&format!("team {round}"), NOW).await.expect("an account");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_loses_its_connection_leaves_nothing() {
    let Some(schema) = Schema::new().await else { return };
    let store = schema.store().await;
    import(&store, &[1], &mut |_| {}).expect("an import");
    let runtime = tokio::runtime::Handle::current();
    let result = import(&store, &[2], &mut |done| {
        if done == 2_000 {
            runtime.block_on(terminate(&schema));
        }
    });
    assert!(matches!(result, Err(StoreError::OutOfReach(_))), "{result:?}");
    for index in 0..CREATORS {
        assert_eq!(store.state(&key(index)).await.expect("an answer"), Some(state(&[1])));
    }
    assert_eq!(import(&store, &[2], &mut |_| {}).expect("an import").changed, CREATORS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_given_up_is_whole_or_nothing_and_blocks_nobody() {
    let Some(schema) = Schema::new().await else { return };
    let store = schema.store().await;
    for round in 0..50 {
        let name = format!("team {round}");
        tokio::select! {
            biased;
            // Given up at a different step each time.
            () = steps(round % 12) => {}
            created = store.create_account(&name, NOW) => drop(created.expect("an account")),
        }
        store.create_account(&format!("other {round}"), NOW).await.expect("an account");
    }
    let accounts = store.accounts().await.expect("the accounts");
    assert_eq!(accounts.iter().filter(|account| account.name.starts_with("other")).count(), 50);
    // Each was made whole, with its step of the generation, or not at all.
    assert_eq!(store.generations().await.expect("the generations").accounts, accounts.len() as u64);
}

async fn steps(count: u32) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_fail_during_an_outage_and_work_after_it() {
    let Some(schema) = Schema::new().await else { return };
    let Some(server) = server_address() else { return };
    let (address, mut up) = Proxy::start(None, server).await;
    let url = schema.url().replacen(&server.to_string(), &address.to_string(), 1);
    let store = PostgresStore::connect(&url).await.expect("a store");
    for round in 0..3 {
        store.create_account(&format!("team {round}"), NOW).await.expect("an account");
        up.stop().await;
        assert!(matches!(store.accounts().await, Err(StoreError::OutOfReach(_))));
        assert!(matches!(store.create_account("nobody", NOW).await, Err(StoreError::OutOfReach(_))));
        up = Proxy::start(Some(address), server).await.1;
        assert_eq!(store.accounts().await.expect("the accounts").len(), round + 1);
    }
    up.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_ever_for_a_server_that_says_nothing() {
    let Some(schema) = Schema::new().await else { return };
    let Some(server) = server_address() else { return };
    let (address, up) = Proxy::start(None, server).await;
    let url = schema.url().replacen(&server.to_string(), &address.to_string(), 1);
    let store = PostgresStore::connect(&format!("{url}&connect_timeout=1")).await.expect("a store");
    let reads = async || tokio::join!(store.accounts(), store.tokens(), store.generations(), store.creator_count());
    reads().await.0.expect("the accounts");
    up.hold(true);
    let asked = Instant::now();
    let (read, changed) = tokio::join!(reads(), store.create_account("nobody", NOW));
    assert!(matches!((read.0, changed), (Err(StoreError::OutOfReach(_)), Err(StoreError::OutOfReach(_)))));
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    let asked = Instant::now();
    for _ in 0..5 {
        assert!(matches!(store.accounts().await, Err(StoreError::OutOfReach(_))), "and now it is known");
    }
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    up.hold(false);
    assert_eq!(accounts_once_back(&store).await, 0);
    store.create_account("team", NOW).await.expect("an account");
    up.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waits_for_a_silent_server_end_together_whenever_they_began() {
    let Some(schema) = Schema::new().await else { return };
    let Some(server) = server_address() else { return };
    let (address, up) = Proxy::start(None, server).await;
    let url = schema.url().replacen(&server.to_string(), &address.to_string(), 1);
    let store = Arc::new(PostgresStore::connect(&url).await.expect("a store"));
    // More than there are connections: some wait for a free one.
    let read = |_| {
        let store = store.clone();
        tokio::spawn(async move { store.accounts().await.map(drop) })
    };
    for read in (0..8).map(read).collect::<Vec<_>>() {
        read.await.expect("no panic").expect("the accounts");
    }
    up.hold(true);
    let asked = Instant::now();
    let first: Vec<_> = (0..4).map(read).collect();
    tokio::time::sleep(Duration::from_secs(4)).await;
    for read in first.into_iter().chain((0..8).map(read)) {
        assert!(matches!(read.await.expect("no panic"), Err(StoreError::OutOfReach(_))));
    }
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    up.hold(false);
    accounts_once_back(&store).await;
    up.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_waiting_leaves_no_connection_behind_that_says_nothing() {
    let Some(schema) = Schema::new().await else { return };
    let Some(server) = server_address() else { return };
    let (address, up) = Proxy::start(None, server).await;
    let url = schema.url().replacen(&server.to_string(), &address.to_string(), 1);
    let store = PostgresStore::connect(&url).await.expect("a store");
    up.hold(true);
    assert!(timeout(Duration::from_millis(100), store.accounts()).await.is_err());
    up.hold(false);
    assert_eq!(store.accounts().await.expect("the accounts").len(), 0);
    assert_eq!(up.accepted.load(Ordering::Relaxed), 2, "nobody waits behind a question of somebody else");
    up.stop().await;
}

/// Where the server listens, if the URL says so as an address.
fn server_address() -> Option<SocketAddr> {
    let url = server_url();
    url.split(['@', '/', '?']).find_map(|part| part.parse().ok())
}

/// Stands before the server, for a test may not stop the server itself.
struct Proxy {
    listening: JoinHandle<()>,
    /// Connections so far.
    accepted: Arc<AtomicU32>,
    /// Whether nothing is carried.
    is_held: watch::Sender<bool>,
}

impl Proxy {
    async fn start(address: Option<SocketAddr>, server: SocketAddr) -> (SocketAddr, Self) {
        let listener = listen(address.unwrap_or_else(|| ([127, 0, 0, 1], 0).into()));
        let address = listener.local_addr().expect("an address");
        let (is_held, held) = watch::channel(false);
        let accepted = Arc::<AtomicU32>::default();
        let count = accepted.clone();
        let listening = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let [forth, back] = [held.clone(), held.clone()];
                connections.spawn(async move {
                    let server = TcpStream::connect(server).await.expect("a connection");
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    tokio::join!(carry(from_client, to_server, forth), carry(from_server, to_client, back));
                });
            }
        });
        (address, Self { listening, accepted, is_held })
    }

    /// Carries nothing from now on, or goes on with it.
    fn hold(&self, is_held: bool) {
        self.is_held.send_replace(is_held);
    }

    /// Ends every connection and refuses new ones.
    async fn stop(self) {
        self.listening.abort();
        let _ = self.listening.await;
    }
}

/// Carries bytes until either end is closed; dropping `to` says so to the other.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut held: watch::Receiver<bool>) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let is_carried = held.wait_for(|is_held| !is_held).await.is_ok();
        if !is_carried || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

fn listen(address: SocketAddr) -> TcpListener {
    let socket = TcpSocket::new_v4().expect("a socket");
    // Its port was in use a moment ago.
    socket.set_reuseaddr(true).expect("an option");
    socket.bind(address).expect("an address");
    socket.listen(64).expect("a listener")
}
