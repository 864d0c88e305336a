//! Author CP Info (V1) over HTTP: the answer, the codes in their order, tokens, freshness.

mod support;

use domain::UnixTime;
use gateway::{Prefer, Settings};
use store::AccountStore;
use support::{CP, START, TestServer, creator, import, reported, state_of_42};

fn asking(author: &str) -> String {
    format!("{CP}?oAuthorId={author}")
}

#[tokio::test]
async fn an_answer_is_the_contracts_envelope_and_tells_its_source_and_age() {
    let server = TestServer::start().await;
    server.set_clock(60);
    let reply = server.get(&asking("42")).await;
    assert_eq!((reply.status, reply.code()), (200, 0));
    assert_eq!(reply.header("x-astrolabe-source"), Some("local"));
    assert_eq!(reply.header("x-astrolabe-age"), Some("60"));
    let json = reply.json();
    assert_eq!(json["recordTime"], "2026-11-22T03:05:05Z");
    assert_eq!(
        json["data"],
        serde_json::json!({
            "base_resp": {"status_code": 0, "status_message": ""},
            "expect_cpe": {"cpe_1_20": "41000"},
            "expect_cpm": {"cpm_1_20": "820000"},
            "expect_vv": {"value": 1000},
            "hot_item": {"value": 0},
        })
    );
}

#[tokio::test]
async fn the_first_wrong_thing_in_the_contracts_order_decides_the_code() {
    let server = TestServer::start().await;
    let good = format!("Authorization: Bearer {}", server.token.expose());
    let bad = "Authorization: Bearer astro_unknown";
    // (token, query, HTTP status, code, a part of the message)
    let table = [
        (bad, "oAuthorId=", 401, 100, "token"),
        (bad, "oAuthorId=42&platform=TV", 401, 100, "token"),
        (bad, "oAuthorId=42", 401, 100, "token"),
        (&good, "", 400, 400, "oAuthorId is missing"),
        (&good, "oAuthorId=", 400, 400, "oAuthorId is missing"),
        (&good, "oauthorid=42", 400, 400, "oAuthorId is missing: oauthorid is unknown here, send it as oAuthorId=…"),
        (&good, "oAuthorId=42&oAuthorId=42", 400, 400, "more than once"),
        (&good, "oAuthorId=a%20b", 400, 400, "not valid"),
        (&good, "oAuthorId=nobody&platform=TV", 400, 400, "SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT, SHORT_DRAMA"),
        (&good, "oAuthorId=nobody", 400, 400, "unknown"),
        (&good, "oAuthorId=42&platform=PICTURE_TEXT", 400, 400, "unknown"),
        (&good, "oAuthorId=42&unheard=of", 200, 0, ""),
    ];
    for (token, query, status, code, part) in table {
        let reply = server.send("GET", &format!("{CP}?{query}"), &[token]).await;
        assert_eq!((reply.status, reply.code()), (status, code), "{query}");
        let json = reply.json();
        assert!(json["message"].as_str().unwrap_or_default().contains(part), "{query}: {json}");
    }
}

#[tokio::test]
async fn a_token_is_taken_from_the_query_a_bearer_header_or_a_bare_header() {
    let server = TestServer::start().await;
    let token = server.token.expose();
    let by_query = format!("{CP}?token={token}&oAuthorId=42");
    assert_eq!(server.send("GET", &by_query, &[]).await.code(), 0);
    for header in [format!("Authorization: bearer {token}"), format!("authorization: {token}")] {
        assert_eq!(server.send("GET", &asking("42"), &[&header]).await.code(), 0, "{header}");
    }
    // Two different tokens: nobody can say which one is meant.
    let twice = format!("{CP}?token={token}&token={token}&oAuthorId=42");
    assert_eq!(server.send("GET", &twice, &[]).await.code(), 100);
    assert_eq!(server.send("GET", &asking("42"), &[]).await.code(), 100);
    assert_eq!(server.send("GET", &asking("42"), &[&format!("Authorization: {}", "x".repeat(9000))]).await.code(), 100);
}

