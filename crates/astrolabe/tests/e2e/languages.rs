//! What people read is in their language: chosen by the locale, or by `--lang` over it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::support::{Server, astrolabe, astrolabe_ok, import_creator_42, new_token, said};

/// A creator with nine posts of 1000 plays and a price of 8,200 yuan for 1–20 s.
fn creator_42(data: &Path) {
    import_creator_42(data, &[]);
    let prices = data.join("prices.csv");
    std::fs::write(&prices, "author_id,tier,price_yuan\n42,1_20,8200\n").unwrap();
    astrolabe_ok(data, &["import", prices.to_str().unwrap()]);
}

fn run(data: &Path, locale: &str, args: &[&str]) -> Output {
    astrolabe().args(args).env("LANG", locale).arg("--data").arg(data).output().unwrap()
}

/// What a success tells in a locale, on stdout and stderr.
fn told(data: &Path, locale: &str, args: &[&str]) -> String {
    let output = run(data, locale, args);
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    format!("{}{}", String::from_utf8(output.stdout.clone()).unwrap(), said(&output))
}

/// Whether every one of the lines, or parts of lines, is there.
fn assert_tells(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

const ENGLISH: &str = "en_US.UTF-8";
const CHINESE: &str = "zh_CN.UTF-8";

#[test]
fn help_and_mistakes_are_told_in_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    assert_tells(
        &told(data, ENGLISH, &["plan", "--help"]),
        &["Usage: astrolabe plan", "What the plan is to be best at"],
    );
    let chinese = told(data, CHINESE, &["plan", "--help"]);
    assert_tells(
        &chinese,
        &["用法：astrolabe plan [选项] --budget <YUAN>", "选项：", "规划的目标", "[默认：views]", "通用："],
    );
    for help in [&chinese, &told(data, ENGLISH, &["cp", "--help"]), &told(data, CHINESE, &["cp", "-h"])] {
        let width = |line: &str| line.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum::<usize>();
        let long: Vec<&str> = help.lines().filter(|line| width(line) > 100).collect();
        assert!(long.is_empty(), "{long:#?}");
    }
    assert!(said(&run(data, CHINESE, &["rank", "--limit", "0"])).contains("应为 1 或以上的整数"));
    for (locale, said_of_it) in [(ENGLISH, "error: unexpected argument '--luck'"), (CHINESE, "错误：未知参数 '--luck'")]
    {
        let refused = run(data, locale, &["plan", "--luck"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(said(&refused).starts_with(said_of_it), "{}", said(&refused));
    }
}

#[test]
fn figures_and_what_is_behind_them_are_told_in_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    creator_42(data);
    let asked = ["cp", "42", "--explain"];
    let english = told(data, ENGLISH, &asked);
    assert_tells(
        &english,
        &[
            "expected views",
            "Posts used: at most the latest 15 posts with plays",
            "median plays of the 9 posts used, ",
            ", × exp(the mean of ",
            "), which the regression at persistence ",
            " and 80 small decision trees add (tiktok-2020, fitted on 19707 posts of 853 creators)",
            "Rounding: ",
            "┆ used",
        ],
    );
    let chinese = told(data, CHINESE, &asked);
    assert_tells(
        &chinese,
        &[
            "达人 42",
            "预期播放量",
            "爆款率",
            "方法：ensemble/4。所用作品：采集时已发布满 7 天且有播放量的最近至多 15 个作品。",
            "所用 9 个作品播放量的中位数 ",
            " 的平均 ",
            ")，二者分别由回归（持续性 ",
            "作品比通常稳定，故只取该平均的 0 %",
            "）与 80 棵小决策树得出（tiktok-2020，",
            "8,200 元 × 1,000 ÷ ",
            "取整方式：预期播放量与预期互动量向下取整",
            "853 位达人的 19707 个作品",
            "┆ 采用",
        ],
    );
    for english_word in ["posts", "views", "Rounding", "used"] {
        assert!(!chinese.contains(english_word), "{english_word:?} is in\n{chinese}");
    }
    assert_eq!(told(data, ENGLISH, &["cp", "42", "--explain", "--lang", "zh"]), chinese);
    // Programs are told the same in every locale.
    let json =
        |locale| serde_json::from_str::<Value>(&told(data, locale, &["cp", "42", "--explain", "--json"])).unwrap();
    assert_eq!(json(CHINESE)["explanation"], json(ENGLISH)["explanation"]);

    // A server tells the same, in the same languages.
    let token = new_token(data, "team");
    let server = Server::serve(data, &[]);
    let of_server = ["--url", &server.url, "--token", &token];
    let behind = |text: String| text[text.find("\n\n").unwrap()..].to_owned();
    for (locale, local) in [(ENGLISH, english), (CHINESE, chinese)] {
        assert_eq!(behind(told(data, locale, &[&asked[..], &of_server].concat())), behind(local), "{locale}");
        let remote = told(data, locale, &[&asked[..], &["--json"], &of_server].concat());
        let remote: Value = serde_json::from_str(&remote).unwrap();
        assert_eq!(remote["explanation"], json(ENGLISH)["explanation"], "{locale}");
    }
}

#[test]
fn figures_of_other_settings_than_those_explained_are_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    creator_42(data);
    for (locale, told) in [(ENGLISH, "before the settings said last/1"), (CHINESE, "其后设置改为 last/1")] {
        let mut cp = astrolabe();
        cp.args(["cp", "42", "--explain", "--data"])
            .arg(data)
            .env("LANG", locale)
            .env("ASTROLABE_ESTIMATE__METHOD", "last");
        let output = cp.output().unwrap();
        assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        assert_tells(&text, &[told, "ensemble/4", if locale == ENGLISH { "Note: " } else { "注意：" }]);
    }
    assert!(!told(data, ENGLISH, &["cp", "42", "--explain"]).contains("Note: "));
}

