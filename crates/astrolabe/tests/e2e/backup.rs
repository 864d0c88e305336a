//! Backups of the data directory: made while a server is charged for calls, put back after it died.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::MicroYuan;
use serde_json::Value;

use crate::place::{ACCOUNT, CREDIT, PRICE, Place};
use crate::support::{Server, astrolabe, said};

fn balance(place: &Place) -> u64 {
    place.with_books(async |store| store.account_book(ACCOUNT).await.unwrap().balance().0)
}

fn ask(server: &Server, token: &str, times: u64) {
    for _ in 0..times {
        assert_eq!(server.ask(token, "42").code(), 0);
    }
}

/// Runs a command on a directory; its exit code and stderr.
fn run_in(data: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = astrolabe().args(args).arg("--data").arg(data).env_remove("ASTROLABE_DATABASE").output().unwrap();
    (output.status.code(), said(&output))
}

#[test]
fn a_directory_without_data_is_told_and_nothing_is_made_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("mistyped");
    let to = dir.path().join("backup");
    for (args, code) in [
        (&["ledger", "verify"][..], 2),
        (&["account", "list"], 1),
        (&["account", "topup", "team", "5"], 1),
        (&["token", "list"], 1),
        (&["price", "list"], 1),
        (&["calls", "list"], 1),
        (&["usage"], 1),
        (&["audit"], 1),
        (&["cp", "42"], 1),
        (&["rank"], 1),
        (&["upstream", "status"], 1),
        (&["backup", to.to_str().unwrap()], 1),
    ] {
        let (exit, told) = run_in(&data, args);
        assert_eq!(exit, Some(code), "{args:?}: {told}");
        assert!(told.contains("there are no data in") && told.contains("--data"), "{args:?}: {told}");
        assert!(!data.exists(), "{args:?}");
    }
    // These begin a ledger.
    assert_eq!(run_in(&data, &["account", "create", "team"]).0, Some(0));
    assert_eq!(run_in(&data, &["ledger", "verify"]).0, Some(0));
}

#[test]
fn two_restores_within_a_second_keep_what_each_replaced() {
    let place = Place::sqlite();
    place.prepare();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    place.run(&["backup", backup.to_str().unwrap()]);
    for _ in 0..3 {
        place.run(&["restore", backup.to_str().unwrap()]);
    }
    let names = std::fs::read_dir(place.data()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.starts_with("replaced-")).count(), 3);
}

#[test]
fn a_backup_of_a_busy_server_is_put_back_whole_after_it_died() {
    let place = Place::sqlite();
    let token = place.prepare();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    let server = place.serve(&[]);
    ask(&server, &token, 3);
    // Nothing is asked meanwhile, so that the balance in the backup is known; the server runs, and its log is not empty.
    place.run(&["backup", backup.to_str().unwrap()]);
    let files: Vec<PathBuf> = std::fs::read_dir(&backup).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "two databases and the key: {files:?}");
    for path in files.iter().chain([&backup]) {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{path:?} is its owner's alone: {mode:o}");
    }
    assert!(place.refused(&["backup", backup.to_str().unwrap()]).contains("new folder"));
    ask(&server, &token, 5);
    let in_use = place.refused(&["restore", backup.to_str().unwrap()]);
    assert!(in_use.contains("is in use"), "{in_use}");
    server.signal("KILL");
    server.wait();
    assert!(std::fs::metadata(place.data().join("astrolabe.ledger.db-wal")).unwrap().len() > 0, "a log is left over");

    place.run(&["restore", backup.to_str().unwrap()]);
    place.run(&["ledger", "verify"]);
    assert_eq!(balance(&place), CREDIT.0 - 3 * PRICE.0);
    let server = place.serve(&[]);
    ask(&server, &token, 1);
    assert_eq!(balance(&place), CREDIT.0 - 4 * PRICE.0);
    drop(server);
    let names = std::fs::read_dir(place.data()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let replaced: Vec<String> = names.filter(|name| name.starts_with("replaced-")).collect();
    let old = place.data().join(&replaced[0]);
    assert!(old.join("astrolabe.ledger.db").exists() && old.join("astrolabe.ledger.db-wal").exists(), "{replaced:?}");
}

