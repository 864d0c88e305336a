//! Texts of several commands, and those that clap has itself.

use catalog::Text;

pub(super) const TEXTS: &[Text] = &[
    Text::new(
        "Tells what a placement with a Douyin creator costs for what it brings · 投放一位抖音达人，花多少钱、换来什么",
        "投放一位抖音达人，花多少钱、换来什么",
    ),
    Text::new("Everywhere", "通用"),
    Text::new("Limits", "限制"),
    Text::new(
        "The data directory: the database and the key of its tokens [default: a directory of the user's]",
        "数据目录：存放数据库与令牌密钥 [默认：当前用户的数据目录]",
    ),
    Text::new(
        "The PostgreSQL database that holds creators, accounts and calls, in place of the one in the data directory, such as postgres://USER@HOST/NAME; better given as the environment variable where it holds a password",
        "以 PostgreSQL 数据库存放达人、账户与调用，代替数据目录中的数据库，如 postgres://USER@HOST/NAME；含密码时宜用环境变量",
    ),
    Text::new(
        "The configuration file [default: astrolabe.toml in the data directory, where there is one]",
        "配置文件 [默认：数据目录中的 astrolabe.toml（如有）]",
    ),
    Text::new("Print help", "显示帮助"),
    Text::new("Print help (see more with '--help')", "显示帮助（--help 更详细）"),
    Text::new("Print help (see a summary with '-h')", "显示帮助（-h 为摘要）"),
    Text::new("Print version", "显示版本"),
    Text::new("Print this message or the help of the given subcommand(s)", "显示本帮助，或指定子命令的帮助"),
    Text::new("Print JSON for programs", "输出供程序读取的 JSON"),
    Text::new(
        "SHORT_VIDEO, LIVE_STREAMING, PICTURE_TEXT or SHORT_DRAMA",
        "内容类型：SHORT_VIDEO、LIVE_STREAMING、PICTURE_TEXT 或 SHORT_DRAMA",
    ),
    Text::new("At most so many", "条数上限"),
    Text::new("Where to listen; port 0 takes a free one", "监听地址；端口 0 表示任取空闲端口"),
];
