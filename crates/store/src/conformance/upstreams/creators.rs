//! Bought answers as figures of creators.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::{CreatorKey, PerTier, Platform, Snapshot, Tier, UnixTime};

use super::super::import;
use super::super::profiles::{profile, survey};
use super::super::sample::{NOW, key, key_on, priced, reported, snapshots, state};
use super::Upstreams;
use super::sample::{all, bought, info, keep, snapshot};
use crate::{Bought, Forgotten, Generations, Latest, SurveyMark, Surveyed, survey_order};

/// One usable answer is enough, on its platform; an unusable one is not.
pub async fn a_bought_answer_makes_a_creator_known<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    let answer = bought("7", 0, Some(10));
    keep(&*one, &[answer.clone(), bought("8", 0, None)]).await;
    let expected = Latest { bought: Some(snapshot(&answer)), ..Latest::default() };
    for store in [&one, &other] {
        assert_eq!(store.latest(&key("7")).await.expect("an answer"), Some(expected.clone()));
        let history = store.history(&key("7"), 100).await.expect("a history");
        assert_eq!(history, [(NOW, snapshot(&answer))]);
        assert_eq!(store.state(&key("7")).await.expect("an answer"), None, "no posts are held");
    }
    for unknown in [key("8"), key("07"), key_on("7", Platform::PictureText)] {
        assert_eq!(one.latest(&unknown).await.expect("an answer"), None, "{unknown:?}");
        assert!(one.history(&unknown, 100).await.expect("a history").is_empty(), "{unknown:?}");
    }
    assert_eq!(one.creator_count().await.expect("a count"), 0);
}

/// The last one that was kept, as long as it can be used.
pub async fn the_newest_usable_answer_is_the_latest<S: Upstreams>([one, _]: [Arc<S>; 2]) {
    // Twelve, for numbers that are sorted as text would show here.
    for number in 0..12 {
        let answer = Bought { upstream: format!("upstream-{number}"), ..bought("7", number, Some(number)) };
        keep(&*one, &[answer.clone(), bought("7", number, None), bought("8", number, Some(0))]).await;
        let latest = one.latest(&key("7")).await.expect("an answer").expect("the creator");
        assert_eq!(latest.bought, Some(snapshot(&answer)));
    }
}

/// Whichever came first, an import and an answer leave each other alone.
pub async fn imports_and_answers_are_held_side_by_side<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    let answer = bought("7", 0, Some(10));
    let mut merged = state("1", 0, 99);
    merged.merge(reported(NOW, 5));
    import(&*one, NOW, &[(key("8"), merged.clone())]);
    keep(&*other, &[answer.clone(), Bought { key: key("8"), ..answer.clone() }]).await;
    import(&*one, NOW, &[(key("7"), merged.clone())]);
    for key in [key("7"), key("8")] {
        let latest = one.latest(&key).await.expect("an answer").expect("the creator");
        let imported: Vec<_> = latest.estimated.into_iter().chain(latest.reported).collect();
        assert_eq!(imported, snapshots(&key, &merged));
        assert_eq!(latest.bought, Some(snapshot(&Bought { key: key.clone(), ..answer.clone() })));
        assert_eq!(one.state(&key).await.expect("an answer").as_ref(), Some(&merged));
    }
    assert_eq!(one.creator_count().await.expect("a count"), 2);
}

/// Snapshots of imports and usable answers, by the moment they were recorded or received.
pub async fn history_holds_both_newest_first<S: Upstreams>([one, _]: [Arc<S>; 2]) {
    for (at, plays) in [(0, 100), (10, 110), (20, 120)] {
        import(&*one, UnixTime(NOW.0 + at), &[(key("7"), state("1", 0, plays))]);
    }
    // The third was received before the second.
    keep(&*one, &[bought("7", 5, Some(1)), bought("7", 15, Some(2)), bought("7", 12, Some(3))]).await;
    keep(&*one, &[bought("7", 25, None), bought("8", 25, Some(9)), bought("7", 20, Some(4))]).await;
    let history = one.history(&key("7"), 100).await.expect("a history");
    let told: Vec<_> = history.iter().map(|(at, snapshot)| (at.0 - NOW.0, snapshot.info.expected_views)).collect();
    assert_eq!(told, [(20, 4), (20, 120), (15, 2), (12, 3), (10, 110), (5, 1), (0, 100)]);
    for limit in 0..8 {
        let newest = one.history(&key("7"), limit).await.expect("a history");
        assert_eq!(newest, history[..history.len().min(limit as usize)], "{limit}");
    }
}

