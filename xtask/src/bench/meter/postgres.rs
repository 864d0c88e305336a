//! Charging on PostgreSQL, end to end, against pgbench's transactions/s on the same server.

use std::path::Path;

use super::RUN_IN_SECONDS;
use super::peers::{Database, Pgbench, durability};
use crate::bench::held::{self, Held};
use crate::bench::median;
use crate::bench::payer::{Asked, Books, Payer};
use crate::bench::place::Place;
use crate::bench::turns::{self, Contender, Plan};

/// Connections, and the name of the ratio with that many.
const LOADS: [(u32, &str); 2] = [(64, "meter-postgres-pgbench-64"), (256, "meter-postgres-pgbench")];

/// Measures, prints the table, and gives requests/s as a multiple of pgbench's transactions/s.
pub(super) fn measure(
    held: &Held,
    dir: &Path,
    server_url: &str,
    plan: Plan,
) -> anyhow::Result<[(&'static str, f64); LOADS.len()]> {
    println!("\nPostgreSQL: {}; importing", durability(server_url)?);
    let pgbench = Pgbench::make(server_url)?;
    let database = Database::make(server_url, "astrolabe_bench_meter")?;
    let place = Place { database: Some(database.url()), ..Place::new(&held.place.binaries, dir.join("postgres")) };
    held::import(&place, dir)?;
    let payer = Payer::make(place)?;
    let before = Books::read(&payer.place)?;
    let server = payer.place.serve()?;
    let name = "astrolabe, charging, PostgreSQL";
    let ours = Contender { name, server: &server, ids: &held.ids, token: &payer.token, way: "header" };
    let mut asked = Asked::default();
    let mut turn = |connections: u32, seconds: u32| {
        let sample = ours.turn(connections, seconds)?;
        asked.count(connections, &sample);
        anyhow::Ok(sample)
    };
    turn(LOADS[1].0, RUN_IN_SECONDS)?;
    let (mut samples, mut transactions) = (LOADS.map(|_| Vec::new()), Vec::new());
    for _ in 0..plan.rounds {
        transactions.push(pgbench.transactions_per_s(plan.seconds)?);
        for (samples, (connections, _)) in samples.iter_mut().zip(LOADS) {
            samples.push(turn(connections, plan.seconds)?);
        }
    }
    drop(server);
    before.check(&payer.place, &asked)?;
    turns::print_head();
    println!("| 64 | pgbench -N, transactions | {:.0} | | |", median(transactions.iter().copied()));
    for (samples, (connections, _)) in samples.iter().zip(LOADS) {
        turns::print_row(connections, name, samples);
    }
    let multiple = |samples: &[turns::Sample]| {
        median(samples.iter().zip(&transactions).map(|(sample, per_s)| sample.measured.requests_per_s / per_s))
    };
    Ok([(LOADS[0].1, multiple(&samples[0])), (LOADS[1].1, multiple(&samples[1]))])
}
