//! The sample in PHP.

use super::{Asked, about_key, choose};
use crate::Lang;

pub(super) fn render(asked: &Asked<'_>) -> String {
    if asked.endpoint.lines {
        return lines(asked);
    }
    let pairs = asked.each(|name, value| format!("'{name}' => '{value}', "));
    let pairs = pairs.trim_end_matches(", ");
    let (query, question) = match pairs.is_empty() {
        true => (String::new(), "'"),
        false => (format!("$query = http_build_query([{pairs}]);\n"), "?' . $query"),
    };
    let (post, kind) = match asked.body(|body| format!("    CURLOPT_POSTFIELDS => '{body}',\n")) {
        post if post.is_empty() => (post, ""),
        post => (post, ", 'Content-Type: application/json'"),
    };
    let decide = choose(
        asked,
        "\
$answer = json_decode($reply, true, 512, JSON_THROW_ON_ERROR);
if ($answer['code'] !== 0) { // The code decides, not the HTTP status.
    fwrite(STDERR, $reply . PHP_EOL);
    exit(1);
}
echo json_encode($answer['data'], JSON_PRETTY_PRINT), PHP_EOL;
",
        "\
if (curl_getinfo($curl, CURLINFO_RESPONSE_CODE) !== 200) {
    fwrite(STDERR, $reply . PHP_EOL);
    exit(1);
}
echo json_encode(json_decode($reply), JSON_PRETTY_PRINT), PHP_EOL;
",
    );
    format!(
        "\
<?php
// {title}. PHP 8 with its curl extension; the token comes from the environment variable ASTROLABE_TOKEN.
{query}$curl = curl_init('{url}{question});
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . getenv('ASTROLABE_TOKEN'){kind}],
{post}    CURLOPT_TIMEOUT => 60,
]);
$reply = curl_exec($curl);
if ($reply === false) {{
    fwrite(STDERR, curl_error($curl) . PHP_EOL);
    exit(1);
}}
{decide}",
        title = asked.title(),
        url = asked.url,
    )
}

/// Where the answer is lines.
fn lines(asked: &Asked<'_>) -> String {
    format!(
        "\
<?php
// {title}. PHP 8 with its curl extension; the token comes from the environment variable ASTROLABE_TOKEN.
{about_key}$key = getenv('ASTROLABE_BATCH_KEY') ?: bin2hex(random_bytes(16));
fwrite(STDERR, 'ASTROLABE_BATCH_KEY=' . $key . PHP_EOL);

$good = fn($curl) => curl_getinfo($curl, CURLINFO_RESPONSE_CODE) === 200;
$curl = curl_init('{url}');
curl_setopt_array($curl, [
    CURLOPT_HTTPHEADER => [
        'Authorization: Bearer ' . getenv('ASTROLABE_TOKEN'),
        'Content-Type: application/json',
        'Idempotency-Key: ' . $key,
    ],
{post}    // What comes is printed as it comes; curl gives up only when nothing has come for 120 seconds.
    CURLOPT_WRITEFUNCTION => function ($curl, $part) use ($good) {{
        fwrite($good($curl) ? STDOUT : STDERR, $part);
        return strlen($part);
    }},
    CURLOPT_LOW_SPEED_LIMIT => 1,
    CURLOPT_LOW_SPEED_TIME => 120,
]);
if (curl_exec($curl) === false) {{
    fwrite(STDERR, curl_error($curl) . PHP_EOL);
    exit(1);
}}
if (!$good($curl)) {{
    exit(1);
}}
",
        title = asked.title(),
        about_key = about_key("//", Lang::En),
        url = asked.url,
        post = asked.body(|body| format!("    CURLOPT_POSTFIELDS => '{body}',\n")),
    )
}
