//! Answers that are bought: what callers are told and charged, where answers come from, and what is kept, over a real store
//! and a stand-in upstream.

mod support;

use std::sync::Arc;
use std::time::Duration;

use domain::{CallState, CreatorKey, MicroYuan, UnixTime};
use gateway::Sources;
use serde_json::json;
use simulator::{Drifted, Fault, Range, Rule, Script, When};
use store::{CallFilter, CreatorStore, MeterStore, Reconciled, UpstreamStore};
use support::place::{COST, PRICE, Place, UPSTREAM_TOKEN, sources, until};
use support::{CP, Reply, START, creator};

fn code(code: i64) -> Fault {
    Fault::Code { code, http: None, retry_after: None, message: None }
}

fn costs_of_another_platform() -> Fault {
    let costs =
        [("expect_cpe", "cpe"), ("expect_cpm", "cpm")].map(|(name, key)| (name.to_owned(), json!({ key: "7" })));
    Fault::Drifted(Drifted { set: costs.into_iter().collect(), ..Drifted::default() })
}

fn served(reply: &Reply) -> (i64, &str, &str) {
    let header = |name| reply.header(name).unwrap_or("");
    (reply.code(), header("x-astrolabe-source"), header("x-astrolabe-charged"))
}

fn views(reply: &Reply) -> u64 {
    reply.json()["data"]["expect_vv"]["value"].as_u64().expect("a number")
}

fn figures(author: &str) -> u64 {
    let key: CreatorKey = creator(author);
    simulator::figures(&key).expected_views
}

#[tokio::test]
async fn an_answer_is_bought_once_and_then_comes_from_the_cache() {
    let place = Place::start(sources()).await;
    let reply = place.ask("42", &[]).await;
    assert_eq!((served(&reply), views(&reply)), ((0, "local", "0.1"), 1000), "imported data come first");
    assert_eq!(place.simulator.counts().requests, 0);

    let reply = place.ask("77", &[]).await;
    assert_eq!((served(&reply), views(&reply)), ((0, "upstream", "0.1"), figures("77")));
    assert_eq!((reply.header("x-astrolabe-age"), reply.header("age")), (Some("0"), None));
    place.server.set_clock(99);
    let reply = place.ask("77", &[]).await;
    assert_eq!((served(&reply), views(&reply)), ((0, "cache", "0.1"), figures("77")));
    assert_eq!((reply.header("x-astrolabe-age"), reply.header("age")), (Some("99"), Some("99")));
    assert_eq!(place.simulator.counts().requests, 1);
    assert_eq!(
        (place.charged().await, place.spent().await),
        (3 * PRICE.0, COST.0),
        "each answer is charged, one was paid"
    );
    place.server.set_clock(100);
    assert_eq!(served(&place.ask("77", &[]).await), (0, "upstream", "0.1"), "no longer fresh");
    assert_eq!((place.bought().await, place.spent().await), (2, 2 * COST.0));
    let history = place.server.store.history(&creator("77"), 100).await.expect("a history");
    assert_eq!(history.len(), 2, "every answer is a snapshot");
}

#[tokio::test]
async fn a_reply_is_as_of_when_it_was_made_however_long_an_upstream_took() {
    let place = Arc::new(Place::start(sources()).await);
    place.simulator.set_script(Script::new(vec![Rule { delay_ms: 400, ..Rule::default() }]));
    let asking = place.clone();
    let asked = tokio::spawn(async move { asking.ask("77", &["Idempotency-Key: k"]).await });
    place.server.until("/ping", |_| place.simulator.counts().requests == 1).await;
    place.server.set_clock(4);
    let reply = asked.await.expect("a reply");
    assert_eq!(reply.json()["recordTime"], UnixTime(START.0 + 4).to_string());
    place.server.set_clock(9);
    assert_eq!(place.ask("77", &["Idempotency-Key: k"]).await.body, reply.body, "given again as it was");
}

