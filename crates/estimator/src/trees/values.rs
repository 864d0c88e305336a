//! What trees look at: the features of the regression and some more, of the order and the times of the latest posts and of
//! their interactions, all relative to the creator's own usual but where their name says otherwise.

use crate::features::{self, FACTORS, Features, WINDOW};
use crate::recent::Recent;

/// Those of the regression but its constant.
const OF_FEATURES: usize = features::COUNT - 1;

/// What the regression's weights follow, but for the one.
const OF_FACTORS: usize = FACTORS - 1;

/// The names of the values that are not the regression's.
const OWN_NAMES: [&str; 23] = [
    "second",
    "third",
    "fourth",
    "fifth",
    "least_3",
    "least_5",
    "most_3",
    "most_5",
    "days_1",
    "days_3",
    "days_10",
    "span",
    "middle_age",
    "pause",
    "least_at",
    "least_two",
    "step",
    "step_1",
    "step_2",
    "engaged_last",
    "engaged",
    "acted_last",
    "acted",
];

/// How many values are not the regression's.
const OWN: usize = OWN_NAMES.len();

/// How many values there are.
pub(crate) const COUNT: usize = OF_FEATURES + OF_FACTORS + OWN;

/// The values' names, as the coefficients' file has them; `docs/method.md` says what each is.
pub(crate) const NAMES: [&str; COUNT] = names();

const fn names() -> [&'static str; COUNT] {
    let mut names = [""; COUNT];
    let (of_features, rest) = names.split_at_mut(OF_FEATURES);
    let (of_factors, own) = rest.split_at_mut(OF_FACTORS);
    of_features.copy_from_slice(features::NAMES.split_at(1).1);
    of_factors.copy_from_slice(&["shortness", "persistence", "skew"]);
    own.copy_from_slice(&OWN_NAMES);
    names
}

/// The values of one creator.
pub(crate) type Values = [f64; COUNT];

/// The values of at least one post.
pub(crate) fn values(recent: &Recent, features: &Features) -> Values {
    let mut values = [0.0; COUNT];
    let (of_features, rest) = values.split_at_mut(OF_FEATURES);
    let (of_factors, own) = rest.split_at_mut(OF_FACTORS);
    of_features.copy_from_slice(&features.values[1..]);
    of_factors.copy_from_slice(&features.factors[1..]);
    own.copy_from_slice(&own_values(recent, features.middle));
    values
}

fn own_values(recent: &Recent, middle: f64) -> [f64; OWN] {
    let mut logs = [0.0; WINDOW];
    let posts = recent.log_plays(WINDOW).len();
    let logs = &mut logs[..posts];
    logs.iter_mut().zip(recent.log_plays(WINDOW)).for_each(|(log, whole)| *log = whole - middle);
    let at = |place: usize| logs.get(place).copied().unwrap_or(0.0);
    let least = |latest: usize| logs.iter().take(latest).copied().fold(f64::INFINITY, f64::min);
    let most = |latest: usize| logs.iter().take(latest).copied().fold(f64::NEG_INFINITY, f64::max);
    let step = |newer: usize| if newer + 1 < posts { logs[newer] - logs[newer + 1] } else { 0.0 };
    let steps: f64 = (0..posts - 1).map(|newer| step(newer).abs()).sum();
    let (least_at, least_two) = least_posts(logs);
    let ages = days_before_the_latest(recent);
    let ages = &ages[..posts];
    let middle_age = (ages[(posts - 1) / 2] + ages[posts / 2]) / 2.0;
    let [days_1, days_3, days_10] = faded_by_days(logs, ages);
    let engagement = Engagement::of(recent, logs);
    [
        at(1),
        at(2),
        at(3),
        at(4),
        least(3),
        least(5),
        most(3),
        most(5),
        days_1,
        days_3,
        days_10,
        ages[posts - 1],
        middle_age,
        ages.get(1).copied().unwrap_or(1.0),
        least_at,
        least_two,
        steps / (posts - 1).max(1) as f64,
        step(0),
        step(1),
        engagement.engaged_last,
        engagement.engaged,
        engagement.acted_last,
        engagement.acted,
    ]
}

/// Where the least post is, newest first, and the mean of the least two.
fn least_posts(logs: &[f64]) -> (f64, f64) {
    let (mut at, mut least, mut next) = (0, f64::INFINITY, f64::INFINITY);
    for (place, log) in logs.iter().enumerate() {
        if *log < least {
            (at, next, least) = (place, least, *log);
        } else {
            next = next.min(*log);
        }
    }
    (at as f64, if next.is_finite() { (least + next) / 2.0 } else { least })
}

/// How many days before the latest post each was published.
fn days_before_the_latest(recent: &Recent) -> [f64; WINDOW] {
    let mut days = [0.0; WINDOW];
    let published_at = recent.published_at(WINDOW);
    for (days, at) in days.iter_mut().zip(published_at) {
        *days = f64::from(published_at[0].seconds_since(*at)) / f64::from(domain::UnixTime::DAY);
    }
    days
}

