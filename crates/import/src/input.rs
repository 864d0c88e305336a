//! Where the bytes come from: a file, memory or any reader; plain, gzip or zstd, told apart by their first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use crate::error::Problem;

/// What is to be read.
pub struct Input<'a> {
    pub(crate) name: String,
    source: Source<'a>,
}

enum Source<'a> {
    Path(PathBuf),
    Bytes(Bytes),
    Reader(Box<dyn Read + Send + 'a>),
}

impl<'a> Input<'a> {
    /// A file.
    pub fn path(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        Self { name: path.display().to_string(), source: Source::Path(path.to_owned()) }
    }

    /// Bytes in memory; `name` is for messages.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { name: name.into(), source: Source::Bytes(bytes.into()) }
    }

    /// Any reader, such as the standard input; `name` is for messages. It need not be buffered.
    pub fn reader(name: impl Into<String>, reader: impl Read + Send + 'a) -> Self {
        Self { name: name.into(), source: Source::Reader(Box::new(reader)) }
    }

    /// Opens the input and finds out how it is compressed.
    pub(crate) fn open(self) -> Result<Opened<'a>, Problem> {
        let (raw, direct, total) = match self.source {
            Source::Path(path) => {
                let file = File::open(&path).map_err(Problem::Read)?;
                let total = file.metadata().map_err(Problem::Read)?.len();
                let direct = file.try_clone().map_err(Problem::Read)?;
                (Box::new(file) as Box<dyn Read + Send + 'a>, Some(Direct::File(direct)), Some(total))
            }
            Source::Bytes(bytes) => {
                let total = bytes.len() as u64;
                (Box::new(Cursor::new(bytes.clone())) as Box<dyn Read + Send>, Some(Direct::Bytes(bytes)), Some(total))
            }
            Source::Reader(reader) => (reader, None, None),
        };
        let meter = Meter { bytes: Arc::default(), total };
        let mut raw = Peekable::new(Metered { inner: raw, bytes: Arc::clone(&meter.bytes) });
        let (content, direct) = match raw.peek(4).map_err(Problem::from_io)? {
            [0x1f, 0x8b, ..] => (decompressed("gzip", flate2::bufread::MultiGzDecoder::new(raw)), None),
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                let decoder = zstd::stream::read::Decoder::with_buffer(raw).map_err(Problem::Read)?;
                (decompressed("zstd", decoder), None)
            }
            // Only Parquet makes use of the direct way, and the magic bytes of the file are then its own.
            _ => (Peekable::new(Box::new(raw) as Box<dyn Read + Send + 'a>), direct),
        };
        Ok(Opened { content, direct, meter })
    }
}

/// An opened input.
pub(crate) struct Opened<'a> {
    /// The decompressed bytes.
    pub(crate) content: Content<'a>,
    /// The same bytes for reading at any place, where nothing is compressed.
    pub(crate) direct: Option<Direct>,
    pub(crate) meter: Meter,
}

/// The decompressed bytes of an input.
pub(crate) type Content<'a> = Peekable<Box<dyn Read + Send + 'a>>;

/// Bytes that can be read at any place.
pub(crate) enum Direct {
    File(File),
    Bytes(Bytes),
}

/// How many bytes of the input have been read.
#[derive(Clone)]
pub(crate) struct Meter {
    bytes: Arc<AtomicU64>,
    pub(crate) total: Option<u64>,
}

impl Meter {
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

struct Metered<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// A buffered reader whose first bytes can be looked at, however few the reader below hands out at a time.
pub(crate) struct Peekable<R> {
    peeked: Cursor<Vec<u8>>,
    inner: BufReader<R>,
}

impl<R: Read> Peekable<R> {
    fn new(inner: R) -> Self {
        Self { peeked: Cursor::default(), inner: BufReader::with_capacity(128 * 1024, inner) }
    }

    /// The first bytes, as many as asked for unless there are fewer. To be called before anything is read.
    pub(crate) fn peek(&mut self, length: usize) -> io::Result<&[u8]> {
        let held = self.peeked.get_ref().len();
        self.inner.by_ref().take(length.saturating_sub(held) as u64).read_to_end(self.peeked.get_mut())?;
        Ok(self.peeked.get_ref())
    }
}

impl<R: Read> Read for Peekable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Peekable<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if (self.peeked.position() as usize) < self.peeked.get_ref().len() {
            return self.peeked.fill_buf();
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        if (self.peeked.position() as usize) < self.peeked.get_ref().len() {
            self.peeked.consume(length);
        } else {
            self.inner.consume(length);
        }
    }
}

/// A decompressor that says what it is when it fails.
struct Decompressor<R> {
    format: &'static str,
    bytes: u64,
    inner: R,
}

fn decompressed<'a>(format: &'static str, inner: impl Read + Send + 'a) -> Content<'a> {
    Peekable::new(Box::new(Decompressor { format, bytes: 0, inner }))
}

impl<R: Read> Read for Decompressor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(read) => {
                self.bytes += read as u64;
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(cause) => {
                let kind = cause.kind();
                let failure = Problem::Compression { format: self.format, bytes: self.bytes, cause };
                Err(io::Error::new(kind, failure))
            }
        }
    }
}

impl Problem {
    /// What an error of reading is: the decompressor's own, or the file's.
    pub(crate) fn from_io(error: io::Error) -> Problem {
        error.downcast::<Problem>().unwrap_or_else(Problem::Read)
    }
}
