//! Author CP Info (V1): a creator's cost performance.

use domain::BusinessCode::{
    self, CollectionFailed, DailyQuotaExceeded, InsufficientBalance, Internal, InvalidParameter, InvalidToken,
    PermissionDenied, RateLimited, SpendingCapReached, Success,
};
use domain::{AuthorId, CreatorKey, Platform, Sentence, Spoken};

use crate::about_caller::PAID;
use crate::answers::{DATA, EXPLANATION, HISTORY_ANSWER};
use crate::{Billing, Endpoint, Form, Parameter, ParameterError, ParsedQuery, Style, Text};

/// The parameter that may carry the token.
pub const PARAM_TOKEN: &str = "token";
/// The parameter that names the creator.
pub const PARAM_AUTHOR: &str = "oAuthorId";
/// The parameter that names the platform.
pub const PARAM_PLATFORM: &str = "platform";

const AUTHOR: Parameter = Parameter {
    required: true,
    form: Form::AuthorId,
    example: Some("6826128263245070349"),
    ..Parameter::optional(
        PARAM_AUTHOR,
        Text::new(
            "The creator's id in the marketplace: 1 to 32 characters of 0-9 A-Z a-z _ -.",
            "达人的星图 ID：1 至 32 个字符，限 0-9 A-Z a-z _ -。",
        ),
    )
};

pub(crate) const PLATFORMS: &[&str] = &["SHORT_VIDEO", "LIVE_STREAMING", "PICTURE_TEXT", "SHORT_DRAMA"];

pub(crate) const PLATFORM: Parameter = Parameter {
    default: Some("SHORT_VIDEO"),
    values: PLATFORMS,
    value_texts: &[
        Platform::ShortVideo.word(),
        Platform::LiveStreaming.word(),
        Platform::PictureText.word(),
        Platform::ShortDrama.word(),
    ],
    example: Some("SHORT_VIDEO"),
    ..Parameter::optional(
        PARAM_PLATFORM,
        Text::new(
            "The content channel: short video, live streaming, picture and text, or short drama.",
            "内容类型：短视频、直播、图文、短剧。",
        ),
    )
};

/// The codes of an endpoint that may cost something and asks a creator's data.
pub(crate) const PAID_CODES: &[BusinessCode] = &[
    Success,
    InvalidToken,
    CollectionFailed,
    RateLimited,
    DailyQuotaExceeded,
    InvalidParameter,
    Internal,
    PermissionDenied,
    InsufficientBalance,
    SpendingCapReached,
];

/// The endpoint. Path, operation id, parameters and default are those of the public OpenAPI definition.
pub const AUTHOR_CP_INFO: Endpoint = Endpoint {
    number: 1,
    path: "/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1",
    operation_id: "getApiDouyinXingtuGwApiDataSpAuthorCpInfoV1",
    name: "author_cp_info",
    slug: "douyin-xingtu-apis/author-cp-info-v1",
    title: Text::new("Author CP Info (V1)", "达人性价比（V1）"),
    summary: Text::new(
        "What a placement with a creator costs for what it brings: expected views, CPM and CPE by length, hot share.",
        "达人投放的性价比：预期播放量、各时长档位的 CPM 与 CPE、爆款率。",
    ),
    notes: &[
        Text::new(
            "Decide by the code of the reply, never by the HTTP status: an operator may have set the server to answer HTTP 200 whatever the code.",
            "请以响应中的 code 判断结果，而非 HTTP 状态码：运营方可将服务设为一律返回 HTTP 200。",
        ),
        Text::new(
            "Money is in fen (1/100 yuan), as text; the hot share is in basis points (1/100 of a percent).",
            "金额单位为分（1/100 元），以文本表示；爆款率单位为万分之一。",
        ),
        Text::new(
            "Wait up to 60 seconds for a reply. With the header Idempotency-Key a repeated request is charged once.",
            "请将超时设为至少 60 秒。携带 Idempotency-Key 请求头时，重复请求只计费一次。",
        ),
    ],
    style: Style::Envelope,
    billing: Billing::Success,
    segment: None,
    parameters: &[
        Parameter::optional(
            PARAM_TOKEN,
            Text::new(
                "The access token, where it is not sent as the Authorization header, which keeps it out of URLs: one of the two is needed.",
                "访问令牌。也可放在 Authorization 请求头中，避免令牌出现在网址里；两者须有其一。",
            ),
        ),
        AUTHOR,
        PLATFORM,
    ],
    body: None,
    lines: false,
    translated: false,
    answer: DATA,
    codes: PAID_CODES,
};

