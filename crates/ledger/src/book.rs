//! The books of accounts and tokens, and the only ways in which they change. Each function checks everything first and
//! then changes everything, so a refusal leaves no trace.

use domain::{Call, MicroYuan};

use crate::Day;

/// Successes of one day. The later day is the larger, and of one day the more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quota {
    /// The day they are of.
    pub day: Day,
    /// How many.
    pub used: u64,
}

impl Quota {
    /// How many were used on `day`: none, when the last ones were on another day. An earlier one too, so that a clock set
    /// back never opens a day twice.
    pub fn used_on(&self, day: Day) -> u64 {
        if day > self.day { 0 } else { self.used }
    }

    /// Begins to count, where successes so far may have been counted elsewhere alone: what cost nothing and counted against nothing.
    pub fn begin(&mut self, so_far: Self) {
        *self = (*self).max(so_far);
    }

    fn add(&mut self, day: Day) {
        *self = Self { used: self.used_on(day) + 1, day: self.day.max(day) };
    }

    fn give_back(&mut self, day: Day) {
        if self.day == day {
            self.used = self.used.saturating_sub(1);
        }
    }
}

/// What an account has, owes and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountBook {
    /// Everything ever topped up, less what was taken out again.
    pub credited: MicroYuan,
    /// Everything ever charged.
    pub charged: MicroYuan,
    /// What holds have set aside.
    pub held: MicroYuan,
    /// The successes of the last day with any.
    pub quota: Quota,
    /// The most successes a day; any number, when none.
    pub daily_quota: Option<u64>,
}

/// What a token spent and used, of its account's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBook {
    /// Everything ever charged.
    pub charged: MicroYuan,
    /// What holds have set aside.
    pub held: MicroYuan,
    /// The successes of the last day with any.
    pub quota: Quota,
    /// The most successes a day; any number, when none.
    pub daily_quota: Option<u64>,
    /// The most it may ever spend; anything, when none.
    pub spending_cap: Option<MicroYuan>,
}

/// Why nothing was taken, in the order in which the contract decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The account's successes of the day are used up (code 303).
    AccountQuota {
        /// The quota.
        daily_quota: u64,
    },
    /// The token's successes of the day are used up (code 303).
    TokenQuota {
        /// The quota.
        daily_quota: u64,
    },
    /// The token would spend more than it ever may (code 602).
    SpendingCap {
        /// The cap.
        spending_cap: MicroYuan,
    },
    /// The account has less than the price (code 601).
    Balance {
        /// What it has.
        balance: MicroYuan,
    },
}

impl AccountBook {
    /// A new account's book.
    pub fn new(day: Day) -> Self {
        let zero = MicroYuan::ZERO;
        Self { credited: zero, charged: zero, held: zero, quota: Quota { day, used: 0 }, daily_quota: None }
    }

    /// What can be spent: never below zero, or the book is broken.
    pub fn balance(&self) -> MicroYuan {
        self.credited.minus(self.charged.plus(self.held)).unwrap_or_default()
    }

    /// Successes left on a day; any number, when none.
    pub fn quota_left(&self, day: Day) -> Option<u64> {
        self.daily_quota.map(|quota| quota.saturating_sub(self.quota.used_on(day)))
    }
}

impl TokenBook {
    /// A new token's book.
    pub fn new(day: Day) -> Self {
        let quota = Quota { day, used: 0 };
        Self { charged: MicroYuan::ZERO, held: MicroYuan::ZERO, quota, daily_quota: None, spending_cap: None }
    }

    /// What was spent or set aside.
    pub fn spent(&self) -> MicroYuan {
        self.charged.plus(self.held)
    }

    /// Successes left on a day; any number, when none.
    pub fn quota_left(&self, day: Day) -> Option<u64> {
        self.daily_quota.map(|quota| quota.saturating_sub(self.quota.used_on(day)))
    }
}

/// Whether one more success of `price` may be taken on `day`.
///
/// # Errors
/// The first [`Refusal`] in the contract's order.
pub fn check(account: &AccountBook, token: &TokenBook, price: MicroYuan, day: Day) -> Result<(), Refusal> {
    check_account_quota(account, day)?;
    check_token_quota(token, day)?;
    check_money(account, token, price)
}

