//! Whether the token may use the endpoint, on the platform asked about. Code 600.

use catalog::{Endpoint, PARAM_PLATFORM, ParsedQuery};
use domain::Platform;

use crate::pipeline::authenticate::Caller;
use crate::pipeline::throttle::Admitted;
use crate::problem::Problem;

/// Evidence that the caller may ask here.
#[derive(Debug)]
pub(crate) struct Permit {
    pub(super) admitted: Admitted,
}

/// Permits an admitted caller.
pub(super) fn authorize<const N: usize>(
    admitted: Admitted,
    endpoint: &Endpoint,
    query: &ParsedQuery<'_, N>,
) -> Result<Permit, Problem> {
    // A platform that is none is told later, as such.
    let platform = query.value(PARAM_PLATFORM).ok().flatten().and_then(|name| name.parse::<Platform>().ok());
    let permit = Permit { admitted };
    permit.covers(endpoint, platform)?;
    Ok(permit)
}

impl Permit {
    /// Refuses what the token may not ask.
    pub(super) fn covers(&self, endpoint: &Endpoint, platform: Option<Platform>) -> Result<(), Problem> {
        covers(&self.admitted.caller, endpoint, platform)
    }
}

/// Refuses what a caller's token may not ask.
pub(super) fn covers(caller: &Caller, endpoint: &Endpoint, platform: Option<Platform>) -> Result<(), Problem> {
    match caller.known.policy.allows(endpoint.name, platform) {
        true => Ok(()),
        false => Err(Problem::not_permitted(endpoint.name, platform)),
    }
}
