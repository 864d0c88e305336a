//! The audit log: what operators changed, and nothing else.

use domain::{AccountId, Limits, MicroYuan, TokenId, TokenPolicy, UnixTime};

use super::super::sample::NOW;
use super::Meter;
use super::sample::{
    MIDNIGHT_MS, NOON_MS, charge_one, credit, hold_one, id_at, payer, refused, rich, take, taken, token_of, top_up,
};
use crate::{AuditEntry, AuditFilter, Change, Forgotten, Moved, Period, Reconciled, Resolution};

async fn listed<S: Meter>(store: &S, filter: AuditFilter) -> Vec<AuditEntry> {
    store.audit_log(filter).await.expect("the log")
}

/// Every entry, oldest first.
async fn log<S: Meter>(store: &S) -> Vec<AuditEntry> {
    let mut entries = listed(store, AuditFilter { limit: 10_000, ..AuditFilter::default() }).await;
    assert!(entries.is_sorted_by(|a, b| a.number > b.number), "newest first: {entries:?}");
    entries.reverse();
    entries
}

/// Each change is one entry, with what was done, to what, and by whom; entries are numbered in their order.
pub async fn every_change_is_noted<S: Meter>(store: &S) {
    assert!(log(store).await.is_empty());
    let payer = payer(store, "team").await;
    let (account_id, token_id) = (payer.account_id, payer.token_id);
    let limits = Limits { daily_quota: Some(7), ..Limits::default() };
    store.set_account_limits(account_id, limits).await.expect("a change");
    credit(store, payer, 100, "key").await;
    store.set_token_enabled(token_id, false).await.expect("a change");
    store.set_token_enabled(token_id, true).await.expect("a change");
    store.set_token_expiry(token_id, Some(UnixTime(u32::MAX))).await.expect("a change");
    store
        .set_token_policy(token_id, TokenPolicy { header_only: true, ..TokenPolicy::default() })
        .await
        .expect("a change");
    store.set_price(3, MicroYuan(12_300)).await.expect("a change");
    let id = id_at(NOON_MS, 1);
    taken(hold_one(store, take(payer, 1, 10), NOON_MS).await);
    store.expire_holds(NOON_MS).await.expect("calls");
    assert_eq!(store.reconcile(id, true).await.expect("an answer"), Reconciled::Settled);
    store.note_change(Change::admin_key_made()).await.expect("noted");
    let forgotten = Forgotten { states: 1, snapshots: 3, bought: 2 };
    store.note_change(Change::creator_deleted(forgotten)).await.expect("noted");
    store.park_upstream("main", NOON_MS, 601).await.expect("parked");
    assert!(store.unpark_upstream("main").await.expect("an answer"));

    let entries = log(store).await;
    let (account, token, call) = (format!("account {account_id}"), format!("token {token_id}"), format!("call {id}"));
    let expected: [(&str, &str); 13] = [
        ("account.create", &account),
        ("token.create", &token),
        ("account.limit", &account),
        ("account.topup", &account),
        ("token.disable", &token),
        ("token.enable", &token),
        ("token.expiry", &token),
        ("token.policy", &token),
        ("price.set", "endpoint 3"),
        ("call.reconcile", &call),
        ("admin.key", "admin key"),
        ("creator.delete", "a creator"),
        ("upstream.unpark", "upstream main"),
    ];
    assert_eq!(entries.len(), expected.len(), "{entries:?}");
    for (entry, (action, subject)) in entries.iter().zip(expected) {
        assert_eq!((entry.action.as_str(), entry.subject.as_str()), (action, subject));
        assert!(!entry.actor.is_empty() && entry.actor == entries[0].actor, "{entry:?}");
        assert!(entry.at_ms > 0);
    }
    assert!(entries[0].detail.contains("team") && entries[1].detail.contains(&account), "{entries:?}");
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), (1..=13).collect::<Vec<_>>());
    let details = entries.iter().map(|entry| entry.detail.as_str()).collect::<Vec<_>>();
    let deleted = "1 states, 3 snapshots, 2 bought answers";
    assert_eq!(details[8..], ["0.0123 yuan", "succeeded", "", deleted, "asked again; was parked for code 601"]);
}

