//! Ranking creators: a page of the market.

use catalog::market_wire::{BySource, CreatorsPage};
use catalog::{
    CREATORS, Endpoint, MARKET_CREATORS_MAX, PARAM_BY, PARAM_CATEGORY, PARAM_CPM, PARAM_CURSOR, PARAM_FOLLOWERS,
    PARAM_HOT, PARAM_LIMIT, PARAM_ORDER, PARAM_PREFIX, PARAM_PRICE, PARAM_TIER, PARAM_VIEWS, ParameterError,
    PlainQuery, read_platform,
};
use domain::{CreatorKey, Fen, Platform, SnapshotSource, Spoken, Text, sentence};
use market::{Bounds, By, Cursor, Filter, Market, Search, Sort};
use serde_json::{Value, json};

use crate::pipeline::Ask;
use crate::pipeline::paid::PaidQuestion;
use crate::problem::Problem;
use crate::ranked::{creator_row, edition_text};
use crate::state::Gateway;

/// What is asked of the market.
pub(crate) struct Creators(Search);

impl PaidQuestion for Creators {
    const ENDPOINT: &'static Endpoint = &CREATORS;

    fn read(query: &PlainQuery<'_>, _body: &[u8]) -> Result<Self, Problem> {
        Ok(Self(search(query)?))
    }

    fn creator(&self) -> Option<&CreatorKey> {
        None
    }

    fn platform(&self) -> Option<Platform> {
        Some(self.0.platform)
    }

    async fn answer(&self, gateway: &Gateway, _ask: &Ask<'_>) -> Result<Value, Problem> {
        let asked = self.0.after.as_ref().map(|cursor| cursor.edition);
        let market = match asked.and_then(|edition| gateway.editions.of(edition)) {
            Some(market) => market,
            None => gateway.editions.current().await?,
        };
        let search = self.0.clone();
        // Milliseconds of work: not on a thread that answers.
        let page = tokio::task::spawn_blocking(move || page(&market, &search)).await;
        Ok(json!(page.map_err(|error| Problem::internal(error.into()))?))
    }

    /// A page without a creator tells nothing of any.
    fn is_worth_its_price(answer: &Value) -> bool {
        answer["creators"].as_array().is_some_and(|creators| !creators.is_empty())
    }
}

/// The page of a market that a query of `/v1/creators` asks for.
///
/// # Errors
/// [`ParameterError`] with the first parameter that is wrong.
pub fn rank_creators(market: &Market, query: &str) -> Result<CreatorsPage, ParameterError> {
    Ok(page(market, &search(&PlainQuery::parse(&CREATORS, query))?))
}

fn page(market: &Market, search: &Search) -> CreatorsPage {
    let (found, edition) = (market.search(search), market.edition());
    CreatorsPage {
        edition: edition_text(market),
        edition_changed: search.after.as_ref().is_some_and(|cursor| cursor.edition != edition),
        total: found.total as u64,
        by_source: Some(by_source(found.by_source)),
        creators: found.creators.iter().map(creator_row).collect(),
        next: found.next.map(|cursor| cursor.to_string()),
    }
}

fn by_source(counts: [usize; SnapshotSource::ALL.len()]) -> BySource {
    let [estimated, reported, upstream] = counts.map(|count| count as u64);
    BySource { estimated, reported, upstream }
}

/// Reads the question.
fn search(query: &PlainQuery<'_>) -> Result<Search, ParameterError> {
    let platform = read_platform(query)?;
    let sort = sort(query, platform)?;
    let text = |name| query.value(name).map(|value| value.map(str::to_owned));
    let filter = Filter {
        category: text(PARAM_CATEGORY)?,
        prefix: text(PARAM_PREFIX)?,
        followers: bounds(query, PARAM_FOLLOWERS, whole)?,
        price: bounds(query, PARAM_PRICE, yuan)?,
        cpm: bounds(query, PARAM_CPM, yuan)?,
        views: bounds(query, PARAM_VIEWS, whole)?,
        hot: Bounds { min: whole(query, PARAM_HOT)?, max: None },
    };
    // The catalog has a usual one.
    let limit = query.value(PARAM_LIMIT)?.and_then(|text| text.parse().ok()).unwrap_or(MARKET_CREATORS_MAX);
    Ok(Search { platform, sort, filter, limit, after: after(query, sort)? })
}

fn sort(query: &PlainQuery<'_>, platform: Platform) -> Result<Sort, ParameterError> {
    let tier = match query.value(PARAM_TIER)? {
        Some(name) => platform.tier(name).map_err(|error| ParameterError::malformed(PARAM_TIER, error.sentence()))?,
        None => platform.usual_tier(),
    };
    // The catalog allows no other value.
    let by = query.value(PARAM_BY)?.and_then(|name| name.parse().ok()).unwrap_or(By::Cpm);
    let descending = query.value(PARAM_ORDER)?.map_or(by.is_descending(), |order| order == "desc");
    Ok(Sort { by, tier, descending })
}

fn after(query: &PlainQuery<'_>, sort: Sort) -> Result<Option<Cursor>, ParameterError> {
    let Some(text) = query.value(PARAM_CURSOR)? else { return Ok(None) };
    let cursor: Cursor =
        text.parse().map_err(|error: market::BadCursor| ParameterError::malformed(PARAM_CURSOR, error.sentence()))?;
    if cursor.sort == sort {
        return Ok(Some(cursor));
    }
    let reason = Text::new(
        "it is of a page that was sorted otherwise; send the same tier, by and order with it",
        "该游标来自另一种排序的结果：请同时发送当时的 tier、by 与 order",
    );
    Err(ParameterError::malformed(PARAM_CURSOR, reason))
}

fn bounds(
    query: &PlainQuery<'_>,
    [min, max]: [&'static str; 2],
    read: fn(&PlainQuery<'_>, &'static str) -> Result<Option<u64>, ParameterError>,
) -> Result<Bounds, ParameterError> {
    let bounds = Bounds { min: read(query, min)?, max: read(query, max)? };
    match bounds.min > bounds.max && bounds.max.is_some() {
        true => Err(ParameterError::malformed(
            min,
            sentence!("it is above {max}, so that nothing passes", "大于 {max}，不会有任何结果"),
        )),
        false => Ok(bounds),
    }
}

/// The catalog allows whole numbers alone.
fn whole(query: &PlainQuery<'_>, name: &'static str) -> Result<Option<u64>, ParameterError> {
    Ok(query.value(name)?.and_then(|text| text.parse().ok()))
}

/// An amount in fen.
fn yuan(query: &PlainQuery<'_>, name: &'static str) -> Result<Option<u64>, ParameterError> {
    let Some(text) = query.value(name)? else { return Ok(None) };
    let fen = Fen::from_yuan_text(text).map_err(|error| ParameterError::malformed(name, error.sentence()))?;
    Ok(Some(fen.0))
}
