//! Calls, usage and the audit log.

use domain::{CallState, LostPurchase};
use serde_json::{Value, json};
use store::{MeterStore, Resolution, Resolved, Taken};

use crate::server::AdminServer;

/// A server whose account has `amount` yuan, a token, and calls of one yuan: 1 to 5 succeeded, 6 and 7 unknown.
async fn with_calls(amount: &str) -> AdminServer {
    let server = AdminServer::with_team().await;
    server.top_up(amount, "k").await.is(201);
    server.post("/accounts/team/tokens", json!({})).await.is(201);
    for number in 1..=7 {
        let take = server.take(1, number).await;
        let taken = match number {
            1..=5 => server.store.charge(vec![take]).await,
            _ => server.store.hold(vec![take], 1).await,
        };
        assert!(matches!(taken.expect("taken")[0], Taken::Taken(_)));
    }
    assert_eq!(server.store.expire_holds(2).await.expect("expired").len(), 2);
    server
}

async fn id(server: &AdminServer, number: u64) -> String {
    server.take(1, number).await.id.to_string()
}

fn ids(body: &Value) -> Vec<&str> {
    body["calls"].as_array().expect("a list").iter().filter_map(|call| call["requestId"].as_str()).collect()
}

#[tokio::test]
async fn calls_are_listed_in_pages_and_by_account_token_and_state() {
    let server = with_calls("7").await;
    let first = server.get("/calls?limit=4").await.is(200);
    let expected: Vec<String> =
        [id(&server, 7).await, id(&server, 6).await, id(&server, 5).await, id(&server, 4).await].into();
    assert_eq!(ids(&first), expected);
    assert_eq!(first["nextBefore"], json!(expected[3]));
    let second = server.get(&format!("/calls?limit=4&before={}", expected[3])).await.is(200);
    assert_eq!((ids(&second).len(), &second["nextBefore"]), (3, &json!(null)));
    let unknown = server.get("/calls?state=unknown&account=team&token=1").await.is(200);
    assert_eq!(ids(&unknown), expected[..2]);
    assert_eq!(ids(&server.get("/calls?token=2").await.is(200)), [""; 0]);
    for (query, count) in
        [("from=2026-11-22", 7), ("from=2026-11-22&to=2026-11-22", 7), ("from=2026-11-23", 0), ("to=2026-11-21", 0)]
    {
        assert_eq!(ids(&server.get(&format!("/calls?{query}")).await.is(200)).len(), count, "{query}");
    }
    let shown = server.get(&format!("/calls/{}", expected[2])).await.is(200);
    assert_eq!(shown, first["calls"][2]);
    assert_eq!((&shown["account"], &shown["state"]), (&json!("team"), &json!("succeeded")));
    assert_eq!((&shown["chargedYuan"], &shown["oAuthorId"]), (&json!("1"), &json!("42")));
    for (query, part) in [
        ("limit=0", "1 to 500"),
        ("limit=501", "1 to 500"),
        ("limit=many", "1 to 500"),
        ("state=gone", "held, succeeded"),
        ("token=a", "number"),
        ("before=7", "requestId"),
        ("page=2", "account, token, state, lost, from, to, before, limit"),
        ("from=yesterday", "2026-11-24"),
        ("from=2026-11-24&to=2026-11-23", "2026-11-23"),
        ("limit=1&limit=2", "more than once"),
    ] {
        server.get(&format!("/calls?{query}")).await.refuses(400, &[part]);
    }
    server.get("/calls?account=nobody").await.refuses(404, &["\"nobody\""]);
    server.get(&format!("/calls/{}", id(&server, 99).await)).await.refuses(404, &["no call"]);
    server.get("/calls/7").await.refuses(400, &["requestId"]);
}

#[tokio::test]
async fn an_unknown_call_is_reconciled_once_either_way() {
    let server = with_calls("7").await;
    let (sixth, seventh, first) = (id(&server, 6).await, id(&server, 7).await, id(&server, 1).await);
    let reconcile = async |id: &str, succeeded: Value| {
        server.post(&format!("/calls/{id}/reconcile"), json!({ "succeeded": succeeded })).await
    };
    let settled = reconcile(&sixth, json!(true)).await.is(200);
    assert_eq!((&settled["state"], &settled["chargedYuan"]), (&json!("succeeded"), &json!("1")));
    assert_eq!(reconcile(&seventh, json!(false)).await.is(200)["state"], json!("rejected"));
    let account = server.get("/accounts/team").await.is(200);
    assert_eq!((&account["balanceYuan"], &account["chargedYuan"]), (&json!("1"), &json!("6")));
    for (id, state) in [(&sixth, "succeeded"), (&seventh, "rejected"), (&first, "succeeded")] {
        let problem = reconcile(id, json!(true)).await.refuses(409, &[state, "only one that is unknown"]);
        assert_eq!(problem["state"], json!(state));
    }
    reconcile(&id(&server, 99).await, json!(true)).await.refuses(404, &["no call"]);
    reconcile(&first, json!("yes")).await.refuses(400, &["right would be boolean"]);
    assert_eq!(server.audited("call.reconcile").await.len(), 2);
}

