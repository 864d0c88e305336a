//! Which variables of the environment are settings.

use std::collections::BTreeMap;

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use figment::value::{Dict, Value};

use super::DEFAULTS;
use crate::lang::{self, told};

const PREFIX: &str = "ASTROLABE_";

/// The settings of the environment. Only names with a section: `ASTROLABE_URL` and `ASTROLABE_TOKEN` belong to the client. One
/// that is empty counts as unset.
pub(super) fn settings() -> Env {
    Env::prefixed(PREFIX).filter(|name| name.as_str().contains("__") && !is_empty(name.as_str())).split("__")
}

/// Whether the variable of a name, without the prefix, is set and empty.
fn is_empty(name: &str) -> bool {
    std::env::vars_os().any(|(variable, value)| {
        let name_of = variable.to_str().and_then(|variable| variable.get(PREFIX.len()..));
        value.is_empty() && name_of.is_some_and(|name_of| name_of.eq_ignore_ascii_case(name))
    })
}

/// What is wrong with names of variables: each that would be a setting, were there two underscores behind its section.
pub(super) fn mistakes() -> Vec<String> {
    let names = std::env::vars_os().filter(|(_, value)| !value.is_empty());
    let names: Vec<String> = names.filter_map(|(name, _)| name.into_string().ok()).collect();
    let told = |(wrong, right)| {
        told!(
            lang::spoken(),
            "the environment variable {wrong} is no setting: right would be {right}",
            "环境变量 {wrong} 不是设置项：正确写法为 {right}"
        )
    };
    misspelt(&names).into_iter().map(told).collect()
}

/// Names with one underscore where a setting has two, each with the right one.
fn misspelt(names: &[String]) -> Vec<(&str, String)> {
    let defaults: BTreeMap<String, Value> = Figment::from(Toml::string(DEFAULTS)).extract().unwrap_or_default();
    let known = |section: &str, setting: &str| {
        let of_section =
            defaults.get(section).and_then(Value::as_dict).is_some_and(|of: &Dict| of.contains_key(setting));
        of_section.then(|| format!("{PREFIX}{}__{}", section.to_ascii_uppercase(), setting.to_ascii_uppercase()))
    };
    let right = |name: &str| {
        let name = name.strip_prefix(PREFIX)?.to_ascii_lowercase();
        name.match_indices('_').find_map(|(at, _)| known(&name[..at], &name[at + 1..]))
    };
    names.iter().filter_map(|name| Some((name.as_str(), right(name)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_with_one_underscore_is_told_with_its_right_name() {
        let names = [
            "ASTROLABE_SERVER_THREADS",
            "ASTROLABE_METER_SERVER_LOST_S",
            "ASTROLABE_SERVER__THREADS",
            "ASTROLABE_URL",
            "ASTROLABE_UPSTREAM_TOKEN",
            "SERVER_THREADS",
        ]
        .map(str::to_owned);
        let expected = [
            ("ASTROLABE_SERVER_THREADS", "ASTROLABE_SERVER__THREADS".to_owned()),
            ("ASTROLABE_METER_SERVER_LOST_S", "ASTROLABE_METER__SERVER_LOST_S".to_owned()),
        ];
        assert_eq!(misspelt(&names), expected);
    }
}
