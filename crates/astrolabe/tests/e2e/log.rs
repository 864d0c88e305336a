//! What the log tells of requests.

use std::io::{Read, Write};

use crate::support::{ENDPOINT, Server, astrolabe, import_creator_42, new_token};

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

#[test]
fn what_keeps_a_server_from_starting_is_a_json_object_where_the_log_is_of_those() {
    let folder = tempfile::tempdir().unwrap();
    new_token(folder.path(), "team");
    std::fs::write(folder.path().join("token.key"), [7; 32]).unwrap();
    let mut serve = astrolabe();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.path());
    let output = serve.envs([("ASTROLABE_LOG__FORMAT", "json"), ("LC_ALL", "zh_CN.UTF-8")]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let line: serde_json::Value = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"));
    assert_eq!((output.status.code(), line["level"].as_str()), (Some(1), Some("ERROR")));
    assert!(
        line["message"].as_str().unwrap().contains("token.key is not the key") && line["time"].is_string(),
        "{told}"
    );
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
