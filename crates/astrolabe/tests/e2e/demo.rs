//! `astrolabe demo`: three lines for scripts, a command line to paste, the page's own example, an orderly end.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{ENDPOINT, Reply, Server};

fn demo(data: &Path) -> (Server, Demo) {
    let (server, told) = Server::demo(data);
    let of = |name: &str| told.iter().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    let demo = Demo { token: of("ASTROLABE_TOKEN="), author: of("ASTROLABE_AUTHOR="), told };
    (server, demo)
}

struct Demo {
    token: String,
    author: String,
    told: Vec<String>,
}

/// The example of the page that defines the contract.
fn example() -> Value {
    json!({
        "base_resp": {"status_code": 0, "status_message": ""},
        "expect_cpe": {"cpe_1_20": "253", "cpe_21_60": "633", "cpe_60": "633"},
        "expect_cpm": {"cpm_1_20": "5618", "cpm_21_60": "14043", "cpm_60": "14043"},
        "expect_vv": {"value": 4_693_149},
        "hot_item": {"value": 1200},
    })
}

#[test]
fn the_demo_answers_with_the_example_of_the_page_and_again_on_the_same_data() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let (server, demo) = demo(dir.path());
        let reply = server.ask(&demo.token, &demo.author);
        assert_eq!((reply.status, reply.code()), (200, 0), "{reply:?}");
        assert_eq!(reply.body["data"], example());
        assert_eq!(reply.body["message"], Value::Null);
        server.signal("TERM");
        assert!(server.wait().1.success());
    }
}

#[test]
fn the_demo_buys_nothing_whatever_the_configuration_says() {
    let dir = tempfile::tempdir().unwrap();
    let [folder, token] = ["demo", "token"].map(|name| dir.path().join(name));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(&token, "secret").unwrap();
    let upstream =
        format!("name = \"u\"\nbase_url = \"http://127.0.0.1:9\"\ntoken_file = {token:?}\nprice_yuan = \"0.05\"\n");
    let config = format!("[answer]\nsources = [\"local\", \"upstream\"]\n\n[[upstreams]]\n{upstream}");
    std::fs::write(folder.join("astrolabe.toml"), config).unwrap();
    let (server, demo) = demo(dir.path());
    assert_eq!(server.ask(&demo.token, &demo.author).code(), 0);
    assert_eq!(server.ask(&demo.token, "1").code(), 400, "nobody knows this one");
}

#[test]
fn scripts_read_exactly_three_lines_from_stdout() {
    let dir = tempfile::tempdir().unwrap();
    let (server, demo) = demo(dir.path());
    server.signal("INT");
    let (rest, status) = server.wait();
    let names: Vec<&str> =
        demo.told.iter().chain(&rest).map(|line| line.split('=').next().unwrap_or_default()).collect();
    assert_eq!(names, ["ASTROLABE_URL", "ASTROLABE_TOKEN", "ASTROLABE_AUTHOR"]);
    assert!(status.success(), "{status}");
}

#[test]
fn the_printed_curl_line_works_when_pasted() {
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("skipped: curl is not installed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (server, _) = demo(dir.path());
    let line = server.said_line("curl ");
    let output = Command::new("sh").args(["-c", &line]).stderr(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{line}");
    // A pasted line may ask for the headers too; the body is what follows them.
    let text = String::from_utf8(output.stdout).unwrap();
    let body: Value = serde_json::from_str(&text[text.find('{').unwrap()..]).unwrap();
    assert_eq!(body["code"], 0);
    assert_eq!(body["data"], example());
}

#[test]
fn a_request_in_flight_is_answered_before_the_server_ends() {
    let dir = tempfile::tempdir().unwrap();
    let (server, demo) = demo(dir.path());
    let mut waiting = server.connect();
    write!(waiting, "GET {ENDPOINT}?token={}&oAuthorId={} HTTP/1.1\r\n", demo.token, demo.author).unwrap();
    // Connections are accepted in order: once a later one is answered, the half-sent request is in the server's hands.
    assert_eq!(server.ask("", "").status, 401);
    server.signal("TERM");
    // The server has seen the signal when it takes no new connection.
    while std::net::TcpStream::connect(server.address()).is_ok() {
        std::thread::yield_now();
    }
    write!(waiting, "Host: test\r\n\r\n").unwrap();
    let reply = Reply::read(waiting);
    assert_eq!((reply.status, reply.code()), (200, 0), "{reply:?}");
    let (_, status) = server.wait();
    assert!(status.success(), "{status}");
}
