//! A stand-in upstream: speaks the contract on a port of its own, answers every creator with figures derived from its id,
//! and fails as its script says. To try everything without paying, and the double of the upstream's tests.
//!
//! It speaks HTTP by hand: what it is for is the answers that no HTTP library would send.

mod connection;
mod figures;
mod reply;
mod request;
mod script;
mod script_error;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use figures::figures;
pub use script::{Drifted, Fault, Range, Rule, Script, When};
pub use script_error::ScriptError;

/// How a simulator is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The one token it accepts.
    pub token: String,
    /// How long it takes over each answer.
    pub latency: Duration,
    /// What goes wrong.
    pub script: Script,
}

impl Settings {
    /// On a free port of loopback, at once, with nothing going wrong.
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: token.into(),
            latency: Duration::ZERO,
            script: Script::default(),
        }
    }
}

/// What it has seen so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Connections accepted.
    pub connections: u64,
    /// Requests whose head was read whole, or seen whole.
    pub requests: u64,
    /// Answers with code 0 sent or begun; what the operator of a real upstream would be billed for.
    pub billed: u64,
    /// Requests being answered now.
    pub in_flight: u32,
    /// The most requests being answered at once.
    pub in_flight_max: u32,
}

/// A running simulator. Ends when dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct State {
    token: String,
    latency: Duration,
    script: Mutex<Script>,
    /// The heads of the requests, the latest last; so that tests can see what was sent.
    heads: Mutex<Vec<String>>,
    connections: AtomicU64,
    requests: AtomicU64,
    billed: AtomicU64,
    in_flight: AtomicU32,
    in_flight_max: AtomicU32,
}

/// The latest heads kept.
const HEADS_MAX: usize = 64;

impl Simulator {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind(settings.listen).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            token: settings.token,
            latency: settings.latency,
            script: Mutex::new(settings.script),
            heads: Mutex::default(),
            connections: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            billed: AtomicU64::new(0),
            in_flight: AtomicU32::new(0),
            in_flight_max: AtomicU32::new(0),
        });
        let accepting = tokio::spawn(accept_all(listener, state.clone()));
        Ok(Self { address, state, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL to ask it at.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has seen so far.
    pub fn counts(&self) -> Counts {
        let State { connections, requests, billed, in_flight, in_flight_max, .. } = &*self.state;
        Counts {
            connections: connections.load(Ordering::SeqCst),
            requests: requests.load(Ordering::SeqCst),
            billed: billed.load(Ordering::SeqCst),
            in_flight: in_flight.load(Ordering::SeqCst),
            in_flight_max: in_flight_max.load(Ordering::SeqCst),
        }
    }

    /// The heads of the latest requests, as they came; the latest last.
    pub fn heads(&self) -> Vec<String> {
        lock(&self.state.heads).clone()
    }

    /// Replaces what goes wrong; counting begins anew.
    pub fn set_script(&self, script: Script) {
        *lock(&self.state.script) = script;
    }

    /// Serves until the task is cancelled or the process ends.
    pub async fn wait(mut self) {
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept_all(listener: TcpListener, state: Arc<State>) {
    // Connections end with the listener: they live in its task's set.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let number = state.connections.fetch_add(1, Ordering::SeqCst) + 1;
                connections.spawn(connection::serve(stream, number, state.clone()));
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot accept connections; trying again");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    pub(crate) fn keep_head(&self, head: &str) {
        let mut heads = lock(&self.heads);
        if heads.len() == HEADS_MAX {
            heads.remove(0);
        }
        heads.push(head.to_owned());
    }
}

/// Counts a request as being answered, until dropped.
pub(crate) struct InFlight(Arc<State>);

impl InFlight {
    pub(crate) fn begin(state: &Arc<State>) -> Self {
        let now = state.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        state.in_flight_max.fetch_max(now, Ordering::SeqCst);
        Self(state.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
