//! Where words go: programs read stdout, people read stderr. The only place that prints.

use std::io::Write;

use anyhow::Context;
use domain::shown;
pub(crate) use domain::thousands;

use crate::tables::width_of;
use crate::tables::wrap::wrapped;

/// Tells people something, on stderr. Nobody listening is no error.
pub(crate) fn person(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", lines_shown(text));
}

/// Writes the verb's result for people to stdout, at once.
///
/// # Errors
/// As [`data`].
pub(crate) fn result(text: &str) -> anyhow::Result<()> {
    data(&lines_shown(text))
}

/// The lines of a text as people are shown them, whoever wrote what stands in them.
fn lines_shown(text: &str) -> String {
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

/// Writes the verb's result for programs to stdout as it is, at once.
///
/// # Errors
/// When stdout cannot be written. A reader that has left (`| head`) is no error.
pub(crate) fn data(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to stdout"),
    }
}

/// Writes a value to stdout as JSON, indented.
///
/// # Errors
/// As [`data`].
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    data(&serde_json::to_string_pretty(value)?)
}

/// The columns of the terminal that stdout is; none where it is no terminal.
pub(crate) fn width() -> Option<usize> {
    console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns))
}

/// Facts, one a line, their values below each other; values that are wider than the terminal go on below themselves.
pub(crate) fn facts<'f>(facts: impl IntoIterator<Item = (&'f str, String)>) -> String {
    facts_within(facts, width())
}

/// The least room for values that is worth breaking them for.
const VALUE_MIN: usize = 20;

/// As [`facts`], in a terminal of so many columns or in full.
pub(crate) fn facts_within<'f>(facts: impl IntoIterator<Item = (&'f str, String)>, room: Option<usize>) -> String {
    let facts: Vec<_> = facts.into_iter().collect();
    let names = facts.iter().map(|(name, _)| width_of(name)).max().unwrap_or_default() + 2;
    let room = room.map(|room| room.saturating_sub(names)).filter(|room| *room >= VALUE_MIN);
    let line = |(name, value): &(&str, String)| {
        let value = match room {
            Some(room) if width_of(value) > room => wrapped(value, room).join(&format!("\n{}", " ".repeat(names))),
            _ => value.clone(),
        };
        format!("{name}{}{value}", " ".repeat(names - width_of(name)))
    };
    facts.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A word as a shell takes it, so that a command that is printed can be run.
pub(crate) fn shell_word(word: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || "_-.:/@".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// So many of something, in English: `1 row`, `1,234 rows`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_command_can_be_run() {
        assert_eq!(
            ["team", "市场部", "the team", "it's", ""].map(shell_word),
            ["team", "市场部", "'the team'", r"'it'\''s'", "''"]
        );
    }

    #[test]
    fn lines_stay_and_nothing_else_is_obeyed() {
        assert_eq!(lines_shown("a\u{1b}[2J\r\n  b\u{202e}\u{2028}\n"), "a [2J \n  b  \n");
    }

    #[test]
    fn values_stand_below_each_other() {
        assert_eq!(facts([("a", "1".to_owned()), ("long", "2".to_owned())]), "a     1\nlong  2");
        assert_eq!(facts([("类目", "1".to_owned()), ("CPM", "2".to_owned())]), "类目  1\nCPM   2");
    }

    #[test]
    fn values_that_do_not_fit_go_on_below_themselves() {
        let why = "1,234, of which 1,000 without a price at these lengths, 200 over the budget, 34 over a cap";
        let told = facts_within([("picks", "3".to_owned()), ("not weighed", why.to_owned())], Some(80));
        assert!(told.lines().all(|line| line.len() <= 80), "{told}");
        assert!(
            told.starts_with("picks        3\nnot weighed  1,234, of which") && told.lines().count() == 3,
            "{told}"
        );
        assert!(
            told.lines().nth(2).is_some_and(|line| line.starts_with("             ") && line.ends_with("a cap")),
            "{told}"
        );
    }

    #[test]
    fn one_is_told_as_one() {
        assert_eq!([0, 1, 1234].map(|number| counted(number, "row")), ["0 rows", "1 row", "1,234 rows"]);
    }
}
