//! The token goes to its upstream and nowhere else: into no log at any level, no error, no `Debug`, no archive, no redirect.

use std::sync::Arc;

use upstream::{Secret, Surroundings, UpstreamSettings, Upstreams};

use super::support::*;

/// Whether the token, in any form it could have, is in a text.
fn has_token(text: &str) -> bool {
    ["paid+token", "paid%2Btoken", "paid%2btoken", "of-the-operator"].iter().any(|part| text.contains(part))
}

#[tokio::test]
async fn the_token_is_in_no_log_no_error_no_debug_and_no_archive() {
    let (logged, _guard) = captured();

    let mut said = String::new();
    let echo = r#"{"kind":"code","code":400,"message":"token {token} asked for nobody"}"#.to_owned();
    for fault in [
        echo.replace("400", "100"),
        echo,
        r#"{"kind":"code","code":301}"#.into(),
        r#"{"kind":"hang"}"#.into(),
        r#"{"kind":"reset_after_reading"}"#.into(),
        r#"{"kind":"reset_on_connect"}"#.into(),
        r#"{"kind":"not_http"}"#.into(),
        r#"{"kind":"truncated","bytes":9}"#.into(),
        r#"{"kind":"html","http":200}"#.into(),
        r#"{"kind":"body","http":200,"body":"token=paid+token/of-the-operator"}"#.into(),
        r#"{"kind":"drifted","set":{"asked_with":"paid+token/of-the-operator"}}"#.into(),
        r#"{"kind":"code","code":400,"message":"asked with paid%2btoken%2fof-the%2Doperator"}"#.into(),
        r#"{"kind":"redirect","http":302,"to":"http://127.0.0.1:9/"}"#.into(),
    ] {
        let simulator = simulator(&rule(&fault)).await;
        let urls = [simulator.base_url(), format!("https://{}", simulator.address()), nowhere()];
        for (number, url) in urls.into_iter().enumerate() {
            let timeout = if fault.contains("hang") { BRIEF } else { upstream("a", "http://a").timeout };
            let (one, _) = upstreams(quick(), vec![UpstreamSettings { timeout, ..upstream(&number.to_string(), url) }]);
            let outcome = one.ask(creator("42")).await;
            said += &format!("{outcome:?} {one:?} {:?}", one.status().await);
            if let upstream::End::Answered(answer) = &outcome.end {
                said += &String::from_utf8_lossy(&answer.body);
                assert!(answer.body.windows(8).any(|part| part == b"[hidden]"));
            }
        }
        let heads = simulator.heads();
        assert!(
            heads
                .iter()
                .all(|head| head.contains("token=paid%2Btoken%2Fof-the-operator&oAuthorId=42&platform=SHORT_VIDEO "))
        );
    }
    said += &format!("{:?}", upstream("a", "http://a"));
    let logged = logged.text();
    for target in ["upstream called", "hyper_util::client"] {
        assert!(logged.contains(target), "{target} is in no log that was captured");
    }
    for line in logged.lines().chain([said.as_str()]) {
        assert!(!has_token(line), "{line}");
    }
}

#[tokio::test]
async fn only_the_contracts_question_is_sent() {
    let simulator = simulator("[]").await;
    let (one, _) = upstreams(quick(), vec![upstream("a", simulator.base_url())]);
    one.ask(creator("42")).await;
    let heads = simulator.heads();
    let mut names: Vec<&str> = heads[0].lines().skip(1).filter_map(|line| line.split(':').next()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "host", "user-agent"], "no header of a caller's, no Referer, no cookie");
}

#[tokio::test]
async fn where_a_redirect_leads_to_is_never_asked() {
    let target = simulator("[]").await;
    for http in [301, 302, 303, 307, 308] {
        let fault = format!(r#"{{"kind":"redirect","http":{http},"to":"{}/"}}"#, target.base_url());
        let redirecting = simulator(&rule(&fault)).await;
        let (one, _) = upstreams(quick(), vec![upstream("a", redirecting.base_url())]);
        assert_eq!(ended(&*one.ask(creator("42")).await), "failed: redirect");
        assert_eq!(redirecting.counts().requests, 1);
    }
    assert_eq!(target.counts().connections, 0);
}

#[tokio::test]
async fn mistakes_in_settings_are_told_without_their_values() {
    let with = |upstreams: Vec<UpstreamSettings>, settings| {
        let made = Upstreams::new(upstreams, settings, Surroundings::new(Arc::new(upstream::InMemory::default())));
        made.map(|_| ()).expect_err("a mistake").to_string()
    };
    let at = |url: &str| upstream("a", url);
    let no_token = UpstreamSettings { token: Secret::new(" \n"), ..at("http://a") };
    let no_time = UpstreamSettings { timeout: std::time::Duration::ZERO, ..at("http://a") };
    for (mistake, expected) in [
        (with(vec![at("https://a/?token=paid+token/of-the-operator")], quick()), "the base URL of upstream \"a\""),
        (with(vec![at("https://of-the-operator@a/")], quick()), "the base URL of upstream \"a\""),
        (with(vec![no_token], quick()), "upstream \"a\" has no token"),
        (with(vec![no_time], quick()), "the timeout of upstream \"a\""),
        (with(vec![at("http://a"), at("http://b")], quick()), "two upstreams are named \"a\""),
        (with(vec![], upstream::Settings { attempts_max: 0, ..quick() }), "attempts_max"),
        (with(vec![], upstream::Settings { attempt_min: quick().budget, ..quick() }), "attempt_min"),
    ] {
        assert!(mistake.starts_with(expected) && !has_token(&mistake), "{mistake}");
    }
    assert_eq!(upstream::known_base_url("global"), Some("https://api.justoneapi.com"));
}
