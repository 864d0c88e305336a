//! The envelope every answer of the contract comes in, success or failure, and the identity of a request.

use std::cell::RefCell;

use catalog::{EnvelopeHead, cp_info_wire, write_envelope};
use domain::{BusinessCode, CallId};
use hyper::body::Bytes;
use uuid::Uuid;

use crate::moment::Moment;
use crate::pipeline::Figures;
use crate::room;

/// A request's id: a UUID of version 7, so that ids sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId(Uuid);

impl RequestId {
    /// The characters of its text.
    pub(crate) const LEN: usize = 36;

    pub(crate) fn new(moment: Moment) -> Self {
        // Not a secret: a fast generator, seeded by the operating system per thread, is enough for uniqueness.
        let mut random = [0; 10];
        fastrand::fill(&mut random);
        Self(uuid::Builder::from_unix_timestamp_millis(moment.unix_ms, &random).into_uuid())
    }

    /// The id of the call that the request makes.
    pub(crate) fn call(self) -> CallId {
        CallId(self.0.as_u128())
    }

    /// The id of the request that made a call.
    pub(crate) fn of_call(call: CallId) -> Self {
        Self(Uuid::from_u128(call.0))
    }

    /// The id's text.
    pub(crate) fn write(self, buffer: &mut [u8; Self::LEN]) -> &str {
        self.0.hyphenated().encode_lower(buffer)
    }
}

/// What an answer carries.
pub(crate) enum Payload<'a> {
    /// `data` of a success, JSON already written.
    Data(&'a [u8]),
    /// The figures of a success.
    Figures(&'a Figures),
    /// The sentence of a failure.
    Failure(BusinessCode, &'a str),
}

/// An envelope, and the request's id as it stands in it.
pub(crate) struct Envelope {
    pub(crate) body: Bytes,
    pub(crate) request_id: Bytes,
}

/// Writes the envelope: `{"code":…,"message":…,"recordTime":…,"requestId":…,"data":…}`.
pub(crate) fn write(payload: &Payload<'_>, request_id: RequestId, moment: Moment) -> Envelope {
    let mut id_from = 0;
    let body = room::write(|out| {
        let failure = match payload {
            Payload::Data(_) | Payload::Figures(_) => None,
            Payload::Failure(code, message) => Some((code.number(), *message)),
        };
        let mut id = [0; RequestId::LEN];
        let head = EnvelopeHead { failure, request_id: request_id.write(&mut id) };
        let data = |out: &mut Vec<u8>| match payload {
            Payload::Data(data) => out.extend_from_slice(data),
            Payload::Figures(figures) => cp_info_wire::write(figures.platform, &figures.info, out),
            Payload::Failure(..) => {}
        };
        id_from = write_envelope(head, |out| push_record_time(moment, out), data, out);
    });
    Envelope { request_id: body.slice(id_from..id_from + RequestId::LEN), body }
}

/// `data` of a written envelope of a success, whose other members have no such text in them.
pub(crate) fn data_of(body: &[u8]) -> &[u8] {
    const NAME: &[u8] = b",\"data\":";
    let from = body.windows(NAME.len()).position(|at| at == NAME).map_or(0, |at| at + NAME.len());
    body[from..].strip_suffix(b"}").unwrap_or(body)
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
        let envelope = write(&payload, RequestId(Uuid::nil()), MOMENT);
        assert_eq!(envelope.request_id, Uuid::nil().to_string());
        String::from_utf8(envelope.body.to_vec()).expect("text")
    }

    #[test]
    fn the_envelope_has_the_contracts_keys_in_its_order() {
        assert_eq!(
            text(Payload::Data(b"{}")),
            r#"{"code":0,"message":null,"recordTime":"2026-11-22T03:04:05Z","requestId":"00000000-0000-0000-0000-000000000000","data":{}}"#
        );
        assert_eq!(
            text(Payload::Failure(BusinessCode::InvalidParameter, "a \"quoted\"\nline")),
            r#"{"code":400,"message":"a \"quoted\"\nline","recordTime":"2026-11-22T03:04:05Z","requestId":"00000000-0000-0000-0000-000000000000","data":null}"#
        );
    }

    #[test]
    fn data_is_found_again() {
        for data in ["{}", r#"{"a":{"data":1},"b":"}"}"#] {
            assert_eq!(data_of(text(Payload::Data(data.as_bytes())).as_bytes()), data.as_bytes());
        }
        let _ = data_of(b"");
    }

    #[test]
    fn request_ids_sort_by_time() {
        let write = |moment| RequestId::new(moment).write(&mut [0; 36]).to_owned();
        let (early, late) = (write(MOMENT), write(Moment { unix_ms: MOMENT.unix_ms + 1 }));
        assert!(early < late);
        assert_ne!(write(MOMENT), write(MOMENT));
    }
}
