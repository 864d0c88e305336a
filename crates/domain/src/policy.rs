//! What accounts and tokens may do: rates, quotas, caps, scopes, addresses. Everything is open where nothing is said.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::str::FromStr;

use crate::{MicroYuan, Platform, Spoken};

/// How often one may ask: `per_second` in the long run, and `burst` at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second.
    pub per_second: NonZeroU32,
    /// Requests at once, after a pause.
    pub burst: NonZeroU32,
}

/// The limits that accounts and tokens both have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Requests a second; any, when none.
    pub rate: Option<Rate>,
    /// Requests being answered at the same time; any number, when none.
    pub concurrent: Option<NonZeroU32>,
    /// Successes a calendar day in Asia/Shanghai; any number, when none.
    pub daily_quota: Option<u64>,
}

impl Limits {
    /// Whether these have a daily quota where the ones before had none.
    pub fn begin_a_quota(&self, before: &Self) -> bool {
        self.daily_quota.is_some() && before.daily_quota.is_none()
    }
}

impl fmt::Display for Limits {
    /// `rate 10/s burst 20, concurrent 4, daily quota 1000`, or `no limits`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.rate.map(|rate| format!("rate {}/s burst {}", rate.per_second, rate.burst)),
            self.concurrent.map(|max| format!("concurrent {max}")),
            self.daily_quota.map(|quota| format!("daily quota {quota}")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(if parts.is_empty() { "no limits".to_owned() } else { parts.join(", ") }.as_str())
    }
}

/// What a token may do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenPolicy {
    /// Its limits, apart from those of its account.
    pub limits: Limits,
    /// The most it may ever spend; anything its account has, when none.
    pub spending_cap: Option<MicroYuan>,
    /// Where it may ask; everywhere, when empty.
    pub scopes: Vec<Scope>,
    /// Whether it is refused in the query string, where it would end up in logs.
    pub header_only: bool,
    /// From where it may ask; from everywhere, when empty.
    pub addresses: Vec<AddressRange>,
}

impl TokenPolicy {
    /// Whether the token may ask this endpoint about this platform; `None` where the request names no valid platform.
    pub fn allows(&self, endpoint: &str, platform: Option<Platform>) -> bool {
        self.scopes.is_empty() || self.scopes.iter().any(|scope| scope.covers(endpoint, platform))
    }

    /// Whether the token may be used from an address.
    pub fn allows_from(&self, address: IpAddr) -> bool {
        self.addresses.is_empty() || self.addresses.iter().any(|range| range.contains(address))
    }
}

impl fmt::Display for TokenPolicy {
    /// The limits, then what else is said: `no limits, cap 5 yuan, scopes author_cp_info, header only, from 192.0.2.0/24`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |items: &[String]| (!items.is_empty()).then(|| items.join(" "));
        let scopes: Vec<String> = self.scopes.iter().map(ToString::to_string).collect();
        let addresses: Vec<String> = self.addresses.iter().map(ToString::to_string).collect();
        let parts = [
            self.spending_cap.map(|cap| format!("cap {cap} yuan")),
            list(&scopes).map(|scopes| format!("scopes {scopes}")),
            self.header_only.then(|| "header only".to_owned()),
            list(&addresses).map(|addresses| format!("from {addresses}")),
        ];
        write!(f, "{}", self.limits)?;
        parts.into_iter().flatten().try_for_each(|part| write!(f, ", {part}"))
    }
}

/// An endpoint, or one platform of it: `author_cp_info` or `author_cp_info:SHORT_VIDEO`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The endpoint's short name, or `*` for every endpoint.
    pub endpoint: String,
    /// Every platform, when none.
    pub platform: Option<Platform>,
}

impl Scope {
    fn covers(&self, endpoint: &str, platform: Option<Platform>) -> bool {
        // A request without a valid platform is refused later, as such.
        let on_platform = self.platform.is_none() || platform.is_none() || self.platform == platform;
        (self.endpoint == "*" || self.endpoint == endpoint) && on_platform
    }
}

/// Why a text is no scope or no range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not a scope.
    #[error("not a scope: right would be an endpoint such as author_cp_info, *, or author_cp_info:SHORT_VIDEO")]
    Scope,
    /// Not a range of addresses.
    #[error("not a range of addresses: right would be 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32")]
    Addresses,
}

impl Spoken for PolicyError {
    fn chinese(&self) -> String {
        let text = match self {
            Self::Scope => "不是访问范围：应为接口名如 author_cp_info、* 或 author_cp_info:SHORT_VIDEO",
            Self::Addresses => "不是地址范围：应如 192.0.2.7、192.0.2.0/24 或 2001:db8::/32",
        };
        text.into()
    }
}