/// Beside what imports brought, in one order, with what is known of a creator of whom nothing else is held.
pub async fn a_survey_tells_the_answer_bought_last<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    // More than are read at one time, before, among and behind those that were imported.
    let mut answers: Vec<Bought> = (0..1_500).map(|at| bought(&(3_000 + at * 3).to_string(), at, Some(at))).collect();
    answers.extend((0..1_500).step_by(7).map(|at| bought(&(3_000 + at * 3).to_string(), at, Some(at + 1))));
    answers.extend((0..1_500).step_by(3).map(|at| bought(&(3_000 + at * 3).to_string(), at, None)));
    // Nothing but unusable ones of more than a page.
    answers.extend((0..1_100).map(|at| bought(&format!("2{at:05}"), at, None)));
    answers.extend(["0", "zz", "50"].map(|id| bought(id, 1, Some(77))));
    answers.push(Bought { key: key_on("3003", Platform::ShortDrama), ..bought("3003", 1, Some(5)) });
    keep(&*one, &answers).await;
    let mut states: Vec<_> = (0..2_000).map(|at| (key(&(4_000 + at * 2).to_string()), state("1", 0, at))).collect();
    states.push((key_on("4002", Platform::PictureText), reported(NOW, 3)));
    let mut priced = priced(Tier::Over60s, 700);
    priced.merge(profile(1, Some(9), "美食", "n"));
    states.extend(["50", "51"].map(|id| (key(id), priced.clone())));
    import(&*one, NOW, &states);

    let (mark, found) = survey(&*other);
    assert_eq!(mark, SurveyMark { creators: 1, bought: answers.len() as u64, reread: 0 });
    assert!(found.is_sorted_by(|a, b| survey_order(&a.key, &b.key).is_lt()));
    // The last of a creator replaces those before it; the creators of a rate card alone have no figures.
    let mut expected: HashMap<CreatorKey, Snapshot> = HashMap::new();
    expected.extend(answers.iter().filter(|one| one.info.is_some()).map(|one| (one.key.clone(), snapshot(one))));
    let with_figures: HashSet<_> = expected
        .keys()
        .cloned()
        .chain(states.iter().map(|(key, _)| key.clone()))
        .filter(|of| *of != key("51"))
        .collect();
    assert_eq!(found.iter().map(|of| of.key.clone()).collect::<HashSet<_>>(), with_figures);
    for surveyed in &found {
        assert_eq!(surveyed.bought.as_ref(), expected.get(&surveyed.key), "{:?}", surveyed.key);
        let prices = if surveyed.key == key("50") { priced.rate_card.fen() } else { PerTier::default() };
        assert_eq!(surveyed.prices, prices, "{:?}", surveyed.key);
    }
    for surveyed in found.iter().step_by(97) {
        let latest = other.latest(&surveyed.key).await.expect("an answer").expect("the creator");
        let Surveyed { estimated, reported, bought, .. } = surveyed.clone();
        assert_eq!(Latest { estimated, reported, bought }, latest);
    }
    let of_50 = found.iter().find(|of| of.key == key("50")).expect("the creator");
    assert_eq!(of_50.profile, priced.profile);
}

/// Whoever keeps an answer in memory knows it; nobody need read everything again because one was bought, and who compares all
/// creators sees that there are more.
pub async fn buying_grows_its_own_number_alone<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    import(&*one, NOW, &[(key("7"), state("1", 0, 10))]);
    let before = one.generations().await.expect("the generations");
    assert_eq!(before.bought, 0);
    keep(&*one, &[bought("7", 0, Some(10)), bought("8", 0, None)]).await;
    one.forget_bodies(u64::MAX, 9).await.expect("a number");
    one.park_upstream("global", 1, 303).await.expect("parked");
    let after = other.generations().await.expect("the generations");
    assert_eq!(after, Generations { bought: 2, ..before });
}

