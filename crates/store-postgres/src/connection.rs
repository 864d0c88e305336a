//! One connection and its prepared statements.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use store::StoreError;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Statement};

use crate::target::Target;

/// Values of a statement's parameters.
pub(crate) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// How long somebody waits for the answer to a statement: longer than for a lock, which a server that works does not exceed but
/// where its disk stands still. Then the connection is cut, so what was asked may have been done.
const ANSWER_MAX: Duration = Duration::from_secs(8);

/// A connection. Statements that are awaited together are sent together.
pub(crate) struct Connection {
    client: Client,
    /// What reads and writes the socket. Without it every answer is the error of a connection that was cut.
    io: AbortHandle,
    answer_max: Option<Duration>,
    asked: AtomicU64,
    /// The last question that was answered: answers come in the order of the questions.
    answered: AtomicU64,
    statements: Mutex<HashMap<&'static str, Statement>>,
}

impl Connection {
    /// Connects. What reads and writes the socket runs on the current runtime and ends with the connection. `told` says what an
    /// error means; a server that says nothing is out of reach.
    pub(crate) async fn open(target: &Target, told: fn(Error) -> StoreError) -> Result<Self, StoreError> {
        let (client, io) = target.connect(told).await?;
        let io = tokio::spawn(async move {
            // Whoever waits for an answer is told the error.
            let _ = io.await;
        });
        Ok(Self {
            client,
            io: io.abort_handle(),
            answer_max: None,
            asked: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            statements: Mutex::default(),
        })
    }

    /// The same connection, which is cut when an answer takes too long: for calls that somebody waits for.
    pub(crate) fn impatient(self) -> Self {
        Self { answer_max: Some(ANSWER_MAX), ..self }
    }

    /// Whether it is known to be gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Whether nothing is to come that was asked for: whoever stops waiting for an answer leaves it to the next one.
    pub(crate) fn is_quiet(&self) -> bool {
        self.asked.load(Ordering::Relaxed) == self.answered.load(Ordering::Relaxed)
    }

    /// The rows of a statement.
    pub(crate) async fn query(&self, sql: &'static str, values: Values<'_>) -> Result<Vec<Row>, Error> {
        self.answer(async { self.client.query(&self.statement(sql).await?, values).await }).await
    }

    /// Runs a statement and gives the number of rows it changed.
    pub(crate) async fn execute(&self, sql: &'static str, values: Values<'_>) -> Result<u64, Error> {
        self.answer(async { self.client.execute(&self.statement(sql).await?, values).await }).await
    }

    /// Runs statements without parameters, separated by semicolons.
    pub(crate) async fn batch(&self, sql: &str) -> Result<(), Error> {
        self.answer(self.client.batch_execute(sql)).await
    }

    /// The driver's own connection, to copy rows with.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The statement, prepared once for each connection.
    pub(crate) async fn prepare(&self, sql: &'static str) -> Result<Statement, Error> {
        self.answer(self.statement(sql)).await
    }

    /// Waits for an answer, for as long as it may take.
    async fn answer<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let mut answer = pin!(answer);
        let answered = match self.answer_max {
            None => answer.await,
            Some(max) => match timeout(max, answer.as_mut()).await {
                Ok(answered) => answered,
                Err(_) => {
                    self.io.abort();
                    answer.await
                }
            },
        };
        self.answered.fetch_max(number, Ordering::Relaxed);
        answered
    }

    async fn statement(&self, sql: &'static str) -> Result<Statement, Error> {
        let known = self.statements().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        self.statements().insert(sql, statement.clone());
        Ok(statement)
    }

    fn statements(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
