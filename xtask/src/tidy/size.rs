//! How long files and functions may be. Lines of code are counted: comments and blank lines cost a reader nothing.

use super::Finding;
use super::rust::{code_only, line_of, words};
use crate::workspace::SourceFile;

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

/// No file and no function is longer than a reader can hold.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    files.iter().filter(|file| file.path.ends_with(".rs")).flat_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Vec<Finding> {
    let code = code_only(&file.text);
    let mut findings = Vec::new();
    let lines = lines_of_code(&code);
    if lines > FILE_LINES_MAX {
        let message = format!("{lines} lines of code, at most {FILE_LINES_MAX}: what is this file two of?");
        findings.push(Finding::at(file, 1, message));
    }
    for at in words(&code, "fn") {
        let Some((name, body_end)) = function(&code[at..]) else { continue };
        let lines = lines_of_code(&code[at..at + body_end]);
        if lines > FUNCTION_LINES_MAX {
            let message = format!("`{name}` has {lines} lines of code, at most {FUNCTION_LINES_MAX}: take a step out");
            findings.push(Finding::at(file, line_of(&code, at), message));
        }
    }
    findings
}

fn lines_of_code(code: &str) -> usize {
    code.lines().filter(|line| !line.trim().is_empty()).count()
}

/// The name and the length of the function whose `fn` starts `code`; `None` for a function type or one without a body.
fn function(code: &str) -> Option<(&str, usize)> {
    let name = code["fn".len()..].trim_start();
    let name = &name[..name.find(|c: char| !c.is_alphanumeric() && c != '_')?];
    if name.is_empty() {
        return None;
    }
    let open = code.find(['{', ';'])?;
    // An array type in the signature (`[u8; 4]`) holds a semicolon: only one outside brackets ends the declaration.
    let open = match &code[open..=open] {
        ";" if depth_at(&code[..open]) > 0 => open + code[open..].find('{')?,
        ";" => return None,
        _ => open,
    };
    let mut depth = 0usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some((name, at + 1)),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn depth_at(code: &str) -> usize {
    let count = |brackets: [char; 2]| code.matches(brackets).count();
    count(['(', '[']).saturating_sub(count([')', ']']))
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    fn function_of(lines: usize) -> String {
        let body = "    step(); // a word\n\n".repeat(lines.saturating_sub(2));
        format!("fn long(a: [u8; 4]) -> u8 {{\n{body}}}\n")
    }

    #[test]
    fn a_function_of_the_limit_passes_and_one_more_line_does_not() {
        assert_eq!(findings(check, "a.rs", &function_of(70)), []);
        let found = findings(check, "a.rs", &format!("//! A.\n{}", function_of(71)));
        assert_eq!(found, [(2, "`long` has 71 lines of code, at most 70: take a step out".to_owned())]);
    }

    #[test]
    fn braces_in_literals_and_functions_without_a_body_do_not_count() {
        let text = format!(
            "trait T {{ fn a(); fn b(x: fn(u8) -> u8); }}\nfn c() {{ p(\"{{\", '{{'); }}\n{}",
            "d();\n".repeat(80)
        );
        assert_eq!(findings(check, "a.rs", &text), []);
    }

    #[test]
    fn comments_make_no_file_too_long() {
        assert_eq!(findings(check, "a.rs", &"// why\n".repeat(600)), []);
        assert_eq!(findings(check, "a.rs", &"const A: u8 = 1;\n".repeat(501)).len(), 1);
        assert_eq!(findings(check, "a.md", &"text\n".repeat(600)), []);
    }
}
