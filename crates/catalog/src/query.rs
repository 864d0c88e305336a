//! A query string taken apart by an endpoint's definition. Never fails and never panics, whatever the bytes: what is
//! wrong with a parameter is told when it is asked for, so that the token can be judged before the other parameters.

use std::borrow::Cow;
use std::fmt::Write;

use domain::{Sentence, Spoken, sentence};

use crate::{Endpoint, Form, Lang, Parameter, Style};

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
    /// A parameter is none of the endpoint's. Neither name nor value is repeated: either may be a token in the wrong place.
    #[error("a parameter is unknown: this path has {known}")]
    Unknown {
        /// The parameters that there are, with commas between.
        known: String,
    },
    /// The endpoint has no parameters, and one is given.
    #[error("this path has no parameters: send none")]
    NoParameters,
    /// The value is not of the parameter's form.
    #[error("parameter {name} is not valid: {}", reason.of(Lang::En))]
    Malformed {
        /// The parameter.
        name: &'static str,
        /// What is wrong with it.
        reason: Sentence,
    },
}

impl ParameterError {
    /// A value that is not of the parameter's form; the reason does not repeat it.
    pub fn malformed(name: &'static str, reason: impl Into<Sentence>) -> Self {
        Self::Malformed { name, reason: reason.into() }
    }

    /// A parameter that is none of these.
    pub fn unknown(known: &[Parameter]) -> Self {
        let names: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
        match names.is_empty() {
            true => Self::NoParameters,
            false => Self::Unknown { known: names.join(", ") },
        }
    }
}

impl Parameter {
    /// Refuses a value that is none of those allowed, or no whole number where one within bounds is wanted.
    ///
    /// # Errors
    /// [`ParameterError::UnknownValue`] and [`ParameterError::Malformed`].
    pub fn check(&self, value: &str) -> Result<(), ParameterError> {
        if !self.values.is_empty() && !self.values.contains(&value) {
            return Err(ParameterError::UnknownValue { name: self.name, allowed: self.values.join(", ") });
        }
        let Form::Whole(min, max) = self.form else { return Ok(()) };
        let number = value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse::<u64>().ok()).flatten();
        match number.is_some_and(|number| (min..=max).contains(&number)) {
            true => Ok(()),
            false => {
                let right =
                    sentence!("right would be a whole number from {min} to {max}", "应为 {min} 至 {max} 的整数");
                Err(ParameterError::malformed(self.name, right))
            }
        }
    }
}

impl Spoken for ParameterError {
    fn chinese(&self) -> String {
        match self {
            Self::Missing { name } => format!("缺少参数 {name}：请在查询字符串中加上 {name}=…"),
            Self::Repeated { name } => format!("参数 {name} 重复：只能出现一次"),
            Self::UnknownValue { name, allowed } => format!("参数 {name} 的取值无效：可选 {allowed}"),
            Self::Unknown { known } => format!("含有未知参数：该路径只接受 {known}"),
            Self::NoParameters => "该路径不接受参数：请去掉参数".into(),
            Self::Malformed { name, reason } => format!("参数 {name} 不正确：{}", reason.of(Lang::Zh)),
        }
    }
}

/// The values a query string gives to an endpoint's parameters. Parameters the endpoint does not have are ignored. There is room
/// for `N` parameters: as few as do on the hot path, whose requests each carry it.
#[derive(Debug)]
pub struct ParsedQuery<'q, const N: usize> {
    endpoint: &'static Endpoint,
    given: [Given<'q>; N],
    /// Whether another parameter than the endpoint's is given.
    has_unknown: bool,
}

/// The query of an endpoint in the envelope.
pub type Query<'q> = ParsedQuery<'q, { Endpoint::MAX_PARAMETERS }>;

/// The query of any other endpoint.
pub type PlainQuery<'q> = ParsedQuery<'q, { Endpoint::MAX_PLAIN_PARAMETERS }>;

#[derive(Debug)]
enum Given<'q> {
    No,
    Once(Cow<'q, str>),
    Repeated,
}

impl<'q, const N: usize> ParsedQuery<'q, N> {
    /// Takes a raw query string apart (the text behind `?`, still percent-encoded).
    pub fn parse(endpoint: &'static Endpoint, raw: &'q str) -> Self {
        let mut query = Self { endpoint, given: std::array::from_fn(|_| Given::No), has_unknown: false };
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
        let at = self.endpoint.parameters.iter().position(|parameter| parameter.name == name);
        let Some(given) = at.and_then(|at| self.given.get_mut(at)) else {
            self.has_unknown |= !name.is_empty();
            return;
        };
        *given = match given {
            Given::No => Given::Once(value),
            Given::Once(_) | Given::Repeated => Given::Repeated,
        };
    }

    /// How the endpoint answers.
    pub fn style(&self) -> Style {
        self.endpoint.style
    }

    /// Refuses parameters that the endpoint does not have: a misspelt one would be left out of account in silence.
    ///
    /// # Errors
    /// [`ParameterError::Unknown`].
    pub fn only_known(&self) -> Result<(), ParameterError> {
        if self.has_unknown { Err(ParameterError::unknown(self.endpoint.parameters)) } else { Ok(()) }
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
        let value = match self.given.get(at).unwrap_or(&Given::No) {
            Given::Repeated => return Err(ParameterError::Repeated { name: parameter.name }),
            Given::Once(value) if !value.is_empty() => Some(value.as_ref()),
            Given::Once(_) | Given::No => parameter.default,
        };
        match value {
            None if parameter.required => Err(ParameterError::Missing { name: parameter.name }),
            None => Ok(None),
            Some(value) => parameter.check(value).map(|()| Some(value)),
        }
    }

    /// Every parameter with its value, a line each, in the order of the definition: the same for queries that ask the same.
    ///
    /// # Errors
    /// As [`ParsedQuery::value`], of the first parameter that is wrong.
    pub fn lines(&self) -> Result<String, ParameterError> {
        let mut lines = String::new();
        for parameter in self.endpoint.parameters {
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{}={}", parameter.name, self.value(parameter.name)?.unwrap_or_default());
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AUTHOR_CP_INFO, ENDPOINTS, EXPLAIN};
    use proptest::prelude::*;

    #[test]
    fn there_is_room_for_every_parameter() {
        for endpoint in ENDPOINTS {
            let room = match endpoint.style {
                Style::Envelope => Endpoint::MAX_PARAMETERS,
                Style::Plain => Endpoint::MAX_PLAIN_PARAMETERS,
            };
            assert!(endpoint.parameters.len() <= room, "{}", endpoint.name);
        }
    }

    #[test]
    fn queries_that_ask_the_same_have_the_same_lines() {
        let lines = |raw| PlainQuery::parse(&EXPLAIN, raw).lines();
        let expected = "oAuthorId=42\nplatform=SHORT_VIDEO\n";
        for raw in ["oAuthorId=42", "platform=SHORT_VIDEO&oAuthorId=4%32", "x=1&oAuthorId=42&platform="] {
            assert_eq!(lines(raw).as_deref(), Ok(expected), "{raw}");
        }
        assert!(lines("").is_err() && lines("oAuthorId=1&oAuthorId=1").is_err());
    }

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
