//! Money in, money out: top-ups, charges, and the call each charge leaves.

use domain::{AccountId, AuthorId, CallId, CallState, CreatorKey, MicroYuan, Platform, TokenId};
use ledger::AccountBook;

use super::Meter;
use super::sample::{
    NOON_MS, Payer, all_calls, all_usage, call_of, charge_one, credit, hold_one, payer, rich, standing, sums, take,
    taken, token_of, top_up, used,
};
use crate::{
    AuditFilter, Moved, Movement, MovementFilter, MovementKind, PastMovement, Period, StoreError, Take, Taken,
};

/// A new account and a new token have nothing, used nothing, and no quota or cap.
pub async fn a_new_account_has_nothing<S: Meter>(store: &S) {
    let payer = payer(store, "team").await;
    assert_eq!(sums(store, payer).await, [0, 0, 0]);
    let standing = standing(store, payer).await;
    assert_eq!((standing.account.quota.used, standing.token.quota.used), (0, 0));
    assert_eq!((standing.account.daily_quota, standing.token.daily_quota), (None, None));
    assert_eq!(standing.token.spending_cap, None);
    assert_eq!(store.account_book(payer.account_id).await.expect("the book"), standing.account);
    assert!(all_calls(store).await.is_empty() && all_usage(store).await.is_empty());
}

/// The same key credits once, however often, whenever and with whatever note it is sent.
pub async fn a_top_up_credits_once_for_ever<S: Meter>(store: &S) {
    let payer = payer(store, "team").await;
    let first = store.move_money(top_up(payer, 70, "a")).await.expect("a top-up");
    let Moved::Now(book) = first else { panic!("{first:?}") };
    assert_eq!((book.credited, book.balance()), (MicroYuan(70), MicroYuan(70)));
    for at_ms in [NOON_MS, NOON_MS + 1, NOON_MS + 1_000 * 86_400_000, 0] {
        let again =
            Movement { at_ms, note: format!("again at {at_ms}").parse().expect("a note"), ..top_up(payer, 70, "a") };
        assert_eq!(store.move_money(again).await.expect("an answer"), Moved::Before(book));
    }
    credit(store, payer, 70, "b").await;
    assert_eq!(sums(store, payer).await, [140, 0, 0]);
    let before = store.move_money(top_up(payer, 70, "a")).await.expect("an answer");
    assert_eq!(before, Moved::Before(AccountBook { credited: MicroYuan(140), ..book }), "the book as it is now");
}

/// A key that was used stands for its account and amount: with another of either it credits nothing.
pub async fn a_key_stands_for_one_top_up<S: Meter>(store: &S) {
    let (mine, other) = (rich(store, "mine", 5).await, payer(store, "other").await);
    for wrong in [top_up(mine, 6, "mine"), top_up(other, 5, "mine")] {
        assert_eq!(store.move_money(wrong).await.expect("an answer"), Moved::KeyTaken);
    }
    assert_eq!((sums(store, mine).await, sums(store, other).await), ([5, 0, 0], [0, 0, 0]));
    for key in ["MINE", "mine mine", "min_", "m%", "mine'; --"] {
        credit(store, other, 1, key).await;
    }
    assert_eq!(sums(store, other).await, [5, 0, 0]);
}

/// An account is credited up to the largest amount, and told what is still possible beyond; that uses up no key.
pub async fn an_account_holds_only_so_much<S: Meter>(store: &S) {
    let payer = rich(store, "team", 40).await;
    charge_one(store, take(payer, 1, 40)).await;
    let room = MicroYuan(MicroYuan::MAX.0 - 40);
    let too_much = store.move_money(top_up(payer, MicroYuan::MAX.0, "all")).await.expect("an answer");
    assert_eq!(too_much, Moved::TooMuch(room), "what was spent counts too");
    credit(store, payer, room.0, "all").await;
    let one_more = store.move_money(top_up(payer, 1, "one more")).await.expect("an answer");
    assert_eq!(one_more, Moved::TooMuch(MicroYuan::ZERO));
    assert_eq!(sums(store, payer).await, [room.0, 40, 0]);
}

