//! Paid upstreams: how they stand, and a parked one asked again.

use catalog::repeated;
use domain::sentence;
use serde_json::{Value, json};

use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply};
use crate::standing::UpstreamStanding;

/// The configured upstreams, and others that servers told of.
pub(super) async fn list(ask: &Ask<'_>) -> Outcome {
    let upstreams: Vec<Value> = all(ask).await?.iter().map(UpstreamStanding::json).collect();
    Ok(Reply::ok(json!({ "upstreams": upstreams })))
}

/// Ends a parking, for every server; where there is none, nothing changes.
pub(super) async fn unpark(ask: &Ask<'_>, name: &str) -> Outcome {
    // Before anything is written: a name that is misspelt is told as that.
    if !all(ask).await?.iter().any(|upstream| upstream.name == name) {
        return Err(no_such_upstream(name));
    }
    ask.admin.ledger.unpark_upstream(name).await?;
    let after = all(ask).await?.into_iter().find(|upstream| upstream.name == name);
    Ok(Reply::ok(after.ok_or_else(|| no_such_upstream(name))?.json()))
}

async fn all(ask: &Ask<'_>) -> Result<Vec<UpstreamStanding>, AdminProblem> {
    let Ask { admin, now, .. } = ask;
    Ok(UpstreamStanding::all(&*admin.ledger, &admin.upstreams, now.second()).await?)
}

fn no_such_upstream(name: &str) -> AdminProblem {
    AdminProblem::not_found(sentence!(
        "no upstream is named {:?}: GET /v1/admin/upstreams lists them",
        "没有名为 {:?} 的上游：GET /v1/admin/upstreams 可列出上游",
        repeated(name)
    ))
}
