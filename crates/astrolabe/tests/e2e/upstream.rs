//! A team's paid upstream behind Astrolabe, tried on the stand-in: what callers see, what the operator sees, what survives a
//! restart, and that the upstream's token is nowhere but in its requests.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::schema::Schema;
use crate::support::{ENDPOINT, Server, astrolabe, astrolabe_ok, new_token, said};

/// The upstream's token.
pub(crate) const SECRET: &str = "paid-and-secret-0123456789";

pub(crate) const AUTHOR: &str = "6826128263245070349";

/// The stand-in, and a data directory with it behind.
pub(crate) struct Place {
    simulator: Server,
    folder: tempfile::TempDir,
    pub(crate) token: String,
}

impl Place {
    pub(crate) fn new(script: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut simulate = astrolabe();
        simulate.args(["upstream", "simulate", "--latency-ms", "1", "--token", SECRET]);
        if let Some(script) = script {
            let file = folder.path().join("script.json");
            fs::write(&file, script).unwrap();
            simulate.arg("--script").arg(file);
        }
        let simulator = Server::simulate(&mut simulate);
        let data = folder.path().join("data");
        let token = new_token(&data, "team");
        astrolabe_ok(&data, &["price", "set", "author_cp_info", "0.1"]);
        astrolabe_ok(&data, &["account", "topup", "team", "10"]);
        let config = format!(
            "[answer]\nsources = [\"local\", \"cache\", \"upstream\"]\nstale_max_age_s = 0\n\n[[upstreams]]\nname = \"main\"\n\
             base_url = \"{}\"\ntoken_env = \"PAID_TOKEN\"\nprice_yuan = \"0.05\"\ndaily_budget_yuan = \"1\"\n",
            simulator.url
        );
        fs::write(data.join("astrolabe.toml"), config).unwrap();
        Self { simulator, folder, token }
    }

    pub(crate) fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// What a verb prints, in an environment.
    pub(crate) fn run(&self, environment: [(&str, &str); 2], args: &[&str]) -> String {
        let output = astrolabe().args(args).arg("--data").arg(self.data()).envs(environment).output().unwrap();
        assert!(output.status.success(), "astrolabe {args:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn serve(&self) -> Server {
        Server::serve(
            &self.data(),
            &[("PAID_TOKEN", SECRET), ("ASTROLABE_LOG__LEVEL", "trace"), ("ASTROLABE_SERVER__METRICS", "all")],
        )
    }

    /// What `upstream status` tells, once it tells what is wanted: servers tell it every second.
    pub(crate) fn status(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let waiting = Instant::now();
        loop {
            let told = astrolabe_ok(&self.data(), &["upstream", "status", "--json"]);
            let status = serde_json::from_str::<Value>(&told).unwrap()[0].clone();
            if wanted(&status) {
                return status;
            }
            assert!(waiting.elapsed() < Duration::from_secs(60), "{status}");
        }
    }
}

/// Makes a team that can pay for answers, by what runs a verb; its token.
pub(crate) fn team(on: impl Fn(&[&str]) -> String) -> String {
    on(&["account", "create", "team"]);
    let token = on(&["token", "create", "team"]);
    on(&["price", "set", "author_cp_info", "0.1"]);
    on(&["account", "topup", "team", "10"]);
    token
}

/// A whole answer, head and body.
pub(crate) fn ask(server: &Server, token: &str, author: &str) -> String {
    let mut stream = server.connect();
    let target = format!("{ENDPOINT}?oAuthorId={author}");
    write!(stream, "GET {target} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Everything in the files below a folder.
fn written(folder: &Path) -> Vec<u8> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { written(&path) } else { fs::read(&path).unwrap() }).collect()
}

#[test]
fn a_team_shares_one_paid_token_and_it_shows_nowhere() {
    let place = Place::new(None);
    let server = place.serve();
    let first = ask(&server, &place.token, AUTHOR);
    assert!(first.contains("x-astrolabe-source: upstream\r\n") && first.contains("\"code\":0"), "{first}");
    assert!(first.contains("x-astrolabe-charged: 0.1\r\n"), "{first}");
    let second = ask(&server, &place.token, AUTHOR);
    assert!(second.contains("x-astrolabe-source: cache\r\n"), "{second}");
    let status = place.status(|status| status["servers"][0]["status"]["calls"]["0"] == 1);
    assert_eq!((status["upstream"].as_str(), status["spentTodayYuan"].as_str()), (Some("main"), Some("0.05")));
    let metrics = server.get("/metrics");
    assert!(metrics.contains("astrolabe_upstream_calls_total{upstream=\"main\",result=\"0\"} 1"), "{metrics}");
    let replayed = astrolabe_ok(&place.data(), &["upstream", "replay", "--json"]);
    let line: Value = serde_json::from_str(replayed.trim()).unwrap();
    assert_eq!((line["oAuthorId"].as_str(), line["upstream"].as_str()), (Some(AUTHOR), Some("main")));
    let status_for_people = astrolabe_ok(&place.data(), &["upstream", "status"]);
    assert!(status_for_people.contains("0.05 of 1 yuan"), "{status_for_people}");

    server.signal("TERM");
    let said = server.everything_said();
    assert!(said.contains("upstream called"), "a call is a line of the log: {said}");
    let all = [first, second, metrics, replayed, status.to_string(), status_for_people, said].concat();
    assert!(!all.contains(SECRET), "in what was told");
    let files = written(&place.data());
    assert!(!files.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()), "in a file");
    assert!(!place.simulator.stderr().contains(&place.token), "a caller's token reached the upstream");
}

