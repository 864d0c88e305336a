//! The text for an assistant that writes the program, in the language of the page it is on.

use std::fmt::Write;

use super::{Asked, choose};
use crate::{Lang, PARAM_TOKEN, Parameter, Text, code_text, field_rows};

const PARAMETERS: Text = Text::new("Parameters (percent-encode their values):", "参数（取值须作百分号编码）：");
const BODY: Text = Text::new(
    "Body: JSON, sent with Content-Type: application/json, such as",
    "请求体：JSON，以 Content-Type: application/json 发送，如",
);
const REQUIRED: Text = Text::new("Required", "必填");
const OPTIONAL: Text = Text::new("Optional", "可选");
const VALUES: Text = Text::new("Values", "可选值");
const BY_CODE: Text = Text::new(
    "Decide by the field \"code\" of the JSON reply, not by the HTTP status: 0 is success and the answer is in \"data\"; otherwise \"message\" says what is wrong.",
    "以 JSON 响应的字段 \"code\" 判断，而非 HTTP 状态码：0 为成功，结果在 \"data\" 中；否则 \"message\" 说明原因。",
);
const BY_STATUS: Text = Text::new(
    "HTTP 200 is success; otherwise \"detail\" of the JSON reply says what is wrong.",
    "HTTP 200 为成功；否则 JSON 响应的 \"detail\" 说明原因。",
);
const REPLY: Text = Text::new("Reply: JSON.", "响应：JSON。");
const REPLY_OF_LINES: Text = Text::new("Reply: NDJSON, an object a line.", "响应：NDJSON，每行一个对象。");
const CODES: Text = Text::new("Codes:", "返回码：");
const WAIT: Text = Text::new("Let a request take up to 60 seconds.", "请求最长等待 60 秒。");
/// How long lines may take, and what to do when they break off.
const WAIT_OF_LINES: Text = Text::new(
    "Read the lines as they come, and keep each at once. All of them together may take many minutes where creators have to be asked of an \
upstream: set no limit on the whole, and give up only when nothing has come for 120 seconds.
   Send the header Idempotency-Key, a new random text for each new batch, and keep it until the line with \"summary\" has come. If the reply \
breaks off before, send the same body again under the same key within 24 hours: rows that were answered are given again and not charged again, \
the others are answered now. Under another key they would be paid twice.",
    "逐行读取，收到一行即保存一行。若须向上游查询，全部行可能需要许多分钟：不要限制总时长，仅在 120 秒内未收到任何内容时放弃。
   发送请求头 Idempotency-Key，每个新批次使用一个新的随机文本，并保存至收到含 \"summary\" 的行为止。响应若提前中断，请在 24 小时内以同一键\
重新发送同一请求体：已作答的行再次给出，不重复扣费，其余的行此时作答。若使用另一个键，则会重复付费。",
);
const PLEASE: Text = Text::new(
    "Please write a program in my preferred language that calls this API and handles its replies.",
    "请用我常用的编程语言编写一个程序，调用该接口并处理其响应。",
);

pub(super) fn render(asked: &Asked<'_>) -> String {
    let (endpoint, lang) = (asked.endpoint, asked.lang);
    let colon = lang.colon();
    let mut text = opening(asked);
    // Writing to a string cannot fail.
    let sent: Vec<_> = endpoint.segment.iter().chain(endpoint.parameters).filter(|p| p.name != PARAM_TOKEN).collect();
    if !sent.is_empty() {
        let _ = writeln!(text, "\n{}", PARAMETERS.of(lang));
    }
    for parameter in sent {
        let place = if endpoint.parameter(parameter.name).is_some() { "query" } else { "path" };
        push_parameter(&mut text, parameter, place, lang);
    }
    if let Some(body) = &endpoint.body {
        let _ = writeln!(text, "\n{} {}", BODY.of(lang), body.example);
        for row in field_rows(body.fields, "") {
            let (description, required) = (row.field.description.of(lang), required(row.field.required).of(lang));
            let _ = writeln!(text, "- {}{colon}{description} ({required})", row.path);
            if !row.field.kind.values().is_empty() {
                let _ = writeln!(text, "  {}{colon}{}", VALUES.of(lang), row.field.kind.values().join(", "));
            }
        }
    }
    let decide = choose(asked, BY_CODE, BY_STATUS).of(lang);
    let reply = if endpoint.lines { REPLY_OF_LINES } else { REPLY }.of(lang);
    let wait = if endpoint.lines { WAIT_OF_LINES } else { WAIT }.of(lang);
    let _ = write!(text, "\n{reply}\n1. {decide}\n2. {wait}\n3. {}\n", CODES.of(lang));
    for code in endpoint.codes {
        let about = code_text(*code);
        let (meaning, what_to_do) = (about.meaning.of(lang), about.what_to_do.of(lang));
        let _ = writeln!(text, "   - {}{colon}{meaning} {what_to_do}", code.number());
    }
    let _ = writeln!(text, "\n{}", PLEASE.of(lang));
    text
}

/// What is wanted, and where it is.
fn opening(asked: &Asked<'_>) -> String {
    let (endpoint, base, lang) = (asked.endpoint, asked.base, asked.lang);
    let (title, summary) = (endpoint.title.of(lang), endpoint.summary.of(lang));
    let (path, method, openapi) = (endpoint.path, endpoint.method(), endpoint.openapi(lang));
    match lang {
        Lang::En => format!(
            "\
I want to use the \"{title}\" API of an Astrolabe server.
{summary}

API endpoint: {base}{path}
HTTP method: {method}
Authentication: the header \"Authorization: Bearer TOKEN\"; read TOKEN from the environment variable ASTROLABE_TOKEN, and never put it into the URL.
OpenAPI definition: {base}{openapi}
"
        ),
        Lang::Zh => format!(
            "\
我要使用 Astrolabe 服务器的“{title}”接口。
{summary}

接口地址：{base}{path}
HTTP 方法：{method}
身份验证：请求头 \"Authorization: Bearer TOKEN\"；TOKEN 从环境变量 ASTROLABE_TOKEN 读取，切勿写入 URL。
OpenAPI 定义：{base}{openapi}
"
        ),
    }
}

fn push_parameter(text: &mut String, parameter: &Parameter, place: &str, lang: Lang) {
    let (colon, required) = (lang.colon(), required(parameter.required).of(lang));
    let default = parameter.default.map_or_else(String::new, |value| match lang {
        Lang::En => format!(", {value} when absent"),
        Lang::Zh => format!("，缺省为 {value}"),
    });
    let description = parameter.description.of(lang);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "- {} ({place}){colon}{description} ({required}{default})", parameter.name);
    for (value, meaning) in parameter.values.iter().zip(parameter.value_texts) {
        let _ = writeln!(text, "  - {value}{colon}{}", meaning.of(lang));
    }
}

fn required(is_required: bool) -> Text {
    if is_required { REQUIRED } else { OPTIONAL }
}
