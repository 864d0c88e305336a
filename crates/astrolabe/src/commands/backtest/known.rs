//! Whether the coefficients were fitted to the creators that methods are scored on: they know those better than the next ones.

use catalog::{Lang, Text};
use estimator::{Coefficients, Method};

use crate::commands::read_posts::{Series, creators};
use crate::lang::told;

/// A smaller share changes no score to speak of, and may be chance: the share is told by a sample.
const SHARE_MIN: f64 = 0.05;

/// The share of creators that coefficients were fitted to; none where that cannot be told.
pub(crate) fn share_known(all: &[Series], coefficients: &Coefficients) -> Option<f64> {
    coefficients.share_fitted_to(creators(all).map(|creator| &creator[0].0.author_id))
}

/// Whether such a share makes scores too good.
pub(crate) fn are_known(share: Option<f64>) -> bool {
    share.is_some_and(|share| share >= SHARE_MIN)
}

/// What it means for the scores of these methods.
pub(super) fn note(methods: &[Method], lang: Lang) -> String {
    let fitted = methods.iter().filter(|method| method.is_fitted()).map(|method| method.name());
    let fitted = fitted.collect::<Vec<_>>();
    told!(
        lang,
        "The coefficients were fitted to some of these creators, or all: {} score better here than on others. How they do on \
         creators held out: astrolabe fit FILE… --out coefficients.toml",
        "系数曾以其中部分或全部达人拟合：{} 在此的评分优于对其他达人的评分。在留出的达人上的表现：astrolabe fit FILE… --out coefficients.toml",
        fitted.join(Text::new(", ", "、").of(lang))
    )
}
