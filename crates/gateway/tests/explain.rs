//! `/v1/explain` over HTTP: the reasons behind the answer, for the same callers.

mod support;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::{AccountId, CreatorKey, CreatorState, Lang, MicroYuan, Note, Post, Snapshot, UnixTime};
use gateway::{Settings, SourceKind, Sources};
use serde_json::Value;
use store::{CreatorStore, Generations, Latest, MeterStore, Movement, MovementKind, StoreError, SurveyMark, Surveyed};
use store_sqlite::SqliteStore;
use support::place::{Place, sources};
use support::{CP, TestServer, creator, import, import_under, reported, state_of_42};

#[tokio::test]
async fn an_explanation_tells_the_posts_and_the_formulas_of_the_answer() {
    let server = TestServer::start().await;
    let reply = server.get("/v1/explain?oAuthorId=42").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    let json = reply.json();
    assert_eq!(json["method"], "median-10/1");
    assert_eq!(json["posts"].as_array().map(Vec::len), Some(10));
    assert!(json["posts"].as_array().is_some_and(|posts| posts.iter().all(|post| post["used"] == true)));
    let steps = json["steps"].as_array().expect("steps");
    let cpm = steps.iter().find(|step| step["figure"] == "cpm_1_20").expect("the step of the CPM");
    assert_eq!(cpm["formula"], "8,200 yuan × 1,000 ÷ 1,000 views");
    assert_eq!(cpm["result"], "8,200 yuan");
}

/// Settings apply to what is imported from then on, so what is answered may be of others than what is explained.
#[tokio::test]
async fn what_is_answered_by_other_settings_than_those_explained_is_told_with_both_numbers() {
    let server = TestServer::start().await;
    assert!(server.get("/v1/explain?oAuthorId=42").await.json()["answered"].is_null());
    let mut state = state_of_42();
    let rising: Vec<Post> =
        state.posts.posts().iter().zip(1..).map(|(post, plays)| Post { plays: 1000 * plays, ..post.clone() }).collect();
    state.posts = rising.into_iter().collect();
    let last = estimator::Settings { method: estimator::Method::Last, ..estimator::Settings::default() };
    import_under(last, &server.store, std::iter::once((creator("43"), state.clone())));
    let views = server.get(&format!("{CP}?oAuthorId=43")).await.json()["data"]["expect_vv"]["value"].clone();
    let explained = server.get("/v1/explain?oAuthorId=43").await.json();
    assert_eq!((&views, &explained["method"]), (&10_000.into(), &"median-10/1".into()));
    let answered = &explained["answered"];
    assert_eq!((&answered["source"], &answered["method"]), (&"estimated".into(), &"last/1".into()), "{explained}");
    let note = answered["note"].as_str().expect("a note");
    assert!(note.contains("made by last/1, before the settings said median-10/1"), "{note}");
    let differs = serde_json::json!({"figure": "expect_vv", "answered": "10,000 views", "explained": "5,500 views"});
    assert_eq!((&answered["figures"][0], &explained["steps"][0]["result"]), (&differs, &"5,500 views".into()));
    let figures = answered["figures"].as_array().expect("figures");
    let cpm = serde_json::json!({"figure": "cpm_1_20", "answered": "820 yuan", "explained": "1,490.90 yuan"});
    assert!(figures.contains(&cpm), "{figures:?}");
    // Imported again, it is made anew.
    import(&server.store, creator("43"), state);
    assert!(server.get("/v1/explain?oAuthorId=43").await.json()["answered"].is_null());
}

#[tokio::test]
async fn an_answer_that_was_bought_is_told_beside_what_the_held_posts_give() {
    let order = [Some(SourceKind::Cache), Some(SourceKind::Upstream), Some(SourceKind::Local)];
    let place = Place::start(Sources { order, ..sources() }).await;
    let bought = place.ask("42", &[]).await;
    assert_eq!((bought.code(), bought.header("x-astrolabe-source")), (0, Some("upstream")), "{bought:?}");
    let explained = async || place.server.get("/v1/explain?oAuthorId=42").await.json();
    let told = explained().await;
    let answered = &told["answered"];
    assert_eq!((&answered["source"], &answered["method"]), (&"upstream".into(), &"upstream/main".into()), "{told}");
    assert_eq!((&told["source"], &told["method"]), (&"estimated".into(), &"median-10/1".into()));
    let views = bought.json()["data"]["expect_vv"]["value"].as_u64().expect("views");
    assert_eq!(answered["figures"][0]["answered"], format!("{} views", domain::thousands(views)));
    assert_eq!(answered["figures"][0]["explained"], "1,000 views");
    // No longer fresh: what is answered next is not bought yet.
    place.server.set_clock(100);
    assert!(explained().await["answered"].is_null());
}

