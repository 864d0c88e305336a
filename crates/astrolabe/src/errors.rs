//! What went wrong, as people are told it: each cause in their language, where it is one that has a Chinese wording.

mod files;
mod values;

use std::io;

use anyhow::Error;
use catalog::{Lang, Text};
use client::ClientError;
use domain::Spoken;
use store::StoreError;

use crate::lang;

/// The line that tells what went wrong.
pub(crate) fn line(error: &Error, lang: Lang) -> String {
    format!("{}{}{}", Text::new("error", "错误").of(lang), lang.colon(), text(error, lang))
}

/// What went wrong and why, the nearest first.
pub(crate) fn text(error: &Error, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{error:#}"),
        Lang::Zh => {
            let mut told = Vec::new();
            for cause in error.chain() {
                told.push(chinese(cause));
                // Why a server was not reached is told with it: what lies behind is libraries' own, in English.
                if is_of_transport(cause) {
                    break;
                }
            }
            told.join(lang.colon())
        }
    }
}

fn is_of_transport(cause: &(dyn std::error::Error + 'static)) -> bool {
    matches!(cause.downcast_ref(), Some(ClientError::Transport(_) | ClientError::BrokeOff { .. }))
}

/// A cause in Chinese; in its own words, where it has no Chinese ones.
pub(crate) fn chinese(cause: &(dyn std::error::Error + 'static)) -> String {
    if let Some(store) = cause.downcast_ref() {
        return of_store(store);
    }
    if let Some(file) = cause.downcast_ref() {
        return files::of_import(file);
    }
    if let Some(client) = cause.downcast_ref() {
        return of_client(client);
    }
    if let Some(told) = values::chinese(cause) {
        return told;
    }
    cause.downcast_ref::<io::Error>().map_or_else(|| cause.to_string(), Spoken::chinese)
}

/// What is wrong, in the language that the process speaks.
pub(crate) fn of_value(error: &(dyn std::error::Error + 'static)) -> String {
    match lang::spoken() {
        Lang::En => error.to_string(),
        Lang::Zh => chinese(error),
    }
}

fn of_store(error: &StoreError) -> String {
    match error {
        StoreError::AccountExists(name) => format!("账户 {name:?} 已存在；`astrolabe account list` 可列出账户"),
        StoreError::NoSuchAccount(name) => format!("没有账户 {name:?}；`astrolabe account list` 可列出账户"),
        StoreError::NoSuchToken(number) => format!("没有编号为 {number} 的令牌；`astrolabe token list` 可列出令牌"),
        StoreError::Limits(burst) => burst.chinese(),
        StoreError::NewerSchema { found, known } => {
            format!("数据的结构版本为 {found}，本版本最高支持 {known}：请使用更新的版本")
        }
        StoreError::TwoLedgers { old, new } => format!(
            "{old:?} 中有账户与调用（早于账目单独存放之时），而 {new:?} 也已存在：如以 {old:?} 中的为准，请移走 {new:?}"
        ),
        StoreError::NotEmpty(table) => {
            format!("该数据库不为空，表 {table} 中已有数据：请指定一个尚未存放 Astrolabe 数据的数据库")
        }
        StoreError::ReadOnly(what) => format!("{what} 只可读取：请让运行 Astrolabe 的用户可以写入"),
        StoreError::NoRoom(why) => format!("磁盘空间已满（{why}）：请腾出空间"),
        StoreError::Corrupt(what) => format!("已存数据损坏：{what}"),
        StoreError::Busy => "数据库正忙：请重试".to_owned(),
        StoreError::OutOfReach(why) => format!("数据库暂时无法连接（{why}）：请重试"),
        StoreError::NoConnection(why) => why.zh.clone().into_owned(),
        StoreError::Database(why) => format!("数据库出错：{why}"),
    }
}

/// Why a server gave no answer; what it refused is in the language that it was asked in.
fn of_client(error: &ClientError) -> String {
    match error {
        ClientError::BadUrl(url) => format!("{url:?} 不是服务器地址：应如 http://127.0.0.1:8600"),
        ClientError::Transport(cause) => {
            let server = cause.url().map_or_else(String::new, |url| format!(" {}", url.origin().ascii_serialization()));
            format!("无法访问服务器{server}：{}", unreached(cause, cause.is_timeout()))
        }
        ClientError::NotTheContract { status, reason } => format!("响应（HTTP {status}）不符合约定的格式：{reason}"),
        ClientError::BrokeOff { rows, cause: None } => format!("响应在第 {rows} 行后中断"),
        ClientError::BrokeOff { rows, cause: Some(cause) } => {
            format!("响应在第 {rows} 行后中断：{}", unreached(cause, cause.is_timeout()))
        }
        ClientError::Refused { code, message, request_id } => {
            format!("返回码 {code}：{message}（requestId：{request_id}）")
        }
    }
}

/// Why a server was not reached, in few words: the root of the causes, which libraries wrap in their own.
fn unreached(error: &(dyn std::error::Error + 'static), is_late: bool) -> String {
    let mut root = error;
    while let Some(cause) = root.source() {
        if cause.to_string() == "dns error" {
            return "找不到该主机".to_owned();
        }
        root = cause;
    }
    let (told, own) = (chinese(root), root.to_string());
    match is_late {
        true => "超时".to_owned(),
        false if told == own => format!("连接失败（{own}）"),
        false => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let error = Error::new(StoreError::Database(Box::new(refused())));
        for (lang, cause) in [(Lang::En, "connection refused"), (Lang::Zh, "connection refused")] {
            assert_eq!(line(&error, lang).matches(cause).count(), 1, "{}", line(&error, lang));
        }
        let error = Error::new(refused()).context("redis://127.0.0.1");
        assert_eq!(line(&error, Lang::Zh), "错误：redis://127.0.0.1：连接被拒绝");
    }

    #[test]
    fn every_cause_is_told() {
        let error = Error::new(StoreError::NoSuchAccount("team".into())).context("a.csv");
        let [english, chinese] = [Lang::En, Lang::Zh].map(|lang| line(&error, lang));
        assert_eq!(english, "error: a.csv: no account is named \"team\"; `astrolabe account list` shows the accounts");
        assert_eq!(chinese, "错误：a.csv：没有账户 \"team\"；`astrolabe account list` 可列出账户");
        let settings = upstream::SettingsError::SameName { name: "main".into() };
        let error = Error::new(gateway::StartError::Upstreams(settings));
        assert_eq!(line(&error, Lang::Zh), "错误：上游的设置有误：有两个上游名为 \"main\"");
    }
}
