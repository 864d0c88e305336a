//! The home page.

use askama::Template;
use catalog::samples::{self, Language};
use catalog::{AUTHOR_CP_INFO, ENDPOINTS, Endpoint, Lang};

use crate::endpoint_page::price;
use crate::health::{Health, health};
use crate::highlight::{Code, highlight};
use crate::shell::Shell;
use crate::site::Site;
use crate::{Live, words};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    shell: Shell,
    main: Card,
    others: Vec<Card>,
    health: Health,
    sample: String,
}

struct Card {
    endpoint: &'static Endpoint,
    page: String,
    price: String,
}

/// The page in a language.
pub(crate) fn render(site: &Site, lang: Lang, live: &Live) -> String {
    let card = |endpoint: &'static Endpoint| {
        let price = price(endpoint, lang, live).unwrap_or_else(|| words::FREE.of(lang).to_owned());
        Card { endpoint, page: endpoint.page(lang), price }
    };
    let others = ENDPOINTS.iter().copied().filter(|endpoint| endpoint.number != AUTHOR_CP_INFO.number);
    let home = Home {
        shell: Shell::new(lang, "Astrolabe", words::TAGLINE.of(lang), |lang| format!("/{lang}/")),
        main: card(&AUTHOR_CP_INFO),
        others: others.map(card).collect(),
        health: health(&live.hours, lang),
        sample: highlight(&curl(site, lang), Code::Sample(Language::Bash)),
    };
    // Writing to a string cannot fail.
    home.render().unwrap_or_default()
}

/// The request of the sample in bash, alone.
fn curl(site: &Site, lang: Lang) -> String {
    let sample = samples::render(&AUTHOR_CP_INFO, Language::Bash, &site.base(), lang);
    let request =
        sample.split_once("reply=$(").and_then(|(_, rest)| rest.split_once(")\n")).map(|(request, _)| request);
    request.unwrap_or(&sample).to_owned()
}
