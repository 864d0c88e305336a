//! What a browser is shown where there is nothing.

use askama::Template;
use catalog::Lang;

use crate::shell::Shell;
use crate::words;

#[derive(Template)]
#[template(path = "missing.html")]
struct Missing {
    shell: Shell,
}

/// The page in a language.
pub(crate) fn render(lang: Lang) -> String {
    let home = |lang: Lang| format!("/{lang}/");
    let shell = Shell::new(lang, words::MISSING.of(lang), words::MISSING_ABOUT.of(lang), home);
    // Writing to a string cannot fail.
    Missing { shell }.render().unwrap_or_default()
}
