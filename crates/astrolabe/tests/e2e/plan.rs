//! `astrolabe plan`: from the local data and from a server the same plan, for programs, for people and as a picture.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Server, astrolabe, astrolabe_ok, new_token, said};

/// A synthetic marketplace of 60 creators, imported.
fn marketplace(data: &Path) {
    let files = data.join("files");
    astrolabe_ok(data, &["synth", "--creators", "60", "--posts", "1500", "--out", files.to_str().unwrap()]);
    let (posts, prices) = (files.join("posts.csv"), files.join("rate_cards.csv"));
    astrolabe_ok(data, &["import", posts.to_str().unwrap(), prices.to_str().unwrap()]);
}

fn plan(data: &Path, args: &[&str]) -> Value {
    let told = astrolabe_ok(data, &[&["plan", "--json"], args].concat());
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"))
}

#[test]
fn a_plan_is_the_same_from_local_data_and_from_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    marketplace(data);
    let asked = ["--budget", "300000", "--tier", "21-60", "--tier", "60"];
    let local = plan(data, &asked);
    let picks = local["picks"].as_array().unwrap();
    let price = |pick: &Value| pick["priceYuan"].as_str().unwrap().parse::<f64>().unwrap();
    assert!(!picks.is_empty() && picks.iter().map(price).sum::<f64>() <= 300_000.0, "{local}");
    let views: u64 = picks.iter().map(|pick| pick["expectedViews"].as_u64().unwrap()).sum();
    assert_eq!((&local["totals"]["expectedViews"], &local["gapPercent"]), (&views.into(), &json!("0")));
    let category = picks[0]["category"].as_str().unwrap();
    let (few, cheap) = (format!("{category}=2"), format!("{category}=20000"));
    let capped = plan(data, &[&asked[..], &["--cap", &few, "--cap-yuan", &cheap]].concat());
    let of_category: Vec<&Value> =
        capped["picks"].as_array().unwrap().iter().filter(|pick| pick["category"] == category).collect();
    assert!(of_category.len() <= 2 && of_category.into_iter().map(price).sum::<f64>() <= 20_000.0, "{capped}");
    let twice = ["plan", "--budget", "1", "--cap-yuan", &cheap, "--cap-yuan", &cheap, "--data"];
    let refused = astrolabe().args(twice).arg(data).output().unwrap();
    assert!(!refused.status.success() && said(&refused).contains("is capped twice"), "{}", said(&refused));
    let token = new_token(data, "team");
    let server = Server::serve(data, &[]);
    assert_eq!(plan(data, &[&asked[..], &["--url", &server.url, "--token", &token]].concat()), local);
}

#[test]
fn people_get_a_table_a_picture_and_the_limit_that_cannot_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    marketplace(data);
    let first = plan(data, &["--budget", "300000"])["picks"][0].clone();
    let id = first["oAuthorId"].as_str().unwrap();
    let picture = data.join("plan.svg");
    let asked = ["plan", "--budget", "300000", "--exclude", id, "--svg", picture.to_str().unwrap()];
    let table = astrolabe_ok(data, &asked);
    assert!(table.contains("runner-up") && table.contains("proven") && !table.contains(id), "{table}");
    assert!(fs::read_to_string(&picture).unwrap().starts_with("<svg"));
    let file = data.join("plan.csv");
    let asked = ["plan", "--budget", "300000", "--out", file.to_str().unwrap(), "--lang", "zh"];
    assert!(astrolabe_ok(data, &asked).contains("已证明为最优"));
    let rows = fs::read_to_string(&file).unwrap();
    assert!(rows.contains("runner_up_author_id") && rows.contains(id), "{rows}");
    let two = format!("{id},{}", plan(data, &["--budget", "300000"])["picks"][1]["oAuthorId"].as_str().unwrap());
    let both = plan(data, &["--budget", "300000", "--must", &two, "--platform", "短视频"]);
    assert!(both["picks"].as_array().unwrap().iter().all(|pick| pick["source"] == "estimated"), "{both}");
    let musts = both["picks"].as_array().unwrap().iter().filter(|pick| pick["mustHave"] == true).count();
    assert_eq!(musts, 2, "{both}");
    for (flags, why) in [
        (
            &["--category", "none of it"][..],
            "no creator on SHORT_VIDEO is of the category none of it: rank --by category",
        ),
        (
            &["--min-followers", "5", "--max-followers", "1"],
            "--min-followers is not valid: it is above --max-followers",
        ),
        (&["--tier", "single"], "--tier is not valid: SHORT_VIDEO is sold as 1-20, 21-60, 60 only"),
    ] {
        let wrong = astrolabe().args(["plan", "--budget", "1"]).args(flags).arg("--data").arg(data).output().unwrap();
        assert!(!wrong.status.success() && said(&wrong).contains(why), "{flags:?}: {}", said(&wrong));
    }
    let refused = astrolabe().args(["plan", "--budget", "1", "--must", id, "--data"]).arg(data).output().unwrap();
    assert!(
        !refused.status.success() && said(&refused).contains("more than the budget of 1 yuan"),
        "{}",
        said(&refused)
    );
}
