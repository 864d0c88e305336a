//! `astrolabe synth`: a synthetic marketplace, to try things on.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use synth::Plan;

use crate::lang::{self, told};
use crate::output::{self, thousands};

#[derive(Debug, Args)]
pub(crate) struct SynthArgs {
    /// How many creators
    #[arg(long, default_value_t = 2_000)]
    creators: u64,
    /// How many posts in all
    #[arg(long, default_value_t = 100_000)]
    posts: u64,
    /// Another seed, another marketplace; the same seed, the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The directory to write posts and rate cards into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The format of both files
    #[arg(long, value_enum, default_value_t = SynthFormat::Csv)]
    format: SynthFormat,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SynthFormat {
    Csv,
    Parquet,
}

/// Runs the verb.
pub(crate) fn run(args: &SynthArgs) -> anyhow::Result<()> {
    let format = match args.format {
        SynthFormat::Csv => synth::Format::Csv,
        SynthFormat::Parquet => synth::Format::Parquet,
    };
    let bar = ProgressBar::new(args.posts);
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent}% {eta}")?);
    let written =
        synth::write(&Plan::new(args.creators, args.posts, args.seed), &args.out, format, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })?;
    bar.finish_and_clear();
    let (posts_file, prices_file) = (written.posts_file.display(), written.rate_cards_file.display());
    output::person(&told!(
        lang::spoken(),
        "wrote {0} posts of {1} creators to {posts_file} ({2} rows, some posts being captured twice) and their prices to \
         {prices_file}; next: astrolabe import {posts_file} {prices_file}",
        "已将 {1} 位达人的 {0} 个作品写入 {posts_file}（{2} 行，部分作品采集了两次），报价写入 {prices_file}；\
         下一步：astrolabe import {posts_file} {prices_file}",
        thousands(written.posts),
        thousands(written.creators),
        thousands(written.post_rows)
    ));
    match args.json {
        true => output::json(&json!({
            "posts_file": posts_file.to_string(),
            "rate_cards_file": prices_file.to_string(),
            "posts": written.posts,
            "post_rows": written.post_rows,
            "creators": written.creators,
        })),
        false => Ok(()),
    }
}
