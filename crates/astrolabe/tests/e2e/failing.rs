//! The real gateway over a store that fails: what the binary's own store does only when the disk or the operator errs.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{Account, AccountId, CreatorKey, CreatorState, NewToken, Snapshot, Token, TokenHash, TokenId, UnixTime};
use gateway::{Gateway, Settings, TokenKey, TokenSecret, serve, system_clock};
use store::{AccountStore, CreatorStore, Generations, Latest, StoreError};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The creator whose data is locked; everybody else's is damaged.
pub(crate) const LOCKED: &str = "locked";

/// A server in this process; ends when dropped.
pub(crate) struct FailingServer {
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// The one token it knows.
    pub(crate) token: String,
    _runtime: Runtime,
}

impl FailingServer {
    /// Serves on a free port.
    pub(crate) fn start(always_200: bool) -> Self {
        let runtime = Runtime::new().unwrap();
        let secret = TokenSecret::generate().unwrap();
        let key = TokenKey::new(&[7; TokenKey::LEN]);
        let store = FailingStore { known: key.hash(secret.expose()) };
        let settings = Settings { http_status_always_200: always_200, ..Settings::default() };
        let url = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let gateway = Gateway::new(Arc::new(store), key, system_clock(), settings).await.unwrap();
            tokio::spawn(serve(gateway, listener, std::future::pending()));
            url
        });
        Self { url, token: secret.expose().to_owned(), _runtime: runtime }
    }
}

/// Knows one token and fails at everything about creators.
struct FailingStore {
    known: TokenHash,
}

#[async_trait]
impl CreatorStore for FailingStore {
    async fn latest(&self, key: &CreatorKey) -> Result<Option<Latest>, StoreError> {
        match key.author_id.to_string().as_str() {
            LOCKED => Err(StoreError::Busy),
            _ => damaged(),
        }
    }

    async fn state(&self, _: &CreatorKey) -> Result<Option<CreatorState>, StoreError> {
        damaged()
    }

    async fn history(&self, _: &CreatorKey) -> Result<Vec<(UnixTime, Snapshot)>, StoreError> {
        damaged()
    }

    async fn generations(&self) -> Result<Generations, StoreError> {
        Ok(Generations::default())
    }

    async fn creator_count(&self) -> Result<u64, StoreError> {
        Ok(0)
    }
}

#[async_trait]
impl AccountStore for FailingStore {
    async fn create_account(&self, _: &str, _: UnixTime) -> Result<Account, StoreError> {
        damaged()
    }

    async fn account(&self, _: &str) -> Result<Account, StoreError> {
        damaged()
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        damaged()
    }

    async fn create_token(&self, _: NewToken) -> Result<Token, StoreError> {
        damaged()
    }

    async fn tokens(&self) -> Result<Vec<(String, Token)>, StoreError> {
        damaged()
    }

    async fn set_token_enabled(&self, _: TokenId, _: bool) -> Result<(), StoreError> {
        damaged()
    }

    async fn token_by_hash(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError> {
        let (id, account_id, created_at) = (TokenId(1), AccountId(1), UnixTime(0));
        let token = Token { id, account_id, hint: "test".into(), enabled: true, created_at, expires_at: None };
        Ok((*hash == self.known).then_some(token))
    }
}

fn damaged<T>() -> Result<T, StoreError> {
    Err(StoreError::Corrupt("as this test wants it".into()))
}
