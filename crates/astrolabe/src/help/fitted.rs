//! A help whose lines fit a terminal. clap would count a Chinese letter as one column, and break no line of them.

use crate::tables::width_of;
use crate::tables::wrap::wrapped;

/// The help with lines no wider than `width`; what goes on in the next line stands below what it goes on with.
pub(super) fn to(help: &str, width: usize) -> String {
    help.lines().map(|line| line_to(line, width) + "\n").collect()
}

fn line_to(line: &str, width: usize) -> String {
    let text = plain(line);
    let column = hanging(&text);
    if width_of(&text) <= width || column >= width {
        return line.to_owned();
    }
    let (head, tail) = line.split_at(byte_of(line, column));
    let below = format!("\n{}", " ".repeat(column));
    head.to_owned() + &wrapped(&plain(tail), width - column).join(&below)
}

/// The column below which a line goes on: where the text begins behind a flag, or where the line does.
fn hanging(text: &str) -> usize {
    let indent = text.len() - text.trim_start().len();
    let Some(gap) = text[indent..].find("  ").filter(|_| indent > 0) else { return indent };
    let behind = &text[indent + gap..];
    width_of(&text[..indent + gap]) + behind.len() - behind.trim_start().len()
}

/// Where in a styled line a column begins.
fn byte_of(line: &str, column: usize) -> usize {
    let (mut at, mut passed) = (0, 0);
    while passed < column && at < line.len() {
        let rest = &line[at..];
        let style = style_len(rest);
        let letter = rest.chars().next().map_or(1, char::len_utf8);
        passed += if style == 0 { width_of(&rest[..letter]) } else { 0 };
        at += if style == 0 { letter } else { style };
    }
    at
}

/// How long the style is that a text begins with: an escape, up to its `m`.
fn style_len(text: &str) -> usize {
    match text.starts_with('\u{1b}') {
        true => text.find('m').map_or(text.len(), |end| end + 1),
        false => 0,
    }
}

/// The line without its styles.
fn plain(line: &str) -> String {
    let (mut text, mut at) = (String::new(), 0);
    while let Some(letter) = line[at..].chars().next() {
        let style = style_len(&line[at..]);
        if style == 0 {
            text.push(letter);
        }
        at += if style == 0 { letter.len_utf8() } else { style };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_on_below_their_text() {
        let bold = "\u{1b}[1m--out\u{1b}[0m";
        let help = format!("About it\n\n      {bold} <FILE>  one two three four\n      long text of its own here\n");
        assert_eq!(
            to(&help, 30),
            format!(
                "About it\n\n      {bold} <FILE>  one two\n{}three four\n      long text of its own\n      here\n",
                " ".repeat(20)
            )
        );
        let chinese = to("  --out <FILE>  将结果写入该文件，要么完整写入，要么不写", 30);
        let lines =
            ["  --out <FILE>  将结果写入该文", "                件，要么完整写", "                入，要么不写", ""];
        assert_eq!(chinese, lines.join("\n"));
    }
}
