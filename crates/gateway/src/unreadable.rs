//! Refusals of heads that the HTTP layer cannot read. It writes them by itself, before anything here is asked: a status and no body.
//! On their way out they get one, so that a client is told what is wrong as in every other refusal: a problem under `/v1`, else the
//! envelope. The language that was asked for is not known, for the head could not be read.

use domain::{BusinessCode, Lang, Text};
use hyper::StatusCode;

use crate::date::date;
use crate::envelope::{self, Payload, RequestId};
use crate::heard::Beginning;
use crate::moment::Moment;
use crate::problem::Problem;

const MALFORMED: Text = Text::new(
    "the request line or a header is not HTTP: send each header as `Name: value`, and encode what stands in the URL",
    "请求行或请求头不符合 HTTP：请求头应写作 `Name: value`，网址中的内容须编码",
);
const TOO_LARGE: Text = Text::new(
    "the request line and the headers are larger than 32 KiB together, or more than 100: send fewer or shorter ones",
    "请求行与请求头合计超过 32 KiB，或多于 100 个：请减少或缩短",
);
const LONG_URI: Text = Text::new(
    "the URL is too long: the request line and the headers have 32 KiB together; send fewer or shorter values",
    "网址过长：请求行与请求头合计不超过 32 KiB；请减少或缩短取值",
);

/// The refusal of a head that began so, with a body, where `written` is one of the HTTP layer's own; none for whatever else is written.
pub(crate) fn with_body(written: &[u8], began: Beginning, now: impl FnOnce() -> Moment) -> Option<Vec<u8>> {
    // All that a reply costs that is none of these.
    let status = written.strip_prefix(b"HTTP/1.1 4")?.get(..2)?;
    let (status, why) = match status {
        b"00" => (StatusCode::BAD_REQUEST, MALFORMED),
        b"14" => (StatusCode::URI_TOO_LONG, LONG_URI),
        // The HTTP layer makes no difference where it has no room for the whole.
        b"31" if began.is_in_line() => (StatusCode::URI_TOO_LONG, LONG_URI),
        b"31" => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, TOO_LARGE),
        _ => return None,
    };
    // One head and nothing behind it. Refusals made here have a body, and so a length.
    let head = std::str::from_utf8(written).ok()?.strip_suffix("\r\n\r\n").filter(|head| !head.contains("\r\n\r\n"))?;
    let is_length = |line: &&str| line.to_ascii_lowercase().starts_with("content-length:");
    let length = head.split("\r\n").find(is_length)?;
    if !length.ends_with(" 0") {
        return None;
    }
    let kept = head.split("\r\n").skip(1).filter(|line| !is_length(line));
    let now = now();
    let Refusal { content_type, id, body } = refusal(status, why, began.is_v1(), now);
    let mut reply = format!("HTTP/1.1 {status}\r\n").into_bytes();
    kept.for_each(|line| reply.extend_from_slice(format!("{line}\r\n").as_bytes()));
    let length = body.len();
    let added = format!("content-type: {content_type}\r\ncontent-length: {length}\r\ndate: ");
    reply.extend_from_slice(added.as_bytes());
    reply.extend_from_slice(date(now).as_bytes());
    reply.extend_from_slice(format!("\r\nx-request-id: {id}\r\n\r\n").as_bytes());
    reply.extend_from_slice(&body);
    Some(reply)
}

/// What a refusal says.
struct Refusal {
    content_type: &'static str,
    id: String,
    body: Vec<u8>,
}

fn refusal(status: StatusCode, why: Text, is_v1: bool, now: Moment) -> Refusal {
    let (id, lang) = (RequestId::new(now), Lang::default());
    let text = id.write(&mut [0; RequestId::LEN]).to_owned();
    if is_v1 {
        let problem = Problem { status: Some(status), ..Problem::new(BusinessCode::InvalidParameter, why) };
        let (_, body) = problem.rfc9457(&text, lang);
        return Refusal { content_type: "application/problem+json", id: text, body: body.to_string().into_bytes() };
    }
    let payload = Payload::Failure(BusinessCode::InvalidParameter, why.of(lang));
    let body = envelope::write(&payload, id, now).body.to_vec();
    Refusal { content_type: "application/json", id: text, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment { unix_ms: 1_795_316_645_123 };

    fn told(written: &str) -> Option<String> {
        with_body(written.as_bytes(), Beginning::default(), || NOW).map(|reply| String::from_utf8(reply).expect("text"))
    }

    #[test]
    fn only_a_refusal_without_a_body_gets_one() {
        let own = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nserver: x\r\n\r\n";
        let reply = told(own).expect("a body");
        let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n") && head.contains("\r\nserver: x\r\n"), "{head}");
        assert!(head.contains("\r\ndate: Sun, 22 Nov 2026 03:04:05 GMT\r\n"), "{head}");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())) && !head.contains("length: 0"), "{head}");
        assert!(body.starts_with("{\"code\":400,\"message\":\"the request line or a header is not HTTP"), "{body}");
        for other in [
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 120\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 400",
            "",
        ] {
            assert_eq!(told(other), None, "{other:?}");
        }
    }
}
