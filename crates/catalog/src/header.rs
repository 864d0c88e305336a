//! The headers of requests and replies: their names as documents write them, what each means, and which endpoints read or send
//! it. OpenAPI and the pages list them from here; a test of the gateway holds them against what is sent.

use domain::Text;

use crate::answer::{AnswerKind, field};
use crate::{AnswerField, Billing, Endpoint, Style};

/// Makes a paid request happen once.
pub const HEADER_IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// `true` on a reply that was given before, under the same idempotency key.
pub const HEADER_IDEMPOTENCY_REPLAYED: &str = "Idempotency-Replayed";
/// The request's id.
pub const HEADER_REQUEST_ID: &str = "X-Request-Id";
/// Where the answer comes from.
pub const HEADER_SOURCE: &str = "X-Astrolabe-Source";
/// The age of the answer's facts, in seconds.
pub const HEADER_AGE: &str = "X-Astrolabe-Age";
/// What was charged for the answer, in yuan.
pub const HEADER_CHARGED: &str = "X-Astrolabe-Charged";
/// Carries the token.
pub(crate) const HEADER_AUTHORIZATION: &str = "Authorization";
/// Chooses the language of sentences.
pub(crate) const HEADER_ACCEPT_LANGUAGE: &str = "Accept-Language";

/// A header that an endpoint reads.
#[derive(Debug, Clone, Copy)]
pub struct RequestHeader {
    /// What it is; required where no call goes without it.
    pub field: AnswerField,
    is_read_by: fn(&Endpoint) -> bool,
}

/// A header that comes with replies.
#[derive(Debug, Clone, Copy)]
pub struct ReplyHeader {
    /// What it is.
    pub field: AnswerField,
    is_sent_by: fn(&Endpoint, u16) -> bool,
}

impl ReplyHeader {
    /// Whether it may come with an endpoint's replies of an HTTP status.
    pub fn is_sent(&self, endpoint: &Endpoint, status: u16) -> bool {
        (self.is_sent_by)(endpoint, status)
    }
}

impl Endpoint {
    /// The headers that it reads.
    pub fn request_headers(&self) -> impl Iterator<Item = &'static RequestHeader> {
        REQUEST_HEADERS.iter().filter(|header| (header.is_read_by)(self))
    }

    /// The headers of its replies, of any status.
    pub fn reply_headers(&self) -> impl Iterator<Item = &'static ReplyHeader> {
        let statuses = self.statuses();
        REPLY_HEADERS.iter().filter(move |header| statuses.iter().any(|status| header.is_sent(self, *status)))
    }

    /// Whether answers that are stored may do for it, or have to be bought.
    fn asks_sources(&self) -> bool {
        self.style == Style::Envelope || self.billing == Billing::Rows
    }
}

/// The token in a header, as security schemes tell it too.
pub(crate) const TOKEN_IN_HEADER: Text =
    Text::new("The access token: Bearer, a space and the token.", "访问令牌：Bearer、空格，再接令牌。");

