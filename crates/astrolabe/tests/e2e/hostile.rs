//! Servers and upstreams that answer what no honest one does: what `cp --url` and `upstream replay` make of it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::thread;

use serde_json::{Value, json};

use crate::support::{astrolabe, said};

/// What a terminal would obey: colours, a title, a bell, text from right to left, a new line.
const OBEYED: &str = "\u{1b}[31m\u{1b}]0;pwned\u{7}\u{9b}2J\u{202e}\nerror: ";

/// A server that answers each question with the next of these bodies, and then is gone; its address.
fn server(bodies: Vec<(u16, String)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for (status, body) in bodies {
            let (mut stream, _) = listener.accept().unwrap();
            read_question(&mut stream);
            let length = body.len();
            // Who has read enough hangs up.
            let _ =
                write!(stream, "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        }
    });
    url
}

/// Reads a question: its head, and a body that is `{…}` with as many of either.
fn read_question(stream: &mut TcpStream) {
    let mut read = Vec::new();
    let count = |read: &[u8], sought: u8| read.iter().filter(|byte| **byte == sought).count();
    let is_whole = |read: &[u8]| {
        let Some(head) = read.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
        let body = &read[head + 4..];
        read.starts_with(b"GET") || count(body, b'{') > 0 && count(body, b'{') == count(body, b'}')
    };
    while !is_whole(&read) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        read.push(byte[0]);
    }
}

/// Asks for one creator, or for those in a file.
fn cp(url: &str, args: &[&str]) -> Output {
    astrolabe().args(["cp", "--url", url, "--token", "t", "--key", "k"]).args(args).output().unwrap()
}

fn assert_obeys_nothing(told: &[u8]) {
    let told = std::str::from_utf8(told).unwrap();
    let obeyed = told.chars().find(|letter| *letter != '\n' && (letter.is_control() || *letter == '\u{202e}'));
    assert_eq!(obeyed, None, "{told:?}");
}

fn lines(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn ids(folder: &Path) -> String {
    let file = folder.join("ids.csv");
    std::fs::write(&file, "42\n43\n").unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn what_a_server_says_moves_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let file = ids(folder.path());
    let refused = json!({"code": 400, "message": OBEYED, "requestId": OBEYED, "data": null}).to_string();
    let asked =
        astrolabe().args(["cp", "42", "--url", &server(vec![(400, refused)]), "--token", "t"]).output().unwrap();
    assert!(!asked.status.success() && said(&asked).contains("code 400:  [31m ]0;pwned"), "{}", said(&asked));
    assert_eq!(said(&asked).lines().count(), 1, "{}", said(&asked));
    assert_obeys_nothing(&asked.stderr);

    let data = json!({
        "base_resp": {"status_code": 0, "status_message": ""}, "expect_cpe": {"cpe_1_20": "7"},
        "expect_cpm": {"cpm_1_20": "2156"}, "expect_vv": {"value": 5}, "hot_item": {"value": 1200},
    });
    let rows = lines(&[
        json!({"row": 1, "oAuthorId": "42", "platform": "SHORT_VIDEO", "status": "answered", "code": 0,
            "chargedYuan": "0", "source": OBEYED, "data": data}),
        json!({"row": 2, "oAuthorId": "43", "platform": "SHORT_VIDEO", "status": "refused", "code": 301,
            "chargedYuan": "0", "message": OBEYED}),
        json!({"summary": {"rows": 2, "answered": 1, "refused": 1, "left": 0, "chargedYuan": "0", "quota": 0}}),
    ]);
    let table = cp(&server(vec![(200, rows.clone())]), &["--file", &file]);
    let shown = String::from_utf8(table.stdout.clone()).unwrap();
    assert!(shown.contains("answered") && shown.contains("]0;pwned"), "{shown}{}", said(&table));
    assert_obeys_nothing(&table.stdout);
    assert_obeys_nothing(&table.stderr);
    // What programs read is what the server wrote.
    let out = folder.path().join("out.json");
    cp(&server(vec![(200, rows)]), &["--file", &file, "--out", out.to_str().unwrap()]);
    let written: Value = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
    assert_eq!(written[1]["message"], OBEYED);
}

#[test]
fn an_answer_that_is_not_whole_or_not_of_who_was_asked_for_is_told_with_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = ids(folder.path());
    let row = |row: u8, id: &str| json!({"row": row, "oAuthorId": id, "platform": "SHORT_VIDEO", "status": "left", "chargedYuan": "0"});
    let last = json!({"summary": {"rows": 2, "answered": 0, "refused": 0, "left": 2, "chargedYuan": "0", "quota": 0}});
    for (rows, why) in [
        (vec![], "the answer broke off after 0 rows"),
        (vec![row(1, "42")], "the answer broke off after 1 rows"),
        (vec![row(1, "42"), row(1, "42")], "row 1 is none that is missing"),
        (vec![row(1, "42"), row(2, "44")], "row 2 is of 44 on SHORT_VIDEO, and 43 on SHORT_VIDEO was asked for"),
    ] {
        let answer = lines(&[&rows[..], std::slice::from_ref(&last)].concat());
        let out = folder.path().join("out.csv");
        let asked = cp(&server(vec![(200, answer)]), &["--file", &file, "--out", out.to_str().unwrap()]);
        let told = said(&asked);
        assert!(!asked.status.success() && told.contains(why) && !out.exists(), "{why}: {told}");
        assert!(told.contains("run it again with --key k within 24 hours"), "{told}");
    }
}
