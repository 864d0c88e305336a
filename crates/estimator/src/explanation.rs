//! Everything behind one answer, for people (`astrolabe cp --explain`) and programs (`--json`).

use std::collections::HashMap;

use domain::{
    CreatorKey, CreatorState, Fen, ItemId, Lang, Post, Snapshot, SnapshotSource, Text, Tier, UnixTime, percent,
    thousands,
};
use serde::{Deserialize, Serialize};

use crate::answered::Answered;
use crate::choice::{LeftOut, choose_mature_first, latest_captures};
use crate::coefficients::rounded;
use crate::estimate::{Estimate, InteractionRate, estimate, window};
use crate::formulas::{Formulas, Term, terms};
use crate::hot::{self, HotShare, hot_share};
use crate::methods::{aged, weighted};
use crate::quantiles::percentile;
use crate::recent::Recent;
use crate::{Method, Settings, backtest, reported};

/// Why an answer is what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The creator.
    pub author_id: String,
    /// The platform.
    pub platform: String,
    /// Whether the figures are an estimate (`estimated`) or Xingtu's own (`reported`).
    #[serde(default)]
    pub source: String,
    /// Name and version of the method.
    pub method: String,
    /// When the newest capture behind the figures was made, RFC 3339.
    pub as_of: String,
    /// The figures that are answered, where they are not the explained ones: they were made under other settings, or bought.
    #[serde(default)]
    pub answered: Option<Answered>,
    /// The rule by which posts are chosen, with the numbers put in.
    pub window: String,
    /// Every formula with the numbers put in, in the order they are computed.
    pub steps: Vec<ExplainedStep>,
    /// What each feature of the regression adds to the logarithm of the expected views, where it takes part.
    #[serde(default)]
    pub terms: Vec<ExplainedTerm>,
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

/// A feature of the regression; numbers to six decimals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplainedTerm {
    /// Its name, as `docs/method.md` has it.
    pub feature: String,
    /// Its value.
    pub value: f64,
    /// What it is multiplied by.
    pub weight: f64,
    /// The product.
    pub adds: f64,
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

/// Mature posts with plays of one kind, among all that are held; an item counts once.
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExplainedPost {
    /// The post's id.
    pub item_id: String,
    /// When it was published, RFC 3339.
    pub published_at: String,
    /// When its counts were read, RFC 3339.
    #[serde(default)]
    pub captured_at: String,
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
    /// Its share of the mean, where the method weighs posts; to six decimals.
    #[serde(default)]
    pub weight: Option<f64>,
    /// What its plays will come to, where the method grows them; to two decimals.
    #[serde(default)]
    pub grown_plays: Option<f64>,
    /// Whether it is hot, where it is looked at for the hot share.
    pub hot: Option<bool>,
}

/// What is to be explained.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The creator.
    pub key: &'a CreatorKey,
    /// What is held of the creator.
    pub state: &'a CreatorState,
    /// Which of the snapshots that [`crate::snapshots`] makes of it.
    pub source: SnapshotSource,
    /// What is answered: most often the very same, as it was made when data was imported.
    pub answered: &'a Snapshot,
}

