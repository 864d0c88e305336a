//! What an operator is told of an upstream: why it is not asked, and what can be done about it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use crate::support::{astrolabe, astrolabe_ok, said};
use crate::upstream::{AUTHOR, Place, ask, hang, once_held};

#[test]
fn what_to_do_about_a_token_that_is_not_accepted_is_told_and_works() {
    let place = Place::new(Some(r#"[{"when": {"requests": [1, 1]}, "fault": {"kind": "code", "code": 100}}]"#));
    let server = place.serve();
    assert!(ask(&server, &place.token, AUTHOR).contains("\"code\":301"));
    place.status(|status| status["parked"]["code"] == 100);
    server.signal("TERM");
    let log = server.everything_said();
    assert!(log.contains("restart the servers, then `astrolabe upstream unpark`"), "{log}");
    let unpark = |locale: &str| {
        let args = ["upstream", "unpark", "main", "--data"];
        said(&astrolabe().args(args).arg(place.data()).env("LANG", locale).output().unwrap())
    };
    let (first, again) = (unpark("C"), unpark("zh_CN.UTF-8"));
    assert!(
        first.contains("one that was not restarted since the right one is in its place is refused again"),
        "{first}"
    );
    assert!(again.contains("并未暂停") && !again.contains("令牌"), "{again}");
    let server = place.serve();
    assert!(ask(&server, &place.token, AUTHOR).contains("\"code\":0"));
}

#[test]
fn a_name_that_no_upstream_has_is_told_as_that_and_not_as_one_of_whom_there_is_nothing() {
    let place = Place::new(None);
    for verb in [&["upstream", "replay"][..], &["calls", "reconcile"], &["calls", "reconcile", "--rejected"]] {
        for (locale, told) in [
            ("C", "error: no upstream is named mian; the upstreams are: main"),
            ("zh_CN.UTF-8", "错误：没有名为 mian 的上游：现有 main"),
        ] {
            let named = |name: &str| {
                let mut run = astrolabe();
                run.args(verb)
                    .args(["--upstream", name, "--data"])
                    .arg(place.data())
                    .env("LANG", locale)
                    .output()
                    .unwrap()
            };
            let refused = named("mian");
            assert_eq!((refused.status.code(), said(&refused).trim()), (Some(1), told), "{verb:?}");
            assert!(named("main").status.success(), "{verb:?}: {}", said(&named("main")));
        }
    }
    // One that is configured no more, and of which there is something.
    let server = place.serve();
    assert!(ask(&server, &place.token, AUTHOR).contains("\"code\":0"));
    server.signal("TERM");
    server.everything_said();
    let file = place.data().join("astrolabe.toml");
    let config = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, config.replace("\"main\"", "\"other\"")).unwrap();
    let replayed = astrolabe_ok(&place.data(), &["upstream", "replay", "--upstream", "main", "--json"]);
    assert!(replayed.contains(AUTHOR), "{replayed}");
}

#[test]
fn a_call_lost_with_its_server_is_told_beside_those_of_an_upstream() {
    let place = Place::new(Some(r#"[{"fault": {"kind": "hang"}}]"#));
    let server = place.serve();
    let (_client, id) = (hang(&server, &place), once_held(&place));
    server.signal("KILL");
    drop(server.wait());
    // Settles what the one that died left.
    let server = place.serve();
    let all = astrolabe_ok(&place.data(), &["calls", "reconcile", "--json"]);
    assert!(all.contains(&id), "{all}");
    for (locale, told, sent) in [
        ("C", "1 call whose server died before the end was known", "may have been sent"),
        ("zh_CN.UTF-8", "还有 1 次调用", "可能已发出"),
    ] {
        let reconcile = |more: &[&str]| {
            let mut run = astrolabe();
            run.args(["calls", "reconcile"]).args(more).arg("--data").arg(place.data()).env("LANG", locale);
            let output = run.output().unwrap();
            String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output)
        };
        let listed = reconcile(&["--upstream", "main"]);
        assert!(listed.contains(told) && !listed.contains(&id), "{listed}");
        // That it was sent, nobody knows.
        let listed = reconcile(&[]);
        assert!(listed.contains(&id) && listed.contains(sent), "{listed}");
    }
    server.signal("TERM");
    let log = server.everything_said();
    let line = log.lines().find(|line| line.contains("WARN") && line.contains(&id)).unwrap_or_default();
    assert!(line.contains("it may have been sent to an upstream"), "{log}");
}

#[test]
fn a_call_that_may_be_billed_is_found_though_its_caller_got_a_stale_answer() {
    let lost = r#"[{"when": {"requests": [2, 9]}, "fault": {"kind": "reset_after_reading"}}]"#;
    let place = Place::new(Some(lost));
    let file = place.data().join("astrolabe.toml");
    let config = fs::read_to_string(&file).unwrap();
    fs::write(&file, config.replace("stale_max_age_s = 0", "stale_max_age_s = 600\ncache_max_age_s = 0")).unwrap();
    let server = place.serve();
    for _ in 0..2 {
        assert!(ask(&server, &place.token, AUTHOR).contains("\"code\":0"));
    }
    let reconcile = |more: &[&str]| {
        let mut run = astrolabe();
        run.args(["calls", "reconcile"]).args(more).arg("--data").arg(place.data()).env("LANG", "C");
        said(&run.output().unwrap())
    };
    for args in [&[][..], &["--upstream", "main"], &["--upstream", "main", "--from", "2026-01-01"]] {
        let told = reconcile(args);
        assert!(
            told.contains("unknown") && told.contains("1 other call that an upstream billed for nothing, or may have"),
            "{told}"
        );
    }
    let before = reconcile(&["--to", "2026-01-01"]);
    assert!(!before.contains("other call"), "{before}");
    let listed = astrolabe_ok(&place.data(), &["calls", "list", "--lost"]);
    let parts = [AUTHOR, "main", "no_answer", "succeeded"];
    assert!(parts.iter().all(|part| listed.contains(part)), "{listed}");
    let listed: serde_json::Value =
        serde_json::from_str(&astrolabe_ok(&place.data(), &["calls", "list", "--lost", "--json"])).unwrap();
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["failure"]), (Some(1), &"no_answer".into()));
    assert!(listed[0]["sent_at"].is_string(), "{listed}");
}

