//! The page of an endpoint.

use askama::Template;
use catalog::samples::{self, Language};
use catalog::{
    AUTHOR_CP_INFO, BaseUrl, Billing, CodeText, Endpoint, FieldRow, Lang, PARAM_TOKEN, Parameter, ReplyHeader, Style,
    answer_rows, code_text, failure_example, field_rows, pretty, success_examples,
};

use crate::health::{Health, health};
use crate::highlight::{Code, escape, highlight};
use crate::shell::Shell;
use crate::site::Site;
use crate::{Environment, Live, words};

#[derive(Template)]
#[template(path = "endpoint.html")]
struct Page<'a> {
    shell: Shell,
    endpoint: &'static Endpoint,
    environments: &'a [Environment],
    openapi: String,
    /// What a success costs, where it costs something.
    price: Option<String>,
    /// Only of the contract's endpoint.
    health: Option<Health>,
    parameters: Vec<Taken>,
    codes: Vec<&'static CodeText>,
    /// What is sent.
    body: Vec<FieldRow>,
    /// What comes back.
    fields: Vec<FieldRow>,
    samples: Vec<Panel>,
    examples: Vec<Panel>,
}

/// A parameter and where it goes.
struct Taken {
    parameter: &'static Parameter,
    place: &'static str,
    in_path: bool,
}

impl Taken {
    /// Whether it has a field of its own in the form; the token has one anyway.
    fn is_asked(&self) -> bool {
        self.parameter.name != PARAM_TOKEN
    }

    fn values(&self, lang: &Lang) -> Vec<(&'static str, &'static str)> {
        let parameter = self.parameter;
        parameter.values.iter().copied().zip(parameter.value_texts.iter().map(|text| text.of(*lang))).collect()
    }
}

/// Code behind a tab.
struct Panel {
    name: String,
    title: String,
    html: String,
}

impl Page<'_> {
    fn billed(&self, code: &CodeText) -> bool {
        code.is_billed() && self.is_charged()
    }

    /// The HTTP statuses that a code comes with.
    fn code_statuses(&self, code: &CodeText) -> String {
        words::code_statuses(self.endpoint, code.code, self.shell.lang)
    }

    fn limits(&self) -> Vec<String> {
        words::limits(self.endpoint, self.shell.lang)
    }

    /// The HTTP statuses that a header comes with.
    fn statuses(&self, header: &ReplyHeader) -> String {
        words::statuses(self.endpoint, header, self.shell.lang)
    }

    /// What an environment is called.
    fn name<'e>(&self, environment: &'e Environment) -> &'e str {
        environment.name.of(self.shell.lang)
    }

    /// A body to begin with.
    fn example(&self) -> Option<String> {
        self.endpoint.body.map(|body| pretty(body.example))
    }

    /// Whether a success costs something here.
    fn is_charged(&self) -> bool {
        self.price.is_some()
    }
}

/// The page in a language.
pub(crate) fn render(site: &Site, endpoint: &'static Endpoint, lang: Lang, live: &Live) -> String {
    let taken = |parameter, in_path| Taken {
        parameter,
        place: if in_path { words::IN_PATH.of(lang) } else { words::IN_QUERY.of(lang) },
        in_path,
    };
    let in_path = endpoint.segment.iter().map(|parameter| taken(parameter, true));
    let in_query = endpoint.parameters.iter().map(|parameter| taken(parameter, false));
    let page = Page {
        shell: Shell::new(lang, endpoint.title.of(lang), endpoint.summary.of(lang), |lang| endpoint.page(lang)),
        endpoint,
        environments: &site.environments,
        openapi: endpoint.openapi(lang),
        price: price(endpoint, lang, live),
        health: (endpoint.number == AUTHOR_CP_INFO.number).then(|| health(&live.hours, lang)),
        parameters: in_path.chain(in_query).collect(),
        codes: endpoint.codes.iter().map(|code| code_text(*code)).collect(),
        body: endpoint.body.map_or_else(Vec::new, |body| field_rows(body.fields, "")),
        fields: answer_rows(endpoint),
        samples: Language::ALL.map(|language| sample(site, endpoint, language, lang)).into(),
        examples: examples(endpoint, lang),
    };
    // Writing to a string cannot fail.
    page.render().unwrap_or_default()
}

/// What a success costs, for people; none where it is free.
pub(crate) fn price(endpoint: &Endpoint, lang: Lang, live: &Live) -> Option<String> {
    let (priced, unit) = match endpoint.billing {
        Billing::Free => return None,
        Billing::Success => (endpoint, words::PER_SUCCESS),
        Billing::Rows => (&AUTHOR_CP_INFO, words::PER_ROW),
    };
    let (_, price) = live.prices.iter().find(|(number, price)| *number == priced.number && price.0 > 0)?;
    Some(format!("{price} {}", unit.of(lang)))
}

fn sample(site: &Site, endpoint: &Endpoint, language: Language, lang: Lang) -> Panel {
    let name = format!("sample-{language}");
    let title = language.title(lang).to_owned();
    let render = |base: &BaseUrl| highlight(&samples::render(endpoint, language, base, lang), Code::Sample(language));
    // Where there are several environments, each address stands there and style shows the one that is chosen.
    let html = match (site.environments.len(), PLACEHOLDER.parse::<BaseUrl>()) {
        (2.., Ok(placeholder)) => render(&placeholder).replace(PLACEHOLDER, &addresses(&site.environments)),
        _ => render(&site.base()),
    };
    Panel { name, title, html }
}

/// What stands for the base URL until the environments take its place.
const PLACEHOLDER: &str = "https://base-url.invalid";

fn addresses(environments: &[Environment]) -> String {
    let address = |(at, environment): (usize, &Environment)| {
        format!("<span class=\"env env-{at}\">{}</span>", escape(environment.url.as_str()))
    };
    environments.iter().enumerate().map(address).collect()
}

fn examples(endpoint: &Endpoint, lang: Lang) -> Vec<Panel> {
    let panel = |name: &str, title: String, reply: &str| Panel {
        name: format!("example-{name}"),
        title,
        html: highlight(&pretty(reply), Code::Json),
    };
    let successes = success_examples(endpoint, lang).into_iter().map(|(name, reply)| {
        let is_named = endpoint.style == Style::Envelope || endpoint.lines;
        let title = if is_named { name } else { words::SUCCESS.of(lang) };
        panel(name, title.to_owned(), &reply)
    });
    let failures = endpoint.codes.iter().filter(|code| code.number() != 0).map(|code| {
        let number = code.number().to_string();
        panel(&number, number.clone(), &failure_example(endpoint, *code, lang))
    });
    successes.chain(failures).collect()
}
