//! The sample in PHP.

use super::{Asked, BY_CODE, about_key, choose};
use crate::Text;

const EACH_LINE: Text = Text::new(
    "What comes is printed as it comes; curl gives up only when nothing has come for 120 seconds.",
    "收到即打印；仅在 120 秒内未收到任何内容时，curl 才会放弃。",
);
const RUN: Text = Text::new("PHP 8 with its curl extension", "PHP 8，需启用 curl 扩展");

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
    let by_code = format!(
        "\
$answer = json_decode($reply, true, 512, JSON_THROW_ON_ERROR);
if ($answer['code'] !== 0) {{ // {}
    fwrite(STDERR, $reply . PHP_EOL);
    exit(1);
}}
echo json_encode($answer['data'], JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE), PHP_EOL;
",
        BY_CODE.of(asked.lang)
    );
    let decide = choose(
        asked,
        by_code.as_str(),
        "\
if (curl_getinfo($curl, CURLINFO_RESPONSE_CODE) !== 200) {
    fwrite(STDERR, $reply . PHP_EOL);
    exit(1);
}
echo json_encode(json_decode($reply), JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE), PHP_EOL;
",
    );
    format!(
        "\
<?php
// {intro}
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
        intro = asked.intro(RUN),
        url = asked.url,
    )
}

/// Where the answer is lines.
fn lines(asked: &Asked<'_>) -> String {
    format!(
        "\
<?php
// {intro}
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
{post}    // {each_line}
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
        intro = asked.intro(RUN),
        about_key = about_key("//", asked.lang),
        each_line = EACH_LINE.of(asked.lang),
        url = asked.url,
        post = asked.body(|body| format!("    CURLOPT_POSTFIELDS => '{body}',\n")),
    )
}
