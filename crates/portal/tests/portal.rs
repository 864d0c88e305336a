//! What the pages say, and that they change with prices and health.

use catalog::pages::words;
use catalog::{AUTHOR_CP_INFO, BATCH, BaseUrl, ENDPOINTS, Lang, PLAN, answer_rows, code_text, field_rows};
use domain::{MicroYuan, Sentence};
use portal::{Asked, Environment, Hour, Live, Portal};

fn environment(name: &str, url: &str) -> Environment {
    Environment { name: Sentence::new(name.to_owned(), name.to_owned()), url: url.parse().expect("a base URL") }
}

fn asked(path: &str) -> Asked<'_> {
    Asked { path, accept: "text/html, */*;q=0.8", accept_language: "", accept_encoding: "", if_none_match: "" }
}

fn page(portal: &Portal, path: &str) -> String {
    let reply = portal.page(&asked(path)).unwrap_or_else(|| panic!("nothing at {path}"));
    assert_eq!(reply.status, 200);
    String::from_utf8(reply.body.to_vec()).expect("text")
}

fn one() -> Portal {
    Portal::new(vec![environment("here", "http://127.0.0.1:8600")], Live::default())
}

/// As it stands in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

#[test]
fn every_page_says_all_there_is_to_know_of_its_endpoint() {
    let portal = one();
    for lang in Lang::ALL {
        for endpoint in ENDPOINTS {
            let page = page(&portal, &endpoint.page(lang));
            let has = |text: &str| assert!(page.contains(&escaped(text)), "{lang} {}: {text}", endpoint.name);
            has(endpoint.path);
            has(endpoint.summary.of(lang));
            for parameter in endpoint.parameters.iter().chain(&endpoint.segment) {
                has(parameter.name);
                has(parameter.description.of(lang));
                parameter.value_texts.iter().for_each(|text| has(text.of(lang)));
            }
            for row in endpoint.body.iter().flat_map(|body| field_rows(body.fields, "")) {
                has(row.field.description.of(lang));
            }
            for code in endpoint.codes {
                has(code_text(*code).meaning.of(lang));
                has(code_text(*code).what_to_do.of(lang));
            }
            for field in endpoint.request_headers().map(|header| &header.field) {
                has(field.name);
                has(field.description.of(lang));
            }
            for header in endpoint.reply_headers() {
                has(header.field.name);
                has(header.field.description.of(lang));
                has(&words::statuses(endpoint, header, lang));
            }
            for row in answer_rows(endpoint) {
                has(row.field.description.of(lang));
                has(row.field.unit.map_or("", |unit| unit.of(lang)));
            }
        }
    }
}

#[test]
fn the_home_page_names_the_method_of_each_endpoint() {
    let portal = one();
    for lang in Lang::ALL {
        let page = page(&portal, &format!("/{lang}/"));
        for endpoint in ENDPOINTS {
            let call = format!("<code><b>{}</b> {}</code>", endpoint.method(), endpoint.path);
            assert!(page.contains(&call), "{lang}: {call}");
        }
    }
}

#[test]
fn where_there_is_nothing_a_browser_is_shown_the_way() {
    let portal = one();
    for (path, accept_language, lang) in [
        ("/zh/nothing", "en", Lang::Zh),
        ("/en/api", "zh", Lang::En),
        ("/docs", "zh-CN,zh;q=0.9", Lang::Zh),
        ("/docs", "", Lang::En),
    ] {
        assert!(portal.page(&asked(path)).is_none(), "{path}");
        let reply = portal.instead(&Asked { accept_language, if_none_match: "*", ..asked(path) }).expect("a page");
        let text = String::from_utf8(reply.body.to_vec()).expect("text");
        assert!(reply.status == 404 && text.contains(&format!("<html lang=\"{}\">", lang.tag())), "{path}: {text}");
        assert!(text.contains(&format!("href=\"/{lang}/\"")), "{path}");
        for endpoint in ENDPOINTS {
            assert!(text.contains(&format!("<li><a href=\"{}\">", endpoint.page(lang))), "{path} {}", endpoint.name);
        }
        assert!(reply.headers.contains(&("vary", "Accept, Accept-Encoding, Accept-Language".to_owned())), "{path}");
        for accept in ["", "*/*", "application/json"] {
            assert!(portal.instead(&Asked { accept, ..asked(path) }).is_none(), "{path} {accept}");
        }
    }
    let page = PLAN.page(Lang::Zh);
    let reply = portal.instead(&Asked { accept: "", ..asked(&format!("{page}/")) }).expect("the way");
    assert_eq!((reply.status, &reply.headers[0]), (308, &("location", page)));
}

