//! What a server charged and did not answer before it died.

use domain::{CallId, CallState};

use super::Meter;
use super::sample::{NOON_MS, Payer, charge_one, id_at, rich, state_of, sums, take, take_once, taken, used};
use crate::{Reconciled, ServerId, Taken, Unanswered};

const SERVER: ServerId = ServerId(7);

fn note(server: ServerId, beat: i64, calls: &[CallId]) -> Option<Unanswered> {
    Some(Unanswered { server, beat, calls: calls.to_vec() })
}

/// Charges the calls of these numbers, 10 each; gives their ids.
async fn charge<S: Meter>(store: &S, payer: Payer, serials: &[u64], note: Option<Unanswered>) -> Vec<CallId> {
    let takes = serials.iter().map(|serial| take(payer, *serial, 10)).collect();
    let outcomes = store.charge_noting(takes, note).await.expect("outcomes");
    outcomes.into_iter().for_each(|outcome| {
        taken(outcome);
    });
    serials.iter().map(|serial| id_at(NOON_MS, *serial)).collect()
}

async fn states<S: Meter>(store: &S, ids: &[CallId]) -> Vec<(CallState, u64)> {
    let mut states = Vec::new();
    for id in ids {
        states.push(state_of(store, *id).await.expect("a call"));
    }
    states
}

/// Money, quota and usage stay as they are; each call is then settled either way, once, and keeps its key until it is given
/// back. What costs nothing is in no doubt.
pub async fn what_a_lost_server_did_not_answer_is_unknown_and_stays_charged<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let takes = vec![take_once(take(payer, 1, 10), "a", 1), take_once(take(payer, 2, 10), "b", 1), take(payer, 3, 0)];
    let [first, second, free] = [1, 2, 3].map(|serial| id_at(NOON_MS, serial));
    store.charge_noting(takes, note(SERVER, 1, &[])).await.expect("outcomes");
    assert_eq!(store.give_up(SERVER, 1).await.expect("an answer"), Some(2));
    assert_eq!(states(store, &[first, second]).await, [(CallState::Unknown, 10); 2]);
    assert_eq!(state_of(store, free).await, Some((CallState::Succeeded, 0)));
    assert_eq!((sums(store, payer).await, used(store, payer).await), ([80, 20, 0], (3, 20)));
    assert_eq!(store.forget_calls(u64::MAX >> 20, 10).await.expect("a number"), 1, "the free one alone");
    assert_eq!(store.reconcile(first, true).await.expect("an answer"), Reconciled::Settled);
    assert_eq!(store.reconcile(second, false).await.expect("an answer"), Reconciled::Settled);
    assert_eq!(states(store, &[first, second]).await, [(CallState::Succeeded, 10), (CallState::Rejected, 0)]);
    assert_eq!((sums(store, payer).await, used(store, payer).await), ([90, 10, 0], (2, 10)));
    for (key, id) in [("a", Some(first)), ("b", None)] {
        let done = store.done_once(payer.account_id, key, NOON_MS).await.expect("an answer");
        assert_eq!(done.map(|done| done.id), id, "{key}");
    }
    for id in [first, second] {
        assert_eq!(store.reconcile(id, true).await.expect("an answer"), Reconciled::NotUnknown);
    }
}

/// The calls of a batch that were taken are in its note, with those that the server named; each note replaces the one before,
/// of this server alone. A batch of which nothing is taken writes none.
pub async fn a_note_names_what_its_batch_took<S: Meter>(store: &S) {
    let payer = rich(store, "team", 60).await;
    let other = ServerId(-8);
    let ids = charge(store, payer, &[1, 2, 3], note(SERVER, 1, &[])).await;
    let others = charge(store, payer, &[4], note(other, 5, &[])).await;
    let later = charge(store, payer, &[5, 6], note(SERVER, 2, &ids[1..2])).await;
    let refused = store.charge_noting(vec![take(payer, 7, 10)], note(SERVER, 3, &[])).await.expect("outcomes");
    assert!(matches!(refused[..], [Taken::Refused(_)]), "{refused:?}");
    assert_eq!(store.notes().await.expect("the notes"), [(other, 5), (SERVER, 2)]);
    assert_eq!(store.give_up(SERVER, 2).await.expect("an answer"), Some(3));
    let unknown = [ids[1], later[0], later[1]];
    assert_eq!(states(store, &unknown).await, [(CallState::Unknown, 10); 3]);
    assert_eq!(states(store, &[ids[0], ids[2], others[0]]).await, [(CallState::Succeeded, 10); 3]);
    assert_eq!(store.notes().await.expect("the notes"), [(other, 5)]);
}

