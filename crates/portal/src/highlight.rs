//! Code as HTML with its comments, strings, numbers and words marked. Simple on purpose: samples and replies are ours.

use catalog::samples::Language;

/// What code is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    Sample(Language),
    Json,
}

/// The code as HTML.
pub(crate) fn highlight(code: &str, kind: Code) -> String {
    if kind == Code::Sample(Language::Text) {
        return escape(code);
    }
    let mut out = String::with_capacity(code.len() * 2);
    let mut rest = code;
    while let Some(letter) = rest.chars().next() {
        let (len, class) = token(rest, letter, kind);
        let (text, after) = rest.split_at(len.clamp(letter.len_utf8(), rest.len()));
        let class = match (class, kind) {
            (Some("s"), Code::Json) if after.starts_with(':') => Some("k"),
            (class, _) => class,
        };
        match class {
            Some(class) => out.push_str(&format!("<span class=\"{class}\">{}</span>", escape(text))),
            None => out.push_str(&escape(text)),
        }
        rest = after;
    }
    out
}

/// The length of the token that `rest` starts with, and its class.
fn token(rest: &str, letter: char, kind: Code) -> (usize, Option<&'static str>) {
    let line = || rest.find('\n').unwrap_or(rest.len());
    let hashes = matches!(kind, Code::Sample(Language::Bash | Language::Python));
    match letter {
        '#' if hashes => (line(), Some("c")),
        '/' if rest.starts_with("//") && kind != Code::Json && !hashes => (line(), Some("c")),
        '"' | '\'' | '`' => (string(rest, letter), Some("s")),
        letter if letter.is_ascii_digit() => (word(rest), Some("n")),
        letter if letter.is_alphabetic() || letter == '_' || letter == '$' => {
            let len = word(rest);
            (len, is_keyword(&rest[..len]).then_some("w"))
        }
        letter => (letter.len_utf8(), None),
    }
}

/// The length of the string that `rest` starts with; one that does not end in its line is none.
fn string(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '\n' => break,
            letter if letter == quote && !escaped => return at + 1,
            letter => escaped = letter == '\\' && !escaped,
        }
    }
    1
}

fn word(rest: &str) -> usize {
    rest.find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '$'))).unwrap_or(rest.len()).max(1)
}

fn is_keyword(word: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "import", "package", "public", "private", "static", "class", "void", "throws", "new", "if", "else", "return",
        "const", "await", "func", "var", "defer", "struct", "true", "false", "null", "nil", "from", "echo", "then",
        "fi", "set", "exit", "grep", "curl", "String", "int", "string",
    ];
    KEYWORDS.contains(&word)
}

/// The text with what means something in HTML escaped.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_put_around_the_text_and_change_nothing_of_it() {
        let json = highlight(r#"{"a": 12, "b": "<x>"}"#, Code::Json);
        assert_eq!(
            json,
            "{<span class=\"k\">&quot;a&quot;</span>: <span class=\"n\">12</span>, \
             <span class=\"k\">&quot;b&quot;</span>: <span class=\"s\">&quot;&lt;x&gt;&quot;</span>}"
        );
        for language in Language::ALL {
            let code = catalog::samples::render(
                &catalog::AUTHOR_CP_INFO,
                language,
                &catalog::BaseUrl::local(),
                catalog::Lang::En,
            );
            let html = highlight(&code, Code::Sample(language));
            let text: String =
                html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
            assert_eq!(text, escape(&code), "{language}");
        }
    }
}
