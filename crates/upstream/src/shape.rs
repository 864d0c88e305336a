//! Reads the figures out of an answer's `data`, as the catalog knows them, and tells how the shape differs. Nothing is made
//! up: an answer is used when views, hot share and both costs can be read, whatever else has changed around them.

use std::num::IntErrorKind;

use catalog::cp_info_wire::CpInfoData;
use domain::{CpInfo, Platform, Tier};
use serde_json::{Map, Value, json};

use crate::drift::{DriftKind, Drifts};

/// The largest hot share, in basis points: all posts.
const HOT_ITEM_MAX: u64 = 10_000;
/// The largest figure that can be kept; nothing real comes near it.
const FIGURE_MAX: u64 = i64::MAX as u64;

/// What the data has.
const FIELDS: [&str; 5] = ["base_resp", "expect_cpe", "expect_cpm", "expect_vv", "hot_item"];

/// A tier's part of its key: `cpm_1_20`.
const fn tier_key(tier: Tier) -> &'static str {
    match tier {
        Tier::From1To20s => "_1_20",
        Tier::From21To60s => "_21_60",
        Tier::Over60s => "_60",
        Tier::Single => "",
    }
}

/// The figures for a platform, or what is missing for them. `drifts` gets the differences.
pub(crate) fn read(platform: Platform, data: &Value, drifts: &mut Drifts) -> Result<CpInfo, String> {
    let data = match data {
        Value::Object(data) if !data.is_empty() => data,
        Value::Object(_) => {
            FIELDS.iter().for_each(|field| drifts.add("data", field, DriftKind::Missing));
            return Err("the data is empty".into());
        }
        Value::Null => return Err("no data".into()),
        Value::Array(_) => return Err("the data is a list".into()),
        Value::String(_) => return Err("the data is a text".into()),
        Value::Number(_) | Value::Bool(_) => return Err("the data is no object".into()),
    };
    drifts.unknown_keys("data", data, &FIELDS);
    read_status(data, drifts);
    let [cpe, cpm] = [costs_of(data, "expect_cpe", "cpe", drifts)?, costs_of(data, "expect_cpm", "cpm", drifts)?];
    let [cpe_by_tier, cpm_by_tier] = [cpe.read(platform, drifts)?, cpm.read(platform, drifts)?];
    cpe.miss_beside(&cpm, platform, drifts);
    cpm.miss_beside(&cpe, platform, drifts);
    // Brought back to the contract's shape, for the catalog to read.
    let wire: CpInfoData = serde_json::from_value(json!({
        "base_resp": {"status_code": 0, "status_message": ""},
        "expect_cpe": cpe_by_tier,
        "expect_cpm": cpm_by_tier,
        "expect_vv": {"value": value(data, "expect_vv", drifts)?},
        "hot_item": {"value": value(data, "hot_item", drifts)?},
    }))
    .map_err(|error| error.to_string())?;
    // A larger one is in another unit, and nobody knows in which.
    let hot_item_bp = Some(wire.hot_item.value).filter(|share| *share <= HOT_ITEM_MAX);
    let hot_item_bp = hot_item_bp.and_then(|share| u32::try_from(share).ok());
    let hot_item_bp = Some(hot_item_bp.ok_or("hot_item is out of range")?);
    Ok(CpInfo {
        expected_views: wire.expect_vv.value,
        cpm: wire.expect_cpm.fen(),
        cpe: wire.expect_cpe.fen(),
        hot_item_bp,
    })
}

/// The status is the marketplace's own, and no figure; the figures decide.
fn read_status(data: &Map<String, Value>, drifts: &mut Drifts) {
    let Some(status) = data.get("base_resp") else { return drifts.add("data", "base_resp", DriftKind::Missing) };
    let Some(status) = status.as_object() else { return drifts.add("data", "base_resp", DriftKind::OtherType) };
    let path = "data.base_resp";
    drifts.unknown_keys(path, status, &["status_code", "status_message"]);
    match status.get("status_code") {
        Some(Value::Number(code)) if code.as_i64() != Some(0) => drifts.add(path, "status_code", DriftKind::Status),
        _ => drifts.unless(path, status, "status_code", Value::is_number),
    }
    drifts.unless(path, status, "status_message", Value::is_string);
}

