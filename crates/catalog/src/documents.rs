//! Every document that is rendered from the definitions, in one list: what is committed in `golden/` and served.

use crate::samples::{self, Language};
use crate::{AUTHOR_CP_INFO, BaseUrl, ENDPOINTS, Lang, openapi, pages};

/// A rendered document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Where it is kept, and (but for samples and the admin API) served: `openapi.json`, `en/api/…/explain.md`.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// Every document, with samples for the server at `base`; OpenAPI documents name these servers.
pub fn documents(base: &BaseUrl, servers: &[openapi::Server]) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut add = |path: &str, text: String| {
        documents.push(Document { path: path.trim_start_matches('/').to_owned(), text });
    };
    add("openapi.json", openapi::text(&openapi::whole(Lang::En, servers)));
    add("openapi-zh.json", openapi::text(&openapi::whole(Lang::Zh, servers)));
    add("llms.txt", pages::llms(base));
    for lang in Lang::ALL {
        add(&format!("admin/openapi-{lang}.json"), openapi::text(&openapi::admin(lang)));
        for endpoint in ENDPOINTS {
            add(&endpoint.openapi(lang), openapi::text(&openapi::single(endpoint, lang, servers)));
            add(&format!("{}.md", endpoint.page(lang)), pages::markdown(endpoint, lang, base));
        }
    }
    for language in Language::ALL {
        add(&format!("samples/{}", language.file()), samples::render(&AUTHOR_CP_INFO, language, base, Lang::En));
    }
    documents
}
