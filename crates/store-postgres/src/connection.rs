//! One connection and its prepared statements.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use store::StoreError;
use tokio::task::AbortHandle;
use tokio::time::sleep;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row, Statement};

use crate::error::{from_postgres, is_lost};
use crate::silence::{ANSWER_MAX, Silence};
use crate::target::Target;

/// Values of a statement's parameters.
pub(crate) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection. Statements that are awaited together are sent together.
pub(crate) struct Connection {
    client: Client,
    /// What reads and writes the socket. Without it every answer is the error of a connection that was cut.
    io: AbortHandle,
    /// Of a connection that somebody waits for: what is known of its server.
    silence: Option<Arc<Silence>>,
    /// Whether it was cut, since an answer took too long.
    is_cut: AtomicBool,
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
            silence: None,
            is_cut: AtomicBool::new(false),
            asked: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            statements: Mutex::default(),
        })
    }

    /// The same connection, which is cut when an answer takes too long, or its server is found to be silent: for calls that somebody
    /// waits for.
    pub(crate) fn impatient(self, silence: Arc<Silence>) -> Self {
        Self { silence: Some(silence), ..self }
    }

    /// Whether it was cut: another one would be waited for as long.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Relaxed)
    }

    /// Says what an error on this connection means.
    pub(crate) fn told(&self, error: Error) -> StoreError {
        match self.is_cut() && is_lost(&error) {
            true => StoreError::OutOfReach(format!("no answer within {ANSWER_MAX:?}")),
            false => from_postgres(error),
        }
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
        let answered = match &self.silence {
            None => answer.await,
            Some(silence) => {
                let asked = Instant::now();
                tokio::select! {
                    biased;
                    answered = answer.as_mut() => {
                        if !answered.as_ref().is_err_and(is_lost) {
                            silence.heard();
                        }
                        answered
                    }
                    () = silence.begun() => self.cut(answer.as_mut()).await,
                    () = sleep(ANSWER_MAX) => {
                        silence.waited_in_vain(asked);
                        self.cut(answer.as_mut()).await
                    }
                }
            }
        };
        self.answered.fetch_max(number, Ordering::Relaxed);
        answered
    }

    /// Ends the connection, and so the wait for an answer.
    async fn cut<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.is_cut.store(true, Ordering::Relaxed);
        self.io.abort();
        answer.await
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
