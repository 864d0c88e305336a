//! Tokens: the secret is told once, policies hold from the first moment, rotation overlaps.

use domain::{TokenId, UnixTime};
use serde_json::{Value, json};
use store::{AccountStore, AuditFilter, MeterStore};

use crate::server::AdminServer;
use crate::support::START;

fn policy() -> Value {
    json!({
        "limits": { "ratePerSecond": 5, "rateBurst": 9, "concurrent": 2, "dailyQuota": 100 },
        "spendingCapYuan": "7.5",
        "scopes": ["author_cp_info:SHORT_VIDEO", "explain"],
        "headerOnly": true,
        "addresses": ["192.0.2.0/24", "2001:db8::/32"],
    })
}

#[tokio::test]
async fn a_secret_is_in_no_reply_but_the_one_that_makes_it() {
    let server = AdminServer::with_team().await;
    let made = server.post("/accounts/team/tokens", json!({ "expiresInS": 60, "policy": policy() })).await.is(201);
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    let token = server.store.token_by_hash(&server.token_key.hash(&secret)).await.expect("read").expect("a token");
    assert_eq!((token.id, token.expires_at), (TokenId(1), Some(UnixTime(START.0 + 60))));
    assert_eq!((&made["number"], &made["account"], &made["active"]), (&json!(1), &json!("team"), &json!(true)));
    assert_eq!((&made["policy"], &made["spentYuan"]), (&policy(), &json!("0")));
    let rotated = server.post("/tokens/1/rotate", json!({ "overlapS": 5 })).await.is(201);
    let second = rotated["secret"].as_str().expect("a secret").to_owned();
    server.patch("/tokens/1", json!({ "enabled": false })).await.is(200);
    for path in ["/tokens", "/tokens/1", "/tokens/2", "/accounts", "/accounts/team", "/audit", "/usage", "/calls"] {
        let reply = server.get(path).await;
        reply.is(200);
        for secret in [&secret, &second] {
            assert!(!format!("{reply:?}").contains(&secret[6..]), "{path}");
        }
    }
    assert_eq!(server.get("/tokens").await.is(200)["tokens"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_token_changes_as_named_and_shows_it() {
    let server = AdminServer::with_team().await;
    server.post("/accounts/team/tokens", json!({})).await.is(201);
    let open = json!({
        "limits": { "ratePerSecond": null, "rateBurst": null, "concurrent": null, "dailyQuota": null },
        "spendingCapYuan": null, "scopes": [], "headerOnly": false, "addresses": [],
    });
    assert_eq!(server.get("/tokens/1").await.is(200)["policy"], open);
    let changed = server.patch("/tokens/1", json!({ "policy": policy(), "expiresInS": 60 })).await.is(200);
    assert_eq!((&changed["policy"], &changed["dailyQuotaLeft"]), (&policy(), &json!(100)));
    assert_eq!(changed["expiresAt"], json!("2026-11-22T03:05:05Z"));
    server.set_clock(60);
    assert_eq!(server.get("/tokens/1").await.is(200)["active"], json!(false));
    let lifted = json!({ "limits": { "dailyQuota": null }, "spendingCapYuan": null, "scopes": null, "addresses": [] });
    let body = json!({ "enabled": false, "expiresInS": null, "policy": lifted });
    let changed = server.patch("/tokens/1", body).await.is(200);
    let (mut expected, limits) =
        (open, json!({ "ratePerSecond": 5, "rateBurst": 9, "concurrent": 2, "dailyQuota": null }));
    (expected["limits"], expected["headerOnly"]) = (limits, json!(true));
    assert_eq!(changed["policy"], expected);
    assert_eq!((&changed["enabled"], &changed["expiresAt"]), (&json!(false), &json!(null)));
    let changed = server.patch("/tokens/1", json!({ "enabled": true })).await.is(200);
    assert_eq!((&changed["active"], &changed["policy"]), (&json!(true), &expected));
    let entries = server.store.audit_log(AuditFilter { limit: 100, ..AuditFilter::default() }).await.expect("the log");
    let actions: Vec<&str> = entries.iter().rev().map(|entry| entry.action.as_str()).collect();
    let before = ["account.create", "token.create", "token.policy", "token.expiry"];
    assert_eq!(actions, [&before[..], &["token.disable", "token.policy", "token.expiry", "token.enable"]].concat());
}

#[tokio::test]
async fn what_is_wrong_with_a_policy_is_said_and_makes_nothing() {
    let server = AdminServer::with_team().await;
    let path = "/accounts/team/tokens";
    for (body, part) in [
        (json!({ "policy": { "scopes": ["author_info"] } }), "author_cp_info"),
        (json!({ "policy": { "scopes": ["author_cp_info:TV"] } }), "not a scope"),
        (
            json!({ "policy": { "scopes": ["explain", "usage"] } }),
            "policy.scopes[1]: every token may ask for its own account",
        ),
        (
            json!({ "policy": { "scopes": "author_cp_info" } }),
            "policy.scopes is of another kind: right would be list of strings",
        ),
        (
            json!({ "policy": { "scopes": vec!["explain"; 101] } }),
            "policy.scopes has 101 entries: right would be 0 to 100",
        ),
        (json!({ "policy": { "addresses": ["here"] } }), "192.0.2.0/24"),
        (json!({ "policy": { "spendingCapYuan": 5 } }), "as a string"),
        (json!({ "policy": { "limits": { "rateBurst": 5 } } }), "ratePerSecond too"),
        (json!({ "policy": { "limit": {} } }), "there is no field \"policy.limit\""),
        (json!({ "expiresInS": 0 }), "expiresInS is out of range: right would be 1 to 4294967295"),
        (json!({ "enabled": true }), "there is no field \"enabled\""),
    ] {
        server.post(path, body).await.refuses(400, &[part]);
    }
    assert_eq!(server.get("/tokens").await.is(200), json!({ "tokens": [] }));
    server.post(path, json!({})).await.is(201);
    for (body, part) in [
        (json!({}), "nothing is named"),
        (json!({ "policy": {} }), "nothing is named"),
        (json!({ "enabled": false, "policy": { "scopes": ["no"] } }), "names no endpoint"),
        (json!({ "enabled": "no" }), "enabled is of another kind: right would be boolean"),
    ] {
        server.patch("/tokens/1", body).await.refuses(400, &[part]);
    }
    assert_eq!(server.get("/tokens/1").await.is(200)["enabled"], json!(true), "all of it or nothing");
    server.get("/tokens/2").await.refuses(404, &["number 2", "/v1/admin/tokens"]);
    server.patch("/tokens/2", json!({ "enabled": true })).await.refuses(404, &["number 2"]);
    server.post("/tokens/2/rotate", json!({ "overlapS": 1 })).await.refuses(404, &["number 2"]);
    server.get("/tokens/seven").await.refuses(400, &["its number"]);
}

#[tokio::test]
async fn rotation_keeps_the_policy_and_the_old_token_lives_no_longer_than_before() {
    let server = AdminServer::with_team().await;
    server.post("/accounts/team/tokens", json!({ "policy": policy() })).await.is(201);
    let rotated = server.post("/tokens/1/rotate", json!({ "overlapS": 3600 })).await.is(201);
    assert_eq!((&rotated["number"], &rotated["policy"]), (&json!(2), &policy()));
    assert_eq!(rotated["expiresAt"], json!(null), "as long as the old one was made for");
    assert_eq!((&rotated["replaces"]["number"], &rotated["replaces"]["active"]), (&json!(1), &json!(true)));
    assert_eq!(rotated["replaces"]["expiresAt"], json!("2026-11-22T04:04:05Z"));
    assert_eq!(server.get("/tokens/1").await.is(200)["expiresAt"], json!("2026-11-22T04:04:05Z"));
    let again = server.post("/tokens/1/rotate", json!({ "overlapS": 7200, "expiresInS": 86400 })).await.is(201);
    assert_eq!(again["replaces"]["expiresAt"], json!("2026-11-22T04:04:05Z"), "never later than it would have been");
    assert_eq!(again["expiresAt"], json!("2026-11-23T03:04:05Z"));
    let at_once = server.post("/tokens/3/rotate", json!({ "overlapS": 0 })).await.is(201);
    assert_eq!((&at_once["replaces"]["active"], &at_once["number"]), (&json!(false), &json!(4)));
    server.set_clock(60);
    let later = server.post("/tokens/3/rotate", json!({ "overlapS": 9 })).await.is(201);
    assert_eq!(later["replaces"]["expiresAt"], json!("2026-11-22T03:04:05Z"), "what has expired stays so");
    let never = server.post("/tokens/4/rotate", json!({ "overlapS": 0, "expiresInS": null })).await.is(201);
    assert_eq!((&at_once["expiresAt"], &never["expiresAt"]), (&json!("2026-11-23T03:04:05Z"), &json!(null)));
    server.patch("/tokens/2", json!({ "enabled": false })).await.is(200);
    server.post("/tokens/2/rotate", json!({ "overlapS": 0 })).await.refuses(409, &["disabled", "enable it first"]);
    // A program that writes null for what it could not compute must not be given a week.
    server.post("/tokens/6/rotate", json!({ "overlapS": null })).await.refuses(400, &["overlapS must not be null"]);
    let week = server.post("/tokens/6/rotate", json!({})).await.is(201);
    assert_eq!(week["replaces"]["expiresAt"], json!("2026-11-29T03:05:05Z"), "a week, unless it is said");
    server.post("/tokens/4/rotate", json!({ "overlapS": 1, "a": 1 })).await.refuses(400, &["there is no field \"a\""]);
    assert_eq!(server.get("/tokens").await.is(200)["tokens"].as_array().map(Vec::len), Some(7));
}
