//! Several stores that charge the same accounts.

#[path = "support/payers.rs"]
mod payers;
mod support;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::{CallId, CallState};
use ledger::Day;
use payers::{NOW_MS, Payer, balanced, id, payer, take};
use store::{MeterStore, Resolution, ServerId, StoreError, Taken, Unanswered, Usage};
use store_postgres::PostgresStore;
use support::Schema;
use tokio::task::JoinSet;

/// How long tasks run against each other.
const A_WHILE: Duration = Duration::from_millis(1_500);

async fn two_stores(schema: &Schema) -> [Arc<PostgresStore>; 2] {
    [Arc::new(schema.store().await), Arc::new(schema.store().await)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exactly_what_the_balance_covers_is_taken() {
    let Some(schema) = Schema::new().await else { return };
    let stores = two_stores(&schema).await;
    for covered in [0, 1, 23, 63, 64] {
        let payer = payer(&stores[0], &format!("for {covered}"), covered * 10 + 9).await;
        let mut charging = JoinSet::new();
        for number in 0..64 {
            let store = stores[number as usize % 2].clone();
            charging.spawn(async move { store.charge(vec![take(payer, covered * 100 + number)]).await });
        }
        let outcomes = charging.join_all().await.into_iter().flat_map(|outcomes| outcomes.expect("an outcome"));
        let taken = outcomes.filter(|outcome| matches!(outcome, Taken::Taken(_))).count() as u64;
        assert_eq!((taken, balanced(&stores[1], payer).await), (covered, covered));
    }
}

/// Two accounts in opposite orders, and everything else that locks them, without a deadlock: that would be an error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_one_that_waits_for_it() {
    let Some(schema) = Schema::new().await else { return };
    let stores = two_stores(&schema).await;
    let payers = [payer(&stores[0], "first", 1 << 40).await, payer(&stores[0], "second", 1 << 40).await];
    let end = Instant::now() + A_WHILE;
    let mut running = JoinSet::new();
    for task in 0..8 {
        let store = stores[task as usize % 2].clone();
        let payers = if task / 2 % 2 == 0 { payers } else { [payers[1], payers[0]] };
        running.spawn(async move {
            let mut successes = 0;
            for round in (0..).take_while(|_| Instant::now() < end) {
                let serial = (task * 100_000 + round) * 10;
                successes += everything(&store, payers, serial).await.expect("no deadlock");
            }
            successes
        });
    }
    let successes = running.join_all().await;
    assert!(successes.iter().all(|successes| *successes > 0), "{successes:?}");
    stores[0].expire_holds(u64::MAX >> 1).await.expect("calls");
    let kept = balanced(&stores[0], payers[0]).await + balanced(&stores[1], payers[1]).await;
    assert_eq!(kept, successes.iter().sum::<u64>());
}

/// Charges two of each, gives up whoever charged, has them answered after all and takes one of them back; holds two of each and posts one of them, unless it has expired by then,
/// as the other does. Gives the number of successes.
async fn everything(store: &PostgresStore, [first, second]: [Payer; 2], serial: u64) -> Result<u64, StoreError> {
    let four = |from| vec![take(first, from + 3), take(second, from + 2), take(first, from + 1), take(second, from)];
    let server = ServerId(i64::try_from(serial / 1_000_000).expect("a small number"));
    let note = Unanswered { server, beat: i64::try_from(serial).expect("a small number"), calls: Vec::new() };
    store.charge_noting(four(serial), Some(note)).await?;
    for (server, beat) in store.notes().await? {
        store.give_up(server, beat).await?;
    }
    store.answered((serial..serial + 4).map(id).collect()).await?;
    store.hold(four(serial + 5), NOW_MS + serial).await?;
    store.undo(vec![id(serial + 3), id(serial + 2)]).await?;
    let mut successes = 2;
    for held in [serial + 8, serial + 7] {
        successes += u64::from(store.resolve(id(held), Resolution::Post).await?);
    }
    store.expire_holds(NOW_MS + serial).await?;
    let free = |payer: Payer| {
        let (calls, charged) = (0, Default::default());
        let Payer { account_id, token_id } = payer;
        Usage { day: Day::of(NOW_MS), account_id, token_id, endpoint: 1, calls, charged }
    };
    store.count_free(vec![free(first), free(second)]).await?;
    store.forget_calls(NOW_MS, 10).await?;
    Ok(successes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_share_the_expired_holds() {
    let Some(schema) = Schema::new().await else { return };
    let stores = two_stores(&schema).await;
    let payers = [payer(&stores[0], "first", 1 << 40).await, payer(&stores[0], "second", 1 << 40).await];
    let holds = 3_500;
    let takes = (0..holds).map(|serial| take(payers[serial as usize % 2], serial)).collect();
    stores[0].hold(takes, NOW_MS).await.expect("outcomes");
    let mut expiring = JoinSet::new();
    for task in 0..6 {
        let store = stores[task % 2].clone();
        expiring.spawn(async move { store.expire_holds(NOW_MS).await.expect("calls") });
    }
    let expired = expiring.join_all().await;
    let left = stores[0].expire_holds(NOW_MS).await.expect("calls");
    let expired: HashSet<CallId> = expired.into_iter().flatten().chain(left).collect();
    assert_eq!(expired, (0..holds).map(id).collect());
    for payer in payers {
        assert_eq!(balanced(&stores[1], payer).await, 0);
    }
    let call = stores[0].call(id(holds - 1)).await.expect("an answer").expect("the call");
    assert_eq!((call.state, call.charged.0), (CallState::Unknown, 0));
}

/// Batches so far.
#[derive(Default)]
struct Progress {
    charged: AtomicU64,
    failed: AtomicU64,
    over: AtomicBool,
}

/// Ends the connections again and again while charges run. As the gateway does, a batch that failed is taken back before
/// the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_balance_after_lost_connections() {
    let Some(schema) = Schema::new().await else { return };
    let stores = two_stores(&schema).await;
    let payers = [payer(&stores[0], "first", 1 << 40).await, payer(&stores[0], "second", 1 << 40).await];
    let progress = Arc::new(Progress::default());
    let mut charging = JoinSet::new();
    for task in 0..6 {
        let (store, progress) = (stores[task as usize % 2].clone(), progress.clone());
        charging.spawn(async move {
            let mut charged = Vec::new();
            for batch in (0..).take_while(|_| !progress.over.load(Ordering::Relaxed)) {
                let serials = (0..40).map(|one| (task * 100_000 + batch) * 100 + one);
                let ids: Vec<CallId> = serials.clone().map(id).collect();
                let takes = serials.map(|serial| take(payers[serial as usize % 2], serial)).collect();
                if store.charge(takes).await.is_ok() {
                    progress.charged.fetch_add(1, Ordering::Relaxed);
                    charged.extend(ids);
                    continue;
                }
                progress.failed.fetch_add(1, Ordering::Relaxed);
                while store.undo(ids.clone()).await.is_err() {}
            }
            charged
        });
    }
    let client = schema.client().await;
    for round in 0..25 {
        let before = progress.charged.load(Ordering::Relaxed);
        while progress.charged.load(Ordering::Relaxed) == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(round % 10)).await;
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
        client.query(sql, &[]).await.expect("an answer");
    }
    progress.over.store(true, Ordering::Relaxed);
    let charged: Vec<CallId> = charging.join_all().await.concat();
    assert!(progress.failed.load(Ordering::Relaxed) > 0, "a batch was under way when its connection was ended");
    let successes = balanced(&stores[0], payers[0]).await + balanced(&stores[1], payers[1]).await;
    assert_eq!(successes, charged.len() as u64);
    for id in charged.iter().step_by(37) {
        let call = stores[0].call(*id).await.expect("an answer");
        assert_eq!(call.map(|call| call.state), Some(CallState::Succeeded));
    }
}

/// The answer to a commit is lost while the server is still at it: what is taken back must not be charged afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undo_waits_for_a_commit_under_way() {
    let Some(schema) = Schema::new().await else { return };
    let [store, _] = two_stores(&schema).await;
    let payer = payer(&store, "team", 1_000).await;
    store.charge(vec![take(payer, 1)]).await.expect("an outcome");
    let client = schema.client().await;
    let unended = format!(
        "BEGIN;
         INSERT INTO calls SELECT '{}', account_id, token_id, price_micro_yuan, charged_micro_yuan, endpoint, platform,
             state, author_id FROM calls;
         UPDATE account_books SET charged_micro_yuan = 20, quota_used = 2;
         UPDATE token_books SET charged_micro_yuan = 20, quota_used = 2;
         UPDATE usage SET calls = 2, charged_micro_yuan = 20",
        id(2)
    );
    for (end, first) in [("ROLLBACK", 1), ("COMMIT", 1)] {
        client.batch_execute(&unended).await.expect("an open transaction");
        let undoing = tokio::spawn({
            let store = store.clone();
            async move { store.undo(vec![id(2)]).await }
        });
        let waits = "SELECT count(*) > 0 FROM pg_stat_activity WHERE {others} AND wait_event_type = 'Lock'";
        schema.until(&client, waits).await;
        assert!(!undoing.is_finished(), "it is not known yet whether there is a call to take back");
        client.batch_execute(end).await.expect("an end");
        undoing.await.expect("no panic").expect("taken back");
        assert_eq!(balanced(&store, payer).await, first, "{end}");
    }
    let call = store.call(id(2)).await.expect("an answer");
    assert_eq!(call.map(|call| call.state), Some(CallState::Rejected));
}