#[tokio::test]
async fn an_explanation_is_in_the_language_that_the_request_asks_for() {
    let server = TestServer::start().await;
    let bearer = format!("Authorization: Bearer {}", server.token.expose());
    let explained = async |headers: &[&str]| {
        let reply = server.send("GET", "/v1/explain?oAuthorId=42", &[&[bearer.as_str()], headers].concat()).await;
        assert_eq!((reply.status, reply.header("vary")), (200, Some("Accept-Language")), "{reply:?}");
        reply
    };
    let english = explained(&[]).await;
    assert_eq!(english.header("content-language"), Some("en"));
    let chinese = explained(&["Accept-Language: zh-CN,zh;q=0.9,en;q=0.8"]).await;
    assert_eq!(chinese.header("content-language"), Some("zh-CN"));
    let json = chinese.json();
    let steps = json["steps"].as_array().expect("steps");
    let cpm = steps.iter().find(|step| step["figure"] == "cpm_1_20").expect("the step of the CPM");
    assert_eq!((&cpm["formula"], &cpm["result"]), (&"8,200 元 × 1,000 ÷ 1,000 次播放".into(), &"8,200 元".into()));
    // Names and figures are the same in both.
    assert_eq!((&json["hot"], &json["method"]), (&english.json()["hot"], &english.json()["method"]));
    // The same posts and language, the same bytes.
    for headers in [&["Accept-Language: fr"][..], &["Accept-Language: zh;q=0.2", "Accept-Language: en"]] {
        assert_eq!(explained(headers).await.body, english.body);
    }
    assert_eq!(explained(&["Accept-Language: zh"]).await.body, chinese.body);
    // A key stands for the question in its language.
    let under_a_key = |language: &'static str| {
        let (bearer, server) = (bearer.clone(), &server);
        let asked = format!("Accept-Language: {language}");
        async move { server.send("GET", "/v1/explain?oAuthorId=42", &[&bearer, &asked, "Idempotency-Key: a"]).await }
    };
    sell(&server, "0.1").await;
    assert_eq!(under_a_key("zh").await.body, chinese.body);
    let again = under_a_key("zh-CN, en;q=0.5").await;
    assert_eq!((again.header("idempotency-replayed"), again.header("content-language")), (Some("true"), Some("zh-CN")));
    assert_eq!(again.body, chinese.body);
    let other = under_a_key("en").await;
    assert!(other.status == 422 && other.body.contains("stands for another request"), "{other:?}");
}

/// The examples of the documents are made without the estimator.
#[tokio::test]
async fn the_sentences_of_the_documents_examples_are_those_that_are_served() {
    let server = TestServer::start().await;
    let mut state = state_of_42();
    state.reported = Some(reported());
    import(&server.store, creator("43"), state);
    for lang in Lang::ALL {
        let [(_, example)] = &catalog::success_examples(&catalog::EXPLAIN, lang)[..] else { panic!("one example") };
        let example: Value = serde_json::from_str(example).expect("JSON");
        let headers = [format!("Authorization: Bearer {}", server.token.expose()), format!("Accept-Language: {lang}")];
        let explained = async |author: &str| {
            let path = format!("/v1/explain?oAuthorId={author}");
            server.send("GET", &path, &headers.each_ref().map(String::as_str)).await.json()
        };
        let estimated = explained("42").await;
        assert_eq!(estimated["method"], example["method"]);
        assert_eq!((&estimated["window"], &estimated["rounding"]), (&example["window"], &example["rounding"]));
        // 380,245 views at 8,200 yuan, as in the example.
        let reported = explained("43").await;
        let steps = reported["steps"].as_array().expect("steps");
        assert!(steps.contains(&example["steps"][0]), "{lang}: {steps:?}");
    }
}

/// Explanations cost so much from now on, and the account has 0.5 yuan.
async fn sell(server: &TestServer, price: &str) {
    let amount = |text| MicroYuan::from_yuan_text(text).expect("an amount");
    server.store.set_price(catalog::EXPLAIN.number, amount(price)).await.expect("a price");
    let top_up = Movement {
        kind: MovementKind::TopUp,
        account_id: AccountId(1),
        amount: amount("0.5"),
        key: "1".parse().expect("a key"),
        at_ms: 0,
        note: Note::default(),
    };
    server.store.move_money(top_up).await.expect("a top-up");
    server.until("/v1/account", |reply| reply.json()["priceYuan"]["explain"] == price).await;
}

#[tokio::test]
async fn what_is_wrong_is_an_rfc_9457_problem() {
    let server = TestServer::start().await;
    let in_query = format!("/v1/explain?oAuthorId=42&token={}", server.token.expose());
    let table = [
        (server.send("GET", "/v1/explain?oAuthorId=42", &[]).await, 401, 100),
        // Our own endpoints take no token from the query, where it would end up in logs.
        (server.send("GET", &in_query, &[]).await, 401, 100),
        (server.get("/v1/explain").await, 400, 400),
        (server.get("/v1/explain?oAuthorId=nobody").await, 400, 400),
    ];
    for (reply, status, code) in table {
        assert_eq!((reply.status, reply.header("content-type")), (status, Some("application/problem+json")));
        let json = reply.json();
        assert_eq!((json["status"].as_u64(), json["code"].as_u64()), (Some(u64::from(status)), Some(code)));
        assert_eq!(json["requestId"].as_str(), reply.header("x-request-id"));
        assert!(json["detail"].is_string());
    }
}

