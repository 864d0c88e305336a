//! Texts broken into lines: between words, and between Chinese letters; never inside a number, an id or a name.

use super::width_of;

/// Breaks a text into lines no wider than `width`, where its words allow it.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for atom in atoms(paragraph) {
            if !line.is_empty() && width_of(&line) + width_of(atom.trim_end()) > width {
                lines.push(line.trim_end().to_owned());
                line.clear();
            }
            line.push_str(if line.is_empty() { atom.trim_start() } else { atom });
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The width of the widest part that is never broken.
pub(crate) fn widest_atom(text: &str) -> usize {
    text.lines().flat_map(atoms).map(|atom| width_of(atom.trim())).max().unwrap_or_default()
}

/// The parts between which a line may be broken: words with the space behind them, and Chinese letters each with the punctuation
/// that must not stand apart from it.
fn atoms(text: &str) -> Vec<&str> {
    let mut atoms = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, letter) in text.char_indices() {
        if before.is_some_and(|before| may_break(before, letter)) {
            atoms.push(&text[start..at]);
            start = at;
        }
        before = Some(letter);
    }
    atoms.push(&text[start..]);
    atoms
}

fn may_break(before: char, after: char) -> bool {
    if before == ' ' {
        return after != ' ';
    }
    let is_wide = |letter: char| letter >= '\u{2e80}';
    let opens = |letter| ['（', '“', '《', '[', '('].contains(&letter);
    let closes = |letter| "，。；：、）”》！？…]),.;:%".contains(letter);
    after != ' ' && (is_wide(before) || is_wide(after)) && !opens(before) && !closes(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_letters() {
        let text = "10 个作品中有 1 个的播放量达到 10137960（预期播放量 × 3）；统计 90 天内最近至多 25 个成熟作品";
        for width in 10..60 {
            let lines = wrapped(text, width);
            assert!(lines.iter().all(|line| width_of(line) <= width), "{width}: {lines:?}");
            assert!(lines.iter().any(|line| line.contains("10137960")), "{width}: {lines:?}");
            assert!(!lines.iter().any(|line| line.starts_with(['；', '）', ' '])), "{width}: {lines:?}");
        }
        assert_eq!(wrapped("one two, three", 8), ["one two,", "three"]);
        assert_eq!(wrapped("a\n\nb", 8), ["a", "", "b"]);
        assert_eq!(wrapped("6826128263245070349", 8), ["6826128263245070349"]);
        assert_eq!(widest_atom("达人 6826128263245070349 未知"), 19);
    }
}
