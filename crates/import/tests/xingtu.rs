//! Xingtu replies in every wrapping; what is told, what is missing, what is wrong.

mod common;

use common::*;
use domain::{Fen, Profile, Tier, UnixTime};
use import::{Kind, Options, Position, Reason};

const ITEMS: &str = r#"[{\"item_id\":\"11\",\"item_publish_time\":\"1760000000\",\"vv\":\"5000\",\"like_cnt\":\"7\",\"comment_cnt\":\"\",\"share_cnt\":\"2\"},{\"item_id\":12,\"item_publish_time\":1760000060,\"vv\":6000}]"#;

fn author(id: &str, figures: &str) -> String {
    format!(r#"{{"star_id":"{id}","attribute_datas":{{"id":"{id}"{figures}}}}}"#)
}

fn reply(authors: &str) -> String {
    format!(r#"{{"authors":[{authors}],"base_resp":{{"status_code":0}},"pagination":{{}}}}"#)
}

fn at(text: &str) -> UnixTime {
    text.parse().expect("a moment")
}

#[test]
fn a_reply_gives_posts_prices_and_the_report() {
    let figures = format!(
        r#","expected_play_num":"380245","price_1_20":"8200","price_20_60":9000.5,"price_60":null,
            "sn_prospective_1_20_cpe":"1.9199","sn_prospective_20_60_cpe":2.5,"last_10_items":"{ITEMS}","nick_name":"x",
            "follower":"4318386","tags_relation":"{{\"生活\":[\"记录\"],\"美妆\":[]}}""#
    );
    let found = read_bytes(reply(&author("77", &figures))).expect("readable");
    assert_eq!((found.summary.kind, found.summary.rows, found.summary.merged), (Kind::XingtuReplies, 3, 3));
    assert_eq!(found.rejects, []);
    let (key, state) = &found.states[0];
    assert_eq!(key.author_id.to_string(), "77");
    let report = state.reported.expect("a report");
    assert_eq!((report.expected_views, report.as_of), (380_245, now()));
    assert_eq!(report.cpe.to_array(), [Some(Fen(191)), Some(Fen(250)), None, None]);
    assert_eq!(report.prices.to_array(), [Some(Fen(820_000)), Some(Fen(900_050)), None, None]);
    assert_eq!(state.rate_card.fen().to_array(), report.prices.to_array());
    let label = |text: &str| Some(text.parse().expect("a label"));
    assert_eq!(state.profile, Profile::of(now(), Some(4_318_386), label("生活"), label("x")));
    let posts = state.posts.posts();
    assert_eq!(
        posts.iter().map(|post| (post.plays, post.likes.get())).collect::<Vec<_>>(),
        [(5000, Some(7)), (6000, None)]
    );
    assert_eq!((posts[0].comments.get(), posts[0].shares.get(), posts[0].captured_at), (None, Some(2), now()));
}

#[test]
fn every_wrapping_of_the_same_replies_gives_the_same_states() {
    let plain = |id: &str| reply(&author(id, &format!(r#","price_60":"5","last_10_items":"{ITEMS}""#)));
    let (one, two) = (plain("1"), plain("2"));
    let expected = read_bytes(format!("{one}{two}")).expect("readable").states;
    assert_eq!(expected.len(), 2);
    let enveloped = |reply: &str| format!(r#"{{"code":0,"message":null,"data":{reply},"requestId":"r"}}"#);
    let pretty = |reply: &str| {
        reply.replace(
            "\"authors\":[",
            "
\"authors\" :
 [
",
        )
    };
    for bytes in [
        format!("{one}\n{two}\n"),
        format!("[{one},\n{two}]"),
        format!(" \n[{}]\n[{}]", enveloped(&one), enveloped(&two)),
        format!("{}\r\n\r\n{}", enveloped(&one), pretty(&two)),
    ] {
        let found = read_bytes(bytes.clone()).unwrap_or_else(|error| panic!("{error}: {bytes}"));
        assert_eq!(found.states, expected, "{bytes}");
        assert_eq!(read_bytes(gzip(bytes.as_bytes())).expect("readable").states, expected);
    }
}

#[test]
fn the_time_of_the_reply_is_its_own_where_it_tells_one() {
    let inner = reply(&author("1", r#","price_60":"5""#));
    let captured_at = at("2026-01-01T00:00:00Z");
    let options = Options { captured_at, ..Options::at(now()) };
    let as_of = |bytes: String| {
        let state = &read_as(bytes, &options).expect("readable").states[0].1;
        state.rate_card.as_of().expect("a price")
    };
    assert_eq!(as_of(inner.clone()), captured_at);
    let envelope = format!(r#"{{"code":0,"data":{inner},"recordTime":"2026-02-03T11:00:00+08:00"}}"#);
    assert_eq!(as_of(envelope), at("2026-02-03T03:00:00Z"));
    let future = format!(r#"{{"code":0,"data":{inner},"recordTime":"2027-01-01T00:00:00Z"}}"#);
    let found = read_as(future, &options).expect("readable");
    assert_eq!((found.states.len(), found.rejects[0].reason), (0, Reason::InTheFuture));
    assert_eq!((found.summary.rows, found.summary.rejected_total()), (1, 1));
}

#[test]
fn prices_are_taken_from_what_is_sold_where_the_figures_have_none() {
    let text = reply(
        r#"{"star_id":"5","task_infos":[{"price_infos":null},{"price_infos":[{"video_type":71,"price":300},
            {"video_type":"2","price":"200"},{"video_type":73,"price":1}]}]}"#,
    );
    let found = read_bytes(text).expect("readable");
    assert_eq!(found.states[0].1.rate_card.fen().to_array(), [None, Some(Fen(20_000)), Some(Fen(30_000)), None]);
    assert!(found.states[0].1.reported.is_none());
}

#[test]
fn each_bad_value_is_rejected_at_its_place_and_the_rest_is_taken() {
    let items = r#"[{\"item_id\":\"1\",\"item_publish_time\":\"1760000000\",\"vv\":\"1.2万\"},
                    {\"item_id\":\"a b\",\"item_publish_time\":\"1760000000\",\"vv\":\"1\"},
                    {\"item_id\":\"3\",\"item_publish_time\":\"4000000000\",\"vv\":\"1\"},
                    {\"item_id\":\"4\",\"item_publish_time\":\"1760000000\",\"vv\":\"4\"}]"#
        .replace('\n', " ");
    let figures = format!(
        r#","expected_play_num":"1e6","price_1_20":"0","price_20_60":"1,000","price_60":"7","last_10_items":"{items}""#
    );
    let authors = [author("bad id", ""), author("8", &figures), author("9", r#","last_10_items":"[{""#)].join(",");
    let found = read_bytes(format!(r#"{{"code":0,"data":{}}}"#, reply(&authors))).expect("readable");
    let places: Vec<(String, &str, Reason)> = found
        .rejects
        .iter()
        .map(|reject| {
            let Position::Reply { number: 1, pointer } = &reject.position else { panic!("{reject}") };
            (pointer.clone(), reject.column, reject.reason)
        })
        .collect();
    let place = |pointer: &str, column, reason| (format!("/data/authors/{pointer}"), column, reason);
    use Reason::*;
    assert_eq!(
        places,
        [
            place("0", "id", BadId),
            place("1/attribute_datas/last_10_items/0", "vv", NotAWholeNumber),
            place("1/attribute_datas/last_10_items/1", "item_id", BadId),
            place("1/attribute_datas/last_10_items/2", "item_publish_time", InTheFuture),
            place("1/attribute_datas/price_1_20", "price_1_20", ZeroPrice),
            place("1/attribute_datas/price_20_60", "price_20_60", BadPrice),
            place("1/attribute_datas/expected_play_num", "expected_play_num", NotAWholeNumber),
            place("2/attribute_datas/last_10_items", "last_10_items", BadJson),
        ]
    );
    assert_eq!(found.states.len(), 2);
    // Two creators and a post; the parts of creators are counted as they are rejected.
    assert_eq!((found.summary.rows, found.summary.merged, found.summary.rejected_total()), (11, 3, 8));
    assert_eq!(found.states[0].1.rate_card.fen()[Tier::Over60s], Some(Fen(700)));
    assert_eq!(found.states[0].1.posts.posts().len(), 1);
}

#[test]
fn a_reply_that_failed_is_a_reject_and_one_that_is_cut_an_error() {
    let failed = r#"{"code":301,"message":"collection failed","data":null}"#;
    let found = read_bytes(format!("{failed}\n{}", reply(&author("1", "")))).expect("readable");
    assert_eq!((found.rejects[0].reason, found.states.len()), (Reason::FailedReply, 1));
    assert!(found.rejects[0].value.contains("301"));
    let whole = format!("{}\n{}\n", reply(&author("1", "")), reply(&author("2", "")));
    for cut in [whole.len() - 3, whole.len() / 2 + 9] {
        let error = read_bytes(&whole.as_bytes()[..cut]).err().expect("an error").to_string();
        assert!(error.contains("cut short at line 2"), "{error}");
    }
    let error = read_bytes("{\"authors\":[]}\n{\"authors\":5}").err().expect("an error").to_string();
    assert!(error.contains("broken at line 2"), "{error}");
}

#[test]
fn a_flawed_part_of_the_profile_is_left_out_by_itself() {
    let found = read_bytes(reply(&author("77", r#","follower":"many","tags_relation":"[1]","nick_name":"x""#)));
    let found = found.expect("readable");
    let told: Vec<_> = found.rejects.iter().map(|reject| (reject.column, reject.reason)).collect();
    assert_eq!(told, [("follower", Reason::NotAWholeNumber), ("tags_relation", Reason::BadJson)]);
    assert_eq!(found.states[0].1.profile, Profile::of(now(), None, None, Some("x".parse().expect("a label"))));
}

#[test]
fn an_odd_creator_or_part_is_rejected_at_its_place_and_the_others_are_taken() {
    let sound = author("1", r#","price_60":"5""#);
    let odd = [
        "null",
        r#"{"star_id":"2","attribute_datas":null,"task_infos":null}"#,
        r#"{"star_id":"3","attribute_datas":[1]}"#,
        r#"{"star_id":"4","task_infos":{}}"#,
        r#""text""#,
    ];
    let found = read_bytes(reply(&format!("{},{sound}", odd.join(",")))).expect("readable");
    let told: Vec<String> =
        found.rejects.iter().map(|reject| format!("{} {}", reject.position, reject.reason)).collect();
    let places = ["/authors/0", "/authors/2/attribute_datas", "/authors/3/task_infos", "/authors/4"];
    assert_eq!(told, places.map(|place| format!("reply 1 {place} bad-json")));
    assert_eq!((found.summary.rows, found.summary.merged, found.summary.rejected_total()), (8, 4, 4));
    let ids: Vec<String> = found.states.iter().map(|(key, _)| key.author_id.to_string()).collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);
    assert_eq!(found.states[0].1.rate_card.fen()[Tier::Over60s], Some(Fen(500)));
}

#[test]
fn a_price_that_is_over_or_not_in_use_is_none() {
    let ends = |seconds: i64| i64::from(now().0) + seconds;
    let text = format!(
        r#"{{"star_id":"5","task_infos":[{{"price_infos":[
            {{"video_type":1,"price":100,"video_type_status":1,"end_time":"{}"}},
            {{"video_type":1,"price":200,"video_type_status":1,"end_time":"{}"}},
            {{"video_type":2,"price":300,"video_type_status":0}},
            {{"video_type":71,"price":400,"end_time":"0"}}]}}]}}"#,
        ends(-1),
        ends(1)
    );
    let found = read_bytes(reply(&text)).expect("readable");
    let prices = found.states[0].1.rate_card.fen().to_array();
    assert_eq!(prices, [Some(Fen(20_000)), None, Some(Fen(40_000)), None]);
}
