//! The spread of plays, their dependence, the growth of fresh posts and the engagement are those of real creators.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use synth::Plan;

use crate::files::{PostRow, rows};

/// The short videos of one marketplace, made once for all tests.
static CREATORS: LazyLock<Vec<Creator>> = LazyLock::new(|| {
    let (rows, ..) = rows(&Plan::new(5_000, 300_000, 9));
    let mut by_author: BTreeMap<String, Vec<PostRow>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.platform == "SHORT_VIDEO") {
        let of_author = by_author.entry(row.author_id.clone()).or_default();
        // Rows come in order, so another capture of a post is next to the one before; the later one is kept.
        of_author.pop_if(|before| before.item_id == row.item_id);
        of_author.push(row);
    }
    let creators = by_author.into_values().map(|posts| {
        let (mature, fresh) = posts.into_iter().partition(|post: &PostRow| post.age_days() > 60.0);
        Creator { mature, fresh }
    });
    creators.collect()
});

/// The creators with at least so many posts older than 60 days.
fn creators(mature: usize) -> Vec<&'static Creator> {
    CREATORS.iter().filter(|creator| creator.mature.len() >= mature).collect()
}

/// A creator's posts in order of publishing: those older than 60 days and those younger.
struct Creator {
    mature: Vec<PostRow>,
    fresh: Vec<PostRow>,
}

impl Creator {
    fn logs(&self) -> Vec<f64> {
        self.mature.iter().map(PostRow::log_plays).collect()
    }

    /// Of the latest 25 mature posts, for the figures that are told within so many: the real creators have about as many.
    fn latest_logs(&self) -> Vec<f64> {
        self.mature.iter().rev().take(25).rev().map(PostRow::log_plays).collect()
    }

    fn variance(&self) -> f64 {
        let logs = self.latest_logs();
        square_deviations(&logs) / (logs.len() - 1) as f64
    }

    fn level(&self) -> f64 {
        mean(&self.logs())
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn square_deviations(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// The mean square of creators' deviations from their own level.
fn within_variance(creators: &[&Creator]) -> f64 {
    mean(&creators.iter().map(|creator| creator.variance()).collect::<Vec<f64>>())
}

#[track_caller]
fn assert_in(name: &str, value: f64, range: Range<f64>) {
    assert!(range.contains(&value), "{name} is {value:.3}, not within {range:?}");
}

#[test]
fn creators_differ_by_226_and_their_posts_by_090_in_log_plays() {
    let creators = creators(10);
    let levels: Vec<f64> = creators.iter().map(|creator| creator.level()).collect();
    let between_sd = (square_deviations(&levels) / (levels.len() - 1) as f64).sqrt();
    assert_in("the between-creator sd", between_sd, 2.13..2.39);
    assert_in("the within-creator sd", within_variance(&creators).sqrt(), 0.85..0.95);
}

#[test]
fn posts_that_follow_each_other_are_alike_and_less_so_the_farther_apart() {
    let creators = creators(20);
    let variance = within_variance(&creators);
    // From steps rather than products of residuals, which short histories bias downwards.
    let correlation = |apart: usize| {
        let half_square_step = |creator: &&Creator| {
            let logs = creator.latest_logs();
            mean(&logs.iter().zip(&logs[apart..]).map(|(a, b)| (a - b).powi(2) / 2.0).collect::<Vec<f64>>())
        };
        1.0 - mean(&creators.iter().map(half_square_step).collect::<Vec<f64>>()) / variance
    };
    for (apart, real) in [(1, 0.22), (2, 0.15), (3, 0.13), (5, 0.09), (8, 0.02)] {
        assert_in(&format!("the correlation of posts {apart} apart"), correlation(apart), real - 0.05..real + 0.05);
    }
}

#[test]
fn most_posts_do_a_little_worse_than_usual_and_a_few_much_better() {
    let mut residuals: Vec<f64> = Vec::new();
    for creator in creators(20).iter().filter(|creator| creator.level() > 6.0) {
        let (logs, sd) = (creator.latest_logs(), creator.variance().sqrt());
        let level = mean(&logs);
        residuals.extend(logs.iter().map(|log| (log - level) / sd));
    }
    residuals.sort_by(f64::total_cmp);
    for (share, real) in [(0.05, -1.30), (0.25, -0.68), (0.5, -0.18), (0.75, 0.53), (0.95, 1.91)] {
        let value = residuals[(residuals.len() as f64 * share) as usize];
        assert_in(&format!("residuals at {share}"), value, real - 0.08..real + 0.08);
    }
}

#[test]
fn fresh_posts_are_immature_by_age() {
    let creators = creators(10);
    for (days, expected) in [(0.0..1.0, -1.1), (3.0..5.0, -0.5), (10.0..14.0, -0.2), (30.0..60.0, 0.0)] {
        let mut ratios = Vec::new();
        // Of creators with fewer plays, counting in whole plays would tell more than the age does.
        for creator in creators.iter().filter(|creator| creator.level() > 6.0) {
            let fresh = creator.fresh.iter().filter(|post| days.contains(&post.age_days()));
            ratios.extend(fresh.map(|post| post.log_plays() - creator.level()));
        }
        assert!(ratios.len() > 200, "{} posts of {days:?} days", ratios.len());
        assert_in(&format!("the log ratio at {days:?} days"), mean(&ratios), expected - 0.12..expected + 0.12);
    }
}

#[test]
fn engagement_is_two_to_four_percent_and_mostly_likes() {
    let creators = creators(10);
    let mut rates: Vec<f64> = Vec::new();
    let mut sums = [0_u64; 5];
    for creator in creators.iter().filter(|creator| creator.level() > 8.0) {
        let mut own = [0_u64; 5];
        for post in &creator.mature {
            own = std::array::from_fn(|column| own[column] + post.counts[column]);
        }
        rates.push(own[1..].iter().sum::<u64>() as f64 / own[0] as f64);
        sums = std::array::from_fn(|column| sums[column] + own[column]);
    }
    rates.sort_by(f64::total_cmp);
    let quantile = |share: f64| rates[(rates.len() as f64 * share) as usize];
    assert_in("median engagement", quantile(0.5), 0.027..0.032);
    assert_in("engagement at 10 %", quantile(0.1), 0.018..0.025);
    assert_in("engagement at 90 %", quantile(0.9), 0.035..0.045);
    let likes = sums[1] as f64 / sums[1..].iter().sum::<u64>() as f64;
    assert_in("the share of likes", likes, 0.75..0.90);
    assert!(sums[2..].iter().all(|count| *count > 0));
}

#[test]
fn a_few_creators_post_much_more_than_most() {
    let mut counts: Vec<usize> = creators(1).iter().map(|creator| creator.mature.len() + creator.fresh.len()).collect();
    counts.sort_unstable();
    let median = counts[counts.len() / 2];
    let top = counts[counts.len() * 99 / 100];
    assert!(top > 6 * median, "{top} posts at 99 %, {median} in the middle");
}
