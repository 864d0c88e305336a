//! Some creators side by side.

use catalog::market_wire::Comparison;
use catalog::{COMPARE, Endpoint, MARKET_CREATORS_MAX, PARAM_AUTHORS, ParameterError, PlainQuery, read_platform};
use domain::{AuthorId, BusinessCode, CreatorKey, Platform, Spoken, sentence};
use market::Market;
use serde_json::{Value, json};

use crate::pipeline::Ask;
use crate::pipeline::paid::PaidQuestion;
use crate::problem::Problem;
use crate::ranked::{creator_row, edition_text};
use crate::state::Gateway;

/// Whom to compare.
pub(crate) struct Compare {
    platform: Platform,
    /// None twice.
    author_ids: Vec<AuthorId>,
}

impl PaidQuestion for Compare {
    const ENDPOINT: &'static Endpoint = &COMPARE;

    fn read(query: &PlainQuery<'_>, _body: &[u8]) -> Result<Self, Problem> {
        Ok(Self { author_ids: author_ids(query)?, platform: read_platform(query)? })
    }

    fn creator(&self) -> Option<&CreatorKey> {
        None
    }

    fn platform(&self) -> Option<Platform> {
        Some(self.platform)
    }

    async fn answer(&self, gateway: &Gateway, _ask: &Ask<'_>) -> Result<Value, Problem> {
        let comparison = compared(&*gateway.editions.current().await?, self);
        if comparison.creators.is_empty() {
            let platform = self.platform;
            let message = sentence!(
                "no figures are held of any of these creators on {platform}: check oAuthorIds and platform, or have the operator import \
                 posts of them",
                "这些达人（{platform}）均无数据：请检查 oAuthorIds 与 platform，或请运营方导入其作品"
            );
            return Err(Problem::new(BusinessCode::InvalidParameter, message));
        }
        Ok(json!(comparison))
    }
}

/// The creators of a market that a query of `/v1/compare` asks for; all of them may be unknown.
///
/// # Errors
/// [`ParameterError`] with the first parameter that is wrong.
pub fn compare_creators(market: &Market, query: &str) -> Result<Comparison, ParameterError> {
    let query = PlainQuery::parse(&COMPARE, query);
    Ok(compared(market, &Compare { author_ids: author_ids(&query)?, platform: read_platform(&query)? }))
}

fn compared(market: &Market, asked: &Compare) -> Comparison {
    let (mut creators, mut unknown) = (Vec::new(), Vec::new());
    for author_id in &asked.author_ids {
        match market.find(&CreatorKey { author_id: author_id.clone(), platform: asked.platform }) {
            Some(listed) => creators.push(creator_row(&listed)),
            None => unknown.push(author_id.to_string()),
        }
    }
    Comparison { edition: edition_text(market), creators, unknown }
}

fn author_ids(query: &PlainQuery<'_>) -> Result<Vec<AuthorId>, ParameterError> {
    let text = query.value(PARAM_AUTHORS)?.unwrap_or_default();
    let mut ids: Vec<AuthorId> = Vec::new();
    for id in text.split(',') {
        let id =
            id.parse().map_err(|error: domain::IdError| ParameterError::malformed(PARAM_AUTHORS, error.sentence()))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
        if ids.len() > MARKET_CREATORS_MAX {
            let reason = sentence!(
                "more than {MARKET_CREATORS_MAX} creators: ask for the others in another request",
                "超过 {MARKET_CREATORS_MAX} 位达人：其余请另行查询"
            );
            return Err(ParameterError::malformed(PARAM_AUTHORS, reason));
        }
    }
    Ok(ids)
}
