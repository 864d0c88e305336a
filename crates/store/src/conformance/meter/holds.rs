//! Prices set aside: posted, voided or expired, once.

use domain::{CallId, CallState, Limits, LostPurchase, MicroYuan, TokenId, TokenPolicy};
use ledger::{Day, Refusal};

use super::Meter;
use super::sample::{
    ENDPOINT, HOUR_MS, MIDNIGHT_MS, NOON_MS, Payer, all_usage, call_of, charge_one, hold_one, id_at, refused, rich,
    standing, state_of, sums, take, take_at, take_once, taken, token_of, used,
};
use crate::{CallFilter, Reconciled, Resolution, Resolved, ServerId, StoreError, Unanswered, Unsettled};

/// When holds of these cases expire.
const EXPIRY_MS: u64 = NOON_MS + 60_000;

/// The ways in which a hold ends as no success.
const VOIDS: [CallState; 3] = [CallState::Rejected, CallState::Unknown, CallState::Unusable];

async fn resolve<S: Meter>(store: &S, id: CallId, resolution: Resolution) -> bool {
    store.resolve(id, resolution).await.expect("an answer")
}

/// What is held is no balance and not charged, is counted, and listed as held; posted it is charged.
pub async fn a_hold_is_posted<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let take = take(payer, 1, 30);
    let after = taken(hold_one(store, take.clone(), EXPIRY_MS).await);
    assert_eq!(after, standing(store, payer).await);
    assert_eq!((sums(store, payer).await, used(store, payer).await), ([70, 0, 30], (0, 0)));
    assert_eq!((after.account.quota.used, after.token.quota.used), (1, 1));
    assert_eq!(store.call(take.id).await.expect("an answer"), Some(call_of(&take, CallState::Held)));

    assert_eq!(store.unsettled().await.expect("numbers"), Unsettled { held: 1, unknown: 0 });

    assert!(resolve(store, take.id, Resolution::Post).await);
    assert_eq!(store.unsettled().await.expect("numbers"), Unsettled::default());
    assert_eq!((sums(store, payer).await, used(store, payer).await), ([70, 30, 0], (1, 30)));
    let after = standing(store, payer).await;
    assert_eq!((after.account.quota.used, after.token.quota.used), (1, 1), "counted once");
    assert_eq!(store.call(take.id).await.expect("an answer"), Some(call_of(&take, CallState::Succeeded)));
}

/// Many at once, each as it says: twice the same, one that is no hold, and an answer for its key. What is posted is noted, and
/// becomes unknown with the server's death; it stays charged.
pub async fn many_holds_are_resolved_at_once<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let under_key = take_once(take(payer, 1, 30), "key", 1);
    for take in [under_key.clone(), take(payer, 2, 20), take(payer, 3, 10)] {
        taken(hold_one(store, take, EXPIRY_MS).await);
    }
    let end = |serial, resolution, answer: Option<&str>| Resolved {
        answer: answer.map(|answer| answer.as_bytes().to_vec()),
        ..Resolved::new(id_at(NOON_MS, serial), resolution)
    };
    let ends = vec![
        end(1, Resolution::Post, Some("the answer")),
        end(2, Resolution::Void(CallState::Unusable), None),
        end(2, Resolution::Post, None),
        end(9, Resolution::Post, None),
        end(3, Resolution::Post, Some("of no key")),
    ];
    let note = Unanswered { server: ServerId(7), beat: 1, calls: Vec::new() };
    let outcomes = store.resolve_noting(ends.clone(), Some(note.clone())).await.expect("outcomes");
    assert_eq!(outcomes, [true, true, false, false, true]);
    assert_eq!((sums(store, payer).await, used(store, payer).await), ([60, 40, 0], (2, 40)));
    assert_eq!(state_of(store, id_at(NOON_MS, 2)).await, Some((CallState::Unusable, 0)));
    let done = store.done_once(payer.account_id, "key", NOON_MS).await.expect("an answer").expect("a key");
    assert_eq!((done.id, done.answer.as_slice()), (under_key.id, b"the answer".as_slice()));
    assert_eq!(store.notes().await.expect("notes"), [(ServerId(7), 1)]);

    let again = store.resolve_noting(ends, Some(Unanswered { beat: 2, ..note })).await.expect("outcomes");
    assert_eq!(again, [false; 5]);
    assert_eq!(
        store.give_up(ServerId(7), 1).await.expect("a number"),
        Some(2),
        "the note of nothing posted is not kept"
    );
    for (serial, charged) in [(1, 30), (3, 10)] {
        assert_eq!(state_of(store, id_at(NOON_MS, serial)).await, Some((CallState::Unknown, charged)));
    }
    assert_eq!(sums(store, payer).await, [60, 40, 0]);
}

