//! Money over HTTP: the codes of limits in their order, charges that are exact, idempotency, the Shanghai day.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use domain::{AddressRange, CallState, Limits, MicroYuan, Note, Rate, TokenId, TokenPolicy};
use gateway::{OnLoss, Settings, SharedRates, Stores};
use ledger::Admission;
use store::{AccountStore, CallFilter, MeterStore, Moved, Movement, MovementKind, RateStore, RatesError};
use support::{CP, START, TestServer};

const PRICE: MicroYuan = MicroYuan(12_300);

fn asking(author: &str) -> String {
    format!("{CP}?oAuthorId={author}")
}

/// A server that asks [`PRICE`] for an answer, with a balance.
async fn priced(balance: u64) -> TestServer {
    let server = TestServer::start().await;
    server.store.set_price(catalog::AUTHOR_CP_INFO.number, PRICE).await.expect("a price");
    if balance > 0 {
        top_up(&server, balance, "first").await;
    }
    server.until("/v1/account", |reply| reply.json()["priceYuan"]["author_cp_info"] == "0.0123").await;
    server
}

async fn top_up(server: &TestServer, amount: u64, key: &str) {
    let account_id = server.store.account("team").await.expect("the account").id;
    let (amount, at_ms) = (MicroYuan(amount), u64::from(START.0) * 1000);
    let top_up = Movement {
        kind: MovementKind::TopUp,
        account_id,
        amount,
        key: key.parse().expect("a key"),
        at_ms,
        note: Note::default(),
    };
    assert!(matches!(server.store.move_money(top_up).await, Ok(Moved::Now(_))));
}

async fn token_id(server: &TestServer) -> TokenId {
    server.store.tokens().await.expect("tokens")[0].1.id
}

/// What was charged to the account, and how many calls are listed as successes.
async fn charged(server: &TestServer) -> (u64, usize) {
    let account_id = server.store.account("team").await.expect("the account").id;
    let book = server.store.account_book(account_id).await.expect("a book");
    let filter = CallFilter { state: Some(CallState::Succeeded), limit: 100_000, ..CallFilter::default() };
    let calls = server.store.calls(filter).await.expect("calls");
    assert_eq!(book.held, MicroYuan::ZERO, "no hold is open");
    assert_eq!(calls.iter().map(|call| call.charged.0).sum::<u64>(), book.charged.0, "the books balance");
    (book.charged.0, calls.len())
}

fn range(text: &str) -> AddressRange {
    text.parse().expect(text)
}

async fn set_policy(server: &TestServer, policy: TokenPolicy) {
    server.store.set_token_policy(token_id(server).await, policy).await.expect("a policy");
}

#[tokio::test]
async fn an_answer_is_charged_and_listed_before_it_leaves() {
    let server = priced(1_000_000).await;
    let reply = server.get(&asking("42")).await;
    assert_eq!((reply.code(), reply.header("x-astrolabe-charged")), (0, Some("0.0123")));
    assert_eq!(charged(&server).await, (PRICE.0, 1));
    let id = reply.header("x-request-id").expect("an id").to_owned();
    let call = server.get(&format!("/v1/calls/{id}")).await.json();
    assert_eq!((call["state"].as_str(), call["chargedYuan"].as_str()), (Some("succeeded"), Some("0.0123")));
    assert_eq!((call["oAuthorId"].as_str(), call["platform"].as_str()), (Some("42"), Some("SHORT_VIDEO")));
    for refused in ["nobody", "a%20b"] {
        assert_eq!(server.get(&asking(refused)).await.code(), 400);
    }
    assert_eq!(charged(&server).await, (PRICE.0, 1), "only code 0 is billed");
    let account = server.get("/v1/account").await.json();
    assert_eq!(account["account"]["balanceYuan"], "0.9877");
    let usage = server.get("/v1/usage").await.json();
    assert_eq!((usage["calls"].as_u64(), usage["chargedYuan"].as_str()), (Some(1), Some("0.0123")));
}

