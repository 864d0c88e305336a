//! Calls and usage, as they are listed and forgotten.

use domain::{Call, CallId, CallState, MicroYuan};
use ledger::Day;

use super::Meter;
use super::sample::{
    HOUR_MS, MIDNIGHT_MS, NOON_MS, Payer, all_calls, all_usage, charge_one, hold_one, id_at, rich, standing, state_of,
    take, take_at, taken, token_of,
};
use crate::{CallFilter, Period, Resolution, Take, Usage};

const EVERY_STATE: [CallState; 5] = CallState::ALL;

/// Two accounts, the first with two tokens, and a call of every state of each, a minute apart and not made in order.
async fn mixed<S: Meter>(store: &S) -> [Payer; 3] {
    let first = rich(store, "first", 1_000).await;
    let payers = [first, token_of(store, first.account_id, "first too").await, rich(store, "second", 1_000).await];
    for (minute, index) in [7, 3, 11, 0, 14, 5, 9, 1, 13, 2, 6, 12, 4, 10, 8].into_iter().zip(0..) {
        let (payer, state) = (payers[index % 3], EVERY_STATE[index / 3]);
        call(store, take_at(payer, NOON_MS + minute * 60_000, minute, 10), state).await;
    }
    payers
}

/// Makes a call that ends in a state.
async fn call<S: Meter>(store: &S, take: Take, state: CallState) {
    if state == CallState::Succeeded {
        taken(charge_one(store, take).await);
        return;
    }
    let id = take.id;
    taken(hold_one(store, take, u64::MAX >> 1).await);
    if state != CallState::Held {
        assert!(store.resolve(id, Resolution::Void(state)).await.expect("an answer"));
    }
}

async fn listed<S: Meter>(store: &S, filter: CallFilter) -> Vec<Call> {
    store.calls(filter).await.expect("the calls")
}

/// Whatever order they were made in, calls come by the moment of their ids, the newest first.
pub async fn calls_come_newest_first<S: Meter>(store: &S) {
    mixed(store).await;
    let calls = all_calls(store).await;
    assert_eq!(calls.len(), 15);
    assert!(calls.is_sorted_by(|a, b| a.id > b.id), "{calls:?}");
    assert_eq!(calls[0].id, id_at(NOON_MS + 14 * 60_000, 14));
    for call in &calls {
        assert_eq!(store.call(call.id).await.expect("an answer").as_ref(), Some(call));
    }
    assert!(listed(store, CallFilter::default()).await.is_empty(), "at most none");
}

/// Every combination of account, token and state lists exactly what it names.
pub async fn calls_are_filtered<S: Meter>(store: &S) {
    let payers = mixed(store).await;
    let calls = all_calls(store).await;
    let accounts = payers.map(|payer| Some(payer.account_id)).into_iter().chain([None]);
    for account_id in accounts {
        for token_id in payers.map(|payer| Some(payer.token_id)).into_iter().chain([None]) {
            for state in EVERY_STATE.map(Some).into_iter().chain([None]) {
                let filter = CallFilter { account_id, token_id, state, limit: 100, ..CallFilter::default() };
                let named = |call: &&Call| {
                    account_id.is_none_or(|id| id == call.account_id)
                        && token_id.is_none_or(|id| id == call.token_id)
                        && state.is_none_or(|state| state == call.state)
                };
                let expected: Vec<Call> = calls.iter().filter(named).cloned().collect();
                assert_eq!(listed(store, filter).await, expected, "{filter:?}");
            }
        }
    }
}

