//! The envelope every answer of the contract comes in, success or failure, and the identity of a request.

use std::cell::RefCell;
use std::io::Write;

use catalog::cp_info_wire;
use domain::{BusinessCode, CpInfo, Platform};
use uuid::Uuid;

use crate::moment::Moment;

/// A request's id: a UUID of version 7, so that ids sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId(Uuid);

impl RequestId {
    pub(crate) fn new(moment: Moment) -> Self {
        // Not a secret: a fast generator, seeded by the operating system per thread, is enough for uniqueness.
        let mut random = [0; 10];
        fastrand::fill(&mut random);
        Self(uuid::Builder::from_unix_timestamp_millis(moment.unix_ms, &random).into_uuid())
    }

    /// The id's 36 characters.
    pub(crate) fn write(self, buffer: &mut [u8; 36]) -> &str {
        self.0.hyphenated().encode_lower(buffer)
    }
}

/// What an answer carries.
pub(crate) enum Payload<'a> {
    /// `data` of a success, JSON already written.
    Data(&'a [u8]),
    /// The figures of a success.
    Figures(Platform, &'a CpInfo),
    /// The sentence of a failure.
    Failure(BusinessCode, &'a str),
}

/// Writes the envelope: `{"code":…,"message":…,"recordTime":…,"requestId":…,"data":…}`.
pub(crate) fn write(payload: &Payload<'_>, request_id: &str, moment: Moment) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.envelope_len());
    match payload {
        Payload::Data(_) | Payload::Figures(..) => out.extend_from_slice(br#"{"code":0,"message":null"#),
        Payload::Failure(code, message) => {
            let _ = write!(out, r#"{{"code":{},"message":"#, code.number());
            // Writing a string to memory as JSON cannot fail.
            let _ = serde_json::to_writer(&mut out, message);
        }
    }
    out.extend_from_slice(br#","recordTime":""#);
    push_record_time(moment, &mut out);
    out.extend_from_slice(br#"","requestId":""#);
    out.extend_from_slice(request_id.as_bytes());
    out.extend_from_slice(br#"","data":"#);
    match payload {
        Payload::Data(data) => out.extend_from_slice(data),
        Payload::Figures(platform, info) => cp_info_wire::write(*platform, info, &mut out),
        Payload::Failure(..) => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
    out
}

impl Payload<'_> {
    /// Room for the envelope, so that a body takes one allocation.
    fn envelope_len(&self) -> usize {
        const EMPTY: &str = r#"{"code":100,"message":null,"recordTime":"2026-11-22T03:04:05Z","requestId":"","data":}"#;
        const ID: usize = 36;
        // The contract's example takes 255 bytes; costs of a million yuan each, 40 more.
        const FIGURES: usize = 300;
        EMPTY.len()
            + ID
            + match self {
                Self::Data(data) => data.len(),
                Self::Figures(..) => FIGURES,
                Self::Failure(_, message) => message.len() + 16,
            }
    }
}

thread_local! {
    /// The second last written and its text: formatting a time costs more than the rest of the envelope.
    static RECORD_TIME: RefCell<(u32, String)> = const { RefCell::new((0, String::new())) };
}

fn push_record_time(moment: Moment, out: &mut Vec<u8>) {
    let second = moment.second();
    RECORD_TIME.with_borrow_mut(|(last, text)| {
        if *last != second.0 || text.is_empty() {
            *last = second.0;
            *text = second.to_string();
        }
        out.extend_from_slice(text.as_bytes());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Moment = Moment { unix_ms: 1_795_316_645_123 };

    fn text(payload: Payload<'_>) -> String {
        String::from_utf8(write(&payload, "id", MOMENT)).expect("text")
    }

    #[test]
    fn the_envelope_has_the_contracts_keys_in_its_order() {
        assert_eq!(
            text(Payload::Data(b"{}")),
            r#"{"code":0,"message":null,"recordTime":"2026-11-22T03:04:05Z","requestId":"id","data":{}}"#
        );
        assert_eq!(
            text(Payload::Failure(BusinessCode::InvalidParameter, "a \"quoted\"\nline")),
            r#"{"code":400,"message":"a \"quoted\"\nline","recordTime":"2026-11-22T03:04:05Z","requestId":"id","data":null}"#
        );
    }

    #[test]
    fn request_ids_sort_by_time() {
        let write = |moment| RequestId::new(moment).write(&mut [0; 36]).to_owned();
        let (early, late) = (write(MOMENT), write(Moment { unix_ms: MOMENT.unix_ms + 1 }));
        assert!(early < late);
        assert_ne!(write(MOMENT), write(MOMENT));
    }
}
