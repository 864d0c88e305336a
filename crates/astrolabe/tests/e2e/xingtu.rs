//! Xingtu's own figures, imported from its reply, are served as they are.

use serde_json::Value;

use crate::support::{Server, astrolabe_ok, new_token, shared_data};

/// The keys of a tier in Xingtu's reply and in the contract's.
const TIERS: [(&str, &str); 3] =
    [("prospective_1_20_cpm", "cpm_1_20"), ("prospective_20_60_cpm", "cpm_21_60"), ("prospective_60_cpm", "cpm_60")];

#[test]
fn the_served_cpm_is_xingtus_own_in_whole_fen_for_each_creator_and_tier() {
    let Some(file) = shared_data("xingtu_search_dev.json") else { return };
    let dir = tempfile::tempdir().unwrap();
    let file_name = file.to_str().unwrap();
    // Taken as captured now, for older reports give way to estimates.
    astrolabe_ok(dir.path(), &["import", file_name, "--captured-at", "now"]);
    let token = new_token(dir.path(), "real-rows");
    let server = Server::serve(dir.path(), &[]);

    let reply: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let mut compared = 0;
    for creator in reply["authors"].as_array().unwrap() {
        let told = &creator["attribute_datas"];
        let id = told["id"].as_str().unwrap();
        let served = server.ask(&token, id);
        assert_eq!(served.code(), 0, "{id}: {served:?}");
        for (theirs, ours) in TIERS {
            let served = served.body["data"]["expect_cpm"][ours].as_str();
            let Some(xingtus) = told[theirs].as_str().map(whole_fen).filter(|fen| *fen > 0) else {
                continue;
            };
            let served: u64 =
                served.unwrap_or_else(|| panic!("{id} has no {ours}, Xingtu has {xingtus}")).parse().unwrap();
            assert!(served.abs_diff(xingtus) <= 1, "{id} {ours}: served {served}, Xingtu's {xingtus}");
            compared += 1;
        }
    }
    assert!(compared >= 38, "only {compared} figures compared");
}

/// Yuan with decimals as whole fen, truncated: digit by digit, for a float would round.
fn whole_fen(yuan: &str) -> u64 {
    let (whole, decimals) = yuan.split_once('.').unwrap_or((yuan, ""));
    let cents: String = decimals.chars().chain("00".chars()).take(2).collect();
    format!("{whole}{cents}").parse().unwrap()
}
