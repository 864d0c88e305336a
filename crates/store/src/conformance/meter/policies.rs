//! What accounts and tokens may do, what endpoints cost, and who calls.

use std::num::NonZeroU32;

use domain::{
    AccountId, Limits, LimitsChange, MicroYuan, NewToken, Platform, PolicyChange, Rate, Scope, TokenId, TokenPolicy,
    UnixTime,
};

use super::super::sample::NOW;
use super::Meter;
use super::sample::{NOON_MS, charge_one, hash, hold_one, id_at, payer, rich, standing, take, taken, token_of};
use crate::{CreatorStore, Resolution, StoreError};

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}

/// The largest number of successes a day that every database can keep.
const QUOTA_MAX: u64 = i64::MAX as u64;

/// Limits of every kind: none, the smallest, the largest, and some alone.
fn every_limits() -> Vec<Limits> {
    let rate = |per_second, burst| Some(Rate { per_second: number(per_second), burst: number(burst) });
    let open = Limits::default();
    vec![
        Limits { rate: rate(1, u32::MAX), concurrent: Some(number(1)), daily_quota: Some(0) },
        Limits { rate: rate(u32::MAX, 1), concurrent: Some(number(u32::MAX)), daily_quota: Some(QUOTA_MAX) },
        Limits { rate: rate(20, 40), ..open },
        Limits { concurrent: Some(number(8)), ..open },
        Limits { daily_quota: Some(1_000), ..open },
        open,
    ]
}

fn every_policy() -> Vec<TokenPolicy> {
    let scope = |text: &str| text.parse::<Scope>().expect(text);
    let platforms = Platform::ALL.map(|platform| Scope { endpoint: "author_cp_info".into(), platform: Some(platform) });
    let ranges = ["192.0.2.7", "192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::1", "::/0"];
    let open = TokenPolicy::default();
    let narrow = TokenPolicy {
        limits: every_limits()[0],
        spending_cap: Some(MicroYuan::ZERO),
        scopes: platforms.into_iter().chain([scope("explain"), scope("*"), scope("*:LIVE_STREAMING")]).collect(),
        header_only: true,
        addresses: ranges.map(|range| range.parse().expect(range)).to_vec(),
    };
    let mut policies: Vec<TokenPolicy> =
        every_limits().into_iter().map(|limits| TokenPolicy { limits, ..narrow.clone() }).collect();
    policies.push(TokenPolicy { spending_cap: Some(MicroYuan::MAX), ..open.clone() });
    policies.push(TokenPolicy { scopes: vec![scope("plan")], ..open.clone() });
    policies.push(TokenPolicy { addresses: vec!["203.0.113.9".parse().expect("an address")], ..open.clone() });
    policies.push(TokenPolicy { header_only: true, ..open.clone() });
    policies.push(open);
    policies
}

/// Nothing is limited where nothing was said; who does not exist has no limits to tell or to set.
pub async fn everything_is_open_at_first<S: Meter>(store: &S) {
    let payer = payer(store, "team").await;
    assert_eq!(store.token_policy(payer.token_id).await.expect("a policy"), TokenPolicy::default());
    assert_eq!(store.account_limits(payer.account_id).await.expect("limits"), Limits::default());
    let (token, account) = (TokenId(payer.token_id.0 + 1_000), AccountId(payer.account_id.0 + 1_000));
    let no_token = |error| matches!(error, StoreError::NoSuchToken(id) if id == token.0);
    let no_account = |error| matches!(error, StoreError::NoSuchAccount(_));
    assert!(no_token(store.token_policy(token).await.expect_err("no policy")));
    assert!(no_token(store.set_token_policy(token, TokenPolicy::default()).await.expect_err("no change")));
    assert!(no_token(store.set_token_expiry(token, None).await.expect_err("no change")));
    assert!(no_account(store.account_limits(account).await.expect_err("no limits")));
    assert!(no_account(store.set_account_limits(account, Limits::default()).await.expect_err("no change")));
}

