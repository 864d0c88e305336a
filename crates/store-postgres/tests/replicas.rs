//! Several stores on one schema.

#[path = "support/creators.rs"]
mod creators;
mod support;

use std::sync::mpsc::channel;
use std::time::Duration;

use creators::{CREATORS, NOW, import, key, state};
use store::{AccountStore, CreatorStore, StoreError};
use store_postgres::PostgresStore;
use support::Schema;

/// How long something is watched that must not happen.
const A_WHILE: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_schema_may_be_opened_by_many_at_once() {
    let Some(schema) = Schema::new().await else { return };
    let url = schema.url();
    let opening: Vec<_> = (0..4)
        .map(|_| {
            tokio::spawn({
                let url = url.clone();
                async move { PostgresStore::connect(&url).await }
            })
        })
        .collect();
    let mut stores = Vec::new();
    for opened in opening {
        stores.push(opened.await.expect("no panic").expect("a store"));
    }
    for (index, store) in stores.iter().enumerate() {
        assert_eq!(store.schema_version().await.expect("a version"), PostgresStore::known_schema_version());
        store.create_account(&format!("team {index}"), NOW).await.expect("an account");
    }
    for store in &stores {
        assert_eq!(store.accounts().await.expect("the accounts").len(), 4);
        assert_eq!(store.generations().await.expect("the generations").accounts, 4);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_of_a_newer_release_is_refused_and_left_alone() {
    let Some(schema) = Schema::new().await else { return };
    let known = schema.store().await.schema_version().await.expect("a version");
    let client = schema.client().await;
    client.batch_execute("UPDATE astrolabe_schema SET version = version + 1").await.expect("a version");
    let result = PostgresStore::connect(&schema.url()).await.map(|_| ());
    assert!(matches!(result, Err(StoreError::NewerSchema { found, known: k }) if found == known + 1 && k == known));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_fails_leaves_nothing() {
    let Some(schema) = Schema::new().await else { return };
    let client = schema.client().await;
    client.batch_execute("CREATE TABLE snapshots (theirs INTEGER)").await.expect("a table of another program");
    let error = PostgresStore::connect(&schema.url()).await.map(|_| ()).expect_err("no store");
    assert!(error.to_string().contains("snapshots"), "{error}");
    let sql = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";
    assert_eq!(client.query_one(sql, &[]).await.expect("an answer").get::<_, i64>(0), 1);
    client.batch_execute("DROP TABLE snapshots").await.expect("an empty schema");
    schema.store().await.create_account("team", NOW).await.expect("an account");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_keeps_a_store_from_connecting_is_told() {
    let Some(schema) = Schema::new().await else { return };
    let elsewhere = schema.url().replace("search_path%3D", "search_path%3Dno_");
    for (url, told) in [(elsewhere.as_str(), "no schema"), ("postgres://127.0.0.1:1/test?user=nobody", "refused")] {
        let error = PostgresStore::connect(url).await.map(|_| ()).expect_err("no store");
        assert!(matches!(&error, StoreError::Database(_)), "{error:?}");
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imports_of_two_stores_at_once_are_both_kept() {
    let Some(schema) = Schema::new().await else { return };
    let (a, b) = (schema.store().await, schema.store().await);
    std::thread::scope(|scope| {
        let importing = [(&a, [0, 1]), (&b, [0, 2]), (&a, [0, 3])]
            .map(|(store, days)| scope.spawn(move || import(store, &days, &mut |_| {})));
        for imported in importing {
            let outcome = imported.join().expect("no panic").expect("an import");
            assert_eq!((outcome.touched, outcome.changed), (CREATORS, CREATORS));
        }
    });
    for index in [0, CREATORS / 2, CREATORS - 1] {
        assert_eq!(b.state(&key(index)).await.expect("an answer"), Some(state(&[0, 1, 2, 3])));
        assert_eq!(b.history(&key(index), 100).await.expect("a history").len(), 3);
    }
    assert_eq!(b.creator_count().await.expect("a count"), CREATORS);
    assert_eq!(b.generations().await.expect("the generations").creators, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_the_last_commit_while_an_import_runs_and_a_second_one_waits() {
    let Some(schema) = Schema::new().await else { return };
    let (a, b) = (schema.store().await, schema.store().await);
    import(&a, &[1], &mut |_| {}).expect("an import");
    let generations = b.generations().await.expect("the generations");
    let (reached_sender, reached) = channel();
    let (go_on_sender, go_on) = channel::<()>();
    std::thread::scope(|scope| {
        let (a, b) = (&a, &b);
        let first = scope.spawn(move || {
            import(a, &[2], &mut move |_| {
                let _ = reached_sender.send(());
                // Ends at once from the second time on.
                let _ = go_on.recv();
            })
        });
        reached.recv().expect("the import is under way");
        let (done_sender, done) = channel();
        let second = scope.spawn(move || {
            let result = import(b, &[3], &mut |_| {});
            let _ = done_sender.send(());
            result
        });
        assert!(done.recv_timeout(A_WHILE).is_err(), "the second import does not wait");
        let runtime = tokio::runtime::Handle::current();
        let seen = tokio::task::block_in_place(|| runtime.block_on(b.state(&key(0)))).expect("an answer");
        assert_eq!(seen, Some(state(&[1])));
        let now = tokio::task::block_in_place(|| runtime.block_on(b.generations())).expect("the generations");
        assert_eq!(now, generations);
        drop(go_on_sender);
        first.join().expect("no panic").expect("an import");
        second.join().expect("no panic").expect("an import");
    });
    assert_eq!(a.state(&key(0)).await.expect("an answer"), Some(state(&[1, 2, 3])));
}
