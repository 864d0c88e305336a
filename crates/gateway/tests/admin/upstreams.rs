//! Paid upstreams: how they stand, and a parked one asked again.

use domain::{MicroYuan, UnixTime};
use ledger::Day;
use serde_json::{Value, json};
use store::UpstreamStore;

use crate::server::AdminServer;
use crate::support::START;

const NOW_MS: u64 = START.0 as u64 * 1000;
const HOUR_MS: u64 = 3_600_000;

/// What is listed of an upstream.
async fn listed(server: &AdminServer, name: &str) -> Option<Value> {
    let listed = server.get("/upstreams").await.is(200);
    let upstreams = listed["upstreams"].as_array().expect("a list");
    assert!(upstreams.is_sorted_by_key(|upstream| upstream["upstream"].as_str()));
    upstreams.iter().find(|upstream| upstream["upstream"] == name).cloned()
}

#[tokio::test]
async fn an_upstream_nobody_told_of_is_asked() {
    let server = AdminServer::start().await;
    let asked = json!({
        "upstream": "main", "state": "asked", "parked": null, "breakerOpenUntil": null,
        "budgetSpentUntil": null, "rateLimitedUntil": null, "breakerOpenings": 0, "spentTodayYuan": "0", "lastFailure": null,
        "servers": [],
    });
    assert_eq!(server.get("/upstreams").await.is(200), json!({ "upstreams": [asked] }));
    server.get("/upstreams?limit=5").await.refuses(400, &["this path has no parameters"]);
}

#[tokio::test]
async fn the_list_tells_what_servers_share_and_what_each_told() {
    let server = AdminServer::start().await;
    let store = &server.store;
    store.set_breaker("main", NOW_MS + HOUR_MS, 2).await.expect("a breaker");
    let (today, price) = (Day::of(NOW_MS), MicroYuan(1_250_000));
    assert!(store.reserve_spending("main", today, price, None).await.expect("reserved"));
    for (at, status) in [("a", r#"{"calls":{"0":7}}"#), ("b", "not JSON")] {
        store.tell_upstream(at, "other", START, status).await.expect("told");
    }
    let paused = format!(r#"{{"paused_until_ms":{}}}"#, NOW_MS + 30_000);
    store.tell_upstream("a", "limited", START, &paused).await.expect("told");
    let limited = listed(&server, "limited").await.expect("it was told of");
    assert_eq!(limited["state"], "rate_limited");
    assert!(limited["rateLimitedUntil"].as_str().is_some_and(|until| until.ends_with('Z')), "{limited}");
    let main = listed(&server, "main").await.expect("it is configured");
    assert_eq!((&main["state"], &main["breakerOpenings"]), (&json!("breaker_open"), &json!(2)));
    assert!(main["breakerOpenUntil"].as_str().is_some_and(|until| until.ends_with('Z')), "{main}");
    assert_eq!(main["spentTodayYuan"], json!("1.25"));
    let other = listed(&server, "other").await.expect("it was told of");
    let at = START.to_string();
    let mut told = json!([
        { "server": "a", "at": at, "state": "living", "status": { "calls": { "0": 7 } } },
        { "server": "b", "at": at, "state": "living", "status": null },
    ]);
    assert_eq!(other["servers"], told);

    // One that goes on telling comes first; the other one is silent.
    server.set_clock(180);
    let later = UnixTime(START.0 + 180);
    store.tell_upstream("b", "other", later, r#"{"in_flight":1}"#).await.expect("told");
    told[0]["state"] = json!("silent");
    told[1] = json!({ "server": "b", "at": later.to_string(), "state": "living", "status": { "in_flight": 1 } });
    assert_eq!(listed(&server, "other").await.expect("it was told of")["servers"], json!([told[1], told[0]]));
    store.tell_upstream("b", "other", later, r#"{"ended":true}"#).await.expect("told");
    assert_eq!(listed(&server, "other").await.expect("it was told of")["servers"][0]["state"], "ended");

    // An hour later the breaker lets one call through; a day later nobody tells of the other one any more.
    server.set_clock(3_600);
    assert_eq!(listed(&server, "main").await.expect("it is configured")["state"], "breaker_half_open");
    server.set_clock(86_400 + 181);
    assert_eq!(listed(&server, "main").await.expect("it is configured")["spentTodayYuan"], "0");
    assert_eq!(listed(&server, "other").await, None);
}

#[tokio::test]
async fn a_parked_upstream_is_asked_again_and_the_audit_log_tells() {
    let server = AdminServer::start().await;
    server.store.park_upstream("main", NOW_MS + HOUR_MS, 601).await.expect("parked");
    let parked = listed(&server, "main").await.expect("it is configured");
    assert_eq!((&parked["state"], &parked["parked"]["code"]), (&json!("parked"), &json!(601)));
    let asked = server.send("POST", "/upstreams/main/unpark", &[], "").await.is(200);
    assert_eq!((&asked["state"], &asked["parked"]), (&json!("asked"), &Value::Null));
    assert_eq!(Some(asked.clone()), listed(&server, "main").await);
    // Again: it is as wanted, and nothing changes.
    assert_eq!(server.send("POST", "/upstreams/main/unpark", &[], "").await.is(200), asked);
    let noted = server.audited("upstream.unpark").await;
    let [(subject, detail)] = noted.as_slice() else { panic!("{noted:?}") };
    assert!(subject == "upstream main" && detail.contains("601"), "{noted:?}");
    server.post("/upstreams/mian/unpark", json!({})).await.refuses(404, &["mian", "GET /v1/admin/upstreams"]);
    assert_eq!(server.get("/upstreams/main/unpark").await.status, 405);
}
