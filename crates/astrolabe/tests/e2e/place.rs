//! A place where servers of a test work, on either database: a data directory, and what it keeps its books in.

use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::{AccountId, Call, CallId, MicroYuan, Note};
use store::{AccountStore, CallFilter, CheckedStore, MeterStore, Moved, Movement, MovementKind};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use crate::schema::Schema;
use crate::support::{Server, astrolabe, import_creator_42, said};

/// What an answer costs in such a place, and what its one account has at first.
pub(crate) const PRICE: MicroYuan = MicroYuan(10_000);
pub(crate) const CREDIT: MicroYuan = MicroYuan(1_000_000_000_000);

/// The store of a place.
pub(crate) trait Books: AccountStore + CheckedStore + MeterStore {}

impl<S: AccountStore + CheckedStore + MeterStore> Books for S {}

/// What keeps the books.
enum Database {
    Sqlite,
    /// At a URL; a schema of the place's own, or a server of it.
    Postgres(String, Option<Box<Schema>>),
}

/// A place.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    database: Database,
}

impl Place {
    /// On SQLite.
    pub(crate) fn sqlite() -> Self {
        Self::new(Database::Sqlite)
    }

    /// In a new schema on PostgreSQL, or a word on stderr.
    pub(crate) fn postgres() -> Option<Self> {
        let schema = Schema::make()?;
        Some(Self::new(Database::Postgres(schema.url(), Some(Box::new(schema)))))
    }

    /// On a PostgreSQL server of the test's own.
    pub(crate) fn on(url: &str) -> Self {
        Self::new(Database::Postgres(url.to_owned(), None))
    }

    fn new(database: Database) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database }
    }

    /// The data directory.
    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of its PostgreSQL.
    pub(crate) fn url(&self) -> &str {
        match &self.database {
            Database::Postgres(url, _) => url,
            Database::Sqlite => panic!("SQLite has no URL"),
        }
    }

    fn environment(&self) -> Vec<(&str, &str)> {
        match &self.database {
            Database::Sqlite => Vec::new(),
            Database::Postgres(url, _) => vec![("ASTROLABE_DATABASE", url)],
        }
    }

    /// One creator, a price, an account with a balance; gives a token.
    pub(crate) fn prepare(&self) -> String {
        import_creator_42(self.data(), &self.environment());
        self.run(&["account", "create", "team"]);
        let token = self.run(&["token", "create", "team"]);
        self.with_books(async |store| {
            let account_id = store.account("team").await.unwrap().id;
            let key = "all".parse().unwrap();
            let top_up = Movement {
                kind: MovementKind::TopUp,
                account_id,
                amount: CREDIT,
                key,
                at_ms: 0,
                note: Note::default(),
            };
            assert!(matches!(store.move_money(top_up).await, Ok(Moved::Now(_))));
            store.set_price(catalog::AUTHOR_CP_INFO.number, PRICE).await.unwrap();
        });
        token
    }

    /// A server in this place, with these environment variables.
    pub(crate) fn serve(&self, environment: &[(&str, &str)]) -> Server {
        Server::serve(self.data(), &[&self.environment(), environment].concat())
    }

    /// Runs a verb; what it printed on stdout.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        String::from_utf8(self.done(args).stdout).unwrap().trim().to_owned()
    }

    /// Runs a verb; what it said beside.
    pub(crate) fn noted(&self, args: &[&str]) -> String {
        said(&self.done(args))
    }

    fn done(&self, args: &[&str]) -> Output {
        let output = astrolabe().args(args).arg("--data").arg(self.data()).envs(self.environment()).output().unwrap();
        assert!(output.status.success(), "astrolabe {args:?}: {}", said(&output));
        output
    }

    /// Runs a verb that must fail; what it said.
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let mut verb = astrolabe();
        let output = verb.args(args).arg("--data").arg(self.data()).envs(self.environment()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "astrolabe {args:?}: {}", said(&output));
        said(&output)
    }

    /// Changes the ledger's file behind the program's back.
    pub(crate) fn with_ledger(&self, sql: &str) {
        let ledger = rusqlite::Connection::open(self.data().join("astrolabe.ledger.db")).unwrap();
        ledger.execute_batch(sql).unwrap();
    }

    /// Waits until a server that was killed has no connection to the books any more.
    pub(crate) fn until_unused(&self) {
        if let Database::Postgres(_, Some(schema)) = &self.database {
            schema.until_unused();
        }
    }

    /// Opens the books for a moment.
    pub(crate) fn with_books<T>(&self, work: impl AsyncFnOnce(&dyn Books) -> T) -> T {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            match &self.database {
                Database::Sqlite => work(&SqliteStore::open(&self.data().join("astrolabe.db")).unwrap()).await,
                Database::Postgres(url, _) => work(&PostgresStore::connect(url).await.unwrap()).await,
            }
        })
    }

    /// Waits until no call is charged for two seconds while the server says that there is one it has not answered; gives the
    /// number of calls.
    pub(crate) fn until_stuck(&self) -> usize {
        self.with_books(async |store| {
            let (mut before, mut since, waiting) = (0, Instant::now(), Instant::now());
            loop {
                let now = all_calls(store).await.len();
                if now != before || store.notes().await.unwrap().is_empty() {
                    (before, since) = (now, Instant::now());
                }
                if since.elapsed() > Duration::from_secs(2) {
                    return now;
                }
                assert!(waiting.elapsed() < Duration::from_secs(300), "calls are charged without an end, or none is");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        })
    }

    /// Asks the books until they say what is wanted.
    pub(crate) fn until<T>(&self, ask: impl AsyncFn(&dyn Books) -> Option<T>) -> T {
        let waiting = Instant::now();
        self.with_books(async |store| {
            loop {
                if let Some(told) = ask(store).await {
                    return told;
                }
                assert!(waiting.elapsed() < Duration::from_secs(60), "the books do not come to what is wanted");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
    }
}

/// Every call there is.
pub(crate) async fn all_calls(store: &dyn Books) -> Vec<Call> {
    store.calls(CallFilter { limit: i32::MAX.unsigned_abs(), ..CallFilter::default() }).await.unwrap()
}

/// The ids of calls.
pub(crate) fn ids<'c>(calls: impl IntoIterator<Item = &'c Call>) -> std::collections::HashSet<CallId> {
    calls.into_iter().map(|call| call.id).collect()
}

/// Asserts that the account's book, its usage and its calls tell the same, and gives the calls.
pub(crate) async fn balanced_calls(store: &dyn Books) -> Vec<Call> {
    let account_id = store.account("team").await.unwrap().id;
    let calls = all_calls(store).await;
    let charged: u64 = calls.iter().map(|call| call.charged.0).sum();
    let book = store.account_book(account_id).await.unwrap();
    assert_eq!((book.charged.0, book.balance().0), (charged, CREDIT.0 - charged - book.held.0));
    assert_eq!(store.imbalances().await.unwrap(), []);
    assert_eq!(store.imbalances_of_calls().await.unwrap(), []);
    assert_eq!(store.damages().await.unwrap(), [""; 0]);
    calls
}

/// The one account of a place.
pub(crate) const ACCOUNT: AccountId = AccountId(1);

/// Now, in milliseconds since the epoch.
pub(crate) fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}
