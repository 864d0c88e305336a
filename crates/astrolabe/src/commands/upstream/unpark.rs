//! `astrolabe upstream unpark`.

use catalog::Text;
use clap::Args;
use domain::BusinessCode;
use gateway::{UpstreamStanding, UpstreamState};
use serde_json::json;
use store::UpstreamStore;

use crate::commands::upstream_names;
use crate::config::Config;
use crate::lang::{self, told};
use crate::now::now;
use crate::output;

const OLD_TOKEN: Text = Text::new(
    "It did not accept the token, and each server reads that once, when it starts: one that was not restarted since the right one \
     is in its place is refused again, which parks the upstream for all.",
    "暂停的原因是上游不接受令牌，而令牌只在服务器启动时读取一次：更换令牌之后没有重启的服务器会再次被拒绝，上游将对所有服务器再次暂停。",
);

#[derive(Debug, Args)]
pub(crate) struct UnparkArgs {
    /// The upstream's name in the configuration
    #[arg(value_name = "NAME")]
    name: String,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Ends the parking of an upstream, for every server.
///
/// # Errors
/// When there is no upstream of the name.
pub(super) async fn run(
    store: &(impl UpstreamStore + ?Sized),
    config: &Config,
    args: &UnparkArgs,
) -> anyhow::Result<()> {
    let (name, lang) = (&args.name, lang::spoken());
    // Before anything is written: a name that is misspelt is told as that.
    let upstreams = UpstreamStanding::all(store, &config.upstream_names(), now()).await?;
    let Some(upstream) = upstreams.iter().find(|upstream| upstream.name == *name) else {
        return Err(upstream_names::no_such_upstream(name, &upstream_names::asked_by(&upstreams)));
    };
    let has_wrong_token =
        matches!(upstream.state(), UpstreamState::Parked { code, .. } if code == BusinessCode::InvalidToken.number());
    let was_parked = store.unpark_upstream(name).await?;
    match was_parked {
        true => output::person(&told!(
            lang,
            "upstream {name} is asked again, by every server within a second",
            "已恢复询问上游 {name}，各服务器将在一秒内生效"
        )),
        false => output::person(&told!(lang, "upstream {name} was not parked", "上游 {name} 并未暂停")),
    }
    if was_parked && has_wrong_token {
        output::person(OLD_TOKEN.of(lang));
    }
    if args.json { output::json(&json!({ "upstream": name, "was_parked": was_parked })) } else { Ok(()) }
}
