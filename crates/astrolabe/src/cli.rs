//! The verbs and the flags they share.

use std::path::PathBuf;

use catalog::Lang;
use clap::{Args, Parser, Subcommand};

use crate::commands::{
    account, admin, audit, backtest, backup, calls, compare, cp, creator, demo, fit, history, import, ledger, mcp,
    move_to_postgres, openapi, plan, price, rank, reestimate, restore, samples, serve, synth, token, upstream, usage,
};
use crate::lang;

/// Tells what a placement with a Douyin creator costs for what it brings · 投放一位抖音达人，花多少钱、换来什么
#[derive(Debug, Parser)]
#[command(name = "astrolabe", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The heading of [`Common`] in every help.
const EVERYWHERE: &str = "Everywhere";

/// Flags of every verb.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The data directory: the database and the key of its tokens [default: a directory of the user's]
    #[arg(long, global = true, value_name = "DIR", env = "ASTROLABE_DATA", help_heading = EVERYWHERE)]
    pub(crate) data: Option<PathBuf>,
    /// The PostgreSQL database that holds creators, accounts and calls, in place of the one in the data directory, such as
    /// postgres://USER@HOST/NAME; better given as the environment variable where it holds a password
    #[arg(long, global = true, value_name = "URL", help_heading = EVERYWHERE)]
    #[arg(env = "ASTROLABE_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// The configuration file [default: astrolabe.toml in the data directory, where there is one]
    #[arg(long, global = true, value_name = "FILE", env = "ASTROLABE_CONFIG", help_heading = EVERYWHERE)]
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
    /// Estimate all creators anew from the posts held, by the settings in use: after a change of them
    Reestimate(reestimate::ReestimateArgs),
    /// Show what a placement with a creator costs for what it brings
    Cp(cp::CpArgs),
    /// Show a creator's figures over time: what moved them, and what later posts did
    History(history::HistoryArgs),
    /// Rank creators by cost, price, expected views, hot share or followers
    Rank(Box<rank::RankArgs>),
    /// Put some creators side by side, with their place among their peers and a fair price
    Compare(compare::CompareArgs),
    /// Plan which creators to book for a budget
    Plan(Box<plan::PlanArgs>),
    /// Delete what is held of a creator
    #[command(subcommand)]
    Creator(creator::CreatorVerb),
    /// Make, credit, limit and list accounts
    #[command(subcommand)]
    Account(account::AccountVerb),
    /// Make, limit, replace and list the tokens accounts call with
    #[command(subcommand)]
    Token(token::TokenVerb),
    /// Make the key of the admin API, which serve then opens on a listener of its own
    #[command(subcommand)]
    Admin(admin::AdminVerb),
    /// List what operators changed, newest first
    Audit(audit::AuditArgs),
    /// Set and list what a success of an endpoint costs
    #[command(subcommand)]
    Price(price::PriceVerb),
    /// List the paid calls, and settle those nobody knows the end of
    #[command(subcommand)]
    Calls(calls::CallsVerb),
    /// Check the books
    #[command(subcommand)]
    Ledger(ledger::LedgerVerb),
    /// Copy the databases and keys of the data directory to a new folder, while servers go on
    Backup(backup::BackupArgs),
    /// Restore a backup, once every server is stopped
    Restore(restore::RestoreArgs),
    /// Copy everything in the data directory to an empty PostgreSQL database, once every server is stopped
    MoveToPostgres(move_to_postgres::MoveArgs),
    /// Sum up successes and what they cost, by day, endpoint, token or account
    Usage(usage::UsageArgs),
    /// Show and mend the paid upstreams that answers are bought from, and try it all on a stand-in
    #[command(subcommand)]
    Upstream(upstream::UpstreamVerb),
    /// Print the OpenAPI document of the API
    Openapi(openapi::OpenapiArgs),
    /// Print a program that calls an endpoint
    Samples(samples::SamplesArgs),
    /// Offer the endpoints of a server to an assistant, as tools of the Model Context Protocol on stdin and stdout
    Mcp(mcp::McpArgs),
    /// Write a synthetic marketplace with the statistics of real creators
    Synth(synth::SynthArgs),
    /// Score methods of expected views: forecasts of each next post from the earlier ones
    Backtest(backtest::BacktestArgs),
    /// Fit the coefficients of the methods that need some to your own posts
    Fit(fit::FitArgs),
}

impl Verb {
    /// The language in which the verb says what went wrong.
    pub(crate) fn lang(&self) -> Lang {
        match self {
            Self::Cp(args) => args.out.lang(),
            Self::History(args) => args.out.lang(),
            Self::Rank(args) => args.out.lang(),
            Self::Compare(args) => args.out.lang(),
            Self::Plan(args) => args.out.lang(),
            Self::Import(args) => args.lang(),
            _ => lang::of_locale(),
        }
    }
}
