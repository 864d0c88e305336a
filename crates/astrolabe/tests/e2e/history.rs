//! A creator's figures over time, from the data and from a server: the same, as a table, JSON, a file and a picture.

use serde_json::Value;

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
