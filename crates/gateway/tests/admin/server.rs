//! A running admin API, and a client that sends bytes as they are.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{CallId, CreatorKey, MicroYuan, TokenId};
use gateway::admin::{self, Admin, AdminKey, AdminSecret};
use gateway::{Clock, Gateway, Moment, Served, Settings, Stores, TokenKey};
use serde_json::{Value, json};
use store::{AccountStore, AuditFilter, MeterStore, Take};
use store_sqlite::SqliteStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::{Reply, START, creator};

/// A running admin API and what a test needs to know about it.
pub(crate) struct AdminServer {
    pub(crate) address: SocketAddr,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) token_key: TokenKey,
    pub(crate) secret: AdminSecret,
    clock_ms: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<Served>,
    _folder: tempfile::TempDir,
}

impl AdminServer {
    /// An admin API over an empty store.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(&folder.path().join("astrolabe.db")).expect("a store").acting_as("admin-api");
        let (store, token_key) = (Arc::new(store), TokenKey::new(&[7; TokenKey::LEN]));
        let clock_ms = Arc::new(AtomicU64::new(u64::from(START.0) * 1000));
        let told = clock_ms.clone();
        let clock: Clock = Arc::new(move || Moment { unix_ms: told.load(Ordering::SeqCst) });
        let secret = AdminSecret::generate().expect("random numbers");
        let key = AdminKey::of(secret.expose(), &token_key);
        let (accounts, ledger, upstreams) = (store.clone(), store.clone(), vec!["main".to_owned()]);
        let trusted_proxies = vec!["127.0.0.1".parse().expect("an address")].leak();
        let gateway =
            Gateway::new(Stores::of(store.clone()), token_key.clone(), clock.clone(), Settings::default()).await;
        let admin = Admin {
            accounts,
            ledger,
            gateway: gateway.expect("a gateway"),
            upstreams,
            key,
            trusted_proxies,
            token_key: token_key.clone(),
            clock,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(admin::serve(admin, listener, async {
            let _ = stopped.await;
        }));
        Self { address, store, token_key, secret, clock_ms, stop: Some(stop), served, _folder: folder }
    }

    /// As [`AdminServer::start`], with an account `team`.
    pub(crate) async fn with_team() -> Self {
        let server = Self::start().await;
        server.post("/accounts", json!({ "name": "team" })).await.is(201);
        server
    }

    /// Moves the clock to `seconds` after the start.
    pub(crate) fn set_clock(&self, seconds: u32) {
        self.clock_ms.store(u64::from(START.0 + seconds) * 1000, Ordering::SeqCst);
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, &[], &body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send("PATCH", path, &[], &body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send("PUT", path, &[], &body.to_string()).await
    }

    /// Credits `team` under a key.
    pub(crate) async fn top_up(&self, amount: &str, key: &str) -> Reply {
        let header = format!("Idempotency-Key: {key}");
        let body = json!({ "amountYuan": amount, "note": "invoice 7" });
        self.send("POST", "/accounts/team/top-ups", &[&header], &body.to_string()).await
    }

    /// Sends one request with the admin key and JSON, `path` being below `/v1/admin`.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Reply {
        let authorization = format!("Authorization: Bearer {}", self.secret.expose());
        let mut all = vec![authorization.as_str(), "Content-Type: application/json"];
        all.extend(headers);
        self.send_as_is(method, &format!("/v1/admin{path}"), &all, body).await
    }

    /// Sends one request with these headers only.
    pub(crate) async fn send_as_is(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Reply {
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: {length}\r\n");
        let mut stream = self.connect().await;
        // A server that turns a request down may close before it has read the body.
        let _ = stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let reply = Reply::read(&answer);
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply:?}");
        assert_eq!(reply.header("x-request-id").map(str::len), Some(36), "{reply:?}");
        assert_defined(method, path, &reply);
        reply
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// Waits for the server's end.
    pub(crate) async fn ended(mut self) -> Served {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        self.served.await.expect("the server does not panic")
    }

    /// A call with `team`'s token that costs one yuan, as the gateway would make it.
    pub(crate) async fn take(&self, token: i64, number: u64) -> Take {
        let account_id = self.store.account("team").await.expect("the account").id;
        let key: CreatorKey = creator("42");
        let id = CallId(CallId::first_at(u64::from(START.0) * 1000).0 + u128::from(number));
        let (token_id, price) = (TokenId(token), MicroYuan(1_000_000));
        Take { id, account_id, token_id, endpoint: catalog::AUTHOR_CP_INFO.number, key: Some(key), price, once: None }
    }

    /// What the audit log says of actions of this name: subject and detail, newest first; all of them by this API.
    pub(crate) async fn audited(&self, action: &str) -> Vec<(String, String)> {
        let entries =
            self.store.audit_log(AuditFilter { limit: 1_000, ..AuditFilter::default() }).await.expect("the log");
        assert!(entries.iter().all(|entry| entry.actor == "admin-api"));
        let of_action = entries.into_iter().filter(|entry| entry.action == action);
        of_action.map(|entry| (entry.subject, entry.detail)).collect()
    }
}

/// Checks that the catalog knows of the answer's status, whatever was asked.
fn assert_defined(method: &str, path: &str, reply: &Reply) {
    let path = path.split('?').next().unwrap_or_default();
    let method = if method == "HEAD" { "GET" } else { method };
    let operation = catalog::admin_path(path).and_then(|(defined, _)| defined.operation(method));
    let Some(operation) = operation else { return };
    let mut defined = operation.statuses.iter().chain(catalog::ADMIN_STATUSES);
    assert!(defined.any(|status| status.number == reply.status), "{method} {path} does not define it: {reply:?}");
}

impl Reply {
    /// Checks the status and that the body is JSON of its kind; gives the body.
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        if status < 400 {
            assert_eq!(self.header("content-type"), Some("application/json"));
            return body;
        }
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!((body["status"].as_u64(), body["type"].as_str()), (Some(u64::from(status)), Some("about:blank")));
        assert_eq!(body["requestId"].as_str(), self.header("x-request-id"));
        assert!(body["title"].is_string());
        body
    }

    /// Checks the status of a problem, and that its sentence says all of `parts`.
    pub(crate) fn refuses(&self, status: u16, parts: &[&str]) -> Value {
        let body = self.is(status);
        let detail = body["detail"].as_str().expect("a sentence");
        assert!(parts.iter().all(|part| detail.contains(part)), "{detail:?} says not all of {parts:?}");
        body
    }
}
