//! A batch whose token may no longer do what it was admitted for: the rows that have not begun are refused.

mod support;

use std::sync::Arc;
use std::time::Duration;

use domain::{MicroYuan, TokenId, TokenPolicy, UnixTime};
use serde_json::{Value, json};
use simulator::{Rule, Script};
use store::{AccountStore, MeterStore};
use support::place::{PRICE, Place, sources};
use support::{CP, Reply, START};
use tokio::task::JoinHandle;

/// More than are under way at once.
const ROWS: usize = 40;

/// Long enough for the server to see a change while the first rows are under way.
const LATENCY_MS: u64 = 1_000;

/// A batch of creators that must be bought, once its first rows are under way.
async fn running(place: &Arc<Place>) -> JoinHandle<Reply> {
    place.simulator.set_script(Script::new(vec![Rule { delay_ms: LATENCY_MS, ..Rule::default() }]));
    let creators: Vec<Value> = (0..ROWS).map(|number| json!({"oAuthorId": format!("b{number}")})).collect();
    let body = json!({ "creators": creators }).to_string();
    let asking = place.clone();
    let running = tokio::spawn(async move { asking.server.post(catalog::BATCH.path, &body, &[]).await });
    while place.simulator.counts().requests == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    running
}

/// The code for the rows that did not begin, since something changed while others were under way.
async fn stopped(place: Place, change: impl AsyncFnOnce(&Place)) -> Value {
    let place = Arc::new(place);
    let running = running(&place).await;
    change(&place).await;
    let reply = running.await.expect("a reply");
    let mut rows: Vec<Value> = reply.body.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let summary = rows.pop().expect("a summary")["summary"].take();
    let (answered, refused): (Vec<Value>, Vec<Value>) = rows.into_iter().partition(|row| row["code"] == 0);
    assert!(!answered.is_empty() && !refused.is_empty(), "{summary}");
    assert_eq!((&summary["answered"], &summary["refused"]), (&answered.len().into(), &refused.len().into()));
    assert!(refused.iter().all(|row| row["status"] == "refused" && row["chargedYuan"] == "0"), "{refused:?}");
    let answered = answered.len() as u64;
    assert_eq!((place.simulator.counts().requests, place.charged().await), (answered, answered * PRICE.0));
    let codes: Vec<&Value> = refused.iter().map(|row| &row["code"]).collect();
    assert!(codes.iter().all(|code| *code == codes[0]), "{codes:?}");
    codes[0].clone()
}

async fn token_id(place: &Place) -> TokenId {
    place.server.store.tokens().await.expect("tokens")[0].1.id
}

#[tokio::test]
async fn a_disabled_token_ends_a_batch_that_runs() {
    let code = stopped(Place::start(sources()).await, async |place| {
        place.server.store.set_token_enabled(token_id(place).await, false).await.expect("disabled");
        place.server.until("/v1/account", |reply| reply.status == 401).await;
    });
    assert_eq!(code.await, 100);
}

#[tokio::test]
async fn a_token_that_expires_ends_a_batch_that_runs() {
    let mut place = Place::start(sources()).await;
    place.server.token = place.server.another_token(Some(UnixTime(START.0 + 10))).await;
    let code = stopped(place, async |place| place.server.set_clock(10));
    assert_eq!(code.await, 100);
}

#[tokio::test]
async fn a_token_that_may_no_longer_ask_ends_a_batch_that_runs() {
    // Not what the rows ask, or no batch; and a question without an answer that the token may no longer ask either.
    for (scope, probe) in
        [("*:PICTURE_TEXT", format!("{CP}?platform=SHORT_VIDEO")), ("author_cp_info", "/v1/creators?no".into())]
    {
        let policy = TokenPolicy { scopes: vec![scope.parse().expect("a scope")], ..TokenPolicy::default() };
        let code = stopped(Place::start(sources()).await, async |place| {
            place.server.store.set_token_policy(token_id(place).await, policy).await.expect("a policy");
            place.server.until(&probe, |reply| reply.json()["code"] == 600).await;
        });
        assert_eq!(code.await, 600, "{scope}");
    }
}

#[tokio::test]
async fn a_change_of_another_kind_ends_no_batch_and_changes_no_price_of_it() {
    let place = Arc::new(Place::start(sources()).await);
    let running = running(&place).await;
    place.server.store.set_price(catalog::AUTHOR_CP_INFO.number, MicroYuan(2 * PRICE.0)).await.expect("a price");
    place.server.until("/v1/account", |reply| reply.json()["priceYuan"]["author_cp_info"] == "0.2").await;
    let reply = running.await.expect("a reply");
    assert!(reply.body.contains("\"answered\":40,\"chargedBeforeYuan\":\"0\",\"chargedYuan\":\"4\""), "{}", reply.body);
}
