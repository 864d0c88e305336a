//! A client hangs up at every point of its request, on both databases: what was answered is charged, and nothing stays open.

use std::io::Write;

use domain::CallState;

use crate::place::{PRICE, Place, balanced_calls};
use crate::support::ENDPOINT;

#[test]
fn only_a_whole_request_is_charged_on_sqlite() {
    hang_up_everywhere(&Place::sqlite());
}

#[test]
fn only_a_whole_request_is_charged_on_postgres() {
    let Some(place) = Place::postgres() else { return };
    hang_up_everywhere(&place);
}

fn hang_up_everywhere(place: &Place) {
    let token = place.prepare();
    let server = place.serve(&[]);
    let request = format!(
        "GET {ENDPOINT}?oAuthorId=42 HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nIdempotency-Key: k\r\n\r\n"
    );
    for length in 0..=request.len() {
        server.connect().write_all(&request.as_bytes()[..length]).unwrap();
    }
    // The whole request, and the client is gone at once: it may find the server reading, charging or writing.
    let plain = request.replace("Idempotency-Key: k\r\n", "");
    for _ in 0..50 {
        server.connect().write_all(plain.as_bytes()).unwrap();
    }
    let waiting = std::time::Instant::now();
    loop {
        let metrics = server.get("/metrics");
        let says = |line: &str| metrics.lines().any(|told| told == line);
        if says("astrolabe_connections 1") && says("astrolabe_requests_in_flight 0") {
            break;
        }
        assert!(waiting.elapsed().as_secs() < 60, "{metrics}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    // Nobody is owed an answer any more, so nothing is in doubt, whoever hung up.
    let calls = place.until(async |store| {
        let is_quiet = store.notes().await.unwrap().is_empty();
        if is_quiet { Some(balanced_calls(store).await) } else { None }
    });
    assert!((1..=51).contains(&calls.len()), "{} calls", calls.len());
    assert!(calls.iter().all(|call| call.state == CallState::Succeeded && call.charged == PRICE));
    server.signal("KILL");
    server.wait();
    place.until_unused();
    place.with_books(async |store| {
        assert_eq!(store.notes().await.unwrap(), []);
        assert_eq!(balanced_calls(store).await, calls);
    });
}
