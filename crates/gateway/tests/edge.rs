//! The HTTP edge: probes, methods, unknown paths, hostile bytes, a failing store, a graceful end.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use domain::{CreatorKey, CreatorState, Snapshot, UnixTime};
use gateway::{PageAsked, PageReply, Pages, PublicMetrics, Served, Settings};
use serde_json::{Value, json};
use store::{CreatorStore, Generations, Latest, StoreError, SurveyMark, Surveyed};
use store_sqlite::SqliteStore;
use support::{CP, Reply, TestServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;

#[tokio::test]
async fn probes_and_metrics_answer() {
    let server = TestServer::start().await;
    let ping = server.get("/ping").await;
    assert_eq!((ping.status, ping.code(), ping.json()["data"].clone()), (200, 0, "pong".into()));
    assert_eq!(server.get("/livez").await.status, 200);
    assert_eq!(server.get("/readyz").await.status, 200);
    server.get(&format!("{CP}?oAuthorId=42")).await;
    server.get(&format!("{CP}?oAuthorId=nobody")).await;
    server.get("/v1/explain?oAuthorId=42").await;
    server.get("/v1/usage?to=soon").await;
    server.get("/v1/usage").await;
    server.post("/v1/batch", r#"{"creators": [{"oAuthorId": "42"}]}"#, &[]).await;
    // A batch ends shortly after its last line has left.
    let ended = [r#"astrolabe_requests_total{code="0",endpoint="batch"} 1"#, "astrolabe_requests_in_flight 0\n"];
    let metrics = server.until("/metrics", |reply| ended.iter().all(|line| reply.body.contains(line))).await;
    for line in [
        r#"astrolabe_requests_total{code="0",endpoint="author_cp_info"} 1"#,
        r#"astrolabe_requests_total{code="400",endpoint="author_cp_info"} 1"#,
        r#"astrolabe_requests_total{code="0",endpoint="explain"} 1"#,
        r#"astrolabe_requests_total{code="400",endpoint="usage"} 1"#,
        r#"astrolabe_requests_total{code="0",endpoint="usage"} 1"#,
        r#"astrolabe_request_duration_seconds_count{endpoint="author_cp_info"} 2"#,
        r#"astrolabe_request_duration_seconds_count{endpoint="usage"} 2"#,
        concat!("astrolabe_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1\n"),
        "astrolabe_database_failures_total{store=\"creators\",kind=\"busy\"} 0\n",
        "astrolabe_database_failures_total{store=\"ledger\",kind=\"no_room\"} 0\n",
    ] {
        assert!(metrics.body.contains(line), "{line} is not in\n{}", metrics.body);
    }
    // What tells of upstreams, or whether there are any, is for operators.
    for word in ["upstream", "astrolabe_answers_total", "astrolabe_calls", "stale"] {
        assert!(!metrics.body.contains(word), "{word} is in\n{}", metrics.body);
    }
    assert!(!metrics.body.contains(server.token.expose()));
}

#[tokio::test]
async fn operators_are_told_where_answers_came_from_and_which_calls_have_no_end() {
    let settings = Settings { metrics: PublicMetrics::All, ..Settings::default() };
    let server = TestServer::start_with(settings, |store| store).await;
    for author in ["42", "42", "nobody"] {
        server.get(&format!("{CP}?oAuthorId={author}")).await;
    }
    let metrics = server.get("/metrics").await.body;
    for line in [
        "astrolabe_answers_total{source=\"local\"} 2\n",
        "astrolabe_answers_total{source=\"upstream\"} 0\n",
        "astrolabe_calls{state=\"held\"} 0\n",
        "astrolabe_calls{state=\"unknown\"} 0\n",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
}

#[tokio::test]
async fn metrics_may_be_kept_from_everybody() {
    let settings = Settings { metrics: PublicMetrics::None, ..Settings::default() };
    let server = TestServer::start_with(settings, |store| store).await;
    assert_eq!((server.get("/metrics").await.code(), server.get("/ping").await.code()), (404, 0));
}

#[tokio::test]
async fn the_detail_of_an_endpoint_tells_how_it_did_and_shows_an_answer() {
    let server = TestServer::start().await;
    server.get(&format!("{CP}?oAuthorId=42")).await;
    server.get(&format!("{CP}?oAuthorId=nobody")).await;
    // Its health is not that of others.
    server.get("/v1/account").await;
    for api in ["author_cp_info", CP] {
        let reply = server.get(&format!("/status/api-example/detail?api={api}")).await;
        assert_eq!((reply.status, reply.code()), (200, 0));
        let detail = reply.json()["data"].clone();
        let hours = detail["last24h"].as_array().expect("hours").clone();
        assert_eq!(hours.len(), 24);
        let now = serde_json::json!({"from": "2026-11-22T03:00:00Z", "succeeded": 1, "refused": 1, "failed": 0});
        assert_eq!(hours[23], now);
        assert_eq!(detail["examples"]["SHORT_VIDEO"]["code"], 0);
    }
    for query in ["", "?api=", "?api=nothing", "?x=1"] {
        let reply = server.get(&format!("/status/api-example/detail{query}")).await;
        assert_eq!((reply.status, reply.code()), (400, 400), "{query}");
    }
}

#[tokio::test]
async fn failures_are_told_in_the_language_that_the_request_asks_for() {
    let server = TestServer::start().await;
    let bearer = format!("Authorization: Bearer {}", server.token.expose());
    let asked = async |path: &str, headers: &[&str]| {
        let reply = server.send("GET", path, &[&[bearer.as_str()], headers].concat()).await;
        assert_eq!(reply.header("vary"), Some("Accept-Language"), "{reply:?}");
        reply
    };
    let unknown = format!("{CP}?oAuthorId=nobody");
    let english = asked(&unknown, &[]).await;
    assert_eq!((english.code(), english.header("content-language")), (400, Some("en")));
    assert!(english.body.contains("creator nobody is unknown on SHORT_VIDEO"), "{english:?}");
    let zh = ["Accept-Language: zh-CN,zh;q=0.9,en;q=0.8"];
    let chinese = asked(&unknown, &zh).await;
    assert_eq!((chinese.code(), chinese.header("content-language")), (400, Some("zh-CN")));
    assert!(chinese.body.contains("未找到达人 nobody（SHORT_VIDEO）"), "{chinese:?}");
    for (path, sentence) in [
        (CP, "缺少参数 oAuthorId"),
        ("/nowhere", "该路径不存在"),
        ("/status/api-example/detail?api=x", "未对应任何接口"),
        ("/v1/explain?oAuthorId=a%20b", "参数 oAuthorId 不正确：ID 含有"),
        ("/v1/creators?minPriceYuan=1.234", "参数 minPriceYuan 不正确：小数超过两位"),
        ("/v1/usage?from=yesterday", "应为日期"),
        ("/v1/plan", "请使用 POST"),
    ] {
        let reply = asked(path, &zh).await;
        assert!(reply.body.contains(sentence), "{path}: {reply:?}");
    }
    let wrong = server.send("GET", CP, &["Authorization: Bearer x", zh[0]]).await;
    assert!(wrong.code() == 100 && wrong.body.contains("令牌缺失"), "{wrong:?}");
}

struct OnePage;

impl Pages for OnePage {
    fn page(&self, asked: &PageAsked<'_>) -> Option<PageReply> {
        let headers = vec![("content-type", "text/plain".to_owned()), ("etag", asked.if_none_match.to_owned())];
        (asked.path == "/page").then(|| PageReply { status: 200, headers, body: "a page".into() })
    }

    fn instead(&self, asked: &PageAsked<'_>) -> Option<PageReply> {
        (asked.accept == "text/html").then(|| PageReply { status: 404, headers: Vec::new(), body: "no page".into() })
    }
}

#[tokio::test]
async fn pages_are_served_beside_the_api_and_the_rest_stays_as_it_is() {
    let server = TestServer::start().await;
    assert_eq!(server.get("/page").await.status, 404);
    server.gateway.show(Arc::new(OnePage));
    let page = server.send("GET", "/page?x=1", &["If-None-Match: \"7\""]).await;
    assert_eq!((page.status, page.body.as_str(), page.header("etag")), (200, "a page", Some("\"7\"")));
    assert_eq!(server.send("HEAD", "/page", &[]).await.header("content-length"), Some("6"));
    assert_eq!(server.send("OPTIONS", "/page", &[]).await.status, 204);
    assert_eq!(server.send("POST", "/page", &[]).await.status, 405);
    assert_eq!((server.get("/pages").await.code(), server.get("/ping").await.code()), (404, 0));
    let html = ["Accept: text/html"];
    let missing = server.send("GET", "/pages", &html).await;
    assert_eq!((missing.status, missing.body.as_str()), (404, "no page"));
    // Of the API it is said in JSON, whoever asks, as it is to other methods.
    for (method, path) in [("GET", "/api/nothing"), ("POST", "/pages")] {
        let reply = server.send(method, path, &html).await;
        assert_eq!((reply.status, reply.code()), (404, 404), "{path}");
        assert!(reply.body.contains("/openapi.json"), "{reply:?}");
    }
    assert_eq!(server.send("GET", "/v1/nothing", &html).await.json()["status"], 404);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let server = TestServer::start().await;
    let (get, head) = (server.get("/ping").await, server.send("HEAD", "/ping", &[]).await);
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}

/// An answer without its body would be charged like one with it.
#[tokio::test]
async fn endpoints_answer_no_head() {
    let server = TestServer::start().await;
    server.sell("1", "0.1").await;
    let authorization = format!("Authorization: Bearer {}", server.token.expose());
    for path in [CP, "/v1/explain", "/v1/account"] {
        let head = server.send("HEAD", &format!("{path}?oAuthorId=42"), &[&authorization]).await;
        assert_eq!((head.status, head.header("allow"), head.body.as_str()), (405, Some("GET, OPTIONS"), ""), "{path}");
    }
    assert_eq!(server.balance().await, "1");
}

#[tokio::test]
async fn under_v1_what_is_no_endpoint_is_a_problem_that_tells_the_way() {
    for settings in [Settings::default(), Settings { http_status_always_200: true, ..Settings::default() }] {
        let server = TestServer::start_with(settings, |store| store).await;
        for (method, path, status, told) in [
            ("GET", "/v1", 404, "/openapi.json lists the endpoints"),
            ("GET", "/v1/explian", 404, "/openapi.json lists the endpoints"),
            ("GET", "/v1/batch", 405, "use POST"),
            ("DELETE", "/v1/account", 405, "use GET"),
        ] {
            let reply = server.send(method, path, &[]).await;
            assert_eq!((reply.status, reply.json()["status"].as_u64()), (status, Some(status.into())), "{path}");
            assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{path}");
            assert_eq!(reply.json()["requestId"].as_str(), reply.header("x-request-id"), "{path}");
            assert!(reply.body.contains(told), "{path}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn without_a_token_is_told_how_one_is_sent() {
    let server = TestServer::start().await;
    for (path, has_parameter) in [(CP, true), ("/v1/explain", false), ("/v1/account", false)] {
        let reply = server.send("GET", &format!("{path}?oAuthorId=42"), &[]).await;
        assert_eq!(
            (reply.status, reply.header("www-authenticate")),
            (401, Some("Bearer realm=\"astrolabe\"")),
            "{path}"
        );
        assert!(reply.body.contains("Authorization: Bearer"), "{path}: {reply:?}");
        assert_eq!(reply.body.contains("parameter token"), has_parameter, "{path}: {reply:?}");
    }
}

#[tokio::test]
async fn of_two_different_tokens_none_is_taken() {
    let server = TestServer::start().await;
    let other = server.another_token(None).await;
    let (one, other) = (server.token.expose(), other.expose());
    let bearer = |token: &str| format!("Authorization: Bearer {token}");
    let in_query = format!("{CP}?oAuthorId=42&token={one}");
    let without = format!("{CP}?oAuthorId=42");
    for (path, headers, code) in [
        (&in_query, vec![bearer(other)], 100),
        (&in_query, vec![bearer(one)], 0),
        (&in_query, vec![format!("Authorization: {one}")], 0),
        // A proxy's own, which it passed on.
        (&in_query, vec!["Authorization: Basic dGVhbTp4".to_owned()], 0),
        (&without, vec!["Authorization: Basic dGVhbTp4".to_owned()], 100),
        (&without, vec![bearer(one), bearer(other)], 100),
        (&without, vec![bearer(other), bearer(one)], 100),
        (&without, vec![bearer(one), bearer(one)], 0),
    ] {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let reply = server.send("GET", path, &headers).await;
        assert_eq!(reply.code(), code, "{path} {headers:?}: {reply:?}");
    }
    let two = [bearer(one), bearer(other)];
    let reply = server.send("GET", "/v1/account", &[&two[0], &two[1]]).await;
    assert_eq!((reply.status, reply.json()["code"].as_u64()), (401, Some(100)), "{reply:?}");
}

#[tokio::test]
async fn other_methods_and_paths_answer_with_the_envelope_and_their_status() {
    let server = TestServer::start().await;
    let options = server.send("OPTIONS", CP, &[]).await;
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, OPTIONS")));
    for method in ["POST", "PUT", "DELETE", "PATCH", "BREW"] {
        let reply = server.send(method, CP, &["Content-Length: 0"]).await;
        assert_eq!((reply.status, reply.code(), reply.header("allow")), (405, 400, Some("GET, OPTIONS")), "{method}");
    }
    for path in ["/", "/nothing", &format!("{CP}/"), "/api/douyin-xingtu/../x", "/%00"] {
        let reply = server.get(path).await;
        assert_eq!((reply.status, reply.code()), (404, 404), "{path}");
    }
}

#[tokio::test]
async fn a_token_in_the_wrong_place_is_not_repeated() {
    let server = TestServer::start().await;
    let token = server.token.expose();
    for path in [
        format!("/{token}"),
        format!("{CP}?oAuthorId={token}"),
        format!("{CP}?oAuthorId=42&platform={token}"),
        format!("/v1/explain?oAuthorId=42&platform={token}"),
        format!("/v1/explain?oAuthorId=42&{token}=1"),
        format!("/v1/account?{token}=1"),
        format!("{CP}?{token}=42"),
    ] {
        let reply = server.get(&path).await;
        assert!(reply.status >= 400 && !reply.body.contains(token), "{path}: {}", reply.body);
    }
    for sent in [token, &"0123456789".repeat(1000)] {
        let creators = json!([{"oAuthorId": "42"}]);
        let plan = json!({"goal": "views", "budgetYuan": "1"});
        let caps = |cap: Value| json!({"caps": [cap.clone(), cap]});
        for (path, right, wrong) in [
            ("/v1/batch", json!({}), json!({ sent: 1 })),
            ("/v1/batch", json!({}), json!({"creators": sent})),
            ("/v1/batch", json!({}), json!({"creators": [{ sent: "42" }]})),
            ("/v1/batch", json!({"creators": creators}), json!({"dryRun": sent})),
            ("/v1/batch", json!({"creators": creators}), json!({"maxCostYuan": sent})),
            ("/v1/batch", json!({"creators": creators}), json!({"maxCostYuan": {sent: sent}})),
            ("/v1/plan", json!({}), json!({"goal": sent, "budgetYuan": "1"})),
            ("/v1/plan", json!({}), json!({"goal": "views", "budgetYuan": sent})),
            ("/v1/plan", plan.clone(), json!({"platform": sent})),
            ("/v1/plan", plan.clone(), json!({"tiers": [sent]})),
            ("/v1/plan", plan.clone(), json!({"mustHave": [sent]})),
            ("/v1/plan", plan.clone(), json!({"exclude": [sent]})),
            ("/v1/plan", plan.clone(), json!({"oAuthorIds": [sent]})),
            ("/v1/plan", plan.clone(), json!({"category": sent})),
            ("/v1/plan", plan.clone(), json!({"picksMax": sent})),
            ("/v1/plan", plan.clone(), caps(json!({"category": sent}))),
            ("/v1/plan", plan.clone(), caps(json!({"category": sent, "picks": 1}))),
            ("/v1/plan", plan.clone(), caps(json!({"category": sent, "budgetYuan": sent}))),
            ("/v1/plan", plan.clone(), caps(json!({ sent: 1 }))),
        ] {
            let mut body = right;
            body.as_object_mut().expect("an object").extend(wrong.as_object().expect("an object").clone());
            let reply = server.post(path, &body.to_string(), &["Accept-Language: zh"]).await;
            let is_short = !reply.body.contains(&sent[6..]) && reply.body.len() < 1000;
            assert!(reply.status == 400 && is_short, "{path} {body}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn requests_sent_at_once_are_answered_in_order_on_one_connection() {
    let server = TestServer::start().await;
    let one = format!("GET {CP}?token={}&oAuthorId=42 HTTP/1.1\r\nHost: x\r\n\r\n", server.token.expose());
    let last = "GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = server.send_raw(format!("{}{last}", one.repeat(50)).as_bytes()).await;
    let text = String::from_utf8(answer).expect("text");
    assert_eq!(text.matches("\"expect_vv\"").count(), 50);
    assert!(text.ends_with("\"data\":\"pong\"}"), "{text}");
}

/// A real store whose `latest` fails, or waits, as the test says.
struct Moody {
    inner: Arc<SqliteStore>,
    mood: AtomicU8,
    entered: Notify,
    released: Notify,
}

const WELL: u8 = 0;
const BUSY: u8 = 1;
const DAMAGED: u8 = 2;
const SLOW: u8 = 3;
const BROKEN: u8 = 4;

impl Moody {
    fn around(inner: Arc<SqliteStore>, mood: u8) -> Arc<Self> {
        Arc::new(Self { inner, mood: AtomicU8::new(mood), entered: Notify::new(), released: Notify::new() })
    }
}

#[async_trait]
impl CreatorStore for Moody {
    async fn latest(&self, key: &CreatorKey) -> Result<Option<Latest>, StoreError> {
        match self.mood.load(Ordering::SeqCst) {
            BUSY => return Err(StoreError::Busy),
            DAMAGED => return Err(StoreError::Corrupt("row 7 of the secret table".into())),
            SLOW => {
                self.entered.notify_one();
                self.released.notified().await;
            }
            BROKEN => panic!("as the test wants it"),
            _ => {}
        }
        self.inner.latest(key).await
    }

    async fn state(&self, key: &CreatorKey) -> Result<Option<CreatorState>, StoreError> {
        self.inner.state(key).await
    }

    async fn states(
        &self,
        behind: Option<&CreatorKey>,
        limit: u32,
    ) -> Result<Vec<(CreatorKey, CreatorState)>, StoreError> {
        self.inner.states(behind, limit).await
    }

    async fn history(&self, key: &CreatorKey, limit: u32) -> Result<Vec<(UnixTime, Snapshot)>, StoreError> {
        self.inner.history(key, limit).await
    }

    async fn generations(&self) -> Result<Generations, StoreError> {
        self.inner.generations().await
    }

    async fn creator_count(&self) -> Result<u64, StoreError> {
        self.inner.creator_count().await
    }

    fn survey(&self, take: &mut (dyn FnMut(Surveyed) + Send)) -> Result<SurveyMark, StoreError> {
        self.inner.survey(take)
    }
}

#[tokio::test]
async fn a_store_that_fails_is_301_when_another_try_helps_and_500_when_not() {
    let mut moody = None;
    let server = TestServer::start_with(Settings::default(), |store| {
        let around = Moody::around(store, BUSY);
        moody = Some(around.clone());
        around
    })
    .await;
    let moody = moody.expect("made");
    let path = format!("{CP}?oAuthorId=42");
    let busy = server.get(&path).await;
    assert_eq!((busy.status, busy.code(), busy.header("retry-after")), (503, 301, Some("1")));
    moody.mood.store(DAMAGED, Ordering::SeqCst);
    let damaged = server.get(&path).await;
    assert_eq!((damaged.status, damaged.code(), damaged.header("retry-after")), (500, 500, None));
    assert!(!damaged.body.contains("secret table"), "{}", damaged.body);
    moody.mood.store(WELL, Ordering::SeqCst);
    assert_eq!(server.get(&path).await.code(), 0);
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_server_ends() {
    let mut moody = None;
    let mut server = TestServer::start_with(Settings::default(), |store| {
        let around = Moody::around(store, SLOW);
        moody = Some(around.clone());
        around
    })
    .await;
    let moody = moody.expect("made");
    let mut asking = server.connect().await;
    let request = format!("GET {CP}?token={}&oAuthorId=42 HTTP/1.1\r\nHost: x\r\n\r\n", server.token.expose());
    asking.write_all(request.as_bytes()).await.expect("sent");
    moody.entered.notified().await;
    let idle = server.connect().await;
    server.ask_to_stop();
    moody.released.notify_one();
    let mut answer = Vec::new();
    asking.read_to_end(&mut answer).await.expect("the server closes after the answer");
    assert_eq!(Reply::read(&answer).code(), 0);
    assert_eq!(server.ended().await, Served::Drained);
    drop(idle);
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_nothing_behind() {
    let server = TestServer::start().await;
    let request = format!("GET {CP}?token={}&oAuthorId=42 HTTP/1.1\r\nHost: x\r\n\r\n", server.token.expose());
    for length in (0..=request.len()).step_by(7) {
        let mut stream = server.connect().await;
        stream.write_all(&request.as_bytes()[..length]).await.expect("sent");
        drop(stream);
    }
    server
        .until("/metrics", |reply| {
            // The one open connection is the question's own.
            reply.body.contains("astrolabe_connections 1\n") && reply.body.contains("astrolabe_requests_in_flight 0\n")
        })
        .await;
}

#[tokio::test]
async fn a_request_that_panics_is_not_being_answered_any_more() {
    let server = TestServer::start_with(Settings::default(), |store| Moody::around(store, BROKEN)).await;
    let answer = server
        .send_raw(
            format!("GET {CP}?token={}&oAuthorId=42 HTTP/1.1\r\nHost: x\r\n\r\n", server.token.expose()).as_bytes(),
        )
        .await;
    assert_eq!(answer, b"");
    server
        .until("/metrics", |reply| {
            // The one open connection is the question's own.
            reply.body.contains("astrolabe_connections 1\n") && reply.body.contains("astrolabe_requests_in_flight 0\n")
        })
        .await;
}
