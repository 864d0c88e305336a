//! The words of the pages that the catalog does not have.

use catalog::Text;
pub(crate) use catalog::pages::words::*;

macro_rules! words {
    ($($name:ident: $en:literal, $zh:literal;)*) => {
        $(pub(crate) const $name: Text = Text::new($en, $zh);)*
    };
}

words! {
    SKIP: "Skip to content", "跳到正文";
    MAIN_NAVIGATION: "Main", "主导航";
    SIDE_NAVIGATION: "Endpoints and sections", "接口与章节";
    REFERENCE: "Reference", "接口文档";
    METHOD: "Method", "计算方法";
    METHOD_ABOUT: "How the figures are made, with every number behind them.", "各项指标的计算方法与全部依据。";
    MARKET: "How creators compare", "达人对比方法";
    MARKET_ABOUT: "How creators are ranked and compared: prices, peers, percentiles, fair prices.", "达人如何排序与对比：报价、同类达人、百分位与合理报价。";
    PLANS: "How plans are made", "方案算法";
    PLANS_ABOUT: "How the best creators for a budget are found, and how the range comes about.", "如何在预算内选出最优的达人组合，总播放量区间如何得出。";
    MISSING: "There is nothing at this address", "该地址不存在";
    MISSING_ABOUT: "The start and the pages of all endpoints are below.", "以下为首页与全部接口的文档。";
    START: "Start", "首页";
    OPENAPI_ABOUT: "The whole API as OpenAPI 3.1, for clients and tools.", "完整接口的 OpenAPI 3.1 定义，供客户端与工具使用。";
    LLMS_ABOUT: "These pages as Markdown, listed for assistants.", "本站页面的 Markdown 版本索引，供智能助手读取。";
    ON_THIS_PAGE: "On this page", "本页内容";
    TRY_IT: "Try it", "在线调试";
    TRY_NEEDS_SCRIPT: "Trying it needs JavaScript. The code samples do without.", "在线调试需要 JavaScript；也可直接使用代码示例。";
    TRY_ABOUT: "The request goes to this very server. Your token stays in this tab, is sent as a header and is forgotten when you leave; a success is charged.", "请求直接发往本服务。令牌仅保留在当前标签页，以请求头发送，离开即清除；成功的请求会计费。";
    TRY_ABOUT_FREE: "The request goes to this very server. Your token stays in this tab, is sent as a header and is forgotten when you leave.", "请求直接发往本服务。令牌仅保留在当前标签页，以请求头发送，离开即清除。";
    TOKEN: "Token", "令牌";
    NO_TOKEN: "Enter your token first.", "请先填写令牌。";
    BAD_TOKEN: "This is no token: a token has letters, digits and signs of ASCII alone, without spaces.", "这不是令牌：令牌只含英文字母、数字与半角符号，不含空格与汉字。";
    SEND: "Send request", "发送请求";
    REQUEST: "Request", "请求";
    REPLY: "Reply", "响应";
    HEADERS: "Headers", "响应头";
    SENDING: "Sending …", "发送中……";
    NOT_SENT: "No reply came", "未收到响应";
    COPY: "Copy", "复制";
    COPIED: "Copied", "已复制";
    LANGUAGE: "Language", "语言";
    ENVIRONMENT: "Server", "服务地址";
    PRICE: "Price", "价格";
    FREE: "Free", "免费";
    PER_SUCCESS: "yuan per success", "元/次成功";
    PER_ROW: "yuan per row with figures", "元/行（有数据的行）";
    ONLY_SUCCESS: "Only a success, code 0, is billed.", "仅成功（code 0）计费。";
    HEALTH: "Last 24 hours", "最近 24 小时";
    HEALTH_NONE: "no requests yet", "暂无请求";
    HEALTH_NOW: "now", "现在";
    HEALTH_AGO: "24 h ago", "24 小时前";
    FORMAT: "Format", "格式";
    SUCCESS: "Success", "成功";
    AS_MARKDOWN: "This page as Markdown", "本页 Markdown 版";
    QUICK_START: "Ask from a terminal", "在终端中调用";
    READ_PAGE: "Read the reference", "查看接口文档";
    HERO: "What does a placement bring, and what does it cost?", "投放一位达人，花多少钱、换来什么？";
    EXTENSIONS: "Beside the contract", "扩展接口";
    FOR_TOOLS: "For tools and assistants", "供工具与助手使用";
}
