//! The forms of files, by their endings.

use std::path::{Path, PathBuf};

use crate::lang::{self, told};

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Json,
    Ndjson,
    Xlsx,
    Parquet,
}

impl Format {
    /// The form that the name of a file tells.
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        match ending.as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("json") => Ok(Self::Json),
            Some("ndjson" | "jsonl") => Ok(Self::Ndjson),
            Some("xlsx") => Ok(Self::Xlsx),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(told!(
                lang::spoken(),
                "end the name with .csv, .json, .ndjson, .xlsx or .parquet",
                "文件名须以 .csv、.json、.ndjson、.xlsx 或 .parquet 结尾"
            )),
        }
    }

    /// The most rows that it holds beside the heading, where there is a limit.
    pub(super) fn rows_max(self) -> Option<usize> {
        (self == Self::Xlsx).then_some(1_048_575)
    }
}

/// Reads the flag: a path whose name tells a form.
pub(super) fn with_format(path: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(path);
    Format::of(&path).map(|_| path)
}
