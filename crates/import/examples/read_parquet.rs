//! Measures reading a Parquet file of posts: `read_parquet decode|read FILE [THREADS]` prints the seconds it took.
//!
//! `decode` is the floor that any import has: decoding the columns the import reads, with the same library and as many
//! threads, and dropping them. `read` is the import up to the states of all creators. `cargo xtask bench import` runs
//! the first.

use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use domain::UnixTime;
use import::{IgnoreRejects, Input, Options};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

const COLUMNS: [&str; 12] = [
    "item_id",
    "author_id",
    "platform",
    "published_at",
    "captured_at",
    "duration_s",
    "sponsored",
    "plays",
    "likes",
    "comments",
    "shares",
    "collects",
];

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let usage = "usage: read_parquet decode|read FILE [THREADS]";
    let (mode, file) = (arguments.first().ok_or(usage)?, arguments.get(1).ok_or(usage)?);
    let threads = arguments.get(2).map_or(Ok(2), |threads| threads.parse())?;
    let started = Instant::now();
    let rows = match mode.as_str() {
        "decode" => decode(file, threads)?,
        "read" => read(file, threads)?,
        _ => return Err(usage.into()),
    };
    let seconds = started.elapsed().as_secs_f64();
    std::io::Write::write_all(&mut std::io::stdout(), format!("{seconds:.3} s for {rows} rows\n").as_bytes())?;
    Ok(())
}

/// Decodes the columns of all row groups and counts the rows.
fn decode(file: &str, threads: usize) -> Result<usize, Failure> {
    let metadata = ArrowReaderMetadata::load(&File::open(file)?, ArrowReaderOptions::new())?;
    let projection = ProjectionMask::columns(metadata.parquet_schema(), COLUMNS);
    let (next, rows) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || -> Result<(), Failure> {
        loop {
            let group = next.fetch_add(1, Ordering::Relaxed);
            if group >= metadata.metadata().num_row_groups() {
                return Ok(());
            }
            // A handle of its own: duplicated ones share a position.
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(File::open(file)?, metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(projection.clone())
                .with_batch_size(8192)
                .build()?;
            for batch in reader {
                rows.fetch_add(std::hint::black_box(batch?).num_rows(), Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
    })?;
    Ok(rows.into_inner())
}

/// Imports the file up to the states and counts the rows.
fn read(file: &str, threads: usize) -> Result<usize, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let options = Options { threads, ..Options::at(UnixTime::from_seconds(i64::try_from(now)?)?) };
    let imported = import::read(Input::path(file), &options, &mut IgnoreRejects, &|_| {})?;
    let read = Instant::now();
    let posts: usize =
        imported.fold(threads, || 0, |posts, _, state| *posts += state.posts.posts().len()).into_iter().sum();
    std::io::Write::write_all(
        &mut std::io::stdout(),
        format!("{posts} posts kept; dropped in {:.3} s\n", read.elapsed().as_secs_f64()).as_bytes(),
    )?;
    Ok(posts)
}