/// Each row breaks one more rule, from the last one the contract decides to the first: the new one decides.
#[tokio::test]
async fn the_first_broken_rule_in_the_contracts_order_decides_the_code() {
    let server = priced(0).await;
    let id = token_id(&server).await;
    let account_id = server.store.account("team").await.expect("the account").id;
    let expect = async |code: i64, status: u16, path: String| {
        let reply = server.until(&path, |reply| reply.code() == code).await;
        assert_eq!(reply.status, status);
        // A quota of nothing is not whole again at midnight.
        assert_eq!(reply.header("retry-after").is_some(), code == 302, "{code}");
        reply
    };
    // An unknown creator is found out last of all.
    expect(601, 402, asking("nobody")).await;
    let mut policy = TokenPolicy { spending_cap: Some(MicroYuan(1)), ..TokenPolicy::default() };
    server.store.set_token_policy(id, policy.clone()).await.expect("a policy");
    expect(602, 429, asking("nobody")).await;
    let no_quota = Limits { daily_quota: Some(0), ..Limits::default() };
    server.store.set_account_limits(account_id, no_quota).await.expect("limits");
    let reply = expect(303, 429, asking("nobody")).await;
    // 2026-11-22T03:04:05Z is 11:04:05 in Shanghai: 12 h 55 min 55 s before midnight.
    assert_eq!(reply.header("ratelimit"), Some("\"account-day\";r=0;t=46555"));
    assert_eq!(reply.header("x-ratelimit-reset"), Some("46555"));
    expect(400, 400, asking("a%20b")).await;
    policy.scopes = vec!["author_cp_info:PICTURE_TEXT".parse().expect("a scope")];
    server.store.set_token_policy(id, policy.clone()).await.expect("a policy");
    expect(600, 403, asking("a%20b")).await;
    let one = 1.try_into().expect("not zero");
    policy.limits.rate = Some(Rate { per_second: one, burst: one });
    server.store.set_token_policy(id, policy).await.expect("a policy");
    let reply = expect(302, 429, asking("a%20b")).await;
    assert_eq!(reply.header("ratelimit-policy"), Some("\"token-rate\";q=1;w=1"));
    assert!(reply.json()["message"].as_str().is_some_and(|message| message.contains("token-rate")));
    let wrong = server.send("GET", &asking("a%20b"), &["Authorization: astro_unknown"]).await;
    assert_eq!((wrong.status, wrong.code()), (401, 100));
    assert_eq!(charged(&server).await, (0, 0));
}

#[tokio::test]
async fn of_64_clients_exactly_those_the_balance_covers_succeed() {
    const COVERED: u64 = 23;
    let server = Arc::new(priced(PRICE.0 * COVERED + PRICE.0 - 1).await);
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let server = server.clone();
        clients.spawn(async move { server.get(&asking("42")).await.code() });
    }
    let codes = clients.join_all().await;
    assert_eq!(codes.iter().filter(|code| **code == 0).count() as u64, COVERED);
    assert_eq!(codes.iter().filter(|code| **code == 601).count() as u64, 64 - COVERED);
    assert_eq!(charged(&server).await, (PRICE.0 * COVERED, COVERED as usize));
    // A top-up by the operator is seen, although the server knows of an empty balance.
    top_up(&server, PRICE.0, "more").await;
    assert_eq!(server.get(&asking("42")).await.code(), 0);
}

#[tokio::test]
async fn one_key_asked_50_times_at_once_is_one_charge_and_one_answer() {
    let server = Arc::new(priced(PRICE.0).await);
    let authorization = format!("Authorization: Bearer {}", server.token.expose());
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (server, authorization) = (server.clone(), authorization.clone());
        clients.spawn(
            async move { server.send("GET", &asking("42"), &[&authorization, "Idempotency-Key: order-7"]).await },
        );
    }
    let replies = clients.join_all().await;
    assert!(replies.iter().all(|reply| reply.code() == 0 && reply.body == replies[0].body));
    let first = |header: Option<&str>| header == Some("0.0123");
    assert_eq!(replies.iter().filter(|reply| first(reply.header("x-astrolabe-charged"))).count(), 1);
    assert_eq!(replies.iter().filter(|reply| reply.header("idempotency-replayed") == Some("true")).count(), 49);
    assert_eq!(charged(&server).await, (PRICE.0, 1));
    // The balance is gone: the key still answers, another key does not, another request under the key is refused.
    let send = async |path: &str, key: &str| server.send("GET", path, &[&authorization, key]).await;
    assert_eq!(send(&asking("42"), "Idempotency-Key: order-7").await.body, replies[0].body);
    assert_eq!(send(&asking("42"), "Idempotency-Key: order-8").await.code(), 601);
    let other = send(&format!("{CP}?oAuthorId=42&platform=PICTURE_TEXT"), "Idempotency-Key: order-7").await;
    assert_eq!((other.code(), other.status), (400, 400));
    assert!(other.json()["message"].as_str().is_some_and(|message| message.contains("Idempotency-Key")));
    for wrong in ["Idempotency-Key: ", "Idempotency-Key: a\r\nIdempotency-Key: b"] {
        assert_eq!(send(&asking("42"), wrong).await.code(), 400, "{wrong}");
    }
    assert_eq!(charged(&server).await, (PRICE.0, 1));
    // A day later the key is free.
    server.set_clock(86_400);
    assert_eq!(send(&asking("42"), "Idempotency-Key: order-7").await.code(), 601);
}

