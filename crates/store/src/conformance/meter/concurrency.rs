//! The same from many tasks at once: what holds one by one holds in any interleaving.

use std::num::NonZeroU32;
use std::sync::Arc;

use domain::{CallId, CallState, LimitsChange, MicroYuan, PolicyChange};
use fastrand::Rng;
use ledger::Refusal;
use tokio::task::JoinSet;

use super::Meter;
use super::sample::{
    NOON_MS, Payer, all_calls, charge_one, credit, hold_one, id_at, payer, rich, standing, state_of, sums, take,
    take_once, taken, token_of, top_up, used,
};
use crate::{Moved, Resolution, Taken};

/// Runs a job of each number at once, and gives what they gave, in any order.
async fn at_once<T, F>(count: u64, job: impl Fn(u64) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..count {
        tasks.spawn(job(number));
    }
    tasks.join_all().await
}

/// Sixty-four at once against a balance for exactly some of them: so many are taken, and the others told what is left.
pub async fn exactly_what_the_balance_covers_is_taken<S: Meter + 'static>(store: Arc<S>) {
    for covered in [0, 1, 23, 63, 64] {
        let payer = rich(&*store, &format!("for {covered}"), 10 * covered + 9).await;
        let outcomes = at_once(64, |number| {
            let (store, take) = (store.clone(), take(payer, covered * 100 + number, 10));
            async move { charge_one(&*store, take).await }
        });
        let too_little = Taken::Refused(Refusal::Balance { balance: MicroYuan(9) });
        let (refused, others): (Vec<Taken>, Vec<Taken>) =
            outcomes.await.into_iter().partition(|outcome| *outcome == too_little);
        assert_eq!((others.len() as u64, refused.len() as u64), (covered, 64 - covered));
        assert!(others.iter().all(|outcome| matches!(outcome, Taken::Taken(_))), "{others:?}");
        assert_eq!(sums(&*store, payer).await, [9, 10 * covered, 0]);
        assert_eq!(used(&*store, payer).await, (covered, 10 * covered));
    }
    assert_eq!(all_calls(&*store).await.len(), 1 + 23 + 63 + 64);
}

/// Sixteen resolve one hold, some so and some so, while it expires as well: exactly one of them does.
pub async fn a_hold_is_resolved_once<S: Meter + 'static>(store: Arc<S>) {
    let payer = rich(&*store, "team", 1_000).await;
    for serial in 0..8 {
        let id = id_at(NOON_MS, serial);
        let [balance, charged, _] = sums(&*store, payer).await;
        taken(hold_one(&*store, take(payer, serial, 10), NOON_MS).await);
        let resolved = at_once(16, |number| {
            let store = store.clone();
            async move {
                match number % 4 {
                    0 => store.resolve(id, Resolution::Post).await.expect("an answer"),
                    1 => store.resolve(id, Resolution::Void(CallState::Rejected)).await.expect("an answer"),
                    2 => store.resolve(id, Resolution::Void(CallState::Unusable)).await.expect("an answer"),
                    _ => store.expire_holds(NOON_MS).await.expect("calls").len() == 1,
                }
            }
        });
        assert_eq!(resolved.await.into_iter().filter(|resolved| *resolved).count(), 1);
        let cost = if state_of(&*store, id).await == Some((CallState::Succeeded, 10)) { 10 } else { 0 };
        assert_eq!(sums(&*store, payer).await, [balance - cost, charged + cost, 0]);
    }
}

/// Sixteen send one top-up: one is credited, the others are told so.
pub async fn a_top_up_is_credited_once<S: Meter + 'static>(store: Arc<S>) {
    let payer = payer(&*store, "team").await;
    for round in 1..=8 {
        let outcomes = at_once(16, |_| {
            let (store, top_up) = (store.clone(), top_up(payer, 10, &format!("key {round}")));
            async move { store.move_money(top_up).await.expect("an answer") }
        });
        let (credited, before): (Vec<Moved>, Vec<Moved>) =
            outcomes.await.into_iter().partition(|outcome| matches!(outcome, Moved::Now(_)));
        assert_eq!((credited.len(), before.len()), (1, 15));
        assert!(before.iter().all(|outcome| matches!(outcome, Moved::Before(_))), "{before:?}");
        assert_eq!(sums(&*store, payer).await, [10 * round, 0, 0]);
    }
}

/// Fifty send one request under one key: one is charged, and all the others get its answer.
pub async fn a_key_is_charged_once<S: Meter + 'static>(store: Arc<S>) {
    let payer = rich(&*store, "team", 1_000).await;
    let outcomes = at_once(50, |number| {
        let (store, take) = (store.clone(), take_once(take(payer, number, 10), "key", 1));
        async move { (take.id, charge_one(&*store, take).await) }
    });
    let (first, others): (Vec<_>, Vec<_>) =
        outcomes.await.into_iter().partition(|(_, outcome)| matches!(outcome, Taken::Taken(_)));
    let [(first, _)] = <[(CallId, Taken); 1]>::try_from(first).expect("one charge");
    let done = store.done_once(payer.account_id, "key", NOON_MS).await.expect("an answer").expect("something done");
    assert_eq!(done.id, first);
    assert!(others.iter().all(|(_, outcome)| *outcome == Taken::Before(done.clone())), "{others:?}");
    assert_eq!((sums(&*store, payer).await, used(&*store, payer).await), ([990, 10, 0], (1, 10)));
}

