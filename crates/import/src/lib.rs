//! Files in, facts about creators out: posts, prices and Xingtu's own figures from CSV, NDJSON, Parquet and
//! `search_for_author_square` replies.
//!
//! [`read`] takes one file to its end and gives back one [`domain::CreatorState`] for every creator and platform in
//! it, or an error that names the file: all or nothing. A row that cannot be understood without guessing is a
//! [`Reject`] and does not stop the others. Memory grows with the creators, not with the posts. Nothing here stores
//! anything: the caller consumes [`Imported`].

mod cell;
mod csv_rows;
mod csv_text;
mod detect;
mod encoding;
mod error;
mod facts;
mod headings;
mod imported;
mod input;
mod kind;
mod ndjson;
mod options;
mod parquet_file;
mod reject;
mod rounded;
mod rows;
mod session;
mod summary;
mod table;
mod value;
mod xingtu;
mod zone;

pub use csv_rows::HEADER_ROWS_MAX;
pub use csv_text::csv_text;
pub use encoding::{NOT_UTF8, WORKBOOK, is_workbook};
pub use error::{ImportError, Problem};
pub use headings::{AUTHOR_ID_HEADINGS, PLATFORM_HEADINGS, is_heading};
pub use imported::Imported;
pub use input::Input;
pub use kind::{Kind, UnknownKind};
pub use options::{OnProgress, Options, Progress};
pub use reject::{CsvRejects, IgnoreRejects, Position, Reason, Reject, RejectSink};
pub use rounded::{are_rounded, has_lost_digits, may_be_rounded};
pub use summary::Summary;
pub use value::is_future;
pub use zone::{UnknownZone, Zone};

use std::io::BufRead;

use input::Opened;
use rows::TableKind;
use session::{Rejects, Session};

/// Reads a file to its end.
///
/// `sink` is given the rejects in the order of the rows; `on_progress` is told how far the file has been read.
///
/// # Errors
/// [`ImportError`] when the file cannot be read to its end or is not what it should be; nothing of it may then be
/// stored. In strict reading also at the first reject.
pub fn read(
    input: Input<'_>,
    options: &Options,
    sink: &mut dyn RejectSink,
    on_progress: OnProgress<'_>,
) -> Result<Imported, ImportError> {
    let file = input.name.clone();
    let rejects = Rejects { file: &file, strict: options.strict, sink, counts: Default::default() };
    session::named(&file, input.open().and_then(|opened| read_opened(opened, options, rejects, on_progress)))
}

fn read_opened(
    mut opened: Opened<'_>,
    options: &Options,
    rejects: Rejects<'_>,
    on_progress: OnProgress<'_>,
) -> Result<Imported, Problem> {
    let start = opened.content.peek(detect::PEEK_BYTES).map_err(Problem::from_io)?;
    let parquet = detect::is_parquet(start);
    let kind = match options.kind {
        Some(kind) => kind,
        None if parquet => return parquet_file::read(opened, None, options, rejects, on_progress),
        None => detect::of_text(start)?,
    };
    let separator = detect::separator(start);
    if start.starts_with(detect::UTF8_BOM) {
        opened.content.consume(detect::UTF8_BOM.len());
    }
    let mut session = Session::new(options, rejects, opened.meter.clone(), on_progress);
    let content = &mut opened.content;
    match kind {
        Kind::PostsCsv => csv_rows::read(&mut session, TableKind::Posts, separator, content)?,
        Kind::RateCardsCsv => csv_rows::read(&mut session, TableKind::RateCards, separator, content)?,
        Kind::PostsNdjson => ndjson::read(&mut session, TableKind::Posts, content)?,
        Kind::RateCardsNdjson => ndjson::read(&mut session, TableKind::RateCards, content)?,
        Kind::XingtuReplies => xingtu::read(&mut session, content)?,
        Kind::PostsParquet | Kind::RateCardsParquet => {
            return parquet_file::read(opened, Some(kind), options, session.rejects, on_progress);
        }
    }
    session.finish(kind)
}
