//! `kill -9` under load, at random moments: what a client saw is charged exactly once and listed, and nothing else is
//! charged but what was in flight at that moment.
//!
//! `ASTROLABE_TEST_KILLS` says how often (5 here, 200 in the long run), `ASTROLABE_TEST_SEED` repeats a run.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use domain::{CallId, CallState, MicroYuan};
use store::{AccountStore, CallFilter, MeterStore, TopUp, ToppedUp};
use store_sqlite::SqliteStore;

use crate::support::{ENDPOINT, Server, import_creator_42, new_token};

const CLIENTS: usize = 16;
const PRICE: MicroYuan = MicroYuan(10_000);
const CREDIT: MicroYuan = MicroYuan(1_000_000_000_000);

#[test]
fn what_a_client_saw_before_a_kill_is_charged_once_and_listed() {
    let kills: u64 = from_environment("ASTROLABE_TEST_KILLS").unwrap_or(5);
    let seed = from_environment("ASTROLABE_TEST_SEED").unwrap_or_else(|| fastrand::u64(..));
    eprintln!("ASTROLABE_TEST_SEED={seed} repeats these {kills} kills");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let token = prepare(data);
    let seen = Arc::new(Mutex::new(HashSet::new()));
    let mut lost_max = 0;
    for _ in 0..kills {
        let server = Server::serve(data, &[]);
        let clients: Vec<_> = (0..CLIENTS).map(|_| ask_until_killed(&server, &token, &seen)).collect();
        thread::sleep(Duration::from_millis(random.u64(20..400)));
        server.signal("KILL");
        server.wait();
        // A client has at most one request in flight when the server dies.
        clients.into_iter().for_each(|client| client.join().unwrap());
        lost_max += CLIENTS as u64;
        check(data, &seen.lock().unwrap(), lost_max);
    }
    assert!(!seen.lock().unwrap().is_empty());
}

/// A number of the environment.
fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|number| number.parse().unwrap())
}

/// One creator, a price, a balance; gives a token.
fn prepare(data: &Path) -> String {
    import_creator_42(data, &[]);
    let token = new_token(data, "team");
    with_store(data, async |store| {
        let account_id = store.account("team").await.unwrap().id;
        let top_up = TopUp { account_id, amount: CREDIT, key: "all".into(), at_ms: 0, note: String::new() };
        assert!(matches!(store.top_up(top_up).await, Ok(ToppedUp::Credited(_))));
        store.set_price(catalog::AUTHOR_CP_INFO.number, PRICE).await.unwrap();
    });
    token
}

/// Asks on one connection until it breaks, keeping the id of each success that was read whole.
fn ask_until_killed(server: &Server, token: &str, seen: &Arc<Mutex<HashSet<CallId>>>) -> thread::JoinHandle<()> {
    let request = format!("GET {ENDPOINT}?oAuthorId=42 HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n");
    let (mut stream, seen) = (BufReader::new(server.connect()), seen.clone());
    thread::spawn(move || {
        while let Some(body) = ask(&mut stream, &request) {
            assert_eq!(body["code"], 0, "{body}");
            let id: CallId = body["requestId"].as_str().unwrap().parse().unwrap();
            assert!(seen.lock().unwrap().insert(id), "two answers have one id");
        }
    })
}

/// One answer, or nothing when the connection broke before all of it was there.
fn ask(stream: &mut BufReader<std::net::TcpStream>, request: &str) -> Option<serde_json::Value> {
    stream.get_mut().write_all(request.as_bytes()).ok()?;
    let mut length = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = Some(value.trim().parse().unwrap());
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length.unwrap()];
    stream.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}

/// The books after a kill: `seen` are the successes that clients read, `lost_max` how many more may have been charged.
fn check(data: &Path, seen: &HashSet<CallId>, lost_max: u64) {
    with_store(data, async |store| {
        let account_id = store.account("team").await.unwrap().id;
        let filter = CallFilter { limit: u32::MAX, ..CallFilter::default() };
        let calls = store.calls(filter).await.unwrap();
        let listed: HashSet<CallId> = calls.iter().map(|call| call.id).collect();
        assert_eq!(listed.len(), calls.len());
        assert!(calls.iter().all(|call| call.state == CallState::Succeeded && call.charged == PRICE));
        assert!(seen.is_subset(&listed), "a success that a client saw is not listed");
        assert!(listed.len() as u64 <= seen.len() as u64 + lost_max, "{} listed, {} seen", listed.len(), seen.len());
        let book = store.account_book(account_id).await.unwrap();
        assert_eq!(book.charged.0, PRICE.0 * listed.len() as u64);
        assert_eq!((book.held, book.balance().0), (MicroYuan::ZERO, CREDIT.0 - book.charged.0));
        let (first, last) = (ledger::Day::EPOCH, ledger::Day::from_number(i32::MAX / 2));
        let usage = store.usage(None, first, last).await.unwrap();
        assert_eq!(usage.iter().map(|usage| usage.charged.0).sum::<u64>(), book.charged.0);
    });
}

/// Opens the store for a moment.
fn with_store(data: &Path, work: impl AsyncFnOnce(&SqliteStore)) {
    let store = SqliteStore::open(&data.join("astrolabe.db")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(work(&store));
}