/// Explains, in a language, the snapshot that is made from a state now, and tells how what is answered differs from it; `None` when the
/// state allows no snapshot of that source.
pub fn explain(asked: Asked<'_>, settings: &Settings, lang: Lang) -> Option<Explanation> {
    let Asked { key, state, source, answered } = asked;
    let snapshot = crate::snapshots(key, state, settings).into_iter().find(|snapshot| snapshot.source == source)?;
    let held = state.posts.posts();
    let mut used = Verdicts::new();
    let mut weights: HashMap<_, f64> = HashMap::new();
    let mut grown: HashMap<_, f64> = HashMap::new();
    let (window, mut steps, terms) = match source {
        SnapshotSource::Estimated => {
            let estimate = estimate(&state.posts, settings)?;
            let (chosen, any_mature) = choose_mature_first(held, window(settings), |post, verdict| {
                used.insert(post.key(), verdict);
            });
            if settings.method == Method::Weighted {
                weights.extend(chosen.iter().map(|post| post.key()).zip(weighted::shares(chosen.len())));
            }
            let recent = Recent::of(&chosen);
            if settings.method == Method::Aged10 {
                grown.extend(chosen.iter().map(|post| post.key()).zip(aged::grown_plays(&recent, chosen.len())));
            }
            let terms = terms(settings.method, &recent, settings.coefficients).into_iter().map(explained_term);
            let steps = estimate_steps(&estimate, &recent, settings, lang);
            (window_text(settings, any_mature, lang), steps, terms.collect())
        }
        SnapshotSource::Reported => (NO_WINDOW.of(lang).to_owned(), reported_steps(&snapshot, lang), Vec::new()),
        // An upstream tells nothing of how it came to its figures.
        SnapshotSource::Upstream => return None,
    };
    let mut looked_at = Verdicts::new();
    let hot = hot_share(held, snapshot.as_of, snapshot.info.expected_views, settings, |post, verdict| {
        looked_at.insert(post.key(), verdict);
    });
    steps.extend(cost_steps(&snapshot, state, lang));
    steps.push(hot_step(hot, settings, lang));
    let current = latest_captures(held);
    let posts = held.iter().rev().map(|post| {
        let counted = looked_at.get(&post.key()) == Some(&Ok(()));
        let is_hot = counted.then_some(post.plays >= hot.threshold);
        let weight = weights.get(&post.key()).copied().map(|share| rounded(share, MILLIONTHS));
        let grown_plays = grown.get(&post.key()).copied().map(|plays| rounded(plays, HUNDREDTHS));
        // Of several reasons the one that a person who sees the item twice looks for.
        let is_older = post.is_superseded_in(held);
        let verdict = used.get(&post.key()).map(|used| if is_older { Err(LeftOut::OlderCapture) } else { *used });
        ExplainedPost { weight, grown_plays, ..explained_post(post, verdict, is_hot, lang) }
    });
    Some(Explanation {
        author_id: key.author_id.to_string(),
        platform: key.platform.to_string(),
        source: source.name().into(),
        method: snapshot.method.to_string(),
        as_of: snapshot.as_of.to_string(),
        answered: Answered::beside(answered, &snapshot, lang),
        window,
        steps,
        terms,
        rounding: ROUNDING.of(lang).into(),
        hot: ExplainedHot { threshold_views: hot.threshold, posts: hot.posts, hot: hot.hot },
        kinds: [false, true].into_iter().filter_map(|sponsored| kind(&current, sponsored, settings)).collect(),
        posts: posts.collect(),
    })
}

