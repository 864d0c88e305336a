//! Accounts to charge, and what to charge them for.

use domain::{
    AccountId, CallId, CallState, CreatorKey, MicroYuan, NewToken, Note, Platform, TokenHash, TokenId, UnixTime,
};
use ledger::Day;
use store::{AccountStore, CallFilter, MeterStore, Moved, Movement, MovementKind, Take};
use store_postgres::PostgresStore;

/// The moment of every call, in milliseconds.
pub(crate) const NOW_MS: u64 = 1_780_000_000_000;

/// An account with its one token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Payer {
    pub(crate) account_id: AccountId,
    pub(crate) token_id: TokenId,
}

/// Makes an account that has this much. Names differ in their first 32 bytes.
pub(crate) async fn payer(store: &PostgresStore, name: &str, amount: u64) -> Payer {
    let created_at = UnixTime(1_780_000_000);
    let account_id = store.create_account(name, created_at).await.expect("an account").id;
    let mut hash = [0; 32];
    hash.iter_mut().zip(name.bytes()).for_each(|(byte, of_name)| *byte = of_name);
    let token = NewToken { account_id, hash: TokenHash(hash), hint: name.into(), created_at, expires_at: None };
    let token_id = store.create_token(token).await.expect("a token").id;
    let (amount, note) = (MicroYuan(amount), Note::default());
    let top_up = Movement {
        kind: MovementKind::TopUp,
        account_id,
        amount,
        key: name.parse().expect("a key"),
        at_ms: NOW_MS,
        note,
    };
    assert!(matches!(store.move_money(top_up).await, Ok(Moved::Now(_))));
    Payer { account_id, token_id }
}

/// The call number `serial`.
pub(crate) fn id(serial: u64) -> CallId {
    CallId(CallId::first_at(NOW_MS).0 | u128::from(serial))
}

/// A take of ten.
pub(crate) fn take(payer: Payer, serial: u64) -> Take {
    let Payer { account_id, token_id } = payer;
    let key = CreatorKey { author_id: "7000000000000000000".parse().expect("an id"), platform: Platform::ShortVideo };
    Take { id: id(serial), account_id, token_id, endpoint: 1, key: Some(key), price: MicroYuan(10), once: None }
}

/// Asserts that the books of a payer, its calls and its usage say the same, and gives the number of its successes.
pub(crate) async fn balanced(store: &PostgresStore, payer: Payer) -> u64 {
    let filter = CallFilter { account_id: Some(payer.account_id), limit: u32::MAX, ..CallFilter::default() };
    let calls = store.calls(filter).await.expect("the calls");
    let charged: u64 = calls.iter().map(|call| call.charged.0).sum();
    let successes = calls.iter().filter(|call| call.state == CallState::Succeeded).count() as u64;
    let day = Day::of(NOW_MS);
    let usage = store.usage(Some(payer.account_id), day, day).await.expect("the usage");
    let used = usage.iter().fold((0, 0), |(calls, charged), row| (calls + row.calls, charged + row.charged.0));
    let standing = store.standing(payer.account_id, payer.token_id).await.expect("the standing");
    assert_eq!(used, (successes, charged));
    assert_eq!((standing.account.charged.0, standing.account.held.0), (charged, 0));
    assert_eq!((standing.token.charged.0, standing.token.held.0), (charged, 0));
    assert_eq!((standing.account.quota.used, standing.token.quota.used), (successes, successes));
    successes
}
