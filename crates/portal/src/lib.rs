//! The reference pages for people: home, a page for each endpoint, the documents behind the figures; beside them what programs read, which the
//! catalog renders (OpenAPI, Markdown, `llms.txt`). Everything is rendered when the portal is made, or by
//! [`Portal::refresh`] where it shows prices and health; a request only looks it up. No HTTP server lives here: the binary
//! hands [`Portal::page`] to the gateway.

mod assets;
mod document;
mod endpoint_page;
mod health;
mod highlight;
mod home;
mod missing;
mod resource;
mod shell;
mod site;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use catalog::BaseUrl;
use catalog::openapi::Server;
use domain::{Lang, MicroYuan, Sentence};

use resource::Resource;
use site::Site;

/// A base URL that samples can be shown for.
#[derive(Debug, Clone)]
pub struct Environment {
    /// What it is called.
    pub name: Sentence,
    /// The base URL.
    pub url: BaseUrl,
}

/// The most environments.
pub const ENVIRONMENTS_MAX: usize = 8;

/// What changes while a server runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Live {
    /// Prices by the number of an endpoint; the others cost nothing.
    pub prices: Vec<(u8, MicroYuan)>,
    /// The last hours of Author CP Info, oldest first.
    pub hours: Vec<Hour>,
}

/// Requests of an hour by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hour {
    /// The hour, counted since 1970 in UTC.
    pub hour: u64,
    /// Answered.
    pub succeeded: u64,
    /// Refused for what the caller can mend.
    pub refused: u64,
    /// Failed.
    pub failed: u64,
}

/// What is asked for, and how.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The path.
    pub path: &'a str,
    /// `Accept`: whether a page is shown where there is nothing.
    pub accept: &'a str,
    /// `Accept-Language`: which home page is at `/`.
    pub accept_language: &'a str,
    /// `Accept-Encoding`.
    pub accept_encoding: &'a str,
    /// `If-None-Match`.
    pub if_none_match: &'a str,
}

/// A page, or that it has not changed.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status: 200, 304, 308 or 404.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

/// Every page, ready.
pub struct Portal {
    site: Site,
    live: Mutex<Live>,
    /// What is shown where there is nothing, in English and in Chinese.
    missing: [Resource; 2],
    /// By path.
    resources: RwLock<HashMap<String, Arc<Resource>>>,
}

impl Portal {
    /// Renders everything. There is at least one environment: the server itself; the first one is the one shown first.
    pub fn new(environments: Vec<Environment>, live: Live) -> Self {
        let servers: Vec<Server> = environments
            .iter()
            .map(|environment| Server { url: Some(environment.url.clone()), name: environment.name.clone() })
            .collect();
        let site = Site::new(environments);
        let mut resources: HashMap<_, _> = site.fixed(&servers).into_iter().collect();
        resources.extend(site.priced(&live));
        resources.extend(site.live(&live));
        let missing = [Lang::En, Lang::Zh].map(|lang| Resource::html(missing::render(lang)));
        Self { site, live: Mutex::new(live), missing, resources: RwLock::new(resources) }
    }

    /// Renders again what shows prices and health, if they changed.
    pub fn refresh(&self, live: Live) {
        let mut held = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if *held == live {
            return;
        }
        let mut pages = self.site.live(&live);
        // Health changes with every request, prices rarely.
        if held.prices != live.prices {
            pages.extend(self.site.priced(&live));
        }
        self.resources.write().unwrap_or_else(PoisonError::into_inner).extend(pages);
        *held = live;
    }

    /// What is at a path; none where nothing is.
    pub fn page(&self, asked: &Asked<'_>) -> Option<Reply> {
        let path = match asked.path {
            "/" => match Lang::preferred(asked.accept_language) {
                Lang::En => "/en/",
                Lang::Zh => "/zh/",
            },
            // As people type it.
            "/en" => "/en/",
            "/zh" => "/zh/",
            path => path,
        };
        let resource = self.resources.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()?;
        Some(resource.reply(asked))
    }

    /// What there is instead at a path without a page: the way to the page, where only a slash is too much; for browsers a page that
    /// says so, in the language of the path or the one asked for.
    pub fn instead(&self, asked: &Asked<'_>) -> Option<Reply> {
        let has_page = |path: &&str| self.resources.read().unwrap_or_else(PoisonError::into_inner).contains_key(*path);
        if let Some(path) = asked.path.strip_suffix('/').filter(has_page) {
            let headers = vec![("location", path.to_owned()), ("cache-control", "no-cache".to_owned())];
            return Some(Reply { status: 308, headers, body: Bytes::new() });
        }
        let media = |media: &str| media.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/html");
        if !asked.accept.split(',').any(media) {
            return None;
        }
        let [english, chinese] = &self.missing;
        let page = match asked.path.split('/').nth(1) {
            Some("en") => english,
            Some("zh") => chinese,
            _ if Lang::preferred(asked.accept_language) == Lang::Zh => chinese,
            _ => english,
        };
        // Never as not changed: what is told is that there is nothing.
        let mut reply = page.reply(&Asked { if_none_match: "", ..*asked });
        reply.status = 404;
        if let Some((_, vary)) = reply.headers.iter_mut().find(|(name, _)| *name == "vary") {
            "Accept, Accept-Encoding, Accept-Language".clone_into(vary);
        }
        Some(reply)
    }

    /// Every path there is something at.
    pub fn paths(&self) -> Vec<String> {
        let resources = self.resources.read().unwrap_or_else(PoisonError::into_inner);
        let mut paths: Vec<String> = resources.keys().cloned().chain(["/".to_owned()]).collect();
        paths.sort_unstable();
        paths
    }
}
