// Author CP Info (V1). Node.js 18 or newer, as an ES module (.mjs); the token comes from the environment variable ASTROLABE_TOKEN.
const url = new URL("http://127.0.0.1:8600/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1");
url.searchParams.set("oAuthorId", "6826128263245070349");
url.searchParams.set("platform", "SHORT_VIDEO");

const response = await fetch(url, {
  headers: { Authorization: `Bearer ${process.env.ASTROLABE_TOKEN}` },
  signal: AbortSignal.timeout(60_000),
});
const answer = await response.json();
if (answer.code === 0) { // The code decides, not the HTTP status.
  console.log(JSON.stringify(answer.data, null, 2));
} else {
  console.error(JSON.stringify(answer));
  process.exitCode = 1;
}
