//! `/v1/plan` over HTTP: the best set for a budget, what is wrong with a question, and what it costs.

mod support;

use std::time::Duration;

use domain::{AccountId, CreatorState, Fen, MicroYuan, Note, Price, Profile, Tier};
use gateway::Settings;
use serde_json::{Value, json};
use store::{MeterStore, Movement, MovementKind};
use support::{Reply, START, TestServer, creator, import, state_of_42};

/// Six creators beside 42, of 1000 views and 20 interactions each: number n asks n × 100 yuan for 21–60 s.
async fn server() -> TestServer {
    server_with(Settings::default()).await
}

async fn server_with(settings: Settings) -> TestServer {
    let server = TestServer::start_with(settings, |store| store).await;
    for number in 1..=6_u64 {
        import(&server.store, creator(&format!("c{number}")), state(number));
    }
    server
}

fn state(number: u64) -> CreatorState {
    let mut state = state_of_42();
    state.rate_card = domain::RateCard::default();
    state.rate_card.add(Tier::From21To60s, Price { as_of: START, fen: Fen(number * 10_000) });
    let category = if number.is_multiple_of(2) { "美妆" } else { "美食" };
    let label = category.parse().expect("a label");
    state.profile = Profile::of(START, Some(number * 10_000), Some(label), None);
    state
}

/// Plans cost 0.5 yuan from now on, and the account has 1.
async fn sell_plans(server: &TestServer) {
    let amount = |text| MicroYuan::from_yuan_text(text).expect("an amount");
    server.store.set_price(catalog::PLAN.number, amount("0.5")).await.expect("a price");
    let top_up = Movement {
        kind: MovementKind::TopUp,
        account_id: AccountId(1),
        amount: amount("1"),
        key: "1".parse().expect("a key"),
        at_ms: 0,
        note: Note::default(),
    };
    server.store.move_money(top_up).await.expect("a top-up");
    server.until("/v1/account", |reply| reply.json()["priceYuan"]["plan"] == "0.5").await;
}

async fn post(server: &TestServer, question: &Value, headers: &[&str]) -> Reply {
    let body = question.to_string();
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let request = format!(
        "POST /v1/plan HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer {}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        server.token.expose(),
        body.len()
    );
    Reply::read(&server.send_raw(request.as_bytes()).await)
}

