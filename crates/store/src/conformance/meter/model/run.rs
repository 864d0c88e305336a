//! One run: random steps, each done to the store and to the model, and compared.

use domain::{CallId, CallState, Limits, MicroYuan, TokenPolicy};
use fastrand::Rng;

use super::super::Meter;
use super::super::sample::{HOUR_MS, NOON_MS, Payer, id_at, payer, take_at, take_once, token_of, top_up};
use super::books::{Account, Call, Done, Model, Outcome, Token};
use super::compare;
use crate::{Moved, Resolution, ServerId, Take, Unanswered};

/// A store, the model beside it, and what they did so far.
pub(super) struct Run<'s, S> {
    pub(super) store: &'s S,
    pub(super) model: Model,
    pub(super) payers: [Payer; 4],
    rng: Rng,
    seed: u64,
    /// Steps so far.
    step: u32,
    now_ms: u64,
    /// The last id's number; the numbers of a run are its own.
    serial: u64,
    /// The ids of all charges, taken or not, and of all holds that were taken.
    charges: Vec<CallId>,
    holds: Vec<CallId>,
}

impl<S> Run<'_, S> {
    /// The same run on the same books, opened anew; or closed, on `()`.
    pub(super) fn on<T>(self, store: &T) -> Run<'_, T> {
        let Run { store: _, model, payers, rng, seed, step, now_ms, serial, charges, holds } = self;
        Run { store, model, payers, rng, seed, step, now_ms, serial, charges, holds }
    }
}

impl<'s, S: Meter> Run<'s, S> {
    /// Makes two accounts with two tokens each.
    pub(super) async fn new(store: &'s S, seed: u64, number: u64) -> Self {
        let first = payer(store, &format!("{seed}/0/0")).await;
        let second = payer(store, &format!("{seed}/1/0")).await;
        let first_too = token_of(store, first.account_id, &format!("{seed}/0/1")).await;
        let second_too = token_of(store, second.account_id, &format!("{seed}/1/1")).await;
        let payers = [first, first_too, second, second_too];
        let mut model = Model::default();
        for payer in payers {
            let account = payer.account_id.0;
            model.accounts.insert(account, Account::default());
            model.tokens.insert(payer.token_id.0, Token { account, ..Token::default() });
        }
        let (rng, serial, now_ms) = (Rng::with_seed(seed), number << 32, NOON_MS);
        Self { store, model, payers, rng, seed, step: 0, now_ms, serial, charges: Vec::new(), holds: Vec::new() }
    }

    /// Where the run is, for messages.
    pub(super) fn place(&self) -> String {
        format!("ASTROLABE_TEST_SEED={}, step {}", self.seed, self.step)
    }

    /// Lets time pass, does something, and compares how somebody stands.
    pub(super) async fn step(&mut self) {
        self.step += 1;
        self.now_ms += match self.rng.u8(..100) {
            0 => self.rng.u64(24 * HOUR_MS..26 * HOUR_MS),
            1..5 => self.rng.u64(..13 * HOUR_MS),
            5..15 => self.rng.u64(..2 * HOUR_MS),
            _ => self.rng.u64(..3_000),
        };
        match self.rng.u8(..100) {
            0..10 => self.top_up().await,
            10..45 => self.charge().await,
            45..60 => self.hold().await,
            60..74 => self.resolve().await,
            74..79 => self.expire().await,
            79..84 => self.undo().await,
            84..88 => self.reconcile().await,
            88..92 => self.give_up().await,
            92..94 => self.answer_after_all().await,
            94..97 => self.limit().await,
            97 => self.fail().await,
            _ => self.ask_for_a_key().await,
        }
        let payer = self.payer();
        compare::standing(self, payer).await;
    }

    fn payer(&mut self) -> Payer {
        self.payers[self.rng.usize(..4)]
    }

    async fn top_up(&mut self) {
        let payer = self.payer();
        // Of few amounts and with few keys, so that a key comes again: with the same account and amount, or with others.
        let key = format!("{}/{}", self.seed, self.rng.u32(self.step.saturating_sub(20)..=self.step) / 5);
        let now = (payer.account_id.0, self.rng.u64(2..=3) * 17);
        let before = self.model.top_ups.get(&key).copied();
        let outcome = self.store.move_money(top_up(payer, now.1, &key)).await.expect("an answer");
        if before.is_none() {
            self.model.top_ups.insert(key, now);
            self.model.account(now.0).credited += now.1;
        }
        let credited = match (before, outcome) {
            (None, Moved::Now(book)) => book.credited,
            (Some(before), Moved::Before(book)) if before == now => book.credited,
            (Some(before), Moved::KeyTaken) if before != now => return,
            other => panic!("{}: {other:?} for {now:?}", self.place()),
        };
        assert_eq!(credited.0, self.model.accounts[&now.0].credited, "{}", self.place());
    }

