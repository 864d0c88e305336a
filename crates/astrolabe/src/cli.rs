//! The verbs and the flags they share.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::{account, cp, demo, import, serve, synth, token};

/// Tells what a placement with a Douyin creator costs for what it brings · 投放一位抖音达人，花多少钱、换来什么
#[derive(Debug, Parser)]
#[command(name = "astrolabe", version, max_term_width = 120)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Flags of every verb.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The data directory: the database and the key of its tokens [default: a directory of the user's]
    #[arg(long, global = true, value_name = "DIR", env = "ASTROLABE_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// The configuration file [default: astrolabe.toml in the data directory, where there is one]
    #[arg(long, global = true, value_name = "FILE", env = "ASTROLABE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Serve a synthetic marketplace, ready to be asked: the way to try Astrolabe
    Demo(demo::DemoArgs),
    /// Serve the endpoint from the data directory
    Serve(serve::ServeArgs),
    /// Import posts, rate cards or Xingtu replies: CSV, NDJSON, Parquet or JSON, plain, gzip or zstd
    Import(import::ImportArgs),
    /// Show what a placement with a creator costs for what it brings
    Cp(cp::CpArgs),
    /// Make and list accounts
    #[command(subcommand)]
    Account(account::AccountVerb),
    /// Make, list, disable and enable the tokens accounts call with
    #[command(subcommand)]
    Token(token::TokenVerb),
    /// Write a synthetic marketplace with the statistics of real creators
    Synth(synth::SynthArgs),
}
