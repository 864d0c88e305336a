//! The sample in Go.

use super::{Asked, about_key, choose};
use crate::Lang;

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
    let decide = choose(
        asked,
        "	var answer struct {
		Code int             `json:\"code\"`
		Data json.RawMessage `json:\"data\"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		log.Fatal(err)
	}
	if answer.Code != 0 { // The code decides, not the HTTP status.
		log.Fatal(string(body))
	}
	fmt.Println(string(answer.Data))
",
        "	if response.StatusCode != http.StatusOK {
		log.Fatal(string(body))
	}
	fmt.Println(string(body))
",
    );
    let json = choose(asked, "\t\"encoding/json\"\n", "");
    format!(
        "\
// {title}. go run sample.go; the token comes from the environment variable ASTROLABE_TOKEN.
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
        title = asked.title(),
        url = asked.url,
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
// {title}. go run sample.go; the token comes from the environment variable ASTROLABE_TOKEN.
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
	// Each line is printed as it comes, however long all of them take.
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {{
		fmt.Println(lines.Text())
	}}
	if err := lines.Err(); err != nil {{
		log.Fatal(err)
	}}
}}
",
        title = asked.title(),
        about_key = about_key("\t//", Lang::En),
        url = asked.url,
        body = asked.body(|body| format!("strings.NewReader(`{body}`)")),
    )
}
