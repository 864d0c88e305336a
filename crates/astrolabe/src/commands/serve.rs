//! `astrolabe serve`: the endpoint, from the data directory.

mod check;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use catalog::{Lang, Text};
use clap::Args;
use gateway::{Gateway, OnLoss, Served, SharedRates, SourceKind, Stores, TokenKey, UpstreamSource};
use rates_redis::RedisRates;
use store::RateStore;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::admin;
use super::import::cores;
use crate::cli::Common;
use crate::config::{self, KeptIn, UpstreamConfig};
use crate::data_dir::{AnyStore, DataDir};
use crate::flags::parse_address;
use crate::lang::{self, told};
use crate::signals::stop_signal;
use crate::{balance, descriptors, logging, output, reference, servers, token_key};

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 takes a free one [default: server.listen, 127.0.0.1:8600]
    #[arg(long, value_name = "ADDR", value_parser = parse_address)]
    listen: Option<SocketAddr>,
    /// Where the admin API listens, whose key `astrolabe admin key` makes [default: admin.listen, 127.0.0.1:8601]
    #[arg(long, value_name = "ADDR", value_parser = parse_address)]
    admin_listen: Option<SocketAddr>,
    /// Where rates are kept [default: redis with --redis, otherwise rates.kept_in, memory]
    #[arg(long, value_name = "WHERE")]
    rates: Option<KeptIn>,
    /// Keep rates together with other servers in this Redis or Valkey, such as redis://127.0.0.1:6379/0
    #[arg(long, value_name = "URL", env = "ASTROLABE_REDIS", hide_env_values = true)]
    redis: Option<String>,
    /// Say whether a server would start and what it would do, without listening, migrating, making or buying anything
    #[arg(long)]
    check: bool,
    /// Print JSON for programs
    #[arg(long, requires = "check")]
    json: bool,
}

const NO_REDIS: Text =
    Text::new("rates are kept in Redis: name it with --redis URL", "速率计数存放于 Redis：请以 --redis URL 指定");

const NOT_SERVED: Text = Text::new(
    "not served: restore the newest backup that astrolabe ledger verify finds right, or set meter.verify_at_start = false",
    "未启动：请恢复最近一份经 astrolabe ledger verify 检查无误的备份，或设置 meter.verify_at_start = false",
);

const REDIS: Text = Text::new("cannot use the Redis that --redis names", "无法使用 --redis 所指定的 Redis");

/// Runs the verb.
pub(crate) fn run(common: &Common, args: &ServeArgs) -> anyhow::Result<()> {
    let mut data = if args.check { DataDir::look(common)? } else { DataDir::open(common)? };
    logging::start(data.config.log)?;
    let upstream_calls = data.config.upstreams.iter().map(UpstreamConfig::concurrency).sum();
    descriptors::share_out(&mut data.config.gateway.connections_max, upstream_calls);
    let runtime = runtime(&data)?;
    match args.check {
        true => runtime.block_on(check::run(args, &data)),
        false => runtime.block_on(listen_and_serve(args, &data)),
    }
}

/// The runtime of a server, with the threads the settings name.
pub(crate) fn runtime(data: &DataDir) -> anyhow::Result<Runtime> {
    // An answer takes microseconds, so waking a sleeping thread costs more than answering on one that is awake; the core
    // left over is for the kernel's network work and for reading answers that are not in memory.
    let threads = match data.config.threads {
        0 => cores().saturating_sub(1).max(1),
        threads => threads,
    };
    Builder::new_multi_thread().worker_threads(threads).enable_all().build().context("cannot start the runtime")
}

async fn listen_and_serve(args: &ServeArgs, data: &DataDir) -> anyhow::Result<()> {
    let listener = bind(args.listen.unwrap_or(data.config.listen))?;
    let url = format!("http://{}", listener.local_addr()?);
    // Of what the server does itself nothing is in the audit log: the only operator here is the one of the admin API.
    let store = data.store("admin-api").await?;
    check(&*store, data).await?;
    expect_commits(&*store).await;
    let key = token_key::of(data, &*store).await?;
    let rates = shared_rates(args, data, &key).await?;
    let upstreams = upstreams(data)?;
    config::warn_of_upstreams(&data.config);
    config::warn_of_proxies(&data.config);
    let stores = Stores { creators: store.clone(), meter: store.clone(), rates, upstreams };
    let gateway = gateway(data, key.clone(), stores).await?;
    settle_after_dead(&gateway, data.path()).await;
    reference::show(&gateway, &data.config, &url, store.clone()).await?;
    let admin = admin::listen(args.admin_listen, data, key, store, gateway.clone())?;
    let stopped = stop_signal()?;
    tracing::info!(%url, data = %data.place_in(Lang::En), server = %gateway.server(), "serving");
    warn_of_network(listener.local_addr()?);
    output::result(&format!("ASTROLABE_URL={url}"))?;
    let Some(admin) = admin else { return serve_until(gateway, listener, stopped).await };
    // Both end at the same signal.
    let (stop_admin, admin_stopped) = oneshot::channel::<()>();
    let admin = tokio::spawn(admin.serve(async {
        let _ = admin_stopped.await;
    }));
    let stopped = async {
        stopped.await;
        drop(stop_admin);
    };
    serve_until(gateway, listener, stopped).await?;
    admin.await.context("the admin API broke off")
}

