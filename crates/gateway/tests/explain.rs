//! `/v1/explain` over HTTP: the reasons behind the answer, for the same callers.

mod support;

use support::TestServer;

#[tokio::test]
async fn an_explanation_tells_the_posts_and_the_formulas_of_the_answer() {
    let server = TestServer::start().await;
    let reply = server.get("/v1/explain?oAuthorId=42").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    let json = reply.json();
    assert_eq!(json["method"], "median-10/1");
    assert_eq!(json["posts"].as_array().map(Vec::len), Some(10));
    assert!(json["posts"].as_array().is_some_and(|posts| posts.iter().all(|post| post["used"] == true)));
    let steps = json["steps"].as_array().expect("steps");
    let cpm = steps.iter().find(|step| step["figure"] == "cpm_1_20").expect("the step of the CPM");
    assert_eq!(cpm["formula"], "820000 fen × 1000 ÷ 1000 views");
    assert_eq!(cpm["result"], "820000 fen");
}

#[tokio::test]
async fn what_is_wrong_is_an_rfc_9457_problem() {
    let server = TestServer::start().await;
    let in_query = format!("/v1/explain?oAuthorId=42&token={}", server.token.expose());
    let table = [
        (server.send("GET", "/v1/explain?oAuthorId=42", &[]).await, 401, 100),
        // Our own endpoints take no token from the query, where it would end up in logs.
        (server.send("GET", &in_query, &[]).await, 401, 100),
        (server.get("/v1/explain").await, 400, 400),
        (server.get("/v1/explain?oAuthorId=nobody").await, 400, 400),
    ];
    for (reply, status, code) in table {
        assert_eq!((reply.status, reply.header("content-type")), (status, Some("application/problem+json")));
        let json = reply.json();
        assert_eq!((json["status"].as_u64(), json["code"].as_u64()), (Some(u64::from(status)), Some(code)));
        assert_eq!(json["requestId"].as_str(), reply.header("x-request-id"));
        assert!(json["detail"].is_string());
    }
}
