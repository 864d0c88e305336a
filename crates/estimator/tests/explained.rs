//! Explanations: what they tell is what the figures come from, to the digits told.

use domain::{
    Count, CreatorKey, CreatorState, Fen, ItemId, Lang, Platform, Post, Price, Snapshot, SnapshotSource, Tier, UnixTime,
};
use estimator::{Answered, Asked, Explanation, Method, Settings, explain, snapshots};

const NOW: UnixTime = UnixTime(1_795_316_645);

fn state() -> CreatorState {
    state_of(|number| 10_000 + u64::from(number * number * 7919 % 50_000))
}

/// Posts with these plays, by their numbers.
fn state_of(plays: impl Fn(u32) -> u64) -> CreatorState {
    let post = |number: u32| Post {
        item_id: ItemId::from_integer(i64::from(number)).expect("an id"),
        plays: plays(number),
        published_at: NOW.days_before(10 + 2 * number),
        captured_at: NOW,
        duration_s: Count::UNKNOWN,
        likes: Count::from(20 + number as u16),
        comments: Count::UNKNOWN,
        shares: Count::UNKNOWN,
        collects: Count::UNKNOWN,
        sponsored: None,
    };
    CreatorState { posts: (1..=20).map(post).collect(), ..CreatorState::default() }
}

/// The explanation of an estimate, with p25, p50 and p75 of it.
fn explained(method: Method, lang: Lang) -> (Explanation, [u64; 3]) {
    explained_of(&state(), method, lang)
}

fn explained_of(state: &CreatorState, method: Method, lang: Lang) -> (Explanation, [u64; 3]) {
    let key = CreatorKey { author_id: "42".parse().expect("an id"), platform: Platform::ShortVideo };
    let settings = Settings { method, ..Settings::default() };
    let snapshot = snapshots(&key, state, &settings).remove(0);
    let range = snapshot.range.expect("a range");
    let asked = Asked { key: &key, state, source: SnapshotSource::Estimated, answered: &snapshot };
    let explanation = explain(asked, &settings, lang).expect("an explanation");
    assert_eq!(explanation.answered, None, "it is what is answered");
    (explanation, [range.p25, snapshot.info.expected_views, range.p75])
}

/// The last number before the first ×, and those in the exponents of a formula.
fn numbers(formula: &str) -> (f64, Vec<f64>) {
    let before = formula.split('×').next().expect("a text");
    let has_digit = |word: &&str| word.contains(|char: char| char.is_ascii_digit());
    let middle = before.split(|char: char| !char.is_ascii_digit() && char != ',').rfind(has_digit);
    let exponents = formula.split("exp(").skip(1).filter_map(|rest| rest.split(')').next());
    let words =
        exponents.flat_map(|exponent| exponent.split(|char: char| !(char.is_ascii_digit() || "+-.".contains(char))));
    let added = words.filter(|word| !word.is_empty()).map(|word| word.parse().expect("a number"));
    (middle.and_then(|word| word.replace(',', "").parse().ok()).expect("the median"), added.collect())
}

fn is_near(told: f64, figure: u64) -> bool {
    // Three decimals in an exponent are half a thousandth of the figure.
    (told / figure as f64 - 1.0).abs() < 1.5e-3
}

#[test]
fn the_formulas_give_the_figures() {
    for lang in Lang::ALL {
        for method in [Method::Regression, Method::Trees, Method::Ensemble] {
            let (explanation, [p25, p50, p75]) = explained(method, lang);
            let formula = |at: usize| explanation.steps[at].formula.as_str();
            let per_percentile = if method == Method::Ensemble { 2 } else { 1 };
            let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
            let (middle, added) = numbers(formula(0));
            assert!(is_near(middle * mean(&added).exp(), p50), "{method:?}: {}", formula(0));
            let (middle, added) = numbers(formula(1));
            let (low, high) = added.split_at(per_percentile);
            assert_eq!(high.len(), per_percentile, "{method:?}: {}", formula(1));
            assert!(is_near(middle * mean(low).exp(), p25), "{method:?}: {}", formula(1));
            assert!(is_near(middle * mean(high).exp(), p75), "{method:?}: {}", formula(1));
            assert_ne!(formula(1), formula(2));
        }
    }
}

