//! `astrolabe upstream`: how the paid upstreams are, what was bought from them, and a stand-in to try everything on.

mod reasons;
mod replay;
mod simulate;
mod status;
mod unpark;

use clap::Subcommand;

use crate::cli::Common;
use crate::commands::operator_store;
use crate::data_dir::DataDir;

#[derive(Debug, Subcommand)]
pub(crate) enum UpstreamVerb {
    /// Show how each upstream is: success rate, codes, latency, parking, breaker, spending, drift
    Status(status::StatusArgs),
    /// Ask a parked upstream again, from now on
    Unpark(unpark::UnparkArgs),
    /// Read the kept bodies of bought answers again, without asking anybody
    Replay(replay::ReplayArgs),
    /// Serve a stand-in upstream that fails as its script says
    Simulate(simulate::SimulateArgs),
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, verb: &UpstreamVerb) -> anyhow::Result<()> {
    if let UpstreamVerb::Simulate(args) = verb {
        return simulate::run(args).await;
    }
    let data = DataDir::held(common)?;
    let store = operator_store(&data).await?;
    match verb {
        UpstreamVerb::Status(args) => status::run(&*store, &data.config, args).await,
        UpstreamVerb::Unpark(args) => unpark::run(&*store, &data.config, args).await,
        UpstreamVerb::Replay(args) => replay::run(&*store, &data.config, args).await,
        UpstreamVerb::Simulate(args) => simulate::run(args).await,
    }
}
