//! What people and programs are told of an import.

use std::fmt;

use serde_json::json;

use super::one_file::{Done, FileDone};
use crate::output::thousands;

/// One file's outcome.
pub(crate) struct FileReport {
    pub(crate) file: String,
    pub(crate) outcome: anyhow::Result<FileDone>,
    pub(crate) dry_run: bool,
}

impl FileReport {
    /// The outcome for programs.
    pub(crate) fn json(&self) -> serde_json::Value {
        let done = match &self.outcome {
            Ok(done) => done,
            Err(error) => return json!({"file": self.file, "error": format!("{error:#}")}),
        };
        let summary = &done.summary;
        let rejected: serde_json::Map<_, _> =
            summary.rejected.iter().map(|(reason, count)| (reason.name().to_owned(), json!(count))).collect();
        let mut value = json!({
            "file": self.file, "kind": summary.kind.name(), "rows": summary.rows, "merged": summary.merged,
            "rejected": rejected, "creators": summary.creators, "ignored_columns": summary.ignored_columns,
            "dry_run": self.dry_run,
        });
        match &done.outcome {
            Done::Stored(stored) => {
                value["creators_changed"] = json!(stored.changed);
                value["snapshots_added"] = json!(stored.snapshots_added);
            }
            Done::DryRun { snapshots } => value["snapshots"] = json!(snapshots),
        }
        value
    }
}

impl fmt::Display for FileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = match &self.outcome {
            Ok(done) => done,
            Err(error) => return write!(f, "error: {error:#}"),
        };
        let summary = &done.summary;
        write!(
            f,
            "{} ({}): {} rows read, {} merged, {} rejected; {} creators",
            self.file,
            summary.kind,
            thousands(summary.rows),
            thousands(summary.merged),
            thousands(summary.rejected_total()),
            thousands(summary.creators)
        )?;
        match &done.outcome {
            Done::Stored(stored) => write!(
                f,
                ", {} of them changed, {} new snapshots",
                thousands(stored.changed),
                thousands(stored.snapshots_added)
            )?,
            Done::DryRun { snapshots } => {
                write!(f, ", {} snapshots; a dry run: nothing was stored", thousands(*snapshots))?;
            }
        }
        for (reason, count) in &summary.rejected {
            write!(f, "\n  rejected {}: {reason}", thousands(*count))?;
        }
        if !summary.ignored_columns.is_empty() {
            write!(f, "\n  columns not known, and ignored: {}", summary.ignored_columns.join(", "))?;
        }
        Ok(())
    }
}
