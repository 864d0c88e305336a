//! What is asked: the parameters, and the idempotency key. Code 400.

use std::sync::Arc;

use catalog::{AuthorCpInfoQuestion, Query};
use domain::{BusinessCode, CreatorKey};
use hyper::http::request::Parts;
use sha2::{Digest, Sha256};

use crate::headers::{IDEMPOTENCY_KEY, idempotency_key};
use crate::known::Known;
use crate::pipeline::Ask;
use crate::pipeline::authorize::Permit;
use crate::problem::Problem;

/// A permitted, valid question.
#[derive(Debug)]
pub(crate) struct Question {
    pub(super) permit: Permit,
    pub(super) key: CreatorKey,
    /// In a box: few send one.
    pub(super) once: Option<Box<OnceKey>>,
}

/// What makes a question happen once.
#[derive(Debug)]
pub(crate) struct OnceKey {
    /// The key the caller chose.
    pub(super) key: String,
    /// A digest of the question: the same one gets the answer again, another one is refused.
    pub(super) request: [u8; 32],
}

impl Question {
    /// Who asks.
    pub(super) fn known(&self) -> &Arc<Known> {
        &self.permit.admitted.caller.known
    }
}

/// Reads the question of a permitted caller.
pub(super) fn validate(permit: Permit, ask: &Ask<'_>, query: &Query<'_>) -> Result<Question, Problem> {
    let AuthorCpInfoQuestion { key } = AuthorCpInfoQuestion::read(query)?;
    let once = match ask.request.headers.contains_key(IDEMPOTENCY_KEY) {
        true => Some(Box::new(OnceKey { key: once_key(ask.request)?, request: digest(&key) })),
        false => None,
    };
    Ok(Question { permit, key, once })
}

fn once_key(request: &Parts) -> Result<String, Problem> {
    idempotency_key(&request.headers).map(str::to_owned).ok_or_else(|| {
        let message = "the header Idempotency-Key is not valid: send it once, with 1 to 255 visible ASCII characters";
        Problem::new(BusinessCode::InvalidParameter, message)
    })
}

/// The token is no part of it: a token may be replaced between a request and its repetition.
fn digest(key: &CreatorKey) -> [u8; 32] {
    Sha256::digest(format!("{} {} {}", catalog::AUTHOR_CP_INFO.name, key.author_id, key.platform)).into()
}