/// What `serve --check` says of a place.
fn checked(place: &Place) -> Output {
    let mut check = astrolabe();
    check.args(["serve", "--check", "--data"]).arg(place.data()).env("PAID_TOKEN", "not-asked-with").output().unwrap()
}

#[test]
fn a_token_that_others_may_read_and_a_price_that_is_missing_are_warned_of_once() {
    let place = Place::new(None);
    let (file, token) = (place.data().join("astrolabe.toml"), place.data().join("paid.token"));
    let config = fs::read_to_string(&file).unwrap();
    let said_of = |config: &str| {
        fs::write(&file, config).unwrap();
        let output = checked(&place);
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    };
    let warnings = |said: &str| said.lines().filter(|line| line.contains("WARN")).count();
    assert_eq!(warnings(&said_of(&config)), 0);
    let unpriced = config.replace("price_yuan = \"0.05\"\ndaily_budget_yuan = \"1\"\n", "");
    let said = said_of(&unpriced);
    assert!(warnings(&said) == 1 && said.contains("main") && said.contains("has no price_yuan"), "{said}");
    assert_eq!(warnings(&said_of(&format!("{unpriced}price_yuan = \"0\"\n"))), 0, "it is free, and said to be");
    fs::write(&token, "paid-token-of-the-file\n").unwrap();
    let in_file = config.replace("token_env = \"PAID_TOKEN\"", &format!("token_file = {token:?}"));
    for (mode, told) in [(0o644, 1), (0o600, 0)] {
        fs::set_permissions(&token, fs::Permissions::from_mode(mode)).unwrap();
        let said = said_of(&in_file);
        assert_eq!((warnings(&said), said.contains("0644")), (told, told == 1), "{said}");
        assert!(!said.contains("paid-token"), "{said}");
    }
    let never = said_of(&config.replace(", \"upstream\"]", "]"));
    assert!(warnings(&never) == 1 && never.contains("never asked"), "{never}");
}

#[test]
fn a_mistake_in_a_script_is_told_once_and_in_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.json");
    for (script, english, chinese) in [
        (r#"[{"fault": {"kind": "explode"}}]"#, "unknown variant `explode`", "没有种类 `explode`，可用的有 code、"),
        (
            r#"[{"when": {"requests": [3, 1]}}]"#,
            "rule 1: requests name none, since the first is after the last",
            "第 1 条规则：requests 不含任何请求",
        ),
    ] {
        fs::write(&file, script).unwrap();
        for (locale, told) in [("C", english), ("zh_CN.UTF-8", chinese)] {
            let mut simulate = astrolabe();
            simulate.args(["upstream", "simulate", "--script"]).arg(&file).env("LANG", locale);
            let output = simulate.output().unwrap();
            assert_eq!(output.status.code(), Some(1));
            assert_eq!(said(&output).matches(told).count(), 1, "{}", said(&output));
        }
    }
}
