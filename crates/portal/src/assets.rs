//! Style, script and icon, compiled in. Their paths tell their content, so that they may be kept for ever.

use std::sync::LazyLock;

use crate::resource::{Keep, Resource, tag};

const STYLE: &str = include_str!("../assets/portal.css");
const SCRIPT: &str = include_str!("../assets/portal.js");
const ICON: &str = include_str!("../assets/icon.svg");

/// The paths of the assets.
pub(crate) struct Paths {
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) icon: String,
}

pub(crate) static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    let path = |name: &str, content: &str, ending: &str| format!("/assets/{name}-{}.{ending}", tag(content.as_bytes()));
    Paths { style: path("portal", STYLE, "css"), script: path("portal", SCRIPT, "js"), icon: path("icon", ICON, "svg") }
});

/// The assets with their paths.
pub(crate) fn all() -> Vec<(String, Resource)> {
    let asset = |path: &str, content_type, content: &'static str| {
        (path.to_owned(), Resource::new(content_type, Keep::ForEver, content))
    };
    vec![
        asset(&PATHS.style, "text/css; charset=utf-8", STYLE),
        asset(&PATHS.script, "text/javascript; charset=utf-8", SCRIPT),
        asset(&PATHS.icon, "image/svg+xml", ICON),
        // Browsers look here by themselves.
        ("/favicon.ico".to_owned(), Resource::new("image/svg+xml", Keep::Revalidate, ICON)),
    ]
}