/// A period lists the calls that were made in it, its first moment included and the one behind it not, with other filters and in pages too.
pub async fn calls_of_a_period_are_listed<S: Meter>(store: &S) {
    let [payer, ..] = mixed(store).await;
    let calls = all_calls(store).await;
    let at = |minute: u64| NOON_MS + minute * 60_000;
    let periods = [
        (0, None),
        (at(3), None),
        (at(3), Some(at(8))),
        (at(3) + 1, Some(at(8) + 1)),
        (at(20), None),
        (0, Some(at(0))),
    ];
    for (since_ms, until_ms) in periods {
        let made_in = |call: &Call| (since_ms..until_ms.unwrap_or(u64::MAX)).contains(&call.id.unix_ms());
        let all = CallFilter { period: Period { since_ms, until_ms }, limit: 100, ..CallFilter::default() };
        let expected: Vec<Call> = calls.iter().filter(|call| made_in(call)).cloned().collect();
        assert_eq!(listed(store, all).await, expected, "{all:?}");
        let filters = [
            CallFilter { account_id: Some(payer.account_id), ..all },
            CallFilter { token_id: Some(payer.token_id), ..all },
            CallFilter { state: Some(CallState::Unknown), ..all },
        ];
        for filter in filters {
            let named = |call: &&Call| {
                filter.account_id.is_none_or(|id| id == call.account_id)
                    && filter.token_id.is_none_or(|id| id == call.token_id)
                    && filter.state.is_none_or(|state| state == call.state)
            };
            let expected: Vec<Call> = expected.iter().filter(named).cloned().collect();
            assert_eq!(listed(store, filter).await, expected, "{filter:?}");
        }
        let before = expected.first().map(|call| call.id);
        assert_eq!(listed(store, CallFilter { before, ..all }).await, expected.get(1..).unwrap_or_default());
    }
}

