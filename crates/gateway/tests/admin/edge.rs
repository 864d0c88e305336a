//! What holds for every request: the key, methods, paths, bodies, hang-ups, the end.

use gateway::Served;
use serde_json::json;
use store::{AccountStore, MeterStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::AdminServer;
use crate::support::Reply;

#[tokio::test]
async fn without_the_key_nothing_is_told() {
    let server = AdminServer::with_team().await;
    let token = server.post("/accounts/team/tokens", json!({})).await.is(201);
    let (key, token) = (server.secret.expose(), token["secret"].as_str().expect("a secret"));
    for headers in [
        vec![],
        vec![format!("Authorization: {key}")],
        vec![format!("Authorization: Basic {key}")],
        vec![format!("Authorization: Bearer {token}")],
        vec![format!("Authorization: Bearer {key}x")],
        vec![format!("Authorization: Bearer {}", "x".repeat(300))],
        vec![format!("Authorization: Bearer {key}"), format!("Authorization: Bearer {key}x")],
        vec![format!("Authorization: Bearer {key}x"), format!("Authorization: Bearer {key}")],
        vec![format!("Authorization: Bearer {key}"), format!("Authorization: {token}")],
    ] {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        for (method, path) in [("GET", "/v1/admin/accounts"), ("GET", "/nowhere"), ("DELETE", "/v1/admin/accounts")] {
            let reply = server.send_as_is(method, path, &headers, "").await;
            reply.refuses(401, &["Authorization: Bearer"]);
            assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"astrolabe admin\""));
        }
    }
    let reply = server.send_as_is("GET", &format!("/v1/admin/accounts?token={key}"), &[], "").await;
    assert!(!format!("{:?}", reply.is(401)).contains(key));
    let lower = format!("authorization: bearer {key}");
    for others in [&[][..], &["Authorization: Basic eDp5"], &[lower.as_str()]] {
        let headers = [others, &[lower.as_str()]].concat();
        server.send_as_is("GET", "/v1/admin/accounts", &headers, "").await.is(200);
    }
}

#[tokio::test]
async fn an_address_that_was_wrong_too_often_is_told_to_wait_and_the_right_key_passes() {
    let server = AdminServer::start().await;
    let wrong = async |from: &str| {
        let headers = ["Authorization: Bearer x", &format!("X-Forwarded-For: {from}")];
        server.send_as_is("GET", "/v1/admin/accounts", &headers, "").await
    };
    for _ in 0..20 {
        wrong("192.0.2.7").await.is(401);
    }
    let reply = wrong("192.0.2.7").await;
    reply.refuses(429, &["too many wrong admin keys"]);
    assert_eq!(reply.header("retry-after"), Some("1"));
    wrong("192.0.2.8").await.is(401);
    server.send("GET", "/accounts", &["X-Forwarded-For: 192.0.2.7"], "").await.is(200);
    wrong("192.0.2.7").await.is(429);
    server.set_clock(1);
    wrong("192.0.2.7").await.is(401);
}

#[tokio::test]
async fn each_path_has_its_methods_and_no_other() {
    let server = AdminServer::with_team().await;
    let call = server.take(1, 1).await.id.to_string();
    for (path, allowed) in [
        ("/accounts", "GET, HEAD, POST"),
        ("/accounts/team", "GET, HEAD"),
        ("/accounts/team/limits", "PATCH"),
        ("/accounts/team/top-ups", "POST"),
        ("/accounts/team/tokens", "POST"),
        ("/tokens", "GET, HEAD"),
        ("/tokens/1", "GET, HEAD, PATCH"),
        ("/tokens/1/rotate", "POST"),
        ("/prices", "GET, HEAD"),
        ("/prices/author_cp_info", "PUT"),
        ("/calls", "GET, HEAD"),
        (&format!("/calls/{call}"), "GET, HEAD"),
        (&format!("/calls/{call}/reconcile"), "POST"),
        ("/usage", "GET, HEAD"),
        ("/audit", "GET, HEAD"),
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            // A body that is wrong everywhere: an allowed method must come as far as that, or answer.
            let reply = server.send(method, path, &["Idempotency-Key: k"], "[").await;
            if allowed.split(", ").any(|known| known == method) {
                assert!(matches!(reply.status, 200 | 400 | 404), "{method} {path}: {reply:?}");
            } else {
                reply.refuses(405, &[allowed]);
                assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
            }
        }
    }
    let reply = server.send("HEAD", "/accounts", &[], "").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
}

