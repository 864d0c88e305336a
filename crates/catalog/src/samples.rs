//! Code samples of an endpoint, in the languages of the contract's page. They run as they are: the token comes from the
//! environment variable `ASTROLABE_TOKEN`, parameters are encoded, a request may take 60 s, and the reply's `code` (for
//! our own endpoints the HTTP status) decides. A success goes to stdout, a failure to stderr with a failing exit.
//!
//! Where a success is lines, each is printed as it comes, however long all of them take, and the request has an idempotency key, which is
//! told on stderr: with it the same program goes on with what broke off.

mod assistant;
mod bash;
mod go;
mod java;
mod javascript;
mod php;
mod python;

use std::fmt;
use std::str::FromStr;

use crate::{BaseUrl, Endpoint, Lang, PARAM_TOKEN, Style, Text};

/// What a sample is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// curl in bash.
    Bash,
    /// A text to give to an assistant that writes the program.
    Text,
    /// Python with requests.
    Python,
    /// JavaScript for Node.js 18 or newer.
    JavaScript,
    /// Java 17.
    Java,
    /// Go.
    Go,
    /// PHP 8 with curl.
    Php,
}

/// No language samples are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use one of bash, text, python, js, java, go, php")]
pub struct LanguageError;

impl Language {
    /// Every language, in the order of the page.
    pub const ALL: [Language; 7] =
        [Self::Bash, Self::Text, Self::Python, Self::JavaScript, Self::Java, Self::Go, Self::Php];

    /// The name on the page's tab.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Text => "text",
            Self::Python => "python",
            Self::JavaScript => "js",
            Self::Java => "java",
            Self::Go => "go",
            Self::Php => "php",
        }
    }

    /// The name for people.
    pub const fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Bash => "curl",
            Self::Text => match lang {
                Lang::En => "Assistant",
                Lang::Zh => "智能助手",
            },
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::Java => "Java",
            Self::Go => "Go",
            Self::Php => "PHP",
        }
    }

    /// The name of a file with it; Java asks for this one.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Bash => "sample.sh",
            Self::Text => "sample.txt",
            Self::Python => "sample.py",
            Self::JavaScript => "sample.mjs",
            Self::Java => "Main.java",
            Self::Go => "sample.go",
            Self::Php => "sample.php",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(name: &str) -> Result<Self, LanguageError> {
        Self::ALL.into_iter().find(|language| language.name() == name).ok_or(LanguageError)
    }
}

/// The sample of an endpoint in a language, for the server at `base`; comments are in the language of people `lang`.
pub fn render(endpoint: &Endpoint, language: Language, base: &BaseUrl, lang: Lang) -> String {
    let asked = Asked::of(endpoint, base, lang);
    match language {
        Language::Bash => bash::render(&asked),
        Language::Text => assistant::render(&asked),
        Language::Python => python::render(&asked),
        Language::JavaScript => javascript::render(&asked),
        Language::Java => java::render(&asked),
        Language::Go => go::render(&asked),
        Language::Php => php::render(&asked),
    }
}

/// What a sample asks. Nothing in it means anything in any of the languages, but the quotes of a body: see [`BaseUrl`], and a test
/// for the examples.
struct Asked<'a> {
    endpoint: &'a Endpoint,
    base: &'a BaseUrl,
    lang: Lang,
    url: String,
    query: Vec<(&'static str, &'static str)>,
}

impl<'a> Asked<'a> {
    fn of(endpoint: &'a Endpoint, base: &'a BaseUrl, lang: Lang) -> Self {
        let mut path = endpoint.path.to_owned();
        if let Some(segment) = &endpoint.segment {
            path = path.replace(&format!("{{{}}}", segment.name), segment.example.unwrap_or_default());
        }
        let sent = endpoint.parameters.iter().filter(|parameter| parameter.name != PARAM_TOKEN);
        let query = sent.filter_map(|parameter| Some((parameter.name, parameter.example?))).collect();
        Self { endpoint, base, lang, url: format!("{base}{path}"), query }
    }

    /// The first line of a program: what it is of, how it is run, and where the token comes from.
    fn intro(&self, run: Text) -> String {
        let (title, run, token) =
            (self.endpoint.title.of(self.lang), run.of(self.lang), FROM_ENVIRONMENT.of(self.lang));
        match self.lang {
            Lang::En => format!("{title}. {run}; {token}."),
            Lang::Zh => format!("{title}。{run}；{token}。"),
        }
    }

    /// What `write` makes of the body that is sent; nothing where none is.
    fn body(&self, write: impl Fn(&str) -> String) -> String {
        self.endpoint.body.map_or_else(String::new, |body| write(body.example))
    }

