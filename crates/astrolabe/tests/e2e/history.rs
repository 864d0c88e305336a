//! A creator's figures over time, from the data and from a server: the same, as a table, JSON, a file and a picture.

use serde_json::{Value, json};

use crate::place::Place;

#[test]
fn what_moved_is_told_from_the_data_and_from_a_server_alike() {
    let place = Place::sqlite();
    let token = place.prepare();
    for (month, plays) in [(7, 1000), (9, 3000)] {
        let file = place.data().join(format!("{month}.csv"));
        let row = |day: u32| {
            let captured = month + 1;
            format!("{month}{day},77,2026-0{month}-0{day}T00:00:00Z,2026-{captured:02}-01T00:00:00Z,{plays},60\n")
        };
        // And one that was captured too young to count.
        let young = format!("{month}99,77,2026-0{month}-28T00:00:00Z,2026-0{month}-29T00:00:00Z,5,1\n");
        let rows: String = (2..=9).map(row).chain([young]).collect();
        std::fs::write(&file, format!("item_id,author_id,published_at,captured_at,plays,likes\n{rows}")).unwrap();
        place.run(&["import", file.to_str().unwrap()]);
    }
    let json: Value = serde_json::from_str(&place.run(&["history", "77", "--json"])).unwrap();
    let snapshots = json["snapshots"].as_array().unwrap();
    assert_eq!(snapshots.len(), 2, "{json}");
    assert!(snapshots[1]["viewsChange"].as_f64().unwrap() > 0.3, "{json}");
    assert_eq!(snapshots[0]["later"]["posts"], 8);
    assert!(snapshots[0]["later"]["logError"].as_f64().unwrap() > 0.3, "{json}");

    let server = place.serve(&[]);
    let asked = place.run(&["history", "77", "--json", "--url", &server.url, "--token", &token]);
    assert_eq!(serde_json::from_str::<Value>(&asked).unwrap(), json);

    let [svg, file] = ["77.svg", "77.csv"].map(|name| place.data().join(name).to_str().unwrap().to_owned());
    place.run(&["history", "77", "--svg", &svg, "--out", &file]);
    let drawn = std::fs::read_to_string(&svg).unwrap();
    assert!(drawn.starts_with("<svg") && drawn.contains("8 later posts are shown"), "as many as are counted: {drawn}");
    let table = std::fs::read_to_string(&file).unwrap();
    assert!(table.starts_with("\u{feff}as_of,source,expected_views,") && table.lines().count() == 3, "{table}");
    assert!(place.run(&["history", "77", "--lang", "zh"]).contains("预期播放量"));
}

/// Posts as of the first of October, rate cards before and after: the cost moved on the tenth.
#[test]
fn a_later_rate_card_moves_the_cost_at_its_own_date() {
    let place = Place::sqlite();
    let path = |name: &str| place.data().join(name).to_str().unwrap().to_owned();
    let [posts, card, svg, csv] = ["posts.csv", "card.csv", "88.svg", "88.csv"].map(path);
    let row = |day: u32| format!("{day},88,2026-09-0{day}T00:00:00Z,2026-10-01T00:00:00Z,1000\n");
    let rows: String = (1..=9).map(row).collect();
    std::fs::write(&posts, format!("item_id,author_id,published_at,captured_at,plays\n{rows}")).unwrap();
    place.run(&["import", &posts]);
    // The last one tells the same price again.
    for (yuan, at) in [(500, "2026-09-20"), (600, "2026-10-10"), (600, "2026-10-25")] {
        std::fs::write(&card, format!("author_id,platform,tier,price_yuan\n88,,21_60,{yuan}\n")).unwrap();
        place.run(&["import", &card, "--captured-at", &format!("{at}T00:00:00Z")]);
    }
    let json: Value = serde_json::from_str(&place.run(&["history", "88", "--json"])).unwrap();
    let snapshots = json["snapshots"].as_array().unwrap();
    let moments = |name: &str| snapshots.iter().map(|row| row[name].as_str().unwrap_or("none")).collect::<Vec<_>>();
    assert_eq!(moments("asOf"), ["2026-10-01T00:00:00Z"; 3], "{json}");
    assert_eq!(moments("pricedAt"), ["none", "2026-09-20T00:00:00Z", "2026-10-10T00:00:00Z"], "{json}");
    assert!(snapshots[2]["tiers"][0]["cpmChange"]["byPrice"].as_f64().unwrap() > 0.18, "{json}");

    let table = place.run(&["history", "88", "--svg", &svg, "--lang", "en"]);
    assert!(table.contains("2026-10-10"), "{table}");
    let drawn = std::fs::read_to_string(&svg).unwrap();
    // In Shanghai, where that day had begun.
    assert!(drawn.contains(" 2026-10-01: CPM ") && drawn.contains(" 2026-10-10: CPM "), "{drawn}");
    place.run(&["history", "88", "--out", &csv]);
    let told = std::fs::read_to_string(&csv).unwrap();
    assert!(told.lines().nth(3).unwrap().contains(",600.00,2026-10-10T00:00:00Z,"), "{told}");

    // Another length is offered, and the first one no longer.
    std::fs::write(&card, "author_id,platform,tier,price_yuan\n88,,60,900\n88,,21_60,0\n").unwrap();
    place.run(&["import", &card, "--captured-at", "2026-11-05T00:00:00Z"]);
    let told: Value = serde_json::from_str(&place.run(&["history", "88", "--json"])).unwrap();
    let last = told["snapshots"].as_array().unwrap().last().unwrap()["tiers"].as_array().unwrap();
    let offers: Vec<Value> = last.iter().map(|of| json!([of["tier"], of["offer"], of["priceYuan"]])).collect();
    assert_eq!(offers, [json!(["21_60", "withdrawn", null]), json!(["60", "new", "900"])]);
    for (lang, words) in [("en", ["no longer offered", "new"]), ("zh", ["不再提供", "新增"])] {
        let table = place.run(&["history", "88", "--lang", lang]);
        assert!(words.iter().all(|word| table.contains(word)), "{table}");
    }
}
