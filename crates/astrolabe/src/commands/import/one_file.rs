//! One file: read it, merge and estimate what it tells, store that in one transaction.

use std::io;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context;
use catalog::Text;
use domain::UnixTime;
use import::{Imported, Input, Kind, Options, Summary};
use indicatif::{ProgressBar, ProgressStyle};
use store::{ImportOutcome, ImportRequest, ImportStore};

use super::RejectsFile;
use crate::lang::{self, told};
use crate::now::now;

/// How far reading a file is.
pub(crate) const READING: Text =
    Text::new("reading {bar:40} {bytes}/{total_bytes} {eta}", "读取 {bar:40} {bytes}/{total_bytes} {eta}");

/// How far storing it is.
const STORING: Text =
    Text::new("storing {bar:40} {pos}/{len} creators {eta}", "保存 {bar:40} {pos}/{len} 位达人 {eta}");

/// A file to import and how.
pub(crate) struct FileJob<'a> {
    pub(crate) file: &'a Path,
    pub(crate) kind: Option<Kind>,
    pub(crate) captured_at: Option<UnixTime>,
    pub(crate) time_zone: Option<import::Zone>,
    pub(crate) strict: bool,
    pub(crate) dry_run: bool,
    pub(crate) threads: usize,
    pub(crate) settings: &'a estimator::Settings,
}

/// What became of a file.
pub(crate) struct FileDone {
    pub(crate) summary: Summary,
    /// The moment that was assumed for facts that do not say when they were seen.
    pub(crate) assumed: Option<Assumed>,
    pub(crate) outcome: Done,
}

/// When facts that do not say it are taken to have been seen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Assumed {
    /// When the file was last changed.
    FileChanged(UnixTime),
    /// When it is imported: from the standard input, or from a file that was changed later.
    Import(UnixTime),
}

impl Assumed {
    /// The best there is for a file.
    fn of(file: &Path) -> anyhow::Result<Self> {
        let now = now();
        if is_stdin(file) {
            return Ok(Self::Import(now));
        }
        let changed = changed_at(file)?;
        Ok(if changed > now { Self::Import(now) } else { Self::FileChanged(changed) })
    }

    pub(crate) fn moment(self) -> UnixTime {
        let (Self::FileChanged(moment) | Self::Import(moment)) = self;
        moment
    }
}

/// What was done with what was read.
pub(crate) enum Done {
    /// It was stored.
    Stored(ImportOutcome),
    /// It was only estimated: how many snapshots it would give to a store that holds nothing.
    DryRun { snapshots: u64 },
}

/// Imports one file: all of it, or on any error nothing.
///
/// # Errors
/// When the file cannot be read to its end, a row is bad in strict reading, or the store fails.
pub(crate) fn import_file(
    job: &FileJob<'_>,
    store: &(impl ImportStore + ?Sized),
    rejects: &mut RejectsFile,
) -> anyhow::Result<FileDone> {
    let (captured_at, assumed) = match job.captured_at {
        Some(moment) => (moment, None),
        None => {
            let assumed = Assumed::of(job.file)?;
            (assumed.moment(), Some(assumed))
        }
    };
    let imported = read(job, captured_at, rejects)?;
    let summary = imported.summary().clone();
    let outcome = match job.dry_run {
        true => estimate_only(imported, job),
        false => store_all(imported, job, store)?,
    };
    let assumed = assumed.filter(|_| summary.assumes_capture);
    Ok(FileDone { summary, assumed, outcome })
}

/// Whether a file stands for the standard input.
pub(crate) fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// A file, or the standard input, to be read.
pub(crate) fn input(file: &Path) -> Input<'static> {
    if is_stdin(file) { Input::reader("standard input", io::stdin()) } else { Input::path(file) }
}

fn read(job: &FileJob<'_>, captured_at: UnixTime, rejects: &mut RejectsFile) -> anyhow::Result<Imported> {
    let (kind, time_zone, threads) = (job.kind, job.time_zone.clone(), job.threads);
    let options = Options { kind, captured_at, now: now(), time_zone, threads, strict: job.strict };
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template(READING.of(lang::spoken()))?);
    let imported = import::read(input(job.file), &options, rejects, &|progress| {
        if let Some(total) = progress.bytes_total {
            bar.set_length(total);
        }
        bar.set_position(progress.bytes);
    });
    bar.finish_and_clear();
    Ok(imported?)
}

/// When the file was last changed.
fn changed_at(file: &Path) -> anyhow::Result<UnixTime> {
    let modified = std::fs::metadata(file).and_then(|metadata| metadata.modified());
    let modified = modified.with_context(|| {
        let file = file.display();
        told!(lang::spoken(), "{file}: cannot be read", "{file}：无法读取")
    })?;
    let since_epoch: Duration = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(UnixTime(u32::try_from(since_epoch.as_secs()).unwrap_or(u32::MAX)))
}

fn estimate_only(imported: Imported, job: &FileJob<'_>) -> Done {
    let counts = imported.fold(
        job.threads,
        || 0,
        |count, key, state| *count += estimator::snapshots(&key, &state, job.settings).len() as u64,
    );
    Done::DryRun { snapshots: counts.into_iter().sum() }
}

fn store_all(imported: Imported, job: &FileJob<'_>, store: &(impl ImportStore + ?Sized)) -> anyhow::Result<Done> {
    let bar = ProgressBar::new(imported.summary().states);
    bar.set_style(ProgressStyle::with_template(STORING.of(lang::spoken()))?);
    let outcome = store.import(ImportRequest {
        states: &mut imported.into_sorted(),
        snapshots: &|key, state| estimator::snapshots(key, state, job.settings),
        now: now(),
        progress: &mut |done| bar.set_position(done),
    });
    bar.finish_and_clear();
    outcome.map(Done::Stored).with_context(|| {
        let file = job.file.display();
        told!(lang::spoken(), "{file}: nothing of it was stored", "{file}：其内容一概未保存")
    })
}
