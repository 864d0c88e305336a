//! Posts in memory, for the verbs that look at posts and store nothing: those of files, or those held.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use domain::{CreatorKey, CreatorState, PostHistory};
use import::{IgnoreRejects, Kind, Options, Zone};
use indicatif::{ProgressBar, ProgressStyle};
use store::StoreError;
use tokio::runtime::Runtime;

use crate::cli::Common;
use crate::commands::import::{READING, input};
use crate::commands::operator_store;
use crate::data_dir::{AnyStore, DataDir};
use crate::lang::{self, told};
use crate::now::now;
use crate::output::{self, counted, thousands};

/// A creator on a platform, and the latest posts there.
pub(crate) type Series = (CreatorKey, PostHistory);

/// The series of each creator, where those of one stand together.
pub(crate) fn creators(all: &[Series]) -> impl Iterator<Item = &[Series]> {
    all.chunk_by(|(one, _), (other, _)| one.author_id == other.author_id)
}

/// The posts of a creator on each platform.
pub(crate) fn histories(creator: &[Series]) -> impl Iterator<Item = &PostHistory> {
    creator.iter().map(|(_, posts)| posts)
}

/// How many creators are read at a time.
const AT_ONCE: u32 = 1_000;

/// Gives what imports brought of each creator on each platform to `take`, in the order of an import.
pub(crate) fn each_held(
    runtime: &Runtime,
    store: &dyn AnyStore,
    mut take: impl FnMut(CreatorKey, CreatorState),
) -> Result<(), StoreError> {
    let mut behind = None;
    loop {
        let states = runtime.block_on(store.states(behind.as_ref(), AT_ONCE))?;
        let Some((last, _)) = states.last() else { return Ok(()) };
        behind = Some(last.clone());
        states.into_iter().for_each(|(key, state)| take(key, state));
    }
}

/// The posts of files, or where none is named those that imports brought into the data directory; in the order of creators.
///
/// # Errors
/// When they cannot be read, or there is no post.
pub(crate) fn posts_of(
    common: &Common,
    files: &[PathBuf],
    zone: Option<&Zone>,
    threads: usize,
) -> anyhow::Result<Vec<Series>> {
    if files.is_empty() { held_posts(&DataDir::held(common)?) } else { read_posts(files, zone, threads) }
}

fn held_posts(data: &DataDir) -> anyhow::Result<Vec<Series>> {
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let store = runtime.block_on(operator_store(data))?;
    let mut all: Vec<Series> = Vec::new();
    each_held(&runtime, &*store, |key, state| {
        if !state.posts.posts().is_empty() {
            all.push((key, state.posts));
        }
    })?;
    if all.is_empty() {
        let place = data.place();
        bail!(told!(
            lang::spoken(),
            "no post in {place}: import some, or name files of posts",
            "{place} 中没有作品：请先导入，或指定作品文件"
        ));
    }
    all.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(all)
}

/// Reads files of any kind that `import` knows, joining what they tell of the same creator on the same platform; in the order of creators. Times that do not
/// say their offset are of `zone`.
///
/// # Errors
/// When a file cannot be read to its end, or none holds a post.
fn read_posts(files: &[PathBuf], zone: Option<&Zone>, threads: usize) -> anyhow::Result<Vec<Series>> {
    let (mut all, mut read): (Vec<Series>, u64) = (Vec::new(), 0);
    for file in files {
        let (some, posts) = read_file(file, zone, threads)?;
        all.extend(some);
        read += posts;
    }
    all.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    all.dedup_by(|(later, more), (earlier, held)| {
        let same = later == earlier;
        if same {
            held.merge(std::mem::take(more));
        }
        same
    });
    if all.is_empty() {
        let files = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ");
        bail!(told!(lang::spoken(), "no post in {files}", "{files} 中没有作品"));
    }
    tell_left_out(&all, read);
    Ok(all)
}

/// How many posts are not looked at, where a series has more than are kept of one.
fn tell_left_out(all: &[Series], read: u64) {
    let kept: u64 = all.iter().map(|(_, history)| history.posts().len() as u64).sum();
    let any_full = all.iter().any(|(_, history)| history.posts().len() == PostHistory::LIMIT);
    let (left_out, limit) = (read.saturating_sub(kept), PostHistory::LIMIT);
    if any_full && left_out > 0 {
        let (posts, left_out, read) = (counted(left_out, "post"), thousands(left_out), thousands(read));
        output::person(&told!(
            lang::spoken(),
            "{posts} of {read} left out: of a creator the latest {limit} on each platform are looked at, and each once",
            "共 {read} 个作品，未采用 {left_out} 个：每位达人的每种内容类型仅取最近 {limit} 个作品，重复者只计一次"
        ));
    }
}

/// The series of a file, and how many posts were read.
fn read_file(file: &Path, zone: Option<&Zone>, threads: usize) -> anyhow::Result<(Vec<Series>, u64)> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template(READING.of(lang::spoken()))?);
    let options = Options { threads, time_zone: zone.cloned(), ..Options::at(now()) };
    let imported = import::read(input(file), &options, &mut IgnoreRejects, &|progress| {
        if let Some(total) = progress.bytes_total {
            bar.set_length(total);
        }
        bar.set_position(progress.bytes);
    })?;
    bar.finish_and_clear();
    let summary = imported.summary();
    let is_of_posts = [Kind::PostsCsv, Kind::PostsNdjson, Kind::PostsParquet].contains(&summary.kind);
    let (rows, rejected) = (is_of_posts.then_some(summary.merged), summary.rejected_total());
    if rejected > 0 {
        let (file, rows, rejected) = (file.display(), counted(rejected, "row"), thousands(rejected));
        let lang = lang::spoken();
        output::person(&told!(lang, "{file}: {rows} left out as bad", "{file}：剔除 {rejected} 个错误行"));
    }
    let held = imported.fold(threads, Vec::new, |all, key, state| {
        if !state.posts.posts().is_empty() {
            all.push((key, state.posts));
        }
    });
    let all: Vec<Series> = held.into_iter().flatten().collect();
    let kept = all.iter().map(|(_, history)| history.posts().len() as u64).sum();
    // Rows of Xingtu's replies are creators too.
    Ok((all, rows.unwrap_or(kept)))
}
