//! The names of upstreams that a verb may be given: one that is misspelt is told as that, and not as one of whom there is nothing.

use std::collections::BTreeSet;

use catalog::Text;
use gateway::UpstreamStanding;
use store::{BoughtFilter, MeterStore, UpstreamStore};

use crate::commands::calls;
use crate::config::Config;
use crate::lang::{self, told};
use crate::now::now;

/// Looks whether there is anything of an upstream.
///
/// # Errors
/// When it is not configured, no server told of it in the last day, nothing that was bought from it is kept, and no unknown call asked it;
/// with the names there are.
pub(super) async fn check(
    store: &(impl UpstreamStore + MeterStore + ?Sized),
    config: &Config,
    name: &str,
) -> anyhow::Result<()> {
    let mut names = asked_by(&UpstreamStanding::all(store, &config.upstream_names(), now()).await?);
    let of_it = BoughtFilter { upstream: Some(name.to_owned()), limit: 1, ..BoughtFilter::default() };
    if names.contains(name) || !store.bought(of_it).await?.is_empty() {
        return Ok(());
    }
    // There may be many, and most names are found before.
    names.extend(of_unknown_calls(store).await?);
    if names.contains(name) { Ok(()) } else { Err(no_such_upstream(name, &names)) }
}

/// The names of upstreams that are asked, or were in the last day.
pub(super) fn asked_by(upstreams: &[UpstreamStanding]) -> BTreeSet<String> {
    upstreams.iter().map(|upstream| upstream.name.clone()).collect()
}

/// The error for a name that no upstream has.
pub(super) fn no_such_upstream(name: &str, names: &BTreeSet<String>) -> anyhow::Error {
    let lang = lang::spoken();
    let names = names.iter().map(String::as_str).collect::<Vec<_>>().join(Text::new(", ", "、").of(lang));
    anyhow::anyhow!(match names.as_str() {
        "" => told!(lang, "no upstream is named {name}: none is configured", "没有名为 {name} 的上游：尚未配置上游"),
        _ => told!(
            lang,
            "no upstream is named {name}; the upstreams are: {names}",
            "没有名为 {name} 的上游：现有 {names}"
        ),
    })
}

async fn of_unknown_calls(store: &(impl MeterStore + ?Sized)) -> anyhow::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    calls::for_each_unknown(store, |call| names.extend(call.lost.map(|lost| lost.upstream))).await?;
    Ok(names)
}
