//! Money and limits. One method is one durable transaction; what may be spent is decided in it, by the functions of
//! `ledger`, never before it.

use async_trait::async_trait;
use domain::{
    AccountId, Call, CallId, CallState, CreatorKey, IdempotencyKey, Limits, LimitsChange, LostPurchase, MicroYuan,
    Note, PolicyChange, Token, TokenHash, TokenId, TokenPolicy,
};
use ledger::{AccountBook, Day, Refusal, TokenBook};

use crate::{AuditEntry, AuditFilter, Change, Period, StoreError};

/// A call whose price is to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// Its id; never used before. Its moment decides the day whose quota it counts against.
    pub id: CallId,
    /// Who pays.
    pub account_id: AccountId,
    /// What it is made with; one of the account's.
    pub token_id: TokenId,
    /// The number of the endpoint.
    pub endpoint: u8,
    /// The creator that is asked about, where it is one alone.
    pub key: Option<CreatorKey>,
    /// What it costs.
    pub price: MicroYuan,
    /// What makes it happen at most once, where the caller sent an idempotency key.
    pub once: Option<Once>,
}

/// An idempotency key with what is done under it. Keys are an account's own, and last for [`Once::KEPT_MS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The key the caller chose.
    pub key: String,
    /// A digest of the request: another one under the same key is refused.
    pub request: [u8; 32],
    /// The answer, to be given again.
    pub answer: Vec<u8>,
}

impl Once {
    /// How long a key stands for what was done under it: 24 hours, from the moment of its call on.
    pub const KEPT_MS: u64 = 24 * 3_600_000;

    /// Whether what a call did under its key stands for it at a moment still.
    pub fn lasts(call: CallId, now_ms: u64) -> bool {
        now_ms < call.unix_ms().saturating_add(Self::KEPT_MS)
    }

    /// The first call whose key may stand for something at a moment still: those before it stand for nothing.
    pub fn kept_since(now_ms: u64) -> CallId {
        CallId::first_at(now_ms.saturating_sub(Self::KEPT_MS))
    }
}

/// What was done under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The call.
    pub id: CallId,
    /// A digest of its request.
    pub request: [u8; 32],
    /// Its answer.
    pub answer: Vec<u8>,
}

/// A serving process: a number that it drew when it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(pub i64);

/// As people are told it: 16 hexadecimal digits.
impl std::fmt::Display for ServerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What a server has charged and not answered yet. It is kept so that others know when the server dies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// The server.
    pub server: ServerId,
    /// Larger in each note of a server than in the one before: that it grows tells others that the server lives.
    pub beat: i64,
    /// The calls.
    pub calls: Vec<CallId>,
}

/// What became of a [`Take`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The price was taken; this is how the books stand after it.
    Taken(Standing),
    /// Nothing was taken, and this is why.
    Refused(Refusal),
    /// Nothing was taken: something was done under the idempotency key before.
    Before(Done),
}

/// How an account and a token of it stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The account's book.
    pub account: AccountBook,
    /// The token's book.
    pub token: TokenBook,
}

/// How a held call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// With a success: what was held is charged.
    Post,
    /// Otherwise, as this state says: what was held is given back.
    Void(CallState),
}

/// A hold that is to be resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The call.
    pub id: CallId,
    /// How it ended.
    pub resolution: Resolution,
    /// Of a success: the answer to be given again under the call's idempotency key, where it has one. Until then the key
    /// stands for the answer that came with the hold.
    pub answer: Option<Vec<u8>>,
    /// What was asked of an upstream for it, and may have been billed for nothing: kept with the call.
    pub lost: Option<LostPurchase>,
}

impl Resolved {
    /// A hold that ended so, and nothing else to be kept of it.
    pub fn new(id: CallId, resolution: Resolution) -> Self {
        Self { id, resolution, answer: None, lost: None }
    }
}

/// What became of a call that was to be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconciled {
    /// It is settled.
    Settled,
    /// It is not unknown (any more): nothing changed.
    NotUnknown,
    /// Its price cannot be charged: it stays unknown.
    Refused(Refusal),
}

/// Calls that wait for their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unsettled {
    /// Their price is set aside until it is known how they end.
    pub held: u64,
    /// Nobody knows how they ended: an operator settles them.
    pub unknown: u64,
}

/// Money that an operator moves into an account, or out of it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Which way.
    pub kind: MovementKind,
    /// Whose.
    pub account_id: AccountId,
    /// How much; more than nothing.
    pub amount: MicroYuan,
    /// What makes it happen once, for ever: the same key moves nothing again. Each kind has keys of its own.
    pub key: IdempotencyKey,
    /// When, in milliseconds since the epoch.
    pub at_ms: u64,
    /// What the operator noted.
    pub note: Note,
}

