//! Parquet files: row groups are decoded by several threads, each adding to the shared facts a batch at a time.
//!
//! `chunks` reads bytes at any place, `plan` finds the columns, `columns` and `ids` turn arrays into values, `posts` and
//! `rate_cards` turn batches into facts, `order` keeps the rejects in the order of the rows.

mod chunks;
mod columns;
mod ids;
mod order;
mod plan;
mod posts;
mod rate_cards;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::Length;

use crate::error::Problem;
use crate::facts::Facts;
use crate::input::Opened;
use crate::options::{OnProgress, Options, Progress};
use crate::reject::Reject;
use crate::session::Rejects;
use crate::{Imported, Kind, Summary};
use chunks::Chunks;
use order::InOrder;
use plan::Plan;

/// Rows decoded at a time: enough that each shard gets many of them, and few enough for the caches.
const BATCH_ROWS: usize = 16384;
/// How many rejects of a row group are held back until the row groups before it are through.
const REJECTS_HELD_MAX: usize = 10_000;

/// Reads a file to its end.
pub(crate) fn read(
    opened: Opened<'_>,
    kind: Option<Kind>,
    options: &Options,
    rejects: Rejects<'_>,
    on_progress: OnProgress<'_>,
) -> Result<Imported, Problem> {
    let chunks = Chunks::of(opened)?;
    let plan = contained(|| Plan::of(&chunks, kind))?;
    let run = Run {
        plan: &plan,
        chunks: &chunks,
        options,
        on_progress,
        facts: Facts::new(),
        order: InOrder::new(rejects),
        next_group: AtomicUsize::new(0),
        rows: AtomicU64::new(0),
    };
    thread::scope(|scope| {
        let workers = options.threads.clamp(1, plan.groups().max(1));
        let workers: Vec<_> = (0..workers)
            .map(|worker| {
                scope.spawn({
                    let run = &run;
                    move || run.work(worker)
                })
            })
            .collect();
        workers.into_iter().for_each(|worker| {
            if worker.join().is_err() {
                run.order.fail(gave_up());
            }
        });
    });
    run.finish()
}

/// Runs what parses foreign bytes on a thread of its own, so that a panic inside the Parquet library on a hostile file
/// is an error of that file and not the end of the program. The workers are threads anyway.
fn contained<T: Send>(parse: impl FnOnce() -> Result<T, Problem> + Send) -> Result<T, Problem> {
    thread::scope(|scope| scope.spawn(parse).join()).unwrap_or_else(|_| Err(gave_up()))
}

fn gave_up() -> Problem {
    Problem::Parquet { row_group: None, cause: "the Parquet reader gave up on it".to_owned() }
}

/// Reading one file with several threads.
struct Run<'a, 'r> {
    plan: &'a Plan,
    chunks: &'a Chunks,
    options: &'a Options,
    on_progress: OnProgress<'a>,
    facts: Facts,
    order: InOrder<'r>,
    next_group: AtomicUsize,
    rows: AtomicU64,
}

impl Run<'_, '_> {
    /// Decodes one row group after the other until none is left or the file has failed.
    fn work(&self, worker: usize) {
        let mut taker = Taker::new(self, worker);
        loop {
            let group = self.next_group.fetch_add(1, Ordering::Relaxed);
            if group >= self.plan.groups() || self.order.has_failed() {
                return;
            }
            // A panic below leaves the turn where it is; the guard wakes those who wait for it.
            let guard = self.order.guard();
            if let Err(problem) = self.read_group(group, &mut taker) {
                self.order.fail(problem);
            }
            guard.disarm();
        }
    }

    fn read_group(&self, group: usize, taker: &mut Taker<'_>) -> Result<(), Problem> {
        let broken = |cause: String| Problem::Parquet { row_group: Some(group + 1), cause };
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.chunks.clone(), self.plan.metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(self.plan.projection.clone())
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(|error| broken(error.to_string()))?;
        let (mut row, expected) = (self.plan.first_row(group), self.plan.rows_of(group));
        let end = row + expected;
        let mut rejects = Vec::new();
        for batch in reader {
            if self.order.has_failed() {
                return Ok(());
            }
            let batch = batch.map_err(|error| broken(error.to_string()))?;
            taker.take(&batch, row, &mut rejects)?;
            row += batch.num_rows() as u64;
            self.tell_progress(batch.num_rows() as u64);
            if rejects.len() > REJECTS_HELD_MAX {
                self.order.push(group, &mut rejects)?;
            }
        }
        if row != end {
            return Err(broken(format!("{} rows are missing", end.saturating_sub(row))));
        }
        self.order.finish(group, rejects)
    }

    fn tell_progress(&self, rows: u64) {
        let rows = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        (self.on_progress)(Progress { bytes: self.chunks.bytes_read(), bytes_total: Some(self.chunks.len()), rows });
    }

    fn finish(self) -> Result<Imported, Problem> {
        let rejected = self.order.into_counts()?;
        self.facts.settle(self.options.threads);
        let (rows, length) = (self.rows.into_inner(), self.chunks.len());
        (self.on_progress)(Progress { bytes: length, bytes_total: Some(length), rows });
        let merged = rows - total(&rejected);
        let summary = Summary {
            kind: self.plan.kind,
            rows,
            merged,
            assumes_capture: self.plan.kind == Kind::RateCardsParquet && merged > 0,
            rejected,
            creators: 0,
            states: 0,
            ignored_columns: self.plan.located.ignored.clone(),
            unnamed_columns: self.plan.located.unnamed.clone(),
            maybe_rounded: Vec::new(),
        };
        Imported::new(summary, self.facts)
    }
}

/// In a table each rejected row is rejected once.
fn total<K>(counts: &BTreeMap<K, u64>) -> u64 {
    counts.values().sum()
}

/// Takes the batches of one thread.
enum Taker<'a> {
    Posts(Box<posts::Posts<'a>>),
    RateCards(rate_cards::RateCards<'a>),
}

impl<'a> Taker<'a> {
    fn new(run: &'a Run<'a, '_>, worker: usize) -> Self {
        if run.plan.kind == Kind::PostsParquet {
            Self::Posts(Box::new(posts::Posts::new(&run.facts, run.plan, run.options, worker)))
        } else {
            Self::RateCards(rate_cards::RateCards::new(&run.facts, run.plan, run.options))
        }
    }

    fn take(
        &mut self,
        batch: &arrow_array::RecordBatch,
        first_row: u64,
        rejects: &mut Vec<Reject>,
    ) -> Result<(), Problem> {
        match self {
            Self::Posts(posts) => posts.take(batch, first_row, rejects),
            Self::RateCards(rate_cards) => rate_cards.take(batch, first_row, rejects),
        }
    }
}
