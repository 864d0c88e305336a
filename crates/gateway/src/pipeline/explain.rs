//! Everything behind the answer to a question: what the answer stage would serve, made again from the held posts, and how it differs.

use catalog::{AuthorCpInfoQuestion, EXPLAIN, Endpoint, PlainQuery};
use domain::{BusinessCode, CreatorKey, sentence};
use estimator::{Asked, Explanation};
use serde_json::{Value, json};

use crate::pipeline::Ask;
use crate::pipeline::answer::{no_figures, unknown_creator};
use crate::pipeline::paid::PaidQuestion;
use crate::problem::Problem;
use crate::sources::{Choice, Directives, Held};
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

/// Explains the answer on a creator, in the language asked for. Where what is answered was made under other settings, or bought, the
/// explanation says so.
async fn explain(gateway: &Gateway, key: &CreatorKey, ask: &Ask<'_>) -> Result<Explanation, Problem> {
    let (latest, state) = gateway.store.latest_with_state(key).await?.ok_or_else(|| unknown_creator(key))?;
    let state = state.ok_or_else(|| only_bought(key))?;
    let (settings, now) = (&gateway.settings, ask.now.second());
    let local = settings
        .choose(latest.reported.as_ref(), latest.estimated.as_ref(), |snapshot| snapshot.as_of, now)
        .ok_or_else(|| no_figures(key))?;
    let held = Held { local: Some(local), bought: latest.bought.as_ref() };
    let answered = match settings.sources.choose(held, Directives::default(), now) {
        Choice::Serve(answered, _) => answered,
        Choice::Ask | Choice::Nothing => local,
    };
    let asked = Asked { key, state: &state, source: local.source, answered };
    estimator::explain(asked, &settings.estimate, ask.language()).ok_or_else(|| no_figures(key))
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
