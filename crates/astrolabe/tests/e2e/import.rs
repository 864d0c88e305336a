//! `astrolabe import` against what happens in real life: the same file again, and a process killed half-way.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::support::{astrolabe, astrolabe_ok, said};

/// A small marketplace: the posts' and the rate cards' file.
struct Marketplace {
    dir: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Marketplace {
    fn new(creators: &str, posts: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("market");
        let args = ["synth", "--creators", creators, "--posts", posts, "--seed", "7", "--format", "csv", "--out"];
        let output = astrolabe().args(args).arg(&out).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let mut files: Vec<PathBuf> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        Self { dir, files }
    }

    /// A file by what its name starts with.
    fn file(&self, kind: &str) -> &Path {
        let named = |path: &&PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(kind);
        self.files.iter().find(named).unwrap_or_else(|| panic!("no {kind} among {:?}", self.files))
    }

    /// Creators and platforms to look at: every so-manieth row of the rate cards.
    fn sample(&self) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(self.file("rate")).unwrap();
        let rows: Vec<&str> = text.lines().skip(1).collect();
        let keys = rows.iter().step_by(rows.len() / 12).map(|row| {
            let mut fields = row.split(',');
            (fields.next().unwrap().to_owned(), fields.next().unwrap().to_owned())
        });
        keys.collect()
    }

    fn import(&self, data: &Path, kind: &str) {
        astrolabe_ok(data, &["import", self.file(kind).to_str().unwrap()]);
    }

    /// What is held of the sample, posts included; none of a creator that cannot be estimated.
    fn held(&self, data: &Path) -> Vec<Option<Value>> {
        let ask = |(author, platform): (String, String)| {
            let mut cp = astrolabe();
            cp.args(["cp", &author, "--platform", &platform, "--json", "--explain", "--data"]).arg(data);
            let output = cp.output().unwrap();
            let mut figures: Value =
                output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())?;
            // The only figure that grows by itself.
            figures.as_object_mut().unwrap().remove("age_s");
            Some(figures)
        };
        self.sample().into_iter().map(ask).collect()
    }
}

#[test]
fn importing_the_same_files_again_changes_nothing() {
    let market = Marketplace::new("300", "9000");
    let data = market.dir.path().join("data");
    for kind in ["rate", "posts"] {
        market.import(&data, kind);
    }
    let once = market.held(&data);
    assert!(once.iter().any(Option::is_some), "no creator of the sample can be estimated");
    for kind in ["rate", "posts"] {
        market.import(&data, kind);
    }
    assert_eq!(market.held(&data), once);
}

#[test]
fn an_import_that_is_killed_leaves_all_or_nothing_and_runs_again() {
    let market = Marketplace::new("2000", "120000");
    let whole = market.dir.path().join("whole");
    market.import(&whole, "rate");
    let before = market.held(&whole);
    let started = Instant::now();
    market.import(&whole, "posts");
    let took = started.elapsed();
    let after = market.held(&whole);
    assert_ne!(before, after, "the posts must change the figures");

    let killed = market.dir.path().join("killed");
    market.import(&killed, "rate");
    let mut interrupted = 0;
    // Eight moments over the whole length of an import, its end included, where the commit is.
    for eighth in 1..=8u32 {
        interrupted += u32::from(import_killed_after(&market, &killed, took * eighth / 8));
        let held = market.held(&killed);
        assert!(held == before || held == after, "after {eighth}/8 of an import the data is neither old nor new");
    }
    assert!(interrupted > 0, "no import was interrupted: each ended within {took:?}");
    market.import(&killed, "posts");
    assert_eq!(market.held(&killed), after);
}

