//! With everything logged and everything asked, no token is anywhere but where it was made: not in the log, the metrics,
//! the answers, or any file of the data directory.

use std::io::{Read, Write};
use std::path::Path;

use crate::support::{ENDPOINT, Server, astrolabe_ok, new_token};

#[test]
fn no_token_is_written_anywhere() {
    ask_everything("text");
}

#[test]
fn no_token_is_written_anywhere_in_json_and_each_line_of_that_is_an_object() {
    for line in ask_everything("json").lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let of = |name: &str| line[name].as_str().unwrap_or_else(|| panic!("{name}: {line}"));
        assert!(of("time").ends_with('Z') && ["INFO", "DEBUG", "TRACE", "WARN"].contains(&of("level")), "{line}");
        assert_ne!(of("message"), "");
    }
}

/// Gives the log.
fn ask_everything(log_format: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let token = new_token(data, "team");
    let disabled = astrolabe_ok(data, &["token", "create", "team"]).trim().to_owned();
    astrolabe_ok(data, &["token", "disable", "2"]);
    let unknown = "astro_0123456789abcdefghijklmnopqrstuv".to_owned();
    let server = Server::serve(data, &[("ASTROLABE_LOG__LEVEL", "trace"), ("ASTROLABE_LOG__FORMAT", log_format)]);
    let mut answers = String::new();
    for secret in [&token, &disabled, &unknown] {
        let targets = [
            format!("{ENDPOINT}?token={secret}&oAuthorId=42"),
            format!("{ENDPOINT}?token={secret}&token={secret}&oAuthorId=42"),
            format!("{ENDPOINT}?oAuthorId={secret}"),
            format!("{ENDPOINT}?oAuthorId=42&platform={secret}"),
            format!("/v1/explain?oAuthorId=42&token={secret}"),
            format!("/{secret}?token={secret}"),
            format!("/v1/calls/{secret}"),
            "/v1/account".to_owned(),
            "/v1/usage".to_owned(),
            format!("/v1/usage?from={secret}"),
            "/metrics".to_owned(),
        ];
        for target in targets {
            for header in [format!("Authorization: Bearer {secret}"), format!("Idempotency-Key: {secret}{secret}")] {
                answers.push_str(&ask(&server, &target, &header));
            }
        }
    }
    answers.push_str(&ask(&server, "/metrics", "Accept: text/plain"));
    server.signal("TERM");
    let said = server.everything_said();
    let (told, status) = server.wait();
    assert!(status.success());
    for secret in [&token, &disabled, &unknown] {
        // The part after the prefix: nothing that is written may hold half of it either.
        let half = &secret[6..22];
        assert!(!answers.contains(half), "in an answer");
        assert!(!said.contains(half), "in the log");
        assert!(!told.concat().contains(half), "on stdout");
        assert_eq!(file_with(data, half.as_bytes()), None, "in a file");
    }
    assert!(said.contains("TRACE") || said.contains("DEBUG"), "everything is logged: {said}");
    assert!(answers.contains("astrolabe_requests_total"));
    said
}

fn ask(server: &Server, target: &str, header: &str) -> String {
    let mut stream = server.connect();
    write!(stream, "GET {target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{header}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The first file below a folder that holds these bytes.
fn file_with(folder: &Path, bytes: &[u8]) -> Option<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().find_map(|path| match path.is_dir() {
        true => file_with(&path, bytes),
        false => {
            let held = std::fs::read(&path).unwrap();
            held.windows(bytes.len()).any(|window| window == bytes).then_some(path)
        }
    })
}
