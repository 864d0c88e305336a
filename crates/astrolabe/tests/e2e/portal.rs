//! The reference pages, as a browser and other programs meet them.
//!
//! `cargo xtask test` installs Python with what the scripts in `tests/portal` need, chromium and axe-core, and names them in
//! `ASTROLABE_PORTAL_PYTHON` and `ASTROLABE_AXE`; without them the scripts are skipped, with a word on stderr.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Server, astrolabe, said};
use crate::upstream::{AUTHOR, Place};

const REFERENCE: &str = "/en/api/douyin-xingtu-apis/author-cp-info-v1";

/// Two servers to choose from.
const ENVIRONMENTS: (&str, &str) = (
    "ASTROLABE_PORTAL__ENVIRONMENTS",
    "[{name=\"one\",url=\"https://one.example.com\"},{name=\"two\",url=\"https://two.example.com\"}]",
);

/// What stands between `name="` and the next quote, each time.
fn attributes<'h>(html: &'h str, name: &str) -> impl Iterator<Item = &'h str> {
    let start = format!(" {name}=\"");
    html.match_indices(&start)
        .map(|(at, start)| at + start.len())
        .filter_map(|from| html[from..].split('"').next())
        .collect::<Vec<_>>()
        .into_iter()
}

#[test]
fn every_internal_link_resolves() {
    let dir = tempfile::tempdir().unwrap();
    let (server, _) = Server::demo(dir.path());
    let (mut ahead, mut seen) = (vec!["/".to_owned()], BTreeSet::new());
    while let Some(path) = ahead.pop() {
        seen.insert(path.clone());
        let (head, body) = server.page(&path, "");
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        let body = String::from_utf8(body).unwrap();
        let base = format!("({}", server.url);
        let of_text = body.match_indices(&base).filter_map(|(at, base)| body[at + base.len()..].split(')').next());
        let links: Vec<&str> = match head.contains("text/html") {
            true => attributes(&body, "href").chain(attributes(&body, "src")).collect(),
            false => of_text.collect(),
        };
        for link in links {
            if let Some(fragment) = link.strip_prefix('#') {
                assert!(body.contains(&format!("id=\"{fragment}\"")), "{path}: {link}");
                continue;
            }
            assert!(link.starts_with('/'), "{path} leads elsewhere: {link}");
            let (link, fragment) = link.split_once('#').unwrap_or((link, ""));
            if !fragment.is_empty() {
                assert!(server.get(link).contains(&format!("id=\"{fragment}\"")), "{path}: {link}#{fragment}");
            }
            if !seen.contains(link) && !ahead.iter().any(|path| path == link) {
                ahead.push(link.to_owned());
            }
        }
    }
    // Both homes, five endpoints as pages and Markdown, the method, in two languages; documents and assets.
    assert!(seen.len() >= 35, "{seen:?}");
}

#[test]
fn pages_are_asked_again_by_tag_and_sent_compressed() {
    let dir = tempfile::tempdir().unwrap();
    let (server, _) = Server::demo(dir.path());
    let (head, plain) = server.page(REFERENCE, "");
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let policy = head.lines().find_map(|line| line.strip_prefix("content-security-policy: ")).unwrap();
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe") && !policy.contains("http"));
    let (again, body) = server.page(REFERENCE, &format!("If-None-Match: {tag}\r\n"));
    assert!(again.starts_with("HTTP/1.1 304") && body.is_empty(), "{again}");
    let (zipped, body) = server.page(REFERENCE, "Accept-Encoding: gzip, br\r\n");
    assert!(zipped.contains("content-encoding: gzip") && !zipped.contains(tag), "{zipped}");
    assert!(body.starts_with(&[0x1f, 0x8b]) && body.len() * 3 < plain.len(), "{} of {}", body.len(), plain.len());
    let chinese = |wanted: &str| server.page("/", &format!("Accept-Language: {wanted}\r\n")).1;
    assert_eq!(chinese("zh-CN,zh;q=0.9,en;q=0.8"), server.page("/zh/", "").1);
    assert_eq!(chinese("en-US,en;q=0.9,zh;q=0.8"), server.page("/en/", "").1);
    // A browser is shown the way; a program is told in JSON.
    let (missing, body) = server.page("/en/nothing", "Accept: text/html\r\n");
    assert!(missing.starts_with("HTTP/1.1 404") && body.starts_with(b"<!"), "{missing}");
    let (missing, body) = server.page("/en/nothing", "");
    assert!(missing.starts_with("HTTP/1.1 404") && body.starts_with(b"{\"code\":404,"), "{missing}");
}