/// What an upstream may have billed for nothing is kept with the calls that asked for it, whatever becomes of them; of those that were
/// not held (any more) it is not.
pub async fn what_was_lost_is_kept_with_the_call<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    for serial in 1..=3 {
        taken(hold_one(store, take(payer, serial, 10), EXPIRY_MS).await);
    }
    let lost = |upstream: &str| LostPurchase {
        upstream: upstream.to_owned(),
        failure: "timed_out".to_owned(),
        sent_at_ms: NOON_MS + 5,
    };
    let end = |serial, resolution, lost| Resolved { lost, ..Resolved::new(id_at(NOON_MS, serial), resolution) };
    let ends = vec![
        end(1, Resolution::Void(CallState::Unknown), Some(lost("主"))),
        end(1, Resolution::Void(CallState::Unknown), Some(lost("again"))),
        // Served as stale.
        end(2, Resolution::Post, Some(lost("other"))),
        end(3, Resolution::Void(CallState::Unknown), None),
    ];
    assert_eq!(store.resolve_noting(ends, None).await.expect("outcomes"), [true, false, true, true]);
    let kept = async |serial| store.call(id_at(NOON_MS, serial)).await.expect("an answer").expect("a call").lost;
    assert_eq!((kept(1).await, kept(2).await, kept(3).await), (Some(lost("主")), Some(lost("other")), None));
    let unknown = CallFilter { state: Some(CallState::Unknown), limit: 9, ..CallFilter::default() };
    let listed = store.calls(unknown).await.expect("the calls");
    assert_eq!(listed.iter().map(|call| call.lost.clone()).collect::<Vec<_>>(), [None, Some(lost("主"))]);
    let all = CallFilter { lost: true, limit: 9, ..CallFilter::default() };
    let of_payer = CallFilter { account_id: Some(payer.account_id), ..all };
    for (filter, serials) in [
        (all, &[2, 1][..]),
        (CallFilter { limit: 1, ..all }, &[2]),
        (CallFilter { before: Some(id_at(NOON_MS, 2)), ..all }, &[1]),
        (CallFilter { state: Some(CallState::Succeeded), ..all }, &[2]),
        (CallFilter { state: Some(CallState::Unknown), ..of_payer }, &[1]),
        (CallFilter { token_id: Some(payer.token_id), ..of_payer }, &[2, 1]),
    ] {
        let listed = store.calls(filter).await.expect("the calls");
        let expected = serials.iter().map(|serial| id_at(NOON_MS, *serial));
        assert!(listed.iter().map(|call| call.id).eq(expected), "{filter:?}: {listed:?}");
    }
    assert_eq!(store.reconcile(id_at(NOON_MS, 1), true).await.expect("settled"), Reconciled::Settled);
    assert_eq!(kept(1).await, Some(lost("主")), "settled as it may be");
}

/// A void gives everything back and keeps the call with the reason.
pub async fn a_hold_is_voided<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let before = standing(store, payer).await;
    for (state, serial) in VOIDS.into_iter().zip(1..) {
        let take = take(payer, serial, 100);
        taken(hold_one(store, take.clone(), EXPIRY_MS).await);
        assert_eq!(sums(store, payer).await, [0, 0, 100]);
        assert!(resolve(store, take.id, Resolution::Void(state)).await);
        let after = standing(store, payer).await;
        assert_eq!((after.account.balance(), after.account.held), (before.account.balance(), before.account.held));
        assert_eq!(
            (after.token.spent(), after.account.quota.used, after.token.quota.used),
            (before.token.spent(), 0, 0)
        );
        assert_eq!(store.call(take.id).await.expect("an answer"), Some(call_of(&take, state)));
        assert_eq!(used(store, payer).await, (0, 0));
    }
}