/// Whoever keeps an answer in memory, or compares all creators, sees that figures were replaced: not before they are, and once for each.
pub async fn reading_again_grows_its_own_number_alone<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    import(&*one, NOW, &[(key("7"), state("1", 0, 10))]);
    keep(&*one, &[bought("7", 0, Some(10)), bought("8", 0, None)]).await;
    let before = other.generations().await.expect("the generations");
    assert_eq!((before.bought, before.reread), (2, 0));
    assert!(one.reread_bought(&key("7"), 1, Some(info(70))).await.expect("an answer"));
    assert!(other.reread_bought(&key("8"), 2, Some(info(80))).await.expect("an answer"));
    assert!(!one.reread_bought(&key("8"), 3, Some(info(90))).await.expect("an answer"), "there is no such answer");
    for store in [&one, &other] {
        assert_eq!(store.generations().await.expect("the generations"), Generations { reread: 2, ..before });
        let (mark, found) = survey(&**store);
        assert_eq!(mark, SurveyMark { creators: 1, bought: 2, reread: 2 });
        let views: Vec<_> = found.iter().filter_map(|of| Some(of.bought.as_ref()?.info.expected_views)).collect();
        assert_eq!(views, [70, 80]);
    }
}

/// Nothing is left of a creator who is deleted, on any platform, and every server sees it; the others are as they were.
pub async fn a_deleted_creator_is_gone_and_no_other<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    let mut merged = state("1", 0, 99);
    merged.merge(reported(NOW, 5));
    merged.merge(profile(1, Some(9), "美食", "n"));
    let on_two = [key("7"), key_on("7", Platform::PictureText)];
    let states: Vec<_> = on_two.iter().cloned().chain([key("70")]).map(|key| (key, merged.clone())).collect();
    import(&*one, NOW, &states);
    keep(&*one, &[bought("7", 0, Some(10)), bought("70", 0, Some(10))]).await;
    let before = other.generations().await.expect("the generations");
    let of_70 = other.latest(&key("70")).await.expect("an answer");

    assert_eq!(forget(&*one, "7"), Forgotten { states: 2, snapshots: 4, bought: 1 });
    for key in &on_two {
        assert_eq!(other.latest(key).await.expect("an answer"), None);
        assert_eq!(other.state(key).await.expect("an answer"), None);
        assert!(other.history(key, 10).await.expect("a history").is_empty());
    }
    assert_eq!(other.latest(&key("70")).await.expect("an answer"), of_70);
    assert_eq!(other.creator_count().await.expect("a count"), 1);
    let (_, found) = survey(&*other);
    assert_eq!(found.iter().map(|of| of.key.clone()).collect::<Vec<_>>(), [key("70")]);
    let after = other.generations().await.expect("the generations");
    assert!(after.creators > before.creators && after.reread > before.reread, "{after:?}");

    assert_eq!(forget(&*one, "7"), Forgotten::default());
    assert_eq!(other.generations().await.expect("the generations"), after);
    import(&*one, NOW, &states[..1]);
    assert_eq!(one.state(&key("7")).await.expect("an answer").as_ref(), Some(&merged));
}

/// A number is one answer's for ever, also where nothing with a higher one is left; and an answer is its creator's alone: who goes
/// by a number that was read before a deletion changes nothing of another.
pub async fn no_number_is_given_twice<S: Upstreams>([one, other]: [Arc<S>; 2]) {
    keep(&*one, &[bought("70", 0, Some(10)), bought("7", 1, Some(11)), bought("7", 2, None)]).await;
    assert_eq!(forget(&*one, "7").bought, 2);
    keep(&*other, &[bought("8", 3, Some(12))]).await;
    let kept = all(&*one).await;
    assert_eq!(kept.iter().map(|answer| answer.number).collect::<Vec<_>>(), [1, 4]);

    let before = one.generations().await.expect("the generations");
    for (of, number) in [(key("7"), 3), (key("7"), 4), (key("8"), 3), (key_on("8", Platform::PictureText), 4)] {
        assert!(!one.reread_bought(&of, number, Some(info(99))).await.expect("an answer"), "{of:?} {number}");
    }
    assert_eq!((all(&*other).await, one.generations().await.expect("the generations")), (kept, before));

    // Numbers go on behind the highest of several deletions, and where nothing is left.
    for author_id in ["8", "70"] {
        assert_eq!(forget(&*other, author_id).bought, 1);
    }
    keep(&*one, &[bought("7", 4, Some(13))]).await;
    assert_eq!(all(&*other).await.iter().map(|answer| answer.number).collect::<Vec<_>>(), [5]);
    forget(&*one, "7");
}

/// Deletes, on a thread of its own, as an import does.
fn forget<S: Upstreams>(store: &S, author_id: &str) -> Forgotten {
    let author_id = author_id.parse().expect("an id");
    let deleted = std::thread::scope(|scope| scope.spawn(|| store.forget(&author_id)).join());
    deleted.expect("no panic").expect("deleted")
}
