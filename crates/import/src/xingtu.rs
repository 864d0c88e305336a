//! Xingtu's `search_for_author_square` replies: one, an array of them, or one behind the other (NDJSON), each bare or
//! in the public API's envelope.
//!
//! This file walks the document and hands every reply on as soon as it is complete; `reply` knows the shape,
//! `author` turns a creator into facts.

mod author;
mod reply;

use std::fmt;
use std::io::{self, BufRead, Read};

use domain::{Text, UnixTime};
use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
};
use serde_json::error::Category;

use crate::error::{Problem, json_cause};
use crate::reject::{Position, Reason, Reject};
use crate::session::{Session, reject};
use crate::value::{self, Flaw};
use reply::{Cell, Document};

const NO_REPLY: Text = Text::new("there is no reply in it", "其中没有响应");

/// Reads replies to the end of the file.
pub(crate) fn read(session: &mut Session<'_, '_>, content: impl BufRead) -> Result<(), Problem> {
    let mut lines = Lines { inner: content, line: 1 };
    let mut replies = Replies { session, number: 0, problem: None };
    while lines.skip_whitespace().map_err(Problem::from_io)? {
        let read = replies.deserialize(&mut serde_json::Deserializer::from_reader(&mut lines));
        if let Some(problem) = replies.problem.take() {
            return Err(problem);
        }
        read.map_err(|error| json_problem(error, lines.line))?;
    }
    if replies.number == 0 {
        return Err(Problem::Unrecognised(NO_REPLY.into()));
    }
    Ok(())
}

const NOT_CLOSED: Text = Text::new("the JSON document is not closed", "JSON 文档不完整");

fn json_problem(error: serde_json::Error, line: u64) -> Problem {
    match error.classify() {
        Category::Io => Problem::from_io(error.into()),
        Category::Eof => Problem::CutShort { line, cause: NOT_CLOSED.into() },
        // The parser counts lines from the start of its document; ours count from the start of the file.
        Category::Syntax | Category::Data => Problem::Broken { line, cause: json_cause(&error) },
    }
}

/// Takes replies one by one as the parser finds them.
struct Replies<'s, 'a, 'r> {
    session: &'s mut Session<'a, 'r>,
    /// How many replies there have been.
    number: u64,
    /// What ended the import in the middle of a document, where it was not the JSON.
    problem: Option<Problem>,
}

impl Replies<'_, '_, '_> {
    fn take(&mut self, document: Document) -> Result<(), Problem> {
        self.number += 1;
        let number = self.number;
        let as_of = match reply_time(&document.record_time, self.session) {
            Ok(as_of) => as_of,
            Err(flaw) => {
                self.session.count_row();
                let value = document.record_time.text();
                return self.session.rejects.push(at(number, "/recordTime".to_owned(), "recordTime", value, flaw));
            }
        };
        let (authors, prefix) = match (document.authors, document.data) {
            (Some(authors), _) => (authors, ""),
            (None, Some(data)) if data.authors.is_some() => (data.authors.unwrap_or_default(), "/data"),
            _ => return self.failed(number, &document.code, &document.message),
        };
        for (index, author) in authors.into_iter().enumerate() {
            let place = author::Place { number, pointer: format!("{prefix}/authors/{index}"), as_of };
            author::take(self.session, &place, &author)?;
        }
        Ok(())
    }

    fn failed(&mut self, number: u64, code: &Cell, message: &Cell) -> Result<(), Problem> {
        self.session.count_row();
        let value = format!("{} {}", code.text(), message.text());
        const FAILED: Text = Text::new(
            "the reply carries no creators; it failed when it was asked for",
            "该响应中没有达人：获取时即已失败",
        );
        let flaw = Flaw::new(Reason::FailedReply, FAILED);
        self.session.rejects.push(at(number, String::new(), "", value.trim(), flaw))
    }
}

/// When a reply was given: the envelope's `recordTime`, or what the caller says.
fn reply_time(record_time: &Cell, session: &mut Session<'_, '_>) -> Result<UnixTime, Flaw> {
    match record_time.text() {
        "" => {
            session.assumes_capture = true;
            Ok(session.options.captured_at)
        }
        text => value::moment(text, session.options),
    }
}

/// A reject inside a reply.
fn at(number: u64, pointer: String, column: &'static str, value: &str, flaw: Flaw) -> Reject {
    reject(Position::Reply { number, pointer }, column, value, flaw)
}

impl<'de> DeserializeSeed<'de> for &mut Replies<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Replies<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a search_for_author_square reply or an array of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let document = Document::deserialize(MapAccessDeserializer::new(map))?;
        self.take(document).map_err(|problem| {
            self.problem = Some(problem);
            A::Error::custom("stopped")
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(&mut *self)?.is_some() {}
        Ok(())
    }
}

/// Counts the lines that have been read.
struct Lines<R> {
    inner: R,
    line: u64,
}

impl<R: BufRead> Lines<R> {
    /// Goes to the next document; false at the end.
    fn skip_whitespace(&mut self) -> io::Result<bool> {
        loop {
            let available = self.inner.fill_buf()?;
            if available.is_empty() {
                return Ok(false);
            }
            let blank = available.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let more = blank < available.len();
            self.line += available[..blank].iter().filter(|byte| **byte == b'\n').count() as u64;
            self.inner.consume(blank);
            if more {
                return Ok(true);
            }
        }
    }
}

impl<R: BufRead> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.line += buffer[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
        Ok(read)
    }
}
