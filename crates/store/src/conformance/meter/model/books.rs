//! The model: every call and every limit in plain maps. What is charged and held is not kept but added up from the calls
//! whenever it is asked for, so that no sum can drift from them.

use std::collections::BTreeMap;

use domain::{CallId, CallState, MicroYuan};
use ledger::Refusal;

use crate::{Once, Reconciled};

/// Successes of the last day with any, and how many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counter {
    pub(super) day: u64,
    pub(super) used: u64,
    pub(super) limit: Option<u64>,
}

impl Counter {
    /// The limit, where it is reached.
    fn reached(&self, day: u64) -> Option<u64> {
        let used = if day > self.day { 0 } else { self.used };
        self.limit.filter(|limit| used >= *limit)
    }

    fn up(&mut self, day: u64) {
        if day > self.day {
            (self.day, self.used) = (day, 0);
        }
        self.used += 1;
    }

    /// Whether a call of a day is of its concern, where the call may be settled on a later one.
    fn is_of(&self, day: u64) -> bool {
        day >= self.day
    }

    fn down(&mut self, day: u64) {
        if day == self.day {
            assert!(self.used > 0, "the model gives back what nobody took");
            self.used -= 1;
        }
    }
}

/// An account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Account {
    pub(super) credited: u64,
    pub(super) counter: Counter,
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Token {
    pub(super) account: i64,
    pub(super) counter: Counter,
    pub(super) cap: Option<u64>,
}

/// A call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) account: i64,
    pub(super) token: i64,
    pub(super) endpoint: u8,
    pub(super) at_ms: u64,
    pub(super) price: u64,
    pub(super) state: CallState,
    /// What is charged for it.
    pub(super) charged: u64,
    /// When it is voided at the latest, where it is held.
    pub(super) expires_at_ms: u64,
}

impl Call {
    /// Whether it stands as a success, or as one that may have been.
    pub(super) fn is_taken(&self) -> bool {
        self.state == CallState::Succeeded || self.charged > 0
    }
}

/// What was done under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) id: u128,
    pub(super) request: [u8; 32],
    pub(super) answer: Vec<u8>,
}

/// What became of a take.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Taken(Standing),
    Refused(Refusal),
    Before(Done),
}

/// How an account and a token stand.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) credited: u64,
    pub(super) charged: [u64; 2],
    pub(super) held: [u64; 2],
    pub(super) counters: [Counter; 2],
    pub(super) cap: Option<u64>,
}

/// Everything.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) accounts: BTreeMap<i64, Account>,
    pub(super) tokens: BTreeMap<i64, Token>,
    pub(super) calls: BTreeMap<u128, Call>,
    pub(super) done: BTreeMap<(i64, String), Done>,
    pub(super) top_ups: BTreeMap<String, (i64, u64)>,
    /// The notes of servers: the beat, and the calls.
    pub(super) notes: BTreeMap<i64, (i64, Vec<u128>)>,
}

/// The day in Shanghai, eight hours before UTC all year.
pub(super) fn day(at_ms: u64) -> u64 {
    (at_ms + 8 * 3_600_000) / 86_400_000
}

impl Model {
    /// Decides a take; `once` is its key with what is done under it.
    pub(super) fn take(&mut self, id: u128, call: Call, once: Option<(String, Done)>) -> Outcome {
        let once = once.map(|(key, done)| ((call.account, key), done));
        if let Some(before) = once.as_ref().and_then(|(key, _)| self.done_at(key, call.at_ms)) {
            return Outcome::Before(before.clone());
        }
        if let Some(refusal) = self.refusal(&call) {
            return Outcome::Refused(refusal);
        }
        self.count(&call);
        self.calls.insert(id, call);
        self.done.extend(once);
        Outcome::Taken(self.standing(call.token))
    }

    /// What was done under a key that stands at a moment still.
    pub(super) fn done_at(&self, key: &(i64, String), now_ms: u64) -> Option<&Done> {
        self.done.get(key).filter(|done| now_ms < self.calls[&done.id].at_ms + Once::KEPT_MS)
    }

    fn refusal(&self, call: &Call) -> Option<Refusal> {
        let (counters, day) = (self.standing(call.token).counters, day(call.at_ms));
        if let Some(daily_quota) = counters[0].reached(day) {
            return Some(Refusal::AccountQuota { daily_quota });
        }
        if let Some(daily_quota) = counters[1].reached(day) {
            return Some(Refusal::TokenQuota { daily_quota });
        }
        self.refusal_of_money(call)
    }

    /// As that of a call made now, but for quotas of days that have begun since.
    fn refusal_late(&self, call: &Call) -> Option<Refusal> {
        let (counters, day) = (self.standing(call.token).counters, day(call.at_ms));
        let reached = counters.map(|counter| counter.reached(day).filter(|_| counter.is_of(day)));
        match reached {
            [Some(daily_quota), _] => Some(Refusal::AccountQuota { daily_quota }),
            [None, Some(daily_quota)] => Some(Refusal::TokenQuota { daily_quota }),
            [None, None] => self.refusal_of_money(call),
        }
    }

