//! The settings about upstreams and sources.

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use catalog::Text;
use domain::{MicroYuan, UnixTime};
use gateway::{SourceKind, Sources};
use serde::Deserialize;
use upstream::{BUDGET_MAX, UpstreamSettings, is_base_url, known_base_url};

use super::mistakes::Mistakes;
use super::token_in::TokenIn;
use super::{Config, RawAnswer};
use crate::errors;
use crate::lang::{self, told};

/// The longest budget, in seconds.
const BUDGET_MAX_S: u64 = BUDGET_MAX.as_secs();

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

impl RawUpstream {
    /// The names of its settings.
    pub(super) const NAMES: [&'static str; 8] =
        ["name", "base_url", "token_file", "token_env", "price_yuan", "concurrency", "timeout_s", "daily_budget_yuan"];
}

fn eight() -> u32 {
    8
}

fn sixty() -> u64 {
    60
}

/// An upstream as it is configured; its token is read when it is needed.
#[derive(Debug, Clone)]
pub(crate) struct UpstreamConfig {
    pub(crate) name: String,
    base_url: String,
    token: TokenIn,
    price: MicroYuan,
    is_priced: bool,
    concurrency: NonZeroU32,
    timeout: Duration,
    daily_budget: Option<MicroYuan>,
}

impl UpstreamConfig {
    /// How many calls there may be at once.
    pub(crate) fn concurrency(&self) -> u64 {
        u64::from(self.concurrency.get())
    }

    /// Warns, in the log, of what is no mistake and may be an oversight.
    fn warn(&self) {
        let upstream = self.name.as_str();
        if let Some(mode) = self.token.open_to_others() {
            let mode = format!("{mode:04o}");
            tracing::warn!(
                upstream,
                mode,
                "others may read its token_file, or change it: chmod 600 leaves it to its owner"
            );
        }
        if !self.is_priced {
            tracing::warn!(upstream, "it has no price_yuan: what is spent there is counted as nothing");
        }
    }

    /// The settings with the token.
    ///
    /// # Errors
    /// When the token cannot be read.
    fn settings(&self) -> anyhow::Result<UpstreamSettings> {
        let token = self.token.read(&self.name)?;
        Ok(UpstreamSettings {
            price: self.price,
            concurrency_max: self.concurrency,
            timeout: self.timeout,
            daily_budget: self.daily_budget,
            ..UpstreamSettings::new(&self.name, &self.base_url, token)
        })
    }
}

/// Warns of upstreams that are asked and may be set up by oversight as they are, or of those that never are.
pub(crate) fn warn_of_upstreams(config: &Config) {
    let upstreams = config.upstream_names();
    match config.gateway.sources.uses(SourceKind::Upstream) {
        true => config.upstreams.iter().for_each(UpstreamConfig::warn),
        false if upstreams.is_empty() => {}
        false => tracing::warn!(?upstreams, "configured and never asked: answer.sources does not name \"upstream\""),
    }
}

/// The settings of all upstreams with their tokens.
///
/// # Errors
/// With every token that cannot be read.
pub(crate) fn upstream_settings(upstreams: &[UpstreamConfig]) -> anyhow::Result<Vec<UpstreamSettings>> {
    let (mut settings, mut mistakes) = (Vec::with_capacity(upstreams.len()), Mistakes::default());
    for upstream in upstreams {
        match upstream.settings() {
            Ok(read) => settings.push(read),
            Err(error) => mistakes.note(errors::text(&error, lang::spoken())),
        }
    }
    mistakes.told_or(Some(settings))
}

/// The upstreams, but those that are not right.
pub(super) fn resolve(raw: &[RawUpstream], mistakes: &mut Mistakes) -> Vec<UpstreamConfig> {
    let mut names = HashSet::new();
    let mut upstreams = Vec::with_capacity(raw.len());
    for (at, raw) in raw.iter().enumerate() {
        let place = format!("upstreams[{at}]");
        if raw.name.is_empty() || !names.insert(&raw.name) {
            let right = Text::new("a name of its own", "不重复的名称");
            mistakes.wrong(&format!("{place}.name"), format_args!("{:?}", raw.name), right.of(lang::spoken()));
        }
        upstreams.extend(upstream(&place, raw, mistakes));
    }
    upstreams
}

/// One upstream.
fn upstream(place: &str, raw: &RawUpstream, mistakes: &mut Mistakes) -> Option<UpstreamConfig> {
    let base_url = base_url(place, &raw.base_url, mistakes);
    let token = token(place, raw, mistakes);
    let price_text = if raw.price_yuan.is_empty() { "0" } else { &raw.price_yuan };
    let price = amount(&format!("{place}.price_yuan"), price_text, mistakes);
    let daily_budget = raw.daily_budget_yuan.as_ref();
    let daily_budget = daily_budget.and_then(|text| amount(&format!("{place}.daily_budget_yuan"), text, mistakes));
    if let (Some(price), Some(budget)) = (price, daily_budget) {
        check_budget(place, price, budget, mistakes);
    }
    mistakes.within(&format!("{place}.concurrency"), u64::from(raw.concurrency), 1..=10_000);
    mistakes.within(&format!("{place}.timeout_s"), raw.timeout_s, 1..=BUDGET_MAX_S);
    Some(UpstreamConfig {
        name: raw.name.clone(),
        base_url: base_url?.to_owned(),
        token: token?,
        price: price?,
        is_priced: !raw.price_yuan.is_empty(),
        concurrency: NonZeroU32::new(raw.concurrency)?,
        timeout: Duration::from_secs(raw.timeout_s),
        daily_budget,
    })
}

/// A known service's base URL, or the one that is written.
fn base_url<'r>(place: &str, written: &'r str, mistakes: &mut Mistakes) -> Option<&'r str> {
    let base_url = known_base_url(written).unwrap_or(written);
    if is_base_url(base_url) {
        return Some(base_url);
    }
    // Not repeated: it may have a token in it.
    mistakes.note(told!(
        lang::spoken(),
        "{place}.base_url is no base URL: right would be global, mainland, or a URL such as https://api.example.com, \
         without user, query or fragment",
        "{place}.base_url 不是服务器地址，正确取值：global、mainland 或网址，如 https://api.example.com，不含用户、参数与片段"
    ));
    None
}

