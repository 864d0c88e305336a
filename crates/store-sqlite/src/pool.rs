//! Runs SQL off the async runtime: reads on a few pooled connections, writes one at a time.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use store::{Faults, StoreError};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Semaphore, oneshot};

use crate::connection::{Holds, create_file, cut_log, open_reader, open_writer, set_synced};
use crate::error::{from_sqlite, other};
use crate::{long_log, room};

/// The most reads at one time. A read takes microseconds, so more would only wait for the same cores.
const READERS_MAX: usize = 4;

/// The connections of one store. They are opened when first needed.
pub(crate) struct Pool {
    path: PathBuf,
    holds: Holds,
    busy_timeout: Duration,
    idle_readers: Mutex<Vec<Connection>>,
    reads: Mutex<Reads>,
    /// For the one read on the thread of its task.
    alone: Semaphore,
    writer: Mutex<Option<Connection>>,
    faults: Faults,
}

/// A read with whoever waits for it.
type Read = Box<dyn FnOnce(&Pool) + Send>;

/// The reads that wait for a thread, and the threads that take one after the other. A thread for each read would have to be woken
/// for each, which takes longer than a read.
#[derive(Default)]
struct Reads {
    waiting: VecDeque<Read>,
    threads: usize,
}

impl Pool {
    pub(crate) fn new(path: PathBuf, holds: Holds, busy_timeout: Duration, writer: Connection) -> Arc<Self> {
        Arc::new(Self {
            path,
            holds,
            busy_timeout,
            idle_readers: Mutex::default(),
            reads: Mutex::default(),
            alone: Semaphore::const_new(1),
            writer: Mutex::new(Some(writer)),
            faults: Faults::default(),
        })
    }

    /// How often the file failed.
    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The file, as people are told it.
    pub(crate) fn file(&self) -> String {
        self.path.display().to_string()
    }

    /// The log's file.
    fn log(&self) -> PathBuf {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        log.into()
    }

    /// Cuts a log that is longer than so many bytes, unless somebody reads or writes what is in it.
    pub(crate) async fn cut_log(self: &Arc<Self>, bytes_max: u32) -> Result<(), StoreError> {
        let pool = Arc::clone(self);
        blocking(move || {
            let bytes = std::fs::metadata(pool.log()).map_or(0, |log| log.len());
            if bytes <= u64::from(bytes_max) {
                return Ok(());
            }
            pool.write_here(|connection| cut_log(connection).map_err(from_sqlite))
        })
        .await
    }

    /// Makes the log as long as it becomes.
    pub(crate) async fn lengthen_log(self: &Arc<Self>) -> Result<(), StoreError> {
        let pool = Arc::clone(self);
        blocking(move || pool.lengthen_log_here()).await
    }

    /// As [`Pool::lengthen_log`], on this thread.
    pub(crate) fn lengthen_log_here(&self) -> Result<(), StoreError> {
        self.write_here(|connection| long_log::lengthen(connection, &self.log(), self.holds))
    }

