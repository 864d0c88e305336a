//! Examples of replies, written by what writes the server's.

use domain::{BusinessCode, CpInfo, Fen, PerTier, Platform, Tier};
use serde_json::{Value, json};

use crate::history_wire;
use crate::market_wire::{BySource, Comparison, CreatorsPage, example};
use crate::{
    BATCH, CALL, COMPARE, CREATORS, EXPLAIN, Endpoint, EnvelopeHead, HISTORY, Lang, PLAN, Style, Text, USAGE,
    code_text, cp_info_wire, plan_wire, status_title, write_envelope,
};

/// The time and the id in all examples.
const RECORD_TIME: &[u8] = b"2026-11-22T03:04:05Z";
/// The edition of the market in examples.
const EDITION: &str = "3f1c90a2b7d4e865";
const REQUEST_ID: &str = "019aa996-7a88-7000-8000-000000000001";

/// The reply of Author CP Info on a platform; on SHORT_VIDEO the example of the contract's page.
pub fn cp_info_example(platform: Platform) -> String {
    let data = |out: &mut Vec<u8>| cp_info_wire::write(platform, &figures(platform), out);
    envelope(EnvelopeHead { failure: None, request_id: REQUEST_ID }, data)
}

/// The reply of an endpoint with a code that is no success, its sentence in a language.
pub fn failure_example(endpoint: &Endpoint, code: BusinessCode, lang: Lang) -> String {
    let message = code_text(code).message(endpoint.style).map_or("", |message| message.of(lang));
    match endpoint.style {
        Style::Envelope => {
            envelope(EnvelopeHead { failure: Some((code.number(), message)), request_id: REQUEST_ID }, |_| {})
        }
        Style::Plain => json!({
            "type": "about:blank", "title": status_title(code.http_status()).of(lang), "status": code.http_status(),
            "detail": message, "code": code.number(), "requestId": REQUEST_ID,
        })
        .to_string(),
    }
}

/// The successes to show of an endpoint: what each is of, and the reply, its sentences in a language.
pub fn success_examples(endpoint: &Endpoint, lang: Lang) -> Vec<(&'static str, String)> {
    match endpoint.style {
        Style::Envelope => {
            Platform::ALL.into_iter().map(|platform| (platform.name(), cp_info_example(platform))).collect()
        }
        Style::Plain if endpoint.number == BATCH.number => {
            vec![("row", batch_row()), ("summary", batch_summary().to_string())]
        }
        Style::Plain => vec![("200", plain(endpoint, lang).to_string())],
    }
}

/// JSON as it is written, indented for people: the order of keys stays.
pub fn pretty(json: &str) -> String {
    let (mut out, mut depth, mut in_string, mut escaped) = (String::new(), 0_usize, false, false);
    let mut letters = json.chars().peekable();
    while let Some(letter) = letters.next() {
        if in_string {
            out.push(letter);
            in_string = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
            continue;
        }
        let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
        match letter {
            '{' | '[' if letters.next_if(|next| matches!(next, '}' | ']')).is_some() => {
                out.push_str(if letter == '{' { "{}" } else { "[]" });
            }
            '{' | '[' => {
                depth += 1;
                out.push(letter);
                out.push_str(&line(depth));
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                out.push_str(&line(depth));
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                out.push_str(&line(depth));
            }
            ':' => out.push_str(": "),
            letter if letter.is_whitespace() => {}
            letter => {
                in_string = letter == '"';
                out.push(letter);
            }
        }
    }
    out
}

fn envelope(head: EnvelopeHead<'_>, data: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write_envelope(head, |out| out.extend_from_slice(RECORD_TIME), data, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn figures(platform: Platform) -> CpInfo {
    let costs = |of: [Option<u64>; 4]| PerTier::from_fn(|tier: Tier| of[usize::from(tier.number())].map(Fen));
    let single = |expected_views, cpe, cpm, hot_item_bp| CpInfo {
        expected_views,
        cpe: costs([None, None, None, Some(cpe)]),
        cpm: costs([None, None, None, Some(cpm)]),
        hot_item_bp: Some(hot_item_bp),
    };
    match platform {
        Platform::ShortVideo => CpInfo {
            expected_views: 4_693_149,
            cpe: costs([Some(253), Some(633), Some(633), None]),
            cpm: costs([Some(5618), Some(14_043), Some(14_043), None]),
            hot_item_bp: Some(1200),
        },
        Platform::LiveStreaming => single(182_400, 918, 16_447, 800),
        Platform::PictureText => single(96_310, 404, 12_459, 400),
        Platform::ShortDrama => single(2_150_000, 371, 9302, 1600),
    }
}

