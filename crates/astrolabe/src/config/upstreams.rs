//! The settings about upstreams and sources.

use std::collections::HashSet;
use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};
use domain::{MicroYuan, UnixTime};
use gateway::{SourceKind, Sources};
use serde::Deserialize;
use upstream::{Secret, UpstreamSettings, known_base_url};

use super::{Mistakes, RawAnswer};

/// The longest budget: holds last for twice as long.
const BUDGET_MAX_S: u64 = 60;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUpstreamSettings {
    budget_s: u64,
    refused_s: u64,
    pub(super) bodies_kept_days: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUpstream {
    name: String,
    base_url: String,
    token_file: Option<PathBuf>,
    token_env: Option<String>,
    #[serde(default)]
    price_yuan: String,
    #[serde(default = "eight")]
    concurrency: u32,
    #[serde(default = "sixty")]
    timeout_s: u64,
    daily_budget_yuan: Option<String>,
}

fn eight() -> u32 {
    8
}

fn sixty() -> u64 {
    60
}

/// Where an upstream's token is.
#[derive(Debug, Clone)]
enum TokenIn {
    File(PathBuf),
    Variable(String),
}

/// An upstream as it is configured; its token is read when it is needed.
#[derive(Debug, Clone)]
pub(crate) struct UpstreamConfig {
    pub(crate) name: String,
    base_url: String,
    token: TokenIn,
    price: MicroYuan,
    concurrency: NonZeroU32,
    timeout: Duration,
    daily_budget: Option<MicroYuan>,
}

impl UpstreamConfig {
    /// The settings with the token.
    ///
    /// # Errors
    /// When the token cannot be read.
    pub(crate) fn settings(&self) -> anyhow::Result<UpstreamSettings> {
        let (token, place) = match &self.token {
            TokenIn::File(path) => {
                let token = fs::read_to_string(path);
                (
                    token.with_context(|| format!("the token_file of upstream {:?}: {}", self.name, path.display()))?,
                    "file",
                )
            }
            TokenIn::Variable(name) => {
                let token = std::env::var(name);
                let missing =
                    || format!("upstream {:?} takes its token from the environment variable {name}", self.name);
                (token.with_context(missing)?, "variable")
            }
        };
        let token = Secret::new(token.trim());
        ensure!(!token.is_empty(), "the token of upstream {:?} is empty: put it in the {place}", self.name);
        Ok(UpstreamSettings {
            price: self.price,
            concurrency_max: self.concurrency,
            timeout: self.timeout,
            daily_budget: self.daily_budget,
            ..UpstreamSettings::new(&self.name, &self.base_url, token)
        })
    }
}

/// The upstreams.
pub(super) fn resolve(raw: &[RawUpstream], mistakes: &mut Mistakes) -> Vec<UpstreamConfig> {
    let mut names = HashSet::new();
    let mut upstreams = Vec::new();
    for (at, upstream) in raw.iter().enumerate() {
        let place = format!("upstreams[{at}]");
        if upstream.name.is_empty() || !names.insert(&upstream.name) {
            mistakes.0.push(format!("{place}.name is {:?}: right would be a name of its own", upstream.name));
        }
        let base_url = known_base_url(&upstream.base_url).unwrap_or(&upstream.base_url);
        if !base_url.starts_with("https://") && !base_url.starts_with("http://") {
            let right = "global, mainland, or a URL such as https://api.example.com";
            mistakes.0.push(format!("{place}.base_url is {base_url:?}: right would be {right}"));
        }
        let token = match (&upstream.token_file, &upstream.token_env) {
            (Some(file), None) => Some(TokenIn::File(file.clone())),
            (None, Some(variable)) => Some(TokenIn::Variable(variable.clone())),
            _ => {
                mistakes.0.push(format!("{place} needs one of token_file and token_env"));
                None
            }
        };
        let price_text = if upstream.price_yuan.is_empty() { "0" } else { &upstream.price_yuan };
        let mut yuan = |name: &str, text: &str| {
            let amount = MicroYuan::from_yuan_text(text).ok();
            if amount.is_none() {
                mistakes
                    .0
                    .push(format!("{place}.{name} is {text:?}: right would be an amount in yuan such as \"0.05\""));
            }
            amount
        };
        let price = yuan("price_yuan", price_text);
        let daily_budget = upstream.daily_budget_yuan.as_ref().map(|text| yuan("daily_budget_yuan", text));
        let concurrency = NonZeroU32::new(upstream.concurrency).filter(|concurrency| concurrency.get() <= 10_000);
        if concurrency.is_none() {
            mistakes.0.push(format!("{place}.concurrency is {}: right would be 1 to 10000", upstream.concurrency));
        }
        if !(1..=BUDGET_MAX_S).contains(&upstream.timeout_s) {
            mistakes.0.push(format!("{place}.timeout_s is {}: right would be 1 to {BUDGET_MAX_S}", upstream.timeout_s));
        }
        let (Some(token), Some(price), Some(concurrency)) = (token, price, concurrency) else { continue };
        upstreams.push(UpstreamConfig {
            name: upstream.name.clone(),
            base_url: base_url.to_owned(),
            token,
            price,
            concurrency,
            timeout: Duration::from_secs(upstream.timeout_s),
            daily_budget: daily_budget.flatten(),
        });
    }
    upstreams
}

/// What all upstreams have in common.
pub(super) fn settings(raw: &RawUpstreamSettings, mistakes: &mut Mistakes) -> upstream::Settings {
    if !(1..=BUDGET_MAX_S).contains(&raw.budget_s) {
        mistakes.0.push(format!("upstream.budget_s is {}: right would be 1 to {BUDGET_MAX_S}", raw.budget_s));
    }
    let defaults = upstream::Settings::default();
    let budget = Duration::from_secs(raw.budget_s.clamp(1, BUDGET_MAX_S));
    let attempt_min = defaults.attempt_min.min(budget / 2);
    upstream::Settings { budget, attempt_min, negative_ttl: Duration::from_secs(raw.refused_s), ..defaults }
}

/// Where answers come from.
pub(super) fn sources(raw: &RawAnswer, upstreams: &[UpstreamConfig], mistakes: &mut Mistakes) -> Sources {
    let kinds: Vec<Option<SourceKind>> = raw.sources.iter().map(|name| SourceKind::from_name(name)).collect();
    let is_once = |kind: &Option<SourceKind>| kinds.iter().filter(|other| *other == kind).count() == 1;
    if kinds.is_empty() || !kinds.iter().all(|kind| kind.is_some() && is_once(kind)) {
        let right = "some of \"local\", \"cache\" and \"upstream\", each once";
        mistakes.0.push(format!("answer.sources is {:?}: right would be {right}", raw.sources));
    }
    if kinds.contains(&Some(SourceKind::Upstream)) && upstreams.is_empty() {
        mistakes.0.push("answer.sources names \"upstream\": right would be at least one [[upstreams]] with it".into());
    }
    let at = |place: usize| kinds.get(place).copied().flatten();
    let local_max_age_s = raw.local_max_age_days.saturating_mul(UnixTime::DAY);
    Sources {
        order: [at(0), at(1), at(2)],
        local_max_age_s: (local_max_age_s > 0).then_some(local_max_age_s),
        cache_max_age_s: raw.cache_max_age_s,
        stale_max_age_s: (raw.stale_max_age_s > 0).then_some(raw.stale_max_age_s),
    }
}
