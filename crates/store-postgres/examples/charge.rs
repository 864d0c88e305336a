//! Times charges: `charge URL [SECONDS]` (default: 5 each), into a schema `charge` that is made anew and dropped afterwards.
//!
//! Tells, on stderr, the charges a second and the milliseconds of a batch: in batches of several sizes on one store, over 50
//! accounts; of the same with an idempotency key each; and on four stores, each with accounts of its own. What the machine
//! can do at all is told by `pgbench -N -c 64 -j 2 -T 5`, whose transactions are one charge each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use domain::{AccountId, CallId, CreatorKey, MicroYuan, NewToken, Note, Platform, TokenHash, TokenId, UnixTime};
use store::{AccountStore, MeterStore, Movement, MovementKind, Once, StoreError, Take, Taken};
use store_postgres::PostgresStore;

const NOW: UnixTime = UnixTime(1_780_000_000);

/// Accounts of a store.
const ACCOUNTS: u64 = 50;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("charge URL [SECONDS]")?;
    let seconds: u64 = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        execute(&url, "DROP SCHEMA IF EXISTS charge CASCADE; CREATE SCHEMA charge").await?;
        let measured = measure(&format!("{url}?options=-csearch_path%3Dcharge"), Duration::from_secs(seconds)).await;
        execute(&url, "DROP SCHEMA charge CASCADE").await?;
        measured
    })
}

async fn measure(url: &str, time: Duration) -> Result<(), Failure> {
    let mut replicas = Vec::new();
    for number in 0..4 {
        replicas.push(Arc::new(Replica::new(url, number).await?));
    }
    for size in [1, 64, 256, 1_024, 4_096] {
        let rate = replicas[0].charge(size, false, time).await?;
        tell(&format!("batches of {size}"), size, rate);
    }
    for size in [64, 1_024, 4_096] {
        let rate = replicas[0].charge(size, true, time).await?;
        tell(&format!("batches of {size} under keys"), size, rate);
    }
    for size in [64, 1_024, 4_096] {
        let running: Vec<_> = replicas
            .iter()
            .map(|replica| {
                let replica = replica.clone();
                tokio::spawn(async move { replica.charge(size, false, time).await })
            })
            .collect();
        let mut rate = 0.0;
        for running in running {
            rate += running.await??;
        }
        tell(&format!("four stores, batches of {size}"), size * 4, rate);
    }
    Ok(())
}

fn tell(what: &str, size: u64, rate: f64) {
    eprintln!("{rate:>9.0} charges/s in {what} ({:.1} ms each)", size as f64 / rate * 1e3);
}

/// A store with accounts of its own.
struct Replica {
    number: u64,
    store: PostgresStore,
    payers: Vec<(AccountId, TokenId)>,
    /// How many were charged.
    batches: AtomicU32,
}

impl Replica {
    async fn new(url: &str, number: u64) -> Result<Self, StoreError> {
        let store = PostgresStore::connect(url).await?;
        let mut payers = Vec::new();
        for index in 0..ACCOUNTS {
            let name = format!("replica {number} account {index}");
            let account_id = store.create_account(&name, NOW).await?.id;
            let mut hash = [number as u8; 32];
            hash[0] = index as u8;
            let token =
                NewToken { account_id, hash: TokenHash(hash), hint: name.clone(), created_at: NOW, expires_at: None };
            payers.push((account_id, store.create_token(token).await?.id));
            let (amount, note, key) = (MicroYuan::MAX, Note::default(), name.parse().expect("a name is a key"));
            store.move_money(Movement { kind: MovementKind::TopUp, account_id, amount, key, at_ms: 0, note }).await?;
        }
        Ok(Self { number, store, payers, batches: AtomicU32::new(0) })
    }

    /// Charges batch after batch; gives the charges a second.
    async fn charge(&self, size: u64, once: bool, time: Duration) -> Result<f64, StoreError> {
        let started = Instant::now();
        let mut charges = 0;
        while started.elapsed() < time {
            let outcomes = self.store.charge(self.takes(size, once)).await?;
            charges += outcomes.iter().filter(|outcome| matches!(outcome, Taken::Taken(_))).count();
        }
        Ok(charges as f64 / started.elapsed().as_secs_f64())
    }

    fn takes(&self, size: u64, once: bool) -> Vec<Take> {
        let batch = self.batches.fetch_add(1, Ordering::Relaxed);
        let first = CallId::first_at(now_ms()).0 | u128::from(self.number) << 72 | u128::from(batch) << 32;
        let take = |index: u64| {
            let (account_id, token_id) = self.payers[(index % ACCOUNTS) as usize];
            let author_id = format!("{}", 6_000_000_000_000_000_000 + index * 1_234_567).parse();
            let author_id = author_id.map_err(|error| StoreError::Corrupt(format!("{error}")))?;
            let id = CallId(first | u128::from(index));
            let answer = vec![b'x'; 400];
            let once = once.then(|| Once { key: id.to_string(), request: [7; 32], answer });
            let key = CreatorKey { author_id, platform: Platform::ShortVideo };
            Ok(Take { id, account_id, token_id, endpoint: 1, key: Some(key), price: MicroYuan(12_300), once })
        };
        (0..size).map(take).collect::<Result<_, StoreError>>().unwrap_or_default()
    }
}

fn now_ms() -> u64 {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    since_epoch.as_millis() as u64
}

async fn execute(url: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(sql).await
}
