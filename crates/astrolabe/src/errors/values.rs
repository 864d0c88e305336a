//! What is wrong with single values, in Chinese.

use std::error::Error;
use std::net::AddrParseError;
use std::num::{ParseFloatError, ParseIntError};

use catalog::samples::LanguageError;
use catalog::{BaseUrlError, LangError};
use domain::{CallIdError, IdError, MoneyError, PolicyError, TimeError, UnknownName};
use estimator::{TooFewRows, UnknownMethod};
use import::UnknownKind;

/// The wording of an error, if it is one of a value.
pub(super) fn chinese(error: &(dyn Error + 'static)) -> Option<String> {
    of_domain(error).or_else(|| of_others(error)).map(ToOwned::to_owned).or_else(|| with_names(error))
}

fn of_domain(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(id) = error.downcast_ref() {
        return Some(match id {
            IdError::Empty => "ID 为空",
            IdError::TooLong => "ID 超过 32 个字符",
            IdError::BadCharacter => "ID 含有 0-9 A-Z a-z _ - 以外的字符",
            IdError::Negative => "ID 为负数",
        });
    }
    if let Some(money) = error.downcast_ref() {
        return Some(match money {
            MoneyError::NotDecimal => "应为以元为单位的小数，如 8200 或 8200.50",
            MoneyError::FractionOfFen => "小数超过两位：最小金额为一分（0.01 元）",
            MoneyError::FractionOfMicroYuan => "小数超过六位：最小金额为 0.000001 元",
            MoneyError::TooLarge => "金额过大",
        });
    }
    Some(match error.downcast_ref()? {
        TimeError::NotRfc3339 => "应为带时区的时间，如 2026-11-22T03:04:05Z 或 2026-11-22T11:04:05+08:00",
        TimeError::OutOfRange => "超出 1970 至 2106 年",
    })
}

fn of_others(error: &(dyn Error + 'static)) -> Option<&'static str> {
    Some(match error {
        _ if error.is::<ParseIntError>() => "应为整数",
        _ if error.is::<ParseFloatError>() => "应为数字",
        _ if error.is::<AddrParseError>() => "应为地址与端口，如 127.0.0.1:8600",
        _ if error.is::<CallIdError>() => "应为 requestId，如 01a20f4f-4e76-7069-a0b5-7298ea00b86c",
        _ if error.is::<LangError>() => "应为 en 或 zh",
        _ if error.is::<LanguageError>() => "应为 bash、text、python、js、java、go 或 php",
        _ if error.is::<BaseUrlError>() => "应为 http:// 或 https:// 开头的服务器地址，如 https://api.example.com",
        _ if error.is::<UnknownKind>() => {
            "应为 posts-csv、posts-ndjson、posts-parquet、rate-cards-csv、rate-cards-ndjson、rate-cards-parquet 或 xingtu"
        }
        _ => return None,
    })
}

fn with_names(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(UnknownName { name, known }) = error.downcast_ref() {
        let tiers = "1_20、21_60、60（SHORT_VIDEO）或 single（其他内容类型）";
        let known = if known.contains("single") { tiers } else { known };
        return Some(format!("没有 {name:?}；可选：{known}"));
    }
    if let Some(UnknownMethod(name)) = error.downcast_ref() {
        let known = estimator::Method::ALL.map(estimator::Method::name).join("、");
        return Some(format!("没有方法 {name:?}；可选：{known}"));
    }
    if let Some(TooFewRows(rows)) = error.downcast_ref() {
        return Some(format!("作品太少：只能作出 {rows} 次预测，不足以拟合系数"));
    }
    Some(match error.downcast_ref()? {
        PolicyError::Scope(text) => {
            format!("{text:?} 不是访问范围：应为接口名如 author_cp_info、* 或 author_cp_info:SHORT_VIDEO")
        }
        PolicyError::Addresses(text) => {
            format!("{text:?} 不是地址范围：应如 192.0.2.7、192.0.2.0/24 或 2001:db8::/32")
        }
    })
}