#[test]
fn a_plan_and_why_there_is_none_are_told_in_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    creator_42(data);
    let asked = ["plan", "--budget", "10000"];
    assert_tells(&told(data, ENGLISH, &asked), &["1 of 1 weighed", "expected views", "proven"]);
    assert_tells(&told(data, CHINESE, &asked), &["人选", "总费用", "8,200.00元", "预期播放量", "已证明为最优"]);
    for (args, english, chinese) in [
        (
            &["--budget", "1", "--must", "42"][..],
            "error: the must-haves cost 8,200 yuan, 8,199 yuan more than the budget of 1 yuan",
            "错误：必选达人合计 8,200 元，比预算（1 元）多 8,199 元",
        ),
        (&["--budget", "1"], "error: the cheapest candidate costs", "错误：报价最低的候选达人需"),
        (
            &["--budget", "1", "--min-views", "5"],
            "error: --min-views is not valid: it goes with the goal cpe alone",
            "错误：--min-views 不正确：仅适用于目标 cpe",
        ),
        (
            &["--budget", "-5"],
            "error: invalid value '-5' for '--budget <YUAN>': not a plain decimal number of yuan",
            "错误：'--budget <YUAN>' 的取值 '-5' 不正确：应为以元为单位的小数",
        ),
        (
            &["--budget", "1", "--cap-yuan", "美食"],
            "error: invalid value '美食' for '--cap-yuan <CATEGORY=YUAN>': right would be a category and an amount in yuan",
            "错误：'--cap-yuan <CATEGORY=YUAN>' 的取值 '美食' 不正确：应为类目与金额，单位为元，如 美食=50000",
        ),
        (
            &["--budget", "1", "--cap-yuan", "美食=0.001"],
            "error: invalid value '美食=0.001' for '--cap-yuan <CATEGORY=YUAN>': more than two decimals",
            "错误：'--cap-yuan <CATEGORY=YUAN>' 的取值 '美食=0.001' 不正确：小数超过两位",
        ),
    ] {
        for (locale, why) in [(ENGLISH, english), (CHINESE, chinese)] {
            let refused = run(data, locale, &[&["plan"], args].concat());
            assert!(!refused.status.success() && said(&refused).starts_with(why), "{}", said(&refused));
        }
    }
}

