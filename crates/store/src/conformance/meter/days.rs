//! Quotas and usage by the day in Asia/Shanghai, which a call's id decides.

use domain::{CallState, Limits, MicroYuan, TokenPolicy};
use ledger::{Day, Quota, Refusal};

use super::Meter;
use super::sample::{
    ENDPOINT, HOUR_MS, MIDNIGHT_MS, NOON_MS, Payer, all_usage, charge_one, hold_one, refused, rich, standing, sums,
    take_at, taken, token_of,
};
use crate::{Resolution, Usage};

/// The day of noon, by the calendar: 2026-06-10.
const DAY: i32 = 20_614;

async fn account_quota<S: Meter>(store: &S, payer: Payer, daily_quota: u64) {
    let limits = Limits { daily_quota: Some(daily_quota), ..Limits::default() };
    store.set_account_limits(payer.account_id, limits).await.expect("a change");
}

async fn token_quota<S: Meter>(store: &S, payer: Payer, daily_quota: u64) {
    let limits = Limits { daily_quota: Some(daily_quota), ..Limits::default() };
    let policy = TokenPolicy { limits, ..TokenPolicy::default() };
    store.set_token_policy(payer.token_id, policy).await.expect("a change");
}

/// Calls a tenth of a second apart, at 15:59:59.9 and 16:00:00.0 UTC, count on two days.
pub async fn the_day_changes_at_sixteen_hours_utc<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let takes = [(MIDNIGHT_MS - 100, 10), (MIDNIGHT_MS, 20)].into_iter().zip(1..);
    let takes = takes.map(|((at_ms, price), serial)| take_at(payer, at_ms, serial, price)).collect();
    let used: Vec<(i32, u64)> = store
        .charge(takes)
        .await
        .expect("outcomes")
        .into_iter()
        .map(|outcome| taken(outcome).account.quota)
        .map(|quota| (quota.day.number(), quota.used))
        .collect();
    assert_eq!(used, [(DAY, 1), (DAY + 1, 1)]);
    let usage: Vec<_> = all_usage(store).await.iter().map(|row| (row.day.number(), row.calls, row.charged.0)).collect();
    assert_eq!(usage, [(DAY, 1, 10), (DAY + 1, 1, 20)]);

    for (from, to, days) in
        [(DAY, DAY, 1), (DAY + 1, DAY + 1, 1), (DAY, DAY + 1, 2), (DAY + 2, DAY + 9, 0), (DAY + 1, DAY, 0)]
    {
        let (from, to) = (Day::from_number(from), Day::from_number(to));
        assert_eq!(store.usage(None, from, to).await.expect("the usage").len(), days, "{from} to {to}");
    }
}

/// One more than the quota is refused until the day is over, to the millisecond; the next day has a whole quota again.
pub async fn a_quota_is_whole_again_the_next_day<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    account_quota(store, payer, 3).await;
    let mut serial = 0;
    for start_ms in [NOON_MS, MIDNIGHT_MS, MIDNIGHT_MS + 24 * HOUR_MS] {
        for minute in 0..3 {
            serial += 1;
            let take = take_at(payer, start_ms + minute * 60_000, serial, 1);
            let at_once = minute > 0;
            let outcome =
                if at_once { charge_one(store, take).await } else { hold_one(store, take, u64::MAX >> 1).await };
            let account = taken(outcome).account;
            assert_eq!(account.quota.used, minute + 1);
        }
        let day = Day::of(start_ms);
        for late_ms in [start_ms + 200_000, day.ends_at_ms() - 1] {
            let one_more = refused(charge_one(store, take_at(payer, late_ms, 99, 1)).await);
            assert_eq!(one_more, Refusal::AccountQuota { daily_quota: 3 });
        }
    }
    assert_eq!(sums(store, payer).await, [91, 6, 3]);
}

/// A token's quota stops that token; the account's stops all of its tokens together.
pub async fn a_tokens_quota_is_its_own<S: Meter>(store: &S) {
    let first = rich(store, "first", 100).await;
    let second = token_of(store, first.account_id, "second").await;
    token_quota(store, first, 2).await;
    account_quota(store, first, 5).await;
    let mut outcomes = Vec::new();
    for serial in 1..=4 {
        for (payer, offset) in [(first, 0), (second, 10)] {
            let outcome = charge_one(store, take_at(payer, NOON_MS, serial + offset, 1)).await;
            outcomes.push(match outcome {
                crate::Taken::Taken(_) => "taken",
                crate::Taken::Refused(Refusal::TokenQuota { daily_quota: 2 }) => "token",
                crate::Taken::Refused(Refusal::AccountQuota { daily_quota: 5 }) => "account",
                other => panic!("{other:?}"),
            });
        }
    }
    assert_eq!(outcomes, ["taken", "taken", "taken", "taken", "token", "taken", "account", "account"]);
    let [of_first, of_second] = [standing(store, first).await, standing(store, second).await];
    assert_eq!((of_first.token.quota.used, of_second.token.quota.used, of_first.account.quota.used), (2, 3, 5));
}

