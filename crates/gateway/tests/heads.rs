//! Heads of requests that do not come whole, are not HTTP, or say what HTTP does not allow.

mod support;

use std::time::Duration;

use gateway::Settings;
use serde_json::Value;
use support::{CP, Reply, TestServer};

#[tokio::test]
async fn a_connection_whose_head_does_not_become_whole_is_closed() {
    let settings = Settings { look_every: Duration::from_millis(5), ..Settings::default() };
    let server = TestServer::start_with(settings, |store| store).await;
    let whole = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";
    for (sent, answers) in [("", 0), ("GET /ping HT", 0), (whole, 1), (&format!("{whole}GET /ping HT"), 1)] {
        // Reads until the server closes.
        let answer = String::from_utf8(server.send_raw(sent.as_bytes()).await).expect("text");
        assert_eq!(answer.matches("HTTP/1.1 200").count(), answers, "{sent:?}: {answer}");
    }
}

/// Two servers in a row may take such a request for two different ones.
#[tokio::test]
async fn a_head_that_is_not_of_http_is_refused_and_costs_nothing() {
    let server = TestServer::start().await;
    server.sell("1", "0.1").await;
    let token = server.token.expose();
    for (version, head, status) in [
        ("1.1", "", 400),
        ("1.1", "Host: a\r\nHost: b\r\n", 400),
        ("1.0", "Host: a\r\nHost: b\r\n", 400),
        ("1.1", "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", 501),
        ("1.1", "Host: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", 501),
        ("1.1", "Host: a\r\nTransfer-Encoding: Chunked\r\n", 200),
        ("1.0", "", 200),
    ] {
        for (method, path) in [("GET", format!("{CP}?oAuthorId=42")), ("POST", "/v1/batch".to_owned())] {
            let with_dry_run =
                "15\r\n{\"dryRun\": true, \"cre\r\n1e\r\nators\": [{\"oAuthorId\": \"42\"}]}\r\n0\r\n\r\n";
            let body = if head.contains("Transfer") { with_dry_run } else { "" };
            let request = format!(
                "{method} {path} HTTP/{version}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n{head}\r\n{body}"
            );
            let reply = Reply::read(&server.send_raw(request.as_bytes()).await);
            // Without a body a batch is none.
            let status = if method == "POST" && body.is_empty() { 400 } else { status };
            assert_eq!(reply.status, status, "{request}: {reply:?}");
        }
    }
    assert_eq!(server.balance().await, "0.8", "the two that were answered");
}

#[tokio::test]
async fn hostile_bytes_end_the_connection_and_not_the_server() {
    let server = TestServer::start().await;
    let long_head = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000));
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"GET\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
        long_head.as_bytes(),
    ] {
        let answer = String::from_utf8_lossy(&server.send_raw_and_end(bytes).await).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    // A query of every byte, percent-encoded and raw.
    let mut hostile = format!("GET {CP}?oAuthorId=").into_bytes();
    hostile.extend((0x21..=0xff_u8).filter(|byte| !matches!(byte, b'#' | b'"' | b'<' | b'>' | 0x7f)));
    hostile.extend_from_slice(b"%zz%00%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let answer = server.send_raw(&hostile).await;
    assert!(answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(server.get("/readyz").await.status, 200);
}

/// The HTTP layer refuses it before the server is asked, and the client is told all the same.
#[tokio::test]
async fn a_head_that_cannot_be_read_is_refused_in_the_envelope() {
    let server = TestServer::start().await;
    let long = format!("GET /ping HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(100_000));
    let long_url = |path: &str| format!("GET {path}?category={} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000));
    let (of_contract, of_ours) = (long_url(CP), long_url("/v1/creators"));
    for (sent, status, said) in [
        ("GET /ping HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n", 400, "is not HTTP"),
        ("GET /p ing HTTP/1.1\r\nHost: x\r\n\r\n", 400, "is not HTTP"),
        (&long, 431, "larger than 32 KiB"),
        (&of_contract, 414, "URL is too long"),
    ] {
        let reply = Reply::read(&server.send_raw_and_end(sent.as_bytes()).await);
        assert_eq!((reply.status, reply.header("content-type")), (status, Some("application/json")), "{reply:?}");
        let body: Value = serde_json::from_str(&reply.body).expect("JSON");
        assert_eq!((&body["code"], &body["data"]), (&400.into(), &Value::Null));
        assert!(body["message"].as_str().is_some_and(|told| told.contains(said)), "{body}");
        assert_eq!(reply.header("x-request-id"), body["requestId"].as_str());
    }
    for (sent, status, title) in [
        (&*of_ours, 414, "URI Too Long"),
        (&long.replace("/ping", "/v1/plan"), 431, "Request Header Fields Too Large"),
        ("POST /v1/plan HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n", 400, "Bad Request"),
    ] {
        let reply = Reply::read(&server.send_raw_and_end(sent.as_bytes()).await);
        let body = reply.json();
        assert_eq!((reply.status, reply.header("content-type")), (status, Some("application/problem+json")));
        assert_eq!((&body["status"], &body["title"], &body["code"]), (&status.into(), &title.into(), &400.into()));
        assert_eq!(reply.header("x-request-id"), body["requestId"].as_str());
    }
    // Behind an answer on the same connection too.
    let both = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\nGET /ping HTTP/1.1\r\nno header\r\n\r\n";
    let answer = String::from_utf8(server.send_raw_and_end(both.as_bytes()).await).expect("text");
    assert!(answer.contains("\"data\":\"pong\"}") && answer.contains("HTTP/1.1 400 "), "{answer}");
}

/// The HTTP layer's own date would stand still until the clock has caught up.
#[tokio::test]
async fn the_date_is_the_clocks_though_that_is_set_back() {
    let server = TestServer::start().await;
    let dates = async |seconds| {
        server.set_clock(seconds);
        let refused = server.send_raw_and_end(b"GET /ping HTTP/1.1\r\nno header\r\n\r\n").await;
        let replies =
            [server.get("/ping").await, server.get(&format!("{CP}?oAuthorId=42")).await, Reply::read(&refused)];
        replies.map(|reply| reply.header("date").expect("a date").to_owned())
    };
    assert_eq!(dates(3_600).await, ["Sun, 22 Nov 2026 04:04:05 GMT"; 3]);
    assert_eq!(dates(0).await, ["Sun, 22 Nov 2026 03:04:05 GMT"; 3]);
    assert_eq!(dates(1).await, ["Sun, 22 Nov 2026 03:04:06 GMT"; 3]);
}
