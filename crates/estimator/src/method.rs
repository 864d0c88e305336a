//! The named methods of expected views.

use std::borrow::Cow;
use std::str::FromStr;

use crate::Quantiles;
use crate::coefficients::Coefficients;
use crate::features;
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
            Self::Regression => "regression/3",
            Self::Trees => "trees/2",
            Self::Ensemble => "ensemble/4",
        }
    }

    /// The name without the version.
    pub fn name(self) -> &'static str {
        self.versioned_name().split('/').next().unwrap_or_default()
    }

    /// Whether it needs coefficients.
    pub fn is_fitted(self) -> bool {
        matches!(self, Self::Peers | Self::Regression | Self::Trees | Self::Ensemble)
    }

    /// Name and version as kept with snapshots: followed by the coefficients' name where they are an operator's own.
    pub(crate) fn name_with(self, coefficients: &Coefficients) -> Cow<'static, str> {
        if !self.is_fitted() || coefficients.is_built_in() {
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
