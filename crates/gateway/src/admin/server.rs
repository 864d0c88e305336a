//! Accepts the operator's connections, reads whole requests within limits, and answers them.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use catalog::AdminMethod;
use domain::{Lang, Text};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use super::problem::AdminProblem;
use super::request::{Ask, Outcome, Parameters};
use super::routes::{self, Resource};
use super::{Admin, State, key};
use crate::body;
use crate::date::date;
use crate::envelope::RequestId;
use crate::framing;
use crate::headers::{self, JSON, NO_STORE, PROBLEM_JSON, X_REQUEST_ID, number, text};
use crate::places::{Place, Places};
use crate::router::{HttpResponse, METRICS, plain, respond};
use crate::server::{DRAIN_TIMEOUT, HEAD_BYTES_MAX, Served};

/// Open connections at most; further ones wait.
const CONNECTIONS_MAX: usize = 64;

/// How long a connection may be without the next request's whole head. Short: there are few places, and half a head takes one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long everything of a request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// The most bytes of a body.
const BODY_BYTES_MAX: usize = 64 << 10;

/// Serves the admin API on `listener` until `shutdown` completes, then finishes what is in flight.
pub async fn serve(admin: Admin, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Served {
    let places = Places::new(CONNECTIONS_MAX, admin.trusted_proxies);
    let state = Arc::new(State::new(admin));
    let (stop, stopped) = watch::channel(());
    tokio::select! {
        () = accept_all(&state, &listener, &places, &stopped) => {}
        () = shutdown => {}
    }
    drop((listener, stop));
    let drained = timeout(DRAIN_TIMEOUT, places.all_free()).await;
    if drained.is_ok() { Served::Drained } else { Served::CutOff }
}

/// Accepts connections and serves each in a task of its own, for ever.
async fn accept_all(state: &Arc<State>, listener: &TcpListener, places: &Arc<Places>, stopped: &watch::Receiver<()>) {
    loop {
        let (stream, address, place) = places.accept(listener).await;
        let (state, stopped) = (state.clone(), stopped.clone());
        tokio::spawn(async move {
            serve_connection(Client { state, address, place: Arc::new(place) }, stream, stopped).await;
        });
    }
}

/// Who is at the other end of a connection.
#[derive(Clone)]
struct Client {
    state: Arc<State>,
    address: IpAddr,
    /// Free when the connection has ended and so has the work begun on it.
    place: Arc<Place>,
}

/// Serves a connection to its end: the client's, or the server's when `stopped` has lost its sender.
async fn serve_connection(client: Client, stream: TcpStream, mut stopped: watch::Receiver<()>) {
    let service = service_fn(move |request| {
        let client = client.clone();
        async move {
            let clock = client.state.admin.clock.clone();
            let mut response = answer(client, request).await;
            response.headers_mut().insert(DATE, date(clock()));
            Ok::<_, Infallible>(response)
        }
    });
    let mut http = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service)
    );
    // A client that breaks off is no news.
    tokio::select! {
        _ = http.as_mut() => {}
        _ = stopped.changed() => {
            http.as_mut().graceful_shutdown();
            let _ = http.await;
        }
    }
}

/// The outer part of a request: its id, its time limit, its log line, its headers.
async fn answer(client: Client, request: Request<Incoming>) -> HttpResponse {
    // Without the key: a collector of metrics should not hold what changes everything.
    if request.uri().path() == METRICS && matches!(*request.method(), Method::GET | Method::HEAD) {
        return plain(StatusCode::OK, client.state.admin.gateway.metrics_text(true).await);
    }
    let id = RequestId::new((client.state.admin.clock)());
    let (head, body) = request.into_parts();
    let (method, lang) = (head.method.clone(), headers::language(&head.headers));
    // In a task of its own: a client that hangs up, or a time that is up, leaves no change half done.
    let work = tokio::spawn(async move {
        let Client { state, address, place } = client;
        let outcome = decide(&state, &head, body, address).await;
        drop(place);
        outcome
    });
    let outcome = match timeout(REQUEST_TIMEOUT, work).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panicked)) => Err(AdminProblem::internal(panicked)),
        Err(_) => Err(too_slow()),
    };
    let id = id.write(&mut [0; RequestId::LEN]).to_owned();
    let response = respond_with(&outcome, &id, lang);
    // Without the path: it may hold a secret in the wrong place.
    tracing::debug!(request_id = id, %method, status = response.status().as_u16(), "admin request");
    response
}

/// The inner part: who asks, what for, and whether it is done.
async fn decide(state: &State, head: &Parts, body: Incoming, address: IpAddr) -> Outcome {
    let (admin, now) = (&state.admin, (state.admin.clock)());
    if let Some((status, why)) = framing::fault(head) {
        return Err(AdminProblem::new(status, why));
    }
    let operator = key::authenticate(state, &head.headers, address, now)?;
    let (resource, defined) = Resource::of(head.uri.path())?;
    let operation = routes::operation(defined, &head.method)?;
    let parameters = Parameters::read(head.uri.query().unwrap_or_default(), operation.parameters)?;
    let body = body::read(body, &head.headers, BODY_BYTES_MAX, body::WAIT).await?;
    let _alone = if operation.method == AdminMethod::Get { None } else { Some(state.changing.lock().await) };
    let ask = Ask { admin, operation, now, parameters, headers: &head.headers, body };
    resource.answer(&operator, operation.method, &ask).await
}

/// The work goes on without its answer.
fn too_slow() -> AdminProblem {
    let detail = Text::new(
        "it takes too long and may still be done: look how things stand before you try again",
        "处理超时，但操作仍可能完成：重试前请先确认当前状态",
    );
    AdminProblem::new(StatusCode::GATEWAY_TIMEOUT, detail)
}

fn respond_with(outcome: &Outcome, id: &str, lang: Lang) -> HttpResponse {
    let mut headers = HeaderMap::new();
    let (status, content_type, body) = match outcome {
        Ok(reply) => (reply.status, JSON, reply.body.to_string()),
        Err(problem) => {
            if let Some(cause) = &problem.cause {
                tracing::error!(request_id = id, cause = cause.as_ref() as &dyn std::error::Error, "failed");
            }
            headers::put_language(lang, &mut headers);
            if let Some(seconds) = problem.retry_after_s {
                headers.insert(RETRY_AFTER, number(u64::from(seconds)));
            }
            if let Some(methods) = &problem.allow {
                headers.insert(ALLOW, text(methods.to_string().into()));
            }
            if problem.status == StatusCode::UNAUTHORIZED {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"astrolabe admin\""));
            }
            (problem.status, PROBLEM_JSON, problem.body(id, lang).to_string())
        }
    };
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(X_REQUEST_ID, text(id.to_owned().into()));
    respond(status, headers, body.into())
}
