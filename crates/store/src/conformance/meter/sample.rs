//! Payers, takes and short ways to ask, to test with.

use domain::{AccountId, Call, CallId, CallState, CreatorKey, MicroYuan, NewToken, Platform, TokenHash, TokenId};
use ledger::{Day, Refusal};

use super::super::sample::{NOW, key_on};
use super::Meter;
use crate::{CallFilter, Moved, Movement, MovementKind, Once, Standing, Take, Taken, Usage};

/// Noon of a day in Asia/Shanghai, in milliseconds: 2026-06-10T04:00:00Z.
pub(super) const NOON_MS: u64 = 1_781_064_000_000;

/// The next midnight in Asia/Shanghai: 2026-06-10T16:00:00Z.
pub(super) const MIDNIGHT_MS: u64 = 1_781_107_200_000;

/// The milliseconds of an hour.
pub(super) const HOUR_MS: u64 = 3_600_000;

/// The endpoint of takes, where the case does not say another.
pub(super) const ENDPOINT: u8 = 1;

/// An account and a token of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Payer {
    pub(super) account_id: AccountId,
    pub(super) token_id: TokenId,
}

/// Makes an account with a token.
pub(super) async fn payer<S: Meter>(store: &S, name: &str) -> Payer {
    let account_id = store.create_account(name, NOW).await.expect("an account").id;
    token_of(store, account_id, name).await
}

/// Makes a token of an account; its hash is that of [`hash`].
pub(super) async fn token_of<S: Meter>(store: &S, account_id: AccountId, name: &str) -> Payer {
    let token = NewToken { account_id, hash: hash(name), hint: name.to_owned(), created_at: NOW, expires_at: None };
    Payer { account_id, token_id: store.create_token(token).await.expect("a token").id }
}

/// The hash of a token's name, which must differ in the first 32 bytes.
pub(super) fn hash(name: &str) -> TokenHash {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(name.bytes()).for_each(|(byte, of_name)| *byte = of_name);
    TokenHash(bytes)
}

/// A payer whose account has this much.
pub(super) async fn rich<S: Meter>(store: &S, name: &str, amount: u64) -> Payer {
    let payer = payer(store, name).await;
    credit(store, payer, amount, name).await;
    payer
}

/// Credits an account, under a key not used before.
pub(super) async fn credit<S: Meter>(store: &S, payer: Payer, amount: u64, key: &str) {
    let outcome = store.move_money(top_up(payer, amount, key)).await.expect("a top-up");
    assert!(matches!(outcome, Moved::Now(_)), "{outcome:?}");
}

/// A top-up.
pub(super) fn top_up(payer: Payer, amount: u64, key: &str) -> Movement {
    let (account_id, amount) = (payer.account_id, MicroYuan(amount));
    let (key, note) = (key.parse().expect("a key"), "an invoice".parse().expect("a note"));
    Movement { kind: MovementKind::TopUp, account_id, amount, key, at_ms: NOON_MS, note }
}

/// The id number `serial` of a moment, in the form of a UUID of version 7.
pub(super) fn id_at(unix_ms: u64, serial: u64) -> CallId {
    CallId(CallId::first_at(unix_ms).0 | 7 << 76 | 2 << 62 | u128::from(serial))
}

/// A take at noon, with the id number `serial`.
pub(super) fn take(payer: Payer, serial: u64, price: u64) -> Take {
    take_at(payer, NOON_MS, serial, price)
}

/// A take at a moment.
pub(super) fn take_at(payer: Payer, unix_ms: u64, serial: u64, price: u64) -> Take {
    let Payer { account_id, token_id } = payer;
    let (id, key, price) = (id_at(unix_ms, serial), about(serial), MicroYuan(price));
    Take { id, account_id, token_id, endpoint: ENDPOINT, key, price, once: None }
}

