//! Texts of `demo`, `serve`, `backup`, `restore`, `move-to-postgres`, `import`, `openapi`, `samples`, `mcp`, `synth`, `backtest` and `fit`.

use catalog::Text;

pub(super) const TEXTS: &[Text] = &[
    Text::new(
        "Copy the databases and keys of the data directory to a new folder, while servers go on",
        "将数据目录中的数据库与密钥备份到新文件夹；期间服务器可照常运行",
    ),
    Text::new("Where to write it: a new folder, which only you may enter", "备份位置：一个新文件夹，仅当前用户可进入"),
    Text::new("Restore a backup, once every server is stopped", "恢复备份；须先停止所有服务器"),
    Text::new(
        "The folder that `astrolabe backup` wrote, or one with astrolabe.ledger.db, astrolabe.db or both",
        "`astrolabe backup` 写出的文件夹；或含有 astrolabe.ledger.db、astrolabe.db 或两者的文件夹",
    ),
    Text::new(
        "Copy everything in the data directory to an empty PostgreSQL database, once every server is stopped",
        "将数据目录中的全部数据复制到一个空的 PostgreSQL 数据库；须先停止所有服务器",
    ),
    Text::new(
        "Serve a synthetic marketplace, ready to be asked: the way to try Astrolabe",
        "启动一个合成的达人市场，即刻可查询：试用 Astrolabe 由此开始",
    ),
    Text::new(
        "Where to listen; port 0 takes a free one [default: server.listen, or a free port when that one is taken]",
        "监听地址；端口 0 表示任取空闲端口 [默认：server.listen；被占用时任取空闲端口]",
    ),
    Text::new("Serve the endpoint from the data directory", "以数据目录中的数据提供接口服务"),
    Text::new(
        "Where to listen; port 0 takes a free one [default: server.listen, 127.0.0.1:8600]",
        "监听地址；端口 0 表示任取空闲端口 [默认：server.listen，即 127.0.0.1:8600]",
    ),
    Text::new(
        "Where the admin API listens, whose key `astrolabe admin key` makes [default: admin.listen, 127.0.0.1:8601]",
        "管理 API 的监听地址；其密钥由 `astrolabe admin key` 生成 [默认：admin.listen，即 127.0.0.1:8601]",
    ),
    Text::new(
        "Where rates are kept [default: redis with --redis, otherwise rates.kept_in, memory]",
        "速率计数存放于何处 [默认：指定 --redis 时为 redis，否则为 rates.kept_in，即 memory]",
    ),
    Text::new("In each server's memory, for itself", "各服务器自身的内存，各自计数"),
    Text::new("In the PostgreSQL database, for all servers on it", "PostgreSQL 数据库，由使用它的全部服务器共用"),
    Text::new("In Redis or Valkey, for all servers on it", "Redis 或 Valkey，由使用它的全部服务器共用"),
    Text::new(
        "Keep rates together with other servers in this Redis or Valkey, such as redis://127.0.0.1:6379/0",
        "与其他服务器共用该 Redis 或 Valkey 中的速率计数，如 redis://127.0.0.1:6379/0",
    ),
    Text::new(
        "Say whether a server would start and what it would do, without listening, migrating, making or buying anything",
        "说明服务器能否启动、将如何运行，而不监听、不升级结构、不新建、不采购",
    ),
    Text::new(
        "Import posts, rate cards or Xingtu replies: CSV, NDJSON, Parquet or JSON, plain, gzip or zstd",
        "导入作品、报价单或星图响应：CSV、NDJSON、Parquet 或 JSON，可经 gzip 或 zstd 压缩",
    ),
    Text::new("Delete what is held of a creator", "删除一位达人的数据"),
    Text::new(
        "Delete a creator's posts, prices, profile and figures, also bought ones, on every platform; calls and charges stay",
        "删除一位达人在各内容类型上的作品、报价、资料与指标（含购得的）；调用与扣费记录保留",
    ),
    Text::new("The files; - is the standard input", "待导入的文件；- 表示标准输入"),
    Text::new(
        "What the files hold, instead of recognising it: posts-csv, posts-ndjson, posts-parquet, rate-cards-csv, rate-cards-ndjson, rate-cards-parquet, xingtu",
        "指定文件内容的种类，不自动识别：posts-csv、posts-ndjson、posts-parquet、rate-cards-csv、rate-cards-ndjson、rate-cards-parquet、xingtu",
    ),
    Text::new(
        "When prices and replies without a time of their own were seen, as 2026-11-22T03:04:05Z, or now [default: the time the file was last changed; of stdin, now]",
        "未注明时间的报价与响应的采集时间，如 2026-11-22T03:04:05Z 或 now [默认：文件的最后修改时间；标准输入为当前时间]",
    ),
    Text::new(
        "Stop a file at its first bad row, and keep nothing of it",
        "遇到首个错误行即中止该文件，其内容一概不保存",
    ),
    Text::new(
        "The zone of times that do not say their offset, by its IANA name: Asia/Shanghai for Beijing time. A day without a time counts from its beginning",
        "未注明时区的时间所在的时区，用 IANA 名称：北京时间为 Asia/Shanghai。只有日期者，按当日零点计",
    ),
    Text::new("Read and estimate, but store nothing", "仅读取与估算，不保存"),
    Text::new(
        "A new file for bad rows, as CSV [default: one in the folder rejects of the data directory]",
        "错误行写入的新文件（CSV） [默认：数据目录下 rejects 文件夹中的新文件]",
    ),
    Text::new(
        "Threads for reading and estimating [default: one for each core]",
        "读取与估算的线程数 [默认：每个核心一个]",
    ),
    Text::new("Print the summaries as JSON for programs", "输出汇总，为供程序读取的 JSON"),
    Text::new("Print the OpenAPI document of the API", "输出 API 的 OpenAPI 文档"),
    Text::new("The language of its texts: en or zh", "文档的语言：en 或 zh"),
    Text::new(
        "Only Author CP Info (V1), compatible with the public definition",
        "仅含 Author CP Info (V1)，与公开定义兼容",
    ),
    Text::new("The admin API instead", "改为管理 API"),
    Text::new("Print a program that calls an endpoint", "输出调用接口的示例程序"),
    Text::new(
        "What it is written in: bash, text (for an assistant), python, js, java, go or php",
        "所用语言：bash、text（供智能助手使用）、python、js、java、go 或 php",
    ),
    Text::new("The endpoint, by its short name", "接口的简称"),
    Text::new("The server to call", "所调用的服务器"),
    Text::new(
        "Offer the endpoints of a server to an assistant, as tools of the Model Context Protocol on stdin and stdout",
        "将服务器的各接口作为 Model Context Protocol（MCP）工具提供给智能助手，经标准输入与标准输出通信",
    ),
    Text::new("The server to ask", "所查询的服务器"),
    Text::new(
        "Write a synthetic marketplace with the statistics of real creators",
        "生成与真实达人统计特征一致的合成达人市场",
    ),
    Text::new("How many creators", "达人数量"),
    Text::new("How many posts in all", "作品总数"),
    Text::new(
        "Another seed, another marketplace; the same seed, the same bytes",
        "随机种子：种子不同，市场不同；种子相同，逐字节相同",
    ),
    Text::new("The directory to write posts and rate cards into", "作品与报价单的写入目录"),
    Text::new("The format of both files", "两个文件的格式"),
    Text::new(
        "Estimate all creators anew from the posts held, by the settings in use: after a change of them",
        "以现行设置，用所持作品重新估算全部达人：在更改设置之后使用",
    ),
    Text::new("Print what changed as JSON for programs", "以 JSON 输出变化，供程序使用"),
    Text::new(
        "Score methods of expected views: forecasts of each next post from the earlier ones",
        "评定各种预期播放量方法：以更早的作品预测每个后续作品",
    ),
    Text::new(
        "Files of posts, of any kind that import reads; - is the standard input [default: the posts in the data directory]",
        "作品文件，可为 import 能读取的任意种类；- 表示标准输入 [默认：数据目录中的作品]",
    ),
    Text::new("A method to score; may be given several times [default: all]", "待评定的方法；可多次指定 [默认：全部]"),
    Text::new(
        "Coefficients to score, as `astrolabe fit` wrote them [default: those of the configuration]",
        "待评定的系数文件，由 `astrolabe fit` 写出 [默认：配置所指定的系数]",
    ),
    Text::new("Print the scores as JSON for programs", "输出评分，为供程序读取的 JSON"),
    Text::new("Also draw the scores into this file", "同时绘制评分图并写入该文件"),
    Text::new("Threads [default: one for each core]", "线程数 [默认：每个核心一个]"),
    Text::new("Fit the coefficients of the methods that need some to your own posts", "以自有作品拟合方法所需的系数"),
    Text::new(
        "Where the coefficients go; name the file in the configuration as estimate.coefficients",
        "系数文件的写入位置；在配置中以 estimate.coefficients 指定该文件即可使用",
    ),
    Text::new(
        "What they are called in snapshots: a-z, 0-9, - . _ [default: the file's name]",
        "系数在快照中的名称：a-z、0-9、- . _ [默认：文件名]",
    ),
    Text::new(
        "The share of creators that are first held out, to score a fit to the others; what is written is fitted to all",
        "先留出用于评分的达人比例，以其余达人拟合；写出的系数由全部达人拟合",
    ),
    Text::new(
        "Print what was fitted and how it scored as JSON for programs",
        "输出拟合所用数据与评分，为供程序读取的 JSON",
    ),
];
