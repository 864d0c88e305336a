//! The business codes of the contract. Clients decide by these, never by the HTTP status.

/// The `code` of an answer. The order in which they are decided is the pipeline's, see `docs/architecture.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum BusinessCode {
    /// Answered; the only code that is billed.
    Success = 0,
    /// The token is missing, unknown, disabled or expired: one answer for all, so that nobody can probe.
    InvalidToken = 100,
    /// Every source failed; worth another try.
    CollectionFailed = 301,
    /// Too many requests in a short time.
    RateLimited = 302,
    /// The account's successes of this day (Asia/Shanghai) are used up.
    DailyQuotaExceeded = 303,
    /// A parameter is missing or wrong, or the creator is unknown.
    InvalidParameter = 400,
    /// No such path.
    NotFound = 404,
    /// A fault of the server's.
    Internal = 500,
    /// The token may not use this endpoint or platform.
    PermissionDenied = 600,
    /// The account's balance does not cover the price.
    InsufficientBalance = 601,
    /// The token's lifetime spending cap is reached.
    SpendingCapReached = 602,
}

impl BusinessCode {
    /// Every code, by number.
    pub const ALL: [BusinessCode; 11] = [
        Self::Success,
        Self::InvalidToken,
        Self::CollectionFailed,
        Self::RateLimited,
        Self::DailyQuotaExceeded,
        Self::InvalidParameter,
        Self::NotFound,
        Self::Internal,
        Self::PermissionDenied,
        Self::InsufficientBalance,
        Self::SpendingCapReached,
    ];

    /// The number on the wire.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The code of a number on the wire.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }

    /// The HTTP status that goes with the code, unless the operator restored the old habit of 200 for all.
    pub fn http_status(self) -> u16 {
        match self {
            Self::Success => 200,
            Self::InvalidToken => 401,
            Self::CollectionFailed => 503,
            Self::RateLimited | Self::DailyQuotaExceeded | Self::SpendingCapReached => 429,
            Self::InvalidParameter => 400,
            Self::NotFound => 404,
            Self::Internal => 500,
            Self::PermissionDenied => 403,
            Self::InsufficientBalance => 402,
        }
    }
}