/// A server that has written another note meanwhile lives, and nothing changes.
pub async fn a_note_that_was_written_anew_stands<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let ids = charge(store, payer, &[1], note(SERVER, 1, &[])).await;
    store.note(Unanswered { server: SERVER, beat: 2, calls: ids.clone() }).await.expect("a note");
    for (server, beat) in [(SERVER, 1), (SERVER, 3), (ServerId(8), 2)] {
        assert_eq!(store.give_up(server, beat).await.expect("an answer"), None);
    }
    assert_eq!(states(store, &ids).await, [(CallState::Succeeded, 10)]);
    assert_eq!(store.give_up(SERVER, 2).await.expect("an answer"), Some(1));
    assert_eq!(store.give_up(SERVER, 2).await.expect("an answer"), None, "once");
}

/// A server that has answered everything is nobody to look after.
pub async fn an_empty_note_is_removed<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let ids = charge(store, payer, &[1], note(SERVER, 1, &[])).await;
    for beat in [2, 3] {
        store.note(Unanswered { server: SERVER, beat, calls: Vec::new() }).await.expect("a note");
        assert_eq!(store.notes().await.expect("the notes"), []);
    }
    assert_eq!(store.give_up(SERVER, 1).await.expect("an answer"), None);
    assert_eq!(states(store, &ids).await, [(CallState::Succeeded, 10)]);
}

/// Then it succeeded, and no money moves; only charged unknown calls change.
pub async fn an_unknown_call_may_be_answered_after_all<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let ids = charge(store, payer, &[1, 2], note(SERVER, 1, &[])).await;
    taken(super::sample::hold_one(store, take(payer, 3, 10), NOON_MS).await);
    store.expire_holds(NOON_MS).await.expect("calls");
    let held = id_at(NOON_MS, 3);
    store.give_up(SERVER, 1).await.expect("an answer");
    store.undo(vec![ids[1]]).await.expect("taken back");
    for _ in 0..2 {
        store.answered(vec![ids[0], ids[1], held, id_at(NOON_MS, 9)]).await.expect("an answer");
        let expected = [(CallState::Succeeded, 10), (CallState::Rejected, 0), (CallState::Unknown, 0)];
        assert_eq!(states(store, &[ids[0], ids[1], held]).await, expected);
        assert_eq!((sums(store, payer).await, used(store, payer).await), ([90, 10, 0], (1, 10)));
    }
}

/// Whoever gives a lost server's answer again may be quicker than whoever finds it lost.
pub async fn what_was_answered_before_its_server_was_given_up_is_in_no_doubt<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let (other, third) = (ServerId(-8), ServerId(9));
    let ids = charge(store, payer, &[1, 2], note(SERVER, 1, &[])).await;
    let others = charge(store, payer, &[3], note(other, 5, &[])).await;
    let thirds = charge(store, payer, &[4], note(third, 2, &[])).await;
    store.answered(vec![ids[0], others[0]]).await.expect("an answer");
    assert_eq!(store.notes().await.expect("the notes"), [(SERVER, 1), (third, 2)], "nothing is left in the other one");
    for (server, beat, unknown) in [(SERVER, 1, Some(1)), (other, 5, None), (third, 2, Some(1))] {
        assert_eq!(store.give_up(server, beat).await.expect("an answer"), unknown);
    }
    let (succeeded, unknown) = ((CallState::Succeeded, 10), (CallState::Unknown, 10));
    let ids = [ids[0], others[0], ids[1], thirds[0]];
    assert_eq!(states(store, &ids).await, [succeeded, succeeded, unknown, unknown]);
    assert_eq!((sums(store, payer).await, used(store, payer).await), ([60, 40, 0], (4, 40)));
}

/// A server that was given up too soon may still know that a charge of its failed.
pub async fn what_was_given_up_may_be_taken_back<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let first = take_once(take(payer, 1, 10), "key", 1);
    store.charge_noting(vec![first.clone()], note(SERVER, 1, &[])).await.expect("outcomes");
    assert_eq!(store.give_up(SERVER, 1).await.expect("an answer"), Some(1));
    for _ in 0..2 {
        store.undo(vec![first.id]).await.expect("taken back");
        assert_eq!(state_of(store, first.id).await, Some((CallState::Rejected, 0)));
        assert_eq!((sums(store, payer).await, used(store, payer).await), ([100, 0, 0], (0, 0)));
    }
    taken(charge_one(store, take_once(take(payer, 2, 10), "key", 1)).await);
}