#[test]
fn a_parked_upstream_stays_parked_over_a_restart_until_the_operator_asks_it_again() {
    let place = Place::new(Some(r#"[{"when": {"requests": [1, 1]}, "fault": {"kind": "code", "code": 601}}]"#));
    let server = place.serve();
    let refused = ask(&server, &place.token, AUTHOR);
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("\"code\":301"), "{refused}");
    assert!(refused.to_ascii_lowercase().contains("\r\nretry-after: "), "{refused}");
    server.signal("KILL");
    drop(server.wait());

    let server = place.serve();
    assert!(ask(&server, &place.token, AUTHOR).contains("\"code\":301"));
    let status = place.status(|status| !status["parked"].is_null());
    assert_eq!((&status["parked"]["code"], status["state"].as_str()), (&Value::from(601), Some("parked")));
    let status_for_people = astrolabe_ok(&place.data(), &["upstream", "status"]);
    assert!(
        status_for_people.contains("code 601, no money is left there") && status_for_people.contains("unpark main`"),
        "{status_for_people}"
    );
    astrolabe_ok(&place.data(), &["upstream", "unpark", "main"]);
    let audit = astrolabe_ok(&place.data(), &["audit", "--action", "upstream.unpark", "--json"]);
    assert!(audit.contains("\"upstream main\""), "{audit}");
    let waiting = Instant::now();
    while !ask(&server, &place.token, AUTHOR).contains("\"code\":0") {
        assert!(waiting.elapsed() < Duration::from_secs(60));
    }
    let calls: Value = serde_json::from_str(&astrolabe_ok(&place.data(), &["calls", "list", "--json"])).unwrap();
    let charged = calls.as_array().unwrap().iter().filter(|call| call["state"] == "succeeded").count();
    assert_eq!(charged, 1, "{calls}");
}

#[test]
fn an_unknown_call_tells_what_to_look_for_in_the_upstreams_bill() {
    let place = Place::new(Some(r#"[{"fault": {"kind": "reset_after_reading"}}]"#));
    let server = place.serve();
    assert!(ask(&server, &place.token, AUTHOR).contains("\"code\":301"));
    let reconcile = ["calls", "reconcile", "--json"];
    let unknown: Value = serde_json::from_str(&astrolabe_ok(&place.data(), &reconcile)).unwrap();
    let (id, sent_at) = (unknown[0]["id"].as_str().unwrap(), unknown[0]["sent_at"].as_str().unwrap());
    assert_eq!((unknown[0]["upstream"].as_str(), unknown[0]["failure"].as_str()), (Some("main"), Some("no_answer")));
    let listed = astrolabe_ok(&place.data(), &["calls", "reconcile"]);
    assert!(listed.contains("main") && listed.contains("no_answer") && listed.contains(AUTHOR), "{listed}");
    let shown = astrolabe_ok(&place.data(), &["calls", "show", id]);
    assert!(shown.contains("main") && shown.contains("no_answer") && shown.contains(sent_at), "{shown}");

    server.signal("TERM");
    let said = server.everything_said();
    let line = said.lines().find(|line| line.contains("WARN") && line.contains(id)).unwrap_or_default();
    assert!(line.contains("main") && line.contains(AUTHOR) && line.contains("no_answer"), "{said}");
}

#[test]
fn what_an_upstream_was_asked_when_its_server_was_stopped_is_unknown_at_once() {
    let place = Place::new(Some(r#"[{"fault": {"kind": "hang"}}]"#));
    let server = place.serve();
    let (_client, id) = (hang(&server, &place), once_held(&place));
    server.signal("TERM");
    let said = server.everything_said();
    let line = said.lines().find(|line| line.contains("WARN") && line.contains(&id)).unwrap_or_default();
    assert!(line.contains("main") && line.contains(AUTHOR), "{said}");
    let unknown = astrolabe_ok(&place.data(), &["calls", "reconcile", "--json"]);
    let unknown: Value = serde_json::from_str(&unknown).unwrap();
    assert_eq!((unknown[0]["id"].as_str(), unknown[0]["upstream"].as_str()), (Some(id.as_str()), Some("main")));
    assert!(unknown[0]["sent_at"].as_str().is_some(), "{unknown}");
    let account = astrolabe_ok(&place.data(), &["account", "show", "team", "--json"]);
    let account: Value = serde_json::from_str(&account).unwrap();
    assert_eq!((account["balance"].as_str(), account["held"].as_str()), (Some("10"), Some("0")), "{account}");
    let status = place.status(|status| status["servers"][0]["status"]["in_flight"] == 0);
    assert_eq!(status["spentTodayYuan"].as_str(), Some("0.05"), "what may be billed stays counted");
}

/// A client whose question is being asked.
pub(crate) fn hang(server: &Server, place: &Place) -> std::net::TcpStream {
    let mut stream = server.connect();
    let target = format!("{ENDPOINT}?oAuthorId={AUTHOR}");
    write!(stream, "GET {target} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\n\r\n", place.token).unwrap();
    place.status(|status| status["servers"][0]["status"]["in_flight"] == 1);
    stream
}

/// The id of the only call, which is held.
pub(crate) fn once_held(place: &Place) -> String {
    let calls: Value = serde_json::from_str(&astrolabe_ok(&place.data(), &["calls", "list", "--json"])).unwrap();
    assert_eq!(calls[0]["state"], "held", "{calls}");
    calls[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_paid_answer_is_charged_once_the_database_takes_it() {
    let Some(schema) = Schema::make() else { return };
    let url = schema.url();
    let environment = [("ASTROLABE_DATABASE", url.as_str()), ("PAID_TOKEN", SECRET)];
    let place = Place::new(Some(r#"[{"delay_ms": 2500}]"#));
    let on = |args: &[&str]| place.run(environment, args);
    let token = team(on);
    let server = Server::serve(&place.data(), &environment);
    std::thread::scope(|scope| {
        let client = scope.spawn(|| ask(&server, &token, AUTHOR));
        while schema.number("SELECT count(*) FROM {schema}.holds") == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        // A statement waits 5 seconds for a lock, then it fails.
        schema.run("BEGIN; LOCK TABLE {schema}.holds IN ACCESS EXCLUSIVE MODE");
        assert_eq!(schema.number("SELECT count(*) FROM {schema}.holds"), 1, "the answer comes while it is locked");
        std::thread::sleep(Duration::from_secs(9));
        assert!(!client.is_finished(), "it is charged before it is given");
        schema.run("COMMIT");
        let answer = client.join().unwrap();
        assert!(answer.contains("x-astrolabe-source: upstream\r\n") && answer.contains("\"code\":0"), "{answer}");
    });
    let account: Value = serde_json::from_str(&on(&["account", "show", "team", "--json"])).unwrap();
    assert_eq!((account["balance"].as_str(), account["held"].as_str()), (Some("9.9"), Some("0")), "{account}");
    on(&["ledger", "verify"]);
}

#[test]
fn a_bought_answer_that_the_store_refuses_is_kept_once_it_takes_it() {
    let place = Place::new(None);
    let server = place.serve();
    let ledger = rusqlite::Connection::open(place.data().join("astrolabe.ledger.db")).unwrap();
    ledger.busy_timeout(Duration::from_secs(30)).unwrap();
    let refuse = "CREATE TRIGGER refused BEFORE INSERT ON bought BEGIN SELECT RAISE(ABORT, 'refused here'); END";
    ledger.execute_batch(refuse).unwrap();
    let first = ask(&server, &place.token, AUTHOR);
    assert!(first.contains("x-astrolabe-source: upstream\r\n") && first.contains("\"code\":0"), "{first}");
    let body: Value = serde_json::from_str(first.rsplit("\r\n\r\n").next().unwrap()).unwrap();
    let id = body["requestId"].as_str().unwrap();
    assert!(ask(&server, &place.token, AUTHOR).contains("\"code\":0"), "the same again, and nobody is asked");
    ledger.execute_batch("DROP TRIGGER refused").unwrap();
    let kept = || ledger.query_row("SELECT count(*) FROM bought", [], |row| row.get::<_, u32>(0)).unwrap();
    let waiting = Instant::now();
    while kept() == 0 {
        assert!(waiting.elapsed() < Duration::from_secs(60), "it is not kept");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(ask(&server, &place.token, AUTHOR).contains("x-astrolabe-source: cache\r\n"));
    server.signal("TERM");
    let said = server.everything_said();
    let line =
        said.lines().find(|line| line.contains("WARN") && line.contains("could not be kept")).unwrap_or_default();
    let named = [id, AUTHOR, "SHORT_VIDEO", "upstream=main", "refused here"];
    assert!(named.iter().all(|part| line.contains(part)) && !said.contains("ERROR"), "{said}");
    assert!(!said.contains(SECRET) && kept() == 1, "{said}");
    assert_eq!(place.status(|_| true)["spentTodayYuan"].as_str(), Some("0.05"), "it was bought once");
}

#[test]
fn mistakes_in_the_settings_are_told_before_anything_is_served() {
    let place = Place::new(None);
    let output = astrolabe().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(place.data()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("PAID_TOKEN"), "{said}");
    let wrong = "[answer]\nsources = [\"upstream\", \"upstream\"]\n[[upstreams]]\nname = \"\"\nbase_url = \"ftp://x\"\n\
                 concurrency = 0\nprice_yuan = \"five\"\n";
    fs::write(place.data().join("astrolabe.toml"), wrong).unwrap();
    let output = astrolabe().args(["upstream", "status", "--data"]).arg(place.data()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    for part in ["answer.sources", "upstreams[0].name", "base_url", "token_file", "concurrency", "price_yuan"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn unparking_what_is_no_upstream_fails_and_names_those_there_are() {
    let place = Place::new(None);
    let unpark = |name: &str, locale: &str| {
        let args = ["upstream", "unpark", name, "--data"];
        astrolabe().args(args).arg(place.data()).env("LANG", locale).output().unwrap()
    };
    for (locale, told) in [
        ("C", "error: no upstream is named nix; the upstreams are: main"),
        ("zh_CN.UTF-8", "错误：没有名为 nix 的上游：现有 main"),
    ] {
        let output = unpark("nix", locale);
        assert_eq!((output.status.code(), said(&output).trim()), (Some(1), told));
    }
    let output = unpark("main", "C");
    assert!(output.status.success() && said(&output).contains("main was not parked"), "{}", said(&output));
    let audit = astrolabe_ok(&place.data(), &["audit", "--json"]);
    assert!(!audit.contains("nix"), "{audit}");
}

/// Callers who asked the same at once share the upstream's call, and each has one of its own here, which its id finds.
#[test]
fn a_lost_purchase_is_one_warning_for_each_call_it_was_for() {
    let lost = r#"[{"when": {"author_id": "1"}, "delay_ms": 500, "fault": {"kind": "data", "data": {}}},
                   {"delay_ms": 500, "fault": {"kind": "reset_after_reading"}}]"#;
    let place = Place::new(Some(lost));
    let server = place.serve();
    let asked = |author: &'static str| {
        let replies = std::thread::scope(|scope| {
            let asking = [(); 3].map(|()| scope.spawn(|| ask(&server, &place.token, author)));
            asking.map(|asking| asking.join().unwrap())
        });
        replies.map(|reply| {
            let body: Value = serde_json::from_str(reply.rsplit("\r\n\r\n").next().unwrap()).unwrap();
            (author, body["requestId"].as_str().unwrap().to_owned())
        })
    };
    let asked = [asked("1"), asked("2")].concat();
    server.signal("TERM");
    let said = server.everything_said();
    let warnings: Vec<&str> = said.lines().filter(|line| line.contains(" WARN ")).collect();
    assert_eq!(warnings.len(), 6, "{warnings:#?}");
    for (author, id) in asked {
        let what = if author == "1" { "billed a call for nothing" } else { "may have billed a call for nothing" };
        let failure = if author == "1" { "failure=unusable: " } else { "failure=no_answer" };
        let parts = [&id, what, failure, "upstream=main", &format!("creator={author} ")];
        assert!(warnings.iter().any(|line| parts.iter().all(|part| line.contains(*part))), "{id}: {warnings:#?}");
    }
}

#[test]
fn an_upstream_that_no_source_names_is_told_at_start() {
    let place = Place::new(None);
    let file = place.data().join("astrolabe.toml");
    let config = fs::read_to_string(&file).unwrap().replace(", \"upstream\"]", "]");
    fs::write(&file, config).unwrap();
    let server = place.serve();
    server.signal("TERM");
    let said = server.everything_said();
    assert!(
        said.lines().any(|line| line.contains("WARN") && line.contains("main") && line.contains("never asked")),
        "{said}"
    );
}

#[test]
fn every_token_that_cannot_be_read_is_told_at_start_in_the_language() {
    let place = Place::new(None);
    let (data, file) = (place.data(), place.data().join("astrolabe.toml"));
    fs::write(data.join("latin1"), b"\xe9t\xe9-secret").unwrap();
    let mut config = fs::read_to_string(&file).unwrap();
    for (name, token) in [("folder", data.clone()), ("latin1", data.join("latin1")), ("none", data.join("none"))] {
        config += &format!("[[upstreams]]\nname = \"{name}\"\nbase_url = \"global\"\ntoken_file = {token:?}\n");
    }
    fs::write(&file, config).unwrap();
    let mut serve = astrolabe();
    let not_utf8 = std::ffi::OsStr::from_bytes(b"\xff-secret");
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
    let output = serve.env("LANG", "zh_CN.UTF-8").env("PAID_TOKEN", not_utf8).output().unwrap();
    let said = said(&output);
    assert!(!output.status.success() && !said.contains("secret"), "{said}");
    for part in ["PAID_TOKEN，但其值不是 UTF-8 编码", "是一个目录", "不是 UTF-8 编码\n", "没有该文件或目录"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let mut serve = astrolabe();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data).env("LANG", "zh_CN.UTF-8");
    let output = serve.output().unwrap();
    let unset = String::from_utf8(output.stderr).unwrap();
    assert!(unset.contains("上游 \"main\" 的令牌取自环境变量 PAID_TOKEN，但未设置该变量"), "{unset}");
    assert!(unset.contains(&format!("的 token_file：{}", data.join("none").display())), "{unset}");
}

#[test]
fn a_token_in_place_of_where_it_is_does_not_show_at_start() {
    let place = Place::new(None);
    let mut config = "[answer]\nsources = [\"upstream\"]\n".to_owned();
    for key in ["token_env", "token_file"] {
        config += &format!("[[upstreams]]\nname = \"{key}\"\nbase_url = \"global\"\n{key} = \"{SECRET}\"\n");
    }
    fs::write(place.data().join("astrolabe.toml"), config).unwrap();
    for (locale, told) in [
        (
            "C",
            [
                "from the variable that its token_env names, which is not set",
                "takes its token from its token_file: No such file",
            ],
        ),
        ("zh_CN.UTF-8", ["取自其 token_env 指定的环境变量，但未设置该变量", "的 token_file：没有该文件或目录"]),
    ] {
        let mut serve = astrolabe();
        serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(place.data()).env("LANG", locale);
        let output = serve.output().unwrap();
        let said = said(&output);
        assert!(!output.status.success() && !said.contains(SECRET), "{said}");
        assert!(told.iter().all(|told| said.contains(told)), "{said}");
    }
}

/// What became of questions put to two servers in turn, by the codes of the answers.
fn ask_both(servers: &[Server; 2], token: &str, authors: std::ops::Range<u32>) -> Vec<bool> {
    let answered = |author: u32| {
        ask(&servers[author as usize % 2], token, &format!("680000000000000{author:04}")).contains("\"code\":0")
    };
    authors.map(answered).collect()
}

#[test]
fn two_servers_on_one_database_share_the_budget_of_an_upstream_and_its_parking() {
    let Some(schema) = Schema::make() else { return };
    let url = schema.url();
    let environment = [("ASTROLABE_DATABASE", url.as_str()), ("PAID_TOKEN", SECRET)];
    // Its 11th request is told that the money there is used up.
    let place = Place::new(Some(r#"[{"when": {"requests": [11, 11]}, "fault": {"kind": "code", "code": 601}}]"#));
    let on = |args: &[&str]| place.run(environment, args);
    let token = team(on);
    let config = fs::read_to_string(place.data().join("astrolabe.toml")).unwrap();
    let budget = |yuan: &str| {
        let config = config.replace("daily_budget_yuan = \"1\"", &format!("daily_budget_yuan = \"{yuan}\""));
        fs::write(place.data().join("astrolabe.toml"), config).unwrap();
        [0, 1].map(|_| Server::serve(&place.data(), &environment))
    };
    // Of ten answers, at 0.05 each, and at two servers in turn.
    let servers = budget("0.5");
    let answered = ask_both(&servers, &token, 0..14);
    assert_eq!(answered.iter().filter(|answered| **answered).count(), 10, "{answered:?}");
    assert_eq!(spent_today(&on(&["upstream", "status", "--json"])), "0.5");
    drop(servers);

    let servers = budget("5");
    assert_eq!(ask_both(&servers, &token, 20..21), [false], "parked by the first server");
    let waiting = Instant::now();
    while serde_json::from_str::<Value>(&on(&["upstream", "status", "--json"])).unwrap()[0]["parked"].is_null() {
        assert!(waiting.elapsed() < Duration::from_secs(60));
    }
    // The second one would be answered, were it to ask: it reads what is shared before its first call.
    assert_eq!(ask_both(&servers, &token, 21..22), [false]);
    assert_eq!(spent_today(&on(&["upstream", "status", "--json"])), "0.5", "nothing more was asked");
    on(&["upstream", "unpark", "main"]);
    let waiting = Instant::now();
    while ask_both(&servers, &token, 22..24) != [true, true] {
        assert!(waiting.elapsed() < Duration::from_secs(60));
    }
}

fn spent_today(status: &str) -> String {
    serde_json::from_str::<Value>(status).unwrap()[0]["spentTodayYuan"].as_str().unwrap().to_owned()
}

/// With the server gone, the same settings decide: what was bought is ranked, compared and planned with, and its prices are
/// marked as implied.
#[test]
fn what_was_bought_is_ranked_and_planned_with_on_the_command_line() {
    let place = Place::new(None);
    let server = place.serve();
    assert!(ask(&server, &place.token, AUTHOR).contains("x-astrolabe-source: upstream\r\n"));
    server.signal("TERM");
    server.everything_said();
    let data = place.data();
    let json = |args: &[&str]| serde_json::from_str::<Value>(&astrolabe_ok(&data, args)).unwrap();
    for told in [json(&["rank", "--json"]), json(&["compare", AUTHOR, "--json"])] {
        let creator = &told["creators"][0];
        assert_eq!((creator["oAuthorId"].as_str(), creator["source"].as_str()), (Some(AUTHOR), Some("upstream")));
        assert_eq!(creator["tiers"][1]["priceImplied"], true, "{told}");
    }
    let plan = json(&["plan", "--budget", "10000000", "--json"]);
    assert_eq!(
        (plan["picks"][0]["oAuthorId"].as_str(), &plan["picks"][0]["priceImplied"]),
        (Some(AUTHOR), &true.into())
    );
    let one = json(&["cp", AUTHOR, "--json"]);
    assert_eq!(
        (one["source"].as_str(), &one["expected_views"]),
        (Some("upstream"), &plan["picks"][0]["expectedViews"])
    );
    let explained = astrolabe().arg("--data").arg(&data).args(["cp", AUTHOR, "--explain"]).output().unwrap();
    assert!(explained.status.success() && said(&explained).contains("come without an explanation"), "{explained:?}");
    let many = data.join("cp.csv");
    fs::write(data.join("ids"), AUTHOR).unwrap();
    let ids = data.join("ids");
    astrolabe_ok(&data, &["cp", "--file", ids.to_str().unwrap(), "--out", many.to_str().unwrap()]);
    let told = fs::read_to_string(many).unwrap();
    assert!(told.contains(",answered,") && told.contains(",upstream,"), "{told}");
    let table = data.join("rank.csv");
    astrolabe_ok(&data, &["rank", "--out", table.to_str().unwrap()]);
    let told = fs::read_to_string(table).unwrap();
    assert!(told.contains("price_implied") && told.contains(",true,"), "{told}");

    let config = fs::read_to_string(data.join("astrolabe.toml")).unwrap();
    let without = config.replace("[\"local\", \"cache\", \"upstream\"]", "[\"local\"]");
    fs::write(data.join("astrolabe.toml"), without).unwrap();
    let refused = said(&astrolabe().arg("--data").arg(&data).arg("rank").output().unwrap());
    assert!(refused.contains("no creator with figures"), "{refused}");
}
