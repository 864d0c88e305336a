//! Idempotency keys: the same request under the same key is answered again, and charged once.

use domain::CallId;

use super::Meter;
use super::sample::{
    HOUR_MS, NOON_MS, Payer, all_calls, charge_one, credit, hold_one, payer, rich, sums, take, take_at, take_once,
    taken, used,
};
use crate::{Done, Once, Take, Taken};

/// What is to be told of a take that was charged under a key.
fn done(take: &Take) -> Done {
    let Once { request, answer, .. } = take.once.clone().expect("a take under a key");
    Done { id: take.id, request, answer }
}

async fn known<S: Meter>(store: &S, payer: Payer, key: &str, now_ms: u64) -> Option<Done> {
    store.done_once(payer.account_id, key, now_ms).await.expect("an answer")
}

/// The same request again: the first answer, no charge, no call, even where nothing is left to charge.
pub async fn the_same_request_is_answered_again<S: Meter>(store: &S) {
    let payer = rich(store, "team", 10).await;
    assert_eq!(known(store, payer, "key", NOON_MS).await, None);
    let first = take_once(take(payer, 1, 10), "key", 1);
    taken(charge_one(store, first.clone()).await);
    assert_eq!(known(store, payer, "key", NOON_MS + 1).await, Some(done(&first)));
    for serial in 2..5 {
        let again = take_once(take_at(payer, NOON_MS + serial, serial, 10), "key", 1);
        assert_eq!(charge_one(store, again).await, Taken::Before(done(&first)));
    }
    assert_eq!((sums(store, payer).await, used(store, payer).await), ([0, 10, 0], (1, 10)));
    assert_eq!(all_calls(store).await.len(), 1);
    credit(store, payer, 10, "more").await;
    let again = take_once(take(payer, 9, 10), "key", 1);
    assert_eq!(charge_one(store, again).await, Taken::Before(done(&first)), "not charged later either");
    assert_eq!(sums(store, payer).await, [10, 10, 0]);
}

/// What stands under keys is told with what it cost: charged, or held at its price; nothing after a day.
pub async fn what_was_done_under_keys_is_told_with_its_cost<S: Meter>(store: &S) {
    let [payer, other] = [rich(store, "team", 100).await, rich(store, "other", 100).await];
    taken(charge_one(store, take_once(take(payer, 1, 10), "charged", 1)).await);
    taken(charge_one(store, take_once(take(other, 2, 30), "others", 1)).await);
    let held = take_once(take(payer, 3, 7), "held", 1);
    taken(hold_one(store, held, NOON_MS + 60_000).await);
    let costs = async |now_ms| {
        let keys = ["held", "others", "charged", "none"].map(str::to_owned).to_vec();
        let costs = store.costs_once(payer.account_id, keys, now_ms).await.expect("costs");
        costs.into_iter().map(|cost| cost.map(|cost| cost.0)).collect::<Vec<_>>()
    };
    assert_eq!(costs(NOON_MS + 5).await, [Some(7), None, Some(10), None]);
    assert_eq!(costs(NOON_MS + 25 * HOUR_MS).await, [None; 4]);
    assert_eq!(store.costs_once(payer.account_id, Vec::new(), NOON_MS).await.expect("costs"), []);
}

/// Fifty at once, in one batch with others: one charge and fifty equal answers.
pub async fn one_batch_charges_a_key_once<S: Meter>(store: &S) {
    let [mine, other] = [rich(store, "mine", 1_000).await, rich(store, "other", 1_000).await];
    let under_key = (1..=50).map(|serial| take_once(take(mine, serial, 10), "key", 1));
    let takes: Vec<Take> = under_key.chain([take(other, 51, 10), take(mine, 52, 10)]).collect();
    let outcomes = store.charge(takes.clone()).await.expect("outcomes");
    assert_eq!(outcomes.len(), 52);
    assert!(matches!(outcomes[0], Taken::Taken(_)), "{:?}", outcomes[0]);
    assert!(outcomes[1..50].iter().all(|outcome| *outcome == Taken::Before(done(&takes[0]))), "{outcomes:?}");
    assert!(outcomes[50..].iter().all(|outcome| matches!(outcome, Taken::Taken(_))), "those without the key");
    assert_eq!((sums(store, mine).await, sums(store, other).await), ([980, 20, 0], [990, 10, 0]));
    assert_eq!(all_calls(store).await.len(), 3);
}