/// Where the token is.
fn token(place: &str, raw: &RawUpstream, mistakes: &mut Mistakes) -> Option<TokenIn> {
    match (&raw.token_file, &raw.token_env) {
        (Some(file), None) => Some(TokenIn::File(file.clone())),
        (None, Some(variable)) => Some(TokenIn::Variable(variable.clone())),
        _ => {
            mistakes.note(told!(
                lang::spoken(),
                "{place} needs one of token_file and token_env",
                "{place} 须有 token_file 与 token_env 之一"
            ));
            None
        }
    }
}

fn amount(name: &str, text: &str, mistakes: &mut Mistakes) -> Option<MicroYuan> {
    let amount = MicroYuan::from_yuan_text(text).ok();
    if amount.is_none() {
        let right = Text::new("an amount in yuan such as \"0.05\"", "以元为单位的金额，如 \"0.05\"");
        mistakes.wrong(name, format_args!("{text:?}"), right.of(lang::spoken()));
    }
    amount
}

/// A budget that never ends anything, or lets nothing begin, is a mistake.
fn check_budget(place: &str, price: MicroYuan, budget: MicroYuan, mistakes: &mut Mistakes) {
    let lang = lang::spoken();
    if price == MicroYuan::ZERO {
        mistakes.note(told!(
            lang,
            "{place}.daily_budget_yuan limits nothing without a price: say in price_yuan what an answer costs",
            "{place}.daily_budget_yuan 在没有价格时不起作用：请以 price_yuan 说明每个响应的价格"
        ));
    } else if budget < price {
        let right = told!(
            lang,
            "at least price_yuan, {price}, or nothing is ever asked",
            "不低于 price_yuan（{price}），否则不会询问该上游"
        );
        mistakes.wrong(&format!("{place}.daily_budget_yuan"), budget, &right);
    }
}

/// What all upstreams have in common.
pub(super) fn settings(raw: &RawUpstreamSettings, mistakes: &mut Mistakes) -> upstream::Settings {
    mistakes.within("upstream.budget_s", raw.budget_s, 1..=BUDGET_MAX_S);
    let defaults = upstream::Settings::default();
    let budget = Duration::from_secs(raw.budget_s.clamp(1, BUDGET_MAX_S));
    let attempt_min = defaults.attempt_min.min(budget / 2);
    upstream::Settings { budget, attempt_min, negative_ttl: Duration::from_secs(raw.refused_s), ..defaults }
}

/// Where answers come from.
pub(super) fn sources(raw: &RawAnswer, has_upstreams: bool, mistakes: &mut Mistakes) -> Sources {
    let kinds: Vec<Option<SourceKind>> = raw.sources.iter().map(|name| SourceKind::from_name(name)).collect();
    let is_once = |kind: &Option<SourceKind>| kinds.iter().filter(|other| *other == kind).count() == 1;
    if kinds.is_empty() || !kinds.iter().all(|kind| kind.is_some() && is_once(kind)) {
        let right = Text::new(
            "some of \"local\", \"cache\" and \"upstream\", each once",
            "\"local\"、\"cache\" 与 \"upstream\" 中的若干个，各一次",
        );
        mistakes.wrong("answer.sources", format_args!("{:?}", raw.sources), right.of(lang::spoken()));
    }
    if kinds.contains(&Some(SourceKind::Upstream)) && !has_upstreams {
        let missing = Text::new(
            "answer.sources names \"upstream\": right would be at least one [[upstreams]] with it",
            "answer.sources 含有 \"upstream\"：须同时至少有一个 [[upstreams]]",
        );
        mistakes.note(missing.of(lang::spoken()).to_owned());
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
