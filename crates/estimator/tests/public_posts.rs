//! The scores that the default method is chosen for, on public posts that lie beside the checkout; skipped without them.

use std::collections::BTreeMap;
use std::path::Path;

use domain::{AuthorId, Count, ItemId, Post, PostHistory, UnixTime};
use estimator::{Backtest, Coefficients, Fit, Method, ReportedGroup, Settings};

/// Creators in the order of their ids, or none where the file is not there.
fn public_posts() -> Option<Vec<(AuthorId, PostHistory)>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/tiktok_posts_dev.csv");
    let Ok(text) = std::fs::read_to_string(file) else {
        eprintln!("skipped: ../shared/data/tiktok_posts_dev.csv is not there");
        return None;
    };
    let mut creators: BTreeMap<AuthorId, PostHistory> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let (author, post) = row(line).expect("a row of the file");
        creators.entry(author).or_default().add(post);
    }
    Some(creators.into_iter().collect())
}

/// item, author, platform, published, captured, duration, sponsored, plays, likes, comments, shares, collects.
fn row(line: &str) -> Option<(AuthorId, Post)> {
    let cells: Vec<&str> = line.split(',').collect();
    let count = |at: usize| cells[at].parse().ok().and_then(Count::new).unwrap_or(Count::UNKNOWN);
    let time = |at: usize| cells[at].parse::<UnixTime>().ok();
    let post = Post {
        item_id: cells[0].parse::<ItemId>().ok()?,
        plays: cells[7].parse().ok()?,
        published_at: time(3)?,
        captured_at: time(4)?,
        duration_s: count(5),
        sponsored: None,
        likes: count(8),
        comments: count(9),
        shares: count(10),
        collects: count(11),
    };
    Some((cells[1].parse().ok()?, post))
}

/// Scores of a method on creators that its coefficients were not fitted to: each half by a fit to the other.
fn held_out(creators: &[(AuthorId, PostHistory)], method: Method) -> [ReportedGroup; 2] {
    let defaults = Settings::default();
    let mut scores: Option<Backtest> = None;
    for half in 0..2 {
        let mut fit = Fit::default();
        for (creator, posts) in creators.iter().skip(1 - half).step_by(2) {
            fit.add(creator, [posts], defaults.mature_days);
        }
        let coefficients: &Coefficients = Box::leak(Box::new(fit.coefficients("half").expect("enough posts")));
        let share = |half: usize| coefficients.share_fitted_to(creators.iter().skip(half).step_by(2).map(|(id, _)| id));
        assert_eq!(share(half), Some(0.0));
        assert!(share(1 - half).is_some_and(|share| share > 0.9), "but those of whom nothing could be forecast");
        let mut backtest = Backtest::new(&[method], &Settings { coefficients, ..defaults });
        creators.iter().skip(half).step_by(2).for_each(|(_, posts)| backtest.add([posts]));
        match &mut scores {
            Some(scores) => scores.merge(&backtest),
            None => scores = Some(backtest),
        }
    }
    let report = scores.expect("two halves").report();
    ["15+ earlier posts", "3-14 earlier posts"].map(|name| report.methods[0].group(name).expect("forecasts").clone())
}

#[test]
fn the_default_method_wins_on_creators_it_was_not_fitted_to() {
    let Some(creators) = public_posts() else { return };
    let [long, short] = held_out(&creators, Method::default());
    let [long_median, short_median] = held_out(&creators, Method::Median15);
    eprintln!("{long:#?}\n{short:#?}\n{long_median:#?}\n{short_median:#?}");
    assert!(long.mean_absolute_error <= 0.640, "{}", long.mean_absolute_error);
    assert!(long_median.mean_absolute_error >= 0.680, "the protocol is that of the baselines");
    let gain = 1.0 - short.mean_absolute_error / short_median.mean_absolute_error;
    assert!(gain >= 0.06, "{gain}");
    for group in [long, short] {
        assert!((0.48..=0.52).contains(&group.coverage_50), "{}", group.coverage_50);
        assert!((0.78..=0.82).contains(&group.coverage_80), "{}", group.coverage_80);
    }
}

#[test]
fn the_same_posts_give_the_same_coefficients() {
    let Some(creators) = public_posts() else { return };
    let fit = || {
        let mut fit = Fit::default();
        creators.iter().take(120).for_each(|(creator, posts)| fit.add(creator, [posts], 7));
        fit.coefficients("twice").expect("enough posts").to_toml()
    };
    assert_eq!(fit(), fit());
}
