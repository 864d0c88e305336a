//! The named methods of expected views.

use std::borrow::Cow;
use std::str::FromStr;

use domain::Lang;

use crate::Quantiles;
use crate::coefficients::Coefficients;
use crate::features::{self, Features};
use crate::methods::ensemble::Added;
use crate::methods::{aged, ensemble, last, median, peers, regression, trees, weighted};
use crate::recent::Recent;

/// A method of expected views. Its name and version are kept with every snapshot it made. Each has its section in
/// `docs/method.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The last post's plays.
    Last,
    /// The median plays of the latest 10 posts.
    Median10,
    /// The median plays of the latest 15 posts.
    Median15,
    /// The median plays of the latest 30 posts.
    Median30,
    /// The exponentially weighted mean of the logarithms of plays.
    Weighted,
    /// The creator's mean, pulled to that of all creators.
    Peers,
    /// The median of the latest 10 posts, young ones among them, grown to what they will come to.
    Aged10,
    /// Quantile regression on the ordered recent posts.
    Regression,
    /// Sums of small decision trees over the same, times and interactions.
    Trees,
    /// The mean of the regression and the trees: the best forecast of the next post on public data of several kinds.
    #[default]
    Ensemble,
}

/// A name that is no method's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownMethod(pub String);

impl std::fmt::Display for UnknownMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = Method::ALL.into_iter().map(Method::name).collect();
        write!(f, "{:?} is no method; the methods are {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownMethod {}

impl Method {
    /// Every method.
    pub const ALL: [Method; 10] = [
        Self::Last,
        Self::Median10,
        Self::Median15,
        Self::Median30,
        Self::Weighted,
        Self::Peers,
        Self::Aged10,
        Self::Regression,
        Self::Trees,
        Self::Ensemble,
    ];

    /// Name and version. The version changes when the same posts and coefficients give other figures.
    pub fn versioned_name(self) -> &'static str {
        match self {
            Self::Last => "last/1",
            Self::Median10 => "median-10/1",
            Self::Median15 => "median-15/1",
            Self::Median30 => "median-30/1",
            Self::Weighted => "weighted/1",
            Self::Peers => "peers/1",
            Self::Aged10 => "aged-10/1",
            Self::Regression => "regression/2",
            Self::Trees => "trees/1",
            Self::Ensemble => "ensemble/1",
        }
    }

    /// The name without the version.
    pub fn name(self) -> &'static str {
        self.versioned_name().split('/').next().unwrap_or_default()
    }

    /// Name and version as kept with snapshots: followed by the coefficients' name where they are an operator's own.
    pub(crate) fn name_with(self, coefficients: &Coefficients) -> Cow<'static, str> {
        let fitted = matches!(self, Self::Peers | Self::Regression | Self::Trees | Self::Ensemble);
        if !fitted || coefficients.is_built_in() {
            return Cow::Borrowed(self.versioned_name());
        }
        Cow::Owned(format!("{}@{}", self.versioned_name(), coefficients.name()))
    }

    /// The most posts the method looks at.
    pub(crate) fn window(self) -> usize {
        match self {
            Self::Last | Self::Median10 | Self::Aged10 => 10,
            Self::Median15 => 15,
            Self::Regression | Self::Trees | Self::Ensemble => features::WINDOW,
            Self::Median30 | Self::Weighted | Self::Peers => Self::MAX_WINDOW,
        }
    }

    /// The largest window of any method.
    pub(crate) const MAX_WINDOW: usize = 30;

    /// Whether posts that were still growing when captured are looked at too.
    pub(crate) fn takes_young(self) -> bool {
        self == Self::Aged10
    }

    /// How the expected views and their ranges come about, from the posts used.
    pub(crate) fn formulas(self, recent: &Recent, coefficients: &Coefficients, lang: Lang) -> (String, String) {
        match lang {
            Lang::En => self.formulas_in_english(recent, coefficients),
            Lang::Zh => self.formulas_in_chinese(recent, coefficients),
        }
    }

    fn formulas_in_english(self, recent: &Recent, coefficients: &Coefficients) -> (String, String) {
        let used = recent.plays(Self::MAX_WINDOW).len();
        let of_all = |what: &str| format!("{what} of the {used} posts used");
        match self {
            Self::Last => ("plays of the last post used".into(), of_all("percentiles, stretched to hold it,")),
            Self::Median10 | Self::Median15 | Self::Median30 => (of_all("median plays"), of_all("percentiles")),
            Self::Weighted => (
                of_all("exp of the mean log plays, half as much weight after five posts,"),
                "percentiles of a normal distribution of log plays, of the same mean and spread".into(),
            ),
            Self::Peers => {
                let text =
                    format!("exp of the mean log plays of the {used} posts used, pulled to that of all creators");
                (
                    text,
                    format!(
                        "percentiles of a normal distribution, its spread pulled to that of {}",
                        coefficients.fitted_on()
                    ),
                )
            }
            Self::Aged10 => (of_all("median grown plays"), of_all("percentiles of the grown plays")),
            Self::Trees | Self::Ensemble => {
                let added = Added::of(recent, coefficients);
                let text = format!(
                    "median plays of the {used} posts used, {}, × exp({}) ({}, fitted on {})",
                    added.middle_plays(),
                    self.told(&added, coefficients, Lang::En),
                    coefficients.name(),
                    coefficients.fitted_on()
                );
                (text, "the same for each percentile, with weights and trees of its own".into())
            }
            Self::Regression => {
                let [.., persistence, skew] = Features::of(recent).factors;
                let text = |what: &str| {
                    format!(
                        "exp of a weighted sum of the ordered log plays of the {used} posts used, {what} at persistence \
                         {persistence:.2} and skew {skew:.2} ({}, fitted on {})",
                        coefficients.name(),
                        coefficients.fitted_on()
                    )
                };
                (text("weights for the median"), text("weights for each percentile"))
            }
        }
    }

    fn formulas_in_chinese(self, recent: &Recent, coefficients: &Coefficients) -> (String, String) {
        let used = recent.plays(Self::MAX_WINDOW).len();
        let of_all = |what: &str| format!("所用 {used} 个作品{what}");
        match self {
            Self::Last => ("所用作品中最近一个的播放量".into(), of_all("播放量的百分位数，并扩展到包含最近一个作品")),
            Self::Median10 | Self::Median15 | Self::Median30 => (of_all("播放量的中位数"), of_all("播放量的百分位数")),
            Self::Weighted => (
                format!("exp(所用 {used} 个作品播放量对数的加权平均)，每隔五个更新的作品权重减半"),
                "播放量对数按同一平均值与标准差的正态分布所得的百分位数".into(),
            ),
            Self::Peers => (
                format!("exp(所用 {used} 个作品播放量对数的平均)，并向全体达人的平均收缩"),
                format!(
                    "正态分布的百分位数，其标准差向拟合数据（{}）的标准差收缩",
                    coefficients.fitted_on_in(Lang::Zh)
                ),
            ),
            Self::Aged10 => (of_all("补足后播放量的中位数"), of_all("补足后播放量的百分位数")),
            Self::Trees | Self::Ensemble => {
                let (name, fitted_on) = (coefficients.name(), coefficients.fitted_on_in(Lang::Zh));
                let added = Added::of(recent, coefficients);
                let text = format!(
                    "所用 {used} 个作品播放量的中位数 {} × exp({})（{name}，拟合数据：{fitted_on}）",
                    added.middle_plays(),
                    self.told(&added, coefficients, Lang::Zh)
                );
                (text, "各百分位数同理，各用自己的权重与决策树".into())
            }
            Self::Regression => {
                let (name, fitted_on) = (coefficients.name(), coefficients.fitted_on_in(Lang::Zh));
                let [.., persistence, skew] = Features::of(recent).factors;
                let text = |weights: &str| {
                    format!(
                        "exp(所用 {used} 个作品有序播放量对数的加权和)，按持续性 {persistence:.2}、偏度 {skew:.2} 采用{weights}（{name}，拟合数据：{fitted_on}）"
                    )
                };
                (text("中位数的权重"), text("各百分位数的权重"))
            }
        }
    }

    /// What trees, and the regression where it takes part, add to the logarithm of the median: with the numbers put in.
    fn told(self, added: &Added, coefficients: &Coefficients, lang: Lang) -> String {
        let [_, _, trees, ..] = added.trees;
        let [_, _, regression, ..] = added.regression;
        let count = coefficients.trees[2].trees.len();
        match (self, lang) {
            (Self::Ensemble, Lang::En) => format!(
                "the mean of {regression:+.3}, which the regression adds, and {trees:+.3}, which {count} small decision trees add"
            ),
            (Self::Ensemble, Lang::Zh) => {
                format!("回归项 {regression:+.3} 与 {count} 棵小决策树之和 {trees:+.3} 的平均")
            }
            (_, Lang::En) => format!("{trees:+.3}, which {count} small decision trees add"),
            (_, Lang::Zh) => format!("{count} 棵小决策树之和 {trees:+.3}"),
        }
    }

    /// Whether it looks at logarithms of plays.
    pub(crate) fn takes_logs(self) -> bool {
        !matches!(self, Self::Last | Self::Median10 | Self::Median15 | Self::Median30)
    }

    /// The forecast from at least one recent post.
    pub(crate) fn forecast(self, recent: &Recent, coefficients: &Coefficients) -> Quantiles {
        let window = self.window();
        match self {
            Self::Last => last::last(recent, window),
            Self::Median10 | Self::Median15 | Self::Median30 => median::median(recent, window),
            Self::Weighted => weighted::weighted(recent, window),
            Self::Peers => peers::peers(recent, window, &coefficients.peers),
            Self::Aged10 => aged::aged(recent, window),
            Self::Regression => regression::regression(recent, coefficients),
            Self::Trees => trees::trees(recent, coefficients),
            Self::Ensemble => ensemble::ensemble(recent, coefficients),
        }
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;

    /// Reads a method's name, with or without its version.
    fn from_str(name: &str) -> Result<Self, UnknownMethod> {
        let known = |method: &Method| method.versioned_name() == name || method.name() == name;
        Self::ALL.into_iter().find(known).ok_or_else(|| UnknownMethod(name.to_owned()))
    }
}