#[test]
fn what_is_no_backup_of_these_tokens_replaces_nothing() {
    let (place, other) = (Place::sqlite(), Place::sqlite());
    let token = place.prepare();
    other.prepare();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    assert!(place.refused(&["restore", folder.path().to_str().unwrap()]).contains("no backup"));
    other.run(&["backup", backup.to_str().unwrap()]);
    std::fs::remove_file(backup.join("token.key")).unwrap();
    let other_key = place.refused(&["restore", backup.to_str().unwrap()]);
    assert!(other_key.contains("another token.key"), "{other_key}");
    let ledger = backup.join("astrolabe.ledger.db");
    let whole = std::fs::read(&ledger).unwrap();
    for damaged in [&whole[..whole.len() / 2], b"plainly no database, but long enough to be one"] {
        std::fs::write(&ledger, damaged).unwrap();
        let told = place.refused(&["restore", backup.to_str().unwrap()]);
        assert!(told.contains(backup.to_str().unwrap()) && told.contains("take another"), "{told}");
    }
    let server = place.serve(&[]);
    ask(&server, &token, 1);
}

#[test]
fn restored_into_an_empty_directory_nothing_is_kept_of_before() {
    let (place, other) = (Place::sqlite(), Place::sqlite());
    place.prepare();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    place.run(&["backup", backup.to_str().unwrap()]);
    other.run(&["restore", backup.to_str().unwrap()]);
    let mut names = std::fs::read_dir(other.data()).unwrap().map(|file| file.unwrap().file_name());
    assert!(names.all(|name| !name.to_str().unwrap().starts_with("replaced-")));
    assert_eq!(balance(&other), CREDIT.0);
}

#[test]
fn books_that_cannot_be_checked_are_told_apart_from_wrong_ones() {
    let place = Place::sqlite();
    let verify = |database: &str| {
        let mut verify = astrolabe();
        verify.args(["ledger", "verify", "--json", "--data"]).arg(place.data()).env("ASTROLABE_DATABASE", database);
        let output = verify.output().unwrap();
        (output.status.code(), serde_json::from_slice::<Value>(&output.stdout).unwrap())
    };
    // Nobody listens at a port that has just been given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (code, told) = verify(&format!("postgres://127.0.0.1:{port}/none"));
    assert_eq!((code, &told["checked"]), (Some(2), &false.into()), "{told}");
    assert!(told["error"].as_str().unwrap().contains(&format!("127.0.0.1:{port}")), "{told}");
    std::fs::write(place.data().join("astrolabe.ledger.db"), "plainly no database".repeat(99)).unwrap();
    let (code, told) = verify("");
    assert_eq!(
        (code, &told["checked"], told["damages"].as_array().map(Vec::len)),
        (Some(1), &true.into(), Some(1)),
        "{told}"
    );
}

#[test]
fn books_that_do_not_balance_are_told_and_not_served_from() {
    let place = Place::sqlite();
    place.prepare();
    assert_eq!(place.run(&["ledger", "verify"]), "");
    place.with_ledger("UPDATE account_books SET charged_micro_yuan = 1000000");
    let told = place.refused(&["ledger", "verify"]);
    assert!(told.contains("not right in 2 places"), "{told}");
    let output = astrolabe().args(["ledger", "verify", "--json", "--data"]).arg(place.data()).output().unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &found["imbalances"][0]["account"]), (Some(1), &"team".into()), "{found}");
    assert_eq!(found["imbalances"][0]["book_micro_yuan"], 1_000_000);
    let told = place.refused(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(told.contains("account team: 1 yuan charged") && told.contains("verify_at_start"), "{told}");
    place.serve(&[("ASTROLABE_METER__VERIFY_AT_START", "false")]);
}

#[test]
fn the_file_that_is_damaged_is_named() {
    for name in ["astrolabe.db", "astrolabe.ledger.db"] {
        let place = Place::sqlite();
        place.prepare();
        std::fs::write(place.data().join(name), "plainly no database, but long enough to be one".repeat(99)).unwrap();
        let told = place.refused(&["account", "list"]);
        assert!(told.contains(&format!("/{name}: stored data is damaged")), "{told}");
    }
}

