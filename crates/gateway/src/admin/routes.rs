//! The resources: what a path names, and where each operation is answered. Paths, methods and parameters are the catalog's.

use catalog::{AdminMethod, AdminOperation, AdminPath, AdminPlace};
use domain::{CallId, Spoken, Text, TokenId, sentence};
use hyper::{Method, StatusCode};
use store::MovementKind;

use super::key::Operator;
use super::problem::AdminProblem;
use super::request::{Ask, Outcome};
use super::{accounts, audit, calls, limits, movements, prices, rotate, tokens, upstreams, usage};

/// A resource, with what its path names.
#[derive(Debug)]
pub(super) enum Resource {
    Accounts,
    Account(String),
    AccountLimits(String),
    AccountTopUps(String),
    AccountWithdrawals(String),
    AccountMovements(String),
    AccountTokens(String),
    Tokens,
    Token(TokenId),
    TokenRotate(TokenId),
    Prices,
    Price(String),
    Calls,
    Call(CallId),
    CallReconcile(CallId),
    Upstreams,
    UpstreamUnpark(String),
    Usage,
    Audit,
}

impl Resource {
    /// The resource at a path, with the path's definition.
    pub(super) fn of(path: &str) -> Result<(Self, &'static AdminPath), AdminProblem> {
        // The path is not repeated: it may hold a secret in the wrong place.
        let nothing = || {
            AdminProblem::not_found(Text::new(
                "there is nothing at this path: /v1/admin has accounts, tokens, prices, calls, upstreams, usage and audit",
                "该路径不存在：/v1/admin 之下有 accounts、tokens、prices、calls、upstreams、usage 与 audit",
            ))
        };
        let (defined, segment) = catalog::admin_path(path).ok_or_else(nothing)?;
        let segment = segment.unwrap_or_default();
        let resource = match defined.place {
            AdminPlace::Accounts => Self::Accounts,
            AdminPlace::Account => Self::Account(decoded(segment)),
            AdminPlace::AccountLimits => Self::AccountLimits(decoded(segment)),
            AdminPlace::AccountTopUps => Self::AccountTopUps(decoded(segment)),
            AdminPlace::AccountWithdrawals => Self::AccountWithdrawals(decoded(segment)),
            AdminPlace::AccountMovements => Self::AccountMovements(decoded(segment)),
            AdminPlace::AccountTokens => Self::AccountTokens(decoded(segment)),
            AdminPlace::Tokens => Self::Tokens,
            AdminPlace::Token => Self::Token(token_id(segment)?),
            AdminPlace::TokenRotate => Self::TokenRotate(token_id(segment)?),
            AdminPlace::Prices => Self::Prices,
            AdminPlace::Price => Self::Price(decoded(segment)),
            AdminPlace::Calls => Self::Calls,
            AdminPlace::Call => Self::Call(call_id(segment)?),
            AdminPlace::CallReconcile => Self::CallReconcile(call_id(segment)?),
            AdminPlace::Upstreams => Self::Upstreams,
            AdminPlace::UpstreamUnpark => Self::UpstreamUnpark(decoded(segment)),
            AdminPlace::Usage => Self::Usage,
            AdminPlace::Audit => Self::Audit,
        };
        Ok((resource, defined))
    }

    /// Does what the operator asks.
    pub(super) async fn answer(self, _operator: &Operator, method: AdminMethod, ask: &Ask<'_>) -> Outcome {
        use AdminMethod::{Get, Patch, Post, Put};
        match (method, self) {
            (Get, Self::Accounts) => accounts::list(ask).await,
            (Post, Self::Accounts) => accounts::create(ask).await,
            (Get, Self::Account(name)) => accounts::show(ask, &name).await,
            (Patch, Self::AccountLimits(name)) => limits::patch(ask, &name).await,
            (Post, Self::AccountTopUps(name)) => movements::create(ask, MovementKind::TopUp, &name).await,
            (Post, Self::AccountWithdrawals(name)) => movements::create(ask, MovementKind::Withdrawal, &name).await,
            (Get, Self::AccountMovements(name)) => movements::list(ask, &name).await,
            (Post, Self::AccountTokens(name)) => tokens::create(ask, &name).await,
            (Get, Self::Tokens) => tokens::list(ask).await,
            (Get, Self::Token(id)) => tokens::show(ask, id).await,
            (Patch, Self::Token(id)) => tokens::patch(ask, id).await,
            (Post, Self::TokenRotate(id)) => rotate::rotate(ask, id).await,
            (Get, Self::Prices) => prices::list(ask).await,
            (Put, Self::Price(endpoint)) => prices::set(ask, &endpoint).await,
            (Get, Self::Calls) => calls::list(ask).await,
            (Get, Self::Call(id)) => calls::show(ask, id).await,
            (Post, Self::CallReconcile(id)) => calls::reconcile(ask, id).await,
            (Get, Self::Upstreams) => upstreams::list(ask).await,
            (Post, Self::UpstreamUnpark(name)) => upstreams::unpark(ask, &name).await,
            (Get, Self::Usage) => usage::list(ask).await,
            (Get, Self::Audit) => audit::list(ask).await,
            // Only a definition that nothing here answers comes to this; a test asks for each.
            (method, resource) => {
                Err(AdminProblem::internal(format!("nothing answers {} {resource:?}", method.name())))
            }
        }
    }
}

/// The operation of a method at a path.
pub(super) fn operation(defined: &AdminPath, method: &Method) -> Result<&'static AdminOperation, AdminProblem> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    defined.operation(method.as_str()).ok_or_else(|| {
        let methods = defined.methods();
        let detail = sentence!("this path answers {methods}: use one of them", "该路径支持 {methods}：请使用其中之一");
        AdminProblem { allow: Some(methods.into()), ..AdminProblem::new(StatusCode::METHOD_NOT_ALLOWED, detail) }
    })
}

/// A segment of a path as text. The decoder of query strings does it, once what means something only there is escaped.
fn decoded(segment: &str) -> String {
    let escaped = segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

fn token_id(number: &str) -> Result<TokenId, AdminProblem> {
    let wrong = |_| {
        AdminProblem::bad_request(Text::new(
            "a token is named by its number, such as 7: GET /v1/admin/tokens lists the numbers",
            "令牌以编号指定，如 7：GET /v1/admin/tokens 可列出编号",
        ))
    };
    number.parse().map(TokenId).map_err(wrong)
}

fn call_id(id: &str) -> Result<CallId, AdminProblem> {
    id.parse().map_err(|error: domain::CallIdError| AdminProblem::bad_request(error.sentence()))
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
            assert!(
                matches!(Resource::of(&path), Ok((Resource::AccountLimits(found), _)) if found == name),
                "{segment}"
            );
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
                Ok((Resource::Account(name), _)) => assert_eq!(name, "", "{path}"),
                found => assert!(found.is_err(), "{path}"),
            }
        }
        assert!(Resource::of("/v1/admin/tokens/seven").is_err() && Resource::of("/v1/admin/calls/7").is_err());
    }
}