/// The mature posts of one kind; none when there is no such post.
fn kind(current: &[Post], sponsored: bool, settings: &Settings) -> Option<ExplainedKind> {
    let of_kind = backtest::targets(current, settings.mature_days).map(|(_, post)| post);
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

fn hot_step(hot: HotShare, settings: &Settings, lang: Lang) -> ExplainedStep {
    let (count, posts, threshold, multiple) = (hot.hot, hot.posts, thousands(hot.threshold), settings.hot_multiple);
    let (latest, days) = (hot::LATEST, hot::WINDOW_DAYS);
    let formula = match lang {
        Lang::En => format!(
            "{count} of {posts} posts with at least {threshold} plays ({multiple} × expected views); \
             the latest {latest} mature ones of {days} days"
        ),
        Lang::Zh => format!(
            "{posts} 个作品中有 {count} 个的播放量达到 {threshold}（预期播放量 × {multiple}）；\
             统计 {days} 天内最近至多 {latest} 个成熟作品"
        ),
    };
    ExplainedStep {
        figure: "hot_item".into(),
        formula,
        result: match (hot.basis_points(), lang) {
            (Some(share), _) => percent(share.into()),
            (None, Lang::En) => "unknown, told as 0 by the API".into(),
            (None, Lang::Zh) => "未知（接口中返回 0）".into(),
        },
    }
}

/// Of figures that come from no posts of ours.
const NO_WINDOW: Text =
    Text::new("none: the figures are Xingtu's own, from an imported reply", "无：数值取自导入的星图响应，为星图报告值");
const ROUNDING: Text = Text::new(
    "expected views and interactions are rounded down; CPM and CPE are truncated to whole fen (0.01 yuan); \
     the hot share to 0.01 %; exponents are told to three decimals, and used with all",
    "预期播放量与预期互动量向下取整；CPM 与 CPE 截断至分（0.01 元）；爆款率截断至 0.01 %；公式中的指数仅显示三位小数，计算时取全部",
);
const AS_REPORTED: Text = Text::new("as Xingtu reported it", "星图报告值");
pub(crate) const VIEWS: Text = Text::new("views", "次播放");
pub(crate) const INTERACTIONS: Text = Text::new("interactions", "次互动");
const YUAN: Text = Text::new("yuan", "元");
/// The names of figures that the contract does not have.
pub(crate) const RANGE: Text = Text::new("range of views", "播放量区间");
pub(crate) const EXPECTED_INTERACTIONS: Text = Text::new("expected interactions", "预期互动量");

/// A number with its unit.
pub(crate) fn told(number: u64, unit: Text, lang: Lang) -> String {
    format!("{} {}", thousands(number), unit.of(lang))
}

/// An amount, as prices and costs are told everywhere else.
pub(crate) fn yuan(amount: Fen, lang: Lang) -> String {
    format!("{} {}", amount.yuan_apart(), YUAN.of(lang))
}

fn window_text(settings: &Settings, any_mature: bool, lang: Lang) -> String {
    let latest = settings.method.window();
    let days = settings.mature_days;
    match (settings.method.takes_young(), any_mature, lang) {
        (true, _, Lang::En) => {
            format!("at most the latest {latest} posts with plays, young ones grown to what they will come to")
        }
        (true, _, Lang::Zh) => format!("最近至多 {latest} 个有播放量的作品，其中新作品补足其尚将获得的播放量"),
        (false, true, Lang::En) => {
            format!("at most the latest {latest} posts with plays that were at least {days} days old when captured")
        }
        (false, true, Lang::Zh) => format!("采集时已发布满 {days} 天且有播放量的最近至多 {latest} 个作品"),
        (false, false, Lang::En) => format!(
            "at most the latest {latest} posts with plays; none was {days} days old when captured, \
             so the figures are likely too low"
        ),
        (false, false, Lang::Zh) => {
            format!("最近至多 {latest} 个有播放量的作品；采集时发布均不足 {days} 天，因此数值可能偏低")
        }
    }
}

fn estimate_steps(estimate: &Estimate, recent: &Recent, settings: &Settings, lang: Lang) -> Vec<ExplainedStep> {
    let step = |figure: Text, formula: String, result: String| ExplainedStep {
        figure: figure.of(lang).into(),
        formula,
        result,
    };
    let (views, rate) = (estimate.views, estimate.rate);
    let between = |low: (u64, &str), high: (u64, &str)| {
        let views = told(high.0, VIEWS, lang);
        match lang {
            Lang::En => format!("{} to {views} ({} to {})", thousands(low.0), low.1, high.1),
            Lang::Zh => format!("{} 至 {views}（{} 至 {}）", thousands(low.0), low.1, high.1),
        }
    };
    let interactions = match rate.at(views.p50) {
        Some(expected) => step(
            EXPECTED_INTERACTIONS,
            {
                let [expected, interactions, plays] = [views.p50, rate.interactions, rate.plays].map(thousands);
                match lang {
                    Lang::En => format!("{expected} × {interactions} interactions ÷ {plays} plays of the posts used"),
                    Lang::Zh => format!("{expected} × {interactions} 次互动 ÷ {plays} 次播放（所用作品合计）"),
                }
            },
            told(expected, INTERACTIONS, lang),
        ),
        None => step(
            EXPECTED_INTERACTIONS,
            Text::new("no post used tells interactions", "所用作品的互动量均未知").of(lang).into(),
            Text::new("unknown", "未知").of(lang).into(),
        ),
    };
    let Formulas { expected, range, wide_range } = Formulas::of(estimate.method, recent, settings.coefficients, lang);
    vec![
        step(Text::new("expect_vv", "expect_vv"), expected, told(views.p50, VIEWS, lang)),
        step(RANGE, range, between((views.p25, "p25"), (views.p75, "p75"))),
        step(
            Text::new("wide range of views", "播放量宽区间"),
            wide_range,
            between((views.p10, "p10"), (views.p90, "p90")),
        ),
        interactions,
    ]
}

fn reported_steps(snapshot: &Snapshot, lang: Lang) -> Vec<ExplainedStep> {
    let (reported, method) = (AS_REPORTED.of(lang), reported::METHOD);
    vec![ExplainedStep {
        figure: "expect_vv".into(),
        formula: match lang {
            Lang::En => format!("{reported} ({method})"),
            Lang::Zh => format!("{reported}（{method}）"),
        },
        result: told(snapshot.info.expected_views, VIEWS, lang),
    }]
}

/// The name of a tier's cost in the contract, where what is sold at one price has no length.
pub(crate) fn cost_name(cost: &str, tier: Tier) -> String {
    match tier {
        Tier::Single => cost.to_owned(),
        Tier::From1To20s | Tier::From21To60s | Tier::Over60s => format!("{cost}_{tier}"),
    }
}

fn cost_steps(snapshot: &Snapshot, state: &CreatorState, lang: Lang) -> Vec<ExplainedStep> {
    let mut steps = Vec::new();
    for tier in Tier::ALL {
        let Some(price) = snapshot.prices[tier] else { continue };
        let price = yuan(price, lang);
        if let Some(cpm) = snapshot.info.cpm[tier] {
            steps.push(ExplainedStep {
                figure: cost_name("cpm", tier),
                formula: format!("{price} × 1,000 ÷ {}", told(snapshot.info.expected_views, VIEWS, lang)),
                result: yuan(cpm, lang),
            });
        }
        if let Some(cpe) = snapshot.info.cpe[tier] {
            let formula = match snapshot.expected_interactions {
                Some(interactions) => format!("{price} ÷ {}", told(interactions, INTERACTIONS, lang)),
                None => cpe_as_reported(state, tier, lang),
            };
            let result = yuan(cpe, lang);
            steps.push(ExplainedStep { figure: cost_name("cpe", tier), formula, result });
        }
    }
    steps
}

/// Where Xingtu's own cost per interaction comes from: its reply, and the price of today where that is another one.
fn cpe_as_reported(state: &CreatorState, tier: Tier, lang: Lang) -> String {
    let as_reported = AS_REPORTED.of(lang);
    let repriced = state.reported.and_then(|reported| {
        let (told_at, price) = reported::repriced(&reported, &state.rate_card, tier)?;
        Some((yuan(reported.cpe[tier]?, lang), yuan(price, lang), yuan(told_at, lang)))
    });
    match (repriced, lang) {
        (Some((cpe, price, told_at)), Lang::En) => format!("{cpe} {as_reported} × {price} ÷ {told_at}, its price then"),
        (Some((cpe, price, told_at)), Lang::Zh) => format!("{cpe}（{as_reported}）× {price} ÷ {told_at}（当时的报价）"),
        (None, _) => as_reported.into(),
    }
}

fn explained_post(post: &Post, verdict: Option<Result<(), LeftOut>>, hot: Option<bool>, lang: Lang) -> ExplainedPost {
    ExplainedPost {
        item_id: post.item_id.to_string(),
        published_at: post.published_at.to_string(),
        captured_at: post.captured_at.to_string(),
        age_days: post.age_s() / UnixTime::DAY,
        plays: post.plays,
        interactions: post.interactions(),
        sponsored: post.sponsored,
        used: verdict == Some(Ok(())),
        left_out_because: match verdict {
            Some(Ok(())) => None,
            Some(Err(left_out)) => Some(left_out.reason().of(lang).into()),
            None => {
                let reported = Text::new("the figures are reported, not estimated", "数值为星图报告值，并非估算");
                Some(reported.of(lang).into())
            }
        },
        weight: None,
        grown_plays: None,
        hot,
    }
}

/// Six decimals.
const MILLIONTHS: f64 = 1e6;
/// Two decimals.
const HUNDREDTHS: f64 = 1e2;

fn explained_term(Term { feature, value, weight }: Term) -> ExplainedTerm {
    ExplainedTerm {
        feature: feature.into(),
        value: rounded(value, MILLIONTHS),
        weight: rounded(weight, MILLIONTHS),
        adds: rounded(value * weight, MILLIONTHS),
    }
}
