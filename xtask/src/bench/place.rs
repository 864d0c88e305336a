//! A data directory under measurement, with a database server where it uses one: the verbs on it, and the server on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::server::{Server, free_port};
use crate::process::{command as program, output};

/// Where the data and the books of a measurement are.
#[derive(Clone)]
pub(super) struct Place {
    /// The folder of the binaries that work on it.
    pub(super) binaries: PathBuf,
    /// The data directory.
    pub(super) data: PathBuf,
    /// The URL of the database; `None`: the file in the data directory.
    pub(super) database: Option<String>,
}

impl Place {
    /// A data directory with its own database file.
    pub(super) fn new(binaries: &Path, data: PathBuf) -> Self {
        Self { binaries: binaries.to_owned(), data, database: None }
    }

    /// Runs a verb to its end; what it told on stdout.
    pub(super) fn run(&self, verb: &[&str]) -> anyhow::Result<String> {
        Ok(output(&mut self.verb(verb))?.trim().to_owned())
    }

    /// Starts the server; what it logs is dropped.
    pub(super) fn serve(&self) -> anyhow::Result<Server> {
        let port = free_port()?;
        let mut serve = self.verb(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
        Server::start(serve.stdout(Stdio::null()).stderr(Stdio::null()), port)
    }

    fn verb(&self, verb: &[&str]) -> Command {
        let mut astrolabe = program(self.binaries.join("astrolabe"));
        astrolabe.args(verb).arg("--data").arg(&self.data);
        if let Some(url) = &self.database {
            astrolabe.args(["--database", url]);
        }
        astrolabe
    }
}
