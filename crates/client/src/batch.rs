//! Many creators in one call, row by row as they come.

use std::collections::BTreeMap;
use std::time::Duration;

use catalog::cp_info_wire::CpInfoData;
use catalog::{BATCH, HEADER_IDEMPOTENCY_KEY};
use domain::{CreatorKey, MicroYuan, shown};
use reqwest::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Client, ClientError, refusal, whole_body};

/// The longest line of an answer: a row has a few hundred bytes, and all rows together may be as long as a body that is read whole.
const LINE_BYTES_MAX: usize = 1 << 16;

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
    /// Whose row it is.
    pub o_author_id: Option<String>,
    /// On which platform.
    pub platform: Option<String>,
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
    /// [`ClientError`]; some rows may have been given before. Each is the row of the creator who was asked for at its number, none is
    /// given twice, and all of them were when this is a success.
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
        let response = request.send().await.map_err(ClientError::Transport)?;
        match response.status().as_u16() {
            200 => read_lines(response, &batch.creators, &mut take).await,
            status => Err(refusal(status, &whole_body(response).await?)),
        }
    }
}

async fn read_lines(
    mut response: Response,
    creators: &[CreatorKey],
    take: &mut impl FnMut(BatchRow),
) -> Result<BatchSummary, ClientError> {
    let status = response.status().as_u16();
    let not_the_contract = |reason| ClientError::NotTheContract { status, reason };
    let mut missing: BTreeMap<usize, &CreatorKey> = (1..).zip(creators).collect();
    let mut waiting = Vec::new();
    let broke_off = |missing: &BTreeMap<_, _>, cause| {
        let rows = creators.len() - missing.len();
        ClientError::BrokeOff { rows, cause }
    };
    while let Some(piece) = response.chunk().await.map_err(|error| broke_off(&missing, Some(error)))? {
        waiting.extend_from_slice(&piece);
        while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
            let line = serde_json::from_slice(&waiting[..end]);
            match line.map_err(|error| not_the_contract(error.to_string()))? {
                Line::Last { summary } if missing.is_empty() => return Ok(summary),
                Line::Last { .. } => return Err(broke_off(&missing, None)),
                Line::Row(row) => {
                    let of = missing.remove(&row.row);
                    let of = of.ok_or_else(|| not_the_contract(format!("row {} is none that is missing", row.row)))?;
                    if !row.is_of(of) {
                        return Err(not_the_contract(row.of_another(of)));
                    }
                    take(*row);
                }
            }
            waiting.drain(..=end);
        }
        if waiting.len() > LINE_BYTES_MAX {
            return Err(not_the_contract(format!("a line of more than {LINE_BYTES_MAX} bytes")));
        }
    }
    Err(broke_off(&missing, None))
}

impl BatchRow {
    /// Whether it is the row of a creator; who is refused need not be named.
    fn is_of(&self, creator: &CreatorKey) -> bool {
        let is = |told: Option<&str>, asked: &str| told.map_or(self.data.is_none(), |told| told == asked);
        is(self.o_author_id.as_deref(), &creator.author_id.to_string())
            && is(self.platform.as_deref(), creator.platform.name())
    }

