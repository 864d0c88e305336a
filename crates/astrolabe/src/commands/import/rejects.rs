//! Where bad rows go: one CSV file for the whole run, made when the first bad row comes.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use import::{CsvRejects, Reject, RejectSink};

use crate::data_dir::make_private_dir;
use crate::lang::{self, told};
use crate::now::now;

/// The run's file of bad rows.
pub(crate) struct RejectsFile {
    path: PathBuf,
    /// Whether it is in the data directory, where everything is its owner's only.
    is_private: bool,
    writer: Option<CsvRejects<BufWriter<File>>>,
}

impl RejectsFile {
    /// A new file at `path`, or one in the folder `rejects` of the data directory.
    ///
    /// # Errors
    /// When there is a file at `path` already: it may be the very one that is imported.
    pub(crate) fn new(path: Option<PathBuf>, data: &Path) -> anyhow::Result<Self> {
        if let Some(path) = path.as_deref().filter(|path| !is_free(path)) {
            let path = path.display();
            let lang = lang::spoken();
            bail!(told!(
                lang,
                "{path} is there already; name a new file for bad rows",
                "{path} 已存在；请为错误行指定新文件"
            ));
        }
        let unnamed = || {
            let second = now().to_string().replace(':', "");
            data.join("rejects").join(format!("{second}-{}.csv", std::process::id()))
        };
        Ok(Self { is_private: path.is_none(), path: path.unwrap_or_else(unnamed), writer: None })
    }

    /// Completes the file; where it is, if there was a bad row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn finish(mut self) -> anyhow::Result<Option<PathBuf>> {
        let Some(writer) = &mut self.writer else { return Ok(None) };
        writer.flush().with_context(|| lang::cannot_write(&self.path))?;
        Ok(Some(self.path))
    }

    fn open(path: &Path, is_private: bool) -> io::Result<CsvRejects<BufWriter<File>>> {
        if let Some(folder) = path.parent() {
            if is_private { make_private_dir(folder)? } else { fs::create_dir_all(folder)? }
        }
        let mut options = File::options();
        options.write(true).create_new(!is_pipe(path));
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, if is_private { 0o600 } else { 0o666 });
        Ok(CsvRejects::new(BufWriter::new(options.open(path)?), lang::spoken()))
    }
}

/// Whether rows written to `path` replace nothing.
fn is_free(path: &Path) -> bool {
    path.symlink_metadata().is_err() || is_pipe(path)
}

/// Whether there is something at `path` that rows are sent to, such as `/dev/stdout`.
fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

impl RejectSink for RejectsFile {
    fn reject(&mut self, file: &str, reject: &Reject) -> io::Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            empty => empty.insert(Self::open(&self.path, self.is_private)?),
        };
        writer.reject(file, reject)
    }
}
