//! Top-ups: credited once, whatever happens.

use serde_json::json;

use crate::server::AdminServer;

#[tokio::test]
async fn a_top_up_repeated_under_its_key_is_credited_once() {
    let server = AdminServer::with_team().await;
    let credited = server.top_up("100.50", "k1").await.is(201);
    let expected = json!({
        "account": "team", "amountYuan": "100.5", "replayed": false, "balanceYuan": "100.5", "creditedYuan": "100.5",
    });
    assert_eq!(credited, expected);
    for _ in 0..3 {
        let again = server.top_up("100.5", "k1").await.is(200);
        assert_eq!((&again["replayed"], &again["balanceYuan"]), (&json!(true), &json!("100.5")));
    }
    assert_eq!(server.get("/accounts/team").await.is(200)["balanceYuan"], json!("100.5"));
    let audited = server.audited("account.topup").await;
    assert_eq!(audited, [("account 1".to_owned(), "100.5 yuan, key k1, note \"invoice 7\"".to_owned())]);
}

#[tokio::test]
async fn movements_are_listed_with_what_was_credited_in_all() {
    let server = AdminServer::with_team().await;
    server.top_up("100.50", "k1").await.is(201);
    let body = json!({ "amountYuan": "0.5", "note": "too much" }).to_string();
    server.send("POST", "/accounts/team/withdrawals", &["Idempotency-Key: k2"], &body).await.is(201);
    let listed = server.get("/accounts/team/movements").await.is(200);
    assert_eq!(listed["account"], json!("team"));
    let rows = listed["movements"].as_array().expect("a list").iter();
    let told: Vec<_> = rows
        .map(|row| {
            ["kind", "amountYuan", "creditedYuan", "key", "note"].map(|name| row[name].as_str().expect("a text"))
        })
        .collect();
    let [top_up, withdrawal] =
        [["top_up", "100.5", "100.5", "k1", "invoice 7"], ["withdrawal", "0.5", "100", "k2", "too much"]];
    assert_eq!(told, [withdrawal, top_up]);
    assert_eq!(
        server.get("/accounts/team/movements?limit=1").await.is(200)["movements"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(server.get("/accounts/team/movements?to=2020-01-01").await.is(200)["movements"], json!([]));
    server.get("/accounts/nobody/movements").await.refuses(404, &["\"nobody\""]);
    server.get("/accounts/team/movements?from=soon").await.refuses(400, &["2026-11-24"]);
}

#[tokio::test]
async fn of_the_same_top_up_many_times_at_once_one_is_credited() {
    let server = std::sync::Arc::new(AdminServer::with_team().await);
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let server = server.clone();
        clients.spawn(async move { server.top_up("3", "the one").await.status });
    }
    let mut statuses = clients.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses.pop(), statuses), (Some(201), vec![200; 19]));
    assert_eq!(server.get("/accounts/team").await.is(200)["creditedYuan"], json!("3"));
}

#[tokio::test]
async fn a_key_stands_for_one_account_and_amount() {
    let server = AdminServer::with_team().await;
    server.top_up("5", "k1").await.is(201);
    server.top_up("6", "k1").await.refuses(422, &["another account or amount", "new key"]);
    server.post("/accounts", json!({ "name": "other" })).await.is(201);
    let body = json!({ "amountYuan": "5" }).to_string();
    let reply = server.send("POST", "/accounts/other/top-ups", &["Idempotency-Key: k1"], &body).await;
    reply.refuses(422, &["another account or amount"]);
    let reply = server.send("POST", "/accounts/nobody/top-ups", &["Idempotency-Key: k2"], &body).await;
    reply.refuses(404, &["\"nobody\""]);
    assert_eq!(server.get("/accounts/other").await.is(200)["balanceYuan"], json!("0"));
}

#[tokio::test]
async fn without_a_key_or_with_a_wrong_amount_nothing_is_credited() {
    let server = AdminServer::with_team().await;
    let path = "/accounts/team/top-ups";
    server.post(path, json!({ "amountYuan": "5" })).await.refuses(400, &["Idempotency-Key", "try again"]);
    let body = json!({ "amountYuan": "5" }).to_string();
    let long = format!("Idempotency-Key: {}", "k".repeat(256));
    for headers in [
        &["Idempotency-Key: "][..],
        &["Idempotency-Key: a", "Idempotency-Key: b"],
        &[&long],
        &["Idempotency-Key: a\tb"],
    ] {
        server.send("POST", path, headers, &body).await.refuses(400, &["Idempotency-Key", "1 to 255"]);
    }
    for (body, part) in [
        (json!({ "amountYuan": 5 }), "as a string"),
        (json!({ "amountYuan": "0" }), "more than nothing"),
        (json!({ "amountYuan": "5", "note": null }), "note must not be null"),
        (json!({ "amountYuan": "5", "note": "a\nb" }), "note"),
        (json!({ "amountYuan": "5", "note": "n".repeat(201) }), "200 characters"),
        (json!({ "amountYuan": "5", "amount": "6" }), "there is no field \"amount\""),
        (json!({}), "amountYuan is missing"),
    ] {
        let reply = server.send("POST", path, &["Idempotency-Key: k"], &body.to_string()).await;
        reply.refuses(400, &[part]);
    }
    server.top_up("999999999", "k1").await.is(201);
    let problem = server.top_up("1.000001", "k2").await.refuses(409, &["at most 1 yuan"]);
    assert_eq!(problem["roomYuan"], json!("1"));
    assert_eq!(server.audited("account.topup").await.len(), 1);
}

#[tokio::test]
async fn what_was_credited_by_mistake_is_taken_out_once() {
    let server = AdminServer::with_team().await;
    server.top_up("500", "k1").await.is(201);
    let body = |amount: &str| json!({ "amountYuan": amount, "note": "one 0 too many" }).to_string();
    let path = "/accounts/team/withdrawals";
    for (status, replayed) in [(201, false), (200, true), (200, true)] {
        let reply = server.send("POST", path, &["Idempotency-Key: k1"], &body("450")).await.is(status);
        let expected = json!({
            "account": "team", "amountYuan": "450", "replayed": replayed, "balanceYuan": "50", "creditedYuan": "50",
        });
        assert_eq!(reply, expected);
    }
    let refused = server.send("POST", path, &["Idempotency-Key: k2"], &body("50.01")).await;
    refused.refuses(409, &["the balance is 50 yuan"]);
    server.send("POST", path, &["Idempotency-Key: k1"], &body("1")).await.refuses(422, &["new key"]);
    server.post(path, json!({ "amountYuan": "5" })).await.refuses(400, &["Idempotency-Key"]);
    let audited = server.audited("account.withdraw").await;
    assert_eq!(audited, [("account 1".to_owned(), "450 yuan, key k1, note \"one 0 too many\"".to_owned())]);
}
