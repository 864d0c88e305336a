//! Everything behind one answer, for people (`astrolabe cp --explain`) and programs (`--json`).

use std::collections::HashMap;

use domain::{CreatorKey, CreatorState, ItemId, Post, Snapshot, SnapshotSource, Tier, UnixTime};
use serde::{Deserialize, Serialize};

use crate::choice::{LeftOut, choose_mature_first};
use crate::estimate::{Estimate, InteractionRate, estimate, window};
use crate::hot::{self, HotShare, hot_share};
use crate::quantiles::percentile;
use crate::{Settings, backtest, reported};

/// Why an answer is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The creator.
    pub author_id: String,
    /// The platform.
    pub platform: String,
    /// Name and version of the method.
    pub method: String,
    /// When the newest capture behind the figures was made, RFC 3339.
    pub as_of: String,
    /// The rule by which posts are chosen, with the numbers put in.
    pub window: String,
    /// Every formula with the numbers put in, in the order they are computed.
    pub steps: Vec<ExplainedStep>,
    /// How figures are rounded.
    pub rounding: String,
    /// The hot share.
    pub hot: ExplainedHot,
    /// Paid placements and other posts side by side, where posts tell which they are.
    #[serde(default)]
    pub kinds: Vec<ExplainedKind>,
    /// Every post held, newest first, with whether and why.
    pub posts: Vec<ExplainedPost>,
}

/// One formula.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedStep {
    /// The figure's name, as the contract has it where it has one.
    pub figure: String,
    /// The formula with its numbers.
    pub formula: String,
    /// The result with its unit.
    pub result: String,
}

/// How the hot share came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedHot {
    /// Plays from which on a post is hot.
    pub threshold_views: u64,
    /// Posts looked at.
    pub posts: u32,
    /// Of these, hot ones.
    pub hot: u32,
}

/// Mature posts with plays of one kind, among all that are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedKind {
    /// Paid placements, or posts that are none.
    pub sponsored: bool,
    /// How many there are.
    pub posts: usize,
    /// The median of their plays.
    pub median_views: u64,
    /// Their interactions per 10,000 plays, rounded down, where told.
    pub interactions_per_10000: Option<u64>,
}

/// One post held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedPost {
    /// The post's id.
    pub item_id: String,
    /// When it was published, RFC 3339.
    pub published_at: String,
    /// How many days old it was when captured.
    pub age_days: u32,
    /// Its plays.
    pub plays: u64,
    /// Its interactions, where told.
    pub interactions: Option<u64>,
    /// Whether it was a paid placement, where told.
    pub sponsored: Option<bool>,
    /// Whether the expected views come from it.
    pub used: bool,
    /// Why not, where it is not used.
    pub left_out_because: Option<String>,
    /// Whether it is hot, where it is looked at for the hot share.
    pub hot: Option<bool>,
}

/// Explains a snapshot that [`crate::snapshots`] made from `state`; `None` when the state allows no snapshot of that source.
pub fn explain(
    key: &CreatorKey,
    state: &CreatorState,
    source: SnapshotSource,
    settings: &Settings,
) -> Option<Explanation> {
    let snapshot = crate::snapshots(key, state, settings).into_iter().find(|snapshot| snapshot.source == source)?;
    let held = state.posts.posts();
    let mut used = Verdicts::new();
    let (window, mut steps) = match source {
        SnapshotSource::Estimated => {
            let estimate = estimate(&state.posts, settings)?;
            let (chosen, any_mature) = choose_mature_first(held, window(settings), |post, verdict| {
                used.insert(post.key(), verdict);
            });
            (window_text(settings, any_mature), estimate_steps(&estimate, chosen.len(), settings))
        }
        SnapshotSource::Reported => {
            ("none: the figures are Xingtu's own, from an imported reply".to_owned(), reported_steps(&snapshot))
        }
        // An upstream tells nothing of how it came to its figures.
        SnapshotSource::Upstream => return None,
    };
    let mut looked_at = Verdicts::new();
    let hot = hot_share(held, snapshot.as_of, snapshot.info.expected_views, settings, |post, verdict| {
        looked_at.insert(post.key(), verdict);
    });
    steps.extend(cost_steps(&snapshot));
    steps.push(hot_step(hot, settings));
    let posts = held.iter().rev().map(|post| {
        let counted = looked_at.get(&post.key()) == Some(&Ok(()));
        explained_post(post, used.get(&post.key()).copied(), counted.then_some(post.plays >= hot.threshold))
    });
    Some(Explanation {
        author_id: key.author_id.to_string(),
        platform: key.platform.to_string(),
        method: snapshot.method.to_string(),
        as_of: snapshot.as_of.to_string(),
        window,
        steps,
        rounding: "expected views and interactions are rounded down; CPM and CPE are truncated to whole fen; \
                   the hot share to whole basis points"
            .into(),
        hot: ExplainedHot { threshold_views: hot.threshold, posts: hot.posts, hot: hot.hot },
        kinds: [false, true].into_iter().filter_map(|sponsored| kind(held, sponsored, settings)).collect(),
        posts: posts.collect(),
    })
}

