//! The answer itself, from the operator's own data. Codes 400 (the creator is unknown), 301 and 500.

use domain::{BusinessCode, CreatorKey};

use crate::local::{Answer, Found};
use crate::moment::Moment;
use crate::pipeline::reserve::Hold;
use crate::problem::Problem;
use crate::state::Gateway;

/// An answer that is reserved for and not settled.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(super) hold: Hold,
    pub(super) answer: Answer,
}

/// Finds the answer to a question.
pub(super) async fn answer(gateway: &Gateway, hold: Hold, now: Moment) -> Result<Answered, Problem> {
    let key = &hold.question.key;
    let found = match gateway.local.cached(key, now.second()) {
        Some(found) => {
            gateway.metrics.cache_hits.inc();
            found
        }
        None => {
            gateway.metrics.cache_misses.inc();
            // In a box: rare, and its size would add to every request's.
            Box::pin(gateway.local.read(key, now.second())).await?
        }
    };
    match found {
        Found::Answer(answer) => Ok(Answered { hold, answer }),
        Found::NoFigures => Err(no_figures(key)),
        Found::Unknown => Err(unknown_creator(key)),
    }
}

pub(super) fn unknown_creator(key: &CreatorKey) -> Problem {
    let message = format!(
        "creator {} is unknown on {}: check oAuthorId and platform, or have the operator import this creator's posts",
        key.author_id, key.platform
    );
    Problem::new(BusinessCode::InvalidParameter, message)
}

pub(super) fn no_figures(key: &CreatorKey) -> Problem {
    let message = format!(
        "creator {} is known on {}, but no post with plays is: nothing can be expected until such posts are imported",
        key.author_id, key.platform
    );
    Problem::new(BusinessCode::InvalidParameter, message)
}