    fn by_code(&self) -> bool {
        self.endpoint.style == Style::Envelope
    }

    /// What `line` gives for each parameter, one behind the other.
    fn each(&self, line: impl Fn(&str, &str) -> String) -> String {
        self.query.iter().map(|(name, value)| line(name, value)).collect()
    }
}

const FROM_ENVIRONMENT: Text =
    Text::new("the token comes from the environment variable ASTROLABE_TOKEN", "令牌取自环境变量 ASTROLABE_TOKEN");
/// Where the code decides.
const BY_CODE: Text = Text::new("The code decides, not the HTTP status.", "以返回码判断，而非 HTTP 状态码。");
/// Where lines come one by one, and nothing limits how long all of them take.
const EACH_LINE: Text =
    Text::new("Each line is printed as it comes, however long all of them take.", "收到一行即打印一行，总时长不限。");

const ABOUT_KEY: Text = Text::new(
    "A batch that broke off is sent again under the same key within 24 hours: what was answered is given again and not
charged again. The key is printed; to go on, export it as ASTROLABE_BATCH_KEY.",
    "批次中断后，在 24 小时内以同一键重新发送：已作答的再次给出，不重复扣费。
键会打印出来；如需继续，请将其设为环境变量 ASTROLABE_BATCH_KEY。",
);

/// Said in each sample whose answer is lines, behind the mark of a comment.
fn about_key(mark: &str, lang: Lang) -> String {
    ABOUT_KEY.of(lang).lines().map(|line| format!("{mark} {line}\n")).collect()
}

/// The one of two wordings that fits the endpoint: where the code decides, and where the status does.
fn choose<T>(asked: &Asked<'_>, by_code: T, by_status: T) -> T {
    if asked.by_code() { by_code } else { by_status }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ENDPOINTS;

    #[test]
    fn examples_mean_nothing_in_any_language() {
        for endpoint in ENDPOINTS {
            for parameter in endpoint.parameters.iter().chain(&endpoint.segment) {
                let texts = [Some(parameter.name), parameter.example];
                let harmless =
                    |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
                assert!(texts.into_iter().flatten().all(harmless), "{parameter:?}");
            }
            if let Some(body) = endpoint.body {
                assert!(!body.example.contains(['\'', '`', '\\', '$', '\n']), "{}", body.example);
                assert!(serde_json::from_str::<serde_json::Value>(body.example).is_ok(), "{}", body.example);
            }
        }
    }

    #[test]
    fn every_sample_names_the_server_and_keeps_the_token_out() {
        let base: BaseUrl = "https://cp.example.com/x".parse().expect("a base URL");
        for endpoint in ENDPOINTS {
            for (language, lang) in Language::ALL.into_iter().flat_map(|one| Lang::ALL.map(|lang| (one, lang))) {
                let sample = render(endpoint, language, &base, lang);
                assert!(sample.contains("https://cp.example.com/x/") && sample.ends_with('\n'), "{sample}");
                assert!(sample.contains("ASTROLABE_TOKEN") && !sample.contains("token="), "{sample}");
                // A whole batch may take longer than any answer alone.
                let (time, other) =
                    if endpoint.lines { ("Idempotency-Key", "60 seconds") } else { ("60", "ASTROLABE_BATCH_KEY") };
                assert!(sample.contains(time) && !sample.contains(other), "{sample}");
                assert_eq!(language.name().parse(), Ok(language));
            }
        }
    }

    #[test]
    fn comments_are_in_the_language() {
        let words = |line: &str| line.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic)).count();
        for endpoint in ENDPOINTS {
            for language in Language::ALL.into_iter().filter(|language| *language != Language::Text) {
                let sample = render(endpoint, language, &BaseUrl::local(), Lang::Zh);
                let comments = sample.lines().filter_map(|line| {
                    let line = line.split_once("// ").or_else(|| line.split_once("# "));
                    line.map(|(_, comment)| comment)
                });
                for comment in comments {
                    let is_chinese = comment.chars().any(|letter| letter >= '\u{2e80}');
                    assert!(is_chinese && words(comment) < 6, "{comment}");
                }
            }
        }
    }

    #[test]
    fn an_assistant_is_told_in_the_language() {
        for endpoint in ENDPOINTS {
            let text = render(endpoint, Language::Text, &BaseUrl::local(), Lang::Zh);
            assert!(text.contains("-zh.json") && text.contains("请用我常用的编程语言"), "{text}");
            for english in ["Required", "Optional", "Decide", "Reply", "Let a request"] {
                assert!(!text.contains(english), "{english:?} is in\n{text}");
            }
        }
    }
}
