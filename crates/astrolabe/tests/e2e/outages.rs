//! What a server depends on goes away while it serves, and comes back: it goes on by itself, and the books are exact.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use domain::{CallId, CallState};

use crate::place::{PRICE, Place, balanced_calls, ids};
use crate::private::{PrivatePostgres, PrivateRedis};
use crate::support::{Reply, Server, astrolabe, said};

/// How long anything may take to be noticed.
const PATIENCE: Duration = Duration::from_secs(60);

/// What clients were told: ids of successes, and how many failures.
#[derive(Default)]
struct Told {
    successes: HashSet<CallId>,
    failures: u64,
}

/// Asks, each time on a new connection, until it is enough.
fn ask_on(server: &Server, token: &str, is_enough: &AtomicBool, count: impl Fn(&Reply)) -> Told {
    let mut told = Told::default();
    while !is_enough.load(Ordering::Relaxed) {
        let reply = server.ask(token, "42");
        match (reply.code(), reply.status) {
            (0, 200) => {
                let id: CallId = reply.body["requestId"].as_str().unwrap().parse().unwrap();
                assert!(told.successes.insert(id));
            }
            (500, 500) => told.failures += 1,
            other => panic!("{other:?}: {:?}", reply.body),
        }
        count(&reply);
    }
    told
}