/// Means in which a post weighs half as much one, three and ten days before the latest.
fn faded_by_days(logs: &[f64], ages: &[f64]) -> [f64; 3] {
    let (mut weights, mut sums) = ([0.0; 3], [0.0; 3]);
    for (log, age) in logs.iter().zip(ages) {
        // One exponential, of a half-life of 30 days, and its powers: exponentials are most of the time of the values.
        let day_30 = libm::exp2(-age / 30.0);
        let day_10 = day_30 * day_30 * day_30;
        let day_3 = day_10 * day_10 * day_10 * day_30;
        let day_1 = day_3 * day_3 * day_3;
        for (at, weight) in [day_1, day_3, day_10].into_iter().enumerate() {
            weights[at] += weight;
            sums[at] += log * weight;
        }
    }
    std::array::from_fn(|at| sums[at] / weights[at])
}

/// What viewers did, in logarithms, relative to the median of the creator's posts; zero where a post's source did not tell.
#[derive(Default)]
struct Engagement {
    /// Interactions per play of the latest post.
    engaged_last: f64,
    /// The mean of all, fading.
    engaged: f64,
    /// Interactions of the latest post.
    acted_last: f64,
    /// The mean of all, fading.
    acted: f64,
}

/// The weight of a post's interactions beside that of the next newer one.
const FADING: f64 = 0.8;

impl Engagement {
    fn of(recent: &Recent, logs: &[f64]) -> Self {
        let posts = logs.len();
        let (mut acted, mut engaged) = ([0.0; WINDOW], [0.0; WINDOW]);
        for (place, interactions) in recent.interactions(WINDOW).iter().enumerate() {
            let Some(interactions) = interactions else { return Self::default() };
            acted[place] = libm::log((interactions + 1) as f64);
            engaged[place] = acted[place] - logs[place];
        }
        let [acted, engaged] = [acted, engaged].map(|values| {
            let values = &values[..posts];
            let middle = features::median(values);
            (values[0] - middle, features::faded(values, FADING) - middle)
        });
        Self { engaged_last: engaged.0, engaged: engaged.1, acted_last: acted.0, acted: acted.1 }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Count, Post, UnixTime};

    use super::*;
    use crate::backtest::tests::history;
    use crate::choice::{MAX_CHOSEN, Window, choose};

    /// The values of posts a day apart, oldest first.
    fn of(posts: &[Post]) -> Values {
        let window = Window { latest: MAX_CHOSEN, since: UnixTime(0), mature_days: 7 };
        let recent = Recent::of(&choose(posts, window, |_, _| {}));
        values(&recent, &Features::of(&recent))
    }

    fn named(values: &Values, name: &str) -> f64 {
        values[NAMES.iter().position(|known| *known == name).expect("a name")]
    }

    #[test]
    fn names_are_those_of_the_regression_and_what_its_weights_follow_first() {
        assert_eq!(NAMES[..OF_FEATURES], features::NAMES[1..]);
        assert_eq!(NAMES[OF_FEATURES..OF_FEATURES + OF_FACTORS], ["shortness", "persistence", "skew"]);
    }

    #[test]
    fn each_value_is_what_its_name_says() {
        let values = of(&history(&[100, 800, 50, 400, 1_600, 200]));
        let twos = |name: &str| named(&values, name) / libm::log(2.0);
        // The median lies between 200 and 400, half a doubling from either.
        let told = ["last", "second", "third", "fourth", "fifth"].map(twos);
        for (told, right) in told.into_iter().zip([-0.5, 2.5, 0.5, -2.5, 1.5]) {
            assert!((told - right).abs() < 1e-9, "{told} {right}");
        }
        let told = ["least_3", "least_5", "most_3", "most_5", "least_two", "step", "step_1", "step_2"].map(twos);
        for (told, right) in told.into_iter().zip([-0.5, -2.5, 2.5, 2.5, -2.0, 3.0, -3.0, 2.0]) {
            assert!((told - right).abs() < 1e-9, "{told} {right}");
        }
        let told = ["span", "middle_age", "pause", "least_at"].map(|name| named(&values, name));
        assert_eq!(told, [5.0, 2.5, 1.0, 3.0]);
        // Half-lives of a day: the latest counts 1, the one before a half, then a quarter.
        let days = (-0.5 + 2.5 / 2.0 + 0.5 / 4.0 - 2.5 / 8.0 + 1.5 / 16.0 - 1.5 / 32.0) / (63.0 / 32.0);
        assert!((twos("days_1") - days).abs() < 1e-9);
    }

    #[test]
    fn interactions_count_where_every_post_tells_them() {
        let mut posts = history(&[1_000; 5]);
        posts.iter_mut().for_each(|post| post.likes = Count::new(99).expect("a count"));
        posts[4].likes = Count::new(399).expect("a count");
        let fours = |values: &Values, name: &str| named(values, name) / libm::log(4.0);
        let told = of(&posts);
        assert!((fours(&told, "engaged_last") - 1.0).abs() < 1e-9 && (fours(&told, "acted_last") - 1.0).abs() < 1e-9);
        // The weights 1, 0.8, 0.64, 0.512, 0.4096 sum to 3.3616.
        assert!((fours(&told, "engaged") - 1.0 / 3.3616).abs() < 1e-9);
        posts[0].likes = Count::UNKNOWN;
        let untold = of(&posts);
        assert_eq!(["engaged_last", "engaged", "acted_last", "acted"].map(|name| named(&untold, name)), [0.0; 4]);
    }

    #[test]
    fn one_post_gives_finite_values_and_a_day_of_pause() {
        let values = of(&history(&[7]));
        assert!(values.iter().all(|value| value.is_finite()));
        assert_eq!(["pause", "span", "step_1", "least_at"].map(|name| named(&values, name)), [1.0, 0.0, 0.0, 0.0]);
    }
}
