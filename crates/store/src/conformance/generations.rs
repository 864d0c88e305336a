//! The numbers by which a server sees that something changed.

use domain::{NewToken, TokenHash, UnixTime};

use super::sample::{NOW, key, state};
use super::{Store, import};
use crate::Generations;

async fn read<S: Store>(store: &S) -> Generations {
    store.generations().await.expect("the generations")
}

/// Every change to accounts and tokens grows theirs and not the creators'; refused ones and reads grow nothing.
pub async fn accounts_and_tokens_grow_theirs<S: Store>(store: &S) {
    let mut seen = vec![read(store).await];
    let account = store.create_account("team", NOW).await.expect("an account");
    seen.push(read(store).await);
    let hash = TokenHash([1; 32]);
    let token = NewToken { account_id: account.id, hash, hint: "h".into(), created_at: NOW, expires_at: None };
    let token = store.create_token(token).await.expect("a token");
    seen.push(read(store).await);
    store.set_token_enabled(token.id, false).await.expect("a change");
    seen.push(read(store).await);
    assert!(seen.is_sorted_by(|a, b| a.accounts < b.accounts), "{seen:?}");
    assert!(seen.iter().all(|generations| generations.creators == seen[0].creators), "{seen:?}");

    assert!(store.create_account("team", NOW).await.is_err());
    store.tokens().await.expect("the tokens");
    store.token_by_hash(&hash).await.expect("an answer");
    assert_eq!(Some(&read(store).await), seen.last());
}

/// An import that changes anything grows the creators' by one, however many it changes, and not the accounts'.
pub async fn an_import_grows_the_creators_once<S: Store>(store: &S) {
    let before = read(store).await;
    import(store, NOW, &[(key("1"), state("1", 0, 10)), (key("2"), state("1", 0, 10))]);
    let after = read(store).await;
    assert_eq!(after, Generations { creators: before.creators + 1, ..before });
    import(store, UnixTime(NOW.0 + 1), &[(key("1"), state("2", 1, 10))]);
    assert_eq!(read(store).await.creators, after.creators + 1);
}

/// An import of what is held already grows nothing.
pub async fn an_import_of_nothing_new_grows_nothing<S: Store>(store: &S) {
    let states = [(key("1"), state("1", 0, 10)), (key("2"), state("1", 0, 10))];
    import(store, NOW, &states);
    let before = read(store).await;
    import(store, UnixTime(NOW.0 + 9), &states);
    import(store, UnixTime(NOW.0 + 9), &[]);
    assert_eq!(read(store).await, before);
}