#[test]
fn rankings_comparisons_and_histories_are_told_in_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    creator_42(data);
    for (args, english, chinese) in [
        (
            &["rank", "--tier", "1-20"][..],
            &["CPM, yuan", "1 of 1 creators"][..],
            &["CPM（元）", "共 1 位达人，列出 1 位"][..],
        ),
        (
            &["compare", "42", "43"],
            &["expected views", "no figures are held on SHORT_VIDEO of: 43"],
            &["预期播放量", "以下达人没有短视频数据：43"],
        ),
        (
            &["history", "42"],
            &["as of, UTC", "hot posts, %", "estimated", "1–20 s"],
            &["数据时间（北京时间）", "爆款率（%）", "估算值", "1–20 秒"],
        ),
    ] {
        assert_tells(&told(data, ENGLISH, args), english);
        assert_tells(&told(data, CHINESE, args), chinese);
    }
    let ids = data.join("ids.txt");
    std::fs::write(&ids, "42\n43\n").unwrap();
    let many = ["cp", "--file", ids.to_str().unwrap()];
    assert_tells(&told(data, ENGLISH, &many), &["answered", "unknown"]);
    assert_tells(&told(data, CHINESE, &many), &["短视频", "已返回", "未知", "估算值"]);
    let empty = tempfile::tempdir().unwrap();
    astrolabe_ok(empty.path(), &["account", "create", "team"]);
    for (args, english, chinese) in [
        (
            &["cp", "7"][..],
            "error: creator 7 is unknown on SHORT_VIDEO in ",
            "中没有达人 7 的短视频数据：请导入该达人的作品",
        ),
        (
            &["history", "7"],
            "import this creator's posts, or name another --data",
            "中没有达人 7 的短视频数据：请导入该达人的作品",
        ),
        (&["rank"], "error: no creator with figures is in ", "中没有任何达人的数据：请导入作品"),
    ] {
        assert_tells(&said(&run(empty.path(), ENGLISH, args)), &[english]);
        assert_tells(&said(&run(empty.path(), CHINESE, args)), &["错误：", chinese]);
    }
}

#[test]
fn an_import_is_told_in_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let bad = data.join("bad.csv");
    let header = "item_id,author_id,platform,published_at,captured_at,plays,shade";
    std::fs::write(&bad, format!("{header}\n1,4 2,,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,5,red\n")).unwrap();
    let (bad, none) = (bad.to_str().unwrap(), data.join("none.csv"));
    let asked = ["import", bad, none.to_str().unwrap()];
    for (locale, parts) in [
        (
            ENGLISH,
            [
                "bad.csv (posts-csv): 1 row read, 0 merged, 1 rejected; 0 creators",
                "rejected 1: author_id: bad-id (not an id, such as 6826128263245070349",
                "columns not known, and ignored: shade",
                "error: ",
                "none.csv: cannot be read: ",
                "bad rows with their reasons are in ",
            ],
        ),
        (
            CHINESE,
            [
                "bad.csv（posts-csv）：读取 1 行，合并 0 行，剔除 1 行；0 位达人",
                "剔除 1 行：author_id：ID 不正确；应为 1 至 32 个字符，限 0-9 A-Z a-z _ -，如 6826128263245070349（bad-id）",
                "未识别而忽略的列：shade",
                "错误：",
                "none.csv：无法读取：没有该文件或目录",
                "错误行及其原因见 ",
            ],
        ),
    ] {
        assert_tells(&said(&run(data, locale, &asked)), &parts);
    }
    assert_eq!(run(data, ENGLISH, &["import", bad]).status.code(), Some(1), "nothing could be taken");
    let strict = said(&run(data, CHINESE, &["import", "--strict", bad]));
    assert_tells(&strict, &["bad.csv：第 2 行的 author_id 列 \"4 2\"：ID 含有 0-9 A-Z a-z _ - 以外的字符（bad-id）"]);
    let rejects = |locale, name: &str| {
        let file = data.join(name);
        run(data, locale, &["import", bad, "--rejects", file.to_str().unwrap()]);
        std::fs::read_to_string(file).unwrap()
    };
    assert_tells(
        &rejects(CHINESE, "zh.csv"),
        &["\u{feff}file,position,", ",bad-id,ID 含有 0-9 A-Z a-z _ - 以外的字符"],
    );
    assert_tells(&rejects(ENGLISH, "en.csv"), &[",bad-id,the id has a character outside"]);
    let json = |locale| run(data, locale, &["import", "--json", bad, none.to_str().unwrap()]).stdout;
    assert_eq!(json(CHINESE), json(ENGLISH));
}

