//! The nouns Astrolabe speaks in: creators' ids, posts, rate cards, money, cost-performance figures, business codes;
//! and the languages it speaks them in.
//!
//! No I/O, no clock, no randomness: every other crate may depend on this one, and it depends on none of them.
//! The contract these types carry is described in `docs/architecture.md`.

mod account;
mod call;
mod code;
mod count;
mod cp_info;
mod creator;
mod history;
mod id;
mod idempotency_key;
mod io_error;
mod lang;
mod micro_yuan;
mod money;
mod note;
mod percent;
mod platform;
mod policy;
mod policy_change;
mod post;
mod profile;
mod rate_card;
mod shown;
mod snapshot;
mod thousands;
mod time;

pub use account::{ADMIN_KEY_PREFIX, Account, AccountId, NewToken, TOKEN_PREFIX, Token, TokenHash, TokenId};
pub use call::{Call, CallId, CallIdError, CallState, LostPurchase};
pub use code::BusinessCode;
pub use count::Count;
pub use cp_info::{CpInfo, HOT_ITEM_POSTS_MAX, PerTier, cost_at_price, cost_per_interaction, cost_per_mille};
pub use creator::{CreatorKey, CreatorState, Reported};
pub use history::{Capture, PostHistory};
pub use id::{AuthorId, IdError, ItemId};
pub use idempotency_key::{IdempotencyKey, IdempotencyKeyError};
pub use lang::{Lang, LangError, Sentence, Spoken, Text};
pub use micro_yuan::MicroYuan;
pub use money::{Fen, MoneyError};
pub use note::{Note, NoteError};
pub use percent::percent;
pub use platform::{Platform, Tier, TierNotSold, UnknownName};
pub use policy::{AddressRange, Limits, PolicyError, Rate, Scope, TokenPolicy};
pub use policy_change::{BurstWithoutRate, LimitsChange, PolicyChange};
pub use post::Post;
pub use profile::{Label, LabelError, Profile, Told};
pub use rate_card::{Price, RateCard};
pub use shown::shown;
pub use snapshot::{Range, Snapshot, SnapshotSource};
pub use thousands::{CHINESE_UNITS, thousands};
pub use time::{TimeError, UnixTime};
