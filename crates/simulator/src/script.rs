//! What goes wrong, and when: rules in order, of which the first that fits a request decides. As JSON, a list of rules:
//!
//! ```json
//! [
//!   {"when": {"requests": [1, 2]}, "fault": {"kind": "code", "code": 301, "http": 503}},
//!   {"when": {"author_id": "42"}, "fault": {"kind": "code", "code": 400}},
//!   {"when": {"probability": 0.05, "seed": 7}, "fault": {"kind": "reset_after_reading"}},
//!   {"delay_ms": 800}
//! ]
//! ```
//!
//! A rule without `when` fits every request; one without `fault` answers as usual, after its delay. Every fault is in
//! [`Fault`], in snake case with its fields beside `kind`.

use domain::{AuthorId, Text};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::script_error::ScriptError;

/// Rules in order. The first that fits a request decides; none: answered as usual.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Script {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Requests decided on so far.
    #[serde(skip)]
    requests: u64,
}

/// One rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The requests it fits.
    #[serde(default)]
    pub when: When,
    /// How long the answer takes in addition.
    #[serde(default)]
    pub delay_ms: u64,
    /// What goes wrong; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// Which requests a rule fits: those that fit everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// By number, counted from 1 since the script was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Range>,
    /// By creator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_id: Option<String>,
    /// By chance, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The seed of that chance, which is the same for the same number of a request.
    #[serde(default)]
    pub seed: u64,
}

/// The first and the last of them: `[2, 5]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range(pub u64, pub u64);

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// An envelope with this code and no data.
    Code {
        /// The business code.
        code: i64,
        /// The HTTP status; 200, as in the contract's early days, when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        http: Option<u16>,
        /// The value of a `Retry-After` header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
        /// The message; `{token}` in it becomes the request's token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// The connection is reset as soon as it stands; such rules fit connections by their number, not requests.
    ResetOnConnect,
    /// The request has arrived; it is not read, the connection is reset.
    ResetBeforeReading,
    /// The request is read; the connection is reset.
    ResetAfterReading,
    /// The request is read; the connection is closed in order.
    Close,
    /// Nothing ever comes back.
    Hang,
    /// The answer ends after so many bytes of its body, with the connection.
    Truncated {
        /// How many bytes of the body are sent.
        bytes: usize,
    },
    /// A body of so many bytes.
    Huge {
        /// How long it is.
        bytes: usize,
        /// Whether its length is told ahead.
        #[serde(default)]
        with_length: bool,
    },
    /// A page for people.
    Html {
        /// The HTTP status.
        http: u16,
    },
    /// Any body.
    Body {
        /// The HTTP status.
        http: u16,
        /// The body.
        body: String,
    },
    /// Bytes that are not HTTP.
    NotHttp,
    /// Code 0 with this in place of the data.
    Data {
        /// The data: `null`, `{}`, anything.
        data: Value,
    },
    /// Code 0 with data of another shape.
    Drifted(Drifted),
    /// A redirect to `to` with the request's query, token included.
    Redirect {
        /// The HTTP status.
        http: u16,
        /// Where to, up to the query.
        to: String,
    },
    /// The usual answer, a few bytes at a time.
    Trickle {
        /// How many bytes each time.
        bytes: usize,
        /// How long between them.
        every_ms: u64,
    },
}

/// How data of another shape differs. Fields are named by their path: `expect_cpm.cpm_60`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drifted {
    /// Fields set to other values, or added.
    #[serde(default)]
    pub set: Map<String, Value>,
    /// Fields left out.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Fields by another name: from the path, to the last part of the new one.
    #[serde(default)]
    pub renamed: Map<String, Value>,
}

impl Script {
    /// These rules.
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules, requests: 0 }
    }

    /// One fault for every request.
    pub fn always(fault: Fault) -> Self {
        Self::new(vec![Rule { fault: Some(fault), ..Rule::default() }])
    }

    /// One fault for the first `requests`, then the usual answers.
    pub fn first(requests: u64, fault: Fault) -> Self {
        let when = When { requests: Some(Range(1, requests)), ..When::default() };
        Self::new(vec![Rule { when, fault: Some(fault), delay_ms: 0 }])
    }

    /// Reads a script.
    ///
    /// # Errors
    /// [`ScriptError`] with the place of the mistake; also of a rule that could never mean anything.
    pub fn from_json(text: &str) -> Result<Self, ScriptError> {
        let script: Self = serde_json::from_str(text)?;
        for (at, rule) in script.rules.iter().enumerate() {
            rule.check().map_err(|why| ScriptError::Senseless { number: at + 1, why })?;
        }
        Ok(script)
    }

    /// The rule of the next request.
    pub(crate) fn next(&mut self, author_id: Option<&str>) -> Option<Rule> {
        self.requests += 1;
        let number = self.requests;
        let mut of_requests = self.rules.iter().filter(|rule| rule.fault != Some(Fault::ResetOnConnect));
        of_requests.find(|rule| rule.when.fits(number, author_id)).cloned()
    }

    /// Whether a connection is reset at once.
    pub(crate) fn resets_connection(&self, number: u64) -> bool {
        let mut of_connections = self.rules.iter().filter(|rule| rule.fault == Some(Fault::ResetOnConnect));
        of_connections.any(|rule| rule.when.fits(number, None))
    }
}

