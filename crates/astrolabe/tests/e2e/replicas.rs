//! Two servers on one PostgreSQL database, rates shared in it or in Redis: what the balance covers is sold exactly, a replica that
//! dies leaves nothing stuck, and a rate is one rate.

use std::path::Path;
use std::thread;

use crate::schema::Schema;
use crate::support::{Server, astrolabe, import_creator_42, said};

/// A verb on the database; gives what it printed on stdout.
fn on(schema: &Schema, data: &Path, args: &[&str]) -> String {
    let output =
        astrolabe().args(args).arg("--data").arg(data).env("ASTROLABE_DATABASE", schema.url()).output().unwrap();
    assert!(output.status.success(), "astrolabe {args:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn two_replicas_sell_exactly_what_the_balance_covers_and_one_dies() {
    const COVERED: i64 = 30;
    let Some(schema) = Schema::make() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let url = schema.url();
    import_creator_42(data, &[("ASTROLABE_DATABASE", &url)]);
    on(&schema, data, &["account", "create", "team"]);
    let token = on(&schema, data, &["token", "create", "team"]);
    on(&schema, data, &["price", "set", "author_cp_info", "0.01"]);
    on(&schema, data, &["account", "topup", "team", "0.305", "--key", "first"]);
    let servers = [0, 1].map(|_| Server::serve(data, &[("ASTROLABE_DATABASE", &url)]));
    let codes: Vec<i64> = thread::scope(|scope| {
        let asking: Vec<_> = (0..64)
            .map(|at| {
                let (server, token) = (&servers[at % 2], &token);
                scope.spawn(move || server.ask(token, "42").code())
            })
            .collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    assert_eq!(codes.iter().filter(|code| **code == 0).count() as i64, COVERED, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == 601).count() as i64, 64 - COVERED, "{codes:?}");
    assert_eq!(schema.number("SELECT charged_micro_yuan FROM {schema}.account_books"), COVERED * 10_000);
    assert_eq!(schema.number("SELECT count(*) FROM {schema}.calls WHERE charged_micro_yuan = 10000"), COVERED);
    let [first, second] = servers;
    first.signal("KILL");
    first.wait();
    on(&schema, data, &["account", "topup", "team", "0.01", "--key", "second"]);
    assert_eq!(second.ask(&token, "42").code(), 0, "the other replica goes on, and sees the top-up");
    assert_eq!(second.ask(&token, "42").code(), 601);
}

/// Asks two servers in turn with a token of 9 at once and 1 a second: together they admit so many.
fn ask_two_in_turn(servers: &[Server; 2], token: &str) {
    let began = std::time::Instant::now();
    let codes: Vec<i64> = (0..40).map(|at| servers[at % 2].ask(token, "42").code()).collect();
    let admitted = codes.iter().filter(|code| **code == 0).count() as u64;
    assert!((9..=9 + began.elapsed().as_secs()).contains(&admitted), "{admitted} admitted: {codes:?}");
    assert!(codes.iter().all(|code| matches!(code, 0 | 302)), "{codes:?}");
}

#[test]
fn two_servers_keep_one_rate_in_redis() {
    let redis = std::env::var("ASTROLABE_TEST_REDIS").unwrap_or_else(|_| "redis://127.0.0.1:6379/".to_owned());
    let reachable = redis.split("//").nth(1).and_then(|rest| rest.split('/').next()).map(std::net::TcpStream::connect);
    if reachable.is_none_or(|connected| connected.is_err()) {
        eprintln!("skipped: Redis is not reachable");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    import_creator_42(data, &[]);
    let token = crate::support::new_token(data, "team");
    crate::support::astrolabe_ok(data, &["token", "limit", "1", "--rate", "1/s", "--burst", "9"]);
    let servers = [0, 1].map(|_| Server::serve(data, &[("ASTROLABE_REDIS", &redis)]));
    ask_two_in_turn(&servers, &token);
    drop(servers);
}

#[test]
fn two_servers_keep_one_rate_in_the_database() {
    let Some(schema) = Schema::make() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let url = schema.url();
    import_creator_42(data, &[("ASTROLABE_DATABASE", &url)]);
    on(&schema, data, &["account", "create", "team"]);
    let token = on(&schema, data, &["token", "create", "team", "--rate", "1/s", "--burst", "9"]);
    let settings = [("ASTROLABE_DATABASE", url.as_str()), ("ASTROLABE_RATES__KEPT_IN", "database")];
    let servers = [0, 1].map(|_| Server::serve(data, &settings));
    ask_two_in_turn(&servers, &token);
    assert_eq!(schema.number("SELECT count(*) FROM {schema}.rate_buckets"), 1);
    drop(servers);
}

#[test]
fn rates_are_kept_only_where_there_is_something_to_keep_them_in() {
    let folder = tempfile::tempdir().unwrap();
    for (kept_in, next_step) in [("database", "--database"), ("redis", "--redis")] {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--rates", kept_in, "--data"];
        let output = astrolabe().args(serve).arg(folder.path()).output().unwrap();
        assert!(!output.status.success() && said(&output).contains(next_step), "{}", said(&output));
    }
}
