//! Money and limits from the operator's side: `account`, `token`, `price`, `calls` and `usage`, as they are typed.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::{AccountId, CallId, CallState, CreatorKey, LostPurchase, MicroYuan, Platform, TokenId, UnixTime};
use serde_json::Value;
use store::{AuditFilter, MeterStore, Resolution, Resolved, Take, Taken};
use store_sqlite::SqliteStore;

use crate::support::{astrolabe, astrolabe_ok, new_token, said};

/// Runs a command that must be a success; stdout and stderr.
fn both(data: &Path, args: &[&str]) -> (String, String) {
    let output = astrolabe().args(args).arg("--data").arg(data).output().unwrap();
    assert!(output.status.success(), "astrolabe {args:?}: {}", said(&output));
    (String::from_utf8(output.stdout.clone()).unwrap().trim().to_owned(), said(&output))
}

/// Runs a command that must fail; stderr.
fn refused(data: &Path, args: &[&str]) -> String {
    let output = astrolabe().args(args).arg("--data").arg(data).output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "astrolabe {args:?} must be refused");
    said(&output)
}

fn json(data: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&astrolabe_ok(data, &[args, &["--json"]].concat())).unwrap()
}

fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Does to the store what a server does.
fn with_store<T>(data: &Path, act: impl AsyncFnOnce(SqliteStore) -> T) -> T {
    let store = SqliteStore::open(&data.join("astrolabe.db")).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(act(store))
}

/// A call of the first account with a token, made now.
fn take(token: i64) -> Take {
    /// Tells apart, in order, what is made in one millisecond.
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = u128::from(NUMBER.fetch_add(1, Ordering::Relaxed));
    let key = CreatorKey { author_id: "42".parse().unwrap(), platform: Platform::ShortVideo };
    Take {
        id: CallId(CallId::first_at(now_ms()).0 + number),
        account_id: AccountId(1),
        token_id: TokenId(token),
        endpoint: 1,
        key: Some(key),
        price: MicroYuan(12_300),
        once: None,
    }
}

/// Charges a call and gives its id.
fn charge(data: &Path, token: i64) -> String {
    let take = take(token);
    let id = take.id;
    let taken = with_store(data, async move |store| store.charge(vec![take]).await.unwrap());
    assert!(matches!(taken[..], [Taken::Taken(_)]), "{taken:?}");
    id.to_string()
}

/// Makes a call whose end nobody knows and gives its id.
fn unknown_call(data: &Path, token: i64) -> String {
    let take = take(token);
    let id = take.id;
    with_store(data, async move |store| {
        store.hold(vec![take], 1).await.unwrap();
        assert_eq!(store.expire_holds(now_ms()).await.unwrap().len(), 1);
    });
    id.to_string()
}

#[test]
fn a_topup_is_credited_once_for_each_key() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    both(data, &["account", "create", "the team"]);
    let topup = ["account", "topup", "the team", "100.5", "--key", "invoice 7"];
    let (balance, said) = both(data, &topup);
    assert_eq!(balance, "100.5");
    assert!(said.contains("credited 100.5 yuan to the team"), "{said}");
    let (balance, said) = both(data, &topup);
    assert_eq!(balance, "100.5");
    assert!(said.contains("nothing is credited") && said.contains("before"), "{said}");
    let other = refused(data, &["account", "topup", "the team", "1", "--key", "invoice 7"]);
    assert!(other.contains("another account or amount"), "{other}");
    let long = "n".repeat(201);
    for (flag, text, right) in
        [("--key", "发票", "1 to 255 printable ASCII"), ("--note", &long, "at most 200 characters")]
    {
        let told = refused(data, &["account", "topup", "the team", "1", flag, text]);
        assert!(told.contains(right), "{told}");
    }

    // Without a key one is told, and the told command repeats the top-up.
    let (balance, said) = both(data, &["account", "topup", "the team", "0.000001"]);
    assert_eq!(balance, "100.500001");
    let key = said.lines().find_map(|line| line.split_once("--key ")).unwrap().1;
    assert!(said.contains("topup 'the team' 0.000001 --key"), "{said}");
    assert_eq!(both(data, &["account", "topup", "the team", "0.000001", "--key", key]).0, "100.500001");

    let too_much = refused(data, &["account", "topup", "the team", "1000000000"]);
    assert!(too_much.contains("at most 999999899.499999 yuan more"), "{too_much}");
    for wrong in ["0", "-1", "1,5", "0.0000001"] {
        refused(data, &["account", "topup", "the team", wrong]);
    }
    let account = json(data, &["account", "show", "the team"]);
    assert_eq!((&account["balance"], &account["balance_micro_yuan"]), (&"100.500001".into(), &100_500_001.into()));
}