impl FromStr for Scope {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let (endpoint, platform) = match text.split_once(':') {
            Some((endpoint, platform)) => (endpoint, Some(platform.parse().map_err(|_| PolicyError::Scope)?)),
            None => (text, None),
        };
        let is_name = endpoint.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'0'..=b'9'));
        if endpoint != "*" && (endpoint.is_empty() || !is_name) {
            return Err(PolicyError::Scope);
        }
        Ok(Self { endpoint: endpoint.to_owned(), platform })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.platform {
            Some(platform) => write!(f, "{}:{platform}", self.endpoint),
            None => f.write_str(&self.endpoint),
        }
    }
}

/// The addresses that share a prefix (CIDR).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    address: IpAddr,
    prefix_bits: u8,
}

impl AddressRange {
    /// Whether an address is one of these. An IPv4 address in IPv6 form counts as itself.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (range_bits, range_len) = bits(self.address);
        let (bits, len) = bits(address.to_canonical());
        range_len == len && (self.is_of_all() || (range_bits ^ bits) >> (len - self.prefix_bits) == 0)
    }

    /// Whether every address is one of these, of its kind.
    pub fn is_of_all(&self) -> bool {
        self.prefix_bits == 0
    }
}

/// What all IPv4 addresses in IPv6 form begin with (`::ffff:0:0/96`).
const MAPPED_BITS: u8 = 96;

fn bits(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

impl FromStr for AddressRange {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| PolicyError::Addresses)?;
        let (_, len) = bits(address);
        let prefix_bits: u8 = prefix.map_or(Ok(len), str::parse).map_err(|_| PolicyError::Addresses)?;
        if prefix_bits > len {
            return Err(PolicyError::Addresses);
        }
        // IPv4 addresses in IPv6 form are compared as themselves, so a range of them is one of IPv4.
        match (address.to_canonical(), prefix_bits.checked_sub(MAPPED_BITS)) {
            (canonical, Some(prefix_bits)) if canonical != address => Ok(Self { address: canonical, prefix_bits }),
            _ => Ok(Self { address, prefix_bits }),
        }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix_bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_its_endpoint_and_platform() {
        let policy = |scopes: &[&str]| TokenPolicy {
            scopes: scopes.iter().map(|scope| scope.parse().expect("a scope")).collect(),
            ..TokenPolicy::default()
        };
        let video = Some(Platform::ShortVideo);
        assert!(policy(&[]).allows("author_cp_info", video));
        assert!(policy(&["author_cp_info"]).allows("author_cp_info", video));
        assert!(policy(&["*:SHORT_VIDEO"]).allows("explain", video));
        assert!(!policy(&["explain"]).allows("author_cp_info", video));
        assert!(!policy(&["author_cp_info:PICTURE_TEXT"]).allows("author_cp_info", video));
        assert!(policy(&["author_cp_info:PICTURE_TEXT"]).allows("author_cp_info", None));
        for wrong in ["", "Author", "a b", "author_cp_info:TV", ":SHORT_VIDEO"] {
            assert!(wrong.parse::<Scope>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_range_holds_what_shares_its_prefix() {
        let contains = |range: &str, address: &str| {
            range.parse::<AddressRange>().expect(range).contains(address.parse().expect(address))
        };
        assert!(contains("192.0.2.0/24", "192.0.2.255") && !contains("192.0.2.0/24", "192.0.3.0"));
        assert!(contains("192.0.2.7", "192.0.2.7") && !contains("192.0.2.7", "192.0.2.6"));
        assert!(contains("0.0.0.0/0", "203.0.113.9") && !contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("2001:db8::/32", "2001:db8:ffff::1") && !contains("2001:db8::/32", "2001:db9::"));
        assert!(contains("127.0.0.1", "::ffff:127.0.0.1"));
        for address in ["10.255.0.1", "::ffff:10.255.0.1"] {
            assert!(contains("::ffff:10.0.0.0/104", address) && !contains("::ffff:11.0.0.0/104", address), "{address}");
        }
        assert!(contains("::ffff:0:0/96", "203.0.113.9") && !contains("::ffff:0:0/96", "2001:db8::1"));
        for (range, canonical) in [
            ("::ffff:127.0.0.1", "127.0.0.1/32"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("2001:db8::/96", "2001:db8::/96"),
        ] {
            assert_eq!(range.parse::<AddressRange>().expect(range).to_string(), canonical);
        }
        for wrong in ["", "192.0.2", "192.0.2.0/33", "192.0.2.0/x", "::ffff:192.0.2.0/129", "host"] {
            assert!(wrong.parse::<AddressRange>().is_err(), "{wrong}");
        }
    }
}