#[tokio::test]
async fn a_request_says_what_it_wants_of_the_cache() {
    let place = Place::start(sources()).await;
    let only_if_cached = ["Cache-Control: only-if-cached"];
    let reply = place.ask("77", &only_if_cached).await;
    assert_eq!((reply.status, reply.code()), (504, 301), "nothing is held: {}", reply.body);
    assert_eq!(place.simulator.counts().requests, 0);
    assert_eq!(place.charged().await, 0);
    assert_eq!(served(&place.ask("77", &[]).await).1, "upstream");
    assert_eq!(served(&place.ask("77", &only_if_cached).await).1, "cache");
    assert_eq!(served(&place.ask("77", &["Cache-Control: no-cache"]).await).1, "upstream");
    assert_eq!(place.simulator.counts().requests, 2);
    place.server.set_clock(150);
    assert_eq!(served(&place.ask("77", &["Cache-Control: max-stale=50"]).await).1, "stale");
    assert_eq!(place.ask("77", &only_if_cached).await.code(), 301);
    assert_eq!(served(&place.ask("77", &["Cache-Control: max-stale=49"]).await).1, "upstream");
    assert_eq!(served(&place.ask("77", &["Cache-Control: max-age=1"]).await).1, "cache", "no second has passed");
    assert_eq!(served(&place.ask("77", &["Cache-Control: max-age=0"]).await).1, "upstream");
    // That nobody knows a creator is told from memory too, to those who do not mind.
    place.fails(code(400));
    assert_eq!(place.ask("99", &[]).await.code(), 400);
    place.simulator.set_script(Script::default());
    assert_eq!(place.ask("99", &["Cache-Control: max-age=1"]).await.code(), 400);
    assert_eq!(served(&place.ask("99", &["Cache-Control: max-age=0"]).await).1, "upstream");
    place.fails(code(400));
    assert_eq!(place.ask("98", &[]).await.code(), 400);
    place.simulator.set_script(Script::default());
    assert_eq!(served(&place.ask("98", &["Cache-Control: no-cache"]).await).1, "upstream");
}

#[tokio::test]
async fn where_nothing_bought_is_fresh_every_request_buys() {
    let place = Place::start(Sources { cache_max_age_s: 0, ..sources() }).await;
    for _ in 0..3 {
        assert_eq!(served(&place.ask("77", &[]).await), (0, "upstream", "0.1"));
        // It may leave the list of what is being kept a moment after the answer.
        place.server.until("/metrics", |_| true).await;
    }
    assert_eq!(place.simulator.counts().requests, 3);
}

#[tokio::test]
async fn what_came_to_nothing_is_charged_to_nobody() {
    let place = Place::start(Sources { stale_max_age_s: None, ..sources() }).await;
    let mut states = Vec::new();
    for (fault, told, state, spent) in [
        (code(400), (400, 400), CallState::Rejected, 0),
        (code(301), (503, 301), CallState::Rejected, 0),
        (Fault::Data { data: json!({}) }, (503, 301), CallState::Unusable, COST.0),
        (costs_of_another_platform(), (503, 301), CallState::Unusable, COST.0),
        (Fault::ResetAfterReading, (503, 301), CallState::Unknown, COST.0),
        (Fault::Html { http: 200 }, (503, 301), CallState::Rejected, 0),
    ] {
        let before = place.spent().await;
        place.fails(fault.clone());
        // Refusals are remembered, so each asks about another creator. Calls are in the order of their milliseconds.
        place.server.set_clock(u32::try_from(states.len()).expect("a few"));
        let reply = place.ask(&format!("9{}", states.len()), &[]).await;
        assert_eq!((reply.status, reply.code()), told, "{fault:?}");
        if reply.code() == 301 {
            assert!(reply.header("retry-after").is_some(), "{fault:?}");
        }
        assert!(!reply.body.contains(UPSTREAM_TOKEN));
        states.push(state);
        assert_eq!(place.states().await, states, "{fault:?}");
        assert_eq!((place.charged().await, place.spent().await - before), (0, spent), "{fault:?}");
    }
    let unknown =
        place.server.store.calls(CallFilter { state: Some(CallState::Unknown), limit: 9, ..CallFilter::default() });
    let unknown = unknown.await.expect("calls");
    let lost = unknown[0].lost.clone().expect("what to look for in the bill");
    assert_eq!((lost.upstream.as_str(), lost.failure.as_str()), ("main", "no_answer"));
    assert_eq!(lost.sent_at_ms / 1000, u64::from(START.0) + 4);
    let settled = place.server.store.reconcile(unknown[0].id, true).await.expect("settled");
    assert_eq!((settled, place.charged().await), (Reconciled::Settled, PRICE.0), "the operator settles it");
}