/// Which way money is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MovementKind {
    /// Into an account.
    TopUp,
    /// Out of it again: of a top-up that was wrong, or paid back. At most the balance, so nothing that is held.
    Withdrawal,
}

impl MovementKind {
    /// Its name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TopUp => "top_up",
            Self::Withdrawal => "withdrawal",
        }
    }

    /// The kind of its number in [`MOVEMENTS`].
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for any other number.
    pub fn of_way(way: i64) -> Result<Self, StoreError> {
        match way {
            0 => Ok(Self::TopUp),
            1 => Ok(Self::Withdrawal),
            way => Err(StoreError::Corrupt(format!("a movement of way {way}"))),
        }
    }

    /// The table that keeps such movements by their keys.
    pub const fn table(self) -> &'static str {
        match self {
            Self::TopUp => "top_ups",
            Self::Withdrawal => "withdrawals",
        }
    }

    /// Moves an amount.
    ///
    /// # Errors
    /// With the most that could be moved: nothing was.
    pub fn apply(self, book: &mut AccountBook, amount: MicroYuan) -> Result<(), MicroYuan> {
        match self {
            Self::TopUp => ledger::top_up(book, amount),
            Self::Withdrawal => ledger::withdraw(book, amount),
        }
    }
}

/// Which movements of an account are listed: newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovementFilter {
    /// Whose.
    pub account_id: AccountId,
    /// Only those of a period.
    pub period: Period,
    /// At most so many.
    pub limit: u32,
}

/// A movement that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastMovement {
    /// Which way.
    pub kind: MovementKind,
    /// How much.
    pub amount: MicroYuan,
    /// The key it was made under.
    pub key: String,
    /// When, in milliseconds since the epoch.
    pub at_ms: u64,
    /// What the operator noted.
    pub note: String,
    /// What was credited in all after it: top-ups less withdrawals. What was charged by then nothing tells.
    pub credited: MicroYuan,
}

/// Movements as both databases read them: which way (0 is in), amount, key, moment, note, and what was credited in all after each;
/// `$1` is whose, `$2` and `$3` are the ends of the period, `$4` is how many.
pub const MOVEMENTS: &str = "
    SELECT way, amount, idempotency_key, at_ms, note, CAST(credited AS bigint) FROM (
        SELECT way, number, amount, idempotency_key, at_ms, note,
            sum(CASE way WHEN 0 THEN amount ELSE -amount END) OVER (ORDER BY at_ms, way, number) AS credited
        FROM (
            SELECT 0 AS way, top_up_id AS number, amount_micro_yuan AS amount, idempotency_key, at_ms, note
            FROM top_ups WHERE account_id = $1
            UNION ALL SELECT 1, withdrawal_id, amount_micro_yuan, idempotency_key, at_ms, note
            FROM withdrawals WHERE account_id = $1) AS moved) AS summed
    WHERE at_ms >= $2 AND at_ms < $3 ORDER BY at_ms DESC, way DESC, number DESC LIMIT $4";

/// What became of a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Moved now.
    Now(AccountBook),
    /// Moved before, under the same key, of the same account and as much.
    Before(AccountBook),
    /// The key stands for another account or amount.
    KeyTaken,
    /// Nothing was moved: this is the most that could be.
    TooMuch(MicroYuan),
}

/// Who calls, with everything that limits them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The token.
    pub token: Token,
    /// What the token may do.
    pub policy: TokenPolicy,
    /// The limits of its account.
    pub account_limits: Limits,
}

/// Which calls are listed: newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallFilter {
    /// Only an account's.
    pub account_id: Option<AccountId>,
    /// Only a token's.
    pub token_id: Option<TokenId>,
    /// Only those that stand so.
    pub state: Option<CallState>,
    /// Only those for which an upstream was asked that billed them for nothing, or may have: [`Call::lost`].
    pub lost: bool,
    /// Only those made in a period.
    pub period: Period,
    /// Only those before this one: the last one of the page before.
    pub before: Option<CallId>,
    /// At most so many.
    pub limit: u32,
}

impl CallFilter {
    /// The first id that may be listed, and the first one behind those: ids sort by the moments of their calls.
    pub fn ids(&self) -> [CallId; 2] {
        let until = self.period.until_ms.map_or(CallId(u128::MAX), CallId::first_at);
        let before = self.before.map_or(until, |before| CallId(before.0.min(until.0)));
        [CallId::first_at(self.period.since_ms), before]
    }
}