#[test]
fn the_terminal_prints_what_the_server_serves() {
    let dir = tempfile::tempdir().unwrap();
    let (server, _) = Server::demo(dir.path());
    let documents: [(&[&str], &str); 4] = [
        (&[], "/openapi.json"),
        (&["--lang", "zh"], "/openapi-zh.json"),
        (&["--single"], "/openapi/douyin-xingtu-apis/author-cp-info-v1-en.json"),
        (&["--single", "--lang", "zh"], "/openapi/douyin-xingtu-apis/author-cp-info-v1-zh.json"),
    ];
    for (flags, path) in documents {
        let printed = astrolabe().arg("openapi").args(flags).output().unwrap();
        assert!(printed.status.success(), "{}", said(&printed));
        let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
        let mut served: Value = serde_json::from_str(&server.get(path)).unwrap();
        // Only a running server knows where it is.
        let servers = served.as_object_mut().unwrap().remove("servers").unwrap();
        assert_eq!(servers[0]["url"], server.url);
        assert_eq!(served, printed, "{path}");
    }
}

/// Runs a script of `tests/portal` with these arguments, by the Python that has what it needs.
fn run_script(python: OsString, name: &str, args: &[&OsStr]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/portal").join(name);
    let dir = tempfile::tempdir().unwrap();
    // Nothing is written beside the scripts.
    let output = Command::new(python).arg("-B").arg(script).args(args).current_dir(dir.path()).output().unwrap();
    assert!(output.status.success(), "{name}: {}{}", String::from_utf8_lossy(&output.stdout), said(&output));
}

fn python(name: &str) -> Option<OsString> {
    let python = std::env::var_os("ASTROLABE_PORTAL_PYTHON");
    if python.is_none() {
        eprintln!("skipped: {name}: its Python packages are not installed; `cargo xtask test` installs them");
    }
    python
}

fn axe(name: &str) -> Option<OsString> {
    let axe = std::env::var_os("ASTROLABE_AXE");
    if axe.is_none() {
        eprintln!("skipped: {name}: chromium or axe-core is not installed; `cargo xtask test` installs them");
    }
    axe
}

/// Runs a script of `tests/portal` against a demo, where what it needs is there.
fn script(name: &str, environment: &[(&str, &str)], more: &[&OsStr]) {
    let Some(python) = python(name) else { return };
    let dir = tempfile::tempdir().unwrap();
    let (server, told) = Server::demo_with(dir.path(), environment);
    let of = |name: &str| OsStr::new(told.iter().find_map(|line| line.strip_prefix(name)).unwrap());
    let args = [OsStr::new(&server.url), of("ASTROLABE_TOKEN="), of("ASTROLABE_AUTHOR=")];
    run_script(python, name, &[&args, more].concat());
}

#[test]
fn the_documents_are_valid_and_the_server_does_nothing_else() {
    script("openapi.py", &[], &[]);
}

#[test]
fn the_pages_work_in_a_browser() {
    let Some(axe) = axe("browser.py") else { return };
    script("browser.py", &[ENVIRONMENTS], &[&axe]);
}

#[test]
fn what_one_press_bought_answers_the_next() {
    // Where axe-core is, chromium is.
    let name = "pressed_again.py";
    let (Some(_), Some(python)) = (axe(name), python(name)) else { return };
    let place = Place::new(None);
    let server = place.serve();
    run_script(python, name, &[&server.url, &place.token, AUTHOR].map(OsStr::new));
    place.status(|status| status["servers"][0]["status"]["calls"]["0"] == 1);
}
