//! Writes a marketplace into a directory: each file under another name first, renamed once it is complete.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::marketplace::Marketplace;
use crate::rows_by_time::{self, Rows};
use crate::{Format, SynthError, Written, csv_files, parquet_files};

/// Why rows could not be written.
pub(crate) type RowsError = Box<dyn std::error::Error + Send + Sync>;

/// Writes both files.
pub(crate) fn write(
    marketplace: Marketplace,
    dir: &Path,
    format: Format,
    threads: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Written, SynthError> {
    let Marketplace { authors, prices, rows, posts, groups } = marketplace;
    fs::create_dir_all(dir).map_err(|source| SynthError::File { path: dir.to_owned(), source })?;
    let extension = match format {
        Format::Csv => "csv",
        Format::Parquet => "parquet",
    };
    let posts_file = dir.join(format!("posts.{extension}"));
    let rate_cards_file = dir.join(format!("rate_cards.{extension}"));
    let price_rows = prices.len() as u64;
    in_place(&rate_cards_file, |out| match format {
        Format::Csv => csv_files::write_prices(out, &authors, &prices),
        Format::Parquet => parquet_files::write_prices(out, &authors, &prices),
    })?;
    let post_rows = rows.iter().map(Rows::len).sum();
    let mut written = 0;
    let days = rows_by_time::in_order(rows);
    let mut tell = |rows: usize| {
        written += rows as u64;
        progress(posts + written, posts + post_rows);
    };
    in_place(&posts_file, |out| match format {
        Format::Csv => csv_files::write_posts(out, &authors, days, &mut tell),
        Format::Parquet => parquet_files::write_posts(out, &authors, days, threads, &mut tell),
    })?;
    Ok(Written { posts_file, rate_cards_file, creators: authors.len() as u64, posts, post_rows, price_rows, groups })
}

/// Has `write` fill a file that takes its name only when complete, so that a reader never meets half of it.
fn in_place(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<(), RowsError>) -> Result<(), SynthError> {
    let file_error = |source| SynthError::File { path: path.to_owned(), source };
    let partial = partial_name(path);
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&partial).map_err(file_error)?);
    let rows_error = |source| SynthError::Rows { path: path.to_owned(), source };
    let outcome = write(&mut out).map_err(rows_error).and_then(|()| out.flush().map_err(file_error));
    let outcome = outcome.and_then(|()| fs::rename(&partial, path).map_err(file_error));
    if outcome.is_err() {
        // What is left of the file is of no use; that it could not be removed would hide the reason.
        let _ = fs::remove_file(&partial);
    }
    outcome
}

fn partial_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}