#[tokio::test]
async fn the_last_good_answer_is_served_as_stale_when_no_upstream_answers() {
    let place = Place::start(sources()).await;
    assert_eq!(served(&place.ask("77", &[]).await).1, "upstream");
    place.fails(code(301));
    place.server.set_clock(500);
    let reply = place.ask("77", &[]).await;
    assert_eq!((served(&reply), views(&reply)), ((0, "stale", "0.1"), figures("77")));
    assert_eq!((reply.header("x-astrolabe-age"), reply.header("age")), (Some("500"), Some("500")));
    assert_eq!(place.charged().await, 2 * PRICE.0);
    place.fails(Fault::ResetAfterReading);
    place.server.set_clock(501);
    assert_eq!(served(&place.ask("77", &[]).await).1, "stale");
    let calls = place.server.store.calls(CallFilter { limit: 1, ..CallFilter::default() }).await.expect("calls");
    assert!(calls[0].lost.is_some(), "what the upstream may have billed for nothing: {calls:?}");
    place.fails(code(301));
    for limit in ["max-age=0", "max-age=500", "min-fresh=2", "max-stale=0", "max-stale=400"] {
        let reply = place.ask("77", &[&format!("Cache-Control: {limit}")]).await;
        assert_eq!((reply.status, reply.code()), (503, 301), "{limit}: {}", reply.body);
    }
    assert_eq!(place.charged().await, 3 * PRICE.0, "nobody pays for what is older than it asked for");
    place.server.set_clock(1_101);
    assert_eq!(place.ask("77", &[]).await.code(), 301, "stale for too long");
    assert_eq!(place.ask("88", &[]).await.code(), 301, "nothing is held");
    assert_eq!(place.charged().await, 3 * PRICE.0);
    let ready = place.server.send("GET", "/readyz", &[]).await;
    assert_eq!(ready.status, 200, "{}", ready.body);
}

#[tokio::test]
async fn one_question_of_a_thousand_callers_is_bought_once_and_charged_to_each() {
    let place = Arc::new(Place::start(sources()).await);
    let slow = Rule { delay_ms: 500, ..Rule::default() };
    place.simulator.set_script(Script::new(vec![slow]));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        let place = place.clone();
        callers.spawn(async move {
            let reply = place.ask("77", &[]).await;
            (served(&reply).0, ["upstream", "cache"].contains(&served(&reply).1), views(&reply))
        });
    }
    for told in callers.join_all().await {
        assert_eq!(told, (0, true, figures("77")));
    }
    // Who comes after the answer gets it from the cache.
    assert_eq!(place.simulator.counts().requests, 1);
    assert_eq!((place.charged().await, place.spent().await), (1_000 * PRICE.0, COST.0));
}

#[tokio::test]
async fn exactly_what_the_balance_covers_is_bought_and_nobody_else_asks() {
    let place = Place::start(sources()).await;
    let spend = 997 * PRICE.0;
    for at in 0..997 {
        assert_eq!(served(&place.ask("42", &[]).await).0, 0, "{at}");
    }
    assert_eq!(place.charged().await, spend);
    let mut codes = Vec::new();
    for author in 0..6 {
        codes.push(place.ask(&format!("8{author}"), &[]).await.code());
    }
    assert_eq!(codes, [0, 0, 0, 601, 601, 601]);
    assert_eq!(place.simulator.counts().requests, 3);
}

