//! Where bad rows go: one CSV file for the whole run, made when the first bad row comes.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::Context;
use import::{CsvRejects, Reject, RejectSink};

use crate::lang;
use crate::now::now;

/// The run's file of bad rows.
pub(crate) struct RejectsFile {
    path: PathBuf,
    writer: Option<CsvRejects<BufWriter<File>>>,
}

impl RejectsFile {
    /// A file at `path`, or a new one in the folder `rejects` of the data directory.
    pub(crate) fn new(path: Option<PathBuf>, data: &Path) -> Self {
        let unnamed = || {
            let second = now().to_string().replace(':', "");
            data.join("rejects").join(format!("{second}-{}.csv", std::process::id()))
        };
        Self { path: path.unwrap_or_else(unnamed), writer: None }
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

    fn open(path: &Path) -> io::Result<CsvRejects<BufWriter<File>>> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(CsvRejects::new(BufWriter::new(File::create(path)?)))
    }
}

impl RejectSink for RejectsFile {
    fn reject(&mut self, file: &str, reject: &Reject) -> io::Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            empty => empty.insert(Self::open(&self.path)?),
        };
        writer.reject(file, reject)
    }
}