/// Whether the import was killed before it ended by itself.
fn import_killed_after(market: &Marketplace, data: &Path, moment: Duration) -> bool {
    let mut import = astrolabe();
    import.arg("import").arg(market.file("posts")).arg("--data").arg(data);
    let mut child = import.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Not to wait for something, but to choose the moment.
    std::thread::sleep(moment);
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

#[test]
fn a_truncated_file_is_named_and_nothing_of_it_is_kept() {
    let market = Marketplace::new("300", "9000");
    let data = market.dir.path().join("data");
    market.import(&data, "rate");
    let before = market.held(&data);
    let gzip = market.dir.path().join("cut.csv.gz");
    let zipped = std::process::Command::new("gzip").arg("-c").arg(market.file("posts")).output().unwrap().stdout;
    std::fs::write(&gzip, &zipped[..zipped.len() / 2]).unwrap();
    let output = astrolabe().arg("import").arg(&gzip).arg("--data").arg(&data).output().unwrap();
    assert!(!output.status.success());
    assert!(said(&output).contains("cut.csv.gz"), "{}", said(&output));
    assert_eq!(market.held(&data), before);
}

#[test]
fn an_import_without_a_row_to_take_fails() {
    let dir = tempfile::tempdir().unwrap();
    let (data, empty) = (dir.path().join("data"), dir.path().join("empty.csv"));
    let heading = "item_id,author_id,platform,published_at,captured_at,plays\n";
    let import = |text: &str| {
        std::fs::write(&empty, text).unwrap();
        astrolabe().arg("import").arg(&empty).arg("--data").arg(&data).output().unwrap()
    };
    let output = import(heading);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let row = "1,42,SHORT_VIDEO,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,100\n";
    let output = import(&format!("{heading}{row}"));
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn an_import_from_stdin_equals_one_from_the_file() {
    let market = Marketplace::new("300", "9000");
    let (from_file, from_stdin) = (market.dir.path().join("file"), market.dir.path().join("stdin"));
    market.import(&from_file, "posts");
    let mut import = astrolabe();
    import.args(["import", "-", "--data"]).arg(&from_stdin);
    let output = import.stdin(std::fs::File::open(market.file("posts")).unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(market.held(&from_stdin), market.held(&from_file));
}

#[test]
fn a_time_in_the_future_is_refused_before_anything_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let future = ["import", "no such file", "--captured-at", "2099-01-01T00:00:00Z", "--data"];
    let output = astrolabe().args(future).arg(dir.path()).output().unwrap();
    assert!(!output.status.success());
    assert!(said(&output).contains("--captured-at <TIME>': a time after the present"), "{}", said(&output));
}

#[test]
fn the_moment_that_is_assumed_for_what_does_not_tell_its_own_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let files = [
        ("card.csv", "author_id,tier,price_yuan\n42,1_20,8200\n", true),
        ("reply.json", r#"{"authors":[{"star_id":"42","attribute_datas":{"id":"42","price_1_20":"8200"}}]}"#, true),
        (
            "dated.json",
            r#"{"code":0,"recordTime":"2026-01-02T00:00:00Z","data":{"authors":[{"star_id":"42","attribute_datas":{"id":"42","price_1_20":"8200"}}]}}"#,
            false,
        ),
        (
            "posts.csv",
            "item_id,author_id,published_at,captured_at,plays\n1,42,2026-01-01T00:00:00Z,2026-01-12T00:00:00Z,7\n",
            false,
        ),
    ];
    for (name, text, assumed) in files {
        let file = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        let changed = std::fs::metadata(&file).unwrap().modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
        let changed = domain::UnixTime(changed.as_secs() as u32).to_string();
        let import = |flags: &[&str]| {
            let mut import = astrolabe();
            import.arg("import").arg(&file).args(flags).arg("--data").arg(dir.path().join("data"));
            let output = import.output().unwrap();
            assert!(output.status.success(), "{}", said(&output));
            format!("{}{}", String::from_utf8(output.stdout.clone()).unwrap(), said(&output))
        };
        assert_eq!(import(&[]).contains(&format!("as of {changed}")), assumed, "{name}: {}", import(&[]));
        assert_eq!(import(&["--json"]).contains(&changed), assumed, "{name}: {}", import(&["--json"]));
        assert!(!import(&["--captured-at", "2026-01-03T00:00:00Z"]).contains("is as of"), "{name}");
    }
}

#[test]
fn bad_rows_replace_no_file_that_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let posts = dir.path().join("posts.csv");
    let text = "item_id,author_id,published_at,captured_at,plays\n1,2,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,many\n";
    std::fs::write(&posts, text).unwrap();
    let import = |rejects: &Path| {
        let mut import = astrolabe();
        import.arg("import").arg(&posts).arg("--rejects").arg(rejects).arg("--data").arg(dir.path().join("data"));
        import.output().unwrap()
    };
    let output = import(&posts);
    assert!(said(&output).contains("posts.csv is there already"), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(&posts).unwrap(), text);
    let rejects = dir.path().join("new/bad.csv");
    assert!(!import(&rejects).status.success(), "there was no row to take");
    assert!(std::fs::read_to_string(&rejects).unwrap().contains("not-a-whole-number"));
}

#[test]
fn bad_rows_kept_in_the_data_directory_are_for_their_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let (posts, data) = (dir.path().join("posts.csv"), dir.path().join("data"));
    let text = "item_id,author_id,published_at,captured_at,plays\n1,2,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,many\n";
    std::fs::write(&posts, text).unwrap();
    let output = astrolabe().arg("import").arg(&posts).arg("--data").arg(&data).output().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = data.join("rejects");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600), "{}", said(&output));
    assert!(std::fs::read_to_string(file).unwrap().contains("many"));
}

