//! The charge for the answer. Nothing has a price yet, so there is nothing to post; the stage keeps its place between
//! the answer and the reply, since a charge is durable before the reply leaves.

use domain::{CreatorKey, TokenId};

use crate::local::Answer;
use crate::pipeline::answer::Answered;
use crate::problem::Problem;

/// An answer that may leave.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(super) token_id: TokenId,
    pub(super) key: CreatorKey,
    pub(super) answer: Answer,
}

/// Settles an answer.
pub(super) fn settle(answered: Answered) -> Result<Settled, Problem> {
    let Answered { hold, answer } = answered;
    let question = hold.question;
    Ok(Settled { token_id: question.permit.admitted.caller.token.id, key: question.key, answer })
}