/// Waits until a condition holds.
fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = Instant::now();
    while !holds() {
        assert!(waiting.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn postgres_stops_under_load_and_what_failed_is_not_charged() {
    use std::sync::atomic::AtomicU64;
    let Some(postgres) = PrivatePostgres::start() else { return };
    let place = Place::on(&postgres.url());
    let token = place.prepare();
    let server = place.serve(&[]);
    let (is_enough, successes, failures) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let count = |reply: &Reply| {
        let counter = if reply.code() == 0 { &successes } else { &failures };
        counter.fetch_add(1, Ordering::Relaxed);
    };
    let more_of = |counter: &AtomicU64, what: &str| {
        let before = counter.load(Ordering::Relaxed);
        until(what, || counter.load(Ordering::Relaxed) > before + 20);
    };
    let told: Vec<Told> = thread::scope(|scope| {
        let clients: Vec<_> = (0..8).map(|_| scope.spawn(|| ask_on(&server, &token, &is_enough, count))).collect();
        for _ in 0..3 {
            more_of(&successes, "calls succeed, again without a word from anybody");
            postgres.stop();
            more_of(&failures, "calls fail while the database is away");
            postgres.go_on();
        }
        more_of(&successes, "calls go on after the last outage");
        is_enough.store(true, Ordering::Relaxed);
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let seen: HashSet<CallId> = told.iter().flat_map(|told| told.successes.iter().copied()).collect();
    eprintln!("{} successes, {} failures", seen.len(), told.iter().map(|told| told.failures).sum::<u64>());
    // What a transaction without an answer may have charged is taken back within a second, even when nobody asks any more.
    let calls = place.until(async |store| {
        let calls = balanced_calls(store).await;
        (ids(calls.iter().filter(|call| call.is_charged())) == seen).then_some(calls)
    });
    let is_exact = |call: &domain::Call| match call.state {
        CallState::Succeeded => call.charged == PRICE,
        CallState::Rejected => !call.is_charged(),
        _ => false,
    };
    assert!(calls.iter().all(is_exact), "each is charged once, or not at all");
    drop(server);
}

#[test]
fn redis_is_lost_and_comes_back_with_rates_left_open() {
    lose_redis("open", 0);
}

#[test]
fn redis_is_lost_and_comes_back_with_rates_closed() {
    lose_redis("closed", 500);
}

#[test]
fn a_server_starts_without_its_redis_where_rates_are_left_open_and_finds_it_later() {
    let Some(mut redis) = PrivateRedis::start() else { return };
    redis.stop();
    let place = Place::sqlite();
    let token = place.prepare();
    place.run(&["token", "limit", "1", "--rate", "1000/s", "--burst", "1000"]);
    let url = redis.url();
    let start = |on_loss| {
        let mut serve = astrolabe();
        serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(place.data());
        serve.envs([("ASTROLABE_REDIS", url.as_str()), ("ASTROLABE_RATES__ON_LOSS", on_loss)]).output().unwrap()
    };
    let closed = start("closed");
    assert!(!closed.status.success() && said(&closed).contains("the Redis that --redis names"), "{}", said(&closed));
    let server = place.serve(&[("ASTROLABE_REDIS", &url), ("ASTROLABE_RATES__ON_LOSS", "open")]);
    assert!(server.stderr().contains("the shared rates are out of reach"), "{}", server.stderr());
    assert_eq!(server.ask(&token, "42").code(), 0);
    assert!(failures(&server) > 0, "it is counted");
    redis.go_on();
    until("it is told that Redis is back", || {
        assert_eq!(server.ask(&token, "42").code(), 0);
        server.stderr().contains("the shared rates are back")
    });
}

#[test]
fn two_installations_on_one_redis_share_no_buckets() {
    let Some(redis) = PrivateRedis::start() else { return };
    let places = [Place::sqlite(), Place::sqlite()];
    let servers = places.each_ref().map(|place| {
        let token = place.prepare();
        place.run(&["token", "limit", "1", "--rate", "1/s", "--burst", "3"]);
        let server = place.serve(&[("ASTROLABE_REDIS", &redis.url()), ("ASTROLABE_RATES__ON_LOSS", "closed")]);
        (server, token)
    });
    for (server, token) in &servers {
        assert_eq!([0; 3].map(|_| server.ask(token, "42").code()), [0; 3], "the whole burst");
    }
}

/// `code` is what a caller with a rate gets while Redis is away.
fn lose_redis(on_loss: &str, code: i64) {
    let Some(mut redis) = PrivateRedis::start() else { return };
    let place = Place::sqlite();
    let token = place.prepare();
    place.run(&["token", "limit", "1", "--rate", "1000/s", "--burst", "1000"]);
    let free = place.run(&["token", "create", "team"]);
    let url = redis.url();
    let server = place.serve(&[("ASTROLABE_REDIS", &url), ("ASTROLABE_RATES__ON_LOSS", on_loss)]);
    let charged = Cell::new(0);
    let ask = |token: &str| {
        let reply = server.ask(token, "42");
        charged.set(charged.get() + u64::from(reply.code() == 0));
        reply.code()
    };
    for _ in 0..3 {
        assert_eq!(ask(&token), 0);
        assert_eq!(failures(&server), failures(&server));
        redis.stop();
        for _ in 0..5 {
            assert_eq!(ask(&token), code);
            assert_eq!(ask(&free), 0, "who has no rate does not notice");
        }
        let lost = failures(&server);
        assert!(lost > 0, "it is counted");
        redis.go_on();
        // Back, where a question is answered and no failure counted.
        let waiting = Instant::now();
        loop {
            let before = failures(&server);
            if ask(&token) == 0 && failures(&server) == before {
                break;
            }
            assert!(waiting.elapsed() < PATIENCE, "Redis is back and is not used");
        }
    }
    until("it is told that Redis is back", || {
        assert_eq!(ask(&token), 0);
        server.stderr().contains("the shared rates are back")
    });
    let told = server.stderr();
    let lost: Vec<&str> = told.lines().filter(|line| line.contains("the shared rates are lost")).collect();
    assert!((1..=3).contains(&lost.len()) && lost.iter().all(|line| line.contains("Redis")), "{told}");
    let calls = place.with_books(async |store| balanced_calls(store).await);
    assert_eq!(calls.iter().map(|call| call.charged.0).sum::<u64>(), charged.get() * PRICE.0);
}

/// How often the shared rates could not be reached, as the server counts it.
fn failures(server: &Server) -> u64 {
    let metrics = server.get("/metrics");
    let line = metrics.lines().find_map(|line| line.strip_prefix("astrolabe_shared_rates_failures_total "));
    line.unwrap().trim().parse().unwrap()
}
