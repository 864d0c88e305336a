//! A query string taken apart by an endpoint's definition. Never fails and never panics, whatever the bytes: what is
//! wrong with a parameter is told when it is asked for, so that the token can be judged before the other parameters.

use std::borrow::Cow;
use std::fmt::Write;

use domain::{Sentence, Spoken, Text, sentence};

use crate::misspelt::{meant, unknown_names};
use crate::{Endpoint, Form, Lang, Parameter, Style};

/// What is wrong with a parameter, as a sentence for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// A required parameter is absent or empty.
    #[error("parameter {name} is missing: {}", instead(.name, .sent).of(Lang::En))]
    Missing {
        /// The parameter.
        name: &'static str,
        /// What was sent that is likely meant for it.
        sent: Option<String>,
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
    /// A parameter is none of the endpoint's. Its value is not repeated, nor a name that may be a token in the wrong place.
    #[error("{}: this path has {known}", unheard(.name, .meant).of(Lang::En))]
    Unknown {
        /// Its name, where it may be told.
        name: Option<String>,
        /// The parameter that was likely meant.
        meant: Option<&'static str>,
        /// The parameters that there are, with commas between.
        known: String,
    },
    /// The endpoint has no parameters, and one is given.
    #[error("{}", without_any(.name).of(Lang::En))]
    NoParameters {
        /// Its name, where it may be told.
        name: Option<String>,
    },
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

    /// A parameter that is none of these, of which nothing is told.
    pub fn unknown(known: &[Parameter]) -> Self {
        Self::unknown_in("", known)
    }

    /// A parameter of a raw query string that is none of these: the first one that may be told.
    fn unknown_in(raw: &str, known: &[Parameter]) -> Self {
        let name = unknown_names(raw, known).next().map(str::to_owned);
        let names: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
        match names.is_empty() {
            true => Self::NoParameters { name },
            false => {
                let meant = name.as_deref().and_then(|name| meant(name, known));
                Self::Unknown { name, meant, known: names.join(", ") }
            }
        }
    }

    /// The same error; where a parameter is missing, with the name in the raw query string that is likely meant for it.
    pub fn looked_up(self, endpoint: &Endpoint, raw: &str) -> Self {
        match self {
            Self::Missing { name, .. } => {
                let mut unknown = unknown_names(raw, endpoint.parameters);
                let sent = unknown.find(|sent| meant(sent, endpoint.parameters) == Some(name));
                Self::Missing { name, sent: sent.map(str::to_owned) }
            }
            other => other,
        }
    }
}

const NOT_UTF8: Text = Text::new(
    "it is not UTF-8: encode the text as UTF-8, then as %XX",
    "不是 UTF-8 编码：请先以 UTF-8 编码，再写成 %XX",
);

/// What to do about a parameter that is missing.
fn instead(name: &str, sent: &Option<String>) -> Sentence {
    match sent {
        Some(sent) => sentence!("{sent} is unknown here, send it as {name}=…", "此处没有参数 {sent}，请改为 {name}=…"),
        None => sentence!("add {name}=… to the query string", "请在查询字符串中加上 {name}=…"),
    }
}

/// That there are no parameters.
fn without_any(name: &Option<String>) -> Sentence {
    match name {
        Some(name) => sentence!("this path has no parameters: leave {name} out", "该路径不接受参数：请去掉 {name}"),
        None => Sentence::new("this path has no parameters: send none", "该路径不接受参数：请去掉参数"),
    }
}

