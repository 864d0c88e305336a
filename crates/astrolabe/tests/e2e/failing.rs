//! The real gateway over a store that fails: what the binary's own store does only when the disk or the operator errs.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{CreatorKey, CreatorState, NewToken, Snapshot, UnixTime};
use gateway::{Gateway, Settings, Stores, TokenKey, TokenSecret, serve, system_clock};
use store::{AccountStore, CreatorStore, Generations, Latest, StoreError, SurveyMark, Surveyed};
use store_sqlite::SqliteStore;
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
    _folder: tempfile::TempDir,
}

impl FailingServer {
    /// Serves on a free port.
    pub(crate) fn start(always_200: bool) -> Self {
        let runtime = Runtime::new().unwrap();
        let secret = TokenSecret::generate().unwrap();
        let key = TokenKey::new(&[7; TokenKey::LEN]);
        let folder = tempfile::tempdir().unwrap();
        let meter = Arc::new(SqliteStore::open(&folder.path().join("astrolabe.db")).unwrap());
        let hash = key.hash(secret.expose());
        let settings = Settings { http_status_always_200: always_200, ..Settings::default() };
        let url = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let account_id = meter.create_account("team", UnixTime(0)).await.unwrap().id;
            let hint = secret.hint();
            let token = NewToken { account_id, hash, hint, created_at: UnixTime(0), expires_at: None };
            meter.create_token(token).await.unwrap();
            let stores = Stores { creators: Arc::new(FailingStore), meter, rates: None, upstreams: None };
            let gateway = Gateway::new(stores, key, system_clock(), settings).await.unwrap();
            tokio::spawn(serve(gateway, listener, std::future::pending()));
            url
        });
        Self { url, token: secret.expose().to_owned(), _runtime: runtime, _folder: folder }
    }
}

/// Fails at everything about creators.
struct FailingStore;

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

    async fn states(&self, _: Option<&CreatorKey>, _: u32) -> Result<Vec<(CreatorKey, CreatorState)>, StoreError> {
        damaged()
    }

    async fn history(&self, _: &CreatorKey, _: u32) -> Result<Vec<(UnixTime, Snapshot)>, StoreError> {
        damaged()
    }

    async fn generations(&self) -> Result<Generations, StoreError> {
        Ok(Generations::default())
    }

    async fn creator_count(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn survey(&self, _: &mut (dyn FnMut(Surveyed) + Send)) -> Result<SurveyMark, StoreError> {
        damaged()
    }
}

fn damaged<T>() -> Result<T, StoreError> {
    Err(StoreError::Corrupt("as this test wants it".into()))
}
