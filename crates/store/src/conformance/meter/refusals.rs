//! What is refused, what fails, and that neither leaves a trace.

use domain::{CallId, Limits, MicroYuan, TokenId, TokenPolicy};
use ledger::Refusal;

use super::Meter;
use super::sample::{
    Payer, all_calls, all_usage, charge_one, payer, refused, rich, standing, state_of, sums, take, taken, used,
};
use crate::{StoreError, Take, Taken};

async fn limit_account<S: Meter>(store: &S, payer: Payer, daily_quota: Option<u64>) {
    let limits = Limits { daily_quota, ..Limits::default() };
    store.set_account_limits(payer.account_id, limits).await.expect("a change");
}

async fn limit_token<S: Meter>(store: &S, payer: Payer, daily_quota: Option<u64>, spending_cap: Option<u64>) {
    let limits = Limits { daily_quota, ..Limits::default() };
    let policy = TokenPolicy { limits, spending_cap: spending_cap.map(MicroYuan), ..TokenPolicy::default() };
    store.set_token_policy(payer.token_id, policy).await.expect("a change");
}

/// Account's quota, token's quota, token's cap, balance: the first that does not allow it is told; nothing is kept.
pub async fn the_first_reason_in_the_contracts_order_is_told<S: Meter>(store: &S) {
    let payer = rich(store, "team", 15).await;
    taken(charge_one(store, take(payer, 1, 10)).await);
    limit_account(store, payer, Some(1)).await;
    limit_token(store, payer, Some(1), Some(19)).await;
    let (cap, balance) = (MicroYuan(19), MicroYuan(5));
    refuses(store, payer, Refusal::AccountQuota { daily_quota: 1 }).await;
    limit_account(store, payer, Some(2)).await;
    refuses(store, payer, Refusal::TokenQuota { daily_quota: 1 }).await;
    limit_token(store, payer, None, Some(19)).await;
    refuses(store, payer, Refusal::SpendingCap { spending_cap: cap }).await;
    limit_token(store, payer, None, Some(20)).await;
    refuses(store, payer, Refusal::Balance { balance }).await;
    taken(charge_one(store, take(payer, 9, 5)).await);
    assert_eq!(sums(store, payer).await, [0, 15, 0]);
}

async fn refuses<S: Meter>(store: &S, payer: Payer, refusal: Refusal) {
    let (before, calls, usage) = (standing(store, payer).await, all_calls(store).await, all_usage(store).await);
    let take = take(payer, 2, 10);
    assert_eq!(refused(charge_one(store, take.clone()).await), refusal);
    let held = store.hold(vec![take.clone()], u64::MAX >> 1).await.expect("an outcome");
    assert_eq!(held, [Taken::Refused(refusal)]);
    assert_eq!(store.call(take.id).await.expect("an answer"), None);
    let after = (standing(store, payer).await, all_calls(store).await, all_usage(store).await);
    assert_eq!(after, (before, calls, usage), "{refusal:?}");
}

/// Within one batch each take finds what those before it left: of equal ones the first are taken, and a cheaper one
/// after a refusal may still be.
pub async fn a_batch_is_decided_in_order<S: Meter>(store: &S) {
    let payer = rich(store, "team", 75).await;
    let takes: Vec<Take> = (1..=10).map(|serial| take(payer, serial, 10)).chain([take(payer, 11, 5)]).collect();
    let outcomes = store.charge(takes.clone()).await.expect("outcomes");
    for (outcome, serial) in outcomes.into_iter().zip(1..) {
        match serial {
            1..=7 => assert_eq!(taken(outcome).account.balance(), MicroYuan(75 - 10 * serial)),
            8..=10 => assert_eq!(refused(outcome), Refusal::Balance { balance: MicroYuan(5) }),
            _ => assert_eq!(taken(outcome).account.balance(), MicroYuan::ZERO),
        }
    }
    assert_eq!((sums(store, payer).await, used(store, payer).await), ([0, 75, 0], (8, 75)));
    let listed: Vec<CallId> = all_calls(store).await.into_iter().rev().map(|call| call.id).collect();
    let taken_ids: Vec<CallId> = takes[..7].iter().chain(&takes[10..]).map(|take| take.id).collect();
    assert_eq!(listed, taken_ids);
}

/// A refused take leaves not even its id behind.
pub async fn a_refused_id_may_be_used_again<S: Meter>(store: &S) {
    let (poor, rich) = (payer(store, "poor").await, rich(store, "rich", 10).await);
    assert_eq!(refused(charge_one(store, take(poor, 1, 10)).await), Refusal::Balance { balance: MicroYuan::ZERO });
    taken(charge_one(store, take(rich, 1, 10)).await);
    assert_eq!(sums(store, rich).await, [0, 10, 0]);
}

/// A token that is none of the account's is a mistake of the program: nothing of its batch is charged.
pub async fn a_foreign_token_fails_the_whole_batch<S: Meter>(store: &S) {
    let [mine, other] = [rich(store, "mine", 50).await, rich(store, "other", 50).await];
    for token_id in [other.token_id, TokenId(other.token_id.0 + 1_000)] {
        let takes = [mine, Payer { token_id, ..mine }, other].into_iter().zip(1..);
        let takes = takes.map(|(payer, serial)| take(payer, serial, 10)).collect();
        let result = store.charge(takes).await;
        assert!(matches!(result, Err(StoreError::NoSuchToken(id)) if id == token_id.0), "{result:?}");
        nothing_is_charged(store, [mine, other], 0).await;
    }
}

/// An id names one call for ever: a second call of it, in the same batch or later, is an error, and nothing of the batch
/// is charged.
pub async fn a_used_id_fails_the_whole_batch<S: Meter>(store: &S) {
    let [mine, other] = [rich(store, "mine", 50).await, rich(store, "other", 50).await];
    let twice = vec![take(other, 2, 10), take(mine, 1, 10), take(other, 1, 10)];
    assert!(store.charge(twice).await.is_err(), "twice in one batch");
    nothing_is_charged(store, [mine, other], 0).await;

    taken(charge_one(store, take(mine, 1, 10)).await);
    for again in [take(mine, 1, 10), take(other, 1, 10)] {
        assert!(store.charge(vec![take(other, 2, 10), again.clone()]).await.is_err(), "used before");
        assert!(store.hold(vec![take(other, 2, 10), again], u64::MAX >> 1).await.is_err(), "used before");
        nothing_is_charged(store, [mine, other], 10).await;
    }
    assert!(state_of(store, take(mine, 1, 10).id).await.is_some(), "the first one stays");
}

async fn nothing_is_charged<S: Meter>(store: &S, [mine, other]: [Payer; 2], but_mine: u64) {
    assert_eq!(sums(store, mine).await, [50 - but_mine, but_mine, 0]);
    assert_eq!(sums(store, other).await, [50, 0, 0]);
    let (calls, usage) = (all_calls(store).await, all_usage(store).await);
    assert!(calls.iter().all(|call| call.account_id == mine.account_id) && calls.len() as u64 == but_mine / 10);
    assert!(usage.iter().all(|row| row.account_id == mine.account_id) && usage.len() as u64 == but_mine / 10);
}