    /// That it is the row of somebody else.
    fn of_another(&self, asked: &CreatorKey) -> String {
        let told = |told: &Option<String>| told.as_deref().map_or_else(|| "–".to_owned(), shown);
        let (id, platform, row) = (told(&self.o_author_id), told(&self.platform), self.row);
        format!("row {row} is of {id} on {platform}, and {} on {} was asked for", asked.author_id, asked.platform)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use domain::Platform;

    use super::*;
    use crate::BODY_BYTES_MAX;

    const ROW: &str = "{\"row\": 1, \"oAuthorId\": \"42\", \"platform\": \"SHORT_VIDEO\", \"status\": \"left\", \"chargedYuan\": \"0\"}\n";
    const OTHER: &str = "{\"row\": 2, \"status\": \"refused\", \"code\": 400, \"chargedYuan\": \"0\"}\n";
    const LAST: &str = "{\"summary\": {\"rows\": 2, \"answered\": 0, \"refused\": 1, \"left\": 1, \"chargedYuan\": \"0\", \"quota\": 0}}\n";

    /// What a client that asks for 42 and 43 makes of these bytes, of an answer with a status that says it has so many; with the rows
    /// that it took.
    async fn asked(status: u16, length: usize, bytes: String) -> (Vec<usize>, Result<BatchSummary, ClientError>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut question = Vec::new();
            while !question.ends_with(b"\"dryRun\":false}") {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("a question");
                question.extend(byte);
            }
            // Who has read enough hangs up.
            let _ = write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{bytes}");
        });
        let client = Client::new(&format!("http://{address}"), "token").expect("a client");
        let key = |id: &str| CreatorKey { author_id: id.parse().expect("an id"), platform: Platform::ShortVideo };
        let (mut taken, question) = (Vec::new(), Batch { creators: ["42", "43"].map(key).into(), ..Batch::default() });
        let outcome = client.batch(&question, |row| taken.push(row.row)).await;
        server.join().expect("no panic");
        (taken, outcome)
    }

    async fn answered(bytes: String) -> (Vec<usize>, Result<BatchSummary, ClientError>) {
        asked(200, bytes.len(), bytes).await
    }

    #[tokio::test]
    async fn an_answer_is_whole_when_each_row_came_once_and_is_of_who_was_asked_for() {
        let (taken, summary) = answered([ROW, OTHER, LAST].concat()).await;
        assert_eq!((taken, summary.expect("whole").refused), (vec![1, 2], 1));
        for (bytes, rows) in [(LAST.to_owned(), 0), ([ROW, LAST].concat(), 1)] {
            let (taken, broken) = answered(bytes).await;
            let Err(ClientError::BrokeOff { rows: told, cause: None }) = broken else { panic!("{broken:?}") };
            assert_eq!((taken.len(), told), (rows, rows));
        }
        for (row, reason) in [
            (ROW.to_owned(), "row 1 is none that is missing"),
            (ROW.replace('1', "3"), "row 3 is none that is missing"),
            (
                ROW.replace('1', "2").replace("42", "44\\u001b"),
                "row 2 is of 44  on SHORT_VIDEO, and 43 on SHORT_VIDEO was asked for",
            ),
            (
                ROW.replace('1', "2").replace("42", "43").replace("SHORT_VIDEO", "PICTURE_TEXT"),
                "row 2 is of 43 on PICTURE_TEXT, and 43 on SHORT_VIDEO was asked for",
            ),
        ] {
            let (taken, refused) = answered([ROW, row.as_str(), LAST].concat()).await;
            let Err(ClientError::NotTheContract { reason: told, .. }) = refused else { panic!("{refused:?}") };
            assert_eq!((taken, told.as_str()), (vec![1], reason));
        }
    }

    #[tokio::test]
    async fn figures_without_a_creator_are_nobodys() {
        let data = "{\"base_resp\": {\"status_code\": 0, \"status_message\": \"\"}, \"expect_cpe\": {}, \"expect_cpm\": {}, \
                    \"expect_vv\": {\"value\": 5}, \"hot_item\": {\"value\": 0}}";
        let row = format!(
            "{{\"row\": 1, \"status\": \"answered\", \"code\": 0, \"chargedYuan\": \"0\", \"data\": {data}}}\n"
        );
        let (taken, refused) = answered([row.as_str(), OTHER, LAST].concat()).await;
        assert!(taken.is_empty(), "{taken:?}");
        assert!(refused.expect_err("nobody's").to_string().contains("row 1 is of – on –, and 42 on SHORT_VIDEO"));
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_told_with_its_cause() {
        for (length, has_cause) in [(1000, true), (ROW.len(), false)] {
            let error = asked(200, length, ROW.to_owned()).await.1.expect_err("no last line");
            assert!(matches!(error, ClientError::BrokeOff { rows: 1, .. }), "{error:?}");
            assert_eq!(error.source().is_some(), has_cause, "{error:?}");
        }
    }

    #[tokio::test]
    async fn what_has_no_end_is_read_no_further_than_it_may_be_long() {
        for (status, bytes_max) in [(200, LINE_BYTES_MAX), (400, BODY_BYTES_MAX)] {
            let refused = asked(status, usize::MAX >> 1, " ".repeat(bytes_max + (1 << 20))).await.1;
            let Err(ClientError::NotTheContract { reason, .. }) = refused else { panic!("{refused:?}") };
            assert!(reason.contains(&format!("more than {bytes_max} bytes")), "{reason}");
        }
    }
}
