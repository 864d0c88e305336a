//! How the figures that are answered differ from those that are explained. An answer is made when data is imported, an explanation when
//! it is asked for: between the two, settings may have changed, and the coefficients with a release.

use domain::{Fen, Lang, Snapshot, SnapshotSource, Tier, percent, thousands};
use serde::{Deserialize, Serialize};

use crate::explanation::{EXPECTED_INTERACTIONS, INTERACTIONS, RANGE, VIEWS, cost_name, told, yuan};

/// The figures that are answered, where they are not those that are explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Why they are others, and what to do.
    pub note: String,
    /// `estimated`, `reported`, or `upstream` where they were bought.
    pub source: String,
    /// Name and version of the method that made them.
    pub method: String,
    /// When the newest capture behind them was made, RFC 3339.
    pub as_of: String,
    /// Every figure that differs; none where another method came to the same.
    pub figures: Vec<DifferingFigure>,
}

/// A figure as it is answered and as it is explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferingFigure {
    /// Its name, as the steps have it.
    pub figure: String,
    /// As it is answered, with its unit; none where it is not.
    pub answered: Option<String>,
    /// As it is explained, with its unit; none where it is not.
    pub explained: Option<String>,
}

impl Answered {
    /// What differs between the figures `answered` and those `made` for the explanation; `None` where nothing does. The moment at which
    /// a price was seen is no figure.
    pub(crate) fn beside(answered: &Snapshot, made: &Snapshot, lang: Lang) -> Option<Self> {
        // Older releases kept no number of posts with a share.
        let tells_posts = answered.hot_posts.is_some();
        let pairs = figures(answered, tells_posts, lang).into_iter().zip(figures(made, tells_posts, lang));
        let differing = pairs.filter(|((_, answered), (_, explained))| answered != explained);
        let figures: Vec<DifferingFigure> = differing
            .map(|((figure, answered), (_, explained))| DifferingFigure { figure, answered, explained })
            .collect();
        (answered.method != made.method || answered.source != made.source || !figures.is_empty()).then(|| Self {
            note: note(answered, made, figures.is_empty(), lang),
            source: answered.source.name().into(),
            method: answered.method.to_string(),
            as_of: answered.as_of.to_string(),
            figures,
        })
    }
}

fn note(answered: &Snapshot, made: &Snapshot, is_same: bool, lang: Lang) -> String {
    let (before, now) = (&answered.method, &made.method);
    let why = match (answered.source, before == now, lang) {
        (SnapshotSource::Upstream, _, Lang::En) => {
            return format!("what is answered was bought ({before}), which cannot be explained: this is of {now}");
        }
        (SnapshotSource::Upstream, _, Lang::Zh) => {
            return format!("当前答案购自上游（{before}），无从解释：以下说明针对 {now}");
        }
        (_, false, Lang::En) => format!("what is answered was made by {before}, before the settings said {now}"),
        (_, false, Lang::Zh) => format!("当前答案由 {before} 得出，其后设置改为 {now}"),
        (_, true, Lang::En) => format!(
            "what is answered was made by {before} with other settings (mature_days, hot_multiple) or other coefficients"
        ),
        (_, true, Lang::Zh) => {
            format!("当前答案由 {before} 按另一设置（mature_days、hot_multiple）或另一系数得出")
        }
    };
    match (is_same, lang) {
        (false, Lang::En) => format!("{why}; import the creator again to have it made anew"),
        (false, Lang::Zh) => format!("{why}；重新导入该达人即可更新"),
        (true, Lang::En) => format!("{why}; both come to the same figures"),
        (true, Lang::Zh) => format!("{why}；两者数值相同"),
    }
}

/// Every figure of a snapshot by the name its step has; none where there is none.
fn figures(snapshot: &Snapshot, tells_posts: bool, lang: Lang) -> Vec<(String, Option<String>)> {
    let (info, views) = (&snapshot.info, |views| told(views, VIEWS, lang));
    let range = snapshot.range.map(|range| match lang {
        Lang::En => format!("{} to {}", thousands(range.p25), views(range.p75)),
        Lang::Zh => format!("{} 至 {}", thousands(range.p25), views(range.p75)),
    });
    let interactions = snapshot.expected_interactions.map(|interactions| told(interactions, INTERACTIONS, lang));
    let costs = Tier::ALL.into_iter().flat_map(|tier| {
        let cost = |of: Option<Fen>| of.map(|cost| yuan(cost, lang));
        [(cost_name("cpm", tier), cost(info.cpm[tier])), (cost_name("cpe", tier), cost(info.cpe[tier]))]
    });
    let mut figures = vec![
        ("expect_vv".to_owned(), Some(views(info.expected_views))),
        (RANGE.of(lang).to_owned(), range),
        (EXPECTED_INTERACTIONS.of(lang).to_owned(), interactions),
    ];
    figures.extend(costs);
    let hot = info.hot_item_bp.map(|share| {
        let (share, posts) = (percent(share.into()), snapshot.hot_posts.filter(|_| tells_posts));
        match (posts, lang) {
            (Some(posts), Lang::En) => format!("{share} of {posts} posts"),
            (Some(posts), Lang::Zh) => format!("{share}（{posts} 个作品）"),
            (None, _) => share,
        }
    });
    figures.push(("hot_item".to_owned(), hot));
    figures
}
