//! Who calls: the token, from the query string or the Authorization header. Code 100.

use std::sync::Arc;
use std::time::Duration;

use catalog::{PARAM_TOKEN, ParsedQuery};
use domain::TokenHash;
use hyper::http::request::Parts;
use store::StoreError;
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;

use crate::bearer::{self, Form};
use crate::generations::Seen;
use crate::known::{Known, Prices};
use crate::pipeline::Ask;
use crate::problem::Problem;
use crate::state::Gateway;

/// Evidence that a valid token was sent.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The token with what limits it, for the stages to come.
    pub(super) known: Arc<Known>,
}

/// Tokens are 38 characters; what is longer than this is not worth hashing.
const TOKEN_LEN_MAX: usize = 256;

/// How long a token waits for its turn to be looked for; only a store that does not answer makes it wait for so long.
const TURN_WAIT: Duration = Duration::from_secs(5);

/// A token as it was sent.
#[derive(Clone, Copy)]
struct Sent<'r> {
    secret: &'r str,
    in_query: bool,
}

/// Finds the active token a request carries.
pub(super) async fn authenticate<const N: usize>(
    gateway: &Gateway,
    ask: &Ask<'_>,
    query: &ParsedQuery<'_, N>,
) -> Result<Caller, Problem> {
    let style = query.style();
    let sent = sent_token(ask.request, query).filter(|sent| sent.secret.len() <= TOKEN_LEN_MAX);
    let sent = sent.ok_or_else(|| Problem::invalid_token(style))?;
    let known = match ask.remembered.get(sent.secret, gateway.watch.accounts()) {
        Some(known) => Some(known),
        // In a box: rare, and its size would add to every request's.
        None => Box::pin(find(gateway, ask, sent.secret)).await?,
    };
    // Whether the token is unknown, disabled, expired or used where it may not be is told to nobody.
    let active = known.filter(|known| {
        let policy = &known.policy;
        known.token.is_active(ask.now.second())
            && !(policy.header_only && sent.in_query)
            && policy.allows_from(ask.address)
    });
    active.map(|known| Caller { known }).ok_or_else(|| Problem::invalid_token(style))
}

/// The token sent: as the parameter, in the header, with or without `Bearer`, or in both. Of two different ones nobody knows which is meant.
fn sent_token<'r, const N: usize>(request: &'r Parts, query: &'r ParsedQuery<'_, N>) -> Option<Sent<'r>> {
    let in_query = query.value(PARAM_TOKEN).ok()?;
    let in_header = bearer::secret(&request.headers, Form::BearerOrBare).ok()?;
    match (in_query, in_header) {
        (Some(one), Some(other)) if one != other => None,
        (Some(secret), _) => Some(Sent { secret, in_query: true }),
        (None, secret) => secret.map(|secret| Sent { secret, in_query: false }),
    }
}

/// The caller of a token, from memory or the store; the connection remembers it. Wrong ones are counted, and refused as such
/// where their address sent too many.
async fn find(gateway: &Gateway, ask: &Ask<'_>, secret: &str) -> Result<Option<Arc<Known>>, Problem> {
    let hash = gateway.key.hash(secret);
    let known = gateway.callers.get(&hash);
    let is_familiar = known.is_some();
    let seen = match known.filter(|seen| seen.generation == gateway.watch.accounts()) {
        Some(seen) => seen,
        None => {
            // What was valid under the accounts of before waits for nobody.
            let _turn = if is_familiar { None } else { turn(gateway, ask).await? };
            match read(gateway, hash).await? {
                Some(seen) => seen,
                None => {
                    let too_many = gateway.failures.count(ask.address, ask.now);
                    return too_many.map_or(Ok(None), |retry_in_us| Err(Problem::too_many_failures(retry_in_us)));
                }
            }
        }
    };
    ask.remembered.set(secret, seen.clone());
    Ok(Some(seen.value))
}

/// A turn at the store, for a token from an address that was wrong too often; others need none.
async fn turn<'g>(gateway: &'g Gateway, ask: &Ask<'_>) -> Result<Option<SemaphorePermit<'g>>, StoreError> {
    if gateway.failures.too_many(ask.address, ask.now).is_none() {
        return Ok(None);
    }
    // Never closed, so an error is always the time.
    let turn = timeout(TURN_WAIT, gateway.guesses.acquire()).await;
    turn.ok().and_then(Result::ok).map(Some).ok_or(StoreError::Busy)
}

async fn read(gateway: &Gateway, hash: TokenHash) -> Result<Option<Seen<Arc<Known>>>, StoreError> {
    // Before the read: what changes from here on makes the entry old.
    let generation = gateway.watch.accounts();
    // Unknown tokens are not kept: guesses must not push real tokens out.
    let Some(caller) = gateway.meter_store.caller(&hash).await? else { return Ok(None) };
    let prices = Prices::new(&gateway.meter_store.prices().await?);
    let of_token = gateway.limiters.of_token(caller.token.account_id, caller.token.id);
    let of_account = gateway.limiters.of_account(caller.token.account_id);
    let seen = Seen { generation, value: Arc::new(Known::new(caller, prices, of_token, of_account)) };
    gateway.callers.insert(hash, seen.clone());
    Ok(Some(seen))
}
