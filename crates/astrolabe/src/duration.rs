//! Durations as operators write them: `90s`, `45m`, `12h`, `30d`, `2w`.

use crate::lang::{self, told};

/// Reads a duration as seconds.
///
/// # Errors
/// A sentence with what would be right.
pub(crate) fn parse_seconds(text: &str) -> Result<u32, String> {
    let lang = lang::spoken();
    let wrong = || {
        told!(
            lang,
            "{text:?} is not a duration such as 45m, 12h, 30d or 2w",
            "{text:?} 不是时长：应如 45m、12h、30d 或 2w"
        )
    };
    let unit = text.chars().last().ok_or_else(wrong)?;
    let unit_s: u32 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return Err(wrong()),
    };
    let number: u32 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    if number == 0 {
        return Err(told!(lang, "a duration of zero would have ended already", "时长不可为零"));
    }
    let too_long = || told!(lang, "{text:?} is longer than a hundred years", "{text:?} 超过一百年");
    number.checked_mul(unit_s).ok_or_else(too_long)
}

#[cfg(test)]
mod tests {
    use super::parse_seconds;

    #[test]
    fn durations_are_read_with_their_unit() {
        assert_eq!(parse_seconds("30d"), Ok(30 * 86_400));
        assert_eq!(parse_seconds("2w"), Ok(14 * 86_400));
        for wrong in ["", "30", "d", "-1d", "1.5h", "30日", "0d", "9999999w"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
    }
}