/// Page after page, each from the last call of the one before, gives every call once, with a filter too.
pub async fn pages_have_no_gap_and_no_repeat<S: Meter>(store: &S) {
    let [payer, _, other] = mixed(store).await;
    let many = (20..60).map(|serial| take(if serial % 3 == 0 { other } else { payer }, serial, 1)).collect();
    store.charge(many).await.expect("outcomes");
    let newest = CallFilter::default();
    let of_payer = CallFilter { token_id: Some(payer.token_id), ..newest };
    let charged = CallFilter { state: Some(CallState::Succeeded), account_id: Some(other.account_id), ..newest };
    for (filter, count) in [(newest, 55), (of_payer, 5 + 27), (charged, 1 + 13)] {
        let all = listed(store, CallFilter { limit: 1_000, ..filter }).await;
        assert_eq!(all.len(), count);
        for limit in [1, 7, 54, 55] {
            let mut paged: Vec<Call> = Vec::new();
            loop {
                let before = paged.last().map(|call| call.id);
                let page = listed(store, CallFilter { before, limit, ..filter }).await;
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
    let before = Some(CallId::first_at(NOON_MS + 60_000));
    let older = listed(store, CallFilter { before, limit: 100, ..newest }).await;
    assert_eq!(older.len(), 41, "before a moment that is no call's");
}

/// Usage adds up to what the books were charged: by day, account, token and endpoint.
pub async fn usage_is_what_was_charged<S: Meter>(store: &S) {
    let payers = mixed(store).await;
    let mut takes = Vec::new();
    for (serial, at_ms) in
        (20..80).zip([NOON_MS, MIDNIGHT_MS, MIDNIGHT_MS - 1, NOON_MS + 72 * HOUR_MS].into_iter().cycle())
    {
        let endpoint = [2, 255, 0][serial as usize / 7 % 3];
        takes.push(Take { endpoint, ..take_at(payers[serial as usize % 3], at_ms, serial, serial % 5) });
    }
    store.charge(takes).await.expect("outcomes");
    let (usage, calls) = (all_usage(store).await, all_calls(store).await);
    for row in &usage {
        let of_row = |call: &&Call| {
            let place = (Day::of(call.id.unix_ms()), call.account_id, call.token_id, call.endpoint);
            call.state == CallState::Succeeded && place == (row.day, row.account_id, row.token_id, row.endpoint)
        };
        let of_row: Vec<u64> = calls.iter().filter(of_row).map(|call| call.charged.0).collect();
        assert_eq!((row.calls, row.charged.0), (of_row.len() as u64, of_row.iter().sum()), "{row:?}");
    }
    assert_eq!(usage.iter().map(|row| row.calls).sum::<u64>(), 63, "no success is left out");
    for payer in payers {
        let book = standing(store, payer).await;
        let of_token = usage.iter().filter(|row| row.token_id == payer.token_id);
        assert_eq!(of_token.map(|row| row.charged.0).sum::<u64>(), book.token.charged.0);
        let of_account: Vec<_> = usage.iter().filter(|row| row.account_id == payer.account_id).copied().collect();
        assert_eq!(of_account.iter().map(|row| row.charged.0).sum::<u64>(), book.account.charged.0);
        let (from, to) = (usage[0].day, usage[usage.len() - 1].day);
        assert_eq!(store.usage(Some(payer.account_id), from, to).await.expect("the usage"), of_account);
    }
}

/// Successes that cost nothing are added to the usage, and to nothing else: no book, no quota and no call knows of them.
pub async fn free_successes_are_only_usage<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    taken(charge_one(store, take(payer, 1, 10)).await);
    let before = (standing(store, payer).await, all_calls(store).await);
    let [paid] = <[Usage; 1]>::try_from(all_usage(store).await).expect("one row");
    let free = Usage { calls: 3, charged: MicroYuan::ZERO, ..paid };
    let elsewhere = Usage { endpoint: paid.endpoint + 1, ..free };
    store.count_free(vec![free, elsewhere]).await.expect("counted");
    store.count_free(vec![free]).await.expect("counted");
    store.count_free(Vec::new()).await.expect("nothing to count");
    assert_eq!(all_usage(store).await, [Usage { calls: 7, ..paid }, elsewhere]);
    assert_eq!((standing(store, payer).await, all_calls(store).await), before);
}

/// What is old and settled goes; what is held or unknown stays however old, and books and usage keep everything.
pub async fn only_old_settled_calls_are_forgotten<S: Meter>(store: &S) {
    let payers = mixed(store).await;
    let (books, usage) = (books(store, payers).await, all_usage(store).await);
    let calls = all_calls(store).await;
    let before_ms = NOON_MS + 8 * 60_000;
    let stays =
        |call: &Call| call.id.unix_ms() >= before_ms || matches!(call.state, CallState::Held | CallState::Unknown);
    let (kept, gone): (Vec<Call>, Vec<Call>) = calls.into_iter().partition(stays);
    assert_eq!(store.forget_calls(0, 100).await.expect("a number"), 0);
    assert_eq!(store.forget_calls(before_ms, 100).await.expect("a number"), gone.len() as u64);
    assert_eq!(store.forget_calls(before_ms, 100).await.expect("a number"), 0);
    assert_eq!(all_calls(store).await, kept);
    for call in gone {
        assert_eq!(state_of(store, call.id).await, None);
    }
    assert_eq!((self::books(store, payers).await, all_usage(store).await), (books, usage));
    for call in kept.iter().filter(|call| call.state == CallState::Held) {
        assert!(store.resolve(call.id, Resolution::Post).await.expect("an answer"), "still held");
    }
}

async fn books<S: Meter>(store: &S, payers: [Payer; 3]) -> Vec<crate::Standing> {
    let mut books = Vec::new();
    for payer in payers {
        books.push(standing(store, payer).await);
    }
    books
}

/// No more than asked for are forgotten at once, until none is left.
pub async fn so_many_calls_are_forgotten_at_once<S: Meter>(store: &S) {
    let payer = rich(store, "team", 1_000).await;
    store.charge((1..=25).map(|serial| take(payer, serial, 1)).collect()).await.expect("outcomes");
    call(store, take_at(payer, NOON_MS - 1, 26, 1), CallState::Held).await;
    for (forgotten, left) in [(10, 16), (10, 6), (5, 1), (0, 1)] {
        assert_eq!(store.forget_calls(NOON_MS + 1, 10).await.expect("a number"), forgotten);
        assert_eq!(all_calls(store).await.len(), left);
    }
}
