//! The official Python SDK of the public service, unchanged but for its base URL.
//!
//! `cargo xtask test` installs it and names the Python that has it in `ASTROLABE_SDK_PYTHON`; without that this skips.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::failing::{FailingServer, LOCKED};
use crate::support::{Server, astrolabe_ok, new_token};

/// Asks as users of the SDK do and prints what they see.
const SCRIPT: &str = r#"
import json, sys
from justoneapi import JustOneAPIClient

base_url, token, author, platform = sys.argv[1:]
client = JustOneAPIClient(token=token, base_url=base_url)
response = client.douyin_xingtu.gw_api_data_sp_author_cp_info_v1(o_author_id=author, platform=platform or None)
json.dump({"success": response.success, "code": response.code, "message": response.message, "data": response.data}, sys.stdout)
"#;

/// The Python that has the SDK.
fn python() -> Option<OsString> {
    let python = std::env::var_os("ASTROLABE_SDK_PYTHON");
    if python.is_none() {
        eprintln!("skipped: the official Python SDK is not installed; `cargo xtask test` installs it");
    }
    python
}

fn ask(python: &OsString, url: &str, token: &str, author: &str, platform: &str) -> Value {
    let output = Command::new(python).args(["-c", SCRIPT, url, token, author, platform]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Data with one creator of known figures: ten posts of 100,000 plays and 2,000 interactions, a price of 5,000 yuan.
fn one_creator(data: &Path) {
    let mut posts = String::from(
        "item_id,author_id,platform,published_at,captured_at,duration_s,sponsored,plays,likes,comments,shares,collects\n",
    );
    for day in 1..=10 {
        let line = format!(
            "p{day},42,SHORT_VIDEO,2026-01-{day:02}T00:00:00Z,2026-03-01T00:00:00Z,15,false,100000,1500,200,200,100\n"
        );
        posts.push_str(&line);
    }
    let rates = "author_id,platform,tier,price_yuan\n42,SHORT_VIDEO,1_20,5000\n";
    // The median, whose figures can be told by looking at the posts.
    std::fs::write(data.join("astrolabe.toml"), "[estimate]\nmethod = \"median-10\"\n").unwrap();
    for (name, text) in [("posts.csv", posts.as_str()), ("rates.csv", rates)] {
        let file = data.join(name);
        std::fs::write(&file, text).unwrap();
        astrolabe_ok(data, &["import", "--strict", file.to_str().unwrap()]);
    }
}

#[test]
fn success_and_each_refusal_reach_the_users_of_the_sdk() {
    let Some(python) = python() else { return };
    for habit in ["by_code", "always_200"] {
        let dir = tempfile::tempdir().unwrap();
        one_creator(dir.path());
        let token = new_token(dir.path(), "sdk");
        let server = Server::serve(dir.path(), &[("ASTROLABE_SERVER__HTTP_STATUS", habit)]);
        let ask = |token: &str, author: &str, platform: &str| ask(&python, &server.url, token, author, platform);

        let good = ask(&token, "42", "SHORT_VIDEO");
        assert_eq!(good["success"], true, "{good}");
        assert_eq!(good["code"], 0);
        assert_eq!(good["message"], "");
        assert_eq!(good["data"]["expect_cpm"], json!({"cpm_1_20": "5000"}));
        assert_eq!(ask(&token, "42", ""), good, "the platform has a default");

        let refused = [
            (ask("not-a-token", "42", "SHORT_VIDEO"), 100),
            (ask("not-a-token", "", "TELEVISION"), 100),
            (ask(&token, "", "SHORT_VIDEO"), 400),
            (ask(&token, "a b", "SHORT_VIDEO"), 400),
            (ask(&token, "42", "TELEVISION"), 400),
            (ask(&token, "nobody", "SHORT_VIDEO"), 400),
        ];
        for (answer, code) in refused {
            assert_refused(&answer, code);
        }
    }
}

fn assert_refused(answer: &Value, code: i64) {
    assert_eq!(answer["success"], false, "{answer}");
    assert_eq!(answer["code"], code, "{answer}");
    assert!(answer["message"].as_str().is_some_and(|message| !message.is_empty()), "{answer}");
    assert_eq!(answer["data"], Value::Null, "{answer}");
}

/// The codes of a store in trouble: locked is worth another try, damaged is a fault of the server's.
#[test]
fn the_codes_of_a_store_in_trouble_reach_the_users_of_the_sdk() {
    let Some(python) = python() else { return };
    for always_200 in [false, true] {
        let server = FailingServer::start(always_200);
        let ask = |author: &str| ask(&python, &server.url, &server.token, author, "SHORT_VIDEO");
        assert_refused(&ask(LOCKED), 301);
        assert_refused(&ask("any-other"), 500);
    }
}

#[test]
fn the_demo_serves_the_sdk() {
    let Some(python) = python() else { return };
    let dir = tempfile::tempdir().unwrap();
    let (server, told) = Server::demo(dir.path());
    let of = |name: &str| told.iter().find_map(|line| line.strip_prefix(name)).unwrap();
    let answer = ask(&python, &server.url, of("ASTROLABE_TOKEN="), of("ASTROLABE_AUTHOR="), "SHORT_VIDEO");
    assert_eq!((&answer["success"], &answer["code"]), (&json!(true), &json!(0)));
    assert_eq!(answer["data"]["expect_vv"]["value"], 4_693_149);
}