#[test]
fn what_steady_posts_take_off_is_told_with_the_figures() {
    // Scattering by nothing, by half of what is usual, and hardly.
    for (spread, share) in [(0, "0 % is taken"), (1_300, " % is taken"), (20, "0 % is taken")] {
        let steady = state_of(|number| 10_000 + u64::from(number % 5) * spread);
        for lang in Lang::ALL {
            let (explanation, figures) = explained_of(&steady, Method::Ensemble, lang);
            let [p25, p50, p75] = figures;
            let of = |numbers: &[f64]| (numbers[0] + numbers[1]) / 2.0 + numbers[2];
            let (middle, added) = numbers(&explanation.steps[0].formula);
            assert!(is_near(middle * of(&added).exp(), p50), "{}", explanation.steps[0].formula);
            let (middle, added) = numbers(&explanation.steps[1].formula);
            assert!(is_near(middle * of(&added[..3]).exp(), p25), "{}", explanation.steps[1].formula);
            assert!(is_near(middle * of(&added[3..]).exp(), p75), "{}", explanation.steps[1].formula);
            let told = if lang == Lang::En { share } else { "作品比通常稳定" };
            assert!(explanation.steps[0].formula.contains(told), "{}", explanation.steps[0].formula);
        }
        // A part alone takes nothing off.
        let (alone, _) = explained_of(&steady, Method::Regression, Lang::En);
        assert!(!alone.steps[0].formula.contains("taken"), "{}", alone.steps[0].formula);
    }
    let usual = explained(Method::Ensemble, Lang::En).0;
    assert!(!usual.steps[0].formula.contains("taken"), "{}", usual.steps[0].formula);
}

#[test]
fn the_terms_add_up_to_what_the_regression_adds() {
    for method in [Method::Regression, Method::Ensemble] {
        let (explanation, _) = explained(method, Lang::En);
        let (_, added) = numbers(&explanation.steps[0].formula);
        let sum: f64 = explanation.terms.iter().map(|term| term.adds).sum();
        assert!((sum - added[0]).abs() < 1e-3, "{sum} is not {}", added[0]);
        assert!(explanation.terms.iter().all(|term| (term.value * term.weight - term.adds).abs() < 1e-4));
    }
    assert_eq!(explained(Method::Trees, Lang::En).0.terms, []);
}

#[test]
fn posts_tell_what_they_weigh_where_a_method_weighs_them() {
    let (explanation, _) = explained(Method::Weighted, Lang::En);
    let weights: Vec<f64> = explanation.posts.iter().filter_map(|post| post.weight).collect();
    assert_eq!(weights.len(), 20);
    assert!(weights.is_sorted_by(|newer, older| newer > older), "{weights:?}");
    assert!((weights[0] / weights[5] - 2.0).abs() < 1e-3 && (weights.iter().sum::<f64>() - 1.0).abs() < 1e-4);
    let (explanation, _) = explained(Method::Ensemble, Lang::En);
    assert!(explanation.posts.iter().all(|post| post.weight.is_none()) && explanation.source == "estimated");
}

#[test]
fn each_older_capture_of_an_item_is_told_as_such() {
    let key = CreatorKey { author_id: "42".parse().expect("an id"), platform: Platform::ShortVideo };
    let mut twice = state();
    let older = twice.posts.posts().iter().map(|post| Post {
        published_at: UnixTime(post.published_at.0 + 1),
        captured_at: UnixTime(NOW.0 - 1),
        ..post.clone()
    });
    let older: Vec<Post> = older.collect();
    older.into_iter().for_each(|post| twice.posts.add(post));
    let settings = Settings::default();
    let answered = snapshots(&key, &state(), &settings).remove(0);
    let asked = |state| Asked { key: &key, state, source: SnapshotSource::Estimated, answered: &answered };
    let of = |state| explain(asked(state), &settings, Lang::En).expect("an explanation");
    let (once, twice) = (of(&state()), of(&twice));
    assert_eq!((&once.steps, &once.hot, &once.kinds), (&twice.steps, &twice.hot, &twice.kinds));
    let (older, latest): (Vec<_>, Vec<_>) = twice.posts.into_iter().partition(|post| post.published_at.ends_with("6Z"));
    assert_eq!(latest, once.posts);
    let reasons: Vec<_> = older.iter().map(|post| post.left_out_because.as_deref()).collect();
    assert_eq!(reasons, [Some("an older capture of the same item"); 20]);
}

/// What is told of figures that were answered under one setting and are explained under another.
fn told_of(answered: &Settings, explained: &Settings, lang: Lang) -> Option<Answered> {
    let key = CreatorKey { author_id: "42".parse().expect("an id"), platform: Platform::ShortVideo };
    let state = state();
    let snapshot = |settings| snapshots(&key, &state, settings).remove(0);
    // That a price was seen at another moment is no other figure.
    let answered = Snapshot { priced_at: Some(NOW), ..snapshot(answered) };
    let asked = Asked { key: &key, state: &state, source: SnapshotSource::Estimated, answered: &answered };
    let explanation = explain(asked, explained, lang).expect("an explanation");
    let views = |snapshot: &Snapshot| format!("{} views", domain::thousands(snapshot.info.expected_views));
    if let (Some(told), Lang::En) = (&explanation.answered, lang) {
        let differs = told.figures.iter().find(|differs| differs.figure == "expect_vv");
        let both = differs.map(|differs| (differs.answered.clone(), differs.explained.clone()));
        let [before, now] = [views(&answered), views(&snapshot(explained))];
        assert_eq!(both, (before != now).then_some((Some(before), Some(now.clone()))));
        assert_eq!(explanation.steps[0].result, now);
    }
    explanation.answered
}

