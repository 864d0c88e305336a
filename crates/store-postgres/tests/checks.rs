//! What is told of books that were changed behind the program's back.

mod support;

use domain::{AccountId, CallId, MicroYuan, NewToken, Note, TokenHash, TokenId, UnixTime};
use store::{AccountStore, CheckedStore, Imbalance, MeterStore, Movement, MovementKind, StoreError, Sum, Take};
use support::Schema;

#[tokio::test]
async fn each_sum_that_does_not_agree_is_told_with_its_account() {
    let Some(schema) = Schema::new().await else { return };
    let store = schema.store().await;
    let now = UnixTime(1_780_000_000);
    let account_id = store.create_account("team", now).await.expect("an account").id;
    let token =
        NewToken { account_id, hash: TokenHash([7; 32]), hint: String::new(), created_at: now, expires_at: None };
    let token_id = store.create_token(token).await.expect("a token").id;
    let key = "a".parse().expect("a key");
    let top_up = Movement {
        kind: MovementKind::TopUp,
        account_id,
        amount: MicroYuan(100),
        key,
        at_ms: 0,
        note: Note::default(),
    };
    store.move_money(top_up).await.expect("a top-up");
    let take = Take { id: CallId(1), account_id, token_id, endpoint: 1, key: None, price: MicroYuan(30), once: None };
    store.charge(vec![take]).await.expect("charged");
    assert_eq!(store.imbalances().await.expect("the books"), []);

    let client = schema.client().await;
    let changes = "UPDATE account_books SET credited_micro_yuan = 101; UPDATE usage SET charged_micro_yuan = 29;
        UPDATE calls SET price_micro_yuan = 40, charged_micro_yuan = 40";
    client.batch_execute(changes).await.expect("changed");
    let told = |token_id: Option<TokenId>, sum, book, rows| Imbalance {
        account_id: AccountId(1),
        token_id,
        sum,
        book: MicroYuan(book),
        rows: MicroYuan(rows),
    };
    let found = store.imbalances().await.expect("the books");
    let expected = [
        told(Some(token_id), Sum::ChargedByUsage, 30, 29),
        told(None, Sum::Credited, 101, 100),
        told(None, Sum::ChargedByUsage, 30, 29),
    ];
    assert_eq!(found, expected);
    let of_calls = store.imbalances_of_calls().await.expect("the calls");
    assert_eq!(of_calls, [told(Some(token_id), Sum::ChargedByCalls, 30, 40)]);
}

#[tokio::test]
async fn a_database_that_can_only_be_read_is_told() {
    let Some(schema) = Schema::new().await else { return };
    drop(schema.store().await);
    let url = schema.url().replace("options=", "options=-cdefault_transaction_read_only%3Don%20");
    let store = store_postgres::PostgresStore::connect(&url).await.expect("a store");
    assert!(matches!(store.check_writable().await, Err(StoreError::ReadOnly(_))));
}
