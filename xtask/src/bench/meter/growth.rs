//! Whether a call costs more when the books are long: the same charging over few and over many past calls, accounts and
//! tokens.
//!
//! Each turn starts a server and lets it run in. What a turn adds to a short history would soon make it a long one, so
//! those start from a fresh copy every time.

use std::path::Path;

use super::{CONNECTIONS, RUN_IN_SECONDS};
use crate::bench::median;
use crate::bench::payer::{ACCOUNT, Asked, Books, Payer};
use crate::bench::turns::{self, Contender, Plan, Sample};
use crate::process::{command as program, output};

const FEW_CALLS: u64 = 1_000;
const MANY_ACCOUNTS: u64 = 10_000;

/// Books of some length.
struct Case {
    name: String,
    payer: Payer,
    /// Whether a turn would change what is measured.
    copied: bool,
}

/// Measures all, prints the table, and gives the CPU time per call over many past calls as a multiple of that over few.
pub(super) fn measure(payer: &Payer, dir: &Path, ids: &Path, many: u64, plan: Plan) -> anyhow::Result<f64> {
    println!("\nfilling books with {many} past calls, and with {MANY_ACCOUNTS} accounts");
    let case = |name: String, folder: &str, calls: u64, accounts: u64| {
        let payer = payer.copy_to(dir.join(folder))?;
        let numbers = [calls.to_string(), accounts.to_string()];
        output(program("python3").arg("bench/meter/past.py").arg(&payer.place.data).args([ACCOUNT]).args(numbers))?;
        anyhow::Ok(Case { name, payer, copied: calls == FEW_CALLS })
    };
    let one_of_many = case(format!("{MANY_ACCOUNTS} accounts, one asks"), "accounts", FEW_CALLS, MANY_ACCOUNTS)?;
    let tokens = format!("@{}", one_of_many.payer.place.data.join("tokens").display());
    let all_of_many = Payer { token: tokens, ..one_of_many.payer.clone() };
    let cases = [
        case(format!("{FEW_CALLS} past calls"), "few", FEW_CALLS, 0)?,
        case(format!("{many} past calls"), "many", many, 0)?,
        one_of_many,
        Case { name: format!("{MANY_ACCOUNTS} accounts, all ask"), payer: all_of_many, copied: true },
    ];
    let mut rounds: Vec<Vec<Sample>> = Vec::new();
    for _ in 0..plan.rounds {
        rounds.push(cases.iter().map(|case| case.turn(dir, ids, plan.seconds)).collect::<anyhow::Result<_>>()?);
    }
    turns::print_head();
    for (at, case) in cases.iter().enumerate() {
        turns::print_row(CONNECTIONS, &case.name, &rounds.iter().map(|round| round[at]).collect::<Vec<_>>());
    }
    Ok(median(rounds.iter().map(|round| round[1].cpu_us / round[0].cpu_us)))
}

impl Case {
    fn turn(&self, dir: &Path, ids: &Path, seconds: u32) -> anyhow::Result<Sample> {
        let payer = if self.copied { self.payer.copy_to(dir.join("turn"))? } else { self.payer.clone() };
        let before = Books::read(&payer.place)?;
        let server = payer.place.serve()?;
        let contender = Contender { name: "", server: &server, ids, token: &payer.token, way: "header" };
        let run_in = contender.turn(CONNECTIONS, RUN_IN_SECONDS)?;
        let sample = contender.turn(CONNECTIONS, seconds)?;
        drop(server);
        let mut asked = Asked::default();
        asked.count(CONNECTIONS, &run_in);
        asked.count(CONNECTIONS, &sample);
        before.check(&payer.place, &asked)?;
        Ok(sample)
    }
}
