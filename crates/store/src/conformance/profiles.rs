//! Profiles, and the survey of all creators.

use domain::{CreatorState, Platform, Profile, Tier, UnixTime};

use super::sample::{NOW, key, key_on, many, priced, reported, snapshots, state};
use super::{Store, import};
use crate::{SurveyMark, Surveyed, survey_order};

pub(super) fn profile(as_of: u32, followers: Option<u64>, category: &str, name: &str) -> CreatorState {
    let label = |text: &str| (!text.is_empty()).then(|| text.parse().expect("a label"));
    let profile = Profile::of(UnixTime(as_of), followers, label(category), label(name));
    CreatorState { profile, ..CreatorState::default() }
}

pub(super) fn survey<S: Store>(store: &S) -> (SurveyMark, Vec<Surveyed>) {
    // On a thread of its own: it blocks, and a database may run a runtime inside.
    std::thread::scope(|scope| {
        let surveying = scope.spawn(|| {
            let mut found = Vec::new();
            let mark = store.survey(&mut |surveyed| found.push(surveyed)).expect("a survey");
            (mark, found)
        });
        surveying.join().expect("no panic")
    })
}

/// What is told of a creator is held part by part, the later of two, whatever else an import brings of it.
pub async fn the_later_profile_is_held<S: Store>(store: &S) {
    let largest = "界".repeat(64);
    let parts = [
        profile(5, Some(Profile::MAX_FOLLOWERS), "美食", ""),
        state("1", 0, 10),
        profile(4, Some(7), "", &largest),
        profile(6, None, "美妆", ""),
        priced(Tier::Over60s, 700),
        profile(u32::MAX, Some(0), "", ""),
    ];
    let mut expected = CreatorState::default();
    for part in parts {
        import(store, NOW, &[(key("1"), part.clone()), (key("2"), state("1", 0, 10))]);
        expected.merge(part);
        assert_eq!(store.state(&key("1")).await.expect("an answer").as_ref(), Some(&expected));
    }
    let again = import(store, NOW, &[(key("1"), expected)]);
    assert_eq!((again.touched, again.changed), (1, 0));
    let other = store.state(&key("2")).await.expect("an answer").expect("the creator");
    assert!(other.profile.is_empty());
}

/// A survey tells of every creator with figures what is told of it alone, in the order of imports.
pub async fn a_survey_tells_what_single_questions_tell<S: Store>(store: &S) {
    assert_eq!(survey(store), (SurveyMark::default(), Vec::new()));
    let mut states = many(6_000);
    states.truncate(5_990);
    for (place, (_, state)) in states.iter_mut().enumerate() {
        if place % 3 == 0 {
            state.merge(profile(1, Some(place as u64), "美食", "n"));
        }
        if place % 5 == 0 {
            state.merge(reported(NOW, place as u64 + 1));
        }
    }
    states.push((key_on("7000000000000000007", Platform::ShortDrama), state("9", 1, 3)));
    states.push((key("abc"), reported(NOW, 2)));
    states.push((key("only-a-profile"), profile(1, Some(1), "", "")));
    import(store, NOW, &states);
    // Newer figures of one, newer knowledge of another.
    let later =
        [(key("7000000000000000000"), state("2", 3, 44)), (key("7000000000000000014"), profile(9, None, "", "m"))];
    import(store, UnixTime(NOW.0 + 1), &later);

    let (mark, found) = survey(store);
    assert_eq!(mark, SurveyMark { creators: 2, ..SurveyMark::default() });
    assert_eq!(found.len(), states.len() - 1);
    assert!(found.is_sorted_by(|a, b| survey_order(&a.key, &b.key).is_lt()));
    for surveyed in found.iter().step_by(211).chain(&found[..4]).chain(&found[found.len() - 2..]) {
        let latest = store.latest(&surveyed.key).await.expect("an answer").expect("the creator");
        assert_eq!((&surveyed.estimated, &surveyed.reported), (&latest.estimated, &latest.reported));
        let state = store.state(&surveyed.key).await.expect("an answer").expect("the creator");
        assert_eq!(surveyed.profile, state.profile);
        let kept: Vec<_> = latest.estimated.into_iter().chain(latest.reported).collect();
        assert_eq!(kept, snapshots(&surveyed.key, &state));
    }
}
