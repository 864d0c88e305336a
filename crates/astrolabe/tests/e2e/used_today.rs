//! What is told of the day's successes: of who has no quota by the usage, and a quota begins with it.

use serde_json::Value;

use crate::support::{Server, astrolabe_ok, import_creator_42, new_token};

/// Used and left of what a verb tells; the first, where it tells several.
fn today(told: &str) -> (Value, Value) {
    let told: Value = serde_json::from_str(told).unwrap();
    let quota = &told.get(0).unwrap_or(&told)["quota_today"];
    (quota["used"].clone(), quota["left"].clone())
}

#[test]
fn free_answers_are_told_without_a_quota_and_a_quota_begins_with_them() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    import_creator_42(data, &[]);
    let token = new_token(data, "team");
    let server = Server::serve(data, &[]);
    for _ in 0..3 {
        assert_eq!(server.ask(&token, "42").code(), 0);
    }
    server.signal("TERM");
    assert!(server.wait().1.success());
    for verb in [&["account", "list"][..], &["account", "show", "team"], &["token", "list"], &["token", "show", "1"]] {
        let told = astrolabe_ok(data, &[verb, &["--json"]].concat());
        assert_eq!(today(&told), (3.into(), Value::Null), "{verb:?}: {told}");
    }
    let shown = || ["account", "token"].map(|whose| today(&astrolabe_ok(data, &[whose, "list", "--json"])));
    astrolabe_ok(data, &["account", "limit", "team", "--daily-quota", "5"]);
    assert_eq!(shown(), [(3.into(), 2.into()), (3.into(), Value::Null)]);
    astrolabe_ok(data, &["token", "limit", "1", "--daily-quota", "4"]);
    let server = Server::serve(data, &[]);
    assert_eq!([(); 2].map(|()| server.ask(&token, "42").code()), [0, 303]);
    assert_eq!(shown(), [(4.into(), 1.into()), (4.into(), 0.into())]);
}
