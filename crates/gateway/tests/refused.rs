//! A creator whom the upstream does not know, and of whom the operator has data of its own.

mod support;

use domain::CallState;
use gateway::{SourceKind, Sources};
use serde_json::{Value, json};
use simulator::{Fault, Script};
use support::Reply;
use support::place::{PRICE, Place, sources};

const DAY: u32 = 86_400;

fn code(code: i64) -> Fault {
    Fault::Code { code, http: None, retry_after: None, message: None }
}

/// With the ages that docs/upstream.md shows, 36 days after the posts of creator 42 were captured.
async fn after_36_days() -> Place {
    let ages = (Some(30 * DAY), DAY, Some(7 * DAY));
    let (local_max_age_s, cache_max_age_s, stale_max_age_s) = ages;
    let place = Place::start(Sources { local_max_age_s, cache_max_age_s, stale_max_age_s, ..sources() }).await;
    place.server.set_clock(36 * DAY);
    place
}

fn source(reply: &Reply) -> (i64, Option<&str>) {
    (reply.code(), reply.header("x-astrolabe-source"))
}

/// Status, source and cost of a batch's only row.
async fn row(place: &Place, more: &str) -> Value {
    let body = format!("{{\"creators\":[{{\"oAuthorId\":\"42\",\"platform\":\"SHORT_VIDEO\"}}]{more}}}");
    let reply = place.server.post(catalog::BATCH.path, &body, &[]).await;
    let row: Value = serde_json::from_str(reply.body.lines().next().expect("a line")).expect("JSON");
    json!([row["status"], row["source"], row["chargedYuan"]])
}

#[tokio::test]
async fn own_data_answer_for_a_creator_that_the_upstream_does_not_know() {
    let place = after_36_days().await;
    place.fails(code(400));
    let reply = place.ask("42", &[]).await;
    assert_eq!(source(&reply), (0, Some("stale")), "{}", reply.body);
    assert_eq!(reply.header("x-astrolabe-age"), Some((36 * DAY).to_string().as_str()));
    assert_eq!((place.charged().await, place.spent().await), (PRICE.0, 0));
    // From memory as well, and a row of a batch.
    assert_eq!(source(&place.ask("42", &["Cache-Control: max-stale"]).await), (0, Some("stale")));
    assert_eq!(row(&place, ",\"dryRun\":true").await, json!(["known", null, "0.1"]));
    assert_eq!(row(&place, "").await, json!(["answered", "stale", "0.1"]));
    assert_eq!((place.simulator.counts().requests, place.charged().await), (1, 3 * PRICE.0));
    let key = ["Idempotency-Key: once"];
    let [first, again] = [place.ask("42", &key).await, place.ask("42", &key).await];
    assert_eq!((source(&first), &first.body), ((0, Some("stale")), &again.body));
    assert_eq!((place.states().await, place.charged().await), (vec![CallState::Succeeded; 4], 4 * PRICE.0));
    // Who says that it wants nothing of the kind is told what the upstream says.
    for says in ["no-cache", "max-age=9", "max-age=9999999", "min-fresh=1", "max-stale=9"] {
        let reply = place.ask("42", &[&format!("Cache-Control: {says}")]).await;
        assert_eq!((reply.status, reply.code()), (400, 400), "{says}");
    }
    assert_eq!(place.charged().await, 4 * PRICE.0);
}

#[tokio::test]
async fn what_was_bought_of_a_creator_is_overtaken_by_a_refusal() {
    let place = Place::start(sources()).await;
    assert_eq!(source(&place.ask("77", &[]).await), (0, Some("upstream")));
    place.fails(code(400));
    place.server.set_clock(100);
    for says in [&[][..], &["Cache-Control: max-age=99, max-stale"]] {
        assert_eq!(place.ask("77", says).await.code(), 400, "{says:?}");
    }
    assert_eq!(place.charged().await, PRICE.0);
}

#[tokio::test]
async fn a_source_behind_the_upstream_is_asked_when_that_refuses_or_fails() {
    let order = [SourceKind::Cache, SourceKind::Upstream, SourceKind::Local].map(Some);
    let place = Place::start(Sources { order, local_max_age_s: None, stale_max_age_s: None, ..sources() }).await;
    place.server.set_clock(400 * DAY);
    for (number, fault) in [code(301), Fault::ResetAfterReading, code(400)].into_iter().enumerate() {
        place.fails(fault.clone());
        let reply = place.ask("42", &[]).await;
        assert_eq!((source(&reply), place.simulator.counts().requests > 0), ((0, Some("local")), true), "{fault:?}");
        assert_eq!(place.charged().await, (number as u64 + 1) * PRICE.0);
    }
    place.simulator.set_script(Script::default());
    assert_eq!(source(&place.ask("42", &["Cache-Control: no-cache"]).await), (0, Some("upstream")), "first in order");
}

#[tokio::test]
async fn own_data_stand_in_for_an_upstream_that_fails_for_as_long_beyond_their_age_as_is_set() {
    let place = after_36_days().await;
    place.fails(code(301));
    assert_eq!(source(&place.ask("42", &[]).await), (0, Some("stale")));
    place.server.set_clock(37 * DAY + 1);
    assert_eq!(place.ask("42", &[]).await.code(), 301);
    assert_eq!(place.charged().await, PRICE.0);
}
