//! The simulator as a client sees it, byte by byte.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use domain::{CreatorKey, Platform};
use simulator::{Fault, Script, Settings, Simulator, figures};

const PATH: &str = "/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1";

/// Sends one request and reads to the end of the connection.
async fn ask(simulator: &Simulator, query: &str) -> std::io::Result<String> {
    let (address, query) = (simulator.address(), query.to_owned());
    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(format!("GET {PATH}?{query} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes())?;
        stream.shutdown(std::net::Shutdown::Write)?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        Ok(reply)
    });
    asked.await.expect("asking does not panic")
}

async fn start(script: Script) -> Simulator {
    Simulator::start(Settings { script, ..Settings::new("good") }).await.expect("a free port")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_creator_has_figures_and_the_contract_decides_the_rest() {
    let simulator = start(Script::default()).await;
    let reply = ask(&simulator, "token=good&oAuthorId=42").await.expect("a reply");
    let views = figures(&CreatorKey { author_id: "42".parse().expect("an id"), platform: Platform::ShortVideo });
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
    assert!(reply.contains(&format!(r#""expect_vv":{{"value":{}}}"#, views.expected_views)), "{reply}");
    for (query, expected) in [
        ("token=bad&oAuthorId=42", r#""code":100"#),
        ("oAuthorId=42", r#""code":100"#),
        ("token=good", r#""code":400"#),
        ("token=good&oAuthorId=42&platform=TV", r#""code":400"#),
    ] {
        let reply = ask(&simulator, query).await.expect("a reply");
        assert!(reply.contains(expected), "{query}: {reply}");
    }
    let counts = simulator.counts();
    assert_eq!((counts.requests, counts.billed, counts.in_flight_max), (5, 1, 1));
    assert!(simulator.heads()[1].contains("token=bad"));
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_what_they_are_called() {
    let simulator = start(Script::default()).await;
    for (fault, expected) in [
        (r#"{"kind":"code","code":302,"http":429,"retry_after":"3"}"#, "HTTP/1.1 429 Simulated\r\n"),
        (r#"{"kind":"code","code":302,"retry_after":"3"}"#, "\r\nretry-after: 3\r\n"),
        (r#"{"kind":"code","code":100,"message":"no {token}"}"#, r#""message":"no good""#),
        (r#"{"kind":"html","http":502}"#, "<!doctype html>"),
        (r#"{"kind":"body","http":200,"body":"{"}"#, "\r\n\r\n{"),
        (r#"{"kind":"not_http"}"#, "SSH-2.0"),
        (r#"{"kind":"data","data":null}"#, r#""code":0,"data":null"#),
        (r#"{"kind":"redirect","http":302,"to":"http://b/"}"#, "location: http://b/?token=good&oAuthorId=1"),
        (r#"{"kind":"drifted","renamed":{"expect_cpm.cpm_60":"cpm_90"}}"#, r#""cpm_90""#),
        (r#"{"kind":"drifted","set":{"expect_vv.value":"7"},"missing":["hot_item"]}"#, r#""expect_vv":{"value":"7"}}"#),
        (r#"{"kind":"trickle","bytes":100,"every_ms":1}"#, r#""code":0"#),
    ] {
        simulator.set_script(Script::from_json(&format!(r#"[{{"fault":{fault}}}]"#)).expect(fault));
        let reply = ask(&simulator, "token=good&oAuthorId=1").await.expect(fault);
        assert!(reply.contains(expected), "{fault}: {reply}");
    }
    simulator.set_script(Script::always(Fault::Truncated { bytes: 10 }));
    let reply = ask(&simulator, "token=good&oAuthorId=1").await.expect("a reply");
    assert_eq!(reply.split_once("\r\n\r\n").map(|(_, body)| body.len()), Some(10));
    simulator.set_script(Script::always(Fault::Huge { bytes: 5_000, with_length: false }));
    let reply = ask(&simulator, "token=good&oAuthorId=1").await.expect("a reply");
    assert_eq!(reply.split_once("\r\n\r\n").map(|(_, body)| body.len()), Some(5_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn resets_are_resets() {
    for fault in [Fault::ResetOnConnect, Fault::ResetBeforeReading, Fault::ResetAfterReading] {
        let simulator = start(Script::always(fault.clone())).await;
        let error = ask(&simulator, "token=good&oAuthorId=1").await.expect_err("a reset");
        let is_reset =
            matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::NotConnected);
        assert!(is_reset, "{fault:?}: {error:?}");
        assert_eq!(simulator.counts().requests, u64::from(fault != Fault::ResetOnConnect));
    }
    let simulator = start(Script::always(Fault::Close)).await;
    assert_eq!(ask(&simulator, "token=good&oAuthorId=1").await.expect("an orderly end"), "");
}
