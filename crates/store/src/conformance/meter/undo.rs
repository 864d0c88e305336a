//! Charges taken back, after a commit that may have failed.

use domain::CallState;

use super::Meter;
use super::sample::{
    MIDNIGHT_MS, NOON_MS, all_usage, charge_one, id_at, rich, standing, state_of, sums, take, take_at, take_once,
    taken, used,
};
use crate::Taken;

/// Money, quota and usage come back, once; ids that were never charged, and a second time, are no error.
pub async fn what_was_charged_is_given_back_once<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    for serial in 1..=3 {
        taken(charge_one(store, take(payer, serial, 10)).await);
    }
    let [first, second, third, never] = [1, 2, 3, 4].map(|serial| id_at(NOON_MS, serial));
    for ids in [vec![never], vec![first, never, third], vec![first, third], vec![third, third, first]] {
        let untouched = ids == [never];
        store.undo(ids).await.expect("taken back");
        let (sum, successes) = if untouched { (30, 3) } else { (10, 1) };
        assert_eq!(sums(store, payer).await, [100 - sum, sum, 0]);
        assert_eq!(used(store, payer).await, (successes, sum));
        let standing = standing(store, payer).await;
        assert_eq!((standing.account.quota.used, standing.token.quota.used), (successes, successes));
    }
    let rejected = Some((CallState::Rejected, 0));
    assert_eq!([state_of(store, first).await, state_of(store, third).await], [rejected, rejected]);
    assert_eq!(state_of(store, second).await, Some((CallState::Succeeded, 10)));
    assert_eq!(state_of(store, never).await, None);
    assert!(store.charge(vec![take(payer, 1, 10)]).await.is_err(), "its id stays used");
}

/// Money and usage come back whenever it is undone; the quota of a day that is over does not matter any more.
pub async fn a_quota_of_another_day_is_not_given_back<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let takes = [take_at(payer, MIDNIGHT_MS - 1, 1, 10), take_at(payer, MIDNIGHT_MS, 2, 10)];
    store.charge(takes.to_vec()).await.expect("outcomes");
    store.undo(vec![takes[0].id]).await.expect("taken back");
    assert_eq!(sums(store, payer).await, [90, 10, 0]);
    assert_eq!(standing(store, payer).await.account.quota.used, 1);
    let usage = all_usage(store).await;
    assert_eq!(usage.len(), 1, "{usage:?}");
    assert_eq!(usage[0].day.number(), standing(store, payer).await.account.quota.day.number());
}

/// Nothing was done under the key of a charge that was taken back: the request may be sent again, and is charged then.
pub async fn a_key_is_free_again<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let first = take_once(take(payer, 1, 10), "key", 1);
    taken(charge_one(store, first.clone()).await);
    store.undo(vec![first.id]).await.expect("taken back");
    assert_eq!(store.done_once(payer.account_id, "key", NOON_MS).await.expect("an answer"), None);
    taken(charge_one(store, take_once(take(payer, 2, 10), "key", 2)).await);
    store.undo(vec![first.id]).await.expect("no error");
    let outcome = charge_one(store, take_once(take(payer, 3, 10), "key", 2)).await;
    assert!(matches!(outcome, Taken::Before(done) if done.id == id_at(NOON_MS, 2)), "the second charge keeps the key");
    assert_eq!(sums(store, payer).await, [90, 10, 0]);
}
