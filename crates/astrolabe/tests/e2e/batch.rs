//! Many creators at once: a batch that `kill -9` breaks off goes on where it was, and `cp --file` makes tables of any form.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;

use domain::CallState;
use serde_json::Value;

use crate::place::{ACCOUNT, PRICE, Place, balanced_calls};
use crate::support::{Server, astrolabe, said};

const CREATORS: usize = 1000;

#[test]
fn a_batch_that_a_kill_breaks_off_is_charged_once_on_sqlite() {
    kill_and_go_on(&Place::sqlite());
}

#[test]
fn a_batch_that_a_kill_breaks_off_is_charged_once_on_postgres() {
    let Some(place) = Place::postgres() else { return };
    kill_and_go_on(&place);
}

fn kill_and_go_on(place: &Place) {
    let token = place.prepare();
    import_many(place);
    let server = place.serve(&[]);
    let mut lines = BufReader::new(post(&server, &token)).lines();
    // Past the head, to the first row.
    let first = lines.find_map(|line| line.ok().filter(|line| line.starts_with('{'))).unwrap();
    server.signal("KILL");
    let whole = |line: &String| line.starts_with("{\"") && line.ends_with("}}}");
    let mut before: Vec<Value> = lines.map_while(Result::ok).filter(whole).map(|line| read(&line)).collect();
    before.insert(0, read(&first));
    before.retain(|row| row.get("summary").is_none());
    server.wait();
    place.until_unused();
    let server = place.serve(&[("ASTROLABE_METER__SERVER_LOST_S", "2")]);
    let mut text = String::new();
    post(&server, &token).read_to_string(&mut text).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let rows: Vec<Value> = body.lines().map(read).collect();
    assert_eq!(rows.len(), CREATORS + 1);
    assert_eq!(rows[CREATORS]["summary"]["answered"], CREATORS);
    for row in &before {
        let again = &rows[row["row"].as_u64().unwrap() as usize - 1];
        assert_eq!((&again["requestId"], &again["data"]), (&row["requestId"], &row["data"]));
    }
    eprintln!("{} of {CREATORS} rows came before the kill", before.len());
    // Once the one that was killed is given up: all succeeded, each charged once.
    let calls = place.until(async |store| {
        let calls = balanced_calls(store).await;
        let is_settled = store.notes().await.unwrap().len() <= 1
            && calls.iter().all(|call| call.state == CallState::Succeeded && call.charged == PRICE);
        is_settled.then_some(calls)
    });
    assert_eq!(calls.len(), CREATORS);
    place.with_books(async |store| {
        let book = store.account_book(ACCOUNT).await.unwrap();
        assert_eq!((book.charged.0, book.held.0), (PRICE.0 * CREATORS as u64, 0));
    });
}

