//! `astrolabe upstream status`: what all servers know together, and what each tells of itself.

use catalog::{Lang, Text};
use clap::Args;
use domain::{BusinessCode, MicroYuan, Spoken, UnixTime, percent};
use gateway::{ServerState, ServerTold, UpstreamStanding, UpstreamState};
use store::UpstreamStore;
use upstream::{Drift, LastFailure};

use super::reasons;
use crate::amounts::of_ms;
use crate::config::Config;
use crate::lang::{self, told};
use crate::now::now;
use crate::output;
use crate::tables::fit::{Shape, Sheet};

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

const NONE: Text = Text::new(
    "no upstream is configured: write a table [[upstreams]] in astrolabe.toml, as docs/upstream.md shows",
    "尚未配置上游：请在 astrolabe.toml 中写入 [[upstreams]] 一节，写法见 docs/upstream.zh.md",
);

/// Shows the configured upstreams, and others that servers told of.
pub(super) async fn run(
    store: &(impl UpstreamStore + ?Sized),
    config: &Config,
    args: &StatusArgs,
) -> anyhow::Result<()> {
    let lang = lang::spoken();
    let upstreams = UpstreamStanding::all(store, &config.upstream_names(), now()).await?;
    if upstreams.is_empty() {
        output::person(NONE.of(lang));
    }
    if args.json {
        return output::json(&upstreams.iter().map(UpstreamStanding::json).collect::<Vec<_>>());
    }
    for upstream in &upstreams {
        output::result(&text(upstream, lang, output::width()))?;
    }
    Ok(())
}

fn state(upstream: &UpstreamStanding, lang: Lang) -> String {
    match upstream.state() {
        UpstreamState::Asked => Text::new("asked", "正常询问").of(lang).to_owned(),
        UpstreamState::Parked { until_ms, code } => {
            let until = of_ms(until_ms).told(lang);
            let why = why_parked(code).of(lang);
            told!(
                lang,
                "parked until {until}: code {code}, {why}; `astrolabe upstream unpark {}` ends it",
                "暂停至 {until}：返回码 {code}，{why}；`astrolabe upstream unpark {}` 可立即恢复",
                upstream.name
            )
        }
        UpstreamState::BreakerOpen { until_ms } => {
            let until = of_ms(until_ms).told(lang);
            told!(lang, "breaker open until {until}", "熔断至 {until}")
        }
        UpstreamState::BudgetSpent { until_ms } => {
            let until = of_ms(until_ms).told(lang);
            told!(lang, "not asked until {until}: the day's budget is spent", "当日预算已用完，暂缓至 {until}")
        }
        UpstreamState::RateLimited { until_ms } => {
            let until = of_ms(until_ms).told(lang);
            told!(
                lang,
                "not asked until {until}: code 302, too many calls",
                "因返回码 302（调用过于频繁）暂缓至 {until}"
            )
        }
        UpstreamState::BreakerHalfOpen => {
            Text::new("breaker half open: the next call decides", "半熔断：由下一次调用决定").of(lang).to_owned()
        }
    }
}

/// What a code that parks an upstream says of it, and what can be done about it.
fn why_parked(code: u16) -> Text {
    match BusinessCode::from_number(code) {
        Some(BusinessCode::InvalidToken) => Text::new(
            "it does not accept the token: first put the right one where token_file or token_env names it, and restart every \
             server, since each reads it once, when it starts",
            "上游不接受该令牌：请先在 token_file 或 token_env 所指之处更换令牌，并重启各服务器（令牌只在启动时读取一次）",
        ),
        Some(BusinessCode::DailyQuotaExceeded) => Text::new("its daily quota is used up", "上游的每日配额已用完"),
        Some(BusinessCode::InsufficientBalance) => {
            Text::new("no money is left there: top up there first", "上游账户余额不足：请先在上游充值")
        }
        Some(BusinessCode::SpendingCapReached) => Text::new(
            "the token's spending cap there is reached: raise it there first",
            "令牌在上游的消费上限已到：请先在上游调高",
        ),
        Some(BusinessCode::RateLimited) => Text::new("it was asked too often", "调用过于频繁"),
        _ => Text::new("as docs/upstream.md says", "见 docs/upstream.zh.md"),
    }
}