    /// Takes of several payers, of this moment or of shortly before.
    fn takes(&mut self, with_keys: bool) -> Vec<Take> {
        let mut takes = Vec::new();
        for _ in 0..self.rng.u64(1..=5) {
            self.serial += 1;
            let (payer, price) = (self.payer(), self.rng.u64(..12));
            let endpoint = self.rng.u8(1..3);
            let is_once = with_keys && self.rng.u8(..3) == 0;
            // Only without a key: whether a key is still known is asked for this moment too.
            let at_ms = if is_once { self.now_ms } else { self.now_ms - self.rng.u64(..200) };
            let take = Take { endpoint, ..take_at(payer, at_ms, self.serial, price) };
            let (key, request) = (format!("key {}", self.rng.u8(..8)), self.rng.u8(..2));
            takes.push(if is_once { take_once(take, &key, request) } else { take });
        }
        takes
    }

    fn expected(&mut self, takes: &[Take], state: CallState, expires_at_ms: u64) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for take in takes {
            let call = Call {
                account: take.account_id.0,
                token: take.token_id.0,
                endpoint: take.endpoint,
                at_ms: take.id.unix_ms(),
                price: take.price.0,
                state,
                charged: if state == CallState::Succeeded { take.price.0 } else { 0 },
                expires_at_ms,
            };
            let once = take
                .once
                .clone()
                .map(|once| (once.key, Done { id: take.id.0, request: once.request, answer: once.answer }));
            outcomes.push(self.model.take(take.id.0, call, once));
        }
        outcomes
    }

    async fn charge(&mut self) {
        let takes = self.takes(true);
        self.charges.extend(takes.iter().map(|take| take.id));
        let expected = self.expected(&takes, CallState::Succeeded, 0);
        let note = self.note();
        let outcomes = self.store.charge_noting(takes.clone(), note.clone()).await.expect("outcomes");
        compare::outcomes(self, &takes, outcomes, expected);
        let Some(Unanswered { server, beat, calls }) = note else { return };
        let taken = takes.iter().map(|take| take.id.0).filter(|id| self.model.calls.contains_key(id));
        let taken: Vec<u128> = taken.collect();
        if !taken.is_empty() {
            let calls = calls.iter().map(|id| id.0).chain(taken).collect();
            self.model.notes.insert(server.0, (beat, calls));
        }
    }

    /// What one of two servers says that it has not answered; now and then nobody says anything.
    fn note(&mut self) -> Option<Unanswered> {
        let server = ServerId(self.rng.i64(..3));
        let charges = self.charges.clone();
        let calls = (0..self.rng.u8(..4)).map(|_| self.one_of(&charges)).collect();
        (server.0 > 0).then_some(Unanswered { server, beat: i64::from(self.step), calls })
    }

    /// One of the servers dies, or says that it lives.
    async fn give_up(&mut self) {
        let server = ServerId(self.rng.i64(1..3));
        if self.rng.u8(..4) == 0 {
            let calls = self.note().map(|note| note.calls).unwrap_or_default();
            let beat = i64::from(self.step);
            self.model.notes.remove(&server.0);
            if !calls.is_empty() {
                self.model.notes.insert(server.0, (beat, calls.iter().map(|id| id.0).collect()));
            }
            self.store.note(Unanswered { server, beat, calls }).await.expect("a note");
        } else {
            let beat = self.model.notes.get(&server.0).map_or(0, |note| note.0) - i64::from(self.rng.u8(..8) == 0);
            let unknown = self.store.give_up(server, beat).await.expect("an answer");
            assert_eq!(unknown, self.model.give_up(server.0, beat), "{}: {server:?} {beat}", self.place());
        }
        compare::notes(self).await;
    }

    async fn answer_after_all(&mut self) {
        let charges = self.charges.clone();
        let ids: Vec<CallId> = (0..self.rng.u8(1..4)).map(|_| self.one_of(&charges)).collect();
        self.model.answered(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
        self.store.answered(ids).await.expect("an answer");
    }

    async fn hold(&mut self) {
        let takes = self.takes(false);
        let expires_at_ms = self.now_ms + [self.rng.u64(..5_000), self.rng.u64(..20 * HOUR_MS)][self.rng.usize(..2)];
        let expected = self.expected(&takes, CallState::Held, expires_at_ms);
        self.holds.extend(takes.iter().map(|take| take.id).filter(|id| self.model.calls.contains_key(&id.0)));
        let outcomes = self.store.hold(takes.clone(), expires_at_ms).await.expect("outcomes");
        compare::outcomes(self, &takes, outcomes, expected);
    }

    /// One of the last ids, mostly: of those before, most are settled.
    fn one_of(&mut self, ids: &[CallId]) -> CallId {
        let first = if self.rng.u8(..4) == 0 { 0 } else { ids.len().saturating_sub(8) };
        self.rng.choice(&ids[first..]).copied().unwrap_or(id_at(self.now_ms, self.serial + 1))
    }

    async fn resolve(&mut self) {
        let id = self.one_of(&self.holds.clone());
        let voids = [CallState::Rejected, CallState::Unknown, CallState::Unusable];
        let (state, resolution) = match self.rng.bool() {
            true => (CallState::Succeeded, Resolution::Post),
            false => voids.map(|state| (state, Resolution::Void(state)))[self.rng.usize(..3)],
        };
        let resolved = self.store.resolve(id, resolution).await.expect("an answer");
        assert_eq!(resolved, self.model.resolve(id.0, state), "{}: {id} as {state:?}", self.place());
    }

    async fn expire(&mut self) {
        let mut expired = self.store.expire_holds(self.now_ms).await.expect("calls");
        expired.sort_unstable();
        assert_eq!(expired, self.model.expire(self.now_ms), "{}", self.place());
    }

    async fn undo(&mut self) {
        let charges = self.charges.clone();
        let ids: Vec<CallId> = (0..self.rng.u8(1..4)).map(|_| self.one_of(&charges)).collect();
        self.model.undo(&ids.iter().map(|id| id.0).collect::<Vec<_>>());
        self.store.undo(ids).await.expect("taken back");
    }

    async fn reconcile(&mut self) {
        let unknown = self.model.calls.iter().filter(|(_, call)| call.state == CallState::Unknown);
        let unknown: Vec<CallId> = unknown.map(|(id, _)| CallId(*id)).collect();
        let any = self.holds.clone();
        let ids = if unknown.is_empty() || self.rng.u8(..8) == 0 { &any } else { &unknown };
        let (id, succeeded) = (self.one_of(ids), self.rng.bool());
        let settled = self.store.reconcile(id, succeeded).await.expect("an answer");
        assert_eq!(settled, self.model.reconcile(id.0, succeeded), "{}: {id} {succeeded}", self.place());
    }

    async fn limit(&mut self) {
        let payer = self.payer();
        let daily_quota = Some(self.rng.u64(..25)).filter(|_| self.rng.u8(..3) > 0);
        let limits = Limits { daily_quota, ..Limits::default() };
        if self.rng.bool() {
            self.model.account(payer.account_id.0).counter.limit = daily_quota;
            return self.store.set_account_limits(payer.account_id, limits).await.expect("a change");
        }
        let cap = Some(self.rng.u64(..400)).filter(|_| self.rng.bool());
        let token = self.model.token(payer.token_id.0);
        (token.counter.limit, token.cap) = (daily_quota, cap);
        let policy = TokenPolicy { limits, spending_cap: cap.map(MicroYuan), ..TokenPolicy::default() };
        self.store.set_token_policy(payer.token_id, policy).await.expect("a change");
    }

    /// A batch that is a mistake: its last take is of a token that is none of its account's. It changes nothing.
    async fn fail(&mut self) {
        let mut takes = self.takes(true);
        let (account_id, token_id) = (self.payers[0].account_id, self.payers[3].token_id);
        takes.push(take_at(Payer { account_id, token_id }, self.now_ms, self.serial + 1, 1));
        let result = self.store.charge(takes).await;
        assert!(result.is_err(), "{}: {result:?}", self.place());
    }

    async fn ask_for_a_key(&mut self) {
        let (payer, key) = (self.payer(), format!("key {}", self.rng.u8(..8)));
        let known = self.store.done_once(payer.account_id, &key, self.now_ms).await.expect("an answer");
        let expected = self.model.done_at(&(payer.account_id.0, key), self.now_ms).cloned();
        assert_eq!(known.map(compare::done), expected, "{}", self.place());
    }

    /// Ends all holds, and compares everything there is.
    pub(super) async fn finish(mut self) {
        self.now_ms += 100 * 24 * HOUR_MS;
        self.expire().await;
        compare::everything(&self).await;
    }
}
