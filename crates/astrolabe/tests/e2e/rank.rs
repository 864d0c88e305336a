//! `astrolabe rank` and `astrolabe compare`: the same creators in the same order, from the data and from a server.

use std::path::Path;

use serde_json::Value;

use crate::support::{Server, astrolabe, astrolabe_ok, new_token, said, shared_data};

/// A small marketplace, imported.
fn market(data: &Path) {
    let out = data.join("market").to_string_lossy().into_owned();
    let size = ["--creators", "150", "--posts", "3000", "--seed", "3", "--format", "csv"];
    let made = astrolabe().arg("synth").args(size).args(["--out", &out]).output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    astrolabe_ok(data, &["import", &format!("{out}/posts.csv"), &format!("{out}/rate_cards.csv")]);
}

fn json(data: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&astrolabe_ok(data, &[args, &["--json"]].concat())).unwrap()
}

#[test]
fn a_server_ranks_and_compares_as_the_data_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    market(data);
    let token = new_token(data, "ranks");
    let server = Server::serve(data, &[]);
    let asked = ["--url", &server.url, "--token", &token];
    // More than a page.
    let rank =
        ["rank", "--by", "price", "--order", "desc", "--tier", "60", "--limit", "120", "--max-followers", "5000000"];
    let local = json(data, &rank);
    assert_eq!(json(data, &[&rank[..], &asked].concat()), local);
    let creators = local["creators"].as_array().unwrap();
    let prices: Vec<f64> = creators
        .iter()
        .map(|creator| {
            let tier = creator["tiers"].as_array().unwrap().iter().find(|tier| tier["tier"] == "60").unwrap();
            tier["priceYuan"].as_str().unwrap().parse().unwrap()
        })
        .collect();
    assert!(prices.len() > 100 && prices.is_sorted_by(|a, b| a >= b), "{prices:?}");

    let ids: Vec<&str> = creators[..3].iter().map(|creator| creator["oAuthorId"].as_str().unwrap()).collect();
    let compare = ["compare", ids[2], ids[0], ids[1]];
    let local = json(data, &compare);
    assert_eq!(json(data, &[&compare[..], &asked].concat()), local);
    assert_eq!(local["creators"][0]["oAuthorId"], ids[2]);
    assert_eq!(local["creators"][0]["tiers"], creators[2]["tiers"]);
}

#[test]
fn pages_that_were_paid_for_are_written_when_the_next_cannot_be_and_their_cost_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    market(data);
    let token = new_token(data, "ranks");
    astrolabe_ok(data, &["price", "set", "creators", "0.5"]);
    astrolabe_ok(data, &["account", "topup", "ranks", "0.7"]);
    let server = Server::serve(data, &[]);
    let file = data.join("ranks.csv");
    let asked = ["rank", "--by", "views", "--limit", "120", "--url", &server.url, "--token", &token, "--out"];
    let output = astrolabe().args(asked).arg(&file).arg("--data").arg(data).output().unwrap();
    let told = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 101, "{told}");
    assert!(told.contains("0.5 yuan charged") && told.contains("code 601"), "{told}");
    assert!(told.contains("the first 100 of 120 creators are listed; 20 are missing"), "{told}");
}

