//! A token in place of another one, which stays good for a while, so that its owner can change over.

use std::num::NonZeroU32;

use domain::{TokenId, UnixTime, sentence};
use serde::Deserialize;
use serde_json::json;

use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Reply, named};
use super::tokens::{find, make, token_json, whole_json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wanted {
    /// How long the old token stays good; not at all, when 0.
    #[serde(default = "a_week")]
    overlap_s: u32,
    /// How long the new one is good; for ever, when null; as long as the old one was made for, when absent.
    #[serde(default, deserialize_with = "named")]
    expires_in_s: Option<Option<NonZeroU32>>,
}

/// As long as on the command line.
fn a_week() -> u32 {
    7 * UnixTime::DAY
}

/// Makes a token with the policy of another one, which expires after the overlap, never later than it would have anyway.
/// The new one is made first: where something fails in between, the old one goes on.
pub(super) async fn rotate(ask: &Ask<'_>, id: TokenId) -> Outcome {
    let Wanted { overlap_s, expires_in_s } = ask.json()?;
    let (account, mut old) = find(ask, id).await?;
    let now = ask.now.second();
    if !old.enabled {
        let detail = sentence!(
            "token {id} is disabled: enable it first, or make another one for its account",
            "令牌 {id} 已停用：请先启用，或为其账户另建令牌"
        );
        return Err(AdminProblem::conflict(detail));
    }
    let policy = ask.admin.ledger.token_policy(id).await?;
    let after = |seconds: u32| UnixTime(now.0.saturating_add(seconds));
    let expires_at = match expires_in_s {
        Some(expires_in_s) => expires_in_s.map(|seconds| after(seconds.get())),
        None => old.expires_at.map(|at| after(at.seconds_since(old.created_at))),
    };
    let (secret, new) = make(ask, old.account_id, policy, expires_at).await?;
    let overlap_ends = after(overlap_s);
    old.expires_at = Some(old.expires_at.map_or(overlap_ends, |at| at.min(overlap_ends)));
    ask.admin.ledger.set_token_expiry(id, old.expires_at).await?;
    let mut body = whole_json(ask, &account, &new).await?;
    body["secret"] = json!(secret.expose());
    body["replaces"] = token_json(&account, &old, ask.now);
    Ok(Reply::created(body))
}