/// Whatever is said of it later, the first resolution stands; what was never held cannot be resolved.
pub async fn a_hold_is_resolved_once<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let firsts = [Resolution::Post].into_iter().chain(VOIDS.map(Resolution::Void));
    for (first, serial) in firsts.zip(1..) {
        let id = id_at(NOON_MS, serial);
        taken(hold_one(store, take(payer, serial, 10), EXPIRY_MS).await);
        assert!(resolve(store, id, first).await);
        let (before, state) = (standing(store, payer).await, state_of(store, id).await);
        for second in [Resolution::Post].into_iter().chain(VOIDS.map(Resolution::Void)) {
            assert!(!resolve(store, id, second).await, "{first:?}, then {second:?}");
        }
        assert_eq!(store.expire_holds(EXPIRY_MS).await.expect("calls"), [], "{first:?}");
        assert_eq!((standing(store, payer).await, state_of(store, id).await), (before, state), "{first:?}");
    }
    taken(charge_one(store, take(payer, 8, 10)).await);
    for serial in [8, 9] {
        assert!(!resolve(store, id_at(NOON_MS, serial), Resolution::Post).await, "charged at once, or never seen");
    }
    assert_eq!(sums(store, payer).await, [80, 20, 0]);
}

/// Holds and charges compete for the same balance.
pub async fn holds_take_what_charges_leave<S: Meter>(store: &S) {
    let payer = rich(store, "team", 25).await;
    taken(charge_one(store, take(payer, 1, 10)).await);
    let outcomes = store.hold(vec![take(payer, 2, 10), take(payer, 3, 10)], EXPIRY_MS).await.expect("outcomes");
    let [held, not_held] = <[_; 2]>::try_from(outcomes).expect("two outcomes");
    assert_eq!(taken(held).account.balance().0, 5);
    assert!(matches!(refused(not_held), Refusal::Balance { balance } if balance.0 == 5));
    let short = refused(charge_one(store, take(payer, 4, 10)).await);
    assert!(matches!(short, Refusal::Balance { balance } if balance.0 == 5));
    assert!(resolve(store, id_at(NOON_MS, 2), Resolution::Void(CallState::Rejected)).await);
    taken(charge_one(store, take(payer, 4, 15)).await);
    assert_eq!(sums(store, payer).await, [0, 25, 0]);
}

/// What is held counts against the token's cap and both quotas as if it were spent.
pub async fn holds_count_against_cap_and_quotas<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let limits = |daily_quota| Limits { daily_quota, ..Limits::default() };
    let policy = |daily_quota, cap: Option<u64>| {
        let (limits, spending_cap) = (limits(daily_quota), cap.map(MicroYuan));
        TokenPolicy { limits, spending_cap, ..TokenPolicy::default() }
    };
    taken(hold_one(store, take(payer, 1, 10), EXPIRY_MS).await);
    let steps = [
        (None, policy(None, Some(19)), Refusal::SpendingCap { spending_cap: MicroYuan(19) }),
        (None, policy(Some(1), None), Refusal::TokenQuota { daily_quota: 1 }),
        (Some(1), policy(None, None), Refusal::AccountQuota { daily_quota: 1 }),
    ];
    for (daily_quota, policy, refusal) in steps {
        store.set_account_limits(payer.account_id, limits(daily_quota)).await.expect("a change");
        store.set_token_policy(payer.token_id, policy).await.expect("a change");
        assert_eq!(refused(charge_one(store, take(payer, 2, 10)).await), refusal);
        assert_eq!(refused(hold_one(store, take(payer, 2, 10), EXPIRY_MS).await), refusal);
    }
    assert!(resolve(store, id_at(NOON_MS, 1), Resolution::Void(CallState::Rejected)).await);
    taken(hold_one(store, take(payer, 2, 10), EXPIRY_MS).await);
    assert_eq!(sums(store, payer).await, [90, 0, 10]);
}