impl Rule {
    /// Refuses what can fit no request, and what cannot be sent.
    fn check(&self) -> Result<(), Text> {
        let When { requests, author_id, probability, .. } = &self.when;
        if requests.is_some_and(|Range(first, last)| first > last) {
            return Err(Text::new(
                "requests name none, since the first is after the last: right would be such as [1, 3]",
                "requests 不含任何请求，首个在最后一个之后：应如 [1, 3]",
            ));
        }
        if requests.is_some_and(|Range(_, last)| last == 0) {
            return Err(Text::new(
                "requests are counted from 1: there is no request 0",
                "requests 从 1 开始，没有第 0 个请求",
            ));
        }
        if probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return Err(Text::new("probability has to be from 0 to 1", "probability 须为 0 至 1"));
        }
        let is_id = |id: &String| id.parse::<AuthorId>().is_ok_and(|read| read.to_string() == *id);
        if author_id.as_ref().is_some_and(|id| !is_id(id)) {
            return Err(Text::new("author_id is no creator's id", "author_id 不是达人 ID"));
        }
        if author_id.is_some() && self.fault == Some(Fault::ResetOnConnect) {
            return Err(Text::new(
                "reset_on_connect fits connections, by number: an author_id is not known yet",
                "reset_on_connect 按连接的序号匹配，此时尚不知道 author_id",
            ));
        }
        match self.fault.as_ref().and_then(Fault::http) {
            Some(http) if !(200..=599).contains(&http) => {
                Err(Text::new("http has to be a status from 200 to 599", "http 须为 200 至 599 的状态码"))
            }
            _ => Ok(()),
        }
    }
}

impl Fault {
    /// The HTTP status that it names.
    fn http(&self) -> Option<u16> {
        match self {
            Self::Code { http, .. } => *http,
            Self::Html { http } | Self::Body { http, .. } | Self::Redirect { http, .. } => Some(*http),
            _ => None,
        }
    }
}

impl When {
    fn fits(&self, number: u64, author_id: Option<&str>) -> bool {
        let chance = |probability| fastrand::Rng::with_seed(self.seed ^ number.rotate_left(32)).f64() < probability;
        self.requests.is_none_or(|Range(first, last)| (first..=last).contains(&number))
            && self.author_id.as_deref().is_none_or(|wanted| author_id == Some(wanted))
            && self.probability.is_none_or(chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_fits_decides() {
        let mut script = Script::from_json(
            r#"[
                {"when": {"author_id": "42"}, "fault": {"kind": "code", "code": 400}},
                {"when": {"requests": [1, 2]}, "fault": {"kind": "drifted", "missing": ["hot_item"]}},
                {"delay_ms": 5}
            ]"#,
        )
        .expect("a script");
        let mut kind = |author| script.next(Some(author)).map(|rule| (rule.delay_ms, rule.fault));
        let drifted = Fault::Drifted(Drifted { missing: vec!["hot_item".into()], ..Drifted::default() });
        assert_eq!(kind("1"), Some((0, Some(drifted))));
        let refused = Fault::Code { code: 400, http: None, retry_after: None, message: None };
        assert_eq!(kind("42"), Some((0, Some(refused))));
        assert_eq!(kind("1"), Some((5, None)));
    }

    #[test]
    fn chance_is_the_same_each_time() {
        let when = When { probability: Some(0.3), seed: 7, ..When::default() };
        let fits = |from| (from..from + 10_000).filter(|number| when.fits(*number, None)).count();
        assert_eq!(fits(1), fits(1));
        assert!((2_800..3_200).contains(&fits(1)), "{}", fits(1));
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        let error = Script::from_json(r#"[{"fault": {"kind": "explode"}}]"#).expect_err("unknown");
        assert!(error.to_string().contains("unknown variant `explode`"), "{error}");
        assert!(Script::from_json(r#"[{"wenn": {}}]"#).is_err());
    }
}
