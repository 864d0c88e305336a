//! What HTTP/1.1 wants of a request's head and the HTTP layer does not look at: else two servers in a row may read two different requests.

use domain::Text;
use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{StatusCode, Version};

/// Why a request's head is refused: RFC 9112, sections 3.2 (Host) and 6.1 (Transfer-Encoding).
pub(crate) fn fault(request: &Parts) -> Option<(StatusCode, Text)> {
    let mut hosts = request.headers.get_all(HOST).iter();
    let is_hosted = match (hosts.next(), hosts.next()) {
        (Some(_), None) => true,
        (None, _) => request.version != Version::HTTP_11,
        (Some(_), Some(_)) => false,
    };
    if !is_hosted {
        const ONE_HOST: Text =
            Text::new("a request of HTTP/1.1 has one header Host: send it once", "HTTP/1.1 请求须恰有一个 Host 请求头");
        return Some((StatusCode::BAD_REQUEST, ONE_HOST));
    }
    let mut encodings = request.headers.get_all(TRANSFER_ENCODING).iter();
    let is_plain = match (encodings.next(), encodings.next()) {
        (None, _) => true,
        (Some(name), None) => name.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    };
    const CHUNKED: Text = Text::new(
        "of transfer encodings this server reads chunked alone: send the body as it is",
        "Transfer-Encoding 仅支持 chunked：请直接发送请求体原文",
    );
    (!is_plain).then_some((StatusCode::NOT_IMPLEMENTED, CHUNKED))
}
