//! Runs SQL off the async runtime: reads on a few pooled connections, writes one at a time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use store::StoreError;
use tokio::sync::Semaphore;

use crate::connection::{open_reader, open_writer, set_synced};
use crate::error::{from_sqlite, other};

/// The most reads at one time. A read takes microseconds, so more would only wait for the same cores.
const READERS_MAX: usize = 4;

/// The connections of one store. They are opened when first needed.
pub(crate) struct Pool {
    path: PathBuf,
    busy_timeout: Duration,
    idle_readers: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    writer: Mutex<Option<Connection>>,
}

impl Pool {
    pub(crate) fn new(path: PathBuf, busy_timeout: Duration, writer: Connection) -> Arc<Self> {
        Arc::new(Self {
            path,
            busy_timeout,
            idle_readers: Mutex::default(),
            permits: Arc::new(Semaphore::new(READERS_MAX)),
            writer: Mutex::new(Some(writer)),
        })
    }

    /// Reads, off the runtime.
    pub(crate) async fn read<T, F>(self: &Arc<Self>, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(other)?;
        let pool = Arc::clone(self);
        blocking(move || {
            let _permit = permit;
            pool.read_here(read)
        })
        .await
    }

    /// Reads, on this thread.
    pub(crate) fn read_here<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = lock(&self.idle_readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.open_reader()?,
        };
        let result = read(&connection);
        lock(&self.idle_readers).push(connection);
        result
    }

    /// Closes the connections that nobody reads on now.
    pub(crate) fn close_idle_readers(&self) {
        lock(&self.idle_readers).clear();
    }

    /// Writes, off the runtime; one write at a time.
    pub(crate) async fn write<T, F>(self: &Arc<Self>, write: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let pool = Arc::clone(self);
        blocking(move || pool.write_here(write)).await
    }

    /// Writes, on this thread.
    pub(crate) fn write_here<T>(
        &self,
        write: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut slot = lock(&self.writer);
        let mut connection = self.writer_of(&mut slot)?;
        let result = write(&mut connection);
        *slot = Some(connection);
        result
    }

    /// As [`Pool::write_soon_here`], off the runtime.
    pub(crate) async fn write_soon<T, F>(self: &Arc<Self>, write: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let pool = Arc::clone(self);
        blocking(move || pool.write_soon_here(write)).await
    }

    /// Writes one transaction, on this thread, that is not waited for to be on disk: it survives the end of the process, and
    /// that of the machine with the next transaction that is waited for. One after the other, they lie in one log.
    pub(crate) fn write_soon_here<T>(
        &self,
        write: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut slot = lock(&self.writer);
        let mut connection = self.writer_of(&mut slot)?;
        set_synced(&connection, false)?;
        let result = write(&mut connection);
        // A connection that cannot be set back is closed: what follows on it would not be durable.
        set_synced(&connection, true)?;
        *slot = Some(connection);
        result
    }

    fn writer_of(&self, slot: &mut Option<Connection>) -> Result<Connection, StoreError> {
        match slot.take() {
            Some(connection) => Ok(connection),
            None => open_writer(&self.path, self.busy_timeout),
        }
    }

    /// Closes every connection that is not in use.
    pub(crate) fn close(&self) -> Result<(), StoreError> {
        self.close_idle_readers();
        let writer = lock(&self.writer).take();
        writer.map_or(Ok(()), |writer| writer.close().map_err(|(_, error)| from_sqlite(error)))
    }

    /// A connection of the caller's own.
    pub(crate) fn open_reader(&self) -> Result<Connection, StoreError> {
        open_reader(&self.path, self.busy_timeout)
    }
}

/// A panic leaves a slot without its connection, never with half of one: what is behind the lock can be used.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn blocking<T, F>(work: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, StoreError> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.map_err(other)?
}
