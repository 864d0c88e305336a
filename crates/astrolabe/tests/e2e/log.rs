//! What the log tells of requests.

use std::io::{Read, Write};

use crate::support::{ENDPOINT, Server, import_creator_42, new_token};

#[test]
fn each_request_to_an_endpoint_has_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let token = new_token(data, "team");
    import_creator_42(data, &[]);
    let server = Server::serve(data, &[("ASTROLABE_LOG__LEVEL", "debug")]);
    let asked = [
        (
            format!("{ENDPOINT}?oAuthorId=42"),
            "answered",
            r#"endpoint="author_cp_info" code=0 token=1 author=42 platform=SHORT_VIDEO"#,
        ),
        (format!("{ENDPOINT}?oAuthorId=!"), "refused", r#"endpoint="author_cp_info" code=400"#),
        (
            "/v1/explain?oAuthorId=42".into(),
            "answered",
            r#"endpoint="explain" code=0 token=1 author=42 platform=SHORT_VIDEO"#,
        ),
        ("/v1/account".into(), "answered", r#"endpoint="account" code=0 token=1"#),
        ("/v1/usage?to=soon".into(), "refused", r#"endpoint="usage" code=400"#),
    ];
    let ids: Vec<String> = asked.iter().map(|(target, ..)| request_id(&server, &token, target)).collect();
    server.signal("TERM");
    let said = server.everything_said();
    for ((target, word, fields), id) in asked.iter().zip(ids) {
        let lines: Vec<&str> = said.lines().filter(|line| line.contains(&id)).collect();
        assert!(lines.len() == 1 && lines[0].contains(word) && lines[0].contains(fields), "{target}: {lines:?}");
        assert!(lines[0].contains(" took_us="), "{target}: {lines:?}");
    }
}

/// Asks, and tells the `requestId` of the answer.
fn request_id(server: &Server, token: &str, target: &str) -> String {
    let mut stream = server.connect();
    let token = format!("Authorization: Bearer {token}");
    write!(stream, "GET {target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{token}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: "));
    id.unwrap_or_else(|| panic!("no id: {answer}")).to_owned()
}