/// The server has no TLS of its own.
fn warn_of_network(listens_at: SocketAddr) {
    if !listens_at.ip().is_loopback() {
        tracing::warn!("tokens cross the network unencrypted: put a TLS proxy in front");
    }
}

/// Settles at once what servers of the data directory left that died, and lets the next one know of this one. Where that fails, it is
/// settled a little later all the same: as silence and expiry tell.
async fn settle_after_dead(gateway: &Gateway, dir: &Path) {
    let settled = async {
        servers::begin(dir, gateway.server())?;
        for dead in servers::dead(dir)? {
            gateway::settle_after(gateway, dead.server).await?;
            dead.forget()?;
        }
        anyhow::Ok(())
    };
    if let Err(error) = settled.await {
        let error: &(dyn std::error::Error + 'static) = error.as_ref();
        tracing::warn!(error, "what a server that died left here is not settled at once, but when its holds expire");
    }
}

/// Looks whether the store can be served from: whatever is wrong with it, it is better told now than with each answer.
async fn check(store: &dyn AnyStore, data: &DataDir) -> anyhow::Result<()> {
    store.check_writable().await?;
    if data.config.verify_at_start {
        balance::check(store).await.context(NOT_SERVED.of(lang::spoken()))?;
    }
    Ok(())
}

async fn expect_commits(store: &dyn AnyStore) {
    if let Err(error) = store.expect_commits().await {
        let error: &(dyn std::error::Error + 'static) = &error;
        tracing::warn!(error, "the ledger's log is not made as long as it becomes: commits take longer for a while");
    }
}

fn rates_kept_in(args: &ServeArgs, data: &DataDir) -> KeptIn {
    let of_settings = if args.redis.is_some() { KeptIn::Redis } else { data.config.rates_kept_in };
    args.rates.unwrap_or(of_settings)
}

/// The rates that servers share, where they do.
async fn shared_rates(args: &ServeArgs, data: &DataDir, key: &TokenKey) -> anyhow::Result<Option<SharedRates>> {
    let store: Arc<dyn RateStore> = match rates_kept_in(args, data) {
        KeptIn::Memory => return Ok(None),
        KeptIn::Database => Arc::new(data.database_rates().await?),
        KeptIn::Redis => {
            let url = args.redis.as_ref().context(NO_REDIS.of(lang::spoken()))?;
            // Others may use the same Redis; replicas have the same key.
            let prefix = format!("astrolabe:{}:rate:", key.installation());
            let root_certificate = data.config.redis_root_certificate.as_deref();
            let connected = RedisRates::connect_or_wait(url, &prefix, root_certificate).await;
            let refused = REDIS.of(lang::spoken());
            match connected.context(refused)? {
                (rates, None) => Arc::new(rates),
                (rates, Some(away)) if data.config.rates_on_loss == OnLoss::Open => {
                    let error = &away as &dyn std::error::Error;
                    tracing::warn!(
                        error,
                        "the shared rates are out of reach: each server keeps its own until they are there"
                    );
                    Arc::new(rates)
                }
                (_, Some(away)) => return Err(away).context(refused),
            }
        }
    };
    Ok(Some(SharedRates { store, on_loss: data.config.rates_on_loss }))
}

/// The upstreams, where answers are to come from any.
fn upstreams(data: &DataDir) -> anyhow::Result<Option<UpstreamSource>> {
    let config = &data.config;
    if !config.gateway.sources.uses(SourceKind::Upstream) {
        return Ok(None);
    }
    let upstreams = config::upstream_settings(&config.upstreams)?;
    Ok(Some(UpstreamSource { upstreams, settings: config.upstream.clone() }))
}

/// Puts the server together.
pub(crate) async fn gateway(data: &DataDir, key: TokenKey, stores: Stores) -> anyhow::Result<Arc<Gateway>> {
    let clock = gateway::system_clock();
    Gateway::new(stores, key, clock, data.config.gateway)
        .await
        .context(Text::new("the server cannot start", "服务器无法启动").of(lang::spoken()))
}

/// How many connections may wait to be accepted; the system may cut that (`net.core.somaxconn`). With the 128 of the standard library those
/// beyond in a burst of clients would try again after a second.
const WAITING_MAX: u32 = 4096;

/// Listens at an address.
pub(crate) fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // So that a server may start right after one that ended; on Windows it would let two have the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING_MAX)
}

/// Listens where clients ask.
pub(crate) fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    listen_at(address).with_context(|| {
        told!(
            lang::spoken(),
            "cannot listen at {address}; --listen {}:0 takes a free port",
            "无法监听 {address}；--listen {}:0 可任取空闲端口",
            address.ip()
        )
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

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::time::Duration;

    use super::*;

    /// Linux takes one more than it is told, and lets the next ones try again after a second.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_burst_of_connections_waits_to_be_accepted_and_none_is_turned_away() {
        let system = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
        let burst = system.trim().parse().unwrap_or(128).min(400);
        let listener = listen_at("127.0.0.1:0".parse().expect("an address")).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let connected: Vec<_> =
            (0..burst).map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(500))).collect();
        assert_eq!(connected.iter().filter(|stream| stream.is_err()).count(), 0);
    }
}
