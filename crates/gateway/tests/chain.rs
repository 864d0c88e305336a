//! An upstream whose answers are of a while ago: another Astrolabe, with data of its own.

mod support;

use gateway::{SourceKind, Sources};
use store::CreatorStore;
use support::place::{COST, Place, sources};
use support::{Reply, START, TestServer, creator};
use upstream::Secret;

const DAY: u32 = 86_400;

fn told(reply: &Reply) -> (Option<&str>, Option<&str>, Option<&str>) {
    (reply.header("x-astrolabe-source"), reply.header("x-astrolabe-age"), reply.header("age"))
}

#[tokio::test]
async fn an_answer_is_as_old_as_its_upstream_says() {
    let behind = TestServer::start().await;
    behind.set_clock(36 * DAY);
    let order = [Some(SourceKind::Cache), Some(SourceKind::Upstream), None];
    let place = Place::start_with(Sources { order, ..sources() }, |source| {
        source.upstreams[0].base_url = format!("http://{}", behind.address);
        source.upstreams[0].token = Secret::new(behind.token.expose());
    })
    .await;
    let old = |held: u32| (36 * DAY + held).to_string();
    let age = old(0);
    let reply = place.ask("42", &[]).await;
    assert_eq!(told(&reply), (Some("upstream"), Some(age.as_str()), Some(age.as_str())), "{}", reply.body);
    // Fresh for as long as one that was new, since another would be as old.
    place.server.set_clock(59);
    let age = old(59);
    for says in [&[][..], &["Cache-Control: max-age=3600"]] {
        assert_eq!(told(&place.ask("42", says).await), (Some("cache"), Some(age.as_str()), Some(age.as_str())));
    }
    assert_eq!(place.spent().await, COST.0);
    place.server.set_clock(60);
    let hour = ["Cache-Control: max-age=3600"];
    assert_eq!(told(&place.ask("42", &hour).await).0, Some("upstream"), "it is older than the request wants");
    place.server.set_clock(159);
    assert_eq!(told(&place.ask("42", &[]).await).0, Some("cache"));
    place.server.set_clock(160);
    assert_eq!(told(&place.ask("42", &[]).await).0, Some("upstream"));
    assert_eq!((place.bought().await, place.spent().await), (3, 3 * COST.0));
    let history = place.server.store.history(&creator("42"), 100).await.expect("a history");
    let moments: Vec<_> = history.iter().filter(|(_, snapshot)| snapshot.bought_at.is_some()).collect();
    assert_eq!(moments.len(), 3);
    for (recorded_at, snapshot) in moments {
        assert_eq!((snapshot.as_of.0, snapshot.bought_at), (recorded_at.0 - 36 * DAY, Some(*recorded_at)));
        assert!(recorded_at.0 >= START.0);
    }
}
