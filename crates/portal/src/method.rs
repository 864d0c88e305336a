//! The page about how the figures are made: the project's own document, in Chinese a translation of it.

use askama::Template;
use catalog::Lang;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use crate::shell::Shell;
use crate::words;

const ENGLISH: &str = include_str!("../../../docs/method.md");
const CHINESE: &str = include_str!("../../../docs/method.zh.md");

#[derive(Template)]
#[template(path = "method.html")]
struct Method {
    shell: Shell,
    text: String,
}

/// The document in a language, as Markdown, without its first line: a link to the file in the other language, which is not
/// served under that name.
pub(crate) fn markdown(lang: Lang) -> &'static str {
    let file = match lang {
        Lang::En => ENGLISH,
        Lang::Zh => CHINESE,
    };
    file.split_once("\n\n").map_or(file, |(_, document)| document)
}

/// The page in a language.
pub(crate) fn render(lang: Lang) -> String {
    let document = markdown(lang);
    let mut text = String::new();
    // The document's links lead to files of the checkout, which are not served: their words stay.
    let is_link = |event: &Event<'_>| matches!(event, Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link));
    let events = Parser::new_ext(document, Options::ENABLE_TABLES).filter(|event| !is_link(event));
    html::push_html(&mut text, events);
    // On a phone a wide table scrolls by itself, and so does a wide formula; by the keyboard too.
    let text = text.replace("<table>", "<table tabindex=\"0\">").replace("<pre>", "<pre tabindex=\"0\">");
    let shell =
        Shell::new(lang, words::METHOD.of(lang), words::METHOD_ABOUT.of(lang), |lang| format!("/{lang}/method"));
    // Writing to a string cannot fail.
    Method { shell, text }.render().unwrap_or_default()
}