fn plain(endpoint: &Endpoint, lang: Lang) -> Value {
    let limits = json!({"ratePerSecond": 10, "rateBurst": 20, "concurrent": null, "dailyQuota": 1000});
    match endpoint.number {
        number if number == EXPLAIN.number => explanation(lang),
        number if number == HISTORY.number => json!(history_wire::example()),
        number if number == CREATORS.number => json!(CreatorsPage {
            edition: EDITION.to_owned(),
            edition_changed: false,
            total: 412,
            by_source: Some(BySource { estimated: 390, reported: 22, upstream: 0 }),
            creators: vec![example()],
            next: Some(format!("{EDITION}.cpm.21_60.asc.36db.6826128263245070349")),
        }),
        number if number == COMPARE.number => json!(Comparison {
            edition: EDITION.to_owned(),
            creators: vec![example()],
            unknown: vec!["6826128263245070350".to_owned()],
        }),
        number if number == PLAN.number => json!(plan_wire::example()),
        number if number == USAGE.number => json!({
            "from": "2026-10-25", "to": "2026-11-23", "timeZone": "Asia/Shanghai", "calls": 120, "chargedYuan": "1.2",
            "rows": [{"day": "2026-11-23", "token": 7, "endpoint": "author_cp_info", "calls": 120, "chargedYuan": "1.2"}],
        }),
        number if number == CALL.number => json!({
            "requestId": REQUEST_ID, "at": "2026-11-22T03:04:05Z", "state": "succeeded", "endpoint": "author_cp_info",
            "oAuthorId": "6826128263245070349", "platform": "SHORT_VIDEO", "token": 7, "priceYuan": "0.01",
            "chargedYuan": "0.01",
        }),
        _ => json!({
            "account": {"balanceYuan": "98.8", "heldYuan": "0", "chargedYuan": "1.2", "limits": limits,
                "dailyQuotaLeft": 880},
            "token": {"number": 7, "hint": "…x9Qe", "spentYuan": "1.2", "spendingCapYuan": null, "limits": limits,
                "dailyQuotaLeft": 880, "scopes": ["author_cp_info"], "expiresAt": null},
            "priceYuan": {"author_cp_info": "0.01", "explain": "0"},
            "day": "2026-11-23", "quotasResetAt": "2026-11-23T16:00:00Z",
        }),
    }
}

/// A line of a batch; its data is written by what writes all data.
fn batch_row() -> String {
    let mut data = Vec::new();
    cp_info_wire::write(Platform::ShortVideo, &figures(Platform::ShortVideo), &mut data);
    format!(
        "{{\"row\":1,\"oAuthorId\":\"6826128263245070349\",\"platform\":\"SHORT_VIDEO\",\"status\":\"answered\",\"code\":0,\
         \"message\":null,\"data\":{},\"source\":\"local\",\"ageSeconds\":3600,\"hotItemKnown\":true,\"hotItemPosts\":25,\"chargedYuan\":\"0.01\",\
         \"requestId\":\"{REQUEST_ID}\"}}",
        String::from_utf8_lossy(&data)
    )
}

fn batch_summary() -> Value {
    json!({"summary": {"rows": 2, "answered": 1, "refused": 1, "left": 0, "chargedYuan": "0.01",
        "chargedBeforeYuan": "0", "quota": 1, "dryRun": false}})
}

/// Its sentences are the estimator's, which this crate may not use: a test of the gateway holds them against what is served.
fn explanation(lang: Lang) -> Value {
    let formula = Text::new("8,200 yuan × 1,000 ÷ 380,245 views", "8,200 元 × 1,000 ÷ 380,245 次播放");
    json!({
        "author_id": "6826128263245070349", "platform": "SHORT_VIDEO", "source": "estimated", "method": "median-10/1",
        "as_of": "2026-11-22T03:04:05Z",
        "answered": null,
        "window": WINDOW.of(lang),
        "steps": [{"figure": "cpm_1_20", "formula": formula.of(lang), "result": Text::new("21.56 yuan", "21.56 元").of(lang)}],
        "terms": [{"feature": "fading_3", "value": -0.214_3, "weight": 0.412_9, "adds": -0.088_484}],
        "rounding": ROUNDING.of(lang),
        "hot": {"threshold_views": 1_140_735, "posts": 25, "hot": 3},
        "kinds": [{"sponsored": false, "posts": 22, "median_views": 401_200, "interactions_per_10000": 497}],
        "posts": [{"item_id": "7412345678901234567", "published_at": "2026-11-01T10:00:00Z",
            "captured_at": "2026-11-22T03:04:05Z", "age_days": 20, "plays": 412_300, "interactions": 20_615, "sponsored": false, "used": true, "left_out_because": null, "weight": null,
            "grown_plays": null,
            "hot": false}],
    })
}

const WINDOW: Text = Text::new(
    "at most the latest 10 posts with plays that were at least 7 days old when captured",
    "采集时已发布满 7 天且有播放量的最近至多 10 个作品",
);
const ROUNDING: Text = Text::new(
    "expected views and interactions are rounded down; CPM and CPE are truncated to whole fen (0.01 yuan); the hot share to 0.01 %; exponents are told to three decimals, and used with all",
    "预期播放量与预期互动量向下取整；CPM 与 CPE 截断至分（0.01 元）；爆款率截断至 0.01 %；公式中的指数仅显示三位小数，计算时取全部",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indenting_changes_nothing_but_spaces() {
        let json = r#"{"b":[1,{"a":"x, \\\" {y}: z\\"}],"c":{},"d":[],"a":null}"#;
        let indented = pretty(json);
        assert_eq!(serde_json::from_str::<Value>(&indented).ok(), serde_json::from_str::<Value>(json).ok());
        assert!(
            indented.starts_with("{\n  \"b\": [\n    1,\n    {\n") && indented.ends_with("\"a\": null\n}"),
            "{indented}"
        );
    }
}