fn read(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn ids() -> impl Iterator<Item = String> {
    (0..CREATORS).map(|number| format!("many-{number:04}"))
}

fn import_many(place: &Place) {
    let posts = place.data().join("many.csv");
    let rows: String = (1..)
        .zip(ids())
        .map(|(post, id)| format!("{post},{id},2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,1000\n"))
        .collect();
    std::fs::write(&posts, format!("item_id,author_id,published_at,captured_at,plays\n{rows}")).unwrap();
    place.run(&["import", posts.to_str().unwrap()]);
}

/// Sends the batch, as HTTP/1.0, so that the answer is not in chunks.
fn post(server: &Server, token: &str) -> std::net::TcpStream {
    let creators: Vec<Value> = ids().map(|id| serde_json::json!({"oAuthorId": id})).collect();
    let body = serde_json::json!({"creators": creators}).to_string();
    let mut stream = server.connect();
    let length = body.len();
    write!(
        stream,
        "POST /v1/batch HTTP/1.0\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: nightly\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    stream
}

#[test]
fn many_creators_become_a_file_of_any_form_from_the_data_or_a_server() {
    let place = Place::sqlite();
    let token = place.prepare();
    let file = place.data().join("ids.csv");
    std::fs::write(&file, "name,author_id\na,42\nb,nobody\n").unwrap();
    let cards = place.data().join("cards.csv");
    std::fs::write(&cards, "author_id,tier,price_yuan,name\n42,21_60,100,四十二\n").unwrap();
    place.run(&["import", cards.to_str().unwrap()]);
    let (file, folder) = (file.to_str().unwrap(), place.data().to_owned());
    let out = |name: &str| -> PathBuf { folder.join(name) };
    for name in ["local.csv", "local.json", "local.ndjson", "local.xlsx", "local.parquet"] {
        place.run(&["cp", "--file", file, "--out", out(name).to_str().unwrap()]);
    }
    let csv = std::fs::read_to_string(out("local.csv")).unwrap();
    assert!(csv.starts_with("\u{feff}author_id,name,platform,status,expected_views,"), "{csv}");
    assert!(csv.contains("42,四十二,SHORT_VIDEO,answered,1000,"), "{csv}");
    assert!(csv.contains("nobody,,SHORT_VIDEO,unknown,") && csv.contains(",nothing is known of this creator"), "{csv}");
    let json: Value = serde_json::from_slice(&std::fs::read(out("local.json")).unwrap()).unwrap();
    assert_eq!((&json[0]["expected_views"], &json[1]["expected_views"]), (&1000.into(), &Value::Null));
    let compared = out("compared.json");
    place.run(&["compare", "42", "--out", compared.to_str().unwrap()]);
    let compared: Value = serde_json::from_slice(&std::fs::read(compared).unwrap()).unwrap();
    assert_eq!((&json[0]["source"], &compared[0]["source"]), (&"estimated".into(), &"estimated".into()));
    assert!(std::fs::read(out("local.xlsx")).unwrap().starts_with(b"PK\x03\x04"));
    assert!(std::fs::read(out("local.parquet")).unwrap().starts_with(b"PAR1"));
    let shown = place.run(&["cp", "--file", file, "--lang", "zh"]);
    assert!(shown.contains("预期播放量") && shown.contains("爆款率（%）"), "{shown}");
    let one = place.run(&["cp", "42", "--lang", "zh"]);
    assert!(one.contains("预期播放量") && one.contains("报价（元）"), "{one}");
    let counted = astrolabe().args(["cp", "--file", file, "--data"]).arg(place.data()).output().unwrap();
    assert!(said(&counted).contains("1 of 2 creators unknown"), "{}", said(&counted));
    let refused = astrolabe().args(["cp", "--file", file, "--out", "x.doc"]).output().unwrap();
    assert!(said(&refused).contains("end the name with .csv"), "{}", said(&refused));
    let refused = astrolabe().args(["cp", "--file", file, "--json"]).output().unwrap();
    assert!(said(&refused).contains("--out FILE.json in place of --json"), "{}", said(&refused));
    let mut piped = astrolabe();
    piped.args(["cp", "--file", "-", "--data"]).arg(place.data()).stdin(std::fs::File::open(file).unwrap());
    assert!(said(&piped.output().unwrap()).contains("1 of 2 creators unknown"));
    let empty = astrolabe().args(["cp", "--file", "-"]).stdin(std::process::Stdio::null()).output().unwrap();
    assert!(said(&empty).contains("standard input names no creator"), "{}", said(&empty));

    let server = place.serve(&[]);
    let dry = ["cp", "--file", file, "--url", &server.url, "--token", &token, "--dry-run"];
    assert!(place.run(&dry).contains("known"), "nothing is charged, as is seen below");
    let asked = ["cp", "--file", file, "--url", &server.url, "--token", &token, "--key", "k", "--out"];
    for _ in 0..2 {
        place.run(&[&asked[..], &[out("asked.csv").to_str().unwrap()]].concat());
        let csv = std::fs::read_to_string(out("asked.csv")).unwrap();
        assert!(
            csv.contains("42,,SHORT_VIDEO,answered,1000,") && csv.contains("nobody,,SHORT_VIDEO,unknown,"),
            "{csv}"
        );
        assert!(csv.contains("\"creator nobody is unknown"), "{csv}");
    }
    let charged = place.with_books(async |store| store.account_book(ACCOUNT).await.unwrap().charged);
    assert_eq!(charged, PRICE, "asked twice under one key");
}

/// Who adds up a result must know that rows are repeated.
#[test]
fn a_creator_named_twice_has_two_rows_and_is_counted_once() {
    let place = Place::sqlite();
    place.prepare();
    let repeated = place.data().join("repeated.csv");
    std::fs::write(&repeated, "名单,\n达人ID,备注\nnobody,\n42,\nnobody,\n").unwrap();
    for (lang, again, unknown) in [
        ("en", "repeated creators in 1 of 3 rows", "1 of 2 creators unknown"),
        ("zh", "3 行中有 1 行的达人与前面的行重复", "2 位达人中有 1 位未知"),
    ] {
        let mut cp = astrolabe();
        cp.args(["cp", "--lang", lang, "--data"]).arg(place.data()).arg("--file").arg(&repeated);
        let output = cp.output().unwrap();
        assert!(said(&output).contains(again) && said(&output).contains(unknown), "{}", said(&output));
        assert_eq!(
            String::from_utf8(output.stdout).unwrap().matches("nobody").count(),
            2,
            "a row for each of the list"
        );
    }
}

#[test]
fn what_was_paid_for_is_never_lost_with_its_key() {
    let place = Place::sqlite();
    let token = place.prepare();
    let (file, out) = (place.data().join("ids.csv"), place.data().join("asked.csv"));
    std::fs::write(&file, "42\n").unwrap();
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    let server = place.serve(&[]);
    let charged = || place.with_books(async |store| store.account_book(ACCOUNT).await.unwrap().charged.0);
    let ask = |args: &[&str]| {
        let mut cp = astrolabe();
        cp.args(["cp", "--file", file, "--url", &server.url, "--token", &token]).args(args).output().unwrap()
    };
    let refused = ask(&["--out", "/nowhere/asked.csv"]);
    assert!(!refused.status.success() && said(&refused).contains("cannot write /nowhere"), "{}", said(&refused));
    assert_eq!(charged(), 0, "nothing is bought that cannot be kept");

    let told = said(&ask(&["--out", out]));
    assert!(!told.contains(&token), "{told}");
    let (_, told) = told.split_once("within 24 hours:\n  astrolabe ").unwrap();
    let command = told.lines().next().unwrap();
    let again: Vec<&str> = command.split(' ').map(|word| if word == "TOKEN" { &token } else { word }).collect();
    let repeated = astrolabe().args(&again).output().unwrap();
    assert!(repeated.status.success(), "{command}: {}", said(&repeated));
    assert_eq!(charged(), PRICE.0, "the command repeats it without a charge");
}

/// Of two batches, the second has what the first left, and both together what was not charged before. Who is named in both is asked once.
#[test]
fn a_cost_cap_holds_for_all_that_is_asked_under_a_key() {
    let place = Place::sqlite();
    let token = place.prepare();
    import_many(&place);
    let (file, out) = (place.data().join("ids.csv"), place.data().join("asked.csv"));
    let unknown: String = (0..CREATORS - 1).map(|number| format!("nobody{number}\n")).collect();
    std::fs::write(&file, format!("42\n{unknown}many-0001\nmany-0002\nmany-0003\nmany-0004\n42\n")).unwrap();
    let server = place.serve(&[]);
    let ask = |prices: u64| {
        let cap = domain::MicroYuan(PRICE.0 * prices).to_string();
        let file = file.to_str().unwrap();
        let key = ["--key", "k", "--max-cost", &cap, "--out", out.to_str().unwrap()];
        place.run(&[&["cp", "--file", file, "--url", &server.url, "--token", &token], &key[..]].concat());
        place.with_books(async |store| store.account_book(ACCOUNT).await.unwrap().charged.0) / PRICE.0
    };
    assert_eq!([3, 3, 2, 4, 9, 9].map(ask), [3, 3, 3, 4, 5, 5]);
    let csv = std::fs::read_to_string(out).unwrap();
    assert_eq!((csv.lines().count(), csv.matches("\n42,,SHORT_VIDEO,answered,1000,").count()), (CREATORS + 6, 2));
    for (lang, flags, left) in [
        ("en", &["--key", "l"][..], "4 creators left: run again with --key l and a larger --max-cost"),
        ("zh", &["--key", "l"], "还有 4 位达人未查询：请以 --key l 并提高 --max-cost 再次运行"),
        ("en", &["--dry-run"], "4 creators would be left: give a larger --max-cost"),
    ] {
        let cap = PRICE.to_string();
        let mut cp = astrolabe();
        cp.args(["cp", "--url", &server.url, "--token", &token, "--max-cost", &cap, "--lang", lang, "--file"]);
        let output = cp.arg(&file).args(flags).output().unwrap();
        assert!(said(&output).trim_end().ends_with(left), "{}", said(&output));
        let table = String::from_utf8(output.stdout).unwrap();
        let why = if lang == "zh" {
            "查询全部的费用将超过 --max-cost"
        } else {
            "the cost of all would be above --max-cost"
        };
        assert!(
            table.contains(why) && !table.contains("maxCostYuan"),
            "what was left says so in the caller's words: {table}"
        );
    }
}

/// Who is refused in the midst is counted, with why and what to do; the rest costs what it costs and no more.
#[test]
fn a_balance_that_runs_out_in_the_midst_is_told_and_the_rest_goes_on_under_the_key() {
    let place = Place::sqlite();
    place.prepare();
    import_many(&place);
    place.run(&["account", "create", "small"]);
    let token = place.run(&["token", "create", "small"]);
    place.run(&["account", "topup", "small", "0.02", "--key", "first"]);
    let (file, out) = (place.data().join("ids.csv"), place.data().join("asked.csv"));
    std::fs::write(&file, "42\nmany-0001\nmany-0002\n").unwrap();
    let server = place.serve(&[]);
    let ask = |args: &[&str]| {
        let mut cp = astrolabe();
        cp.args(["cp", "--url", &server.url, "--token", &token, "--file"]).arg(&file).args(args).output().unwrap()
    };
    for (lang, short) in [
        ("en", "the balance of 0.02 yuan does not cover the 0.03 yuan: have the account topped up"),
        ("zh", "余额 0.02 元不足以支付 0.03 元：请先为账户充值"),
    ] {
        let dry = ask(&["--dry-run", "--lang", lang]);
        assert!(dry.status.success() && said(&dry).contains(short), "{}", said(&dry));
    }
    let out = out.to_str().unwrap();
    let broken = ask(&["--out", out]);
    let told = said(&broken);
    assert!(!broken.status.success(), "{told}");
    for part in ["2 of 3 creators answered, 0.02 yuan charged", "1 of 3 creators refused", "code 601", "topped up"] {
        assert!(told.contains(part), "{part:?} is not in {told}");
    }
    let csv = std::fs::read_to_string(out).unwrap();
    let count = |status| csv.matches(&format!(",SHORT_VIDEO,{status},")).count();
    assert_eq!((count("answered"), count("insufficient_balance")), (2, 1), "{csv}");
    let (_, key) = told.split_once("run it again with --key ").unwrap();
    let key = key.split(' ').next().unwrap();
    let again = ask(&["--key", key, "--lang", "zh"]);
    assert!(!again.status.success() && said(&again).contains("1 位，返回码 601：账户余额不足。请为账户充值。"));
    place.run(&["account", "topup", "small", "0.01", "--key", "second"]);
    let again = ask(&["--key", key]);
    assert!(again.status.success(), "{}", said(&again));
    let book = place.with_books(async |store| {
        let account = store.account("small").await.unwrap();
        store.account_book(account.id).await.unwrap()
    });
    assert_eq!(book.charged.0, 3 * PRICE.0);
}

/// Why it broke off comes first, and then the key.
#[test]
fn a_server_that_is_not_there_is_told_before_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ids.csv");
    std::fs::write(&file, "42\n43\n").unwrap();
    for (lang, start, hint) in [
        ("en", "error: the server could not be asked", "run it again with --key k within 24 hours"),
        ("zh", "错误：无法访问服务器 http://127.0.0.1:1：连接被拒绝", "请在 24 小时内以 --key k 再次运行同一命令"),
    ] {
        let mut cp = astrolabe();
        cp.args(["cp", "--url", "http://127.0.0.1:1", "--token", "t", "--key", "k", "--lang", lang, "--file"]);
        let told = said(&cp.arg(&file).output().unwrap());
        let lines: Vec<&str> = told.trim_end().lines().collect();
        assert!(lang == "en" || lines[0] == start, "nothing in English behind it: {told}");
        assert!(lines.len() == 2 && lines[0].starts_with(start) && lines[1].starts_with(hint), "{told}");
    }
}

#[test]
fn figures_that_were_paid_for_are_shown_without_an_explanation_too() {
    let place = Place::sqlite();
    place.prepare();
    let token = place.run(&["token", "create", "team", "--scope", "author_cp_info"]);
    let server = place.serve(&[]);
    let mut cp = astrolabe();
    let asked = cp.args(["cp", "42", "--explain", "--url", &server.url, "--token", &token]).output().unwrap();
    assert!(asked.status.success() && String::from_utf8_lossy(&asked.stdout).contains("1,000"), "{}", said(&asked));
    assert!(said(&asked).contains("the figures come without an explanation: code 600"), "{}", said(&asked));
}

#[test]
fn the_key_is_told_before_a_server_has_answered() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ids.csv");
    std::fs::write(&file, "42\n43\n").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut cp = astrolabe();
    cp.args(["cp", "--url", &url, "--token", "t", "--file"]).arg(&file).stderr(std::process::Stdio::piped());
    let mut asking = cp.spawn().unwrap();
    let (_asked, _) = listener.accept().unwrap();
    let mut said = BufReader::new(asking.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).and_then(|_| said.read_line(&mut line)).unwrap();
    asking.kill().unwrap();
    asking.wait().unwrap();
    assert!(line.contains(" --key cp-"), "{line}");
}
