//! The sample in Java.

use super::{Asked, BY_CODE, EACH_LINE, about_key, choose};
use crate::{Lang, Text};

const READS: Text =
    Text::new("A JSON library, such as Jackson, reads the rest.", "其余内容可用 Jackson 等 JSON 库读取。");
/// In Chinese with its encoding, for Java 17 takes a file to be in the terminal's.
const RUN: Text = Text::new("Java 17: java Main.java", "Java 17：java -Dfile.encoding=UTF-8 Main.java");

pub(super) fn render(asked: &Asked<'_>) -> String {
    if asked.endpoint.lines {
        return lines(asked);
    }
    let mark = |at: usize| if at == 0 { '?' } else { '&' };
    let parts = asked.query.iter().enumerate();
    let parts =
        parts.map(|(at, (name, value))| format!("\n            + \"{}{name}=\" + encode(\"{value}\")", mark(at)));
    let query: String = parts.collect();
    let (encode, imports) = match query.is_empty() {
        true => ("", ""),
        false => (
            "
    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
",
            "import java.net.URLEncoder;\n",
        ),
    };
    let charset = if query.is_empty() { "" } else { "import java.nio.charset.StandardCharsets;\n" };
    let reads = READS.of(asked.lang);
    let by_code = match asked.lang {
        Lang::En => format!("{} {reads}", BY_CODE.en),
        Lang::Zh => format!("{}{reads}", BY_CODE.zh),
    };
    let (comment, condition) = choose(
        asked,
        (by_code.as_str(), "reply.body().matches(\"(?s)\\\\{\\\"code\\\": ?0,.*\")"),
        (reads, "reply.statusCode() == 200"),
    );
    let decide = format!("        // {comment}\n        if ({condition}) {{\n");
    let post = post(asked);
    format!(
        "\
// {intro}
import java.net.URI;
{imports}import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
{charset}import java.time.Duration;

public class Main {{
    public static void main(String[] args) throws Exception {{
        String url = \"{url}\"{query};
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
            .header(\"Authorization\", \"Bearer \" + System.getenv(\"ASTROLABE_TOKEN\")){post}
            .timeout(Duration.ofSeconds(60))
            .build();
        HttpResponse<String> reply = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
{decide}            System.out.println(reply.body());
        }} else {{
            System.err.println(reply.body());
            System.exit(1);
        }}
    }}
{encode}}}
",
        intro = asked.intro(RUN),
        url = asked.url,
    )
}

/// What makes the request one that posts.
fn post(asked: &Asked<'_>) -> String {
    asked.body(|body| {
        let body = ascii(&body.replace('"', "\\\""));
        format!(
            "
            .header(\"Content-Type\", \"application/json\")
            .POST(HttpRequest.BodyPublishers.ofString(\"{body}\"))"
        )
    })
}

/// Where the answer is lines.
fn lines(asked: &Asked<'_>) -> String {
    format!(
        "\
// {intro}
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import java.util.stream.Stream;

public class Main {{
    public static void main(String[] args) throws Exception {{
{about_key}        String given = System.getenv(\"ASTROLABE_BATCH_KEY\");
        String key = given != null ? given : UUID.randomUUID().toString();
        System.err.println(\"ASTROLABE_BATCH_KEY=\" + key);
        HttpRequest request = HttpRequest.newBuilder(URI.create(\"{url}\"))
            .header(\"Authorization\", \"Bearer \" + System.getenv(\"ASTROLABE_TOKEN\"))
            .header(\"Idempotency-Key\", key){post}
            .build();
        // {each_line}
        HttpResponse<Stream<String>> reply = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines());
        boolean good = reply.statusCode() == 200;
        reply.body().forEach((good ? System.out : System.err)::println);
        if (!good) {{
            System.exit(1);
        }}
    }}
}}
",
        intro = asked.intro(RUN),
        about_key = about_key("        //", asked.lang),
        each_line = EACH_LINE.of(asked.lang),
        url = asked.url,
        post = post(asked),
    )
}

/// A literal that is the same in any encoding: Java 17 takes a file to be in the terminal's.
fn ascii(literal: &str) -> String {
    let escaped = |c: char| match c.is_ascii() {
        true => c.to_string(),
        false => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    };
    literal.chars().map(escaped).collect()
}