    /// Moves what is in the log to the file and leaves nothing of it in the log; false where somebody still reads from there.
    pub(crate) fn empty_log(&self) -> Result<bool, StoreError> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_read: bool =
            self.write_here(|connection| connection.query_row(sql, [], |row| row.get(0)).map_err(from_sqlite))?;
        Ok(!is_read)
    }

    /// Whether there is room for more beside the file.
    pub(crate) async fn check_room(self: &Arc<Self>) -> Result<(), StoreError> {
        let pool = Arc::clone(self);
        blocking(move || room::check_beside(&pool.path)).await
    }

    /// Reads, off the runtime.
    pub(crate) async fn read<T, F>(self: &Arc<Self>, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (done, outcome) = oneshot::channel();
        let read = move |pool: &Self| {
            // Nobody may wait for it any more.
            let _ = done.send(pool.read_here(read));
        };
        if let Some(reader) = self.enqueue(Box::new(read)) {
            tokio::task::spawn_blocking(|| reader.run());
        }
        outcome.await.map_err(|_| other("a read was given up"))?
    }

    /// Reads a row or two: on the thread of its task, whose other tasks another one may take over, unless it is not the only such read. To
    /// wake a thread and be woken by it takes longer than the read; and no more than one thread waits so for a slow disk.
    pub(crate) async fn read_short<T, F>(self: &Arc<Self>, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let can_hand_over = Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
        match self.alone.try_acquire() {
            Ok(_alone) if can_hand_over => tokio::task::block_in_place(|| self.read_here(read)),
            _ => self.read(read).await,
        }
    }

    /// Adds a read to those that wait; with a reader to be run for it, unless enough of them run.
    fn enqueue(self: &Arc<Self>, read: Read) -> Option<Reader> {
        let mut reads = lock(&self.reads);
        reads.waiting.push_back(read);
        (reads.threads < READERS_MAX).then(|| {
            reads.threads += 1;
            Reader { pool: Arc::clone(self), is_counted: true }
        })
    }

    /// Reads, on this thread.
    pub(crate) fn read_here<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = lock(&self.idle_readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.faults.counted(self.open_reader())?,
        };
        let result = read(&connection);
        lock(&self.idle_readers).push(connection);
        self.faults.counted(result)
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
        self.faults.counted(result)
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
        self.faults.counted(result)
    }

    fn writer_of(&self, slot: &mut Option<Connection>) -> Result<Connection, StoreError> {
        match slot.take() {
            Some(connection) => Ok(connection),
            None => self.faults.counted(open_writer(&self.path, self.holds, self.busy_timeout)),
        }
    }

    /// Copies the file into a directory, as of one moment.
    pub(crate) fn back_up(&self, directory: &std::path::Path) -> Result<(), StoreError> {
        let copy = directory.join(self.path.file_name().unwrap_or_default());
        // Made here, so that only its owner may read it.
        create_file(&copy)?;
        let name = copy.to_str().ok_or_else(|| other("the path of the copy is no UTF-8"))?;
        let connection = self.open_reader()?;
        connection.pragma_update(None, "query_only", false).map_err(from_sqlite)?;
        connection.execute("VACUUM INTO ?1", [name]).map_err(from_sqlite)?;
        std::fs::File::open(&copy).and_then(|copy| copy.sync_all()).map_err(other)
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

/// A thread that takes reads until none waits. One that never comes to run is no longer counted once it is dropped.
struct Reader {
    pool: Arc<Pool>,
    is_counted: bool,
}

impl Reader {
    fn run(mut self) {
        while let Some(read) = self.next() {
            // Who waited learns that there is no outcome; the panic itself is told as every one is.
            let _ = catch_unwind(AssertUnwindSafe(|| read(&self.pool)));
        }
    }

    /// The next read. Without one this thread is no longer counted, from the same moment on: a read that comes then gets another.
    fn next(&mut self) -> Option<Read> {
        let mut reads = lock(&self.pool.reads);
        let read = reads.waiting.pop_front();
        if read.is_none() {
            reads.threads -= 1;
            self.is_counted = false;
        }
        read
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.is_counted {
            lock(&self.pool.reads).threads -= 1;
        }
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn pool(dir: &tempfile::TempDir) -> Arc<Pool> {
        let path = dir.path().join("a.db");
        let writer = open_writer_of_new(&path);
        Pool::new(path, Holds::Creators, Duration::from_secs(5), writer)
    }

    fn open_writer_of_new(path: &std::path::Path) -> Connection {
        crate::connection::create_file(path).expect("a file");
        open_writer(path, Holds::Creators, Duration::from_secs(5)).expect("a connection")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_read_has_its_outcome_on_a_few_threads_whatever_becomes_of_the_others() {
        let dir = tempfile::tempdir().expect("a folder");
        let (pool, reading, most) = (pool(&dir), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let reads = (0..500_u32).map(|number| {
            let (pool, reading, most) = (pool.clone(), reading.clone(), most.clone());
            tokio::spawn(async move {
                let read = pool.read(move |connection| {
                    most.fetch_max(1 + reading.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                    let read = connection.query_row("SELECT ?1", [number], |row| row.get::<_, u32>(0));
                    reading.fetch_sub(1, Ordering::SeqCst);
                    match number % 100 {
                        7 => panic!("on purpose"),
                        8 => Err(other("on purpose")),
                        _ => read.map_err(from_sqlite),
                    }
                });
                read.await.ok()
            })
        });
        for (number, read) in (0..500_u32).zip(reads.collect::<Vec<_>>()) {
            let expected = (!matches!(number % 100, 7 | 8)).then_some(number);
            assert_eq!(read.await.expect("no panic of the one who waits"), expected);
        }
        assert!(most.load(Ordering::SeqCst) <= READERS_MAX);
        while lock(&pool.reads).threads > 0 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_short_read_stays_on_the_thread_of_its_task_and_the_next_ones_meanwhile_do_not() {
        let dir = tempfile::tempdir().expect("a folder");
        let (pool, stays) = (pool(&dir), |_: &Connection| Ok(std::thread::current().id()));
        let of_panic = tokio::spawn({
            let pool = pool.clone();
            async move { pool.read_short(|_| -> Result<(), StoreError> { panic!("on purpose") }).await }
        });
        assert!(of_panic.await.is_err());
        // Spawned, since a test's own task is on no thread of the runtime.
        let alone = tokio::spawn({
            let pool = pool.clone();
            async move {
                let here = std::thread::current().id();
                (here, pool.read_short(stays).await.expect("read"))
            }
        });
        let (here, read_on) = alone.await.expect("no panic");
        assert_eq!(here, read_on, "a panic before changes nothing");
        let nested = pool.clone();
        let (outer, inner) = tokio::spawn({
            let pool = pool.clone();
            async move {
                let inner = move |_: &Connection| {
                    let here = std::thread::current().id();
                    Ok((here, Handle::current().block_on(nested.read_short(stays))?))
                };
                pool.read_short(inner).await.expect("read")
            }
        })
        .await
        .expect("no panic");
        assert_ne!(outer, inner);
    }

    #[tokio::test]
    async fn a_long_log_is_cut_once_nobody_reads_from_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let pool = pool(&dir);
        let log_bytes = || std::fs::metadata(dir.path().join("a.db-wal")).expect("a log").len();
        let fill = "CREATE TABLE some (content BLOB); INSERT INTO some VALUES (zeroblob(1000000))";
        pool.write_here(|connection| connection.execute_batch(fill).map_err(from_sqlite)).expect("written");
        let reader = pool.open_reader().expect("a connection");
        reader.execute_batch("BEGIN; SELECT 1 FROM some").expect("a read");
        let before = log_bytes();
        assert!(before > 1_000_000);
        pool.cut_log(1_000_000).await.expect("left to the reader");
        assert_eq!(log_bytes(), before);
        reader.execute_batch("COMMIT").expect("the end of it");
        pool.cut_log(2_000_000).await.expect("not long enough");
        assert_eq!(log_bytes(), before);
        pool.cut_log(1_000_000).await.expect("nobody in the way");
        assert_eq!(log_bytes(), 0);
        let patience: u64 = pool
            .write_here(|writer| writer.pragma_query_value(None, "busy_timeout", |row| row.get(0)).map_err(from_sqlite))
            .expect("a number");
        assert_eq!(patience, 5_000, "writers wait as before");
    }

    #[tokio::test]
    async fn a_runtime_of_one_thread_keeps_it_for_its_tasks() {
        let dir = tempfile::tempdir().expect("a folder");
        let read_on = pool(&dir).read_short(|_| Ok(std::thread::current().id())).await.expect("read");
        assert_ne!(read_on, std::thread::current().id());
    }

    #[test]
    fn a_runtime_that_ends_before_a_read_begins_takes_no_thread_away() {
        let dir = tempfile::tempdir().expect("a folder");
        let pool = pool(&dir);
        for _ in 0..READERS_MAX {
            drop(pool.enqueue(Box::new(|_| ())));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let one =
            runtime.block_on(pool.read(|connection| {
                connection.query_row("SELECT 1", [], |row| row.get::<_, u32>(0)).map_err(from_sqlite)
            }));
        assert_eq!(one.expect("read"), 1);
    }
}