fn text(upstream: &UpstreamStanding, lang: Lang, width: Option<usize>) -> String {
    let UpstreamStanding { name, record, told, .. } = upstream;
    let budget = told.first().and_then(|told| told.read().daily_budget_micro_yuan);
    let spent = match budget.map(MicroYuan) {
        Some(budget) => told!(lang, "{} of {budget} yuan", "{} / {budget} 元", record.spent),
        None => told!(lang, "{} yuan", "{} 元", record.spent),
    };
    let mut facts = vec![
        (Text::new("upstream", "上游"), name.clone()),
        (Text::new("state", "状态"), state(upstream, lang)),
        (Text::new("spent today", "今日支出"), spent),
    ];
    if let Some((failure, server)) = upstream.last_failure() {
        facts.push((Text::new("last failure", "最近失败"), failed(&failure, server, lang)));
    }
    let facts = output::facts(facts.into_iter().map(|(name, value)| (name.of(lang), value)));
    if told.is_empty() {
        let none = Text::new("no server told of it in the last 24 hours", "最近 24 小时内没有服务器上报");
        return told!(lang, "{facts}\n({})\n", "{facts}\n（{}）\n", none.of(lang));
    }
    let (living, gone) = upstream.living_and_gone();
    let mut text = facts;
    if !living.is_empty() {
        text = format!("{text}\n{}", of_living(&living, lang, width));
    }
    if !gone.is_empty() {
        let heading = Text::new("no longer heard of:", "已无消息的服务器：").of(lang);
        text = format!("{text}\n{heading}\n{}", of_gone(&gone, upstream.now, lang, width));
    }
    text + "\n"
}

/// Why a call failed, when, and which server made it.
fn failed(failure: &LastFailure, server: &str, lang: Lang) -> String {
    let LastFailure { kind, detail, at_ms } = failure;
    let at = of_ms(*at_ms).told(lang);
    let detail = reasons::in_language(detail, lang);
    let why = if detail.is_empty() { kind.clone() } else { [kind.as_str(), &*detail].join(lang.colon()) };
    told!(lang, "{why} ({at}, server {server})", "{why}（{at}，服务器 {server}）")
}

const SERVER: (Text, Shape) = (Text::new("server", "服务器"), Shape::Word);
const SUCCESS: (Text, Shape) = (Text::new("success", "成功率"), Shape::Number);
const STREAK: (Text, Shape) = (Text::new("301 in a row", "连续 301"), Shape::Number);
const P50: (Text, Shape) = (Text::new("p50 ms", "p50 毫秒"), Shape::Number);
const P99: (Text, Shape) = (Text::new("p99 ms", "p99 毫秒"), Shape::Number);
const CODES: Text = Text::new("calls by code", "返回码");
const DRIFT: Text = Text::new("drift", "格式变化");

fn of_living(told: &[&ServerTold], lang: Lang, width: Option<usize>) -> String {
    let (at, in_flight) = (Text::new("told at", "上报时间"), Text::new("in flight", "进行中"));
    let (at, in_flight) = ((at, Shape::Moment), (in_flight, Shape::Number));
    let columns = [SERVER, at, SUCCESS, STREAK, P50, P99, in_flight];
    let rows = told.iter().map(|told| row(told, lang));
    let table = Sheet::with_json(columns, rows, &[0, 1, 2], lang).text(lang, width);
    table + &of_calls(told, lang, width)
}

/// What servers told last that have ended, or are silent: nothing is in flight from them.
fn of_gone(told: &[&ServerTold], now: UnixTime, lang: Lang, width: Option<usize>) -> String {
    let last = (Text::new("last heard of", "最近消息"), Shape::Prose);
    let columns = [SERVER, last, SUCCESS, STREAK, P50, P99];
    let rows = told.iter().map(|told| {
        let [server, _, success, streak, p50, p99, _] = row(told, lang);
        [server, last_heard(told, now, lang), success, streak, p50, p99]
    });
    let table = Sheet::with_json(columns, rows, &[0, 1, 2], lang).text(lang, width);
    table + &of_calls(told, lang, width)
}

