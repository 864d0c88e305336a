//! What `docs/method.md` says of the methods that need nothing but a calculator, computed as it says it.

use domain::{Count, CreatorKey, CreatorState, ItemId, Platform, Post, UnixTime};
use estimator::{Method, Settings, snapshots};

const NOW: UnixTime = UnixTime(1_795_316_645);

/// Plays, newest first.
const PLAYS: [u64; 7] = [120_000, 45_300, 310_777, 88_000, 64_123, 97_000, 51_999];

fn post(item_id: &str, days: u32, plays: u64) -> Post {
    Post {
        item_id: ItemId::parse(item_id.as_bytes()).expect("an id"),
        plays,
        published_at: NOW.days_before(days),
        captured_at: NOW,
        duration_s: Count::UNKNOWN,
        likes: Count::UNKNOWN,
        comments: Count::UNKNOWN,
        shares: Count::UNKNOWN,
        collects: Count::UNKNOWN,
        sponsored: None,
    }
}

/// p25, p50 and p75.
fn figures(posts: impl IntoIterator<Item = Post>, method: Method) -> [u64; 3] {
    let key = CreatorKey { author_id: "42".parse().expect("an id"), platform: Platform::ShortVideo };
    let state = CreatorState { posts: posts.into_iter().collect(), ..CreatorState::default() };
    let snapshot = snapshots(&key, &state, &Settings { method, ..Settings::default() }).remove(0);
    let range = snapshot.range.expect("a range");
    [range.p25, snapshot.info.expected_views, range.p75]
}

fn figures_of(plays: &[u64], method: Method) -> [u64; 3] {
    figures((10..).zip(plays).map(|(days, plays)| post(&days.to_string(), days, *plays)), method)
}

/// Quartiles of a normal distribution of log plays, rounded down.
fn quartiles(mean: f64, variance: f64) -> [u64; 3] {
    [-0.674_489_750_2, 0.0, 0.674_489_750_2].map(|z| (mean + z * variance.sqrt()).exp() as u64)
}

#[test]
fn weighted_is_what_its_formulas_say() {
    for posts in [1, 2, 7] {
        let x: Vec<f64> = PLAYS[..posts].iter().map(|plays| (*plays as f64).ln()).collect();
        let w: Vec<f64> = (0..posts).map(|i| 2_f64.powf(-(i as f64) / 5.0)).collect();
        let s: f64 = w.iter().sum();
        let m = w.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>() / s;
        let squares: f64 = w.iter().zip(&x).map(|(w, x)| w * (x - m).powi(2)).sum();
        let variance = (squares + 2.0 * 0.90_f64.powi(2)) / (s + 2.0) * (1.0 + 1.0 / s);
        assert_near(figures_of(&PLAYS[..posts], Method::Weighted), quartiles(m, variance));
    }
}

#[test]
fn peers_is_what_its_formulas_say() {
    let file = include_str!("../src/coefficients.toml");
    let number = |name: &str| -> f64 {
        let line = file.lines().find_map(|line| line.strip_prefix(&format!("{name} = "))).expect("a number");
        line.parse().expect("a number")
    };
    let [mu, b, w] = ["mean_log_plays", "between_sd", "within_sd"].map(number);
    for posts in [1, 2, 7] {
        let x: Vec<f64> = PLAYS[..posts].iter().map(|plays| (*plays as f64).ln()).collect();
        let n = posts as f64;
        let m = x.iter().sum::<f64>() / n;
        let t = b.powi(2) / (b.powi(2) + w.powi(2) / n);
        let squares: f64 = x.iter().map(|x| (x - m).powi(2)).sum();
        let variance = (squares + 4.0 * w.powi(2)) / (n - 1.0 + 4.0) * (1.0 + t / n);
        assert_near(figures_of(&PLAYS[..posts], Method::Peers), quartiles(mu + t * (m - mu), variance));
    }
}

/// To the last play: what lies at a whole number may be rounded to either side of it.
fn assert_near(told: [u64; 3], computed: [u64; 3]) {
    assert!(
        told.into_iter().zip(computed).all(|(told, computed)| told.abs_diff(computed) <= 1),
        "{told:?} {computed:?}"
    );
}

#[test]
fn of_posts_of_one_second_the_larger_id_is_the_later() {
    let last = |ids: [&str; 2]| figures([post(ids[0], 10, 111), post(ids[1], 10, 222)], Method::Last)[1];
    assert_eq!([last(["9", "10"]), last(["99", "a"]), last(["a", "b"]), last(["B", "a"])], [222; 4]);
    // 2^63 is no number that fits.
    assert_eq!(last(["9223372036854775807", "9223372036854775808"]), 222);
    assert_eq!(last(["b", "9223372036854775807"]), 111);
}