#[test]
fn a_topup_that_was_wrong_is_taken_out_again_once() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    new_token(data, "team");
    both(data, &["account", "topup", "team", "500", "--key", "invoice 7"]);
    let withdraw = ["account", "withdraw", "team", "450", "--key", "invoice 7", "--note", "one 0 too many"];
    let (balance, said) = both(data, &withdraw);
    assert_eq!((balance.as_str(), said.contains("took 450 yuan out of team")), ("50", true), "{said}");
    let (balance, said) = both(data, &withdraw);
    assert_eq!((balance.as_str(), said.contains("nothing is taken out")), ("50", true), "{said}");
    assert!(refused(data, &["account", "withdraw", "team", "1", "--key", "invoice 7"]).contains("another account"));
    assert!(refused(data, &["account", "withdraw", "team", "50.01"]).contains("the balance of team is 50 yuan"));
    let shown = json(data, &["account", "show", "team"]);
    assert_eq!((&shown["balance"], &shown["credited"]), (&"50".into(), &"50".into()));
    let audit = json(data, &["audit", "--action", "account.withdraw"]);
    assert_eq!(audit[0]["detail"], "450 yuan, key invoice 7, note \"one 0 too many\"");
    assert_eq!(json(data, &["audit", "--action", "account.withdraw", "--from", "2020-01-01"]), audit);
    assert_eq!(json(data, &["audit", "--to", "2020-01-01"]), Value::Array(Vec::new()));
    assert!(refused(data, &["audit", "--from", "2026-11-02", "--to", "2026-11-01"]).contains("--from is after --to"));
    let moved = json(data, &["account", "movements", "team"]);
    assert_eq!((&moved[0]["kind"], &moved[0]["amount"]), (&"withdrawal".into(), &"450".into()));
    assert_eq!((&moved[0]["credited"], &moved[0]["note"]), (&"50".into(), &"one 0 too many".into()));
    assert_eq!((&moved[1]["kind"], &moved[1]["credited"]), (&"top_up".into(), &"500".into()));
    let table = both(data, &["account", "movements", "team", "--from", "2020-01-01T00:00:00Z"]);
    assert!(table.0.contains("one 0 too many") && table.0.contains("withdrawal"), "{table:?}");
    both(data, &["ledger", "verify"]);
}

