//! One run of wrk: what it is told and what it tells.

use std::path::Path;

use anyhow::{Context, ensure};

use crate::process::{command, output};

/// What a run asks for.
pub(super) struct Load<'a> {
    /// `http://127.0.0.1:PORT`.
    pub(super) url: &'a str,
    /// The file of creators' ids.
    pub(super) ids: &'a Path,
    /// The endpoint's path.
    pub(super) path: &'a str,
    /// The token.
    pub(super) token: &'a str,
    /// How the token is sent: `query` or `header`.
    pub(super) way: &'a str,
    /// Connections, kept alive.
    pub(super) connections: u32,
    /// Length of the run.
    pub(super) seconds: u32,
}

/// What a run measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    /// Requests answered.
    pub(super) requests: f64,
    /// Requests answered in a second.
    pub(super) requests_per_s: f64,
    /// The 99th percentile of the time to answer.
    pub(super) p99_ms: f64,
}

/// Runs wrk with one thread: with two, a slow `init` makes one thread send before the clock of the other starts.
///
/// # Errors
/// When wrk fails, or any request was not answered with 2xx.
pub(super) fn run(load: &Load) -> anyhow::Result<Measured> {
    let mut wrk = command("wrk");
    wrk.args(["--threads", "1", "--latency", "--script", "bench/serve/ask.lua"]);
    wrk.arg("--connections").arg(load.connections.to_string());
    // A slow answer is an answer: it shows in the times.
    wrk.arg("--duration").arg(format!("{}s", load.seconds)).args(["--timeout", "60s"]);
    wrk.arg(load.url).arg("--").arg(load.ids).args([load.path, load.token, load.way]);
    let told = output(&mut wrk)?;
    let measured = parse(&told).with_context(|| format!("wrk told:\n{told}"))?;
    ensure!(!told.contains("Non-2xx") && !told.contains("Socket errors"), "not every request was answered:\n{told}");
    Ok(measured)
}

fn parse(told: &str) -> Option<Measured> {
    let after = |name: &str| told.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    let requests = told.lines().find_map(|line| line.trim().split_once(" requests in "))?.0.parse().ok()?;
    Some(Measured {
        requests,
        requests_per_s: after("Requests/sec:")?.parse().ok()?,
        p99_ms: milliseconds(after("99%")?)?,
    })
}

fn milliseconds(text: &str) -> Option<f64> {
    let (factor, number) = match text {
        _ if text.ends_with("us") => (0.001, text.strip_suffix("us")?),
        _ if text.ends_with("ms") => (1.0, text.strip_suffix("ms")?),
        _ => (1000.0, text.strip_suffix('s')?),
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_tells_is_read_in_its_units() {
        let told = "  Latency Distribution\n     50%  366.00us\n     99%    2.50ms\n\
            \x20 561720 requests in 3.00s, 210.52MB read\nRequests/sec: 187001.25\n";
        let measured = Measured { requests: 561_720.0, requests_per_s: 187_001.25, p99_ms: 2.5 };
        assert_eq!(parse(told), Some(measured));
        assert_eq!(milliseconds("366.00us"), Some(0.366));
        assert_eq!(milliseconds("1.20s"), Some(1200.0));
        assert_eq!(parse("unable to connect"), None);
    }
}
