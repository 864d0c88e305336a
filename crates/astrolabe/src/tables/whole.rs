//! Files that appear whole or not at all.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use catalog::Text;
use tempfile::NamedTempFile;

use crate::lang;

/// Writes a file that appears whole or not at all, readable by whom the user's files are. What is there and no file, such as a
/// pipe or a link, is written to as it is.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let told = || lang::cannot_write(path);
    if is_no_file(path) {
        return std::fs::write(path, bytes).with_context(told);
    }
    let mut file = beside(path)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).with_context(told)?;
    file.persist(path).with_context(told)?;
    Ok(())
}

/// Looks whether a file could be written, before anything is done or paid for that would go into it. Nothing is left behind, not
/// even by who is stopped later on.
///
/// # Errors
/// When it could not.
pub(crate) fn check_writable(path: &Path) -> anyhow::Result<()> {
    if path.is_dir() {
        let why = Text::new("it is a directory", "这是一个目录").of(lang::spoken());
        bail!("{}{}{why}", lang::cannot_write(path), lang::spoken().colon());
    }
    // A pipe that is opened and closed again would have ended for who reads it.
    if is_no_file(path) { Ok(()) } else { beside(path).map(drop) }
}

fn is_no_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|there| !there.is_file())
}

/// A file in the same folder, which goes away again unless it is given the name.
fn beside(path: &Path) -> anyhow::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).with_context(|| lang::cannot_write(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_is_told_before_and_nothing_is_left_of_looking() {
        let folder = tempfile::tempdir().expect("a folder");
        check_writable(&folder.path().join("none/result.csv")).expect_err("no such folder");
        check_writable(folder.path()).expect_err("a folder");
        check_writable(&folder.path().join("result.csv")).expect("writable");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