#[test]
fn what_a_change_came_to_is_told_to_programs_too() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let account = json(data, &["account", "create", "team"]);
    assert_eq!((&account["id"], &account["name"]), (&1.into(), &"team".into()));
    let limits = json(data, &["account", "limit", "team", "--rate", "10/s"]);
    assert_eq!((&limits["account"], &limits["limits"]["rate_per_s"]), (&"team".into(), &10.into()));
    let made = json(data, &["token", "create", "team", "--cap", "5"]);
    assert!(made["token"].as_str().unwrap().starts_with("astro_"), "{made}");
    assert_eq!(
        (&made["id"], &made["policy"]["spending_cap"], &made["expires_at"]),
        (&1.into(), &"5".into(), &Value::Null)
    );
    let limited = json(data, &["token", "limit", "1", "--cap", "7", "--expires", "30d"]);
    assert_eq!((&limited["policy"]["spending_cap"], limited["expires_at"].is_string()), (&"7".into(), true));
    let rotated = json(data, &["token", "rotate", "1"]);
    assert_eq!(
        (&rotated["id"], &rotated["replaces"]["id"], &rotated["account"]),
        (&2.into(), &1.into(), &"team".into())
    );
    assert_ne!(rotated["token"], made["token"]);
    for (verb, enabled) in [("disable", false), ("enable", true)] {
        assert_eq!(json(data, &["token", verb, "2"]), serde_json::json!({ "id": 2, "enabled": enabled }));
    }
    let price = json(data, &["price", "set", "author_cp_info", "0.01"]);
    assert_eq!((&price["endpoint"], &price["price_micro_yuan"]), (&"author_cp_info".into(), &10_000.into()));
    assert!(json(data, &["admin", "key"])["admin_key"].is_string());
    assert!(json(data, &["token", "use-key"])["token_key"].as_str().unwrap().ends_with("token.key"));
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup").display().to_string();
    assert_eq!(json(data, &["backup", &backup])["backup"], Value::from(backup.as_str()));
    assert!(json(data, &["restore", &backup])["replaced"].as_str().unwrap().contains("replaced-"));
}

#[test]
fn limits_of_an_account_change_only_as_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    new_token(data, "team");
    both(data, &["account", "limit", "team", "--rate", "10/s", "--concurrent", "4", "--daily-quota", "5000"]);
    both(data, &["account", "limit", "team", "--burst", "25", "--concurrent", "none"]);
    let account = json(data, &["account", "show", "team"]);
    let limits = &account["limits"];
    assert_eq!((&limits["rate_per_s"], &limits["burst"]), (&10.into(), &25.into()));
    assert_eq!((&limits["concurrent"], &limits["daily_quota"]), (&Value::Null, &5000.into()));
    assert_eq!((&account["quota_today"]["left"], account["tokens"].as_array().unwrap().len()), (&5000.into(), 1));
    let shown = astrolabe_ok(data, &["account", "show", "team"]);
    assert!(shown.contains("10/s, burst 25") && shown.contains("00:00 in Asia/Shanghai"), "{shown}");
    let listed = json(data, &["account", "list"]);
    assert_eq!((&listed[0]["balance"], &listed[0]["quota_today"]["used"]), (&"0".into(), &0.into()));

    assert!(refused(data, &["account", "limit", "team"]).contains("name what changes"));
    assert!(refused(data, &["account", "limit", "team", "--rate", "0/s"]).contains("such as 10/s"));
    assert!(refused(data, &["account", "limit", "nobody", "--rate", "1"]).contains("account list"));
}

#[test]
fn a_token_is_made_limited_and_cleared() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    both(data, &["account", "create", "team"]);
    let flags = [
        "--expires=30d",
        "--scope=author_cp_info:SHORT_VIDEO",
        "--scope=explain",
        "--rate=10",
        "--burst=20",
        "--concurrent=3",
        "--daily-quota=100",
        "--cap=1.5",
        "--header-only",
        "--from=192.0.2.0/24",
    ];
    both(data, &[&["token", "create", "team"], &flags[..]].concat());
    let token = json(data, &["token", "show", "1"]);
    let policy = &token["policy"];
    assert_eq!(policy["scopes"], serde_json::json!(["author_cp_info:SHORT_VIDEO", "explain"]));
    assert_eq!((&policy["rate_per_s"], &policy["burst"], &policy["concurrent"]), (&10.into(), &20.into(), &3.into()));
    assert_eq!((&policy["spending_cap"], &policy["spending_cap_micro_yuan"]), (&"1.5".into(), &1_500_000.into()));
    assert_eq!((&policy["header_only"], &policy["daily_quota"]), (&true.into(), &100.into()));
    assert_eq!(policy["addresses"], serde_json::json!(["192.0.2.0/24"]));
    assert!(token["expires_at"].is_string() && token["last_used_at"].is_null());

    both(data, &["token", "limit", "1", "--cap", "none", "--scope", "none", "--expires", "none", "--header-only=no"]);
    let token = json(data, &["token", "show", "1"]);
    let policy = &token["policy"];
    assert_eq!((&policy["spending_cap"], &policy["scopes"]), (&Value::Null, &serde_json::json!([])));
    assert_eq!((&policy["header_only"], &token["expires_at"]), (&false.into(), &Value::Null));
    assert_eq!((&policy["burst"], &policy["daily_quota"]), (&20.into(), &100.into()), "what was not named stays");

    let unknown = refused(data, &["token", "create", "team", "--scope", "author"]);
    assert!(unknown.contains("there are: author_cp_info, explain"), "{unknown}");
    assert!(refused(data, &["token", "limit", "1"]).contains("name what changes"));
    assert!(refused(data, &["token", "limit", "9", "--cap", "1"]).contains("token list"));
    assert!(refused(data, &["token", "show", "9"]).contains("token list"));
}