/// What came of each server's calls and how their answers differed, below the table: of either there may be dozens of kinds.
fn of_calls(told: &[&ServerTold], lang: Lang, width: Option<usize>) -> String {
    // Each count stays with what it counts.
    let counted = |what: String, count: &u64| format!("{what}\u{a0}×\u{a0}{count}");
    let mut facts = Vec::new();
    for told in told {
        let status = told.read();
        let calls: Vec<_> = status.calls.iter().map(|(what, count)| counted(what.clone(), count)).collect();
        let drift = status.drift.iter().map(|(what, count)| {
            counted(Drift::read(what).map_or_else(|| what.clone(), |drift| drift.text(lang)), count)
        });
        for (name, parts) in [(CODES, calls), (DRIFT, drift.collect())] {
            if !parts.is_empty() {
                let name = name.of(lang);
                facts.push((told!(lang, "{name}, {}", "{name}（{}）", told.server), parts.join(", ")));
            }
        }
    }
    match facts.is_empty() {
        true => String::new(),
        false => {
            format!("\n{}", output::facts_within(facts.iter().map(|(name, told)| (name.as_str(), told.clone())), width))
        }
    }
}

/// How long ago a server was heard of last, and whether it said that it ends.
fn last_heard(told: &ServerTold, now: UnixTime, lang: Lang) -> String {
    let ago = match now.seconds_since(told.at) {
        seconds @ 0..120 => told!(lang, "{seconds} s ago", "{seconds} 秒前"),
        seconds @ 120..7_200 => told!(lang, "{} min ago", "{} 分钟前", seconds / 60),
        seconds => told!(lang, "{} h ago", "{} 小时前", seconds / 3_600),
    };
    match told.state(now) {
        ServerState::Ended => told!(lang, "ended {ago}", "{ago}结束"),
        ServerState::Living | ServerState::Silent => ago,
    }
}

