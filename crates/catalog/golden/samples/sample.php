<?php
// Author CP Info (V1). PHP 8 with its curl extension; the token comes from the environment variable ASTROLABE_TOKEN.
$query = http_build_query(['oAuthorId' => '6826128263245070349', 'platform' => 'SHORT_VIDEO']);
$curl = curl_init('http://127.0.0.1:8600/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1?' . $query);
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . getenv('ASTROLABE_TOKEN')],
    CURLOPT_TIMEOUT => 60,
]);
$reply = curl_exec($curl);
if ($reply === false) {
    fwrite(STDERR, curl_error($curl) . PHP_EOL);
    exit(1);
}
$answer = json_decode($reply, true, 512, JSON_THROW_ON_ERROR);
if ($answer['code'] !== 0) { // The code decides, not the HTTP status.
    fwrite(STDERR, $reply . PHP_EOL);
    exit(1);
}
echo json_encode($answer['data'], JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE), PHP_EOL;
