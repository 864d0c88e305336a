//! `/v1/calls/{requestId}`: a call of the caller's account.

use catalog::CALL;
use domain::{BusinessCode, Call, CallId, Spoken, Text};
use serde_json::{Value, json};

use super::{free, query};
use crate::moment::rfc3339;
use crate::pipeline::{self, Ask, Sold};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::told::AllTold;

const NO_CALL: Text = Text::new(
    "this account has no call of that requestId, or not any more",
    "该账户没有此 requestId 的调用，或其记录已不再保留",
);

/// A call of the caller's account.
pub(super) async fn call(gateway: &Gateway, ask: &Ask<'_>, id: &str, told: &mut AllTold) -> Result<Sold, Problem> {
    let known = pipeline::about_caller(gateway, &query(&CALL, ask), ask, told).await?;
    let none = || Problem::new(BusinessCode::NotFound, NO_CALL);
    let id: CallId = id
        .parse()
        .map_err(|error: domain::CallIdError| Problem::new(BusinessCode::InvalidParameter, error.sentence()))?;
    // Somebody else's call is no call: an id tells nothing to who is not its owner.
    let call = gateway.meter_store.call(id).await?.filter(|call| call.account_id == known.token.account_id);
    Ok(free(ask, &known, &call_json(&call.ok_or_else(none)?)))
}

/// A call as JSON, without its account.
pub(crate) fn call_json(call: &Call) -> Value {
    json!({
        "requestId": call.id.to_string(),
        "at": rfc3339(call.id.unix_ms()),
        "state": call.state.name(),
        "endpoint": catalog::endpoint_by_number(call.endpoint).map(|endpoint| endpoint.name),
        "oAuthorId": call.key.as_ref().map(|key| key.author_id.to_string()),
        "platform": call.key.as_ref().map(|key| key.platform.name()),
        "token": call.token_id.0,
        "priceYuan": call.price.to_string(),
        "chargedYuan": call.charged.to_string(),
    })
}
