//! A flag that sets something or, with `none`, clears it.

use crate::lang::{self, told};

/// What a flag changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change<T> {
    /// To a value.
    To(T),
    /// To nothing.
    Clear,
}

impl<T> Change<T> {
    /// The value from now on.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::To(value) => Some(value),
            Self::Clear => None,
        }
    }
}

/// Reads `none`, or what `parse` reads.
pub(crate) fn change<T>(
    parse: fn(&str) -> Result<T, String>,
) -> impl Fn(&str) -> Result<Change<T>, String> + Clone + Send + Sync + 'static
where
    T: 'static,
{
    move |text| match text {
        "none" => Ok(Change::Clear),
        text => parse(text).map(Change::To),
    }
}

/// What a flag that may be repeated changes a list to; nothing, when it is not given.
///
/// # Errors
/// When `none` stands beside values.
pub(crate) fn change_list<T: Clone>(flag: &str, given: &[Change<T>]) -> anyhow::Result<Option<Vec<T>>> {
    if given.is_empty() {
        return Ok(None);
    }
    let values: Vec<T> = given.iter().cloned().filter_map(Change::value).collect();
    let is_clear = values.len() < given.len();
    if is_clear && !values.is_empty() {
        anyhow::bail!(told!(
            lang::spoken(),
            "{flag} none stands alone: leave it out to set other values",
            "{flag} none 不可与其他取值同用：如需设定其他取值，请去掉 none"
        ));
    }
    Ok(Some(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_clears_and_everything_else_is_read() {
        let read = change(|text| text.parse::<u32>().map_err(|error| error.to_string()));
        assert_eq!(read("none"), Ok(Change::Clear));
        assert_eq!(read("7"), Ok(Change::To(7)));
        assert!(read("None").is_err() && read("").is_err());
    }

    #[test]
    fn a_list_is_left_set_or_cleared() {
        let list = |given: &[Change<u32>]| change_list("--from", given).ok();
        assert_eq!(list(&[]), Some(None));
        assert_eq!(list(&[Change::To(1), Change::To(2)]), Some(Some(vec![1, 2])));
        assert_eq!(list(&[Change::Clear]), Some(Some(Vec::new())));
        assert_eq!(list(&[Change::Clear, Change::To(1)]), None);
    }
}
