//! `/v1/batch` over HTTP: rows in order, each charged once, under a cap, and again under its key.

mod support;

use domain::CreatorState;
use serde_json::{Value, json};
use support::{Reply, TestServer, creator, import, import_all, reported, state_of_42};

const BATCH: &str = catalog::BATCH.path;

/// The rows of an answer, and its summary.
fn rows(reply: &Reply) -> (Vec<Value>, Value) {
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/x-ndjson")), "{reply:?}");
    let mut rows: Vec<Value> = reply.body.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let summary = rows.pop().expect("a line")["summary"].take();
    for (row, number) in rows.iter().zip(1..) {
        assert_eq!(row["row"], number);
    }
    (rows, summary)
}

fn body(ids: impl Iterator<Item = String>, more: Value) -> String {
    let mut body = more;
    body["creators"] = ids.map(|id| json!({"oAuthorId": id})).collect();
    body.to_string()
}

/// A server that sells at 0.01 yuan, and knows the creators `c000` to `c799`.
async fn market(credit: &str) -> TestServer {
    let server = TestServer::start().await;
    import_all(&server.store, (0..800).map(|number| (creator(&format!("c{number:03}")), state_of_42())));
    server.sell(credit, "0.01").await;
    server
}

fn ids(from: usize, to: usize) -> impl Iterator<Item = String> {
    (from..to).map(|number| format!("c{number:03}"))
}

#[tokio::test]
async fn a_thousand_rows_come_in_order_and_each_answer_is_charged_once() {
    let server = market("100").await;
    // 800 are known, 100 are not, 99 are there twice, and one is no id.
    let asked = || ids(0, 900).chain(ids(0, 99)).chain(["no id".to_owned()]);
    let key = ["Idempotency-Key: monday"];
    let dry = server.post(BATCH, &body(asked(), json!({"dryRun": true})), &key).await;
    let (dry_rows, dry) = rows(&dry);
    assert_eq!(
        dry,
        json!({"rows": 1000, "answered": 899, "refused": 101, "left": 0, "chargedYuan": "8", "chargedBeforeYuan": "0", "quota": 800, "dryRun": true})
    );
    assert!(dry_rows[..800].iter().all(|row| row["status"] == "known" && row["chargedYuan"] == "0.01"));
    assert_eq!(server.balance().await, "100");
    let (first, summary) = rows(&server.post(BATCH, &body(asked(), json!({})), &key).await);
    assert_eq!(
        summary,
        json!({"rows": 1000, "answered": 899, "refused": 101, "left": 0, "chargedYuan": "8", "chargedBeforeYuan": "0", "quota": 800, "dryRun": false})
    );
    assert_eq!(
        (&first[7]["oAuthorId"], &first[7]["source"], &first[7]["code"]),
        (&"c007".into(), &"local".into(), &0.into())
    );
    assert_eq!(first[7]["data"]["expect_cpm"]["cpm_1_20"], "820000");
    assert_eq!(
        (&first[850]["code"], &first[850]["chargedYuan"], &first[850]["data"]),
        (&400.into(), &"0".into(), &Value::Null)
    );
    assert_eq!((&first[907]["data"], &first[907]["chargedYuan"]), (&first[7]["data"], &"0".into()));
    assert!(first[999]["code"] == 400 && first[999].get("oAuthorId").is_none());
    assert_eq!(server.balance().await, "92");
    // Sent again, with more: what was answered is given again, the rest is answered now.
    let (again, summary) =
        rows(&server.post(BATCH, &body(["42".to_owned()].into_iter().chain(asked().take(900)), json!({})), &key).await);
    assert_eq!(
        (&summary["answered"], &summary["chargedYuan"], &summary["quota"]),
        (&801.into(), &"0.01".into(), &1.into())
    );
    assert_eq!((&again[8]["data"], &again[8]["requestId"]), (&first[7]["data"], &first[7]["requestId"]));
    assert_eq!(server.balance().await, "91.99");
    let (_, dry) = rows(&server.post(BATCH, &body(asked(), json!({"dryRun": true})), &key).await);
    assert_eq!((&dry["chargedYuan"], &dry["quota"], &dry["answered"]), (&"0".into(), &0.into(), &899.into()));
}