/// A call of the day before counts against the day that has begun: a clock set back opens no day a second time.
pub async fn a_clock_set_back_opens_no_day<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    account_quota(store, payer, 2).await;
    taken(charge_one(store, take_at(payer, MIDNIGHT_MS, 1, 1)).await);
    taken(charge_one(store, take_at(payer, MIDNIGHT_MS - 1, 2, 1)).await);
    for at_ms in [MIDNIGHT_MS - 1, MIDNIGHT_MS, NOON_MS] {
        let one_more = refused(charge_one(store, take_at(payer, at_ms, 3, 1)).await);
        assert_eq!(one_more, Refusal::AccountQuota { daily_quota: 2 });
    }
    let usage: Vec<_> = all_usage(store).await.iter().map(|row| (row.day.number(), row.calls)).collect();
    assert_eq!(usage, [(DAY, 1), (DAY + 1, 1)], "used on the day of the call all the same");
}

/// What cost nothing and counted against nothing is in the usage alone. A quota that is set within the day knows of it, and of what is on hold,
/// for it is about the whole day; on the next it is whole.
pub async fn a_quota_that_is_set_knows_the_day_so_far<S: Meter>(store: &S) {
    let first = rich(store, "first", 100).await;
    let second = token_of(store, first.account_id, "second").await;
    let free = |payer: Payer, day: i32, calls| Usage {
        day: Day::from_number(day),
        account_id: payer.account_id,
        token_id: payer.token_id,
        endpoint: ENDPOINT,
        calls,
        charged: MicroYuan::ZERO,
    };
    let usage = vec![free(first, DAY - 1, 50), free(first, DAY, 3), free(second, DAY, 2)];
    store.count_free(usage).await.expect("counted");
    taken(charge_one(store, take_at(first, NOON_MS, 1, 1)).await);
    let on_hold = take_at(first, NOON_MS, 2, 1);
    taken(hold_one(store, on_hold.clone(), u64::MAX >> 1).await);
    let day = Day::from_number(DAY);
    account_quota(store, first, 8).await;
    token_quota(store, first, 6).await;
    let books = standing(store, first).await;
    let quotas = (books.account.quota, books.token.quota);
    assert_eq!(quotas, (Quota { day, used: 3 + 2 + 1 + 1 }, Quota { day, used: 3 + 1 + 1 }));
    assert_eq!(standing(store, second).await.token.quota.used, 0, "it has no quota");

    // Another size of the quota begins nothing anew.
    store.count_free(vec![free(first, DAY, 9)]).await.expect("counted");
    account_quota(store, first, 8).await;
    assert_eq!(standing(store, first).await.account.quota, quotas.0);
    taken(charge_one(store, take_at(second, NOON_MS, 3, 1)).await);
    let one_more = refused(charge_one(store, take_at(second, NOON_MS, 4, 1)).await);
    assert_eq!(one_more, Refusal::AccountQuota { daily_quota: 8 });
    assert!(store.resolve(on_hold.id, Resolution::Void(CallState::Rejected)).await.expect("an answer"));
    taken(charge_one(store, take_at(second, NOON_MS, 5, 1)).await);
    let tomorrow = taken(charge_one(store, take_at(first, MIDNIGHT_MS, 6, 1)).await);
    assert_eq!((tomorrow.account.quota.used, tomorrow.token.quota.used), (1, 1));
}

/// Where more was counted, or on a later day, that stays.
pub async fn a_quota_that_is_set_again_gives_nothing_back<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    for (at_ms, serial) in [(MIDNIGHT_MS, 1), (MIDNIGHT_MS - 1, 2), (MIDNIGHT_MS - 1, 3)] {
        taken(charge_one(store, take_at(payer, at_ms, serial, 1)).await);
    }
    let counted = standing(store, payer).await;
    assert_eq!(counted.account.quota, Quota { day: Day::from_number(DAY + 1), used: 3 }, "a clock was set back");
    for quota in [5, 4] {
        store.set_account_limits(payer.account_id, Limits::default()).await.expect("a change");
        account_quota(store, payer, quota).await;
        token_quota(store, payer, quota).await;
        let now = standing(store, payer).await;
        assert_eq!((now.account.quota, now.token.quota), (counted.account.quota, counted.token.quota));
        store.set_token_policy(payer.token_id, TokenPolicy::default()).await.expect("a change");
    }
    let nobody = super::sample::payer(store, "new").await;
    account_quota(store, nobody, 1).await;
    assert_eq!(standing(store, nobody).await.account.quota.used, 0);
}
