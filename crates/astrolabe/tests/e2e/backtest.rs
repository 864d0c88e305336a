//! `astrolabe backtest` and `astrolabe fit`: scores for people, programs and pictures, and coefficients of one's own that an
//! import then uses.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{astrolabe, astrolabe_ok, said};

/// A small marketplace; its posts.
fn posts(folder: &Path) -> String {
    let out = folder.to_string_lossy().into_owned();
    let size = ["--creators", "120", "--posts", "3000", "--seed", "3", "--format", "csv"];
    let made = astrolabe().arg("synth").args(size).args(["--out", &out]).output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    folder.join("posts.csv").to_string_lossy().into_owned()
}

fn scores(data: &Path, args: &[&str]) -> Value {
    let told = astrolabe_ok(data, &[&["backtest", "--json"], args].concat());
    serde_json::from_str(&told).unwrap()
}

/// The score of a method over all forecasts.
fn all<'s>(scores: &'s Value, method: &str) -> &'s Value {
    let methods = scores["methods"].as_array().unwrap();
    let of = methods.iter().find(|of| of["method"].as_str().unwrap().starts_with(method));
    &of.unwrap_or_else(|| panic!("no {method}: {scores}"))["groups"][0]
}

#[test]
fn methods_are_scored_side_by_side_and_the_same_whatever_the_threads() {
    let folder = tempfile::tempdir().unwrap();
    let (data, posts) = (folder.path(), posts(folder.path()));
    let picture = data.join("scores.svg");
    let svg = picture.to_str().unwrap();
    let one = scores(data, &[&posts, "--method", "last", "--method", "median-15", "--threads", "1", "--svg", svg]);
    let two = scores(data, &[&posts, "--method", "last", "--method", "median-15", "--threads", "2"]);
    assert_eq!(one, two);
    let (last, median) = (all(&one, "last"), all(&one, "median-15"));
    let error = |of: &Value| of["mean_absolute_error"].as_f64().unwrap();
    assert!(error(median) < error(last), "{median} {last}");
    assert_eq!(last["forecasts"], median["forecasts"]);
    for part in ["coverage_50", "coverage_80"] {
        let covered = median[part].as_f64().unwrap();
        assert!((0.2..0.95).contains(&covered), "{part} {covered}");
    }
    let drawn = fs::read_to_string(&picture).unwrap();
    assert!(drawn.starts_with("<svg") && drawn.contains("median-15") && drawn.trim_end().ends_with("</svg>"));
    let table = astrolabe_ok(data, &["backtest", &posts, "--method", "median-10"]);
    assert!(table.contains("median-10"), "{table}");
    let mut piped = astrolabe();
    piped.args(["backtest", "-", "--method", "median-10"]).stdin(fs::File::open(&posts).unwrap());
    assert_eq!(String::from_utf8(piped.output().unwrap().stdout).unwrap(), table);
}

#[test]
fn the_default_method_as_built_in_wins_on_synthetic_posts_that_it_was_not_fitted_to() {
    let folder = tempfile::tempdir().unwrap();
    let (data, posts) = (folder.path(), posts(folder.path()));
    let scores = scores(data, &[&posts, "--method", "median-15", "--method", "ensemble"]);
    let [median, default] = ["median-15", "ensemble"].map(|method| all(&scores, method));
    let error = |of: &Value| of["mean_absolute_error"].as_f64().unwrap();
    assert!(error(default) < 0.98 * error(median), "{default} {median}");
    for (part, share) in [("coverage_50", 0.5), ("coverage_80", 0.8)] {
        let covered = default[part].as_f64().unwrap();
        assert!((covered - share).abs() < 0.08, "{part} {covered}");
    }
}

#[test]
fn posts_that_are_not_looked_at_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("posts.csv");
    let row = |post: u32| {
        format!("{post},42,2026-0{}-{:02}T00:00:00Z,2026-11-01T00:00:00Z,1000\n", 1 + post / 28, 1 + post % 28)
    };
    let rows: String = (0..70).map(row).collect();
    fs::write(&file, format!("item_id,author_id,published_at,captured_at,plays\n{rows}")).unwrap();
    for (locale, told) in
        [("C", "6 posts of 70 left out: of a creator the latest 64"), ("zh_CN.UTF-8", "共 70 个作品，未采用 6 个")]
    {
        let output = astrolabe().arg("backtest").arg(&file).env("LC_ALL", locale).output().unwrap();
        assert!(output.status.success() && said(&output).contains(told), "{}", said(&output));
        assert!(!said(&output).contains("errs least"), "61 forecasts are too few: {}", said(&output));
    }
}