#[tokio::test]
async fn a_caller_that_hangs_up_is_charged_for_what_it_asked_for() {
    let place = Place::start(sources()).await;
    place.simulator.set_script(Script::new(vec![Rule { delay_ms: 300, ..Rule::default() }]));
    let request = format!(
        "GET {CP}?oAuthorId=77 HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\n\r\n",
        place.server.token.expose()
    );
    let mut stream = place.server.connect().await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await.expect("sent");
    until(async || place.simulator.counts().requests == 1).await;
    drop(stream);
    until(async || place.bought().await > 0).await;
    until(async || place.states().await == [CallState::Succeeded]).await;
    assert_eq!(place.charged().await, PRICE.0);
    assert_eq!(served(&place.ask("77", &[]).await).1, "cache");
}

#[tokio::test]
async fn a_repeated_request_waits_for_the_first_one_and_gets_its_answer() {
    let place = Arc::new(Place::start(sources()).await);
    place.simulator.set_script(Script::new(vec![Rule { delay_ms: 400, ..Rule::default() }]));
    let key = ["Idempotency-Key: once"];
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let place = place.clone();
        callers.spawn(async move { place.ask("77", &key).await });
    }
    let replies = callers.join_all().await;
    assert!(replies.iter().all(|reply| reply.code() == 0 && reply.body == replies[0].body));
    let again = replies.iter().filter(|reply| reply.header("idempotency-replayed").is_some()).count();
    assert_eq!((again, place.charged().await, place.simulator.counts().requests), (49, PRICE.0, 1));
    assert_eq!(place.ask("78", &key).await.code(), 400, "another request under the key");

    // The first comes to nothing: the key is free again.
    place.fails(code(301));
    let other = ["Idempotency-Key: other"];
    assert_eq!(place.ask("79", &other).await.code(), 301);
    place.simulator.set_script(Script::default());
    assert_eq!(served(&place.ask("79", &other).await), (0, "upstream", "0.1"));
    assert_eq!(place.charged().await, 2 * PRICE.0);
}

#[tokio::test]
async fn whoever_waited_for_a_purchase_that_came_to_nothing_is_told_so_and_buys_nothing() {
    let place = Arc::new(Place::start(Sources { stale_max_age_s: None, ..sources() }).await);
    let no_data = Fault::Data { data: serde_json::json!(null) };
    for (number, (fault, told, calls, wait, spent)) in [
        (Fault::ResetAfterReading, (503, 301), 1, Some("60"), COST.0),
        (no_data, (503, 301), 1, Some("60"), COST.0),
        (code(301), (503, 301), 3, Some("1"), 0),
        (code(400), (400, 400), 1, None, 0),
    ]
    .into_iter()
    .enumerate()
    {
        let (author, key) = (format!("7{number}"), format!("Idempotency-Key: order-{number}"));
        place.simulator.set_script(Script::new(vec![Rule { delay_ms: 700, fault: Some(fault), ..Rule::default() }]));
        let (asked, before) = (place.simulator.counts().requests, place.spent().await);
        let ask = || {
            let (place, author, key) = (place.clone(), author.clone(), key.clone());
            tokio::spawn(async move { place.ask(&author, &[&key]).await })
        };
        let first = ask();
        until(async || place.simulator.counts().requests > asked).await;
        let waiting: Vec<_> = (0..7).map(|_| ask()).collect();
        place.server.until("/metrics", |reply| reply.body.contains("astrolabe_requests_in_flight 8")).await;
        assert_eq!(first.await.expect("no panic").code(), told.1);
        for reply in waiting {
            let reply = reply.await.expect("no panic");
            let header = reply.header("retry-after");
            assert_eq!(((reply.status, reply.code()), header), (told, wait), "{key}: {}", reply.body);
        }
        assert_eq!((place.simulator.counts().requests - asked, place.charged().await), (calls, 0), "{key}");
        assert_eq!(place.spent().await - before, spent, "{key}: paid for once");
    }
    // Who asks again is a new question.
    place.simulator.set_script(Script::default());
    assert_eq!(served(&place.ask("70", &["Idempotency-Key: order-0"]).await), (0, "upstream", "0.1"));
}