/// Every field comes back as it was set, of the one token and the one account; the last word counts.
pub async fn policies_and_limits_are_read_back<S: Meter>(store: &S) {
    let [mine, other] = [payer(store, "mine").await, payer(store, "other").await];
    for policy in every_policy() {
        store.set_token_policy(mine.token_id, policy.clone()).await.expect("a change");
        assert_eq!(store.token_policy(mine.token_id).await.expect("a policy"), policy);
    }
    for limits in every_limits() {
        store.set_account_limits(mine.account_id, limits).await.expect("a change");
        assert_eq!(store.account_limits(mine.account_id).await.expect("limits"), limits);
    }
    assert_eq!(store.token_policy(other.token_id).await.expect("a policy"), TokenPolicy::default());
    assert_eq!(store.account_limits(other.account_id).await.expect("limits"), Limits::default());
}

/// What is named changes, the rest stays; a change that does not fit what is there changes nothing.
pub async fn only_what_is_named_changes<S: Meter>(store: &S) {
    let payer = payer(store, "team").await;
    let (policy, limits) = (every_policy().swap_remove(1), every_limits()[0]);
    store.set_token_policy(payer.token_id, policy.clone()).await.expect("a change");
    store.set_account_limits(payer.account_id, limits).await.expect("a change");
    let lifted = PolicyChange { spending_cap: Some(None), ..PolicyChange::default() };
    let changed = store.change_token_policy(payer.token_id, lifted).await.expect("a change");
    assert_eq!(changed, TokenPolicy { spending_cap: None, ..policy });
    assert_eq!(store.token_policy(payer.token_id).await.expect("a policy"), changed);
    let no_rate = LimitsChange { rate_per_second: Some(None), ..LimitsChange::default() };
    let changed = store.change_account_limits(payer.account_id, no_rate).await.expect("a change");
    assert_eq!(changed, Limits { rate: None, ..limits });
    let burst = LimitsChange { rate_burst: Some(Some(number(5))), ..LimitsChange::default() };
    let refused = store.change_account_limits(payer.account_id, burst).await.expect_err("a burst without a rate");
    assert!(matches!(refused, StoreError::Limits(_)), "{refused}");
    assert_eq!(store.account_limits(payer.account_id).await.expect("limits"), changed);
}

/// A token that is made with a policy has it as soon as it is there; one of no account leaves nothing.
pub async fn a_token_is_made_with_its_policy<S: Meter>(store: &S) {
    let payer = payer(store, "team").await;
    for (at, policy) in every_policy().into_iter().enumerate() {
        let name = format!("token {at}");
        let (account_id, hash) = (payer.account_id, hash(&name));
        let token = NewToken { account_id, hash, hint: name, created_at: NOW, expires_at: None };
        let token = store.create_limited_token(token, policy.clone()).await.expect("a token");
        let caller = store.caller(&hash).await.expect("an answer").expect("the caller");
        assert_eq!((caller.token, caller.policy), (token, policy));
    }
    let (account_id, hash) = (AccountId(payer.account_id.0 + 1_000), hash("nobody's"));
    let token = NewToken { account_id, hash, hint: "h".into(), created_at: NOW, expires_at: None };
    assert!(store.create_limited_token(token, every_policy().swap_remove(0)).await.is_err());
    assert_eq!(store.caller(&hash).await.expect("an answer"), None);
}

/// The books know quotas and caps as they were last set, and keep what was used before.
pub async fn limits_bind_at_once<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    taken(charge_one(store, take(payer, 1, 10)).await);
    for (limits, policy) in every_limits().into_iter().zip(every_policy()) {
        store.set_account_limits(payer.account_id, limits).await.expect("a change");
        store.set_token_policy(payer.token_id, policy.clone()).await.expect("a change");
        let now = standing(store, payer).await;
        assert_eq!(now.account.daily_quota, limits.daily_quota);
        assert_eq!((now.token.daily_quota, now.token.spending_cap), (policy.limits.daily_quota, policy.spending_cap));
        assert_eq!((now.account.charged, now.account.quota.used, now.token.quota.used), (MicroYuan(10), 1, 1));
    }
}

/// An endpoint has a price or none; a new price replaces the old one. Prices come by number.
pub async fn prices_are_set_and_replaced<S: Meter>(store: &S) {
    assert!(store.prices().await.expect("the prices").is_empty());
    for (endpoint, price) in [(255, 7), (0, 5), (1, MicroYuan::MAX.0), (0, 0), (255, 8)] {
        store.set_price(endpoint, MicroYuan(price)).await.expect("a change");
    }
    let mut prices = store.prices().await.expect("the prices");
    prices.sort_unstable();
    assert_eq!(prices, [(0, MicroYuan(0)), (1, MicroYuan::MAX), (255, MicroYuan(8))]);
}