#[test]
fn a_rate_card_that_comes_after_a_reply_moves_the_reported_costs() {
    let dir = tempfile::tempdir().unwrap();
    let (reply, card) = (dir.path().join("reply.json"), dir.path().join("card.csv"));
    let figures = r#"{"id":"42","expected_play_num":"380245","price_1_20":"8200","sn_prospective_1_20_cpe":"0.97"}"#;
    std::fs::write(&reply, format!(r#"{{"authors":[{{"star_id":"42","attribute_datas":{figures}}}]}}"#)).unwrap();
    let costs = || {
        let told: Value = serde_json::from_str(&astrolabe_ok(dir.path(), &["cp", "42", "--json"])).unwrap();
        assert_eq!(told["method"], "xingtu-reported/1", "{told}");
        let tier = &told["tiers"][0];
        [&tier["price_fen"], &tier["cpm_fen"], &tier["cpe_fen"]].map(|fen| fen.as_u64())
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as u32;
    let hours_ago = |hours: u32| domain::UnixTime(now - hours * 3600).to_string();
    astrolabe_ok(dir.path(), &["import", reply.to_str().unwrap(), "--captured-at", &hours_ago(9)]);
    let as_reported = [820_000, 2156, 97].map(Some);
    assert_eq!(costs(), as_reported);
    for (hours, price, told) in [
        (8, "4100", [410_000, 1078, 48].map(Some)),
        // Not offered, then offered again.
        (7, "0", [None; 3]),
        (6, "8200", as_reported),
    ] {
        std::fs::write(&card, format!("author_id,tier,price_yuan\n42,1_20,{price}\n")).unwrap();
        astrolabe_ok(dir.path(), &["import", card.to_str().unwrap(), "--captured-at", &hours_ago(hours)]);
        assert_eq!(costs(), told, "at {price} yuan");
    }
}

#[test]
fn a_creator_who_is_deleted_is_not_known_any_more() {
    let market = Marketplace::new("300", "9000");
    let data = market.dir.path().join("data");
    market.import(&data, "posts");
    let (known, other) = (market.held(&data), market.sample());
    let (deleted, _) = &other[known.iter().position(Option::is_some).unwrap()];
    let delete = || astrolabe().args(["creator", "delete", deleted, "--data"]).arg(&data).output().unwrap();
    let output = delete();
    assert!(output.status.success() && said(&output).contains("is deleted"), "{}", said(&output));
    for (((author, _), before), after) in other.iter().zip(&known).zip(market.held(&data)) {
        assert_eq!(after.as_ref(), before.as_ref().filter(|_| author != deleted), "{author}");
    }
    assert!(said(&delete()).contains("nothing is held"));
    // That it was done is noted, but not to whom.
    let audit = astrolabe().args(["audit", "--data"]).arg(&data).output().unwrap();
    let noted = String::from_utf8(audit.stdout).unwrap();
    assert_eq!((noted.matches("creator.delete").count(), noted.contains(deleted.as_str())), (1, false), "{noted}");
}