/// The same key takes out once, and stands for its account and amount; keys of top-ups are others.
pub async fn a_withdrawal_takes_out_once_for_ever<S: Meter>(store: &S) {
    let (mine, other) = (rich(store, "mine", 100).await, rich(store, "other", 100).await);
    let first = store.move_money(withdrawal(mine, 70, "mine")).await.expect("an answer");
    let Moved::Now(book) = first else { panic!("{first:?}") };
    assert_eq!((book.credited, book.balance()), (MicroYuan(30), MicroYuan(30)));
    let again = Movement { at_ms: 0, note: "again".parse().expect("a note"), ..withdrawal(mine, 70, "mine") };
    assert_eq!(store.move_money(again).await.expect("an answer"), Moved::Before(book));
    for wrong in [withdrawal(mine, 1, "mine"), withdrawal(other, 70, "mine")] {
        assert_eq!(store.move_money(wrong).await.expect("an answer"), Moved::KeyTaken);
    }
    assert_eq!((sums(store, mine).await, sums(store, other).await), ([30, 0, 0], [100, 0, 0]));
    let nobody = Movement { account_id: AccountId(1_000), ..withdrawal(mine, 1, "nobody") };
    assert!(matches!(store.move_money(nobody).await, Err(StoreError::NoSuchAccount(_))));
    let log = store.audit_log(AuditFilter { limit: 1, ..AuditFilter::default() }).await.expect("the log");
    let subject = format!("account {}", mine.account_id);
    assert_eq!((log[0].action.as_str(), &log[0].subject), ("account.withdraw", &subject));
    assert_eq!(store.imbalances().await.expect("the books"), []);
}

/// What was spent or is held stays; a key whose withdrawal was refused may be used again.
pub async fn at_most_the_balance_is_taken_out<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    charge_one(store, take(payer, 1, 40)).await;
    hold_one(store, take(payer, 2, 25), NOON_MS).await;
    let refused = store.move_money(withdrawal(payer, 36, "all")).await.expect("an answer");
    assert_eq!(refused, Moved::TooMuch(MicroYuan(35)));
    assert!(matches!(store.move_money(withdrawal(payer, 35, "all")).await, Ok(Moved::Now(_))));
    assert_eq!(sums(store, payer).await, [0, 40, 25]);
    store.expire_holds(NOON_MS).await.expect("a number");
    assert_eq!(sums(store, payer).await, [25, 40, 0]);
    assert_eq!(store.imbalances().await.expect("the books"), []);
}

/// Each movement of an account is listed, with what was credited in all after it; of a period, no other.
pub async fn movements_are_listed<S: Meter>(store: &S) {
    let (mine, other) = (payer(store, "mine").await, rich(store, "other", 7).await);
    let at = |at_ms, movement: Movement| Movement { at_ms, ..movement };
    let noted = Movement { note: "invoice 7".parse().expect("a note"), ..top_up(mine, 100, "first") };
    for movement in [at(1_000, noted), at(2_000, withdrawal(mine, 30, "back")), at(2_000, top_up(mine, 5, "more"))] {
        assert!(matches!(store.move_money(movement).await, Ok(Moved::Now(_))));
    }
    charge_one(store, take(mine, 1, 40)).await;
    let listed = async |account_id, since_ms, until_ms, limit| {
        let filter = MovementFilter { account_id, period: Period { since_ms, until_ms }, limit };
        store.movements(filter).await.expect("a list")
    };
    let row =
        |row: &PastMovement| (row.kind, row.amount.0, row.key.clone(), row.at_ms, row.note.clone(), row.credited.0);
    let all: Vec<_> = listed(mine.account_id, 0, None, 9).await.iter().map(row).collect();
    let (into, out) = (MovementKind::TopUp, MovementKind::Withdrawal);
    let told = |kind, amount, key: &str, at_ms, note: &str, credited| {
        (kind, amount, key.to_owned(), at_ms, note.to_owned(), credited)
    };
    let plain = top_up(mine, 5, "more").note;
    let expected = [
        told(out, 30, "back", 2_000, plain.as_str(), 75),
        told(into, 5, "more", 2_000, plain.as_str(), 105),
        told(into, 100, "first", 1_000, "invoice 7", 100),
    ];
    assert_eq!(all, expected);
    let keys = |rows: Vec<PastMovement>| rows.into_iter().map(|row| (row.key, row.credited.0)).collect::<Vec<_>>();
    assert_eq!(keys(listed(mine.account_id, 1_001, None, 1).await), [("back".to_owned(), 75)]);
    assert_eq!(keys(listed(mine.account_id, 0, Some(2_000), 9).await), [("first".to_owned(), 100)]);
    assert_eq!(listed(mine.account_id, 2_001, None, 9).await, []);
    assert_eq!(listed(other.account_id, 0, None, 9).await.len(), 1);
}

fn withdrawal(payer: Payer, amount: u64, key: &str) -> Movement {
    Movement { kind: MovementKind::Withdrawal, ..top_up(payer, amount, key) }
}

/// What nobody made is an error that names it.
pub async fn unknown_accounts_and_tokens_are_errors<S: Meter>(store: &S) {
    let [mine, other] = [rich(store, "mine", 5).await, rich(store, "other", 5).await];
    let (nobody, nothing) = (AccountId(other.account_id.0 + 1_000), TokenId(other.token_id.0 + 1_000));
    let top_up = Movement { account_id: nobody, ..top_up(mine, 5, "nobody") };
    assert!(matches!(store.move_money(top_up).await, Err(StoreError::NoSuchAccount(_))));
    assert!(matches!(store.account_book(nobody).await, Err(StoreError::NoSuchAccount(_))));
    for (account_id, token_id) in
        [(mine.account_id, nothing), (mine.account_id, other.token_id), (nobody, mine.token_id), (nobody, nothing)]
    {
        let result = store.standing(account_id, token_id).await;
        assert!(matches!(result, Err(StoreError::NoSuchToken(id)) if id == token_id.0), "{result:?}");
    }
    assert_eq!(sums(store, mine).await, [5, 0, 0]);
}

