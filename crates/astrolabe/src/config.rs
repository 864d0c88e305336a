//! Settings: commented defaults in the binary < file < environment < flags. Read raw, then resolved into a struct per
//! area; every mistake is told at once.

mod mistakes;
mod token_in;
mod unread;
mod upstreams;
mod variables;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use catalog::Text;
use domain::{AddressRange, Sentence};
use figment::Figment;
use figment::providers::{Format, Toml};
use gateway::PublicMetrics;
use portal::{ENVIRONMENTS_MAX, Environment};
use serde::Deserialize;

pub(crate) use upstreams::{UpstreamConfig, upstream_settings, warn_of_upstreams};

use self::mistakes::{MISTAKES, Mistakes};
use crate::errors;
use crate::lang::{self, told};
use crate::logging::{LogFormat, LogSettings};

/// Every setting with its default and its meaning.
const DEFAULTS: &str = include_str!("config.default.toml");

/// The settings, resolved.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    /// Where the admin API listens, where there is a key for it.
    pub(crate) admin_listen: SocketAddr,
    /// Threads that answer; 0 for one for each core but one.
    pub(crate) threads: usize,
    pub(crate) gateway: gateway::Settings,
    /// Where rates are kept, where no flag says otherwise.
    pub(crate) rates_kept_in: KeptIn,
    /// The file of certificates that vouch for Redis, in place of the system's.
    pub(crate) redis_root_certificate: Option<PathBuf>,
    /// What happens while shared rates cannot be reached.
    pub(crate) rates_on_loss: gateway::OnLoss,
    pub(crate) estimate: estimator::Settings,
    /// In the order in which they are asked.
    pub(crate) upstreams: Vec<UpstreamConfig>,
    pub(crate) upstream: upstream::Settings,
    /// The base URLs that pages show samples for; the server's own address, when none.
    pub(crate) environments: Vec<Environment>,
    /// Whether a server looks at its books before it serves.
    pub(crate) verify_at_start: bool,
    pub(crate) log: LogSettings,
}

impl Config {
    /// The names of the upstreams.
    pub(crate) fn upstream_names(&self) -> Vec<String> {
        self.upstreams.iter().map(|upstream| upstream.name.clone()).collect()
    }
}

