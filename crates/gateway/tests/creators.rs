//! `/v1/creators` and `/v1/compare` over HTTP: the figures that are served, in order, in pages that stay.

mod support;

use domain::{AccountId, CreatorState, Fen, ItemId, MicroYuan, Note, Post, Price, Profile, Tier};
use serde_json::{Value, json};
use store::{MeterStore, Movement, MovementKind};
use support::{Reply, START, TestServer, creator, import, reported, state_of_42};

/// Twelve creators beside 42: number n asks n × 100 yuan for 21–60 s, and has n × 10,000 followers.
async fn server() -> TestServer {
    let server = TestServer::start().await;
    for number in 1..=12_u64 {
        import(&server.store, creator(&format!("c{number:02}")), state(number));
    }
    server
}

fn state(number: u64) -> CreatorState {
    let mut state = state_of_42();
    state.rate_card.add(Tier::From21To60s, Price { as_of: START, fen: Fen(number * 10_000) });
    let category = if number.is_multiple_of(2) { "美妆" } else { "美食" };
    let name = format!("甲{number}");
    let label = |text: &str| Some(text.parse().expect("a label"));
    state.profile = Profile::of(START, Some(number * 10_000), label(category), label(&name));
    state
}

fn ids(reply: &Reply) -> Vec<String> {
    let creators = reply.json()["creators"].as_array().cloned().unwrap_or_else(|| panic!("{reply:?}"));
    creators.iter().map(|creator| creator["oAuthorId"].as_str().expect("an id").to_owned()).collect()
}

