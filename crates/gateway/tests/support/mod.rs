//! A server on a free port over a real SQLite store, with a clock the test moves, and a client that sends bytes as they are.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod place;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{
    AccountId, Count, CreatorKey, CreatorState, Fen, ItemId, MicroYuan, NewToken, Note, Platform, Post, Price,
    RateCard, Reported, Tier, UnixTime,
};
use gateway::{Clock, Gateway, Moment, Served, Settings, Stores, TokenKey, TokenSecret};
use store::{AccountStore, CreatorStore, ImportRequest, ImportStore, MeterStore, Movement, MovementKind};
use store_sqlite::SqliteStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The moment every test starts at: 2026-11-22T03:04:05Z.
pub(crate) const START: UnixTime = UnixTime(1_795_316_645);

/// The endpoint's path.
pub(crate) const CP: &str = catalog::AUTHOR_CP_INFO.path;

/// A running server and what a test needs to know about it.
pub(crate) struct TestServer {
    pub(crate) address: std::net::SocketAddr,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) token: TokenSecret,
    pub(crate) gateway: Arc<Gateway>,
    key: TokenKey,
    clock_ms: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<Served>,
    _folder: tempfile::TempDir,
}

impl TestServer {
    /// A server with one token and one creator, `42`: ten posts of 1000 plays and 20 likes, 8,200 yuan for 1–20 s.
    pub(crate) async fn start() -> Self {
        Self::start_with(Settings::default(), |store| store).await
    }

    /// As [`TestServer::start`], with settings and something put around the store.
    pub(crate) async fn start_with<S: CreatorStore + 'static>(
        settings: Settings,
        around: impl FnOnce(Arc<SqliteStore>) -> Arc<S>,
    ) -> Self {
        Self::start_on(settings, |store| Stores {
            creators: around(store.clone()),
            meter: store,
            rates: None,
            upstreams: None,
        })
        .await
    }

    /// As [`TestServer::start`], with settings and stores made of the server's own.
    pub(crate) async fn start_on(settings: Settings, stores: impl FnOnce(Arc<SqliteStore>) -> Stores) -> Self {
        let settings = Settings { estimate: by_median(), ..settings };
        let folder = tempfile::tempdir().expect("a folder");
        let store = Arc::new(SqliteStore::open(&folder.path().join("astrolabe.db")).expect("a store"));
        let key = TokenKey::new(&[7; TokenKey::LEN]);
        let clock_ms = Arc::new(AtomicU64::new(u64::from(START.0) * 1000));
        let told = clock_ms.clone();
        let clock: Clock = Arc::new(move || Moment { unix_ms: told.load(Ordering::SeqCst) });
        import(&store, creator("42"), state_of_42());
        store.create_account("team", START).await.expect("an account");
        let token = make_token(&store, &key, "team", None).await;
        let stores = stores(store.clone());
        let gateway = Gateway::new(stores, key.clone(), clock, settings).await.expect("a gateway");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(gateway::serve(gateway.clone(), listener, async {
            let _ = stopped.await;
        }));
        Self { address, store, token, gateway, key, clock_ms, stop: Some(stop), served, _folder: folder }
    }

    /// Moves the clock to `seconds` after the start.
    pub(crate) fn set_clock(&self, seconds: u32) {
        self.clock_ms.store(u64::from(START.0 + seconds) * 1000, Ordering::SeqCst);
    }

    /// Moves the clock to a moment.
    pub(crate) fn set_clock_ms(&self, unix_ms: u64) {
        self.clock_ms.store(unix_ms, Ordering::SeqCst);
    }

    /// A token of an account of its own.
    pub(crate) async fn token_of_new_account(&self, name: &str) -> TokenSecret {
        self.store.create_account(name, START).await.expect("an account");
        make_token(&self.store, &self.key, name, None).await
    }

    /// Another token of the same account.
    pub(crate) async fn another_token(&self, expires_at: Option<UnixTime>) -> TokenSecret {
        make_token(&self.store, &self.key, "team", expires_at).await
    }

    /// Asks for `path_and_query` with the server's token in a header.
    pub(crate) async fn get(&self, path_and_query: &str) -> Reply {
        let authorization = format!("Authorization: Bearer {}", self.token.expose());
        self.send("GET", path_and_query, &[&authorization]).await
    }

    /// Sends one request on a connection of its own.
    pub(crate) async fn send(&self, method: &str, path_and_query: &str, headers: &[&str]) -> Reply {
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let request = format!("{method} {path_and_query} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}\r\n");
        Reply::read(&self.send_raw(request.as_bytes()).await)
    }

    /// Posts a body with the server's token and further headers; of HTTP/1.0, so that the answer is not in chunks.
    pub(crate) async fn post(&self, path: &str, body: &str, headers: &[&str]) -> Reply {
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let request = format!(
            "POST {path} HTTP/1.0\r\nHost: test\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            self.token.expose(),
            body.len()
        );
        Reply::read(&self.send_raw(request.as_bytes()).await)
    }

    /// Credits the account of the server's token, and sets the price of Author CP Info.
    pub(crate) async fn sell(&self, yuan: &str, price: &str) {
        let amount = |text| MicroYuan::from_yuan_text(text).expect("an amount");
        let top_up = Movement {
            kind: MovementKind::TopUp,
            account_id: AccountId(1),
            amount: amount(yuan),
            key: yuan.parse().expect("a key"),
            at_ms: 0,
            note: Note::default(),
        };
        self.store.move_money(top_up).await.expect("a top-up");
        self.store.set_price(catalog::AUTHOR_CP_INFO.number, amount(price)).await.expect("a price");
        self.until("/v1/account", |reply| reply.json()["priceYuan"]["author_cp_info"] == price).await;
    }

    /// What the account of the server's token has left, in yuan.
    pub(crate) async fn balance(&self) -> String {
        self.store.account_book(AccountId(1)).await.expect("a book").balance().to_string()
    }

    /// Sends bytes and reads until the server closes.
    pub(crate) async fn send_raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.expect("sent");
        let mut answer = Vec::new();
        // A server that turned the request down may reset the connection behind its answer.
        let _ = stream.read_to_end(&mut answer).await;
        answer
    }

    /// Sends bytes, says that no more will come, and reads until the server closes.
    pub(crate) async fn send_raw_and_end(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.expect("sent");
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer
    }

    /// An open connection.
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// Asks the server to stop, without waiting.
    pub(crate) fn ask_to_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// What asks the server to stop when something is sent, without the server at hand.
    pub(crate) fn stop_later(&mut self) -> oneshot::Sender<()> {
        self.stop.take().expect("not stopped")
    }

    /// Waits for the server's end.
    pub(crate) async fn ended(mut self) -> Served {
        self.ask_to_stop();
        self.served.await.expect("the server does not panic")
    }

    /// Repeats a question until its answer is as wanted: for changes the server sees within its polling time.
    pub(crate) async fn until(&self, path_and_query: &str, wanted: impl Fn(&Reply) -> bool) -> Reply {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let reply = self.get(path_and_query).await;
            if wanted(&reply) {
                return reply;
            }
            assert!(std::time::Instant::now() < deadline, "still answered {reply:?}");
            tokio::task::yield_now().await;
        }
    }
}