fn check_account_quota(account: &AccountBook, day: Day) -> Result<(), Refusal> {
    let used_up = account.daily_quota.filter(|_| account.quota_left(day) == Some(0));
    used_up.map_or(Ok(()), |daily_quota| Err(Refusal::AccountQuota { daily_quota }))
}

fn check_token_quota(token: &TokenBook, day: Day) -> Result<(), Refusal> {
    let used_up = token.daily_quota.filter(|_| token.quota_left(day) == Some(0));
    used_up.map_or(Ok(()), |daily_quota| Err(Refusal::TokenQuota { daily_quota }))
}

fn check_money(account: &AccountBook, token: &TokenBook, price: MicroYuan) -> Result<(), Refusal> {
    if let Some(spending_cap) = token.spending_cap.filter(|cap| token.spent().plus(price) > *cap) {
        return Err(Refusal::SpendingCap { spending_cap });
    }
    let balance = account.balance();
    if balance < price { Err(Refusal::Balance { balance }) } else { Ok(()) }
}

/// Charges a success.
///
/// # Errors
/// The [`Refusal`]; nothing changed then.
pub fn charge(account: &mut AccountBook, token: &mut TokenBook, price: MicroYuan, day: Day) -> Result<(), Refusal> {
    check(account, token, price, day)?;
    add_charge(account, token, price);
    account.quota.add(day);
    token.quota.add(day);
    Ok(())
}

/// Sets the price of a success aside, before it is known whether it becomes one.
///
/// # Errors
/// The [`Refusal`]; nothing changed then.
pub fn hold(account: &mut AccountBook, token: &mut TokenBook, price: MicroYuan, day: Day) -> Result<(), Refusal> {
    check(account, token, price, day)?;
    account.held = account.held.plus(price);
    token.held = token.held.plus(price);
    account.quota.add(day);
    token.quota.add(day);
    Ok(())
}

/// Charges what a hold set aside: the call was a success. Whoever calls this resolves the hold, once.
pub fn post(account: &mut AccountBook, token: &mut TokenBook, held: MicroYuan) {
    release(account, token, held);
    add_charge(account, token, held);
}

/// Gives back what a hold set aside on `day`: the call was no success. Whoever calls this resolves the hold, once.
pub fn void(account: &mut AccountBook, token: &mut TokenBook, held: MicroYuan, day: Day) {
    release(account, token, held);
    account.quota.give_back(day);
    token.quota.give_back(day);
}

/// Gives back what was charged for a call of `day` that turned out to be no success. Whoever calls this does so once.
pub fn refund(account: &mut AccountBook, token: &mut TokenBook, charged: MicroYuan, day: Day) {
    account.charged = account.charged.minus(charged).unwrap_or_default();
    token.charged = token.charged.minus(charged).unwrap_or_default();
    account.quota.give_back(day);
    token.quota.give_back(day);
}

/// What settling an unknown call changes in what was used on its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Its price was charged: one success more.
    Charged,
    /// What was charged for it was given back: one success less.
    GivenBack,
    /// Nothing: it was charged already, or was not.
    AsItWas,
}

/// Settles an unknown call: as a success, which charges its price unless it is charged, or as rejected, which gives back what was
/// charged. Whoever calls this does so once.
///
/// # Errors
/// The [`Refusal`] of a charge; nothing changed then.
pub fn reconcile(
    account: &mut AccountBook,
    token: &mut TokenBook,
    call: &Call,
    succeeded: bool,
) -> Result<Settled, Refusal> {
    let day = Day::of(call.id.unix_ms());
    match (succeeded, call.is_charged()) {
        (true, false) => charge_late(account, token, call.price, day).map(|()| Settled::Charged),
        (false, true) => {
            refund(account, token, call.charged, day);
            Ok(Settled::GivenBack)
        }
        (true, true) | (false, false) => Ok(Settled::AsItWas),
    }
}

/// Charges a success of `day`, which may have passed: then what was used on it is not known any more, and today's quota is of no
/// concern to it.
fn charge_late(account: &mut AccountBook, token: &mut TokenBook, price: MicroYuan, day: Day) -> Result<(), Refusal> {
    let (of_account, of_token) = (day >= account.quota.day, day >= token.quota.day);
    if of_account {
        check_account_quota(account, day)?;
    }
    if of_token {
        check_token_quota(token, day)?;
    }
    check_money(account, token, price)?;
    add_charge(account, token, price);
    if of_account {
        account.quota.add(day);
    }
    if of_token {
        token.quota.add(day);
    }
    Ok(())
}

