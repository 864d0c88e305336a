//! `astrolabe upstream simulate`.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use catalog::Text;
use clap::Args;
use simulator::{Script, Settings, Simulator};

use crate::flags::parse_address;
use crate::lang::{self, told};
use crate::output;
use crate::signals::stop_signal;

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8610", value_parser = parse_address)]
    listen: SocketAddr,
    /// The one token it accepts: not a secret
    #[arg(long, value_name = "TEXT", default_value = "simulated")]
    token: String,
    /// How long it takes over each answer, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 50)]
    latency_ms: u64,
    /// What goes wrong: a JSON file of rules, as docs/upstream.md shows
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

/// Serves until it is asked to end.
pub(super) async fn run(args: &SimulateArgs) -> anyhow::Result<()> {
    let lang = lang::spoken();
    let script = match &args.script {
        Some(file) => {
            let text = fs::read_to_string(file).with_context(|| lang::cannot_read(file))?;
            Script::from_json(&text).with_context(|| {
                let file = file.display();
                told!(lang, "{file} is no script", "{file} 不是脚本")
            })?
        }
        None => Script::default(),
    };
    let latency = Duration::from_millis(args.latency_ms);
    let settings = Settings { listen: args.listen, token: args.token.clone(), latency, script };
    let simulator = Simulator::start(settings).await.with_context(|| {
        let address = args.listen;
        told!(lang, "cannot listen at {address}", "无法监听 {address}")
    })?;
    output::result(&format!("ASTROLABE_UPSTREAM_URL={}", simulator.base_url()))?;
    let (token, url) = (output::shell_word(&args.token), simulator.base_url());
    let intro = told!(
        lang,
        "A stand-in upstream; it accepts the token {token}. To put Astrolabe in front of it, in astrolabe.toml:",
        "模拟上游，接受令牌 {token}。如需让 Astrolabe 使用它，请在 astrolabe.toml 中写入："
    );
    output::person(&format!(
        "{intro}\n\n\
         [answer]\nsources = [\"local\", \"cache\", \"upstream\"]\n\n\
         [[upstreams]]\nname = \"simulated\"\nbase_url = \"{url}\"\ntoken_env = \"UPSTREAM_TOKEN\"\nprice_yuan = \"0.05\"\n\n\
         {}{}UPSTREAM_TOKEN={token} astrolabe serve",
        Text::new("then", "然后运行").of(lang),
        lang.colon()
    ));
    stop_signal()?.await;
    output::person(&serde_json::to_string(&simulator.counts())?);
    Ok(())
}