/// The mature posts of one kind; none when there is no such post.
fn kind(held: &[Post], sponsored: bool, settings: &Settings) -> Option<ExplainedKind> {
    let of_kind = backtest::targets(held, settings.mature_days).map(|(_, post)| post);
    let posts: Vec<&Post> = of_kind.filter(|post| post.sponsored == Some(sponsored)).collect();
    let mut plays: Vec<u64> = posts.iter().map(|post| post.plays).collect();
    plays.sort_unstable();
    let rate = InteractionRate::of_posts(posts.iter().copied());
    (!plays.is_empty()).then(|| ExplainedKind {
        sponsored,
        posts: plays.len(),
        median_views: percentile(&plays, 50),
        interactions_per_10000: rate.at(10_000),
    })
}

/// Whether each post is used, by what makes it the same post.
type Verdicts<'a> = HashMap<(UnixTime, &'a ItemId), Result<(), LeftOut>>;

fn hot_step(hot: HotShare, settings: &Settings) -> ExplainedStep {
    ExplainedStep {
        figure: "hot_item".into(),
        formula: format!(
            "{} of {} posts with at least {} plays ({} × expected views); the latest {} mature ones of {} days",
            hot.hot,
            hot.posts,
            hot.threshold,
            settings.hot_multiple,
            hot::LATEST,
            hot::WINDOW_DAYS
        ),
        result: format!("{} basis points", hot.basis_points()),
    }
}

fn window_text(settings: &Settings, any_mature: bool) -> String {
    let latest = settings.method.window();
    let days = settings.mature_days;
    if settings.method.takes_young() {
        format!("the latest {latest} posts with plays, young ones grown to what they will come to")
    } else if any_mature {
        format!("the latest {latest} posts with plays that were at least {days} days old when captured")
    } else {
        format!(
            "the latest {latest} posts with plays; none was {days} days old when captured, so the figures are likely too low"
        )
    }
}

fn estimate_steps(estimate: &Estimate, used: usize, settings: &Settings) -> Vec<ExplainedStep> {
    let step = |figure: &str, formula: String, result: String| ExplainedStep { figure: figure.into(), formula, result };
    let (views, rate) = (estimate.views, estimate.rate);
    let interactions = match rate.at(views.p50) {
        Some(expected) => step(
            "expected interactions",
            format!("{} × {} interactions ÷ {} plays of the posts used", views.p50, rate.interactions, rate.plays),
            format!("{expected} interactions"),
        ),
        None => step("expected interactions", "no post used tells interactions".into(), "unknown".into()),
    };
    let (expected, range) = estimate.method.formulas(used, settings.coefficients);
    vec![
        step("expect_vv", expected, format!("{} views", views.p50)),
        step("range of views", range.clone(), format!("{} to {} views (p25 to p75)", views.p25, views.p75)),
        step("wide range of views", range, format!("{} to {} views (p10 to p90)", views.p10, views.p90)),
        interactions,
    ]
}

fn reported_steps(snapshot: &Snapshot) -> Vec<ExplainedStep> {
    vec![ExplainedStep {
        figure: "expect_vv".into(),
        formula: format!("as Xingtu reported it ({})", reported::METHOD),
        result: format!("{} views", snapshot.info.expected_views),
    }]
}

fn cost_steps(snapshot: &Snapshot) -> Vec<ExplainedStep> {
    let mut steps = Vec::new();
    for tier in Tier::ALL {
        let Some(price) = snapshot.prices[tier] else { continue };
        if let Some(cpm) = snapshot.info.cpm[tier] {
            steps.push(ExplainedStep {
                figure: format!("cpm_{tier}"),
                formula: format!("{} fen × 1000 ÷ {} views", price.0, snapshot.info.expected_views),
                result: format!("{} fen", cpm.0),
            });
        }
        if let Some(cpe) = snapshot.info.cpe[tier] {
            let formula = match snapshot.expected_interactions {
                Some(interactions) => format!("{} fen ÷ {interactions} interactions", price.0),
                None => "as Xingtu reported it".into(),
            };
            steps.push(ExplainedStep { figure: format!("cpe_{tier}"), formula, result: format!("{} fen", cpe.0) });
        }
    }
    steps
}

fn explained_post(post: &Post, verdict: Option<Result<(), LeftOut>>, hot: Option<bool>) -> ExplainedPost {
    ExplainedPost {
        item_id: post.item_id.to_string(),
        published_at: post.published_at.to_string(),
        age_days: post.age_s() / UnixTime::DAY,
        plays: post.plays,
        interactions: post.interactions(),
        sponsored: post.sponsored,
        used: verdict == Some(Ok(())),
        left_out_because: match verdict {
            Some(Ok(())) => None,
            Some(Err(left_out)) => Some(left_out.reason().into()),
            None => Some("the figures are reported, not estimated".into()),
        },
        hot,
    }
}