/// A take under an idempotency key.
pub(super) fn take_once(take: Take, key: &str, request: u8) -> Take {
    let answer = format!("the answer of {}", take.id).into_bytes();
    Take { once: Some(Once { key: key.to_owned(), request: [request; 32], answer }), ..take }
}

/// Some calls are about no creator in particular.
fn about(serial: u64) -> Option<CreatorKey> {
    let id = format!("{}", 7_000_000_000_000_000_000 + serial % 1_000);
    (serial % 5 != 3).then(|| key_on(&id, Platform::ShortVideo))
}

/// Charges one take.
pub(super) async fn charge_one<S: Meter>(store: &S, take: Take) -> Taken {
    only(store.charge(vec![take]).await.expect("an outcome"))
}

/// Holds one take until a moment.
pub(super) async fn hold_one<S: Meter>(store: &S, take: Take, expires_at_ms: u64) -> Taken {
    only(store.hold(vec![take], expires_at_ms).await.expect("an outcome"))
}

fn only(taken: Vec<Taken>) -> Taken {
    let [taken] = <[Taken; 1]>::try_from(taken).expect("one outcome for one take");
    taken
}

/// How the books stand after a take.
pub(super) fn taken(outcome: Taken) -> Standing {
    match outcome {
        Taken::Taken(standing) => standing,
        other => panic!("not taken: {other:?}"),
    }
}

/// Why a take was refused.
pub(super) fn refused(outcome: Taken) -> Refusal {
    match outcome {
        Taken::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// How a payer's books stand.
pub(super) async fn standing<S: Meter>(store: &S, payer: Payer) -> Standing {
    store.standing(payer.account_id, payer.token_id).await.expect("the standing")
}

/// What a payer's account has, what it was charged and what is held.
pub(super) async fn sums<S: Meter>(store: &S, payer: Payer) -> [u64; 3] {
    let Standing { account, token } = standing(store, payer).await;
    assert_eq!(account.credited, account.balance().plus(account.charged).plus(account.held), "{account:?}");
    assert_eq!((account.charged, account.held), (token.charged, token.held), "the books of the account's one token");
    [account.balance().0, account.charged.0, account.held.0]
}

/// How a call stands, and what was charged for it; nothing where it is not listed.
pub(super) async fn state_of<S: Meter>(store: &S, id: CallId) -> Option<(CallState, u64)> {
    let call = store.call(id).await.expect("an answer");
    call.map(|call| (call.state, call.charged.0))
}

/// The call that a take becomes.
pub(super) fn call_of(take: &Take, state: CallState) -> Call {
    let charged = if state == CallState::Succeeded { take.price } else { MicroYuan::ZERO };
    let Take { id, account_id, token_id, endpoint, ref key, price, once: _ } = *take;
    Call { id, account_id, token_id, endpoint, key: key.clone(), state, price, charged, lost: None }
}

/// Every call, newest first.
pub(super) async fn all_calls<S: Meter>(store: &S) -> Vec<Call> {
    store.calls(CallFilter { limit: 10_000, ..CallFilter::default() }).await.expect("the calls")
}

/// Everything ever used, by day, account, token and endpoint; a row that came to nothing is as good as none.
pub(super) async fn all_usage<S: Meter>(store: &S) -> Vec<Usage> {
    let mut usage = store.usage(None, Day::EPOCH, Day::from_number(40_000)).await.expect("the usage");
    assert!(usage.is_sorted_by_key(|row| (row.day, row.account_id, row.token_id, row.endpoint)), "{usage:?}");
    usage.retain(|row| row.calls > 0 || row.charged > MicroYuan::ZERO);
    usage
}

/// Successes of a payer with what they cost, over all days and endpoints.
pub(super) async fn used<S: Meter>(store: &S, payer: Payer) -> (u64, u64) {
    let usage = all_usage(store).await;
    let own = usage.iter().filter(|row| (row.account_id, row.token_id) == (payer.account_id, payer.token_id));
    own.fold((0, 0), |(calls, charged), row| (calls + row.calls, charged + row.charged.0))
}