#[tokio::test]
async fn a_parked_upstream_is_not_asked_until_it_is_unparked() {
    let place = Place::start(sources()).await;
    place.fails(code(303));
    assert_eq!(place.ask("77", &[]).await.code(), 301);
    place.simulator.set_script(Script::default());
    let requests = place.simulator.counts().requests;
    let reply = place.ask("78", &[]).await;
    assert_eq!(reply.code(), 301);
    let retry_after: u64 = reply.header("retry-after").and_then(|text| text.parse().ok()).expect("a time");
    assert!(retry_after > 3_600, "until midnight in Shanghai: {retry_after}");
    assert_eq!(place.simulator.counts().requests, requests);
    assert!(place.server.store.unpark_upstream("main").await.expect("an answer"), "as the verb does");
    place.server.until(&format!("{CP}?oAuthorId=78"), |reply| reply.code() == 0).await;
}

#[tokio::test]
async fn nothing_is_bought_beyond_the_days_budget() {
    let place =
        Place::start_with(sources(), |source| source.upstreams[0].daily_budget = Some(MicroYuan(2 * COST.0))).await;
    let mut codes = Vec::new();
    for author in 0..4 {
        codes.push(place.ask(&format!("8{author}"), &[]).await.code());
    }
    assert_eq!(codes, [0, 0, 301, 301]);
    let reply = place.ask("88", &[]).await;
    let retry_after: u64 = reply.header("retry-after").and_then(|text| text.parse().ok()).expect("a time");
    assert!(retry_after > 3_600, "until midnight in Shanghai: {retry_after}");
    let told = place.server.get("/metrics").await.body;
    assert!(told.contains("astrolabe_requests_total") && !told.contains("astrolabe_upstream_"), "{told}");
    let metrics = String::from_utf8(place.server.gateway.metrics_text(true).await).expect("text");
    assert!(metrics.contains("astrolabe_upstream_budget_spent{upstream=\"main\"} 1"), "{metrics}");
    assert_eq!((place.spent().await, place.charged().await), (2 * COST.0, 2 * PRICE.0));
    place.server.set_clock(24 * 3_600);
    assert_eq!(place.ask("89", &[]).await.code(), 0, "another day");
}

#[tokio::test]
async fn who_waits_while_the_server_stops_is_told_to_come_back_and_nothing_stays_reserved() {
    let mut place = Place::start_with(sources(), |source| {
        source.upstreams[0].daily_budget = Some(MicroYuan(4 * COST.0));
        source.settings = upstream::Settings::default();
    })
    .await;
    let stop = place.server.stop_later();
    // So slow that all of them are sent before the first is told to stay away.
    let fault = Fault::Code { code: 302, http: Some(429), retry_after: Some("40".to_owned()), message: None };
    place.simulator.set_script(Script::new(vec![Rule { delay_ms: 2_000, fault: Some(fault), ..Rule::default() }]));
    let place = Arc::new(place);
    let mut callers = tokio::task::JoinSet::new();
    for author in 0..4 {
        let place = place.clone();
        callers.spawn(async move { place.ask(&format!("8{author}"), &[]).await });
    }
    until(async || place.simulator.counts().requests == 4 && place.simulator.counts().in_flight == 0).await;
    assert_eq!(place.spent().await, 4 * COST.0);
    let _ = stop.send(());
    for reply in callers.join_all().await {
        let retry_after: u64 = reply.header("retry-after").and_then(|text| text.parse().ok()).expect("a time");
        assert_eq!(reply.code(), 301);
        assert!((30..=40).contains(&retry_after), "{retry_after}");
    }
    assert_eq!(place.states().await, [CallState::Rejected; 4]);
    assert_eq!((place.charged().await, place.spent().await), (0, 0));
    assert_eq!(place.simulator.counts().requests, 4);
    let Place { server, .. } = Arc::into_inner(place).expect("nobody else");
    assert_eq!(server.ended().await, gateway::Served::Drained);
}

