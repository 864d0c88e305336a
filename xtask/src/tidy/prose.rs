//! What is written: files open by saying what they hold; nothing left over, nothing of the machine or the tools it was
//! written with, nothing secret.

use super::Finding;
use super::rust::{code_only, line_of, words};
use crate::workspace::SourceFile;

/// This file names what it forbids; lock files hold what their tools write.
const EXEMPT: [&str; 3] = ["xtask/src/tidy/prose.rs", "Cargo.lock", "fuzz/Cargo.lock"];

/// Macros that belong to a work in progress, without their `!`.
const UNFINISHED: [&str; 3] = ["dbg", "todo", "unimplemented"];

/// Words that tell of the making rather than of the thing, matched as whole words.
const FORBIDDEN_WORDS: [&str; 12] = [
    "AI",
    "LLM",
    "LLMs",
    "Claude",
    "Anthropic",
    "ChatGPT",
    "GPT",
    "OpenAI",
    "Copilot",
    "Gemini",
    "language model",
    "AI-generated",
];

/// Places on somebody's machine, and package registries' hosts, matched anywhere.
const FORBIDDEN_PLACES: [&str; 8] =
    ["/work/", "/tmp/team", "/home/", "/root/", "/Users/", "crates.io", "pypi.org", "pythonhosted.org"];

/// How well-known secrets begin, and how many characters of a token must follow.
const SECRET_PREFIXES: [(&str, usize); 8] = [
    ("AKIA", 16),
    ("ghp_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("sk-", 32),
    ("xoxb-", 20),
    ("eyJhbGciOi", 20),
    ("PRIVATE KEY-----", 0),
];

/// A quoted token at least this long, with this many digits beside letters of both cases, looks random.
const RANDOM_LENGTH_MIN: usize = 32;
const RANDOM_DIGITS_MIN: usize = 4;

/// Reads every text file, and a Rust file's code besides.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    files.iter().filter(|file| !EXEMPT.contains(&file.path.as_str())).flat_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.path.ends_with(".rs") {
        check_rust(file, &mut findings);
    }
    for (number, line) in file.text.lines().enumerate() {
        findings.extend(check_line(line).into_iter().map(|message| Finding::at(file, number + 1, message)));
    }
    findings
}

fn check_rust(file: &SourceFile, findings: &mut Vec<Finding>) {
    if !file.text.starts_with("//! ") {
        findings.push(Finding::at(file, 1, "open with `//!`: what lives here, what does not, who calls it"));
    }
    let code = code_only(&file.text);
    for name in UNFINISHED {
        for at in words(&code, name).filter(|at| code[at + name.len()..].starts_with('!')) {
            findings.push(Finding::at(file, line_of(&code, at), format!("finish it: no `{name}!` stays")));
        }
    }
}

fn check_line(line: &str) -> Vec<String> {
    let mut messages = Vec::new();
    for at in words(line, "TODO").chain(words(line, "FIXME")).chain(words(line, "XXX")) {
        let rest = line[at..].trim_start_matches(|c: char| c.is_ascii_uppercase());
        if !(rest.starts_with('(') && rest.contains("):")) {
            messages.push("give it an owner, `TODO(name): …`, or do it".to_owned());
        }
    }
    let named = FORBIDDEN_WORDS.into_iter().filter(|word| words(line, word).next().is_some());
    messages.extend(named.map(|word| format!("remove `{word}`: say what the thing is, not how it was made")));
    let places = FORBIDDEN_PLACES.into_iter().filter(|place| line.contains(place));
    messages.extend(places.map(|place| format!("remove `{place}`: it means nothing on another machine")));
    if looks_secret(line) {
        messages.push("this looks like a secret: make it at run time".to_owned());
    }
    messages
}

fn looks_secret(line: &str) -> bool {
    let token_len = |text: &str| text.bytes().take_while(|byte| is_token(*byte)).count();
    let known = SECRET_PREFIXES
        .into_iter()
        .any(|(prefix, len)| line.match_indices(prefix).any(|(at, _)| token_len(&line[at + prefix.len()..]) >= len));
    known || line.split(['"', '\'', '`', '=', ' ']).any(looks_random)
}

fn looks_random(text: &str) -> bool {
    let count = |is: fn(&u8) -> bool| text.bytes().filter(is).count();
    text.len() >= RANDOM_LENGTH_MIN
        && text.bytes().all(is_token)
        && !is_alphabet(text)
        && count(u8::is_ascii_digit) >= RANDOM_DIGITS_MIN
        && count(u8::is_ascii_uppercase) >= RANDOM_DIGITS_MIN
        && count(u8::is_ascii_lowercase) >= RANDOM_DIGITS_MIN
}

/// Whether each character stands once, as in the alphabet of an encoding.
fn is_alphabet(text: &str) -> bool {
    let mut bytes = text.as_bytes().to_vec();
    bytes.sort_unstable();
    bytes.windows(2).all(|pair| pair[0] != pair[1])
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    fn messages(text: &str) -> Vec<(usize, String)> {
        findings(check, "a.rs", text)
    }

    #[test]
    fn a_file_opens_by_saying_what_it_holds() {
        assert!(messages("use a;\n")[0].1.starts_with("open with `//!`"));
        assert_eq!(messages("//! What it holds.\nuse a;\n"), []);
    }

    #[test]
    fn unfinished_code_is_found_and_the_words_alone_are_not() {
        assert_eq!(messages("//! A.\nfn f() {\n    todo!()\n}\n")[0].0, 3);
        assert_eq!(messages("//! A.\nlet todo = \"dbg!\"; // unimplemented!\n"), []);
    }

    #[test]
    fn a_reminder_needs_an_owner() {
        assert_eq!(messages("//! A.\n// TODO: later\n").len(), 1);
        assert_eq!(messages("//! A.\n// TODO(mei): later\n"), []);
    }

    #[test]
    fn words_of_the_making_are_found_as_whole_words() {
        assert_eq!(messages("//! Made by AI.\n").len(), 1);
        assert_eq!(messages("//! OpenAPI, llms.txt, AIR and MAIN.\n"), []);
        assert_eq!(messages("//! A.\nlet a = \"/home/mei/a\";\n").len(), 1);
    }

    #[test]
    fn secrets_are_found_and_ids_and_hashes_are_not() {
        assert!(looks_secret("token = \"AKIAABCDEFGHIJKLMNOP\""));
        assert!(looks_secret("let t = \"q8Zk3VbT1xYw9Lm2Nc4Rd7Pf6Hg8Zk3V\";"));
        assert!(looks_secret("-----BEGIN EC PRIVATE KEY-----"));
        assert!(!looks_secret("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"));
        assert!(!looks_secret("\"0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz\""));
        assert!(!looks_secret("a_test_name_that_reads_like_a_sentence_about_2026_and_12_more"));
    }
}
