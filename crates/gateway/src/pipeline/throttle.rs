//! Whether the caller asks too often: the place of code 302. No limit is kept yet, so everybody is admitted.

use crate::pipeline::authenticate::Caller;
use crate::problem::Problem;

/// Evidence that the caller is within its rate.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(super) caller: Caller,
}

/// Admits a caller.
pub(super) fn throttle(caller: Caller) -> Result<Admitted, Problem> {
    Ok(Admitted { caller })
}
