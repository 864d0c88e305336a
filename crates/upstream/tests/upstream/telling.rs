//! What is told of an upstream that fails: a line of the log for each kind of failure, and the latest one with its status.

use upstream::{BreakerSettings, LastFailure, Settings};

use super::support::*;

/// The lines that warn of failed calls, or of a breaker that opened.
fn warnings(logged: &Logged, of: &str) -> Vec<String> {
    logged.text().lines().filter(|line| line.contains(" WARN ") && line.contains(of)).map(str::to_owned).collect()
}

#[tokio::test]
async fn why_an_upstream_fails_is_a_warning_once_a_minute_and_stands_in_its_status() {
    for (fault, kind, detail) in [
        (r#"{"kind":"html","http":200}"#, "html", "HTTP 200"),
        (r#"{"kind":"redirect","http":302,"to":"http://127.0.0.1:9/"}"#, "redirect", "HTTP 302"),
        (r#"{"kind":"code","code":777,"message":"who is {token}"}"#, "unknown_code", "who is [hidden]"),
        (r#"{"kind":"code","code":600,"message":"not this platform"}"#, "permission_denied", "not this platform"),
    ] {
        let (logged, _guard) = captured();
        let failing = simulator(&rule(fault)).await;
        let (one, hands) = upstreams(quick(), vec![upstream("a", failing.base_url())]);
        let told = || warnings(&logged, "a call failed");
        for _ in 0..3 {
            one.ask(creator("42")).await;
        }
        let first = told();
        assert_eq!(first.len(), 1, "{first:#?}");
        for part in ["upstream=\"a\"", &format!("kind=\"{kind}\""), detail, "untold=0"] {
            assert!(first[0].contains(part), "{part}: {first:#?}");
        }
        hands.set(NOON + 60_000);
        one.ask(creator("42")).await;
        assert!(told().len() == 2 && told()[1].contains("untold=2"), "{:#?}", told());
        let LastFailure { kind: last, detail: why, at_ms } = one.status().await[0].last_failure.clone().expect("one");
        assert_eq!((last.as_str(), at_ms), (kind, NOON + 60_000));
        assert!(why.contains(detail), "{why}");
    }
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_told_with_its_reason() {
    let plain = simulator("[]").await;
    let https = format!("https://{}", plain.address());
    for (url, kind) in [(https, "tls"), (nowhere(), "dns")] {
        let (logged, _guard) = captured();
        let (one, _) = upstreams(quick(), vec![upstream("a", url)]);
        one.ask(creator("42")).await;
        let told = warnings(&logged, "a call failed");
        assert!(told.len() == 1 && told[0].contains(&format!("kind=\"{kind}\"")), "{told:#?}");
        assert!(!told[0].contains("detail=\"\""), "{told:#?}");
    }
}

#[tokio::test]
async fn a_breaker_that_opens_is_told_with_what_opened_it() {
    let (logged, _guard) = captured();
    let failing = simulator(&rule(r#"{"kind":"code","code":600,"message":"not this platform"}"#)).await;
    let breaker = BreakerSettings { failures: 2, ..BreakerSettings::default() };
    let (one, _) = upstreams(Settings { breaker, ..quick() }, vec![upstream("a", failing.base_url())]);
    for _ in 0..2 {
        one.ask(creator("42")).await;
    }
    let opened = warnings(&logged, "breaker opened");
    assert_eq!(opened.len(), 1, "{opened:#?}");
    for part in
        ["openings=1", "kind=\"permission_denied\"", "detail=\"not this platform\"", "until=\"2026-11-24T12:00:10Z\""]
    {
        assert!(opened[0].contains(part), "{part}: {opened:#?}");
    }
}

#[tokio::test]
async fn a_creator_that_an_upstream_does_not_know_is_no_failure_of_it() {
    let (logged, _guard) = captured();
    let refusing = simulator(&rule(r#"{"kind":"code","code":400}"#)).await;
    let (one, _) = upstreams(quick(), vec![upstream("a", refusing.base_url())]);
    one.ask(creator("42")).await;
    assert!(!logged.text().contains(" WARN "), "{}", logged.text());
    assert_eq!(one.status().await[0].last_failure, None);
}