/// Calls are no operator's changes; what was done before, was refused, or failed changed nothing.
pub async fn what_changes_nothing_is_not_noted<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let other = token_of(store, payer.account_id, "other").await;
    let before = log(store).await;

    taken(charge_one(store, take(payer, 1, 10)).await);
    for serial in [2, 3] {
        taken(hold_one(store, take(payer, serial, 45), NOON_MS + serial).await);
    }
    assert!(store.resolve(id_at(NOON_MS, 2), Resolution::Post).await.expect("an answer"));
    store.expire_holds(MIDNIGHT_MS).await.expect("calls");
    store.undo(vec![id_at(NOON_MS, 1)]).await.expect("taken back");
    store.forget_calls(MIDNIGHT_MS, 1).await.expect("a number");
    taken(charge_one(store, take(other, 4, 55)).await);
    refused(charge_one(store, take(other, 5, 1)).await);
    assert!(matches!(store.reconcile(id_at(NOON_MS, 3), true).await, Ok(Reconciled::Refused(_))));
    assert!(matches!(store.reconcile(id_at(NOON_MS, 2), true).await, Ok(Reconciled::NotUnknown)));

    assert!(matches!(store.move_money(top_up(payer, 100, "team")).await, Ok(Moved::Before(_))));
    assert!(matches!(store.move_money(top_up(payer, 99, "team")).await, Ok(Moved::KeyTaken)));
    assert!(matches!(store.move_money(top_up(payer, MicroYuan::MAX.0, "more")).await, Ok(Moved::TooMuch(_))));
    let (account, token) = (AccountId(payer.account_id.0 + 1_000), TokenId(other.token_id.0 + 1_000));
    assert!(store.create_account("team", NOW).await.is_err());
    assert!(store.set_account_limits(account, Limits::default()).await.is_err());
    assert!(store.set_token_policy(token, TokenPolicy::default()).await.is_err());
    assert!(store.set_token_expiry(token, None).await.is_err());
    assert!(store.set_token_enabled(token, false).await.is_err());
    assert_eq!(log(store).await, before);
}

/// An action, all actions of a kind, a subject, an actor: each filter lists those and no others, in pages too.
pub async fn entries_are_filtered<S: Meter>(store: &S) {
    let [first, other] = [payer(store, "first").await, payer(store, "other").await];
    for token_id in [first.token_id, other.token_id] {
        store.set_token_enabled(token_id, false).await.expect("a change");
        store.set_token_enabled(token_id, true).await.expect("a change");
    }
    let all = log(store).await;
    let token = format!("token {}", other.token_id);
    let (none, actor) = (AuditFilter { limit: 100, ..AuditFilter::default() }, all[0].actor.clone());
    let text = |text: &str| Some(text.to_owned());
    type Keeps<'k> = &'k dyn Fn(&AuditEntry) -> bool;
    let moment = all[all.len() / 2].at_ms;
    let of = |since_ms, until_ms| AuditFilter { period: Period { since_ms, until_ms }, ..none.clone() };
    let cases: [(AuditFilter, Keeps<'_>); 11] = [
        (of(moment, None), &|entry| entry.at_ms >= moment),
        (of(0, Some(moment)), &|entry| entry.at_ms < moment),
        (of(moment, Some(moment + 1)), &|entry| entry.at_ms == moment),
        (AuditFilter { action: text("token.disable"), ..none.clone() }, &|entry| entry.action == "token.disable"),
        (AuditFilter { action: text("token"), ..none.clone() }, &|entry| entry.action.starts_with("token.")),
        (AuditFilter { action: text("toke"), ..none.clone() }, &|_| false),
        (AuditFilter { action: text("%"), ..none.clone() }, &|_| false),
        (AuditFilter { subject: text(&token), ..none.clone() }, &|entry| entry.subject == token),
        (AuditFilter { subject: text("token"), ..none.clone() }, &|_| false),
        (AuditFilter { actor: Some(actor), action: text("account"), ..none.clone() }, &|entry| {
            entry.action.starts_with("account.")
        }),
        (AuditFilter { actor: text("nobody"), ..none.clone() }, &|_| false),
    ];
    for (filter, keeps) in cases {
        let expected: Vec<&AuditEntry> = all.iter().rev().filter(|entry| keeps(entry)).collect();
        let found = listed(store, filter.clone()).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter:?}");
        if let Some(newest) = found.first() {
            let rest = AuditFilter { before: Some(newest.number), limit: 1, ..filter };
            assert_eq!(listed(store, rest).await.first(), expected.get(1).copied());
        }
    }
}

/// Page after page, each from the last entry of the one before, gives every entry once.
pub async fn entries_come_in_pages<S: Meter>(store: &S) {
    for price in 1..=11 {
        store.set_price(1, MicroYuan(price)).await.expect("a change");
    }
    let all = listed(store, AuditFilter { limit: 100, ..AuditFilter::default() }).await;
    assert_eq!(all.len(), 11);
    for limit in [1, 4, 11] {
        let mut paged: Vec<AuditEntry> = Vec::new();
        loop {
            let before = paged.last().map(|entry| entry.number);
            let page = listed(store, AuditFilter { before, limit, ..AuditFilter::default() }).await;
            assert!(page.len() <= limit as usize);
            if page.is_empty() {
                break;
            }
            paged.extend(page);
            assert!(paged.len() <= all.len(), "pages of {limit} repeat");
        }
        assert_eq!(paged, all, "pages of {limit}");
    }
}
