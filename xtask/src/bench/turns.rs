//! Servers that take turns under one load, so that what else the machine does hits each, and each round gives its own
//! ratio.

use std::path::Path;

use super::held::PATH;
use super::median;
use super::server::Server;
use super::wrk::{self, Load, Measured};

/// How much is measured.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// Rounds, of which the median counts.
    pub(super) rounds: usize,
    /// Length of each measurement.
    pub(super) seconds: u32,
}

/// A server under load.
pub(super) struct Contender<'a> {
    /// What the table calls it.
    pub(super) name: &'static str,
    /// The server.
    pub(super) server: &'a Server,
    /// The file of creators' ids.
    pub(super) ids: &'a Path,
    /// The token, or `@` and a file of tokens.
    pub(super) token: &'a str,
    /// How the token is sent: `query` or `header`.
    pub(super) way: &'static str,
}

/// One measurement: what the client saw, and what the server spent.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    /// What wrk measured.
    pub(super) measured: Measured,
    /// The server's CPU time per request.
    pub(super) cpu_us: f64,
}

impl Contender<'_> {
    /// One turn.
    pub(super) fn turn(&self, connections: u32, seconds: u32) -> anyhow::Result<Sample> {
        let Self { server, ids, token, way, .. } = *self;
        let before = server.cpu_s()?;
        let measured = wrk::run(&Load { url: &server.url, ids, path: PATH, token, way, connections, seconds })?;
        let cpu_us = (server.cpu_s()? - before) * 1e6 / measured.requests;
        Ok(Sample { measured, cpu_us })
    }
}

/// Every contender's turn, in every round.
pub(super) fn take_turns(contenders: &[Contender], plan: Plan, connections: u32) -> anyhow::Result<Vec<Vec<Sample>>> {
    let turn = |contender: &Contender| contender.turn(connections, plan.seconds);
    (0..plan.rounds).map(|_| contenders.iter().map(turn).collect()).collect()
}

/// The median of the rounds' ratios of two contenders.
pub(super) fn median_ratio(rounds: &[Vec<Sample>], one: usize, other: usize, of: fn(&Sample) -> f64) -> f64 {
    median(rounds.iter().map(|round| of(&round[one]) / of(&round[other])))
}

/// The head of a table of [`print_row`].
pub(super) fn print_head() {
    println!("\n| connections | server | requests/s | p99, ms | CPU per request, µs |\n|--:|---|--:|--:|--:|");
}

/// The medians of a contender's samples.
pub(super) fn print_row(connections: u32, name: &str, samples: &[Sample]) {
    let of = |of: fn(&Sample) -> f64| median(samples.iter().map(of));
    println!(
        "| {connections} | {name} | {:.0} | {:.2} | {:.2} |",
        of(|sample| sample.measured.requests_per_s),
        of(|sample| sample.measured.p99_ms),
        of(|sample| sample.cpu_us),
    );
}

/// A row for each contender.
pub(super) fn print_rows(connections: u32, contenders: &[Contender], rounds: &[Vec<Sample>]) {
    for (at, contender) in contenders.iter().enumerate() {
        print_row(connections, contender.name, &rounds.iter().map(|round| round[at]).collect::<Vec<_>>());
    }
}