async fn page(server: &TestServer, query: &str) -> (Vec<String>, Value) {
    let reply = server.get(&format!("/v1/creators?{query}")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    (ids(&reply), reply.json())
}

#[tokio::test]
async fn a_text_that_is_not_utf8_is_refused_and_not_searched_for() {
    let server = TestServer::start().await;
    for (parameter, query) in [("category", "category=%ff"), ("prefix", "prefix=%C3%C0")] {
        let reply = server.get(&format!("/v1/creators?{query}")).await;
        let told = reply.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert_eq!(
            (reply.status, told.contains(&format!("parameter {parameter} is not valid"))),
            (400, true),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_parameter_that_there_is_not_is_refused_and_not_repeated() {
    let server = TestServer::start().await;
    for path in ["/v1/creators?sort=views", "/v1/creators?by=cpm&sEcReT", "/v1/usage?day=2026-11-22", "/v1/account?x=1"]
    {
        let reply = server.get(path).await;
        assert_eq!((reply.status, reply.json()["code"].clone()), (400, 400.into()), "{path}");
        assert!(reply.body.contains("this path has ") && !reply.body.contains("sEcReT"), "{reply:?}");
    }
    assert_eq!(server.get("/v1/account?&").await.status, 200);
    let reply = server.get("/v1/creators?Sort=views&minfollowers=5").await;
    assert!(reply.body.contains("parameter Sort is unknown: this path has "), "{reply:?}");
    let reply = server.get("/v1/creators?minfollowers=5").await;
    assert!(reply.body.contains("minfollowers is unknown (did you mean minFollowers?)"), "{reply:?}");
}

#[tokio::test]
async fn creators_come_cheapest_first_with_their_place_among_peers() {
    let server = server().await;
    let (ids, answer) = page(&server, "limit=3").await;
    assert_eq!(ids, ["c01", "c02", "c03"]);
    // 42 has no price for 21–60 s.
    assert_eq!((&answer["total"], &answer["editionChanged"]), (&12.into(), &false.into()));
    assert_eq!(answer["bySource"], json!({"estimated": 12, "reported": 0, "upstream": 0}));
    let first = &answer["creators"][0];
    assert_eq!(
        (&first["category"], &first["name"], &first["size"]),
        (&"美食".into(), &"甲1".into(), &"10k_100k".into())
    );
    assert_eq!((&first["source"], &first["asOf"]), (&"estimated".into(), &START.to_string().into()));
    let middle = &first["tiers"][1];
    assert_eq!(
        (&middle["tier"], &middle["priceYuan"], &middle["cpmYuan"]),
        (&"21_60".into(), &"100".into(), &"100".into())
    );
    // Nine of 10,000 to 99,999 followers, fewer than 8 of one category: the median CPM is that of 500 yuan.
    assert_eq!((&first["peers"]["scope"], &first["peers"]["count"]), (&"size".into(), &9.into()));
    assert_eq!((&middle["peersCpmYuan"], &middle["fairPriceYuan"]), (&"500".into(), &"500".into()));
    assert_eq!((&middle["cpmPercentile"], &first["tiers"][2]["priceYuan"]), (&6.into(), &Value::Null));
}

#[tokio::test]
async fn filters_and_orders_are_those_of_the_definition() {
    let server = server().await;
    for (query, expected) in [
        ("by=followers&limit=2", vec!["c12", "c11"]),
        ("by=followers&order=asc&limit=2", vec!["c01", "c02"]),
        ("category=%E7%BE%8E%E5%A6%86&minFollowers=60000&maxFollowers=100000", vec!["c06", "c08", "c10"]),
        ("prefix=c1", vec!["c10", "c11", "c12"]),
        ("prefix=%E7%94%B21&by=followers", vec!["c12", "c11", "c10", "c01"]),
        ("minPriceYuan=1100&by=price&order=desc", vec!["c12", "c11"]),
        ("maxCpmYuan=200.5", vec!["c01", "c02"]),
        ("by=price&tier=1_20&limit=2", vec!["42", "c01"]),
        ("by=category&limit=8", vec!["c02", "c04", "c06", "c08", "c10", "c12", "c01", "c03"]),
        ("by=category&order=desc&limit=2", vec!["c01", "c03"]),
        ("minViews=1001", vec![]),
        ("platform=PICTURE_TEXT", vec![]),
    ] {
        assert_eq!(page(&server, query).await.0, expected, "{query}");
    }
    for (query, says) in [
        ("by=luck", "by has an unknown value"),
        ("tier=single", "SHORT_VIDEO is sold as 1_20, 21_60, 60 only"),
        ("limit=0", "limit is not valid: right would be a whole number from 1 to 100"),
        ("limit=-1", "limit is not valid: right would be a whole number from 1 to 100"),
        ("minFollowers=2&maxFollowers=1", "minFollowers is not valid: it is above maxFollowers"),
        ("limit=101", "1 to 100"),
        ("minFollowers=1e6", "minFollowers is not valid"),
        ("minPriceYuan=1,5", "minPriceYuan is not valid"),
        ("cursor=x", "not a cursor"),
        ("cursor=1.cpe.21_60.asc.1.c01", "sorted otherwise"),
        ("by=category&cursor=1.category.21_60.asc.1.c01", "not a cursor"),
    ] {
        let reply = server.get(&format!("/v1/creators?{query}")).await;
        assert_eq!((reply.status, reply.json()["code"].as_u64()), (400, Some(400)), "{query}");
        assert!(reply.json()["detail"].as_str().is_some_and(|detail| detail.contains(says)), "{query}: {reply:?}");
    }
}

/// The latest ten have 1000 plays each; of 90 days so many are there, of which so many have three times as many plays.
fn hot(recent: u32, hot: u32) -> CreatorState {
    let state = state_of_42();
    let post = |number: u32| Post {
        item_id: ItemId::from_integer(i64::from(100 + number)).expect("an id"),
        plays: if (recent - hot..recent).contains(&number) { 3000 } else { 1000 },
        published_at: START.days_before(if number < recent { 10 + number } else { 100 + number }),
        ..state.posts.posts()[0].clone()
    };
    CreatorState { posts: (0..recent.max(10)).map(post).collect(), ..CreatorState::default() }
}

#[tokio::test]
async fn a_hot_share_of_one_post_does_not_lead() {
    let server = TestServer::start().await;
    for (id, recent, hot_ones) in [("one", 1, 1), ("many", 25, 8), ("half", 20, 5), ("few", 25, 1), ("none", 25, 0)] {
        import(&server.store, creator(id), hot(recent, hot_ones));
    }
    let (ids, answer) = page(&server, "by=hot").await;
    // 42 has none of ten, which may yet be more than one of 25.
    assert_eq!(ids, ["many", "half", "one", "42", "few", "none"]);
    let told = |name: &str| {
        let creators = answer["creators"].as_array().expect("creators");
        creators.iter().map(|creator| creator[name].as_u64().expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(told("hotItemBp"), [3200, 2500, 10_000, 0, 400, 0], "the share is told as it is");
    assert_eq!(told("hotItemPosts"), [25, 20, 1, 10, 25, 25]);
    let (turned, _) = page(&server, "by=hot&order=asc&limit=2").await;
    assert_eq!(turned, ["none", "few"]);
    // A filter is of the share.
    assert_eq!(page(&server, "by=hot&minHotBp=2501").await.0, ["many", "one"]);
    let reply = server.get("/v1/compare?oAuthorIds=one").await.json();
    assert_eq!(
        (&reply["creators"][0]["hotItemBp"], &reply["creators"][0]["hotItemPosts"]),
        (&10_000.into(), &1.into())
    );
    let history = server.get("/v1/history?oAuthorId=one").await.json();
    assert_eq!(history["snapshots"][0]["hotItemPosts"], 1);
}

#[tokio::test]
async fn pages_stay_while_creators_change_and_changes_are_seen() {
    let server = server().await;
    let (first, answer) = page(&server, "limit=5").await;
    assert_eq!(first, ["c01", "c02", "c03", "c04", "c05"]);
    let cursor = answer["next"].as_str().expect("a cursor").to_owned();
    // The dearest becomes the cheapest.
    let mut cheap = state(12);
    cheap.rate_card.add(Tier::From21To60s, Price { as_of: domain::UnixTime(START.0 + 1), fen: Fen(1) });
    import(&server.store, creator("c12"), cheap);
    let seen = |reply: &Reply| ids(reply)[0] == "c12";
    let reply = server.until("/v1/creators?limit=5", seen).await;
    assert_ne!(reply.json()["edition"], answer["edition"]);

    let (rest, next) = page(&server, &format!("limit=100&cursor={cursor}")).await;
    assert_eq!(rest, ["c06", "c07", "c08", "c09", "c10", "c11", "c12"]);
    assert_eq!((&next["edition"], &next["editionChanged"]), (&answer["edition"], &false.into()));
    // An edition that is gone: on behind the last creator, in the current one.
    let (_, position) = cursor.split_once('.').expect("the edition comes first");
    let (rest, next) = page(&server, &format!("limit=100&cursor=1.{position}")).await;
    assert_eq!(rest, ["c06", "c07", "c08", "c09", "c10", "c11"]);
    assert_eq!((&next["edition"], &next["editionChanged"]), (&reply.json()["edition"], &true.into()));
}

#[tokio::test]
async fn what_is_ranked_is_what_is_answered() {
    let server = server().await;
    // Xingtu's own figures win here as they do there.
    let mut of_reply = CreatorState { reported: Some(reported()), ..CreatorState::default() };
    of_reply.rate_card.add(Tier::From1To20s, Price { as_of: START, fen: Fen(820_000) });
    import(&server.store, creator("r"), of_reply);
    server.until("/v1/compare?oAuthorIds=r", |reply| reply.status == 200).await;
    let reply = server.get("/v1/compare?oAuthorIds=r,nobody,42,c03,r").await;
    assert_eq!(ids(&reply), ["r", "42", "c03"]);
    assert_eq!(reply.json()["unknown"], serde_json::json!(["nobody"]));
    for listed in reply.json()["creators"].as_array().expect("a list") {
        let id = listed["oAuthorId"].as_str().expect("an id");
        let answer = server.get(&format!("{}?oAuthorId={id}", support::CP)).await.json();
        assert_eq!(listed["expectedViews"], answer["data"]["expect_vv"]["value"]);
        // Nothing is known of the posts of the one that Xingtu reports: the contract's field is 0 then.
        let hot = listed["hotItemBp"].as_u64();
        assert_eq!((hot.is_none(), answer["data"]["hot_item"]["value"].as_u64()), (id == "r", Some(hot.unwrap_or(0))));
        let cpm_fen = answer["data"]["expect_cpm"]["cpm_1_20"].as_str().expect("a cost");
        let cpm = Fen(cpm_fen.parse().expect("fen")).yuan().to_string();
        assert_eq!(listed["tiers"][0]["cpmYuan"], cpm);
    }
    let reported = &reply.json()["creators"][0];
    assert_eq!((&reported["source"], reported["hotPercentile"].is_null()), (&"reported".into(), true));

    let nobody = server.get("/v1/compare?oAuthorIds=nobody").await;
    assert_eq!((nobody.status, nobody.json()["code"].as_u64()), (400, Some(400)));
    let many = (1..=101).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    for bad in ["", "a%20b", "a,,b", &many] {
        assert_eq!(server.get(&format!("/v1/compare?oAuthorIds={bad}")).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn a_page_is_charged_and_a_scope_covers_it() {
    let server = server().await;
    let price = |text| MicroYuan::from_yuan_text(text).expect("an amount");
    server.store.set_price(catalog::CREATORS.number, price("0.2")).await.expect("a price");
    let top_up = Movement {
        kind: MovementKind::TopUp,
        account_id: AccountId(1),
        amount: price("0.3"),
        key: "1".parse().expect("a key"),
        at_ms: 0,
        note: Note::default(),
    };
    server.store.move_money(top_up).await.expect("a top-up");
    server.until("/v1/account", |reply| reply.json()["priceYuan"]["creators"] == "0.2").await;
    let reply = server.get("/v1/creators?limit=1").await;
    assert_eq!((reply.status, reply.header("x-astrolabe-charged")), (200, Some("0.2")), "{reply:?}");
    let call = server.get(&format!("/v1/calls/{}", reply.header("x-request-id").expect("an id"))).await.json();
    assert_eq!((&call["endpoint"], &call["oAuthorId"]), (&"creators".into(), &Value::Null));
    assert_eq!(server.get("/v1/creators?limit=1").await.status, 402);
    assert_eq!(server.get("/v1/creators?limit=0").await.status, 400);
    assert_eq!(server.get("/v1/compare?oAuthorIds=c01").await.status, 200);
}

#[tokio::test]
async fn a_page_without_a_creator_costs_nothing_and_counts_against_nothing() {
    let server = server().await;
    let price = MicroYuan::from_yuan_text("0.1").expect("an amount");
    server.store.set_price(catalog::CREATORS.number, price).await.expect("a price");
    server.sell("0.2", "0.01").await;
    let bearer = format!("Authorization: Bearer {}", server.token.expose());
    let empty = "/v1/creators?category=zzz";
    for headers in [&[bearer.as_str()][..], &[&bearer, "Idempotency-Key: a"]] {
        let reply = server.send("GET", empty, headers).await;
        assert_eq!((reply.status, reply.json()["total"].clone()), (200, 0.into()), "{reply:?}");
        assert_eq!(reply.header("x-astrolabe-charged"), Some("0"));
    }
    assert_eq!(server.balance().await, "0.2");
    // Its key is free, and what there is to tell is charged under it.
    let reply = server.send("GET", "/v1/creators?limit=1", &[&bearer, "Idempotency-Key: a"]).await;
    assert_eq!((reply.status, reply.header("x-astrolabe-charged")), (200, Some("0.1")), "{reply:?}");
    assert_eq!(server.balance().await, "0.1");
    let usage = |reply: &Reply| reply.json()["rows"][0]["calls"] == 3;
    let counted = server.until("/v1/usage", usage).await.json();
    assert_eq!(
        (&counted["rows"][0]["endpoint"], &counted["rows"][0]["chargedYuan"]),
        (&"creators".into(), &"0.1".into())
    );
}
