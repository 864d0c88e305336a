//! A question for which nothing was bought, while the ledger takes nothing: nobody waits for its hold to be given back.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::astrolabe_ok;
use crate::upstream::{AUTHOR, Place, ask};

#[test]
fn who_owes_nothing_is_answered_before_that_is_stored() {
    let place = Place::new(Some(r#"[{"delay_ms": 1500, "fault": {"kind": "code", "code": 400}}]"#));
    let server = place.serve();
    let ledger = rusqlite::Connection::open(place.data().join("astrolabe.ledger.db")).unwrap();
    ledger.busy_timeout(Duration::from_secs(30)).unwrap();
    let answer = std::thread::scope(|scope| {
        let client = scope.spawn(|| ask(&server, &place.token, AUTHOR));
        let reserved =
            || ledger.query_row("SELECT count(*) FROM upstream_spending", [], |row| row.get::<_, u32>(0)).unwrap();
        while reserved() == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        ledger.execute_batch("BEGIN IMMEDIATE").unwrap();
        let answer = client.join().unwrap();
        ledger.execute_batch("COMMIT").unwrap();
        answer
    });
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("\"code\":400"), "{answer}");
    let waiting = Instant::now();
    loop {
        let calls: Value = serde_json::from_str(&astrolabe_ok(&place.data(), &["calls", "list", "--json"])).unwrap();
        if calls[0]["state"] == "rejected" {
            break;
        }
        assert!(waiting.elapsed() < Duration::from_secs(60), "{calls}");
    }
    place.status(|status| status["spentTodayYuan"] == "0");
}
