//! How the contract's envelope is written. The server and the examples write it here.

use std::io::Write;

/// What an envelope says beside its data.
#[derive(Debug, Clone, Copy)]
pub struct EnvelopeHead<'a> {
    /// The business code and the sentence of a failure; none on success.
    pub failure: Option<(u16, &'a str)>,
    /// The request's id.
    pub request_id: &'a str,
}

/// Writes `{"code":…,"message":…,"recordTime":…,"requestId":…,"data":…}` and gives the place where the request's id starts.
/// `record_time` and `data` write their parts; `data` is `null` on failure.
#[inline]
pub fn write_envelope(
    head: EnvelopeHead<'_>,
    record_time: impl FnOnce(&mut Vec<u8>),
    data: impl FnOnce(&mut Vec<u8>),
    out: &mut Vec<u8>,
) -> usize {
    match head.failure {
        None => out.extend_from_slice(br#"{"code":0,"message":null"#),
        Some((code, message)) => {
            // Writing to memory cannot fail.
            let _ = write!(out, r#"{{"code":{code},"message":"#);
            let _ = serde_json::to_writer(&mut *out, message);
        }
    }
    out.extend_from_slice(br#","recordTime":""#);
    record_time(out);
    out.extend_from_slice(br#"","requestId":""#);
    let id_from = out.len();
    out.extend_from_slice(head.request_id.as_bytes());
    out.extend_from_slice(br#"","data":"#);
    match head.failure {
        None => data(out),
        Some(_) => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
    id_from
}