#[test]
fn a_configuration_that_cannot_be_read_is_told_in_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let file = data.join("settings.toml");
    let told = |config: &Path| said(&run(data, CHINESE, &["upstream", "status", "--config", config.to_str().unwrap()]));
    for (text, parts) in [
        (
            &b"[server]\nlissten = \"x\"\n"[..],
            &["配置有误：", "settings.toml：不存在设置项 server.lissten：可用的有 listen、"][..],
        ),
        (b"[server]\nthreads = \"many\"\n", &["settings.toml：server.threads 为文本 \"many\"，应为整数"]),
        (b"[[upstreams]\n", &["settings.toml：第 1 行第 12 列不是有效的 TOML："]),
        (b"# \xff\n", &["无法读取", "settings.toml：不是 UTF-8 编码"]),
    ] {
        std::fs::write(&file, text).unwrap();
        assert_tells(&told(&file), parts);
    }
    assert_tells(&told(data), &["无法读取", "是一个目录"]);
    assert_tells(&told(&data.join("none.toml")), &["无法读取", "没有该文件或目录"]);
    let mut verb = astrolabe();
    verb.args(["upstream", "status", "--data"]).arg(data).env("LANG", CHINESE).env("ASTROLABE_SERVER__THREADS", "many");
    assert_tells(
        &said(&verb.output().unwrap()),
        &["环境变量 ASTROLABE_SERVER__THREADS：server.threads 为文本 \"many\"，应为整数"],
    );
}

#[test]
fn accounts_tokens_prices_and_calls_are_told_in_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    assert_tells(
        &told(data, CHINESE, &["account", "create", "team"]),
        &["已新建账户 team（编号 1）；下一步：astrolabe token create team"],
    );
    assert_tells(&told(data, CHINESE, &["token", "list"]), &["尚无令牌；可用 astrolabe token create"]);
    assert_tells(
        &told(data, CHINESE, &["account", "topup", "team", "5", "--key", "a"]),
        &["5\n", "已为 team 充值 5 元；余额现为 5 元"],
    );
    assert_tells(
        &told(data, CHINESE, &["token", "create", "team", "--cap", "1"]),
        &["累计 1 元", "令牌 1，仅显示这一次："],
    );
    for (args, english, chinese) in [
        (&["account", "list"][..], &["balance (yuan)", "any"][..], &["余额（元）", "不限"][..]),
        (&["account", "show", "team"], &["5 yuan", "no limit", "active"], &["5 元", "不限", "有效", "重置时间"]),
        (&["account", "limit", "team", "--rate", "5/s"], &["5/s, burst 5"], &["5/s，突发 5", "账户 team 的限制现为"]),
        (&["token", "list"], &["spent (yuan)", "0 of 1", "never"], &["已消费（元）", "0 / 1", "永不"]),
        (&["token", "show", "1"], &["in the header or the query"], &["请求头或网址参数", "消费上限"]),
        (&["price", "list"], &["price (yuan)", "free"], &["价格（元）", "免费"]),
        (&["usage"], &["successes", "total"], &["成功次数", "合计", "自然日"]),
        (&["calls", "list"], &["no call fits"], &["没有符合条件的调用"]),
        (&["calls", "list", "--lost"], &["billed for nothing"], &["白白计费"]),
        (&["audit", "--actor", "nobody"], &["no change of this kind"], &["没有符合条件的更改"]),
        (&["calls", "reconcile"], &["no call is unknown"], &["没有结果未知的调用"]),
        (&["audit", "--limit", "1"], &["from then on", "the same command with --before"], &["更改后", "可能还有更多"]),
        (&["upstream", "status"], &["no upstream is configured"], &["尚未配置上游"]),
    ] {
        assert_tells(&told(data, ENGLISH, args), english);
        assert_tells(&told(data, CHINESE, args), chinese);
        if !["limit", "reconcile", "status"].iter().any(|verb| args.contains(verb)) {
            let json = [args, &["--json"]].concat();
            assert_eq!(told(data, CHINESE, &json), told(data, ENGLISH, &json));
        }
    }
    let unusable = ["cp", "7", "--lang", "en", "--database", "postgres://nobody@127.0.0.1:1/none"];
    let english = "error: cannot open the database that --database names: the database failed: ";
    assert_tells(&said(&run(data, CHINESE, &unusable)), &[english]);
    for (args, chinese) in [
        (&["account", "create", "team"][..], "错误：账户 \"team\" 已存在"),
        (&["account", "topup", "nobody", "5"], "错误：没有账户 \"nobody\""),
        (&["token", "show", "9"], "错误：没有编号为 9 的令牌"),
        (
            &["account", "limit", "team", "--rate", "fast"],
            "错误：'--rate <N/s>' 的取值 'fast' 不正确：\"fast\" 不是速率",
        ),
        (&["account", "topup", "team", "1,5"], "错误：'<YUAN>' 的取值 '1,5' 不正确：应为以元为单位的小数"),
        (&["cp", "4 2"], "错误：'[AUTHOR_ID]' 的取值 '4 2' 不正确：ID 含有"),
        (&["usage", "--from", "2026-11-24", "--to", "2026-11-01"], "错误：--from 2026-11-24 晚于 --to 2026-11-01"),
    ] {
        let refused = run(data, CHINESE, args);
        assert!(!refused.status.success() && said(&refused).starts_with(chinese), "{}", said(&refused));
    }
}

