//! `upstream replay`: what was bought, read again; nothing that was paid for is lost by it.

use std::path::Path;

use domain::{CreatorKey, MicroYuan, Platform};
use serde_json::{Value, json};
use store::{Bought, BoughtFilter, UpstreamStore};
use store_sqlite::SqliteStore;

use crate::support::{astrolabe, new_token, said};

/// A body with so many expected views.
fn body(views: u64) -> String {
    let data = json!({
        "base_resp": {"status_code": 0, "status_message": ""},
        "expect_cpe": {"cpe_1_20": "7"}, "expect_cpm": {"cpm_1_20": "2156"},
        "expect_vv": {"value": views}, "hot_item": {"value": 1200},
    });
    json!({"code": 0, "message": null, "recordTime": "2026-11-22T03:04:05Z", "requestId": "1", "data": data})
        .to_string()
}

fn bought(body: &[u8], read_as: Option<&str>) -> Bought {
    Bought {
        number: 0,
        key: CreatorKey { author_id: "42".parse().unwrap(), platform: Platform::ShortVideo },
        upstream: "main".into(),
        received_at_ms: 1_795_000_000_000,
        age_s: 0,
        price: MicroYuan(50_000),
        info: read_as.map(|body| upstream::read_archived(Platform::ShortVideo, body.as_bytes()).0.unwrap()),
        body: body.to_vec(),
    }
}

/// In the order of their numbers: as it was read, read otherwise, damaged, no longer readable, readable by now, drifted, kept
/// without its body by now, longer than any that is taken from an upstream.
fn keep_answers(data: &Path) {
    new_token(data, "team");
    let store = SqliteStore::open(&data.join("astrolabe.db")).unwrap();
    let zstd = |text: &str| zstd::bulk::compress(text.as_bytes(), 3).unwrap();
    let drifted = body(5).replace("\"requestId\"", "\"extra\\u001b[31m\\u0000\":1,\"requestId\"");
    let answers = [
        bought(&zstd(&body(1)), Some(&body(1))),
        bought(&zstd(&body(2)), Some(&body(20))),
        bought(&zstd(&body(3))[..40], Some(&body(3))),
        bought(&zstd("{\"code\":0,\"data\":{\"new\":1}}"), Some(&body(4))),
        bought(&zstd(&body(6)), None),
        bought(&zstd(&drifted), Some(&body(5))),
        bought(b"", Some(&body(7))),
        bought(&zstd(&format!("{}{}", body(8), " ".repeat(upstream::BODY_BYTES_MAX))), Some(&body(8))),
    ];
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        for answer in answers {
            store.keep_bought(answer).await.unwrap();
        }
    });
}

/// The views that are kept now.
fn kept(data: &Path) -> Vec<Option<u64>> {
    let store = SqliteStore::open(&data.join("astrolabe.db")).unwrap();
    let filter = BoughtFilter { limit: 10, ..BoughtFilter::default() };
    let bought = tokio::runtime::Runtime::new().unwrap().block_on(store.bought(filter)).unwrap();
    bought.iter().map(|bought| bought.info.map(|info| info.expected_views)).collect()
}

/// What is told on stdout and on stderr; a damaged body makes it fail at the end.
fn replay(data: &Path, locale: &str, args: &[&str]) -> (String, String) {
    let verb = ["upstream", "replay"];
    let output = astrolabe().args(verb).args(args).arg("--data").arg(data).env("LANG", locale).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    (String::from_utf8(output.stdout.clone()).unwrap(), said(&output))
}

#[test]
fn a_replay_goes_on_behind_a_damaged_body_and_tells_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    keep_answers(data);
    let (lines, said) = replay(data, "C", &["--json"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let views = |data: &Value| data["expect_vv"]["value"].clone();
    let told = lines.iter().map(|line| {
        json!([
            line["damaged"],
            line["differs"],
            views(&line["stored"]),
            views(&line["reread"]),
            line["body"].is_string()
        ])
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            json!([false, false, 1, 1, true]),
            json!([false, true, 20, 2, true]),
            json!([true, null, 3, null, false]),
            json!([false, true, 4, null, true]),
            json!([false, true, null, 6, true]),
            json!([false, false, 5, 5, true]),
            json!([false, null, 7, null, false]),
            json!([true, null, 8, null, false]),
        ]
    );
    assert!(said.contains("8 answers: 1 without a body any more, 2 damaged, 1 without figures"), "{said}");
    assert!(said.contains("the body of bought answer 3 (42 on SHORT_VIDEO, from main) is damaged: "), "{said}");
    assert!(said.contains("(42 on SHORT_VIDEO, from main) is damaged: over 1048576 bytes"), "{said}");
    assert_eq!(lines[3]["failure"], "unusable: no expect_cpe");
    assert!(said.contains("drift: envelope.extra [31m  is unknown × 1"), "{said}");

    let (differing, _) = replay(data, "C", &[]);
    assert_eq!(differing.lines().count(), 3, "{differing}");
    assert!(differing.contains("answer 2 (42 on SHORT_VIDEO, from main): expect_vv.value 20 → 2\n"), "{differing}");
    let (differing, said) = replay(data, "zh_CN.UTF-8", &[]);
    assert!(differing.contains("已购响应 2（达人 42，短视频，来自 main）：expect_vv.value 20 → 2\n"), "{differing}");
    for part in
        ["已购响应 3（达人 42，短视频，来自 main）的原文已损坏", "envelope.extra [31m  为未知字段 × 1", "错误：2 个"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn writing_what_is_read_now_gives_up_no_figures() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    keep_answers(data);
    let (_, said) = replay(data, "C", &["--write"]);
    assert!(said.contains("3 whose figures differ from those kept (2 kept as read now;"), "{said}");
    assert_eq!(kept(data), [Some(1), Some(2), Some(3), Some(4), Some(6), Some(5), Some(7), Some(8)]);
}
