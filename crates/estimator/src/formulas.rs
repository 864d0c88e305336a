//! How the expected views and their ranges come about, as sentences with the numbers put in.

use domain::{Lang, thousands};

use crate::Method;
use crate::coefficients::Coefficients;
use crate::features::{FACTORS, Features, NAMES};
use crate::methods::ensemble::Added;
use crate::methods::{NORMAL_QUANTILES, Normal, peers, weighted};
use crate::recent::Recent;

/// Places among the five percentiles.
const P10: usize = 0;
const P25: usize = 1;
const P50: usize = 2;
const P75: usize = 3;
const P90: usize = 4;

/// What the expected views and both ranges come from.
pub(crate) struct Formulas {
    pub(crate) expected: String,
    /// From p25 to p75.
    pub(crate) range: String,
    /// From p10 to p90.
    pub(crate) wide_range: String,
}

/// What a feature of the regression adds to the logarithm of the expected views.
pub(crate) struct Term {
    pub(crate) feature: &'static str,
    pub(crate) value: f64,
    pub(crate) weight: f64,
}

impl Formulas {
    /// Those of a method, from the posts used.
    pub(crate) fn of(method: Method, recent: &Recent, coefficients: &Coefficients, lang: Lang) -> Self {
        match method {
            Method::Weighted => Self::of_normal(&weighted::normal(recent, method.window()), recent, None, lang),
            Method::Peers => {
                let normal = peers::normal(recent, method.window(), &coefficients.peers);
                Self::of_normal(&normal, recent, Some(coefficients), lang)
            }
            Method::Regression | Method::Trees | Method::Ensemble => {
                Self::of_added(method, &Added::of(recent, coefficients), recent, coefficients, lang)
            }
            Method::Last | Method::Median10 | Method::Median15 | Method::Median30 | Method::Aged10 => {
                Self::of_percentiles(method, recent, lang)
            }
        }
    }

    fn of_percentiles(method: Method, recent: &Recent, lang: Lang) -> Self {
        let used = used(recent, lang);
        let (expected, range) = match (method, lang) {
            (Method::Last, Lang::En) => (
                "plays of the last post used".to_owned(),
                format!("percentiles, stretched to hold it, of the {used} used"),
            ),
            (Method::Last, Lang::Zh) => (
                "所用作品中最近一个的播放量".to_owned(),
                format!("所用 {used} 个作品播放量的百分位数，并扩展到包含最近一个作品"),
            ),
            (Method::Aged10, Lang::En) => (
                format!("median grown plays of the {used} used; of two in the middle, their geometric mean"),
                format!("percentiles of the grown plays of the {used} used, between two of them by logarithms"),
            ),
            (Method::Aged10, Lang::Zh) => {
                let median = format!("所用 {used} 个作品补足后播放量的中位数，偶数个时取中间两个的几何平均");
                (median, format!("所用 {used} 个作品补足后播放量的百分位数，相邻值之间按对数插值"))
            }
            (_, Lang::En) => (format!("median plays of the {used} used"), format!("percentiles of the {used} used")),
            (_, Lang::Zh) => {
                (format!("所用 {used} 个作品播放量的中位数"), format!("所用 {used} 个作品播放量的百分位数"))
            }
        };
        Self { expected, wide_range: range.clone(), range }
    }

    /// Those of a normal distribution of log plays; with coefficients, of one that is pulled to that of all creators.
    fn of_normal(normal: &Normal, recent: &Recent, pulled: Option<&Coefficients>, lang: Lang) -> Self {
        let (used, Normal { mean, sd }) = (used(recent, lang), normal);
        let expected = match (pulled, lang) {
            (None, Lang::En) => {
                format!("exp({mean:.3}), the mean log plays of the {used} used, half as much weight after five posts")
            }
            (None, Lang::Zh) => {
                format!("exp({mean:.3})，即所用 {used} 个作品播放量对数的加权平均，从新到旧每过五个作品，权重减半")
            }
            (Some(all), Lang::En) => format!(
                "exp({mean:.3}), the mean log plays of the {used} used, pulled to that of all creators, {:.3}",
                all.peers.mean_log_plays
            ),
            (Some(all), Lang::Zh) => format!(
                "exp({mean:.3})，即所用 {used} 个作品播放量对数的平均，并向全体达人的平均 {:.3} 收缩",
                all.peers.mean_log_plays
            ),
        };
        let range = |at: usize| {
            let z = NORMAL_QUANTILES[at];
            let pulled_to = |all: &Coefficients| match lang {
                Lang::En => format!(", its spread pulled to that of {}", all.fitted_on()),
                Lang::Zh => format!("，其标准差向拟合数据（{}）的标准差收缩", all.fitted_on_in(lang)),
            };
            let pulled = pulled.map(pulled_to).unwrap_or_default();
            match lang {
                Lang::En => format!(
                    "exp({mean:.3} ± {z:.3} × {sd:.3}), percentiles of a normal distribution of log plays{pulled}"
                ),
                Lang::Zh => format!("exp({mean:.3} ± {z:.3} × {sd:.3})，即播放量对数按正态分布的百分位数{pulled}"),
            }
        };
        Self { expected, range: range(P75), wide_range: range(P90) }
    }

