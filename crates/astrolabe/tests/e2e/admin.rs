//! The admin API beside `serve`: from its key to a paid answer, all over HTTP.

use std::io::Write;
use std::net::TcpStream;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Reply, Server, astrolabe, astrolabe_ok, import_creator_42, said};

/// An operator with the admin key.
struct Operator {
    address: String,
    key: String,
}

impl Operator {
    fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        let (Self { address, key }, body) = (self, body.to_string());
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "{method} /v1/admin{path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
             Idempotency-Key: once\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        Reply::read(stream)
    }

    fn get(&self, path: &str) -> Value {
        let reply = self.send("GET", path, &Value::Null);
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body
    }
}

#[test]
fn an_operator_opens_an_account_over_http_and_its_token_pays_for_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    import_creator_42(data, &[]);
    let key = astrolabe_ok(data, &["admin", "key"]).trim().to_owned();
    let server = Server::serve_with(data, &["--admin-listen", "127.0.0.1:0"]);
    let operator = Operator { address: admin_address(&server), key };
    assert_eq!(operator.send("POST", "/accounts", &json!({ "name": "team" })).status, 201);
    assert_eq!(operator.send("PUT", "/prices/author_cp_info", &json!({ "priceYuan": "0.25" })).status, 200);
    for status in [201, 200] {
        let reply = operator.send("POST", "/accounts/team/top-ups", &json!({ "amountYuan": "0.6" }));
        assert_eq!((reply.status, &reply.body["balanceYuan"]), (status, &json!("0.6")));
    }
    let made = operator.send("POST", "/accounts/team/tokens", &json!({ "policy": { "scopes": ["author_cp_info"] } }));
    let token = made.body["secret"].as_str().unwrap();
    let codes: Vec<i64> = (0..3).map(|_| server.ask(token, "42").code()).collect();
    assert_eq!(codes, [0, 0, 601]);
    let account = operator.get("/accounts/team");
    assert_eq!((&account["balanceYuan"], &account["chargedYuan"]), (&json!("0.1"), &json!("0.5")));
    assert_eq!(operator.get("/calls")["calls"].as_array().map(Vec::len), Some(2));
    let audit = operator.get("/audit");
    let entries = audit["entries"].as_array().unwrap();
    let [by_api @ .., first] = entries.as_slice() else { panic!("nothing is audited") };
    assert!(by_api.len() == 4 && by_api.iter().all(|entry| entry["actor"] == "admin-api"), "{audit}");
    assert_eq!((&first["action"], &first["subject"]), (&json!("admin.key"), &json!("admin key")));
    let listed = astrolabe_ok(data, &["audit", "--action", "token", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!((&listed[0]["subject"], &listed[0]["actor"]), (&json!("token 1"), &json!("admin-api")));
    let table = astrolabe_ok(data, &["audit", "--actor", "admin-api", "--limit", "2"]);
    assert!(
        table.contains("token.create") && table.contains("account.topup") && !table.contains("price.set"),
        "{table}"
    );
    server.signal("TERM");
    let said = server.stderr();
    assert!(server.wait().1.success());
    assert!(!said.contains(&operator.key) && !said.contains(token), "{said}");
}

#[test]
fn a_new_key_takes_the_place_of_the_one_before_and_without_one_there_is_no_admin_api() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let serve = |flags: &[&str]| astrolabe().arg("serve").args(flags).arg("--data").arg(data).output().unwrap();
    let refused = serve(&["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    assert!(!refused.status.success() && said(&refused).contains("astrolabe admin key"), "{}", said(&refused));
    let server = Server::serve(data, &[]);
    assert!(!server.stderr().contains("admin API"), "{}", server.stderr());
    drop(server);
    let key = || astrolabe_ok(data, &["admin", "key"]).trim().to_owned();
    let (first, second) = (key(), key());
    assert_only_the_owner_reads(&data.join("admin.hash"), &second);
    let server = Server::serve(data, &[("ASTROLABE_ADMIN__LISTEN", "127.0.0.1:0")]);
    for (key, status) in [(first, 401), (second, 200)] {
        let operator = Operator { address: admin_address(&server), key };
        assert_eq!(operator.send("GET", "/accounts", &Value::Null).status, status);
    }
    std::fs::write(data.join("admin.hash"), "short").unwrap();
    let refused = serve(&["--listen", "127.0.0.1:0"]);
    assert!(!refused.status.success() && said(&refused).contains("admin.hash"), "{}", said(&refused));
}

/// Where the admin API listens, as the log tells.
fn admin_address(server: &Server) -> String {
    // Told before the line on stdout that the server was waited for.
    let said = server.stderr();
    let (_, after) = said.split_once("admin API at http://").unwrap_or_else(|| panic!("no admin API: {said}"));
    after.lines().next().unwrap().trim().to_owned()
}

fn assert_only_the_owner_reads(file: &Path, key: &str) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let kept = std::fs::read(file).unwrap();
    assert_eq!(kept.len(), 32, "a hash, not the key");
    assert!(key.starts_with("astroadmin_"), "{key}");
}
