//! Reference pages as Markdown: one for each endpoint, and `llms.txt`, which lists them for assistants. The portal's HTML
//! says the same with the same words ([`words`]).

pub mod words;

use std::fmt::Write;

use crate::samples::{self, Language};
use crate::{
    BaseUrl, ENDPOINTS, Endpoint, FieldRow, Lang, answer_rows, code_text, failure_example, field_rows, pretty,
    success_examples,
};

/// The page of an endpoint in a language, with samples for the server at `base`.
pub fn markdown(endpoint: &Endpoint, lang: Lang, base: &BaseUrl) -> String {
    let mut page = format!(
        "# {}\n\n{}\n\n`{} {}`\n",
        endpoint.title.of(lang),
        endpoint.summary.of(lang),
        endpoint.method(),
        endpoint.path
    );
    for note in endpoint.notes {
        let _ = writeln!(page, "\n{}", note.of(lang));
    }
    let _ = writeln!(page, "\n{}{}{base}  ", words::SERVER.of(lang), lang.colon());
    let _ = writeln!(page, "OpenAPI{}{base}{}", lang.colon(), endpoint.openapi(lang));
    push_parameters(endpoint, lang, &mut page);
    push_request_headers(endpoint, lang, &mut page);
    push_body(endpoint, lang, &mut page);
    push_codes(endpoint, lang, &mut page);
    push_fields(endpoint, lang, &mut page);
    push_reply_headers(endpoint, lang, &mut page);
    push_limits(endpoint, lang, &mut page);
    push_samples(endpoint, lang, base, &mut page);
    push_examples(endpoint, lang, &mut page);
    page
}

/// What `llms.txt` says: what this server is, and where its pages are.
pub fn llms(base: &BaseUrl) -> String {
    let mut text = format!("# Astrolabe\n\n> {}\n\n{}\n", words::TAGLINE.en, words::ABOUT.en);
    for lang in Lang::ALL {
        let _ = writeln!(text, "\n## {}{}\n", words::ENDPOINTS.of(lang), if lang == Lang::Zh { " (zh)" } else { "" });
        for endpoint in ENDPOINTS {
            let (title, summary) = (endpoint.title.of(lang), endpoint.summary.of(lang));
            let _ = writeln!(text, "- [{title}]({base}{}.md): {summary}", endpoint.page(lang));
        }
    }
    let _ = write!(
        text,
        "\n## How the figures are made\n\n- [Method]({base}/en/method.md): methods, ranges, and how well they forecast\n- [How creators compare]({base}/en/market.md): ranking, peers, percentiles, fair prices\n- [How plans are made]({base}/en/plan.md): the best creators for a budget, and the range of a plan\n- [计算方法]({base}/zh/method.md): 各方法、区间与预测误差\n- [达人对比方法]({base}/zh/market.md): 排序、同类达人、百分位、合理报价\n- [方案算法]({base}/zh/plan.md): 预算内的最优组合与方案的区间\n\n## OpenAPI\n\n- [Whole API]({base}/openapi.json): OpenAPI 3.1, English\n- [全部接口]({base}/openapi-zh.json): OpenAPI 3.1，中文\n"
    );
    text
}

fn heading(page: &mut String, text: &str) {
    let _ = writeln!(page, "\n## {text}\n");
}

