//! Everything behind the answer to a question: what the answer stage would serve, made again from the held posts.

use domain::SnapshotSource;
use estimator::Explanation;

use crate::moment::Moment;
use crate::pipeline::answer::{no_figures, unknown_creator};
use crate::pipeline::validate::Question;
use crate::problem::Problem;
use crate::state::Gateway;

/// Explains the answer to a question.
pub(super) async fn explain(gateway: &Gateway, question: Question, now: Moment) -> Result<Explanation, Problem> {
    let key = &question.key;
    let state = gateway.store.state(key).await?.ok_or_else(|| unknown_creator(key))?;
    let settings = &gateway.settings;
    let snapshots = estimator::snapshots(key, &state, &settings.estimate);
    let of = |source| snapshots.iter().find(|snapshot| snapshot.source == source);
    settings
        .choose(of(SnapshotSource::Reported), of(SnapshotSource::Estimated), |snapshot| snapshot.as_of, now.second())
        .and_then(|snapshot| estimator::explain(key, &state, snapshot.source, &settings.estimate))
        .ok_or_else(|| no_figures(key))
}
