//! The shape of `data` in an answer of Author CP Info (V1), both ways.
//!
//! For SHORT_VIDEO it is exactly the shape of the contract's page. For the other platforms no public reply is known; they
//! keep the five objects, with the single keys `cpe` and `cpm` where the platform is sold at one price. A tier without a
//! price is absent. CPM and CPE are strings of whole fen.

use domain::{CpInfo, Fen, PerTier, Platform, Tier};
use serde::{Deserialize, Serialize};

/// Writes `data` as JSON.
pub fn write(platform: Platform, info: &CpInfo, out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"base_resp":{"status_code":0,"status_message":""},"expect_cpe":{"#);
    write_costs(platform, cpe_key, &info.cpe, out);
    out.extend_from_slice(br#"},"expect_cpm":{"#);
    write_costs(platform, cpm_key, &info.cpm, out);
    out.extend_from_slice(br#"},"expect_vv":{"value":"#);
    out.extend_from_slice(itoa::Buffer::new().format(info.expected_views).as_bytes());
    out.extend_from_slice(br#"},"hot_item":{"value":"#);
    out.extend_from_slice(itoa::Buffer::new().format(info.hot_item_bp.unwrap_or(0)).as_bytes());
    out.extend_from_slice(b"}}");
}

fn cpe_key(tier: Tier) -> &'static [u8] {
    match tier {
        Tier::From1To20s => br#""cpe_1_20":""#,
        Tier::From21To60s => br#""cpe_21_60":""#,
        Tier::Over60s => br#""cpe_60":""#,
        Tier::Single => br#""cpe":""#,
    }
}

fn cpm_key(tier: Tier) -> &'static [u8] {
    match tier {
        Tier::From1To20s => br#""cpm_1_20":""#,
        Tier::From21To60s => br#""cpm_21_60":""#,
        Tier::Over60s => br#""cpm_60":""#,
        Tier::Single => br#""cpm":""#,
    }
}

/// `key` gives a tier's key with all that stands before the cost.
fn write_costs(platform: Platform, key: fn(Tier) -> &'static [u8], costs: &PerTier<Option<Fen>>, out: &mut Vec<u8>) {
    let mut first = true;
    for tier in platform.tiers() {
        let Some(cost) = costs[*tier] else { continue };
        if !first {
            out.push(b',');
        }
        first = false;
        out.extend_from_slice(key(*tier));
        out.extend_from_slice(itoa::Buffer::new().format(cost.0).as_bytes());
        out.push(b'"');
    }
}

/// `data`, as a client reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpInfoData {
    /// The status object of Xingtu's own reply.
    pub base_resp: BaseResp,
    /// Costs per interaction, fen.
    pub expect_cpe: Cpe,
    /// Costs per mille views, fen.
    pub expect_cpm: Cpm,
    /// Expected views.
    pub expect_vv: Value,
    /// Hot share, basis points.
    pub hot_item: Value,
}

/// The status object of Xingtu's own reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseResp {
    /// Zero.
    pub status_code: i64,
    /// Empty.
    pub status_message: String,
}

/// A number in an object of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// The number.
    pub value: u64,
}

macro_rules! costs {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $tier:expr),* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            $(
                /// The cost of this tier, a string of whole fen; absent where the tier has no price.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<String>,
            )*
        }

        impl $name {
            /// The costs by tier; a text that is no whole number counts as absent.
            pub fn fen(&self) -> PerTier<Option<Fen>> {
                let mut fen = PerTier::default();
                $(fen[$tier] = self.$field.as_deref().and_then(|text| text.parse().ok()).map(Fen);)*
                fen
            }
        }
    };
}

costs! {
    /// Costs per interaction by tier.
    Cpe { cpe_1_20: Tier::From1To20s, cpe_21_60: Tier::From21To60s, cpe_60: Tier::Over60s, cpe: Tier::Single }
}
costs! {
    /// Costs per mille views by tier.
    Cpm { cpm_1_20: Tier::From1To20s, cpm_21_60: Tier::From21To60s, cpm_60: Tier::Over60s, cpm: Tier::Single }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(platform: Platform, info: &CpInfo) -> String {
        let mut out = Vec::new();
        write(platform, info, &mut out);
        String::from_utf8(out).expect("JSON is text")
    }

    fn per_tier(costs: [Option<u64>; 4]) -> PerTier<Option<Fen>> {
        PerTier::from_fn(|tier| costs[usize::from(tier.number())].map(Fen))
    }

    #[test]
    fn the_contracts_example_is_written_key_for_key() {
        let info = CpInfo {
            expected_views: 4_693_149,
            cpe: per_tier([Some(253), Some(633), Some(633), None]),
            cpm: per_tier([Some(5618), Some(14043), Some(14043), None]),
            hot_item_bp: Some(1200),
        };
        assert_eq!(
            written(Platform::ShortVideo, &info),
            concat!(
                r#"{"base_resp":{"status_code":0,"status_message":""},"#,
                r#""expect_cpe":{"cpe_1_20":"253","cpe_21_60":"633","cpe_60":"633"},"#,
                r#""expect_cpm":{"cpm_1_20":"5618","cpm_21_60":"14043","cpm_60":"14043"},"#,
                r#""expect_vv":{"value":4693149},"hot_item":{"value":1200}}"#
            )
        );
    }

    #[test]
    fn a_platform_of_one_price_has_the_single_keys() {
        let info = CpInfo {
            expected_views: 10,
            cpe: per_tier([None, None, None, Some(7)]),
            cpm: per_tier([None; 4]),
            hot_item_bp: Some(0),
        };
        let text = written(Platform::LiveStreaming, &info);
        assert!(text.contains(r#""expect_cpe":{"cpe":"7"},"expect_cpm":{}"#), "{text}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            views: u64, hot in 0..=10_000_u32, number in 0..4_u8,
            cpm: [Option<u64>; 4], cpe: [Option<u64>; 4],
        ) {
            let platform = Platform::from_number(number).expect("a platform");
            let sold = |costs: [Option<u64>; 4]| PerTier::from_fn(|tier| {
                platform.tiers().contains(&tier).then(|| costs[usize::from(tier.number())].map(Fen)).flatten()
            });
            let info = CpInfo { expected_views: views, cpm: sold(cpm), cpe: sold(cpe), hot_item_bp: Some(hot) };
            let data: CpInfoData = serde_json::from_str(&written(platform, &info)).expect("valid JSON");
            prop_assert_eq!(data.expect_vv.value, views);
            prop_assert_eq!(data.hot_item.value, u64::from(hot));
            prop_assert_eq!(data.expect_cpm.fen(), info.cpm);
            prop_assert_eq!(data.expect_cpe.fen(), info.cpe);
        }
    }
}
