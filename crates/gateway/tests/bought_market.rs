//! Answers bought from an upstream beside what was imported: ranked, compared and planned with, over a real store and a stand-in
//! upstream.

mod support;

use std::time::{Duration, Instant};

use domain::{CpInfo, CreatorState, Fen, MicroYuan, PerTier, Price, Profile, Tier};
use gateway::Sources;
use serde_json::{Value, json};
use store::{Bought, UpstreamStore};
use support::place::{Place, sources};
use support::{Reply, START, TestServer, creator, import};

/// Creators of whom nothing was imported.
const BOUGHT: [&str; 5] = ["b1", "b2", "b3", "b4", "b5"];

fn rows(reply: &Reply) -> Vec<Value> {
    reply.json()["creators"].as_array().cloned().unwrap_or_else(|| panic!("{reply:?}"))
}

fn ids(reply: &Reply) -> Vec<String> {
    rows(reply).iter().map(|row| row["oAuthorId"].as_str().expect("an id").to_owned()).collect()
}

/// The row of a creator.
async fn row(place: &Place, author: &str) -> Value {
    let reply = place.server.get(&format!("/v1/compare?oAuthorIds={author}")).await;
    rows(&reply).first().cloned().unwrap_or_else(|| panic!("{reply:?}"))
}

async fn buy(place: &Place, authors: &[&str]) {
    for author in authors {
        let reply = place.ask(author, &[]).await;
        assert_eq!((reply.code(), reply.header("x-astrolabe-source")), (0, Some("upstream")), "{author}");
    }
}

/// The text of an amount that a cost and views come to.
fn yuan(fen: Fen) -> Value {
    fen.yuan().to_string().into()
}

fn implied(info: &CpInfo, tier: Tier) -> Fen {
    let cpm = info.cpm[tier].expect("a cost").0;
    Fen((cpm * info.expected_views + 500) / 1000)
}

#[tokio::test]
async fn who_was_only_bought_is_ranked_compared_and_planned_with() {
    let place = Place::start(sources()).await;
    buy(&place, &BOUGHT).await;
    let reply = place.server.get("/v1/creators?by=views").await;
    let mut expected: Vec<(u64, &str)> =
        BOUGHT.iter().map(|id| (simulator::figures(&creator(id)).expected_views, *id)).collect();
    expected.push((1000, "42"));
    expected.sort_by(|a, b| b.cmp(a));
    assert_eq!(ids(&reply), expected.iter().map(|(_, id)| *id).collect::<Vec<_>>());

    let (row, info) = (row(&place, "b3").await, simulator::figures(&creator("b3")));
    assert_eq!((&row["source"], &row["asOf"]), (&"upstream".into(), &START.to_string().into()));
    assert_eq!((&row["expectedViews"], &row["hotItemBp"]), (&info.expected_views.into(), &info.hot_item_bp.into()));
    for (place, tier) in [Tier::From1To20s, Tier::From21To60s, Tier::Over60s].into_iter().enumerate() {
        let of = &row["tiers"][place];
        assert_eq!((&of["priceYuan"], &of["priceImplied"]), (&yuan(implied(&info, tier)), &true.into()), "{of}");
        assert_eq!(of["cpmYuan"], yuan(info.cpm[tier].expect("a cost")));
        assert_eq!(of["cpeYuan"], yuan(info.cpe[tier].expect("a cost")));
    }
    assert!(row["expectedInteractions"].as_u64().is_some_and(|count| count > 0), "{row}");
    assert_eq!(row["interactionsImplied"], true);

    for goal in ["views", "interactions"] {
        let question = json!({"goal": goal, "budgetYuan": "10000000", "exclude": ["42"]});
        let plan = place.server.post("/v1/plan", &question.to_string(), &[]).await.json();
        let picks = plan["picks"].as_array().unwrap_or_else(|| panic!("{plan}"));
        assert_eq!(picks.len(), BOUGHT.len(), "{plan}");
        assert!(picks.iter().all(|pick| pick["priceImplied"] == true && pick["interactionsImplied"] == true), "{plan}");
    }
}

#[tokio::test]
async fn prices_that_were_imported_go_with_bought_figures() {
    let place = Place::start(Sources { local_max_age_s: Some(10), ..sources() }).await;
    // Nothing but prices and followers.
    let mut priced = CreatorState::default();
    priced.rate_card.add(Tier::From21To60s, Price { as_of: START, fen: Fen(123_400) });
    priced.profile = Profile::of(START, Some(5_000), Some("美食".parse().expect("a label")), None);
    import(&place.server.store, creator("b1"), priced);
    buy(&place, &["b1"]).await;
    let row_of_b1 = row(&place, "b1").await;
    assert_eq!((&row_of_b1["category"], &row_of_b1["followers"]), (&"美食".into(), &5_000.into()));
    let prices = |row: &Value| {
        let tiers = row["tiers"].as_array().cloned().unwrap_or_default();
        tiers.iter().map(|of| (of["priceYuan"].clone(), of["priceImplied"] == true)).collect::<Vec<_>>()
    };
    let info = simulator::figures(&creator("b1"));
    let rest = |tier| (yuan(implied(&info, tier)), true);
    let expected = [rest(Tier::From1To20s), (yuan(Fen(123_400)), false), rest(Tier::Over60s)];
    assert_eq!(prices(&row_of_b1), expected);

    // What is imported of 42 is served while it is fresh; then a bought answer is, with the price of the rate card.
    assert_eq!(row(&place, "42").await["source"], "estimated");
    place.server.set_clock(11);
    buy(&place, &["42"]).await;
    let row = later(&place, "/v1/compare?oAuthorIds=42", |reply| rows(reply)[0]["source"] == "upstream").await;
    assert_eq!(prices(&rows(&row)[0])[0], (yuan(Fen(820_000)), false));
}