/// A charge moves exactly the price, counts one success, and is listed; one that costs nothing is counted and listed too.
pub async fn a_charge_moves_exactly_the_price<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    for (serial, price, balance) in [(1, 30, 70), (2, 0, 70), (3, 70, 0)] {
        let take = take(payer, serial, price);
        let after = taken(charge_one(store, take.clone()).await);
        assert_eq!(after, standing(store, payer).await);
        assert_eq!(sums(store, payer).await, [balance, 100 - balance, 0]);
        assert_eq!((after.account.quota.used, after.token.quota.used), (serial, serial));
        assert_eq!(store.call(take.id).await.expect("an answer"), Some(call_of(&take, CallState::Succeeded)));
        assert_eq!(used(store, payer).await, (serial, 100 - balance));
    }
    assert_eq!(all_calls(store).await.len(), 3);
}

/// The smallest and largest of everything a call can hold are read back.
pub async fn every_value_of_a_call_survives<S: Meter>(store: &S) {
    let payer = rich(store, "team", MicroYuan::MAX.0).await;
    let ids = ["0", "007", "9223372036854775807", "9223372036854775808", "-a_B-9", &"Z".repeat(32)];
    let platforms = Platform::ALL.into_iter().cycle();
    let takes: Vec<Take> = ids
        .into_iter()
        .zip(platforms)
        .zip(1..)
        .map(|((id, platform), serial)| {
            let key = CreatorKey { author_id: id.parse::<AuthorId>().expect("an id"), platform };
            Take { key: Some(key), endpoint: u8::MAX - serial as u8 + 1, ..take(payer, serial, 1_000_000_007 * serial) }
        })
        .collect();
    let ends = [CallId::first_at(0), CallId(u128::MAX >> 1), CallId(u128::MAX)];
    let rest = MicroYuan::MAX.0 - 1_000_000_007 * (1..=ids.len() as u64).sum::<u64>();
    let at_the_ends =
        ends.into_iter().zip([0, rest, 0]).map(|(id, price)| Take { id, endpoint: 0, ..take(payer, 9, price) });
    let takes: Vec<Take> = takes.into_iter().chain(at_the_ends).collect();
    let outcomes = store.charge(takes.clone()).await.expect("outcomes");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Taken::Taken(_))), "{outcomes:?}");
    assert_eq!(sums(store, payer).await, [0, MicroYuan::MAX.0, 0]);
    for take in &takes {
        assert_eq!(store.call(take.id).await.expect("an answer"), Some(call_of(take, CallState::Succeeded)));
    }
}

/// One batch may charge several accounts and several tokens; each pays its own.
pub async fn a_batch_charges_accounts_and_tokens_apart<S: Meter>(store: &S) {
    let a = rich(store, "a", 100).await;
    let a_too = token_of(store, a.account_id, "a too").await;
    let b = rich(store, "b", 100).await;
    let payers = [a, b, a_too, a, b, a_too, a];
    let takes = payers.into_iter().zip(1..).map(|(payer, serial)| take(payer, serial, 10 + serial)).collect();
    let outcomes = store.charge(takes).await.expect("outcomes");
    let balances: Vec<u64> = outcomes.into_iter().map(|outcome| taken(outcome).account.balance().0).collect();
    assert_eq!(balances, [89, 88, 76, 62, 73, 46, 29], "each as it stands after that take");
    let [of_a, of_a_too] = [standing(store, a).await, standing(store, a_too).await];
    assert_eq!(of_a.account, of_a_too.account);
    assert_eq!((of_a.token.charged.0, of_a_too.token.charged.0), (11 + 14 + 17, 13 + 16));
    assert_eq!((of_a.token.quota.used, of_a_too.token.quota.used, of_a.account.quota.used), (3, 2, 5));
    assert_eq!(sums(store, b).await, [73, 27, 0]);
    assert_eq!([used(store, a).await, used(store, a_too).await, used(store, b).await], [(3, 42), (2, 29), (2, 27)]);
}

/// No takes, no outcomes.
pub async fn an_empty_batch_is_no_error<S: Meter>(store: &S) {
    assert!(store.charge(Vec::new()).await.expect("no outcomes").is_empty());
    assert!(store.hold(Vec::new(), NOON_MS).await.expect("no outcomes").is_empty());
    store.undo(Vec::new()).await.expect("nothing to undo");
}