#[test]
fn a_rotated_token_goes_on_for_a_while_and_who_still_uses_it_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let old = new_token(data, "team");
    both(data, &["account", "topup", "team", "10"]);
    both(data, &["token", "limit", "1", "--cap", "5", "--scope", "author_cp_info"]);
    assert_eq!(json(data, &["token", "list", "--still-used"]), serde_json::json!([]));

    let (new, told) = both(data, &["token", "rotate", "1", "--overlap", "7d"]);
    assert!(new.starts_with("astro_") && new != old && !told.contains(&new), "{told}");
    assert!(told.contains("goes on until") && told.contains("--still-used"), "{told}");
    let tokens = json(data, &["token", "list"]);
    assert_eq!(tokens[0]["policy"], tokens[1]["policy"]);
    assert!(tokens[0]["expires_at"].is_string() && tokens[1]["expires_at"].is_null());
    // A token that is to go and that nobody uses needs no care.
    assert_eq!(json(data, &["token", "list", "--still-used"]), serde_json::json!([]));

    charge(data, 1);
    charge(data, 2);
    let used = json(data, &["token", "list", "--still-used"]);
    assert_eq!((used.as_array().unwrap().len(), &used[0]["id"]), (1, &1.into()));
    assert!(used[0]["last_used_at"].is_string());
    assert_eq!((&used[0]["charged"], &used[0]["charged_micro_yuan"]), (&"0.0123".into(), &12_300.into()));

    // Never later than it would have been anyway.
    let before = json(data, &["token", "show", "1"])["expires_at"].clone();
    both(data, &["token", "rotate", "1", "--overlap", "30d", "--expires", "none"]);
    assert_eq!(json(data, &["token", "show", "1"])["expires_at"], before);
    both(data, &["token", "rotate", "1", "--overlap", "none"]);
    assert_eq!(json(data, &["token", "show", "1"])["state"], "expired");
    both(data, &["token", "disable", "2"]);
    assert!(refused(data, &["token", "rotate", "2"]).contains("token enable 2"));
}