/// What was used on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// The day.
    pub day: Day,
    /// Whose.
    pub account_id: AccountId,
    /// With which token.
    pub token_id: TokenId,
    /// The number of the endpoint.
    pub endpoint: u8,
    /// Successes.
    pub calls: u64,
    /// What they cost.
    pub charged: MicroYuan,
}

/// Keeps books, calls and prices. Every change that an operator makes is in the audit log, in one transaction with it.
#[async_trait]
pub trait MeterStore: Send + Sync {
    /// Charges successes, in order, each decided by itself. All of it is durable on return; after an error it is not known
    /// to be, and [`MeterStore::undo`] makes sure that nothing was charged.
    async fn charge(&self, takes: Vec<Take>) -> Result<Vec<Taken>, StoreError> {
        self.charge_noting(takes, None).await
    }

    /// As [`MeterStore::charge`]. In the same transaction, where anything is taken, the note replaces the one of its server:
    /// with its own calls and those that are taken.
    async fn charge_noting(&self, takes: Vec<Take>, note: Option<Unanswered>) -> Result<Vec<Taken>, StoreError>;

    /// Replaces the note of a server; a note without calls removes it.
    async fn note(&self, note: Unanswered) -> Result<(), StoreError>;

    /// The servers that have a note, with its beat.
    async fn notes(&self) -> Result<Vec<(ServerId, i64)>, StoreError>;

    /// Gives a server up: what its note names and what is charged becomes unknown and stays charged, and the note is removed.
    /// Gives the number of calls; `None` where the server has no note with this beat (any more).
    async fn give_up(&self, server: ServerId, beat: i64) -> Result<Option<u64>, StoreError>;

    /// Says that calls were answered after all: those that are unknown and charged succeeded, the others stay as they are; and
    /// no note names them any more, so that they do not become unknown with the server that charged them.
    async fn answered(&self, ids: Vec<CallId>) -> Result<(), StoreError>;

    /// Takes back what [`MeterStore::charge`] may have charged before it failed; calls that it did not charge are no error.
    /// They are kept as rejected, whether or not the server was given up meanwhile.
    async fn undo(&self, ids: Vec<CallId>) -> Result<(), StoreError>;

    /// Sets prices aside until they are resolved, at the latest at `expires_at_ms`.
    async fn hold(&self, takes: Vec<Take>, expires_at_ms: u64) -> Result<Vec<Taken>, StoreError> {
        self.hold_as(takes, expires_at_ms, None).await
    }

    /// As [`MeterStore::hold`]. The holds are a server's, where one is named, and end with it at the latest, once it is known to be dead.
    async fn hold_as(
        &self,
        takes: Vec<Take>,
        expires_at_ms: u64,
        server: Option<ServerId>,
    ) -> Result<Vec<Taken>, StoreError>;

    /// Resolves a hold. False when there is none (any more): a hold is resolved once.
    async fn resolve(&self, id: CallId, resolution: Resolution) -> Result<bool, StoreError> {
        let resolved = self.resolve_noting(vec![Resolved::new(id, resolution)], None).await?;
        Ok(resolved == [true])
    }

    /// As [`MeterStore::resolve`], many at once. In the same transaction, where anything is posted, the note replaces the one of
    /// its server: with its own calls and those that are posted.
    async fn resolve_noting(&self, resolved: Vec<Resolved>, note: Option<Unanswered>) -> Result<Vec<bool>, StoreError>;

    /// Voids the holds that have expired by `now_ms`; their calls are unknown. Gives these calls.
    async fn expire_holds(&self, now_ms: u64) -> Result<Vec<CallId>, StoreError>;

    /// Voids the holds of a server that is dead for certain, as if they had expired; their calls are unknown. Gives these calls.
    async fn give_up_holds(&self, server: ServerId) -> Result<Vec<CallId>, StoreError>;

    /// How many calls that were made on a day are on hold, by account and token: they count against the day's quotas.
    async fn held_calls(&self, day: Day) -> Result<Vec<(AccountId, TokenId, u64)>, StoreError>;

    /// How many calls wait for their end. Reads as many rows, and no others.
    async fn unsettled(&self) -> Result<Unsettled, StoreError>;

    /// Settles an unknown call: as a success, which charges its price, or as rejected, which gives back what was charged.
    async fn reconcile(&self, id: CallId, succeeded: bool) -> Result<Reconciled, StoreError>;

    /// How an account and one of its tokens stand.
    ///
    /// # Errors
    /// [`StoreError::NoSuchToken`] when the token is none of the account's.
    async fn standing(&self, account_id: AccountId, token_id: TokenId) -> Result<Standing, StoreError>;