#[test]
fn a_ranking_is_a_table_for_people_and_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let (data, picture) = (folder.path(), folder.path().join("market.svg"));
    market(data);
    let table = astrolabe_ok(data, &["rank", "--limit", "5", "--tier", "21-60", "--svg", picture.to_str().unwrap()]);
    assert!(table.contains("fair price, yuan") && table.lines().count() > 5, "{table}");
    let (zh, sheet) = (["rank", "--limit", "5", "--lang", "zh"], data.join("market.csv"));
    assert!(astrolabe_ok(data, &zh).contains("合理报价（元）"));
    astrolabe_ok(data, &["rank", "--limit", "5", "--out", sheet.to_str().unwrap()]);
    let sheet = std::fs::read_to_string(sheet).unwrap();
    assert!(sheet.lines().count() == 6 && sheet.contains("fair_price_yuan") && sheet.contains("21_60"), "{sheet}");
    let heading = sheet.lines().next().unwrap();
    let none = data.join("none.csv");
    astrolabe_ok(data, &["rank", "--category", "none of it", "--out", none.to_str().unwrap()]);
    let none = std::fs::read_to_string(none).unwrap();
    assert_eq!((none.trim_end(), heading.split(',').count()), (heading, 30), "the same columns whatever is in them");
    assert_eq!(astrolabe_ok(data, &["rank", "--category", "none of it"]), "no creator\n");
    for (flags, why) in [
        (["--category", "none of it"], "no creator on SHORT_VIDEO is of the category none of it: rank --by category"),
        (["--max-price", "1"], "no creator with a price for 21-60 passes the filter: loosen it"),
        (["--prefix", "none of it"], "no creator with a price for 21-60 passes the filter: loosen it"),
    ] {
        let output = astrolabe().arg("rank").args(flags).arg("--data").arg(data).output().unwrap();
        assert!(said(&output).contains(why), "{flags:?}: {}", said(&output));
    }
    let filtered = ["rank", "--max-price", "1", "--lang", "zh", "--data"];
    let output = astrolabe().args(filtered).arg(data).output().unwrap();
    assert!(said(&output).contains("没有具备 21-60 档位报价且符合筛选条件的达人"), "{}", said(&output));
    let picture = std::fs::read_to_string(picture).unwrap();
    assert_eq!(picture.matches("class=\"dot").count(), 5, "{picture}");

    for (flags, why) in [
        (["--min-price", "1,5"], "'1,5' for '--min-price <YUAN>': not a plain decimal number of yuan"),
        (["--max-cpm", "-5"], "'-5' for '--max-cpm <YUAN>': not a plain decimal number of yuan"),
        (["--min-followers", "many"], "'many' for '--min-followers <N>': right would be a whole number"),
        (["--limit", "0"], "'0' for '--limit <N>': right would be a whole number from 1"),
        (["--limit", "-1"], "'-1' for '--limit <N>': right would be a whole number from 1"),
        (["--tier", "single"], "error: --tier is not valid: SHORT_VIDEO is sold as "),
    ] {
        let wrong = astrolabe().arg("rank").args(flags).arg("--data").arg(data).output().unwrap();
        assert!(!wrong.status.success() && said(&wrong).contains(why), "{flags:?}: {}", said(&wrong));
    }
    let empty = tempfile::tempdir().unwrap();
    let nobody = astrolabe().args(["rank", "--data"]).arg(empty.path()).output().unwrap();
    assert!(!nobody.status.success() && said(&nobody).contains("astrolabe import"), "{}", said(&nobody));
}

#[test]
fn xingtus_creators_are_ranked_with_followers_and_categories() {
    let Some(file) = shared_data("xingtu_search_dev.json") else { return };
    let folder = tempfile::tempdir().unwrap();
    astrolabe_ok(folder.path(), &["import", file.to_str().unwrap(), "--captured-at", "now"]);
    let beauty = json(folder.path(), &["rank", "--category", "美妆", "--by", "followers", "--limit", "3"]);
    let creators = beauty["creators"].as_array().unwrap();
    assert_eq!(creators.len(), 3);
    assert!(creators.iter().all(|creator| creator["category"] == "美妆" && creator["source"] == "reported"));
    let followers: Vec<u64> = creators.iter().map(|creator| creator["followers"].as_u64().unwrap()).collect();
    assert!(followers.is_sorted_by(|a, b| a >= b), "{followers:?}");
    let told = |args: &[&str]| said(&astrolabe().args(args).arg("--data").arg(folder.path()).output().unwrap());
    let rank = ["rank", "--by", "views", "--limit", "1"];
    assert!(!told(&rank).contains("different sources"));
    market(folder.path());
    // One is listed; those that are not count too.
    assert!(told(&rank).contains("estimated, 38 reported by Xingtu) and not on one scale"), "{}", told(&rank));
    let ids = ["estimated", "reported"].map(|source| {
        let all = json(folder.path(), &["rank", "--by", "views", "--limit", "200"]);
        let one =
            all["creators"].as_array().unwrap().iter().find(|creator| creator["source"] == source).unwrap().clone();
        one["oAuthorId"].as_str().unwrap().to_owned()
    });
    let both = told(&["compare", &ids[0], &ids[1], "--lang", "zh"]);
    assert!(both.contains("估算值 1 位，星图报告值 1 位"), "{both}");
}
