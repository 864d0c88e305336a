//! What every page has around it.

use catalog::{AUTHOR_CP_INFO, AnswerField, ENDPOINTS, Endpoint, Lang, Text};

use crate::assets::{PATHS, Paths};
use crate::document::{DOCUMENTS, Document};

/// The frame of a page.
pub(crate) struct Shell {
    pub(crate) lang: Lang,
    pub(crate) title: String,
    pub(crate) about: &'static str,
    /// The page's path in the other language.
    other_path: String,
    /// The page's path.
    pub(crate) path: String,
}

impl Shell {
    /// The frame of the page at `path_of` in each language.
    pub(crate) fn new(lang: Lang, title: &str, about: &'static str, path_of: impl Fn(Lang) -> String) -> Self {
        Self { lang, title: title.to_owned(), about, other_path: path_of(lang.other()), path: path_of(lang) }
    }

    /// A text in the page's language.
    pub(crate) fn t(&self, text: impl Into<Wording>) -> &'static str {
        text.into().0.of(self.lang)
    }

    /// What a field holds.
    pub(crate) fn kind(&self, field: &AnswerField) -> &'static str {
        field.kind.name(self.lang)
    }

    /// The page of the contract's endpoint.
    pub(crate) fn reference(&self) -> String {
        AUTHOR_CP_INFO.page(self.lang)
    }

    pub(crate) fn assets(&self) -> &'static Paths {
        &PATHS
    }

    pub(crate) fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The language tag of HTML.
    pub(crate) fn tag(&self) -> &'static str {
        self.lang.tag()
    }

    pub(crate) fn other_tag(&self) -> &'static str {
        self.lang.other().tag()
    }

    pub(crate) fn other_name(&self) -> &'static str {
        match self.lang {
            Lang::En => "中文",
            Lang::Zh => "English",
        }
    }

    pub(crate) fn other_path(&self) -> &str {
        &self.other_path
    }

    /// The address of the whole API's document.
    pub(crate) fn openapi(&self) -> &'static str {
        match self.lang {
            Lang::En => "/openapi.json",
            Lang::Zh => "/openapi-zh.json",
        }
    }

    /// Every endpoint with its page.
    pub(crate) fn endpoints(&self) -> Vec<Link> {
        ENDPOINTS.iter().map(|endpoint| self.link(endpoint)).collect()
    }

    /// Every document with its page.
    pub(crate) fn documents(&self) -> Vec<Link> {
        let link = |document: &Document| {
            let path = document.path(self.lang);
            Link { title: document.title.of(self.lang), is_here: path == self.path, path }
        };
        DOCUMENTS.iter().map(link).collect()
    }

    fn link(&self, endpoint: &Endpoint) -> Link {
        let path = endpoint.page(self.lang);
        Link { title: endpoint.title.of(self.lang), is_here: path == self.path, path }
    }
}

/// A text as templates give it: sometimes as it is, sometimes borrowed once or twice.
pub(crate) struct Wording(Text);

impl From<Text> for Wording {
    fn from(text: Text) -> Self {
        Self(text)
    }
}

impl From<&Text> for Wording {
    fn from(text: &Text) -> Self {
        Self(*text)
    }
}

impl From<&&Text> for Wording {
    fn from(text: &&Text) -> Self {
        Self(**text)
    }
}

/// A link to an endpoint's page.
pub(crate) struct Link {
    pub(crate) title: &'static str,
    pub(crate) path: String,
    pub(crate) is_here: bool,
}