#[tokio::test]
async fn a_priced_explanation_is_charged_once_under_its_key_and_needs_the_money() {
    let server = TestServer::start().await;
    sell(&server, "0.4").await;
    let path = "/v1/explain?oAuthorId=42";
    let bearer = format!("Authorization: Bearer {}", server.token.expose());
    let send = |path, key: &'static str| {
        let (bearer, key) = (bearer.clone(), format!("Idempotency-Key: {key}"));
        let server = &server;
        async move { server.send("GET", path, &[&bearer, &key]).await }
    };
    // What is wrong costs nothing.
    assert_eq!(server.get("/v1/explain?oAuthorId=nobody").await.status, 400);
    let first = send(path, "a").await;
    assert_eq!((first.status, first.header("x-astrolabe-charged")), (200, Some("0.4")), "{first:?}");
    // The same question, written another way.
    let again = send("/v1/explain?platform=SHORT_VIDEO&oAuthorId=42", "a").await;
    assert_eq!((again.header("x-astrolabe-charged"), again.header("idempotency-replayed")), (Some("0"), Some("true")));
    assert_eq!((&again.body, again.header("x-request-id")), (&first.body, first.header("x-request-id")));
    let other = send("/v1/explain?oAuthorId=nobody", "a").await;
    let json = other.json();
    assert_eq!(
        (other.status, json["status"].as_u64(), json["code"].as_u64()),
        (422, Some(422), Some(400)),
        "{other:?}"
    );
    assert_eq!((json["title"].as_str(), other.header("retry-after")), (Some("Unprocessable Entity"), None));
    assert!(other.body.contains("stands for another request"), "{other:?}");
    let poor = server.get(path).await;
    assert_eq!((poor.status, poor.json()["code"].as_u64()), (402, Some(601)), "{poor:?}");
    let call = server.get(&format!("/v1/calls/{}", first.header("x-request-id").expect("an id"))).await.json();
    assert_eq!(
        (&call["endpoint"], &call["oAuthorId"], &call["chargedYuan"]),
        (&"explain".into(), &"42".into(), &"0.4".into())
    );
    assert_eq!(server.balance().await, "0.1");
}

#[tokio::test]
async fn what_costs_nothing_is_counted_under_its_endpoint() {
    let server = TestServer::start().await;
    for path in ["/v1/explain?oAuthorId=42", &format!("{CP}?oAuthorId=42"), "/v1/explain?oAuthorId=42"] {
        let reply = server.get(path).await;
        assert_eq!((reply.status, reply.header("x-astrolabe-charged")), (200, None));
    }
    let of = |reply: &support::Reply, name: &str| -> u64 {
        let rows = reply.json()["rows"].as_array().cloned().unwrap_or_default();
        rows.iter().filter(|row| row["endpoint"] == name).filter_map(|row| row["calls"].as_u64()).sum()
    };
    let counted = |reply: &support::Reply| (of(reply, "explain"), of(reply, "author_cp_info")) == (2, 1);
    server.until("/v1/usage", counted).await;
}

/// A real store whose figures and posts change between two reads of them.
struct Overtaken {
    inner: Arc<SqliteStore>,
    meanwhile: Mutex<Option<CreatorState>>,
}

#[async_trait]
impl CreatorStore for Overtaken {
    async fn latest(&self, key: &CreatorKey) -> Result<Option<Latest>, StoreError> {
        self.inner.latest(key).await
    }

    async fn state(&self, key: &CreatorKey) -> Result<Option<CreatorState>, StoreError> {
        if let Some(state) = self.meanwhile.lock().expect("no panic").take() {
            import(&self.inner, key.clone(), state);
        }
        self.inner.state(key).await
    }

    async fn states(&self, _: Option<&CreatorKey>, _: u32) -> Result<Vec<(CreatorKey, CreatorState)>, StoreError> {
        Ok(Vec::new())
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
async fn figures_and_posts_of_an_explanation_are_of_one_moment() {
    let server = TestServer::start_with(Settings::default(), |inner| {
        let mut state = state_of_42();
        state.posts = state.posts.posts().iter().map(|post| Post { plays: 7_000, ..post.clone() }).collect();
        Arc::new(Overtaken { inner, meanwhile: Mutex::new(Some(state)) })
    })
    .await;
    let explained = server.get("/v1/explain?oAuthorId=42").await.json();
    assert_eq!(explained["steps"][0]["result"], "7,000 views", "{explained}");
    assert!(explained["answered"].is_null(), "nothing else is answered: {explained}");
}
