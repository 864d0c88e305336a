//! What is asked: the parameters, and the idempotency key. Code 400.

use std::sync::Arc;

use catalog::{AUTHOR_CP_INFO, AuthorCpInfoQuestion, Endpoint, Query};
use domain::{CreatorKey, MicroYuan};
use sha2::{Digest, Sha256};

use crate::known::Known;
use crate::pipeline::Ask;
use crate::pipeline::authorize::Permit;
use crate::pipeline::once::OnceKey;
use crate::problem::Problem;

/// A permitted, valid question, and what it is about.
#[derive(Debug)]
pub(crate) struct Question<S = CreatorKey> {
    pub(super) permit: Permit,
    /// The endpoint whose price an answer has.
    pub(super) endpoint: &'static Endpoint,
    pub(super) subject: S,
    /// In a box: few send one.
    pub(super) once: Option<Box<OnceKey>>,
}

impl<S> Question<S> {
    /// Who asks.
    pub(super) fn known(&self) -> &Arc<Known> {
        &self.permit.admitted.caller.known
    }

    /// What an answer costs.
    pub(super) fn price(&self) -> MicroYuan {
        self.known().prices.of(self.endpoint)
    }

    /// Whether the answer goes into the books before it leaves.
    pub(super) fn is_metered(&self) -> bool {
        self.known().is_metered(self.price()) || self.once.is_some()
    }
}

/// Reads the question of a permitted caller.
pub(super) fn validate(permit: Permit, ask: &Ask<'_>, query: &Query<'_>) -> Result<Question, Problem> {
    let raw = || ask.request.uri.query().unwrap_or_default();
    let AuthorCpInfoQuestion { key } =
        AuthorCpInfoQuestion::read(query).map_err(|error| error.looked_up(&AUTHOR_CP_INFO, raw()))?;
    let once = OnceKey::read(ask.request, || digest(&key))?;
    Ok(Question { permit, endpoint: &AUTHOR_CP_INFO, subject: key, once })
}

/// The digest of the question about a creator.
pub(super) fn digest(key: &CreatorKey) -> [u8; 32] {
    Sha256::digest(format!("{} {} {}", AUTHOR_CP_INFO.name, key.author_id, key.platform)).into()
}
