//! What is at which path.

use std::sync::Arc;

use catalog::openapi::Server;
use catalog::{AUTHOR_CP_INFO, BaseUrl, ENDPOINTS, Lang, documents};

use crate::document::DOCUMENTS;
use crate::resource::{Keep, Resource};
use crate::{Environment, Live, assets, endpoint_page, home};

/// What pages are rendered with.
pub(crate) struct Site {
    pub(crate) environments: Vec<Environment>,
}

const MARKDOWN: &str = "text/markdown; charset=utf-8";

/// Something and its path.
type Placed = (String, Arc<Resource>);

impl Site {
    pub(crate) fn new(environments: Vec<Environment>) -> Self {
        Self { environments }
    }

    /// The base URL shown first.
    pub(crate) fn base(&self) -> BaseUrl {
        self.environments.first().map_or_else(BaseUrl::local, |environment| environment.url.clone())
    }

    /// What stays as it is while the server runs.
    pub(crate) fn fixed(&self, servers: &[Server]) -> Vec<Placed> {
        let served = documents(&self.base(), servers).into_iter().filter(|document| {
            // Not the admin API, which is on another address, nor samples, which are on the pages.
            !document.path.starts_with("admin/") && !document.path.starts_with("samples/")
        });
        let documents = served.map(|document| {
            let content_type = match document.path.rsplit('.').next() {
                Some("json") => "application/json",
                Some("md") => MARKDOWN,
                _ => "text/plain; charset=utf-8",
            };
            (format!("/{}", document.path), Resource::new(content_type, Keep::Revalidate, document.text))
        });
        let pages = DOCUMENTS.iter().flat_map(|document| {
            Lang::ALL.map(|lang| {
                let markdown = Resource::new(MARKDOWN, Keep::Revalidate, document.markdown(lang));
                let path = document.path(lang);
                [(format!("{path}.md"), markdown), (path, Resource::html(document.render(lang)))]
            })
        });
        let all = documents.chain(pages.flatten()).chain(assets::all());
        all.map(|(path, resource)| (path, Arc::new(resource))).collect()
    }

    /// What shows prices, and nothing else that changes.
    pub(crate) fn priced(&self, live: &Live) -> Vec<Placed> {
        let others = ENDPOINTS.iter().filter(|endpoint| endpoint.number != AUTHOR_CP_INFO.number);
        let pages = others.flat_map(|endpoint| {
            Lang::ALL.map(|lang| (endpoint.page(lang), endpoint_page::render(self, endpoint, lang, live)))
        });
        pages.map(|(path, page)| (path, Arc::new(Resource::html(page)))).collect()
    }

    /// What shows prices and health.
    pub(crate) fn live(&self, live: &Live) -> Vec<Placed> {
        let of = |lang: Lang| {
            let page = endpoint_page::render(self, &AUTHOR_CP_INFO, lang, live);
            [(format!("/{lang}/"), home::render(self, lang, live)), (AUTHOR_CP_INFO.page(lang), page)]
        };
        let pages = Lang::ALL.into_iter().flat_map(of);
        pages.map(|(path, page)| (path, Arc::new(Resource::html(page)))).collect()
    }
}