/// Everything behind the endpoint's answer to the same question; one of our own, so without a token in the query.
pub const EXPLAIN: Endpoint = Endpoint {
    number: 2,
    path: "/v1/explain",
    operation_id: "explain",
    name: "explain",
    slug: "astrolabe-apis/explain",
    title: Text::new("Explain", "答案依据"),
    summary: Text::new(
        "Everything behind an answer of Author CP Info: posts used and left out and why, formulas, range, rounding.",
        "性价比答案的全部依据：采用与未采用的作品及原因、公式、区间、取整方式。",
    ),
    notes: &[
        Text::new(
            "Its sentences are in the language that the header Accept-Language asks for, English or Chinese (zh), and in English where it asks for neither; Content-Language tells which. The same posts and language always give the same bytes.",
            "说明文字的语言由请求头 Accept-Language 决定，支持中文（zh）与英文，均未要求时为英文；响应头 Content-Language 给出所用语言。相同的作品与语言始终得到逐字节相同的响应。",
        ),
        PAID,
    ],
    style: Style::Plain,
    billing: Billing::Success,
    segment: None,
    parameters: &[AUTHOR, PLATFORM],
    body: None,
    lines: false,
    translated: true,
    answer: EXPLANATION,
    codes: PAID_CODES,
};

/// The most snapshots of a history.
pub const HISTORY_MAX: u32 = 500;

/// A creator's figures over time.
pub const HISTORY: Endpoint = Endpoint {
    number: 9,
    path: "/v1/history",
    operation_id: "history",
    name: "history",
    slug: "astrolabe-apis/history",
    title: Text::new("History", "历史数据"),
    summary: Text::new(
        "A creator's figures over time: what moved and why, and how estimates compare with what later posts really did.",
        "达人数据的历史：何时变化、因何变化，以及估算与后续作品实际表现的对比。",
    ),
    notes: &[
        Text::new(
            "Changes are natural logarithms of ratios, so that their parts add up: 0.0953 is 10 percent up, -0.0953 as much down.",
            "变化以比值的自然对数表示，各部分可直接相加：0.0953 约为上涨 10%，-0.0953 为同等幅度的下降。",
        ),
        Text::new(
            "What the price did is of pricedAt, what views and interactions did of asOf: prices often come later than posts.",
            "报价的变化以 pricedAt 为准，播放量与互动量的变化以 asOf 为准：报价往往晚于作品。",
        ),
        PAID,
    ],
    translated: false,
    answer: HISTORY_ANSWER,
    ..EXPLAIN
};

/// A valid question about a creator, to any of these endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorCpInfoQuestion {
    /// Whose figures, on which platform.
    pub key: CreatorKey,
}

impl AuthorCpInfoQuestion {
    /// Reads the question from a query string.
    ///
    /// # Errors
    /// [`ParameterError`] with the first parameter that is wrong, in the order of the definition.
    pub fn read<const N: usize>(query: &ParsedQuery<'_, N>) -> Result<Self, ParameterError> {
        let author = query.value(PARAM_AUTHOR)?.ok_or(ParameterError::Missing { name: PARAM_AUTHOR, sent: None })?;
        Self::of(author, query.value(PARAM_PLATFORM)?)
    }

    /// The question of these values, of the usual platform where none is named or its name is empty. Neither is repeated in an error: one may be a token in
    /// the wrong place.
    ///
    /// # Errors
    /// [`ParameterError`] with the first one that is wrong.
    pub fn of(author: &str, platform: Option<&str>) -> Result<Self, ParameterError> {
        let author_id: AuthorId = author.parse().map_err(|error: domain::IdError| {
            if error == domain::IdError::Rounded {
                return ParameterError::malformed(PARAM_AUTHOR, error.sentence());
            }
            let reason = Sentence::new(
                format!("{error}; an id is 1 to 32 characters of 0-9 A-Z a-z _ -"),
                format!("{}；ID 为 1 至 32 个字符，可用 0-9 A-Z a-z _ -", error.chinese()),
            );
            ParameterError::malformed(PARAM_AUTHOR, reason)
        })?;
        Ok(Self { key: CreatorKey { author_id, platform: platform_of(platform)? } })
    }
}

