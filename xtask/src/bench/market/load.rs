//! What a question takes while others ask too, and while the creators change.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::{field, make, questions};
use crate::bench::place::Place;
use crate::bench::server::{Connection, Server};

/// Who asks at once.
const CONNECTIONS: usize = 64;

/// How long they ask.
const SECONDS: u64 = 10;

/// Of the creators, the part that is imported while somebody asks.
const IMPORTED_PART: u64 = 10;

/// How long building the market anew may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long questions took, in milliseconds.
#[derive(Default)]
pub(super) struct Times(pub(super) Vec<f64>);

impl Times {
    fn ask(&mut self, connection: &mut Connection, headers: &str, question: &str) -> anyhow::Result<()> {
        let started = Instant::now();
        let (answer, body) = connection.get_as(&format!("/v1/creators?limit=100&{question}"), headers)?;
        ensure!(answer.status == 200, "HTTP {}: {body}", answer.status);
        self.0.push(started.elapsed().as_secs_f64() * 1e3);
        Ok(())
    }

    /// The time within which a share of the questions was answered.
    pub(super) fn at(&mut self, share: f64) -> f64 {
        self.0.sort_by(f64::total_cmp);
        self.0.get((self.0.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN)
    }

    /// A row of the table that [`print_head`] begins.
    pub(super) fn print_row(&mut self, name: &str) {
        let (count, [p50, p90, p99]) = (self.0.len(), [0.5, 0.9, 0.99].map(|share| self.at(share)));
        println!("| {name} | {count} | {p50:.1} | {p90:.1} | {p99:.1} |");
    }
}

/// The head of the table.
pub(super) fn print_head() {
    println!("\n| over HTTP | questions | p50, ms | p90, ms | p99, ms |\n|---|--:|--:|--:|--:|");
}

/// Many connections, each with the next question as soon as the one before is answered.
pub(super) fn at_once(server: &Server, headers: &str) -> anyhow::Result<Times> {
    let questions = questions();
    let until = Instant::now() + Duration::from_secs(SECONDS);
    let asker = |first: usize| -> anyhow::Result<Times> {
        let (mut connection, mut times) = (Connection::open(server)?, Times::default());
        for question in questions.iter().cycle().skip(first * questions.len() / CONNECTIONS) {
            if Instant::now() >= until {
                break;
            }
            times.ask(&mut connection, headers, question)?;
        }
        Ok(times)
    };
    std::thread::scope(|scope| {
        let askers: Vec<_> = (0..CONNECTIONS).map(|first| scope.spawn(move || asker(first))).collect();
        let mut all = Times::default();
        for asker in askers {
            all.0.extend(asker.join().ok().context("an asker panicked")??.0);
        }
        Ok(all)
    })
}

/// Where the creators are that change.
pub(super) struct Changing<'a> {
    pub(super) place: &'a Place,
    pub(super) server: &'a Server,
    pub(super) headers: &'a str,
    /// Where the ones that come are made.
    pub(super) dir: &'a Path,
    /// Creators there are.
    pub(super) creators: u64,
}

const IMPORTING: usize = 0;
const REBUILDING: usize = 1;
const DONE: usize = 2;

impl Changing<'_> {
    /// Imports more creators while one connection asks: its questions during the import, and those from then until the market has
    /// the new ones. The market must be due for being built anew.
    pub(super) fn measure(&self) -> anyhow::Result<[Times; 2]> {
        let posts = make(self.place, &self.dir.join("more"), 2, (self.creators / IMPORTED_PART).max(1))?;
        let before = self.total(&mut Connection::open(self.server)?)?;
        let phase = AtomicUsize::new(IMPORTING);
        std::thread::scope(|scope| {
            let asker = scope.spawn(|| self.ask_until_done(&phase));
            let changed = self.change(&posts.to_string_lossy(), &before, &phase);
            // Whatever came of it: the asker ends.
            phase.store(DONE, Ordering::Relaxed);
            let times = asker.join().ok().context("the asker panicked")?;
            changed.and(times)
        })
    }

    fn change(&self, posts: &str, before: &str, phase: &AtomicUsize) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.server)?;
        self.place.run(&["import", posts])?;
        phase.store(REBUILDING, Ordering::Relaxed);
        let imported = Instant::now();
        while self.total(&mut connection)? == before {
            ensure!(imported.elapsed() < PATIENCE, "the market does not get what was imported");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn ask_until_done(&self, phase: &AtomicUsize) -> anyhow::Result<[Times; 2]> {
        let (mut connection, mut times) = (Connection::open(self.server)?, <[Times; 2]>::default());
        for question in questions().iter().cycle() {
            let Some(times) = times.get_mut(phase.load(Ordering::Relaxed)) else { break };
            times.ask(&mut connection, self.headers, question)?;
        }
        Ok(times)
    }

    /// How many creators the market has.
    fn total(&self, connection: &mut Connection) -> anyhow::Result<String> {
        let (answer, body) = connection.get_as("/v1/creators?limit=1&by=views", self.headers)?;
        ensure!(answer.status == 200, "HTTP {}: {body}", answer.status);
        field(&body, "total").map(str::to_owned).context("no total")
    }
}
