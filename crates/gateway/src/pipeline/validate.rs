//! What is asked: the parameters. Code 400.

use catalog::{AuthorCpInfoQuestion, Query};
use domain::CreatorKey;

use crate::pipeline::authorize::Permit;
use crate::problem::Problem;

/// A permitted, valid question.
#[derive(Debug)]
pub(crate) struct Question {
    pub(super) permit: Permit,
    pub(super) key: CreatorKey,
}

/// Reads the question of a permitted caller.
pub(super) fn validate(permit: Permit, query: &Query<'_>) -> Result<Question, Problem> {
    let AuthorCpInfoQuestion { key } = AuthorCpInfoQuestion::read(query)?;
    Ok(Question { permit, key })
}