#[tokio::test]
async fn a_cost_cap_is_never_exceeded_and_what_it_leaves_can_be_asked_later() {
    let server = market("100").await;
    let key = ["Idempotency-Key: capped"];
    // Unknown ones among them cost nothing, and leave room for others.
    let asked = || ids(790, 850).chain(ids(0, 140));
    let (told, summary) = rows(&server.post(BATCH, &body(asked(), json!({"maxCostYuan": "1.005"})), &key).await);
    assert_eq!(
        (&summary["answered"], &summary["left"], &summary["chargedYuan"]),
        (&100.into(), &50.into(), &"1".into())
    );
    assert_eq!(
        (&told[149]["status"], &told[150]["status"], &told[150]["code"]),
        (&"answered".into(), &"left".into(), &Value::Null)
    );
    assert_eq!(server.balance().await, "99");
    // Sent again as it is, it costs nothing more; whatever the cap, what was answered is given again.
    for (cap, is_dry) in [("1.005", false), ("1.005", true), ("0", false), ("0", true)] {
        let again = body(asked(), json!({"maxCostYuan": cap, "dryRun": is_dry}));
        let (_, summary) = rows(&server.post(BATCH, &again, &key).await);
        assert_eq!(
            (&summary["answered"], &summary["left"], &summary["chargedYuan"], &summary["chargedBeforeYuan"]),
            (&100.into(), &50.into(), &"0".into(), &"1".into()),
            "{cap} {is_dry}"
        );
        assert_eq!(server.balance().await, "99");
    }
    // New ones before them have no room either.
    let more = body(ids(140, 150).chain(asked()), json!({"maxCostYuan": "1.02"}));
    let (told, summary) = rows(&server.post(BATCH, &more, &key).await);
    assert_eq!((&summary["answered"], &summary["chargedYuan"]), (&102.into(), &"0.02".into()));
    assert_eq!((&told[1]["status"], &told[2]["status"]), (&"answered".into(), &"left".into()));
    let (_, summary) = rows(&server.post(BATCH, &body(asked(), json!({"maxCostYuan": "1.52"})), &key).await);
    assert_eq!(
        (&summary["answered"], &summary["left"], &summary["chargedYuan"], &summary["chargedBeforeYuan"]),
        (&150.into(), &0.into(), &"0.5".into(), &"1".into())
    );
    assert_eq!(server.balance().await, "98.48");
    let (_, summary) =
        rows(&server.post(BATCH, &body(ids(0, 9), json!({"maxCostYuan": "0.009", "dryRun": true})), &[]).await);
    assert_eq!((&summary["left"], &summary["chargedYuan"]), (&9.into(), &"0".into()));
}

/// What a trial quotes is enough for all of it: a creator of whom nothing is held costs nothing, wherever it stands.
#[tokio::test]
async fn a_cap_of_what_was_quoted_leaves_nobody() {
    let server = market("100").await;
    let asked = || ids(795, 840);
    let (_, quoted) = rows(&server.post(BATCH, &body(asked(), json!({"dryRun": true})), &[]).await);
    assert_eq!(quoted["chargedYuan"], "0.05");
    for is_dry in [true, false] {
        let capped = body(asked(), json!({"maxCostYuan": "0.05", "dryRun": is_dry}));
        let (told, summary) = rows(&server.post(BATCH, &capped, &[]).await);
        assert_eq!(
            (&summary["answered"], &summary["refused"], &summary["left"], &summary["chargedYuan"]),
            (&5.into(), &40.into(), &0.into(), &"0.05".into()),
            "{is_dry}"
        );
        assert!(told[5..].iter().all(|row| row["code"] == 400 && row["chargedYuan"] == "0"), "{told:?}");
    }
    assert_eq!(server.balance().await, "99.95");
}

/// The contract's field has a 0 for both; an answer that is given again is the contract's alone.
#[tokio::test]
async fn a_row_tells_whether_its_hot_share_is_known() {
    let server = TestServer::start().await;
    server.sell("1", "0.01").await;
    import(&server.store, creator("r"), CreatorState { reported: Some(reported()), ..CreatorState::default() });
    server.until("/v1/compare?oAuthorIds=r", |reply| reply.status == 200).await;
    let asked = body(["42", "r", "nobody"].map(str::to_owned).into_iter(), json!({}));
    for known in [[json!(true), json!(false), Value::Null], [Value::Null, Value::Null, Value::Null]] {
        let (told, _) = rows(&server.post(BATCH, &asked, &["Idempotency-Key: hot"]).await);
        for (row, known) in told.iter().zip(&known) {
            assert_eq!(&row["hotItemKnown"], known, "{row}");
            assert_eq!(row["hotItemPosts"].is_u64(), *known == json!(true), "{row}");
        }
        assert_eq!(told[..2].iter().map(|row| &row["data"]["hot_item"]["value"]).collect::<Vec<_>>(), [0, 0]);
    }
}

#[tokio::test]
async fn a_refused_row_tells_whom_it_named() {
    let server = market("1").await;
    let creators = json!([{"oAuthorId": "c007", "platform": "TELEVISION"}, {"oAuthorId": "a b"}]);
    let (told, _) = rows(&server.post(BATCH, &json!({"creators": creators}).to_string(), &[]).await);
    assert_eq!((&told[0]["code"], &told[0]["oAuthorId"]), (&400.into(), &"c007".into()));
    assert!(told[0].get("platform").is_none() && told[1].get("oAuthorId").is_none(), "{told:?}");
}

