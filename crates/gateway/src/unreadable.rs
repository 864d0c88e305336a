//! Refusals of heads that the HTTP layer cannot read. It writes them by itself, before anything here is asked: a status and no body.
//! On their way out they get one, so that a client is told what is wrong as in every other refusal. The language that was asked for
//! is not known, for the head could not be read.

use domain::{BusinessCode, Lang, Text};

use crate::envelope::{self, Envelope, Payload, RequestId};
use crate::moment::Moment;

const MALFORMED: Text = Text::new(
    "the request line or a header is not HTTP: send each header as `Name: value`, and encode what stands in the URL",
    "请求行或请求头不符合 HTTP：请求头应写作 `Name: value`，网址中的内容须编码",
);
const TOO_LARGE: Text = Text::new(
    "the request line and the headers are larger than 32 KiB together, or more than 100: send fewer or shorter ones",
    "请求行与请求头合计超过 32 KiB，或多于 100 个：请减少或缩短",
);
const LONG_URI: Text = Text::new("the URL is too long: send shorter values", "网址过长：请缩短取值");

/// The refusal with a body, where `written` is one of the HTTP layer's own; none for whatever else is written.
pub(crate) fn with_body(written: &[u8], now: impl FnOnce() -> Moment) -> Option<Vec<u8>> {
    // All that a reply costs that is none of these.
    let status = written.strip_prefix(b"HTTP/1.1 4")?.get(..2)?;
    let why = match status {
        b"00" => MALFORMED,
        b"14" => LONG_URI,
        b"31" => TOO_LARGE,
        _ => return None,
    };
    // One head and nothing behind it. Refusals made here have a body, and so a length.
    let head = std::str::from_utf8(written).ok()?.strip_suffix("\r\n\r\n").filter(|head| !head.contains("\r\n\r\n"))?;
    let is_length = |line: &&str| line.to_ascii_lowercase().starts_with("content-length:");
    let length = head.split("\r\n").find(is_length)?;
    if !length.ends_with(" 0") {
        return None;
    }
    let now = now();
    let payload = Payload::Failure(BusinessCode::InvalidParameter, why.of(Lang::default()));
    let Envelope { body, request_id } = envelope::write(&payload, RequestId::new(now), now);
    let kept = head.split("\r\n").filter(|line| !is_length(line));
    let mut reply = kept.collect::<Vec<_>>().join("\r\n").into_bytes();
    let length = body.len();
    reply.extend_from_slice(
        format!("\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nx-request-id: ").as_bytes(),
    );
    reply.extend_from_slice(&request_id);
    reply.extend_from_slice(b"\r\n\r\n");
    reply.extend_from_slice(&body);
    Some(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment { unix_ms: 1_795_316_645_123 };

    fn told(written: &str) -> Option<String> {
        with_body(written.as_bytes(), || NOW).map(|reply| String::from_utf8(reply).expect("text"))
    }

    #[test]
    fn only_a_refusal_without_a_body_gets_one() {
        let own = "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\ndate: now\r\n\r\n";
        let reply = told(own).expect("a body");
        let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 431 ") && head.contains("\r\ndate: now\r\n"), "{head}");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())) && !head.contains("length: 0"), "{head}");
        assert!(body.starts_with("{\"code\":400,\"message\":\"the request line and the headers are larger"), "{body}");
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
