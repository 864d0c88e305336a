//! The code samples, run as they are rendered, in each of their languages, against a running server.
//!
//! `cargo xtask test` installs what they need; a language that is missing is skipped, with a word on stderr.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{Server, astrolabe, said};

/// The languages: the name, the file a program is kept in, and what runs it.
const LANGUAGES: [(&str, &str, &[&str]); 6] = [
    ("bash", "sample.sh", &["bash"]),
    ("python", "sample.py", &["python3"]),
    ("js", "sample.mjs", &["node"]),
    ("java", "Main.java", &["java"]),
    ("go", "sample.go", &["go", "run"]),
    ("php", "sample.php", &["php"]),
];

/// What runs a language; none, with a word, where it is not there.
fn runner(language: &str, command: &[&str]) -> Option<Command> {
    let program = match (language, std::env::var_os("ASTROLABE_PORTAL_PYTHON")) {
        // One that has requests.
        ("python", python) => python,
        _ => Some(OsString::from(command[0])),
    };
    let starts = |program: &OsString| {
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let Some(program) = program.filter(starts) else {
        eprintln!("skipped: the {language} sample: its language is not installed; `cargo xtask test` installs it");
        return None;
    };
    let mut runner = Command::new(program);
    runner.args(&command[1..]);
    Some(runner)
}

/// The sample as `astrolabe samples` prints it.
fn sample(language: &str, endpoint: &str, url: &str) -> Vec<u8> {
    let args = ["samples", "--lang", language, "--endpoint", endpoint, "--base-url", url];
    let output = astrolabe().args(args).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    output.stdout
}

fn run(mut runner: Command, folder: &Path, file: &str, token: &str) -> Output {
    runner.arg(file).current_dir(folder).env("ASTROLABE_TOKEN", token).output().unwrap()
}

#[test]
fn each_sample_prints_the_answer_and_with_a_wrong_token_the_refusal() {
    let dir = tempfile::tempdir().unwrap();
    let (server, told) = Server::demo(dir.path());
    let token = told.iter().find_map(|line| line.strip_prefix("ASTROLABE_TOKEN=")).unwrap();
    for (language, file, command) in LANGUAGES {
        for endpoint in catalog::ENDPOINTS {
            let name = endpoint.name;
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(file), sample(language, name, &server.url)).unwrap();
            let Some(good) = runner(language, command) else { break };
            let good = run(good, folder.path(), file, token);
            if name == catalog::CALL.name {
                // The call of its example is nobody's.
                assert!(!good.status.success(), "{language} {name}");
                assert_eq!(refusal(&good)["status"], 404, "{language} {name}");
                continue;
            }
            assert!(good.status.success(), "{language} {name}: {}", said(&good));
            let answer = serde_json::Deserializer::from_slice(&good.stdout).into_iter::<Value>().next();
            let answer = answer.unwrap_or_else(|| panic!("{language} {name}: no answer")).unwrap();
            // Where reading JSON takes a library, the reply is printed whole.
            let answer = answer.get("data").unwrap_or(&answer);
            if name == catalog::AUTHOR_CP_INFO.name {
                assert_eq!(answer["expect_vv"]["value"], 4_693_149, "{language}");
            }
            // One of each kind: the contract's, a GET of ours, and a POST.
            if [catalog::AUTHOR_CP_INFO.name, catalog::ACCOUNT.name, catalog::BATCH.name].contains(&name) {
                let Some(bad) = runner(language, command) else { break };
                let bad = run(bad, folder.path(), file, "wrong");
                assert!(!bad.status.success() && bad.stdout.is_empty(), "{language} {name}");
                assert_eq!(refusal(&bad)["code"], 100, "{language} {name}");
            }
        }
    }
}

/// The refusal that a sample prints to stderr. `go run` adds a line about the exit.
fn refusal(output: &Output) -> Value {
    let said = said(output);
    let said = &said[said.find('{').unwrap_or_else(|| panic!("no refusal: {said}"))..];
    serde_json::Deserializer::from_str(said).into_iter::<Value>().next().unwrap().unwrap()
}

#[test]
fn the_text_for_an_assistant_names_what_the_server_serves() {
    let dir = tempfile::tempdir().unwrap();
    let (server, _) = Server::demo(dir.path());
    let text = String::from_utf8(sample("text", "author_cp_info", &server.url)).unwrap();
    let document = text.lines().find_map(|line| line.strip_prefix("OpenAPI definition: ")).unwrap();
    let document: Value = serde_json::from_str(&server.get(document.strip_prefix(&server.url).unwrap())).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
}