/// Two at once under one key: whichever asks a row first, both see the same cap.
#[tokio::test]
async fn a_batch_sent_twice_at_once_stays_below_its_cap() {
    let server = market("100").await;
    let key = ["Idempotency-Key: twice"];
    let capped = body(ids(0, 400), json!({"maxCostYuan": "1"}));
    let [one, other] = [server.post(BATCH, &capped, &key), server.post(BATCH, &capped, &key)];
    let (one, other) = tokio::join!(one, other);
    for reply in [one, other] {
        let (_, summary) = rows(&reply);
        assert!(summary["answered"].as_u64().is_some_and(|answered| (1..=100).contains(&answered)), "{summary}");
    }
    assert_eq!(server.balance().await, "99");
}

#[tokio::test]
async fn rows_that_the_account_cannot_pay_are_refused_and_the_others_stand() {
    let server = market("0.05").await;
    let (told, summary) = rows(&server.post(BATCH, &body(ids(0, 20), json!({})), &[]).await);
    assert_eq!(
        (&summary["answered"], &summary["refused"], &summary["chargedYuan"]),
        (&5.into(), &15.into(), &"0.05".into())
    );
    assert!(told.iter().filter(|row| row["status"] == "refused").all(|row| row["code"] == 601), "{told:?}");
    assert_eq!(server.balance().await, "0");
}

#[tokio::test]
async fn what_is_no_batch_is_told_as_a_problem() {
    let server = TestServer::start().await;
    let one = body(["42".to_owned()].into_iter(), json!({}));
    let table = [
        (server.post(BATCH, "", &[]).await, 400),
        (server.post(BATCH, "[]", &[]).await, 400),
        (server.post(BATCH, "{\"creators\":[]}", &[]).await, 400),
        (server.post(BATCH, &body(ids(0, 1001), json!({})), &[]).await, 400),
        (server.post(BATCH, &body(ids(0, 1), json!({"maxCostYuan": 1})), &[]).await, 400),
        (server.post(BATCH, &body(ids(0, 1), json!({"unheard": 1})), &[]).await, 400),
        (server.post(BATCH, &one, &["Idempotency-Key: a", "Idempotency-Key: b"]).await, 400),
        (server.post(BATCH, &format!("{}{one}", " ".repeat(256 << 10)), &[]).await, 413),
    ];
    for (reply, status) in table {
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (status, Some("application/problem+json")),
            "{reply:?}"
        );
        assert_eq!(reply.json()["code"], 400);
    }
    let cost = body(ids(0, 1), json!({"maxCostYuan": "1,5"}));
    let zh = server.post(BATCH, &cost, &["Accept-Language: zh"]).await.json();
    let detail = zh["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("maxCostYuan 不正确：应为以元为单位的小数"), "{zh}");
    let get = server.get(BATCH).await;
    assert_eq!((get.status, get.header("allow")), (405, Some("POST, OPTIONS")));
    let (_, summary) = rows(&server.post(BATCH, &one, &[]).await);
    assert_eq!((&summary["answered"], &summary["chargedYuan"]), (&1.into(), &"0".into()));
}

#[tokio::test]
async fn a_body_that_is_encoded_is_refused_by_its_name() {
    let server = TestServer::start().await;
    let one = body(ids(0, 1), json!({"dryRun": true}));
    for (header, name) in [("gzip", " as gzip"), ("astro_secret", ""), ("identity\r\nContent-Encoding: br", " as br")] {
        let reply = server.post(BATCH, &one, &[&format!("Content-Encoding: {header}")]).await;
        let told = format!("the body is encoded{name}: send it as it is, without Content-Encoding");
        assert_eq!((reply.status, reply.json()["detail"].as_str()), (415, Some(told.as_str())), "{reply:?}");
    }
    let with_mark = format!("\u{feff}{one}");
    assert_eq!(server.post(BATCH, &with_mark, &["Content-Encoding: identity"]).await.status, 200);
}

/// A program that computes a cap from a text writes null where it cannot: taken for "no cap", it would pay for all.
#[tokio::test]
async fn null_is_no_cap_and_no_trial() {
    let server = market("100").await;
    for field in ["maxCostYuan", "dryRun"] {
        let reply = server.post(BATCH, &body(ids(0, 2), json!({ field: null })), &[]).await;
        let told = format!("the body is not as it should be: {field} must not be null: right would be ");
        assert_eq!(reply.status, 400, "{reply:?}");
        assert!(reply.json()["detail"].as_str().is_some_and(|detail| detail.starts_with(&told)), "{reply:?}");
    }
    assert_eq!(server.balance().await, "100");
}

#[tokio::test]
async fn a_dry_run_refuses_as_the_run_does_where_a_request_has_no_say_about_bought_answers() {
    let server = market("1").await;
    for is_dry in [true, false] {
        let asked = body(["nobody".to_owned()].into_iter(), json!({"dryRun": is_dry}));
        let (told, _) = rows(&server.post(BATCH, &asked, &["Cache-Control: only-if-cached"]).await);
        let message = told[0]["message"].as_str().unwrap_or_default();
        assert_eq!(told[0]["code"], 400, "{told:?}");
        assert!(message.contains("creator nobody is unknown"), "{told:?}");
    }
}
