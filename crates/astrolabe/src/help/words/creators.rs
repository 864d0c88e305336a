//! Texts of `cp`, `history`, `rank`, `compare` and `plan`.

use catalog::Text;

pub(super) const TEXTS: &[Text] = &[
    Text::new("Show what a placement with a creator costs for what it brings", "查看投放一位达人的花费与预期效果"),
    Text::new("The creator's id", "达人 ID"),
    Text::new(
        "The creators of this file instead, as a table: an id a line, or CSV with a column author_id and perhaps platform; - is the standard input. A server is asked in batches of 1,000",
        "改为查询该文件（- 表示标准输入）中的达人，以表格列出：每行一个 ID，或含 author_id 列（可另有 platform 列）的 CSV。向服务器查询时每批 1,000 位",
    ),
    Text::new(
        "Write the result to this file instead, whole or not at all; the name tells the form: .csv, .json, .ndjson, .xlsx or .parquet",
        "将结果写入该文件，要么完整写入，要么不写；格式由扩展名决定：.csv、.json、.ndjson、.xlsx 或 .parquet",
    ),
    Text::new(
        "The language of what people read: en or zh [default: that of LC_ALL, LC_MESSAGES or LANG]",
        "输出所用语言：en 或 zh [默认：由 LC_ALL、LC_MESSAGES 或 LANG 决定]",
    ),
    Text::new(
        "With --file and --url: the most that all of it may cost, in yuan",
        "与 --file 和 --url 同用：全部费用的上限，单位为元",
    ),
    Text::new(
        "With --url: go on with what broke off under this key, without being charged again",
        "与 --url 同用：以该键继续此前中断的查询，不重复扣费",
    ),
    Text::new(
        "With --file and --url: only tell which are known and what it would cost",
        "与 --file 和 --url 同用：仅告知哪些达人有数据、费用是多少，不实际查询",
    ),
    Text::new("Ask this server instead of the local data", "向该服务器查询，代替本地数据"),
    Text::new(
        "The token for the server; better given as the environment variable, which no process list shows",
        "服务器的访问令牌；宜用环境变量，以免出现在进程列表中",
    ),
    Text::new(
        "Tell everything behind the figures: posts used and left out and why, formulas, rounding",
        "说明数值的全部依据：采用与排除的作品及原因、公式、取整方式",
    ),
    Text::new(
        "Show a creator's figures over time: what moved them, and what later posts did",
        "查看一位达人的历史数值：变化原因，以及后续作品的实际表现",
    ),
    Text::new(
        "Draw it into this file too: expected views with their range, later posts, and CPM",
        "同时绘制成图并写入该文件：预期播放量及其区间、后续作品与 CPM",
    ),
    Text::new("Print JSON for programs, as /v1/history answers", "输出供程序读取的 JSON，与 /v1/history 的响应相同"),
    Text::new(
        "Rank creators by cost, price, expected views, hot share or followers",
        "按成本、报价、预期播放量、爆款率或粉丝数为达人排序",
    ),
    Text::new("What to sort by", "排序依据"),
    Text::new("The direction [default: the best first]", "排序方向 [默认：最优者在前]"),
    Text::new(
        "The length whose prices and costs count: 1-20, 21-60, 60 or single [default: 21-60 for short videos]",
        "以哪一时长的报价与成本为准：1-20、21-60、60 或 single [默认：短视频为 21-60]",
    ),
    Text::new("Only this category, such as 美妆", "仅限该类目，如 美妆"),
    Text::new("Only ids or names that begin so", "仅限 ID 或名称以此开头的达人"),
    Text::new("The least followers", "最低粉丝数"),
    Text::new("The most followers", "最高粉丝数"),
    Text::new("The lowest price, in yuan", "最低报价，单位为元"),
    Text::new("The highest price, in yuan", "最高报价，单位为元"),
    Text::new("The lowest CPM, in yuan", "最低 CPM，单位为元"),
    Text::new("The highest CPM, in yuan", "最高 CPM，单位为元"),
    Text::new("The least expected views", "最低预期播放量"),
    Text::new("The most expected views", "最高预期播放量"),
    Text::new("The least hot share, in basis points: 1200 is 12 %", "最低爆款率，单位为万分之一：1200 即 12 %"),
    Text::new(
        "How many creators; of a server, each hundred is a call of its own",
        "列出多少位达人；向服务器查询时，每一百位为一次调用",
    ),
    Text::new("Also draw CPM against expected views into this file", "同时绘制 CPM 与预期播放量的散点图并写入该文件"),
    Text::new(
        "Put some creators side by side, with their place among their peers and a fair price",
        "对比若干达人，列出其在同类中的位置与合理报价",
    ),
    Text::new("The creators' ids", "达人 ID，可列多个"),
    Text::new(
        "The length whose prices and costs are shown: 1-20, 21-60, 60 or single [default: 21-60 for short videos]",
        "显示哪一时长的报价与成本：1-20、21-60、60 或 single [默认：短视频为 21-60]",
    ),
    Text::new("Plan which creators to book for a budget", "在预算内规划投放哪些达人"),
    Text::new("What all picks may cost together, in yuan", "总预算，单位为元"),
    Text::new("What the plan is to be best at", "规划的目标"),
    Text::new("The most expected interactions", "最高预期互动量"),
    Text::new("The lowest cost per interaction, at a floor of views", "最低单次互动成本，同时播放量不低于下限"),
    Text::new("The fewest expected views in total, with --goal cpe", "预期播放量合计的下限，与 --goal cpe 同用"),
    Text::new(
        "A length that will do: 1-20, 21-60, 60 or single; may be given several times [default: all]",
        "可选的时长：1-20、21-60、60 或 single；可多次指定 [默认：全部]",
    ),
    Text::new(
        "A creator that must be in the plan; may be given several times, or with commas",
        "必选的达人；可多次指定，或以逗号分隔",
    ),
    Text::new(
        "A creator that must not be; may be given several times, or with commas",
        "排除的达人；可多次指定，或以逗号分隔",
    ),
    Text::new("At most so many picks of a category; may be given several times", "某一类目的人选上限；可多次指定"),
    Text::new(
        "What all picks of a category may cost together, in yuan; may be given several times",
        "某一类目的费用上限，单位为元；可多次指定",
    ),
    Text::new("At most so many picks in all", "人选总数上限"),
    Text::new(
        "A creator to weigh, in place of a filter; may be given several times, or with commas",
        "参与比较的达人，代替筛选条件；可多次指定，或以逗号分隔",
    ),
    Text::new("Weigh creators of this category alone", "仅比较该类目的达人"),
    Text::new("Weigh creators with at least so many followers", "仅比较粉丝数不低于此数的达人"),
    Text::new("Weigh creators with at most so many followers", "仅比较粉丝数不高于此数的达人"),
    Text::new("Print the whole plan as JSON for programs", "输出完整方案，为供程序读取的 JSON"),
    Text::new(
        "Also draw the picks into this file, by CPM and expected views",
        "同时按 CPM 与预期播放量绘制人选图并写入该文件",
    ),
];