/// One of the two costs, as it came.
struct Costs<'d> {
    /// `expect_cpm`.
    name: &'static str,
    /// What its keys begin with: `cpm`.
    cost: &'static str,
    object: &'d Map<String, Value>,
}

fn costs_of<'d>(
    data: &'d Map<String, Value>,
    name: &'static str,
    cost: &'static str,
    drifts: &mut Drifts,
) -> Result<Costs<'d>, String> {
    Ok(Costs { name, cost, object: object_of(data, name, drifts)? })
}

/// An object that the figures cannot do without.
fn object_of<'d>(
    data: &'d Map<String, Value>,
    name: &str,
    drifts: &mut Drifts,
) -> Result<&'d Map<String, Value>, String> {
    drifts.unless("data", data, name, Value::is_object);
    data.get(name).and_then(Value::as_object).ok_or_else(|| format!("no {name}"))
}

impl Costs<'_> {
    fn key(&self, tier: Tier) -> String {
        format!("{}{}", self.cost, tier_key(tier))
    }

    fn path(&self) -> String {
        format!("data.{}", self.name)
    }

    /// What is told of a tier; a null tells nothing.
    fn told(&self, tier: Tier) -> Option<&Value> {
        self.object.get(&self.key(tier)).filter(|told| !told.is_null())
    }

    /// The costs of the platform's tiers, as texts. A tier without a price has none, so there may be none at all; but where something
    /// stands there and nothing of it is a cost of this platform, costs are there that cannot be told.
    fn read(&self, platform: Platform, drifts: &mut Drifts) -> Result<Map<String, Value>, String> {
        let (name, path) = (self.name, self.path());
        drifts.unknown_keys(&path, self.object, &Tier::ALL.map(|tier| self.key(tier)).each_ref().map(String::as_str));
        let mut costs = Map::new();
        for tier in Tier::ALL {
            let key = self.key(tier);
            let Some(told) = self.object.get(&key) else { continue };
            if !platform.tiers().contains(&tier) {
                drifts.add(&path, &key, DriftKind::OtherPlatform);
                continue;
            }
            let cost = figure(told).map_err(|TooLarge| format!("{name}.{key} is out of range"))?;
            if cost.is_none() || !told.is_string() {
                drifts.add(&path, &key, DriftKind::OtherType);
            }
            if let Some(cost) = cost {
                costs.insert(key, cost.to_string().into());
            }
        }
        if costs.is_empty() && self.object.values().any(|value| !value.is_null()) {
            let is_elsewhere =
                Tier::ALL.into_iter().any(|tier| !platform.tiers().contains(&tier) && self.told(tier).is_some());
            return Err(match is_elsewhere {
                true => format!("{name} has costs of another platform than {platform}, and none of its own"),
                false => format!("{name} has no cost that can be read"),
            });
        }
        Ok(costs)
    }

    /// Tells the tiers that have the other cost and not this one: with a price there are both.
    fn miss_beside(&self, other: &Self, platform: Platform, drifts: &mut Drifts) {
        for tier in platform.tiers().iter().copied() {
            let key = self.key(tier);
            if other.told(tier).is_some() && !self.object.contains_key(&key) {
                drifts.add(&self.path(), &key, DriftKind::Missing);
            }
        }
    }
}

/// The number in an object of its own.
fn value(data: &Map<String, Value>, name: &str, drifts: &mut Drifts) -> Result<u64, String> {
    let unreadable = || format!("{name} has no value that can be read");
    let object = object_of(data, name, drifts)?;
    let parent = format!("data.{name}");
    drifts.unknown_keys(&parent, object, &["value"]);
    drifts.unless(&parent, object, "value", Value::is_number);
    let told = object.get("value").ok_or_else(unreadable)?;
    figure(told).map_err(|TooLarge| format!("{name} is out of range"))?.ok_or_else(unreadable)
}

/// A figure that could not be kept, and would be bought again with every question.
struct TooLarge;