fn picks(reply: &Reply) -> Vec<String> {
    let picks = reply.json()["picks"].as_array().cloned().unwrap_or_else(|| panic!("{reply:?}"));
    picks.iter().map(|pick| pick["oAuthorId"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_plan_is_the_best_set_with_totals_range_and_runners_up() {
    let server = server().await;
    let reply = post(&server, &json!({"goal": "views", "budgetYuan": "650", "tiers": ["21_60"]}), &[]).await;
    assert_eq!((reply.status, picks(&reply)), (200, vec!["c1".into(), "c2".into(), "c3".into()]), "{reply:?}");
    let answer = reply.json();
    assert_eq!(
        answer["totals"],
        json!({"picks": 3, "priceYuan": "600", "expectedViews": 3000, "expectedInteractions": 60, "cpmYuan": "200", "cpeYuan": "10"})
    );
    // All posts had 1000 plays: a range of no width.
    assert_eq!((&answer["range"]["p10"], &answer["range"]["p90"]), (&3000.into(), &3000.into()));
    assert_eq!((&answer["gapPercent"], &answer["considered"], &answer["leftOut"]), (&"0".into(), &6.into(), &1.into()));
    let by = json!({"excluded": 0, "price": 1, "interactions": 0, "budget": 0, "caps": 0, "limit": 0});
    assert_eq!(answer["leftOutBy"], by);
    // Of 50 yuan and 300: number 3 alone makes room for none but itself; number 4 is too dear.
    assert_eq!(answer["picks"][0]["runnerUp"], Value::Null);
    assert_eq!((&answer["picks"][2]["category"], &answer["picks"][2]["cpmYuan"]), (&"美食".into(), &"300".into()));
}

#[tokio::test]
async fn limits_are_kept_and_named_creators_are_weighed_alone() {
    let server = server().await;
    for (question, expected) in [
        (json!({"caps": [{"category": "美食", "picks": 1}]}), vec!["c1", "c2", "c4"]),
        (json!({"caps": [{"category": "美食", "budgetYuan": "300"}]}), vec!["c1", "c2", "c4"]),
        (json!({"caps": [{"category": "美食", "picks": 1, "budgetYuan": "99.99"}]}), vec!["c2", "c4"]),
        (
            json!({"caps": [{"category": "美食", "budgetYuan": "400"}, {"category": "美妆", "picks": 1}]}),
            vec!["c1", "c2", "c3"],
        ),
        (json!({"mustHave": ["c6"]}), vec!["c1", "c6"]),
        (json!({"exclude": ["c1", "c2"]}), vec!["c3", "c4"]),
        (json!({"picksMax": 1, "budgetYuan": "199"}), vec!["c1"]),
        (json!({"oAuthorIds": ["c5", "c6", "none"], "budgetYuan": "599"}), vec!["c5"]),
        (json!({"category": "美妆"}), vec!["c2", "c4"]),
        (json!({"minFollowers": 30_000, "maxFollowers": 40_000}), vec!["c3", "c4"]),
        (json!({"goal": "cpe", "viewsMin": 1500}), vec!["c1", "c2"]),
        (json!({"goal": "interactions", "tiers": [], "budgetYuan": "600"}), vec!["c1", "c2", "c3"]),
    ] {
        let mut whole = json!({"goal": "views", "budgetYuan": "700", "tiers": ["21_60"]});
        whole.as_object_mut().expect("an object").extend(question.as_object().expect("an object").clone());
        let reply = post(&server, &whole, &[]).await;
        assert_eq!((reply.status, picks(&reply)), (200, expected.into_iter().map(String::from).collect()), "{reply:?}");
        assert_eq!(reply.json()["unusedCaps"], json!([]));
        if question["oAuthorIds"].is_array() {
            assert_eq!(reply.json()["unknown"], json!(["none"]));
        }
    }
}

#[tokio::test]
async fn an_excluded_id_that_nobody_has_is_told() {
    let server = server().await;
    for (exclude, told) in [(json!(["c1", "c2"]), json!([])), (json!(["c1", "c12"]), json!(["c12"]))] {
        let reply = post(&server, &json!({"goal": "views", "budgetYuan": "700", "exclude": exclude}), &[]).await;
        assert_eq!((reply.status, &reply.json()["unusedExcludes"]), (200, &told), "{reply:?}");
    }
}

#[tokio::test]
async fn a_cap_of_a_category_that_nobody_is_of_is_told() {
    let server = server().await;
    let caps = json!([{"category": "美食", "picks": 1}, {"category": "美装", "picks": 1}]);
    let reply = post(&server, &json!({"goal": "views", "budgetYuan": "700", "caps": caps}), &[]).await;
    assert_eq!((reply.status, &reply.json()["unusedCaps"]), (200, &json!(["美装"])), "{reply:?}");
    let caps = json!([{"category": server.token.expose(), "picks": 1}]);
    let reply = post(&server, &json!({"goal": "views", "budgetYuan": "700", "caps": caps}), &[]).await;
    assert_eq!((reply.status, &reply.json()["unusedCaps"]), (200, &json!(["…"])), "a token in the wrong place");
    let caps: Vec<Value> = (0..201).map(|number| json!({"category": format!("c{number}"), "picks": 1})).collect();
    let reply = post(&server, &json!({"goal": "views", "budgetYuan": "700", "caps": caps}), &[]).await;
    assert!(reply.status == 400 && reply.body.contains("caps has 201 entries: right would be 0 to 200"), "{reply:?}");
}

#[tokio::test]
async fn what_is_wrong_or_impossible_is_told_and_costs_nothing() {
    let server = server().await;
    sell_plans(&server).await;
    for (question, told) in [
        (json!({"goal": "views"}), "budgetYuan is missing"),
        (json!({"goal": "views", "budgetYuan": "1e6"}), "field budgetYuan is not valid"),
        (json!({"goal": "views", "budgetYuan": "1", "colour": "red"}), "there is no field \"colour\""),
        (json!({"goal": "cpe", "budgetYuan": "1"}), "needs a floor of views"),
        (json!({"goal": "views", "budgetYuan": "1", "viewsMin": 5}), "goes with the goal cpe alone"),
        (
            json!({"goal": "views", "budgetYuan": "1", "tiers": ["single"]}),
            "SHORT_VIDEO is sold as 1_20, 21_60, 60 only",
        ),
        (json!({"goal": "views", "budgetYuan": "1", "mustHave": ["a b"]}), "field mustHave is not valid"),
        (json!({"goal": "views", "budgetYuan": "1", "minFollowers": 2, "maxFollowers": 1}), "it is above maxFollowers"),
        (
            json!({"goal": "views", "budgetYuan": "1", "oAuthorIds": ["c1"], "category": "美食"}),
            "either ids or a filter",
        ),
        (
            json!({"goal": "views", "budgetYuan": "1", "caps": [{"category": "美食"}]}),
            "field caps is not valid: the cap of the category 美食 says neither picks nor budgetYuan",
        ),
        (
            json!({"goal": "views", "budgetYuan": "1", "caps": [{"category": "", "picks": 1}]}),
            "field caps is not valid: a cap names no category",
        ),
        (
            json!({"goal": "views", "budgetYuan": "1", "caps": [{"category": "美食", "budgetYuan": "1,5"}]}),
            "field caps.budgetYuan is not valid: not a plain decimal number of yuan",
        ),
        (
            json!({"goal": "views", "budgetYuan": "1", "caps": [{"category": "美食", "picks": 1}, {"category": "美食", "budgetYuan": "1"}]}),
            "the category 美食 is capped twice",
        ),
        (
            json!({"goal": "views", "budgetYuan": "900", "mustHave": ["c1", "c3"], "caps": [{"category": "美食", "budgetYuan": "399"}]}),
            "the must-haves in the category 美食 cost 400 yuan, 1 yuan more than the 399 yuan allowed for it",
        ),
        (json!({"goal": "views", "budgetYuan": "99"}), "costs 100 yuan, 1 yuan more than the budget of 99 yuan"),
        (json!({"goal": "views", "budgetYuan": "99", "category": "美装"}), "there is no candidate"),
        (
            json!({"goal": "views", "budgetYuan": "500", "mustHave": ["c6"]}),
            "the must-haves cost 600 yuan, 100 yuan more than the budget of 500 yuan",
        ),
        (
            json!({"goal": "views", "budgetYuan": "500", "mustHave": ["nobody"]}),
            "the must-have nobody is not among the candidates",
        ),
        (
            json!({"goal": "cpe", "budgetYuan": "300", "viewsMin": 9000}),
            "out of reach: the most that these limits allow is 2,000",
        ),
    ] {
        let reply = post(&server, &question, &[]).await;
        assert_eq!((reply.status, reply.json()["code"].as_u64()), (400, Some(400)), "{reply:?}");
        assert!(reply.json()["detail"].as_str().is_some_and(|detail| detail.contains(told)), "{told}: {reply:?}");
    }
    assert_eq!(server.balance().await, "1");
    let question = json!({"goal": "views", "budgetYuan": "300"});
    let first = post(&server, &question, &["Idempotency-Key: a"]).await;
    let again = post(&server, &question, &["Idempotency-Key: a"]).await;
    assert_eq!((first.status, first.header("x-astrolabe-charged")), (200, Some("0.5")), "{first:?}");
    assert_eq!((again.header("x-astrolabe-charged"), &again.body), (Some("0"), &first.body), "{again:?}");
    assert_eq!(post(&server, &question, &[]).await.header("x-astrolabe-charged"), Some("0.5"));
    let poor = post(&server, &question, &[]).await;
    assert_eq!((poor.status, poor.json()["code"].as_u64()), (402, Some(601)), "{poor:?}");
}

#[tokio::test]
async fn a_key_stands_for_what_is_asked_and_not_for_how_it_is_written() {
    let server = server().await;
    let question = json!({"goal": "views", "budgetYuan": "300"});
    let first = post(&server, &question, &["Idempotency-Key: a"]).await;
    let rewritten = "{\n  \"budgetYuan\": \"300.00\", \"platform\": \"SHORT_VIDEO\",\n  \"goal\": \"views\"\n}\n";
    let rewritten = server.post("/v1/plan", rewritten, &["Idempotency-Key: a"]).await;
    assert_eq!((rewritten.header("idempotency-replayed"), &rewritten.body), (Some("true"), &first.body));
    for (field, value) in [
        ("budgetYuan", json!("301")),
        ("goal", json!("interactions")),
        ("platform", json!("PICTURE_TEXT")),
        ("tiers", json!(["60"])),
        ("mustHave", json!(["c1"])),
        ("exclude", json!(["c1"])),
        ("caps", json!([{"category": "美妆", "picks": 1}])),
        ("picksMax", json!(1)),
        ("oAuthorIds", json!(["c1"])),
        ("category", json!("美妆")),
        ("minFollowers", json!(1)),
        ("maxFollowers", json!(1)),
    ] {
        let mut other = question.clone();
        other[field] = value;
        assert_eq!(post(&server, &other, &["Idempotency-Key: a"]).await.status, 422, "{field}");
    }
}

#[tokio::test]
async fn as_many_creators_as_may_be_named_fit_into_a_body() {
    let server = server().await;
    let ids = |letter: &str| (0..9_999).map(|number| format!("{letter}{number:031}")).collect::<Vec<_>>();
    let mut question = json!({"goal": "views", "budgetYuan": "1000", "oAuthorIds": ids("a"), "exclude": ids("b")});
    question["oAuthorIds"].as_array_mut().expect("a list").push("c1".into());
    let body = serde_json::to_string_pretty(&question).expect("JSON");
    let reply = server.post("/v1/plan", &body, &[]).await;
    assert_eq!((reply.status, &reply.json()["picks"][0]["oAuthorId"]), (200, &json!("c1")), "{}", body.len());
    let reply = server.post("/v1/plan", &format!("{body}{}", " ".repeat(1 << 20)), &[]).await;
    assert_eq!((reply.status, reply.body.contains("at most 1048576 bytes")), (413, true), "{reply:?}");
}

#[tokio::test]
async fn a_value_that_is_none_of_those_allowed_is_told_with_them_in_the_language_asked_for() {
    let server = server().await;
    for (question, english, chinese) in [
        (
            json!({"goal": "fame", "budgetYuan": "1"}),
            "the body is not as it should be: goal has an unknown value: right would be views, interactions, cpe",
            "请求体不符合要求：goal 的取值无效：可选 views、interactions、cpe",
        ),
        (
            json!({"goal": "views", "budgetYuan": "1", "platform": "TV"}),
            "the body is not as it should be: platform has an unknown value: right would be SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT, SHORT_DRAMA",
            "请求体不符合要求：platform 的取值无效：可选 SHORT_VIDEO、LIVE_STREAMING、PICTURE_TEXT、SHORT_DRAMA",
        ),
    ] {
        for (headers, told) in [(&[][..], english), (&["Accept-Language: zh"], chinese)] {
            let reply = post(&server, &question, headers).await;
            assert_eq!((reply.status, reply.json()["detail"].as_str()), (400, Some(told)), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_in_time_is_refused_and_costs_nothing() {
    let server = server_with(Settings { body_wait: Duration::from_millis(20), ..Settings::default() }).await;
    sell_plans(&server).await;
    for path in [catalog::PLAN.path, catalog::BATCH.path] {
        let token = server.token.expose();
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n");
        // The rest of the body never comes, and the connection stays open.
        let begun = format!("{head}Content-Length: 100\r\n\r\n{{\"goal\"");
        let reply = Reply::read(&server.send_raw(begun.as_bytes()).await);
        assert_eq!((reply.status, reply.json()["code"].as_u64()), (408, Some(400)), "{reply:?}");
        assert_eq!(reply.json()["detail"], "the body did not come in time: send it at once");
        assert_eq!(reply.header("x-astrolabe-charged"), None);
    }
    assert_nothing_taken(&server).await;
}

#[tokio::test]
async fn a_question_that_waits_too_long_for_its_turn_is_told_to_come_again_and_costs_nothing() {
    let no_turns = Settings { plans_at_once: 0, plan_wait: Duration::from_millis(20), ..Settings::default() };
    let server = server_with(no_turns).await;
    sell_plans(&server).await;
    let question = json!({"goal": "views", "budgetYuan": "300"});
    for headers in [&[][..], &["Idempotency-Key: a"]] {
        let reply = post(&server, &question, headers).await;
        assert_eq!((reply.status, reply.json()["code"].as_u64()), (429, Some(302)), "{reply:?}");
        assert_eq!((reply.header("retry-after"), reply.header("x-astrolabe-charged")), (Some("5"), None));
    }
    assert_nothing_taken(&server).await;
}

/// Neither charged nor set aside, of the account's 1 yuan.
async fn assert_nothing_taken(server: &TestServer) {
    let account = server.get("/v1/account").await.json()["account"].clone();
    assert_eq!((&account["balanceYuan"], &account["heldYuan"]), (&json!("1"), &json!("0")), "{account}");
}
