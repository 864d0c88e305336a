//! What the store says beside what the model says, and what must hold whatever the model says.

use std::collections::BTreeMap;

use domain::AccountId;
use ledger::{Day, Quota};

use super::super::Meter;
use super::super::sample::Payer;
use super::books::{Counter, Done, Outcome, Standing, day};
use super::run::Run;
use crate::{CallFilter, ServerId, Take, Taken};

/// Compares the outcomes of a batch.
pub(super) fn outcomes<S: Meter>(run: &Run<'_, S>, takes: &[Take], outcomes: Vec<Taken>, expected: Vec<Outcome>) {
    assert_eq!(outcomes.len(), expected.len(), "{}", run.place());
    for ((take, outcome), expected) in takes.iter().zip(outcomes).zip(expected) {
        if let Taken::Taken(standing) = &outcome {
            within_limits(standing, &run.place());
        }
        let outcome = match outcome {
            Taken::Taken(standing) => Outcome::Taken(stands(standing)),
            Taken::Refused(refusal) => Outcome::Refused(refusal),
            Taken::Before(before) => Outcome::Before(done(before)),
        };
        assert_eq!(outcome, expected, "{}: {take:?}", run.place());
    }
}

/// A take that was taken has left no quota, cap or balance exceeded.
fn within_limits(crate::Standing { account, token }: &crate::Standing, place: &str) {
    assert!(account.daily_quota.is_none_or(|quota| account.quota.used <= quota), "{place}: {account:?}");
    assert!(token.daily_quota.is_none_or(|quota| token.quota.used <= quota), "{place}: {token:?}");
    assert!(token.spending_cap.is_none_or(|cap| token.charged.0 + token.held.0 <= cap.0), "{place}: {token:?}");
    assert!(account.charged.0 + account.held.0 <= account.credited.0, "{place}: {account:?}");
}

/// Compares how a payer stands.
pub(super) async fn standing<S: Meter>(run: &Run<'_, S>, payer: Payer) {
    let standing = run.store.standing(payer.account_id, payer.token_id).await.expect("the standing");
    let account = standing.account;
    let sum = account.balance().0 + account.charged.0 + account.held.0;
    assert_eq!(account.credited.0, sum, "{}: the books balance", run.place());
    let mut expected = run.model.standing(payer.token_id.0);
    expected.counters = expected.counters.map(|counter| Counter { day: counter.day * counter.used.min(1), ..counter });
    assert_eq!(stands(standing), expected, "{}: {payer:?}", run.place());
}

/// Compares the servers that have a note.
pub(super) async fn notes<S: Meter>(run: &Run<'_, S>) {
    let notes = run.store.notes().await.expect("the notes");
    let expected = run.model.notes.iter().map(|(server, note)| (ServerId(*server), note.0));
    assert_eq!(notes, expected.collect::<Vec<_>>(), "{}", run.place());
}

/// Compares calls, usage, sums and standings of every account.
pub(super) async fn everything<S: Meter>(run: &Run<'_, S>) {
    assert_eq!(run.store.imbalances().await.expect("the books"), [], "{}", run.place());
    assert_eq!(run.store.imbalances_of_calls().await.expect("the calls"), [], "{}", run.place());
    for payer in run.payers {
        standing(run, payer).await;
    }
    for account in run.model.accounts.keys() {
        let charged = calls(run, AccountId(*account)).await;
        assert_eq!(usage(run, AccountId(*account)).await, charged, "{}: usage and calls", run.place());
        let mut of_tokens = 0;
        for payer in run.payers.iter().filter(|payer| payer.account_id.0 == *account) {
            let standing = run.store.standing(payer.account_id, payer.token_id).await.expect("the standing");
            assert_eq!(standing.account.charged.0, charged, "{}: the account and its calls", run.place());
            assert_eq!(standing.account.held.0, 0, "{}: all holds are over", run.place());
            of_tokens += standing.token.charged.0;
        }
        assert_eq!(of_tokens, charged, "{}: tokens and calls", run.place());
    }
}

/// Compares an account's calls, and gives what was charged for them.
async fn calls<S: Meter>(run: &Run<'_, S>, account: AccountId) -> u64 {
    let filter = CallFilter { account_id: Some(account), limit: 1_000_000, ..CallFilter::default() };
    let calls = run.store.calls(filter).await.expect("the calls");
    let listed = calls.iter().map(|call| {
        (call.id.0, call.account_id.0, call.token_id.0, call.endpoint, call.state, [call.price.0, call.charged.0])
    });
    let expected = run.model.calls.iter().rev().filter(|(_, call)| call.account == account.0);
    let expected = expected
        .map(|(id, call)| (*id, call.account, call.token, call.endpoint, call.state, [call.price, call.charged]));
    assert_eq!(listed.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{}", run.place());
    calls.iter().map(|call| call.charged.0).sum()
}

/// Compares an account's usage, and gives what it cost.
async fn usage<S: Meter>(run: &Run<'_, S>, account: AccountId) -> u64 {
    let usage = run.store.usage(Some(account), Day::EPOCH, Day::from_number(40_000)).await.expect("the usage");
    let rows = usage.iter().filter(|row| row.calls > 0);
    let rows = rows.map(|row| ((number(row.day), row.token_id.0, row.endpoint), (row.calls, row.charged.0)));
    let mut expected = BTreeMap::<_, (u64, u64)>::new();
    let own = run.model.calls.values().filter(|call| call.account == account.0);
    for call in own.filter(|call| call.is_taken()) {
        let (calls, charged) = expected.entry((day(call.at_ms), call.token, call.endpoint)).or_default();
        (*calls, *charged) = (*calls + 1, *charged + call.price);
    }
    assert_eq!(rows.collect::<BTreeMap<_, _>>(), expected, "{}", run.place());
    usage.iter().map(|row| row.charged.0).sum()
}

/// What was done, in the words of the model.
pub(super) fn done(done: crate::Done) -> Done {
    Done { id: done.id.0, request: done.request, answer: done.answer }
}

/// How a payer stands, in the words of the model.
fn stands(crate::Standing { account, token }: crate::Standing) -> Standing {
    let counter = |quota: Quota, limit| {
        // A day on which nothing is used (any more) is as good as any other.
        let day = if quota.used == 0 { 0 } else { number(quota.day) };
        Counter { day, used: quota.used, limit }
    };
    Standing {
        credited: account.credited.0,
        charged: [account.charged.0, token.charged.0],
        held: [account.held.0, token.held.0],
        counters: [counter(account.quota, account.daily_quota), counter(token.quota, token.daily_quota)],
        cap: token.spending_cap.map(|cap| cap.0),
    }
}

fn number(day: Day) -> u64 {
    u64::try_from(day.number()).expect("a day after 1970")
}