/// What a server tells of its own calls, since it started.
fn row(told: &ServerTold, lang: Lang) -> [String; 7] {
    let status = told.read();
    let ms = |us: Option<u64>| us.map_or_else(String::new, |us| format!("{:.1}", us as f64 / 1000.0));
    let success = status.success_bp.map(|bp| percent(bp.into())).unwrap_or_default();
    let streak = status.streak_301.zip(status.streak_301_max);
    let streak = streak.map(|(now, most)| told!(lang, "{now} (most {most})", "{now}（最多 {most}）"));
    let in_flight = status.in_flight.zip(status.concurrency);
    let in_flight = in_flight.map(|(calls, most)| told!(lang, "{calls} of {most}", "{calls} / {most}"));
    [
        told.server.clone(),
        told.at.on_clock(lang),
        success,
        streak.unwrap_or_default(),
        ms(status.latency_p50_us),
        ms(status.latency_p99_us),
        in_flight.unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::fit::table_width;
    use serde_json::json;
    use store::UpstreamRecord;

    #[test]
    fn it_says_in_both_languages_why_an_upstream_is_not_asked() {
        let now = UnixTime(1_779_950_000);
        let later_ms = (u64::from(now.0) + 30) * 1000;
        let status = |spent, parked, status| {
            let record = UpstreamRecord { spent: MicroYuan(spent), parked, ..UpstreamRecord::default() };
            let told = vec![ServerTold { server: "a".into(), at: now, status }];
            let upstream = UpstreamStanding { name: "main".into(), record, told, now };
            [Lang::En, Lang::Zh].map(|lang| text(&upstream, lang, Some(80)))
        };
        let paused = json!({ "price_micro_yuan": 50, "daily_budget_micro_yuan": 120, "paused_until_ms": later_ms });
        for (texts, expected) in [
            (status(71, None, paused.clone()), ["the day's budget is spent", "当日预算已用完"]),
            (status(70, None, paused.clone()), ["code 302, too many calls", "因返回码 302（调用过于频繁）"]),
            (
                status(0, Some((later_ms, 100)), paused.clone()),
                [
                    "restart every server, since each reads it once, when it starts; `astrolabe upstream unpark main`",
                    "并重启各服务器",
                ],
            ),
            (
                status(0, Some((later_ms, 302)), paused),
                ["code 302, it was asked too often; `astrolabe upstream unpark main`", "返回码 302，调用过于频繁"],
            ),
        ] {
            for (text, expected) in texts.iter().zip(expected) {
                assert!(text.contains(expected), "{expected}: {text}");
            }
        }
    }

    #[test]
    fn the_latest_failure_is_told_with_its_reason_and_when() {
        let now = UnixTime(1_779_950_000);
        let failure = json!({ "kind": "tls", "detail": "unknown issuer", "at_ms": u64::from(now.0 - 60) * 1000 });
        let told = vec![ServerTold { server: "a".into(), at: now, status: json!({ "last_failure": failure }) }];
        let upstream = UpstreamStanding { name: "main".into(), record: UpstreamRecord::default(), told, now };
        for (lang, parts) in [
            (Lang::En, ["last failure", "tls: unknown issuer (2026-", ", server a)"]),
            (Lang::Zh, ["最近失败", "tls：unknown issuer（北京时间 2026-", "，服务器 a）"]),
        ] {
            let text = text(&upstream, lang, Some(80));
            assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        }
    }

    #[test]
    fn servers_that_are_gone_stand_apart_with_how_long_ago_they_were_heard_of() {
        let now = UnixTime(1_779_950_000);
        let server = |name: &str, silent_s: u32, status| ServerTold {
            server: name.into(),
            at: UnixTime(now.0 - silent_s),
            status,
        };
        let in_flight = json!({ "in_flight": 1, "concurrency": 8 });
        let told = vec![
            server("lives", 100, in_flight.clone()),
            server("died", 200, in_flight.clone()),
            server("ended", 7_200, json!({ "ended": true })),
        ];
        let upstream = UpstreamStanding { name: "main".into(), record: UpstreamRecord::default(), told, now };
        for (lang, heading, died, ended, flying) in [
            (Lang::En, "no longer heard of:", "3 min ago", "ended 2 h ago", "1 of 8"),
            (Lang::Zh, "已无消息的服务器：", "3 分钟前", "2 小时前结束", "1 / 8"),
        ] {
            let text = text(&upstream, lang, None);
            let (living, gone) = text.split_once(heading).expect("a heading");
            assert!(living.contains("lives") && living.contains(flying) && !living.contains("died"), "{text}");
            assert!([died, ended].iter().all(|part| gone.contains(part)) && !gone.contains(flying), "{text}");
            assert!(!text.contains("most") && !text.contains("最多"), "nothing is told of what is not counted: {text}");
        }
    }

    #[test]
    fn what_servers_tell_can_be_read_on_a_narrow_terminal() {
        let now = UnixTime(1_779_950_000);
        let kinds = (0..40).map(|number| (format!("kind_of_failure_{number}"), json!(number + 1)));
        let calls: serde_json::Map<_, _> = kinds.chain([("0".to_owned(), json!(12_345))]).collect();
        let status = json!({
            "success_bp": 9_876, "calls": calls, "streak_301": 3, "streak_301_max": 12, "latency_p50_us": 51_200,
            "latency_p99_us": 1_234_500, "in_flight": 2, "concurrency": 8,
            "drift": { "data.new is unknown": 3, "what another release tells": 1 },
        });
        let told = vec![ServerTold { server: "server-1".into(), at: now, status }];
        let upstream = UpstreamStanding { name: "main".into(), record: UpstreamRecord::default(), told, now };
        for lang in [Lang::En, Lang::Zh] {
            let drift = Text::new("data.new is unknown\u{a0}×\u{a0}3", "data.new 为未知字段\u{a0}×\u{a0}3").of(lang);
            let of_server = Text::new("calls by code, server-1  ", "返回码（server-1）    ").of(lang);
            for width in [80, 100] {
                let told = text(&upstream, lang, Some(width));
                let parts = [of_server, "0\u{a0}×\u{a0}12345", "kind_of_failure_39\u{a0}×\u{a0}40", "┆ 98.76 % ┆"];
                for part in parts.iter().chain(&["│ server-1 ┆ 2026-05-28 "]) {
                    assert!(told.contains(part), "{part:?} is not in\n{told}");
                }
                let widest = told.lines().map(crate::tables::width_of).max();
                assert!(widest <= Some(width), "{told}");
            }
            // Where it is no terminal, the table is no wider for them.
            let wide = text(&upstream, lang, None);
            assert!(table_width(&wide) <= 100, "{wide}");
            for part in [drift, "what another release tells\u{a0}×\u{a0}1"] {
                assert!(wide.contains(part), "{part:?} is not in\n{wide}");
            }
        }
    }

    #[test]
    fn a_reason_of_our_own_is_told_in_the_language() {
        let now = UnixTime(1_779_950_000);
        let failure = json!({ "kind": "unusable", "detail": "no data", "at_ms": 0 });
        let told = vec![ServerTold { server: "a".into(), at: now, status: json!({ "last_failure": failure }) }];
        let upstream = UpstreamStanding { name: "main".into(), record: UpstreamRecord::default(), told, now };
        let [en, zh] = [Lang::En, Lang::Zh].map(|lang| text(&upstream, lang, None));
        assert!(en.contains("unusable: no data (") && zh.contains("unusable：缺少 data（"), "{en}{zh}");
    }
}