    /// Those of what is added to the logarithm of the median.
    fn of_added(method: Method, added: &Added, recent: &Recent, coefficients: &Coefficients, lang: Lang) -> Self {
        let (used, middle, added_at) =
            (used(recent, lang), thousands(added.middle_plays()), |at| summands(method, added, at, lang));
        let (name, sum) = (coefficients.name(), added_at(P50));
        let by = added_by(method, recent, coefficients, lang);
        let steady = if method == Method::Ensemble { steady(added, lang) } else { String::new() };
        let expected = match lang {
            Lang::En => format!(
                "median plays of the {used} used, {middle}, × exp({sum}), {by} ({name}, fitted on {}){steady}",
                coefficients.fitted_on()
            ),
            Lang::Zh => format!(
                "所用 {used} 个作品播放量的中位数 {middle} × exp({sum})，{by}（{name}，拟合数据：{}）{steady}",
                coefficients.fitted_on_in(lang)
            ),
        };
        let range = |[low, high]: [usize; 2], [low_name, high_name]: [&str; 2]| {
            let (low, high) = (added_at(low), added_at(high));
            match lang {
                Lang::En => format!("{middle} × exp({low}) for {low_name}, × exp({high}) for {high_name}, likewise"),
                Lang::Zh => {
                    format!("同理，{low_name} 为 {middle} × exp({low})，{high_name} 为 {middle} × exp({high})")
                }
            }
        };
        Self { expected, range: range([P25, P75], ["p25", "p75"]), wide_range: range([P10, P90], ["p10", "p90"]) }
    }
}

/// What each feature of the regression adds for the expected views, where it takes part.
pub(crate) fn terms(method: Method, recent: &Recent, coefficients: &Coefficients) -> Vec<Term> {
    if !matches!(method, Method::Regression | Method::Ensemble) {
        return Vec::new();
    }
    let features = Features::of(recent).within(&coefficients.bounds);
    let weight = |parts: &[f64; FACTORS]| features.weight(parts);
    let weights = coefficients.weights[P50].iter().map(weight);
    let named = NAMES.into_iter().zip(features.values).zip(weights);
    named.map(|((feature, value), weight)| Term { feature, value, weight }).collect()
}

/// How many posts are used, in English with the noun.
fn used(recent: &Recent, lang: Lang) -> String {
    match (recent.plays(Method::MAX_WINDOW).len(), lang) {
        (1, Lang::En) => "post".into(),
        (used, Lang::En) => format!("{used} posts"),
        (used, Lang::Zh) => used.to_string(),
    }
}

/// What is added to the logarithm of the median for a percentile.
fn summands(method: Method, added: &Added, at: usize, lang: Lang) -> String {
    let (regression, trees) = (added.regression[at], added.trees[at]);
    // Of steady posts: with its sign, as what is added.
    let moved = match added.share < 1.0 {
        true => format!(" {:+.3}", -added.taken_off()),
        false => String::new(),
    };
    match (method, lang) {
        (Method::Regression, _) => format!("{regression:+.3}"),
        (Method::Ensemble, Lang::En) => format!("the mean of {regression:+.3} and {trees:+.3}{moved}"),
        (Method::Ensemble, Lang::Zh) => format!("{regression:+.3} 与 {trees:+.3} 的平均{moved}"),
        _ => format!("{trees:+.3}"),
    }
}

/// Where posts scatter less than usual, how much of what is added to the median is taken, and the number that says so.
fn steady(added: &Added, lang: Lang) -> String {
    let (share, moved, scatter) = (added.share * 100.0, -added.taken_off(), added.scatter);
    match lang {
        _ if added.share >= 1.0 => String::new(),
        Lang::En => format!(
            "; of that mean {share:.0} % is taken, hence {moved:+.3}, here and for the ranges: all but a fifth of the log plays lie within \
             {scatter:.3} of their median (root mean square), steadier than most"
        ),
        Lang::Zh => format!(
            "；除最远的五分之一外，播放量对数与其中位数的均方根距离仅 {scatter:.3}，作品比通常稳定，故只取该平均的 {share:.0} %，即 {moved:+.3}，各区间亦同"
        ),
    }
}

/// By what.
fn added_by(method: Method, recent: &Recent, coefficients: &Coefficients, lang: Lang) -> String {
    let [.., persistence, skew] = Features::of(recent).factors;
    let trees = coefficients.trees[P50].trees.len();
    let regression = match lang {
        Lang::En => format!("the regression at persistence {persistence:.2} and skew {skew:.2}"),
        Lang::Zh => format!("回归（持续性 {persistence:.2}、偏度 {skew:.2}）"),
    };
    match (method, lang) {
        (Method::Regression, Lang::En) => format!("which {regression} adds"),
        (Method::Regression, Lang::Zh) => format!("指数由{regression}得出"),
        (Method::Ensemble, Lang::En) => format!("which {regression} and {trees} small decision trees add"),
        (Method::Ensemble, Lang::Zh) => format!("二者分别由{regression}与 {trees} 棵小决策树得出"),
        (_, Lang::En) => format!("which {trees} small decision trees add"),
        (_, Lang::Zh) => format!("指数由 {trees} 棵小决策树得出"),
    }
}
