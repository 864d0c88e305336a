//! A server is killed while it asks an upstream, and started again: what it held is settled at once, and what another one holds that
//! lives is left alone.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::schema::Schema;
use crate::support::{ENDPOINT, Server, astrolabe, said};
use crate::upstream::{AUTHOR, Place, SECRET};

/// The first call is never answered.
const HANGS_ONCE: &str = r#"[{"when": {"requests": [1, 1]}, "fault": {"kind": "hang"}}]"#;

/// A stand-in, a team that asks it, and the database that keeps what it does.
struct Team {
    place: Place,
    token: String,
    /// Of every command.
    environment: Vec<(&'static str, String)>,
}

impl Team {
    fn on_sqlite() -> Self {
        let place = Place::new(Some(HANGS_ONCE));
        Self { token: place.token.clone(), place, environment: vec![("PAID_TOKEN", SECRET.to_owned())] }
    }

    fn on_postgres(schema: &Schema) -> Self {
        let mut team = Self::on_sqlite();
        team.environment.push(("ASTROLABE_DATABASE", schema.url()));
        team.run(&["account", "create", "team"]);
        team.token = team.run(&["token", "create", "team"]).trim().to_owned();
        team.run(&["price", "set", "author_cp_info", "0.1"]);
        team.run(&["account", "topup", "team", "10"]);
        team
    }

    fn run(&self, args: &[&str]) -> String {
        let mut command = astrolabe();
        command.args(args).arg("--data").arg(self.place.data());
        let output = command.envs(self.environment.iter().map(|(name, value)| (name, value))).output().unwrap();
        assert!(output.status.success(), "astrolabe {args:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.run(&[args, &["--json"]].concat())).unwrap()
    }

    fn serve(&self) -> Server {
        let environment: Vec<(&str, &str)> = self.environment.iter().map(|(name, value)| (*name, &**value)).collect();
        Server::serve(&self.place.data(), &environment)
    }

    /// Sends a question under a key.
    fn send(&self, server: &Server) -> TcpStream {
        let mut stream = server.connect();
        let (target, token) = (format!("{ENDPOINT}?oAuthorId={AUTHOR}"), &self.token);
        let head =
            format!("Host: test\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: k\r\n");
        write!(stream, "GET {target} HTTP/1.1\r\n{head}\r\n").unwrap();
        stream
    }

    /// The id of the only call, once its upstream is being asked.
    fn asked(&self) -> String {
        let waiting = Instant::now();
        loop {
            let status = &self.json(&["upstream", "status"])[0];
            let is_asking = status["servers"].as_array().unwrap().iter().any(|told| told["status"]["in_flight"] == 1);
            if is_asking {
                break;
            }
            assert!(waiting.elapsed() < Duration::from_secs(60), "{status}");
        }
        let calls = self.json(&["calls", "list"]);
        assert_eq!((calls[0]["state"].as_str(), calls[1].is_null()), (Some("held"), true), "{calls}");
        calls[0]["id"].as_str().unwrap().to_owned()
    }
}

fn kill_and_restart(team: &Team) {
    let killed = team.serve();
    let (_client, id) = (team.send(&killed), team.asked());
    let other = team.serve();
    let calls = team.json(&["calls", "list"]);
    assert_eq!(calls[0]["state"], "held", "a server that lives is let be: {calls}");
    for quota in
        [&team.json(&["account", "show", "team"])["quota_today"], &team.json(&["token", "show", "1"])["quota_today"]]
    {
        assert_eq!((quota["used"].as_u64(), quota["held"].as_u64()), (Some(0), Some(1)), "{quota}");
    }
    assert!(!other.stderr().contains(&id), "{}", other.stderr());
    killed.signal("KILL");
    killed.wait();

    let server = team.serve();
    assert!(server.stderr().contains(&id), "told as one without an end: {}", server.stderr());
    let unknown = team.json(&["calls", "reconcile"]);
    assert_eq!((unknown[0]["id"].as_str(), unknown[0]["charged"].as_str()), (Some(id.as_str()), Some("0")));
    let account = team.json(&["account", "show", "team"]);
    assert_eq!((account["balance"].as_str(), account["held"].as_str()), (Some("10"), Some("0")), "{account}");
    // The key is free: as long as it is held, who repeats it waits for a minute and gets 301.
    let mut answer = String::new();
    team.send(&server).read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\"code\":0") && answer.contains("x-astrolabe-charged: 0.1\r\n"), "{answer}");
    let account = team.json(&["account", "show", "team"]);
    assert_eq!((account["balance"].as_str(), account["held"].as_str()), (Some("9.9"), Some("0")), "{account}");
    team.run(&["ledger", "verify"]);
    let files = || std::fs::read_dir(team.place.data().join("servers")).unwrap().count();
    assert_eq!(files(), 2, "the dead one is forgotten");
}

#[test]
fn what_a_killed_server_held_is_settled_when_one_is_started_again_on_sqlite() {
    kill_and_restart(&Team::on_sqlite());
}

#[test]
fn what_a_killed_server_held_is_settled_when_one_is_started_again_on_postgres() {
    let Some(schema) = Schema::make() else { return };
    kill_and_restart(&Team::on_postgres(&schema));
}
