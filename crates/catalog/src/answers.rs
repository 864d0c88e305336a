//! The fields of every endpoint's answers, and of the two forms that failures come in.

mod about_caller;
mod batch;
mod cp_info;
mod explanation;
mod failures;
mod history;
mod market;
mod plan;

pub(crate) use about_caller::{ACCOUNT_ANSWER, CALL_ANSWER, USAGE_ANSWER};
pub(crate) use batch::BATCH_LINE;
pub(crate) use cp_info::DATA;
pub(crate) use explanation::EXPLANATION;
pub use failures::{ENVELOPE, PROBLEM};
pub(crate) use history::HISTORY_ANSWER;
pub(crate) use market::{COMPARE_ANSWER, CREATORS_ANSWER};
pub(crate) use plan::{PLAN_ANSWER, PLAN_BODY};

use crate::{Endpoint, FieldRow, Style, field_rows};

/// Every field of an endpoint's success, with its place in the reply.
pub fn answer_rows(endpoint: &Endpoint) -> Vec<FieldRow> {
    match endpoint.style {
        Style::Plain => field_rows(endpoint.answer, ""),
        Style::Envelope => {
            let mut rows = field_rows(ENVELOPE, "");
            rows.extend(field_rows(endpoint.answer, "data."));
            rows
        }
    }
}