#[tokio::test]
async fn a_retry_that_helps_is_charged_once() {
    let place = Place::start(sources()).await;
    let when = When { requests: Some(Range(1, 2)), ..When::default() };
    place.simulator.set_script(Script::new(vec![Rule { when, fault: Some(code(301)), ..Rule::default() }]));
    assert_eq!(served(&place.ask("77", &[]).await), (0, "upstream", "0.1"));
    assert_eq!(place.simulator.counts().requests, 3);
    assert_eq!((place.charged().await, place.spent().await), (PRICE.0, COST.0));
}

#[tokio::test]
async fn no_callers_token_reaches_the_upstream() {
    let place = Place::start(sources()).await;
    place.ask("77", &["X-Forwarded-For: 203.0.113.7", "Cookie: session=secret"]).await;
    for head in place.simulator.heads() {
        assert!(
            !head.contains(place.server.token.expose()) && !head.contains("secret\r") && !head.contains("203.0.113.7")
        );
    }
}

/// A batch of unknown creators.
fn batch(creators: std::ops::Range<u32>, more: &str) -> String {
    let creators: Vec<String> = creators.map(|number| format!("{{\"oAuthorId\":\"b{number}\"}}")).collect();
    format!("{{\"creators\":[{}]{more}}}", creators.join(","))
}

#[tokio::test]
async fn a_batch_buys_what_is_not_held_and_charges_what_came() {
    let place = Place::start(sources()).await;
    let path = catalog::BATCH.path;
    let dry = place.server.post(path, &batch(0..20, ",\"dryRun\":true"), &[]).await.body;
    assert!(dry.contains("\"status\":\"to_buy\"") && dry.contains("\"chargedYuan\":\"2\""), "{dry}");
    assert_eq!((place.simulator.counts().requests, place.charged().await), (0, 0), "nobody was asked");
    let when = When { author_id: Some("b7".into()), ..When::default() };
    place.simulator.set_script(Script::new(vec![Rule { when, fault: Some(code(400)), ..Rule::default() }]));
    let key = ["Idempotency-Key: nightly"];
    let first = place.server.post(path, &batch(0..20, ""), &key).await.body;
    let told = "\"answered\":19,\"chargedBeforeYuan\":\"0\",\"chargedYuan\":\"1.9\"";
    assert!(first.contains(told), "{first}");
    assert_eq!(first.matches("\"source\":\"upstream\"").count(), 19);
    assert_eq!((place.charged().await, place.spent().await), (19 * PRICE.0, 19 * COST.0));
    // Again: nothing is bought, and nothing charged.
    let again = place.server.post(path, &batch(0..20, ""), &key).await.body;
    let told = "\"answered\":19,\"chargedBeforeYuan\":\"1.9\",\"chargedYuan\":\"0\"";
    assert!(again.contains(told), "{again}");
    assert_eq!((place.charged().await, place.spent().await), (19 * PRICE.0, 19 * COST.0));
}

