//! Which servers of a data directory live: each keeps a file there, named by its number, whose lock it holds until its end. The
//! operating system gives the lock back however a process ends, so a file that can be locked is of a server that is dead for certain.
//! No silence tells as much: a server that nobody hears of may live, and be about to store what it paid for.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use store::ServerId;

/// The folder of the files; nothing is in them.
const FOLDER: &str = "servers";

/// Says that a server lives, until this process ends.
///
/// # Errors
/// When its file cannot be made or locked.
pub(crate) fn begin(dir: &Path, server: ServerId) -> io::Result<()> {
    let folder = dir.join(FOLDER);
    fs::create_dir_all(&folder)?;
    // Under another name until it is locked: nobody is to find it before.
    let (unlocked, path) = (folder.join(format!("{server}.new")), folder.join(server.to_string()));
    let file = OpenOptions::new().create_new(true).write(true).open(&unlocked)?;
    file.try_lock()?;
    fs::rename(unlocked, path)?;
    Box::leak(Box::new(file));
    Ok(())
}

/// A server that is dead, whose file is this process's now.
pub(crate) struct Dead {
    pub(crate) server: ServerId,
    path: PathBuf,
    _lock: File,
}

impl Dead {
    /// Removes its file, now that nothing of it is left to be settled.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(crate) fn forget(self) -> io::Result<()> {
        fs::remove_file(self.path)
    }
}

/// The servers of a directory that are dead and not forgotten.
///
/// # Errors
/// When the folder of their files cannot be read.
pub(crate) fn dead(dir: &Path) -> io::Result<Vec<Dead>> {
    let mut dead = Vec::new();
    for entry in fs::read_dir(dir.join(FOLDER))? {
        let path = entry?.path();
        // One that cannot be opened or locked tells nothing.
        if let Some(server) = number(&path)
            && let Ok(lock) = OpenOptions::new().write(true).open(&path)
            && lock.try_lock().is_ok()
        {
            dead.push(Dead { server, path, _lock: lock });
        }
    }
    Ok(dead)
}

/// The server whose file this is.
fn number(path: &Path) -> Option<ServerId> {
    let name = path.file_name()?.to_str()?;
    let server = i64::from_str_radix(name, 16).ok().map(ServerId)?;
    (server.to_string() == name).then_some(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_whose_lock_is_free_is_dead() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path();
        let dead_now = || dead(dir).expect("a look").iter().map(|dead| dead.server).collect::<Vec<_>>();
        begin(dir, ServerId(10)).expect("begun");
        assert_eq!(dead_now(), [], "it lives");
        let files = dir.join(FOLDER);
        for name in [&ServerId(11).to_string(), "b", "000000000000000g.new", "notes.txt"] {
            fs::write(files.join(name), "").expect("a file");
        }
        assert_eq!(dead_now(), [ServerId(11)]);
        let both = [dead(dir).expect("a look"), dead(dir).expect("another look")];
        assert_eq!(both.each_ref().map(Vec::len), [1, 0], "one alone settles it");
        both.into_iter().flatten().for_each(|dead| dead.forget().expect("forgotten"));
        assert_eq!((dead_now(), files.join(ServerId(10).to_string()).exists()), (Vec::new(), true));
    }
}
