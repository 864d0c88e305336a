//! Who calls: the token, from the query string or the Authorization header. Code 100.

use std::sync::Arc;

use catalog::{PARAM_TOKEN, Query};
use domain::{Token, TokenHash};
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use store::StoreError;

use crate::generations::Seen;
use crate::moment::Moment;
use crate::problem::Problem;
use crate::remembered::RememberedToken;
use crate::state::Gateway;

/// Evidence that a valid token was sent.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The token, for the stages to come.
    pub(super) token: Arc<Token>,
}

/// Tokens are 38 characters; what is longer than this is not worth hashing.
const TOKEN_LEN_MAX: usize = 256;

/// Finds the active token a request carries.
pub(super) async fn authenticate(
    gateway: &Gateway,
    remembered: &RememberedToken,
    request: &Parts,
    query: &Query<'_>,
    now: Moment,
) -> Result<Caller, Problem> {
    let secret = sent_token(request, query).filter(|secret| secret.len() <= TOKEN_LEN_MAX);
    let secret = secret.ok_or_else(Problem::invalid_token)?;
    let token = match remembered.get(secret, gateway.watch.accounts()) {
        Some(token) => Some(token),
        // In a box: rare, and its size would add to every request's.
        None => Box::pin(find(gateway, remembered, secret)).await?,
    };
    // Whether the token is unknown, disabled or expired is told to nobody.
    let active = token.filter(|token| token.is_active(now.second()));
    active.map(|token| Caller { token }).ok_or_else(Problem::invalid_token)
}

/// The token sent: the parameter when it is given once and not empty, else the header, with or without `Bearer`.
fn sent_token<'r>(request: &'r Parts, query: &'r Query<'_>) -> Option<&'r str> {
    match query.value(PARAM_TOKEN) {
        Ok(Some(token)) => Some(token),
        Err(catalog::ParameterError::Repeated { .. }) => None,
        Ok(None) | Err(_) => {
            let value = request.headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
            let bare = match value.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
                _ => value,
            };
            (!bare.is_empty()).then_some(bare)
        }
    }
}

/// The token of a text, from memory or the store; the connection remembers it.
async fn find(gateway: &Gateway, remembered: &RememberedToken, secret: &str) -> Result<Option<Arc<Token>>, StoreError> {
    let hash = gateway.key.hash(secret);
    let seen = match cached(gateway, &hash) {
        Some(seen) => Some(seen),
        None => read(gateway, hash).await?,
    };
    if let Some(seen) = &seen {
        remembered.set(secret, seen.clone());
    }
    Ok(seen.map(|seen| seen.value))
}

fn cached(gateway: &Gateway, hash: &TokenHash) -> Option<Seen<Arc<Token>>> {
    gateway.tokens.get(hash).filter(|seen| seen.generation == gateway.watch.accounts())
}

async fn read(gateway: &Gateway, hash: TokenHash) -> Result<Option<Seen<Arc<Token>>>, StoreError> {
    // Before the read: what changes from here on makes the entry old.
    let generation = gateway.watch.accounts();
    let token = gateway.store.token_by_hash(&hash).await?;
    let seen = token.map(|token| Seen { generation, value: Arc::new(token) });
    // Unknown tokens are not kept: guesses must not push real tokens out.
    if let Some(seen) = &seen {
        gateway.tokens.insert(hash, seen.clone());
    }
    Ok(seen)
}
