//! Why a whole file could not be imported. What is wrong with single rows is a [`Reject`](crate::Reject).

use std::io;

use domain::{Sentence, Text};

use crate::encoding::NOT_UTF8;
use crate::reject::Reject;

/// A file that could not be read to its end, so that nothing of it may be stored.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct ImportError {
    /// The file's name as the caller gave it.
    pub file: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a file. Told whole by its text, so that causes are no sources: a chain of causes would tell them twice.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file cannot be opened or read.
    #[error("cannot be read: {0}")]
    Read(io::Error),
    /// The compressed data are damaged or cut.
    #[error("broken {format} data after {bytes} decompressed bytes: {cause}")]
    Compression {
        /// `gzip` or `zstd`.
        format: &'static str,
        /// How much could be decompressed.
        bytes: u64,
        /// What the decompressor says.
        cause: io::Error,
    },
    /// The file ends in the middle of something.
    #[error("cut short at line {line}: {}", .cause.en)]
    CutShort {
        /// The last line, from 1.
        line: u64,
        /// What is unfinished.
        cause: Sentence,
    },
    /// The content is not what the kind requires.
    #[error("broken at line {line}: {cause}")]
    Broken {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        cause: String,
    },
    /// A Parquet file is damaged.
    #[error("broken Parquet data{}: {cause}", at(.row_group))]
    Parquet {
        /// The row group, from 1, where one is to blame.
        row_group: Option<usize>,
        /// What the reader says.
        cause: String,
    },
    /// A Parquet file is compressed in a way that is not read.
    #[error("its columns are compressed with {0}, which is not read; write it with snappy, gzip, zstd or none")]
    ParquetCodec(String),
    /// A required column is not there.
    #[error("the column {missing} is missing; required are {}", .required.en)]
    MissingColumn {
        /// The first missing column.
        missing: &'static str,
        /// All required columns.
        required: Text,
    },
    /// A column is there twice.
    #[error("the column {0} is there more than once")]
    RepeatedColumn(String),
    /// A column of a Parquet file is of a type that cannot hold what it should.
    #[error("the column {column} is of type {found}; right would be {}", .right.en)]
    ColumnType {
        /// The column.
        column: &'static str,
        /// Its type.
        found: String,
        /// What would be right.
        right: Text,
    },
    /// A text in the encoding of Chinese Windows. Its rows without Chinese could be read: a part of the file, then.
    #[error("line {line}: {}", NOT_UTF8.en)]
    Gbk {
        /// The first line that shows it, from 1.
        line: u64,
    },
    /// So many ids end in zeros that a spreadsheet must have rounded them. Different ones may have become the same, so that what
    /// is told of them would be mixed up.
    #[error(
        "{ids} of its ids end in 0000, such as {such_as}: a spreadsheet has rounded them, and their last digits are lost; set the \
         columns of ids to text before ids come into them, and export again"
    )]
    RoundedIds {
        /// How many different ones.
        ids: u64,
        /// One of them.
        such_as: String,
    },
    /// The content is none of the known kinds.
    #[error("not recognised: {}", .0.en)]
    Unrecognised(Sentence),
    /// A row was rejected and the caller wanted to stop at the first.
    #[error("{0}")]
    Rejected(Box<Reject>),
    /// A reject could not be written to the caller's sink.
    #[error("the rejects cannot be written: {0}")]
    Sink(io::Error),
}

fn at(row_group: &Option<usize>) -> String {
    row_group.map_or_else(String::new, |number| format!(" in row group {number}"))
}

impl Problem {
    /// The error of the file `file`.
    pub(crate) fn of(self, file: &str) -> ImportError {
        ImportError { file: file.to_owned(), problem: self }
    }
}

/// What a JSON parser says, without its place, which counts from where the parser began. The middle of a long cause is left out,
/// for it quotes what was found whole.
pub(crate) fn json_cause(error: &serde_json::Error) -> String {
    const ENDS_CHARS: usize = 100;
    let text = error.to_string();
    let cause = text.rsplit_once(" at line ").map_or(text.as_str(), |(cause, _)| cause);
    let chars = cause.chars().count();
    if chars <= 2 * ENDS_CHARS {
        return cause.to_owned();
    }
    let head: String = cause.chars().take(ENDS_CHARS).collect();
    let tail: String = cause.chars().skip(chars - ENDS_CHARS).collect();
    format!("{head} … {tail}")
}