#[test]
fn figures_that_are_answered_and_are_not_those_explained_are_told_with_the_reason() {
    let by = |method, mature_days| Settings { method, mature_days, ..Settings::default() };
    let table = [
        (by(Method::Ensemble, 7), by(Method::Median15, 20), "made by ensemble/4, before the settings said median-15/1"),
        (by(Method::Median10, 7), by(Method::Median10, 20), "made by median-10/1 with other settings (mature_days, "),
    ];
    for (answered, explained, reason) in table {
        let told = told_of(&answered, &explained, Lang::En).expect("another answer");
        assert!(told.note.contains(reason) && told.note.ends_with("import the creator again to have it made anew"));
        assert_eq!((told.source.as_str(), told.method.as_str()), ("estimated", answered.method.versioned_name()));
        let chinese = told_of(&answered, &explained, Lang::Zh).expect("another answer");
        assert!(chinese.note.contains("重新导入该达人即可更新") && chinese.figures.len() == told.figures.len());
    }
    // Of another name and the same figures.
    let all = told_of(&by(Method::Median30, 7), &by(Method::Weighted, 7), Lang::En).expect("another answer");
    assert!(all.figures.iter().any(|differs| differs.figure == "range of views"));
    let told = told_of(&by(Method::Median30, 40), &by(Method::Median15, 40), Lang::En).expect("another method");
    assert_eq!(told.figures, []);
    assert!(told.note.ends_with("both come to the same figures"), "{}", told.note);
    // What makes a post hot.
    let hot = Settings { hot_multiple: 1, ..Settings::default() };
    let told = told_of(&Settings::default(), &hot, Lang::En).expect("another share");
    let figures: Vec<&str> = told.figures.iter().map(|differs| differs.figure.as_str()).collect();
    assert_eq!(figures, ["hot_item"]);
    assert_eq!(told_of(&hot, &hot, Lang::En), None);
}

#[test]
fn costs_have_the_names_of_the_contract() {
    for (platform, names) in
        [(Platform::LiveStreaming, ["cpm", "cpe"]), (Platform::ShortVideo, ["cpm_21_60", "cpe_21_60"])]
    {
        let key = CreatorKey { author_id: "42".parse().expect("an id"), platform };
        let mut state = state();
        let price = Price { as_of: NOW, fen: Fen(820_000) };
        state.rate_card.add(if platform == Platform::ShortVideo { Tier::From21To60s } else { Tier::Single }, price);
        let settings = Settings { method: Method::Median10, ..Settings::default() };
        let answered = snapshots(&key, &state, &Settings { method: Method::Last, ..settings }).remove(0);
        let asked = Asked { key: &key, state: &state, source: SnapshotSource::Estimated, answered: &answered };
        let explanation = explain(asked, &settings, Lang::En).expect("an explanation");
        let differing = explanation.answered.expect("another answer").figures;
        for name in names {
            assert!(explanation.steps.iter().any(|step| step.figure == name), "{name}: {:?}", explanation.steps);
            assert!(differing.iter().any(|differs| differs.figure == name), "{name}: {differing:?}");
        }
    }
}

/// By the page on the method: 1.1 until half a day, 0.5 at 4 days, 0.2 at 12, 0.1 at 20, nothing from 30 on.
#[test]
fn what_grown_plays_come_to_can_be_computed_from_what_is_told() {
    let young = |number: u32| Post {
        published_at: UnixTime(NOW.0 - number * 50_000 - 1_234),
        ..state().posts.posts()[number as usize].clone()
    };
    let state = CreatorState { posts: (0..10).map(young).collect(), ..CreatorState::default() };
    let (explanation, figures) = explained_of(&state, Method::Aged10, Lang::En);
    let seconds = |text: &str| text.parse::<UnixTime>().expect("a moment").0;
    let gains = [(0.0, 1.1), (0.5, 1.1), (4.0, 0.5), (12.0, 0.2), (20.0, 0.1), (30.0, 0.0)];
    let grown = explanation.posts.iter().map(|post| {
        let age = f64::from(seconds(&post.captured_at) - seconds(&post.published_at)) / 86_400.0;
        let [(from, high), (to, low)] = *gains.windows(2).find(|pair| age < pair[1].0).expect("an age") else {
            panic!()
        };
        let plays = post.plays as f64 * (high + (low - high) * (age - from) / (to - from)).exp();
        let told = post.grown_plays.expect("grown plays");
        assert!((told - plays).abs() < 0.01, "{told} is not {plays}");
        told.ln()
    });
    let mut grown: Vec<f64> = grown.collect();
    grown.sort_by(f64::total_cmp);
    for (percent, figure) in [25, 50, 75].into_iter().zip(figures) {
        let (at, rest) = (9 * percent / 100, f64::from(9 * percent as u32 % 100) / 100.0);
        let plays = (grown[at] + (grown[at + 1] - grown[at]) * rest).exp();
        assert!((plays - figure as f64 - 0.5).abs() < 0.6, "{plays} is not {figure}");
    }
    assert!(explained(Method::Median10, Lang::En).0.posts.iter().all(|post| post.grown_plays.is_none()));
}