/// A whole number, as a number or as a text of one; none where it is something else.
fn figure(told: &Value) -> Result<Option<u64>, TooLarge> {
    let whole = match told {
        Value::String(text) => match text.parse::<u64>() {
            Err(error) if *error.kind() == IntErrorKind::PosOverflow => return Err(TooLarge),
            parsed => parsed.ok(),
        },
        // A number of more digits than fit is read as a fraction.
        number if number.as_f64().is_some_and(|number| number > FIGURE_MAX as f64) => return Err(TooLarge),
        // JSON has numbers and no integers: 12.0 is 12.
        number => number.as_u64().or_else(|| {
            number.as_f64().filter(|number| *number >= 0.0 && number.fract() == 0.0).map(|number| number as u64)
        }),
    };
    if whole.is_some_and(|whole| whole > FIGURE_MAX) { Err(TooLarge) } else { Ok(whole) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Drift;
    use domain::{Fen, PerTier};

    fn contract() -> Value {
        json!({
            "base_resp": {"status_code": 0, "status_message": ""},
            "expect_cpe": {"cpe_1_20": "253", "cpe_21_60": "633", "cpe_60": "633"},
            "expect_cpm": {"cpm_1_20": "5618", "cpm_21_60": "14043", "cpm_60": "14043"},
            "expect_vv": {"value": 4_693_149},
            "hot_item": {"value": 1200}
        })
    }

    fn read_texts(data: &Value) -> Result<(CpInfo, Vec<String>), String> {
        read_texts_of(Platform::ShortVideo, data)
    }

    fn read_texts_of(platform: Platform, data: &Value) -> Result<(CpInfo, Vec<String>), String> {
        let (info, drift) = read_all(platform, data);
        info.map(|info| (info, drift))
    }

    fn read_all(platform: Platform, data: &Value) -> (Result<CpInfo, String>, Vec<String>) {
        let mut drifts = Drifts::default();
        let info = read(platform, data, &mut drifts);
        (info, drifts.into_vec().iter().map(Drift::to_string).collect())
    }

    #[test]
    fn the_contracts_example_has_no_drift_and_neither_has_what_we_write_for_any_platform() {
        let (info, drift) = read_texts(&contract()).expect("figures");
        assert_eq!((info.expected_views, info.hot_item_bp, drift), (4_693_149, Some(1200), vec![]));
        assert_eq!(info.cpm[Tier::From21To60s], Some(Fen(14043)));
        for platform in Platform::ALL {
            let mut sold = CpInfo { expected_views: 7, ..info };
            sold.cpm = domain::PerTier::from_fn(|tier| platform.tiers().contains(&tier).then_some(Fen(9)));
            sold.cpe = sold.cpm;
            let mut out = Vec::new();
            catalog::cp_info_wire::write(platform, &sold, &mut out);
            let written = serde_json::from_slice(&out).expect("JSON");
            assert_eq!(read_texts_of(platform, &written), Ok((sold, vec![])), "{platform}");
        }
    }

    #[test]
    fn other_fields_and_other_types_are_told_and_the_figures_still_read() {
        let mut data = contract();
        data["extra"] = json!(1);
        data["expect_cpm"]["cpm_90"] = json!("1");
        data["expect_cpm"]["cpm_60"] = json!(14043);
        data["expect_cpe"]["cpe_60"] = json!("6,33");
        data["expect_vv"]["value"] = json!("4693149");
        data.as_object_mut().expect("an object").remove("base_resp");
        let (info, drift) = read_texts(&data).expect("figures");
        assert_eq!((info.cpm[Tier::Over60s], info.cpe[Tier::Over60s]), (Some(Fen(14043)), None));
        assert_eq!(
            drift,
            [
                "data.extra is unknown",
                "data.base_resp is missing",
                "data.expect_cpe.cpe_60 is of another type",
                "data.expect_cpm.cpm_90 is unknown",
                "data.expect_cpm.cpm_60 is of another type",
                "data.expect_vv.value is of another type",
            ]
        );
    }

    #[test]
    fn each_field_of_the_status_that_is_not_as_it_should_be_is_told_as_what_it_is() {
        let right = json!({"status_code": 0, "status_message": ""});
        for (status, told) in [
            (right, vec![]),
            (json!({"status_code": 5, "status_message": "busy"}), vec!["base_resp.status_code is not 0"]),
            (json!({"status_message": ""}), vec!["base_resp.status_code is missing"]),
            (json!({"status_code": "0", "status_message": ""}), vec!["base_resp.status_code is of another type"]),
            (json!({"status_code": 0}), vec!["base_resp.status_message is missing"]),
            (json!({"status_code": 0, "status_message": null}), vec!["base_resp.status_message is of another type"]),
            (json!({"status_code": 0, "status_message": "", "log": 1}), vec!["base_resp.log is unknown"]),
            (json!("ok"), vec!["base_resp is of another type"]),
        ] {
            let mut data = contract();
            data["base_resp"] = status;
            let told: Vec<String> = told.iter().map(|told| format!("data.{told}")).collect();
            assert_eq!(read_texts(&data).expect("figures").1, told);
        }
    }

    #[test]
    fn figures_are_not_made_up() {
        let without = |name: &str| {
            let mut data = contract();
            data.as_object_mut().expect("an object").remove(name);
            data
        };
        let mut renamed = contract();
        renamed["expect_cpm"] = json!({"cpm_a": "1", "cpm_b": "2"});
        for (data, reason) in [
            (Value::Null, "no data"),
            (json!({}), "the data is empty"),
            (json!([]), "the data is a list"),
            (json!("{}"), "the data is a text"),
            (json!(7), "the data is no object"),
            (without("expect_vv"), "no expect_vv"),
            (without("hot_item"), "no hot_item"),
            (without("expect_cpe"), "no expect_cpe"),
            (renamed, "expect_cpm has no cost that can be read"),
        ] {
            assert_eq!(read_texts(&data), Err(reason.to_owned()));
        }
    }

    #[test]
    fn a_whole_number_is_read_however_it_is_written() {
        let views = |written: &str| {
            let mut data = contract();
            data["expect_vv"]["value"] = serde_json::from_str(written).expect("JSON");
            read_texts(&data).map(|(info, drift)| (info.expected_views, drift))
        };
        for (written, right) in [("12.0", 12), ("1e15", 1_000_000_000_000_000), ("1.5e1", 15), ("-0.0", 0)] {
            assert_eq!(views(written), Ok((right, vec![])), "{written}");
        }
        for written in ["12.5", "-1", "-1.0", "1e-3"] {
            assert_eq!(views(written), Err("expect_vv has no value that can be read".to_owned()), "{written}");
        }
        assert_eq!(views("9.3e18"), Err("expect_vv is out of range".to_owned()));
    }

    #[test]
    fn what_makes_an_answer_unusable_is_told_as_drift_too() {
        for (name, to, told) in [
            ("expect_vv", None, vec!["expect_vv is missing"]),
            ("expect_cpe", None, vec!["expect_cpe is missing"]),
            ("hot_item", Some(json!(1200)), vec!["hot_item is of another type"]),
            ("hot_item", Some(json!({"bp": 1})), vec!["hot_item.bp is unknown", "hot_item.value is missing"]),
            ("expect_vv", Some(json!({"value": null})), vec!["expect_vv.value is of another type"]),
            ("expect_cpm", Some(json!({"cpm_a": "1"})), vec!["expect_cpm.cpm_a is unknown"]),
        ] {
            let mut data = contract();
            data.as_object_mut().expect("an object").remove(name);
            if let Some(to) = to {
                data[name] = to;
            }
            let (info, drift) = read_all(Platform::ShortVideo, &data);
            assert!(info.is_err(), "{data}");
            assert_eq!(drift, told.iter().map(|told| format!("data.{told}")).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_figure_too_large_to_be_kept_is_none() {
        let with = |name: &str, key: &str, figure: &str| {
            let mut data = contract();
            data[name][key] = serde_json::from_str(figure).expect("JSON");
            read_texts(&data).map(|(info, _)| info)
        };
        for figure in ["9223372036854775808", "18446744073709551615", "99999999999999999999"] {
            for figure in [figure.to_owned(), format!("\"{figure}\"")] {
                for (name, key) in [("expect_vv", "value"), ("hot_item", "value")] {
                    assert_eq!(with(name, key, &figure), Err(format!("{name} is out of range")), "{figure}");
                }
                for (name, key) in [("expect_cpm", "cpm_60"), ("expect_cpe", "cpe_1_20")] {
                    assert_eq!(with(name, key, &figure), Err(format!("{name}.{key} is out of range")), "{figure}");
                }
            }
        }
        assert_eq!(with("hot_item", "value", "10000").expect("figures").hot_item_bp, Some(10_000));
        for figure in ["10001", "99999", "\"120000\""] {
            assert_eq!(with("hot_item", "value", figure), Err("hot_item is out of range".to_owned()), "{figure}");
        }
        let most = with("expect_vv", "value", "9223372036854775807").expect("figures");
        assert_eq!(most.expected_views, FIGURE_MAX);
        let most = with("expect_cpm", "cpm_60", "\"9223372036854775807\"").expect("figures");
        assert_eq!(most.cpm[Tier::Over60s], Some(Fen(FIGURE_MAX)));
    }

    #[test]
    fn a_creator_without_prices_has_figures_too() {
        let nulls = json!({"cpm_1_20": null, "cpm_60": null});
        for (costs, told) in [(json!({}), vec![]), (nulls, vec!["cpm_1_20", "cpm_60"])] {
            let mut data = contract();
            data["expect_cpm"] = costs;
            data["expect_cpe"] = json!({});
            let told: Vec<_> = told.iter().map(|key| format!("data.expect_cpm.{key} is of another type")).collect();
            let (info, drift) = read_texts(&data).expect("figures");
            assert_eq!((info.cpm, info.cpe, drift), (PerTier::default(), PerTier::default(), told));
        }
    }

    #[test]
    fn what_our_own_server_writes_of_a_creator_without_prices_can_be_read() {
        let unpriced =
            CpInfo { expected_views: 7, cpm: PerTier::default(), cpe: PerTier::default(), hot_item_bp: Some(0) };
        for platform in Platform::ALL {
            let mut out = Vec::new();
            catalog::cp_info_wire::write(platform, &unpriced, &mut out);
            let written = serde_json::from_slice(&out).expect("JSON");
            assert_eq!(read_texts_of(platform, &written), Ok((unpriced, vec![])), "{platform}");
        }
    }

    #[test]
    fn costs_of_another_platform_are_told_and_never_dropped_in_silence() {
        let single = json!({"expect_cpe": {"cpe": "7"}, "expect_cpm": {"cpm": "9"}});
        let mut live = contract();
        live["expect_cpe"] = single["expect_cpe"].clone();
        live["expect_cpm"] = single["expect_cpm"].clone();
        for platform in Platform::ALL {
            let foreign = if platform == Platform::ShortVideo { &live } else { &contract() };
            let refused = Err(format!("expect_cpe has costs of another platform than {platform}, and none of its own"));
            assert_eq!(read_texts_of(platform, foreign), refused);
            let mut one_of_two = foreign.clone();
            one_of_two["expect_cpe"] = json!({});
            let refused = Err(format!("expect_cpm has costs of another platform than {platform}, and none of its own"));
            assert_eq!(read_texts_of(platform, &one_of_two), refused);
        }
        let mut both = contract();
        both["expect_cpm"]["cpm"] = json!("9");
        let (info, drift) = read_texts(&both).expect("figures");
        assert_eq!((info.cpm[Tier::Single], info.cpm[Tier::Over60s]), (None, Some(Fen(14043))));
        assert_eq!(drift, ["data.expect_cpm.cpm is another platform's"]);
    }

    #[test]
    fn a_tier_of_which_one_cost_is_told_misses_the_other() {
        for (left, other, missing) in [("expect_cpe", "expect_cpm", "cpm"), ("expect_cpm", "expect_cpe", "cpe")] {
            let mut data = contract();
            data[other] = json!({});
            let (info, drift) = read_texts(&data).expect("figures");
            let missing = ["1_20", "21_60", "60"].map(|tier| format!("data.{other}.{missing}_{tier} is missing"));
            assert_eq!(drift, missing, "{left} alone");
            assert_eq!(info.cpm.to_array().iter().chain(&info.cpe.to_array()).flatten().count(), 3);
        }
    }
}
