//! The Rust client of an Astrolabe server, or of any server of the same contract.
//!
//! The business code in the body decides, never the HTTP status. The token goes in a header, so it is in no URL; no
//! redirect is followed, so it goes to no other host.

mod account;
mod batch;

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use catalog::cp_info_wire::CpInfoData;
use catalog::history_wire::HistoryPage;
use catalog::market_wire::{Comparison, CreatorsPage};
use catalog::plan_wire::{PlanAnswer, PlanQuestion};
use catalog::{
    AUTHOR_CP_INFO, COMPARE, CREATORS, EXPLAIN, Endpoint, HEADER_AGE, HEADER_CHARGED, HEADER_IDEMPOTENCY_KEY,
    HEADER_SOURCE, HISTORY, PARAM_AUTHOR, PARAM_PLATFORM, PLAN, ToolCall,
};
use domain::{CreatorKey, Lang, MicroYuan, shown};
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap};
use reqwest::{RequestBuilder, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

pub use account::{AccountPage, AccountStanding, TokenStanding};
pub use batch::{Batch, BatchRow, BatchSummary};

/// The longest body that is read whole. The largest that a server of ours could send is a plan that books the 50,000 creators it
/// weighed, with less than a kilobyte for each.
const BODY_BYTES_MAX: usize = 64 << 20;

/// The contract's recommendation for a call's time.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The base URL is not one.
    #[error("{0:?} is not the address of a server, such as http://127.0.0.1:8600")]
    BadUrl(String),
    /// The server could not be asked.
    #[error("the server could not be asked")]
    Transport(#[source] reqwest::Error),
    /// The server answered something that is not the contract's envelope.
    #[error("the answer (HTTP {status}) is not the contract's envelope: {reason}")]
    NotTheContract {
        /// The HTTP status.
        status: u16,
        /// What is wrong with the body.
        reason: String,
    },
    /// The answer to a batch ended before its last line.
    #[error("the answer broke off after {rows} rows")]
    BrokeOff {
        /// Rows that came.
        rows: usize,
        /// Why; nothing, where the answer ended as if it were whole.
        #[source]
        cause: Option<reqwest::Error>,
    },
    /// The server answered with a business code other than 0.
    #[error("code {code}: {message} (request {request_id})")]
    Refused {
        /// The business code.
        code: i64,
        /// The server's sentence.
        message: String,
        /// The id to tell the server's operator.
        request_id: String,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CpInfoReply {
    /// The figures.
    pub data: CpInfoData,
    /// The request's id.
    pub request_id: String,
    /// Where the server had the answer from, where it told.
    pub source: Option<String>,
    /// Age of the answer's facts in seconds, where the server told.
    pub age_s: Option<u64>,
}

/// A reply as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolReply {
    /// The HTTP status.
    pub status: u16,
    /// The body: JSON, or a line of JSON for each creator of a batch.
    pub body: String,
    /// What was charged, in yuan, where the server told.
    pub charged_yuan: Option<String>,
    /// Where the server had the answer from, where it told.
    pub source: Option<String>,
    /// Age of the answer's facts in seconds, where the server told.
    pub age_s: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    code: i64,
    /// Of a path of our own endpoints `detail`.
    #[serde(default, alias = "detail")]
    message: Option<String>,
    #[serde(default)]
    request_id: Option<String>,
    #[serde(default)]
    data: Option<serde_json::Value>,
}

/// An RFC 9457 problem, as far as it is told on; or the contract's envelope, which answers any other path.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProblemDetails {
    code: i64,
    #[serde(alias = "message")]
    detail: String,
    #[serde(default)]
    request_id: String,
}

/// A client of one server with one token.
pub struct Client {
    http: reqwest::Client,
    base_url: String,
    token: String,
    lang: Lang,
    /// What was charged, where a reply told.
    charged: Mutex<Option<MicroYuan>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the server at `base_url`.
    ///
    /// # Errors
    /// [`ClientError::BadUrl`] when `base_url` is not an http or https address, [`ClientError::Transport`] when TLS
    /// cannot be set up.
    pub fn new(base_url: &str, token: impl Into<String>) -> Result<Self, ClientError> {
        let base_url = base_url.trim_end_matches('/');
        if !base_url.starts_with("http://") && !base_url.starts_with("https://") {
            return Err(ClientError::BadUrl(base_url.to_owned()));
        }
        // Another part of the program may have installed the same provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("astrolabe/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(ClientError::Transport)?;
        Ok(Self {
            http,
            base_url: base_url.to_owned(),
            token: token.into(),
            lang: Lang::default(),
            charged: Mutex::default(),
        })
    }

    /// The same client, which asks for sentences in a language: explanations, and why something is refused.
    #[must_use]
    pub fn speaking(self, lang: Lang) -> Self {
        Self { lang, ..self }
    }

    /// Asks for a creator's cost performance.
    ///
    /// # Errors
    /// [`ClientError`], by what went wrong.
    pub async fn author_cp_info(&self, key: &CreatorKey) -> Result<CpInfoReply, ClientError> {
        let (status, headers, body) = self.get(&AUTHOR_CP_INFO, &of_creator(key)).await?;
        read_reply(status, &headers, &body)
    }

    /// Asks for everything behind that answer; only Astrolabe answers this.
    ///
    /// # Errors
    /// As [`Client::author_cp_info`].
    pub async fn explain(&self, key: &CreatorKey) -> Result<serde_json::Value, ClientError> {
        self.plain(&EXPLAIN, &of_creator(key)).await
    }

    /// Asks for a creator's figures over time.
    ///
    /// # Errors
    /// As [`Client::author_cp_info`].
    pub async fn history(&self, key: &CreatorKey) -> Result<HistoryPage, ClientError> {
        self.plain(&HISTORY, &of_creator(key)).await
    }

    /// Asks for a page of creators. `query` is the query string of `/v1/creators`, percent-encoded; the next page is asked for with the
    /// same one and `cursor` set to the page's `next`.
    ///
    /// # Errors
    /// As [`Client::author_cp_info`].
    pub async fn creators(&self, query: &str) -> Result<CreatorsPage, ClientError> {
        self.plain(&CREATORS, query).await
    }

    /// Asks for creators side by side. `query` is the query string of `/v1/compare`, percent-encoded.
    ///
    /// # Errors
    /// As [`Client::author_cp_info`].
    pub async fn compare(&self, query: &str) -> Result<Comparison, ClientError> {
        self.plain(&COMPARE, query).await
    }

    /// Asks an endpoint of Astrolabe's own.
    async fn plain<T: DeserializeOwned>(&self, endpoint: &Endpoint, query: &str) -> Result<T, ClientError> {
        let (status, _, body) = self.get(endpoint, query).await?;
        read_plain(status, &body)
    }

    /// Asks which creators to book for a budget.
    ///
    /// # Errors
    /// As [`Client::author_cp_info`]; with code 400 where no set of creators keeps all limits.
    pub async fn plan(&self, question: &PlanQuestion) -> Result<PlanAnswer, ClientError> {
        let (status, _, body) = self.sent(self.post(&PLAN, json!(question).to_string())).await?;
        read_plain(status, &body)
    }

    /// Sends the request that a tool's call means, and gives the reply as it came: for programs that hand it on.
    ///
    /// # Errors
    /// [`ClientError::Transport`] when the server could not be asked, [`ClientError::NotTheContract`] when its body has no end in sight.
    pub async fn call_tool(&self, call: &ToolCall) -> Result<ToolReply, ClientError> {
        let url = format!("{}{}", self.base_url, call.target);
        let request = match &call.body {
            Some(body) => self.http.post(url).header(CONTENT_TYPE, "application/json").body(body.clone()),
            None => self.http.get(url),
        };
        let request = match &call.once_key {
            Some(key) => request.header(HEADER_IDEMPOTENCY_KEY, key),
            None => request,
        };
        // A batch may buy each of its rows somewhere.
        let request = if call.endpoint.lines { request.timeout(batch::TIMEOUT) } else { request };
        let (status, headers, body) = self.sent(self.with_head(request)).await?;
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(ToolReply {
            status,
            body: String::from_utf8_lossy(&body).into_owned(),
            charged_yuan: header(HEADER_CHARGED),
            source: header(HEADER_SOURCE),
            age_s: header(HEADER_AGE).and_then(|age| age.parse().ok()),
        })
    }

    async fn get(&self, endpoint: &Endpoint, query: &str) -> Result<(u16, HeaderMap, Vec<u8>), ClientError> {
        let url = format!("{}{}?{query}", self.base_url, endpoint.path);
        self.sent(self.with_head(self.http.get(url))).await
    }

    /// Sends a request; the status, headers and body of what comes back.
    async fn sent(&self, request: RequestBuilder) -> Result<(u16, HeaderMap, Vec<u8>), ClientError> {
        let response = request.send().await.map_err(ClientError::Transport)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let told = headers.get(HEADER_CHARGED).and_then(|value| MicroYuan::from_yuan_text(value.to_str().ok()?).ok());
        if let Some(told) = told {
            let mut charged = self.charged.lock().unwrap_or_else(PoisonError::into_inner);
            *charged = Some(charged.unwrap_or_default().plus(told));
        }
        Ok((status, headers, whole_body(response).await?))
    }

    /// What was charged by all replies so far but those to batches, which tell it themselves; none where no reply told, as where
    /// nothing is counted.
    pub fn charged(&self) -> Option<MicroYuan> {
        *self.charged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A question in a body of JSON.
    fn post(&self, endpoint: &Endpoint, body: String) -> RequestBuilder {
        let request = self.http.post(format!("{}{}", self.base_url, endpoint.path));
        self.with_head(request).header(CONTENT_TYPE, "application/json").body(body)
    }

    /// The headers of every request.
    fn with_head(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token).header(ACCEPT_LANGUAGE, self.lang.tag())
    }
}

/// The body of a response, which no server makes as long as it likes.
async fn whole_body(mut response: Response) -> Result<Vec<u8>, ClientError> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(ClientError::Transport)? {
        if body.len() + piece.len() > BODY_BYTES_MAX {
            let reason = format!("a body of more than {BODY_BYTES_MAX} bytes");
            return Err(ClientError::NotTheContract { status: response.status().as_u16(), reason });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// The query about a creator: ids and platform names have no character that a URL would need escaped.
fn of_creator(key: &CreatorKey) -> String {
    format!("{PARAM_AUTHOR}={}&{PARAM_PLATFORM}={}", key.author_id, key.platform)
}

/// Reads an answer of our own endpoints.
fn read_plain<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, ClientError> {
    match status {
        200 => serde_json::from_slice(body)
            .map_err(|error| ClientError::NotTheContract { status, reason: error.to_string() }),
        _ => Err(refusal(status, body)),
    }
}

/// What a reply of our own endpoints that is no success says.
fn refusal(status: u16, body: &[u8]) -> ClientError {
    match serde_json::from_slice::<ProblemDetails>(body) {
        Ok(ProblemDetails { code, detail, request_id }) => refused(code, &detail, &request_id),
        Err(error) => ClientError::NotTheContract { status, reason: error.to_string() },
    }
}

/// A refusal in the server's words, each on a line: they are told to people among lines of others.
fn refused(code: i64, message: &str, request_id: &str) -> ClientError {
    ClientError::Refused { code, message: shown(message), request_id: shown(request_id) }
}

fn read_reply(status: u16, headers: &HeaderMap, body: &[u8]) -> Result<CpInfoReply, ClientError> {
    let not_the_contract = |reason: String| ClientError::NotTheContract { status, reason };
    let envelope: Envelope = serde_json::from_slice(body).map_err(|error| not_the_contract(error.to_string()))?;
    let request_id = envelope.request_id.unwrap_or_default();
    if envelope.code != 0 {
        return Err(refused(envelope.code, &envelope.message.unwrap_or_default(), &request_id));
    }
    let data = envelope.data.ok_or_else(|| not_the_contract("code 0 without data".into()))?;
    let data = serde_json::from_value(data).map_err(|error| not_the_contract(error.to_string()))?;
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    Ok(CpInfoReply {
        data,
        request_id,
        source: header(HEADER_SOURCE).map(str::to_owned),
        age_s: header(HEADER_AGE).and_then(|age| age.parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_and_not_the_status() {
        let refused = read_reply(200, &HeaderMap::new(), br#"{"code":301,"message":"again","data":null}"#);
        assert!(matches!(refused, Err(ClientError::Refused { code: 301, .. })), "{refused:?}");
        let html = read_reply(502, &HeaderMap::new(), b"<html>");
        assert!(matches!(html, Err(ClientError::NotTheContract { status: 502, .. })), "{html:?}");
        let empty = read_reply(200, &HeaderMap::new(), br#"{"code":0,"message":null,"data":null}"#);
        assert!(matches!(empty, Err(ClientError::NotTheContract { .. })), "{empty:?}");
    }

    #[test]
    fn what_a_server_says_is_told_also_where_its_address_leads_to_another_path() {
        let problem = br#"{"type":"about:blank","status":404,"code":404,"detail":"no such path","requestId":"7"}"#;
        let envelope = br#"{"code":404,"message":"no such path","data":null,"requestId":"7"}"#;
        for body in [&problem[..], envelope] {
            let told = [read_reply(404, &HeaderMap::new(), body).map(drop), read_plain::<Vec<u8>>(404, body).map(drop)];
            for told in told {
                let Err(ClientError::Refused { code: 404, message, request_id }) = told else { panic!("{told:?}") };
                assert_eq!((message.as_str(), request_id.as_str()), ("no such path", "7"));
            }
        }
    }

    #[test]
    fn what_a_server_says_is_one_line_that_no_terminal_obeys() {
        let problem = br#"{"code":400,"detail":"\u001b[2Jno\nerror: \u202ex","requestId":"7\u0007"}"#;
        let envelope = br#"{"code":400,"message":"\u001b[2Jno\nerror: \u202ex","requestId":"7\u0007"}"#;
        let told =
            [read_plain::<Vec<u8>>(400, problem).map(drop), read_reply(200, &HeaderMap::new(), envelope).map(drop)];
        for told in told {
            assert_eq!(told.expect_err("refused").to_string(), "code 400:  [2Jno error:  x (request 7 )");
        }
    }

    #[test]
    fn the_token_is_not_shown() {
        let client = Client::new("http://127.0.0.1:1/", "very-secret").expect("a client");
        assert!(!format!("{client:?}").contains("very-secret"));
        assert!(matches!(Client::new("127.0.0.1:1", ""), Err(ClientError::BadUrl(_))));
    }
}
