//! `/v1/history` over HTTP: what moved and why, and what later posts did.

mod support;

use domain::{CreatorState, Fen, ItemId, Post, Price, Tier, UnixTime};
use support::{START, TestServer, creator, import, state_of_42};

#[tokio::test]
async fn a_price_that_rises_and_views_that_fall_are_told_apart() {
    let server = TestServer::start().await;
    // A month later: ten posts of four fifths of the plays, and a price a fifth higher.
    let mut state = state_of_42();
    let later = UnixTime(START.0 + 30 * UnixTime::DAY);
    let post = |number: u32| Post {
        item_id: ItemId::from_integer(i64::from(100 + number)).expect("an id"),
        plays: 800,
        published_at: later.days_before(10 + number),
        captured_at: later,
        ..state.posts.posts()[0].clone()
    };
    let newer: Vec<Post> = (0..10).map(post).collect();
    newer.into_iter().for_each(|post| state.posts.add(post));
    state.rate_card.add(Tier::From1To20s, Price { as_of: later, fen: Fen(984_000) });
    import(&server.store, creator("42"), state);
    let reply = server.get("/v1/history?oAuthorId=42").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let page = reply.json();
    let snapshots = page["snapshots"].as_array().expect("snapshots");
    assert_eq!(snapshots.len(), 2);
    let [first, second] = [&snapshots[0], &snapshots[1]];
    assert_eq!((&first["expectedViews"], &second["expectedViews"]), (&1000.into(), &800.into()));
    assert!(first["viewsChange"].is_null() && first["tiers"][0]["cpmChange"].is_null());
    let change = &second["tiers"][0]["cpmChange"];
    // ln 1.2, and -ln 0.8.
    assert_eq!(
        (&change["byPrice"], &change["byCount"], &change["total"]),
        (&0.182322.into(), &0.223144.into(), &0.405466.into())
    );
    assert_eq!(second["viewsChange"], -0.223144);
    // All ten were published after the first, and had four fifths of the plays.
    assert_eq!((&first["later"]["posts"], &first["later"]["medianPlays"]), (&10.into(), &800.into()));
    assert_eq!((&first["later"]["medianInside"], &first["later"]["logError"]), (&false.into(), &(-0.223144).into()));
    assert!(second["later"].is_null());
    assert_eq!(server.get("/v1/history?oAuthorId=nobody").await.status, 400);
}

#[tokio::test]
async fn a_price_is_told_to_have_changed_when_it_was_seen() {
    let server = TestServer::start().await;
    let repriced = UnixTime(START.0 + 9 * UnixTime::DAY);
    for (days, fen) in [(9, 984_000), (12, 984_000)] {
        let mut card = CreatorState::default();
        let as_of = UnixTime(START.0 + days * UnixTime::DAY);
        card.rate_card.add(Tier::From1To20s, Price { as_of, fen: Fen(fen) });
        import(&server.store, creator("42"), card);
    }
    let page = server.get("/v1/history?oAuthorId=42").await.json();
    let snapshots = page["snapshots"].as_array().expect("snapshots");
    // Seen again at the same price, it moved no cost.
    assert_eq!(snapshots.len(), 2, "{page}");
    let [first, second] = [&snapshots[0], &snapshots[1]];
    assert_eq!((&first["asOf"], &first["pricedAt"]), (&START.to_string().into(), &START.to_string().into()));
    assert_eq!((&second["asOf"], &second["pricedAt"]), (&START.to_string().into(), &repriced.to_string().into()));
    let change = &second["tiers"][0]["cpmChange"];
    assert_eq!((&change["byPrice"], &change["byCount"]), (&0.182322.into(), &0.0.into()));
}
