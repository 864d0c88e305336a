//! Who works in a data directory: every verb that opens its files says so for as long as it runs, so that `restore` replaces
//! nothing that somebody has open, and `move-to-postgres` leaves nothing behind that somebody adds.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use anyhow::{Context, bail};
use catalog::Text;

use crate::lang::{self, told};

/// The file whose lock says so; nothing is in it.
const LOCK: &str = "astrolabe.lock";

const TAKEN: Text = Text::new(
    "a backup is being restored there, or what is there is being moved to PostgreSQL: try again",
    "正在恢复备份，或正在将数据迁移至 PostgreSQL：请稍后重试",
);

/// Says that this process works there, until it ends.
///
/// # Errors
/// When somebody needs the directory for itself.
pub(crate) fn share(dir: &Path) -> anyhow::Result<()> {
    let lock = open(dir)?;
    match lock.try_lock_shared() {
        Ok(()) => {
            // Until the process ends: nobody knows who still has a file open.
            Box::leak(Box::new(lock));
            Ok(())
        }
        Err(TryLockError::WouldBlock) => {
            bail!("{}{}{}", dir.display(), lang::spoken().colon(), TAKEN.of(lang::spoken()))
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| lang::cannot_write(&dir.join(LOCK))),
    }
}

/// Keeps everybody else out, for as long as the file is held.
///
/// # Errors
/// When somebody works there.
pub(crate) fn take(dir: &Path) -> anyhow::Result<File> {
    let lock = open(dir)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            let dir = dir.display();
            bail!(told!(
                lang::spoken(),
                "{dir} is in use: stop the server, and whatever else of Astrolabe's runs there, first",
                "{dir} 正在使用中：请先停止服务器及在其中运行的其他 Astrolabe 命令"
            ))
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| lang::cannot_write(&dir.join(LOCK))),
    }
}

fn open(dir: &Path) -> anyhow::Result<File> {
    let path = dir.join(LOCK);
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path).with_context(|| lang::cannot_write(&path))
}
