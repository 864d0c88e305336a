//! Amounts and moments as JSON for programs: yuan as text, so that no program rounds them, beside whole micro-yuan.

use domain::{CallId, MicroYuan, UnixTime};
use serde_json::{Value, json};

/// Adds an amount to a JSON object: `name` in yuan, and `name_micro_yuan`. Both are null where there is none.
pub(crate) fn put_amount(object: &mut Value, name: &str, amount: impl Into<Option<MicroYuan>>) {
    let amount: Option<MicroYuan> = amount.into();
    object[name] = json!(amount.map(|amount| amount.to_string()));
    object[format!("{name}_micro_yuan")] = json!(amount.map(|amount| amount.0));
}

/// The second a call was made in.
pub(crate) fn made_at(id: CallId) -> UnixTime {
    of_ms(id.unix_ms())
}

/// The second of a moment in milliseconds since the epoch.
pub(crate) fn of_ms(unix_ms: u64) -> UnixTime {
    UnixTime(u32::try_from(unix_ms / 1_000).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_there_in_both_units() {
        let mut object = json!({});
        put_amount(&mut object, "charged", MicroYuan(12_300));
        put_amount(&mut object, "cap", None);
        let right = json!({"charged": "0.0123", "charged_micro_yuan": 12_300, "cap": null, "cap_micro_yuan": null});
        assert_eq!(object, right);
    }
}
