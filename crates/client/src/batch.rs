//! Many creators in one call, row by row as they come.

use std::time::Duration;

use catalog::cp_info_wire::CpInfoData;
use catalog::{BATCH, HEADER_IDEMPOTENCY_KEY};
use domain::{CreatorKey, MicroYuan};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Client, ClientError, refusal};

/// The longest line of an answer: a row has a few hundred bytes.
const LINE_BYTES_MAX: usize = 1 << 20;

/// How long a batch may take: each of its rows may be bought somewhere.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(3600);

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Whose figures: 1 to [`catalog::BATCH_MAX`] creators.
    pub creators: Vec<CreatorKey>,
    /// Only tell what it would cost.
    pub dry_run: bool,
    /// The most that it may cost.
    pub cost_max: Option<MicroYuan>,
    /// Makes it happen once: sent again under the same key, rows that were answered are not charged again.
    pub key: Option<String>,
}

/// A row of the answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchRow {
    /// Its number in the question, from 1.
    pub row: usize,
    /// `answered`, `refused` or `left`; in a dry run `known` or `to_buy` in place of `answered`.
    pub status: String,
    /// The business code, where the row was asked.
    pub code: Option<i64>,
    /// What is wrong, where something is.
    pub message: Option<String>,
    /// The figures.
    pub data: Option<CpInfoData>,
    /// Where they come from; unknown of an answer that was given before.
    pub source: Option<String>,
    /// Their age, in seconds.
    pub age_seconds: Option<u64>,
    /// Whether the hot share is known, for which the figures have 0 where it is not; not told of an answer that was given before,
    /// nor by older servers.
    pub hot_item_known: Option<bool>,
    /// On how many posts the hot share rests; not known of bought answers, not told of those that were given before, nor by older
    /// servers.
    pub hot_item_posts: Option<u64>,
    /// What was charged for the row, in yuan.
    pub charged_yuan: String,
    /// The id of the call that the row is.
    pub request_id: Option<String>,
}

/// All rows together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchSummary {
    /// Rows in all.
    pub rows: usize,
    /// Rows that were answered.
    pub answered: usize,
    /// Rows that were refused.
    pub refused: usize,
    /// Rows that the cost cap left.
    pub left: usize,
    /// What was charged in all, in yuan.
    pub charged_yuan: String,
    /// What was charged before under the same key, in yuan; not told by older servers.
    pub charged_before_yuan: Option<String>,
    /// By how much daily quotas went down.
    pub quota: usize,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Last { summary: BatchSummary },
    Row(Box<BatchRow>),
}

impl Client {
    /// Asks for the figures of many creators, and gives each row to `take` as it comes, in the order asked.
    ///
    /// # Errors
    /// [`ClientError`]; with [`ClientError::BrokeOff`] some rows were given before.
    pub async fn batch(&self, batch: &Batch, mut take: impl FnMut(BatchRow)) -> Result<BatchSummary, ClientError> {
        let creators = batch.creators.iter();
        let creators: Vec<Value> = creators
            .map(|key| json!({"oAuthorId": key.author_id.to_string(), "platform": key.platform.name()}))
            .collect();
        let mut body = json!({"creators": creators, "dryRun": batch.dry_run});
        if let Some(max) = batch.cost_max {
            body["maxCostYuan"] = max.to_string().into();
        }
        let request = self.post(&BATCH, body.to_string()).timeout(TIMEOUT);
        let request = match &batch.key {
            Some(key) => request.header(HEADER_IDEMPOTENCY_KEY, key),
            None => request,
        };
        let mut response = request.send().await.map_err(ClientError::Transport)?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(refusal(status, &response.bytes().await.map_err(ClientError::Transport)?));
        }
        let (mut waiting, mut rows) = (Vec::new(), 0);
        let broke_off = |rows, cause| ClientError::BrokeOff { rows, cause };
        while let Some(piece) = response.chunk().await.map_err(|error| broke_off(rows, Some(error)))? {
            waiting.extend_from_slice(&piece);
            while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
                let line = serde_json::from_slice(&waiting[..end]);
                match line.map_err(|error| ClientError::NotTheContract { status, reason: error.to_string() })? {
                    Line::Last { summary } => return Ok(summary),
                    Line::Row(row) => {
                        rows += 1;
                        take(*row);
                    }
                }
                waiting.drain(..=end);
            }
            if waiting.len() > LINE_BYTES_MAX {
                let reason = format!("a line of more than {LINE_BYTES_MAX} bytes");
                return Err(ClientError::NotTheContract { status, reason });
            }
        }
        Err(broke_off(rows, None))
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    const ROW: &str = "{\"row\": 1, \"status\": \"left\", \"chargedYuan\": \"0\"}\n";

    /// What a client makes of these bytes, of an answer that says it has so many.
    async fn asked(length: usize, bytes: String) -> ClientError {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            // The body of the question is `{…}`, and ends it.
            let mut byte = [0];
            while byte != *b"}" {
                stream.read_exact(&mut byte).expect("a question");
            }
            // Who has read enough hangs up.
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{bytes}");
        });
        let client = Client::new(&format!("http://{address}"), "token").expect("a client");
        let error = client.batch(&Batch::default(), |_| {}).await.expect_err("no last line");
        server.join().expect("no panic");
        error
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_told_with_its_cause() {
        for (length, has_cause) in [(1000, true), (ROW.len(), false)] {
            let error = asked(length, ROW.to_owned()).await;
            assert!(matches!(error, ClientError::BrokeOff { rows: 1, .. }), "{error:?}");
            assert_eq!(error.source().is_some(), has_cause, "{error:?}");
        }
    }

    #[tokio::test]
    async fn a_line_without_end_is_read_no_further_than_a_line_may_be_long() {
        let error = asked(usize::MAX >> 1, " ".repeat(2 * LINE_BYTES_MAX)).await;
        let ClientError::NotTheContract { reason, .. } = error else { panic!("{error:?}") };
        assert!(reason.contains("more than 1048576 bytes"), "{reason}");
    }
}
