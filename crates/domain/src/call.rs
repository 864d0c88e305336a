//! A call: one request to a paid endpoint that was let through to its answer.

use std::fmt;
use std::str::FromStr;

use crate::{AccountId, CreatorKey, MicroYuan, Spoken, TokenId};

/// A call's id, which is the `requestId` of its answer: a UUID of version 7, so that ids sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u128);

impl CallId {
    /// The smallest id of a moment, in milliseconds since the epoch: every id made before it is smaller.
    pub fn first_at(unix_ms: u64) -> Self {
        Self(u128::from(unix_ms) << 80)
    }

    /// The moment the id was made, in milliseconds since the epoch.
    pub fn unix_ms(self) -> u64 {
        u64::try_from(self.0 >> 80).unwrap_or(u64::MAX)
    }
}

impl fmt::Display for CallId {
    /// `01a20f4f-4e76-7069-a0b5-7298ea00b86c`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", self.0);
        write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// The text is no call's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a requestId, such as 01a20f4f-4e76-7069-a0b5-7298ea00b86c")]
pub struct CallIdError;

impl Spoken for CallIdError {
    fn chinese(&self) -> String {
        "应为 requestId，如 01a20f4f-4e76-7069-a0b5-7298ea00b86c".into()
    }
}

impl FromStr for CallId {
    type Err = CallIdError;

    fn from_str(text: &str) -> Result<Self, CallIdError> {
        let dashes = |(at, byte): (usize, u8)| (byte == b'-') == matches!(at, 8 | 13 | 18 | 23);
        if text.len() != 36 || !text.bytes().enumerate().all(dashes) || text.contains('+') {
            return Err(CallIdError);
        }
        u128::from_str_radix(&text.replace('-', ""), 16).map(Self).map_err(|_| CallIdError)
    }
}

/// How a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CallState {
    /// Its price is set aside; it is not known yet how it ends.
    Held = 0,
    /// Charged, and answered as far as the server could.
    Succeeded = 1,
    /// The source said no; nothing is charged.
    Rejected = 2,
    /// Nobody knows: the source was asked and did not answer, or the server died around the answer. Never sent again by
    /// itself; the operator reconciles it.
    Unknown = 3,
    /// The source said yes and sent nothing usable; nothing is charged.
    Unusable = 4,
}

impl CallState {
    /// Every state, by number.
    pub const ALL: [CallState; 5] = [Self::Held, Self::Succeeded, Self::Rejected, Self::Unknown, Self::Unusable];

    /// The number kept in databases; never reused.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The state of a number kept in a database.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// The word for it: `held`, `succeeded`, `rejected`, `unknown`, `unusable`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Succeeded => "succeeded",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Unusable => "unusable",
        }
    }
}

/// A call as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its id.
    pub id: CallId,
    /// Who pays.
    pub account_id: AccountId,
    /// What it was made with.
    pub token_id: TokenId,
    /// The number of the endpoint.
    pub endpoint: u8,
    /// The creator that was asked about, where it was one alone.
    pub key: Option<CreatorKey>,
    /// How it stands.
    pub state: CallState,
    /// What it costs when it succeeds.
    pub price: MicroYuan,
    /// What was charged for it.
    pub charged: MicroYuan,
    /// What was asked of an upstream for it, and may have been billed for nothing; where it is known.
    pub lost: Option<LostPurchase>,
}

/// What an upstream was asked, and may have billed without answering: what is to be looked for in its bill, beside the creator. Calls
/// that asked the same at once have it in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostPurchase {
    /// The upstream, by its name in the settings.
    pub upstream: String,
    /// How it failed: a name of the table in `docs/upstream.md`.
    pub failure: String,
    /// When it was sent, in milliseconds since the epoch.
    pub sent_at_ms: u64,
}

impl Call {
    /// Whether its price was taken. An unknown call is charged when the server died around its answer, and not when its
    /// source did not answer. Where there is no price there is nothing to take.
    pub fn is_charged(&self) -> bool {
        self.charged > MicroYuan::ZERO
    }

    /// Whether it stands in the books for good as long as nobody takes it back: as a success, or as one that may have been.
    pub fn is_taken(&self) -> bool {
        self.state == CallState::Succeeded || self.is_charged()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_text_and_tells_its_moment() {
        let text = "01a20f4f-4e76-7069-a0b5-7298ea00b86c";
        let id: CallId = text.parse().expect(text);
        assert_eq!(id.to_string(), text);
        assert_eq!(id.unix_ms(), 0x01a2_0f4f_4e76);
        assert!(CallId::first_at(id.unix_ms()) <= id && id < CallId::first_at(id.unix_ms() + 1));
        for wrong in ["", "01a20f4f4e767069a0b57298ea00b86c", "01a20f4f-4e76-7069-a0b5-7298ea00b86", &"-".repeat(36)] {
            assert!(wrong.parse::<CallId>().is_err(), "{wrong}");
        }
    }
}
