//! Endpoints as an assistant's tools, asked by the Model Context Protocol's own Python client.
//!
//! `cargo xtask test` installs it and names the Python that has it in `ASTROLABE_MCP_PYTHON`; without that this skips.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Server, astrolabe_ok, import_creator_42, new_token};

/// Does as an assistant's program does, and prints what it was told.
const SCRIPT: &str = r#"
import asyncio, json, os, sys
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

program, url, token = sys.argv[1:]

async def main(url):
    server = StdioServerParameters(command=program, args=["mcp", "--url", url], env={"ASTROLABE_TOKEN": token})
    async with stdio_client(server) as (read, write):
        async with ClientSession(read, write) as session:
            greeting = await session.initialize()
            told = {"server": greeting.serverInfo.name, "tools": [tool.name for tool in (await session.list_tools()).tools]}
            asks = [
                ("author_cp_info", {"oAuthorId": "42", "idempotencyKey": "once"}),
                ("author_cp_info", {"oAuthorId": "42", "idempotencyKey": "once"}),
                ("author_cp_info", {"oAuthorId": "no-such-creator"}),
                ("batch", {"creators": [{"oAuthorId": "42"}], "dryRun": True}),
                ("account", {}),
                ("account", {"token": "astro_in_the_wrong_place"}),
            ]
            told["calls"] = []
            for name, arguments in asks:
                reply = await session.call_tool(name, arguments)
                told["calls"].append(json.loads(reply.model_dump_json(by_alias=True)))
    return told

told = asyncio.run(main(url))
# Nobody listens there.
told["down"] = asyncio.run(main("http://127.0.0.1:9"))["calls"][4]
print(json.dumps(told))
"#;

#[test]
fn the_protocols_own_client_lists_the_tools_and_calls_them() {
    let Some(python) = std::env::var_os("ASTROLABE_MCP_PYTHON") else {
        eprintln!("skipped: the client of the Model Context Protocol is not installed; `cargo xtask test` installs it");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    import_creator_42(dir.path(), &[]);
    let token = new_token(dir.path(), "team");
    astrolabe_ok(dir.path(), &["price", "set", "author_cp_info", "0.01"]);
    astrolabe_ok(dir.path(), &["account", "topup", "team", "1"]);
    let server = Server::serve(dir.path(), &[]);
    let script = Command::new(python)
        .args(["-c", SCRIPT, env!("CARGO_BIN_EXE_astrolabe"), &server.url, &token])
        .output()
        .unwrap();
    assert!(script.status.success(), "{}", String::from_utf8_lossy(&script.stderr));
    let told: Value = serde_json::from_slice(&script.stdout).unwrap();
    assert_eq!(told["server"], "astrolabe");
    let tools = told["tools"].as_array().unwrap();
    assert!(["author_cp_info", "batch", "plan"].iter().all(|name| tools.contains(&json!(name))), "{told}");

    let call = |number: usize| &told["calls"][number];
    assert_eq!(call(0)["isError"], false, "{told}");
    assert_eq!(call(0)["structuredContent"]["data"]["expect_vv"]["value"], 1_000, "{told}");
    assert_eq!(call(0)["_meta"]["astrolabe/chargedYuan"], "0.01");
    assert_eq!(call(1)["structuredContent"], call(0)["structuredContent"], "given again under its key");
    assert_eq!((&call(2)["isError"], &call(2)["structuredContent"]["code"]), (&json!(true), &json!(400)));
    assert!(call(3)["content"][0]["text"].as_str().unwrap().contains("\"summary\""), "{told}");
    assert_eq!(call(4)["structuredContent"]["balanceYuan"], "0.99", "charged once: {told}");
    let refused = call(5)["content"][0]["text"].as_str().unwrap();
    assert_eq!((&call(5)["isError"], refused), (&json!(true), "account takes no arguments"));

    let down = told["down"]["content"][0]["text"].as_str().unwrap();
    assert!(down.starts_with("the server could not be asked"), "{down}");
    assert!(!told.to_string().contains(&token), "the token is nobody's to tell");
}
