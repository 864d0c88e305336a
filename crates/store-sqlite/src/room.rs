//! Whether there is room on the disk beside a file, tried with a file that is removed again at once. A transaction that fits into what the
//! log has already would not tell.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use store::StoreError;

/// More than a transaction of a server adds to the log, nearly always.
const BYTES: usize = 64 << 10;

/// Whether there is room beside a file. Whatever else keeps one from trying says nothing about that.
///
/// # Errors
/// [`StoreError::NoRoom`], and [`StoreError::ReadOnly`] where the whole disk can only be read.
pub(crate) fn check_beside(file: &Path) -> Result<(), StoreError> {
    let tried = file.with_extension("room");
    let written = write(&tried);
    let _ = fs::remove_file(&tried);
    match written {
        Err(error) if error.kind() == ErrorKind::ReadOnlyFilesystem => {
            Err(StoreError::ReadOnly(file.display().to_string()))
        }
        Err(error) => no_room(&error).map_or(Ok(()), Err),
        Ok(()) => Ok(()),
    }
}

/// [`StoreError::NoRoom`], where the disk has none for what was to be written.
pub(crate) fn no_room(error: &io::Error) -> Option<StoreError> {
    let is_full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
    is_full.then(|| StoreError::NoRoom(error.to_string()))
}

fn write(tried: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // A disk that compresses what it keeps needs room for these too.
    let bytes: Vec<u8> = (0..BYTES as u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    options.open(tried)?.write_all(&bytes)
}