/// An answer taken apart.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    /// Takes the bytes of one answer apart.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).expect("answers are text");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("not an answer: {text:?}"));
        let mut lines = head.lines();
        let status_line = lines.next().expect("a status line");
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, headers, body: body.to_owned() }
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The business code; also checks that the body is the envelope, whole.
    pub(crate) fn code(&self) -> i64 {
        let json = self.json();
        let object = json.as_object().expect("an object");
        let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["code", "data", "message", "recordTime", "requestId"]);
        assert_eq!(object["requestId"].as_str(), self.header("x-request-id"));
        assert_eq!(self.header("content-type"), Some("application/json"));
        let code = object["code"].as_i64().expect("a number");
        assert_eq!(object["data"].is_null(), code != 0);
        assert_eq!(object["message"].is_null(), code == 0);
        code
    }
}

/// Medians, whose figures a reader of a test can check.
fn by_median() -> estimator::Settings {
    estimator::Settings { method: estimator::Method::Median10, ..estimator::Settings::default() }
}

/// A creator on SHORT_VIDEO.
pub(crate) fn creator(author: &str) -> CreatorKey {
    CreatorKey { author_id: author.parse().expect("an id"), platform: Platform::ShortVideo }
}

/// Imports one creator's state.
pub(crate) fn import(store: &SqliteStore, key: CreatorKey, state: CreatorState) {
    import_all(store, std::iter::once((key, state)));
}

/// Imports creators' states, which come in the order of their ids.
pub(crate) fn import_all(store: &SqliteStore, states: impl Iterator<Item = (CreatorKey, CreatorState)> + Send) {
    import_under(by_median(), store, states);
}

/// As [`import_all`], under other settings than the server's.
pub(crate) fn import_under(
    settings: estimator::Settings,
    store: &SqliteStore,
    mut states: impl Iterator<Item = (CreatorKey, CreatorState)> + Send,
) {
    store
        .import(ImportRequest {
            states: &mut states,
            snapshots: &|key, state| estimator::snapshots(key, state, &settings),
            now: START,
            progress: &mut |_| {},
        })
        .expect("imported");
}

/// Ten posts of 1000 plays and 20 likes, captured at the start; 8,200 yuan for 1–20 s.
pub(crate) fn state_of_42() -> CreatorState {
    let post = |number: u32| Post {
        item_id: ItemId::from_integer(i64::from(number)).expect("an id"),
        plays: 1000,
        published_at: START.days_before(10 + number),
        captured_at: START,
        duration_s: Count::UNKNOWN,
        likes: Count::from(20),
        comments: Count::UNKNOWN,
        shares: Count::UNKNOWN,
        collects: Count::UNKNOWN,
        sponsored: None,
    };
    let mut rate_card = RateCard::default();
    rate_card.add(Tier::From1To20s, Price { as_of: START, fen: Fen(820_000) });
    CreatorState { posts: (0..10).map(post).collect(), rate_card, ..CreatorState::default() }
}

/// What Xingtu says of a creator: 380,245 expected plays, 21.56 yuan CPM at 8,200 yuan.
pub(crate) fn reported() -> Reported {
    let mut reported =
        Reported { as_of: START, expected_views: 380_245, cpe: Default::default(), prices: Default::default() };
    reported.prices[Tier::From1To20s] = Some(Fen(820_000));
    reported.cpe[Tier::From1To20s] = Some(Fen(97));
    reported
}

async fn make_token(store: &SqliteStore, key: &TokenKey, account: &str, expires_at: Option<UnixTime>) -> TokenSecret {
    let secret = TokenSecret::generate().expect("random numbers");
    let account_id = store.account(account).await.expect("the account").id;
    let token =
        NewToken { account_id, hash: key.hash(secret.expose()), hint: secret.hint(), created_at: START, expires_at };
    store.create_token(token).await.expect("stored");
    secret
}