/// That a parameter is unknown, and which one was meant.
fn unheard(name: &Option<String>, meant: &Option<&str>) -> Sentence {
    match (name, meant) {
        (Some(name), Some(meant)) => {
            sentence!("parameter {name} is unknown (did you mean {meant}?)", "没有参数 {name}（是否应为 {meant}？）")
        }
        (Some(name), None) => sentence!("parameter {name} is unknown", "没有参数 {name}"),
        (None, _) => Sentence::new("a parameter is unknown", "含有未知参数"),
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
            Self::Missing { name, sent } => format!("缺少参数 {name}：{}", instead(name, sent).zh),
            Self::Repeated { name } => format!("参数 {name} 重复：只能出现一次"),
            Self::UnknownValue { name, allowed } => format!("参数 {name} 的取值无效：可选 {allowed}"),
            Self::Unknown { name, meant, known } => {
                format!("{}：该路径只接受 {known}", unheard(name, meant).zh)
            }
            Self::NoParameters { name } => without_any(name).zh.into_owned(),
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

    /// Refuses parameters that the endpoint does not have: a misspelt one would be left out of account in silence. `raw` is what
    /// was parsed; it is not kept, for every request would carry it.
    ///
    /// # Errors
    /// [`ParameterError::Unknown`] and [`ParameterError::NoParameters`].
    pub fn only_known(&self, raw: &str) -> Result<(), ParameterError> {
        match self.has_unknown {
            true => Err(ParameterError::unknown_in(raw, self.endpoint.parameters)),
            false => Ok(()),
        }
    }

    /// The value of a parameter: as given, or its default when it is absent or empty.
    ///
    /// # Errors
    /// [`ParameterError`] when it is repeated, required and missing, no UTF-8, or none of the allowed values.
    pub fn value(&self, name: &str) -> Result<Option<&str>, ParameterError> {
        let Some(at) = self.endpoint.parameters.iter().position(|parameter| parameter.name == name) else {
            return Ok(None);
        };
        let parameter = &self.endpoint.parameters[at];
        let value = match self.given.get(at).unwrap_or(&Given::No) {
            Given::Repeated => return Err(ParameterError::Repeated { name: parameter.name }),
            Given::Once(Cow::Owned(value)) if value.contains(char::REPLACEMENT_CHARACTER) => {
                return Err(ParameterError::malformed(parameter.name, NOT_UTF8));
            }
            Given::Once(value) if !value.is_empty() => Some(value.as_ref()),
            Given::Once(_) | Given::No => parameter.default,
        };
        match value {
            None if parameter.required => Err(ParameterError::Missing { name: parameter.name, sent: None }),
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
    use crate::{ACCOUNT, AUTHOR_CP_INFO, CREATORS, ENDPOINTS, EXPLAIN};
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

    #[test]
    fn a_text_that_is_not_utf8_is_refused_with_its_parameter() {
        for raw in ["category=%ff", "category=%C3%C0%D7%B1", "category=a%ef%bf%bd"] {
            let query = PlainQuery::parse(&CREATORS, raw);
            let told = query.value("category").expect_err(raw).to_string();
            assert!(told.starts_with("parameter category is not valid: it is not UTF-8"), "{told}");
            assert!(query.lines().is_err(), "{raw}");
        }
        let query = PlainQuery::parse(&CREATORS, "category=%E7%BE%8E%E5%A6%86");
        assert_eq!(query.value("category"), Ok(Some("美妆")));
    }

    #[test]
    fn a_parameter_that_there_is_not_is_named_with_the_one_that_was_meant() {
        let told = |endpoint, raw| {
            let error = PlainQuery::parse(endpoint, raw).only_known(raw).expect_err("a mistake");
            [error.to_string(), error.chinese()]
        };
        for (raw, english, chinese) in [
            (
                "oauthorid=42",
                "parameter oauthorid is unknown (did you mean oAuthorId?): this path has oAuthorId, platform",
                "没有参数 oauthorid（是否应为 oAuthorId？）：该路径只接受 oAuthorId, platform",
            ),
            (
                "oAuthorId=42&colour=red",
                "parameter colour is unknown: this path has oAuthorId, platform",
                "没有参数 colour：该路径只接受 oAuthorId, platform",
            ),
            (
                "astro_1234=1",
                "a parameter is unknown: this path has oAuthorId, platform",
                "含有未知参数：该路径只接受 oAuthorId, platform",
            ),
        ] {
            assert_eq!(told(&EXPLAIN, raw), [english, chinese]);
        }
        let of_account = [("x=1", "leave x out", "请去掉 x"), ("x", "send none", "请去掉参数")];
        for (raw, english, chinese) in of_account {
            let expected = [format!("this path has no parameters: {english}"), format!("该路径不接受参数：{chinese}")];
            assert_eq!(told(&ACCOUNT, raw), expected);
        }
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
