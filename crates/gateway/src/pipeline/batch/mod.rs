//! A batch: the stages up to `validate` once for all of it, then each row through the stages behind, as a question of its own at the
//! contract's endpoint. What its rows say is in `lines.rs`, who runs them in `run.rs`.

mod lines;
mod row;
mod run;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use catalog::{AUTHOR_CP_INFO, AuthorCpInfoQuestion, BATCH, ParameterError, PlainQuery};
use domain::{AccountId, AuthorId, CreatorKey, Lang, MicroYuan, Platform};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use serde::Deserialize;

use crate::body::{self, Yuan};
use crate::headers::IDEMPOTENCY_KEY;
use crate::moment::Moment;
use crate::pipeline::authorize::Permit;
use crate::pipeline::once::OnceKey;
use crate::pipeline::throttle::Admitted;
use crate::pipeline::{Ask, authenticate, authorize, throttle};
use crate::problem::Problem;
use crate::purchases::Open;
use crate::state::Gateway;
use crate::told::AllTold;
use crate::under_way::Asked;

pub(crate) use run::run;

/// A batch that may run.
pub(crate) struct Batch {
    gateway: Arc<Gateway>,
    /// Who asks, with its place among the requests being answered.
    admitted: Admitted,
    /// The accounts' generation that it was read under, or an older one.
    accounts: u64,
    /// The request, for what it says of each row.
    request: Parts,
    address: IpAddr,
    rows: Vec<Row>,
    is_dry: bool,
    cost_max: Option<MicroYuan>,
    /// The idempotency key of the whole.
    once: Option<String>,
    /// What its rows cost that were asked before under that key, by their places.
    before: HashMap<usize, MicroYuan>,
    /// The language of its sentences.
    lang: Lang,
    /// It goes on for a while when whoever asked has left.
    _under_way: Open,
}

impl Batch {
    /// Who asks.
    pub(crate) fn asked(&self) -> Asked {
        Asked { token_id: self.admitted.caller.known.token.id, key: None }
    }

    /// Lets a row begin, for the caller as it was admitted and at the prices of then, unless its token was disabled, has expired or may no
    /// longer ask this. Nobody is looked for while no account, token or price changes.
    async fn permit(&self, ask: &Ask<'_>, platform: Platform) -> Result<Permit, Problem> {
        let permit = Permit { admitted: self.admitted.part() };
        let is_as_admitted = self.gateway.watch.accounts() == self.accounts;
        if is_as_admitted && self.admitted.caller.known.token.is_active(ask.now.second()) {
            permit.covers(&AUTHOR_CP_INFO, Some(platform))?;
            return Ok(permit);
        }
        let query = PlainQuery::parse(&BATCH, ask.request.uri.query().unwrap_or_default());
        // In a box: rare, and its size would add to every row's.
        let caller = Box::pin(authenticate::authenticate(&self.gateway, ask, &query)).await?;
        authorize::covers(&caller, &BATCH, None)?;
        authorize::covers(&caller, &AUTHOR_CP_INFO, Some(platform))?;
        Ok(permit)
    }
}

/// What a row asks.
enum Row {
    /// A creator's figures.
    Creator(CreatorKey),
    /// The same as an earlier row.
    Same(usize),
    /// Nothing that can be answered, with the creator's id where that can be read.
    Wrong(Option<AuthorId>, ParameterError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wanted {
    creators: Vec<WantedCreator>,
    #[serde(default)]
    dry_run: bool,
    max_cost_yuan: Option<Yuan>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WantedCreator {
    o_author_id: String,
    platform: Option<String>,
}

/// Takes a batch in, or says why not.
pub(crate) async fn begin(
    gateway: &Arc<Gateway>,
    ask: &Ask<'_>,
    posted: Option<Incoming>,
    told: &mut AllTold,
) -> Result<Batch, Problem> {
    let raw = ask.request.uri.query().unwrap_or_default();
    let query = PlainQuery::parse(&BATCH, raw);
    let accounts = gateway.watch.accounts();
    let caller = authenticate::authenticate(gateway, ask, &query).await?; // 100
    let admitted = throttle::throttle(gateway, caller, ask.now, told).await?; // 302
    let permit = authorize::authorize(admitted, &BATCH, &query)?; // 600
    query.only_known(raw)?;
    let body = body::of_endpoint(&BATCH, posted, &ask.request.headers, gateway.settings.body_wait).await?; // 400
    let wanted: Wanted = body::posted(&BATCH, &body)?;
    let cost_max = wanted.max_cost_yuan.map(|cost| cost.amount("maxCostYuan")).transpose()?;
    // The rows have digests of their own.
    let once = OnceKey::read(ask.request, || [0; 32])?.map(|once| once.key);
    let rows = rows(wanted.creators);
    let before = match &once {
        Some(whole) => {
            costs_before(gateway, permit.admitted.caller.known.token.account_id, whole, &rows, ask.now).await?
        }
        None => HashMap::new(),
    };
    let mut request = ask.request.clone();
    request.headers.remove(IDEMPOTENCY_KEY);
    Ok(Batch {
        gateway: gateway.clone(),
        admitted: permit.admitted,
        accounts,
        request,
        address: ask.address,
        rows,
        is_dry: wanted.dry_run,
        cost_max,
        once,
        before,
        lang: ask.language(),
        _under_way: gateway.purchases.begin(),
    })
}

/// What rows cost that were asked before under the key of the whole.
async fn costs_before(
    gateway: &Gateway,
    account_id: AccountId,
    whole: &str,
    rows: &[Row],
    now: Moment,
) -> Result<HashMap<usize, MicroYuan>, Problem> {
    let of_creators = |(at, row): (usize, &Row)| match row {
        Row::Creator(key) => Some((at, row::key_of_row(whole, key))),
        Row::Same(_) | Row::Wrong(..) => None,
    };
    let (places, keys): (Vec<usize>, Vec<String>) = rows.iter().enumerate().filter_map(of_creators).unzip();
    let costs = gateway.meter_store.costs_once(account_id, keys, now.unix_ms).await?;
    Ok(places.into_iter().zip(costs).filter_map(|(at, cost)| Some((at, cost?))).collect())
}

fn rows(creators: Vec<WantedCreator>) -> Vec<Row> {
    let mut first = HashMap::new();
    let read = |wanted: &WantedCreator| AuthorCpInfoQuestion::of(&wanted.o_author_id, wanted.platform.as_deref());
    let row = |(at, wanted): (usize, WantedCreator)| match read(&wanted) {
        Err(wrong) => Row::Wrong(wanted.o_author_id.parse().ok(), wrong),
        Ok(AuthorCpInfoQuestion { key }) => match first.get(&key) {
            Some(first) => Row::Same(*first),
            None => {
                first.insert(key.clone(), at);
                Row::Creator(key)
            }
        },
    };
    creators.into_iter().enumerate().map(row).collect()
}
