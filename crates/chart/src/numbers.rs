//! Numbers as people of a language shorten them: 1.2k and 3.4M, or 1.2万 and 3.4亿.

use catalog::Lang;
use domain::CHINESE_UNITS;

/// A number in three digits or so.
pub(crate) fn short(value: f64, lang: Lang) -> String {
    let units: &[(u64, &str)] = match lang {
        Lang::En => &[(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")],
        Lang::Zh => &CHINESE_UNITS,
    };
    // A value that rounds up to the next unit is told in it: 999,990 is 1M.
    let unit = units.iter().find(|(unit, _)| value >= *unit as f64 * 0.9995);
    match unit {
        Some((unit, name)) => format!("{}{name}", digits(value / *unit as f64)),
        None => digits(value),
    }
}

/// Three significant digits, no zeros behind the point at the end.
fn digits(value: f64) -> String {
    let decimals = match value {
        value if value >= 99.95 => 0,
        value if value >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shortened_as_each_language_does() {
        for (value, en, zh) in [
            (0.0, "0", "0"),
            (0.25, "0.25", "0.25"),
            (950.0, "950", "950"),
            (1234.0, "1.23k", "1234"),
            (380_245.0, "380k", "38万"),
            (999_990.0, "1M", "100万"),
            (2_500_000.0, "2.5M", "250万"),
            (120_000_000.0, "120M", "1.2亿"),
        ] {
            assert_eq!((short(value, Lang::En).as_str(), short(value, Lang::Zh).as_str()), (en, zh));
        }
    }
}