    /// How an account stands.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`].
    async fn account_book(&self, account_id: AccountId) -> Result<AccountBook, StoreError>;

    /// What was done under an account's idempotency key in the [`Once::KEPT_MS`] before `now_ms`.
    async fn done_once(&self, account_id: AccountId, key: &str, now_ms: u64) -> Result<Option<Done>, StoreError>;

    /// What the calls under some of an account's idempotency keys cost in the [`Once::KEPT_MS`] before `now_ms`: what was charged, or
    /// the price of what is held. In the order of the keys; `None` where nothing was done.
    async fn costs_once(
        &self,
        account_id: AccountId,
        keys: Vec<String>,
        now_ms: u64,
    ) -> Result<Vec<Option<MicroYuan>>, StoreError>;

    /// Moves money into an account or out of it again.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`].
    async fn move_money(&self, movement: Movement) -> Result<Moved, StoreError>;

    /// The movements of an account, newest first.
    async fn movements(&self, filter: MovementFilter) -> Result<Vec<PastMovement>, StoreError>;

    /// The active token of a keyed hash, with what limits it.
    async fn caller(&self, hash: &TokenHash) -> Result<Option<Caller>, StoreError>;

    /// What a token may do.
    ///
    /// # Errors
    /// [`StoreError::NoSuchToken`].
    async fn token_policy(&self, id: TokenId) -> Result<TokenPolicy, StoreError>;

    /// Changes what is named of what a token may do, from now on, and gives all of it: what others change at the same time
    /// stays changed. A daily quota where none was begins with the day's successes so far, as the usage has them.
    ///
    /// # Errors
    /// [`StoreError::NoSuchToken`]; [`StoreError::Limits`] when the change does not fit what is there.
    async fn change_token_policy(&self, id: TokenId, change: PolicyChange) -> Result<TokenPolicy, StoreError>;

    /// Says everything of what a token may do, from now on.
    ///
    /// # Errors
    /// [`StoreError::NoSuchToken`].
    async fn set_token_policy(&self, id: TokenId, policy: TokenPolicy) -> Result<(), StoreError> {
        self.change_token_policy(id, PolicyChange::to(policy)).await.map(drop)
    }

    /// From when on a token is refused; never, when none.
    ///
    /// # Errors
    /// [`StoreError::NoSuchToken`].
    async fn set_token_expiry(&self, id: TokenId, expires_at: Option<domain::UnixTime>) -> Result<(), StoreError>;

    /// The limits of an account.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`].
    async fn account_limits(&self, id: AccountId) -> Result<Limits, StoreError>;

    /// Changes what is named of an account's limits, from now on, and gives all of them: what others change at the same time
    /// stays changed. A daily quota begins as that of a token does.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`]; [`StoreError::Limits`] when the change does not fit what is there.
    async fn change_account_limits(&self, id: AccountId, change: LimitsChange) -> Result<Limits, StoreError>;

    /// Says all limits of an account, from now on.
    ///
    /// # Errors
    /// [`StoreError::NoSuchAccount`].
    async fn set_account_limits(&self, id: AccountId, limits: Limits) -> Result<(), StoreError> {
        self.change_account_limits(id, LimitsChange::to(limits)).await.map(drop)
    }

    /// The prices of endpoints, by number; those without one cost nothing.
    async fn prices(&self) -> Result<Vec<(u8, MicroYuan)>, StoreError>;

    /// Sets the price of an endpoint, from now on.
    async fn set_price(&self, endpoint: u8, price: MicroYuan) -> Result<(), StoreError>;

    /// A call.
    async fn call(&self, id: CallId) -> Result<Option<Call>, StoreError>;

    /// Calls, newest first.
    async fn calls(&self, filter: CallFilter) -> Result<Vec<Call>, StoreError>;

    /// What was used from one day to another, both included, by day, account, token and endpoint.
    async fn usage(&self, account_id: Option<AccountId>, from: Day, to: Day) -> Result<Vec<Usage>, StoreError>;

    /// The changes operators made, newest first.
    async fn audit_log(&self, filter: AuditFilter) -> Result<Vec<AuditEntry>, StoreError>;

    /// Notes a change in the audit log that is made elsewhere than in the ledger.
    async fn note_change(&self, change: Change) -> Result<(), StoreError>;

    /// Adds successes that cost nothing to the usage, without calls of their own.
    async fn count_free(&self, usage: Vec<Usage>) -> Result<(), StoreError>;

    /// Forgets settled calls made before a moment; books and usage keep what they cost. At most `limit` at once, so that
    /// nobody waits long; gives the number forgotten.
    async fn forget_calls(&self, before_ms: u64, limit: u32) -> Result<u64, StoreError>;
}