#[test]
fn a_token_key_that_is_missing_or_another_one_is_told_on_sqlite() {
    let place = Place::sqlite();
    other_key(&place);
}

#[test]
fn a_token_key_that_is_missing_or_another_one_is_told_on_postgres() {
    let Some(place) = Place::postgres() else { return };
    other_key(&place);
}

fn other_key(place: &Place) {
    let token = place.prepare();
    let key = place.data().join("token.key");
    let right = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["token", "create", "team"], &["admin", "key"]] {
        let told = place.refused(args);
        assert!(told.contains("token.key is missing") && !key.exists(), "{told}");
    }
    std::fs::write(&key, [7; 32]).unwrap();
    assert!(place.refused(&["serve", "--listen", "127.0.0.1:0"]).contains("is not the key"));
    assert!(place.refused(&["token", "new-key"]).contains("move the file away"));
    std::fs::write(&key, &right).unwrap();
    ask(&place.serve(&[]), &token, 1);

    // Another one is made by mistake, as beside another data directory.
    std::fs::remove_file(&key).unwrap();
    assert!(place.refused(&["token", "use-key"]).contains("token.key is missing"));
    place.run(&["token", "new-key", "--force"]);
    std::fs::write(&key, &right).unwrap();
    assert!(place.refused(&["serve", "--listen", "127.0.0.1:0"]).contains("astrolabe token use-key"));
    place.run(&["token", "use-key"]);
    ask(&place.serve(&[]), &token, 1);
    let audited = place.run(&["audit", "--action", "token.key", "--json"]);
    assert_eq!(audited.matches("\"token.key\"").count(), 2, "{audited}");

    // It is lost for ever.
    std::fs::remove_file(&key).unwrap();
    let told = place.refused(&["token", "new-key"]);
    assert!(told.contains("tokens that work (1)") && !key.exists(), "{told}");
    place.run(&["token", "new-key", "--force"]);
    let server = place.serve(&[]);
    assert_eq!(server.ask(&token, "42").code(), 100);
    let token = place.run(&["token", "create", "team"]);
    ask(&server, &token, 1);
    let money = place.with_books(async |store| store.account_book(store.account("team").await.unwrap().id).await);
    assert_eq!(money.unwrap().charged, MicroYuan(3 * PRICE.0));
}

#[test]
fn an_empty_variable_counts_as_unset_and_a_misspelt_setting_is_told() {
    let place = Place::sqlite();
    place.prepare();
    let empty = ["ASTROLABE_DATABASE", "ASTROLABE_REDIS", "ASTROLABE_CONFIG", "ASTROLABE_SERVER__THREADS"];
    place.serve(&empty.map(|name| (name, "")));
    let mut list = astrolabe();
    list.args(["account", "list", "--data"]).arg(place.data()).env("ASTROLABE_SERVER_THREADS", "2");
    let output = list.output().unwrap();
    assert!(said(&output).contains("right would be ASTROLABE_SERVER__THREADS"), "{}", said(&output));
}

/// A user without rights, where the test runs as root, whom no mode binds.
const NOBODY: u32 = 65_534;

#[test]
fn a_file_that_can_only_be_read_is_told_at_the_start() {
    let place = Place::sqlite();
    place.prepare();
    let ledger = place.data().join("astrolabe.ledger.db");
    std::fs::set_permissions(&ledger, PermissionsExt::from_mode(0o444)).unwrap();
    let mut serve = astrolabe();
    if std::fs::metadata(&ledger).unwrap().uid() == 0 {
        let files = std::fs::read_dir(place.data()).unwrap().map(|file| file.unwrap().path());
        for path in files.filter(|path| *path != ledger).chain([place.data().to_owned()]) {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let binary = serve.get_program().to_owned();
        serve = Command::new("setpriv");
        serve.args([format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".to_owned()]);
        serve.arg(binary);
    }
    let output = serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(place.data()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("astrolabe.ledger.db can only be read"), "{}", said(&output));
}