#[tokio::test]
async fn a_quota_is_whole_again_at_midnight_in_shanghai() {
    let server = TestServer::start().await;
    let account_id = server.store.account("team").await.expect("the account").id;
    let limits = Limits { daily_quota: Some(2), ..Limits::default() };
    server.store.set_account_limits(account_id, limits).await.expect("limits");
    // 2026-11-22T15:59:59.9Z, then 16:00:00.0Z.
    let midnight_ms = 1_795_363_200_000;
    server.set_clock_ms(midnight_ms - 100);
    server.until("/v1/account", |reply| reply.json()["account"]["dailyQuotaLeft"] == 2).await;
    // A tenth of a second before midnight, never a day of another zone: not 8 hours, not 32.
    for code in [0, 0, 303] {
        let reply = server.get(&asking("42")).await;
        assert_eq!((reply.code(), reply.header("x-ratelimit-reset")), (code, Some("1")));
        assert_eq!(reply.header("retry-after"), (code == 303).then_some("1"));
    }
    server.set_clock_ms(midnight_ms);
    let reply = server.get(&asking("42")).await;
    assert_eq!((reply.code(), reply.header("ratelimit")), (0, Some("\"account-day\";r=1;t=86400")));
    let usage = server.get("/v1/usage?from=2026-11-22&to=2026-11-23").await.json();
    let days: Vec<_> = usage["rows"].as_array().expect("rows").iter().map(|row| (&row["day"], &row["calls"])).collect();
    assert_eq!(serde_json::json!(days), serde_json::json!([["2026-11-22", 2], ["2026-11-23", 1]]));
}

#[tokio::test]
async fn usage_is_told_of_the_days_asked_for() {
    let server = TestServer::start().await;
    let account_id = server.store.account("team").await.expect("the account").id;
    let limits = Limits { daily_quota: Some(2), ..Limits::default() };
    server.store.set_account_limits(account_id, limits).await.expect("limits");
    server.until("/v1/account", |reply| reply.json()["account"]["dailyQuotaLeft"] == 2).await;
    assert_eq!(server.get(&asking("42")).await.code(), 0);
    for (query, from, to, calls) in [
        ("", "2026-10-24", "2026-11-22", 1),
        ("?to=2026-11-30", "2026-11-01", "2026-11-30", 1),
        ("?to=2026-01-30", "2026-01-01", "2026-01-30", 0),
        ("?from=2026-11-22&to=2026-11-22", "2026-11-22", "2026-11-22", 1),
        ("?from=2025-11-22", "2025-11-22", "2026-11-22", 1),
    ] {
        let usage = server.get(&format!("/v1/usage{query}")).await.json();
        let told = (&usage["from"], &usage["to"], &usage["calls"]);
        assert_eq!(told, (&from.into(), &to.into(), &calls.into()), "{query}");
    }
    for (query, sentence) in [
        ("from=2026-11-23&to=2026-11-22", "from 2026-11-23 is after to 2026-11-22"),
        ("from=2026-11-23", "from 2026-11-23 is after to 2026-11-22"),
        ("from=2025-11-21", "1 to 366 days"),
        ("from=20261101", "parameter from is not valid"),
        ("from=yesterday", "parameter from is not valid: right would be a day such as 2026-11-24"),
    ] {
        let refused = server.get(&format!("/v1/usage?{query}")).await;
        assert!(refused.status == 400 && refused.body.contains(sentence), "{query}: {refused:?}");
    }
}