    fn refusal_of_money(&self, call: &Call) -> Option<Refusal> {
        let standing = self.standing(call.token);
        if let Some(cap) = standing.cap.filter(|cap| standing.charged[1] + standing.held[1] + call.price > *cap) {
            return Some(Refusal::SpendingCap { spending_cap: MicroYuan(cap) });
        }
        let balance = standing.credited - standing.charged[0] - standing.held[0];
        (call.price > balance).then_some(Refusal::Balance { balance: MicroYuan(balance) })
    }

    fn count(&mut self, call: &Call) {
        let day = day(call.at_ms);
        self.account(call.account).counter.up(day);
        self.token(call.token).counter.up(day);
    }

    fn count_late(&mut self, call: &Call) {
        let day = day(call.at_ms);
        let counter = &mut self.account(call.account).counter;
        if counter.is_of(day) {
            counter.up(day);
        }
        let counter = &mut self.token(call.token).counter;
        if counter.is_of(day) {
            counter.up(day);
        }
    }

    fn uncount(&mut self, call: &Call) {
        let day = day(call.at_ms);
        self.account(call.account).counter.down(day);
        self.token(call.token).counter.down(day);
    }

    /// Takes back charged calls.
    pub(super) fn undo(&mut self, ids: &[u128]) {
        for id in ids {
            if self.calls.get(id).is_some_and(Call::is_taken) {
                self.take_back(*id);
            }
        }
    }

    fn take_back(&mut self, id: u128) {
        let call = self.calls[&id];
        self.uncount(&call);
        self.set_state(id, CallState::Rejected);
        self.done.retain(|_, done| done.id != id);
    }

    /// Gives a server up; the number of calls that become unknown, where it has a note of this beat.
    pub(super) fn give_up(&mut self, server: i64, beat: i64) -> Option<u64> {
        self.notes.get(&server).filter(|note| note.0 == beat)?;
        let (_, calls) = self.notes.remove(&server)?;
        Some(self.change(&calls, CallState::Succeeded, CallState::Unknown))
    }

    /// Says that calls were answered.
    pub(super) fn answered(&mut self, ids: &[u128]) {
        self.change(ids, CallState::Unknown, CallState::Succeeded);
    }

    fn change(&mut self, ids: &[u128], from: CallState, to: CallState) -> u64 {
        let is_one = |call: &&mut Call| call.state == from && call.charged > 0;
        let changed = self.calls.iter_mut().filter(|(id, _)| ids.contains(id)).map(|(_, call)| call).filter(is_one);
        changed.map(|call| call.state = to).count() as u64
    }

    /// Resolves a hold: as a success, or as a state that is none.
    pub(super) fn resolve(&mut self, id: u128, state: CallState) -> bool {
        let Some(call) = self.calls.get(&id).copied().filter(|call| call.state == CallState::Held) else {
            return false;
        };
        if state != CallState::Succeeded {
            self.uncount(&call);
        }
        self.set_state(id, state);
        true
    }

    /// Voids expired holds, and gives their calls in order.
    pub(super) fn expire(&mut self, now_ms: u64) -> Vec<CallId> {
        let is_expired = |call: &Call| call.state == CallState::Held && call.expires_at_ms <= now_ms;
        let expired = self.calls.iter().filter(|(_, call)| is_expired(call));
        let mut expired: Vec<CallId> = expired.map(|(id, _)| CallId(*id)).collect();
        expired.retain(|id| self.resolve(id.0, CallState::Unknown));
        expired
    }

    /// Settles an unknown call.
    pub(super) fn reconcile(&mut self, id: u128, succeeded: bool) -> Reconciled {
        let call = self.calls.get(&id).copied().filter(|call| call.state == CallState::Unknown);
        let Some(call) = call else { return Reconciled::NotUnknown };
        match (succeeded, call.charged > 0) {
            (true, true) => self.set_state(id, CallState::Succeeded),
            (false, true) => self.take_back(id),
            (false, false) => self.set_state(id, CallState::Rejected),
            (true, false) => match self.refusal_late(&call) {
                Some(refusal) => return Reconciled::Refused(refusal),
                None => {
                    self.count_late(&call);
                    self.set_state(id, CallState::Succeeded);
                }
            },
        }
        Reconciled::Settled
    }

    /// How a token and its account stand.
    pub(super) fn standing(&self, token_id: i64) -> Standing {
        let token = self.tokens[&token_id];
        let account = self.accounts[&token.account];
        let sums = |amount: fn(&Call) -> u64| {
            let of_account = self.calls.values().filter(|call| call.account == token.account);
            let of_token = self.calls.values().filter(|call| call.token == token_id);
            [of_account.map(amount).sum(), of_token.map(amount).sum()]
        };
        Standing {
            credited: account.credited,
            charged: sums(|call| call.charged),
            held: sums(|call| if call.state == CallState::Held { call.price } else { 0 }),
            counters: [account.counter, token.counter],
            cap: token.cap,
        }
    }

    fn set_state(&mut self, id: u128, state: CallState) {
        let call = self.calls.get_mut(&id).expect("a call of the model");
        call.state = state;
        call.charged = if state == CallState::Succeeded { call.price } else { 0 };
    }

    pub(super) fn account(&mut self, id: i64) -> &mut Account {
        self.accounts.get_mut(&id).expect("an account of the model")
    }

    pub(super) fn token(&mut self, id: i64) -> &mut Token {
        self.tokens.get_mut(&id).expect("a token of the model")
    }
}
