//! The bytes of a Parquet file, read at any place by several threads.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::{Buf, Bytes, buf::Reader};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::error::Problem;
use crate::input::{Direct, Opened};

/// How much is read ahead for a page header, which is some dozens of bytes.
const HEADER_BYTES: usize = 512;

/// The bytes of a Parquet file. Clones share the file.
#[derive(Clone)]
pub(super) enum Chunks {
    File(SharedFile),
    Bytes(Bytes),
}

/// A file whose position belongs to whoever holds the lock. (A duplicated handle would share the position without one.)
#[derive(Clone)]
pub(super) struct SharedFile {
    file: Arc<Mutex<File>>,
    length: u64,
    read: Arc<AtomicU64>,
}

impl Chunks {
    /// The bytes of an input; what is compressed or cannot be read at any place goes to a temporary file first.
    pub(super) fn of(opened: Opened<'_>) -> std::result::Result<Self, Problem> {
        match opened.direct {
            Some(Direct::Bytes(bytes)) => Ok(Self::Bytes(bytes)),
            Some(Direct::File(file)) => Self::of_file(file),
            None => {
                let mut content = opened.content;
                let mut spool = tempfile::tempfile().map_err(Problem::Read)?;
                io::copy(&mut content, &mut spool).map_err(Problem::from_io)?;
                Self::of_file(spool)
            }
        }
    }

    fn of_file(file: File) -> std::result::Result<Self, Problem> {
        let length = file.metadata().map_err(Problem::Read)?.len();
        Ok(Self::File(SharedFile { file: Arc::new(Mutex::new(file)), length, read: Arc::default() }))
    }

    /// How many bytes have been read.
    pub(super) fn bytes_read(&self) -> u64 {
        match self {
            Self::File(file) => file.read.load(Ordering::Relaxed).min(file.length),
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

impl SharedFile {
    fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(|poison| poison.into_inner());
        file.seek(SeekFrom::Start(start))?;
        let read = file.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }

    /// Reads `length` bytes into an empty buffer, without writing zeros to it first.
    fn read_all_at(&self, start: u64, length: usize, buffer: &mut Vec<u8>) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(|poison| poison.into_inner());
        file.seek(SeekFrom::Start(start))?;
        let read = (&*file).take(length as u64).read_to_end(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        if read == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        match self {
            Self::File(file) => file.length,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

impl ChunkReader for Chunks {
    type T = ChunkRead;

    fn get_read(&self, start: u64) -> Result<ChunkRead> {
        match self {
            Self::File(file) => {
                let at = FileAt { file: file.clone(), position: start };
                Ok(ChunkRead::File(BufReader::with_capacity(HEADER_BYTES, at)))
            }
            Self::Bytes(bytes) => {
                let start =
                    usize::try_from(start).ok().filter(|start| *start <= bytes.len()).ok_or_else(out_of_file)?;
                Ok(ChunkRead::Bytes(bytes.slice(start..).reader()))
            }
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // Checked before anything is allocated: a damaged file may name any length.
        let end = start.checked_add(length as u64).filter(|end| *end <= self.len()).ok_or_else(out_of_file)?;
        match self {
            Self::File(file) => {
                let mut buffer = Vec::with_capacity(length);
                file.read_all_at(start, length, &mut buffer)?;
                Ok(buffer.into())
            }
            Self::Bytes(bytes) => Ok(bytes.slice(start as usize..end as usize)),
        }
    }
}

fn out_of_file() -> ParquetError {
    ParquetError::EOF("a place behind the end of the file is named in it".to_owned())
}

/// Reads on from some place of a Parquet file.
pub(super) enum ChunkRead {
    File(BufReader<FileAt>),
    Bytes(Reader<Bytes>),
}

impl Read for ChunkRead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(reader) => reader.read(buffer),
            Self::Bytes(reader) => reader.read(buffer),
        }
    }
}

pub(super) struct FileAt {
    file: SharedFile,
    position: u64,
}

impl Read for FileAt {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(self.position, buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}
