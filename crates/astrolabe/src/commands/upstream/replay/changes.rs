//! Figures beside figures: what is not the same in two of them.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Lang, Text, cp_info_wire};
use domain::{CpInfo, Platform};
use serde_json::Value;

/// Figures as the contract's `data`; null without any.
pub(super) fn data(platform: Platform, info: Option<&CpInfo>) -> Value {
    let Some(info) = info else { return Value::Null };
    let mut written = Vec::new();
    cp_info_wire::write(platform, info, &mut written);
    serde_json::from_slice(&written).unwrap_or_default()
}

/// What is not the same in two `data`, such as `expect_vv.value 1000 → 1200`.
pub(super) fn changes(stored: &Value, reread: &Value, lang: Lang) -> String {
    let none = Text::new("no figures", "无数值").of(lang);
    let (before, after) = (leaves(stored), leaves(reread));
    if before.is_empty() || after.is_empty() {
        let whole = |leaves: &BTreeMap<String, String>| {
            let told: Vec<_> = leaves.iter().map(|(path, value)| format!("{path} {value}")).collect();
            if told.is_empty() { none.to_owned() } else { told.join(", ") }
        };
        return format!("{} → {}", whole(&before), whole(&after));
    }
    let paths: BTreeSet<_> =
        before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)).collect();
    let value = |leaves: &BTreeMap<String, String>, path| leaves.get(path).cloned().unwrap_or_else(|| "–".to_owned());
    let told = paths.into_iter().map(|path| format!("{path} {} → {}", value(&before, path), value(&after, path)));
    told.collect::<Vec<_>>().join(", ")
}

/// The figures in a `data`, by their paths.
fn leaves(data: &Value) -> BTreeMap<String, String> {
    let objects = data.as_object().into_iter().flatten().filter(|(name, _)| *name != "base_resp");
    let values = objects.flat_map(|(name, object)| {
        let fields = object.as_object().into_iter().flatten();
        fields.map(move |(field, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            (format!("{name}.{field}"), text)
        })
    });
    values.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        let stored =
            serde_json::json!({"base_resp": {"status_code": 0}, "expect_vv": {"value": 7}, "expect_cpm": {"cpm": "5"}});
        let mut reread = stored.clone();
        reread["base_resp"]["status_code"] = 1.into();
        reread["expect_vv"]["value"] = 8.into();
        reread["expect_cpm"] = serde_json::json!({"cpm_1_20": "5"});
        let told = "expect_cpm.cpm 5 → –, expect_cpm.cpm_1_20 – → 5, expect_vv.value 7 → 8";
        assert_eq!(changes(&stored, &reread, Lang::En), told);
        assert_eq!(changes(&stored, &Value::Null, Lang::Zh), "expect_cpm.cpm 5, expect_vv.value 7 → 无数值");
        assert_eq!(changes(&stored, &stored, Lang::En), "");
    }
}
