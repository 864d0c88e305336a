//! A model check: random work, done to the store and to a small model beside it, with every result compared.
//!
//! `ASTROLABE_TEST_SEED` repeats the run of a seed that was printed; `ASTROLABE_TEST_RUNS` says how many runs there are.
//! The model is written without the functions of `ledger`, because it is there to check them too.

mod books;
mod compare;
mod run;

use std::env;

use super::Meter;
use run::Run;

/// Runs, where the environment does not say how many: about two seconds, mostly of waiting for the disk.
const RUNS: u64 = 3;

/// Steps of a run.
const STEPS: u32 = 300;

/// Random work on two accounts with two tokens each: everything the store says, and everything it holds at the end, is
/// what the model says.
pub async fn random_workloads_agree_with_a_model<S: Meter>(store: &S) {
    let (first, runs) = (seed(), runs());
    for number in 0..runs {
        let seed = first.wrapping_add(number);
        eprintln!("random_workloads_agree_with_a_model: ASTROLABE_TEST_SEED={seed} repeats run {number} of {runs}");
        let mut run = Run::new(store, seed, number).await;
        for _ in 0..STEPS {
            run.step().await;
        }
        run.finish().await;
    }
}

/// The same, while the books are closed and opened anew every few steps: everything is in the database, nothing in memory.
pub async fn random_workloads_agree_with_a_model_across_restarts<S: Meter>(open: impl AsyncFn() -> S) {
    let seed = seed();
    eprintln!("random_workloads_agree_with_a_model_across_restarts: ASTROLABE_TEST_SEED={seed} repeats it");
    let mut lengths = fastrand::Rng::with_seed(seed);
    let store = open().await;
    let mut closed = Run::new(&store, seed, 0).await.on(&());
    drop(store);
    let mut steps = 0;
    while steps < STEPS {
        let store = open().await;
        let mut run = closed.on(&store);
        for _ in 0..lengths.u32(1..20) {
            run.step().await;
            steps += 1;
        }
        closed = run.on(&());
    }
    closed.on(&open().await).finish().await;
}

/// The same, on books that are moved to another database halfway.
pub async fn random_workloads_agree_with_a_model_across_a_move<A: Meter, B: Meter>(
    from: &A,
    to: &B,
    move_all: impl AsyncFnOnce(),
) {
    let seed = seed();
    eprintln!("random_workloads_agree_with_a_model_across_a_move: ASTROLABE_TEST_SEED={seed} repeats it");
    let mut run = Run::new(from, seed, 0).await;
    for _ in 0..STEPS {
        run.step().await;
    }
    move_all().await;
    let mut run = run.on(to);
    for _ in 0..STEPS {
        run.step().await;
    }
    run.finish().await;
}

/// The seed to begin with: the one to repeat, or any.
pub(super) fn seed() -> u64 {
    variable("ASTROLABE_TEST_SEED").unwrap_or_else(|| fastrand::u64(..))
}

/// One run repeats a seed; as many as asked for otherwise.
fn runs() -> u64 {
    let unless_said = if variable("ASTROLABE_TEST_SEED").is_some() { 1 } else { RUNS };
    variable("ASTROLABE_TEST_RUNS").unwrap_or(unless_said)
}

fn variable(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text:?}")))
}
