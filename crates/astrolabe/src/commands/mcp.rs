//! `astrolabe mcp`: the server's endpoints as tools of an assistant, by the Model Context Protocol on stdin and stdout.

use std::error::Error;

use anyhow::Context;
use catalog::{Billing, Endpoint, Lang, ToolCall, ToolCallError};
use clap::Args;
use client::{Client, ClientError, ToolReply};
use domain::BusinessCode;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, ListToolsResult,
    MetaObject, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{RequestContext, RoleServer, ServerInitializeError};
use rmcp::{ServerHandler, ServiceExt};
use serde_json::{Map, Value};

use crate::errors;
use crate::lang::{self, told};

#[derive(Debug, Args)]
pub(crate) struct McpArgs {
    /// The server to ask
    #[arg(long, value_name = "URL", env = "ASTROLABE_URL", default_value = "http://127.0.0.1:8600")]
    url: String,
    /// The token for the server; better given as the environment variable, which no process list shows
    #[arg(long, env = "ASTROLABE_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// Runs the verb until the assistant closes stdin.
pub(crate) async fn run(args: &McpArgs) -> anyhow::Result<()> {
    let lang = lang::spoken();
    let token = args.token.as_deref().filter(|token| !token.is_empty()).with_context(|| {
        told!(
            lang,
            "there is no token: set the environment variable ASTROLABE_TOKEN, in the settings of the assistant that starts this program",
            "缺少令牌：请在启动本程序的智能助手的设置中，设定环境变量 ASTROLABE_TOKEN"
        )
    })?;
    let client = Client::new(&args.url, token)?.speaking(lang);
    let tools = catalog::tools(lang).into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
    let tools = Tools { client, lang, url: args.url.clone(), tools: tools.context("a tool's definition")? };
    match tools.serve(rmcp::transport::stdio()).await {
        Ok(serving) => serving.waiting().await.map(drop)?,
        // An assistant that leaves before it has begun.
        Err(ServerInitializeError::ConnectionClosed(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The tools of one server.
struct Tools {
    client: Client,
    lang: Lang,
    /// The server's address, as it was given.
    url: String,
    tools: Vec<Tool>,
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let about = Implementation::new("astrolabe", env!("CARGO_PKG_VERSION")).with_title("Astrolabe");
        let instructions = told!(
            self.lang,
            "What placements with Douyin creators cost for what they bring. Amounts are in fen (1/100 yuan) in the data of author_cp_info and batch, in yuan in fields whose name ends in Yuan; hot shares are in basis points. A success may be charged to the team's balance.",
            "抖音达人投放的性价比。author_cp_info 与 batch 的 data 中，金额单位为分（1/100 元）；名称以 Yuan 结尾的字段，单位为元；爆款率单位为万分之一。成功的调用可能从团队余额中扣费。"
        );
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(about)
            .with_instructions(instructions)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.clone()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let result = match ToolCall::of(&request.name, request.arguments.unwrap_or_default(), self.lang) {
            Ok(call) => {
                let reply = self.client.call_tool(&call).await;
                reply.map_or_else(
                    |error| failed(self.not_asked(&error, call.endpoint)),
                    |reply| told_on(reply, self.lang),
                )
            }
            // To the assistant, which can do better the next time.
            Err(ToolCallError::Arguments(sentence)) => failed(sentence),
            Err(ToolCallError::UnknownTool) => {
                let unknown = told!(
                    self.lang,
                    "there is no tool of this name: tools/list has them",
                    "没有此名称的工具：tools/list 列有全部工具"
                );
                return Err(ErrorData::invalid_params(unknown, None));
            }
        };
        Ok(result.into())
    }
}

/// A server's reply, told on as it is.
fn told_on(reply: ToolReply, lang: Lang) -> CallToolResult {
    let body: Option<Value> = serde_json::from_str(&reply.body).ok().filter(Value::is_object);
    // The contract's endpoint tells by its code, whatever the HTTP status.
    let code = body.as_ref().and_then(|body| body.get("code")).and_then(Value::as_i64);
    if code == Some(BusinessCode::InvalidToken.number().into()) {
        // The server speaks of headers, which an assistant cannot send.
        return failed(told!(
            lang,
            "the server does not accept the token: tell the user to set the environment variable ASTROLABE_TOKEN to a valid one in the settings of this tool, and to start it again",
            "服务器不接受该令牌：请告知用户在本工具的设置中将环境变量 ASTROLABE_TOKEN 设为有效的令牌，然后重新启动"
        ));
    }
    let mut result = CallToolResult::success(vec![ContentBlock::text(reply.body)]);
    result.is_error = Some(reply.status != 200 || code.is_some_and(|code| code != 0));
    result.structured_content = body;
    let about = [
        ("astrolabe/chargedYuan", reply.charged_yuan.map(Value::from)),
        ("astrolabe/source", reply.source.map(Value::from)),
        ("astrolabe/ageSeconds", reply.age_s.map(Value::from)),
    ];
    let about: Map<String, Value> =
        about.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    result.meta = (!about.is_empty()).then_some(MetaObject(about));
    result
}

fn failed(sentence: String) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(sentence)])
}

impl Tools {
    /// That the server could not be asked, and what that means for the balance.
    fn not_asked(&self, error: &ClientError, endpoint: &Endpoint) -> String {
        let Self { lang, url, .. } = self;
        let cause = match lang {
            Lang::En => error.source().map_or_else(|| error.to_string(), ToString::to_string),
            Lang::Zh => errors::chinese(error),
        };
        match error {
            ClientError::Transport(failure) if failure.is_connect() => told!(
                *lang,
                "the server could not be asked: {cause}. Nothing was sent, so nothing was charged: tell the user to check that the server runs and that {url} is its address (--url or ASTROLABE_URL)",
                "{cause}。请求并未发出，因此没有扣费：请告知用户确认服务器正在运行，且其地址为 {url}（--url 或 ASTROLABE_URL）"
            ),
            _ if endpoint.billing == Billing::Free => told!(
                *lang,
                "the server could not be asked: {cause}. This tool costs nothing and may be called again",
                "{cause}。该工具免费，可再次调用"
            ),
            _ => told!(
                *lang,
                "the server could not be asked: {cause}. Whether it charged something is not known; the same call with the same idempotencyKey is not charged again",
                "{cause}。是否已扣费尚不确定；以相同的 idempotencyKey 重复同一调用不会重复扣费"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn of_a_server_that_is_not_there_is_told_that_nothing_was_charged() {
        let url = {
            let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            format!("http://{}", nobody.local_addr().expect("an address"))
        };
        for (lang, parts) in [(Lang::En, ["nothing was charged", "--url"]), (Lang::Zh, ["没有扣费", "--url"])] {
            let client = Client::new(&url, "astro_x").expect("a client");
            let tools = Tools { client, lang, url: url.clone(), tools: Vec::new() };
            let Value::Object(asked) = json!({"oAuthorId": "42"}) else { panic!("an object") };
            let call = ToolCall::of("author_cp_info", asked, lang).expect("a call");
            let error = tools.client.call_tool(&call).await.expect_err("nobody listens");
            let told = tools.not_asked(&error, call.endpoint);
            assert!(parts.iter().all(|part| told.contains(part)) && told.contains(&url), "{told}");
            assert!(!told.contains("idempotencyKey"), "{told}");
        }
    }

    #[test]
    fn a_reply_is_an_error_by_its_code_or_its_status() {
        let reply = |status, body: &str| {
            let charged_yuan = Some("0.01".to_owned());
            let told =
                told_on(ToolReply { status, body: body.to_owned(), charged_yuan, source: None, age_s: None }, Lang::En);
            serde_json::to_value(told).expect("JSON")
        };
        let good = reply(200, r#"{"code":0,"data":{}}"#);
        assert_eq!((&good["isError"], &good["structuredContent"]["code"]), (&json!(false), &json!(0)));
        assert_eq!(good["_meta"], json!({"astrolabe/chargedYuan": "0.01"}));
        assert_eq!(reply(200, r#"{"code":301}"#)["isError"], true);
        assert_eq!(reply(429, r#"{"detail":"slower"}"#)["isError"], true);
        let refused = reply(401, r#"{"code":100,"detail":"send a valid one as Authorization: Bearer …"}"#);
        assert_eq!((&refused["isError"], refused.get("structuredContent")), (&json!(true), None));
        let told = refused["content"][0]["text"].as_str().expect("a text");
        assert!(told.contains("ASTROLABE_TOKEN") && !told.contains("Bearer"), "{told}");
        let lines = reply(200, "{\"row\":1}\n{\"summary\":{}}\n");
        assert_eq!((&lines["isError"], lines.get("structuredContent")), (&json!(false), None));
    }
}
