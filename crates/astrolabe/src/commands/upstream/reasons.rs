//! Why a call to an upstream failed, in the language of who reads it. A server tells it in English; what upstreams and the system said
//! stays as they said it.

use std::borrow::Cow;

use catalog::Lang;

/// What `upstream` says as a whole.
const WHOLE: [(&str, &str); 9] = [
    ("no data", "缺少 data"),
    ("the data is empty", "data 为空"),
    ("the data is a list", "data 是列表"),
    ("the data is a text", "data 是文本"),
    ("the data is no object", "data 不是对象"),
    ("no code in the body", "响应体中没有 code"),
    ("sent, no whole answer", "已发出，未收到完整的响应"),
    ("no connection in time", "未能及时建立连接"),
    ("the work on the question was lost", "处理该问题的任务已中断"),
];

/// What it says around a name or a number: before and behind it.
const AROUND: [([&str; 2], [&str; 2]); 5] = [
    (["", " has no cost that can be read"], ["", " 中没有可以读取的成本"]),
    (["", " is out of range"], ["", " 超出范围"]),
    (["no address: ", ""], ["域名没有地址：", ""]),
    (["over ", " bytes"], ["超过 ", " 字节"]),
    (["no ", ""], ["缺少 ", ""]),
];

/// A reason in the language.
pub(super) fn in_language(reason: &str, lang: Lang) -> Cow<'_, str> {
    match lang {
        Lang::En => reason.into(),
        Lang::Zh => chinese(reason).unwrap_or(reason.into()),
    }
}

fn chinese(reason: &str) -> Option<Cow<'_, str>> {
    if let Some((_, chinese)) = WHOLE.iter().find(|(english, _)| *english == reason) {
        return Some((*chinese).into());
    }
    if let Some((name, platforms)) = reason.split_once(" has costs of another platform than ") {
        let platform = platforms.strip_suffix(", and none of its own")?;
        return Some(format!("{name} 中只有其他内容类型的成本，没有 {platform} 的").into());
    }
    AROUND.iter().find_map(|([before, behind], [zh_before, zh_behind])| {
        let what = reason.strip_prefix(before)?.strip_suffix(behind)?;
        // One word: the system's own sentences begin alike.
        (!what.contains(' ')).then(|| format!("{zh_before}{what}{zh_behind}").into())
    })
}

#[cfg(test)]
mod tests {
    use domain::Platform;

    use super::*;

    #[test]
    fn every_reason_that_makes_an_answer_unusable_has_its_chinese() {
        let costs = r#""expect_cpe":{"cpe_1_20":"1"},"expect_cpm":{"cpm_1_20":"1"}"#;
        let data = |rest: &str| format!(r#"{{"code":0,"data":{{{costs}{rest}}}}}"#);
        let mut bodies = ["null", "{}", "[]", "\"\"", "7", "{\"x\":1}"]
            .map(|data| format!(r#"{{"code":0,"data":{data}}}"#))
            .to_vec();
        bodies.push(data(""));
        bodies.push(data(r#","expect_vv":{"value":1}"#));
        bodies.push(data(r#","expect_vv":{"value":1},"hot_item":{"value":10001}"#));
        bodies.push(data(r#","expect_vv":{"value":1},"hot_item":{"value":1}"#).replace("\"1\"", "\"x\""));
        bodies.push(data(r#","expect_vv":{"value":1},"hot_item":{"value":1}"#).replace("_1_20", ""));
        bodies.push("{}".to_owned());
        for body in bodies {
            let failure = upstream::read_archived(Platform::ShortVideo, body.as_bytes()).0.expect_err(&body);
            let told = in_language(&failure.detail, Lang::Zh);
            assert!(!told.is_ascii(), "{body}: {}", failure.detail);
            assert_eq!(in_language(&failure.detail, Lang::En), failure.detail);
        }
        for (of_the_system, told) in [
            ("no route to host", "no route to host"),
            ("invalid peer certificate", "invalid peer certificate"),
            ("over 1048576 bytes", "超过 1048576 字节"),
        ] {
            assert_eq!(in_language(of_the_system, Lang::Zh), told);
        }
    }
}
