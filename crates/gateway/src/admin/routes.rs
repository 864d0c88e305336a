//! The resources: which paths they have, which methods, which parameters, and where each is answered.

use domain::{CallId, TokenId};
use hyper::{Method, StatusCode};

use super::key::Operator;
use super::problem::AdminProblem;
use super::request::{Ask, Outcome};
use super::{accounts, audit, calls, limits, prices, rotate, tokens, top_ups, usage};

/// A resource, with what its path names.
#[derive(Debug)]
pub(super) enum Resource {
    Accounts,
    Account(String),
    AccountLimits(String),
    AccountTopUps(String),
    AccountTokens(String),
    Tokens,
    Token(TokenId),
    TokenRotate(TokenId),
    Prices,
    Price(String),
    Calls,
    Call(CallId),
    CallReconcile(CallId),
    Usage,
    Audit,
}

impl Resource {
    /// The resource at a path.
    pub(super) fn of(path: &str) -> Result<Self, AdminProblem> {
        let segments: Vec<&str> = path.strip_prefix("/v1/admin/").unwrap_or_default().split('/').collect();
        Ok(match *segments {
            ["accounts"] => Self::Accounts,
            ["accounts", name] => Self::Account(decoded(name)),
            ["accounts", name, "limits"] => Self::AccountLimits(decoded(name)),
            ["accounts", name, "top-ups"] => Self::AccountTopUps(decoded(name)),
            ["accounts", name, "tokens"] => Self::AccountTokens(decoded(name)),
            ["tokens"] => Self::Tokens,
            ["tokens", number] => Self::Token(token_id(number)?),
            ["tokens", number, "rotate"] => Self::TokenRotate(token_id(number)?),
            ["prices"] => Self::Prices,
            ["prices", endpoint] => Self::Price(decoded(endpoint)),
            ["calls"] => Self::Calls,
            ["calls", id] => Self::Call(call_id(id)?),
            ["calls", id, "reconcile"] => Self::CallReconcile(call_id(id)?),
            ["usage"] => Self::Usage,
            ["audit"] => Self::Audit,
            // The path is not repeated: it may hold a secret in the wrong place.
            _ => {
                let detail =
                    "there is nothing at this path: /v1/admin has accounts, tokens, prices, calls, usage and audit";
                return Err(AdminProblem::not_found(detail));
            }
        })
    }

    /// The methods it has, as the header Allow says it.
    fn methods(&self) -> &'static str {
        match self {
            Self::Accounts => "GET, HEAD, POST",
            Self::Token(_) => "GET, HEAD, PATCH",
            Self::AccountLimits(_) => "PATCH",
            Self::Price(_) => "PUT",
            Self::AccountTopUps(_) | Self::AccountTokens(_) | Self::TokenRotate(_) | Self::CallReconcile(_) => "POST",
            Self::Account(_)
            | Self::Tokens
            | Self::Prices
            | Self::Calls
            | Self::Call(_)
            | Self::Usage
            | Self::Audit => "GET, HEAD",
        }
    }

    /// Refuses a method that it does not have.
    pub(super) fn check(&self, method: &Method) -> Result<(), AdminProblem> {
        let methods = self.methods();
        if methods.split(", ").any(|known| known == method.as_str()) {
            return Ok(());
        }
        Err(not_allowed(methods))
    }

    /// The parameters it has.
    pub(super) fn parameters(&self) -> &'static [&'static str] {
        match self {
            Self::Calls => &["account", "token", "state", "before", "limit"],
            Self::Usage => &["from", "to", "account"],
            Self::Audit => &["actor", "action", "subject", "before", "limit"],
            _ => &[],
        }
    }

    /// Does what the operator asks.
    pub(super) async fn answer(self, _operator: &Operator, method: &Method, ask: &Ask<'_>) -> Outcome {
        let methods = self.methods();
        match (method, self) {
            (&Method::GET, Self::Accounts) => accounts::list(ask).await,
            (&Method::POST, Self::Accounts) => accounts::create(ask).await,
            (&Method::GET, Self::Account(name)) => accounts::show(ask, &name).await,
            (&Method::PATCH, Self::AccountLimits(name)) => limits::patch(ask, &name).await,
            (&Method::POST, Self::AccountTopUps(name)) => top_ups::create(ask, &name).await,
            (&Method::POST, Self::AccountTokens(name)) => tokens::create(ask, &name).await,
            (&Method::GET, Self::Tokens) => tokens::list(ask).await,
            (&Method::GET, Self::Token(id)) => tokens::show(ask, id).await,
            (&Method::PATCH, Self::Token(id)) => tokens::patch(ask, id).await,
            (&Method::POST, Self::TokenRotate(id)) => rotate::rotate(ask, id).await,
            (&Method::GET, Self::Prices) => prices::list(ask).await,
            (&Method::PUT, Self::Price(endpoint)) => prices::set(ask, &endpoint).await,
            (&Method::GET, Self::Calls) => calls::list(ask).await,
            (&Method::GET, Self::Call(id)) => calls::show(ask, id).await,
            (&Method::POST, Self::CallReconcile(id)) => calls::reconcile(ask, id).await,
            (&Method::GET, Self::Usage) => usage::list(ask).await,
            (&Method::GET, Self::Audit) => audit::list(ask).await,
            _ => Err(not_allowed(methods)),
        }
    }
}

fn not_allowed(methods: &'static str) -> AdminProblem {
    let detail = format!("this path answers {methods}: use one of them");
    AdminProblem { allow: Some(methods), ..AdminProblem::new(StatusCode::METHOD_NOT_ALLOWED, detail) }
}

/// A segment of a path as text. The decoder of query strings does it, once what means something only there is escaped.
fn decoded(segment: &str) -> String {
    let escaped = segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

fn token_id(number: &str) -> Result<TokenId, AdminProblem> {
    let wrong = |_| {
        AdminProblem::bad_request("a token is named by its number, such as 7: GET /v1/admin/tokens lists the numbers")
    };
    number.parse().map(TokenId).map_err(wrong)
}

fn call_id(id: &str) -> Result<CallId, AdminProblem> {
    id.parse().map_err(|error: domain::CallIdError| AdminProblem::bad_request(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_path_is_decoded_once_and_its_slash_divides_nothing() {
        for (segment, name) in
            [("team", "team"), ("a%20b", "a b"), ("a+b=c&d", "a+b=c&d"), ("%E5%9B%A2%2Fa%2520", "团/a%20")]
        {
            let path = format!("/v1/admin/accounts/{segment}/limits");
            assert!(matches!(Resource::of(&path), Ok(Resource::AccountLimits(found)) if found == name), "{segment}");
        }
    }

    #[test]
    fn what_is_no_resource_is_none() {
        for path in [
            "/",
            "/v1/admin",
            "/v1/admin/",
            "/v1/adminaccounts",
            "/v1/admin/accounts/",
            "/v1/admin/tokens/7/",
            "/v1/account",
        ] {
            match Resource::of(path) {
                Ok(Resource::Account(name)) => assert_eq!(name, "", "{path}"),
                found => assert!(found.is_err(), "{path}"),
            }
        }
        assert!(Resource::of("/v1/admin/tokens/seven").is_err() && Resource::of("/v1/admin/calls/7").is_err());
    }
}