fn push_table(page: &mut String, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let _ = writeln!(page, "| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}

fn push_parameters(endpoint: &Endpoint, lang: Lang, page: &mut String) {
    heading(page, words::PARAMETERS.of(lang));
    if endpoint.parameters.is_empty() && endpoint.segment.is_none() {
        let _ = writeln!(page, "{}", words::NO_PARAMETERS.of(lang));
        return;
    }
    let head = [words::NAME, words::IN, words::REQUIRED, words::DEFAULT, words::MEANING].map(|word| word.of(lang));
    let in_path = endpoint.segment.iter().map(|segment| (segment, words::IN_PATH));
    let in_query = endpoint.parameters.iter().map(|parameter| (parameter, words::IN_QUERY));
    let rows = in_path.chain(in_query).map(|(parameter, place)| {
        let values = parameter.values.iter().zip(parameter.value_texts);
        let values: String =
            values.map(|(value, text)| format!(" `{value}`{}{};", lang.colon(), text.of(lang))).collect();
        vec![
            format!("`{}`", parameter.name),
            place.of(lang).to_owned(),
            words::yes(parameter.required).of(lang).to_owned(),
            parameter.default.map_or_else(String::new, |value| format!("`{value}`")),
            format!("{}{}", parameter.description.of(lang), values.trim_end_matches(';')),
        ]
    });
    push_table(page, &head, rows);
}

fn push_request_headers(endpoint: &Endpoint, lang: Lang, page: &mut String) {
    heading(page, words::REQUEST_HEADERS.of(lang));
    let head = [words::NAME, words::REQUIRED, words::MEANING].map(|word| word.of(lang));
    let rows = endpoint.request_headers().map(|header| {
        let [name, _, _, meaning] = field_cells(&FieldRow::alone(&header.field), lang);
        vec![name, words::yes(header.field.required).of(lang).to_owned(), meaning]
    });
    push_table(page, &head, rows);
}

fn push_reply_headers(endpoint: &Endpoint, lang: Lang, page: &mut String) {
    heading(page, words::REPLY_HEADERS.of(lang));
    let head = [words::NAME, words::HTTP_STATUS, words::TYPE, words::UNIT, words::MEANING].map(|word| word.of(lang));
    let rows = endpoint.reply_headers().map(|header| {
        let [name, kind, unit, meaning] = field_cells(&FieldRow::alone(&header.field), lang);
        vec![name, words::statuses(endpoint, header, lang), kind, unit, meaning]
    });
    push_table(page, &head, rows);
}

fn push_body(endpoint: &Endpoint, lang: Lang, page: &mut String) {
    let Some(body) = &endpoint.body else { return };
    heading(page, words::BODY.of(lang));
    let head = [words::FIELD, words::REQUIRED, words::TYPE, words::UNIT, words::MEANING].map(|word| word.of(lang));
    let rows = field_rows(body.fields, "").into_iter().map(|row| {
        let [path, kind, unit, meaning] = field_cells(&row, lang);
        vec![path, words::yes(row.field.required).of(lang).to_owned(), kind, unit, meaning]
    });
    push_table(page, &head, rows);
    let _ = writeln!(page, "\n```json\n{}\n```", pretty(body.example));
}

/// Its place, type, unit and meaning.
fn field_cells(row: &FieldRow, lang: Lang) -> [String; 4] {
    [
        format!("`{}`", row.path),
        row.field.kind.name(lang).to_owned(),
        row.field.unit.map_or_else(String::new, |unit| unit.of(lang).to_owned()),
        format!("{}{}", row.field.description.of(lang), values(row, lang)),
    ]
}

/// The values that a field may have.
fn values(row: &FieldRow, lang: Lang) -> String {
    let values: Vec<String> = row.field.kind.values().iter().map(|value| format!("`{value}`")).collect();
    match (values.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::En) => format!(" {}: {}.", words::VALUES.en, values.join(", ")),
        (false, Lang::Zh) => format!("{}：{}。", words::VALUES.zh, values.join("、")),
    }
}

fn push_codes(endpoint: &Endpoint, lang: Lang, page: &mut String) {
    heading(page, words::CODES.of(lang));
    let head = [words::CODE, words::HTTP_STATUS, words::MEANING, words::BILLED, words::WHAT_TO_DO];
    let rows = endpoint.codes.iter().map(|code| {
        let about = code_text(*code);
        let billed = about.is_billed() && endpoint.is_paid();
        vec![
            code.number().to_string(),
            words::code_statuses(endpoint, *code, lang),
            about.meaning.of(lang).to_owned(),
            words::yes(billed).of(lang).to_owned(),
            about.what_to_do.of(lang).to_owned(),
        ]
    });
    push_table(page, &head.map(|word| word.of(lang)), rows);
}

fn push_fields(endpoint: &Endpoint, lang: Lang, page: &mut String) {
    heading(page, words::FIELDS.of(lang));
    let head = [words::FIELD, words::TYPE, words::UNIT, words::MEANING].map(|word| word.of(lang));
    let rows = answer_rows(endpoint).into_iter().map(|row| field_cells(&row, lang).into());
    push_table(page, &head, rows);
}

fn push_limits(endpoint: &Endpoint, lang: Lang, page: &mut String) {
    heading(page, words::LIMITS.of(lang));
    for limit in words::limits(endpoint, lang) {
        let _ = writeln!(page, "- {limit}");
    }
}

fn push_samples(endpoint: &Endpoint, lang: Lang, base: &BaseUrl, page: &mut String) {
    heading(page, words::SAMPLES.of(lang));
    for language in Language::ALL {
        let sample = samples::render(endpoint, language, base, lang);
        let _ = writeln!(page, "### {}\n\n```{language}\n{sample}```\n", language.title(lang));
    }
    page.pop();
}

fn push_examples(endpoint: &Endpoint, lang: Lang, page: &mut String) {
    heading(page, words::EXAMPLES.of(lang));
    for (name, reply) in success_examples(endpoint, lang) {
        let _ = writeln!(page, "### {name}\n\n```json\n{}\n```\n", pretty(&reply));
    }
    for code in endpoint.codes.iter().filter(|code| code.number() != 0) {
        let reply = pretty(&failure_example(endpoint, *code, lang));
        let _ = writeln!(page, "### {} {}\n\n```json\n{reply}\n```\n", words::CODE.of(lang), code.number());
    }
    page.pop();
}
