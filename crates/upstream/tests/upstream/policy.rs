//! The table of faults and policy: what the upstream does, what comes of the question with this upstream alone and with
//! another behind it, how often this one was asked, what was counted as spent.

use super::support::*;
use upstream::{ParkReason, SkipReason, UpstreamSettings};

/// One fault and what is right.
struct Case {
    /// The fault, as a script of the simulator; or the URL of something that is no simulator.
    fault: Fault,
    /// What comes of it with this upstream alone.
    alone: &'static str,
    /// How often it was asked then.
    calls: u64,
    /// What was counted as spent, in answers.
    spent: u64,
    /// Whether another upstream behind it answers instead.
    fails_over: bool,
}

enum Fault {
    Script(String),
    Https(String),
    Url(String),
}

fn case(script: String, alone: &'static str, calls: u64, spent: u64, fails_over: bool) -> Case {
    Case { fault: Fault::Script(script), alone, calls, spent, fails_over }
}

fn code(code: i64) -> String {
    rule(&format!(r#"{{"kind":"code","code":{code}}}"#))
}

/// Codes, whatever the HTTP status.
fn codes() -> Vec<Case> {
    let then_success = |fault| first(2, fault);
    vec![
        case("[]".into(), "answered by a", 1, 1, false),
        case(then_success(r#"{"kind":"code","code":301}"#), "answered by a", 3, 1, false),
        case(then_success(r#"{"kind":"code","code":301,"http":503}"#), "answered by a", 3, 1, false),
        case(then_success(r#"{"kind":"code","code":500,"http":500}"#), "answered by a", 3, 1, false),
        case(then_success(r#"{"kind":"code","code":503}"#), "answered by a", 3, 1, false),
        case(code(301), "failed: collection_failed", 3, 0, true),
        case(rule(r#"{"kind":"code","code":301,"http":503}"#), "failed: collection_failed", 3, 0, true),
        case(rule(r#"{"kind":"code","code":301,"http":301}"#), "failed: collection_failed", 3, 0, true),
        case(rule(r#"{"kind":"code","code":303,"http":303}"#), "failed: daily_quota_exceeded", 1, 0, true),
        case(code(500), "failed: server_error", 3, 0, true),
        case(code(504), "unknown: gateway_timed_out", 1, 1, false),
        case(first(1, r#"{"kind":"code","code":302,"http":429}"#), "answered by a", 2, 1, false),
        case(first(1, r#"{"kind":"code","code":302,"retry_after":"0"}"#), "answered by a", 2, 1, false),
        // Waited for with nobody else left; with another upstream, longer than one would wait.
        case(first(1, r#"{"kind":"code","code":302,"retry_after":"1"}"#), "answered by a", 2, 1, true),
        case(rule(r#"{"kind":"code","code":302,"retry_after":"3600"}"#), "failed: rate_limited", 1, 0, true),
        // More seconds than can be counted: the longest wait, so it is parked and not asked again.
        case(
            rule(r#"{"kind":"code","code":302,"retry_after":"99999999999999999999999"}"#),
            "failed: rate_limited",
            1,
            0,
            true,
        ),
        case(code(303), "failed: daily_quota_exceeded", 1, 0, true),
        case(code(601), "failed: insufficient_balance", 1, 0, true),
        case(code(602), "failed: spending_cap_reached", 1, 0, true),
        case(code(100), "failed: invalid_token", 1, 0, true),
        case(code(600), "failed: permission_denied", 1, 0, true),
        case(code(777), "failed: unknown_code", 1, 0, true),
        case(code(400), "refused", 1, 0, false),
        case(rule(r#"{"kind":"code","code":400,"http":404}"#), "refused", 1, 0, false),
    ]
}

/// Bodies that are not what the contract says.
fn bodies() -> Vec<Case> {
    let figures = concat!(
        r#"{"code":0,"data":{"base_resp":{"status_code":0},"expect_cpe":{},"expect_cpm":{"cpm_60":"9"},"#,
        r#""expect_vv":{"value":7},"hot_item":{"value":1200}}}"#
    );
    let body = |http: u16, body: &str| rule(&format!(r#"{{"kind":"body","http":{http},"body":{body:?}}}"#));
    vec![
        case(rule(r#"{"kind":"data","data":null}"#), "unusable", 1, 1, false),
        case(rule(r#"{"kind":"data","data":{}}"#), "unusable", 1, 1, false),
        case(rule(r#"{"kind":"drifted","missing":["expect_vv"]}"#), "unusable", 1, 1, false),
        case(
            rule(r#"{"kind":"drifted","set":{"expect_cpe":{"cpe":"7"},"expect_cpm":{"cpm":"9"}}}"#),
            "unusable",
            1,
            1,
            false,
        ),
        case(rule(r#"{"kind":"drifted","set":{"expect_cpe":{},"expect_cpm":{}}}"#), "answered by a", 1, 1, false),
        case(rule(r#"{"kind":"drifted","set":{"expect_vv.value":9223372036854775808}}"#), "unusable", 1, 1, false),
        case(rule(r#"{"kind":"drifted","set":{"new":1},"missing":["base_resp"]}"#), "answered by a", 1, 1, false),
        case(rule(r#"{"kind":"html","http":200}"#), "failed: html", 1, 0, true),
        case(rule(r#"{"kind":"html","http":403}"#), "failed: html", 1, 0, true),
        case(first(2, r#"{"kind":"html","http":502}"#), "answered by a", 3, 1, false),
        case(rule(r#"{"kind":"html","http":502}"#), "failed: error_page", 3, 0, true),
        case(rule(r#"{"kind":"html","http":504}"#), "unknown: gateway_timed_out", 1, 1, false),
        case(rule(r#"{"kind":"html","http":524}"#), "unknown: gateway_timed_out", 1, 1, false),
        case(rule(r#"{"kind":"html","http":520}"#), "unknown: no_answer", 1, 1, false),
        case(body(200, r#"{"code":0,"#), "unknown: not_json", 1, 1, false),
        case(body(200, ""), "unknown: not_json", 1, 1, false),
        case(body(200, r#"{"ok":true}"#), "unknown: not_the_contract", 1, 1, false),
        case(rule(r#"{"kind":"truncated","bytes":40}"#), "unknown: truncated", 1, 1, false),
        case(rule(r#"{"kind":"huge","bytes":10001,"with_length":true}"#), "unknown: body_too_large", 1, 1, false),
        case(rule(r#"{"kind":"huge","bytes":90001}"#), "unknown: body_too_large", 1, 1, false),
        case(body(302, figures), "answered by a", 1, 1, false),
        case(body(307, r#"{"code":0,"data":null}"#), "unusable", 1, 1, false),
        case(body(302, r#"{"see":"elsewhere"}"#), "failed: redirect", 1, 0, true),
        case(rule(r#"{"kind":"redirect","http":302,"to":"http://127.0.0.1:9/"}"#), "failed: redirect", 1, 0, true),
        case(rule(r#"{"kind":"redirect","http":308,"to":"/other"}"#), "failed: redirect", 1, 0, true),
    ]
}

/// Connections that break, and answers that do not come.
async fn connections() -> Vec<Case> {
    let unreachable = |fault, alone, calls| Case { fault, alone, calls, spent: 0, fails_over: true };
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let closed_port = closed.local_addr().expect("an address").port();
    drop(closed);
    vec![
        unreachable(Fault::Url(format!("http://127.0.0.1:{closed_port}")), "failed: connect_refused", 0),
        unreachable(Fault::Url(nowhere()), "failed: dns", 0),
        unreachable(Fault::Https("[]".into()), "failed: tls", 0),
        unreachable(Fault::Https(rule(r#"{"kind":"reset_on_connect"}"#)), "failed: connect_failed", 0),
        case(rule(r#"{"kind":"reset_before_reading"}"#), "unknown: no_answer", 1, 1, false),
        case(rule(r#"{"kind":"reset_after_reading"}"#), "unknown: no_answer", 1, 1, false),
        case(rule(r#"{"kind":"close"}"#), "unknown: no_answer", 1, 1, false),
        case(rule(r#"{"kind":"not_http"}"#), "unknown: not_http", 1, 1, false),
        case(rule(r#"{"kind":"hang"}"#), "unknown: timed_out", 1, 1, false),
        case(rule(r#"{"kind":"trickle","bytes":1,"every_ms":20}"#), "unknown: timed_out", 1, 1, false),
        case(r#"[{"delay_ms":2000}]"#.into(), "unknown: timed_out", 1, 1, false),
    ]
}

#[tokio::test]
async fn every_code_has_its_policy() {
    check(codes()).await;
}

#[tokio::test]
async fn every_body_has_its_policy() {
    check(bodies()).await;
}

#[tokio::test]
async fn every_broken_connection_has_its_policy() {
    check(connections().await).await;
}

async fn check(cases: Vec<Case>) {
    for Case { fault, alone, calls, spent: spent_right, fails_over } in cases {
        let (script, url) = match fault {
            Fault::Script(script) => (script, None),
            Fault::Https(script) => (script, Some("https".to_owned())),
            Fault::Url(url) => (url, Some(String::new())),
        };
        let with = |url: Option<String>, script: String| async move {
            match url.as_deref() {
                None => (Some(simulator(&script).await), None),
                Some("https") => (Some(simulator(&script).await), Some("https")),
                Some(_) => (None, None),
            }
        };
        let (failing, scheme) = with(url.clone(), script.clone()).await;
        let base_url = |failing: &Option<simulator::Simulator>| match (failing, scheme) {
            (Some(failing), Some(scheme)) => format!("{scheme}://{}", failing.address()),
            (Some(failing), None) => failing.base_url(),
            (None, _) => script.clone(),
        };
        let a = |failing: &_| match (upstream("a", base_url(failing)), alone) {
            (a, "unknown: timed_out") => UpstreamSettings { timeout: BRIEF, ..a },
            (a, _) => a,
        };
        let (one, _) = upstreams(quick(), vec![a(&failing)]);
        assert_eq!(ended(&*one.ask(creator("42")).await), alone, "{script}, alone");
        assert_eq!(spent(&one, 0).await, spent_right, "{script}: spent");
        let requests = failing.as_ref().map_or(0, |failing| failing.counts().requests);
        assert_eq!(requests, calls, "{script}: calls");

        let (failing, _) = with(url, script.clone()).await;
        let next = simulator("[]").await;
        let (two, _) = upstreams(quick(), vec![a(&failing), upstream("b", next.base_url())]);
        let right = if fails_over { "answered by b" } else { alone };
        let outcome = two.ask(creator("42")).await;
        assert_eq!(ended(&outcome), right, "{script}, with another: {outcome:?}");
        assert_eq!(next.counts().requests, u64::from(fails_over), "{script}: calls to the other");
        let spent_at_both = spent(&two, 0).await + spent(&two, 1).await;
        assert!(spent_at_both <= 1, "{script}: a question is paid at most once");
    }
}

#[tokio::test]
async fn a_parked_upstream_is_left_alone_until_midnight_in_shanghai_or_until_the_operator_ends_it() {
    for (code, reason) in [
        (100, ParkReason::InvalidToken),
        (303, ParkReason::DailyQuotaExceeded),
        (601, ParkReason::InsufficientBalance),
        (602, ParkReason::SpendingCapReached),
    ] {
        let failing = simulator(&first(1, &format!(r#"{{"kind":"code","code":{code}}}"#))).await;
        let next = simulator("[]").await;
        let (both, hands) = upstreams(quick(), vec![upstream("a", failing.base_url()), upstream("b", next.base_url())]);
        assert_eq!(ended(&*both.ask(creator("1")).await), "answered by b");
        let second = both.ask(creator("2")).await;
        assert_eq!((ended(&second).as_str(), second.skips[0].reason), ("answered by b", SkipReason::Parked(reason)));
        let park = both.status().await[0].park.expect("parked");
        assert_eq!((park.until_ms, park.reason), (NOON + 4 * HOUR, reason), "midnight in Shanghai is 16:00 UTC");
        hands.set(NOON + 4 * HOUR - 1);
        assert_eq!(ended(&*both.ask(creator("3")).await), "answered by b");
        assert_eq!(failing.counts().requests, 1, "left alone");
        hands.set(NOON + 4 * HOUR);
        assert_eq!(ended(&*both.ask(creator("4")).await), "answered by a");

        failing.set_script(
            simulator::Script::from_json(&super::support::first(1, r#"{"kind":"code","code":601}"#)).expect("a script"),
        );
        assert_eq!(ended(&*both.ask(creator("5")).await), "answered by b");
        assert_eq!(both.unpark("a").await.expect("kept"), Some(true));
        assert_eq!(both.unpark("a").await.expect("kept"), Some(false));
        assert_eq!(both.unpark("nobody").await.expect("kept"), None);
        assert_eq!(ended(&*both.ask(creator("6")).await), "answered by a");
    }
}

#[tokio::test]
async fn what_is_said_around_midnight_parks_for_the_day_it_is_about() {
    const MIDNIGHT: u64 = NOON + 4 * HOUR;
    let script = r#"[{"delay_ms":400,"fault":{"kind":"code","code":303}}]"#;
    let failing = simulator(script).await;
    let (one, hands) = upstreams(quick(), vec![upstream("a", failing.base_url())]);
    hands.set(MIDNIGHT - 2_000);
    let asking = tokio::spawn({
        let one = one.clone();
        async move { ended(&*one.ask(creator("1")).await) }
    });
    until(async || failing.counts().requests == 1).await;
    hands.set(MIDNIGHT + 2_000);
    assert_eq!(asking.await.expect("no panic"), "failed: daily_quota_exceeded");
    assert_eq!(
        one.status().await[0].park,
        None,
        "the quota of the day in which the call began is of no interest any more"
    );

    // The upstream's clock may be behind ours.
    for (now, until) in [(MIDNIGHT + 2_000, MIDNIGHT + 300_000), (MIDNIGHT + 300_000, MIDNIGHT + 24 * HOUR)] {
        hands.set(now);
        assert_eq!(ended(&*one.ask(creator("2")).await), "failed: daily_quota_exceeded");
        assert_eq!(one.status().await[0].park.map(|park| park.until_ms), Some(until));
    }
    assert_eq!(failing.counts().requests, 3);
}

#[tokio::test]
async fn what_was_paid_or_may_have_been_for_nothing_is_left_to_whoever_asked_to_warn_of() {
    for (fault, line) in [
        (r#"{"kind":"data","data":{}}"#, "paid, and its figures cannot be read"),
        (r#"{"kind":"reset_after_reading"}"#, "sent, and its end is unknown"),
    ] {
        let (logged, _guard) = captured();
        let failing = simulator(&rule(fault)).await;
        let (one, _) = upstreams(quick(), vec![upstream("a", failing.base_url())]);
        one.ask(creator("42")).await;
        let logged = logged.text();
        let told = logged.lines().filter(|logged| logged.contains("DEBUG") && logged.contains(line));
        assert!(told.clone().count() == 1 && told.clone().all(|line| line.contains("42")), "{logged}");
        assert!(!logged.contains("WARN"), "{logged}");
    }
}

#[tokio::test]
async fn a_refused_creator_is_answered_from_memory_for_a_while() {
    let failing =
        simulator(r#"[{"when":{"author_id":"42"},"fault":{"kind":"code","code":400,"message":"no such author"}}]"#)
            .await;
    let settings = upstream::Settings { negative_ttl: std::time::Duration::from_secs(60), ..quick() };
    let (one, hands) = upstreams(settings, vec![upstream("a", failing.base_url())]);
    for calls in [1, 0, 0] {
        let outcome = one.ask(creator("42")).await;
        assert_eq!(outcome.attempts.len(), calls);
        let upstream::End::Refused { message, .. } = &outcome.end else { panic!("{outcome:?}") };
        assert_eq!(message, "no such author");
    }
    assert_eq!(ended(&*one.ask(creator("43")).await), "answered by a");
    assert_eq!(failing.counts().requests, 2);
    let anew = async || ended(&*one.ask_since(creator("42"), tokio::time::Instant::now(), true).await);
    assert_eq!((anew().await.as_str(), failing.counts().requests), ("refused", 3));
    hands.set(NOON + 60_000);
    assert_eq!(ended(&*one.ask(creator("42")).await), "refused");
    assert_eq!(failing.counts().requests, 4, "asked again when the time was over");
    failing.set_script(simulator::Script::default());
    assert_eq!(ended(&*one.ask(creator("42")).await), "refused");
    assert_eq!(anew().await, "answered by a");
    assert_eq!(ended(&*one.ask(creator("42")).await), "answered by a", "the refusal is no longer true");
}

#[tokio::test]
async fn what_was_paid_in_vain_is_not_asked_again_for_a_while_whoever_wants_it_anew() {
    let failing = simulator(r#"[{"when":{"author_id":"42"},"fault":{"kind":"data","data":{}}}]"#).await;
    let (one, hands) = upstreams(quick(), vec![upstream("a", failing.base_url())]);
    assert_eq!((ended(&*one.ask(creator("42")).await).as_str(), one.is_refused(&creator("42"))), ("unusable", false));
    failing.set_script(simulator::Script::default());
    hands.set(NOON + 59_999);
    for anew in [false, true] {
        let outcome = one.ask_since(creator("42"), tokio::time::Instant::now(), anew).await;
        let upstream::End::Failed { failure: None, retry_after } = outcome.end else { panic!("{outcome:?}") };
        assert_eq!((retry_after.as_millis(), outcome.attempts.len()), (1, 0));
    }
    assert_eq!(one.unusable_for(&creator("42")).map(|left| left.as_millis()), Some(1));
    assert_eq!((one.unusable_for(&creator("43")), failing.counts().requests), (None, 1));
    hands.set(NOON + 60_000);
    assert_eq!(
        (one.unusable_for(&creator("42")), ended(&*one.ask(creator("42")).await)),
        (None, "answered by a".to_owned())
    );
}

#[tokio::test]
async fn an_answer_carries_the_figures_of_every_platform_and_all_that_is_known_of_it() {
    let (simulator, key) = (simulator("[]").await, creator("42"));
    let (one, _) = upstreams(quick(), vec![upstream("a", simulator.base_url())]);
    for platform in domain::Platform::ALL {
        let key = domain::CreatorKey { platform, ..key.clone() };
        let outcome = one.ask(key.clone()).await;
        let upstream::End::Answered(answer) = &outcome.end else { panic!("{outcome:?}") };
        assert_eq!(answer.info, simulator::figures(&key));
        assert_eq!(upstream::read_archived(platform, &answer.body), (Ok(answer.info), vec![]));
        assert_eq!((answer.price, answer.received_at_ms, answer.drift.len()), (PRICE, NOON, 0));
        assert!(answer.body.starts_with(b"{") && answer.body.ends_with(b"}"));
        assert_eq!(
            (outcome.attempts.len(), outcome.attempts[0].code, outcome.attempts[0].http_status),
            (1, Some(0), Some(200))
        );
    }
}

#[tokio::test]
async fn drift_is_served_and_told() {
    let drifted = simulator(&rule(
        r#"{"kind":"drifted","set":{"expect_vv.value":"77","rank":3},"renamed":{"expect_cpm.cpm_60":"cpm_90"}}"#,
    ))
    .await;
    let (one, _) = upstreams(quick(), vec![upstream("a", drifted.base_url())]);
    let outcome = one.ask(creator("42")).await;
    let upstream::End::Answered(answer) = &outcome.end else { panic!("{outcome:?}") };
    assert_eq!(answer.info.expected_views, 77);
    let told: Vec<String> = answer.drift.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "data.rank is unknown",
            "data.expect_cpm.cpm_90 is unknown",
            "data.expect_cpm.cpm_60 is missing",
            "data.expect_vv.value is of another type",
        ]
    );
    let counts = &one.status().await[0].counts;
    assert_eq!((counts.drifted_answers, counts.drift["data.rank is unknown"]), (1, 1));
}

#[tokio::test]
async fn drift_is_told_of_an_answer_that_it_made_unusable() {
    let renamed = simulator(&rule(r#"{"kind":"drifted","renamed":{"expect_vv":"expected_views"}}"#)).await;
    let (one, _) = upstreams(quick(), vec![upstream("a", renamed.base_url())]);
    let outcome = one.ask(creator("42")).await;
    assert!(matches!(outcome.end, upstream::End::Unusable { .. }), "{outcome:?}");
    let counts = &one.status().await[0].counts;
    let drift: Vec<_> = counts.drift.iter().map(|(what, count)| (what.as_str(), *count)).collect();
    assert_eq!(drift, [("data.expect_vv is missing", 1), ("data.expected_views is unknown", 1)]);
    assert_eq!(counts.drifted_answers, 1);
}