#[test]
fn scores_and_what_is_made_up_are_told_in_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let (data, market) = (folder.path(), folder.path().join("market"));
    let synth = ["synth", "--creators", "20", "--posts", "400", "--out", market.to_str().unwrap()];
    assert_tells(&told(data, CHINESE, &synth), &["位达人的", "报价写入", "下一步：astrolabe import"]);
    let posts = market.join("posts.csv");
    let asked = ["backtest", posts.to_str().unwrap(), "--method", "median-10"];
    let ranges = ["under 10,000 plays: ", "10,000 to 99,999 plays: "];
    assert_tells(
        &told(data, ENGLISH, &asked),
        &["all: ", "forecasts", "in 50 %", "3-14 earlier posts: ", ranges[0], ranges[1]],
    );
    let chinese = told(data, CHINESE, &asked);
    assert_tells(
        &chinese,
        &["全部：", "次预测", "50 % 内", "此前 3-14 个作品：", "播放量不足 10,000：", "播放量 10,000 至 99,999："],
    );
    for english_word in ["forecasts", "posts", "plays", "views"] {
        assert!(!chinese.contains(english_word), "{english_word:?} is in\n{chinese}");
    }
}

#[test]
fn a_demo_says_how_to_ask_it_in_the_language() {
    let folder = tempfile::tempdir().unwrap();
    let (demo, told) = Server::demo_with(folder.path(), &[("LANG", CHINESE)]);
    assert!(told.iter().any(|line| line.starts_with("ASTROLABE_TOKEN=")), "{told:?}");
    demo.said_line(&format!("或在浏览器中打开 {}。", demo.url));
    assert_tells(&demo.stderr(), &["正在生成 2,000 位达人的市场", "完成，用时 ", "已启动合成的达人市场，数据位于 "]);
}

#[test]
fn a_demo_says_what_it_does_not_take() {
    let folder = tempfile::tempdir().unwrap();
    let demo = ["demo", "--database", "postgres://nobody@localhost/none"];
    for (lang, told) in
        [(ENGLISH, "error: demo keeps its marketplace in a file"), (CHINESE, "错误：demo 的市场数据存放在")]
    {
        let refused = run(folder.path(), lang, &demo);
        assert!(!refused.status.success() && said(&refused).starts_with(told), "{}", said(&refused));
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, config) = (taken.local_addr().unwrap(), folder.path().join("taken.toml"));
    std::fs::write(&config, format!("[server]\nlisten = \"{address}\"\n")).unwrap();
    let mut demo = astrolabe();
    demo.arg("demo").arg("--data").arg(folder.path()).arg("--config").arg(config).env("LANG", CHINESE);
    // The variable is for other verbs.
    demo.env("ASTROLABE_DATABASE", "postgres://nobody@localhost/none").stderr(Stdio::piped());
    let mut demo = demo.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(demo.stderr.take().unwrap()).read_line(&mut line).unwrap();
    demo.kill().unwrap();
    demo.wait().unwrap();
    assert_eq!(line.trim(), format!("无法监听 {address}（该地址已被占用）；改用空闲端口"));
}
