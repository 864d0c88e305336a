//! What a token may do, and until when.

use clap::Args;
use domain::{AddressRange, MicroYuan, PolicyChange, Scope, UnixTime};

use super::values::{parse_addresses, parse_amount, parse_scope};
use super::{Change, LimitFlags, change, change_list};
use crate::duration::parse_seconds;
use crate::lang::{self, told};

/// Flags for what a token may do; only what is named changes.
#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyFlags {
    /// After how long it is refused: 45m, 12h, 30d, 2w, or none for never
    #[arg(long, value_name = "DURATION", value_parser = change(parse_seconds))]
    expires: Option<Change<u32>>,
    /// Where it may ask: author_cp_info, author_cp_info:SHORT_VIDEO, *; repeat for more, none for everywhere
    #[arg(long = "scope", value_name = "SCOPE", value_parser = change(parse_scope))]
    scopes: Vec<Change<Scope>>,
    /// From where it may ask: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32; repeat for more, none for from everywhere
    #[arg(long = "from", value_name = "CIDR", value_parser = change(parse_addresses))]
    addresses: Vec<Change<AddressRange>>,
    /// Refuse it in the query string, where it would end up in logs; --header-only=no allows it again
    #[arg(long, value_name = "yes|no", num_args = 0..=1, require_equals = true, default_missing_value = "yes",
        value_parser = parse_yes)]
    header_only: Option<bool>,
    /// The most it may ever spend, in yuan, or none for whatever its account has
    #[arg(long, value_name = "YUAN", value_parser = change(parse_amount), help_heading = "Limits")]
    cap: Option<Change<MicroYuan>>,
    #[command(flatten)]
    limits: LimitFlags,
}

impl PolicyFlags {
    /// From when on the token is refused, when that was named.
    pub(crate) fn expiry(&self, now: UnixTime) -> Option<Option<UnixTime>> {
        self.expires.map(|change| change.value().map(|seconds| UnixTime(now.0.saturating_add(seconds))))
    }

    /// The change of what it may do.
    ///
    /// # Errors
    /// When two flags contradict each other.
    pub(crate) fn change(&self) -> anyhow::Result<PolicyChange> {
        Ok(PolicyChange {
            limits: self.limits.change(),
            spending_cap: self.cap.map(Change::value),
            scopes: change_list("--scope", &self.scopes)?,
            header_only: self.header_only,
            addresses: change_list("--from", &self.addresses)?,
        })
    }
}

/// Reads yes or no; `none` clears, as with every other flag.
fn parse_yes(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" | "none" => Ok(false),
        _ => Err(told!(lang::spoken(), "{text:?} is neither yes nor no", "{text:?} 既非 yes 亦非 no")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use domain::TokenPolicy;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        policy: PolicyFlags,
    }

    fn flags(flags: &[&str]) -> Option<PolicyFlags> {
        Some(Line::try_parse_from([&["line"], flags].concat()).ok()?.policy)
    }

    #[test]
    fn flags_set_and_clear_what_they_name() {
        let all =
            ["--scope", "explain", "--scope", "*:SHORT_VIDEO", "--from", "192.0.2.0/24", "--header-only", "--cap=1.5"];
        let change = |given: &[&str]| flags(given).and_then(|flags| flags.change().ok()).expect("a change");
        let set = change(&all).applied_to(TokenPolicy::default()).expect("a policy");
        assert_eq!(set.scopes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["explain", "*:SHORT_VIDEO"]);
        assert!(set.header_only && set.addresses.len() == 1 && set.spending_cap == Some(MicroYuan(1_500_000)));
        let cleared = change(&["--scope=none", "--header-only=no"]).applied_to(set.clone());
        assert_eq!(cleared, Ok(TokenPolicy { scopes: Vec::new(), header_only: false, ..set }));
    }

    #[test]
    fn an_expiry_is_left_set_or_cleared() {
        let now = UnixTime(1_000);
        let expiry = |given: &[&str]| flags(given).expect("flags").expiry(now);
        assert_eq!(expiry(&[]), None);
        assert_eq!(expiry(&["--expires", "1d"]), Some(Some(UnixTime(87_400))));
        assert_eq!(expiry(&["--expires", "none"]), Some(None));
        assert!(flags(&["--expires", "1d"]).is_some_and(|flags| flags.change().is_ok_and(|change| change.is_empty())));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for wrong in [&["--header-only=maybe"][..], &["--cap", "1,5"], &["--scope", "author"], &["--from", "here"]] {
            assert!(flags(wrong).is_none(), "{wrong:?}");
        }
        let both = flags(&["--scope", "none", "--scope", "explain"]).expect("flags");
        assert!(both.change().is_err());
    }
}
