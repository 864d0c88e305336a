//! Connections that close at the moment a request is about to go out: whatever the moment, a question is paid at most once,
//! and one that was not sent is asked again.

use std::collections::{BTreeMap, HashMap};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet, yield_now};
use upstream::{Billed, End, Outcome, Settings, UpstreamSettings, Upstreams};

use super::support::*;

const DATA: &str = r#"{"base_resp":{"status_code":0,"status_message":""},"expect_cpe":{"cpe_1_20":"253"},
    "expect_cpm":{"cpm_1_20":"5618"},"expect_vv":{"value":4693149},"hot_item":{"value":1200}}"#;

/// Questions of a run, from so many callers at once.
const QUESTIONS: usize = 800;
const CALLERS: usize = 16;

/// How often each creator was asked for: whole requests that were read. Each is answered with code 0, or its connection closed
/// over it, so each may be billed.
#[derive(Clone, Default)]
struct Reads(Arc<Mutex<HashMap<String, u32>>>);

impl Reads {
    fn of(&self, author: &str) -> u32 {
        self.0.lock().expect("no panic").get(author).copied().unwrap_or_default()
    }

    /// Reads one whole request, and counts it; false at the connection's end.
    async fn one(&self, stream: &mut TcpStream) -> bool {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_buf(&mut head).await {
                Ok(0) | Err(_) => return false,
                Ok(_) => {}
            }
        }
        let head = String::from_utf8(head).expect("a request is text");
        let (_, author) = head.split_once("oAuthorId=").expect("a question");
        let author = author.split(['&', ' ']).next().unwrap_or_default().to_owned();
        *self.0.lock().expect("no panic").entry(author).or_default() += 1;
        true
    }
}

/// Answers one request with figures, promising to keep the connection.
async fn answer(stream: &mut TcpStream) {
    let body =
        format!(r#"{{"code":0,"message":null,"recordTime":"2026-11-24T12:00:00Z","requestId":"1","data":{DATA}}}"#);
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: keep-alive\r\nContent-Length: {length}\r\n"
    );
    let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes()).await;
}

/// What a server does with a connection.
#[derive(Debug, Clone, Copy)]
struct Manner {
    /// Answers before it closes; none: at once.
    answers: u32,
    /// Whether it reads one more request then, and leaves it without an answer.
    reads_one_more: bool,
    /// Turns that other tasks get before it closes.
    turns: u32,
    /// Whether it closes with a reset.
    resets: bool,
}

impl Manner {
    fn chosen(rng: &mut Rng) -> Self {
        Self {
            answers: rng.u32(0..4),
            reads_one_more: rng.u32(0..20) == 0,
            turns: if rng.bool() { 0 } else { rng.u32(0..40) },
            resets: rng.u32(0..4) == 0,
        }
    }

    async fn serve(self, mut stream: TcpStream, reads: Reads) {
        for _ in 0..self.answers {
            if !reads.one(&mut stream).await {
                return;
            }
            answer(&mut stream).await;
        }
        if self.reads_one_more {
            reads.one(&mut stream).await;
        }
        for _ in 0..self.turns {
            yield_now().await;
        }
        if self.resets {
            let _ = stream.set_zero_linger();
        }
    }
}

/// A server that closes its connections in manners of chance.
struct Closing {
    address: SocketAddr,
    reads: Reads,
    stop: watch::Sender<()>,
    serving: JoinHandle<u32>,
}

impl Closing {
    async fn start(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let reads = Reads::default();
        let (of_server, (stop, mut stopped)) = (reads.clone(), watch::channel(()));
        let serving = tokio::spawn(async move {
            let (mut rng, mut connections, mut accepted) = (Rng::with_seed(seed), JoinSet::new(), 0);
            loop {
                let stream = tokio::select! {
                    accepting = listener.accept() => accepting.expect("a connection").0,
                    _ = stopped.changed() => break,
                };
                accepted += 1;
                connections.spawn(Manner::chosen(&mut rng).serve(stream, of_server.clone()));
            }
            connections.join_all().await;
            accepted
        });
        Self { address, reads, stop, serving }
    }

    /// How many connections there were, once all have ended: what was written to them is read by then.
    async fn ended(self) -> (Reads, u32) {
        drop(self.stop);
        (self.reads, self.serving.await.expect("no panic"))
    }
}

/// Puts the questions, each about another creator.
async fn ask_all(upstreams: &Upstreams) -> Vec<(String, Arc<Outcome>)> {
    let mut asking = JoinSet::new();
    for caller in 0..CALLERS {
        let upstreams = upstreams.clone();
        asking.spawn(async move {
            let mut outcomes = Vec::new();
            for number in (caller..QUESTIONS).step_by(CALLERS) {
                let author = format!("7{number:06}");
                let outcome = upstreams.ask(creator(&author)).await;
                outcomes.push((author, outcome));
            }
            outcomes
        });
    }
    asking.join_all().await.into_iter().flatten().collect()
}

