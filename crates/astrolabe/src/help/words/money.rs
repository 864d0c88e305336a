//! Texts of `account`, `token`, `admin`, `audit`, `price`, `calls`, `usage` and `upstream`.

use catalog::Text;

pub(super) const TEXTS: &[Text] = &[
    Text::new("Make, credit, limit and list accounts", "新建账户、充值、设置限制、列出账户"),
    Text::new("Make an account", "新建账户"),
    Text::new("The account's name: a person, a team or a program; unique", "账户名称：可为个人、团队或程序；不可重复"),
    Text::new("List the accounts with what they have and used", "列出账户及其余额与用量"),
    Text::new(
        "Show everything about an account: money, limits, quota, tokens",
        "查看账户的全部信息：金额、限制、配额、令牌",
    ),
    Text::new("The account's name", "账户名称"),
    Text::new(
        "Credit an account, once for each key; prints the balance in yuan on stdout",
        "为账户充值，同一个键只入账一次；在标准输出打印余额（元）",
    ),
    Text::new("How much, in yuan: 500, 0.5", "金额，单位为元：500、0.5"),
    Text::new(
        "What makes it happen once, such as the number of a payment: the same key moves nothing again, ever [default: a random one, told on stderr so that a retry can repeat it]",
        "保证只执行一次的键，如付款单号：同一个键永远不会重复入账或扣回 [默认：随机生成，并在标准错误中告知，以便重试时沿用]",
    ),
    Text::new("A note to keep with it", "一并保存的备注"),
    Text::new(
        "Take money out of an account again, at most its balance, once for each key; prints the balance in yuan on stdout",
        "从账户扣回金额（不超过余额），同一个键只扣回一次；在标准输出打印余额（元）",
    ),
    Text::new(
        "List the top-ups and withdrawals of an account, newest first, with what was credited in all after each",
        "列出账户的充值与扣回，最新的在前，各附其后的累计净充值",
    ),
    Text::new(
        "Only since a day in Asia/Shanghai, or a moment: 2026-11-24, 2026-11-24T08:30:00Z",
        "仅限该日期（Asia/Shanghai 时区）或该时刻及以后：2026-11-24、2026-11-24T08:30:00Z",
    ),
    Text::new("Only up to a day or a moment, which is included", "仅限该日期或该时刻及以前，含当日或该时刻"),
    Text::new(
        "Limit an account and so all its tokens together; only what is named changes",
        "限制账户（其全部令牌合计）；仅更改指定的项目",
    ),
    Text::new(
        "Requests a second in the long run: 10/s, or none for no limit",
        "长期平均每秒请求数：10/s；none 表示不限",
    ),
    Text::new(
        "Requests at once after a pause, or none for as many as the rate, which is the default; one that was set apart stays",
        "空闲后可突发的请求数，或 none 表示与速率相同（默认）；此前单独设定的保持不变",
    ),
    Text::new("Requests being answered at the same time, or none for no limit", "并发请求数；none 表示不限"),
    Text::new(
        "Successes a calendar day in Asia/Shanghai, or none for no limit",
        "每个自然日（Asia/Shanghai 时区）的成功次数；none 表示不限",
    ),
    Text::new("Make, limit, replace and list the tokens accounts call with", "新建、限制、更换与列出账户的访问令牌"),
    Text::new("Make a token and print it, once, on stdout", "新建令牌，并在标准输出打印，仅此一次"),
    Text::new(
        "After how long it is refused: 45m, 12h, 30d, 2w, or none for never",
        "多久之后失效：45m、12h、30d、2w；none 表示永不失效",
    ),
    Text::new(
        "Where it may ask: author_cp_info, author_cp_info:SHORT_VIDEO, *; repeat for more, none for everywhere",
        "可访问的范围：author_cp_info、author_cp_info:SHORT_VIDEO、*；可多次指定，none 表示不限",
    ),
    Text::new(
        "From where it may ask: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32; repeat for more, none for from everywhere",
        "允许的来源地址：192.0.2.7、192.0.2.0/24、2001:db8::/32；可多次指定，none 表示不限",
    ),
    Text::new(
        "Refuse it in the query string, where it would end up in logs; --header-only=no allows it again",
        "拒绝以网址参数传递该令牌，以免留在日志中；--header-only=no 重新允许",
    ),
    Text::new(
        "The most it may ever spend, in yuan, or none for whatever its account has",
        "累计消费上限，单位为元；none 表示仅受账户余额限制",
    ),
    Text::new(
        "List the tokens with what they spent and when they were last used",
        "列出令牌及其已消费金额与最近使用时间",
    ),
    Text::new("Only an account's", "仅限该账户"),
    Text::new(
        "Only tokens that end, or ended, and were used in the last 7 days: whose users need the new one",
        "仅限即将失效或已失效、且最近 7 天仍在使用的令牌：其使用者需要换用新令牌",
    ),
    Text::new("Show everything about a token, but never the token itself", "查看令牌的全部信息，但绝不显示令牌本身"),
    Text::new("The token's number, as `astrolabe token list` shows it", "令牌编号，见 `astrolabe token list`"),
    Text::new(
        "Say what a token may do; only what is named changes, none clears",
        "设定令牌的权限；仅更改指定的项目，none 表示清除",
    ),
    Text::new(
        "Make a token to replace another one, which goes on for a while, and print it, once, on stdout",
        "新建令牌以更换旧令牌，旧令牌仍有效一段时间；新令牌在标准输出打印，仅此一次",
    ),
    Text::new(
        "The number of the token to replace, as `astrolabe token list` shows it",
        "待更换令牌的编号，见 `astrolabe token list`",
    ),
    Text::new(
        "How long the old token goes on: 12h, 7d, or none to refuse it at once; never longer than it would have anyway",
        "旧令牌继续有效多久：12h、7d；none 表示立即失效；不会超过其原有期限",
    ),
    Text::new(
        "After how long the new token is refused, or none for never [default: as long as the old one was made for]",
        "新令牌多久之后失效；none 表示永不失效 [默认：与旧令牌的期限相同]",
    ),
    Text::new(
        "Make another key to hash tokens with, where token.key is lost: all tokens and the admin key must be made anew then",
        "在 token.key 丢失时另行生成令牌密钥：此后所有令牌与管理密钥均须重新生成",
    ),
    Text::new("Even where tokens work, none of which will any more", "即使仍有可用的令牌；这些令牌将全部失效"),
    Text::new(
        "Take the token.key of the data directory for the right one: where another one was made by mistake, and this is the old one",
        "以数据目录中的 token.key 为准：用于误生成了另一密钥、而此文件为原密钥的情形",
    ),
    Text::new("Check the books", "核对账目"),
    Text::new(
        "Check that the books balance and the files are whole; servers may go on meanwhile",
        "检查账目是否相符、文件是否完好；期间服务器可照常运行",
    ),
    Text::new("Refuse a token from now on", "停用令牌，立即生效"),
    Text::new("Accept a disabled token again", "重新启用已停用的令牌"),
    Text::new(
        "Make the key of the admin API, which serve then opens on a listener of its own",
        "生成管理 API 的密钥；此后 serve 将在单独的地址上提供管理 API",
    ),
    Text::new(
        "Make the key of the admin API, in place of the one before, and print it, once, on stdout",
        "生成管理 API 的密钥，取代此前的密钥，并在标准输出打印，仅此一次",
    ),
    Text::new("List what operators changed, newest first", "列出运营方所做的更改，最新的在前"),
    Text::new("Only what one actor did, as the list names it", "仅限该操作者所做的更改，写法与列表一致"),
    Text::new(
        "Only one action, such as token.disable, or all of a kind, such as token",
        "仅限某一操作，如 token.disable；或某一类操作，如 token",
    ),
    Text::new(
        "Only what was done to this, as the list names it: 'token 7'",
        "仅限针对该对象的更改，写法与列表一致：'token 7'",
    ),
    Text::new(
        "Only those before this one: the last one of the page before",
        "仅限此编号之前的记录：填上一页的最后一条",
    ),
    Text::new("Set and list what a success of an endpoint costs", "设定与列出接口成功一次的价格"),
    Text::new("Set the price of an endpoint, from now on", "设定接口的价格，立即生效"),
    Text::new("The endpoint's short name, as `astrolabe price list` shows it", "接口的简称，见 `astrolabe price list`"),
    Text::new("The price of a success in yuan: 0.01; 0 makes it free", "成功一次的价格，单位为元：0.01；0 表示免费"),
    Text::new("List the endpoints with their prices", "列出接口及其价格"),
    Text::new("List the paid calls, and settle those nobody knows the end of", "列出付费调用，并结清结果未知的调用"),
    Text::new("List calls, newest first", "列出调用，最新的在前"),
    Text::new("Only a token's", "仅限该令牌"),
    Text::new("Only those that stand so", "仅限处于该状态的调用"),
    Text::new(
        "Only those for which an upstream was asked that billed them for nothing, or may have",
        "仅限曾询问上游而未得到可用答案，且上游已计费或可能已计费的调用",
    ),
    Text::new(
        "Only those before this call: the last one of the page before",
        "仅限此调用之前的记录：填上一页的最后一条",
    ),
    Text::new("Show everything about a call", "查看一次调用的全部信息"),
    Text::new("The call's id: the requestId of its answer", "调用 ID，即其响应中的 requestId"),
    Text::new(
        "Settle calls nobody knows the end of; without saying how they ended, list those there are",
        "结清结果未知的调用；不说明其结果时，列出此类调用",
    ),
    Text::new("The calls' ids [default: list the unknown calls]", "调用 ID，可多个 [默认：列出结果未知的调用]"),
    Text::new(
        "All unknown calls that this upstream may have billed; without --succeeded or --rejected they are only listed",
        "该上游可能已计费的全部结果未知的调用；不带 --succeeded 或 --rejected 时仅列出",
    ),
    Text::new(
        "All unknown calls since a day in Asia/Shanghai, or a moment: 2026-11-24, 2026-11-24T08:30:00Z",
        "自某日（Asia/Shanghai 时区）或某时刻起的全部结果未知的调用：2026-11-24、2026-11-24T08:30:00Z",
    ),
    Text::new(
        "All unknown calls up to a day or a moment, which is included",
        "截至某日或某时刻（含）的全部结果未知的调用",
    ),
    Text::new(
        "They were answered: charge the price of each, unless it is charged already",
        "已返回结果：各按其价格扣费（已扣则不再扣）",
    ),
    Text::new("They were not answered: give back what was charged", "未返回结果：退还已扣金额"),
    Text::new(
        "Sum up successes and what they cost, by day, endpoint, token or account",
        "按日、接口、令牌或账户汇总成功次数与费用",
    ),
    Text::new(
        "The first day, in Asia/Shanghai: 2026-11-24 [default: 30 days up to the last one]",
        "起始日期（Asia/Shanghai 时区）：2026-11-24 [默认：截至结束日期的 30 天]",
    ),
    Text::new("The last day, in Asia/Shanghai [default: today]", "结束日期（Asia/Shanghai 时区） [默认：今天]"),
    Text::new("What is summed up to one line", "按什么汇总成行"),
    Text::new(
        "Show and mend the paid upstreams that answers are bought from, and try it all on a stand-in",
        "查看与恢复购买响应所用的付费上游，并可用模拟上游试用全部功能",
    ),
    Text::new(
        "Show how each upstream is: success rate, codes, latency, parking, breaker, spending, drift",
        "查看各上游的状况：成功率、返回码、延迟、暂停、熔断、支出、格式变化",
    ),
    Text::new("Ask a parked upstream again, from now on", "立即恢复询问已暂停的上游"),
    Text::new("The upstream's name in the configuration", "上游在配置中的名称"),
    Text::new(
        "Read the kept bodies of bought answers again, without asking anybody",
        "重新解析已保存的所购响应原文，不发出任何请求",
    ),
    Text::new("Only an upstream's", "仅限该上游"),
    Text::new(
        "Only a creator's, on a platform: 6826128263245070349 or 6826128263245070349:SHORT_VIDEO",
        "仅限该达人及内容类型：6826128263245070349 或 6826128263245070349:SHORT_VIDEO",
    ),
    Text::new("Keep the figures as they are read now, where they differ", "数值不同之处，更新为本次解析的结果"),
    Text::new(
        "Print every answer as a line of JSON: the kept figures, those read now, whether they differ, and its body",
        "每个响应输出为一行 JSON：所存数值、本次解析的数值、是否不同，以及原文",
    ),
    Text::new("Serve a stand-in upstream that fails as its script says", "启动模拟上游，按脚本出错"),
    Text::new("The one token it accepts: not a secret", "其唯一接受的令牌；无须保密"),
    Text::new("How long it takes over each answer, in milliseconds", "每次响应的耗时，单位为毫秒"),
    Text::new(
        "What goes wrong: a JSON file of rules, as docs/upstream.md shows",
        "出错的规则：JSON 文件，写法见 docs/upstream.zh.md",
    ),
];
