//! `astrolabe upstream unpark`.

use clap::Args;
use store::UpstreamStore;

use crate::output;

#[derive(Debug, Args)]
pub(crate) struct UnparkArgs {
    /// The upstream's name in the configuration
    #[arg(value_name = "NAME")]
    name: String,
}

/// Ends the parking of an upstream, for every server.
pub(super) async fn run(store: &(impl UpstreamStore + ?Sized), args: &UnparkArgs) -> anyhow::Result<()> {
    let name = &args.name;
    match store.unpark_upstream(name).await? {
        true => output::person(&format!("upstream {name} is asked again, by every server within a second")),
        false => output::person(&format!(
            "upstream {name} was not parked; `astrolabe upstream status` shows those there are"
        )),
    }
    Ok(())
}
