//! The types an endpoint is defined with.

use domain::{BusinessCode, Lang, Text};

use crate::{AnswerField, Form};

/// A parameter of the query string, or the part of a path in braces.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// The name, case-sensitive.
    pub name: &'static str,
    /// Whether a call without it is refused.
    pub required: bool,
    /// The value taken when it is absent or empty.
    pub default: Option<&'static str>,
    /// The values it may have; any, when empty.
    pub values: &'static [&'static str],
    /// What each of the values means, in their order.
    pub value_texts: &'static [Text],
    /// What it may be, where that is not told by the values.
    pub form: Form,
    /// A value to show it with; samples send it. None where it may as well be left out.
    pub example: Option<&'static str>,
    /// What it means.
    pub description: Text,
}

impl Parameter {
    /// An optional parameter that may have any value.
    pub const fn optional(name: &'static str, description: Text) -> Self {
        Self {
            name,
            required: false,
            default: None,
            values: &[],
            value_texts: &[],
            form: Form::Any,
            example: None,
            description,
        }
    }
}

/// What answers of an endpoint look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Success and failure in the contract's envelope; the token in the query string or a header.
    Envelope,
    /// A success as it is, a failure as RFC 9457 has it; the token in a header alone.
    Plain,
}

/// The JSON object that is sent to an endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// Its fields.
    pub fields: &'static [AnswerField],
    /// The most bytes that are read of it.
    pub bytes_max: usize,
    /// Whether each object of its list is judged by itself, and refused in its own line of the reply: then nothing that such an object
    /// says, but for the kinds of its fields, refuses the whole.
    pub by_row: bool,
    /// A body to show it with, as JSON; samples send it. It has no quote, backtick, backslash or dollar sign but the quotes of JSON.
    pub example: &'static str,
}

impl Body {
    /// The most bytes that are read of it, as people tell sizes: `256 KiB`, `1 MiB`.
    pub fn size_max(&self) -> String {
        match self.bytes_max {
            mebibytes if mebibytes.is_multiple_of(1 << 20) => format!("{} MiB", mebibytes >> 20),
            others => format!("{} KiB", others >> 10),
        }
    }
}

/// What is charged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billing {
    /// Nothing, ever.
    Free,
    /// A success, at the endpoint's own price.
    Success,
    /// Each row of a success that has figures, as a success of Author CP Info.
    Rows,
}

/// An endpoint: a path that is asked with GET, or with POST where it takes a body.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// The number kept in databases, with prices, calls and usage; never reused, not even when the endpoint is gone.
    pub number: u8,
    /// The path.
    pub path: &'static str,
    /// The operation id of the public OpenAPI definition.
    pub operation_id: &'static str,
    /// The short name in metrics, prices and scopes.
    pub name: &'static str,
    /// Where its page is, behind `/en/api/` and `/zh/api/`: a family and a name.
    pub slug: &'static str,
    /// The title of its page.
    pub title: Text,
    /// What it is for.
    pub summary: Text,
    /// What else has to be known to use it.
    pub notes: &'static [Text],
    /// What its answers look like.
    pub style: Style,
    /// What is charged for.
    pub billing: Billing,
    /// The part of the path in braces, where it has one.
    pub segment: Option<Parameter>,
    /// Its parameters: at most [`Endpoint::MAX_PARAMETERS`] in the envelope, [`Endpoint::MAX_PLAIN_PARAMETERS`] otherwise.
    pub parameters: &'static [Parameter],
    /// What is sent to it, where it is asked with POST.
    pub body: Option<Body>,
    /// Whether a success is NDJSON: an object a line, sent as they are made.
    pub lines: bool,
    /// Whether sentences of a success are in the language that `Accept-Language` asks for.
    pub translated: bool,
    /// The fields of a success: of `data` in the envelope, of the body, or of each line of it, otherwise.
    pub answer: &'static [AnswerField],
    /// The codes it may answer with, by number.
    pub codes: &'static [BusinessCode],
}

impl Endpoint {
    /// The most parameters of an endpoint in the envelope: each takes room in every request to it.
    pub const MAX_PARAMETERS: usize = 4;
    /// The most parameters of any other endpoint.
    pub const MAX_PLAIN_PARAMETERS: usize = 24;

    /// The method that it is asked with.
    pub const fn method(&self) -> &'static str {
        match self.body {
            Some(_) => "POST",
            None => "GET",
        }
    }

    /// Whether a success has a price of its own.
    pub fn is_priced(&self) -> bool {
        self.billing == Billing::Success
    }

    /// Whether a token's scopes decide who may ask it.
    pub fn is_scoped(&self) -> bool {
        self.codes.contains(&BusinessCode::PermissionDenied)
    }

    /// Whether a success may cost something.
    pub fn is_paid(&self) -> bool {
        self.billing != Billing::Free
    }

    /// The HTTP statuses of its replies, in order: those of its codes, and those that tell a cause of a code more exactly.
    pub fn statuses(&self) -> Vec<u16> {
        let mut statuses: Vec<u16> = self.codes.iter().flat_map(|code| self.statuses_of(*code)).collect();
        statuses.sort_unstable();
        statuses.dedup();
        statuses
    }

    /// The HTTP statuses that one of its codes comes with, the code's own first.
    pub fn statuses_of(&self, code: BusinessCode) -> Vec<u16> {
        let mut statuses = vec![code.http_status()];
        match code {
            // By RFC 9111: nothing is stored, and only-if-cached was wanted.
            BusinessCode::CollectionFailed => statuses.extend((self.style == Style::Envelope).then_some(504)),
            BusinessCode::InvalidParameter => {
                // The body came too slowly, is too long, or is compressed.
                statuses.extend(self.body.iter().flat_map(|_| [408, 413, 415]));
                // The idempotency key stands for another request. Rows of a batch have keys of their own, so none of them can.
                statuses.extend((self.style == Style::Plain && self.is_priced()).then_some(422));
            }
            _ => {}
        }
        statuses
    }

    /// The parameter of a name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The path of its page in a language.
    pub fn page(&self, lang: Lang) -> String {
        format!("/{}/api/{}", lang.code(), self.slug)
    }

    /// The path of its own OpenAPI document in a language.
    pub fn openapi(&self, lang: Lang) -> String {
        format!("/openapi/{}-{}.json", self.slug, lang.code())
    }
}
