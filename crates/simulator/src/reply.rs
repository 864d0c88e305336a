//! Makes the bytes of a reply: the usual answer, and the faults that differ from it in what is sent rather than in how.

use catalog::cp_info_wire;
use domain::CreatorKey;
use serde_json::{Map, Value, json};

use crate::figures;
use crate::script::{Drifted, Fault};

/// A reply before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) http: u16,
    /// The code of its envelope, where it is one.
    pub(crate) code: Option<i64>,
    /// Further header lines, each with its line end.
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// An envelope without data.
    pub(crate) fn of_code(code: i64, http: u16, message: &str) -> Self {
        Self::envelope(code, http, &json!(message), &Value::Null)
    }

    /// The figures of a creator.
    pub(crate) fn figures(key: &CreatorKey) -> Self {
        Self::envelope(0, 200, &Value::Null, &data(key))
    }

    fn envelope(code: i64, http: u16, message: &Value, data: &Value) -> Self {
        // One moment for all: the same question has the same bytes.
        let envelope = json!({
            "code": code, "message": message, "recordTime": "2026-01-01T00:00:00Z",
            "requestId": "simulated", "data": data
        });
        Self { http, code: Some(code), headers: String::new(), body: envelope.to_string().into_bytes() }
    }

    fn of_body(http: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { http, code: None, headers: String::new(), body: body.into() }
    }

    /// What a fault sends in place of the usual answer; none where it sends that, or nothing.
    pub(crate) fn of_fault(fault: &Fault, key: &CreatorKey, query: &str, token: &str) -> Option<Self> {
        Some(match fault {
            Fault::Code { code, http, retry_after, message } => {
                let message = message.as_deref().unwrap_or("as the script says").replace("{token}", token);
                let headers = retry_after.iter().map(|value| format!("retry-after: {value}\r\n")).collect();
                Self { headers, ..Self::of_code(*code, http.unwrap_or(200), &message) }
            }
            Fault::Html { http } => Self::of_body(*http, "<!doctype html><title>a page for people</title>"),
            Fault::Body { http, body } => Self::of_body(*http, body.as_str()),
            Fault::Data { data } => Self::envelope(0, 200, &Value::Null, data),
            Fault::Drifted(drifted) => {
                let mut data = data(key);
                drift(&mut data, drifted);
                Self::envelope(0, 200, &Value::Null, &data)
            }
            Fault::Redirect { http, to } => {
                let headers = format!("location: {to}?{query}\r\n");
                Self { headers, ..Self::of_body(*http, "") }
            }
            Fault::Huge { bytes, .. } => Self { code: Some(0), ..Self::of_body(200, vec![b' '; *bytes]) },
            Fault::ResetOnConnect
            | Fault::ResetBeforeReading
            | Fault::ResetAfterReading
            | Fault::Close
            | Fault::Hang
            | Fault::NotHttp
            | Fault::Truncated { .. }
            | Fault::Trickle { .. } => return None,
        })
    }

    /// The head; the body follows.
    pub(crate) fn head(&self, with_length: bool) -> String {
        let Self { http, headers, .. } = self;
        let length = match with_length {
            true => format!("content-length: {}\r\n", self.body.len()),
            // Ends with the connection.
            false => "connection: close\r\n".to_owned(),
        };
        format!("HTTP/1.1 {http} Simulated\r\ncontent-type: application/json\r\n{headers}{length}\r\n")
    }
}

fn data(key: &CreatorKey) -> Value {
    let mut data = Vec::new();
    cp_info_wire::write(key.platform, &figures(key), &mut data);
    serde_json::from_slice(&data).unwrap_or_default()
}

fn drift(data: &mut Value, drifted: &Drifted) {
    for (path, value) in &drifted.set {
        if let Some((object, name)) = object_of(data, path) {
            object.insert(name.to_owned(), value.clone());
        }
    }
    for path in &drifted.missing {
        if let Some((object, name)) = object_of(data, path) {
            object.remove(name);
        }
    }
    for (path, new_name) in &drifted.renamed {
        if let (Some((object, name)), Some(new_name)) = (object_of(data, path), new_name.as_str())
            && let Some(value) = object.remove(name)
        {
            object.insert(new_name.to_owned(), value);
        }
    }
}

/// The object that a path's last part is in, and that part.
fn object_of<'d, 'p>(data: &'d mut Value, path: &'p str) -> Option<(&'d mut Map<String, Value>, &'p str)> {
    let mut parts = path.split('.');
    let name = parts.next_back()?;
    let object = parts.try_fold(data, |data, part| data.get_mut(part))?;
    object.as_object_mut().map(|object| (object, name))
}
