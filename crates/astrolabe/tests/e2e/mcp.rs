//! Endpoints as an assistant's tools, asked by the Model Context Protocol's own Python client.
//!
//! `cargo xtask test` installs it and names the Python that has it in `ASTROLABE_MCP_PYTHON`; without that this skips.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Server, astrolabe, astrolabe_ok, import_creator_42, new_token, said};

/// Does as an assistant's program does, in the protocol's form with a handshake and in the one without, and prints what it was told.
const SCRIPT: &str = r#"
import asyncio, json, sys
from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

program, url, token = sys.argv[1:]
ASKS = [
    ("author_cp_info", {"oAuthorId": "42", "idempotencyKey": "once"}),
    ("author_cp_info", {"oAuthorId": "42", "idempotencyKey": "once"}),
    ("author_cp_info", {"oAuthorId": "no-such-creator"}),
    ("batch", {"creators": [{"oAuthorId": "42"}], "dryRun": True}),
    ("account", {}),
    ("account", {"token": "astro_in_the_wrong_place"}),
]

def server(url):
    return StdioServerParameters(command=program, args=["mcp", "--url", url], env={"ASTROLABE_TOKEN": token})

async def told(client, name):
    tools = (await client.list_tools()).tools
    replies = [await client.call_tool(*ask) for ask in ASKS]
    calls = [json.loads(reply.model_dump_json(by_alias=True)) for reply in replies]
    return {"server": name, "tools": [tool.name for tool in tools], "calls": calls}

async def with_handshake():
    async with stdio_client(server(url)) as (read, write):
        async with ClientSession(read, write) as session:
            return await told(session, (await session.initialize()).server_info.name)

async def without(url):
    async with Client(server(url)) as client:
        return {**await told(client, client.server_info.name), "revision": client.protocol_version}

async def main():
    # Nobody listens at port 9.
    print(json.dumps([await with_handshake(), await without(url), await without("http://127.0.0.1:9")]))

asyncio.run(main())
"#;

#[test]
fn without_a_token_the_variable_is_named() {
    let output = astrolabe().arg("mcp").env_remove("ASTROLABE_TOKEN").output().unwrap();
    assert!(!output.status.success() && said(&output).contains("ASTROLABE_TOKEN"), "{}", said(&output));
}

#[test]
fn the_protocols_own_client_lists_the_tools_and_calls_them() {
    let Some(python) = std::env::var_os("ASTROLABE_MCP_PYTHON") else {
        eprintln!("skipped: the client of the Model Context Protocol is not installed; `cargo xtask test` installs it");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    import_creator_42(dir.path(), &[("ASTROLABE_ESTIMATE__METHOD", "median-10")]);
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
    assert!(!told.to_string().contains(&token), "the token is nobody's to tell");
    assert_eq!(told[1]["revision"], "2026-07-28");
    assert_eq!(told[0]["calls"][0]["_meta"]["astrolabe/chargedYuan"], "0.01");
    for told in [&told[0], &told[1]] {
        assert_eq!(told["server"], "astrolabe");
        let tools = told["tools"].as_array().unwrap();
        assert!(["author_cp_info", "batch", "plan"].iter().all(|name| tools.contains(&json!(name))), "{told}");
        let call = |number: usize| &told["calls"][number];
        assert_eq!(call(0)["isError"], false, "{told}");
        assert_eq!(call(0)["structuredContent"]["data"]["expect_vv"]["value"], 1_000, "{told}");
        assert_eq!(call(1)["structuredContent"], call(0)["structuredContent"], "given again under its key");
        assert_eq!((&call(2)["isError"], &call(2)["structuredContent"]["code"]), (&json!(true), &json!(400)));
        assert!(call(3)["content"][0]["text"].as_str().unwrap().contains("\"summary\""), "{told}");
        assert_eq!(call(4)["structuredContent"]["account"]["balanceYuan"], "0.99", "charged once: {told}");
        let refused = call(5)["content"][0]["text"].as_str().unwrap();
        assert_eq!((&call(5)["isError"], refused), (&json!(true), "account takes no arguments"));
    }
    let down = told[2]["calls"][4]["content"][0]["text"].as_str().unwrap();
    assert!(down.starts_with("the server could not be asked") && down.contains("nothing was charged"), "{down}");
}
