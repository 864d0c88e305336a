//! `kill -9` under load, at random moments, on both databases: what a client saw is charged exactly once and listed, whatever
//! else is charged is unknown, and no hold outlives its expiry.
//!
//! `ASTROLABE_TEST_KILLS` says how often (5 here, 200 in the long run), `ASTROLABE_TEST_SEED` repeats a run.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use domain::{Call, CallId, CallState, CreatorKey, MicroYuan, Platform, TokenId};
use serde_json::Value;
use store::{Take, Taken};

use crate::place::{ACCOUNT, Books, PRICE, Place, balanced_calls, ids, now_ms};
use crate::support::{ENDPOINT, Server};

const CLIENTS: usize = 16;

/// A server is taken for dead after two seconds, not ten.
const IMPATIENT: (&str, &str) = ("ASTROLABE_METER__SERVER_LOST_S", "2");

#[test]
fn what_no_client_saw_before_a_kill_is_unknown_on_sqlite() {
    kill_under_load(&Place::sqlite());
}

#[test]
fn what_no_client_saw_before_a_kill_is_unknown_on_postgres() {
    let Some(place) = Place::postgres() else { return };
    kill_under_load(&place);
}

fn kill_under_load(place: &Place) {
    let kills: u64 = from_environment("ASTROLABE_TEST_KILLS").unwrap_or(5);
    let seed = from_environment("ASTROLABE_TEST_SEED").unwrap_or_else(|| fastrand::u64(..));
    eprintln!("ASTROLABE_TEST_SEED={seed} repeats these {kills} kills");
    let mut random = fastrand::Rng::with_seed(seed);
    let token = place.prepare();
    let seen = Arc::new(Mutex::new(HashSet::new()));
    let mut held = HashSet::new();
    for kill in 1..=kills {
        let server = place.serve(&[IMPATIENT]);
        let clients: Vec<_> = (0..CLIENTS).map(|_| ask_until_killed(&server, &token, &seen)).collect();
        held.insert(place.with_books(hold));
        thread::sleep(Duration::from_millis(random.u64(20..400)));
        server.signal("KILL");
        server.wait();
        clients.into_iter().for_each(|client| client.join().unwrap());
        place.until_unused();
        // What the next server does once it is sure of the death; the last time it does so itself.
        if kill < kills {
            place.with_books(give_everybody_up);
            let calls = place.with_books(async |store| balanced_calls(store).await);
            check(&calls, &seen.lock().unwrap(), &held, kill);
        }
    }
    let server = place.serve(&[IMPATIENT]);
    let calls = place.until(async |store| {
        let is_settled = store.notes().await.unwrap().is_empty()
            && store.account_book(ACCOUNT).await.unwrap().held == MicroYuan::ZERO;
        if is_settled { Some(balanced_calls(store).await) } else { None }
    });
    check(&calls, &seen.lock().unwrap(), &held, kills);
    let is_over = |call: &&Call| held.contains(&call.id) && call.state == CallState::Unknown && !call.is_charged();
    assert_eq!(calls.iter().filter(is_over).count(), held.len(), "each hold has expired");
    assert!(!seen.lock().unwrap().is_empty());
    end_in_peace(place, server, &token, &calls);
}

/// A server that is asked to end leaves nothing in doubt.
fn end_in_peace(place: &Place, server: Server, token: &str, before: &[Call]) {
    assert_eq!(server.ask(token, "42").code(), 0);
    server.signal("TERM");
    assert!(server.wait().1.success());
    place.with_books(async |store| {
        assert_eq!(store.notes().await.unwrap(), []);
        let unknown = |calls: &[Call]| ids(calls.iter().filter(|call| call.state == CallState::Unknown));
        let now = balanced_calls(store).await;
        assert_eq!((now.len(), unknown(&now)), (before.len() + 1, unknown(before)));
    });
}

/// A number of the environment.
fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|number| number.parse().unwrap())
}

/// Holds a call for a moment, as one that is being sent to a source when the server dies.
async fn hold(store: &dyn Books) -> CallId {
    let key = CreatorKey { author_id: "42".parse().unwrap(), platform: Platform::ShortVideo };
    let id = CallId(CallId::first_at(now_ms()).0 | u128::from(fastrand::u64(..)));
    let take =
        Take { id, account_id: ACCOUNT, token_id: TokenId(1), endpoint: 1, key: Some(key), price: PRICE, once: None };
    let held = store.hold(vec![take], now_ms() + 10).await.unwrap();
    assert!(matches!(held[..], [Taken::Taken(_)]), "{held:?}");
    id
}

async fn give_everybody_up(store: &dyn Books) {
    for (server, beat) in store.notes().await.unwrap() {
        assert!(store.give_up(server, beat).await.unwrap().is_some());
    }
}

/// Asks on one connection until it breaks, keeping the id of each success that was read whole.
fn ask_until_killed(server: &Server, token: &str, seen: &Arc<Mutex<HashSet<CallId>>>) -> thread::JoinHandle<()> {
    let request = format!("GET {ENDPOINT}?oAuthorId=42 HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n");
    let (mut stream, seen) = (BufReader::new(server.connect()), seen.clone());
    thread::spawn(move || {
        while let Some(body) = ask(&mut stream, &request) {
            assert_eq!(body["code"], 0, "{body}");
            assert!(seen.lock().unwrap().insert(id_of(&body)), "two answers have one id");
        }
    })
}

fn ask(stream: &mut BufReader<TcpStream>, request: &str) -> Option<Value> {
    stream.get_mut().write_all(request.as_bytes()).ok()?;
    read_answer(stream)
}

