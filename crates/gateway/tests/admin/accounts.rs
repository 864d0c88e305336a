//! Accounts, their limits, and prices.

use serde_json::json;

use crate::server::AdminServer;

#[tokio::test]
async fn an_account_is_made_listed_and_shown_whole() {
    let server = AdminServer::start().await;
    assert_eq!(server.get("/accounts").await.is(200), json!({ "accounts": [] }));
    let made = server.post("/accounts", json!({ "name": "团队/a" })).await.is(201);
    assert_eq!(made, json!({ "number": 1, "name": "团队/a", "createdAt": "2026-11-22T03:04:05Z" }));
    assert_eq!(server.get("/accounts").await.is(200)["accounts"], json!([made]));
    let token = server.post("/accounts/%E5%9B%A2%E9%98%9F%2Fa/tokens", json!({})).await.is(201);
    let shown = server.get("/accounts/%E5%9B%A2%E9%98%9F%2Fa").await.is(200);
    let limits = json!({ "ratePerSecond": null, "rateBurst": null, "concurrent": null, "dailyQuota": null });
    assert_eq!(shown["limits"], limits);
    assert_eq!((&shown["balanceYuan"], &shown["creditedYuan"]), (&json!("0"), &json!("0")));
    assert_eq!((&shown["day"], &shown["quotasResetAt"]), (&json!("2026-11-22"), &json!("2026-11-22T16:00:00Z")));
    assert_eq!(shown["dailyQuotaLeft"], json!(null));
    assert_eq!((&shown["tokens"][0]["number"], &shown["tokens"][0]["hint"]), (&json!(1), &token["hint"]));
    assert_eq!(server.audited("account.create").await, [("account 1".to_owned(), "团队/a".to_owned())]);
}

#[tokio::test]
async fn names_that_are_none_taken_or_unknown_are_refused() {
    let server = AdminServer::with_team().await;
    server.post("/accounts", json!({ "name": "team" })).await.refuses(409, &["\"team\"", "exists already"]);
    for name in ["", " a", "a\n", &"a".repeat(65)] {
        server.post("/accounts", json!({ "name": name })).await.refuses(400, &["1 to 64 characters"]);
    }
    server
        .post("/accounts", json!({ "nam": "a" }))
        .await
        .refuses(400, &["there is no field \"nam\"", "right would be name"]);
    server.post("/accounts", json!({})).await.refuses(400, &["name is missing"]);
    server.get("/accounts/nobody").await.refuses(404, &["\"nobody\"", "/v1/admin/accounts"]);
    server.patch("/accounts/nobody/limits", json!({ "dailyQuota": 1 })).await.refuses(404, &["\"nobody\""]);
    server.post("/accounts/nobody/tokens", json!({})).await.refuses(404, &["\"nobody\""]);
    assert_eq!(server.audited("account.create").await.len(), 1);
}

#[tokio::test]
async fn of_limits_only_what_is_named_changes_and_null_lifts() {
    let server = AdminServer::with_team().await;
    let path = "/accounts/team/limits";
    let patched = server.patch(path, json!({ "ratePerSecond": 5, "dailyQuota": 100 })).await.is(200);
    let limits = json!({ "ratePerSecond": 5, "rateBurst": 5, "concurrent": null, "dailyQuota": 100 });
    assert_eq!(patched, json!({ "account": "team", "limits": limits }));
    server.patch(path, json!({ "concurrent": 3, "dailyQuota": null })).await.is(200);
    let limits = json!({ "ratePerSecond": 5, "rateBurst": 5, "concurrent": 3, "dailyQuota": null });
    assert_eq!(server.get("/accounts/team").await.is(200)["limits"], limits);
    for (body, part) in [
        (json!({}), "nothing is named"),
        (json!({ "ratePerSecond": 0 }), "ratePerSecond is out of range: right would be 1 to 4294967295"),
        (json!({ "dailyQuota": -1 }), "dailyQuota is out of range: right would be 0 to 9007199254740991"),
        (json!({ "dailyQuota": u64::MAX }), "dailyQuota is out of range: right would be 0 to 9007199254740991"),
        (json!({ "ratePerSecond": null, "rateBurst": 3 }), "ratePerSecond too"),
        (json!({ "daily_quota": 3 }), "there is no field \"daily_quota\""),
    ] {
        server.patch(path, body).await.refuses(400, &[part]);
    }
    let audited = server.audited("account.limit").await;
    assert_eq!(audited.len(), 2, "refused changes are none");
    assert_eq!(audited[0], ("account 1".to_owned(), "rate 5/s burst 5, concurrent 3".to_owned()));
}

#[tokio::test]
async fn limits_that_change_at_the_same_time_are_all_kept() {
    let server = AdminServer::with_team().await;
    let path = "/accounts/team/limits";
    for round in 1..=5 {
        let (rate, concurrent, quota) = tokio::join!(
            server.patch(path, json!({ "ratePerSecond": round })),
            server.patch(path, json!({ "concurrent": round })),
            server.patch(path, json!({ "dailyQuota": round })),
        );
        [rate, concurrent, quota].iter().for_each(|reply| drop(reply.is(200)));
        let limits = server.get("/accounts/team").await.is(200)["limits"].clone();
        assert_eq!((&limits["ratePerSecond"], &limits["concurrent"]), (&json!(round), &json!(round)));
        assert_eq!(limits["dailyQuota"], json!(round));
    }
}

#[tokio::test]
async fn a_price_is_set_and_listed() {
    let server = AdminServer::start().await;
    let listed = server.get("/prices").await.is(200);
    let free: Vec<_> = catalog::priced().map(|one| json!({ "endpoint": one.name, "priceYuan": "0" })).collect();
    assert_eq!(listed, json!({ "prices": free }));
    let path = "/prices/author_cp_info";
    let set = server.put(path, json!({ "priceYuan": "0.0123" })).await.is(200);
    assert_eq!(set, json!({ "endpoint": "author_cp_info", "priceYuan": "0.0123" }));
    let listed = server.get("/prices").await.is(200);
    assert_eq!((&listed["prices"][0], &listed["prices"][1]), (&set, &free[1]));
    for (price, part) in [
        (json!(0.0123), "as a string"),
        (json!("-1"), "not a plain decimal"),
        (json!("0.0000001"), "six decimals"),
        (json!("1e9"), "not a plain decimal"),
    ] {
        server.put(path, json!({ "priceYuan": price })).await.refuses(400, &["priceYuan", part]);
    }
    for (price, part) in [
        ("0.0123", r#"请求体不符合要求：priceYuan 应为字符串形式的金额（元），如 "12.5""#),
        (r#""-1""#, "请求体不符合要求：priceYuan 不正确：应为以元为单位的小数，如 8200 或 8200.50"),
    ] {
        let body = format!(r#"{{"priceYuan":{price}}}"#);
        let reply = server.send("PUT", path, &["Accept-Language: zh"], &body).await;
        assert_eq!(reply.is(400)["detail"], part);
    }
    for endpoint in ["account", "unheard"] {
        let reply = server.put(&format!("/prices/{endpoint}"), json!({ "priceYuan": "1" })).await;
        reply.refuses(404, &["author_cp_info"]);
    }
    assert_eq!(server.audited("price.set").await, [("endpoint 1".to_owned(), "0.0123 yuan".to_owned())]);
}
