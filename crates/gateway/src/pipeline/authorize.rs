//! Whether the token may use the endpoint: the place of code 600. Tokens carry no scopes yet, so every one may.

use crate::pipeline::throttle::Admitted;
use crate::problem::Problem;

/// Evidence that the caller may ask here.
#[derive(Debug)]
pub(crate) struct Permit {
    pub(super) admitted: Admitted,
}

/// Permits an admitted caller.
pub(super) fn authorize(admitted: Admitted) -> Result<Permit, Problem> {
    Ok(Permit { admitted })
}