const REQUEST_HEADERS: &[RequestHeader] = &[
    RequestHeader {
        field: field(HEADER_AUTHORIZATION, AnswerKind::Text, TOKEN_IN_HEADER.en, TOKEN_IN_HEADER.zh),
        is_read_by: |endpoint| endpoint.style == Style::Plain,
    },
    RequestHeader {
        field: field(
            HEADER_AUTHORIZATION,
            AnswerKind::Text,
            "The access token, in place of the parameter token: Bearer, a space and the token, or the token alone.",
            "访问令牌，用以代替参数 token：Bearer、空格，再接令牌；也可只写令牌。",
        )
        .or_absent(),
        is_read_by: |endpoint| endpoint.style == Style::Envelope,
    },
    RequestHeader {
        field: field(
            HEADER_IDEMPOTENCY_KEY,
            AnswerKind::Text,
            "Makes a paid request happen once: the same request under the same key is answered again and not charged again, for 24 hours; another request under it is refused (code 400; HTTP 422 under /v1). Any text of your own, 1 to 255 printable ASCII characters.",
            "使付费请求只发生一次：24 小时内相同请求携带相同的键，将返回原响应且不再扣费；以该键发送的其他请求将被拒绝（code 400；/v1 下为 HTTP 422）。内容自定，1 至 255 个可打印的 ASCII 字符。",
        )
        .or_absent(),
        is_read_by: Endpoint::is_priced,
    },
    RequestHeader {
        field: field(
            HEADER_IDEMPOTENCY_KEY,
            AnswerKind::Text,
            "Makes a paid request happen once: the same request under the same key is answered again and not charged again, for 24 hours. Any text of your own, 1 to 255 printable ASCII characters.",
            "使付费请求只发生一次：24 小时内相同请求携带相同的键，将返回原响应且不再扣费。内容自定，1 至 255 个可打印的 ASCII 字符。",
        )
        .or_absent(),
        // Its rows have keys of their own: with other rows it is a batch as well.
        is_read_by: |endpoint| endpoint.billing == Billing::Rows,
    },
    RequestHeader {
        field: field(
            HEADER_ACCEPT_LANGUAGE,
            AnswerKind::Text,
            "The language of sentences, such as why something is refused: English or Chinese (zh); English where neither is asked for.",
            "说明文字（如拒绝的原因）的语言：中文（zh）或英文；均未要求时为英文。",
        )
        .or_absent(),
        is_read_by: |_| true,
    },
    RequestHeader {
        field: field(
            "Cache-Control",
            AnswerKind::Text,
            "What stored answers will do, where the operator buys answers from upstreams: no-cache asks anew, only-if-cached asks nobody; max-age, min-fresh and max-stale tell, in seconds, how old an answer may be, how much longer it must stay fresh and how long it may have been stale.",
            "运营方从上游购买答案时，对已存答案的要求：no-cache 表示重新查询，only-if-cached 表示不向上游查询；max-age、min-fresh、max-stale 以秒为单位，分别为答案的最长时效、至少还须保鲜的时长、最多可过期的时长。",
        )
        .or_absent(),
        is_read_by: Endpoint::asks_sources,
    },
];

