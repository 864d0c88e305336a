//! The sample in Go.

use super::{Asked, BY_CODE, EACH_LINE, about_key, choose};
use crate::Text;

const RUN: Text = Text::new("go run sample.go", "运行：go run sample.go");

pub(super) fn render(asked: &Asked<'_>) -> String {
    if asked.endpoint.lines {
        return lines(asked);
    }
    let pairs = asked.each(|name, value| format!("\"{name}\": {{\"{value}\"}}, "));
    let pairs = pairs.trim_end_matches(", ");
    let (query, question, import) = match pairs.is_empty() {
        true => (String::new(), "\"", ""),
        false => (format!("\tquery := url.Values{{{pairs}}}\n"), "?\"+query.Encode()", "\t\"net/url\"\n"),
    };
    let (method, body, strings, kind) = posted(asked);
    let by_code = by_code(asked);
    let decide = choose(
        asked,
        by_code.as_str(),
        "	if response.StatusCode != http.StatusOK {
		log.Fatal(string(body))
	}
	fmt.Println(string(body))
",
    );
    let json = choose(asked, "\t\"encoding/json\"\n", "");
    format!(
        "\
// {intro}
package main

import (
{json}	\"fmt\"
	\"io\"
	\"log\"
	\"net/http\"
{import}	\"os\"
{strings}	\"time\"
)

func main() {{
	log.SetFlags(0)
{query}	request, err := http.NewRequest(http.Method{method}, \"{url}{question}, {body})
	if err != nil {{
		log.Fatal(err)
	}}
	request.Header.Set(\"Authorization\", \"Bearer \"+os.Getenv(\"ASTROLABE_TOKEN\"))
{kind}	client := &http.Client{{Timeout: 60 * time.Second}}
	response, err := client.Do(request)
	if err != nil {{
		log.Fatal(err)
	}}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {{
		log.Fatal(err)
	}}
{decide}}}
",
        intro = asked.intro(RUN),
        url = asked.url,
    )
}

/// What reads the answer where the code decides.
fn by_code(asked: &Asked<'_>) -> String {
    format!(
        "	var answer struct {{
		Code int             `json:\"code\"`
		Data json.RawMessage `json:\"data\"`
	}}
	if err := json.Unmarshal(body, &answer); err != nil {{
		log.Fatal(err)
	}}
	if answer.Code != 0 {{ // {}
		log.Fatal(string(body))
	}}
	fmt.Println(string(answer.Data))
",
        BY_CODE.of(asked.lang)
    )
}

/// The method, the body, what is imported for it, and the line that tells its kind.
fn posted(asked: &Asked<'_>) -> (&'static str, String, &'static str, &'static str) {
    let body = asked.body(|body| format!("strings.NewReader(`{body}`)"));
    if body.is_empty() {
        return ("Get", "nil".to_owned(), "", "");
    }
    ("Post", body, "\t\"strings\"\n", "\trequest.Header.Set(\"Content-Type\", \"application/json\")\n")
}

/// Where the answer is lines.
fn lines(asked: &Asked<'_>) -> String {
    format!(
        "\
// {intro}
package main

import (
	\"bufio\"
	\"fmt\"
	\"io\"
	\"log\"
	\"net/http\"
	\"os\"
	\"strings\"
	\"time\"
)

func main() {{
	log.SetFlags(0)
{about_key}	key := os.Getenv(\"ASTROLABE_BATCH_KEY\")
	if key == \"\" {{
		key = fmt.Sprintf(\"%d-%d\", time.Now().UnixNano(), os.Getpid())
	}}
	log.Print(\"ASTROLABE_BATCH_KEY=\", key)

	request, err := http.NewRequest(http.MethodPost, \"{url}\", {body})
	if err != nil {{
		log.Fatal(err)
	}}
	request.Header.Set(\"Authorization\", \"Bearer \"+os.Getenv(\"ASTROLABE_TOKEN\"))
	request.Header.Set(\"Content-Type\", \"application/json\")
	request.Header.Set(\"Idempotency-Key\", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {{
		log.Fatal(err)
	}}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {{
		refusal, _ := io.ReadAll(response.Body)
		log.Fatal(string(refusal))
	}}
	// {each_line}
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {{
		fmt.Println(lines.Text())
	}}
	if err := lines.Err(); err != nil {{
		log.Fatal(err)
	}}
}}
",
        intro = asked.intro(RUN),
        about_key = about_key("\t//", asked.lang),
        each_line = EACH_LINE.of(asked.lang),
        url = asked.url,
        body = asked.body(|body| format!("strings.NewReader(`{body}`)")),
    )
}
