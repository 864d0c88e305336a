//! What people read is in their language: chosen by the locale, or by `--lang` over it.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::{astrolabe, astrolabe_ok, import_creator_42, said};

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
    for (locale, said_of_it) in [(ENGLISH, "error: unexpected argument '--luck'"), (CHINESE, "错误：没有参数 '--luck'")]
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
            "Posts used: the latest 15 posts with plays",
            "of the 9 posts used",
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
            "方法：regression/2。所用作品：采集时已发布满 7 天且有播放量的最近 15 个作品。",
            "exp(所用 9 个作品有序播放量对数的加权和)",
            "820000 分 × 1000 ÷ ",
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
            "error: the must-haves cost 8200 yuan, more than the budget of 1 yuan",
            "错误：必选达人合计 8200 元，超出预算 1 元",
        ),
        (&["--budget", "1"], "error: no candidate can be booked", "错误：没有可投放的达人：在预算与类目上限之内"),
        (
            &["--budget", "1", "--min-views", "5"],
            "error: field viewsMin is not valid: it goes with the goal cpe alone",
            "错误：字段 viewsMin 不正确：仅适用于目标 cpe",
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
            &["预期播放量", "以下达人没有 SHORT_VIDEO 数据：43"],
        ),
        (
            &["history", "42"],
            &["as of, UTC", "hot posts, %", "estimated", "1–20 s"],
            &["数据时间（UTC）", "爆款率（%）", "估算值", "1–20 秒"],
        ),
    ] {
        assert_tells(&told(data, ENGLISH, args), english);
        assert_tells(&told(data, CHINESE, args), chinese);
    }
    let ids = data.join("ids.txt");
    std::fs::write(&ids, "42\n43\n").unwrap();
    let many = ["cp", "--file", ids.to_str().unwrap()];
    assert_tells(&told(data, ENGLISH, &many), &["answered", "unknown"]);
    assert_tells(&told(data, CHINESE, &many), &["短视频", "已返回", "未知", "本地数据"]);
    let empty = tempfile::tempdir().unwrap();
    for (args, english, chinese) in [
        (
            &["cp", "7"][..],
            "error: creator 7 is unknown on SHORT_VIDEO in ",
            "中没有达人 7 的 SHORT_VIDEO 数据：请导入该达人的作品",
        ),
        (&["history", "7"], "error: no figures are held of creator 7", "中没有达人 7 的 SHORT_VIDEO 数据"),
        (&["rank"], "error: no creator with figures is in ", "中没有任何达人的数据：请导入作品"),
    ] {
        assert_tells(&said(&run(empty.path(), ENGLISH, args)), &[english]);
        assert_tells(&said(&run(empty.path(), CHINESE, args)), &["错误：", chinese]);
    }
}
