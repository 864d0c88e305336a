//! What the server counts, in the Prometheus text format at `/metrics` of both listeners. No label carries a token, an id or a path that a
//! caller chose, so the number of series is fixed.

use std::fmt::Write;
use std::time::Duration;

use catalog::{AUTHOR_CP_INFO, ENDPOINTS, Endpoint};
use domain::{BusinessCode, CallState};
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};
use store::{Fault, FaultsOf, Unsettled};
use upstream::{BreakerState, UpstreamStatus};

use crate::health::HealthHour;
use crate::sources::Origin;

/// The server's counters.
pub(crate) struct Metrics {
    registry: Registry,
    /// What only operators are told: what it has to do with upstreams, or tells whether there are any.
    of_operators: Registry,
    /// In the order of [`Origin::ALL`].
    by_origin: [IntCounter; Origin::ALL.len()],
    unknown_calls: IntGauge,
    held_calls: IntGauge,
    /// In the order of [`ENDPOINTS`]: no look-up by label on the hot path.
    requests: Vec<Requests>,
    pub(crate) in_flight: IntGauge,
    pub(crate) connections: IntGauge,
    pub(crate) cache_hits: IntCounter,
    pub(crate) cache_misses: IntCounter,
    pub(crate) rates_lost: IntCounter,
}

/// The requests to an endpoint.
struct Requests {
    endpoint: &'static Endpoint,
    /// A counter for each code, in the order of [`BusinessCode::ALL`].
    by_code: Vec<IntCounter>,
    duration_s: Histogram,
}

/// One more in a gauge for as long as this is held, whatever ends it.
pub(crate) struct OneMore<'m>(&'m IntGauge);

impl<'m> OneMore<'m> {
    pub(crate) fn of(gauge: &'m IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for OneMore<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// # Errors
    /// When two metrics have one name: a mistake in this file.
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let (registry, of_operators) = (Registry::new(), Registry::new());
        let by_origin = by_origin(&of_operators)?;
        let [unknown_calls, held_calls] = unsettled_calls(&of_operators)?;
        registry.register(Box::new(build_info()?))?;
        let by_code = IntCounterVec::new(
            Opts::new("astrolabe_requests_total", "Requests to the endpoints, by endpoint and business code."),
            &["endpoint", "code"],
        )?;
        registry.register(Box::new(by_code.clone()))?;
        let duration_s = HistogramVec::new(
            HistogramOpts::new(
                "astrolabe_request_duration_seconds",
                "From the request's head read to its answer made, by endpoint; of a batch, to its last line.",
            )
            .buckets(vec![0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0]),
            &["endpoint"],
        )?;
        registry.register(Box::new(duration_s.clone()))?;
        let requests = |endpoint: &&'static Endpoint| {
            let counter = |code: &BusinessCode| by_code.with_label_values(&[endpoint.name, &code.number().to_string()]);
            let by_code = BusinessCode::ALL.iter().map(counter).collect();
            Requests { endpoint, by_code, duration_s: duration_s.with_label_values(&[endpoint.name]) }
        };
        let requests = ENDPOINTS.iter().map(requests).collect();
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let in_flight = gauge("astrolabe_requests_in_flight", "Requests to the endpoints being answered.")?;
        let connections = gauge("astrolabe_connections", "Open connections.")?;
        let cache_hits = counter("astrolabe_answer_cache_hits_total", "Answers found in memory.")?;
        let cache_misses = counter("astrolabe_answer_cache_misses_total", "Answers read from the store.")?;
        let rates_lost = counter(
            "astrolabe_shared_rates_failures_total",
            "Requests for which the shared rates could not be asked.",
        )?;
        Ok(Self {
            registry,
            of_operators,
            by_origin,
            unknown_calls,
            held_calls,
            requests,
            in_flight,
            connections,
            cache_hits,
            cache_misses,
            rates_lost,
        })
    }

    /// Counts a request to an endpoint.
    pub(crate) fn answered(&self, endpoint: &Endpoint, code: BusinessCode, took: Duration) {
        let Some(requests) = self.requests_to(endpoint) else { return };
        if let Some(at) = BusinessCode::ALL.iter().position(|known| *known == code) {
            requests.by_code[at].inc();
        }
        requests.duration_s.observe(took.as_secs_f64());
    }

    /// Requests to Author CP Info by how they ended; of no hour.
    pub(crate) fn by_end(&self) -> HealthHour {
        let mut counted = HealthHour::default();
        let counters = self.requests_to(&AUTHOR_CP_INFO).into_iter().flat_map(|requests| &requests.by_code);
        for (code, counter) in BusinessCode::ALL.iter().zip(counters) {
            match code {
                BusinessCode::Success => counted.succeeded += counter.get(),
                BusinessCode::CollectionFailed | BusinessCode::Internal => counted.failed += counter.get(),
                _ => counted.refused += counter.get(),
            }
        }
        counted
    }

    fn requests_to(&self, endpoint: &Endpoint) -> Option<&Requests> {
        self.requests.iter().find(|requests| requests.endpoint.number == endpoint.number)
    }

    /// Counts an answer about a creator that is given for the first time.
    pub(crate) fn given(&self, origin: Origin) {
        self.by_origin[origin as usize].inc();
    }

    /// Takes note of the calls that wait for their end.
    pub(crate) fn set_unsettled(&self, Unsettled { held, unknown }: Unsettled) {
        self.held_calls.set(held.cast_signed());
        self.unknown_calls.set(unknown.cast_signed());
    }

    /// Everything counted, as Prometheus reads it; with what is for operators, where it is asked for.
    pub(crate) fn text(&self, of_operators: bool) -> Vec<u8> {
        let mut families = self.registry.gather();
        if of_operators {
            families.extend(self.of_operators.gather());
        }
        let mut out = Vec::new();
        // Writing to memory fails only on a metric without values, which none of these is.
        let _ = TextEncoder::new().encode(&families, &mut out);
        out
    }
}

