//! `astrolabe upstream unpark`.

use clap::Args;
use store::UpstreamStore;

use crate::lang::{self, told};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct UnparkArgs {
    /// The upstream's name in the configuration
    #[arg(value_name = "NAME")]
    name: String,
}

/// Ends the parking of an upstream, for every server.
pub(super) async fn run(store: &(impl UpstreamStore + ?Sized), args: &UnparkArgs) -> anyhow::Result<()> {
    let (name, lang) = (&args.name, lang::spoken());
    match store.unpark_upstream(name).await? {
        true => output::person(&told!(
            lang,
            "upstream {name} is asked again, by every server within a second",
            "已恢复询问上游 {name}，各服务器将在一秒内生效"
        )),
        false => output::person(&told!(
            lang,
            "upstream {name} was not parked; `astrolabe upstream status` shows those there are",
            "上游 {name} 并未暂停；`astrolabe upstream status` 可列出上游"
        )),
    }
    Ok(())
}
