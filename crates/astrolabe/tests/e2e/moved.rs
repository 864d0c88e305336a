//! From a data directory to PostgreSQL: tokens, money, calls and creators go on there, nothing is charged twice, and a move that is
//! killed leaves both sides as they were.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::place;
use crate::schema::Schema;
use crate::support::{ENDPOINT, Server, astrolabe, import_creator_42, said};
use crate::upstream::{AUTHOR, Place, SECRET};

fn run(data: &Path, database: Option<&str>, args: &[&str]) -> Output {
    let mut verb = astrolabe();
    verb.args(args).arg("--data").arg(data).envs(database.map(|url| ("ASTROLABE_DATABASE", url)));
    verb.output().unwrap()
}

/// What a verb prints; it must be a success.
fn told(data: &Path, database: Option<&str>, args: &[&str]) -> String {
    let output = run(data, database, args);
    assert!(output.status.success(), "astrolabe {args:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// What a verb says that must fail.
fn refused(data: &Path, database: Option<&str>, args: &[&str]) -> String {
    let output = run(data, database, args);
    assert_eq!(output.status.code(), Some(1), "astrolabe {args:?}: {}", said(&output));
    said(&output)
}

/// A whole answer about a creator, head and body.
fn ask(server: &Server, token: &str, author: &str, key: &str) -> String {
    let mut stream = server.connect();
    write!(
        stream,
        "GET {ENDPOINT}?oAuthorId={author} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: {key}\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

/// What is asked of both.
const QUESTIONS: [&[&str]; 10] = [
    &["account", "list", "--json"],
    &["token", "list", "--json"],
    &["price", "list", "--json"],
    &["calls", "list", "--json"],
    &["usage", "--json"],
    &["audit", "--json"],
    &["history", "42", "--json"],
    &["account", "show", "team"],
    &["upstream", "replay", "--json"],
    &["rank", "--json"],
];

fn files(data: &Path) -> [Vec<u8>; 2] {
    ["astrolabe.db", "astrolabe.ledger.db"].map(|name| std::fs::read(data.join(name)).unwrap())
}

#[test]
fn tokens_money_and_history_go_on_in_postgres() {
    let Some(schema) = Schema::make() else { return };
    let (place, url) = (Place::new(None), schema.url());
    let (data, database) = (place.data(), Some(url.as_str()));
    import_creator_42(&data, &[]);
    told(&data, None, &["token", "limit", "1", "--cap", "5", "--daily-quota", "50"]);
    let server = place.serve();
    let answers = [(AUTHOR, "bought"), ("42", "held")].map(|(author, key)| ask(&server, &place.token, author, key));
    assert!(answers.iter().all(|answer| answer.contains("\"code\":0")), "{answers:?}");
    let explain = "/v1/explain?oAuthorId=42";
    let bearer = format!("Authorization: Bearer {}\r\n", place.token);
    let explained = server.page(explain, &bearer).1;
    let in_use = refused(&data, database, &["move-to-postgres"]);
    assert!(in_use.contains("is in use"), "{in_use}");
    server.signal("TERM");
    server.wait();
    assert!(refused(&data, None, &["move-to-postgres"]).contains("--database"));
    let (before, said_before) = (files(&data), QUESTIONS.map(|question| told(&data, None, question)));

    let moved = run(&data, database, &["move-to-postgres"]);
    assert!(moved.status.success(), "{}", said(&moved));
    assert!(said(&moved).contains("moved 1 creator (counted by platform), 1 account and 1 token"), "{}", said(&moved));
    assert_eq!(files(&data), before, "the directory is as it was");
    for (question, said_before) in QUESTIONS.iter().zip(&said_before) {
        assert_eq!(&told(&data, database, question), said_before, "{question:?}");
    }
    told(&data, database, &["ledger", "verify"]);
    let again = refused(&data, database, &["move-to-postgres"]);
    assert!(again.contains("not empty") && again.contains("keeps nothing"), "{again}");

    for name in ["astrolabe.db", "astrolabe.ledger.db"] {
        std::fs::rename(data.join(name), data.join(format!("old-{name}"))).unwrap();
    }
    let server = Server::serve(&data, &[("PAID_TOKEN", SECRET), ("ASTROLABE_DATABASE", &url)]);
    for ((author, key), answer) in [(AUTHOR, "bought"), ("42", "held")].into_iter().zip(&answers) {
        let replayed = ask(&server, &place.token, author, key);
        assert!(replayed.contains("idempotency-replayed: true"), "{replayed}");
        assert_eq!(body(&replayed), body(answer));
    }
    assert_eq!(told(&data, database, QUESTIONS[0]), said_before[0], "nothing is charged for what is answered again");
    assert_eq!(server.page(explain, &bearer).1, explained);
    let held = ask(&server, &place.token, AUTHOR, "another");
    assert!(held.contains("x-astrolabe-source: cache\r\n") && held.contains("x-astrolabe-charged: 0.1\r\n"), "{held}");
    assert_eq!(schema.number("SELECT charged_micro_yuan FROM {schema}.account_books"), 300_000);
    assert_eq!(schema.number("SELECT quota_used FROM {schema}.token_books"), 5, "the day's quota goes on");
    let another = told(&data, database, &["token", "create", "team"]);
    assert!(ask(&server, another.trim(), "42", "new").contains("\"code\":0"));
}

#[test]
fn a_move_that_is_killed_leaves_both_sides_as_they_were() {
    let Some(schema) = Schema::make() else { return };
    let (place, url) = (place::Place::sqlite(), schema.url());
    place.prepare();
    // Enough that it is still being moved when the kill comes.
    place.with_ledger(
        "INSERT INTO calls (call_id, account_id, token_id, endpoint, author_id, platform, state, price_micro_yuan, charged_micro_yuan)
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200000)
         SELECT randomblob(16), 1, 1, 1, '42', 0, 1, 0, 0 FROM n;
         PRAGMA wal_checkpoint(TRUNCATE)",
    );
    let before = files(place.data());
    let mut moving = astrolabe();
    moving.arg("move-to-postgres").arg("--data").arg(place.data()).env("ASTROLABE_DATABASE", &url);
    let mut moving = moving.stderr(Stdio::null()).spawn().unwrap();
    let (waiting, name) = (Instant::now(), url.rsplit('=').next().unwrap());
    let copies =
        format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}' AND query LIKE 'COPY calls%'");
    while schema.number(&copies) == 0 {
        assert!(
            waiting.elapsed() < Duration::from_secs(60) && moving.try_wait().unwrap().is_none(),
            "no call is moved"
        );
        thread::sleep(Duration::from_millis(2));
    }
    moving.kill().unwrap();
    assert!(!moving.wait().unwrap().success());
    schema.until_unused();
    for table in store::TABLES.into_iter().filter(|table| *table != "meta") {
        assert_eq!(schema.number(&format!("SELECT count(*) FROM {{schema}}.{table}")), 0, "{table}");
    }
    assert_eq!(files(place.data()), before, "the directory is as it was");
    told(place.data(), Some(&url), &["move-to-postgres"]);
    assert_eq!(schema.number("SELECT count(*) FROM {schema}.calls"), 200_000);
}

#[test]
fn books_that_do_not_balance_are_not_moved() {
    let Some(schema) = Schema::make() else { return };
    let (place, url) = (place::Place::sqlite(), schema.url());
    place.prepare();
    place.with_ledger("UPDATE account_books SET charged_micro_yuan = 1000000");
    let told = refused(place.data(), Some(&url), &["move-to-postgres"]);
    assert!(told.contains("not right in 2 places"), "{told}");
    assert_eq!(schema.number("SELECT count(*) FROM {schema}.accounts"), 0);
}
