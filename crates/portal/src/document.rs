//! The pages about what is behind the figures: the project's own documents, in Chinese translations of them.

use askama::Template;
use catalog::{Lang, Text};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use crate::shell::Shell;
use crate::words;

/// A document that is served as a page, and as Markdown.
pub(crate) struct Document {
    /// Its path below that of the language.
    pub(crate) name: &'static str,
    english: &'static str,
    chinese: &'static str,
    pub(crate) title: Text,
    about: Text,
}

/// All of them. The texts of the catalog name their paths.
pub(crate) const DOCUMENTS: [Document; 3] = [
    Document {
        name: "method",
        english: include_str!("../../../docs/method.md"),
        chinese: include_str!("../../../docs/method.zh.md"),
        title: words::METHOD,
        about: words::METHOD_ABOUT,
    },
    Document {
        name: "market",
        english: include_str!("../../../docs/market.md"),
        chinese: include_str!("../../../docs/market.zh.md"),
        title: words::MARKET,
        about: words::MARKET_ABOUT,
    },
    Document {
        name: "plan",
        english: include_str!("../../../docs/plan.md"),
        chinese: include_str!("../../../docs/plan.zh.md"),
        title: words::PLANS,
        about: words::PLANS_ABOUT,
    },
];

#[derive(Template)]
#[template(path = "document.html")]
struct Page {
    shell: Shell,
    text: String,
}

impl Document {
    /// Its path in a language.
    pub(crate) fn path(&self, lang: Lang) -> String {
        format!("/{lang}/{}", self.name)
    }

    /// The document in a language, as Markdown, without its first line: a link to the file in the other language, which is not
    /// served under that name.
    pub(crate) fn markdown(&self, lang: Lang) -> &'static str {
        let file = match lang {
            Lang::En => self.english,
            Lang::Zh => self.chinese,
        };
        file.split_once("\n\n").map_or(file, |(_, document)| document)
    }

    /// The page in a language.
    pub(crate) fn render(&self, lang: Lang) -> String {
        let mut text = String::new();
        // The document's links lead to files of the checkout, which are not served under those names: their words stay.
        let is_link = |event: &Event<'_>| matches!(event, Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link));
        let events = Parser::new_ext(self.markdown(lang), Options::ENABLE_TABLES).filter(|event| !is_link(event));
        html::push_html(&mut text, events);
        // On a phone a wide table scrolls by itself, and so does a wide formula; by the keyboard too.
        let text = text.replace("<table>", "<table tabindex=\"0\">").replace("<pre>", "<pre tabindex=\"0\">");
        // The pages allow no style but that of the sheet.
        let text = text.replace(" style=\"text-align: right\"", " class=\"number\"");
        let shell = Shell::new(lang, self.title.of(lang), self.about.of(lang), |lang| self.path(lang));
        // Writing to a string cannot fail.
        Page { shell, text }.render().unwrap_or_default()
    }
}
