//! A schema that an earlier release made.

mod support;

use domain::{AccountId, CreatorKey, MicroYuan, Note, Platform, TokenId};
use store::{AccountStore, MeterStore, Movement, MovementKind, StoreError, Take};
use store_postgres::PostgresStore;
use support::Schema;

/// What the first release left.
const FIRST: &str = concat!(
    include_str!("../migrations/0001_start.sql"),
    "CREATE TABLE astrolabe_schema (
        one     BOOLEAN NOT NULL PRIMARY KEY DEFAULT TRUE CHECK (one),
        version INTEGER NOT NULL CHECK (version >= 0)
     );
     INSERT INTO astrolabe_schema (version) VALUES (1);"
);

/// An account with a token, as the first release makes them.
const TEAM: &str = "WITH team AS (INSERT INTO accounts (name, created_at) VALUES ($1, 0) RETURNING account_id)
    INSERT INTO tokens (account_id, hash, hint, enabled, created_at)
    SELECT account_id, $2, 'hint', TRUE, 0 FROM team RETURNING account_id, token_id";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_made_before_there_were_books_get_one() {
    let Some(schema) = Schema::new().await else { return };
    let client = schema.client().await;
    client.batch_execute(FIRST).await.expect("a schema of the first release");
    let make = async |name: &str, hash: u8| {
        let row = client.query_one(TEAM, &[&name, &[hash; 32].as_slice()]).await.expect("an account");
        (AccountId(row.get(0)), TokenId(row.get(1)))
    };
    let before = make("before", 1).await;
    let store = schema.store().await;
    assert_eq!(store.schema_version().await.expect("a version"), PostgresStore::known_schema_version());
    // A replica of the first release may run until it is replaced.
    let meanwhile = make("meanwhile", 2).await;
    for (account_id, token_id) in [before, meanwhile] {
        assert_eq!(store.standing(account_id, token_id).await.expect("the books").account.balance(), MicroYuan::ZERO);
        assert_eq!(store.token_policy(token_id).await.expect("a policy"), domain::TokenPolicy::default());
        let (amount, key) = (MicroYuan(10), format!("first of {account_id}").parse().expect("a key"));
        store
            .move_money(Movement {
                kind: MovementKind::TopUp,
                account_id,
                amount,
                key,
                at_ms: 0,
                note: Note::default(),
            })
            .await
            .expect("a top-up");
        charge(&store, account_id, token_id).await.expect("a charge");
        let standing = store.standing(account_id, token_id).await.expect("the books");
        assert_eq!((standing.account.balance(), standing.token.charged), (MicroYuan::ZERO, MicroYuan(10)));
    }
    assert_eq!(store.accounts().await.expect("the accounts").len(), 2);
}

async fn charge(store: &PostgresStore, account_id: AccountId, token_id: TokenId) -> Result<(), StoreError> {
    let key = CreatorKey { author_id: "7".parse().expect("an id"), platform: Platform::ShortVideo };
    let id = domain::CallId(u128::from(token_id.0.unsigned_abs()));
    store
        .charge(vec![Take { id, account_id, token_id, endpoint: 1, key: Some(key), price: MicroYuan(10), once: None }])
        .await?;
    Ok(())
}