#[test]
fn prices_are_set_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    both(data, &["price", "set", "author_cp_info", "0.0123"]);
    let prices = json(data, &["price", "list"]);
    assert_eq!((&prices[0]["endpoint"], &prices[0]["price"]), (&"author_cp_info".into(), &"0.0123".into()));
    assert_eq!((&prices[1]["price"], &prices[1]["price_micro_yuan"]), (&"0".into(), &0.into()));
    // Each of its rows is charged as a call of author_cp_info.
    let batch = prices.as_array().unwrap().iter().find(|price| price["endpoint"] == "batch").unwrap();
    assert_eq!((&batch["price"], &batch["per"]), (&"0.0123".into(), &"row".into()));
    let table = both(data, &["price", "list"]).0;
    let line = table.lines().find(|line| line.contains("batch")).unwrap();
    assert!(line.contains("0.0123 a row"), "{table}");
    let unknown = refused(data, &["price", "set", "author", "1"]);
    assert!(unknown.contains("there are: author_cp_info, explain"), "{unknown}");
    // Not to promise what no server does.
    assert!(refused(data, &["price", "set", "account", "1"]).contains("always free"));
    assert!(refused(data, &["price", "set", "author_cp_info", "1分"]).contains("plain decimal"));
    let log = with_store(data, async |store| {
        store.audit_log(AuditFilter { limit: 10, ..AuditFilter::default() }).await.unwrap()
    });
    let told: Vec<_> = log.iter().map(|entry| (entry.action.as_str(), entry.subject.as_str())).collect();
    assert_eq!(told, [("price.set", "endpoint 1")]);
    assert!(log[0].actor.starts_with("command line"), "{log:?}");
}

#[test]
fn calls_and_usage_are_empty_first_and_then_add_up() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    new_token(data, "team");
    assert_eq!(json(data, &["calls", "list"]), serde_json::json!([]));
    let usage = json(data, &["usage"]);
    assert_eq!((&usage["rows"], &usage["total"]["charged"]), (&serde_json::json!([]), &"0".into()));
    assert!(astrolabe_ok(data, &["usage"]).contains("total"));
    let unknown_id = "01a20f4f-4e76-7069-a0b5-7298ea00b86c";
    assert!(refused(data, &["calls", "show", unknown_id]).contains("calls list"));
    assert!(both(data, &["calls", "reconcile"]).1.contains("nothing to settle"));

    both(data, &["account", "topup", "team", "1"]);
    let ids = [charge(data, 1), charge(data, 1)];
    let calls = json(data, &["calls", "list", "--account", "team", "--token", "1", "--state", "succeeded"]);
    assert_eq!((&calls[0]["id"], &calls[1]["id"]), (&ids[1].as_str().into(), &ids[0].as_str().into()));
    assert_eq!((&calls[0]["endpoint"], &calls[0]["charged"]), (&"author_cp_info".into(), &"0.0123".into()));
    assert_eq!(json(data, &["calls", "list", "--before", &ids[0]]), serde_json::json!([]));
    let to = calls[0]["made_at"].as_str().unwrap();
    assert_eq!(json(data, &["calls", "list", "--from", "2020-01-01", "--to", to])[0]["id"], ids[1]);
    assert_eq!(json(data, &["calls", "list", "--to", "2020-01-01"]), serde_json::json!([]));
    assert!(refused(data, &["calls", "list", "--from", "2026-11-24", "--to", "2026-11-23"]).contains("comes first"));
    let (_, more) = both(data, &["calls", "list", "--limit", "1"]);
    assert!(more.contains(&format!("--before {}", ids[1])), "{more}");
    assert!(astrolabe_ok(data, &["calls", "show", &ids[0]]).contains("answered and charged"));

    for (by, name) in [("day", "day"), ("endpoint", "endpoint"), ("token", "hint"), ("account", "account")] {
        let usage = json(data, &["usage", "--account", "team", "--by", by]);
        assert_eq!((&usage["rows"][0]["calls"], &usage["total"]["charged"]), (&2.into(), &"0.0246".into()), "{by}");
        assert!(usage["rows"][0][name].is_string(), "{usage}");
    }
    assert!(refused(data, &["usage", "--from", "2026-11-24", "--to", "2026-11-23"]).contains("comes first"));
    assert!(refused(data, &["usage", "--from", "11/24"]).contains("such as 2026-11-24"));
}