const REPLY_HEADERS: &[ReplyHeader] = &[
    ReplyHeader {
        field: field(
            HEADER_REQUEST_ID,
            AnswerKind::Text,
            "The request's id, to name when asking about it; of a reply given before, the id of the first request.",
            "请求编号，用于查询或反馈问题；重放的响应为首个请求的编号。",
        ),
        is_sent_by: |_, _| true,
    },
    ReplyHeader {
        field: field(
            HEADER_SOURCE,
            AnswerKind::OneOf(&["local", "cache", "stale", "upstream"]),
            "Where the answer comes from: imported data, an answer bought before, such a one past its time, or one bought for this request. Absent on a reply given before.",
            "答案来源：导入的数据、此前购买的答案、已过期的此类答案，或为本次请求购买的答案。重放的响应不带此项。",
        ),
        is_sent_by: has_source,
    },
    ReplyHeader {
        field: field(
            HEADER_AGE,
            AnswerKind::Whole,
            "The age of the data. Absent on a reply given before.",
            "数据的时效。重放的响应不带此项。",
        )
        .in_unit("seconds", "秒"),
        is_sent_by: has_source,
    },
    ReplyHeader {
        field: field(
            "Age",
            AnswerKind::Whole,
            "How old the data is: on an answer of the source cache or stale, and of upstream where the upstream had it for a while.",
            "数据的时效：来源为 cache 或 stale 时返回；来源为 upstream 时，仅当上游所给的并非最新数据时返回。",
        )
        .in_unit("seconds", "秒"),
        is_sent_by: has_source,
    },
    ReplyHeader {
        field: field(
            HEADER_CHARGED,
            AnswerKind::DecimalText,
            "What was charged: 0 on a reply given before. Absent where nothing is counted: no price, no quota, no key, and no upstream asked.",
            "本次扣费；重放的响应为 0。无价格、配额与幂等键，也未询问上游，因而不计数时不带此项。",
        )
        .in_unit("yuan", "元"),
        is_sent_by: is_sold,
    },
    ReplyHeader {
        field: field(
            HEADER_IDEMPOTENCY_REPLAYED,
            AnswerKind::OneOf(&["true"]),
            "Marks a reply that was given before, under the same Idempotency-Key.",
            "表示该响应此前已以相同的 Idempotency-Key 返回过。",
        ),
        is_sent_by: is_sold,
    },
    ReplyHeader {
        field: field(
            "RateLimit",
            AnswerKind::Text,
            "Of each limit that is set: its name, what is left of it (r), and in how many seconds it is whole again (t).",
            "已设定的各项限制：名称、剩余次数（r），以及多少秒后完全恢复（t）。",
        ),
        is_sent_by: is_known_caller,
    },
    ReplyHeader {
        field: field(
            "RateLimit-Policy",
            AnswerKind::Text,
            "Of each limit that is set: its name, how many requests it allows (q), and in a window of how many seconds (w).",
            "已设定的各项限制：名称、允许的次数（q）及其时间窗口的秒数（w）。",
        ),
        is_sent_by: is_known_caller,
    },
    ReplyHeader {
        field: field(
            "X-RateLimit-Limit",
            AnswerKind::Whole,
            "What the nearest limit allows: the one of which the fewest are left.",
            "剩余次数最少的一项限制所允许的次数。",
        )
        .in_unit("requests", "次"),
        is_sent_by: is_known_caller,
    },
    ReplyHeader {
        field: field(
            "X-RateLimit-Remaining",
            AnswerKind::Whole,
            "What is left of the nearest limit.",
            "剩余最少的一项限制的剩余次数。",
        )
        .in_unit("requests", "次"),
        is_sent_by: is_known_caller,
    },
    ReplyHeader {
        field: field(
            "X-RateLimit-Reset",
            AnswerKind::Whole,
            "After how long the nearest limit is whole again.",
            "剩余最少的一项限制完全恢复所需的时长。",
        )
        .in_unit("seconds", "秒"),
        is_sent_by: is_known_caller,
    },
    ReplyHeader {
        field: field(
            "Retry-After",
            AnswerKind::Whole,
            "When to try again; absent where a wait alone does not help.",
            "多久之后可重试；仅靠等待无济于事时不带此项。",
        )
        .in_unit("seconds", "秒"),
        is_sent_by: |_, status| matches!(status, 429 | 500 | 503),
    },
    ReplyHeader {
        field: field(
            "WWW-Authenticate",
            AnswerKind::Text,
            "Bearer: the token belongs in a header.",
            "Bearer：令牌应置于请求头。",
        ),
        is_sent_by: |_, status| status == 401,
    },
    ReplyHeader {
        field: field(
            "Content-Language",
            AnswerKind::OneOf(&["en", "zh-CN"]),
            "The language of the reply's sentences.",
            "响应中说明文字的语言。",
        ),
        is_sent_by: has_sentences,
    },
    ReplyHeader {
        field: field(
            "Vary",
            AnswerKind::OneOf(&[HEADER_ACCEPT_LANGUAGE]),
            "The request header that decides the language.",
            "决定该语言的请求头。",
        ),
        is_sent_by: has_sentences,
    },
    ReplyHeader {
        field: field(
            "Cache-Control",
            AnswerKind::OneOf(&["no-store"]),
            "Nothing between server and client may keep the reply.",
            "服务端与客户端之间不得保存该响应。",
        ),
        is_sent_by: |_, _| true,
    },
];

fn has_source(endpoint: &Endpoint, status: u16) -> bool {
    status == 200 && endpoint.style == Style::Envelope
}

fn is_sold(endpoint: &Endpoint, status: u16) -> bool {
    status == 200 && endpoint.is_priced()
}

/// Limits are those of a caller, so there are none to tell of before the token is known.
fn is_known_caller(_: &Endpoint, status: u16) -> bool {
    status != 401
}

fn has_sentences(endpoint: &Endpoint, status: u16) -> bool {
    status != 200 || endpoint.translated
}
