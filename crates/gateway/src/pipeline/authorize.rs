//! Whether the token may use the endpoint, on the platform asked about. Code 600.

use catalog::{Endpoint, PARAM_PLATFORM, Query};
use domain::Platform;

use crate::pipeline::throttle::Admitted;
use crate::problem::Problem;

/// Evidence that the caller may ask here.
#[derive(Debug)]
pub(crate) struct Permit {
    pub(super) admitted: Admitted,
}

/// Permits an admitted caller.
pub(super) fn authorize(admitted: Admitted, endpoint: &Endpoint, query: &Query<'_>) -> Result<Permit, Problem> {
    // A platform that is none is told later, as such.
    let platform = query.value(PARAM_PLATFORM).ok().flatten().and_then(|name| name.parse::<Platform>().ok());
    if !admitted.caller.known.policy.allows(endpoint.name, platform) {
        return Err(Problem::not_permitted(endpoint.name, platform));
    }
    Ok(Permit { admitted })
}