/// Asks again and again, a second of the clock later each time, until the answer is as wanted.
async fn later(place: &Place, path: &str, wanted: impl Fn(&Reply) -> bool) -> Reply {
    let deadline = Instant::now() + Duration::from_secs(20);
    for seconds in 12.. {
        place.server.set_clock(seconds);
        let reply = place.server.get(path).await;
        if wanted(&reply) {
            return reply;
        }
        assert!(Instant::now() < deadline, "still answered {reply:?}");
        tokio::task::yield_now().await;
    }
    unreachable!("the deadline comes first")
}

#[tokio::test]
async fn pages_stay_while_answers_are_bought_and_these_are_seen_later() {
    let place = Place::start(sources()).await;
    buy(&place, &BOUGHT).await;
    let all = ids(&place.server.get("/v1/creators?by=views").await);
    let first = place.server.get("/v1/creators?by=views&limit=2").await;
    let cursor = first.json()["next"].as_str().expect("a cursor").to_owned();
    let more: Vec<String> = (0..20).map(|number| format!("m{number}")).collect();
    buy(&place, &more.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let seen = later(&place, "/v1/creators?by=views&limit=100", |reply| rows(reply).len() == 26).await;
    assert_ne!(seen.json()["edition"], first.json()["edition"]);
    let rest = place.server.get(&format!("/v1/creators?by=views&limit=100&cursor={cursor}")).await;
    assert_eq!(ids(&rest), all[2..]);
    assert_eq!((&rest.json()["edition"], &rest.json()["editionChanged"]), (&first.json()["edition"], &false.into()));
    // However old a bought answer is, it is listed with its date.
    let row = rows(&seen).into_iter().find(|row| row["oAuthorId"] == "b1").expect("the creator");
    assert_eq!(row["asOf"], START.to_string());
}

#[tokio::test]
async fn figures_that_were_read_again_are_answered_and_ranked_with() {
    let place = Place::start(sources()).await;
    buy(&place, &["b1", "b2"]).await;
    let views = async |author| row(&place, author).await["expectedViews"].as_u64();
    let [of_1, of_2] = ["b1", "b2"].map(|author| simulator::figures(&creator(author)));
    assert_eq!((views("b1").await, views("b2").await), (Some(of_1.expected_views), Some(of_2.expected_views)));
    let answered = async || {
        let reply = place.ask("b1", &[]).await;
        assert_eq!((reply.code(), reply.header("x-astrolabe-source")), (0, Some("cache")), "{reply:?}");
        reply.json()["data"]["expect_vv"]["value"].as_u64()
    };
    let before = answered().await;
    // As a replay by another process does: all it has is the store.
    let info = CpInfo { expected_views: of_1.expected_views + 12_345, ..of_1 };
    assert!(place.server.store.reread_bought(&creator("b1"), 1, Some(info)).await.expect("kept"));
    let deadline = Instant::now() + Duration::from_secs(20);
    let now = loop {
        let now = answered().await;
        if now != before || Instant::now() > deadline {
            break now;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(now, Some(info.expected_views));
    let path = "/v1/compare?oAuthorIds=b1";
    let seen = later(&place, path, |reply| rows(reply)[0]["expectedViews"] == info.expected_views).await;
    assert_eq!(rows(&seen)[0]["source"], "upstream");
    // With none that can be read any more it is not ranked.
    assert!(place.server.store.reread_bought(&creator("b1"), 1, None).await.expect("kept"));
    later(&place, "/v1/creators?by=views", |reply| ids(reply) == ["b2", "42"] || ids(reply) == ["42", "b2"]).await;
}

#[tokio::test]
async fn where_neither_cache_nor_upstream_is_a_source_bought_answers_stay_out() {
    let server = TestServer::start().await;
    let (info, price) = (simulator::figures(&creator("b1")), MicroYuan(1));
    assert_ne!(info.cpm, PerTier::default());
    let (received_at_ms, upstream) = (u64::from(START.0) * 1000, "main".to_owned());
    let key = creator("b1");
    let bought =
        Bought { number: 0, key, upstream, received_at_ms, age_s: 0, price, info: Some(info), body: Vec::new() };
    server.store.keep_bought(bought).await.expect("kept");
    assert_eq!(ids(&server.get("/v1/creators?by=views").await), ["42"]);
}
