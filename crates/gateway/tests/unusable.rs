//! A creator whose answer was paid for and could not be read: for a minute nobody pays for it again.

mod support;

use std::sync::Arc;

use domain::CallState;
use serde_json::{Value, json};
use simulator::{Fault, Script};
use support::Reply;
use support::place::{COST, PRICE, Place, sources};

/// Code 0, so billed, without figures.
fn unusable() -> Fault {
    Fault::Data { data: json!({}) }
}

/// Status, code and when to ask again.
fn refused(reply: &Reply) -> (u16, i64, Option<&str>) {
    (reply.status, reply.code(), reply.header("retry-after"))
}

fn source(reply: &Reply) -> (i64, Option<&str>) {
    (reply.code(), reply.header("x-astrolabe-source"))
}

/// Status, code and cost of a batch's only row.
async fn row(place: &Place, more: &str) -> Value {
    let body = format!("{{\"creators\":[{{\"oAuthorId\":\"77\",\"platform\":\"SHORT_VIDEO\"}}]{more}}}");
    let reply = place.server.post(catalog::BATCH.path, &body, &["Cache-Control: no-cache"]).await;
    let row: Value = serde_json::from_str(reply.body.lines().next().expect("a line")).expect("JSON");
    json!([row["status"], row["code"], row["chargedYuan"]])
}

#[tokio::test]
async fn what_was_paid_in_vain_is_not_paid_again_for_a_minute_whatever_a_request_says() {
    let place = Place::start(sources()).await;
    place.fails(unusable());
    assert_eq!(refused(&place.ask("77", &[]).await), (503, 301, Some("60")));
    place.simulator.set_script(Script::default());
    place.server.set_clock(20);
    for says in [&[][..], &["Cache-Control: no-cache"], &["Cache-Control: max-age=0"], &["Pragma: no-cache"]] {
        assert_eq!(refused(&place.ask("77", says).await), (503, 301, Some("40")), "{says:?}");
    }
    assert_eq!(refused(&place.ask("77", &["Idempotency-Key: mine"]).await), (503, 301, Some("40")));
    assert_eq!(row(&place, "").await, json!(["refused", 301, "0"]));
    assert_eq!(row(&place, ",\"dryRun\":true").await, json!(["refused", 301, "0"]));
    let counts = (place.simulator.counts().requests, place.spent().await, place.charged().await);
    assert_eq!((counts, place.states().await), ((1, COST.0, 0), vec![CallState::Unusable]), "nothing was held");
    assert_eq!(source(&place.ask("78", &[]).await), (0, Some("upstream")), "another one is asked");
    place.server.set_clock(60);
    assert_eq!(source(&place.ask("77", &["Idempotency-Key: mine"]).await), (0, Some("upstream")), "the minute is over");
    assert_eq!((place.charged().await, place.spent().await), (2 * PRICE.0, 3 * COST.0));
}

#[tokio::test]
async fn however_many_ask_at_once_it_is_paid_once() {
    let place = Arc::new(Place::start(sources()).await);
    place.fails(unusable());
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let place = place.clone();
        callers.spawn(async move { place.ask("77", &["Cache-Control: no-cache"]).await });
    }
    for reply in callers.join_all().await {
        assert_eq!(refused(&reply), (503, 301, Some("60")));
    }
    assert_eq!((place.simulator.counts().requests, place.spent().await, place.charged().await), (1, COST.0, 0));
}

#[tokio::test]
async fn meanwhile_the_last_good_answer_is_served_as_stale() {
    let place = Place::start(sources()).await;
    assert_eq!(source(&place.ask("77", &[]).await), (0, Some("upstream")));
    place.fails(unusable());
    place.server.set_clock(500);
    for second in 0..3 {
        place.server.set_clock(500 + second);
        let reply = place.ask("77", &[]).await;
        let age = (500 + second).to_string();
        assert_eq!((source(&reply), reply.header("x-astrolabe-age")), ((0, Some("stale")), Some(age.as_str())));
    }
    assert_eq!(refused(&place.ask("77", &["Cache-Control: no-cache"]).await), (503, 301, Some("58")));
    assert_eq!((place.simulator.counts().requests, place.spent().await), (2, 2 * COST.0));
    assert_eq!(place.charged().await, 4 * PRICE.0, "what is served is charged");
}