#[test]
fn an_unknown_call_is_settled_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    new_token(data, "team");
    both(data, &["account", "topup", "team", "0.0123", "--key", "1"]);
    let id = unknown_call(data, 1);
    let (listed, how) = both(data, &["calls", "reconcile"]);
    assert!(listed.contains(&id) && how.contains("--succeeded") && how.contains("--rejected"), "{listed}{how}");
    refused(data, &["calls", "reconcile", &id]);
    refused(data, &["calls", "reconcile", "--succeeded"]);
    refused(data, &["calls", "reconcile", &id, "--succeeded", "--rejected"]);

    assert!(both(data, &["calls", "reconcile", &id, "--succeeded"]).1.contains("0.0123 yuan"));
    assert!(both(data, &["calls", "reconcile", &id, "--succeeded"]).1.contains("already"));
    assert!(refused(data, &["calls", "reconcile", &id, "--rejected"]).contains("final"));
    assert_eq!(json(data, &["account", "show", "team"])["balance"], "0");

    // What the account cannot pay stays unknown.
    let broke = {
        both(data, &["account", "topup", "team", "0.0123", "--key", "2"]);
        let id = unknown_call(data, 1);
        charge(data, 1);
        id
    };
    let why = refused(data, &["calls", "reconcile", &broke, "--succeeded"]);
    assert!(why.contains("stays unknown") && why.contains("account topup"), "{why}");
    assert!(both(data, &["calls", "reconcile", &broke, "--rejected"]).1.contains("rejected now"));
}

/// The ids of some unknown calls, made at moments, the first of which was lost at an upstream.
fn unknown_calls(data: &Path, token: i64, times: &[&str]) -> Vec<String> {
    with_store(data, async |store| {
        let mut ids = Vec::new();
        for time in times {
            let at_ms = u64::from(time.parse::<UnixTime>().unwrap().0) * 1_000;
            let take = Take { id: CallId(CallId::first_at(at_ms).0 | u128::from(fastrand::u64(..))), ..take(token) };
            store.hold(vec![take.clone()], u64::MAX >> 1).await.unwrap();
            let lost = LostPurchase { upstream: "main".into(), failure: "timed_out".into(), sent_at_ms: at_ms };
            let lost = ids.is_empty().then_some(lost);
            let end = Resolved { lost, ..Resolved::new(take.id, Resolution::Void(CallState::Unknown)) };
            assert_eq!(store.resolve_noting(vec![end], None).await.unwrap(), [true]);
            ids.push(take.id.to_string());
        }
        ids
    })
}