fn read_answer(stream: &mut BufReader<TcpStream>) -> Option<Value> {
    Some(serde_json::from_slice(&read_body(stream)?).unwrap())
}

/// The body of one answer, or nothing when the connection broke before all of it was there.
fn read_body(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
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
    let mut body = vec![0; length?];
    stream.read_exact(&mut body).ok()?;
    Some(body)
}

fn id_of(body: &Value) -> CallId {
    body["requestId"].as_str().unwrap().parse().unwrap()
}

/// The calls after kills: `seen` are the successes that clients read, `held` the calls that were on hold.
fn check(calls: &[Call], seen: &HashSet<CallId>, held: &HashSet<CallId>, kills: u64) {
    let asked: Vec<&Call> = calls.iter().filter(|call| !held.contains(&call.id)).collect();
    assert_eq!(ids(asked.iter().copied()).len(), asked.len());
    assert!(asked.iter().all(|call| call.charged == PRICE), "each is charged once");
    let with = |state: CallState| ids(asked.iter().copied().filter(|call| call.state == state));
    let (succeeded, unknown) = (with(CallState::Succeeded), with(CallState::Unknown));
    assert_eq!(succeeded.len() + unknown.len(), asked.len());
    assert!(succeeded.is_subset(seen), "{} calls that no client saw stand as successes", (&succeeded - seen).len());
    assert!(seen.is_subset(&(&succeeded | &unknown)), "a success that a client saw is not listed");
    // A client has one request in flight when the server dies.
    assert!(unknown.len() as u64 <= kills * CLIENTS as u64, "{} unknown", unknown.len());
    eprintln!(
        "{kills} kills: {} succeeded, {} unknown, {} of these seen",
        succeeded.len(),
        unknown.len(),
        unknown.intersection(seen).count()
    );
}

#[test]
fn a_retry_after_a_kill_between_charge_and_reply_gets_the_first_answer_on_sqlite() {
    kill_between_charge_and_reply(&Place::sqlite());
}

#[test]
fn a_retry_after_a_kill_between_charge_and_reply_gets_the_first_answer_on_postgres() {
    let Some(place) = Place::postgres() else { return };
    kill_between_charge_and_reply(&place);
}

/// More answers than a connection takes when nobody reads from it; it is filled with others at first, which is quicker.
const UNREAD: usize = 20_000;
const FILLING_BYTES: usize = 2_000_000;

/// A client that does not read: in the end a call is charged, and its reply does not fit into the connection any more. Then the
/// server dies.
fn kill_between_charge_and_reply(place: &Place) {
    let token = place.prepare();
    let server = place.serve(&[]);
    let mut client = BufReader::new(server.connect());
    let mut asking = client.get_ref().try_clone().unwrap();
    let filling = FILLING_BYTES / server.get("/metrics").len();
    let mut requests = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(filling);
    requests.extend((0..UNREAD).map(|number| request_under_key(&token, number)));
    let asking = thread::spawn(move || asking.write_all(requests.as_bytes()));
    let charged = place.until_stuck();
    assert!(charged < UNREAD, "the connection took everything");
    server.signal("KILL");
    server.wait();
    place.until_unused();
    let _ = asking.join().unwrap();
    // What the client has received by now; the rest dies with the server's end of the connection.
    let bodies: Vec<Vec<u8>> = std::iter::from_fn(|| read_body(&mut client)).collect();
    let answers = bodies.into_iter().skip(filling).map(|body| serde_json::from_slice::<Value>(&body).unwrap());
    let answers: Vec<Value> = answers.collect();
    let calls = place.with_books(async |store| balanced_calls(store).await);
    assert!(answers.len() < calls.len(), "the last one did not leave");
    // The last ones, which came one after the other: the first answers, by number.
    let last = calls.len() - 1;
    let numbers = last.saturating_sub(100)..=last;
    let first_ids: Vec<CallId> = place.with_books(async |store| first_ids(store, numbers.clone()).await);

    let server = place.serve(&[IMPATIENT]);
    let unknown = place.until(async |store| {
        let unknown = unknown(&balanced_calls(store).await);
        (!unknown.is_empty()).then_some(unknown)
    });
    assert!(unknown.contains(&first_ids[first_ids.len() - 1]), "the last one is unknown");
    let mut client = BufReader::new(server.connect());
    for (number, id) in numbers.zip(first_ids) {
        let body = ask(&mut client, &request_under_key(&token, number)).unwrap();
        assert_eq!((body["code"].as_i64(), id_of(&body)), (Some(0), id), "the first answer of request {number}");
        assert!(answers.get(number).is_none_or(|first| *first == body), "{body}");
    }
    // Now they are known to be answered, and nothing more was charged.
    place.until(async |store| {
        let now = balanced_calls(store).await;
        assert_eq!((ids(&now), now.iter().all(|call| call.charged == PRICE)), (ids(&calls), true));
        unknown.is_disjoint(&self::unknown(&now)).then_some(())
    });
}

/// The calls that were charged under keys.
async fn first_ids(store: &dyn Books, numbers: impl Iterator<Item = usize>) -> Vec<CallId> {
    let mut ids = Vec::new();
    for number in numbers {
        ids.push(store.done_once(ACCOUNT, &number.to_string(), now_ms()).await.unwrap().unwrap().id);
    }
    ids
}

fn request_under_key(token: &str, number: usize) -> String {
    format!(
        "GET {ENDPOINT}?oAuthorId=42 HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nIdempotency-Key: {number}\r\n\r\n"
    )
}

fn unknown(calls: &[Call]) -> HashSet<CallId> {
    ids(calls.iter().filter(|call| call.state == CallState::Unknown))
}