/// Operators who change different limits at once: every change is kept.
pub async fn changes_at_once_undo_none_of_each_other<S: Meter + 'static>(store: Arc<S>) {
    let payer = payer(&*store, "team").await;
    let number = |number: u32| Some(NonZeroU32::new(number));
    for round in 1..=16_u32 {
        let changes = at_once(6, |which| {
            let store = store.clone();
            let (mut policy, mut limits) = (PolicyChange::default(), LimitsChange::default());
            match which {
                0 => policy.spending_cap = Some(Some(MicroYuan(u64::from(round)))),
                1 => policy.header_only = Some(round % 2 == 0),
                2 => policy.limits.daily_quota = Some(Some(u64::from(round))),
                3 => limits.concurrent = number(round),
                4 => limits.daily_quota = Some(Some(u64::from(round))),
                _ => limits.rate_per_second = number(round),
            }
            async move {
                match which {
                    0..=2 => drop(store.change_token_policy(payer.token_id, policy).await.expect("a change")),
                    _ => drop(store.change_account_limits(payer.account_id, limits).await.expect("a change")),
                }
            }
        });
        changes.await;
        let policy = store.token_policy(payer.token_id).await.expect("a policy");
        assert_eq!(policy.spending_cap, Some(MicroYuan(u64::from(round))), "{policy:?}");
        assert_eq!(policy.header_only, round % 2 == 0, "{policy:?}");
        assert_eq!(policy.limits.daily_quota, Some(u64::from(round)), "{policy:?}");
        let limits = store.account_limits(payer.account_id).await.expect("limits");
        assert_eq!(limits.concurrent, NonZeroU32::new(round), "{limits:?}");
        assert_eq!(limits.daily_quota, Some(u64::from(round)), "{limits:?}");
        assert_eq!(limits.rate.map(|rate| rate.per_second.get()), Some(round), "{limits:?}");
    }
}

/// Everything at once over two accounts, one with two tokens: the books balance when all is over, with every call, every
/// hold and every micro-yuan accounted for. The seed is printed.
pub async fn books_balance_after_a_rush<S: Meter + 'static>(store: Arc<S>) {
    let seed = super::model::seed();
    eprintln!("books_balance_after_a_rush: seed {seed}");
    let first = rich(&*store, "first", 300).await;
    let payers = [first, token_of(&*store, first.account_id, "first too").await, rich(&*store, "second", 300).await];
    at_once(12, |task| rush(store.clone(), payers, Rng::with_seed(seed.wrapping_add(task)), task)).await;
    store.expire_holds(u64::MAX >> 1).await.expect("calls");

    let calls = all_calls(&*store).await;
    for payer in payers {
        let book = standing(&*store, payer).await;
        let of_token = calls.iter().filter(|call| call.token_id == payer.token_id);
        let of_account = calls.iter().filter(|call| call.account_id == payer.account_id);
        let succeeded = of_token.clone().filter(|call| call.state == CallState::Succeeded).count() as u64;
        let charged_to_token: u64 = of_token.map(|call| call.charged.0).sum();
        assert_eq!(used(&*store, payer).await, (succeeded, charged_to_token), "seed {seed}");
        assert_eq!((book.token.charged.0, book.token.held.0), (charged_to_token, 0), "seed {seed}");
        assert_eq!(book.token.quota.used, succeeded, "seed {seed}");
        let charged: u64 = of_account.map(|call| call.charged.0).sum();
        assert_eq!((book.account.charged.0, book.account.held.0), (charged, 0), "seed {seed}");
        assert!(charged <= book.account.credited.0, "seed {seed}: overdrawn");
        assert_eq!(book.account.balance().0, book.account.credited.0 - charged, "seed {seed}");
    }
}

/// What one of the tasks does.
async fn rush<S: Meter>(store: Arc<S>, payers: [Payer; 3], mut rng: Rng, task: u64) {
    for step in 0..25 {
        let (payer, serial, price) = (payers[rng.usize(..3)], task * 1_000 + step * 10, rng.u64(1..12));
        match rng.u8(..8) {
            0 => credit(&*store, payer, price, &format!("task {task} step {step}")).await,
            1..=3 => {
                let takes = (0..rng.u64(1..5)).map(|one| take(payers[rng.usize(..3)], serial + one, price)).collect();
                store.charge(takes).await.expect("outcomes");
            }
            4 => {
                charge_one(&*store, take(payer, serial, price)).await;
                store.undo(vec![id_at(NOON_MS, serial)]).await.expect("taken back");
            }
            5 => drop(store.expire_holds(NOON_MS + step).await.expect("calls")),
            _ => {
                hold_one(&*store, take(payer, serial, price), NOON_MS + rng.u64(..50)).await;
                let end = [Resolution::Post, Resolution::Void(CallState::Rejected)][rng.usize(..2)];
                store.resolve(id_at(NOON_MS, serial), end).await.expect("an answer");
            }
        }
    }
}