#[test]
fn a_creator_on_two_platforms_is_one_creator() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let text = fs::read_to_string(posts(data)).unwrap();
    let (heading, rows) = text.split_once('\n').unwrap();
    let on = |platform: &'static str| {
        rows.lines().map(move |row| {
            let mut cells: Vec<&str> = row.split(',').collect();
            cells[2] = platform;
            cells.join(",")
        })
    };
    let file = |name: &str, rows: Vec<String>| {
        let file = data.join(name);
        fs::write(&file, format!("{heading}\n{}\n", rows.join("\n"))).unwrap();
        file.to_string_lossy().into_owned()
    };
    let alone = file("one.csv", on("SHORT_VIDEO").collect());
    let both = file("both.csv", on("SHORT_VIDEO").chain(on("PICTURE_TEXT")).collect());
    let [one, two] = [&alone, &both].map(|file| scores(data, &[file, "--method", "median-15"]));
    assert_eq!(one["creators"], two["creators"]);
    let forecasts = |scores: &Value| all(scores, "median-15")["forecasts"].as_u64().unwrap();
    assert_eq!(2 * forecasts(&one), forecasts(&two));
    let fit = |file: &str| {
        let out = data.join("out.toml");
        let told = astrolabe_ok(data, &["fit", file, "--out", out.to_str().unwrap(), "--name", "x", "--json"]);
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!((told["name"].as_str(), told["file"].as_str()), (Some("x"), out.to_str()));
        let fitted_on = format!("{} posts of {} creators", told["fitted_on"]["posts"], told["fitted_on"]["creators"]);
        assert!(fs::read_to_string(&out).unwrap().contains(&fitted_on), "{fitted_on}");
        assert_eq!(told["fitted_on"]["is_sample"], false);
        told
    };
    let [one, two] = [fit(&alone), fit(&both)];
    for (part, times) in [("posts", 2), ("creators", 1)] {
        let of = |told: &Value| told["fitted_on"][part].as_u64().unwrap();
        assert_eq!(times * of(&one), of(&two), "{part}");
        let of = |told: &Value| told["held_out"]["fitted_on"][part].as_u64().unwrap();
        assert_eq!(times * of(&one), of(&two), "held out: {part}");
    }
    // Nobody is on both sides.
    for told in [one, two] {
        let of = |told: &Value| told["creators"].as_u64().unwrap();
        assert_eq!(of(&told["held_out"]) + of(&told["held_out"]["fitted_on"]), of(&told["fitted_on"]), "{told}");
        let scored = &told["held_out"]["scores"];
        assert!(
            of(scored) <= of(&told["held_out"]) && all(scored, "ensemble/4@held-out")["forecasts"].is_u64(),
            "{scored}"
        );
    }
}

