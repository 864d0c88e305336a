//! `astrolabe demo`: everything at once, on a made-up marketplace, to see what Astrolabe does.

use std::env;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, bail};
use catalog::{AUTHOR_CP_INFO, Text};
use clap::Args;
use domain::{CreatorKey, Platform, UnixTime};
use gateway::Sources;
use store::{AccountStore, CreatorStore, StoreError};
use store_sqlite::SqliteStore;
use synth::Plan;
use tokio::net::TcpListener;

use super::import::{FileJob, RejectsFile, cores, import_file};
use super::{serve, token};
use crate::cli::Common;
use crate::data_dir::DataDir;
use crate::flags::parse_address;
use crate::lang::{self, told};
use crate::now::now;
use crate::signals::stop_signal;
use crate::{descriptors, errors, logging, output, reference, token_key};

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Where to listen; port 0 takes a free one [default: server.listen, or a free port when that one is taken]
    #[arg(long, value_name = "ADDR", value_parser = parse_address)]
    listen: Option<SocketAddr>,
}

const FOLDER: Text = Text::new("cannot make a folder for the marketplace", "无法为该市场创建文件夹");

const NO_DATABASE: Text = Text::new(
    "demo keeps its marketplace in a file of its own: leave --database out",
    "demo 的市场数据存放在单独的文件中：请去掉 --database",
);

/// The account the demo's tokens belong to.
const ACCOUNT: &str = "demo";

/// How long a demo's token works.
const TOKEN_DAYS: u32 = 30;

/// Runs the verb.
pub(crate) fn run(common: &Common, args: &DemoArgs) -> anyhow::Result<()> {
    // The variable is for the other verbs; whoever gives the flag means this one.
    if common.database.is_some() && common.database != env::var("ASTROLABE_DATABASE").ok() {
        bail!(NO_DATABASE.of(lang::spoken()));
    }
    let mut data = DataDir::open_demo(common)?;
    logging::start(data.config.log)?;
    // Nothing is bought of creators who are made up.
    data.config.gateway.sources = Sources::default();
    descriptors::share_out(&mut data.config.gateway.connections_max, 0);
    serve::runtime(&data)?.block_on(fill_and_serve(args, &data))
}

async fn fill_and_serve(args: &DemoArgs, data: &DataDir) -> anyhow::Result<()> {
    let listener = listen(args, data)?;
    // In a file of its own, whatever database other verbs use.
    let store = data.sqlite_store()?;
    let author_id = synth::demo_creator(now()).author_id;
    let key = CreatorKey { author_id, platform: Platform::ShortVideo };
    if !is_filled(&store, &key).await? {
        fill(data, &store)?;
    }
    let token_key = token_key::of(data, &store).await?;
    let secret = make_token(&store, &token_key).await?;
    let store = Arc::new(store);
    let gateway = serve::gateway(data, token_key, gateway::Stores::of(store.clone())).await?;
    let stopped = stop_signal()?;
    let url = format!("http://{}", listener.local_addr()?);
    reference::show(&gateway, &data.config, &url, store).await?;
    // Connections are taken from the moment the listener was bound, so whoever reads these lines may ask.
    output::result(&format!(
        "ASTROLABE_URL={url}\nASTROLABE_TOKEN={}\nASTROLABE_AUTHOR={}",
        secret.expose(),
        key.author_id
    ))?;
    let (place, secret, path, author) = (data.path().display(), secret.expose(), AUTHOR_CP_INFO.path, &key.author_id);
    let curl = format!("curl -H 'Authorization: Bearer {secret}' '{url}{path}?oAuthorId={author}'");
    output::person(&told!(
        lang::spoken(),
        "\nServing a made-up marketplace from {place}. Ask it:\n\n  {curl}\n\n\
         Or open {url} in a browser. Existing clients work with this base URL and token. Ctrl-C stops.\n",
        "\n已启动合成的达人市场，数据位于 {place}。可这样查询：\n\n  {curl}\n\n\
         或在浏览器中打开 {url}。现有客户端换用此地址与令牌即可使用。按 Ctrl-C 停止。\n"
    ));
    serve::serve_until(gateway, listener, stopped).await
}

/// The address asked for; when none was and the default one is taken, a free port.
fn listen(args: &DemoArgs, data: &DataDir) -> anyhow::Result<TcpListener> {
    if let Some(address) = args.listen {
        return serve::bind(address);
    }
    let default = data.config.listen;
    match serve::listen_at(default) {
        Ok(listener) => Ok(listener),
        Err(error) => {
            output::person(&told!(
                lang::spoken(),
                "cannot listen at {default} ({}); taking a free port",
                "无法监听 {default}（{}）；改用空闲端口",
                errors::of_value(&error)
            ));
            serve::bind(SocketAddr::new(default.ip(), 0))
        }
    }
}

/// Whether the marketplace is complete: prices are imported last.
async fn is_filled(store: &(impl CreatorStore + ?Sized), demo: &CreatorKey) -> anyhow::Result<bool> {
    Ok(store.state(demo).await?.is_some_and(|state| !state.rate_card.is_empty()))
}

/// Makes the marketplace and imports it the way any files are imported.
fn fill(data: &DataDir, store: &SqliteStore) -> anyhow::Result<()> {
    let started = Instant::now();
    let lang = lang::spoken();
    output::person(Text::new("making a marketplace of 2,000 creators", "正在生成 2,000 位达人的市场").of(lang));
    let folder = tempfile::tempdir_in(data.path()).context(FOLDER.of(lang))?;
    let plan = Plan { newest: now(), demo: true, ..Plan::new(2_000, 100_000, 1) };
    let written = synth::write(&plan, folder.path(), synth::Format::Csv, &mut |_, _| {})?;
    let mut rejects = RejectsFile::new(None, data.path())?;
    for file in [&written.posts_file, &written.rate_cards_file] {
        let job = FileJob {
            file,
            kind: None,
            captured_at: None,
            time_zone: None,
            strict: true,
            dry_run: false,
            threads: cores(),
            settings: &data.config.estimate,
        };
        import_file(&job, store, &mut rejects)?;
    }
    output::person(&told!(lang, "done in {:.1} s", "完成，用时 {:.1} 秒", started.elapsed().as_secs_f64()));
    Ok(())
}

async fn make_token(store: &SqliteStore, key: &gateway::TokenKey) -> anyhow::Result<gateway::TokenSecret> {
    match store.create_account(ACCOUNT, now()).await {
        Ok(_) | Err(StoreError::AccountExists(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let expires_at = UnixTime(now().0.saturating_add(TOKEN_DAYS * UnixTime::DAY));
    token::create(store, key, ACCOUNT, Some(expires_at)).await
}
