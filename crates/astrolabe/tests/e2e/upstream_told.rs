//! What an operator is told of an upstream: why it is not asked, and what can be done about it.

use crate::support::{astrolabe, said};
use crate::upstream::{AUTHOR, Place, ask};

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
