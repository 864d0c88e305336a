//! What is spent at an upstream without a budget is counted though the database did not take it at the time.

use std::fs;
use std::time::Duration;

use crate::upstream::{AUTHOR, Place, ask};

const REFUSE: &str =
    "CREATE TRIGGER refused BEFORE INSERT ON upstream_spending BEGIN SELECT RAISE(ABORT, 'refused here'); END";

#[test]
fn what_was_spent_is_counted_once_the_database_takes_it_and_is_named_where_it_never_does() {
    let place = Place::new(None);
    let config = place.data().join("astrolabe.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("daily_budget_yuan = \"1\"\n", "")).unwrap();
    let server = place.serve();
    let ledger = rusqlite::Connection::open(place.data().join("astrolabe.ledger.db")).unwrap();
    ledger.busy_timeout(Duration::from_secs(30)).unwrap();
    ledger.execute_batch(REFUSE).unwrap();
    for author in [AUTHOR, "1", "2"] {
        assert!(ask(&server, &place.token, author).contains("\"code\":0"), "nobody waits for the count");
    }
    ledger.execute_batch("DROP TRIGGER refused").unwrap();
    place.status(|status| status["spentTodayYuan"] == "0.15");

    ledger.execute_batch(REFUSE).unwrap();
    assert!(ask(&server, &place.token, "3").contains("\"code\":0"));
    server.signal("TERM");
    let said = server.everything_said();
    let line = said.lines().find(|line| line.contains("ERROR")).unwrap_or_default();
    assert!(line.contains("was not counted") && line.contains("main") && line.contains("0.05"), "{said}");
    assert_eq!(place.status(|_| true)["spentTodayYuan"].as_str(), Some("0.15"), "once for each call");
}
