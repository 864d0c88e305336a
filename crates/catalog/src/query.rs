//! A query string taken apart by an endpoint's definition. Never fails and never panics, whatever the bytes: what is
//! wrong with a parameter is told when it is asked for, so that the token can be judged before the other parameters.

use std::borrow::Cow;

use crate::{Endpoint, Parameter};

/// What is wrong with a parameter, as a sentence for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// A required parameter is absent or empty.
    #[error("parameter {name} is missing: add {name}=… to the query string")]
    Missing {
        /// The parameter.
        name: &'static str,
    },
    /// A parameter is given more than once.
    #[error("parameter {name} is given more than once: give it once")]
    Repeated {
        /// The parameter.
        name: &'static str,
    },
    /// The value is none of those allowed.
    /// The value is not repeated: it may be a token in the wrong place.
    #[error("parameter {name} has an unknown value: use one of {allowed}")]
    UnknownValue {
        /// The parameter.
        name: &'static str,
        /// The values allowed, with commas between.
        allowed: String,
    },
    /// The value is not of the parameter's form.
    #[error("parameter {name} is not valid: {reason}")]
    Malformed {
        /// The parameter.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// The values a query string gives to an endpoint's parameters. Parameters the endpoint does not have are ignored.
#[derive(Debug)]
pub struct Query<'q> {
    endpoint: &'static Endpoint,
    given: [Given<'q>; Endpoint::MAX_PARAMETERS],
}

#[derive(Debug, Default)]
enum Given<'q> {
    #[default]
    No,
    Once(Cow<'q, str>),
    Repeated,
}

impl<'q> Query<'q> {
    /// Takes a raw query string apart (the text behind `?`, still percent-encoded).
    pub fn parse(endpoint: &'static Endpoint, raw: &'q str) -> Self {
        let mut query = Self { endpoint, given: Default::default() };
        if memchr::memchr2(b'%', b'+', raw.as_bytes()).is_some() {
            form_urlencoded::parse(raw.as_bytes()).for_each(|(name, value)| query.give(&name, value));
            return query;
        }
        // Nothing is encoded, as with every id and every token: the same, without looking at each byte four times.
        let ends = memchr::memchr_iter(b'&', raw.as_bytes()).chain([raw.len()]);
        ends.fold(0, |from, to| {
            let pair = &raw[from..to];
            let (name, value) = match memchr::memchr(b'=', pair.as_bytes()) {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, ""),
            };
            query.give(name, Cow::Borrowed(value));
            to + 1
        });
        query
    }

    fn give(&mut self, name: &str, value: Cow<'q, str>) {
        if let Some(at) = self.endpoint.parameters.iter().position(|parameter| parameter.name == name) {
            self.given[at] = match self.given[at] {
                Given::No => Given::Once(value),
                Given::Once(_) | Given::Repeated => Given::Repeated,
            };
        }
    }

    /// The value of a parameter: as given, or its default when it is absent or empty.
    ///
    /// # Errors
    /// [`ParameterError`] when it is repeated, required and missing, or none of the allowed values.
    pub fn value(&self, name: &str) -> Result<Option<&str>, ParameterError> {
        let Some(at) = self.endpoint.parameters.iter().position(|parameter| parameter.name == name) else {
            return Ok(None);
        };
        let parameter = &self.endpoint.parameters[at];
        let value = match &self.given[at] {
            Given::Repeated => return Err(ParameterError::Repeated { name: parameter.name }),
            Given::Once(value) if !value.is_empty() => Some(value.as_ref()),
            Given::Once(_) | Given::No => parameter.default,
        };
        match value {
            None if parameter.required => Err(ParameterError::Missing { name: parameter.name }),
            Some(value) if !allows(parameter, value) => {
                Err(ParameterError::UnknownValue { name: parameter.name, allowed: parameter.values.join(", ") })
            }
            value => Ok(value),
        }
    }
}

fn allows(parameter: &Parameter, value: &str) -> bool {
    parameter.values.is_empty() || parameter.values.contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AUTHOR_CP_INFO;
    use proptest::prelude::*;

    proptest! {
        /// `%26`-style encoding of one harmless byte sends the same text down the other way.
        #[test]
        fn both_ways_of_reading_agree(raw in "[a-zA-Z&=/?;_-]{0,20}(&(token|oAuthorId|platform)=[0-9a-z=/]{0,9}){0,4}") {
            let plain = Query::parse(&AUTHOR_CP_INFO, &raw);
            let with_escape = format!("{raw}&unheard=%20");
            let decoded = Query::parse(&AUTHOR_CP_INFO, &with_escape);
            for parameter in AUTHOR_CP_INFO.parameters {
                prop_assert_eq!(plain.value(parameter.name), decoded.value(parameter.name));
            }
        }
    }
}
