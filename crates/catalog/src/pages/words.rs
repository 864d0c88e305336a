//! The words of reference pages, in both languages.

use domain::BusinessCode;

use crate::{Endpoint, Lang, ReplyHeader, Text};

/// Whether or not.
pub fn yes(yes: bool) -> Text {
    if yes { Text::new("Yes", "是") } else { Text::new("No", "否") }
}

macro_rules! words {
    ($($name:ident: $en:literal, $zh:literal;)*) => {
        $(#[doc = $en] pub const $name: Text = Text::new($en, $zh);)*

        /// Every word of pages.
        #[cfg(test)]
        pub(crate) const ALL: &[Text] = &[$($name),*];
    };
}

words! {
    TAGLINE: "What a placement with a Douyin creator costs for what it brings.", "投放一位抖音达人，花多少钱、换来什么。";
    ABOUT: "A self-hosted server that speaks the public Author CP Info (V1) contract of the Douyin Xingtu family and answers from its operator's own data: expected views, CPM and CPE by length of video, and the share of hot posts.", "自托管服务，兼容公开的抖音星图 Author CP Info (V1) 接口规范，答案来自运营方自有数据：预期播放量、各时长档位的 CPM 与 CPE、爆款率。";
    SERVER: "Server", "服务地址";
    ENDPOINTS: "Endpoints", "接口";
    PARAMETERS: "Parameters", "参数";
    NO_PARAMETERS: "None.", "无。";
    BODY: "Request body (JSON)", "请求体（JSON）";
    NAME: "Name", "名称";
    IN: "In", "位置";
    IN_PATH: "path", "路径";
    IN_QUERY: "query", "查询串";
    REQUIRED: "Required", "必填";
    DEFAULT: "Default", "默认值";
    MEANING: "Meaning", "含义";
    CODES: "Codes", "业务码";
    CODE: "Code", "业务码";
    HTTP_STATUS: "HTTP", "HTTP";
    BILLED: "Billed", "计费";
    WHAT_TO_DO: "What to do", "处理方式";
    FIELDS: "Reply fields", "响应字段";
    REQUEST_HEADERS: "Request headers", "请求头";
    REPLY_HEADERS: "Reply headers", "响应头";
    EVERY_REPLY: "all", "全部";
    FIELD: "Field", "字段";
    TYPE: "Type", "类型";
    UNIT: "Unit", "单位";
    LIMITS: "Limits", "限制";
    SAMPLES: "Code samples", "代码示例";
    VALUES: "Values", "可选值";
    EXAMPLES: "Example replies", "响应示例";
}

/// The HTTP statuses of an endpoint's replies with a code.
pub fn code_statuses(endpoint: &Endpoint, code: BusinessCode, lang: Lang) -> String {
    list(&endpoint.statuses_of(code), lang)
}

fn list(statuses: &[u16], lang: Lang) -> String {
    let numbers: Vec<String> = statuses.iter().map(u16::to_string).collect();
    numbers.join(Text::new(", ", "、").of(lang))
}

/// The HTTP statuses of an endpoint's replies that a header comes with.
pub fn statuses(endpoint: &Endpoint, header: &ReplyHeader, lang: Lang) -> String {
    let (with, without): (Vec<u16>, Vec<u16>) =
        endpoint.statuses().into_iter().partition(|status| header.is_sent(endpoint, *status));
    match (without.is_empty(), lang) {
        (true, _) => EVERY_REPLY.of(lang).to_owned(),
        (false, Lang::En) if without.len() < with.len() => format!("all but {}", list(&without, lang)),
        (false, Lang::Zh) if without.len() < with.len() => format!("除 {} 外", list(&without, lang)),
        _ => list(&with, lang),
    }
}

/// The limits of an endpoint.
pub fn limits(endpoint: &Endpoint, lang: Lang) -> Vec<String> {
    let of_body = endpoint.body.map(|body| {
        let most = body.size_max();
        match lang {
            Lang::En => format!("The body of a request may have {most}, and comes within ten seconds."),
            Lang::Zh => format!("请求体不超过 {most}，须在 10 秒内到齐。"),
        }
    });
    LIMIT_LIST.iter().map(|limit| limit.of(lang).to_owned()).chain(of_body).collect()
}

/// The limits of every endpoint.
const LIMIT_LIST: &[Text] = &[
    Text::new(
        "Rates (requests a second, bursts, requests at once) and daily quotas are set by the operator, for each token and each account; GET /v1/account tells yours. RateLimit and RateLimit-Policy tell of those that are set: of rates once the token is known, of daily quotas on replies of what has a price.",
        "速率（每秒请求数、突发、并发）与每日配额由运营方按令牌和账户设定；可通过 GET /v1/account 查询。已设定的限制见于响应的 RateLimit 与 RateLimit-Policy：速率在令牌通过校验之后，每日配额在计费接口的响应中。",
    ),
    Text::new(
        "A daily quota counts successes of a calendar day in Asia/Shanghai.",
        "每日配额按上海时区自然日内的成功次数计算。",
    ),
    Text::new(
        "A request's head may have 32 KiB; an idle connection is closed after one to two minutes.",
        "请求头总长不超过 32 KiB；空闲连接将在一至两分钟后关闭。",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_there_in_both_languages() {
        assert!(ALL.iter().chain(LIMIT_LIST).all(|word| !word.en.is_empty() && !word.zh.is_empty()));
    }
}