#[tokio::test]
async fn a_call_that_an_upstream_may_have_billed_names_it() {
    let server = with_calls("8").await;
    let take = server.take(1, 8).await;
    let id = take.id;
    server.store.hold(vec![take], u64::MAX >> 1).await.expect("held");
    let lost = LostPurchase { upstream: "main".into(), failure: "timed_out".into(), sent_at_ms: 1_795_000_000_000 };
    let end = Resolved { lost: Some(lost), ..Resolved::new(id, Resolution::Void(CallState::Unknown)) };
    assert_eq!(server.store.resolve_noting(vec![end], None).await.expect("resolved"), [true]);
    let lost = |call: &Value| json!([call["upstream"], call["failure"], call["sentAt"]]);
    let listed = server.get("/calls?state=unknown").await.is(200);
    assert_eq!(lost(&listed["calls"][0]), json!(["main", "timed_out", "2026-11-18T11:06:40Z"]));
    assert_eq!(lost(&listed["calls"][1]), json!([null, null, null]), "the server died: it is not known");
    assert_eq!(server.get(&format!("/calls/{id}")).await.is(200), listed["calls"][0]);
    assert_eq!(server.get("/calls?lost=true").await.is(200)["calls"], json!([listed["calls"][0]]));
}

#[tokio::test]
async fn a_call_that_cannot_be_charged_afterwards_stays_unknown() {
    let server = with_calls("7").await;
    let sixth = id(&server, 6).await;
    let path = format!("/calls/{sixth}/reconcile");
    let refused = async |part: &str| {
        server.post(&path, json!({ "succeeded": true })).await.refuses(409, &[part, "still unknown"]);
        assert_eq!(server.get(&format!("/calls/{sixth}")).await.is(200)["state"], json!("unknown"));
    };
    // One more rule is broken each time, the last one first.
    let takes = vec![server.take(1, 8).await, server.take(1, 9).await];
    server.store.charge(takes).await.expect("taken");
    refused("top up the account").await;
    server.patch("/tokens/1", json!({ "policy": { "spendingCapYuan": "1" } })).await.is(200);
    refused("raise spendingCapYuan").await;
    server.patch("/tokens/1", json!({ "policy": { "limits": { "dailyQuota": 1 } } })).await.is(200);
    refused("dailyQuota of the token").await;
    server.patch("/accounts/team/limits", json!({ "dailyQuota": 1 })).await.is(200);
    refused("dailyQuota of the account").await;
}

#[tokio::test]
async fn usage_is_told_by_day_account_token_and_endpoint() {
    let server = with_calls("7").await;
    let usage = server.get("/usage").await.is(200);
    assert_eq!((&usage["from"], &usage["to"]), (&json!("2026-10-24"), &json!("2026-11-22")));
    assert_eq!((&usage["calls"], &usage["chargedYuan"]), (&json!(5), &json!("5")));
    let row = json!({
        "day": "2026-11-22", "account": "team", "token": 1, "endpoint": "author_cp_info", "calls": 5, "chargedYuan": "5",
    });
    assert_eq!(usage["rows"], json!([row]));
    let path = "/usage?account=team&from=2026-11-22&to=2026-11-22";
    assert_eq!(server.get(path).await.is(200)["rows"], json!([row]));
    assert_eq!(server.get("/usage?from=2026-11-01&to=2026-11-21").await.is(200)["rows"], json!([]));
    server.get("/usage?from=2026-11-23&to=2026-11-22").await.refuses(400, &["from 2026-11-23 is after to 2026-11-22"]);
    server.get("/usage?from=2020-01-01").await.refuses(400, &["1 to 366 days"]);
    server.get("/usage?from=yesterday").await.refuses(400, &["2026-11-24"]);
    server.get("/usage?account=nobody").await.refuses(404, &["\"nobody\""]);
}

#[tokio::test]
async fn the_audit_log_is_read_in_pages() {
    let server = with_calls("7").await;
    let first = server.get("/audit?limit=2").await.is(200);
    let actions = |body: &Value| -> Vec<String> {
        let entries = body["entries"].as_array().expect("a list");
        assert!(entries.iter().all(|entry| entry["actor"] == "admin-api" && entry["at"].is_string()));
        entries.iter().map(|entry| entry["action"].as_str().expect("an action").to_owned()).collect()
    };
    assert_eq!(actions(&first), ["token.create", "account.topup"]);
    let next = first["nextBefore"].as_i64().expect("a number");
    let second = server.get(&format!("/audit?limit=2&before={next}")).await.is(200);
    assert_eq!((actions(&second), &second["nextBefore"]), (vec!["account.create".to_owned()], &json!(null)));
    let creations = server.get("/audit?action=token.create&subject=token%201").await.is(200);
    assert_eq!(creations["entries"].as_array().map(Vec::len), Some(1), "{creations}");
    server.get("/audit?before=x").await.refuses(400, &["number"]);
    let all = server.get("/audit?from=2020-01-01").await.is(200);
    assert_eq!(all["entries"].as_array().map(Vec::len), Some(3));
    assert_eq!(server.get("/audit?to=2020-01-01").await.is(200)["entries"], json!([]));
    server.get("/audit?from=yesterday").await.refuses(400, &["2026-11-24"]);
    server.get("/audit?from=2026-11-24&to=2026-11-23").await.refuses(400, &["2026-11-24", "2026-11-23"]);
}