/// Where rates are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum KeptIn {
    /// In each server's memory, for itself
    #[default]
    Memory,
    /// In the PostgreSQL database, for all servers on it
    Database,
    /// In Redis or Valkey, for all servers on it
    Redis,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    server: RawServer,
    admin: RawAdmin,
    estimate: RawEstimate,
    answer: RawAnswer,
    meter: RawMeter,
    rates: RawRates,
    upstream: upstreams::RawUpstreamSettings,
    #[serde(default)]
    upstreams: Vec<upstreams::RawUpstream>,
    portal: RawPortal,
    log: RawLog,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawServer {
    listen: String,
    http_status: String,
    threads: usize,
    connections_max: usize,
    trusted_proxies: Vec<String>,
    metrics: String,
    cache_mb: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAdmin {
    listen: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEstimate {
    method: String,
    coefficients: String,
    hot_multiple: u32,
    mature_days: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAnswer {
    prefer: String,
    reported_max_age_days: u32,
    sources: Vec<String>,
    local_max_age_days: u32,
    cache_max_age_s: u32,
    stale_max_age_s: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeter {
    calls_kept_days: u32,
    server_lost_s: u32,
    verify_at_start: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRates {
    kept_in: String,
    redis_root_certificate: String,
    on_loss: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPortal {
    environments: Vec<RawEnvironment>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEnvironment {
    name: String,
    url: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLog {
    level: String,
    format: String,
}

const LEVELS: Text = Text::new("error, warn, info, debug or trace", "error、warn、info、debug 或 trace");

/// Reads the settings; `file` is the configuration file, where there is one.
///
/// # Errors
/// With every mistake found: where it is and what would be right.
pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Config> {
    let raw = read(file).map_err(|error| match error {
        Unread::File(error) => error,
        Unread::Settings(errors) => {
            let lang = lang::spoken();
            let lines = errors.into_iter().map(|error| format!("\n  {}", unread::told_of(&error, file, lang)));
            anyhow::anyhow!("{}{}", MISTAKES.of(lang), lines.collect::<String>())
        }
    })?;
    resolve(&raw)
}

/// Why settings could not be read.
enum Unread {
    /// There is no file to read, or no text in it.
    File(anyhow::Error),
    /// They are not those that there are.
    Settings(Box<figment::Error>),
}

fn read(file: Option<&Path>) -> Result<Raw, Unread> {
    let mut figment = Figment::from(Toml::string(DEFAULTS));
    if let Some(file) = file {
        let text = std::fs::read_to_string(file).with_context(|| lang::cannot_read(file)).map_err(Unread::File)?;
        figment = figment.merge(Toml::string(&text));
    }
    figment.merge(variables::settings()).extract().map_err(|error| Unread::Settings(Box::new(error)))
}

fn resolve(raw: &Raw) -> anyhow::Result<Config> {
    let mut mistakes = Mistakes::from(variables::mistakes());
    let config = config(raw, &mut mistakes);
    mistakes.told_or(config)
}

/// The settings; none where one of them cannot be made. Each area is read whatever is wrong with another one.
fn config(raw: &Raw, mistakes: &mut Mistakes) -> Option<Config> {
    let listen = mistakes.take("server.listen", &raw.server.listen, &address("127.0.0.1:8600"));
    let admin_listen = mistakes.take("admin.listen", &raw.admin.listen, &address("127.0.0.1:8601"));
    let upstreams = upstreams::resolve(&raw.upstreams, mistakes);
    let upstream = upstreams::settings(&raw.upstream, mistakes);
    let (rates_kept_in, rates_on_loss) = rates(&raw.rates, mistakes);
    let estimate = estimate(&raw.estimate, mistakes);
    let gateway = gateway(raw, estimate, mistakes);
    let environments = environments(&raw.portal, mistakes);
    let log = log(&raw.log, mistakes);
    mistakes.within("server.threads", raw.server.threads as u64, 0..=1024);
    Some(Config {
        listen: listen?,
        admin_listen: admin_listen?,
        threads: raw.server.threads,
        gateway: gateway?,
        rates_kept_in: rates_kept_in?,
        redis_root_certificate: Some(PathBuf::from(&raw.rates.redis_root_certificate))
            .filter(|path| path != Path::new("")),
        rates_on_loss: rates_on_loss?,
        estimate: estimate?,
        upstreams,
        upstream,
        environments,
        verify_at_start: raw.meter.verify_at_start,
        log: log?,
    })
}

/// Where rates are kept, and what happens while they cannot be reached there.
fn rates(raw: &RawRates, mistakes: &mut Mistakes) -> (Option<KeptIn>, Option<gateway::OnLoss>) {
    let kept_in = [("memory", KeptIn::Memory), ("database", KeptIn::Database), ("redis", KeptIn::Redis)];
    let on_loss = [("open", gateway::OnLoss::Open), ("closed", gateway::OnLoss::Closed)];
    (mistakes.one_of("rates.kept_in", &raw.kept_in, &kept_in), mistakes.one_of("rates.on_loss", &raw.on_loss, &on_loss))
}

/// How estimates are made.
fn estimate(raw: &RawEstimate, mistakes: &mut Mistakes) -> Option<estimator::Settings> {
    let method = mistakes.take("estimate.method", &raw.method, &method_names());
    let coefficients = match raw.coefficients.as_str() {
        "" => Ok(estimator::Coefficients::built_in()),
        file => coefficients(Path::new(file)),
    };
    let coefficients = coefficients
        .map_err(|error| mistakes.note(format!("estimate.coefficients: {}", errors::text(&error, lang::spoken()))))
        .ok();
    mistakes.at_least_one("estimate.hot_multiple", u64::from(raw.hot_multiple));
    mistakes.within("estimate.mature_days", u64::from(raw.mature_days), 0..=365);
    Some(estimator::Settings {
        method: method?,
        hot_multiple: raw.hot_multiple,
        mature_days: raw.mature_days,
        coefficients: coefficients?,
    })
}

/// How requests are answered.
fn gateway(raw: &Raw, estimate: Option<estimator::Settings>, mistakes: &mut Mistakes) -> Option<gateway::Settings> {
    let http_status = [("by_code", false), ("always_200", true)];
    let http_status_always_200 = mistakes.one_of("server.http_status", &raw.server.http_status, &http_status);
    let prefer = [("reported", gateway::Prefer::Reported), ("estimated", gateway::Prefer::Estimated)];
    let prefer = mistakes.one_of("answer.prefer", &raw.answer.prefer, &prefer);
    let sources = upstreams::sources(&raw.answer, !raw.upstreams.is_empty(), mistakes);
    let trusted_proxies = trusted_proxies(&raw.server, mistakes);
    let metrics = [("none", PublicMetrics::None), ("requests", PublicMetrics::Requests), ("all", PublicMetrics::All)];
    let metrics = mistakes.one_of("server.metrics", &raw.server.metrics, &metrics);
    mistakes.within("server.connections_max", raw.server.connections_max as u64, 1..=1_000_000);
    mistakes.at_least_one("meter.calls_kept_days", u64::from(raw.meter.calls_kept_days));
    mistakes.within("meter.server_lost_s", u64::from(raw.meter.server_lost_s), 2..=3600);
    mistakes.at_least_one("upstream.bodies_kept_days", u64::from(raw.upstream.bodies_kept_days));
    Some(gateway::Settings {
        http_status_always_200: http_status_always_200?,
        prefer: prefer?,
        reported_max_age_days: raw.answer.reported_max_age_days,
        estimate: estimate?,
        cache_bytes: raw.server.cache_mb.saturating_mul(1 << 20),
        connections_max: raw.server.connections_max,
        // For as long as the process runs.
        trusted_proxies: trusted_proxies.leak(),
        metrics: metrics?,
        calls_kept_days: raw.meter.calls_kept_days,
        server_lost_s: raw.meter.server_lost_s,
        sources,
        bodies_kept_days: raw.upstream.bodies_kept_days,
        // What is set by the code alone.
        ..gateway::Settings::default()
    })
}

/// What would be right for an address.
fn address(example: &str) -> String {
    told!(lang::spoken(), "an address and port such as {example}", "地址与端口，如 {example}")
}

fn log(raw: &RawLog, mistakes: &mut Mistakes) -> Option<LogSettings> {
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    let level = mistakes.take("log.level", &raw.level, LEVELS.of(lang::spoken()));
    let format = mistakes.one_of("log.format", &raw.format, &formats);
    Some(LogSettings { level: level?, format: format? })
}

/// Warns, in the log, of trusted proxies that are everybody.
pub(crate) fn warn_of_proxies(config: &Config) {
    for range in config.gateway.trusted_proxies.iter().filter(|range| range.is_of_all()) {
        tracing::warn!(
            %range,
            "server.trusted_proxies trusts everybody: whoever connects may claim any address in X-Forwarded-For, for --from and for the \
             count of wrong tokens; name the proxies alone"
        );
    }
}

fn trusted_proxies(raw: &RawServer, mistakes: &mut Mistakes) -> Vec<AddressRange> {
    let right =
        Text::new("addresses or ranges such as 127.0.0.1 or 10.0.0.0/8", "地址或地址范围，如 127.0.0.1 或 10.0.0.0/8");
    let right = right.of(lang::spoken());
    raw.trusted_proxies.iter().filter_map(|proxy| mistakes.take("server.trusted_proxies", proxy, right)).collect()
}

fn environments(raw: &RawPortal, mistakes: &mut Mistakes) -> Vec<Environment> {
    if raw.environments.len() > ENVIRONMENTS_MAX {
        mistakes.note(told!(
            lang::spoken(),
            "portal.environments has {}: at most {ENVIRONMENTS_MAX}",
            "portal.environments 有 {} 项：最多 {ENVIRONMENTS_MAX} 项",
            raw.environments.len()
        ));
    }
    let right = Text::new("a base URL such as https://api.example.com", "服务器地址，如 https://api.example.com");
    let right = right.of(lang::spoken());
    let environment = |raw: &RawEnvironment| {
        let url = mistakes.take("portal.environments url", &raw.url, right)?;
        Some(Environment { name: Sentence::new(raw.name.clone(), raw.name.clone()), url })
    };
    raw.environments.iter().filter_map(environment).collect()
}

/// Every method's name.
fn method_names() -> String {
    estimator::Method::ALL.map(estimator::Method::name).join(", ")
}

/// Reads a file of coefficients, which then lives as long as the process.
///
/// # Errors
/// When it cannot be read or is not what `astrolabe fit` writes.
pub(crate) fn coefficients(file: &Path) -> anyhow::Result<&'static estimator::Coefficients> {
    let text = std::fs::read_to_string(file).with_context(|| lang::cannot_read(file))?;
    let coefficients = estimator::Coefficients::from_toml(&text).with_context(|| format!("{}", file.display()))?;
    Ok(Box::leak(Box::new(coefficients)))
}

#[cfg(test)]
mod tests {
    use catalog::Lang;

    use super::*;

    /// What is told in a language of settings that cannot be read.
    pub(super) fn load_in(text: &str, lang: Lang) -> Result<(), String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        match read(Some(file.path())) {
            Ok(_) => Ok(()),
            Err(Unread::File(error)) => Err(errors::text(&error, lang)),
            Err(Unread::Settings(error)) => Err(unread::told_of(&error, Some(file.path()), lang)),
        }
    }

    fn load_text(text: &str) -> Result<Config, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        load(Some(file.path())).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn the_commented_defaults_are_the_defaults_of_the_code() {
        let config = load(None).expect("the defaults are right");
        assert_eq!(config.estimate, estimator::Settings::default());
        let (set, code) = (config.gateway, gateway::Settings::default());
        assert_eq!(format!("{set:?}"), format!("{code:?}"));
    }

    #[test]
    fn a_file_changes_what_it_names() {
        let config =
            load_text("[server]\nhttp_status = \"always_200\"\n[answer]\nprefer = \"estimated\"").expect("right");
        assert!(config.gateway.http_status_always_200);
        assert_eq!(config.gateway.prefer, gateway::Prefer::Estimated);
    }

    /// What is told of the settings of an upstream that are right but for these.
    fn told_of_upstream(other: &str) -> String {
        let whole = format!(
            "[answer]\nsources = [\"upstream\"]\n[[upstreams]]\nname = \"main\"\n{other}\n{}{}",
            if other.contains("base_url") { "" } else { "base_url = \"global\"\n" },
            if other.contains("token_") { "" } else { "token_env = \"X\"\n" },
        );
        load_text(&whole).err().unwrap_or_default()
    }

    #[test]
    fn each_mistake_about_an_upstream_is_told_and_no_other_one() {
        for (wrong, told) in [
            ("concurrency = 0", "upstreams[0].concurrency is 0"),
            ("price_yuan = \"five\"", "upstreams[0].price_yuan is \"five\""),
            ("token_env = \"X\"\ntoken_file = \"x\"", "upstreams[0] needs one of token_file and token_env"),
            ("daily_budget_yuan = \"1\"", "upstreams[0].daily_budget_yuan limits nothing without a price"),
            (
                "price_yuan = \"0.05\"\ndaily_budget_yuan = \"0.04\"",
                "is 0.04: right would be at least price_yuan, 0.05",
            ),
            ("base_url = \"https://api.example.com/?token=SECRET\"", "upstreams[0].base_url is no base URL"),
            ("base_url = \"api.example.com/?token=SECRET\"", "upstreams[0].base_url is no base URL"),
            ("base_url = \"http://user:SECRET@api.example.com\"", "upstreams[0].base_url is no base URL"),
        ] {
            let mistakes = told_of_upstream(wrong);
            assert!(mistakes.contains(told) && !mistakes.contains("SECRET"), "{told}: {mistakes}");
            assert_eq!(mistakes.lines().count(), 2, "{mistakes}");
        }
        for right in ["price_yuan = \"0.05\"\ndaily_budget_yuan = \"0.05\"", "base_url = \"http://127.0.0.1:1/path/\""]
        {
            assert_eq!(told_of_upstream(right), "");
        }
        let both = told_of_upstream("concurrency = 0\nbase_url = \"http://a b\"");
        assert!(both.contains("concurrency") && both.contains("base_url"), "at once: {both}");
        let none = load_text("[answer]\nsources = [\"upstream\"]").expect_err("nobody to ask");
        assert!(none.contains("at least one [[upstreams]]"), "{none}");
    }

    #[test]
    fn environments_are_named_in_the_file() {
        let text = "[portal]\nenvironments = [{ name = \"prod\", url = \"https://api.example.com/\" }]";
        let config = load_text(text).expect("right");
        assert_eq!(config.environments[0].url.as_str(), "https://api.example.com");
        let told = load_text("[portal]\nenvironments = [{ name = \"prod\", url = \"example\" }]").expect_err("wrong");
        assert!(told.contains("portal.environments") && told.contains("https://api.example.com"), "{told}");
    }

    #[test]
    fn every_mistake_is_told_with_what_would_be_right() {
        let told = load_text(
            "[server]\nlisten = \"here\"\nhttp_status = \"200\"\n[admin]\nlisten = \"8601\"\n[log]\nlevel = \"loud\"",
        )
        .expect_err("wrong");
        for part in ["server.listen", "admin.listen", "server.http_status", "\"always_200\"", "log.level"] {
            assert!(told.contains(part), "{told}");
        }
        let told = load_text("[server]\nlissten = \"127.0.0.1:1\"").expect_err("wrong");
        assert!(told.contains("lissten"), "{told}");
    }
}
