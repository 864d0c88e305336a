//! The connection to the database is lost while it commits: what nobody knows to be held is given back.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::schema::Schema;
use crate::stalled::Line;
use crate::support::{ENDPOINT, Reply, Server};
use crate::upstream::{AUTHOR, Place, SECRET, team};

const KEY: &str = "order-lost";

fn ask(server: &Server, token: &str) -> Reply {
    let mut stream = server.connect();
    let target = format!("{ENDPOINT}?oAuthorId={AUTHOR}");
    let headers = format!("Connection: close\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {KEY}");
    write!(stream, "GET {target} HTTP/1.1\r\nHost: test\r\n{headers}\r\n\r\n").unwrap();
    Reply::read(stream)
}

#[test]
fn a_hold_that_was_committed_unknown_to_its_server_is_given_back_and_its_key_is_free() {
    let Some(schema) = Schema::make() else { return };
    let direct = schema.url();
    let (line, url) = Line::to(&direct);
    let place = Place::new(None);
    let on = |args: &[&str]| place.run([("ASTROLABE_DATABASE", direct.as_str()), ("PAID_TOKEN", SECRET)], args);
    let token = team(on);
    let server = Server::serve(&place.data(), &[("ASTROLABE_DATABASE", &url), ("PAID_TOKEN", SECRET)]);
    line.lose_commit_of(KEY);
    assert_eq!(ask(&server, &token).code(), 500);
    let waiting = Instant::now();
    // The database may still be committing when the server has given up.
    let is_over = "SELECT (SELECT count(*) FROM {schema}.calls) - (SELECT count(*) FROM {schema}.holds)";
    while schema.number(is_over) != 1 {
        assert!(waiting.elapsed() < Duration::from_secs(60), "it stays held");
        std::thread::sleep(Duration::from_millis(5));
    }
    let again = ask(&server, &token);
    assert_eq!(again.code(), 0, "{again:?}");
    let calls: Value = serde_json::from_str(&on(&["calls", "list", "--json"])).unwrap();
    assert_eq!((&calls[0]["state"], &calls[1]["state"]), (&"succeeded".into(), &"rejected".into()), "{calls}");
    let account: Value = serde_json::from_str(&on(&["account", "show", "team", "--json"])).unwrap();
    assert_eq!((account["balance"].as_str(), account["held"].as_str()), (Some("9.9"), Some("0")), "{account}");
    on(&["ledger", "verify"]);
}
