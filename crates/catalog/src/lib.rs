//! Every endpoint defined once: its path, operation id, parameters, answers, codes and texts in both languages.
//!
//! Whatever else speaks of an endpoint is derived from here: the gateway routes and validates by it; OpenAPI documents
//! ([`openapi`]), code samples ([`samples`]), Markdown pages ([`pages`]) and assistants' [`tools`] are rendered from it,
//! [`documents`] lists the documents. The shape of `data` is in [`cp_info_wire`], that of answers about many creators in [`market_wire`] and [`plan_wire`]; the admin API is [`ADMIN_PATHS`].

mod about_caller;
mod admin;
mod answer;
mod answers;
mod author_cp_info;
mod base_url;
mod batch;
mod codes;
pub mod cp_info_wire;
mod documents;
mod endpoint;
mod envelope;
mod examples;
mod form;
mod header;
pub mod history_wire;
mod market;
pub mod market_wire;
mod misspelt;
pub mod openapi;
pub mod pages;
mod plan;
pub mod plan_wire;
mod posted;
mod query;
pub mod samples;
mod status_title;
mod tools;

pub use domain::{Lang, LangError, Text};

pub use about_caller::{ACCOUNT, CALL, USAGE};
pub use admin::{ADMIN_PATHS, ADMIN_STATUSES, AdminMethod, AdminOperation, AdminPath, AdminPlace, Status, admin_path};
pub use answer::{AnswerField, AnswerKind, FieldRow, field_rows};
pub use answers::{ENVELOPE, PROBLEM, answer_rows};
pub use author_cp_info::{
    AUTHOR_CP_INFO, AuthorCpInfoQuestion, EXPLAIN, HISTORY, HISTORY_MAX, PARAM_AUTHOR, PARAM_PLATFORM, PARAM_TOKEN,
    read_platform,
};
pub use base_url::{BaseUrl, BaseUrlError};
pub use batch::{BATCH, BATCH_MAX};
pub use codes::{CODES, CodeText, code_text};
pub use documents::{Document, documents};
pub use endpoint::{Billing, Body, Endpoint, Parameter, Style};
pub use envelope::{EnvelopeHead, write_envelope};
pub use examples::{cp_info_example, failure_example, pretty, success_examples};
pub use form::{Form, WHOLE_MAX};
pub use header::{
    HEADER_AGE, HEADER_CHARGED, HEADER_IDEMPOTENCY_KEY, HEADER_IDEMPOTENCY_REPLAYED, HEADER_REQUEST_ID, HEADER_SOURCE,
    ReplyHeader, RequestHeader,
};
pub use market::{
    COMPARE, CREATORS, MARKET_CREATORS_MAX, PARAM_AUTHORS, PARAM_BY, PARAM_CATEGORY, PARAM_CPM, PARAM_CURSOR,
    PARAM_FOLLOWERS, PARAM_HOT, PARAM_LIMIT, PARAM_ORDER, PARAM_PREFIX, PARAM_PRICE, PARAM_TIER, PARAM_VIEWS,
};
pub use misspelt::{may_be_repeated, repeated};
pub use plan::{PLAN, PLAN_CANDIDATES_MAX, PLAN_CAPS_MAX, PLAN_WEIGHED_MAX};
pub use posted::FieldError;
pub use query::{ParameterError, ParsedQuery, PlainQuery, Query};
pub use status_title::status_title;
pub use tools::{ToolCall, ToolCallError, tools};

/// Every endpoint.
pub const ENDPOINTS: &[&Endpoint] =
    &[&AUTHOR_CP_INFO, &EXPLAIN, &BATCH, &CREATORS, &COMPARE, &HISTORY, &PLAN, &ACCOUNT, &USAGE, &CALL];

/// The endpoints a success of which has a price.
pub fn priced() -> impl Iterator<Item = &'static Endpoint> {
    ENDPOINTS.iter().copied().filter(|endpoint| endpoint.is_priced())
}

/// The endpoints that a token's scopes are about: every token may ask the others, which tell it about itself.
pub fn scoped() -> impl Iterator<Item = &'static Endpoint> {
    ENDPOINTS.iter().copied().filter(|endpoint| endpoint.is_scoped())
}

/// The endpoint of a short name, such as `author_cp_info`.
pub fn endpoint(name: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().copied().find(|endpoint| endpoint.name == name)
}

/// The endpoint of a number kept in a database.
pub fn endpoint_by_number(number: u8) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().copied().find(|endpoint| endpoint.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_is_found_by_its_number_and_its_name() {
        for endpoint in ENDPOINTS {
            // The first one found must be itself: no other has its number, name or path.
            assert_eq!(endpoint_by_number(endpoint.number).map(|found| found.path), Some(endpoint.path));
            assert_eq!(super::endpoint(endpoint.name).map(|found| found.path), Some(endpoint.path));
            assert_eq!(ENDPOINTS.iter().filter(|other| other.path == endpoint.path).count(), 1);
        }
        assert_eq!((AUTHOR_CP_INFO.number, EXPLAIN.number), (1, 2), "numbers are kept in databases");
        assert!(endpoint_by_number(0).is_none() && super::endpoint("").is_none());
    }
}