/// A process reads its zone once: a process of its own for each, which runs the test above.
#[test]
fn midnight_is_shanghais_whatever_the_hosts_zone() {
    let binary = std::env::current_exe().expect("the path of this binary");
    for zone in ["UTC", "America/Los_Angeles", "Asia/Shanghai"] {
        let mut test = std::process::Command::new(&binary);
        test.args(["--exact", "a_quota_is_whole_again_at_midnight_in_shanghai"]).env("TZ", zone);
        let output = test.output().expect("a process");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains("1 passed"), "in {zone}:\n{told}");
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_anywhere_is_charged_for_answers_only() {
    let server = priced(1_000_000).await;
    let request = format!("GET {CP}?token={}&oAuthorId=42 HTTP/1.1\r\nHost: x\r\n\r\n", server.token.expose());
    for length in 0..=request.len() {
        let mut stream = server.connect().await;
        tokio::io::AsyncWriteExt::write_all(&mut stream, &request.as_bytes()[..length]).await.expect("sent");
        drop(stream);
    }
    server
        .until("/metrics", |reply| {
            reply.body.contains("astrolabe_connections 1\n") && reply.body.contains("astrolabe_requests_in_flight 0\n")
        })
        .await;
    // Only the whole request can have been answered.
    let (amount, calls) = charged(&server).await;
    assert!(calls <= 1 && amount == PRICE.0 * calls as u64, "{calls} calls");
}

#[tokio::test]
async fn a_token_is_refused_where_its_policy_says_so_as_if_it_were_unknown() {
    let server = TestServer::start().await;
    set_policy(&server, TokenPolicy { header_only: true, ..TokenPolicy::default() }).await;
    let in_query = format!("{}&token={}", asking("42"), server.token.expose());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while server.send("GET", &in_query, &[]).await.code() != 100 {
        assert!(std::time::Instant::now() < deadline, "a token that is for headers only works in the query");
    }
    assert_eq!(server.get(&asking("42")).await.code(), 0);
    set_policy(&server, TokenPolicy { addresses: vec![range("192.0.2.0/24")], ..TokenPolicy::default() }).await;
    server.until(&asking("42"), |reply| reply.code() == 100).await;
    set_policy(&server, TokenPolicy { addresses: vec![range("127.0.0.0/8")], ..TokenPolicy::default() }).await;
    server.until(&asking("42"), |reply| reply.code() == 0).await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_address_that_it_names_counts() {
    let proxies = vec![range("127.0.0.1")].leak();
    let server =
        TestServer::start_with(Settings { trusted_proxies: proxies, ..Settings::default() }, |store| store).await;
    set_policy(&server, TokenPolicy { addresses: vec![range("192.0.2.0/24")], ..TokenPolicy::default() }).await;
    server.until(&asking("42"), |reply| reply.code() == 100).await;
    let authorization = format!("Authorization: {}", server.token.expose());
    for (forwarded, code) in [
        ("192.0.2.7", 0),
        ("203.0.113.9, 192.0.2.7", 0),
        ("192.0.2.7, 203.0.113.9", 100),
        ("192.0.2.7, 127.0.0.1", 0),
        ("192.0.2.7, nonsense", 100),
    ] {
        let forwarded = format!("X-Forwarded-For: {forwarded}");
        for path in [asking("42"), "/v1/account".to_owned()] {
            let reply = server.send("GET", &path, &[&authorization, &forwarded]).await;
            assert_eq!((reply.status == 200, reply.status == 401), (code == 0, code == 100), "{forwarded}: {reply:?}");
        }
    }
    let wrong = async |from: &str| {
        let from = format!("X-Forwarded-For: {from}");
        server.send("GET", &asking("42"), &["Authorization: astro_guess", &from]).await.code()
    };
    for _ in 0..100 {
        assert_eq!(wrong("198.51.100.1").await, 100);
    }
    assert_eq!([wrong("198.51.100.1").await, wrong("198.51.100.2").await], [302, 100], "each address by itself");
}

#[tokio::test]
async fn wrong_tokens_from_one_address_are_soon_refused_and_valid_ones_pass() {
    let server = TestServer::start().await;
    assert_eq!(server.get(&asking("42")).await.code(), 0);
    let mut codes = Vec::new();
    for guess in 0..110 {
        let guess = format!("Authorization: astro_{guess}");
        codes.push(server.send("GET", &asking("42"), &[&guess]).await.code());
    }
    assert_eq!(codes.iter().filter(|code| **code == 100).count(), 100);
    assert!(codes[100..].iter().all(|code| *code == 302), "{codes:?}");
    assert_eq!(server.get(&asking("42")).await.code(), 0, "a token in use passes");
    let another = format!("Authorization: {}", server.another_token(None).await.expose());
    assert_eq!(server.send("GET", &asking("42"), &[&another]).await.code(), 0, "a token never seen before passes");
    server.sell("1", "0.01").await;
    assert_eq!(server.get(&asking("42")).await.code(), 0, "a token whose account changed passes");
    assert_eq!(server.send("GET", &asking("42"), &[&another]).await.code(), 0);
    let wrong = server.send("GET", &asking("42"), &["Authorization: astro_again"]).await;
    assert_eq!((wrong.code(), wrong.header("retry-after")), (302, Some("1")));
    server.set_clock(1);
    assert_eq!(server.send("GET", &asking("42"), &["Authorization: astro_again"]).await.code(), 100);
}

/// Shared rates that nobody can reach, and how often it was tried.
#[derive(Default)]
struct Lost(AtomicU64);

#[async_trait::async_trait]
impl RateStore for Lost {
    async fn admit(&self, _: &str, _: Rate) -> Result<Admission, RatesError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(RatesError::Silent { place: "nobody" })
    }
}

#[tokio::test]
async fn without_the_shared_rates_each_server_keeps_its_own_or_refuses_as_configured() {
    let one = 1.try_into().expect("not zero");
    let limits = Limits { rate: Some(Rate { per_second: one, burst: one }), ..Limits::default() };
    for (on_loss, codes) in [(OnLoss::Open, [0, 302]), (OnLoss::Closed, [500, 500])] {
        let server = TestServer::start_on(Settings::default(), |store| Stores {
            rates: Some(SharedRates { store: Arc::new(Lost::default()), on_loss }),
            ..Stores::of(store)
        })
        .await;
        assert_eq!(server.get(&asking("42")).await.code(), 0, "nobody without a rate notices");
        set_policy(&server, TokenPolicy { limits, ..TokenPolicy::default() }).await;
        let first =
            server.until(&asking("42"), |reply| reply.header("ratelimit").is_some() || reply.code() == 500).await;
        let second = server.get(&asking("42")).await;
        assert_eq!([first.code(), second.code()], codes, "{on_loss:?}");
        assert_eq!(second.header("retry-after"), Some("1"));
        assert!(server.get("/metrics").await.body.contains("astrolabe_shared_rates_failures_total"));
    }
}

#[tokio::test]
async fn while_the_shared_rates_are_lost_requests_do_not_wait_for_them_but_one_a_second() {
    let many = 1_000.try_into().expect("not zero");
    let limits = Limits { rate: Some(Rate { per_second: many, burst: many }), ..Limits::default() };
    let lost = Arc::new(Lost::default());
    let server = TestServer::start_on(Settings::default(), |store| Stores {
        rates: Some(SharedRates { store: lost.clone(), on_loss: OnLoss::Open }),
        ..Stores::of(store)
    })
    .await;
    let account = server.store.account("team").await.expect("the account").id;
    server.store.set_account_limits(account, limits).await.expect("limits");
    let began = Instant::now();
    set_policy(&server, TokenPolicy { limits, ..TokenPolicy::default() }).await;
    let both = |reply: &support::Reply| {
        reply.header("ratelimit").is_some_and(|told| told.contains("token-rate") && told.contains("account-rate"))
    };
    server.until(&asking("42"), both).await;
    for _ in 0..20 {
        assert_eq!(server.get(&asking("42")).await.code(), 0);
    }
    let tries = lost.0.load(Ordering::SeqCst);
    assert!((1..=2 + began.elapsed().as_secs()).contains(&tries), "{tries}");
}

#[tokio::test]
async fn what_costs_nothing_is_in_the_usage_all_the_same() {
    let server = TestServer::start().await;
    let reply = server.get(&asking("42")).await;
    assert_eq!((reply.code(), reply.header("x-astrolabe-charged")), (0, None));
    assert_eq!(server.get(&asking("nobody")).await.code(), 400);
    let usage = server.until("/v1/usage", |reply| reply.json()["calls"] == 1).await;
    assert_eq!(usage.json()["rows"][0]["endpoint"], "author_cp_info");
}

#[tokio::test]
async fn somebody_elses_call_is_no_call() {
    let server = priced(1_000_000).await;
    let id = server.get(&asking("42")).await.header("x-request-id").expect("an id").to_owned();
    let stranger = server.token_of_new_account("strangers").await;
    let authorization = format!("Authorization: Bearer {}", stranger.expose());
    let reply = server.send("GET", &format!("/v1/calls/{id}"), &[&authorization]).await;
    assert_eq!((reply.status, reply.json()["code"].as_i64()), (404, Some(404)));
    assert_eq!(server.get("/v1/calls/nonsense").await.status, 400);
}
