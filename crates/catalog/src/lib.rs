//! Every endpoint defined once: its path, operation id, parameters and texts in both languages.
//!
//! Whatever else speaks of an endpoint is derived from here: the gateway routes and validates by it, the reference
//! pages and the OpenAPI document are rendered from it. The shape of `data` is in [`cp_info_wire`].

mod author_cp_info;
pub mod cp_info_wire;
mod endpoint;
mod query;

pub use author_cp_info::{AUTHOR_CP_INFO, AuthorCpInfoQuestion, EXPLAIN, PARAM_TOKEN};
pub use endpoint::{Endpoint, Parameter, Text};
pub use query::{ParameterError, Query};

/// Every endpoint.
pub const ENDPOINTS: &[&Endpoint] = &[&AUTHOR_CP_INFO, &EXPLAIN];