/// A hold ends by itself at its moment, not before; its call is unknown then, for it may have been answered.
pub async fn only_expired_holds_are_voided<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    for (serial, expires_at_ms) in [(1, EXPIRY_MS), (2, EXPIRY_MS + 1), (3, EXPIRY_MS), (4, EXPIRY_MS + 2)] {
        taken(hold_one(store, take(payer, serial, 10), expires_at_ms).await);
    }
    for (now_ms, expired, held) in
        [(0, 0, 40), (EXPIRY_MS - 1, 0, 40), (EXPIRY_MS, 2, 20), (EXPIRY_MS, 0, 20), (EXPIRY_MS + 1, 1, 10)]
    {
        assert_eq!(store.expire_holds(now_ms).await.expect("calls").len(), expired, "{now_ms}");
        assert_eq!(sums(store, payer).await, [100 - held, 0, held], "{now_ms}");
        assert_eq!(standing(store, payer).await.account.quota.used, held / 10);
    }
    for (serial, state) in
        [(1, CallState::Unknown), (2, CallState::Unknown), (3, CallState::Unknown), (4, CallState::Held)]
    {
        assert_eq!(state_of(store, id_at(NOON_MS, serial)).await, Some((state, 0)));
        assert_eq!(resolve(store, id_at(NOON_MS, serial), Resolution::Post).await, state == CallState::Held);
    }
    assert_eq!(sums(store, payer).await, [90, 10, 0]);
    assert_eq!(store.expire_holds(u64::MAX >> 1).await.expect("calls"), []);
}

/// What a server held is unknown once it is given up, and its key free, long before the holds expire; what others hold, and what nobody
/// knows the server of, stays, and so does what the server has ended.
pub async fn what_a_dead_server_held_is_voided_and_nothing_else<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let (dead, alive) = (ServerId(7), ServerId(8));
    let under_key = take_once(take(payer, 1, 10), "key", 1);
    let holds = [(under_key, Some(dead)), (take(payer, 2, 10), Some(dead)), (take(payer, 3, 10), Some(dead))];
    for (take, server) in holds.into_iter().chain([(take(payer, 4, 10), Some(alive)), (take(payer, 5, 10), None)]) {
        taken(store.hold_as(vec![take], EXPIRY_MS, server).await.expect("an outcome").remove(0));
    }
    assert!(resolve(store, id_at(NOON_MS, 3), Resolution::Post).await);
    let mut ended = store.give_up_holds(dead).await.expect("calls");
    ended.sort_unstable();
    assert_eq!(ended, [1, 2].map(|serial| id_at(NOON_MS, serial)));
    assert_eq!((sums(store, payer).await, standing(store, payer).await.account.quota.used), ([70, 10, 20], 3));
    for (serial, state) in
        [(1, CallState::Unknown), (2, CallState::Unknown), (4, CallState::Held), (5, CallState::Held)]
    {
        assert_eq!(state_of(store, id_at(NOON_MS, serial)).await, Some((state, 0)));
    }
    assert_eq!(state_of(store, id_at(NOON_MS, 3)).await, Some((CallState::Succeeded, 10)));
    assert_eq!(store.done_once(payer.account_id, "key", NOON_MS).await.expect("an answer"), None);
    assert!(!resolve(store, id_at(NOON_MS, 1), Resolution::Post).await, "the first end counts");
    assert_eq!(store.give_up_holds(dead).await.expect("calls"), []);
    assert_eq!(store.expire_holds(EXPIRY_MS).await.expect("calls").len(), 2);
    assert_eq!(sums(store, payer).await, [90, 10, 0]);
}

