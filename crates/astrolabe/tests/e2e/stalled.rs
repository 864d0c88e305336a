//! The database takes connections and says nothing, as one whose machine or disk stands still: nobody waits for ever, the server can
//! be ended, and the books are exact once it goes on.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use domain::{CallId, CallState};

use crate::place::{PRICE, Place, balanced_calls, ids};
use crate::support::Server;

/// More than any one request takes, where the database says nothing: 8 seconds, whatever it waits for and behind whom.
const PATIENCE: Duration = Duration::from_secs(11);

/// More than any one takes once that is known.
const SOON: Duration = Duration::from_secs(3);

/// Stands before the database, and holds everything back when it is told to, or loses what became of a commit.
pub(crate) struct Line {
    address: SocketAddr,
    flow: Arc<Flow>,
}

#[derive(Default)]
struct Flow {
    is_held: Mutex<bool>,
    goes_on: Condvar,
    /// What is in the transaction whose commit is lost next.
    loses: Mutex<Option<&'static str>>,
}

impl Flow {
    /// Whether what came of the client is the commit to lose; `open` is what came of it since its last transaction began.
    fn is_lost(&self, open: &mut Vec<u8>, bytes: &[u8]) -> bool {
        let mut loses = self.loses.lock().unwrap();
        let Some(part) = *loses else { return false };
        let find = |bytes: &[u8], part: &str| bytes.windows(part.len()).rposition(|window| window == part.as_bytes());
        open.extend(bytes);
        let begun = find(open, "BEGIN").unwrap_or(open.len());
        open.drain(..begun);
        let is_lost = find(open, part).is_some() && find(open, "COMMIT").is_some();
        if is_lost {
            *loses = None;
        }
        is_lost
    }
}

impl Line {
    /// A line to the database of a URL, and the URL of the same database behind the line.
    pub(crate) fn to(url: &str) -> (Self, String) {
        let named = url.split(['@', '/', '?']).find(|part| part.parse::<SocketAddr>().is_ok());
        let server: SocketAddr = named.expect("an address in the URL").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = Self { address: listener.local_addr().unwrap(), flow: Arc::default() };
        let flow = line.flow.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(database) = TcpStream::connect(server) else { continue };
                let (back, forth) = ((database.try_clone(), client.try_clone()), (Ok(client), Ok(database)));
                for ((from, to), is_forth) in [(back, false), (forth, true)] {
                    let flow = flow.clone();
                    thread::spawn(move || carry(from.unwrap(), to.unwrap(), is_forth, &flow));
                }
            }
        });
        let url = url.replacen(&server.to_string(), &line.address.to_string(), 1);
        (line, url)
    }

    /// Lets the database commit the next transaction that this is part of, and the client not know it.
    pub(crate) fn lose_commit_of(&self, part: &'static str) {
        *self.flow.loses.lock().unwrap() = Some(part);
    }

    /// Carries nothing until the end of `meanwhile`.
    fn held<T>(&self, meanwhile: impl FnOnce() -> T) -> T {
        *self.flow.is_held.lock().unwrap() = true;
        let outcome = meanwhile();
        *self.flow.is_held.lock().unwrap() = false;
        self.flow.goes_on.notify_all();
        outcome
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, is_forth: bool, flow: &Flow) {
    let (mut bytes, mut open) = ([0; 4096], Vec::new());
    loop {
        let read = from.read(&mut bytes).unwrap_or(0);
        drop(flow.goes_on.wait_while(flow.is_held.lock().unwrap(), |is_held| *is_held).unwrap());
        if is_forth && flow.is_lost(&mut open, &bytes[..read]) {
            from.shutdown(Shutdown::Both).unwrap();
        }
        if read == 0 || to.write_all(&bytes[..read]).is_err() {
            let _ = (from.shutdown(Shutdown::Read), to.shutdown(Shutdown::Write));
            return;
        }
    }
}

/// Asks until it is enough; the ids of successes.
fn ask_on(server: &Server, token: &str, is_enough: &AtomicBool, counts: &[AtomicU64; 2]) -> HashSet<CallId> {
    let mut successes = HashSet::new();
    while !is_enough.load(Ordering::Relaxed) {
        let asked = Instant::now();
        let reply = server.ask(token, "42");
        assert!(asked.elapsed() < PATIENCE, "{reply:?}");
        if reply.code() == 0 {
            successes.insert(reply.body["requestId"].as_str().unwrap().parse().unwrap());
        }
        counts[usize::from(reply.code() != 0)].fetch_add(1, Ordering::Relaxed);
    }
    successes
}

fn more_of(counter: &AtomicU64, what: &str) {
    let (before, waiting) = (counter.load(Ordering::Relaxed), Instant::now());
    while counter.load(Ordering::Relaxed) < before + 20 {
        assert!(waiting.elapsed() < 4 * PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_database_that_says_nothing_is_noticed_and_nothing_is_charged_wrongly() {
    let Some(place) = Place::postgres() else { return };
    let token = place.prepare();
    let (line, url) = Line::to(place.url());
    let server = place.serve(&[("ASTROLABE_DATABASE", &url)]);
    let (is_enough, counts) = (AtomicBool::new(false), [AtomicU64::new(0), AtomicU64::new(0)]);
    let seen: HashSet<CallId> = thread::scope(|scope| {
        let clients: Vec<_> = (0..8).map(|_| scope.spawn(|| ask_on(&server, &token, &is_enough, &counts))).collect();
        more_of(&counts[0], "calls succeed");
        line.held(|| {
            let asked = Instant::now();
            assert!(server.page("/readyz", "").0.starts_with("HTTP/1.1 503"));
            assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
            more_of(&counts[1], "calls fail while the database says nothing");
            let asked = Instant::now();
            assert_eq!(server.ask(&token, "42").code(), 500);
            assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
        });
        more_of(&counts[0], "calls go on by themselves");
        is_enough.store(true, Ordering::Relaxed);
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let calls = place.until(async |store| {
        let calls = balanced_calls(store).await;
        (ids(calls.iter().filter(|call| call.is_charged())) == seen).then_some(calls)
    });
    assert!(calls.iter().all(|call| match call.state {
        CallState::Succeeded => call.charged == PRICE,
        CallState::Rejected => !call.is_charged(),
        _ => false,
    }));
}

#[test]
fn a_server_ends_though_the_database_says_nothing_and_at_once_when_asked_again() {
    for signals in [&["TERM"][..], &["HUP", "TERM"]] {
        let Some(place) = Place::postgres() else { return };
        let token = place.prepare();
        let (line, url) = Line::to(place.url());
        let server = place.serve(&[("ASTROLABE_DATABASE", &url)]);
        assert_eq!(server.ask(&token, "42").code(), 0);
        line.held(|| {
            let mut asking = server.connect();
            let target = format!("{}?token={token}&oAuthorId=42", crate::support::ENDPOINT);
            write!(asking, "GET {target} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
            let asked = Instant::now();
            for signal in signals {
                server.signal(signal);
                // What comes at once is taken for the same request.
                thread::sleep(Duration::from_secs(1));
            }
            let (_, status) = server.wait();
            let within = if signals.len() == 1 { 32 } else { 5 };
            assert!(asked.elapsed() < Duration::from_secs(within), "{:?}", asked.elapsed());
            assert_eq!(status.code(), Some(i32::from(signals.len() > 1)));
        });
    }
}
