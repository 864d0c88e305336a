//! What is told of files that were changed behind the program's back.

use std::path::Path;

use domain::{AccountId, CallId, MicroYuan, NewToken, Note, TokenHash, TokenId, UnixTime};
use store::{AccountStore, CheckedStore, Imbalance, MeterStore, Movement, MovementKind, Sum, Take};
use store_sqlite::SqliteStore;

const NOW: UnixTime = UnixTime(1_780_000_000);

/// An account that has 100, of which one call took 30 and another one holds 20.
async fn books(path: &Path) -> SqliteStore {
    let store = SqliteStore::open(path).expect("a store");
    let account_id = store.create_account("team", NOW).await.expect("an account").id;
    let token =
        NewToken { account_id, hash: TokenHash([7; 32]), hint: String::new(), created_at: NOW, expires_at: None };
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
    let take = |id, price| Take {
        id: CallId(id),
        account_id,
        token_id,
        endpoint: 1,
        key: None,
        price: MicroYuan(price),
        once: None,
    };
    store.charge(vec![take(1, 30)]).await.expect("charged");
    store.hold(vec![take(2, 20)], u64::MAX >> 1).await.expect("held");
    store
}

#[tokio::test]
async fn each_sum_that_does_not_agree_is_told_with_its_account() {
    let (account, token) = ("account_books", "token_books");
    for (change, sums) in [
        (format!("UPDATE {account} SET credited_micro_yuan = 101"), vec![(None, Sum::Credited, 101, 100)]),
        ("DELETE FROM top_ups".to_owned(), vec![(None, Sum::Credited, 100, 0)]),
        (
            format!("UPDATE {account} SET charged_micro_yuan = 31"),
            vec![(None, Sum::ChargedToTokens, 31, 30), (None, Sum::ChargedByUsage, 31, 30)],
        ),
        (
            "UPDATE usage SET charged_micro_yuan = 29".to_owned(),
            vec![(None, Sum::ChargedByUsage, 30, 29), (Some(1), Sum::ChargedByUsage, 30, 29)],
        ),
        (
            format!("UPDATE {token} SET held_micro_yuan = 21"),
            vec![
                (None, Sum::HeldByTokens, 20, 21),
                (Some(1), Sum::HeldByHolds, 21, 20),
                (Some(1), Sum::HeldByCalls, 21, 20),
            ],
        ),
        ("DELETE FROM holds".to_owned(), vec![(Some(1), Sum::HeldByHolds, 20, 0)]),
        (
            "UPDATE calls SET price_micro_yuan = 40, charged_micro_yuan = 40 WHERE state = 1".to_owned(),
            vec![(Some(1), Sum::ChargedByCalls, 30, 40)],
        ),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("astrolabe.db");
        let store = books(&path).await;
        let ledger = rusqlite::Connection::open(SqliteStore::ledger_path(&path)).expect("a connection");
        ledger.execute_batch(&change).expect(&change);
        let mut found = store.imbalances().await.expect("the books");
        found.extend(store.imbalances_of_calls().await.expect("the calls"));
        let expected = sums.into_iter().map(|(token, sum, book, rows)| Imbalance {
            account_id: AccountId(1),
            token_id: token.map(TokenId),
            sum,
            book: MicroYuan(book),
            rows: MicroYuan(rows),
        });
        assert_eq!(found, expected.collect::<Vec<_>>(), "{change}");
    }
}

#[tokio::test]
async fn a_page_of_another_time_is_damage_of_the_file_that_has_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("astrolabe.db");
    books(&path).await.close().expect("closed");
    let ledger = SqliteStore::ledger_path(&path);
    let connection = rusqlite::Connection::open(&ledger).expect("a connection");
    let (root, bytes): (u64, u64) = connection
        .query_row(
            "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = 'top_ups_by_account'",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("a page");
    drop(connection);
    let mut whole = std::fs::read(&ledger).expect("the file");
    let page = usize::try_from((root - 1) * bytes).expect("a place");
    // The index as it was when it was empty.
    whole[page + 3..page + 5].copy_from_slice(&[0, 0]);
    std::fs::write(&ledger, whole).expect("written");
    let damages = SqliteStore::open(&path).expect("it opens").damages().await.expect("an answer");
    assert!(!damages.is_empty() && damages.iter().all(|damage| damage.contains("ledger.db: ")), "{damages:?}");
}