/// A void gives the success back to the quota of the day it was taken from; when another day has begun there is nothing to
/// give back to.
pub async fn a_void_gives_quota_back_on_its_day_only<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let late = [1, 2].map(|serial| take_at(payer, MIDNIGHT_MS - 1, serial, 10));
    let expires_at_ms = MIDNIGHT_MS + HOUR_MS;
    store.hold(late.to_vec(), expires_at_ms).await.expect("outcomes");
    assert!(resolve(store, late[0].id, Resolution::Void(CallState::Rejected)).await);
    assert_eq!(standing(store, payer).await.account.quota.used, 1, "the same day");

    taken(charge_one(store, take_at(payer, MIDNIGHT_MS, 3, 10)).await);
    assert_eq!(store.expire_holds(expires_at_ms).await.expect("calls").len(), 1);
    let after = standing(store, payer).await;
    assert_eq!((after.account.quota.used, after.token.quota.used), (1, 1), "the next day");
    assert_eq!(sums(store, payer).await, [90, 10, 0]);

    let posted = take_at(payer, MIDNIGHT_MS - 1, 4, 10);
    taken(hold_one(store, posted.clone(), expires_at_ms).await);
    assert!(resolve(store, posted.id, Resolution::Post).await);
    let usage = all_usage(store).await;
    let rows: Vec<_> = usage.iter().map(|row| (row.endpoint, row.calls, row.charged.0)).collect();
    assert_eq!(rows, [(ENDPOINT, 1, 10), (ENDPOINT, 1, 10)], "what is posted counts on the day of its call");
}

/// Those of a day in Asia/Shanghai, as long as they are held; what is charged is none of them.
pub async fn held_calls_are_told_by_day_account_and_token<S: Meter>(store: &S) {
    let (one, other) = (rich(store, "one", 100).await, rich(store, "other", 100).await);
    let second = token_of(store, one.account_id, "second").await;
    let (day, next) = (Day::of(NOON_MS), Day::of(MIDNIGHT_MS));
    assert_eq!(store.held_calls(day).await.expect("an answer"), []);
    let at = [(one, day.begins_at_ms(), 1), (one, MIDNIGHT_MS - 1, 2), (second, NOON_MS, 3), (other, NOON_MS, 4)];
    let before_and_after = [(one, day.begins_at_ms() - 1, 5), (other, MIDNIGHT_MS, 6)];
    for (payer, at_ms, serial) in at.into_iter().chain(before_and_after) {
        taken(hold_one(store, take_at(payer, at_ms, serial, 10), MIDNIGHT_MS + HOUR_MS).await);
    }
    taken(charge_one(store, take(one, 7, 10)).await);
    let held = |payer: Payer, calls| (payer.account_id, payer.token_id, calls);
    let of_day = [held(one, 2), held(second, 1), held(other, 1)];
    assert_eq!(store.held_calls(day).await.expect("an answer"), of_day);
    assert_eq!(store.held_calls(next).await.expect("an answer"), [held(other, 1)]);
    assert!(resolve(store, id_at(NOON_MS, 3), Resolution::Post).await);
    assert!(resolve(store, id_at(NOON_MS, 4), Resolution::Void(CallState::Rejected)).await);
    assert_eq!(store.held_calls(day).await.expect("an answer"), [held(one, 2)]);
}

/// As with charges: a token that is none of the account's, or an id that was used, is an error, and nothing is held.
pub async fn a_bad_hold_fails_the_whole_batch<S: Meter>(store: &S) {
    let [mine, other] = [rich(store, "mine", 50).await, rich(store, "other", 50).await];
    for token_id in [other.token_id, TokenId(other.token_id.0 + 1_000)] {
        let takes = vec![take(mine, 1, 10), take(Payer { token_id, ..mine }, 2, 10)];
        assert!(matches!(store.hold(takes, EXPIRY_MS).await, Err(StoreError::NoSuchToken(id)) if id == token_id.0));
    }
    let twice = vec![take(mine, 1, 10), take(other, 2, 10), take(mine, 2, 10)];
    assert!(store.hold(twice, EXPIRY_MS).await.is_err());
    for payer in [mine, other] {
        assert_eq!(sums(store, payer).await, [50, 0, 0]);
    }
    assert_eq!(store.expire_holds(u64::MAX >> 1).await.expect("calls"), []);
    taken(hold_one(store, take(mine, 1, 10), EXPIRY_MS).await);
    assert!(store.charge(vec![take(other, 2, 10), take(other, 1, 10)]).await.is_err(), "an id that is held");
    assert_eq!((sums(store, mine).await, sums(store, other).await), ([40, 0, 10], [50, 0, 0]));
}
