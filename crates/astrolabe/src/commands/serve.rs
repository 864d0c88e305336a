//! `astrolabe serve`: the endpoint, from the data directory.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use gateway::{Gateway, Served};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Common;
use crate::data_dir::DataDir;
use crate::{logging, output};

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 takes a free one [default: server.listen, 127.0.0.1:8600]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, args: &ServeArgs) -> anyhow::Result<()> {
    let data = DataDir::open(common)?;
    logging::start(data.config.log_level)?;
    let listener = bind(args.listen.unwrap_or(data.config.listen)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let gateway = gateway(&data, Arc::new(data.store()?)).await?;
    let stopped = stop_signal()?;
    tracing::info!(%url, data = %data.path().display(), "serving");
    if !listener.local_addr()?.ip().is_loopback() {
        tracing::warn!("tokens cross the network unencrypted: put a TLS proxy in front");
    }
    output::result(&format!("ASTROLABE_URL={url}"))?;
    serve_until(gateway, listener, stopped).await
}

/// Puts the server together.
pub(crate) async fn gateway(data: &DataDir, store: Arc<dyn gateway::Store>) -> anyhow::Result<Arc<Gateway>> {
    let clock = gateway::system_clock();
    Gateway::new(store, data.token_key()?, clock, data.config.gateway).await.context("the data cannot be read")
}

/// Listens at an address.
pub(crate) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen at {address}; --listen {}:0 takes a free port", address.ip()))
}

/// Completes when the process is asked to end (SIGTERM, SIGINT).
pub(crate) fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot watch for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot watch for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("asked to stop; finishing what is in flight");
    })
}

/// Serves until `stopped`, then finishes what is in flight.
pub(crate) async fn serve_until(
    gateway: Arc<Gateway>,
    listener: TcpListener,
    stopped: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    match gateway::serve(gateway, listener, stopped).await {
        Served::Drained => tracing::info!("stopped; every request was answered"),
        Served::CutOff => tracing::warn!("stopped; some requests were not answered in time"),
    }
    Ok(())
}