#[tokio::test]
async fn a_dry_run_tells_who_would_be_refused_from_memory() {
    let place = Place::start(sources()).await;
    let path = catalog::BATCH.path;
    let when = When { author_id: Some("b7".into()), ..When::default() };
    place.simulator.set_script(Script::new(vec![Rule { when, fault: Some(code(400)), ..Rule::default() }]));
    assert_eq!(place.ask("b7", &[]).await.code(), 400);
    let dry_run = batch(7..9, ",\"dryRun\":true");
    let status = |body: &str| -> Vec<serde_json::Value> {
        let lines = body.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        lines.take(2).map(|line| json!([line["status"], line["code"], line["chargedYuan"]])).collect()
    };
    let dry = place.server.post(path, &dry_run, &[]).await.body;
    assert_eq!(status(&dry), [json!(["refused", 400, "0"]), json!(["to_buy", null, "0.1"])]);
    assert!(dry.contains("\"answered\":1,") && dry.contains("\"refused\":1,"), "{dry}");
    let real = place.server.post(path, &batch(7..9, ""), &[]).await.body;
    assert_eq!(status(&real), [json!(["refused", 400, "0"]), json!(["answered", 0, "0.1"])]);
    // Who wants it anew has it asked.
    let anew = place.server.post(path, &dry_run, &["Cache-Control: no-cache"]).await.body;
    assert_eq!(status(&anew)[0], json!(["to_buy", null, "0.1"]));
}

#[tokio::test]
async fn a_row_that_was_asked_and_refused_tells_the_id_of_its_call() {
    let place = Place::start(sources()).await;
    place.fails(Fault::ResetAfterReading);
    let body = place.server.post(catalog::BATCH.path, &batch(0..1, ""), &[]).await.body;
    let row: serde_json::Value = serde_json::from_str(body.lines().next().expect("a line")).expect("JSON");
    let id = row["requestId"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let call = place.server.store.call(id).await.expect("an answer").expect("a call");
    assert_eq!((&row["status"], call.state), (&"refused".into(), CallState::Unknown));
    let dry = place.server.post(catalog::BATCH.path, &batch(0..1, ",\"dryRun\":true"), &[]).await.body;
    assert!(!dry.contains("requestId"), "{dry}");
}

#[tokio::test]
async fn a_client_that_leaves_a_batch_stops_the_rest_of_it() {
    let place = Place::start_with(sources(), |source| {
        source.settings.budget = Duration::from_secs(1);
        source.settings.attempt_min = Duration::from_millis(100);
    })
    .await;
    // The first is answered, the others never are.
    let when = When { requests: Some(Range(2, 1_000)), ..When::default() };
    place.simulator.set_script(Script::new(vec![Rule { when, fault: Some(Fault::Hang), ..Rule::default() }]));
    let body = batch(0..500, "");
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        catalog::BATCH.path,
        place.server.token.expose(),
        body.len()
    );
    let mut stream = place.server.connect().await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await.expect("sent");
    let mut seen = Vec::new();
    while !seen.windows(7).any(|part| part == b"\"row\":1") {
        let read = tokio::io::AsyncReadExt::read_buf(&mut stream, &mut seen).await.expect("read");
        assert!(read > 0, "the end of {}", String::from_utf8_lossy(&seen));
    }
    drop(stream);
    let Place { server, simulator } = place;
    assert_eq!(server.ended().await, gateway::Served::Drained);
    let asked = simulator.counts().requests;
    assert!(asked < 60, "{asked} rows were asked for nobody");
}

#[tokio::test]
async fn what_a_server_told_is_forgotten_a_week_after_it_told_no_more() {
    let place = Place::start(sources()).await;
    let store = &place.server.store;
    store.tell_upstream("gone", "main", START, "{}").await.expect("told");
    let told = async || store.told_of_upstreams(domain::UnixTime(0)).await.expect("the status");
    let week = 7 * domain::UnixTime::DAY;
    // This server was not asked anything meanwhile, and tells all the same that it is there.
    for (seconds, servers) in [(week, 2), (week + 1, 1)] {
        place.server.set_clock(seconds);
        let waiting = std::time::Instant::now();
        loop {
            let told = told().await;
            let own = told.iter().find(|told| told.server != "gone");
            let is_told_again = own.is_some_and(|told| START.0 + week <= told.at.0);
            if is_told_again && told.len() == servers {
                break;
            }
            assert!(waiting.elapsed() < Duration::from_secs(60), "{told:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
