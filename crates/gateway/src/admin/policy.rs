//! What a token may do, as JSON and as the operator changes it: what is named changes, null lifts it.

use domain::{AddressRange, PolicyChange, PolicyError, Scope, Sentence, Spoken, TokenPolicy, sentence};
use serde::Deserialize;
use serde_json::{Value, json};

use super::limits::LimitsPatch;
use super::problem::AdminProblem;
use super::request::named;
use crate::body::Yuan;
use crate::v1::limits_json;

/// A policy that changes; empty lists are none, as null is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct PolicyPatch {
    limits: LimitsPatch,
    #[serde(deserialize_with = "named")]
    spending_cap_yuan: Option<Option<Yuan>>,
    #[serde(deserialize_with = "named")]
    scopes: Option<Option<Vec<String>>>,
    header_only: Option<bool>,
    #[serde(deserialize_with = "named")]
    addresses: Option<Option<Vec<String>>>,
}

impl PolicyPatch {
    /// Whether it changes nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.limits.is_empty()
            && self.spending_cap_yuan.is_none()
            && self.scopes.is_none()
            && self.header_only.is_none()
            && self.addresses.is_none()
    }

    /// The change.
    pub(super) fn read(&self) -> Result<PolicyChange, AdminProblem> {
        let texts = |list: &Option<Option<Vec<String>>>| list.clone().map(Option::unwrap_or_default);
        let spending_cap = |cap: &Option<Yuan>| cap.as_ref().map(|cap| cap.amount("spendingCapYuan")).transpose();
        Ok(PolicyChange {
            limits: self.limits.change(),
            spending_cap: self.spending_cap_yuan.as_ref().map(spending_cap).transpose()?,
            scopes: texts(&self.scopes).map(|texts| list("policy.scopes", &texts, scope)).transpose()?,
            header_only: self.header_only,
            addresses: texts(&self.addresses).map(|texts| list("policy.addresses", &texts, addresses)).transpose()?,
        })
    }
}

/// Reads a list. Of what is wrong its place is told alone: it may be a token in the wrong place.
fn list<T>(name: &str, texts: &[String], read: impl Fn(&str) -> Result<T, Sentence>) -> Result<Vec<T>, AdminProblem> {
    let read = |(at, text): (usize, &String)| {
        read(text).map_err(|why| {
            let Sentence { en, zh } = why;
            AdminProblem::bad_request(sentence!("{name}[{at}]: {en}", "{name}[{at}]：{zh}"))
        })
    };
    texts.iter().enumerate().map(read).collect()
}

/// A scope that decides something: one that is misspelt would permit nothing, and what every token may ask needs none.
fn scope(text: &str) -> Result<Scope, Sentence> {
    let scope: Scope = text.parse().map_err(|error: PolicyError| error.sentence())?;
    let name = scope.endpoint.as_str();
    if name == "*" || catalog::scoped().any(|endpoint| endpoint.name == name) {
        return Ok(scope);
    }
    let known: Vec<&str> = catalog::scoped().map(|endpoint| endpoint.name).collect();
    let known = known.join(", ");
    Err(match catalog::endpoint(name) {
        Some(_) => sentence!(
            "every token may ask for its own account, usage and calls, whatever its scopes: right would be * or one of {known}",
            "任何令牌都可查询自己的账户、用量与调用，与访问范围无关：应为 * 或 {known} 之一"
        ),
        None => sentence!(
            "the scope names no endpoint: right would be * or one of {known}",
            "访问范围不对应任何接口：应为 * 或 {known} 之一"
        ),
    })
}

fn addresses(text: &str) -> Result<AddressRange, Sentence> {
    text.parse().map_err(|error: PolicyError| error.sentence())
}

/// A policy as JSON: what [`PolicyPatch`] takes.
pub(super) fn json(policy: &TokenPolicy) -> Value {
    json!({
        "limits": limits_json(&policy.limits),
        "spendingCapYuan": policy.spending_cap.map(|cap| cap.to_string()),
        "scopes": policy.scopes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "headerOnly": policy.header_only,
        "addresses": policy.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
