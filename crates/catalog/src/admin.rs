//! The admin API, defined once: each path with its operations, their parameters, bodies, statuses and texts.
//!
//! The gateway routes by it; the OpenAPI document is rendered from it. How answers look is told by example in
//! `docs/operations.md` and the gateway's tests.

mod accounts;
mod ledger;
mod shared;
mod tokens;
mod upstreams;

use crate::{AnswerField, Parameter, Text};

/// What a path of the admin API names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminPlace {
    /// All accounts.
    Accounts,
    /// An account, by its name.
    Account,
    /// The limits of an account.
    AccountLimits,
    /// The top-ups of an account.
    AccountTopUps,
    /// The withdrawals of an account.
    AccountWithdrawals,
    /// The top-ups and withdrawals that were made of an account.
    AccountMovements,
    /// The tokens of an account.
    AccountTokens,
    /// All tokens.
    Tokens,
    /// A token, by its number.
    Token,
    /// What replaces a token.
    TokenRotate,
    /// All prices.
    Prices,
    /// The price of an endpoint, by its short name.
    Price,
    /// All calls.
    Calls,
    /// A call, by its request id.
    Call,
    /// How an unknown call ended.
    CallReconcile,
    /// All upstreams.
    Upstreams,
    /// How a parked upstream, by its name, is asked again.
    UpstreamUnpark,
    /// What was used.
    Usage,
    /// The audit log.
    Audit,
}

/// A path of the admin API.
#[derive(Debug)]
pub struct AdminPath {
    /// What it names.
    pub place: AdminPlace,
    /// The path, with at most one segment in braces that stands for any: `/v1/admin/accounts/{name}`.
    pub path: &'static str,
    /// What the segment in braces means, where there is one.
    pub segment: Option<Text>,
    /// What can be done there.
    pub operations: &'static [AdminOperation],
}

/// The methods of the admin API. Where there is GET, there is HEAD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminMethod {
    /// Shows, and changes nothing.
    Get,
    /// Makes something.
    Post,
    /// Sets something whole.
    Put,
    /// Changes what is named.
    Patch,
}

impl AdminMethod {
    /// Its name in HTTP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }
}

/// Something the operator can do.
#[derive(Debug)]
pub struct AdminOperation {
    /// The method.
    pub method: AdminMethod,
    /// The operation id of the OpenAPI document.
    pub operation_id: &'static str,
    /// What it is for.
    pub summary: Text,
    /// The parameters of the query string.
    pub parameters: &'static [Parameter],
    /// Whether the header `Idempotency-Key` must be sent.
    pub once: bool,
    /// The fields of the JSON body; no body, when empty. Null lifts what one says that may be null; others are refused.
    pub body: &'static [AnswerField],
    /// The statuses of its own, the success first; [`ADMIN_STATUSES`] are of every operation.
    pub statuses: &'static [Status],
}

/// A status with when it comes.
#[derive(Debug, Clone, Copy)]
pub struct Status {
    /// The number of HTTP's.
    pub number: u16,
    /// When it comes.
    pub when: Text,
}

/// Every path of the admin API.
pub const ADMIN_PATHS: &[AdminPath] = &[
    accounts::ACCOUNTS,
    accounts::ACCOUNT,
    accounts::LIMITS,
    accounts::TOP_UPS,
    accounts::WITHDRAWALS,
    accounts::MOVEMENTS,
    tokens::OF_ACCOUNT,
    tokens::TOKENS,
    tokens::TOKEN,
    tokens::ROTATE,
    ledger::PRICES,
    ledger::PRICE,
    ledger::CALLS,
    ledger::CALL,
    ledger::RECONCILE,
    upstreams::UPSTREAMS,
    upstreams::UNPARK,
    ledger::USAGE,
    ledger::AUDIT,
];

pub use shared::ADMIN_STATUSES;

/// The definition of a path, and what stands in its segment in braces, still percent-encoded.
pub fn admin_path(path: &str) -> Option<(&'static AdminPath, Option<&str>)> {
    ADMIN_PATHS.iter().find_map(|defined| Some((defined, matched(defined.path, path)?)))
}

/// Whether a path is of a template's form: what stands in its segment in braces, where it has one.
fn matched<'p>(template: &str, path: &'p str) -> Option<Option<&'p str>> {
    let (mut wanted, mut given, mut segment) = (template.split('/'), path.split('/'), None);
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(segment),
            (Some(wanted), Some(given)) if wanted.starts_with('{') => segment = Some(given),
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return None,
        }
    }
}

impl AdminPath {
    /// The operation of a method.
    pub fn operation(&self, method: &str) -> Option<&'static AdminOperation> {
        self.operations.iter().find(|operation| operation.method.name() == method)
    }

    /// The methods it has, as the header Allow says it.
    pub fn methods(&self) -> String {
        let names = self.operations.iter().map(|operation| match operation.method {
            AdminMethod::Get => "GET, HEAD",
            method => method.name(),
        });
        names.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_found_as_itself_and_names_one_thing() {
        for (at, defined) in ADMIN_PATHS.iter().enumerate() {
            let path = defined.path.replace(['{', '}'], "");
            let (found, segment) = admin_path(&path).expect("the path");
            assert_eq!((found.place, segment.is_some()), (defined.place, defined.segment.is_some()), "{path}");
            assert!(ADMIN_PATHS[..at].iter().all(|other| other.place != defined.place), "{path}");
            assert!(defined.path.matches('{').count() <= 1 && defined.path.starts_with("/v1/admin/"), "{path}");
        }
        assert!(matches!(admin_path("/v1/admin/accounts/a%2Fb/limits"), Some((_, Some("a%2Fb")))));
        for path in ["", "/", "/v1/admin", "/v1/admin/", "/v1/admin/account", "/v1/admin/tokens/7/", "/v1/admin/a/b/c"]
        {
            assert!(admin_path(path).is_none(), "{path}");
        }
    }

    #[test]
    fn each_operation_says_what_it_is_for_in_both_languages() {
        let mut ids = Vec::new();
        for operation in ADMIN_PATHS.iter().flat_map(|path| path.operations) {
            let texts = [operation.summary]
                .into_iter()
                .chain(operation.parameters.iter().map(|parameter| parameter.description))
                .chain(operation.body.iter().map(|field| field.description))
                .chain(operation.statuses.iter().chain(ADMIN_STATUSES).map(|status| status.when));
            for Text { en, zh } in texts {
                assert!(en.ends_with('.') && zh.ends_with('。'), "{}: {en} {zh}", operation.operation_id);
            }
            assert!(operation.statuses.first().is_some_and(|status| matches!(status.number, 200 | 201)));
            assert!(!ids.contains(&operation.operation_id), "{}", operation.operation_id);
            ids.push(operation.operation_id);
        }
    }

    #[test]
    fn methods_are_said_as_the_header_has_them() {
        let methods = |path| admin_path(path).map(|(path, _)| path.methods());
        assert_eq!(methods("/v1/admin/accounts").as_deref(), Some("GET, HEAD, POST"));
        assert_eq!(methods("/v1/admin/tokens/7").as_deref(), Some("GET, HEAD, PATCH"));
    }
}
