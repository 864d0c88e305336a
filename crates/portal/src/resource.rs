//! Something at a path: its bytes, plain and gzipped, with the headers that go with them.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::{Asked, Reply};

/// Nothing but what this server sends; nothing inline; not to be framed.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// How long it may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Asked again each time, by its tag.
    Revalidate,
    /// For ever: its path tells its content.
    ForEver,
}

/// Something at a path.
#[derive(Debug)]
pub(crate) struct Resource {
    content_type: &'static str,
    keep: Keep,
    /// Of the content, without quotes.
    tag: String,
    plain: Bytes,
    /// None where it would not be shorter.
    gzip: Option<Bytes>,
}

impl Resource {
    pub(crate) fn new(content_type: &'static str, keep: Keep, content: impl Into<Bytes>) -> Self {
        let plain = content.into();
        let gzip = gzip(&plain).filter(|gzip| gzip.len() < plain.len());
        Self { content_type, keep, tag: tag(&plain), plain, gzip }
    }

    pub(crate) fn html(content: String) -> Self {
        Self::new("text/html; charset=utf-8", Keep::Revalidate, content)
    }

    pub(crate) fn reply(&self, asked: &Asked<'_>) -> Reply {
        let gzip = self.gzip.as_ref().filter(|_| accepts_gzip(asked.accept_encoding));
        // A strong tag is of the very bytes, so each encoding has its own.
        let etag = format!("\"{}{}\"", self.tag, if gzip.is_some() { "-gz" } else { "" });
        let keep = match self.keep {
            Keep::Revalidate => "no-cache",
            Keep::ForEver => "public, max-age=31536000, immutable",
        };
        let mut headers = vec![
            ("etag", etag.clone()),
            ("cache-control", keep.to_owned()),
            ("vary", if asked.path == "/" { "Accept-Encoding, Accept-Language" } else { "Accept-Encoding" }.to_owned()),
            ("content-security-policy", POLICY.to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
            ("referrer-policy", "no-referrer".to_owned()),
        ];
        let known =
            asked.if_none_match.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag);
        if known {
            return Reply { status: 304, headers, body: Bytes::new() };
        }
        headers.push(("content-type", self.content_type.to_owned()));
        if gzip.is_some() {
            headers.push(("content-encoding", "gzip".to_owned()));
        }
        Reply { status: 200, headers, body: gzip.unwrap_or(&self.plain).clone() }
    }
}

/// Sixteen digits that tell contents apart.
pub(crate) fn tag(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    Some(encoder.finish().ok()?.into())
}

fn accepts_gzip(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0_f32);
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}
