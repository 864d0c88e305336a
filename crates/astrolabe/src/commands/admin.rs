//! `astrolabe admin`: the key of the admin API; and the API itself beside `serve`, where there is a key.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use catalog::Text;
use clap::{Args, Subcommand};
use gateway::admin::{Admin, AdminKey, AdminSecret};
use gateway::{Gateway, Served, TokenKey};
use store::Change;
use tokio::net::TcpListener;

use crate::cli::Common;
use crate::commands::{operator_store, serve};
use crate::data_dir::{AnyStore, DataDir};
use crate::lang::{self, told};
use crate::{output, token_key};

/// What is kept of the admin key: its keyed hash.
pub(crate) const ADMIN_HASH: &str = "admin.hash";

const SHOWN_ONCE: Text = Text::new(
    "the admin key, shown this once; a server that is running takes it when it is started again:",
    "管理 API 的密钥，仅显示这一次；运行中的服务器须重新启动后才生效：",
);

const NO_KEY: Text = Text::new(
    "there is no key for the admin API yet: astrolabe admin key makes one",
    "管理 API 尚无密钥：可用 astrolabe admin key 生成",
);

#[derive(Debug, Subcommand)]
pub(crate) enum AdminVerb {
    /// Make the key of the admin API, in place of the one before, and print it, once, on stdout
    Key(KeyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub(crate) async fn run(common: &Common, verb: &AdminVerb) -> anyhow::Result<()> {
    let data = DataDir::open(common)?;
    match verb {
        AdminVerb::Key(args) => {
            // Before it is made: there never is a key that the audit log does not know of.
            let store = operator_store(&data).await?;
            let token_key = token_key::of(&data, &*store).await?;
            store.note_change(Change::admin_key_made()).await?;
            let secret = make_key(&data, &token_key)?;
            output::person(SHOWN_ONCE.of(lang::spoken()));
            match args.json {
                true => output::json(&serde_json::json!({ "admin_key": secret.expose() })),
                false => output::result(secret.expose()),
            }
        }
    }
}

fn hash_file(data: &DataDir) -> PathBuf {
    data.path().join(ADMIN_HASH)
}

/// Makes a key and keeps its hash, whole or not at all.
fn make_key(data: &DataDir, token_key: &TokenKey) -> anyhow::Result<AdminSecret> {
    let secret = AdminSecret::generate()?;
    let key = AdminKey::of(secret.expose(), token_key);
    let file = hash_file(data);
    let write = || -> anyhow::Result<()> {
        // Readable by the owner only.
        let mut made = tempfile::NamedTempFile::new_in(data.path())?;
        made.write_all(key.as_bytes())?;
        made.as_file().sync_all()?;
        made.persist(&file)?;
        Ok(())
    };
    write().with_context(|| lang::cannot_write(&file))?;
    Ok(secret)
}

/// The key that was made, if any was.
fn read_key(data: &DataDir) -> anyhow::Result<Option<AdminKey>> {
    let file = hash_file(data);
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| lang::cannot_read(&file)),
    };
    match <[u8; AdminKey::LEN]>::try_from(bytes) {
        Ok(bytes) => Ok(Some(AdminKey::from_bytes(bytes))),
        Err(_) => {
            bail!(told!(
                lang::spoken(),
                "{} is not {} bytes long: make a new key with astrolabe admin key",
                "{} 的长度不是 {} 字节：请以 astrolabe admin key 生成新密钥",
                file.display(),
                AdminKey::LEN
            ))
        }
    }
}

/// The admin API, ready to serve.
pub(crate) struct AdminServer {
    admin: Admin,
    listener: TcpListener,
}

/// Where [`listen`] would listen, if anywhere.
///
/// # Errors
/// When the key cannot be read, or an address is named and there is no key.
pub(crate) fn would_listen(flag: Option<SocketAddr>, data: &DataDir) -> anyhow::Result<Option<SocketAddr>> {
    Ok(key_and_address(flag, data)?.map(|(_, address)| address))
}

/// The key and where to listen; warns, in the log, of an address that others can reach.
fn key_and_address(flag: Option<SocketAddr>, data: &DataDir) -> anyhow::Result<Option<(AdminKey, SocketAddr)>> {
    let key = read_key(data)?;
    anyhow::ensure!(key.is_some() || flag.is_none(), "{}", NO_KEY.of(lang::spoken()));
    let address = flag.unwrap_or(data.config.admin_listen);
    if key.is_some() && !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "the admin API's key would cross the network unencrypted: keep admin.listen on loopback, or put a TLS proxy in front"
        );
    }
    Ok(key.map(|key| (key, address)))
}

/// Listens for the operator, where there is an admin key; `flag` is the address of the command line.
///
/// # Errors
/// When the address is taken, the key cannot be read, or an address is named and there is no key.
pub(crate) fn listen(
    flag: Option<SocketAddr>,
    data: &DataDir,
    token_key: TokenKey,
    store: Arc<dyn AnyStore>,
    gateway: Arc<Gateway>,
) -> anyhow::Result<Option<AdminServer>> {
    let Some((key, address)) = key_and_address(flag, data)? else { return Ok(None) };
    let listener = serve::listen_at(address).with_context(|| {
        told!(
            lang::spoken(),
            "cannot listen at {address} for the admin API; --admin-listen {}:0 takes a free port",
            "管理 API 无法监听 {address}；--admin-listen {}:0 可任取空闲端口",
            address.ip()
        )
    })?;
    tracing::info!("admin API at http://{}", listener.local_addr()?);
    if !listener.local_addr()?.ip().is_loopback() {
        tracing::warn!("the admin API leaves this machine unencrypted: put a TLS proxy in front");
    }
    let admin = Admin {
        accounts: store.clone(),
        ledger: store,
        gateway,
        upstreams: data.config.upstream_names(),
        key,
        trusted_proxies: data.config.gateway.trusted_proxies,
        token_key,
        clock: gateway::system_clock(),
    };
    Ok(Some(AdminServer { admin, listener }))
}

impl AdminServer {
    /// Serves until `stopped`, then finishes what is in flight.
    pub(crate) async fn serve(self, stopped: impl Future<Output = ()>) {
        if gateway::admin::serve(self.admin, self.listener, stopped).await == Served::CutOff {
            tracing::warn!("some requests to the admin API were not answered in time");
        }
    }
}
