//! The server goes away and comes back.

#[path = "support/creators.rs"]
mod creators;
mod support;

use std::net::SocketAddr;

use creators::{CREATORS, NOW, import, key, state};
use store::{AccountStore, CreatorStore, StoreError};
use store_postgres::PostgresStore;
use support::{Schema, server_url};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

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
    assert!(matches!(result, Err(StoreError::Busy)), "{result:?}");
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
        assert!(matches!(store.accounts().await, Err(StoreError::Busy)));
        assert!(matches!(store.create_account("nobody", NOW).await, Err(StoreError::Busy)));
        up = Proxy::start(Some(address), server).await.1;
        assert_eq!(store.accounts().await.expect("the accounts").len(), round + 1);
    }
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
}

impl Proxy {
    async fn start(address: Option<SocketAddr>, server: SocketAddr) -> (SocketAddr, Self) {
        let listener = listen(address.unwrap_or_else(|| ([127, 0, 0, 1], 0).into()));
        let address = listener.local_addr().expect("an address");
        let listening = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                connections.spawn(async move {
                    let mut server = TcpStream::connect(server).await.expect("a connection");
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        (address, Self { listening })
    }

    /// Ends every connection and refuses new ones.
    async fn stop(self) {
        self.listening.abort();
        let _ = self.listening.await;
    }
}

fn listen(address: SocketAddr) -> TcpListener {
    let socket = TcpSocket::new_v4().expect("a socket");
    // Its port was in use a moment ago.
    socket.set_reuseaddr(true).expect("an option");
    socket.bind(address).expect("an address");
    socket.listen(64).expect("a listener")
}