#[test]
fn each_document_begins_with_its_heading() {
    let portal = one();
    for (path, heading) in [
        ("/en/method", "How the figures are made"),
        ("/zh/method", "指标的计算方法"),
        ("/en/market", "The market"),
        ("/zh/market", "达人市场"),
        ("/en/plan", "Plans"),
        ("/zh/plan", "投放方案"),
    ] {
        let markdown = page(&portal, &format!("{path}.md"));
        assert!(markdown.starts_with(&format!("# {heading}\n")), "{markdown}");
        let html = page(&portal, path);
        assert!(html.contains(&format!("<h1>{heading}</h1>")), "{html}");
        assert!(!html.contains("<p>中文</p>") && !html.contains("<p>English</p>"), "{html}");
    }
}

#[test]
fn a_unit_of_the_body_is_within_the_cell_of_its_type() {
    // On small screens a cell is a grid: two items would be two of its places.
    let body = PLAN.body.expect("it is posted");
    let units: Vec<_> = field_rows(body.fields, "").into_iter().filter_map(|row| row.field.unit).collect();
    assert!(!units.is_empty());
    for lang in Lang::ALL {
        let page = page(&one(), &PLAN.page(lang));
        for unit in &units {
            let ending = format!(" <small>{}</small></span></td>", escaped(unit.of(lang)));
            assert!(page.contains(&ending), "{lang}: {ending}");
        }
    }
}

#[test]
fn prices_and_health_are_those_of_now() {
    let portal = one();
    let path = AUTHOR_CP_INFO.page(Lang::En);
    let before = page(&portal, &path);
    assert!(before.contains("Free") && before.contains("no requests yet"));
    let hours = vec![Hour { hour: 7, succeeded: 3, refused: 0, failed: 1 }];
    let prices = vec![(AUTHOR_CP_INFO.number, MicroYuan(12_300)), (PLAN.number, MicroYuan(500_000))];
    portal.refresh(Live { prices, hours: hours.clone() });
    for path in [path.as_str(), "/en/"] {
        let after = page(&portal, path);
        assert!(after.contains("0.0123 yuan per success") && after.contains("75.00 %"), "{path}");
    }
    assert!(page(&portal, "/zh/").contains("0.0123 元/次成功"));
    assert!(page(&portal, &PLAN.page(Lang::Zh)).contains("0.5 元/次成功"));
    for path in ["/en/", &BATCH.page(Lang::En)] {
        assert!(page(&portal, path).contains("0.0123 yuan per row"), "{path}");
    }
    portal.refresh(Live { prices: Vec::new(), hours });
    assert!(page(&portal, &PLAN.page(Lang::Zh)).contains("免费"));
}

#[test]
fn samples_name_each_server_there_is_to_choose() {
    let environments =
        vec![environment("one", "https://one.example.com"), environment("two", "https://two.example.com")];
    let both = Portal::new(environments, Live::default());
    let path = AUTHOR_CP_INFO.page(Lang::En);
    let (one, both) = (page(&one(), &path), page(&both, &path));
    assert!(both.contains(r#"<span class="env env-1">https://two.example.com</span>/api/"#));
    assert!(!both.contains("base-url.invalid") && both.contains(r#"id="env-1""#));
    assert!(one.contains(BaseUrl::local().as_str()) && !one.contains("id=\"env-0\""));
}

#[test]
fn a_page_needs_nothing_from_elsewhere_and_nothing_inline() {
    let portal = one();
    for path in portal.paths().iter().filter(|path| !path.contains('.')) {
        let page = page(&portal, path);
        assert!(page.starts_with("<!doctype html>"), "{path}");
        for forbidden in [" style=", "<style", " onclick", "javascript:", "src=\"http", "href=\"http"] {
            assert!(!page.contains(forbidden), "{path}: {forbidden}");
        }
        assert_eq!(page.matches("<script").count(), page.matches("<script src=\"/assets/").count(), "{path}");
    }
}
