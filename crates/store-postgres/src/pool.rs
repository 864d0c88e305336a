//! A few connections, lent one at a time. They are opened when first needed, and again when one is found lost.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use store::{Faults, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_postgres::Row;

use crate::connection::{Connection, Values};
use crate::error::{from_postgres, is_lost, other};
use crate::silence::Silence;
use crate::target::Target;

/// The most connections of a store. A call takes a fraction of a millisecond, so more would wait for the same cores, and
/// every replica has as many.
const CONNECTIONS_MAX: usize = 8;

/// How long a connection is waited for. All are lent for so long only when the server does not answer.
const LEND_WITHIN: Duration = Duration::from_secs(5);

/// The connections of one store.
pub(crate) struct Pool {
    target: Target,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    silence: Arc<Silence>,
    faults: Faults,
}

impl Pool {
    pub(crate) fn new(target: Target, first: Connection) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let silence = Silence::of(target.clone());
        let first = first.impatient(silence.clone());
        Arc::new(Self { target, idle: Mutex::new(vec![first]), permits, silence, faults: Faults::default() })
    }

    /// The rows of a statement that only reads: tried on a new connection when the one at hand was lost.
    pub(crate) async fn query(self: &Arc<Self>, sql: &'static str, values: Values<'_>) -> Result<Vec<Row>, StoreError> {
        self.faults.counted(self.read(sql, values).await)
    }

    /// How often the server failed.
    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    async fn read(self: &Arc<Self>, sql: &'static str, values: Values<'_>) -> Result<Vec<Row>, StoreError> {
        let lease = self.lend().await?;
        match lease.query(sql, values).await {
            Err(error) if is_lost(&error) && !lease.is_cut() => {
                let lease = lease.renew().await?;
                lease.query(sql, values).await.map_err(|error| lease.told(error))
            }
            result => result.map_err(|error| lease.told(error)),
        }
    }

    /// The first row of a statement that only reads, where it has one.
    pub(crate) async fn query_opt(
        self: &Arc<Self>,
        sql: &'static str,
        values: Values<'_>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }

    /// The one row of a statement that only reads.
    pub(crate) async fn query_one(self: &Arc<Self>, sql: &'static str, values: Values<'_>) -> Result<Row, StoreError> {
        let row = self.query_opt(sql, values).await?;
        row.ok_or_else(|| StoreError::Corrupt(format!("no row where there is always one: {sql}")))
    }

    /// A connection that nobody else uses until the lease is dropped.
    pub(crate) async fn lend(self: &Arc<Self>) -> Result<Lease, StoreError> {
        self.silence.over().await?;
        let permit = tokio::select! {
            biased;
            permit = timeout(LEND_WITHIN, Arc::clone(&self.permits).acquire_owned()) => permit,
            () = self.silence.begun() => return Err(self.silence.told()),
        };
        let none_free =
            |_| StoreError::OutOfReach(format!("none of {CONNECTIONS_MAX} connections is free within {LEND_WITHIN:?}"));
        let permit = permit.map_err(none_free)?.map_err(other)?;
        let idle = self.take_idle();
        let is_open = idle.is_some();
        let lease = Lease { connection: idle, clean: true, pool: Arc::clone(self), _permit: permit };
        if is_open { Ok(lease) } else { lease.renew().await }
    }

    /// A new connection. Its server is silent, where nothing is heard of it meanwhile.
    async fn open(&self) -> Result<Connection, StoreError> {
        let (silence, asked) = (&self.silence, Instant::now());
        silence.over().await?;
        let opened = tokio::select! {
            biased;
            opened = Connection::open(&self.target, from_postgres) => opened,
            () = silence.begun() => return Err(silence.told()),
        };
        match &opened {
            Ok(_) => silence.heard(),
            Err(_) => silence.failed_to_connect(asked),
        }
        opened.map(|connection| connection.impatient(silence.clone()))
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle();
        idle.retain(|connection| !connection.is_closed());
        idle.pop()
    }

    /// What is behind the lock is whole at any moment, so a panic elsewhere does not matter.
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection on loan.
pub(crate) struct Lease {
    connection: Option<Connection>,
    /// Whether the connection may be lent again: no transaction is open on it.
    clean: bool,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    /// Replaces a connection that was lost. The idle ones were most likely lost with it, so they go too; as they do when a lost
    /// one is given back.
    pub(crate) async fn renew(mut self) -> Result<Self, StoreError> {
        self.connection = None;
        self.pool.idle().clear();
        self.connection = Some(self.pool.open().await?);
        Ok(self)
    }

    /// The pool that it is of.
    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Says whether the connection may be lent again when the lease is dropped; otherwise it is closed.
    pub(crate) fn set_clean(&mut self, clean: bool) {
        self.clean = clean;
    }
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a lease that can be seen has a connection")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let mut idle = self.pool.idle();
        if connection.is_closed() {
            idle.clear();
        } else if self.clean && connection.is_quiet() {
            idle.push(connection);
        }
    }
}
