//! The types an endpoint is defined with.

use domain::BusinessCode;

use crate::{AnswerField, Lang};

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

impl Text {
    /// A text of its two wordings.
    pub const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }

    /// The wording in a language.
    pub const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }
}

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
    /// A regular expression of what is accepted, where that is not told by the values.
    pub pattern: Option<&'static str>,
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
            pattern: None,
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

/// An endpoint: a path that is asked with GET.
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
    /// The part of the path in braces, where it has one.
    pub segment: Option<Parameter>,
    /// Its parameters, at most [`Endpoint::MAX_PARAMETERS`].
    pub parameters: &'static [Parameter],
    /// The fields of a success: of `data` in the envelope, of the body otherwise.
    pub answer: &'static [AnswerField],
    /// The codes it may answer with, by number.
    pub codes: &'static [BusinessCode],
}

impl Endpoint {
    /// The most parameters an endpoint has.
    pub const MAX_PARAMETERS: usize = 4;

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
