//! Accounts and tokens.

use domain::{AccountId, NewToken, TokenHash, TokenId, UnixTime};

use super::Store;
use super::sample::NOW;
use crate::StoreError;

fn new_token(account_id: AccountId, byte: u8) -> NewToken {
    NewToken {
        account_id,
        hash: TokenHash([byte; 32]),
        hint: format!("astr…{byte:04}"),
        created_at: UnixTime(NOW.0 + u32::from(byte)),
        expires_at: None,
    }
}

/// A name can be taken once; the account that has it stays as it is.
pub async fn names_are_unique<S: Store>(store: &S) {
    let account = store.create_account("星图 team", NOW).await.expect("an account");
    assert_eq!((account.name.as_str(), account.created_at), ("星图 team", NOW));
    let again = store.create_account("星图 team", UnixTime(NOW.0 + 1)).await;
    assert!(matches!(again, Err(StoreError::AccountExists(name)) if name == "星图 team"));
    assert_eq!(store.account("星图 team").await.expect("the account"), account);
    assert_eq!(store.accounts().await.expect("the accounts"), [account]);
}

/// An account nobody made is an error that names it.
pub async fn an_unknown_account_is_an_error<S: Store>(store: &S) {
    assert!(store.accounts().await.expect("no accounts").is_empty());
    store.create_account("somebody", NOW).await.expect("an account");
    let unknown = store.account("Somebody").await;
    assert!(matches!(unknown, Err(StoreError::NoSuchAccount(name)) if name == "Somebody"));
    assert!(store.create_token(new_token(AccountId(i64::MAX), 1)).await.is_err(), "a token of no account");
    assert!(store.tokens().await.expect("no tokens").is_empty());
}

/// Accounts are listed in the order of their numbers, and numbers differ.
pub async fn accounts_come_by_number<S: Store>(store: &S) {
    for name in ["c", "a", "b"] {
        store.create_account(name, NOW).await.expect("an account");
    }
    let accounts = store.accounts().await.expect("the accounts");
    assert_eq!(accounts.len(), 3);
    assert!(accounts.is_sorted_by(|a, b| a.id < b.id), "{accounts:?}");
}

/// A token is stored enabled, with its expiry to the second, and found by its hash alone.
pub async fn tokens_are_found_by_their_hash<S: Store>(store: &S) {
    let account = store.create_account("team", NOW).await.expect("an account");
    let expiring = NewToken { expires_at: Some(UnixTime(u32::MAX)), ..new_token(account.id, 1) };
    let expiring_token = store.create_token(expiring.clone()).await.expect("a token");
    let lasting_token = store.create_token(new_token(account.id, 2)).await.expect("a token");

    assert_eq!(expiring_token.account_id, account.id);
    assert_eq!(expiring_token.hint, expiring.hint);
    assert_eq!((expiring_token.created_at, expiring_token.expires_at), (expiring.created_at, expiring.expires_at));
    assert!(expiring_token.enabled);
    assert_eq!(lasting_token.expires_at, None);
    for (byte, token) in [(1, Some(expiring_token)), (2, Some(lasting_token)), (3, None)] {
        assert_eq!(store.token_by_hash(&TokenHash([byte; 32])).await.expect("an answer"), token, "{byte}");
    }
    assert!(store.create_token(new_token(account.id, 2)).await.is_err(), "a hash that is taken");
    assert_eq!(store.tokens().await.expect("the tokens").len(), 2);
}

/// Tokens are listed in the order of their numbers, with the name of their account.
pub async fn tokens_come_by_number_with_their_account<S: Store>(store: &S) {
    let [a, b] = ["a", "b"].map(|name| store.create_account(name, NOW));
    let (a, b) = (a.await.expect("an account"), b.await.expect("an account"));
    for (account_id, byte) in [(b.id, 1), (a.id, 2), (b.id, 3)] {
        store.create_token(new_token(account_id, byte)).await.expect("a token");
    }
    let tokens = store.tokens().await.expect("the tokens");
    let names: Vec<&str> = tokens.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["b", "a", "b"]);
    assert!(tokens.is_sorted_by(|(_, a), (_, b)| a.id < b.id), "{tokens:?}");
}

/// Disabling and enabling reach the one token; doing so twice is no error, doing so to no token is.
pub async fn a_token_can_be_disabled_and_enabled<S: Store>(store: &S) {
    let account = store.create_account("team", NOW).await.expect("an account");
    let token = store.create_token(new_token(account.id, 1)).await.expect("a token");
    let other = store.create_token(new_token(account.id, 2)).await.expect("a token");
    for enabled in [false, false, true, true, false] {
        store.set_token_enabled(token.id, enabled).await.expect("a change");
        let found = store.token_by_hash(&TokenHash([1; 32])).await.expect("an answer").expect("the token");
        assert_eq!(found.enabled, enabled);
    }
    assert_eq!(store.token_by_hash(&TokenHash([2; 32])).await.expect("an answer"), Some(other.clone()));
    let unknown = TokenId(other.id.0 + 1_000);
    let result = store.set_token_enabled(unknown, false).await;
    assert!(matches!(result, Err(StoreError::NoSuchToken(id)) if id == unknown.0));
}
