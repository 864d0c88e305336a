//! Unknown calls, settled by the operator.

use domain::{CallId, CallState, Limits, MicroYuan, TokenPolicy};
use ledger::Refusal;

use super::Meter;
use super::sample::{
    MIDNIGHT_MS, NOON_MS, Payer, all_usage, charge_one, credit, hold_one, id_at, rich, standing, state_of, sums, take,
    take_at, taken, used,
};
use crate::{Reconciled, Resolution};

const EXPIRY_MS: u64 = NOON_MS + 60_000;

/// A call nobody knows the end of.
async fn unknown<S: Meter>(store: &S, payer: Payer, serial: u64, price: u64) -> CallId {
    let take = take(payer, serial, price);
    let id = take.id;
    taken(hold_one(store, take, EXPIRY_MS).await);
    if serial.is_multiple_of(2) {
        assert_eq!(store.expire_holds(EXPIRY_MS).await.expect("calls").len(), 1);
    } else {
        assert!(store.resolve(id, Resolution::Void(CallState::Unknown)).await.expect("an answer"));
    }
    assert_eq!(state_of(store, id).await, Some((CallState::Unknown, 0)));
    id
}

/// As a success it is charged, counted and used, once.
pub async fn an_unknown_call_becomes_a_success_once<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    for serial in [1, 2] {
        let id = unknown(store, payer, serial, 30).await;
        assert_eq!(store.reconcile(id, true).await.expect("an answer"), Reconciled::Settled);
        for succeeded in [true, false] {
            assert_eq!(store.reconcile(id, succeeded).await.expect("an answer"), Reconciled::NotUnknown);
        }
        assert_eq!(state_of(store, id).await, Some((CallState::Succeeded, 30)));
        assert_eq!(sums(store, payer).await, [100 - 30 * serial, 30 * serial, 0]);
        assert_eq!(used(store, payer).await, (serial, 30 * serial));
        assert_eq!(standing(store, payer).await.account.quota.used, serial);
    }
    let yesterday = take_at(payer, MIDNIGHT_MS - 1, 3, 10);
    taken(hold_one(store, yesterday.clone(), MIDNIGHT_MS).await);
    store.expire_holds(MIDNIGHT_MS).await.expect("calls");
    taken(charge_one(store, take_at(payer, MIDNIGHT_MS, 4, 1)).await);
    assert_eq!(store.reconcile(yesterday.id, true).await.expect("an answer"), Reconciled::Settled);
    let by_day: Vec<_> = all_usage(store).await.iter().map(|row| (row.calls, row.charged.0)).collect();
    assert_eq!(by_day, [(3, 70), (1, 1)], "used on the day of the call");
    let books = standing(store, payer).await;
    assert_eq!((books.account.quota.used, books.token.quota.used), (1, 1), "not of today's quota");
}

/// As rejected it costs nothing, once.
pub async fn an_unknown_call_becomes_rejected_once<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    taken(charge_one(store, take(payer, 9, 0)).await);
    for serial in [1, 2] {
        let id = unknown(store, payer, serial, 30).await;
        assert_eq!(store.reconcile(id, false).await.expect("an answer"), Reconciled::Settled);
        for succeeded in [true, false] {
            assert_eq!(store.reconcile(id, succeeded).await.expect("an answer"), Reconciled::NotUnknown);
        }
        assert_eq!(state_of(store, id).await, Some((CallState::Rejected, 0)));
        assert_eq!((sums(store, payer).await, used(store, payer).await), ([100, 0, 0], (1, 0)));
        assert_eq!(standing(store, payer).await.account.quota.used, 1, "given back when it became unknown");
    }
}

/// Not even the operator overdraws an account or lifts a limit in passing: the call stays unknown, to be settled later.
pub async fn a_success_that_nothing_covers_stays_unknown<S: Meter>(store: &S) {
    let payer = rich(store, "team", 30).await;
    let id = unknown(store, payer, 1, 30).await;
    taken(charge_one(store, take(payer, 2, 10)).await);
    stays_unknown(store, payer, id, Refusal::Balance { balance: MicroYuan(20) }).await;

    let spending_cap = MicroYuan(39);
    let capped = TokenPolicy { spending_cap: Some(spending_cap), ..TokenPolicy::default() };
    store.set_token_policy(payer.token_id, capped).await.expect("a change");
    stays_unknown(store, payer, id, Refusal::SpendingCap { spending_cap }).await;

    let limits = Limits { daily_quota: Some(1), ..Limits::default() };
    store.set_account_limits(payer.account_id, limits).await.expect("a change");
    stays_unknown(store, payer, id, Refusal::AccountQuota { daily_quota: 1 }).await;

    store.set_account_limits(payer.account_id, Limits::default()).await.expect("a change");
    store.set_token_policy(payer.token_id, TokenPolicy::default()).await.expect("a change");
    credit(store, payer, 10, "more").await;
    assert_eq!(store.reconcile(id, true).await.expect("an answer"), Reconciled::Settled);
    assert_eq!(sums(store, payer).await, [0, 40, 0]);
}

async fn stays_unknown<S: Meter>(store: &S, payer: Payer, id: CallId, refusal: Refusal) {
    let before = (standing(store, payer).await, all_usage(store).await);
    assert_eq!(store.reconcile(id, true).await.expect("an answer"), Reconciled::Refused(refusal));
    assert_eq!(state_of(store, id).await, Some((CallState::Unknown, 0)));
    assert_eq!((standing(store, payer).await, all_usage(store).await), before);
}

/// A call whose end is known, or is still to come, or that was never made, is not the operator's to settle.
pub async fn only_unknown_calls_are_reconciled<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    taken(charge_one(store, take(payer, 1, 10)).await);
    for (serial, state) in [(2, CallState::Rejected), (3, CallState::Unusable)] {
        taken(hold_one(store, take(payer, serial, 10), EXPIRY_MS).await);
        assert!(store.resolve(id_at(NOON_MS, serial), Resolution::Void(state)).await.expect("an answer"));
    }
    taken(hold_one(store, take(payer, 4, 10), EXPIRY_MS).await);
    for serial in 1..=5 {
        for succeeded in [true, false] {
            assert_eq!(
                store.reconcile(id_at(NOON_MS, serial), succeeded).await.expect("an answer"),
                Reconciled::NotUnknown,
                "{serial}"
            );
        }
    }
    assert_eq!(sums(store, payer).await, [80, 10, 10]);
    assert!(store.resolve(id_at(NOON_MS, 4), Resolution::Post).await.expect("an answer"), "still held");
}
