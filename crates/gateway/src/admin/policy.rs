//! What a token may do, as JSON and as the operator changes it: what is named changes, null lifts it.

use domain::{PolicyChange, Scope, Spoken, TokenPolicy, sentence};
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
            scopes: texts(&self.scopes).map(|texts| list(&texts, scope)).transpose()?,
            header_only: self.header_only,
            addresses: texts(&self.addresses)
                .map(|texts| list(&texts, |text| text.parse().map_err(refused)))
                .transpose()?,
        })
    }
}

fn list<T>(texts: &[String], read: impl Fn(&str) -> Result<T, AdminProblem>) -> Result<Vec<T>, AdminProblem> {
    texts.iter().map(|text| read(text)).collect()
}

/// A scope whose endpoint there is: one that is misspelt would permit nothing.
fn scope(text: &str) -> Result<Scope, AdminProblem> {
    let scope: Scope = text.parse().map_err(refused)?;
    if scope.endpoint != "*" && catalog::endpoint(&scope.endpoint).is_none() {
        let known: Vec<&str> = catalog::ENDPOINTS.iter().map(|endpoint| endpoint.name).collect();
        let detail = sentence!(
            "the scope {text:?} names no endpoint: right would be * or one of {}",
            "访问范围 {text:?} 不对应任何接口：应为 * 或 {} 之一",
            known.join(", ")
        );
        return Err(AdminProblem::bad_request(detail));
    }
    Ok(scope)
}

fn refused(error: domain::PolicyError) -> AdminProblem {
    AdminProblem::bad_request(error.sentence())
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