#[tokio::test]
async fn missing_unknown_disabled_and_expired_tokens_get_one_and_the_same_answer() {
    let server = TestServer::start().await;
    let expiring = server.another_token(Some(UnixTime(START.0 + 100))).await;
    let header = format!("Authorization: {}", expiring.expose());
    assert_eq!(server.send("GET", &asking("42"), &[&header]).await.code(), 0);
    server.set_clock(99);
    assert_eq!(server.send("GET", &asking("42"), &[&header]).await.code(), 0);
    server.set_clock(100);
    let expired = server.send("GET", &asking("42"), &[&header]).await;

    let id = server.store.tokens().await.expect("tokens")[0].1.id;
    server.store.set_token_enabled(id, false).await.expect("disabled");
    let disabled = server.until(&asking("42"), |reply| reply.code() != 0).await;
    let unknown = server.send("GET", &asking("42"), &["Authorization: astro_unknown"]).await;
    let missing = server.send("GET", &asking("42"), &[]).await;
    for reply in [&expired, &disabled, &unknown, &missing] {
        assert_eq!((reply.status, reply.code()), (401, 100));
        assert_eq!(reply.json()["message"], missing.json()["message"]);
    }
    server.store.set_token_enabled(id, true).await.expect("enabled");
    server.until(&asking("42"), |reply| reply.code() == 0).await;
}

#[tokio::test]
async fn the_old_habit_of_http_200_for_everything_can_be_restored() {
    let server =
        TestServer::start_with(Settings { http_status_always_200: true, ..Settings::default() }, |store| store).await;
    for (path, code) in [(asking("nobody"), 400), (CP.to_owned(), 400), ("/api/nothing/here".to_owned(), 404)] {
        let reply = server.get(&path).await;
        assert_eq!((reply.status, reply.code()), (200, code), "{path}");
    }
    let reply = server.send("GET", &asking("42"), &[]).await;
    assert_eq!((reply.status, reply.code()), (200, 100));
    // It is the contract's habit, not that of pages.
    assert_eq!(server.get("/en/nothing").await.status, 404);
}

#[tokio::test]
async fn reported_figures_win_while_they_are_younger_than_thirty_days() {
    let server = TestServer::start().await;
    let mut state = state_of_42();
    state.reported = Some(reported());
    import(&server.store, creator("43"), state);
    let views = |reply: &support::Reply| reply.json()["data"]["expect_vv"]["value"].as_u64();
    let reply = server.until(&asking("43"), |reply| reply.code() == 0).await;
    assert_eq!(views(&reply), Some(380_245));
    assert_eq!(reply.json()["data"]["expect_cpm"]["cpm_1_20"], "2156");
    assert_eq!(reply.json()["data"]["expect_cpe"]["cpe_1_20"], "97");
    server.set_clock(30 * UnixTime::DAY - 1);
    assert_eq!(views(&server.get(&asking("43")).await), Some(380_245));
    server.set_clock(30 * UnixTime::DAY);
    assert_eq!(views(&server.get(&asking("43")).await), Some(1000));
}

#[tokio::test]
async fn estimates_win_where_the_operator_prefers_them() {
    let settings = Settings { prefer: Prefer::Estimated, ..Settings::default() };
    let server = TestServer::start_with(settings, |store| store).await;
    let mut state = state_of_42();
    state.reported = Some(reported());
    import(&server.store, creator("43"), state);
    let reply = server.until(&asking("43"), |reply| reply.code() == 0).await;
    assert_eq!(reply.json()["data"]["expect_vv"]["value"], 1000);
}

#[tokio::test]
async fn an_import_is_seen_by_a_running_server() {
    let server = TestServer::start().await;
    assert_eq!(server.get(&asking("42")).await.json()["data"]["expect_vv"]["value"], 1000);
    let mut state = state_of_42();
    state.posts = state
        .posts
        .posts()
        .iter()
        .cloned()
        .map(|mut post| {
            post.plays = 5000;
            post
        })
        .collect();
    import(&server.store, creator("42"), state);
    server.until(&asking("42"), |reply| reply.json()["data"]["expect_vv"]["value"] == 5000).await;
}

#[tokio::test]
async fn a_creator_without_a_played_post_is_told_as_such() {
    let server = TestServer::start().await;
    let mut state = state_of_42();
    state.posts = Default::default();
    import(&server.store, creator("44"), state);
    let reply = server.until(&asking("44"), |reply| !reply.body.contains("unknown on")).await;
    assert_eq!((reply.status, reply.code()), (400, 400));
    assert!(reply.body.contains("no post with plays"), "{}", reply.body);
}