/// Another request under the key is not charged; what is told has the digest of the first, so that it can be refused.
pub async fn another_request_is_told_apart<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let first = take_once(take(payer, 1, 10), "key", 1);
    let other = take_once(take(payer, 2, 25), "key", 2);
    let outcomes = store.charge(vec![first.clone(), other.clone()]).await.expect("outcomes");
    assert_eq!(outcomes[1], Taken::Before(done(&first)));
    assert_ne!(done(&first).request, done(&other).request);
    assert_eq!(charge_one(store, other).await, Taken::Before(done(&first)));
    assert_eq!(sums(store, payer).await, [90, 10, 0]);
    let other_key = take_once(take(payer, 3, 10), "KEY", 1);
    taken(charge_one(store, other_key).await);
}

/// Two accounts may choose the same key; two tokens of one account share its keys.
pub async fn keys_are_an_accounts_own<S: Meter>(store: &S) {
    let [mine, other] = [rich(store, "mine", 100).await, rich(store, "other", 100).await];
    let mine_too = super::sample::token_of(store, mine.account_id, "mine too").await;
    let takes: Vec<Take> = [mine, other]
        .into_iter()
        .zip(1..)
        .map(|(payer, serial)| take_once(take(payer, serial, 10), "key", 1))
        .collect();
    for outcome in store.charge(takes.clone()).await.expect("outcomes") {
        taken(outcome);
    }
    for (payer, take) in [mine, other].into_iter().zip(&takes) {
        assert_eq!(known(store, payer, "key", NOON_MS).await, Some(done(take)));
        assert_eq!(sums(store, payer).await, [90, 10, 0]);
    }
    let outcome = charge_one(store, take_once(take(mine_too, 3, 10), "key", 1)).await;
    assert_eq!(outcome, Taken::Before(done(&takes[0])));
}

/// A refusal is no answer to keep: once it can be paid for, the request is charged.
pub async fn a_refused_request_uses_no_key<S: Meter>(store: &S) {
    let payer = payer(store, "team").await;
    let take = take_once(take(payer, 1, 10), "key", 1);
    assert!(matches!(charge_one(store, take.clone()).await, Taken::Refused(_)));
    assert_eq!(known(store, payer, "key", NOON_MS).await, None);
    credit(store, payer, 10, "more").await;
    taken(charge_one(store, take.clone()).await);
    assert_eq!(known(store, payer, "key", NOON_MS).await, Some(done(&take)));
}

/// A key stands for 24 hours, by the moments of the ids; then it is free, and stands for the next call for as long.
pub async fn a_key_lasts_a_day<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let last_ms = 24 * HOUR_MS - 1;
    let mut start_ms = NOON_MS;
    for round in 0..3 {
        let first = take_once(take_at(payer, start_ms, round * 10 + 1, 10), "key", round as u8);
        taken(charge_one(store, first.clone()).await);
        let late = take_once(take_at(payer, start_ms + last_ms, round * 10 + 2, 10), "key", round as u8);
        assert_eq!(charge_one(store, late).await, Taken::Before(done(&first)));
        assert_eq!(store.expire_holds(start_ms + last_ms).await.expect("calls"), [], "which may tidy old keys up");
        assert_eq!(known(store, payer, "key", start_ms + last_ms).await, Some(done(&first)));
        start_ms += 24 * HOUR_MS;
        assert_eq!(known(store, payer, "key", start_ms).await, None);
    }
    assert_eq!(sums(store, payer).await, [70, 30, 0]);
}

/// Keys and answers are any text and any bytes, and come back as they were.
pub async fn keys_and_answers_of_any_form_survive<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let keys = ["k", "'; DROP TABLE calls; --", "星图 🌟", &"x".repeat(255), " ", "%"];
    let answers: [Vec<u8>; 3] = [Vec::new(), (0..=255).collect(), vec![0xff; 100_000]];
    let mut takes = Vec::new();
    for ((key, answer), serial) in keys.iter().zip(answers.iter().cycle()).zip(1..) {
        let once = Once { key: (*key).to_owned(), request: [serial as u8 | 0x80; 32], answer: answer.clone() };
        takes.push(Take { once: Some(once), ..take(payer, serial, 0) });
    }
    store.charge(takes.clone()).await.expect("outcomes");
    for (key, take) in keys.iter().zip(&takes) {
        assert_eq!(known(store, payer, key, NOON_MS).await, Some(done(take)), "{key:?}");
    }
    assert_eq!(known(store, payer, "never", NOON_MS).await, None);
    let ids: Vec<CallId> = all_calls(store).await.into_iter().rev().map(|call| call.id).collect();
    assert_eq!(ids, takes.iter().map(|take| take.id).collect::<Vec<_>>());
}