#[tokio::test]
async fn the_date_is_the_clocks_though_that_is_set_back() {
    let server = AdminServer::start().await;
    for (seconds, date) in [(60, "Sun, 22 Nov 2026 03:05:05 GMT"), (0, "Sun, 22 Nov 2026 03:04:05 GMT")] {
        server.set_clock(seconds);
        assert_eq!(server.get("/accounts").await.header("date"), Some(date));
    }
}

#[tokio::test]
async fn metrics_need_no_key() {
    let server = AdminServer::start().await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let reply = Reply::read(&answer);
    assert!(reply.status == 200 && reply.body.contains("astrolabe_requests_in_flight 0\n"), "{reply:?}");
    assert!(reply.body.contains("astrolabe_calls{state=\"unknown\"} 0\n"), "{reply:?}");
    server.send_as_is("POST", "/metrics", &[], "").await.is(401);
}

#[tokio::test]
async fn other_paths_and_parameters_are_refused() {
    let server = AdminServer::start().await;
    for path in ["", "/", "/accounts/", "/account", "/accounts/a/b", "/tokens/1/rotate/2", "/prices/a/b"] {
        server.get(path).await.is(404);
    }
    let key = format!("Authorization: Bearer {}", server.secret.expose());
    for path in ["/ping", "/v1/account", "/metrics/", "/v1/admin"] {
        server.send_as_is("GET", path, &[&key], "").await.refuses(404, &["/v1/admin has accounts"]);
    }
    server.get("/accounts?limit=5").await.refuses(400, &["this path has no parameters"]);
}

/// What is wrong may be a token in the wrong place.
#[tokio::test]
async fn what_is_wrong_with_a_query_string_is_not_repeated() {
    let server = AdminServer::start().await;
    for query in [
        "accounts?sEcReT",
        "calls?sEcReT=1",
        "calls?state=sEcReT",
        "calls?limit=sEcReT",
        "calls?before=sEcReT",
        "usage?from=sEcReT",
    ] {
        let refused = server.get(&format!("/{query}")).await;
        refused.refuses(400, &["parameter"]);
        assert!(!refused.body.contains("sEcReT"), "{query}: {refused:?}");
    }
}