/// The platform that a query string asks about.
///
/// # Errors
/// [`ParameterError`] when it names none that there is, or more than one.
pub fn read_platform<const N: usize>(query: &ParsedQuery<'_, N>) -> Result<Platform, ParameterError> {
    platform_of(query.value(PARAM_PLATFORM)?)
}

fn platform_of(name: Option<&str>) -> Result<Platform, ParameterError> {
    name.filter(|name| !name.is_empty()).map_or(Ok(Platform::default()), str::parse).map_err(
        |domain::UnknownName { known, .. }| ParameterError::UnknownValue {
            name: PARAM_PLATFORM,
            allowed: known.to_owned(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Query;
    use proptest::prelude::*;

    fn read(raw: &str) -> Result<AuthorCpInfoQuestion, ParameterError> {
        AuthorCpInfoQuestion::read(&Query::parse(&AUTHOR_CP_INFO, raw))
    }

    fn key(author: &str, platform: Platform) -> AuthorCpInfoQuestion {
        AuthorCpInfoQuestion { key: CreatorKey { author_id: author.parse().expect("an id"), platform } }
    }

    #[test]
    fn the_values_and_the_default_are_the_platforms_themselves() {
        let parameter = AUTHOR_CP_INFO.parameter(PARAM_PLATFORM).expect("the parameter");
        assert_eq!(parameter.values, Platform::ALL.map(Platform::name));
        assert_eq!(parameter.default, Some(Platform::default().name()));
    }

    #[test]
    fn a_question_is_read_as_clients_send_it() {
        assert_eq!(read("token=t&oAuthorId=42"), Ok(key("42", Platform::ShortVideo)));
        assert_eq!(read("oAuthorId=42&platform=PICTURE_TEXT&x=1"), Ok(key("42", Platform::PictureText)));
        assert_eq!(read("oAuthorId=4%32&platform="), Ok(key("42", Platform::ShortVideo)));
        assert_eq!(read("oAuthorId=MS4wLjABAAAA_-"), Ok(key("MS4wLjABAAAA_-", Platform::ShortVideo)));
    }

    #[test]
    fn what_is_wrong_is_told_with_what_would_be_right() {
        let messages = [
            ("", "parameter oAuthorId is missing: add oAuthorId=… to the query string"),
            ("oAuthorId=", "parameter oAuthorId is missing: add oAuthorId=… to the query string"),
            ("oAuthorId=1&oAuthorId=1", "parameter oAuthorId is given more than once: give it once"),
            (
                "oAuthorId=1&platform=TV",
                "parameter platform has an unknown value: use one of SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT, SHORT_DRAMA",
            ),
            (
                "oAuthorId=a%20b",
                "parameter oAuthorId is not valid: the id has a character outside 0-9 A-Z a-z _ -; an id is 1 to 32 characters of 0-9 A-Z a-z _ -",
            ),
        ];
        for (raw, message) in messages {
            assert_eq!(read(raw).map_err(|error| error.to_string()), Err(message.to_owned()), "{raw}");
        }
        assert!(read(&format!("oAuthorId={}", "1".repeat(33))).is_err());
        let rounded = read("oAuthorId=6.8E+18").map_err(|error| error.to_string());
        assert!(rounded.is_err_and(|told| told.contains("a spreadsheet has rounded this id") && !told.contains("0-9")));
    }

    proptest! {
        #[test]
        fn no_query_string_panics(raw in ".*") {
            let _ = read(&raw);
        }

        #[test]
        fn every_id_survives_the_query_string(id in "[0-9A-Za-z_-]{1,32}") {
            prop_assert_eq!(read(&format!("oAuthorId={id}")), Ok(key(&id, Platform::ShortVideo)));
        }
    }
}
