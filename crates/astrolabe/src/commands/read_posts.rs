//! Files of posts in memory, for the verbs that look at posts and store nothing.

use std::path::{Path, PathBuf};

use anyhow::bail;
use domain::{CreatorKey, PostHistory};
use import::{IgnoreRejects, Options};
use indicatif::{ProgressBar, ProgressStyle};

use crate::commands::import::{READING, input};
use crate::lang::{self, told};
use crate::now::now;
use crate::output::{self, counted, thousands};

/// A creator on a platform, and the latest posts.
pub(crate) type Creator = (CreatorKey, PostHistory);

/// Reads files of any kind that `import` knows, joining what they tell of the same creator; in the order of creators.
///
/// # Errors
/// When a file cannot be read to its end, or none holds a post.
pub(crate) fn read_posts(files: &[PathBuf], threads: usize) -> anyhow::Result<Vec<Creator>> {
    let mut creators: Vec<Creator> = Vec::new();
    for file in files {
        creators.extend(read_file(file, threads)?);
    }
    creators.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    creators.dedup_by(|(later, more), (earlier, held)| {
        let same = later == earlier;
        if same {
            held.merge(std::mem::take(more));
        }
        same
    });
    if creators.is_empty() {
        let files = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ");
        bail!(told!(lang::spoken(), "no post in {files}", "{files} 中没有作品"));
    }
    Ok(creators)
}

fn read_file(file: &Path, threads: usize) -> anyhow::Result<Vec<Creator>> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template(READING.of(lang::spoken()))?);
    let options = Options { threads, ..Options::at(now()) };
    let imported = import::read(input(file), &options, &mut IgnoreRejects, &|progress| {
        if let Some(total) = progress.bytes_total {
            bar.set_length(total);
        }
        bar.set_position(progress.bytes);
    })?;
    bar.finish_and_clear();
    let rejected = imported.summary().rejected_total();
    if rejected > 0 {
        let (file, rows, rejected) = (file.display(), counted(rejected, "row"), thousands(rejected));
        let lang = lang::spoken();
        output::person(&told!(lang, "{file}: {rows} left out as bad", "{file}：剔除 {rejected} 个错误行"));
    }
    let held = imported.fold(threads, Vec::new, |creators, key, state| {
        if !state.posts.posts().is_empty() {
            creators.push((key, state.posts));
        }
    });
    Ok(held.into_iter().flatten().collect())
}