#[tokio::test]
async fn a_body_is_json_and_not_too_long() {
    let server = AdminServer::start().await;
    let key = format!("Authorization: Bearer {}", server.secret.expose());
    let body = r#"{"name":"team"}"#;
    for content_type in ["", "Content-Type: text/plain", "Content-Type: application/x-www-form-urlencoded"] {
        let headers = [key.as_str(), content_type];
        let headers = if content_type.is_empty() { &headers[..1] } else { &headers[..] };
        server.send_as_is("POST", "/v1/admin/accounts", headers, body).await.refuses(415, &["application/json"]);
    }
    for (body, part) in
        [("{\"name\":\"a\",\"name\":\"b\"}", "\"name\" twice"), ("{\"name\":\"a\"} x", "'x' is out of place")]
    {
        server.send("POST", "/accounts", &[], body).await.refuses(400, &[part, "at line 1, column"]);
    }
    server.send("POST", "/accounts", &[], "{").await.refuses(400, &["ends in the middle"]);
    let reply = server.send("POST", "/accounts", &["Content-Encoding: gzip"], body).await;
    reply.refuses(415, &["the body is encoded as gzip"]);
    for body in ["", "[\"team\"]", "\"team\"", "null"] {
        server.send("POST", "/accounts", &[], body).await.refuses(400, &["JSON object"]);
    }
    let long = format!("{{\"name\":\"{}\"}}", "a".repeat(64 << 10));
    server.send("POST", "/accounts", &[], &long).await.refuses(413, &["65536 bytes"]);
    let headers = [key.as_str(), "Content-Type: Application/JSON; charset=utf-8"];
    server.send_as_is("POST", "/v1/admin/accounts", &headers, body).await.is(201);
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_a_change_whole() {
    let server = AdminServer::with_team().await;
    let body = json!({ "policy": { "headerOnly": true } }).to_string();
    let head = format!(
        "POST /v1/admin/accounts/team/tokens HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        server.secret.expose(),
        body.len()
    );
    for _ in 0..20 {
        let mut stream = server.connect().await;
        stream.write_all(format!("{head}{body}").as_bytes()).await.expect("sent");
    }
    // What was begun goes on, one change after the other; the server ends when all of it is done.
    let store = server.store.clone();
    server.get("/accounts").await.is(200);
    assert_eq!(server.ended().await, Served::Drained);
    for (_, token) in store.tokens().await.expect("tokens") {
        assert!(store.token_policy(token.id).await.expect("a policy").header_only);
    }
}

#[tokio::test]
async fn asked_to_stop_it_answers_what_is_in_flight_and_ends() {
    let server = AdminServer::start().await;
    let head = format!(
        "POST /v1/admin/accounts HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 15\r\n\r\n",
        server.secret.expose()
    );
    let mut idle = server.connect().await;
    let mut stream = server.connect().await;
    stream.write_all(head.as_bytes()).await.expect("sent");
    // Answered on another connection, so the head before is read.
    server.get("/accounts").await.is(200);
    let ending = tokio::spawn(server.ended());
    let (mut answer, mut nothing) = (Vec::new(), Vec::new());
    // The server is ending once it closes what is idle.
    idle.read_to_end(&mut nothing).await.expect("closed");
    stream.write_all(br#"{"name":"team"}"#).await.expect("sent");
    stream.read_to_end(&mut answer).await.expect("an answer");
    Reply::read(&answer).is(201);
    assert_eq!((ending.await.expect("no panic"), nothing.len()), (Served::Drained, 0));
}

#[tokio::test]
async fn a_token_in_the_wrong_place_is_not_repeated() {
    let server = AdminServer::with_team().await;
    let made = server.post("/accounts/team/tokens", json!({})).await.is(201);
    let token = made["secret"].as_str().expect("a secret");
    server.post("/accounts", json!({ "name": token })).await.is(201);
    let long = format!("x{}", "0123456789".repeat(200));
    for sent in [token, server.secret.expose(), &long] {
        let bodies = [
            ("POST", "/accounts", json!({ sent: 1 })),
            ("POST", "/accounts", json!({ "name": sent })),
            ("POST", "/accounts", json!({ "name": [sent] })),
            ("PATCH", "/accounts/team/limits", json!({ "ratePerSecond": sent })),
            ("PATCH", "/accounts/team/limits", json!({ sent: 1 })),
            ("PATCH", "/tokens/1", json!({ "enabled": sent })),
            ("PATCH", "/tokens/1", json!({ "expiresInS": sent })),
            ("PATCH", "/tokens/1", json!({ "policy": sent })),
            ("PATCH", "/tokens/1", json!({ "policy": { sent: 1 } })),
            ("PATCH", "/tokens/1", json!({ "policy": { "limits": { sent: 1 } } })),
            ("PATCH", "/tokens/1", json!({ "policy": { "scopes": [sent] } })),
            ("PATCH", "/tokens/1", json!({ "policy": { "scopes": [format!("{sent}:TV")] } })),
            ("PATCH", "/tokens/1", json!({ "policy": { "addresses": [sent] } })),
            ("PATCH", "/tokens/1", json!({ "policy": { "spendingCapYuan": sent } })),
            ("POST", "/tokens/1/rotate", json!({ "overlapS": sent })),
            ("PUT", "/prices/author_cp_info", json!({ "priceYuan": sent })),
            ("POST", "/accounts/team/top-ups", json!({ "amountYuan": sent })),
            ("POST", "/accounts/team/top-ups", json!({ "amountYuan": "1", "note": format!("\n{sent}") })),
        ];
        let bodies = bodies.map(|(method, path, body)| (method, path.to_owned(), body.to_string()));
        let paths = ["/accounts/*", "/tokens/*", "/calls/*", "/usage?account=*", "/calls?account=*", "/usage?*=1"];
        let paths = paths.map(|path| ("GET", path.replace('*', sent), String::new()));
        let others = [("PUT", "/prices/*", "{}"), ("POST", "/upstreams/*/unpark", ""), ("GET", "/*", "")];
        let others = others.map(|(method, path, body)| (method, path.replace('*', sent), body.to_owned()));
        for (method, path, body) in bodies.into_iter().chain(paths).chain(others) {
            let reply = server.send(method, &path, &["Idempotency-Key: k", "Accept-Language: zh"], &body).await;
            // An account may have any name, and is shown by it.
            let is_success = reply.status < 400 && (path.starts_with("/accounts") || path.contains("?account="));
            assert!(is_success || matches!(reply.status, 400 | 404 | 409), "{method} {path} {body}: {reply:?}");
            let is_repeated = format!("{reply:?}").contains(&sent[6..30]);
            assert!(is_success || !is_repeated && reply.body.len() < 1000, "{method} {path} {body}: {reply:?}");
        }
    }
}