fn add_charge(account: &mut AccountBook, token: &mut TokenBook, price: MicroYuan) {
    account.charged = account.charged.plus(price);
    token.charged = token.charged.plus(price);
}

fn release(account: &mut AccountBook, token: &mut TokenBook, held: MicroYuan) {
    account.held = account.held.minus(held).unwrap_or_default();
    token.held = token.held.minus(held).unwrap_or_default();
}

/// Credits an account. Gives the sum back when the account may not have that much.
///
/// # Errors
/// The largest amount that may be credited.
pub fn top_up(account: &mut AccountBook, amount: MicroYuan) -> Result<(), MicroYuan> {
    let room = MicroYuan::MAX.minus(account.credited).unwrap_or_default();
    if amount > room {
        return Err(room);
    }
    account.credited = account.credited.plus(amount);
    Ok(())
}

/// Takes money out of an account again. Gives the balance back when it is less: what is held stays.
///
/// # Errors
/// The balance.
pub fn withdraw(account: &mut AccountBook, amount: MicroYuan) -> Result<(), MicroYuan> {
    let balance = account.balance();
    match account.credited.minus(amount) {
        Some(credited) if amount <= balance => {
            account.credited = credited;
            Ok(())
        }
        _ => Err(balance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Day = Day::EPOCH;

    fn books(credited: u64) -> (AccountBook, TokenBook) {
        let mut account = AccountBook::new(DAY);
        top_up(&mut account, MicroYuan(credited)).expect("room");
        (account, TokenBook::new(DAY))
    }

    #[test]
    fn the_first_reason_in_the_contracts_order_is_told() {
        let (mut account, mut token) = books(5);
        let price = MicroYuan(10);
        assert_eq!(check(&account, &token, price, DAY), Err(Refusal::Balance { balance: MicroYuan(5) }));
        token.spending_cap = Some(MicroYuan(9));
        assert!(matches!(check(&account, &token, price, DAY), Err(Refusal::SpendingCap { .. })));
        token.daily_quota = Some(0);
        assert!(matches!(check(&account, &token, price, DAY), Err(Refusal::TokenQuota { .. })));
        account.daily_quota = Some(0);
        assert!(matches!(check(&account, &token, price, DAY), Err(Refusal::AccountQuota { .. })));
    }

    #[test]
    fn everything_can_be_spent_and_nothing_more() {
        let (mut account, mut token) = books(25);
        assert_eq!(charge(&mut account, &mut token, MicroYuan(10), DAY), Ok(()));
        assert_eq!(hold(&mut account, &mut token, MicroYuan(10), DAY), Ok(()));
        let before = (account, token);
        assert_eq!(
            charge(&mut account, &mut token, MicroYuan(10), DAY),
            Err(Refusal::Balance { balance: MicroYuan(5) })
        );
        assert_eq!((account, token), before);
        void(&mut account, &mut token, MicroYuan(10), DAY);
        assert_eq!((account.balance(), account.quota.used), (MicroYuan(15), 1));
        assert_eq!(hold(&mut account, &mut token, MicroYuan(15), DAY), Ok(()));
        post(&mut account, &mut token, MicroYuan(15));
        assert_eq!((account.balance(), token.charged, account.quota.used), (MicroYuan(0), MicroYuan(25), 2));
    }

    #[test]
    fn a_cap_is_spent_to_the_last_and_counts_what_is_held() {
        let (mut account, mut token) = books(100);
        token.spending_cap = Some(MicroYuan(30));
        charge(&mut account, &mut token, MicroYuan(10), DAY).expect("taken");
        hold(&mut account, &mut token, MicroYuan(10), DAY).expect("taken");
        let over = charge(&mut account, &mut token, MicroYuan(11), DAY);
        assert_eq!(over, Err(Refusal::SpendingCap { spending_cap: MicroYuan(30) }));
        assert_eq!(charge(&mut account, &mut token, MicroYuan(10), DAY), Ok(()));
        assert_eq!((token.spent(), account.balance()), (MicroYuan(30), MicroYuan(70)));
    }

    #[test]
    fn a_refund_takes_back_money_and_the_success_of_its_day() {
        let (mut account, mut token) = books(25);
        charge(&mut account, &mut token, MicroYuan(10), DAY).expect("taken");
        let before = (account, token);
        charge(&mut account, &mut token, MicroYuan(15), DAY).expect("taken");
        refund(&mut account, &mut token, MicroYuan(15), DAY);
        assert_eq!((account, token), before);
    }

    #[test]
    fn an_account_may_be_credited_with_the_largest_amount_and_nothing_more() {
        let (mut account, _) = books(25);
        let room = MicroYuan(MicroYuan::MAX.0 - 25);
        assert_eq!(top_up(&mut account, MicroYuan(room.0 + 1)), Err(room));
        assert_eq!(top_up(&mut account, room), Ok(()));
        assert_eq!((account.credited, top_up(&mut account, MicroYuan(1))), (MicroYuan::MAX, Err(MicroYuan::ZERO)));
    }

    #[test]
    fn a_count_that_begins_late_keeps_the_larger_one_of_the_later_day() {
        let quota = |day: Day, used| Quota { day, used };
        let next = Day::from_number(DAY.number() + 1);
        for (before, so_far, after) in [
            (quota(DAY, 2), quota(DAY, 5), quota(DAY, 5)),
            (quota(DAY, 5), quota(DAY, 2), quota(DAY, 5)),
            (quota(DAY, 5), quota(next, 1), quota(next, 1)),
            (quota(next, 0), quota(DAY, 9), quota(next, 0)),
        ] {
            let mut begun = before;
            begun.begin(so_far);
            assert_eq!(begun, after, "{before:?} {so_far:?}");
        }
    }

    #[test]
    fn what_is_not_spent_nor_held_can_be_taken_out_again() {
        let (mut account, mut token) = books(25);
        charge(&mut account, &mut token, MicroYuan(5), DAY).expect("taken");
        hold(&mut account, &mut token, MicroYuan(10), DAY).expect("taken");
        assert_eq!(withdraw(&mut account, MicroYuan(11)), Err(MicroYuan(10)));
        assert_eq!(withdraw(&mut account, MicroYuan(10)), Ok(()));
        assert_eq!((account.credited, account.balance()), (MicroYuan(15), MicroYuan(0)));
        assert_eq!(withdraw(&mut account, MicroYuan(1)), Err(MicroYuan(0)));
    }

    #[test]
    fn a_quota_is_whole_again_the_next_day_and_a_clock_set_back_opens_none() {
        let (mut account, mut token) = books(0);
        account.daily_quota = Some(2);
        let next = Day::from_number(DAY.number() + 1);
        for (day, taken) in
            [(DAY, true), (DAY, true), (DAY, false), (next, true), (DAY, true), (DAY, false), (next, false)]
        {
            assert_eq!(charge(&mut account, &mut token, MicroYuan(0), day).is_ok(), taken, "{day}");
        }
    }

    #[test]
    fn a_call_of_a_day_that_has_passed_is_settled_beside_todays_quota() {
        let (mut account, mut token) = books(25);
        let today = Day::from_number(DAY.number() + 1);
        (account.daily_quota, token.daily_quota) = (Some(1), Some(2));
        charge(&mut account, &mut token, MicroYuan(5), today).expect("taken");
        let before = account.quota;
        assert_eq!(charge_late(&mut account, &mut token, MicroYuan(10), DAY), Ok(()));
        assert_eq!((account.quota, token.quota, account.balance()), (before, before, MicroYuan(10)));
        let late = charge_late(&mut account, &mut token, MicroYuan(11), DAY);
        assert_eq!(late, Err(Refusal::Balance { balance: MicroYuan(10) }));
        let late = charge_late(&mut account, &mut token, MicroYuan(1), today);
        assert_eq!(late, Err(Refusal::AccountQuota { daily_quota: 1 }), "one of today is of today's quota");
        account.daily_quota = None;
        assert_eq!(charge_late(&mut account, &mut token, MicroYuan(1), today), Ok(()));
        assert_eq!((account.quota.used, token.quota.used), (2, 2));
    }

    #[test]
    fn a_hold_voided_on_another_day_gives_no_quota_back() {
        let (mut account, mut token) = books(0);
        let next = Day::from_number(DAY.number() + 1);
        hold(&mut account, &mut token, MicroYuan(0), DAY).expect("taken");
        charge(&mut account, &mut token, MicroYuan(0), next).expect("taken");
        void(&mut account, &mut token, MicroYuan(0), DAY);
        assert_eq!((account.quota.day, account.quota.used), (next, 1));
    }
}
