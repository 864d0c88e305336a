//! The pipeline of our own endpoints that have a price: the same stages as the contract's, in the same order.

use catalog::{Endpoint, PlainQuery};
use domain::{CreatorKey, Lang, MicroYuan, Platform};
use hyper::body::Incoming;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::body;
use crate::envelope::RequestId;
use crate::pipeline::once::OnceKey;
use crate::pipeline::reserve::{Reservation, reserve};
use crate::pipeline::settle::{booked, repeated, take};
use crate::pipeline::validate::Question;
use crate::pipeline::{Ask, authenticate, authorize, throttle};
use crate::problem::Problem;
use crate::state::Gateway;
use crate::told::AllTold;
use crate::under_way::Asked;

/// A question to an endpoint of ours that has a price.
pub(crate) trait PaidQuestion: Sized + Send + Sync {
    /// The endpoint.
    const ENDPOINT: &'static Endpoint;

    /// Reads the question; the body is empty where the endpoint takes none.
    ///
    /// # Errors
    /// With code 400.
    fn read(query: &PlainQuery<'_>, body: &[u8]) -> Result<Self, Problem>;

    /// What it says that the query string does not: the same text for bodies that ask the same.
    fn says(&self) -> String {
        String::new()
    }

    /// The creator that it is about, where it is about one alone.
    fn creator(&self) -> Option<&CreatorKey>;

    /// The platform that it is about.
    fn platform(&self) -> Option<Platform> {
        self.creator().map(|key| key.platform)
    }

    /// Answers it.
    ///
    /// # Errors
    /// With what is told to the caller, who pays nothing then.
    fn answer(&self, gateway: &Gateway, ask: &Ask<'_>) -> impl Future<Output = Result<Value, Problem>> + Send;

    /// Whether an answer tells anything that has a price.
    fn is_worth_its_price(_answer: &Value) -> bool {
        true
    }
}

/// A success.
pub(crate) struct Sold {
    /// Its id: the request's own, or that of the request it repeats.
    pub(crate) id: RequestId,
    /// The answer as JSON.
    pub(crate) body: Vec<u8>,
    /// What was charged for it; nothing was metered, when none.
    pub(crate) charged: Option<MicroYuan>,
    /// Whether it was given before, under the same idempotency key.
    pub(crate) is_again: bool,
    pub(crate) asked: Asked,
}

impl Sold {
    fn new<P: PaidQuestion>(question: &Question<P>, ask: &Ask<'_>, body: Vec<u8>, charged: Option<MicroYuan>) -> Self {
        Self { id: ask.id, body, charged, is_again: false, asked: asked(question) }
    }

    fn again<P: PaidQuestion>(question: &Question<P>, done: store::Done) -> Self {
        let id = RequestId::of_call(done.id);
        Self { id, body: done.answer, charged: Some(MicroYuan::ZERO), is_again: true, asked: asked(question) }
    }
}

fn asked<P: PaidQuestion>(question: &Question<P>) -> Asked {
    Asked { token_id: question.known().token.id, key: question.subject.creator().cloned() }
}

/// Answers a question and charges for the answer, or says why not. How the caller's limits stand is told either way.
pub(crate) async fn paid<P: PaidQuestion>(
    gateway: &Gateway,
    ask: &Ask<'_>,
    body: Option<Incoming>,
    told: &mut AllTold,
) -> Result<Sold, Problem> {
    let raw = ask.request.uri.query().unwrap_or_default();
    let query = PlainQuery::parse(P::ENDPOINT, raw);
    let caller = authenticate::authenticate(gateway, ask, &query).await?; // 100
    let admitted = throttle::throttle(gateway, caller, ask.now, told).await?; // 302
    let permit = authorize::authorize(admitted, P::ENDPOINT, &query)?; // 600
    query.only_known(raw)?;
    let body = body::of_endpoint(P::ENDPOINT, body, &ask.request.headers, gateway.settings.body_wait).await?; // 400
    let subject = P::read(&query, &body)?;
    // A body may name the platform.
    permit.covers(P::ENDPOINT, subject.platform())?;
    let lines = query.lines()?;
    let once = OnceKey::read(ask.request, || digest(P::ENDPOINT, ask, &lines, &subject.says()))?;
    let question = Question { permit, endpoint: P::ENDPOINT, subject, once };
    let question = match reserve(gateway, question, ask, told).await? {
        Reservation::New(hold) => hold.question, // 303, 602, 601
        Reservation::Done(done, question) => return Ok(Sold::again(&question, *done)),
    };
    let answer = question.subject.answer(gateway, ask).await?;
    let body = answer.to_string().into_bytes();
    if !question.is_metered() || !P::is_worth_its_price(&answer) {
        question.known().of_token.count_free(gateway.day(ask.now), P::ENDPOINT.number, 1);
        let charged = question.is_metered().then_some(MicroYuan::ZERO);
        return Ok(Sold::new(&question, ask, body, charged));
    }
    let take = take(&question, question.subject.creator().cloned(), ask, || body.clone());
    let charged = gateway.meter.charge(take).await;
    match booked(gateway, charged, &question, ask, told)? {
        Some(done) => Ok(Sold::again(&question, repeated(gateway, done, &question, ask).await?)),
        None => Ok(Sold::new(&question, ask, body, Some(question.price()))),
    }
}

/// The digest of a question: of what it says, not of how it was written. In another language than the default it
/// is another question.
fn digest(endpoint: &Endpoint, ask: &Ask<'_>, query: &str, says: &str) -> [u8; 32] {
    let other = ask.language_of(endpoint).filter(|lang| *lang != Lang::default());
    Sha256::new()
        .chain_update(endpoint.name)
        .chain_update("\n")
        .chain_update(query)
        .chain_update(says)
        .chain_update(other.map_or("", Lang::tag))
        .finalize()
        .into()
}
