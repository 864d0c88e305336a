//! What an operator is told of an upstream: why it is not asked, and what can be done about it.

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
    for (locale, told) in [("C", "1 call whose server died while it asked one"), ("zh_CN.UTF-8", "还有 1 次调用")]
    {
        let mut run = astrolabe();
        run.args(["calls", "reconcile", "--upstream", "main", "--data"]).arg(place.data()).env("LANG", locale);
        let listed = run.output().unwrap();
        let listed = said(&listed);
        assert!(listed.contains(told) && !listed.contains(&id), "{listed}");
    }
    drop(server);
}