#[test]
fn unknown_calls_are_settled_many_at_once_after_a_look_at_them() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    new_token(data, "team");
    both(data, &["account", "topup", "team", "0.03", "--key", "1"]);
    let times = ["2026-11-23T15:59:59Z", "2026-11-23T16:00:00Z", "2026-11-24T15:59:59Z", "2026-11-24T16:00:00Z"];
    let ids = unknown_calls(data, 1, &times);
    let listed = |flags: &[&str]| {
        let listed = json(data, &[&["calls", "reconcile"], flags].concat());
        listed.as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // A day is one in Asia/Shanghai; the newest come first.
    let newest_first = |range: std::ops::Range<usize>| ids[range].iter().rev().cloned().collect::<Vec<_>>();
    assert_eq!(listed(&[]), newest_first(0..4));
    assert_eq!(listed(&["--upstream", "main"]), newest_first(0..1));
    let misspelt = refused(data, &["calls", "reconcile", "--upstream", "mai"]);
    assert!(misspelt.contains("no upstream is named mai; the upstreams are: main"), "{misspelt}");
    assert_eq!(listed(&["--from", "2026-11-24", "--to", "2026-11-24"]), newest_first(1..3));
    assert_eq!(listed(&["--from", times[1]]), newest_first(1..4));
    assert_eq!(listed(&["--to", times[1]]), newest_first(0..2));
    let (_, sums) = both(data, &["calls", "reconcile", "--from", "2026-11-24"]);
    assert!(
        sums.contains("3 calls: --succeeded would charge 0.0369 yuan, --rejected would give 0 yuan back"),
        "{sums}"
    );
    let wrong = refused(data, &["calls", "reconcile", "--from", "2026-11-24", "--to", "2026-11-23"]);
    assert!(wrong.contains("comes first"), "{wrong}");
    refused(data, &["calls", "reconcile", &ids[0], "--upstream", "main", "--rejected"]);
    assert_eq!(listed(&[]).len(), 4, "nothing was settled by looking");

    let (_, told) = both(data, &["calls", "reconcile", "--upstream", "main", "--rejected"]);
    assert!(told.contains("settled as rejected: 1 (given back: 0 yuan); so already: 0; not settled: 0"), "{told}");
    // The account has money for two of the three: those are charged, and the third stays.
    let day = ["calls", "reconcile", "--from", "2026-11-24", "--succeeded"];
    let why = refused(data, &day);
    assert!(why.contains(&ids[1]) && why.contains("account topup") && why.contains("1 of 3 calls"), "{why}");
    assert_eq!(
        (listed(&[]), json(data, &["account", "show", "team"])["balance"].as_str()),
        (vec![ids[1].clone()], Some("0.0054"))
    );
    both(data, &["account", "topup", "team", "0.0069", "--key", "2"]);
    let settled = json(data, &["calls", "reconcile", "--succeeded", &ids[1], &ids[2], &ids[1], &ids[3]]);
    assert_eq!(
        (settled["settled"].as_u64(), settled["already"].as_u64(), settled["failed"].as_u64()),
        (Some(1), Some(2), Some(0))
    );
    assert_eq!(settled["charged"], "0.0123");
    let outcomes = settled["calls"].as_array().unwrap().iter().map(|call| call["outcome"].as_str().unwrap());
    assert_eq!(outcomes.collect::<Vec<_>>(), ["settled", "already", "already"]);
    // What was settled otherwise is final, and does not keep the others from it.
    assert!(refused(data, &["calls", "reconcile", "--succeeded", &ids[0], &ids[3]]).contains("final"));
    assert_eq!(json(data, &["account", "show", "team"])["balance"], "0");
    both(data, &["ledger", "verify"]);
}

#[test]
fn a_token_is_seen_once_where_it_is_made_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    both(data, &["account", "create", "team"]);
    let (first, told_first) = both(data, &["token", "create", "team", "--cap", "5"]);
    let (second, told_second) = both(data, &["token", "rotate", "1"]);
    let mut seen = told_first + &told_second;
    let verbs: [&[&str]; 10] = [
        &["account", "list"],
        &["account", "show", "team"],
        &["account", "show", "team", "--json"],
        &["token", "list"],
        &["token", "list", "--json"],
        &["token", "show", "1", "--json"],
        &["token", "show", "2"],
        &["token", "limit", "2", "--rate", "5"],
        &["token", "disable", "2"],
        &["usage", "--by", "token"],
    ];
    for args in verbs {
        let (stdout, stderr) = both(data, args);
        seen += &stdout;
        seen += &stderr;
    }
    let database = std::fs::read(data.join("astrolabe.ledger.db")).unwrap();
    for secret in [first, second] {
        assert!(secret.starts_with("astro_") && secret.lines().count() == 1);
        // A recognisable half of it is too much already.
        let half = &secret[..secret.len() / 2];
        assert!(!seen.contains(half), "{seen}");
        assert!(!database.windows(half.len()).any(|window| window == half.as_bytes()), "the database holds a token");
    }
}

/// The bench writes into the tables past what the store would do: a table that changes must not leave it behind.
#[test]
fn books_that_the_bench_makes_longer_stay_right() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    new_token(data, "payer");
    astrolabe_ok(data, &["account", "topup", "payer", "100"]);
    astrolabe_ok(data, &["price", "set", "author_cp_info", "0.01"]);
    let past = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/meter/past.py");
    let made = Command::new("python3").arg(past).arg(data).args(["payer", "100", "3"]).output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    astrolabe_ok(data, &["ledger", "verify"]);
    assert_eq!(json(data, &["account", "show", "payer"])["balance"], "99");
}
