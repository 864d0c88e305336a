//! What a store says about itself: whether its books balance, and which key its tokens are of.

use domain::CallState;

use super::Meter;
use super::sample::{NOON_MS, charge_one, hash, hold_one, id_at, payer, rich, take, taken, token_of};
use crate::{AuditFilter, Reconciled, Resolution};

/// Whatever is done by the store's own operations, its books balance, and nothing is damaged.
pub async fn books_balance_whatever_is_done<S: Meter>(store: &S) {
    balances(store, "nothing at all").await;
    let payer = rich(store, "team", 1_000).await;
    let other = token_of(store, payer.account_id, "other").await;
    balances(store, "a top-up").await;
    for (serial, payer) in [(1, payer), (2, other), (3, payer)] {
        taken(charge_one(store, take(payer, serial, 10)).await);
    }
    balances(store, "charges").await;
    for serial in 4..8 {
        taken(hold_one(store, take(other, serial, 20), NOON_MS + serial).await);
    }
    balances(store, "holds").await;
    let resolutions = [Resolution::Post, Resolution::Void(CallState::Rejected)];
    for (serial, resolution) in (4..).zip(resolutions) {
        assert!(store.resolve(id_at(NOON_MS, serial), resolution).await.expect("an answer"));
    }
    balances(store, "resolved holds").await;
    store.expire_holds(NOON_MS + 6).await.expect("a number");
    assert_eq!(store.reconcile(id_at(NOON_MS, 6), true).await.expect("an answer"), Reconciled::Settled);
    store.undo(vec![id_at(NOON_MS, 1)]).await.expect("taken back");
    balances(store, "a reconciled call, one taken back, one still held").await;
    store.forget_calls(NOON_MS + 1, 100).await.expect("a number");
    balances(store, "forgotten calls").await;
}

async fn balances<S: Meter>(store: &S, after: &str) {
    assert_eq!(store.imbalances().await.expect("the books"), [], "{after}");
    assert_eq!(store.imbalances_of_calls().await.expect("the calls"), [], "{after}");
    assert_eq!(store.damages().await.expect("the files"), [""; 0], "{after}");
    store.check_writable().await.expect("it can be written");
}

/// The mark of the first key that is used stays, until it is replaced on purpose, which is noted.
pub async fn the_mark_of_the_first_key_is_kept<S: Meter>(store: &S) {
    assert_eq!(store.token_key_mark().await.expect("an answer"), None);
    let [first, second] = ["first", "second"].map(hash);
    for wanted in [first, second, first] {
        assert_eq!(store.keep_token_key_mark(wanted).await.expect("kept"), first);
        assert_eq!(store.token_key_mark().await.expect("an answer"), Some(first));
    }
    payer(store, "team").await;
    store.replace_token_key_mark(second).await.expect("replaced");
    assert_eq!(store.keep_token_key_mark(first).await.expect("kept"), second);
    let log = store.audit_log(AuditFilter { limit: 1, ..AuditFilter::default() }).await.expect("the log");
    assert_eq!((log[0].action.as_str(), log[0].subject.as_str()), ("token.key", "token key"));
}
