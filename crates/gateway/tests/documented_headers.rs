//! The headers of replies are those that the catalog tells of each endpoint and status: none is unheard of, none is made up.

mod support;

use std::collections::BTreeSet;

use catalog::{BATCH, CALL, CREATORS, ENDPOINTS, EXPLAIN, Endpoint};
use domain::{Limits, Rate};
use store::{AccountStore, MeterStore};
use support::{CP, Reply, TestServer};

/// Headers of the transfer and of the form of the body, which HTTP and the media types tell of.
const OF_HTTP: [&str; 5] = ["content-type", "content-length", "date", "connection", "transfer-encoding"];

/// Sent only on occasions that these requests do not make: an answer bought before.
const ELSEWHERE: [&str; 1] = ["Age"];

/// A server with something to tell in every header: prices, a rate and a quota.
async fn server() -> TestServer {
    let server = TestServer::start().await;
    let some = |number| std::num::NonZeroU32::new(number).expect("not zero");
    let rate = Some(Rate { per_second: some(1000), burst: some(1000) });
    let limits = Limits { rate, daily_quota: Some(1000), ..Limits::default() };
    let account = server.store.account("team").await.expect("the account").id;
    server.store.set_account_limits(account, limits).await.expect("limits");
    server.until("/v1/account", |reply| reply.header("ratelimit").is_some()).await;
    server.sell("100", "0.01").await;
    server
}

/// A request to an endpoint that it answers, with further headers.
async fn ask(server: &TestServer, endpoint: &Endpoint, call: &str, headers: &[&str]) -> Reply {
    let path = match endpoint.number {
        number if number == CALL.number => format!("/v1/calls/{call}"),
        // A page without a creator is not sold.
        number if number == CREATORS.number => format!("{}?tier=1_20", endpoint.path),
        _ if endpoint.path == CP || endpoint.parameter("oAuthorId").is_some() => {
            format!("{}?oAuthorId=42", endpoint.path)
        }
        _ if endpoint.parameter("oAuthorIds").is_some() => format!("{}?oAuthorIds=42", endpoint.path),
        _ => endpoint.path.to_owned(),
    };
    match (endpoint.body, endpoint.number) {
        (Some(_), number) if number == BATCH.number => {
            server.post(&path, r#"{"creators":[{"oAuthorId":"42"}]}"#, headers).await
        }
        (Some(_), _) => server.post(&path, r#"{"goal":"views","budgetYuan":"10000"}"#, headers).await,
        (None, _) => {
            let authorization = format!("Authorization: Bearer {}", server.token.expose());
            server.send("GET", &path, &[&[authorization.as_str()], headers].concat()).await
        }
    }
}

/// The headers of a reply, by the names that documents write; panics at one that the catalog does not tell of.
fn sent(endpoint: &Endpoint, reply: &Reply) -> BTreeSet<&'static str> {
    let of_reply = reply.headers.iter().map(|(name, _)| name.as_str()).filter(|name| !OF_HTTP.contains(name));
    let documented = |name: &str| {
        let header = endpoint.reply_headers().find(|header| header.field.name.eq_ignore_ascii_case(name));
        let header = header.filter(|header| header.is_sent(endpoint, reply.status));
        header.map(|header| header.field.name).unwrap_or_else(|| panic!("{name} of {}: {reply:?}", endpoint.name))
    };
    of_reply.map(documented).collect()
}

#[tokio::test]
async fn a_success_has_the_headers_that_are_told_of_it_and_no_others() {
    let server = server().await;
    let call = server.get(&format!("{CP}?oAuthorId=42")).await.header("x-request-id").expect("an id").to_owned();
    for endpoint in ENDPOINTS {
        let key = format!("Idempotency-Key: {}", endpoint.name);
        let first = ask(&server, endpoint, &call, &[&key]).await;
        let again = ask(&server, endpoint, &call, &[&key]).await;
        assert_eq!((first.status, again.status), (200, 200), "{}: {first:?}", endpoint.name);
        let sent: BTreeSet<&str> = &sent(endpoint, &first) | &sent(endpoint, &again);
        let told = endpoint.reply_headers().filter(|header| header.is_sent(endpoint, 200));
        let told: BTreeSet<&str> =
            told.map(|header| header.field.name).filter(|name| !ELSEWHERE.contains(name)).collect();
        assert_eq!(sent, told, "{}", endpoint.name);
    }
}

#[tokio::test]
async fn a_failure_has_the_headers_that_are_told_of_it_and_no_others() {
    let server = server().await;
    for endpoint in ENDPOINTS {
        let (method, path) = (endpoint.method(), endpoint.path.replace("{requestId}", "x"));
        let unknown = server.send(method, &path, &["Authorization: Bearer nobody"]).await;
        let wrong = match method {
            "POST" => server.post(&path, "[]", &[]).await,
            _ => server.get(&format!("{path}?platform=x")).await,
        };
        assert_eq!((unknown.status, wrong.status), (401, 400), "{}: {wrong:?}", endpoint.name);
        for reply in [unknown, wrong] {
            let told = endpoint.reply_headers().filter(|header| header.is_sent(endpoint, reply.status));
            let told: BTreeSet<&str> = told.map(|header| header.field.name).collect();
            assert_eq!(sent(endpoint, &reply), told, "{}: {reply:?}", endpoint.name);
        }
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_again() {
    let server = server().await;
    let one = 1.try_into().expect("not zero");
    let account = server.store.account("team").await.expect("the account").id;
    let limits = Limits { rate: Some(Rate { per_second: one, burst: one }), ..Limits::default() };
    server.store.set_account_limits(account, limits).await.expect("limits");
    let path = format!("{}?oAuthorId=42", EXPLAIN.path);
    let reply = server.until(&path, |reply| reply.status == 429).await;
    assert!(sent(&EXPLAIN, &reply).contains("Retry-After"), "{reply:?}");
}

#[tokio::test]
async fn a_key_that_stands_for_another_request_is_refused_with_the_status_and_headers_that_are_told_of_it() {
    let server = server().await;
    let key = ["Idempotency-Key: taken"];
    let bearer = format!("Authorization: Bearer {}", server.token.expose());
    let first = server.send("GET", &format!("{CP}?oAuthorId=42"), &[&bearer, key[0]]).await;
    assert_eq!(first.code(), 0, "{first:?}");
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.is_priced() && endpoint.path != CP) {
        let reply = ask(&server, endpoint, "", &key).await;
        assert_eq!((reply.status, reply.json()["code"].as_u64()), (422, Some(400)), "{}: {reply:?}", endpoint.name);
        assert!(endpoint.statuses().contains(&422), "{}", endpoint.name);
        let told = endpoint.reply_headers().filter(|header| header.is_sent(endpoint, 422));
        let told: BTreeSet<&str> = told.map(|header| header.field.name).collect();
        assert_eq!(sent(endpoint, &reply), told, "{}: {reply:?}", endpoint.name);
    }
    let told = |endpoint: &&&Endpoint| endpoint.statuses().contains(&422);
    assert_eq!(ENDPOINTS.iter().filter(told).count(), 5, "nothing else tells of it");
}
