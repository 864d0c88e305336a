//! `astrolabe upstream simulate`.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use simulator::{Script, Settings, Simulator};

use crate::commands::serve::stop_signal;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8610")]
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
    let script = match &args.script {
        Some(file) => {
            let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            Script::from_json(&text).with_context(|| format!("{} is no script", file.display()))?
        }
        None => Script::default(),
    };
    let latency = Duration::from_millis(args.latency_ms);
    let settings = Settings { listen: args.listen, token: args.token.clone(), latency, script };
    let simulator = Simulator::start(settings).await.with_context(|| format!("cannot listen at {}", args.listen))?;
    output::result(&format!("ASTROLABE_UPSTREAM_URL={}", simulator.base_url()))?;
    output::person(&format!(
        "A stand-in upstream; it accepts the token {}. To put Astrolabe in front of it, in astrolabe.toml:\n\n\
         [answer]\nsources = [\"local\", \"cache\", \"upstream\"]\n\n\
         [[upstreams]]\nname = \"simulated\"\nbase_url = \"{}\"\ntoken_env = \"UPSTREAM_TOKEN\"\nprice_yuan = \"0.05\"\n\n\
         then: UPSTREAM_TOKEN={} astrolabe serve",
        output::shell_word(&args.token),
        simulator.base_url(),
        output::shell_word(&args.token),
    ));
    stop_signal()?.await;
    output::person(&serde_json::to_string(&simulator.counts())?);
    Ok(())
}