#[test]
fn coefficients_of_ones_own_are_fitted_and_used() {
    let folder = tempfile::tempdir().unwrap();
    let (data, posts) = (folder.path(), posts(folder.path()));
    let file = data.join("ours.toml");
    let mut fit = astrolabe();
    fit.args(["fit", &posts, "--out", "ours.toml", "--name", "ours"]).arg("--data").arg(data).current_dir(data);
    let fit = fit.output().unwrap();
    let told = String::from_utf8(fit.stdout.clone()).unwrap();
    assert!(told.contains("held out"), "{told}");
    for method in ["ensemble/4@held-out ", "ensemble/4 ", "weighted/1 "] {
        assert!(told.contains(method), "{method} is scored beside it: {told}");
    }
    assert!(said(&fit).contains(&format!("coefficients = {file:?}")), "{}", said(&fit));
    let fitted = scores(data, &[&posts, "--method", "ensemble", "--coefficients", file.to_str().unwrap()]);
    let built_in = scores(data, &[&posts, "--method", "ensemble"]);
    let error = |of: &Value| all(of, "ensemble")["mean_absolute_error"].as_f64().unwrap();
    assert!(error(&fitted) < error(&built_in), "fitted to these posts: {} and {}", error(&fitted), error(&built_in));
    assert_eq!((&fitted["fitted_to_share"], &built_in["fitted_to_share"]), (&json!(1.0), &json!(0.0)));
    for (method, is_told) in [("ensemble", true), ("median-15", false)] {
        let args = ["backtest", &posts, "--method", method, "--coefficients", file.to_str().unwrap()];
        let told = said(&astrolabe().args(args).output().unwrap());
        assert_eq!(told.contains("fitted to some of these creators, or all: ensemble score"), is_told, "{told}");
    }
    let again = data.join("again.toml");
    astrolabe_ok(data, &["fit", &posts, "--out", again.to_str().unwrap(), "--name", "ours", "--hold-out", "0"]);
    assert_eq!(fs::read(&file).unwrap(), fs::read(&again).unwrap(), "the same posts, the same bytes");

    fs::write(data.join("astrolabe.toml"), format!("[estimate]\ncoefficients = {file:?}\n")).unwrap();
    astrolabe_ok(data, &["import", &posts]);
    let author = fs::read_to_string(&posts).unwrap().lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned();
    let shown = astrolabe().args(["cp", &author, "--json", "--data"]).arg(data).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("ensemble/4@ours"), "{shown}");
    // What cannot be is told before the fit, which would take its time.
    for (flags, why) in [
        (["--out", "ok.toml", "--name", "a b"], "--name is \"a b\""),
        (["--out", "/nowhere/o.toml", "--name", "a"], "/nowhere"),
    ] {
        let refused = astrolabe().args(["fit", &posts]).args(flags).output().unwrap();
        let said = said(&refused);
        assert!(!refused.status.success() && said.contains(why) && !said.contains("fitting"), "{said}");
    }
    let damaged = astrolabe().args(["backtest", &posts, "--coefficients", &posts]).output().unwrap();
    assert!(!damaged.status.success() && said(&damaged).contains("posts.csv"), "{}", said(&damaged));
}

#[test]
fn without_a_file_the_posts_held_are_scored_and_fitted_to_and_figures_are_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (data, posts) = (folder.path(), posts(folder.path()));
    for verb in [&["backtest"][..], &["fit", "--out", "out.toml"], &["reestimate"]] {
        let refused = astrolabe().args(verb).arg("--data").arg(data.join("none")).output().unwrap();
        assert!(!refused.status.success() && said(&refused).contains("there are no data in"), "{}", said(&refused));
    }
    astrolabe_ok(data, &["import", &posts]);
    let [of_file, held] =
        [&[posts.as_str()][..], &[]].map(|file| scores(data, &[file, &["--method", "last"]].concat()));
    assert_eq!(of_file, held);
    let fitted = |name: &str, file: &[&str]| {
        let out = data.join(name);
        astrolabe_ok(
            data,
            &[&["fit", "--name", "ours", "--out", out.to_str().unwrap(), "--hold-out", "0"], file].concat(),
        );
        out
    };
    let (ours, of_file) = (fitted("ours.toml", &[]), fitted("same.toml", &[&posts]));
    assert_eq!(fs::read(&ours).unwrap(), fs::read(of_file).unwrap());

    let author = fs::read_to_string(&posts).unwrap().lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned();
    let figures = || {
        let shown: Value = serde_json::from_str(&astrolabe_ok(data, &["history", &author, "--json"])).unwrap();
        let snapshots = shown["snapshots"].as_array().unwrap().clone();
        snapshots.into_iter().map(|snapshot| snapshot["method"].clone()).collect::<Vec<_>>()
    };
    let before = figures();
    assert!(!before.is_empty() && before.iter().all(|method| method == "ensemble/4"), "{before:?}");
    let reestimated = || {
        let told = astrolabe_ok(data, &["reestimate", "--json"]);
        let told: Value = serde_json::from_str(&told).unwrap();
        (told["creators"].as_u64().unwrap(), told["snapshots_added"].as_u64().unwrap())
    };
    let (creators, added) = reestimated();
    assert!(creators >= 120 && added == 0, "nothing changed: {creators} {added}");
    fs::write(data.join("astrolabe.toml"), format!("[estimate]\ncoefficients = {ours:?}\n")).unwrap();
    let (again, added) = reestimated();
    assert_eq!(again, creators);
    assert!(added > creators / 2, "{added}");
    assert!(figures().iter().any(|method| method == "ensemble/4@ours"), "{:?}", figures());
    assert_eq!(reestimated(), (creators, 0));
    let told = astrolabe_ok(data, &["reestimate"]);
    assert!(told.contains("estimated anew, 0 new snapshots"), "{told}");
}