fn build_info() -> Result<IntGauge, prometheus::Error> {
    let options = Opts::new("astrolabe_build_info", "1; the version is that of the release that serves.");
    let info = IntGauge::with_opts(options.const_label("version", env!("CARGO_PKG_VERSION")))?;
    info.set(1);
    Ok(info)
}

fn by_origin(registry: &Registry) -> Result<[IntCounter; Origin::ALL.len()], prometheus::Error> {
    let answers = IntCounterVec::new(
        Opts::new("astrolabe_answers_total", "Answers about a creator given for the first time, by source."),
        &["source"],
    )?;
    registry.register(Box::new(answers.clone()))?;
    Ok(Origin::ALL.map(|origin| answers.with_label_values(&[origin.name()])))
}

/// Of calls that are unknown and that are held.
fn unsettled_calls(registry: &Registry) -> Result<[IntGauge; 2], prometheus::Error> {
    let help =
        "Calls in the ledger whose end is unknown, or whose price is held; of all servers, read every 10 seconds.";
    let calls = IntGaugeVec::new(Opts::new("astrolabe_calls", help), &["state"])?;
    registry.register(Box::new(calls.clone()))?;
    Ok([CallState::Unknown, CallState::Held].map(|state| calls.with_label_values(&[state.name()])))
}

/// Appends how often databases failed, in the same format.
pub(crate) fn write_faults(faults: &[FaultsOf], out: &mut Vec<u8>) {
    let name = "astrolabe_database_failures_total";
    let mut text = format!("# HELP {name} Questions to a database that it failed to answer, by store and kind.\n");
    // Writing to memory cannot fail.
    let _ = writeln!(text, "# TYPE {name} counter");
    for FaultsOf { store, counts } in faults {
        for (fault, count) in Fault::ALL.iter().zip(counts) {
            let _ = writeln!(text, "{name}{{store=\"{store}\",kind=\"{}\"}} {count}", fault.name());
        }
    }
    out.extend_from_slice(text.as_bytes());
}

/// Appends what is known of upstreams, in the same format. Their names and results are the operator's and ours, not a
/// caller's.
pub(crate) fn write_upstreams(upstreams: &[UpstreamStatus], out: &mut Vec<u8>) {
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, rows: Vec<(String, u64)>| {
        // Writing to memory cannot fail.
        let _ = writeln!(text, "# HELP astrolabe_upstream_{name} {help}\n# TYPE astrolabe_upstream_{name} {kind}");
        for (labels, value) in rows {
            let _ = writeln!(text, "astrolabe_upstream_{name}{{{labels}}} {value}");
        }
    };
    let named = |status: &UpstreamStatus| format!("upstream={}", label(&status.name));
    let each = |value: fn(&UpstreamStatus) -> u64| upstreams.iter().map(|of| (named(of), value(of))).collect();
    let calls = upstreams.iter().flat_map(|of| {
        of.counts.calls.iter().map(move |(result, count)| (format!("{},result={}", named(of), label(result)), *count))
    });
    family(
        "calls_total",
        "counter",
        "Calls to an upstream, by business code, or by failure without one.",
        calls.collect(),
    );
    family("in_flight", "gauge", "Calls being answered.", each(|of| u64::from(of.in_flight)));
    family("concurrency", "gauge", "Calls in flight allowed now.", each(|of| u64::from(of.concurrency)));
    family("parked", "gauge", "1 while an upstream is parked.", each(|of| u64::from(of.park.is_some())));
    let is_paused = |of: &UpstreamStatus| u64::from(of.paused_until_ms.is_some());
    family("rate_limited", "gauge", "1 while its rate limit keeps this server from asking it.", each(is_paused));
    family(
        "breaker_open",
        "gauge",
        "1 while its breaker is open.",
        each(|of| u64::from(of.breaker == BreakerState::Open)),
    );
    let is_spent = |of: &UpstreamStatus| u64::from(of.is_budget_spent());
    family("budget_spent", "gauge", "1 while today's budget covers no further call.", each(is_spent));
    let spent = |of: &UpstreamStatus| of.spent_today_micro_yuan.map(|spent| (named(of), spent));
    family("spent_micro_yuan", "gauge", "Spent today, Asia/Shanghai.", upstreams.iter().filter_map(spent).collect());
    out.extend_from_slice(text.as_bytes());
}

/// A value of a label: of a text only these three are written otherwise.
fn label(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_written_as_prometheus_reads_them() {
        assert_eq!(label("主 'main'\t\u{200b}é"), "\"主 'main'\t\u{200b}é\"");
        assert_eq!(label("a\\b\"c\nd"), r#""a\\b\"c\nd""#);
    }
}