/// A hash leads to its token, the token's policy and its account's limits.
pub async fn a_caller_comes_with_all_limits<S: Meter>(store: &S) {
    let [mine, other] = [payer(store, "mine").await, payer(store, "other").await];
    let mine_too = token_of(store, mine.account_id, "mine too").await;
    let (policy, limits) = (every_policy().swap_remove(1), every_limits()[2]);
    store.set_token_policy(mine.token_id, policy.clone()).await.expect("a change");
    store.set_account_limits(mine.account_id, limits).await.expect("a change");
    let open = (TokenPolicy::default(), Limits::default());
    let callers =
        [("mine", mine, (policy, limits)), ("mine too", mine_too, (open.0.clone(), limits)), ("other", other, open)];
    for (name, payer, (policy, limits)) in callers {
        let caller = store.caller(&hash(name)).await.expect("an answer").expect("the caller");
        assert_eq!(Some(&caller.token), store.token_by_hash(&hash(name)).await.expect("an answer").as_ref());
        assert_eq!((caller.token.account_id, caller.token.id), (payer.account_id, payer.token_id));
        assert_eq!((caller.policy, caller.account_limits), (policy, limits), "{name}");
    }
    assert_eq!(store.caller(&hash("nobody")).await.expect("an answer"), None);
}

/// A disabled token is no caller that may be let in, and an expiry is told to the second.
pub async fn only_an_active_token_calls<S: Meter>(store: &S) {
    let payer = payer(store, "team").await;
    for expires_at in [Some(UnixTime(NOW.0 + 1)), Some(UnixTime(0)), Some(UnixTime(u32::MAX)), None] {
        store.set_token_expiry(payer.token_id, expires_at).await.expect("a change");
        let token = store.token_by_hash(&hash("team")).await.expect("an answer").expect("the token");
        assert_eq!(token.expires_at, expires_at);
        let caller = store.caller(&hash("team")).await.expect("an answer");
        let is_active = caller.is_some_and(|caller| caller.token.is_active(NOW));
        assert_eq!(is_active, expires_at != Some(UnixTime(0)), "{expires_at:?}");
    }
    store.set_token_enabled(payer.token_id, false).await.expect("a change");
    let caller = store.caller(&hash("team")).await.expect("an answer");
    assert!(!caller.is_some_and(|caller| caller.token.is_active(NOW)), "disabled");
}

/// What limits callers may be kept in memory until a number grows: it grows with every change of a policy, of limits, of an
/// expiry; a charge, which changes none of them, leaves it alone.
pub async fn changes_grow_the_accounts_generation<S: Meter + CreatorStore>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let read = async || store.generations().await.expect("the generations");
    let mut seen = vec![read().await];
    store.set_token_policy(payer.token_id, every_policy().swap_remove(0)).await.expect("a change");
    seen.push(read().await);
    store.set_account_limits(payer.account_id, every_limits()[2]).await.expect("a change");
    seen.push(read().await);
    store.set_token_expiry(payer.token_id, Some(UnixTime(u32::MAX))).await.expect("a change");
    seen.push(read().await);
    store.set_token_policy(payer.token_id, TokenPolicy::default()).await.expect("a change");
    seen.push(read().await);
    assert!(seen.is_sorted_by(|a, b| a.accounts < b.accounts), "{seen:?}");
    assert!(seen.iter().all(|generations| generations.creators == seen[0].creators), "{seen:?}");

    taken(charge_one(store, take(payer, 1, 10)).await);
    taken(hold_one(store, take(payer, 2, 10), u64::MAX >> 1).await);
    assert!(store.resolve(id_at(NOON_MS, 2), Resolution::Post).await.expect("an answer"));
    store.undo(vec![id_at(NOON_MS, 1)]).await.expect("taken back");
    store.caller(&hash("team")).await.expect("an answer");
    assert!(store.set_token_expiry(TokenId(payer.token_id.0 + 1_000), None).await.is_err());
    assert_eq!(Some(&read().await), seen.last());
}
