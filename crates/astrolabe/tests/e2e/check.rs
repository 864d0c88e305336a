//! `serve --check`: what would keep a server from starting is told, and nothing is made, changed or listened at.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::place::{PRICE, Place};
use crate::schema::Schema;
use crate::support::{astrolabe, said};

const CHECK: &[&str] = &["serve", "--check"];

fn told(place: &Place) -> Value {
    serde_json::from_str(&place.run(&["serve", "--check", "--json"])).unwrap()
}

/// The names of the files of a folder, without what SQLite keeps beside a database that is open.
fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).collect();
    names.sort_unstable();
    names
}

#[test]
fn nothing_is_made_where_there_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    let output = astrolabe().args(CHECK).arg("--data").arg(&data).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["would be made", "http://127.0.0.1:8600", "not opened", "none is asked"] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(!data.exists());
    let Some(schema) = Schema::make() else { return };
    let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = '{schema}'";
    let output =
        astrolabe().args(CHECK).arg("--data").arg(&data).env("ASTROLABE_DATABASE", schema.url()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!((schema.number(tables), data.exists()), (0, false));
}

#[test]
fn data_that_can_be_served_are_told_though_a_server_has_the_port() {
    for place in [Some(Place::sqlite()), Place::postgres()].into_iter().flatten() {
        place.prepare();
        let server = place.serve(&[]);
        let before = files(place.data());
        let listen = server.url.strip_prefix("http://").unwrap();
        let checked = place.run(&["serve", "--check", "--listen", listen]);
        assert!(checked.contains(listen) && checked.contains("balance"), "{checked}");
        let still_free = "author_cp_info, batch charges for: explain, creators, compare, history, plan";
        for verb in [CHECK, &["price", "set", "author_cp_info", &PRICE.to_string()]] {
            let noted = place.noted(verb);
            assert!(noted.contains(still_free), "{noted}");
        }
        let told = told(&place);
        assert_eq!(
            (&told["verified"], &told["has_token_key"], &told["rates"]),
            (&true.into(), &true.into(), &"memory".into())
        );
        assert!(told["schemas"].as_array().unwrap().iter().all(|schema| schema["found"] == schema["known"]), "{told}");
        assert_eq!(files(place.data()), before);
        assert_eq!(told["upstreams"], json!([]));
    }
}

/// One connection more than there are descriptors, and it would be the database that cannot be opened.
#[cfg(target_os = "linux")]
#[test]
fn too_few_open_files_are_warned_of_and_a_low_soft_limit_is_raised() {
    let place = Place::sqlite();
    place.prepare();
    let said_under = |limits: &str, connections_max: &str| {
        let program = astrolabe().get_program().to_owned();
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("{limits} && exec \"$0\" \"$@\"")]).arg(program).args(CHECK);
        shell.arg("--data").arg(place.data()).env("ASTROLABE_SERVER__CONNECTIONS_MAX", connections_max);
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    };
    let told = said_under("ulimit -n 512", "10000");
    for part in ["WARN", "connections_max=10000", "connections=256", "open_files=512", "LimitNOFILE="] {
        assert!(told.contains(part), "{part:?} is not in\n{told}");
    }
    for (limits, why) in [("ulimit -n 512", "enough for so many"), ("ulimit -Sn 64 && ulimit -Hn 512", "raised")] {
        let told = said_under(limits, "256");
        assert!(!told.contains("WARN"), "{why}: {told}");
    }
}

#[test]
fn the_first_fault_is_told_and_nothing_is_mended() {
    let place = Place::sqlite();
    place.prepare();
    let wrong = astrolabe()
        .args(CHECK)
        .arg("--data")
        .arg(place.data())
        .env("ASTROLABE_SERVER__LISTEN", "here")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(1), "{}", said(&wrong));
    let refused = place.refused(&["serve", "--check", "--admin-listen", "127.0.0.1:0"]);
    assert!(refused.contains("astrolabe admin key"), "{refused}");
    let refused = place.refused(&["serve", "--check", "--rates", "database"]);
    assert!(refused.contains("--database"), "{refused}");
    place.with_ledger("UPDATE account_books SET credited_micro_yuan = credited_micro_yuan + 1");
    assert!(place.refused(CHECK).contains("the books do not balance"));
    place.with_ledger("UPDATE account_books SET credited_micro_yuan = credited_micro_yuan - 1");
    let key = place.data().join("token.key");
    fs::rename(&key, place.data().join("away")).unwrap();
    assert!(place.refused(CHECK).contains("token.key is missing"));
    assert!(!key.exists());
    fs::rename(place.data().join("away"), &key).unwrap();
    place.run(CHECK);
}

#[test]
fn an_older_schema_is_left_as_it_is_and_a_newer_one_refused() {
    let place = Place::sqlite();
    place.prepare();
    let known = told(&place)["schemas"][1]["known"].as_u64().unwrap();
    place.with_ledger(&format!("PRAGMA user_version = {}", known - 1));
    for _ in 0..2 {
        let told = told(&place);
        assert_eq!((&told["schemas"][1]["found"], &told["has_token_key"]), (&json!(known - 1), &Value::Null));
    }
    assert!(place.run(CHECK).contains(&format!("version {}, would be brought to {known}", known - 1)));
    place.with_ledger(&format!("PRAGMA user_version = {}", known + 1));
    assert!(place.refused(CHECK).contains("use the newer release"));
}

#[test]
fn what_may_be_an_oversight_is_warned_of() {
    let place = Place::sqlite();
    place.prepare();
    let all = "trusts everybody";
    let open = "the admin API's key would cross the network unencrypted";
    for (address, is_warned_of) in [("127.0.0.1:0", false), ("0.0.0.0:0", true)] {
        let checked =
            said(&astrolabe().args(CHECK).args(["--listen", address, "--data"]).arg(place.data()).output().unwrap());
        assert_eq!(checked.contains("tokens cross the network unencrypted"), is_warned_of, "{checked}");
    }
    for (proxies, listen, admin_key, warnings) in [
        ("[\"127.0.0.1\", \"10.0.0.0/8\"]", "0.0.0.0:0", false, &[][..]),
        ("[\"0.0.0.0/0\"]", "0.0.0.0:0", false, &[all]),
        ("[\"::ffff:0:0/96\"]", "127.0.0.1:0", true, &[all]),
        ("[\"::/0\"]", "0.0.0.0:0", true, &[all, open]),
    ] {
        if admin_key {
            place.run(&["admin", "key"]);
        }
        let environment = [("ASTROLABE_SERVER__TRUSTED_PROXIES", proxies), ("ASTROLABE_ADMIN__LISTEN", listen)];
        let output = astrolabe().args(CHECK).arg("--data").arg(place.data()).envs(environment).output().unwrap();
        let (checked, served) = (said(&output), place.serve(&environment).stderr());
        assert!(output.status.success(), "{checked}");
        for warning in [all, open] {
            let is_warned_of = warnings.contains(&warning);
            assert_eq!(checked.contains(warning), is_warned_of, "{proxies} {listen}: {checked}");
            assert_eq!(served.contains(warning), is_warned_of, "{proxies} {listen}: {served}");
        }
    }
}