/// The failures of a question's calls, as far as they failed.
fn failures(outcome: &Outcome) -> Vec<(&'static str, Billed)> {
    let failures = outcome.attempts.iter().filter_map(|attempt| attempt.failure.as_ref());
    failures.map(|failure| (failure.kind.name(), failure.kind.billed())).collect()
}

/// What must hold of each question, whatever its connections did.
fn check(outcome: &Outcome, reads: u32, settings: &Settings) {
    let failures = failures(outcome);
    let all_unbilled = failures.iter().all(|(_, billed)| *billed == Billed::No);
    match &outcome.end {
        End::Answered(_) => assert!(reads == 1 && all_unbilled, "answered, read {reads} times: {outcome:?}"),
        End::Unknown { .. } => {
            let [before @ .., (_, last)] = failures.as_slice() else { panic!("{outcome:?}") };
            let all_unbilled = before.iter().all(|(_, billed)| *billed == Billed::No);
            assert!(reads <= 1 && *last == Billed::Maybe && all_unbilled, "read {reads} times: {outcome:?}");
        }
        End::Failed { .. } => {
            assert!(reads == 0 && all_unbilled, "failed, read {reads} times: {outcome:?}");
            let tried = outcome.attempts.len() == settings.attempts_max as usize;
            assert!(tried || !outcome.skips.is_empty(), "given up too early: {outcome:?}");
        }
        End::Refused { .. } | End::Unusable { .. } => panic!("nothing was answered so: {outcome:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_question_is_paid_at_most_once_whenever_its_connection_closes() {
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    let server = Closing::start(seed).await;
    let settings = Settings { budget: Duration::from_secs(30), ..quick() };
    let a = UpstreamSettings {
        timeout: Duration::from_secs(10),
        concurrency_max: u32::try_from(CALLERS).ok().and_then(std::num::NonZeroU32::new).expect("a number"),
        ..upstream("a", format!("http://{}", server.address))
    };
    let (one, _) = upstreams(settings.clone(), vec![a]);
    let outcomes = ask_all(&one).await;
    let spent = spent(&one, 0).await;
    drop(one);
    let (reads, connections) = server.ended().await;

    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (author, outcome) in &outcomes {
        check(outcome, reads.of(author), &settings);
        *seen.entry(ended(outcome)).or_default() += 1;
        for (name, _) in failures(outcome) {
            *seen.entry(format!("call {name}")).or_default() += 1;
        }
    }
    eprintln!("{connections} connections: {seen:?}");
    let of = |prefix: &str| {
        let counts = seen.iter().filter(|(end, _)| end.starts_with(prefix)).map(|(_, count)| u64::from(*count));
        counts.sum::<u64>()
    };
    let (answered, unknown) = (of("answered"), of("unknown"));
    assert_eq!(spent, answered + unknown, "what was, or may have been, billed is counted as spent: {seen:?}");
    assert!(answered > 0, "{seen:?}");
}

/// Closes the next connection as soon as it stands. Polled again and again by a runtime that looks at its sockets only after
/// many turns, so that whoever connected finds the connection standing and closed at once.
async fn close_next(listener: &std::net::TcpListener) {
    std::future::poll_fn(|context| match listener.accept() {
        Ok(_) => Poll::Ready(()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
        Err(error) => panic!("{error}"),
    })
    .await;
}

#[test]
fn a_request_whose_connection_closed_before_it_was_written_is_sent_again() {
    let runtime = Builder::new_current_thread().enable_all().event_interval(20_000).build().expect("a runtime");
    runtime.block_on(async {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let reads = Reads::default();
        let of_server = reads.clone();
        // In a task of its own: it takes its turns with those of the question.
        let serving = tokio::spawn(async move {
            for _ in 0..2 {
                close_next(&listener).await;
            }
            let listener = TcpListener::from_std(listener).expect("a listener");
            let (mut stream, _) = listener.accept().await.expect("a connection");
            while of_server.one(&mut stream).await {
                answer(&mut stream).await;
            }
        });
        let settings = Settings { budget: Duration::from_secs(20), attempt_min: Duration::from_secs(4), ..quick() };
        let a = UpstreamSettings { timeout: Duration::from_secs(9), ..upstream("a", format!("http://{address}")) };
        let (one, _) = upstreams(settings, vec![a]);
        let outcome = one.ask(creator("42")).await;
        assert_eq!(failures(&outcome), [("not_sent", Billed::No); 2], "{outcome:?}");
        assert_eq!((ended(&outcome).as_str(), reads.of("42")), ("answered by a", 1));
        assert_eq!(spent(&one, 0).await, 1);
        drop(one);
        serving.await.expect("no panic");
    });
}
