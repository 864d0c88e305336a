//! Everything behind the answer to a question: what the answer stage would serve, made again from the held posts.

use catalog::{AuthorCpInfoQuestion, EXPLAIN, Endpoint, PlainQuery};
use domain::{BusinessCode, CreatorKey, SnapshotSource, sentence};
use estimator::Explanation;
use serde_json::{Value, json};

use crate::pipeline::Ask;
use crate::pipeline::answer::{no_figures, unknown_creator};
use crate::pipeline::paid::PaidQuestion;
use crate::problem::Problem;
use crate::state::Gateway;

/// Whose answer is to be explained.
pub(crate) struct Explain(CreatorKey);

impl PaidQuestion for Explain {
    const ENDPOINT: &'static Endpoint = &EXPLAIN;

    fn read(query: &PlainQuery<'_>, _body: &[u8]) -> Result<Self, Problem> {
        Ok(Self(AuthorCpInfoQuestion::read(query)?.key))
    }

    fn creator(&self) -> Option<&CreatorKey> {
        Some(&self.0)
    }

    async fn answer(&self, gateway: &Gateway, ask: &Ask<'_>) -> Result<Value, Problem> {
        explain(gateway, &self.0, ask).await.map(|explanation| json!(explanation))
    }
}

/// Explains the answer on a creator, in the language asked for.
async fn explain(gateway: &Gateway, key: &CreatorKey, ask: &Ask<'_>) -> Result<Explanation, Problem> {
    let Some(state) = gateway.store.state(key).await? else {
        let is_bought = gateway.store.latest(key).await?.is_some();
        return Err(if is_bought { only_bought(key) } else { unknown_creator(key) });
    };
    let settings = &gateway.settings;
    let snapshots = estimator::snapshots(key, &state, &settings.estimate);
    let of = |source| snapshots.iter().find(|snapshot| snapshot.source == source);
    settings
        .choose(
            of(SnapshotSource::Reported),
            of(SnapshotSource::Estimated),
            |snapshot| snapshot.as_of,
            ask.now.second(),
        )
        .and_then(|snapshot| estimator::explain(key, &state, snapshot.source, &settings.estimate, ask.language()))
        .ok_or_else(|| no_figures(key))
}

/// Nothing is imported of the creator.
fn only_bought(key: &CreatorKey) -> Problem {
    let CreatorKey { author_id, platform } = key;
    let message = sentence!(
        "what is known of creator {author_id} on {platform} was bought from an upstream, which tells nothing of how it came to \
         its figures: import posts to have an estimate that can be explained",
        "达人 {author_id}（{platform}）的数据购自上游，上游未说明计算依据：导入作品后才有可解释的预估"
    );
    Problem::new(BusinessCode::InvalidParameter, message)
}
