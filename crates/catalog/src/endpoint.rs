//! The types an endpoint is defined with.

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

/// A parameter of the query string.
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
    /// What it means.
    pub description: Text,
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
    /// What it is for.
    pub summary: Text,
    /// Its parameters, at most [`Endpoint::MAX_PARAMETERS`].
    pub parameters: &'static [Parameter],
}

impl Endpoint {
    /// The most parameters an endpoint has.
    pub const MAX_PARAMETERS: usize = 4;

    /// The parameter of a name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}
